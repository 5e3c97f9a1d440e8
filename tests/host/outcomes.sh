# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What every stack has to do with every outcome: scripts that source this say
# how to log in, and what that looks like.
#
#	service		of pam.d; ident is what logs
#	name		the beginning of the tests' names
#	use [SED]	puts the stack in force, with its pam_otp line edited
#	enter [CODE]	alice logs in with this code, or none is asked for
#	who		whence, in the log
#	from		likewise, as users are told; empty where no host is known
#	view [MESSAGE]	what the terminal shows of a login: let in
#	view_no PAM [MESSAGE]	likewise refused, PAM having answered so
#	ended_no	the status then
#	logs_no PAM	what the log says then, as a pattern; empty: nothing

# log_in [CODE]: `lines' is what that logged.
log_in() {
	enter "$@"
	logged >"$scratch/lines"
	cat "$scratch/lines"
}

# our_line TEXT: the one line that the module logged, less what the clock says.
our_line() {
	same "$1" "$(sed -nE -e 's/ drift=-?[0-9]+s//; s/ delay=[0-9]+s/ delay=Ns/' \
	    -e "s/^authpriv\\.([a-z]+ )$ident: pam_otp\\($service:auth\\): /\\1/p" \
	    "$scratch/lines")"
}

# seen TEXT STATUS
seen() {
	same "$1" "$(echo "$screen" | sed -E 's/in [0-9]+ s\./in N s./')" &&
	    same "$2" "$status"
}

let_in() {
	seen "$(view "$@")" 0
}

turned_away() {
	seen "$(view_no "$@")" "$ended_no" || return 1
	pattern=$(logs_no "$@")
	test -z "$pattern" || grep -q -e "$pattern" "$scratch/lines"
}

auth_err='Authentication failure'
unavail='Authentication service cannot retrieve authentication info'
service_err='Error in service module'
no_module='Module is unknown'
cannot="Codes cannot be checked right now. Please contact your administrator."
token='token="ground:alice"'

right() {
	use && conf && enrol alice || return 1
	spent=$(code)
	log_in "$spent"
	let_in && our_line "info result=accepted reason=ok user=alice $who \
$token method=totp failures=0"
}

replay() {
	log_in "$spent"
	turned_away "$auth_err" \
	    'That code was already used. Wait for the next one.' &&
	    our_line "notice result=refused reason=replay user=alice $who \
$token method=totp failures=0"
}

wrong() {
	log_in "$(wrong_code)"
	turned_away "$auth_err" &&
	    our_line "notice result=refused reason=wrong user=alice $who \
failures=1"
}

# A used code that came from where its owner had just been is not told. The host
# is, where there is one.
told() {
	log_in "$(code 30)"
	let_in "1 wrong code since your last login\
 less than a minute ago$from."
}

malformed() {
	log_in 'letters'
	turned_away "$auth_err" 'A code has 6 to 8 digits.' && our_line \
	    "notice result=refused reason=malformed user=alice $who"
}

begins_wait() {
	conf 'delay_after = 1'
	enrol alice
	log_in "$(wrong_code)"
	turned_away "$auth_err" &&
	    our_line "warning result=refused reason=wrong user=alice $who \
failures=1 delay=Ns"
}

waits() {
	log_in "$(code)"
	turned_away "$auth_err" 'Too many wrong codes. Try again in N s.' &&
	    our_line "notice result=refused reason=blocked user=alice $who \
failures=1 delay=Ns"
}

ends_wait() {
	log_in "${recovery%% *}"
	let_in "1 wrong code before your first login$from.
3 recovery codes left." &&
	    our_line "info result=accepted reason=ok user=alice $who \
method=recovery failures=0"
}

locked() {
	conf 'delay_after = 10' 'lock_after = 10'
	enrol alice
	guess alice 10 && logged || return 1
	log_in "$(code)"
	turned_away "$auth_err" \
	    'Locked out after too many wrong codes. An administrator can unlock the account.' &&
	    our_line "warning result=refused reason=locked-out user=alice $who \
failures=10"
}

unlocked() {
	otp-enroll unlock alice && logged || return 1
	log_in "$(code)"
	our_line "info result=accepted reason=ok user=alice $who \
$token method=totp failures=0" && same 0 "$status"
}

recovery_unlocks() {
	enrol alice
	guess alice 10 && logged || return 1
	log_in "${recovery%% *}"
	our_line "info result=accepted reason=ok user=alice $who \
method=recovery failures=0" && same 0 "$status"
}

unenrolled() {
	conf
	person alice
	log_in 123456
	turned_away "$auth_err" &&
	    our_line "notice result=refused reason=not-enrolled user=alice $who"
}

nullok() {
	use 's/pam_otp\.so/& nullok/'
	log_in
	let_in &&
	    our_line "info result=ignored reason=not-enrolled user=alice $who"
}

nullok_enrolled() {
	enrol alice
	log_in "$(wrong_code)"
	turned_away "$auth_err" &&
	    our_line "notice result=refused reason=wrong user=alice $who \
failures=1"
}

# With nullok it is seen before anybody is asked.
no_store() {
	store_unmount || return 1
	log_in "$@"
	store_mount
	turned_away "$unavail" "$cannot" &&
	    our_line "err result=unavailable reason=no-store user=alice $who \
file=/var/lib/pam_otp/.store errno=ENOENT"
}

misspelt() {
	enrol alice
	use 's/pam_otp\.so/& nulok/'
	log_in
	turned_away "$service_err" &&
	    our_line "err result=misconfigured reason=option ${who#user=* } \
option=nulok detail=unknown-option"
}

# A stack with a line whose module cannot be loaded lets nobody in, whoever it
# is, whatever is right.
no_module() {
	use
	mv "$(ground_modules)/pam_otp.so" /tmp
	log_in
	mv /tmp/pam_otp.so "$(ground_modules)"
	turned_away "$no_module" && grep -q -e "$ident: PAM unable to \
dlopen(pam_otp.so)" "$scratch/lines"
}

outcomes() {
	check "${name}__lets_a_right_code_in" right
	check "${name}__refuses_a_used_code" replay
	check "${name}__refuses_a_wrong_code" wrong
	check "${name}__tells_its_owner_of_both" told
	check "${name}__refuses_what_is_no_code" malformed
	check "${name}__begins_a_wait" begins_wait
	check "${name}__refuses_a_right_code_in_a_wait" waits
	check "${name}__ends_a_wait_by_a_recovery_code" ends_wait
	check "${name}__refuses_a_right_code_when_locked" locked
	check "${name}__is_unlocked_by_the_administrator" unlocked
	check "${name}__is_unlocked_by_a_recovery_code" recovery_unlocks
	check "${name}__asks_who_is_not_enrolled_and_refuses" unenrolled
	check "${name}__nullok_does_not_ask_who_is_not_enrolled" nullok
	check "${name}__nullok_asks_who_is_enrolled" nullok_enrolled
	check "${name}__nullok_lets_nobody_in_without_the_store" no_store
	use
	check "${name}__lets_nobody_in_without_the_store" no_store 123456
	check "${name}__refuses_all_for_a_misspelt_option" misspelt
	check "${name}__refuses_all_when_the_module_is_missing" no_module
	use
	conf
}
