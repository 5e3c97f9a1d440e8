#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# QR codes as pictures: read back by a scanner, and compared with the text form
# module by module.

. "$(dirname "$0")/tool.sh"

if [ "${PNG:-yes}" = no ]; then
	skip 'picture' 'this build has no PNG, by which pictures are read here'
	finish
fi
qr_print=$top_builddir/tests/tool/qr_print
png_modules=$top_builddir/tests/tool/png_modules
for tool in zbarimg rsvg-convert oathtool "$qr_print" "$png_modules"; do
	have "$tool" || {
		skip 'picture' "$tool is missing"
		finish
	}
done
"$OTP_ENROLL" --conf "$conf" init >"$scratch/said"

# draw FORM NAME ARGUMENT...: the picture in `picture', the rest in `err'.
draw() {
	form=$1
	name=$2
	shift 2
	status=0
	"$OTP_ENROLL" --conf "$conf" new --no-confirm --replace --print \
	    --qr="$form" "$@" "$name" >"$scratch/picture" \
	    2>"$scratch/err" </dev/null || status=$?
	err=$(cat "$scratch/err")
	put "status $status: $err"
	test $status = 0
}

# as_png FORM: the picture, drawn where need be.
as_png() {
	case $1 in
	png) cat "$scratch/picture" ;;
	svg) rsvg-convert -f png "$scratch/picture" ;;
	esac >"$scratch/picture.png"
}

# scans FORM NAME ARGUMENT...: it is the URI's, for a scanner and bit by bit.
scans() {
	draw "$@" && as_png "$1" || return 1
	uri=$(uri_in "$err")
	test -n "$uri" &&
	    same "$uri" "$(zbarimg -q --raw "$scratch/picture.png")" &&
	    "$png_modules" 8 <"$scratch/picture.png" >"$scratch/modules" &&
	    put "$uri" | "$qr_print" ascii none >"$scratch/text" &&
	    cmp "$scratch/text" "$scratch/modules"
}

# bytes N: a label of that length.
bytes() {
	printf "%0$1d" 0 | tr 0 x
}

for form in png svg; do
	check "picture__${form}_scans" scans $form alice
	for length in 1 20 60 120 255; do
		check "picture__${form}_scans_with_a_label_of_$length" \
		    scans $form alice --label="$(bytes $length)"
	done
	check "picture__${form}_scans_with_a_long_utf8_issuer" scans $form \
	    alice --issuer="$(bytes 60)Zürich·東京" --label="東京:$(bytes 99)" \
	    --algorithm=sha512 --digits=8
done

check 'picture__has_standard_output_to_itself' says_no \
    grep -qa 'otpauth\|URI\|Key\|set up' "$scratch/picture"
all_else() {
	says '^Scan the picture' && says '^  URI ' && says '^  Key ' &&
	    says ' is set up' && test "$(codes_in "$err" | wc -l)" = 10
}
check 'picture__leaves_all_else_to_standard_error' all_else

# show FORM: the picture of what is in force, and not a word beside it.
show() {
	draw svg sue || return 1
	uri=$(uri_in "$err")
	"$OTP_ENROLL" --conf "$conf" show sue --qr="$1" --print \
	    >"$scratch/picture" 2>"$scratch/err" || return 1
	cat "$scratch/err"
	test ! -s "$scratch/err" && as_png "$1" &&
	    same "$uri" "$(zbarimg -q --raw "$scratch/picture.png")"
}
for form in png svg; do
	check "show__$form" show $form
done
check 'show__a_picture_needs_print' untouched 2 show sue --qr=png

# Standard output ends with the picture, before the question: a viewer behind a
# pipe has to show it first.
before_the_question() {
	mkfifo "$scratch/typed" || return 1
	exec 9<>"$scratch/typed"
	# Whatever goes wrong, three more codes that are none end it.
	"$OTP_ENROLL" --conf "$conf" new --print --qr=png bob \
	    <"$scratch/typed" 2>"$scratch/err" | {
		timeout 30 cat >"$scratch/picture" 9>&- &&
		    oathtool --totp -b "$(zbarimg -q --raw \
			"$scratch/picture" |
			sed 's/.*secret=\([A-Z2-7]*\).*/\1/')" \
			>"$scratch/typed"
		printf '%s\n' x x x >"$scratch/typed"
	}
	exec 9>&-
	cat "$scratch/err"
	grep -q ' is set up\. ' "$scratch/err" && ends 0 status bob
}
check 'picture__is_whole_before_the_question' before_the_question

unwritten() {
	before=$(tree)
	status=0
	"$OTP_ENROLL" --conf "$conf" new --replace --no-confirm --print \
	    --qr="$1" alice >"$2" 2>"$scratch/err" || status=$?
	err=$(cat "$scratch/err")
	put "status $status: $err"
	test $status = 1 && says 'Standard output cannot be written: No space' &&
	    ! says '^  Key' && same "$before" "$(tree)"
}
for form in png svg; do
	check "picture__${form}_unwritten_changes_nothing" \
	    unwritten $form /dev/full
done
check 'picture__needs_print' untouched 2 new --no-confirm --replace \
    --qr=png alice
check 'picture__says_that_it_needs_print' says --print
check 'picture__excludes_json' untouched 2 new --no-confirm --replace \
    --print --json --qr=svg alice
told_nobody() {
	before=$(tree)
	status=0
	"$OTP_ENROLL" --conf "$conf" new --replace --no-confirm --print \
	    --qr=png alice >"$scratch/picture" 2>/dev/full || status=$?
	test $status = 1 && same "$before" "$(tree)"
}
check 'picture__with_nobody_told_changes_nothing' told_nobody
finish
