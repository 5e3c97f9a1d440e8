#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# All options of pam_otp(8) and pam_otp.conf(5) over a database: none is ignored, or
# works in another way, because pam_otpd decides.

. "$(dirname "$0")/hosts.sh"
needs socat ssh-keygen oathtool
tables=$top_builddir/tests/check/tables
hosts_begin && posts_begin && served_start || exit 99
SSH_AUTH_INFO='publickey ssh-ed25519 AAAA' RHOST=203.0.113.5 ASKED=yes
export SSH_AUTH_INFO RHOST ASKED

# Each option, and a test of it over a database: the script and the name. An option
# can have several.
rows() {
	cat <<'END'
store login.sh database__is_the_daemons
store login.sh database__is_not_asked_about_root
window options.sh window__is_that_of_the_file
lookahead options.sh lookahead__is_that_of_the_file
delay_after options.sh delay_after__blocks_on_all_hosts
lock_after options.sh lock_after__locks_out_on_all_hosts
virtual_users options.sh virtual_users__have_accounts_in_the_database
file_system_is_local options.sh file_system_is_local__changes_nothing
sockets known.sh device__is_known_on_all_hosts
sms_prefixes options.sh sms_prefixes__allow_a_number_that_gets_codes
self_enroll options.sh self_enroll__is_refused_by_default
self_enroll options.sh self_enroll__makes_a_token_that_all_hosts_know
self_enroll options.sh self_enroll__takes_an_invitation_once
self_enroll options.sh self_enroll__needs_a_role_that_may
conf login.sh code__works_once_on_all_hosts
conf options.sh conf__of_other_rules_is_refused
groups options.sh groups__ask_their_members
exempt_groups options.sh exempt_groups__ask_all_others
remember known.sh device__is_known_on_all_hosts
remember options.sh remember__with_the_host_asks_elsewhere
remember_for options.sh remember_for__is_the_same_on_all_hosts
fresh_for known.sh code__is_fresh_on_the_host_where_it_was_given
deliver known.sh code__comes_by_mail_to_a_new_device
deliver options.sh deliver__sends_unasked_to_those_without_a_token
enroll enroll.sh invitation__sets_up_an_app_at_a_login
qr options.sh qr__is_shown_unless_it_is_off
notify known.sh owner__is_told_of_a_new_device
notify options.sh notify__tells_what_the_tool_changes
nullok login.sh user__who_is_not_enrolled_is_found_so
nullok_until options.sh nullok_until__ends_on_the_day
tries options.sh tries__ask_again_after_a_wrong_code
prompt options.sh prompt__is_shown
echo options.sh echo__shows_what_is_typed
forward_pass options.sh forward_pass__passes_the_password_on
forward_pass options.sh forward_pass__splits_off_the_digits_of_the_account
silent options.sh silent__leaves_the_news_to_the_next_login
nodelay options.sh nodelay__asks_for_no_delay
debug options.sh debug__logs_more_and_no_code
END
}
options() {
	"$tables" options | cut -d ' ' -f 1 | sort
}
has_rows() {
	test "$(options | wc -l)" -gt 20 &&
	    same "$(options)" "$(rows | cut -d ' ' -f 1 | sort -u)"
}
check 'options__have_a_test_each' has_rows
has_tests() {
	rows | while read -r option script name; do
		grep -q "^check '$name' " "$top_srcdir/tests/fleet/$script" || {
			echo "$option: $script has no test $name"
			return 1
		}
	done
}
check 'options__have_tests_that_exist' has_tests

# /tmp/next: the next line of /tmp/answers.
cat >/tmp/next <<'END'
#!/bin/sh
head -n 1 /tmp/answers
sed -i 1d /tmp/answers
END
chmod 755 /tmp/next

# --- How codes are verified -----------------------------------------------------

# afresh NAME [OPTION...]: enrolled anew.
afresh() {
	person "$1"
	otp-enroll remove "$1" --purge >/dev/null 2>&1
	enrol "$@"
}

