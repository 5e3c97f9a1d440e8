#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The module's tests, and those of the two transactions, under valgrind: nothing
# is read that was not written, nothing is used once it was freed, and nothing
# is lost; valgrind.supp has the one exception, and why. Tests that watch free(3), start programs or
# race are not among them, since valgrind wants free(3) for itself.

. "$(dirname "$0")/../check/lib.sh"

tests='pam/clock pam/files pam/log pam/message pam/nullok pam/options
pam/outcome pam/recovery pam/seed pam/throttle effects/attempt effects/enrol
effects/enrol_adopt effects/enrol_change effects/enrol_import
effects/enrol_rename effects/inspect'

if [ -n "$INSTRUMENTED" ]; then
	skip 'valgrind__has_nothing_to_say' 'this build is instrumented'
	finish
elif ! command -v valgrind >/dev/null; then
	skip 'valgrind__has_nothing_to_say' 'valgrind is not installed'
	finish
fi

# The tests that keep a free(3) of their own have valgrind's instead. What it
# says besides errors is that it does not know openat2(2): as an old kernel.
looked_at() {
	valgrind --soname-synonyms=somalloc=NONE --child-silent-after-fork=yes \
	    --leak-check=full --errors-for-leak-kinds=definite \
	    --show-leak-kinds=definite --error-exitcode=99 \
	    --suppressions="$(dirname "$0")/valgrind.supp" \
	    --log-file="$scratch/valgrind" \
	    "$top_builddir/tests/${1}_test" >"$scratch/out" 2>&1 && return
	grep -v '^ok ' "$scratch/out"
	grep '^==' "$scratch/valgrind" | head -n 40
	return 1
}

count=0
for test in $tests; do
	check "valgrind__has_nothing_to_say_of_$(echo "$test" | tr / _)" \
	    looked_at "$test"
	count=$((count + $(grep -c '^ok ' "$scratch/out")))
done
echo "# ran: $count tests of $(echo "$tests" | wc -w) programs under valgrind"
finish
