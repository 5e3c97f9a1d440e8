#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What compilers and checkers find in the source, without running it: nothing,
# or it is named with the reason, in .clang-tidy, static.cppcheck or here.
# `make check-static' runs this; it takes minutes.

. "$(dirname "$0")/lib.sh"

jobs=$(getconf _NPROCESSORS_ONLN)
cd "$top_builddir" || exit 99
module_sources=$(ls "$top_srcdir"/common/*/*.c "$top_srcdir"/pam_module/*.c)
tool_sources=$(ls "$top_srcdir"/otp-enroll/*.c)

# flags: as a compilation has them, without what is for gcc alone.
flags="-std=gnu17 -include config.h -I. -I$top_srcdir $DEP_CFLAGS
-D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64
-DOTP_LOCALE_DIR=\"/\" -DOTP_MODULE_DIR=\"/\""

# analyzed FLAG... FILE: gcc has nothing to say.
analyzed() {
	# shellcheck disable=SC2086
	gcc $flags -O1 -fanalyzer -Werror -S -o /dev/null "$@"
}

# The tool keeps what it allocates in tables and texts in structs, through
# which gcc 12 does not follow a pointer: it takes what a table holds for
# leaked, and what grow() made, or a line that is not empty has, for NULL.
analyzed_tool() {
	analyzed -Wno-analyzer-malloc-leak -Wno-analyzer-null-dereference \
	    -Wno-analyzer-null-argument "$@"
}

# tidy FILE...: many at once, as each takes seconds.
tidy() {
	# shellcheck disable=SC2086
	printf '%s\n' "$@" | xargs -P "$jobs" -n 3 sh -c '
	    flags=$1; shift
	    clang-tidy --quiet "$@" -- $flags 2>/dev/null' sh "$flags"
}

checked() {
	cppcheck --quiet --std=c11 --enable=warning,performance,portability \
	    --inline-suppr --include=config.h -I. -I"$top_srcdir" \
	    -j "$jobs" --error-exitcode=1 \
	    --suppressions-list="$top_srcdir/tests/check/static.cppcheck" "$@"
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
	for file in $module_sources; do
		check "analyzer ${file#"$top_srcdir"/}" analyzed "$file"
	done
	for file in $tool_sources; do
		check "analyzer ${file#"$top_srcdir"/}" analyzed_tool "$file"
	done
	check 'analyzer__finds_a_use_after_free' \
	    says_no analyzed "$scratch/probe.c"
else
	skip 'analyzer' 'gcc has no -fanalyzer'
fi

if have clang-tidy; then
	cp "$top_srcdir/.clang-tidy" "$scratch/"
	# shellcheck disable=SC2086
	check 'clang-tidy' tidy $module_sources $tool_sources
	check 'clang_tidy__finds_a_use_after_free' \
	    says_no tidy "$scratch/probe.c"
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