line plain
window() {
	afresh alice && both 'window = 0' || return 1
	code=$(code -30)
	says_no on one plain alice "$code" && shown 'reason=wrong' &&
	    both 'window = 2' && on two plain alice "$code"
}
check 'window__is_that_of_the_file' window
lookahead() {
	afresh alice --hotp && both 'lookahead = 3' || return 1
	says_no on one plain alice "$(hotp 3)" && shown 'reason=wrong' &&
	    both 'lookahead = 4' && on two plain alice "$(hotp 3)"
}
check 'lookahead__is_that_of_the_file' lookahead
delay_after() {
	afresh alice && both 'delay_after = 2' || return 1
	says_no on one plain alice "$(wrong_code)" && on two plain alice "$(code)" &&
	    says_no on one plain alice "$(wrong_code)" &&
	    says_no on two plain alice "$(wrong_code)" &&
	    says_no on one plain alice "$(code 30)" && shown 'reason=blocked' &&
	    says_no on two plain alice "$(code 30)" && shown 'reason=blocked'
}
check 'delay_after__blocks_on_all_hosts' delay_after
lock_after() {
	afresh alice && both 'delay_after = 10' 'lock_after = 10' || return 1
	guess=$(wrong_code)
	for host in one two one two one two one two one; do
		says_no on $host plain alice "$guess" || return 1
	done
	says_no shown 'reason=locked-out' &&
	    says_no on two plain alice "$guess" &&
	    says_no on one plain alice "$(code)" && shown 'reason=locked-out' &&
	    says_no on two plain alice "$(code)" && shown 'reason=locked-out'
}
check 'lock_after__locks_out_on_all_hosts' lock_after
both

# Two of them, since they have the same uid.
virtual() {
	both virtual_users
	enrol vera && vera=$secret && enrol victor &&
	    on one plain victor "$(code)" &&
	    says_no on two plain victor "$(code)" && shown 'reason=replay' &&
	    secret=$vera && on two plain vera "$(code)" &&
	    says_no on one plain vera "$(wrong_code)" && shown 'reason=wrong' &&
	    says_no on one plain walter 123456 && shown 'reason=not-enrolled' ||
	    return 1
	both
	says_no on one plain vera "$(code 30)" && shown 'reason=unknown-user'
}
check 'virtual_users__have_accounts_in_the_database' virtual
# It is about the folder of root's own account.
file_system() {
	both file_system_is_local
	person bob
	enrol bob && on one plain bob "$(code)" &&
	    says_no on two plain bob "$(code)" && shown 'reason=replay'
}
check 'file_system_is_local__changes_nothing' file_system
both

other_rules() {
	line other_rules
	echo 'auth required pam_otp.so conf=/etc/lax.conf' >/tmp/one.d/other_rules
	sed '$a\window = 2' /etc/security/pam_otp.conf >/etc/lax.conf
	says_no on one other_rules bob "$(code 30)" && shown 'reason=option' &&
	    shown 'option=window' && says_no shown '^  asked'
}
check 'conf__of_other_rules_is_refused' other_rules

# --- Addresses, and what users set up --------------------------------------------

sms() {
	both 'sms_prefixes = +49'
	line send deliver=yes
	person carol
	forget_sent
	enrol carol &&
	    says_no otp-enroll address carol --add=+43170123456 --no-confirm &&
	    otp-enroll address carol --add=+49170123456 --no-confirm &&
	    on one send carol '!/tmp/answer one' && shown 'method=sms' &&
	    grep '^to=sms:+49170123456$' /tmp/sent.one
}
check 'sms_prefixes__allow_a_number_that_gets_codes' sms

