#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# FreeRADIUS with contrib/stacks/freeradius, installed as that file says: users
# whom the system does not know, a store of freerad's, radtest(1) for a client.

. "$(dirname "$0")/ground.sh"
needs freeradius radtest db5.3_load sudo

stacks=$top_srcdir/contrib/stacks
radius=/etc/freeradius/3.0
store=/var/lib/pam_otp-radius
conf=/etc/security/pam_otp-radius.conf
users=$store.users.db

# --- What Debian's packages do when they are installed --------------------

echo 'freerad:x:798:798::/etc/freeradius:/usr/sbin/nologin' >>/etc/passwd
echo 'freerad:x:798:' >>/etc/group
echo 'freerad:*:19000:0:99999:7:::' >>/etc/shadow
mkdir -p /run/freeradius /var/log/freeradius
ln -sf ../mods-available/always $radius/mods-enabled
chown -R freerad:freerad /etc/freeradius /run/freeradius /var/log/freeradius
echo 'root ALL=(ALL:ALL) ALL' >/etc/sudoers
command -v db_load >/dev/null || ln -s db5.3_load /usr/bin/db_load

# For this test: refusals are not delayed, and the log has each answer.
sed -i -e 's/reject_delay = 1/reject_delay = 0/' \
    -e 's/^\([[:space:]]*auth\) = no/\1 = yes/' $radius/radiusd.conf

# --- Installed and enrolled as the file says ------------------------------

# told PATTERN: the commands that the file tells, and that match.
told() {
	sed -n 's/^#	//p' "$stacks/freeradius" | grep -e "$1"
}

# as_told PATTERN: those commands.
as_told() {
	told "$1" >"$scratch/commands"
	test -s "$scratch/commands" || return 1
	cat "$scratch/commands"
	(cd "$stacks" && sh -e "$scratch/commands")
}
setup='^install\|^ln\|init'
check 'radius__is_set_up_as_told' as_told "$setup"
check 'radius__every_command_told_is_run' same '' \
    "$(told . | grep -v -e "$setup" -e '^sudo.* new ' -e db_load \
	-e '^chgrp' -e '^chmod' -e ' check ')"
check 'radius__store_is_freerads' same 'freerad 700' \
    "$(stat -c '%U %a' $store)"

# dialogue: the very command, on a terminal, answered with a code of the seed.
cat >"$scratch/new.exp" <<'END'
log_user 1
set timeout 120
set stty_init {rows 50 columns 100}
spawn -noecho sh -c [lindex $argv 0]
expect -re {Key +([A-Z2-7 ]+)\r} {} timeout { exit 98 }
set secret [string map {{ } {}} $expect_out(1,string)]
expect -ex {app shows: } {} timeout { exit 98 }
send "[exec oathtool --totp -b $secret]\r"
expect eof
exit [lindex [wait] 3]
END
dialogue() {
	expect -f "$scratch/new.exp" "$(told '^sudo.* new ')" </dev/null
}
check 'radius__a_person_is_enrolled_at_a_terminal' dialogue
check 'radius__new_is_logged_with_who_did_it' logged \
    '^authpriv.notice otp-enroll: action=enrolled user=alice by=798 sudo_uid=0 '
check 'radius__seed_is_freerads' same 'freerad 600' \
    "$(stat -c '%U %a' $store/seed/alice)"

# Passwords: the same, typed at its prompts.
give_password() {
	told db_load | sed "s/alice/$1/" >"$scratch/give"
	talk 'Password: ' "$password" 'Password: ' "$password" -- \
	    sh -e "$scratch/give"
	test "$status" -eq 0
}
check 'radius__a_password_is_given_as_told' give_password alice
check 'radius__passwords_are_as_told' as_told '^chgrp\|^chmod'

# member NAME [OPTION...]: enrolled anew, and has the password.
member() {
	member=$1
	shift
	rm -f "$store/seed/$member" "$store/state/$member"
	sudo -u freerad otp-enroll new "$member" --conf=$conf --no-confirm \
	    --print --qr=none "$@" >"$scratch/new" 2>&1 || return 1
	secret=$(sed -n 's/^  Key *//p' "$scratch/new" | tr -d ' ')
	recovery=$(grep -oE '([0-9A-Z]{4}-){5}[0-9A-Z]{4}' "$scratch/new" |
	    head -n 1)
	printf '%s\n' "$member" "$(openssl passwd -6 "$password")" |
	    db_load -T -t hash $users
}

