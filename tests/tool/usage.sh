#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What otp-enroll says to what it cannot do.

. "$(dirname "$0")/tool.sh"

# helps TEXT ARGUMENT...: on standard output, in a screen, and it does nothing.
helps() {
	wanted=$1
	shift
	"$OTP_ENROLL" "$@" >"$scratch/out" 2>"$scratch/err" || return 1
	cat "$scratch/out"
	grep -q -e "$wanted" "$scratch/out" && test ! -s "$scratch/err" &&
	    test "$(wc -l <"$scratch/out")" -lt 24 &&
	    test "$(wc -L <"$scratch/out")" -le 80
}
check 'help__lists_the_commands' helps '^  status ' --help
for command in $("$OTP_ENROLL" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
	check "help__of_$command" helps "^Usage: otp-enroll $command" \
	    $command --help
	check "help__of_${command}_before_it" helps \
	    "^Usage: otp-enroll $command" --help $command
done
check 'help__is_short_too' helps '^  status ' -h
check 'help__is_a_word_too' helps '^  status ' help
check 'help__is_a_word_before_a_command' helps '^Usage: otp-enroll status' \
    help status
check 'help__is_short_behind_a_command' helps '^Usage: otp-enroll status' \
    status -h
commands_alone() {
	ends 2 "$@" >"$scratch/said" || test -z "$err" &&
	    shows '^  status ' && test "$status" = 2
}
check 'help__is_all_there_is_without_a_command' commands_alone
check 'version__is_told' helps '^otp-enroll [0-9]' --version
png='libpng [0-9]'
[ "${PNG:-yes}" != no ] || png=otp-enroll
for part in 'OpenSSL [3-9]' 'libqrencode [0-9]' "$png" \
    'jansson [0-9]' 'Translations: ' 'Store: /' 'Configuration: /'; do
	check "version__has_$part" helps "^$part" --version
done

# There is no store yet, so nothing but usage can be wrong.
wrong() {
	ends 2 "$@" && test ! -e "$store" && test -z "$out"
}
check 'usage__unknown_command' wrong shew "$user"
check 'usage__says_which_command' says 'Unknown command "shew"'
check 'usage__points_to_the_help' says 'otp-enroll --help'
check 'usage__unknown_command_of_help' wrong help shew
check 'usage__command_like_none' wrong frobnicate
check 'usage__suggests_none_for_it' says_no says 'mean'
# suggests TEXT ARGUMENT...
suggests() {
	suggested=$1
	shift
	wrong "$@" && says "Did you mean $suggested?"
}
check 'usage__suggests_a_command: swapped' suggests "'otp-enroll status'" statsu
check 'usage__suggests_a_command: one short' suggests "'otp-enroll recovery'" \
    recover "$user"
check 'usage__suggests_a_command: one more' suggests "'otp-enroll check'" cheeck
check 'usage__suggests_a_command: the first one' suggests "'otp-enroll new'" nwe
check 'usage__suggests_a_command: two slips in six' \
    suggests "'otp-enroll recovery'" recvry
check 'usage__command_with_three_slips_in_seven' wrong statxyz
check 'usage__suggests_none_for_three' says_no says 'mean'
check 'usage__command_with_two_slips_in_three' wrong nxy
check 'usage__suggests_none_for_two_in_three' says_no says 'mean'
check 'usage__suggests_a_command: another' suggests "'otp-enroll show'" shaw
check 'usage__takes_a_user_for_new' suggests "'otp-enroll new $user'" "$user"
check 'usage__takes_a_user_before_the_command' suggests \
    "'otp-enroll status alice'" alice status
check 'usage__suggests_an_option' suggests --recovery new --recvery=3 "$user"
check 'usage__unknown_option' wrong status --frobnicate "$user"
check 'usage__unknown_short_option' wrong status -x "$user"
check 'usage__ambiguous_option' wrong new --re "$user"
check 'usage__option_of_another_command' wrong status --purge "$user"
check 'usage__points_to_the_help_of_the_command' says 'otp-enroll status --help'
check 'usage__missing_value' wrong status "$user" --token
check 'usage__value_where_there_is_none' wrong status --json=3 "$user"
check 'usage__excess_operand' wrong status "$user" "$user"
check 'usage__excess_operand_behind_dashes' wrong status "$user" -- -x
check 'usage__user_for_init' wrong init "$user"
for digits in 5 9 06 +6 -6 6x '' 99999999999999999999; do
	check "usage__digits_$digits" wrong new --print --digits="$digits" \
	    "$user"
done
for period in 0 14 121 -30 1e2; do
	check "usage__period_$period" wrong new --print --period=$period "$user"
done
check 'usage__algorithm' wrong new --print --algorithm=MD5 "$user"
check 'usage__qr' wrong new --print --qr=gif "$user"
check 'usage__recovery' wrong new --print --recovery=17 "$user"
check 'usage__counter' wrong new --print --hotp \
    --counter=18446744073709551615 "$user"
check 'usage__counter_without_hotp' wrong new --print --counter=1 "$user"
check 'usage__period_with_hotp' wrong new --print --hotp --period=30 "$user"
check 'usage__hotp_and_totp' wrong new --print --hotp --totp "$user"
check 'usage__add_and_replace' wrong new --print --add --replace "$user"
check 'usage__json_with_questions' wrong new --print --json "$user"
check 'usage__empty_label' wrong new --print --label= "$user"
check 'usage__token_and_purge' wrong remove --token=1 --purge "$user"
check 'usage__all_and_a_user' wrong status --all "$user"
check 'usage__adopt_all_and_a_user' wrong adopt --all "$user"
check 'usage__empty_user' wrong status ''

# An escape sequence typed is not one shown.
escaped() {
	enroll "$(printf 'sh\033[31mow')"
	put "$err" | grep -q 'sh\\x1b\[31mow'
}
check 'usage__escapes_what_was_typed' escaped

# --- The configuration file ---

misconfigured() {
	status=0
	"$OTP_ENROLL" --conf "$1" status "$user" 2>"$scratch/err" || status=$?
	err=$(cat "$scratch/err")
	echo "status $status: $err"
	test $status = 2 && put "$err" | grep -q -e "$2"
}
check 'conf__named_and_missing' misconfigured "$scratch/none" 'no such file'
check 'conf__relative' misconfigured conf absolute
printf 'store = /tmp/x\nfrob = 1\n' >"$scratch/bad"
check 'conf__unknown_option_with_its_line' misconfigured "$scratch/bad" \
    "bad:2: frob: is not an option"
echo 'store = relative' >"$scratch/bad"
check 'conf__relative_store' misconfigured "$scratch/bad" 'store'
printf 'virtual_users\nnullok\n' >"$scratch/bad"
check 'conf__virtual_users_with_nullok' misconfigured "$scratch/bad" nullok
echo "store = $store" >"$scratch/bad"
chmod 666 "$scratch/bad"
check 'conf__writable_by_others' misconfigured "$scratch/bad" 'others can write to it (mode 0666)'

# --- Who ---

nobody_there() {
	configure
	ends 1 status no-such-user-here && test ! -e "$store" &&
	    says 'no user "no-such-user-here"'
}
check 'user__unknown_to_the_host' nobody_there
nobody_made() {
	configure
	"$OTP_ENROLL" --conf "$conf" init >"$scratch/out" || return 1
	untouched 1 new --print --no-confirm no-such-user-here
}
check 'user__unknown_gets_no_token' nobody_made
# What cannot be mended by another option, or by a code, is said first.
asking='show recovery verify resync import'
unknown_first() {
	untouched 1 "$@" no-such-user-here &&
	    says 'no user "no-such-user-here"' && ! says terminal
}
for command in new 'adopt --force' 'import --recovery=1' $asking; do
	# shellcheck disable=SC2086
	check "user__unknown_is_told_before_the_terminal: $command" \
	    unknown_first $command
done
unenrolled_first() {
	untouched 3 "$@" "$user" && says 'is not enrolled' && ! says terminal
}
for command in show recovery 'adopt --force' verify resync; do
	# shellcheck disable=SC2086
	check "user__unenrolled_is_told_before_the_terminal: $command" \
	    unenrolled_first $command
done

# --- Secrets ---

needs_terminal() {
	untouched 2 "$@" && says '^otp-enroll: Refusing to write secrets.*--print' && test -z "$out"
}
for command in new 'new --no-confirm'; do
	# shellcheck disable=SC2086
	check "secrets__need_a_terminal_or_print: $command" \
	    needs_terminal $command "$user"
done
stateless_first() {
	untouched 1 "$@" "$user" && says "otp-enroll adopt $user" &&
	    ! says terminal && ! says 'two codes'
}
enroll new --print --no-confirm --hotp "$user"
for command in show recovery 'adopt --force' 'new --replace'; do
	# shellcheck disable=SC2086
	check "secrets__need_a_terminal_or_print: $command" \
	    needs_terminal $command "$user"
done
other=$(getent passwd | cut -d: -f1 | grep -vxF "$user" | head -n 1)
enroll new --print --no-confirm "$other"
told_once() {
	needs_terminal adopt --force --all &&
	    test "$(wc -l <"$scratch/err")" = 1
}
check 'secrets__need_a_terminal_or_print: adopt --force --all' told_once
enroll remove --purge "$other"
rm "$store/state/$user"
for command in recovery resync; do
	check "user__without_a_state_is_told_before_the_terminal: $command" \
	    stateless_first "$command"
done
enroll remove --purge "$user"

check 'user__is_named_by_the_database' ends 3 status "$user"

as_root_without_user() {
	ends 2 "$@" && says 'otp-enroll .* USER'
}
hints_at_sudo_user() {
	SUDO_USER=alice "$OTP_ENROLL" --conf "$conf" status 2>"$scratch/err"
	test $? = 2 && grep -q 'otp-enroll status alice' "$scratch/err"
}
own_account() {
	ends 3 status && says "^otp-enroll: $user is not enrolled"
}
if [ "$(id -u)" = 0 ]; then
	for command in 'new --print' status unlock remove 'recovery --print' \
	    adopt; do
		# shellcheck disable=SC2086
		check "root__without_a_user: $command" \
		    as_root_without_user $command
	done
	check 'root__is_told_of_sudos_user' hints_at_sudo_user
	skip 'user__is_oneself_by_default' 'for root there is no default'
else
	skip 'root__without_a_user' 'not root'
	check 'user__is_oneself_by_default' own_account
fi

# Somebody else's store: one sentence, and what to do.
anothers() {
	# The way to it must be open for that uid; what is in it must not.
	chmod 755 "$scratch"
	chmod 644 "$conf"
	cp "$OTP_ENROLL" "$scratch/otp-enroll" || return 1
	status=0
	setpriv --reuid=65534 --regid=65534 --clear-groups \
	    "$scratch/otp-enroll" --conf "$conf" "$@" \
	    >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
	err=$(cat "$scratch/err")
	echo "status $status: $err"
	test $status = 1 && test "$(wc -l <"$scratch/err")" = 1 &&
	    says "The store $store belongs to root: ask an administrator to run .otp-enroll $1 nobody', or use sudo."
}
if [ "$(id -u)" = 0 ] && [ "$(id -un 65534 2>/dev/null)" = nobody ]; then
	for command in unlock suspend 'recovery --add=1' adopt; do
		# shellcheck disable=SC2086
		check "store__of_another: $command" anothers $command
	done
else
	skip 'store__of_another' 'needs root, and an account nobody'
fi

no_store() {
	rm -rf "$store"
	ends 1 status "$user" && says 'there is no store' &&
	    says 'otp-enroll init'
}
check 'store__missing' no_store
no_store_first() {
	ends 1 "$@" && says 'there is no store' && ! says terminal &&
	    test ! -e "$store"
}
for command in new 'adopt --force' 'import --recovery=1' $asking; do
	# shellcheck disable=SC2086
	check "store__missing_is_told_before_the_terminal: $command" \
	    no_store_first $command "$user"
done
check 'store__missing_is_told_before_the_terminal: adopt --force --all' \
    no_store_first adopt --force --all
finish
