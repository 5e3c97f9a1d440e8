#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What compilers and checkers find in the source, without running it: nothing,
# or it is named with the reason: at the place itself (NOLINT and
# cppcheck-suppress), in .clang-tidy, or for gcc in static.analyzer.
# `make check-static' runs this; it takes minutes.

. "$(dirname "$0")/lib.sh"

jobs=$(getconf _NPROCESSORS_ONLN)
cd "$top_builddir" || exit 99
module_sources=$(ls "$top_srcdir"/common/*/*.c "$top_srcdir"/pam_module/*.c |
    grep -v /common/fleet/)
tool_sources=$(ls "$top_srcdir"/otp-enroll/*.c "$top_srcdir"/otp-enroll/*/*.c \
    "$top_srcdir"/otp-deliver/*.c "$top_srcdir"/pam_otpd/*.c)
! pkg-config --exists libpq ||
    tool_sources="$tool_sources $(ls "$top_srcdir"/common/fleet/*.c)"

# flags: as a compilation has them, without what is for gcc alone.
flags="-std=gnu17 -I. -I$top_srcdir $DEP_CFLAGS
-D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64"

# named FILE <WARNINGS: FILE, function and kind of each, as static.analyzer has
# them.
named() {
	awk -v file="${1#"$top_srcdir"/}" -F"'" '
	    / In function / { place = $2 }
	    / warning: / {
		kind = $NF
		sub(/.*\[/, "", kind)
		sub(/\].*/, "", kind)
		print file, place, kind
	    }'
}

# analyzed FILE: gcc has nothing to say, but for what is known to be wrong.
analyzed() {
	# shellcheck disable=SC2086
	LC_ALL=C gcc $flags -O1 -fanalyzer -fdiagnostics-plain-output \
	    -S -o /dev/null "$1" 2>"$scratch/analysis" &&
	    ! named "$1" <"$scratch/analysis" | grep -qvxF -f "$scratch/known" &&
	    return 0
	cat "$scratch/analysis"
	return 1
}

# tidy CHECKS FILE...: many at once, as each takes seconds, and each in a process
# of its own: what clang-tidy 14 keeps of one file it finds in the next. CHECKS are
# added to those of .clang-tidy.
tidy() {
	checks=$1
	shift
	# shellcheck disable=SC2086
	printf '%s\n' "$@" | xargs -P "$jobs" -n 1 sh -c '
	    flags=$1 checks=$2; shift 2
	    clang-tidy --quiet --checks="$checks" "$@" -- $flags 2>/dev/null
	    ' sh "$flags" "$checks"
}

checked() {
	cppcheck --quiet --std=c11 --enable=warning,performance,portability \
	    --inline-suppr --include=config.h -I. -I"$top_srcdir" \
	    -j "$jobs" --error-exitcode=1 "$@"
}

cat >"$scratch/probe.c" <<'END'
#include <stdlib.h>
#include <string.h>
int probe(void);
int probe(void)
{
	char *text = malloc(5);
	if (text == NULL)
		return 0;
	free(text);
	return text[1];
}
END

if have gcc && gcc -fanalyzer -S -o /dev/null -x c /dev/null 2>/dev/null; then
	grep '^[^#]' "$top_srcdir/tests/check/static.analyzer" >"$scratch/known"
	for file in $module_sources $tool_sources; do
		check "analyzer ${file#"$top_srcdir"/}" analyzed "$file"
	done
	check 'analyzer__finds_a_use_after_free' \
	    says_no analyzed "$scratch/probe.c"
else
	skip 'analyzer' 'gcc has no -fanalyzer'
fi

if have clang-tidy; then
	cp "$top_srcdir/.clang-tidy" "$scratch/"
	# shellcheck disable=SC2086
	check 'clang-tidy' tidy '' $module_sources
	# shellcheck disable=SC2086
	check 'clang-tidy otp-enroll' \
	    tidy -concurrency-mt-unsafe $tool_sources
	check 'clang_tidy__finds_a_use_after_free' \
	    says_no tidy '' "$scratch/probe.c"
else
	skip 'clang-tidy' 'clang-tidy is not installed'
fi

if have cppcheck; then
	# shellcheck disable=SC2086
	check 'cppcheck' checked $module_sources $tool_sources
	printf 'int probe(void);\nint probe(void)\n{\n%s\n}\n' \
	    'int a[2] = { 1, 2 }; return a[2];' >"$scratch/probe.c"
	check 'cppcheck__finds_what_is_out_of_bounds' \
	    says_no checked "$scratch/probe.c"
else
	skip 'cppcheck' 'cppcheck is not installed'
fi

finish
