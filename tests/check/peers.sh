#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# README's comparison has a test behind each cell: tests/host/peers.rows has its
# rows, in their order, and names tests that are there. What README tells of
# other packages' versions is what the tests look for.

. "$(dirname "$0")/lib.sh"

readme=$top_srcdir/README.md
rows=$top_srcdir/tests/host/peers.rows
peers=$top_srcdir/tests/host/peers.sh

# rows_of FILE: the questions of README's table, a line each.
rows_of() {
	awk -F ' *[|] *' '
	/^## / { inside = $0 == "## Compared with other modules" }
	inside && /^[|] / && $2 ~ /[?]$/ { print $2 }' "$1"
}

# proofs FILE: lines `FILE TEST'.
proofs() {
	sed -n 's/^	//p' "$1"
}

absent() {
	proofs "$1" | while read -r file test; do
		grep -qF -e "$test(void" -e "'$test'" -e "\"$test\"" \
		    "$top_srcdir/tests/$file" || echo "no test $test in tests/$file"
	done
}

versions() {
	for version in $(sed -n 's/^if has [a-z-]* \(.*\); then$/\1/p' "$peers")
	do
		tr ' ;' '\n\n' <"$readme" | sed 's/[.]$//' |
		    grep -qxF -e "$version" || echo "$version"
	done
}

check 'peers__rows_are_those_of_readme' \
    same "$(grep -v '^[#	]' "$rows" | grep .)" "$(rows_of "$readme")"
check 'peers__rows_have_a_test_for_each_cell' \
    same "$(($(rows_of "$readme" | wc -l) * 3))" "$(proofs "$rows" | wc -l)"
check 'peers__tests_are_there' empty absent "$rows"
check 'peers__versions_are_those_of_readme' empty versions

# The check itself can fail.
sed 's/oath__has_no_tool/oath__has_a_tool/' "$rows" >"$scratch/rows"
check 'peers__flags_a_test_that_is_not_there' says_no empty \
    absent "$scratch/rows"
sed 's/^| Correct code, and/| Right code, and/' "$readme" >"$scratch/readme"
check 'peers__flags_another_row' says_no \
    same "$(rows_of "$readme")" "$(rows_of "$scratch/readme")"

finish
