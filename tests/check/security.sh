#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Each promise of SECURITY.md names its tests, as `FILE: TEST', and there are
# such tests in these files; its chances are right.

. "$(dirname "$0")/lib.sh"

page=$top_srcdir/SECURITY.md
export LC_ALL=C

# named PAGE: lines `FILE TEST'.
named() {
	grep -oE '[a-z0-9]+/[a-z0-9_]+\.(c|sh)|`[a-z0-9_]+__[a-z0-9_]+`' "$1" |
	    awk '/^`/ { gsub(/`/, ""); print file, $0; next } { file = $0 }'
}

# written FILE: the names of its tests.
written() {
	case $1 in
	*.c) sed -nE 's/^([a-z0-9]\w*__\w+)\(void \*\*.*/\1/p' "$1" ;;
	*) sed -nE "s/^[[:space:]]*check '([^']*)'.*/\1/p" "$1" ;;
	esac
}

absent() {
	named "$1" | while read -r file test; do
		if [ ! -e "$top_srcdir/tests/$file" ]; then
			echo "no file tests/$file"
		else
			written "$top_srcdir/tests/$file" | grep -qx "$test" ||
			    echo "no test $test in tests/$file"
		fi
	done
}

# promises PAGE: those of the table that name no test.
unproven() {
	awk '/^## / { inside = $0 == "## Promises" }
	    inside && /^\| / && !/^\| (promise|---)/ && !/`[a-z0-9_]+__/' "$1"
}

# chances PAGE: what the tables say and should say otherwise. The bare
# figures are of codes of 6 digits and a lock of 100.
chances() {
	awk -F ' *[|] *' '
	function told(text) {
		sub(/.*1 in /, "", text)
		gsub(/,/, "", text)
		return text + 0
	}
	$2 !~ /^(a|30) (day|year)/ && $3 ~ /^[0-9]+( of 10\^[0-9])?$/ && $4 ~ /1 in / {
		n = split($3, word, / of 10\^/)
		all = 10 ^ (n > 1 ? word[2] : 6)
		if (told($4) != int(all / (word[1] * 100)))
			print
		rows++
		next
	}
	$3 ~ /^[0-9,]+$/ && $2 ~ /day|year/ {
		gsub(/,/, "", $3)
		if (told($4) != int(1 / (1 - (1 - 3 / 1000000) ^ $3) + 0.5))
			print
		rows++
	}
	END { if (rows < 10) print "only " rows + 0 " rows" }' "$1"
}

check 'security__names_tests' test "$(named "$page" | wc -l)" -ge 25
check 'security__names_tests_that_exist' empty absent "$page"
check 'security__has_a_test_for_each_promise' empty unproven "$page"
check 'security__tells_chances_that_are_right' empty chances "$page"

# The check itself can fail.
sed 's/race__through_pam_never/race__through_pam_ever/' "$page" \
    >"$scratch/test.md"
check 'security__flags_a_test_that_is_not_there' says_no empty \
    absent "$scratch/test.md"
sed 's|store/full_test\.c|store/full.c|' "$page" >"$scratch/file.md"
check 'security__flags_a_file_that_is_not_there' says_no empty \
    absent "$scratch/file.md"
sed 's|store/full_test\.c: .*|none \||' "$page" >"$scratch/promise.md"
check 'security__flags_a_promise_without_a_test' says_no empty \
    unproven "$scratch/promise.md"
sed 's/1 in 327/1 in 3,270/' "$page" >"$scratch/chance.md"
check 'security__flags_a_wrong_chance' says_no empty \
    chances "$scratch/chance.md"

finish
