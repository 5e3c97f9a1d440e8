#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The C is laid out as .clang-format says.

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

# The check itself can fail.
printf 'int probe( void );\n' >"$scratch/probe.h"
check 'format__flags_a_stray_space' says_no formatted "$scratch/probe.h"

finish
