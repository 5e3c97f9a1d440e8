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
    grep -cE '^(wait-length 30|on-disk yes|enrolled yes|unreported 12|devices 4 of (d0){8}|device (0a){16} .*)$')" -eq 6
check 'reader__has_read_sends' test "$("$reader" state "$store" alice |
    grep -cE '^(send (09){8} 0{5}[0-9a-f]{11} 1790000029 (ee){8}|send 0{16} 0{16} 0 0{16}|sends 0{5}[0-9a-f]{11} 1790000023 1790000023 3 12)$')" -eq 3
check 'reader__has_read_notices' test "$("$reader" state "$store" alice |
    grep -cE '^(notices 1790000029 0{6}0102030405 1790000030 0{15}7|noticed (f0){8} 1790000031|noticed 0{16} 0)$')" -eq 5
check 'reader__has_read_other_callers' test "$("$reader" state "$store" alice |
    grep -cE '^(others told 1|failures 2|replays 9|last-failure 1790000021 .*)$')" -eq 4
check 'reader__has_read_an_own_code' test "$("$reader" state "$store" alice |
    grep -cE '^own-code 1790000029 (c0){8}$')" -eq 1

exempted() {
	"$probe" commit "$store" alice &&
	    "$reader" state "$store" alice | grep -x 'exempt 1[0-9]* "no phone"'
}
check 'reader__has_read_an_exemption' exempted
agree 'reader__reads_an_exemption'
"$probe" told "$store" alice
agree 'reader__reads_that_the_user_was_told'
check 'reader__has_read_that_the_user_was_told' test "$(
    "$reader" state "$store" alice |
	grep -cE '^(on-disk yes|unreported 0|replays 772)$')" -eq 3

# After charges and commits that a crash took away again.
"$probe" charge "$store" alice
cp -p "$file" "$scratch/whole"
slot=$("$probe" state "$file" | sed -n 's/^record \([01]\) .*/\1/p')
damage $((slot * 8192 + 300))
agree 'reader__falls_back_to_the_other_record'
cp -p "$scratch/whole" "$file"
damage $((16384 + 100))
agree 'reader__reads_beside_a_torn_charge_0'
damage $((17408 + 100))
agree 'reader__reads_without_any_charge'
cp -p "$scratch/whole" "$file"
damage $((17408 + 100))
agree 'reader__reads_beside_a_torn_charge_1'
damage 300
damage 8400
unusable 'reader__refuses_two_torn_records'
cp -p "$scratch/whole" "$file"
dd if="$file" of="$file" bs=8192 count=1 seek=$((1 - slot)) skip="$slot" \
    conv=notrunc 2>/dev/null
unusable 'reader__refuses_two_records_of_one_generation'

# Every byte that a table names makes a difference to both.
cp -p "$scratch/whole" "$file"
damage $((slot * 8192 + 9))
reseal() { # with a right checksum
	length=$(od -An -j $((slot * 8192 + 24)) -N 4 -tu4 "$file")
	tail -c "+$((slot * 8192 + 1))" "$file" | head -c "$((length))" |
	    sha256sum | cut -c 1-64 | sed 's/../\\x&/g' >"$scratch/sum"
	env printf "$(cat "$scratch/sum")" | dd of="$file" bs=1 \
	    seek=$((slot * 8192 + length)) conv=notrunc 2>/dev/null
}
reseal
unusable 'reader__refuses_an_unknown_version'
for at in 12 47 160 487 488 492 504 799 919 927; do
	cp -p "$scratch/whole" "$file"
	damage $((slot * 8192 + at))
	reseal
	unusable "reader__refuses_a_bad_record_at_$at"
done

cp -p "$scratch/whole" "$file"
damage $((slot * 8192 + 27))
unusable_length() {
	"$probe" state "$file" | grep -q "^record $((1 - slot)) "
}
check 'reader__takes_no_slot_of_an_impossible_length' unusable_length
agree 'reader__reads_beside_a_slot_of_an_impossible_length'
cp -p "$scratch/whole" "$file"
echo >>"$file"
unusable 'reader__refuses_a_longer_file'
head -c 20479 "$scratch/whole" >"$file"
unusable 'reader__refuses_a_shorter_file'

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
