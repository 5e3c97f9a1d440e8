#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# README.md's picture has a QR code that can be scanned, its secret in words, and
# the whole story.

. "$(dirname "$0")/lib.sh"

picture=$top_srcdir/contrib/picture/story.svg
if ! have rsvg-convert || ! have zbarimg; then
	skip 'picture' 'rsvg-convert or zbarimg is not installed'
	finish
fi

# The words of the windows, a line each.
words() {
	sed -n 's|.*<text [^>]*>\(.*\)</text>|\1|p' "$1" |
	    sed -e 's/&#x27;/'\''/g; s/&quot;/"/g; s/&gt;/>/g; s/&amp;/\&/g'
}

# scans FILE: to a secret that is also there to be typed, in groups of four.
scans() {
	rsvg-convert "$1" -o "$scratch/picture.png" &&
	    uri=$(zbarimg -q --raw "$scratch/picture.png") && echo "$uri" &&
	    secret=$(echo "$uri" | sed -n 's/.*[?&]secret=\([A-Z2-7]*\).*/\1/p') &&
	    test -n "$secret" &&
	    words "$1" | grep -E '(^| )([A-Z2-7]{4} ){3}[A-Z2-7]{4}' |
	    tr -d ' \n' | grep -F -e "$secret"
}

# tells FILE: each of these in its order.
tells() {
	words "$1" >"$scratch/words"
	from=1
	while read -r part; do
		at=$(sed -n "$from,\$p" "$scratch/words" |
		    grep -nF -m 1 -e "$part" | cut -d: -f1)
		test -n "$at" || {
			echo "not told: $part"
			return 1
		}
		from=$((from + at))
	done <<-'END'
		Enter the 6-digit code
		Recovery codes for alice
		alice is set up.
		ssh alice@web1
		Password:
		One-time code:
		alice@web1
		ssh alice@web1
		One-time code:
		That code was already used. Wait for the next one.
		otp-enroll check
		fault
		fix:
	END
}

check 'picture__scans_as_the_secret_in_it' scans "$picture"
check 'picture__tells_the_story' tells "$picture"
check 'picture__is_named_in_the_readme' \
    grep -qF '](contrib/picture/story.svg)' "$top_srcdir/README.md"

# The checks themselves can fail.
sed 's|>\([^<]*\)\([A-Z2-7]\{4\}\) \([A-Z2-7]\{4\}\)\([^<]*</text>\)|>\1\3 \2\4|' \
    "$picture" >"$scratch/other.svg"
check 'picture__of_another_secret_is_flagged' says_no scans "$scratch/other.svg"
sed '/already used/d' "$picture" >"$scratch/less.svg"
check 'picture__without_the_replay_is_flagged' says_no tells "$scratch/less.svg"

finish
