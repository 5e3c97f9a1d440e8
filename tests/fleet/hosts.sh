# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Two hosts of a fleet, one and two, for the scripts beside this file: accounts in
# PostgreSQL, and for each host the real libpam, the module and a pam_otpd of its
# own. Two is another host by its name and its sockets. Besides what server.sh has:
#
#	line NAME [ARGUMENT...]	the service NAME of both hosts: the module with
#				these arguments
#	on HOST NAME USER ANSWER...	logins of the service NAME there; what was shown
#				and logged is in /tmp/shown. An ANSWER that begins with
#				'!' is a command that prints it. The environment has
#				what the login is like: see tests/lib/login.c
#	shown PATTERN		whether a line of that has it
#	served_start, served_end	both daemons; $one and $two are their processes
#	both LINE...		these lines are in the configuration of both hosts
#	posts_begin		what the hosts send is in /tmp/sent.one and
#				/tmp/sent.two from now on: see forget_sent,
#				sent_nothing; `/tmp/newest HOST' prints the code
#				that HOST sent last, and `/tmp/answer HOST' answers
#				a login with "send", and then with that code

. "$(dirname "$0")/server.sh"
needs setpriv unshare
test -e "$top_builddir/common/fleet/.libs/pam_otp_postgresql.so" ||
    ground_skip 'libpq was not there to build with'
daemon=$top_builddir/pam_otpd/pam_otpd
test -x "$daemon" || ground_skip 'pam_otpd is not built'

hosts_store=postgresql:/etc/pam_otp/fleet.conf
hosts_begin() {
	tool_install && server_make one && server_start one && migrate one ||
	    return 1
	tool_conf one desk
	mkdir -m 755 -p /run/other /run/pam_otp /tmp/one.d /tmp/two.d
	both
	cp "$top_builddir/tests/lib/login" "$scratch/login"
	chmod 755 "$scratch"
}

both() {
	conf "store = $hosts_store" "$@"
	{
		cat /etc/security/pam_otp.conf
		echo 'sockets = /run/other'
	} >/etc/other.conf
}

served_start() {
	"$daemon" --listen &
	one=$!
	unshare --uts sh -c "hostname two; exec $daemon --listen \
	    --conf=/etc/other.conf" &
	two=$!
	await test -S /run/pam_otp/user && await test -S /run/other/user
}
served_end() {
	kill $one $two
	wait $one $two
}

line() {
	line_name=$1
	shift
	echo "auth required pam_otp.so $*" >"/tmp/one.d/$line_name"
	echo "auth required pam_otp.so $* conf=/etc/other.conf" \
	    >"/tmp/two.d/$line_name"
	cp "/tmp/one.d/$line_name" /tmp/one.d/other
	cp "/tmp/two.d/$line_name" /tmp/two.d/other
}

on() {
	on_host=$1
	shift
	on_status=0
	case $on_host in
	one) "$scratch/login" /tmp/one.d "$@" >/tmp/shown 2>&1 || on_status=$? ;;
	two) unshare --uts sh -c 'hostname two; exec "$@"' two \
	    "$scratch/login" /tmp/two.d "$@" >/tmp/shown 2>&1 ||
	    on_status=$? ;;
	esac
	sed "s/^/$on_host: /" /tmp/shown
	return $on_status
}
shown() {
	grep -qE -e "$1" /tmp/shown
}

posts_begin() {
	for pair in one:/run/pam_otp two:/run/other; do
		socat "UNIX-LISTEN:${pair#*:}/deliver,mode=600,unlink-early,fork" \
		    "OPEN:/tmp/sent.${pair%%:*},creat,append" &
		await test -S "${pair#*:}/deliver" || return 1
	done
	# Programs, since the login asks for what they print.
	cat >/tmp/answer <<'END'
#!/bin/sh
case $PROMPT in
*'(or "send"): ') echo send; exit ;;
esac
exec /tmp/newest "$1"
END
	cat >/tmp/newest <<'END'
#!/bin/sh
tries=0
until grep -qs '^kind=code$' "/tmp/sent.$1"; do
	tries=$((tries + 1))
	test $tries -lt 500 || exit 1
	sleep 0.02
done
sed -n 's/^\([0-9]\{4\}\) \([0-9]\{4\}\) is your code for message .*/\1\2/p' \
    "/tmp/sent.$1" | tail -n 1
END
	chmod 755 /tmp/answer /tmp/newest
}
forget_sent() {
	rm -f /tmp/sent.one /tmp/sent.two
}
sent_nothing() {
	says_no test -e /tmp/sent.one && says_no test -e /tmp/sent.two
}
