#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Each mutant that 'tests/mutation/equivalent' excuses is still one that 'make
# mutation' makes: a change of the code takes its block along.

. "$(dirname "$0")/lib.sh"

# stale DIR: the blocks of DIR/equivalent that fit no mutant of the sources.
stale() {
	top_srcdir="$top_srcdir" top_builddir="$top_builddir" \
	    PYTHONDONTWRITEBYTECODE=1 python3 "$1/run.py" stale 2>&1
}

if ! command -v python3 >/dev/null; then
	skip 'equivalents__fit_mutants' 'python3 is not there'
	finish
fi
check 'equivalents__fit_mutants' empty stale "$top_srcdir/tests/mutation"

# The check itself can fail.
cp "$top_srcdir"/tests/mutation/*.py "$scratch"
sed 's/: otp_throttle_check$/: otp_throttle_gone/' \
    "$top_srcdir/tests/mutation/equivalent" >"$scratch/equivalent"
check 'equivalents__flag_what_is_gone' says_no empty stale "$scratch"

finish