# --- The server -----------------------------------------------------------

serve() {
	rm -f /tmp/radius.log
	freeradius -f -l /tmp/radius.log &
	server=$!
	tries=0
	until grep -q 'Ready to process requests' /tmp/radius.log 2>/dev/null; do
		tries=$((tries + 1))
		test $tries -lt 500 && kill -0 $server 2>/dev/null || break
		sleep 0.02
	done
}
serve
check 'radius__server_is_ready' \
    grep -q 'Ready to process requests' /tmp/radius.log
check 'radius__server_is_freerads' same freerad \
    "$(ps -o user= -p $server)"

# asks USER PASSWORD [OPTION...]: what radtest ends with.
asks() {
	radtest_user=$1
	typed=$2
	shift 2
	radtest "$@" "$radtest_user" "$typed" 127.0.0.1 0 testing123 \
	    >"$scratch/radtest" 2>&1 </dev/null
	echo "$ radtest $* $radtest_user '$typed' 127.0.0.1 0 testing123"
	grep -oE 'Received Access-[A-Z][a-z]*' "$scratch/radtest"
}

# lines: what was logged. (A step may end between a code and its use.)
lines() {
	sed -e '/ freeradius: PAM adding faulty/d' -e 's/ drift=-30s$//' \
	    "$scratch/logged"
}

# answers ANSWER LINES USER PASSWORD...: the server's answer, and what the
# modules logged.
answers() {
	answer=$1
	expected=$2
	shift 2
	logged >/dev/null
	asks "$@" >"$scratch/answer"
	logged >"$scratch/logged"
	cat "$scratch/answer" "$scratch/logged"
	same "Received Access-$answer" "$(tail -n 1 "$scratch/answer")" &&
	    same "$expected" "$(lines)"
}

otp='freeradius: pam_otp(radiusd:auth):'
userdb='freeradius: pam_userdb(radiusd:auth):'
spent='token="ground:alice" method=totp'
accepted="authpriv.info $otp result=accepted reason=ok user=alice $spent"
replayed="authpriv.notice $otp result=refused reason=replay user=alice $spent"
granted="authpriv.notice $userdb user 'alice' granted access"
denied="authpriv.notice $userdb user \`alice' denied access (incorrect password)"

# said TEXT: what the server itself logged last of an answer.
said() {
	grep 'Auth: ' /tmp/radius.log | tail -n 1 >"$scratch/auth"
	cat "$scratch/auth"
	grep -qF "$1" "$scratch/auth"
}

# --- Outcomes -------------------------------------------------------------

member alice
now=$(code)
check 'radius__right_password_and_code_are_accepted' answers Accept \
    "$accepted failures=0
$granted" alice "$password$now"
sed 's/^/# /' "$scratch/radtest" "$scratch/logged"
check 'radius__server_logs_it' said 'Login OK: [alice'
check 'radius__replay_is_refused' answers Reject \
    "$replayed failures=0" alice "$password$now"
sed 's/^/# /' "$scratch/logged"
check 'radius__server_logs_what_pam_returned' \
    said 'Login incorrect (pam: pam_authenticate failed: Authentication failure)'

member alice
check 'radius__wrong_code_is_refused' answers Reject \
    "authpriv.notice $otp result=refused reason=wrong user=alice failures=1" \
    alice "$password$(wrong_code)"

# Judged first, the code is gone whatever comes of the password.
now=$(code)
check 'radius__wrong_password_is_refused' answers Reject \
    "$accepted failures=0
$denied" alice "incorrect horse$now"
check 'radius__wrong_password_spends_the_code' answers Reject \
    "$replayed failures=0" alice "$password$now"

malformed="authpriv.notice $otp result=refused reason=malformed"
check 'radius__password_alone_is_refused' answers Reject \
    "$malformed" alice "$password"
check 'radius__code_alone_is_refused' answers Reject \
    "$malformed" alice "$(code)"
check 'radius__code_one_digit_short_is_refused' answers Reject \
    "$malformed" alice "$password$(code | cut -c 2-)"
check 'radius__recovery_code_is_of_no_use' answers Reject \
    "$malformed" alice "$password$recovery"

