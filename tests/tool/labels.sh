#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Labels and issuers that are not ASCII: UTF-8 for apps, percent-encoded in a URI;
# on the screen as they are where the locale has UTF-8 and they can do no harm,
# and escaped otherwise.

. "$(dirname "$0")/tool.sh"

"$OTP_ENROLL" --conf "$conf" init >"$scratch/said" || exit 99
umlaut='M\303\274ller GmbH'
escaped='M\\xc3\\xbcller GmbH'
emoji='\360\237\230\200 b\303\274ro'

# made ISSUER ARGUMENT...: ann is enrolled anew; ISSUER is printf's.
made() {
	issuer=$(printf "$1")
	shift
	ends 0 new ann --replace --no-confirm --print --qr=none --recovery=0 \
	    --issuer="$issuer" "$@"
}
is_shown() {
	made "$umlaut" && shows "^  Account  $(printf "$umlaut"):ann\$" &&
	    shows 'otpauth://totp/M%C3%BCller%20GmbH:ann?.*&issuer=M%C3%BCller%20GmbH$' &&
	    grep -qF 'otpauth://totp/M%C3%BCller%20GmbH:ann?' "$store/seed/ann" &&
	    ends 0 status ann && shows "\"$(printf "$umlaut"):ann\"" &&
	    ends 0 show ann --print --qr=none && shows "Account  $issuer:ann\$" &&
	    made "$emoji" && shows "^  Account  $(printf "$emoji"):ann\$" &&
	    ends 0 status --json ann &&
	    same "$issuer" "$(put "$out" | jq -r '.tokens[0].issuer')"
}
check 'label__is_shown_as_it_is' is_shown
# macOS writes u and two dots.
apart() {
	made 'Mu\314\210ller' && shows "^  Account  $(printf 'Mu\314\210ller'):ann\$"
}
check 'label__has_accents_of_their_own' apart
is_escaped() {
	LC_ALL=C made "$umlaut" && shows "^  Account  $escaped:ann\$" &&
	    shows '&issuer=M%C3%BCller%20GmbH$' && LC_ALL=C ends 0 status ann &&
	    shows "\"$escaped:ann\"" && ends 0 status ann &&
	    shows "\"$(printf "$umlaut"):ann\""
}
check 'label__is_escaped_in_another_locale' is_escaped

# What an app, or a file in a home, can bring: nothing reaches the screen.
# brings LABEL SHOWN: a label of a URI.
brings() {
	echo "otpauth://totp/$1?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" \
	    >"$scratch/token"
	ends 0 import --replace --file="$scratch/token" eve &&
	    ends 0 status eve && shows "\"$2\"\$" &&
	    ends 0 import --replace --dry-run --file="$scratch/token" eve &&
	    shows "  $2\$"
}
hostile() {
	brings 'a%1B%5B2Jb' 'a\\x1b\[2Jb' && brings 'a%0Ab' 'a\\x0ab' &&
	    brings 'a%C2%9B2Jb' 'a\\xc2\\x9b2Jb' &&
	    brings 'a%E2%80%AEb' 'a\\xe2\\x80\\xaeb' &&
	    brings 'a%E2%81%A6b' 'a\\xe2\\x81\\xa6b' &&
	    brings 'a%E2%80%8Bb' 'a\\xe2\\x80\\x8bb' &&
	    brings 'a%C2%A0' 'a\\xc2\\xa0' &&
	    brings 'a%E2%80%A8b' 'a\\xe2\\x80\\xa8b' &&
	    brings 'a%EF%BF%BFb' 'a\\xef\\xbf\\xbfb' &&
	    brings '%22%5C%C3%A9' "\\\\x22\\\\x5c$(printf '\303\251')"
}
check 'label__does_nothing_to_the_terminal' hostile

# What is typed here has to be text.
# refuses TEXT WHY: as label and as issuer.
refuses() {
	text=$(printf "$1")
	before=$(cat "$store/seed/ann")
	for option in label issuer; do
		ends 2 new ann --replace --no-confirm --print --qr=none \
		    "--$option=$text" && says "$2" || return 1
	done
	same "$before" "$(cat "$store/seed/ann")"
}
why='cannot contain control characters, or characters that change the direction'
check 'label__that_is_not_text_is_refused' refuses 'a\377' 'must be UTF-8'
check 'label__that_is_cut_short_is_refused' refuses 'M\303' 'must be UTF-8'
check 'label__with_an_escape_is_refused' refuses 'a\033b' "$why"
check 'label__with_a_second_line_is_refused' refuses 'a\nb' "$why"
check 'label__with_a_control_of_eight_bits_is_refused' refuses 'a\302\233b' "$why"
check 'label__that_turns_the_text_around_is_refused' refuses 'a\342\200\256b' "$why"
in_batch() {
	printf 'user,label\nbob,M\303\274ller\ncai,M\374ller\n' >"$scratch/list"
	ends 1 new --batch="$scratch/list" --print --recovery=0 &&
	    shows '"user":"bob","uri":"otpauth://totp/M%C3%BCller?' &&
	    says 'must be UTF-8' && says 'Line 3: cai was not enrolled'
}
check 'label__of_a_list_is_refused' in_batch

latin=$(locale -a 2>/dev/null | grep -iE '\.iso88591$' | head -n 1)
if [ -z "$latin" ] && have localedef &&
    localedef -i de_DE -f ISO-8859-1 "$scratch/de_DE.ISO-8859-1" >/dev/null 2>&1
then
	latin=de_DE.ISO-8859-1
	LOCPATH=$scratch
	export LOCPATH
fi
if [ -n "$latin" ]; then
	of_the_locale() {
		LC_ALL=$latin made 'M\374ller' &&
		    shows '&issuer=M%C3%BCller$' &&
		    shows '^  Account  M\\xc3\\xbcller:ann$'
	}
	check 'label__is_in_the_encoding_of_the_locale' of_the_locale
else
	skip 'label__is_in_the_encoding_of_the_locale' 'no such locale'
fi

finish
