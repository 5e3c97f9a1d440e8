#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Logins of hosts whose accounts are in PostgreSQL: otp-enroll, the real libpam, the
# module, pam_otpd and a server.

. "$(dirname "$0")/server.sh"
needs setpriv
test -e "$top_builddir/common/fleet/.libs/pam_otp_postgresql.so" ||
    ground_skip 'libpq was not there to build with'
daemon=$top_builddir/pam_otpd/pam_otpd
test -x "$daemon" || ground_skip 'pam_otpd is not built'

tool_install && server_make one && server_start one && migrate one || exit 99
store=postgresql:/etc/pam_otp/fleet.conf
tool_conf one desk
conf "store = $store"

# A second host: a daemon of its own, with sockets of its own.
mkdir -m 755 -p /run/other
printf '%s\n' nodelay "store = $store" 'sockets = /run/other' >/etc/other.conf

mkdir -m 755 /tmp/pam.d
echo 'auth required pam_otp.so' >/tmp/pam.d/first
echo 'auth required pam_otp.so conf=/etc/other.conf' >/tmp/pam.d/second
echo 'auth required pam_otp.so nullok' >/tmp/pam.d/nullok
cp /tmp/pam.d/first /tmp/pam.d/other
cp "$top_builddir/tests/lib/login" "$scratch/login"
chmod 755 "$scratch"
# as SERVICE USER CODE
as() {
	"$scratch/login" /tmp/pam.d "$1" "$2" "$3"
}
# refuses REASON SERVICE USER CODE: for this reason, as the module logs it.
refuses() {
	why=$1
	shift
	! as "$@" >/tmp/shown || return 1
	cat /tmp/shown
	grep -qE "logged: pam_otp.* reason=$why( |\$)" /tmp/shown
}

# --- The tool ----------------------------------------------------------------

enrolled() {
	person alice
	enrol alice && same t "$(query one postgres "SELECT seed IS NOT NULL
	    FROM otp.account WHERE name = 'alice'")" &&
	    says_no test -e /var/lib/pam_otp/seed/alice &&
	    otp-enroll status alice &&
	    otp-enroll show alice --print
}
check 'new__enrolls_in_the_database' enrolled
says_init() {
	otp-enroll init && return 1
	otp-enroll init 2>&1 | grep "otp-enroll fleet init"
}
check 'init__names_the_command_for_a_database' says_init
all() {
	otp-enroll status --all | grep alice
}
check 'status__lists_the_accounts_of_the_database' all

# --- Logins ------------------------------------------------------------------

nobody_answers() {
	refuses no-daemon first alice "$(code)"
}
check 'database__is_the_daemons' nobody_answers

otpd_start
"$daemon" --listen --conf=/etc/other.conf &
other_served=$!
await test -S /run/other/user

once() {
	code=$(code) && as first alice "$code" &&
	    refuses replay first alice "$code" &&
	    refuses replay second alice "$code"
}
check 'code__works_once_on_all_hosts' once
guess_elsewhere() {
	refuses wrong first alice "$(wrong_code)" &&
	    refuses wrong second alice "$(wrong_code)" &&
	    otp-enroll verify alice "$(wrong_code)" >/dev/null
	otp-enroll status alice | grep -i 'failure\|wrong' | grep 2
}
check 'failures__are_counted_over_all_hosts' guess_elsewhere
recovers() {
	# shellcheck disable=SC2086
	set -- $recovery
	as second alice "$1" && refuses replay first alice "$1"
}
check 'recovery_code__works_once_on_all_hosts' recovers

# connections: that the server has, of all programs, by their numbers.
connections() {
	query one postgres "SELECT pid FROM pg_stat_activity
	    WHERE application_name = 'pam_otp' ORDER BY pid"
}
# A wrong code is told at the next login, which says to the daemon that it was.
shared() {
	person gloria
	enrol gloria --hotp && as first gloria "$(hotp 0)" || return 1
	before=$(connections)
	refuses wrong first gloria "$(hotp 900)" && as first gloria "$(hotp 1)" &&
	    as first gloria "$(hotp 2)" && same "$before" "$(connections)"
}
check 'connection__is_kept_for_the_next_login_of_a_host' shared

# Both hosts try one code, 4 times each, at once.
race() {
	yes=0
	code=$(hotp "$1")
	for host in first second first second first second first second; do
		as $host bob "$code" >/dev/null 2>&1 && echo yes >>/tmp/yes &
		racers="${racers-} $!"
	done
	# shellcheck disable=SC2086
	wait $racers
	racers=
}
races() {
	person bob
	enrol bob --hotp || return 1
	: >/tmp/yes
	for counter in 0 1 2 3 4 5; do
		race $counter
		otp-enroll unlock bob >/dev/null || return 1
	done
	same 6 "$(wc -l </tmp/yes)"
}
check 'code__that_two_hosts_race_for_works_once' races
sed -n 's/^/# ran: /p' <<END
6 codes, each tried 8 times at once through 2 daemons: $(wc -l </tmp/yes) accepted
END