# Nobody is named whom the store does not know: it may be a password.
unenrolled="authpriv.notice $otp result=refused reason=not-enrolled"
check 'radius__unknown_user_is_refused_and_not_named' answers Reject \
    "$unenrolled" mallory "$password$(code)"
check 'radius__hostile_name_is_not_named' answers Reject \
    "$unenrolled" 'x\"rhost=192.0.2.66' "$password$(code)"
check 'radius__name_with_a_space_comes_to_no_module' answers Reject \
    '' 'x rhost=192.0.2.66' "$password$(code)"
check 'radius__name_in_other_letters_is_somebody_else' answers Reject \
    "$unenrolled" ALICE "$password$(code)"
check 'radius__chap_comes_to_no_module' answers Reject \
    '' alice "$password$(code)" -t chap

printf '%s\n' bob "$(openssl passwd -6 "$password")" |
    db_load -T -t hash $users
check 'radius__password_without_seed_is_refused' answers Reject \
    "$unenrolled" bob "$password$(code)"
check 'radius__system_account_without_seed_is_refused' answers Reject \
    "$unenrolled user=daemon" daemon "$password$(code)"

# A token of eight digits beside one of six.
member alice
sudo -u freerad otp-enroll new alice --conf=$conf --add --digits=8 \
    --no-confirm --print --qr=none >"$scratch/said" 2>&1
check 'radius__codes_of_several_lengths_are_no_answer' answers Reject \
    "authpriv.err $otp result=unavailable reason=lengths user=alice" \
    alice "$password$(code)"
check 'radius__server_logs_that_there_is_no_answer' said \
    'pam_authenticate failed: Authentication service cannot retrieve'

# Five wrong codes; then the right one has to wait.
member alice
for try in 1 2 3 4 5; do
	asks alice "$password$(wrong_code)" >"$scratch/said"
done
waits() {
	logged >/dev/null
	asks alice "$password$(code)"
	logged >"$scratch/logged"
	cat "$scratch/logged"
	grep -qE "^authpriv.notice $(echo "$otp" |
	    sed 's/[()]/\\&/g') result=refused reason=blocked user=alice failures=5 delay=[0-9]+s\$" \
	    "$scratch/logged"
}
check 'radius__right_code_in_a_wait_is_refused' waits
sudo -u freerad otp-enroll unlock alice --conf=$conf >"$scratch/said" 2>&1
check 'radius__right_code_after_unlock_is_accepted' answers Accept \
    "$accepted failures=0
$granted" alice "$password$(code)"

# Threads of one process, and one code.
race() {
	member alice
	now=$(code)
	for try in 1 2 3 4 5 6 7 8; do
		radtest alice "$password$now" 127.0.0.1 0 testing123 \
		    >"$scratch/race.$try" 2>&1 &
		racers="${racers-} $!"
	done
	# shellcheck disable=SC2086
	wait $racers
	cat "$scratch"/race.* | grep -o 'Received Access-[A-Z][a-z]*' |
	    sort | uniq -c
	same 1 "$(cat "$scratch"/race.* | grep -c 'Received Access-Accept')" &&
	    same 7 "$(cat "$scratch"/race.* |
		grep -c 'Received Access-Reject')"
}
check 'radius__of_eight_at_once_one_is_accepted' race

# checks STATUS PATTERN: the command told, and a line that it prints.
checks() {
	told ' check ' >"$scratch/commands"
	sh "$scratch/commands" >"$scratch/found" 2>&1
	set -- "$1" "$2" $?
	cat "$scratch/found"
	same "$1" "$3" && grep -q "$2" "$scratch/found"
}
check 'radius__check_finds_no_fault' \
    checks 0 '^ok .*radiusd asks for a code: /etc/pam.d/radiusd:'
as_root() {
	says_no otp-enroll check alice --conf=$conf >"$scratch/found" 2>&1
	cat "$scratch/found"
	grep -q 'run otp-enroll as that user' "$scratch/found"
}
check 'radius__check_by_root_says_who_should' as_root

# --- Faults ---------------------------------------------------------------

member alice
mv $store/.store $store/.gone
check 'radius__store_that_is_gone_is_no_answer' answers Reject \
    "authpriv.err $otp result=unavailable reason=no-store file=$store/.store errno=ENOENT" \
    alice "$password$(code)"
