#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The manual pages are clean.

. "$(dirname "$0")/lib.sh"

if ! have mandoc; then
	skip 'man' 'mandoc is not installed'
	finish
fi

cd "$top_srcdir/man" || exit 99

clean() {
	empty mandoc -Tlint -W warning "$1"
}

for page in otp-enroll.1 pam_otp.conf.5 pam_otp_store.5 pam_otp_admin.7 \
    pam_otp_migration.7 pam_otp.8; do
	check "$page" clean $page
done

# The other program that shows pages. (That a column of a table is full is no
# matter.)
set_without_a_word() {
	said=$(groff -mandoc -Tutf8 -wmac -Wbreak -z "$1" 2>&1)
	test -z "$said" || { echo "$said"; return 1; }
}

if have groff; then
	for page in otp-enroll.1 pam_otp.conf.5 pam_otp_store.5 pam_otp_admin.7 \
    pam_otp_migration.7 pam_otp.8; do
		check "$page with groff" set_without_a_word $page
	done
else
	skip 'groff' 'groff is not installed'
fi

# The check itself can fail.
printf '.Dd today\n.Dt PROBE 8\n.Os\n.Sh NAME\n.Xx\n' >"$scratch/probe.8"
check 'man__flags_an_unknown_macro' says_no clean "$scratch/probe.8"

finish