not_enrolled() {
	person carol
	refuses not-enrolled first carol 123456 &&
	    as nullok carol 123456 |
	    grep 'result=ignored reason=not-enrolled user=carol'
}
check 'user__who_is_not_enrolled_is_found_so' not_enrolled

# --- Changes by the tool -----------------------------------------------------

changes() {
	person erin
	enrol erin && old=$(code) &&
	    otp-enroll new erin --replace --no-confirm --print --qr=none \
		>/tmp/enrolled && refuses wrong first erin "$old" || return 1
	secret=$(sed -n 's/^  Key *//p' /tmp/enrolled | tr -d ' ')
	otp-enroll suspend erin && refuses suspended second erin "$(code)" &&
	    otp-enroll resume erin && as second erin "$(code)" &&
	    otp-enroll recovery erin --print >/dev/null &&
	    otp-enroll remove erin && refuses not-enrolled first erin "$(code)" &&
	    otp-enroll remove --purge erin &&
	    same t "$(query one postgres "SELECT state IS NULL AND seed IS NULL
		FROM otp.account WHERE name = 'erin'")" && enrol erin &&
	    as first erin "$(code)"
}
check 'changes__are_seen_by_all_hosts' changes

# erin is called otherwise from now on.
renamed() {
	sed -i 's/^erin:/erika:/' /etc/passwd && otp-enroll adopt erika --from=erin &&
	    refuses replay first erika "$(code)" && as second erika "$(code 30)"
}
check 'adopt__renames_an_account_of_the_database' renamed

# --- Root --------------------------------------------------------------------

root_is_here() {
	otp-enroll new root --no-confirm --print --qr=none --recovery=4 \
	    >/tmp/enrolled || return 1
	secret=$(sed -n 's/^  Key *//p' /tmp/enrolled | tr -d ' ')
	root_recovery=$(grep -m1 -oE '([0-9A-Z]{4}-){5}[0-9A-Z]{4}' /tmp/enrolled)
	test -e /var/lib/pam_otp/seed/root &&
	    same 0 "$(query one postgres "SELECT count(*) FROM otp.account
		WHERE name = 'root'")" && as first root "$(code)"
}
otp-enroll init >/dev/null 2>&1 || :
check 'database__is_not_asked_about_root' root_is_here

checks() {
	status=0
	otp-enroll check bob >/tmp/said 2>&1 || status=$?
	cat /tmp/said
	grep -F "$store" /tmp/said && test $status -ne 2
}
check 'check__looks_at_the_database' checks

# --- A database that is away -------------------------------------------------

away() {
	person dave
	enrol dave || return 1
	server_stop one && refuses no-database first dave "$(code)" &&
	    refuses no-database nullok dave "$(code)" &&
	    as first root "$root_recovery"
	otp-enroll status dave >/tmp/said 2>&1 && return 1
	grep 'the database does not answer' /tmp/said && server_start one &&
	    as first dave "$(code)"
}
check 'database__that_is_away_lets_nobody_in_but_root' away

plugin_away() {
	mv "$plugins/pam_otp_postgresql.so" /tmp/ || return 1
	otpd_end
	otpd_start
	refuses option first dave "$(code)" &&
	    says_no otp-enroll status dave
	status=$?
	mv /tmp/pam_otp_postgresql.so "$plugins"
	return $status
}
check 'plugin__that_is_absent_lets_nobody_in' plugin_away

# --- The next epoch -----------------------------------------------------------

# What was used before stays so, as far as the restored state knows; what is not
# known of is replaced, or has to be proved anew.
next_epoch() {
	person frank
	enrol frank --hotp || return 1
	old=${recovery%% *}
	as first frank "$(hotp 1)" &&
	    query one boss 'SELECT otp.begin_epoch()' >/dev/null &&
	    refuses checksum first frank "$(hotp 2)" &&
	    refuses checksum second frank "$old" &&
	    talk 'Code: ' "$(hotp 2)" 'next code: ' "$(hotp 3)" -- \
		otp-enroll adopt --force --print frank
	echo "$screen" | grep 'recovery codes replaced' && test $status = 0 &&
	    new=$(echo "$screen" | grep -oE '([0-9A-Z]{4}-){5}[0-9A-Z]{4}' |
		head -n 1) &&
	    refuses wrong first frank "$old" &&
	    says_no as second frank "$(hotp 1)" &&
	    says_no as first frank "$(hotp 3)" &&
	    as first frank "$(hotp 4)" && refuses replay second frank "$(hotp 4)" &&
	    as second frank "$new" && refuses replay first frank "$new" &&
	    as second frank "$(hotp 5)" &&
	    refuses checksum first dave "$(code)"
}
check 'adopt__takes_an_account_into_the_next_epoch' next_epoch

otpd_end
kill $other_served
wait $other_served
finish
