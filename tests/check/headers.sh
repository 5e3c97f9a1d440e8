#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Every header compiles alone, and twice in one file.

. "$(dirname "$0")/lib.sh"

compilers=
for cc in gcc clang; do
	have $cc && compilers="$compilers $cc"
done
: "${compilers:=$CC}"

# alone HEADER: with every compiler there is.
alone() {
	printf '#include "%s"\n#include "%s"\n' "$1" "$1" >"$scratch/alone.c"
	# Else the file would be empty, which C forbids.
	echo 'extern int alone;' >>"$scratch/alone.c"
	for cc in $compilers; do
		$cc -std=gnu17 -Wall -Wextra -Werror -fsyntax-only \
		    -include "$top_builddir/config.h" -I "$top_srcdir" \
		    $DEP_CFLAGS "$scratch/alone.c" || return 1
	done
}

cd "$top_srcdir" || exit 99
for header in $(find common pam_module otp-enroll otp-deliver pam_otpd tests -name '*.h' | sort); do
	check "$header" alone "$header"
done

# The check itself can fail.
echo 'size_t probe(void);' >"$scratch/probe.h"
check 'headers__flags_one_that_leans_on_others' says_no alone "$scratch/probe.h"
echo 'enum probe { PROBE };' >"$scratch/probe.h"
check 'headers__flags_one_without_a_guard' says_no alone "$scratch/probe.h"

finish
