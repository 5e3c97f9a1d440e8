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

# quotes_in_a_width PAGE: where groff 1.23, of Debian 13, takes it for an end.
quotes_in_a_width() {
	sed -n "/^[.]Bl .*'/p" "$1"
}

for page in otp-enroll.1 pam_otp.conf.5 pam_otp_store.5 pam_otp_admin.7 \
    pam_otp_migration.7 pam_otp.8 otp-deliver.8 \
    pam_otp_deliver.5 pam_otpd.8 fleet.conf.5 pam_otp_fleet.7; do
	check "$page" clean $page
	check "$page has no quote in a width" empty quotes_in_a_width $page
done

# The other program that shows pages, as man-db calls it at 80 columns. (That a
# column of a table is full does not matter.)
set_without_a_word() {
	said=$(groff -mandoc -Tutf8 -wmac -Wbreak -z "$1" 2>&1)
	test -z "$said" || { echo "$said"; return 1; }
}

as_shown() {
	groff -mandoc -Tascii -P-c -P-b -P-u -rLL=78n "$1" 2>/dev/null
}

# too_wide PAGE: lines of its text; commands may be as long as they are.
too_wide() {
	sed -e '/^\.Bd -literal/,/^\.Ed/d' -e '/^\.Dl /d' "$1" \
	    >"$scratch/text"
	as_shown "$scratch/text" | awk 'length > 80'
}

# names_system PAGE: at its head or foot, instead of this package.
names_system() {
	as_shown "$1" | sed -n -e '1{/BSD/p;}' -e '${/^pam_otp /!p;}'
}

if have groff; then
	for page in otp-enroll.1 pam_otp.conf.5 pam_otp_store.5 pam_otp_admin.7 \
    pam_otp_migration.7 pam_otp.8 otp-deliver.8 \
    pam_otp_deliver.5 pam_otpd.8 fleet.conf.5 pam_otp_fleet.7; do
		check "$page with groff" set_without_a_word $page
		check "$page in 80 columns" empty too_wide $page
		check "$page names no system" empty names_system $page
	done
	sed 's/^\(\.It Li locked-out .* Ta \)warning/\1a rather long warning/' \
	    pam_otp.8 >"$scratch/wide.8"
	check 'man__flags_a_wide_table' says_no empty too_wide "$scratch/wide.8"
	sed -e '/^\.ds doc-volume/d' -e 's/^\.Os .*/.Os/' \
	    pam_otp.8 >"$scratch/bsd.8"
	check 'man__flags_the_default_system' says_no empty names_system \
	    "$scratch/bsd.8"
else
	skip 'groff' 'groff is not installed'
fi

# The check itself can fail.
printf '.Dd today\n.Dt PROBE 8\n.Os\n.Sh NAME\n.Xx\n' >"$scratch/probe.8"
check 'man__flags_an_unknown_macro' says_no clean "$scratch/probe.8"

finish
