#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Who guards something says at the top of the file what MUST hold, and names
# the test of each rule: such a test there is.

. "$(dirname "$0")/lib.sh"

# lists FILE...: the lines of comments from one that says MUST to their end.
lists() {
	awk '
	FNR == 1 { inside = 0 }
	/(^|[^A-Z_])MUST([^A-Z_]|$)/ && /^(\/\*| \*)/ { inside = 1 }
	inside { print FILENAME ": " $0 }
	/\*\// { inside = 0 }' "$@"
}

# sources ROOT: those that have such a list.
sources() {
	(cd "$1" && find common pam_module otp-enroll otp-deliver pam_otpd -name '*.[ch]' \
	    -exec grep -lE '^(/\*| \*).*\bMUST\b' {} + | sort)
}

# A test's name; `name_*' stands for all that begin so.
name='\b[a-z0-9]\w*__[a-z0-9]\w*\*?'

# promised ROOT: lines `FILE TEST'.
promised() {
	(cd "$1" && for source in $(sources .); do
		lists "$source" | grep -oE "$name" |
		    sed "s|^|$source |"
	done)
}

# silent ROOT: files with rules, and no test's name.
silent() {
	(cd "$1" && for source in $(sources .); do
		lists "$source" | grep -qE "$name" ||
		    echo "$source names no test"
	done)
}

# written ROOT: the tests that there are, of programs and of scripts.
written() {
	{
		find "$1/tests" -name '*.c' -exec sed -nE \
		    's/^([a-z0-9]\w*__\w+)\(void \*\*.*/\1/p' {} +
		find "$1/tests" -name '*.sh' -exec sed -nE \
		    "s/^\s*check '([a-z0-9]\w*__\w+)'.*/\1/p" {} +
	} | sort -u
}

# missing ROOT: every name that no test has.
missing() {
	written "$1" >"$scratch/written"
	promised "$1" | while read -r source test; do
		pattern=$(echo "$test" | sed 's/\*$/\\w+/')
		grep -qxE "$pattern" "$scratch/written" ||
		    echo "$source: no test $test"
	done
}

check 'musts__are_found' test -n "$(promised "$top_srcdir")"
check 'musts__each_have_their_test' empty missing "$top_srcdir"
check 'musts__name_a_test_in_every_list' empty silent "$top_srcdir"

# The check itself can fail.
tree=$scratch/tree
mkdir -p "$tree/common" "$tree/pam_module" "$tree/otp-enroll" \
    "$tree/otp-deliver" "$tree/pam_otpd" "$tree/tests"
cat >"$tree/common/guard.c" <<'END'
/* Some words. */
/*
 * MUST, each with its test:
 *
 * 1. This holds (guard__is_there,
 *    guard__is_missing).
 * 2. And this (guard__is_*, guard__was_*).
 */
/* This one, not_in__a_list, is none. */
END
cat >"$tree/tests/guard_test.c" <<'END'
static void
guard__is_there(void **state)
{
}

/* guard__is_missing(void **state) in a comment is no test. */
END
check 'musts__tell_a_missing_test' same \
    'common/guard.c: no test guard__is_missing
common/guard.c: no test guard__was_*' "$(missing "$tree")"
check 'musts__take_a_test_that_is_there' empty silent "$tree"
echo '/* It MUST hold. */' >"$tree/pam_module/mute.c"
check 'musts__tell_a_list_without_tests' same \
    'pam_module/mute.c names no test' "$(silent "$tree")"

finish
