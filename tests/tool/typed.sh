#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# A code as keyboards, phones and clipboards write it: `verify' and a login take
# it alike, and refuse alike what cannot be a code. The characters are those of
# Python's own copy of the Unicode database.

. "$(dirname "$0")/tool.sh"

have python3 && have oathtool || {
	skip 'typed' 'python3 or oathtool is missing'
	finish
}
give_service
enroll init
enroll new --hotp --print --no-confirm --recovery=4 alice
secret=$(secret_in "$out")
codes=$(put "$out" | grep -Eo '([0-9A-Z]{4}-){5}[0-9A-Z]{4}')

cat >"$scratch/forms.py" <<'EOF'
import sys
import unicodedata

which = sys.argv[1]
if which == "digits":  # the zero of each script
    for c in range(0x110000):
        if unicodedata.digit(chr(c), None) == 0 and \
                unicodedata.category(chr(c)) == "Nd":
            print("%04X" % c)
elif which == "skipped":
    for c in range(0x110000):
        char = chr(c)
        if unicodedata.category(char) in ("Zs", "Pd", "Pc") or \
                char in "\t\u200b\u200c\u200d\u200e\u200f\u202a\u202b" \
                "\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff" \
                "\u2212\u00ad\u2028\u2029\u0085":
            print("%04X" % c)
elif which == "in":  # CODE in the digits of the script whose zero is this
    zero = int(sys.argv[2], 16)
    sys.stdout.buffer.write("".join(
        chr(zero + int(digit)) for digit in sys.argv[3]).encode())
else:  # with: CODE with this character around it and within
    char = chr(int(sys.argv[2], 16))
    half = len(sys.argv[3]) // 2
    sys.stdout.buffer.write((char + sys.argv[3][:half] + char + char +
                             sys.argv[3][half:] + char).encode())
EOF
forms() {
	python3 "$scratch/forms.py" "$@"
}

# verified FILE: `verify' on what is typed there; `out' and `status'.
verified() {
	status=0
	"$OTP_ENROLL" --conf "$conf" verify alice <"$1" >"$scratch/out" \
	    2>"$scratch/err" || status=$?
	out=$(cat "$scratch/out")
}

# taken FILE: by both.
taken() {
	verified "$1"
	test "$status" = 0 && login alice "$(cat "$1")" >"$scratch/said" || {
		put "status $status: $out"
		cat "$scratch/said"
		return 1
	}
}

# each HOW WHICH: all characters of WHICH, each with a new code.
counter=0
each() {
	tried=0
	for char in $(forms "$2"); do
		forms "$1" "$char" \
		    "$(oathtool --hotp -b -c $counter "$secret")" \
		    >"$scratch/typed"
		taken "$scratch/typed" || { put "U+$char"; return 1; }
		counter=$((counter + 1))
		tried=$((tried + 1))
	done
	test $tried -gt 30
}
check 'typed__digits_of_every_script_are_taken' each in digits
check 'typed__blanks_dashes_and_marks_are_skipped' each with skipped
put "# ran: typed, $counter characters in otp-enroll and a login"

recovery() {
	set -- $codes
	put "$1" | sed 's/-/–/g' >"$scratch/typed"
	taken "$scratch/typed" || return 1
	put "$2" | tr - _ >"$scratch/typed"
	taken "$scratch/typed" || return 1
	put " $3 " | tr 'A-Z' 'a-z' | sed 's/-/ — /g' >"$scratch/typed"
	taken "$scratch/typed"
}
check 'typed__recovery_codes_have_any_dashes' recovery

# refused TEXT: by both, as what cannot be a code, and nothing is written.
refused() {
	before=$(tree)
	printf "$1" >"$scratch/typed"
	verified "$scratch/typed"
	test "$status" = 1 && same 'A code has 6 to 8 digits.' "$out" &&
	    ! login alice "$(cat "$scratch/typed")" >"$scratch/said" || {
		put "status $status: $out"
		cat "$scratch/said"
		return 1
	}
	grep -q 'A code has 6 to 8 digits\.' "$scratch/said" &&
	    same "$before" "$(tree)" || { cat "$scratch/said"; return 1; }
}
for text in 12345 123456789 hunter2 123.456 '\303\251123456' '123456\240' \
    '\300\26123456' '\355\240\200123456' '\340\202\240123456' \
    '123\331\244\331\245\331\246' "$(printf '%0513d' 0)" \
    '0123-4567-89AB-CDEF-GHJK-MNP'; do
	check "typed__is_not_a_code: $(put "$text" | cut -c 1-32)" \
	    refused "$text"
done
other_length() {
	printf 1234567 >"$scratch/typed"
	verified "$scratch/typed"
	test "$status" = 1 && shows 'its length is wrong' &&
	    ! login alice 1234567 >"$scratch/said" &&
	    ! grep -q 'A code has' "$scratch/said"
}
check 'typed__other_length_is_told_by_the_tool_alone' other_length
finish
