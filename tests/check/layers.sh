#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# An arrow may only point down: fronts -> effects -> core.

. "$(dirname "$0")/lib.sh"

# includes ROOT ROOM: lines `FILE HEADER' with each quoted header as a path from
# the top, and each system header as <name>.
includes() {
	(cd "$1" && find "$2" -name '*.[ch]' -exec \
	    grep -HoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<][^">]*[">]' \
	    {} +) | awk -v room="$2" '{
		file = $0
		sub(/:.*/, "", file)
		header = $0
		sub(/^[^:]*:[^"<]*/, "", header)
		if (header ~ /^"/) {
			gsub(/"/, "", header)
			if (header !~ /\//)
				header = room "/" header
		}
		print file, header
	}'
}

# upwards ROOT: every include that breaks the order.
upwards() {
	includes "$1" common/core |
	    grep -vE ' (common/core/[^/]*|<(openssl/)?[^/]*>)$'
	includes "$1" common/effects |
	    grep -vE ' (common/(core|effects)/[^/]*|<[^>]*>)$'
	includes "$1" pam_module |
	    grep -vE ' ((common/(core|effects)|pam_module)/[^/]*|<[^>]*>)$'
	includes "$1" otp-enroll |
	    grep -vE ' ((common/(core|effects)|otp-enroll)/[^/]*|<[^>]*>)$'
	# Each foreign library has its one place.
	for room in common/core common/effects otp-enroll; do
		includes "$1" $room | grep ' <security/'
	done
	for room in common/core common/effects pam_module; do
		includes "$1" $room | grep -E ' <(qrencode|png|jansson)\.h>'
	done
	return 0
}

check 'layers__headers_point_down' empty upwards "$top_srcdir"

# beyond WANTING HAVING...: our own functions which WANTING calls and neither
# it nor HAVING has, and libpam's.
beyond() {
	for archive in "$@"; do
		$NM -g --defined-only "$archive"
	done | awk 'NF == 3 { print $3 }' | sort -u >"$scratch/having"
	$NM -u "$1" | awk '$1 == "U" && $2 ~ /^(otp|pam)_/ { print $2 }' |
	    sort -u | comm -23 - "$scratch/having"
}

export LC_ALL=C
libs=$top_builddir/common/.libs
check 'layers__core_calls_core' empty beyond "$libs/libcore.a"
check 'layers__effects_call_effects_and_core' \
    empty beyond "$libs/libeffects.a" "$libs/libcore.a"

# The check itself can fail.
mkdir -p "$scratch/tree/common/core" "$scratch/tree/common/effects" \
    "$scratch/tree/pam_module" "$scratch/tree/otp-enroll"
flags() {
	echo "#include $2" >"$scratch/tree/$1/probe.c"
	check "layers__flags_$2_in_$1" \
	    says_no empty upwards "$scratch/tree"
	rm "$scratch/tree/$1/probe.c"
}
flags common/core '"common/effects/store.h"'
flags common/core '"../effects/store.h"'
flags common/core '<sys/stat.h>'
flags common/effects '"pam_module/talk.h"'
flags common/effects '<security/pam_modules.h>'
flags pam_module '"otp-enroll/qr.h"'
flags pam_module '<jansson.h>'
flags otp-enroll '<security/pam_appl.h>'

finish
