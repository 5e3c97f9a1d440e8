#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Builds the targets NAME_fuzz.c once more, with clang, libFuzzer and the
# sanitizers, in a folder of their own, and runs each for FUZZ_SECONDS,
# beginning with its corpus and what earlier runs found worth keeping. What
# breaks a target is kept, and is to go into its corpus with the fix. Prints
# TAP. FUZZ_TARGETS="NAME..." limits it to some.

: "${FUZZ_SECONDS:=8}" "${CLANG:=clang}" "${LONG:=}"
. "$(dirname "$0")/../check/lib.sh"

# check-long looks at the same inputs each time, as far as the time goes, so that
# it fails for a change, and not by chance: libFuzzer also tries the addresses that
# it sees compared. 0: other inputs each time.
seed=0 runs=-1 without_aslr=
if [ "$LONG" = yes ]; then
	seed=1 runs=20000
	! setarch -R true 2>/dev/null || without_aslr="setarch -R"
fi
work=$top_builddir/tests/fuzz/libfuzzer
sanitizers=address,undefined
if [ -z "${FUZZ_TARGETS-}" ]; then
	FUZZ_TARGETS=$(cd "$top_srcdir/tests/fuzz" &&
	    for file in *_fuzz.c; do echo "${file%_fuzz.c}"; done)
fi

# Failures are told by TAP alone where a driver reads it.
conclude() {
	echo "1..$tap_number"
	test "$LONG" = yes || exit $((tap_failed > 0))
	exit 0
}

# can_fuzz: clang, and the runtime that makes programs of targets.
can_fuzz() {
	printf '%s\n' '#include <stddef.h>' \
	    'int LLVMFuzzerTestOneInput(const unsigned char *, size_t);' \
	    'int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)' \
	    '{ return data == NULL && size > 0; }' |
	    $CLANG -fsanitize=fuzzer,$sanitizers -x c -o "$scratch/probe" -
}

# The make above, if there is one, has other flags for other targets.
build() {
	mkdir -p "$work" || return 1
	if [ ! -e "$work/config.status" ]; then
		(cd "$work" && "$top_srcdir/configure" -q CC="$CLANG" \
		    --enable-sanitizers=fuzzer-no-link,$sanitizers) || return 1
	fi
	# shellcheck disable=SC2046
	MAKEFLAGS='' MAKELEVEL='' $MAKE --no-print-directory -C "$work" \
	    -j"$(getconf _NPROCESSORS_ONLN)" \
	    $(for name in $FUZZ_TARGETS; do echo "tests/fuzz/${name}_fuzz"; done)
}

# fuzz NAME
fuzz() {
	mkdir -p "$work/kept/$1" "$work/broken" || return 1
	# shellcheck disable=SC2086
	$without_aslr "$work/tests/fuzz/$1_fuzz" -max_total_time="$FUZZ_SECONDS" \
	    -runs="$runs" -seed="$seed" -print_final_stats=1 \
	    -timeout=20 -rss_limit_mb=2048 -artifact_prefix="$work/broken/$1-" \
	    "$work/kept/$1" "$top_srcdir/tests/fuzz/corpus/$1" \
	    >"$work/$1.log" 2>&1 && return
	grep -E 'does not hold|ERROR:|SUMMARY:|runtime error' "$work/$1.log"
	sed -n 's/.*Test unit written to /reproducer: /p; s/^Base64: /&/p' \
	    "$work/$1.log"
	return 1
}

# How often NAME ran in this run, and how much of the code (edges, features).
tell() {
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$1.log")
	reached=$(sed -n \
	    's/.* cov: \([0-9]*\) ft: \([0-9]*\) .*/cov \1, ft \2/p' \
	    "$work/$1.log" | tail -n 1)
	echo "# ran: fuzz: $1: ${runs:-?} executions in $FUZZ_SECONDS s," \
	    "${reached:-cov ?}"
}

if ! have "$CLANG" || ! can_fuzz >/dev/null 2>&1; then
	skip fuzz 'clang and its libFuzzer are not installed'
	conclude
fi
check 'fuzz__builds_its_targets' build
test $tap_failed -eq 0 || conclude
for name in $FUZZ_TARGETS; do
	check "fuzz__finds_nothing_in_$name" fuzz "$name"
	tell "$name"
done
conclude
