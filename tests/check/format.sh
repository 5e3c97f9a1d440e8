#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The C is laid out as .clang-format says, comments included, which that leaves.

. "$(dirname "$0")/lib.sh"

# Versions differ in what they make of the same rules: the sources are laid out
# so that those of Debian 12 and 13 agree.
for tool in clang-format-14 clang-format-19 clang-format none; do
	$tool --version 2>/dev/null | grep -qE 'version (14|19)\.' && break
done
if [ $tool = none ]; then
	skip 'format' 'neither clang-format 14 nor 19 is installed'
	finish
fi

formatted() {
	$tool --dry-run -Werror --style="file:$top_srcdir/.clang-format" "$1"
}

cd "$top_srcdir" || exit 99
for file in $(find common pam_module otp-enroll otp-deliver pam_otpd tests -name '*.[ch]' | sort)
do
	check "$file" formatted "$file"
done

# too_long FILE...: lines over 80 columns, but for what has to be on one line.
too_long() {
	for file in "$@"; do
		expand "$file" | awk -v file="$file" \
		    'length($0) > 80 && !/NOLINT/ { print file ":" NR ": " $0 }'
	done
}
check 'format__no_line_is_over_80_columns' empty too_long \
    $(find common pam_module otp-enroll otp-deliver pam_otpd -name '*.[ch]' | sort)

# wrapped FILE...: heads of a loop in two lines, of which 14 and 19 never agree.
wrapped() {
	awk '/^[ \t]*for \(/ {
		line = $0
		if (gsub(/\(/, "", line) > gsub(/\)/, "", line))
			print FILENAME ":" FNR ": " $0
	}' "$@"
}
check 'format__no_head_of_a_loop_is_wrapped' empty wrapped \
    $(find common pam_module otp-enroll otp-deliver pam_otpd tests -name '*.[ch]' | sort)

# The check itself can fail.
printf 'for (int i = f();\n    i < 3; i++)\n' >"$scratch/loop.h"
check 'format__flags_a_wrapped_loop' same 1 "$(wrapped "$scratch/loop.h" | wc -l)"
printf '%081d\n' 0 >"$scratch/long.h"
check 'format__flags_a_long_line' same 1 "$(too_long "$scratch/long.h" | wc -l)"
printf 'int probe( void );\n' >"$scratch/probe.h"
check 'format__flags_a_stray_space' says_no formatted "$scratch/probe.h"

finish
