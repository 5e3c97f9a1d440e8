#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# README's picture of an enrolment can be scanned, and says what it shows.

. "$(dirname "$0")/lib.sh"

picture=$top_srcdir/contrib/picture/enrolment.svg
if ! have rsvg-convert || ! have zbarimg; then
	skip 'picture' 'rsvg-convert or zbarimg is not installed'
	finish
fi

# The words of a window, whose rows may break one.
words() {
	sed -n 's|.*<text [^>]*>\(.*\)</text>|\1|p' "$1" | tr -d '\n' |
	    sed 's/&amp;/\&/g'
}

scans() {
	rsvg-convert "$1" -o "$scratch/picture.png" &&
	    uri=$(zbarimg -q --raw "$scratch/picture.png") &&
	    echo "$uri" && words "$1" | grep -F -e "URI:    $uri"
}

check 'picture__scans_as_the_uri_in_it' scans "$picture"
check 'picture__is_named_in_the_readme' \
    grep -qF contrib/picture/enrolment.svg "$top_srcdir/README"

# The check itself can fail.
sed 's/web1/web2/' "$picture" >"$scratch/other.svg"
check 'picture__of_another_uri_is_flagged' says_no scans "$scratch/other.svg"

finish