# by_oneself CONF [INVITATION]: erin runs `otp-enroll new'; what that shows is in
# /tmp/own.
# shellcheck disable=SC2094
by_oneself() {
	own_conf=$1
	shift
	: >/tmp/own
	own_status=0
	{
		await grep -qE '^  Key |^otp-enroll: ' /tmp/own
		secret=$(sed -n 's/^  Key *//p' /tmp/own | tr -d ' ')
		code
		test $# = 0 || echo "$1"
	} 2>/dev/null | setpriv --reuid erin --regid erin --clear-groups \
	    otp-enroll new --print --conf="$own_conf" >/tmp/own 2>&1 ||
	    own_status=$?
	cat /tmp/own
	secret=$(sed -n 's/^  Key *//p' /tmp/own | tr -d ' ')
	return $own_status
}
default=/etc/security/pam_otp.conf
# The tool reads the file of the user, the daemon its own.
not_by_oneself() {
	person erin
	both 'self_enroll = yes'
	cp $default /etc/lax.conf
	both
	says_no by_oneself $default &&
	    grep 'users cannot enroll themselves' /tmp/own &&
	    says_no by_oneself /etc/lax.conf && says_no grep 'is set up' /tmp/own &&
	    says_no on one plain erin 123456 && shown 'reason=not-enrolled'
}
check 'self_enroll__is_refused_by_default' not_by_oneself
yourself() {
	both 'self_enroll = yes'
	by_oneself $default && says_no on two plain erin "$(code)" &&
	    shown 'reason=replay' && on two plain erin "$(code 30)" &&
	    says_no on one plain erin "$(code 30)" && shown 'reason=replay' &&
	    logged 'pam_otpd: action=enrolled user=erin .* socket=user'
}
check 'self_enroll__makes_a_token_that_all_hosts_know' yourself
invite() {
	invitation=$(otp-enroll invite "$@" --print |
	    grep -oE '([0-9A-Z]{4}-){5}[0-9A-Z]{4}')
	test -n "$invitation"
}
invited() {
	both 'self_enroll = invited'
	otp-enroll remove erin --purge >/dev/null && invite erin &&
	    other=$invitation && invite erin || return 1
	says_no by_oneself $default "$other" && by_oneself $default "$invitation" &&
	    on two plain erin "$(code 30)" &&
	    otp-enroll status erin && says_no on two plain erin "$invitation" &&
	    says_no shown 'reason=invited'
}
check 'self_enroll__takes_an_invitation_once' invited
# as_role ROLE: the hosts are, from now on.
as_role() {
	served_end
	tool_conf one "$1" && served_start
}
may_not() {
	both 'self_enroll = yes'
	otp-enroll remove erin --purge >/dev/null && as_role host1 || return 1
	says_no by_oneself $default
	own_said=$?
	as_role desk && test $own_said = 0 && says_no grep 'is set up' /tmp/own &&
	    grep "this host's role may not do this" /tmp/own &&
	    logged 'pam_otpd: .* reason=no-database .* detail=fleet-rights' &&
	    by_oneself $default && on one plain erin "$(code 30)"
}
check 'self_enroll__needs_a_role_that_may' may_not
both

# --- Who is asked -----------------------------------------------------------------

echo 'staffers:x:3000:' >>/etc/group
person frank staffers
person grace
groups() {
	line groups groups=staffers
	enrol frank && on one groups frank "$(code)" &&
	    says_no on two groups frank "$(code)" && shown 'reason=replay' &&
	    says_no on two groups grace 123456 &&
	    shown 'result=ignored reason=not-in-groups' && says_no shown '^  asked' ||
	    return 1
	line groups groups=staffers,absent
	says_no on one groups grace 123456 && shown 'reason=option'
}
check 'groups__ask_their_members' groups
exempt_groups() {
	line exempts exempt_groups=staffers
	enrol grace && says_no on one exempts frank 123456 &&
	    shown 'result=ignored reason=exempt-group' && says_no shown '^  asked' &&
	    on two exempts grace "$(code)"
}
check 'exempt_groups__ask_all_others' exempt_groups
exempt() {
	line plain
	otp-enroll exempt grace --until=8h --reason='lost her telephone' &&
	    says_no on one plain grace 123456 &&
	    shown 'result=ignored reason=exempt .*because="lost her telephone"' &&
	    says_no on two plain grace 123456 && shown 'reason=exempt' &&
	    says_no shown '^  asked' && otp-enroll exempt grace --end &&
	    says_no on two plain grace "$(wrong_code)" && shown 'reason=wrong'
}
check 'exemption__counts_on_all_hosts' exempt
nullok_until() {
	person heidi
	line until nullok_until=2099-01-31
	says_no on one until heidi '' &&
	    shown 'result=ignored reason=not-enrolled' && says_no shown '^  asked' &&
	    shown 'From 2099-01-31 on, you need' &&
	    says_no on two until grace "$(wrong_code)" && shown '^  asked' || return 1
	line until nullok_until=2026-01-31 nullok
	says_no on two until heidi 123456 && shown '^  asked' &&
	    shown 'result=refused reason=not-enrolled'
}
check 'nullok_until__ends_on_the_day' nullok_until

