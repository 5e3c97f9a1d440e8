#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What belongs to a change is printed before it is committed: what cannot be
# printed changes nothing, and what was printed and not committed is said not to
# be valid.

. "$(dirname "$0")/tool.sh"

have jq && have oathtool || {
	skip 'printed' 'jq or oathtool is missing'
	finish
}
give_service
mkfifo "$scratch/gone" "$scratch/read" "$scratch/typed"
printf 'user\nanna\nbert\n' >"$scratch/list"
for name in carl dora; do
	echo "HOTP $name - 6162636465666768696a6b6c6d6e6f7071727374"
done >"$scratch/users"

# The store that each form meets: alice is set up, erna's state is damaged.
enroll init
enroll new --print --no-confirm --json --recovery=3 alice
old=$(put "$out" | jq -r '.recovery_codes[0]')
enroll new --print --no-confirm --json --recovery=3 erna
dd if=/dev/zero of="$store/state/erna" bs=8192 count=2 conv=notrunc 2>/dev/null
cp -a "$store" "$scratch/kept"
afresh() {
	rm -rf "$store"
	cp -a "$scratch/kept" "$store"
}

# tool ARGUMENT...: with the list of an import on standard input.
tool() {
	status=0
	$under "$OTP_ENROLL" --conf "$conf" "$@" 2>"$scratch/err" \
	    <"$scratch/users" || status=$?
}
under=

# into SINK ARGUMENT...: standard output is full, closed, or a pipe that nobody
# reads any more.
into() {
	sink=$1
	shift
	case $sink in
	full)
		tool "$@" >/dev/full ;;
	closed)
		tool "$@" >&- ;;
	gone)
		exec 3<>"$scratch/gone" 4>"$scratch/gone" 3<&-
		tool "$@" >&4
		exec 4>&- ;;
	esac
}

# unprinted SINK ARGUMENT...
unprinted() {
	afresh
	before=$(tree)
	into "$@"
	err=$(cat "$scratch/err")
	put "status $status: $err"
	test "$status" = 1 && says 'Standard output cannot be written: ' &&
	    says 'Nothing changed\|nothing was adopted\|was not enrolled\|not imported' &&
	    same "$before" "$(tree)" && login alice "$old"
}

# uncommitted ARGUMENT...: the seed cannot take its place.
uncommitted() {
	afresh
	seeds=$(cat "$store"/seed/*)
	under="strace -qq -o $scratch/trace -e trace=renameat,renameat2
	    -e inject=renameat,renameat2:error=EIO"
	tool "$@" >"$scratch/out"
	under=
	ended 1 && grep -q INJECTED "$scratch/trace" &&
	    grep -Eaq 'otpauth://|([0-9A-Z]{4}-){5}|secret=|<svg|PNG' \
		"$scratch/out" "$scratch/err" &&
	    says '^otp-enroll: The secrets that were printed for [a-z]* are not valid\.$' &&
	    same "$seeds" "$(cat "$store"/seed/*)" || return 1
	case " $* " in
	*' --json '*|*' --batch'*)
		put "$out" | jq -es 'last | .valid == false and
		    (.user | type) == "string"' >/dev/null ;;
	*)
		! grep -aq valid "$scratch/out" ;;
	esac
}

# form ARGUMENT...: one that prints secrets and commits.
form() {
	for sink in full closed gone; do
		check "printed__before_it_is_committed: $sink, $*" \
		    unprinted $sink "$@"
	done
	$traced || return 0
	check "printed__is_not_valid_if_it_is_not_committed: $*" \
	    uncommitted "$@"
}
traced=true
have strace && strace -qq -o /dev/null -e trace=none true 2>/dev/null &&
    test -z "${INSTRUMENTED-}" || {
	skip 'printed__is_not_valid_if_it_is_not_committed' 'strace is missing'
	traced=false
}

for user in frida 'alice --replace' 'alice --add --hotp'; do
	for how in '' --json --qr=ascii --qr=svg --qr=png; do
		if [ "$how" = --qr=png ] &&
		    ! "$OTP_ENROLL" --version | grep -q libpng; then
			continue
		fi
		# shellcheck disable=SC2086
		form new $user $how --no-confirm --print
	done
done
for how in '' --json --count=1; do
	# shellcheck disable=SC2086
	form recovery alice $how --print
done
form adopt erna --force --print
form adopt --all --force --print
for how in '' --json; do
	# shellcheck disable=SC2086
	form import --format=users.oath --recovery=2 $how --print
done
form new --batch="$scratch/list" --print

# --- A code is typed back, and then the reader has gone ---

confirmed() {
	afresh
	before=$(tree)
	status=0
	"$OTP_ENROLL" --conf "$conf" new --print --qr=none "$@" \
	    >"$scratch/read" 2>"$scratch/err" <"$scratch/typed" &
	pid=$!
	exec 3<"$scratch/read" 4>"$scratch/typed"
	while read -r line <&3; do
		case $line in
		Key*) break ;;
		esac
	done
	exec 3<&-
	secret=$(put "$line" | sed 's/^Key *//' | tr -d ' ')
	oathtool --totp -b "$secret" >&4
	exec 4>&-
	wait $pid || status=$?
	err=$(cat "$scratch/err")
	put "status $status: $err"
	test "$status" = 1 && says 'Standard output cannot be written: ' &&
	    says 'Nothing changed' && same "$before" "$(tree)"
}
check 'printed__before_it_is_committed: a confirmed new' confirmed gustav
check 'printed__before_it_is_committed: a confirmed replacement' \
    confirmed --replace alice

# --- What is not printed for want of a change ---

count_zero() {
	afresh
	into full recovery --count=0 --print alice
	test "$status" = 1 && ! login alice "$old"
}
check 'recovery__count_0_prints_no_secret_and_is_done_first' count_zero
there() {
	afresh
	import='import --format=users.oath --print --recovery=2'
	# shellcheck disable=SC2086
	tool $import >"$scratch/out" && test "$status" = 0 || return 1
	before=$(tree)
	# shellcheck disable=SC2086
	tool $import --json >"$scratch/out"
	ended 0 && put "$out" | jq -es 'length == 2 and
	    all(.result == "already" and .recovery_codes == [])' >/dev/null &&
	    same "$before" "$(tree)"
}
check 'import__again_prints_no_new_codes' there
finish
