#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The core reaches no file, clock, random source, log or environment: the
# symbols its objects leave undefined are all on a list (core.allow).

. "$(dirname "$0")/lib.sh"

core=$top_builddir/common/.libs/libcore.a
allowed=$top_srcdir/tests/check/core.allow

# What the compiler puts in by itself is taken off, the checked and versioned
# forms of functions (__memcpy_chk, __isoc23_strtoul) are given their names.
wanted() {
	$NM -u "$1" | awk 'NF == 2 && $1 ~ /^[Uvw]$/ {
		sub(/@.*/, "", $2)
		sub(/^__isoc(99|23)_/, "", $2)
		if ($2 ~ /^__.*_chk$/)
			$2 = substr($2, 3, length($2) - 6)
		print $2
	}' | grep -vxE '__stack_chk_(fail|guard)|_GLOBAL_OFFSET_TABLE_' | sort -u
}

defined() {
	$NM -g --defined-only "$1" | awk 'NF == 3 { print $3 }' | sort -u
}

# foreign FILE: what it reaches outside itself and the list.
foreign() {
	wanted "$1" >"$scratch/wanted"
	defined "$1" >"$scratch/defined"
	grep -v '^#' "$allowed" | sort -u >"$scratch/allowed"
	comm -23 "$scratch/wanted" "$scratch/defined" |
	    comm -23 - "$scratch/allowed"
}

export LC_ALL=C

if [ -n "$INSTRUMENTED" ]; then
	skip 'core__reaches_nothing_outside' 'this build is instrumented'
	finish
fi

check 'core__has_objects' test -n "$(defined "$core")"
check 'core__reaches_nothing_outside' empty foreign "$core"

# The check itself can fail.
for body in 'time(0)' 'getenv("A") != 0' 'open("/", 0)' 'otp_store_open()'; do
	name=${body%%(*}
	echo "int $name(); long probe(void); long probe(void) { return $body; }" \
	    >"$scratch/probe.c"
	check "purity__can_compile_a_probe_of_$name" \
	    $CC -w -fno-builtin -c -o "$scratch/probe.o" "$scratch/probe.c"
	check "purity__flags_$name" same "$name" "$(foreign "$scratch/probe.o")"
done

finish
