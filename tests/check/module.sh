#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What the module shows to, and wants from, the process that loads it.

. "$(dirname "$0")/lib.sh"

module=${PAM_OTP_SO:-$top_builddir/pam_module/.libs/pam_otp.so}

exported() {
	$NM -D --defined-only "$module" | awk '{ print $NF }' | sort
}

# The loader itself may be named where the architecture's stack guard is in it.
needed() {
	readelf -d "$module" |
	    sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -v '^ld-linux' | sort
}

segment() {
	readelf -lW "$module" | grep -w "$1"
}

check 'module__exports_its_entry_points_and_nothing_else' \
    same 'pam_sm_authenticate
pam_sm_setcred' "$(exported)"

if [ -n "$INSTRUMENTED" ]; then
	skip 'module__needs_little_and_is_hardened' 'this build is instrumented'
	finish
fi

check 'module__needs_libpam_libcrypto_and_libc_only' \
    same 'libc.so.6
libcrypto.so.3
libpam.so.0' "$(needed)"

stays_loaded() {
	readelf -d "$module" | grep -w NODELETE
}
check 'module__is_kept_by_a_process_that_had_it' stays_loaded

if [ "${HARDENED-yes}" = no ]; then
	skip 'module__is_hardened' 'this build has --disable-hardening'
	finish
fi

check 'module__is_read_only_after_relocation' segment GNU_RELRO

bound_now() {
	readelf -d "$module" | grep -Ew 'BIND_NOW|NOW'
}
check 'module__is_bound_at_load' bound_now

no_executable_stack() {
	segment GNU_STACK | grep -q 'RW ' && ! segment GNU_STACK | grep -q 'RWE'
}
check 'module__has_no_executable_stack' no_executable_stack

text_relocations() {
	readelf -d "$module" | grep -w TEXTREL || :
}
check 'module__has_no_text_relocations' empty text_relocations

# paths: that are fixed in the sources, as AppArmor's tunables write them.
paths() {
	sed -n 's|^#define STORE_[SU][A-Z]*S[[:space:]]*"\([a-z]*\)"$|/var/lib/pam_otp/\1/|p' \
	    "$top_srcdir/common/store/store_internal.h"
	sed -n -e 's|^#define [A-Z_]*[[:space:]]*"\(/[^"]*\)"$|\1|p' \
	    "$top_srcdir"/pam_module/*.c "$top_srcdir/common/effects/post.c" |
	    sed 's|^/proc/|@{PROC}/|'
	sed -n 's|^#define OTP_SOCKETS_DIR "/run\(/.*\)"$|@{run}\1/deliver|p' \
	    "$top_srcdir/common/core/options.h"
}
apparmor_has_the_paths() {
	paths >"$scratch/paths"
	test "$(wc -l <"$scratch/paths")" -ge 6 || return 1
	while read -r path; do
		grep -qF "  $path r" "$top_srcdir/contrib/apparmor/pam_otp" || {
			echo "not in the profile: $path"
			return 1
		}
	done <"$scratch/paths"
}
check 'apparmor__has_every_path_of_the_module' apparmor_has_the_paths

finish