# --- Devices and codes by mail ----------------------------------------------------

comes_with() {
	test -e "/tmp/$1.pub" || ssh-keygen -q -t ed25519 -N '' -f "/tmp/$1"
	SSH_AUTH_INFO="publickey $(cut -d ' ' -f 1,2 "/tmp/$1.pub")"
}
key_and_host() {
	line near remember=key+host
	person ivan
	comes_with laptop
	enrol ivan && on one near ivan "$(code)" &&
	    shown 'will not be asked for a code for 14 days' &&
	    on two near ivan 12345678 && shown 'reason=known-device' &&
	    (RHOST=198.51.100.7; says_no on two near ivan 12345678) &&
	    shown '^  asked'
}
check 'remember__with_the_host_asks_elsewhere' key_and_host
remember_for() {
	line day remember=key remember_for=8h
	person judith
	enrol judith && on one day judith "$(code)" &&
	    shown 'will not be asked for a code for 8 hours' &&
	    on two day judith 12345678 && shown 'reason=known-device' &&
	    shown 'will be asked for a code again in [78] hours'
}
check 'remember_for__is_the_same_on_all_hosts' remember_for
auto() {
	line auto deliver=auto
	person karl
	forget_sent
	afresh karl && otp-enroll address karl --add=karl@example.org \
	    --no-confirm && otp-enroll remove karl --token=1 &&
	    on one auto karl '!/tmp/newest one' && shown 'method=mail' &&
	    shown 'asked:  One-time code \(app, or message ..\): ' &&
	    grep '^to=mailto:karl@example.org$' /tmp/sent.one || return 1
	forget_sent
	afresh karl && otp-enroll address karl --add=karl@example.org \
	    --no-confirm && on two auto karl "$(code)" && sent_nothing
}
check 'deliver__sends_unasked_to_those_without_a_token' auto
notify() {
	both notify
	forget_sent
	otp-enroll recovery karl --print >/dev/null &&
	    await grep -q '^to=mailto:karl@example.org$' /tmp/sent.one &&
	    grep 'recovery codes' /tmp/sent.one
}
check 'notify__tells_what_the_tool_changes' notify
both

# enrolls LINE: as far as the key is shown.
enrolls() {
	invite lara && printf '%s\n' "$invitation" 1 2 3 >/tmp/answers &&
	    says_no on one "$1" lara '!/tmp/next' && shown '^  *Key  ' &&
	    shown 'reason=not-confirmed'
}
qr() {
	person lara
	line draws enroll=invited
	line plainly enroll=invited qr=no
	enrolls draws && shown '█▀' && enrolls plainly && says_no shown '█▀'
}
check 'qr__is_shown_unless_it_is_off' qr

# --- How users are asked ----------------------------------------------------------

