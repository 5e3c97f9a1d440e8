#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# pam_otp_store(5) says enough for somebody to write a second implementation:
# a reader that was written from it sees what our own code wrote.

. "$(dirname "$0")/lib.sh"

probe=$top_builddir/tests/check/store_probe
reader=$top_srcdir/tests/check/store_reader
store=$scratch/store
file=$store/state/alice
export LC_ALL=C

# agree NAME: both read the same from the state.
agree() {
	check "$1" same "$("$probe" state "$file")" \
	    "$("$reader" state "$store" alice 2>&1)"
}

# unusable NAME: both refuse it.
unusable() {
	check "$1" same "$("$probe" state "$file") $("$probe" state "$file")" \
	    "unusable $("$reader" state "$store" alice | cut -c 1-8)"
}

# damage OFFSET: change the byte there.
damage() {
	byte=$(od -An -j "$1" -N 1 -tu1 "$file")
	# shellcheck disable=SC2059
	printf "$(printf '\\%03o' $((byte ^ 255)))" |
	    dd of="$file" bs=1 seek="$1" conv=notrunc 2>/dev/null
}

# The reader is a second one only as long as it is on its own.
check 'reader__calls_nothing_of_the_project' \
    says_no grep -nE 'otp-enroll|store_probe|builddir' "$reader"

check 'probe__makes_a_state' "$probe" make "$store" alice
agree 'reader__reads_a_fresh_state'
check 'reader__has_read_it' test "$("$reader" state "$store" alice |
    grep -cE '^(record 0 0{15}1|on-disk yes|uid 5001|credentials 3)$')" -eq 4
"$probe" charge "$store" alice
agree 'reader__reads_a_charge'
check 'reader__has_read_the_charge' test "$("$reader" state "$store" alice |
    grep -cE '^(failures 1|replays 16909060)$')" -eq 2
for round in 1 2 3 4; do
	"$probe" charge "$store" alice
	"$probe" commit "$store" alice
	agree "reader__reads_commit_$round"
done
check 'reader__has_read_a_wait' test "$("$reader" state "$store" alice |
    grep -cE '^(wait-length 30|on-disk yes|enrolled yes|untold 12)$')" -eq 4

# After charges and commits that a crash took away again.
"$probe" charge "$store" alice
cp -p "$file" "$scratch/whole"
slot=$("$probe" state "$file" | sed -n 's/^record \([01]\) .*/\1/p')
damage $((slot * 4096 + 300))
agree 'reader__falls_back_to_the_other_record'
cp -p "$scratch/whole" "$file"
damage $((8192 + 100))
agree 'reader__reads_beside_a_torn_charge_0'
damage $((8704 + 100))
agree 'reader__reads_without_any_charge'
cp -p "$scratch/whole" "$file"
damage $((8704 + 100))
agree 'reader__reads_beside_a_torn_charge_1'
damage 300
damage 4400
unusable 'reader__refuses_two_torn_records'
cp -p "$scratch/whole" "$file"
dd if="$file" of="$file" bs=4096 count=1 seek=$((1 - slot)) skip="$slot" \
    conv=notrunc 2>/dev/null
unusable 'reader__refuses_two_records_of_one_generation'

# Every byte that a table names makes a difference to both.
cp -p "$scratch/whole" "$file"
damage $((slot * 4096 + 9))
reseal() { # with a right checksum
	tail -c "+$((slot * 4096 + 1))" "$file" | head -c 4064 | sha256sum |
	    cut -c 1-64 | sed 's/../\\x&/g' >"$scratch/sum"
	env printf "$(cat "$scratch/sum")" | dd of="$file" bs=1 \
	    seek=$((slot * 4096 + 4064)) conv=notrunc 2>/dev/null
}
reseal
unusable 'reader__refuses_an_unknown_version'
for at in 12 32 272 288; do
	cp -p "$scratch/whole" "$file"
	damage $((slot * 4096 + at + (at == 32 ? 135 : 0)))
	reseal
	unusable "reader__refuses_a_bad_record_at_$at"
done

# Names and seeds.
for account in 'a b' '.hidden' 'x/y' 'M%C' '@host-1.example_' 'é'; do
	check "reader__finds_the_file_of_$account" \
	    "$probe" make "$store" "$account"
	check "reader__knows_the_ids_of_$account" \
	    same "$("$probe" seed "$store" "$account")" \
	    "$("$reader" seed "$store" "$account" 2>&1)"
done

# The page's own example.
sed -n '/^# phone$/,/^\.Ed/p' "$top_srcdir/man/pam_otp_store.5" |
    grep -v '^\.Ed' >"$store/seed/example"
chmod 600 "$store/seed/example"
ids='totp e641aaad4f6c745a
recovery 34dcb8f88f23d3ad'
check 'example__is_a_seed' same "$ids" "$("$probe" seed "$store" example)"
check 'example__has_the_ids_it_names' \
    same "$ids" "$("$reader" seed "$store" example)"
for id in e641aaad4f6c745a 34dcb8f88f23d3ad; do
	check "example__names_$id" \
	    grep -q "^\.Li $id " "$top_srcdir/man/pam_otp_store.5"
done

finish
