#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Users of a fleet who set up an app at a login, with an invitation: the token is
# active on every host then, and the invitation is used on every host.

. "$(dirname "$0")/hosts.sh"
needs socat oathtool
hosts_begin && served_start || exit 99
SSH_AUTH_INFO='publickey ssh-ed25519 AAAA' RHOST=203.0.113.5 ASKED=yes
export SSH_AUTH_INFO RHOST ASKED
line sshd enroll=invited notify

# answer FILE: as the user does; FILE is what the login has shown so far, and
# MEANWHILE is done before the last answer. $APP is what their app has.
cat >/tmp/answer <<'END'
#!/bin/sh
case $PROMPT in
*nvitation*) echo "$INVITATION" ;;
*'app shows'*)
	sed -n 's/^  Key  *//p' "$1" | tail -n 1 | tr -d ' ' >"$1.key"
	test -z "$SHOWS" || { echo "$SHOWS"; exit; }
	oathtool --totp -b "$(cat "$1.key")"
	;;
*'have saved'*)
	grep -oE '([0-9A-Z]{4}-){5}[0-9A-Z]{4}' "$1" >"$1.codes"
	eval "$MEANWHILE" >/dev/null 2>&1
	echo
	;;
*) exit 1 ;;
esac
END
chmod 755 /tmp/answer

invite() {
	otp-enroll invite "$@" --print >/tmp/invited 2>&1 || {
		cat /tmp/invited
		return 1
	}
	INVITATION=$(grep -oE '([0-9A-Z]{4}-){5}[0-9A-Z]{4}' /tmp/invited)
	export INVITATION
}
enrolls() {
	on "$1" sshd "$2" '!/tmp/answer /tmp/shown'
}
# A code of the app, so much later.
app() {
	secret=$(cat /tmp/shown.key) && code "${1:-0}"
}

sets_up() {
	person alice
	invite alice && enrolls two alice &&
	    shown 'result=accepted reason=enrolled user=alice .*method=invitation' &&
	    same 10 "$(wc -l </tmp/shown.codes)" &&
	    same t "$(query one postgres "SELECT seed LIKE '%totp%' FROM otp.account
		WHERE name = 'alice'")"
}
check 'invitation__sets_up_an_app_at_a_login' sets_up
daemon_logs() {
	logged 'pam_otpd: action=enrolled user=alice .* socket=root .*method=invitation'
}
check 'invitation__is_logged_by_the_daemon' daemon_logs
active() {
	says_no on one sshd alice "$(app)" && shown 'reason=replay' &&
	    on one sshd alice "$(app 30)" && on two sshd alice "$(sed -n 1p \
	    /tmp/shown.codes)" && on one sshd alice "$(sed -n 10p /tmp/shown.codes)"
}
check 'invitation__makes_a_token_that_all_hosts_know' active
used() {
	says_no enrolls one alice && says_no shown 'asked:.*app shows'
}
check 'invitation__is_used_once_on_all_hosts' used

no_code_came() {
	person bob
	invite bob && (SHOWS=000000; export SHOWS; says_no enrolls one bob) &&
	    shown 'reason=not-confirmed' && shown 'The invitation still works' &&
	    otp-enroll status bob | grep 'invited' && enrolls two bob
}
check 'invitation__works_until_a_code_came_back' no_code_came

# Another login with it is finished first.
overtaken() {
	person carol
	invite carol || return 1
	MEANWHILE="unset MEANWHILE; $scratch/login /tmp/one.d sshd carol \
	    '!/tmp/answer /tmp/other' >/tmp/other"
	export MEANWHILE
	says_no enrolls two carol
	overtaken_status=$?
	unset MEANWHILE
	grep 'reason=enrolled' /tmp/other && shown 'reason=invitation-ended' &&
	    shown 'the invitation was used or cancelled in the meantime' &&
	    test $overtaken_status = 0 && cp /tmp/other.key /tmp/shown.key &&
	    on one sshd carol "$(app 30)"
}
check 'invitation__of_two_logins_at_once_enrolls_one' overtaken

# --- Beside other options -----------------------------------------------------

passes() {
	person dave
	line nullok nullok enroll=invited
	invite dave && says_no on two nullok dave '' &&
	    shown 'asked:  Invitation or code, or just Enter: ' &&
	    shown 'result=ignored reason=not-enrolled' &&
	    on one nullok dave '!/tmp/answer /tmp/shown' &&
	    shown 'reason=enrolled'
}
check 'invitation__is_offered_beside_nullok' passes
by_a_program() {
	person erin
	invite erin && says_no setpriv --reuid erin --regid erin --clear-groups \
	    "$scratch/login" /tmp/one.d sshd erin "$INVITATION" >/tmp/shown 2>&1 &&
	    shown 'That is an invitation. This service does not accept it\.'
}
check 'invitation__is_not_for_a_program_of_the_user' by_a_program
told() {
	person frank
	enrol frank && otp-enroll address frank --add=frank@example.org \
	    --no-confirm && invite frank --replace || return 1
	socat UNIX-LISTEN:/run/pam_otp/deliver,mode=600,unlink-early,fork \
	    OPEN:/tmp/sent,creat,append &
	await test -S /run/pam_otp/deliver
	enrolls one frank && await grep -q '^to=mailto:frank@example.org$' \
	    /tmp/sent && grep invitation /tmp/sent &&
	    logged 'result=sent reason=ok user=frank .* notice=invitation'
}
check 'invitation__tells_the_addresses_that_it_replaces' told
away() {
	person grace
	invite grace || return 1
	MEANWHILE="sed -i 's/^role = .*/role = nobody/' /etc/pam_otp/fleet.conf"
	export MEANWHILE
	says_no enrolls one grace
	away_status=$?
	unset MEANWHILE
	tool_conf one desk
	shown 'result=unavailable' && test $away_status = 0 &&
	    enrolls two grace
}
check 'invitation__works_if_the_database_was_away' away

# as_role ROLE: the hosts are, from now on.
as_role() {
	served_end
	tool_conf one "$1" && served_start
}
may_not() {
	person heidi
	invite heidi && as_role host1 || return 1
	says_no enrolls one heidi &&
	    shown 'reason=no-database .* detail=fleet-rights' &&
	    says_no on two sshd heidi "$(app)" && as_role desk &&
	    enrolls two heidi
}
check 'invitation__works_after_a_host_that_may_not_enroll' may_not

served_end
finish
