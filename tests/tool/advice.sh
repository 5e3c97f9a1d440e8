#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Whoever does what otp-enroll advises gets on: however seed and state are
# spoilt, from every command a way of following advice ends well.

. "$(dirname "$0")/tool.sh"

new='new --print --no-confirm'

ready() {
	# shellcheck disable=SC2086
	ends 0 init && ends 0 $new "$user" && ends 0 $new tom &&
	    cp -R "$store" "$scratch/good"
}
check 'ready' ready

# as_version_2 FILE: both records say so, and their checksums are right.
as_version_2() {
	for slot in 0 1; do
		dd if="$1" of="$scratch/slot" bs=8192 skip=$slot count=1 &&
		    printf '\002' |
		    dd of="$scratch/slot" bs=1 seek=8 conv=notrunc &&
		    length=$(od -An -j 24 -N 4 -tu4 "$scratch/slot") &&
		    head -c "$((length))" "$scratch/slot" |
		    openssl dgst -sha256 -binary |
		    dd of="$scratch/slot" bs=1 seek="$((length))" \
			conv=notrunc &&
		    dd if="$scratch/slot" of="$1" bs=8192 seek=$slot \
			conv=notrunc || return 1
	done 2>"$scratch/dd"
}

# spoil SEED STATE: the store as it was once, but for these.
spoil() {
	rm -rf "$store"
	cp -R "$scratch/good" "$store" || return 1
	case $1 in
	absent) rm "$store/seed/$user" ;;
	junk) echo junk >"$store/seed/$user" ;;
	esac
	case $2 in
	absent) rm "$store/state/$user" ;;
	damaged) printf '%20480d' 0 >"$store/state/$user" ;;
	cut) : >"$store/state/$user" ;;
	version) as_version_2 "$store/state/$user" ;;
	uid) cp "$store/state/tom" "$store/state/$user" ;;
	esac
}

# follow COMMAND: as a person who reads what it says.
follow() {
	case $1 in
	new*) options='--print --no-confirm' ;;
	adopt* | recovery*) options=--print ;;
	*) options= ;;
	esac
	# shellcheck disable=SC2086
	enroll $1 "$user" $options
	put "$1: $status: $err"
	test "$status" = 0
}

# advised: the commands in what was said last, each on a line.
advised() {
	case $status in
	3) echo new ;;
	4) echo new --replace ;;
	esac
	put "$out $err" | tr -s ' \n' ' ' | grep -oE "[\`']otp-enroll [^']*'" |
	    sed -nE "s/^.otp-enroll (new|adopt|remove|unlock)( --[a-z]*)?( .*)?'\$/\1\2/p"
}

# leads_on SEED STATE COMMAND
leads_on() {
	put "$3" >"$scratch/todo"
	: >"$scratch/done"
	while next=$(grep -vxF -f "$scratch/done" "$scratch/todo"); do
		next=$(put "$next" | head -n 1)
		put "$next" >>"$scratch/done"
		spoil "$1" "$2" || return 1
		follow "$next" && return 0
		advised >>"$scratch/todo"
	done
	return 1
}

every_command() {
	for command in status check unlock recovery adopt 'adopt --force' new \
	    'new --add' 'new --replace' remove 'remove --purge'; do
		leads_on "$1" "$2" "$command" || return 1
	done
}
for seed in good absent junk; do
	for state in good absent damaged cut version uid; do
		check "advice__leads_on: seed $seed, state $state" \
		    every_command "$seed" "$state"
	done
done

# --- Of each thing in its own words ---

# As an old pam_otp may be installed again.
later_state() {
	spoil good version || return 1
	# shellcheck disable=SC2086
	untouched 1 $new --replace "$user" &&
	    says "state/$user: .*version.*newer version of pam_otp.*adopt --force" &&
	    ! says 'Correct that line' || return 1
	enroll check "$user"
	ended 1 && shows 'newer version of pam_otp' && ! shows 'Correct that line'
}
check 'state__of_a_later_version' later_state
later_store() {
	spoil good good && echo 'pam_otp store 2' >"$store/.store" &&
	    untouched 1 status "$user" &&
	    says '\.store: the store has an unknown version.*newer version of pam_otp' &&
	    ! says 'Correct that line' || return 1
	enroll check "$user"
	ended 1 && shows 'newer version of pam_otp' && ! shows 'Correct that line'
}
check 'store__of_a_later_version' later_store
# marker TEXT: a marker that no pam_otp wrote; what is advised repairs it.
marker() {
	spoil good good && printf "$1" >"$store/.store" &&
	    untouched 1 status "$user" &&
	    says "\\.store: .*If none did, the file is damaged: run 'echo pam_otp store 1 > " &&
	    ! says 'Correct that line' || return 1
	enroll check "$user"
	ended 1 && shows "'echo pam_otp store 1 > $store/\\.store'" &&
	    eval "$(put "$out" | tr -s ' \n' ' ' |
		sed -n "s/.*'\(echo pam_otp store 1 > [^']*\)'.*/\1/p")" &&
	    ends 0 status "$user"
}
check 'marker__that_is_empty' marker ''
check 'marker__without_an_end' marker 'pam_otp store 1'
check 'marker__of_an_editor_elsewhere' marker 'pam_otp store 1\r\n'

# A seed that was only away finds its way back to no used code.
seed_comes_back() {
	spoil absent damaged && ends 1 unlock "$user" &&
	    says 'lost for good' || return 1
	spoil good absent && ends 1 recovery "$user" &&
	    says "adopt $user.*If a state file was lost, add '--force'" ||
	    return 1
	enroll check "$user"
	ended 1 && shows 'If a state file was lost'
}
check 'seed__that_comes_back_revives_no_code' seed_comes_back
both_damaged() {
	spoil junk damaged && ends 1 recovery "$user" &&
	    says "seed/$user:1: .*new --replace $user" &&
	    ends 1 unlock "$user" &&
	    says "state/$user: the state file is damaged\. "
}
check 'seed_and_state__are_told_apart' both_damaged

finish