person mona
enrol mona
tries() {
	line tries tries=3
	printf '%s\n' "$(wrong_code)" 999999x "$(code)" >/tmp/answers
	on one tries mona '!/tmp/next' && shown 'reason=wrong' &&
	    same 3 "$(grep -c '^  asked' /tmp/shown)"
}
check 'tries__ask_again_after_a_wrong_code' tries
prompt() {
	line words '[prompt=Number, please: ]'
	says_no on two words mona "$(code)" && shown 'asked:  Number, please: '
}
check 'prompt__is_shown' prompt
seen() {
	line plain
	line seen echo
	says_no on one seen mona "$(code)" && shown 'asked in view: ' &&
	    says_no on one plain mona "$(code)" && shown 'asked: '
}
check 'echo__shows_what_is_typed' seen
news='1 wrong code since your last login'
silent() {
	line silent silent
	person nina
	enrol nina --hotp && says_no on one plain nina "$(hotp 900)" &&
	    says_no on two silent nina "$(hotp 900)" &&
	    on one silent nina "$(hotp 0)" && says_no shown 'shown: ' &&
	    says_no on two silent nina "$(hotp 0)" && says_no shown 'shown: ' &&
	    on two plain nina "$(hotp 1)" && shown 'wrong codes since' &&
	    on two plain nina "$(hotp 2)" && says_no shown 'wrong code'
}
check 'silent__leaves_the_news_to_the_next_login' silent
nodelay() {
	line slow nodelay=no
	line fast nodelay
	says_no on one slow nina "$(hotp 900)" && shown 'delay:  wanted' &&
	    says_no on one fast nina "$(hotp 901)" && says_no shown 'delay: '
}
check 'nodelay__asks_for_no_delay' nodelay
debug() {
	line debug debug
	code=$(hotp 3)
	on one debug nina "$code" &&
	    shown 'debug=way detail="pam_otpd, as root"' &&
	    shown 'debug=news' && says_no shown "$code" &&
	    on two plain nina "$(hotp 4)" && says_no shown 'debug='
}
check 'debug__logs_more_and_no_code' debug

# pass_on LINE...: the module, and then what has the password.
pass_on() {
	line pass forward_pass
	for folder in /tmp/one.d /tmp/two.d; do
		echo 'auth required pam_unix.so use_first_pass nodelay' \
		    >>$folder/pass
	done
}
forwards() {
	pass_on
	afresh otto && says_no on one pass otto "wrong$(code)" &&
	    shown 'result=accepted' && on two pass otto "$password$(code 30)" &&
	    shown 'asked:  Password and one-time code: ' &&
	    says_no on one pass otto "$password$(code 30)" &&
	    shown 'reason=replay' && says_no on one pass otto "$password"
}
check 'forward_pass__passes_the_password_on' forwards
digits() {
	afresh otto --hotp --digits=8 || return 1
	on one pass otto "$password$(oathtool --hotp -d 8 -b -c 0 "$secret")" &&
	    otp-enroll new otto --add --print --no-confirm --qr=none \
		>/dev/null && says_no on two pass otto "${password}12345678" &&
	    shown 'reason=lengths'
}
check 'forward_pass__splits_off_the_digits_of_the_account' digits

# --- What is said to the daemon ---------------------------------------------------

# requests USER CODE: how many a login makes.
requests() {
	strace -f -qq -e trace=connect -o /tmp/traced "$scratch/login" /tmp/one.d \
	    plain "$1" "$2" >/tmp/shown 2>&1 || return 1
	grep -c '/run/pam_otp/root' /tmp/traced
}
without_news() {
	person paula
	enrol paula --hotp && on one plain paula "$(hotp 0)" &&
	    same 2 "$(requests paula "$(hotp 1)")" &&
	    says_no on two plain paula "$(hotp 900)" &&
	    same 3 "$(requests paula "$(hotp 2)")" && shown "$news" &&
	    same 2 "$(requests paula "$(hotp 3)")"
}
if have strace; then
	check 'daemon__is_not_told_that_there_was_no_news' without_news
else
	skip 'daemon__is_not_told_that_there_was_no_news' 'no strace'
fi

served_end
finish