check 'radius__check_finds_the_store_gone' checks 1 '^fault '
mv $store/.gone $store/.store

sed -i 's/nodelay/nodealy/' /etc/pam.d/radiusd
check 'radius__misspelt_option_is_refused' answers Reject \
    "authpriv.err $otp result=misconfigured reason=option option=nodealy detail=unknown-option" \
    alice "$password$(code)"
check 'radius__server_logs_that_the_service_is_wrong' said \
    'pam_authenticate failed: Error in service module'
sed -i 's/nodealy/nodelay/' /etc/pam.d/radiusd

module=$(ground_modules)/pam_otp.so
mv "$module" "$module.gone"
missing() {
	logged >/dev/null
	asks alice "$password$(code)" >"$scratch/answer"
	cat "$scratch/answer"
	same 'Received Access-Reject' "$(tail -n 1 "$scratch/answer")" &&
	    logged 'PAM unable to dlopen(pam_otp.so)'
}
check 'radius__module_that_goes_is_kept_by_the_server_that_runs' \
    answers Accept "$accepted failures=0
$granted" alice "$password$(code)"
kill $server
wait $server
serve
check 'radius__missing_module_refuses_everybody' missing
mv "$module.gone" "$module"

member alice
check 'radius__right_code_is_accepted_again' answers Accept \
    "$accepted failures=0
$granted" alice "$password$(code)"

kill $server
wait $server

# --- Accounts of the host, through pam_otpd -------------------------------

# The server's user is in the group pam_otp, and the store is root's.
daemon=$top_builddir/pam_otpd/pam_otpd
sed -i '/^pam_otp:/d' /etc/group
echo 'pam_otp:x:797:freerad' >>/etc/group
mkdir -m 755 /run/pam_otp
"$daemon" --listen &
served=$!
sed -i '/conf=/d' /etc/pam.d/radiusd
person alice
conf
for name in root alice; do
	enrol $name
	printf '%s\n' $name "$(openssl passwd -6 "$password")" |
	    db_load -T -t hash $users
	test $name = alice || code >"$scratch/roots"
done
serve
# through RESULT ANSWER USER TYPED: what pam_otpd logs, and what is answered.
through() {
	result=$1
	answer=$2
	shift 2
	logged >/dev/null
	asks "$@" >"$scratch/answer"
	logged >"$scratch/logged"
	cat "$scratch/answer" "$scratch/logged"
	same "Received Access-$answer" "$(tail -n 1 "$scratch/answer")" &&
	    grep "pam_otpd: $result " "$scratch/logged" |
	    grep ' socket=service peer_uid=798'
}
now=$(code)
check 'radius__account_of_the_host_is_accepted_through_the_daemon' \
    through 'result=accepted reason=ok user=alice service=radiusd' Accept \
    alice "$password$now"
sed 's/^/# /' "$scratch/logged"
check 'radius__code_is_used_through_the_daemon' \
    through 'result=refused reason=replay user=alice service=radiusd' Reject \
    alice "$password$now"
check 'radius__wrong_code_is_refused_through_the_daemon' \
    through 'result=refused reason=wrong user=alice service=radiusd' Reject \
    alice "$password$(wrong_code)"
roots() {
	logged >/dev/null
	asks root "$password$(cat "$scratch/roots")" >"$scratch/answer"
	logged >"$scratch/logged"
	cat "$scratch/answer" "$scratch/logged"
	same 'Received Access-Reject' "$(tail -n 1 "$scratch/answer")" &&
	    ! grep 'result=accepted' "$scratch/logged" &&
	    grep 'pam_otpd: .*reason=denied .*peer_uid=798' "$scratch/logged"
}
check 'radius__code_of_root_is_not_tried_through_the_daemon' roots
kill $server
wait $server
sed -i '/^pam_otp:/s/freerad//' /etc/group
serve
outsider() {
	logged >/dev/null
	asks alice "$password$(code 30)" >"$scratch/answer"
	logged >"$scratch/logged"
	cat "$scratch/answer" "$scratch/logged"
	same 'Received Access-Reject' "$(tail -n 1 "$scratch/answer")" &&
	    grep 'reason=no-daemon' "$scratch/logged"
}
check 'radius__server_outside_the_group_gets_no_answer' outsider

kill $server $served
wait $server $served
finish
