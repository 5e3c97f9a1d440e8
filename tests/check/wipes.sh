#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What is wiped is wiped whole: the size is that of the object itself, not of
# another name, nor of a pointer.

. "$(dirname "$0")/lib.sh"

# partly ROOT: calls of otp_wipe(&NAME, sizeof(OTHER)).
partly() {
	(cd "$1" && find common pam_module otp-enroll pam_otpd -name '*.c' -exec \
	    awk '{ sub(/^[ \t]+/, ""); text = text " " $0 }
	    END {
		while (match(text, /otp_wipe\(&[^;]*;/)) {
			call = substr(text, RSTART, RLENGTH)
			text = substr(text, RSTART + RLENGTH)
			name = call
			sub(/^otp_wipe\(&/, "", name)
			sub(/,.*/, "", name)
			if (call ~ /sizeof\(/ &&
			    index(call, "sizeof(" name ")") == 0)
				print FILENAME ": " call
		}
	    }' {} \;)
}

check 'wipes__are_of_the_whole_object' empty partly "$top_srcdir"

# The check itself can fail.
mkdir -p "$scratch/common" "$scratch/pam_module" "$scratch/otp-enroll" \
    "$scratch/pam_otpd"
echo 'otp_wipe(&parsed, sizeof(import));' >"$scratch/common/probe.c"
check 'wipes__flags_the_size_of_another_name' says_no empty partly "$scratch"

finish
