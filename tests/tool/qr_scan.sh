#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The QR codes that the tool prints are read back by a scanner from what
# terminals of several kinds would show.

. "$(dirname "$0")/../check/lib.sh"

print=$top_builddir/tests/tool/qr_print
picture=$top_builddir/tests/tool/term2ppm
for tool in zbarimg "$print" "$picture"; do
	have "$tool" || {
		skip 'qr_scan' "$tool is missing"
		finish
	}
done

secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP
usual="otpauth://totp/host:alice?secret=$secret&issuer=host"

# draw TEXT FORM PALETTE THEME COLOURS: the window is just as large as needed,
# with a row for the prompt.
draw() {
	printf '%s\n' "$1" | "$print" "$2" "$3" >"$scratch/code" || return 1
	rows=$(($(wc -l <"$scratch/code") + 1))
	case $2 in
	ascii) columns=$((2 * (rows - 1))) ;;
	*) columns=$((2 * (rows - 1) - 1)) ;;
	esac
	"$picture" "$4" "$5" "${columns}x$rows" <"$scratch/code" \
	    >"$scratch/code.ppm"
}

# scans TEXT FORM PALETTE THEME COLOURS: to the byte; the scanner adds a
# newline, and so does this.
scans() {
	draw "$@" || return 1
	printf '%s\n' "$1" >"$scratch/expected"
	zbarimg --raw -q "$scratch/code.ppm" >"$scratch/read"
	cmp "$scratch/expected" "$scratch/read"
}

# Terminals of each kind, whatever their theme.
for form in utf8 ascii; do
	for theme in dark light vga solarized-dark solarized-light base16; do
		check "qr__scans_${form}_on_${theme}_with_256_colours" \
		    scans "$usual" $form 256 $theme 256
	done
	# The console and old terminals; of the 256 they take what they know.
	for theme in dark light vga; do
		check "qr__scans_${form}_on_${theme}_with_8_colours" \
		    scans "$usual" $form 8 $theme 8
		check "qr__scans_${form}_on_${theme}_that_knows_8_of_256" \
		    scans "$usual" $form 256 $theme 8
		check "qr__scans_${form}_on_${theme}_that_knows_16_of_256" \
		    scans "$usual" $form 256 $theme 16
	done
done
# Without colours it is for paper, and for windows that are like it.
for theme in light solarized-light; do
	check "qr__scans_utf8_on_${theme}_without_colours" \
	    scans "$usual" utf8 none $theme 0
done

# labelled LENGTH: a URI with an account of that many characters.
labelled() {
	account=$(printf "%0$1d" 0 | tr 0 u)
	printf '%s' "otpauth://totp/host:$account?secret=$secret&issuer=host"
}

# each FORM TEXT...: all of them, on a dark and on a light terminal.
each() {
	form=$1
	shift
	for text in "$@"; do
		for theme in dark light; do
			scans "$text" $form 256 $theme 256 || {
				echo "$form $theme $text"
				return 1
			}
		done
	done
}

for form in utf8 ascii; do
	for length in 1 8 20 32 64 128 256; do
		check "qr__scans_${form}_with_a_label_of_$length" \
		    each $form "$(labelled $length)"
	done
	check "qr__scans_${form}_of_a_percent_encoded_issuer" each $form \
	    "otpauth://totp/Z%C3%BCrich%20%E2%82%AC:j%C3%BCrg?secret=$secret&issuer=Z%C3%BCrich%20%E2%82%AC"
	check "qr__scans_${form}_in_lower_case" each $form \
	    'otpauth://totp/a?secret=mfrggzdfmztwq2lknnwg23tpobyxe43u'
	check "qr__scans_${form}_of_hotp" each $form \
	    "otpauth://hotp/host:alice?secret=$secret&issuer=host&counter=0" \
	    "otpauth://hotp/a?secret=$secret&digits=8&counter=18446744073709551615"
	check "qr__scans_${form}_of_sha512" each $form \
	    "otpauth://totp/host:alice?secret=$secret$secret$secret&issuer=host&algorithm=SHA512&digits=8&period=60"
done

# The check itself can fail: inverted, without colours, another text.
check 'qr__needs_dark_on_light' says_no \
    scans "$usual" utf8 none dark 256
check 'qr__needs_its_colours' says_no scans "$usual" utf8 256 dark 0
other() {
	draw "$usual" utf8 256 dark 256
	zbarimg --raw -q "$scratch/code.ppm" >"$scratch/read"
	printf '%s\n' "$usual " | cmp - "$scratch/read"
}
check 'qr__is_compared_to_the_byte' says_no other
finish
