# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# otp-deliver as an installation has it, on a host of its own (host/ground.sh),
# for the scripts beside this file:
#
#	as_deliver COMMAND...	as the user that otp-deliver runs as
#	frame [NAME=VALUE]...	a frame, with other values than the usual ones;
#				text=... is the text without its last newline
#	deliver [NAME=VALUE]...	that frame is on otp-deliver's standard input;
#				$line is what it logged, $status how it ended
#	program SCHEME <TEXT	the administrator's program for it
#	later SECONDS		what runs as_deliver from now on has a clock of the
#				host's start that is so much later
#	forget			the host's limits, as at the start of the host
#	took COMMAND...		how many seconds the command took
#
# The code of every message is 4821 9930.

. "$(dirname "$0")/../host/ground.sh"

needs setpriv
libexec=$(sed -n 's|.*OTP_DELIVER_DIR "\(.*\)/deliver\.d"$|\1|p' \
    "$top_builddir/places.h")
post_user=pam_otp_deliver
post_state=/run/pam_otp-deliver
# A prefix in the source or build tree, such as distcheck's, is read-only here.
post_parent=$libexec
until test -d "$post_parent"; do
	post_parent=$(dirname "$post_parent")
done
test -w "$post_parent" || mount -t tmpfs -o mode=755 ground "$post_parent"
mkdir -p "$libexec/deliver.d" /etc/pam_otp/deliver.d
cp "$top_builddir/otp-deliver/otp-deliver" "$top_builddir/otp-deliver/sms-http" \
    "$libexec"
cp "$top_builddir/otp-deliver/mailto" "$libexec/deliver.d"
echo "$post_user:x:798:798::/:/usr/sbin/nologin" >>/etc/passwd
echo "$post_user:x:798:" >>/etc/group
echo "$post_user:*:19000:0:99999:7:::" >>/etc/shadow
mkdir -m 755 /run/pam_otp
mkdir -m 700 $post_state
chown $post_user: $post_state

post_clock= post_less=
as_deliver() {
	# shellcheck disable=SC2086
	$post_clock setpriv $post_less --reuid $post_user --regid $post_user --init-groups "$@"
}

frame() {
	kind=code to=mailto:alice@example.org user=alice host=web1 service=sshd
	rhost=203.0.113.5 time=2026-11-29T06:05:12Z tag=K7 size=
	text='4821 9930 is your code for message K7.'
	for pair in "$@"; do
		eval "${pair%%=*}=\${pair#*=}"
	done
	text="$text
"
	printf '%s\n' "kind=$kind" "to=$to" "user=$user" "host=$host" \
	    "service=$service" "rhost=$rhost" "time=$time" "tag=$tag" \
	    "size=${size:-${#text}}" ''
	printf %s "$text"
}

deliver() {
	frame "$@" >"$scratch/frame"
	deliver_file "$scratch/frame"
}

# deliver_file FILE: what is in it.
deliver_file() {
	logged >"$scratch/earlier"
	status=0
	as_deliver "$libexec/otp-deliver" <"$1" || status=$?
	line=$(logged otp-deliver | sed 's/^[a-z]*\.\([a-z]* otp-deliver\)/\1/')
	put_line
}

put_line() {
	printf '%s\n[status %s]\n' "$line" "$status"
}

# becomes LINE [NAME=VALUE]...: of this message.
becomes() {
	becomes_line=$1
	shift
	deliver "$@"
	same "$becomes_line" "$line" && test "$status" = 1
}

program() {
	cat >"/etc/pam_otp/deliver.d/$1"
	chmod 755 "/etc/pam_otp/deliver.d/$1"
}

later() {
	post_clock="unshare --time --boottime $1 --"
}

forget() {
	rm -f $post_state/limits
}

took() {
	took_from=$(date +%s)
	"$@"
	took_status=$?
	took=$(($(date +%s) - took_from))
	return $took_status
}
