#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# An arrow may only point down: fronts -> link -> effects -> store -> core, and within
# the tool: commands -> check, import, enrol -> account, pamconf, qr -> cli.

. "$(dirname "$0")/lib.sh"

# includes ROOT ROOM: lines `FILE HEADER' with each quoted header as it is
# written, a path from the top, and each system header as <name>.
includes() {
	(cd "$1" && find "$2" -maxdepth 1 -name '*.[ch]' -exec \
	    grep -HoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<][^">]*[">]' \
	    {} +) | awk '{
		file = $0
		sub(/:.*/, "", file)
		header = $0
		sub(/^[^:]*:[^"<]*/, "", header)
		gsub(/"/, "", header)
		print file, header
	}'
}

# beyond_rooms ROOT ROOM ALLOWED: includes of ROOM that are neither configure's,
# nor of ROOM itself, nor of the rooms ALLOWED (a|b|c), nor of the system.
beyond_rooms() {
	includes "$1" "$2" |
	    grep -vE " ((config|places|build_id)\\.h|($2${3:+|$3})/[^/]*|<[^>]*>)\$"
}

# upwards ROOT: every include that breaks the order.
upwards() {
	includes "$1" common/core |
	    grep -vE ' (config\.h|common/core/[^/]*|<((openssl|arpa|netinet)/)?[^/]*>)$'
	common='common/core'
	beyond_rooms "$1" common/store "$common"
	common="$common|common/store"
	beyond_rooms "$1" common/effects "$common"
	common="$common|common/effects"
	beyond_rooms "$1" common/link "$common"
	common="$common|common/link"
	beyond_rooms "$1" pam_module "$common"
	beyond_rooms "$1" otp-deliver 'common/(core|store)'
	beyond_rooms "$1" common/fleet 'common/(core|store)'
	beyond_rooms "$1" common/qr common/core
	beyond_rooms "$1" pam_otpd "$common|common/(qr|fleet)"
	tool=otp-enroll
	beyond_rooms "$1" $tool/cli "$common"
	beyond_rooms "$1" $tool/pamconf "$common|$tool/cli"
	common="$common|common/fleet"
	beyond_rooms "$1" $tool/account "$common|$tool/cli"
	beyond_rooms "$1" $tool/qr "$common|common/qr|$tool/cli"
	second="$common|$tool/(cli|account|pamconf|qr)"
	for room in check import enrol; do
		beyond_rooms "$1" $tool/$room "$second"
	done
	beyond_rooms "$1" $tool "$second|$tool/(check|import|enrol)"
	# A room that no line here names is in nobody's order.
	(cd "$1" && find $tool otp-deliver pam_otpd common -name '*.[ch]' | sed 's,/[^/]*$,,' |
	    sort -u) | grep -vxE \
	    "common/(core|store|effects|link|fleet|qr)|otp-deliver|pam_otpd|$tool(/(cli|account|pamconf|qr|check|import|enrol))?"
	# Each foreign library has its one place.
	for room in common/core common/store common/effects common/link otp-deliver pam_otpd common/qr $tool \
	    $(cd "$1" && printf '%s ' $tool/*/); do
		includes "$1" $room | grep ' <security/'
	done
	for room in common/core common/store common/effects common/link pam_module \
	    otp-deliver pam_otpd common/fleet; do
		includes "$1" $room | grep -E ' <(qrencode|png|jansson)\.h>'
	done
	includes "$1" common/qr | grep -E ' <(png|jansson)\.h>'
	for room in common/core common/store common/effects common/link pam_module \
	    otp-deliver pam_otpd $tool $(cd "$1" && printf '%s ' $tool/*/); do
		includes "$1" $room | grep ' <libpq'
	done
	return 0
}

# without_config ROOT: sources whose first include is another than config.h,
# which decides what the system's headers show.
without_config() {
	(cd "$1" && find common pam_module otp-enroll otp-deliver pam_otpd tests -name '*.c' | sort |
	    while read -r file; do
		grep -m1 -E '^[[:space:]]*#[[:space:]]*include' "$file" |
		    grep -qx '#include "config.h"' || echo "$file"
	    done)
}

check 'layers__headers_point_down' empty upwards "$top_srcdir"
check 'layers__config_h_comes_first' empty without_config "$top_srcdir"

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
check 'layers__store_calls_store_and_core' \
    empty beyond "$libs/libstore.a" "$libs/libcore.a"
check 'layers__effects_call_effects_store_and_core' \
    empty beyond "$libs/libeffects.a" "$libs/libstore.a" "$libs/libcore.a"
check 'layers__fleet_calls_fleet_store_and_core' \
    empty beyond "$libs/libfleet.a" "$libs/libstore.a" "$libs/libcore.a"
check 'layers__link_calls_link_effects_store_and_core' \
    empty beyond "$libs/liblink.a" "$libs/libeffects.a" "$libs/libstore.a" \
    "$libs/libcore.a"

# circles OBJECT-OR-ARCHIVE...: files that need one another in a circle, by what
# they call; each file of a room stands on others, never on itself.
circles() {
	$NM -A -g "$@" | awk '
	{ file = $1; sub(/:[0-9a-f]*$/, "", file); name = $NF }
	$(NF - 1) == "U" { needs[++count] = file; needed[count] = name; next }
	{ home[name] = file }
	END {
		for (i = 1; i <= count; i++)
			if (needed[i] in home)
				print needs[i], home[needed[i]]
	}' | tsort 2>&1 >"$scratch/floors" | sed '/contains a loop/d'
}

check 'layers__the_files_of_the_core_have_no_circle' \
    empty circles "$libs/libcore.a"
check 'layers__the_files_of_the_store_have_no_circle' \
    empty circles "$libs/libstore.a"
check 'layers__floors_are_found' grep -q 'store\.o$' "$scratch/floors"
check 'layers__the_files_of_the_effects_have_no_circle' \
    empty circles "$libs/libeffects.a"
check 'layers__the_files_of_the_link_have_no_circle' \
    empty circles "$libs/liblink.a"
check 'layers__the_files_of_the_fleet_have_no_circle' \
    empty circles "$libs/libfleet.a"
check 'layers__the_files_of_the_module_have_no_circle' \
    empty circles "$top_builddir"/pam_module/.libs/*.o
for program in otp-enroll otp-deliver pam_otpd; do
	objects=$(find "$top_builddir/$program" -name '*.o' 2>/dev/null)
	[ -z "$objects" ] || # --disable-tool, say
	    check "layers__the_files_of_${program}_have_no_circle" \
	    empty circles $objects
done

# The check itself can fail.
for room in common/core common/store common/effects common/link pam_module otp-deliver pam_otpd common/fleet common/qr otp-enroll/cli \
    otp-enroll/account otp-enroll/check otp-enroll/qr; do
	mkdir -p "$scratch/tree/$room"
done
mkdir -p "$scratch/tree/tests"
flags() {
	echo "#include $2" >"$scratch/tree/$1/probe.c"
	check "layers__flags_$2_in_$1" \
	    says_no empty upwards "$scratch/tree"
	rm "$scratch/tree/$1/probe.c"
}
flags common/core '"common/store/store.h"'
flags common/core '"../store/store.h"'
flags common/core '<sys/stat.h>'
flags common/qr '"common/link/wire.h"'
flags common/qr '<jansson.h>'
flags common/link '<qrencode.h>'
flags common/link '"common/qr/symbol.h"'
flags pam_module '"common/qr/symbol.h"'
flags pam_otpd '<qrencode.h>'
flags common/fleet '"common/effects/sys.h"'
flags common/store '<libpq-fe.h>'
flags common/store '"common/effects/sys.h"'
flags common/effects '"pam_module/talk.h"'
flags common/effects '<security/pam_modules.h>'
flags common/effects '"common/link/wire.h"'
flags common/link '"pam_module/talk.h"'
flags pam_module '"otp-enroll/qr/qr.h"'
flags pam_module '<jansson.h>'
flags otp-deliver '<security/pam_appl.h>'
flags otp-deliver '"common/effects/attempt.h"'
flags otp-deliver '<jansson.h>'
flags pam_otpd '<security/pam_appl.h>'
flags pam_otpd '"pam_module/talk.h"'
flags otp-enroll '<security/pam_appl.h>'
flags otp-enroll/check '<security/pam_appl.h>'
flags otp-enroll/cli '"otp-enroll/account/select.h"'
flags otp-enroll/account '"otp-enroll/qr/qr.h"'
flags otp-enroll/check '"otp-enroll/import/input.h"'
mkdir "$scratch/tree/otp-enroll/shed"
flags otp-enroll/shed '"config.h"'
echo '#include <stdio.h>' >"$scratch/tree/pam_module/probe.c"
check 'layers__flags_a_source_without_config_h' \
    says_no empty without_config "$scratch/tree"
printf 'void otp_b(void);\nvoid otp_a(void) { otp_b(); }\n' >"$scratch/a.c"
printf 'void otp_a(void);\nvoid otp_b(void) { otp_a(); }\n' >"$scratch/b.c"
(cd "$scratch" && ${CC:-cc} -c a.c b.c && ar rc libcircle.a a.o b.o)
check 'layers__flags_a_circle' says_no empty circles "$scratch/libcircle.a"

finish
