#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# 'check' finds each fault it knows, made for real, and says what to do; on a
# host without one it finds none.

# A store in memory is a warning of its own, and /tmp of Debian 13 is in memory.
if [ "$(stat -f -c %T "${TMPDIR:-/tmp}")" = tmpfs ]; then
	export TMPDIR=/var/tmp
fi

. "$(dirname "$0")/tool.sh"

have jq && have oathtool || {
	skip 'check' 'jq or oathtool is missing'
	finish
}
poke=$top_builddir/tests/tool/poke
root=$scratch/root
pamd=$root/etc/pam.d
sshd_config=$root/etc/ssh/sshd_config
modules=$root/lib64/security
new='new --print --no-confirm'

# host: a host as Debian sets it up, with a code for sshd and sudo.
host() {
	rm -rf "$root"
	mkdir -p "$pamd" "$modules" "$root/etc/ssh" "$root/usr/lib/pam.d"
	for name in otp unix deny permit cap u2f succeed_if faillock rootok \
	    env faildelay usertype localuser sss; do
		cp "$PAM_OTP_SO" "$modules/pam_$name.so"
	done
	cat >"$pamd/common-auth" <<-END
		# comment
		auth	[success=1 default=ignore]	pam_unix.so nullok
		auth	requisite			pam_deny.so
		auth	required			pam_permit.so
		auth	optional			pam_cap.so
	END
	cat >"$pamd/sshd" <<-END
		@include common-auth
		auth required pam_otp.so conf=$conf
		account required pam_permit.so
	END
	cat >"$pamd/sudo" <<-END
		@include common-auth
		auth required pam_otp.so conf=$conf [prompt=Code for sudo: ]
	END
	echo '@include common-auth' >"$pamd/login"
	cat >"$sshd_config" <<-END
		UsePAM yes
		PermitRootLogin yes
		KbdInteractiveAuthentication yes
		PasswordAuthentication no
		AuthenticationMethods publickey,keyboard-interactive keyboard-interactive
		Subsystem sftp internal-sftp
	END
}

# auth LINE...: the stack of sshd, after the password's; OTP is the module.
auth() {
	{
		echo '@include common-auth'
		stack "$@"
	} >"$scratch/stack"
	mv "$scratch/stack" "$pamd/sshd"
}
# stack LINE...
stack() {
	printf '%s\n' "$@" | sed "s|OTP|pam_otp.so conf=$conf|"
}
# alone LINE...: nothing but these in sshd's.
alone() {
	stack "$@" >"$pamd/sshd"
}

# examine STATUS ARGUMENT...: 'check' ends so; what it found is in 'found', an
# id a line, without what is fine and what is the machine's of this test.
examine() {
	expected=$1
	shift
	enroll check --root="$root" --json "$@"
	put "$out"
	put "$err"
	found=$(put "$out" | jq -r '.findings[] | select(.level != "ok" and
	    .id != "clock-unsynchronised" and .id != "store-in-memory" and
	    .id != "store-on-overlay" and .id != "store-copy-on-write") | .id' | sort -u)
	test "$status" = "$expected"
}

# finds STATUS ID ARGUMENT...: this is found, and told what to do about it.
finds() {
	id=$2
	wanted=$1
	shift 2
	examine "$wanted" "$@" || return 1
	put "$found" | grep -qx -- "$id" &&
	    put "$out" | jq -e --arg id "$id" '.findings |
		all(.level == "ok" or (.fix | length > 5)) and
		any(.id == $id)' >"$scratch/said2"
}

# finds_only STATUS IDS ARGUMENT...: these, and nothing else.
finds_only() {
	ids=$(printf '%s\n' $2 | sort -u)
	wanted=$1
	shift 2
	examine "$wanted" "$@" && same "$ids" "$found"
}

# tells PATTERN: some line of what was found last.
tells() {
	put "$out" | jq -r '.findings[] | .text, (.fix // empty)' |
	    grep -q -e "$1"
}

configure
"$OTP_ENROLL" --conf "$conf" init >"$scratch/said2"
host

# --- Nothing is wrong ---

check 'host__has_no_fault' finds_only 0 ''
says_nothing_is_wrong() {
	enroll check --root="$root"
	shows '^ok  *The configuration file .* is valid' &&
	    shows '^ok  *The store' && shows '^No problems found\.' &&
	    shows '^ok  *sudo asks for a code: .*/sudo:2' && test -z "$err"
}
check 'host__without_a_fault_is_told_so' says_nothing_is_wrong
enroll $new "$user"
secret=$(secret_in "$out")
check 'account__has_no_fault' finds_only 0 '' "$user"
check 'account__is_told_to_be_enrolled' tells "^$user is enrolled: 1 token"
no_secret() {
	enroll check --root="$root" "$user"
	put "$out$err"
	test -n "$secret" && says_no shows "$secret" && says_no shows 'otpauth'
}
check 'account__no_secret_is_shown' no_secret
writes_nothing() {
	strace -f -o "$scratch/trace" "$OTP_ENROLL" --conf "$conf" check \
	    --root="$root" "$user" >"$scratch/out" 2>&1
	grep -E '^[0-9]+ +(write|pwrite64|rename|unlink|mkdir|chmod|fsync|fdatasync|setxattr|F_OFD_SETLK)' \
	    "$scratch/trace" | grep -vE ' write\([12],'
	grep -E 'O_CREAT|O_TRUNC|F_OFD_SETLK|F_SETLK' "$scratch/trace"
	return 0
}
if have strace && [ -z "${INSTRUMENTED-}" ]; then
	check 'check__writes_nothing_and_takes_no_lock' empty writes_nothing
else
	skip 'check__writes_nothing' 'strace is missing, or this build'
fi

# --- The configuration ---

broken_conf() {
	printf 'store = %s\nfrob = 1\n' "$store" >"$scratch/bad"
	enroll check --conf="$scratch/bad" --root="$root" --json
	put "$out" | jq -e '.findings[0] | .id == "configuration-invalid" and
	    (.text | test("bad:2: frob: is not an option"))' && test $status = 1
}
check 'configuration__with_an_option_that_is_none' broken_conf
check 'configuration__that_is_missing' finds 1 absent --conf="$scratch/none"
open_conf() {
	cp "$conf" "$scratch/bad"
	chmod 666 "$scratch/bad"
	finds 1 mode --conf="$scratch/bad"
}
check 'configuration__that_others_can_write' open_conf
# cut_conf TEXT WRONG: the file is TEXT, and check and status say the same.
cut_conf() {
	printf '%s' "$1" >"$scratch/cut"
	finds 1 configuration-invalid --conf="$scratch/cut" || return
	enroll check --conf="$scratch/cut" --root="$root"
	put "$out" | tr -s ' \n' ' ' | grep -qF "$2. Every login is refused." ||
	    return
	put "$out" | tr -s ' \n' ' ' | grep -q 'may have been cut short' || return
	enroll status --conf="$scratch/cut" alice
	test $status = 2 && put "$err" | grep -qF "$2" &&
	    put "$err" | grep -q 'may have been cut short'
}
check 'configuration__that_is_empty' cut_conf '' 'cut: is empty'
check 'configuration__without_its_last_newline' cut_conf \
    "store = $store" 'cut:1: the last line does not end in a newline'

# --- The store ---

mv "$store" "$scratch/away"
check 'store__that_is_missing' finds 1 no-store
check 'store__is_told_how_to_make_it' tells 'otp-enroll init'
check 'store__that_is_missing_refuses_every_login' \
    tells 'so that every login through pam_otp.so is refused'
mkdir -m 700 "$store"
check 'store__that_is_not_mounted' finds 1 no-store "$user"
rmdir "$store"
mv "$scratch/away" "$store"
chmod 770 "$store/seed"
check 'store__that_others_can_write' finds 1 mode
chmod 700 "$store/seed"
# Logins accept it, so this is not a fault.
readable() {
	chmod "$1" "$2"
	finds_only 0 store-readable && tells "^$2 has mode 0$1" &&
	    advice=$(put "$out" | jq -r '.findings[] | .fix // empty' |
		sed -n "s/.*'\(chmod .*\)'.*/\1/p") &&
	    same "chmod 700 $2" "$advice" && $advice && finds_only 0 ''
	ended=$?
	chmod 700 "$2"
	return $ended
}
for part in '' /seed /state /uid; do
	for mode in 755 710 701; do
		check "store__that_others_can_read_$mode$part" \
		    readable $mode "$store$part"
	done
done
left_over() {
	for file in seed/.$user.new state/.$user.new uid/.5001.new; do
		echo 'otpauth://' >"$store/$file"
	done
	finds_only 0 left-over && tells "^$store/seed/\.$user\.new is left over" &&
	    advice=$(put "$out" | jq -r '.findings[] | .fix // empty' |
		sed -n "s/.*'\(rm [^']*\)'.*/\1/p") &&
	    same 3 "$(put "$advice" | grep -c .)" && sh -ec "$advice" &&
	    finds_only 0 ''
	ended=$?
	rm -f "$store"/*/.*.new
	return $ended
}
check 'store__with_what_was_left_over' left_over
no_uids() {
	mv "$store/uid" "$store/uid.away"
	finds 1 no-store
	ended=$?
	mkdir -m 777 "$store/uid"
	chmod 777 "$store/uid"
	finds 1 mode && tells "chmod 700 $store/uid'" || ended=1
	rmdir "$store/uid"
	mv "$store/uid.away" "$store/uid"
	return $ended
}
check 'store__without_a_sound_folder_of_uids' no_uids
as_root=
[ "$(id -u)" = 0 ] && as_root=yes
if [ -n "$as_root" ]; then
	chown 65534 "$store/state"
	check 'store__of_another_user' finds 1 owner
	check 'store__of_another_user_is_fixed_by_a_command' \
	    tells "chown root: $store/state"
	chown root "$store/state"
	as_nobody() {
		chmod 755 "$scratch"
		chmod -R a+rX "$root"
		chmod 644 "$conf"
		cp "$OTP_ENROLL" "$scratch/otp-enroll"
		setpriv --reuid=65534 --regid=65534 --clear-groups \
		    "$scratch/otp-enroll" --conf "$conf" check \
		    --root="$root" "$user" >"$scratch/out" 2>&1
		status=$?
		out=$(cat "$scratch/out")
		shows '^note  *The store .* was not checked' && test $status = 0
	}
	check 'store__of_root_is_not_checked_by_others' as_nobody
else
	skip 'store__of_another_user' 'not root'
fi
if [ -n "$as_root" ] && unshare -m true 2>/dev/null; then
	# mounted ID STATUS OPTIONS: what is found of a store on such a mount.
	mounted() {
		cat >"$scratch/mounted.sh" <<-END
			mount --make-rprivate / &&
			mkdir -p "$scratch/disk" &&
			mount -t tmpfs -o size=64k x "$scratch/disk" || exit 9
			cp -a "$store" "$scratch/disk/store"
			$3
			"$OTP_ENROLL" --conf "$scratch/disk.conf" check \
			    --root="$root" --json
		END
		echo "store = $scratch/disk/store" >"$scratch/disk.conf"
		status=0
		out=$(unshare -m sh "$scratch/mounted.sh") || status=$?
		put "$out"
		test "$status" = "$2" &&
		    put "$out" | jq -e --arg id "$1" \
			'.findings | any(.id == $id)'
	}
	check 'store__in_memory' mounted store-in-memory 0 ''
	check 'store__on_a_full_disk' mounted disk-full 0 ''
	check 'store__that_is_read_only' mounted store-read-only 1 \
	    "mount -o remount,ro '$scratch/disk'"
	check 'store__on_layers' mounted store-on-overlay 0 \
	    "mkdir '$scratch/disk/up' '$scratch/disk/work' &&
	    mount -t overlay -o 'lowerdir=$store,upperdir=$scratch/disk/up,workdir=$scratch/disk/work' x '$scratch/disk/store'"
else
	skip 'store__on_other_disks' 'not root, or no mount namespaces'
fi
if [ -n "$as_root" ] && "$poke" label "$store/seed" \
    system_u:object_r:default_t:s0 2>/dev/null; then
	mkdir -p "$root/sys/fs/selinux"
	echo 1 >"$root/sys/fs/selinux/enforce"
	check 'label__that_login_programs_may_not_use' finds_only 0 selinux-label
	check 'label__is_fixed_by_a_command' tells "restorecon -Rv $store/seed"
	"$poke" label "$store/seed" system_u:object_r:var_lib_t:s0
	check 'label__of_a_store_without_a_policy' finds_only 0 selinux-label
	"$poke" label "$store/seed" system_u:object_r:var_auth_t:s0
	check 'label__that_is_fine' finds_only 0 ''
	rm -rf "$root/sys"
	"$poke" label "$store/seed" system_u:object_r:default_t:s0
	check 'label__counts_with_selinux_alone' finds_only 0 ''
else
	skip 'label' 'not root, or no labels on this file system'
fi

# --- The clock ---

if [ -z "${INSTRUMENTED-}" ] && $CC -shared -fPIC -I"$top_builddir" -w \
    -o "$scratch/ahead.so" "$top_srcdir/tests/tool/ahead.c" -ldl \
    2>/dev/null; then
	# ahead SECONDS COMMAND...
	ahead() {
		seconds=$1
		shift
		LD_PRELOAD=$scratch/ahead.so CLOCK_AHEAD=$seconds "$@"
	}
	check 'clock__without_a_battery' ahead -1780000000 finds 1 clock-wrong
	last_code_in_the_future() {
		rm -f "$store/state/$user"
		ahead 86400 "$OTP_ENROLL" --conf "$conf" adopt "$user" &&
		    finds 1 clock-behind "$user" &&
		    tells "was 2[34] h in the future: .* refused until 20.* UTC" &&
		    tells "adopt --force $user" &&
		    ahead 86400 finds_only 0 '' "$user"
	}
	check 'clock__behind_the_last_code' last_code_in_the_future
else
	skip 'clock' 'not in this build'
fi

# --- The account ---

check 'account__that_does_not_exist' finds_only 1 unknown-user no-such-user-here
check 'account__with_an_empty_name' ends 2 check ''
enroll remove --purge "$user"
check 'account__not_enrolled' finds_only 3 not-enrolled "$user"
check 'account__not_enrolled_is_told_what_to_do' tells "otp-enroll new $user"
is_false() {
	put "$out" | jq -e '.enrolled == false and .level == "fault"'
}
check 'account__not_enrolled_in_json' is_false
unenrolled_on_a_broken_host() {
	rm "$modules/pam_otp.so"
	finds_only 1 'not-enrolled module-missing' "$user"
	ended=$?
	host
	return $ended
}
check 'account__not_enrolled_is_not_all' unenrolled_on_a_broken_host

# fresh [LINE...]: the account anew, with such a configuration.
fresh() {
	configure "$@"
	enroll remove --purge "$user"
	enroll $new "$user"
	secret=$(secret_in "$out")
}
# renamed FORMER IDS: the files of the account have this name.
renamed() {
	fresh && mv "$store/seed/$user" "$store/seed/$1" &&
	    mv "$store/state/$user" "$store/state/$1" || return 1
	examine "$3" "$user"
	ended=$?
	rm "$store/seed/$1" "$store/state/$1"
	test $ended = 0 && same "$2" "$found"
}
check 'account__that_was_renamed' renamed former renamed 1
check 'account__that_was_renamed_is_told_how_to_adopt' \
    tells "otp-enroll adopt $user --from=former'"
check 'account__that_was_renamed_is_told_its_uid' \
    tells "same account (uid $(id -u))"
check 'account__whose_files_are_of_a_living_one' renamed bin not-enrolled 3
# The account daemon of this host has no person.
system_account() {
	fresh
	finds 3 not-enrolled daemon && tells '^daemon is not enrolled\. It is' &&
	    put "$out" | jq -e '.findings[] | select(.id == "not-enrolled") |
		.level == "note"'
}
if getent passwd daemon | grep -q '^daemon:[^:]*:[1-9][0-9]\{0,2\}:.*/nologin$'
then
	check 'account__of_the_system' system_account
else
	skip 'account__of_the_system' 'no such account daemon'
fi
# in_one SERVICE LINE STATUS IDS: of a user who is not enrolled, and no service but
# this.
in_one() {
	enroll remove --purge "$user"
	rm -f "$pamd/sshd" "$pamd/sudo"
	auth "$2"
	mv "$pamd/sshd" "$pamd/$1"
	finds_only "$3" "$4" "$user"
	ended=$?
	host
	return $ended
}
check 'account__not_enrolled_where_no_service_asks' in_one sudo \
    'auth required pam_cap.so' 3 'no-service not-enrolled'
check 'account__not_enrolled_where_no_service_asks_is_a_fault' is_false
check 'account__not_enrolled_where_the_one_service_has_nullok' in_one sudo \
    'auth required OTP nullok' 3 'not-enrolled nullok'
check 'account__not_enrolled_where_it_has_is_let_in' \
    tells 'is let in without a code'
# odd NAME COMMAND: a folder that others can write to, above the store.
odd() {
	mkdir -p "$scratch/$1" && chmod 777 "$scratch/$1" || return 1
	printf 'store = %s\n' "$scratch/$1/store" >"$scratch/odd"
	finds 1 mode --conf="$scratch/odd" &&
	    tells "^Run 'chmod go-w $2'\.$"
	ended=$?
	rmdir "$scratch/$1"
	return $ended
}
check 'command__with_a_plain_path' odd a-b_c.d "$scratch/a-b_c\.d"
check 'command__with_blanks' odd 'a b' "\"$scratch/a b\""
check 'command__with_a_sign_of_the_shell' odd "$(printf 'a$b\140c"d')" \
    "\"$scratch/a\\\\\$b\\\\\`c\\\\\"d\""
check 'command__with_a_letter_that_is_escaped' odd "$(printf 'a\303\244b')" \
    "$scratch/a\\\\xc3\\\\xa4b"
wrong() {
	login "$user" "$@" >/dev/null 2>&1
}
give_service
fresh
seed=$(cat "$store/seed/$user")
gone() {
	rm "$store/seed/$user"
	finds_only 1 no-seed "$user" &&
	    tells "otp-enroll new --replace $user" &&
	    enroll $new --replace "$user" && finds_only 0 '' "$user"
}
check 'account__whose_seed_is_gone' gone
fresh
not_adopted() {
	rm "$store/state/$user"
	finds_only 1 no-state "$user" && tells "otp-enroll adopt $user" &&
	    tells 'If a state file was lost, add .--force'
}
check 'account__that_was_not_adopted' not_adopted
fresh
another_token() {
	put "$seed" | head -n 1 >>"$store/seed/$user"
	finds_only 1 no-state "$user"
}
check 'account__with_a_token_that_was_not_adopted' another_token
fresh
damaged() {
	printf '%16384d' 0 | dd of="$store/state/$user" bs=16384 conv=notrunc \
	    2>/dev/null
	finds_only 1 checksum "$user" && tells "adopt --force $user"
}
check 'account__with_a_damaged_state' damaged
fresh
nonsense() {
	echo nonsense >"$store/seed/$user"
	finds_only 1 parse "$user" && tells "$store/seed/$user"
}
check 'account__with_a_seed_not_understood' nonsense
fresh
too_open() {
	chmod 644 "$store/seed/$user"
	finds_only 1 mode "$user" && tells "chmod 600 $store/seed/$user"
}
check 'account__with_a_seed_that_others_read' too_open
fresh
two_names() {
	ln "$store/state/$user" "$store/state/other"
	finds_only 1 link "$user"
	ended=$?
	rm "$store/state/other"
	return $ended
}
check 'account__with_a_state_of_two_names' two_names
other_uid() {
	configure virtual_users
	enroll $new stranger
	mv "$store/seed/stranger" "$store/seed/$user"
	mv "$store/state/stranger" "$store/state/$user"
	configure
	finds_only 1 uid "$user" && tells "adopt --force $user"
}
check 'account__of_another_uid' other_uid
fresh
failed_twice() {
	wrong 000000 000000
	finds_only 0 failures "$user" && tells '2 wrong codes in a row'
}
check 'account__with_wrong_codes' failed_twice
waits() {
	wrong 000000 000000 000000
	finds_only 1 blocked "$user" && tells 'by test' &&
	    tells "otp-enroll unlock $user"
}
check 'account__that_waits' waits
fresh
others_fail() {
	for i in 1 2 3 4 5; do
		"$top_builddir/tests/check/store_probe" other "$store" "$user"
	done
}
others_wait() {
	others_fail && finds_only 1 blocked "$user" && tells 'by i3lock' &&
	    tells 'programs that are not root' && tells "otp-enroll unlock $user"
}
check 'account__that_waits_in_other_programs' others_wait
fresh 'lock_after = 10'
others_locked() {
	others_fail && others_fail && finds_only 1 locked-out "$user" &&
	    tells 'programs that are not root' && tells '10 wrong codes in a row' &&
	    ends 0 unlock "$user" && finds_only 0 '' "$user"
}
check 'account__that_is_locked_in_other_programs' others_locked
fresh
others_few() {
	"$top_builddir/tests/check/store_probe" other "$store" "$user" &&
	    finds_only 0 '' "$user"
}
check 'account__with_a_few_wrong_codes_in_other_programs' others_few
fresh 'delay_after = 10' 'lock_after = 10'
locked() {
	for i in 1 2 3 4 5 6 7 8 9 10; do
		wrong 000000
	done
	finds_only 1 locked-out "$user" && tells '10 wrong codes in a row' &&
	    tells "otp-enroll unlock $user" && ends 0 unlock "$user" &&
	    finds_only 0 '' "$user"
}
check 'account__that_is_locked' locked
fresh
# locked_by PROGRAM PATTERN: PROGRAM locks the state file, and is reported as
# PATTERN.
locked_by() {
	: >"$scratch/held" # not by the program, which may be late
	"$1" lock "$store/state/$user" >"$scratch/held" &
	holder=$!
	while ! grep -q held "$scratch/held"; do
		kill -0 "$holder" || return 1
		sleep 0.05
	done
	# As a user's su may be; the fix must end that one, too.
	kill -STOP "$holder"
	finds_only 1 lock-timeout "$user" && tells "is locked by $2\[$holder\]," &&
	    advice=$(put "$out" | jq -r '.findings[] | .fix // empty' |
		sed -n "s/.*'\(kill .*\)'.*/\1/p") &&
	    put "$advice" && same "kill -KILL $holder" "$advice" &&
	    $advice && finds_only 0 '' "$user"
	ended=$?
	kill -KILL "$holder" 2>/dev/null
	wait "$holder" 2>/dev/null
	return $ended
}
check 'account__whose_state_file_is_locked' locked_by "$poke" poke
odd=$scratch/$(printf 'p\033"\\')
cp "$poke" "$odd"
# shellcheck disable=SC1003
check 'account__lock_owner_of_an_odd_name_is_escaped_once' locked_by "$odd" \
    'p\\x1b\\x22\\x5c'
# used SECONDS [LINE...]: a login with a code so far from now, with such a
# configuration; again if a step has ended meanwhile.
used() {
	offset=$1
	shift
	for _ in 1 2 3 4 5; do
		fresh "$@"
		step=$(($(date +%s) / 30))
		code=$(oathtool --totp -b -N "@$((step * 30 + offset))" \
		    "$secret")
		login "$user" "$code" || return 1
		test $(($(date +%s) / 30)) != $step || break
	done
}
fast() {
	used 30 && finds_only 0 device-clock "$user" && tells '30 s fast'
}
check 'account__of_a_device_that_is_fast' fast
slow() {
	used -60 'window = 2' && finds_only 0 device-clock "$user" &&
	    tells '60 s slow'
}
check 'account__of_a_device_that_is_slow' slow
# One step may be slow typing.
one_step() {
	used -30 && finds_only 0 '' "$user"
}
check 'account__of_a_device_one_step_slow_is_not_noted' one_step
one_step_in_status() {
	ends 0 status "$user" && put "$out" | grep ', used ' &&
	    ! put "$out" | grep 'clock'
}
check 'status__does_not_call_a_device_one_step_slow' one_step_in_status
one_step_and_refused() {
	used -30 && wrong 000000
	finds_only 0 'device-clock failures' "$user" && tells '30 s slow'
}
check 'account__of_a_device_one_step_slow_is_noted_after_wrong_codes' \
    one_step_and_refused
fresh
no_codes() {
	enroll recovery --count=0 --print "$user"
	finds 0 no-recovery "$user"
}
check 'account__without_recovery_codes' no_codes
lost() {
	enroll remove --purge "$user"
	enroll $new --hotp "$user"
	rm "$store/state/$user"
	printf '' | "$OTP_ENROLL" --conf "$conf" adopt --force --print "$user" \
	    >"$scratch/said2" 2>&1
	finds_only 1 counter-unknown "$user"
}
check 'account__whose_counter_is_unknown' lost
lengths() {
	fresh
	enroll $new --add --digits=8 --label=eight "$user"
	alone 'auth required OTP forward_pass' 'auth requisite pam_unix.so'
	finds_only 1 lengths "$user"
}
check 'account__with_codes_of_two_lengths_and_forward_pass' lengths
fresh
host
if [ -n "$as_root" ]; then
	check 'root__whose_codes_sshd_hands_over' finds_only 0 '' root
	sed -i '/PermitRootLogin/d' "$sshd_config"
	check 'root__whose_codes_sshd_withholds' finds_only 0 sshd-root root
	host
else
	skip 'root__whose_codes_sshd_withholds' 'not root'
fi

# --- Lines of pam.d ---

# line STATUS IDS LINE...: with these after the password in sshd's stack.
line() {
	host
	wanted_status=$1
	wanted_ids=$2
	shift 2
	auth "$@"
	finds_only "$wanted_status" "$wanted_ids"
}
# only STATUS IDS LINE...: with nothing but these.
only() {
	host
	wanted_status=$1
	wanted_ids=$2
	shift 2
	alone "$@"
	finds_only "$wanted_status" "$wanted_ids"
}
nowhere() {
	host
	rm "$pamd/sshd" "$pamd/sudo"
	finds_only 0 no-service
}
check 'pamd__that_names_no_module' nowhere
check 'line__with_an_option_that_is_none' line 1 option \
    'auth required OTP frob'
check 'line__is_told_with_its_file' tells "$pamd/sshd:2: frob: is not an option"
check 'line__with_an_option_of_the_file' line 1 option 'auth required OTP lock_after=3'
check 'line__with_a_missing_configuration' line 1 option \
    'auth required pam_otp.so conf=/no/such/file'
echo "store = $scratch/elsewhere" >"$scratch/other.conf"
check 'line__with_another_store' line 0 store-differs \
    "auth required pam_otp.so conf=$scratch/other.conf"
check 'line__as_account' line 1 pam-type 'auth required OTP' \
    'account required OTP'
check 'line__with_a_control_not_understood' line 1 pam-control \
    'auth [success=ok defualt=bad] OTP'
check 'line__with_a_control_misspelt' line 1 pam-control 'auth requird OTP'
check 'line__without_a_type' line 1 pam-line 'auth required OTP' 'required pam_permit.so'
check 'line__that_is_too_long' line 1 pam-line 'auth required OTP' \
    "auth required $(printf '%01100d' 0)"
with_a_nul() {
	host
	printf 'auth required pam_\0permit.so\n' >>"$pamd/sshd"
	finds_only 1 pam-line
}
check 'line__with_a_nul_byte' with_a_nul
check 'line__that_goes_on' line 0 '' 'auth \' '  required \' 'OTP # comment'
check 'line__with_a_dash' line 0 '' '-auth required OTP'
check 'line__with_a_whole_path' line 0 '' \
    "auth required /lib64/security/pam_otp.so conf=$conf"

# --- Modules ---

missing() {
	host
	rm "$modules/pam_otp.so"
	finds_only 1 module-missing
}
check 'module__that_is_missing' missing
check 'module__by_a_path_that_is_not_there' line 1 module-missing \
    "auth required /usr/local/lib/security/pam_otp.so conf=$conf"
elsewhere() {
	host
	there=$root${MODULE_DIR-/usr/local/lib/security}
	rm "$modules/pam_otp.so"
	mkdir -p "$there"
	cp "$PAM_OTP_SO" "$there/pam_otp.so"
	finds_only 1 module-misplaced && tells 'auth  required  /.*/pam_otp.so'
}
check 'module__that_pam_does_not_find' elsewhere
foreign() {
	host
	echo 'this is not it' >"$modules/pam_otp.so"
	finds_only 1 module-invalid
}
check 'module__that_is_none' foreign
unsafe() {
	host
	chmod 777 "$modules/pam_otp.so"
	finds_only 1 module-writable
}
check 'module__that_others_can_write' unsafe
check 'module__of_others_that_is_missing' line 1 module-missing \
    'auth required pam_gone.so' 'auth required OTP'
check 'module__of_others_that_may_be_missing' line 0 '' \
    '-auth optional pam_gone.so' 'auth required OTP'

# --- Stacks ---

check 'stack__sufficient_password_before' only 1 code-skipped \
    'auth sufficient pam_unix.so' 'auth required OTP'
check 'stack__is_told_which_line' \
    tells "$pamd/sshd:1: pam_unix.so ends or skips lines"
in_common_auth() {
	host
	stack 'auth [success=2 default=ignore] pam_unix.so' \
	    'auth requisite pam_deny.so' 'auth required OTP' \
	    'auth required pam_permit.so' >"$pamd/common-auth"
	echo '@include common-auth' >"$pamd/sudo"
	echo '@include common-auth' >"$pamd/sshd"
	finds_only 1 'code-skipped shared-stack'
}
check 'stack__jump_over_it' in_common_auth
shared() {
	host
	echo "auth required pam_otp.so conf=$conf" >>"$pamd/common-auth"
	echo '@include common-auth' >"$pamd/sudo"
	echo '@include common-auth' >"$pamd/sshd"
	finds_only 0 shared-stack && tells 'login, sshd, sudo'
}
check 'stack__that_every_service_shares' shared
fedora() {
	host
	printf 'auth sufficient pam_unix.so\nauth required pam_deny.so\n' \
	    >"$root/usr/lib/pam.d/system-auth"
	alone "auth $1 system-auth" 'auth required OTP'
	finds_only "$2" "$3"
}
fedora_sends() {
	host
	printf 'auth sufficient pam_unix.so\nauth required pam_deny.so\n' \
	    >"$root/usr/lib/pam.d/system-auth"
	alone "auth $1 system-auth" 'auth required OTP deliver=yes'
	finds_only 0 "$2"
}
check 'stack__included_sufficient_password' fedora include 1 code-skipped
check 'stack__substack_with_a_sufficient_password' fedora substack 0 ''
check 'stack__exception_by_a_condition' line 0 code-exempt \
    'auth [success=1 default=ignore] pam_succeed_if.so user ingroup nocode' \
    'auth required OTP'
check 'stack__another_factor_instead' line 0 code-exempt \
    'auth sufficient pam_u2f.so' 'auth required OTP'
check 'stack__optional' line 1 wrong-code-accepted 'auth optional OTP'
check 'stack__sufficient_with_a_permit_after_it' line 1 wrong-code-accepted \
    'auth sufficient OTP' 'auth required pam_permit.so'
check 'stack__sufficient_password_after_it' only 0 code-first \
    'auth required OTP' 'auth sufficient pam_unix.so' 'auth required pam_deny.so'
check 'stack__sufficient_password_that_does_not_matter' only 0 \
    'password-optional code-first' 'auth required OTP' 'auth sufficient pam_unix.so'
check 'stack__open_where_there_is_no_answer' line 1 fails-open \
    'auth [success=ok ignore=ignore authinfo_unavail=ignore default=die] OTP'
check 'stack__in_which_no_login_succeeds' line 1 login-fails 'auth required OTP' \
    'auth required pam_deny.so'
check 'stack__jump_past_the_end' line 1 login-fails \
    'auth [success=3 default=bad] OTP'
check 'stack__of_the_code_alone' only 1 'sshd-code-only' 'auth required OTP'
sudo_alone() {
	host
	stack 'auth required OTP' >"$pamd/sudo"
	finds_only 0 code-only
}
check 'stack__of_the_code_alone_for_sudo' sudo_alone
check 'stack__nullok_alone' only 1 'nullok-refused sshd-code-only' \
    'auth required OTP nullok'
check 'stack__nullok_without_ignore' line 0 nullok-refused \
    'auth [success=ok default=bad] OTP nullok'
check 'stack__nullok' line 0 nullok 'auth required OTP nullok'
check 'stack__nullok_until_a_day_to_come' line 0 nullok \
    'auth required OTP nullok_until=2099-01-01'
check 'stack__nullok_until_a_day_that_has_come' line 0 '' \
    'auth required OTP nullok_until=2020-01-01 nullok'
check 'stack__groups' line 0 groups 'auth required OTP groups=staff'
check 'stack__exempt_groups' line 0 groups \
    'auth required OTP exempt_groups=staff'
check 'stack__groups_alone' only 1 'groups-refused sshd-code-only' \
    'auth required OTP groups=staff'
check 'stack__groups_without_ignore' line 0 groups-refused \
    'auth [success=ok default=bad] OTP groups=staff'
check 'stack__that_enrolls' line 0 sshd-grace 'auth required OTP enroll=invited'
check 'stack__that_enrolls_in_silence' line 0 'enroll-silent sshd-grace' \
    'auth required OTP enroll=invited silent'
check 'stack__that_remembers_keys' line 0 'known-devices sshd-agent' \
    'auth required OTP remember=key'
check 'stack__that_remembers_keys_and_hosts' line 0 '' \
    'auth required OTP remember=key+host'
check 'stack__with_fresh_logins' line 0 fresh-login \
    'auth required OTP fresh_for=5m'
check 'stack__that_sends_codes' line 0 '' 'auth required OTP deliver=yes'
check 'stack__that_sends_codes_by_itself' line 0 '' \
    'auth required OTP deliver=auto'
check 'stack__that_sends_codes_after_a_wrong_password' only 0 \
    deliver-unguarded 'auth required pam_unix.so' 'auth required OTP deliver=yes'
check 'stack__that_sends_codes_is_told_which_line' \
    tells "$pamd/sshd:2: sshd sends messages ('deliver')"
check 'stack__that_sends_notices_after_a_wrong_password' only 0 \
    deliver-unguarded 'auth required pam_unix.so' 'auth required OTP notify'
check 'stack__that_sends_notices_is_told_by_which_option' \
    tells "sshd sends messages ('notify')"
check 'stack__that_sends_notices' line 0 '' 'auth required OTP notify'
check 'stack__that_sends_none_after_a_wrong_password' only 0 '' \
    'auth required pam_unix.so' 'auth required OTP deliver=no'
check 'stack__that_ends_at_a_wrong_password' only 0 '' \
    'auth requisite pam_unix.so' 'auth required OTP deliver=auto'
check 'stack__that_sends_codes_after_the_second_of_two_passwords' only 0 '' \
    'auth [success=2 default=ignore] pam_unix.so' \
    'auth [success=1 default=ignore] pam_sss.so' 'auth requisite pam_deny.so' \
    'auth required OTP deliver=auto'
check 'stack__that_sends_codes_where_a_password_is_one_of_two' only 0 \
    deliver-unguarded 'auth [success=1 default=ignore] pam_unix.so' \
    'auth [success=ok default=bad] pam_sss.so' 'auth required OTP deliver=auto'
check 'stack__that_sends_codes_after_a_substack' fedora_sends substack \
    deliver-unguarded
never() {
	host
	stack 'auth required OTP deliver=yes' 'auth requisite pam_unix.so' \
	    >"$pamd/$1"
	finds_only 0 "$2"
}
check 'stack__that_sends_no_code_for_want_of_a_password' never sudo \
    'deliver-never code-first'
check 'stack__that_sends_codes_to_owners_of_keys' never sshd code-first
enrolls='auth required OTP enroll=invited'
check 'stack__that_enrolls_after_a_wrong_password' only 0 \
    'enroll-unguarded sshd-grace' 'auth required pam_unix.so' "$enrolls"
check 'stack__that_enrolls_after_a_wrong_password_is_told_which_line' \
    tells "$pamd/sshd:2: sshd takes an invitation"
check 'stack__that_enrolls_after_one_of_two_passwords' only 0 \
    'enroll-unguarded sshd-grace' \
    'auth [success=1 default=ignore] pam_unix.so' \
    'auth [success=ok default=bad] pam_sss.so' "$enrolls"
check 'stack__that_enrolls_after_a_right_password' only 0 sshd-grace \
    'auth requisite pam_unix.so' "$enrolls"
check 'stack__that_enrolls_nobody_after_a_wrong_password' only 0 '' \
    'auth required pam_unix.so' 'auth required OTP enroll=no'
never_enrolls() {
	host
	stack "$enrolls" 'auth requisite pam_unix.so' >"$pamd/$1"
	finds_only 0 "$2"
}
check 'stack__that_enrolls_nobody_for_want_of_a_password' never_enrolls sudo \
    'enroll-never code-first'
# A module that is not known may ask for a password.
other_enrolls() {
	host
	cp "$PAM_OTP_SO" "$modules/pam_other.so"
	stack 'auth required pam_other.so' "$enrolls" >"$pamd/sudo"
	examine 0
	rm "$modules/pam_other.so"
	put "$found" | says_no grep -x enroll-never && test -n "$found"
}
check 'stack__that_enrolls_after_a_module_that_is_not_known' other_enrolls
check 'stack__that_enrolls_owners_of_keys' never_enrolls sshd \
    'code-first sshd-grace'
# A locker may share the option with services that enroll.
locker() {
	host
	rm "$pamd/sshd"
	stack 'auth required pam_unix.so' "$1" >"$pamd/i3lock"
	examine 0
}
locker_enrolls() {
	locker 'auth required OTP' || return 1
	without=$found
	locker "$enrolls" && same "$without" "$found" && test -n "$found"
}
check 'stack__of_a_locker_may_have_an_invitation' locker_enrolls
check 'stack__reads_a_file_of_the_users_before_the_code' line 0 environment \
    'auth required pam_env.so user_readenv=1' \
    'auth required OTP remember=key+host'
check 'stack__reads_a_file_of_the_users_after_the_code' line 0 '' \
    'auth required OTP remember=key+host' \
    'auth required pam_env.so user_readenv=1'
check 'stack__reads_a_file_of_the_users_where_no_key_counts' line 0 '' \
    'auth required pam_env.so user_readenv=1' 'auth required OTP'
let_in() {
	for service in sshd sudo; do
		auth 'auth required OTP nullok'
		cp "$pamd/sshd" "$pamd/sudo"
	done
	enroll remove --purge "$user"
	finds_only 3 'not-enrolled nullok' "$user" && is_note &&
	    tells 'is let in without a code'
}
is_note() {
	put "$out" | jq -e '.level == "note"'
}
check 'stack__nullok_and_a_user_who_is_not_enrolled' let_in
fresh

# not_ok: no service is said to ask for a code as it should.
not_ok() {
	put "$out" | jq -e '.findings | all(.id != "service" or
	    (.text | startswith("sshd ") | not))'
}
# Fedora's sudo: a line that can fail comes before the password's.
included_whole() {
	host
	printf '%s\n' 'auth required pam_env.so' \
	    'auth required pam_faildelay.so delay=2000000' \
	    'auth sufficient pam_unix.so nullok' \
	    'auth required pam_deny.so' >"$root/usr/lib/pam.d/system-auth"
	alone 'auth include system-auth' 'auth required OTP'
	finds_only 1 code-skipped && not_ok
}
check 'stack__included_after_a_line_that_can_fail' included_whole
# Two lines that differ in who is local, and both lead past.
profile() {
	host
	printf '%s\n' 'auth required pam_env.so' \
	    'auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular' \
	    'auth [default=1 ignore=ignore success=ok] pam_localuser.so' \
	    'auth sufficient pam_unix.so' \
	    'auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular' \
	    'auth sufficient pam_sss.so forward_pass' \
	    'auth required pam_deny.so' >"$root/usr/lib/pam.d/system-auth"
	alone "auth $1 system-auth" 'auth required OTP'
	finds_only "$2" "$3"
}
check 'stack__included_for_local_users_and_others' profile include 1 \
    code-skipped
check 'stack__as_a_substack_for_local_users_and_others' profile substack 0 ''
for module in 'pam_permit.so' 'pam_faillock.so authsucc' 'pam_env.so' \
    'pam_cap.so'; do
	check "stack__$module for everyone" line 1 code-skipped \
	    "auth sufficient $module" 'auth required OTP'
	check "stack__$module is not ok" not_ok
done
check 'stack__condition_that_leads_past_either_way' line 1 code-skipped \
    'auth [success=1 default=1] pam_succeed_if.so user ingroup nocode' \
    'auth required OTP'
unknown_module() {
	host
	cp "$PAM_OTP_SO" "$modules/pam_frob.so"
	auth 'auth sufficient pam_frob.so' 'auth required OTP'
	finds_only 0 code-unclear && not_ok
}
check 'stack__of_a_module_that_may_do_anything' unknown_module
check 'stack__exempts_root' line 0 'code-exempt root-exempt' \
    'auth [default=1 success=ignore] pam_usertype.so isregular' \
    'auth required OTP'
check 'stack__exempts_ordinary_users' line 0 'code-exempt users-exempt' \
    'auth [success=1 default=ignore] pam_succeed_if.so quiet uid >= 1000' \
    'auth required OTP'
check 'stack__rootok_of_a_server' line 1 code-skipped \
    'auth sufficient pam_rootok.so' 'auth required OTP'
check 'stack__twice' line 1 code-twice 'auth required OTP' 'auth required OTP'
check 'stack__twice_is_told_the_second_line' tells "$pamd/sshd:3: sshd asks"
check 'stack__twice_for_two_stores' line 0 store-differs 'auth required OTP' \
    "auth required pam_otp.so conf=$scratch/other.conf"
check 'stack__again_after_a_wrong_code' line 0 '' \
    'auth [success=1 default=ignore] OTP' 'auth required OTP' \
    'auth optional pam_cap.so'
check 'stack__before_the_password' only 0 code-first 'auth required OTP' \
    '@include common-auth'
# one_field IDS LINE...
one_field() {
	host
	rm "$pamd/sshd"
	one_field_ids=$1
	shift
	stack "$@" >"$pamd/vsftpd"
	finds_only 0 "$one_field_ids"
}
check 'stack__of_a_program_with_one_field' one_field one-field \
    '@include common-auth' 'auth required OTP'
check 'stack__of_a_program_with_one_field_and_the_code_first' one_field \
    one-field 'auth required OTP' '@include common-auth'
# Lockers send the one password, too.
lockers() {
	for locker in gtklock i3lock swaylock waylock; do
		host
		rm "$pamd/sshd"
		stack '@include common-auth' 'auth required OTP' \
		    >"$pamd/$locker"
		finds_only 0 one-field && tells "$locker sends the password" ||
		    return 1
	done
}
check 'stack__of_a_locker_of_the_screen' lockers
check 'stack__of_a_program_with_one_field_for_both' one_field '' \
    'auth requisite OTP forward_pass' \
    'auth required pam_unix.so use_first_pass'
many_conditions() {
	host
	for i in 1 2 3 4 5 6 7 8 9 10 11; do
		printf '%s %s %s\n' 'auth [success=1 default=ignore]' \
		    'pam_succeed_if.so user ingroup' "group$i"
	done >"$scratch/conditions"
	{
		echo '@include common-auth'
		cat "$scratch/conditions"
		stack 'auth required OTP'
	} >"$pamd/sshd"
	finds_only 0 undecided && not_ok
}
check 'stack__of_too_many_conditions' many_conditions
check 'jump__into_a_file' only 0 pam-jump \
    'auth [success=1 default=ignore] pam_succeed_if.so user ingroup x' \
    '@include common-auth' 'auth required OTP'
jump_out() {
	host
	printf '%s\n' 'auth [success=2 default=ignore] pam_unix.so' \
	    'auth requisite pam_deny.so' >"$pamd/common-auth"
	printf '@include common-auth\n' >"$pamd/login"
	cp "$pamd/login" "$pamd/sudo"
	auth 'auth optional pam_cap.so' 'auth required OTP'
	finds_only 0 pam-jump && tells "$pamd/common-auth:1: pam_unix.so jumps"
}
check 'jump__out_of_a_file' jump_out
check 'jump__to_the_line_after_the_file' line 0 '' 'auth required OTP'
over_substack() {
	host
	stack 'auth required OTP' >"$pamd/part"
	auth 'auth [success=1 default=ignore] pam_succeed_if.so user ingroup x' \
	    'auth substack part' 'auth optional pam_cap.so'
	finds_only 0 code-exempt
}
check 'jump__over_a_substack' over_substack

exempted() {
	host
	rm "$pamd/sudo"
	auth 'auth [success=1 default=ignore] pam_succeed_if.so user ingroup x' \
	    'auth required OTP'
	enroll remove --purge "$user"
	finds_only 3 'code-exempt not-enrolled' "$user" && is_note &&
	    tells "as pam_succeed_if.so in $pamd/sshd:2"
}
check 'stack__condition_and_a_user_who_is_not_enrolled' exempted
root_alone() {
	host
	rm "$pamd/sudo"
	auth 'auth [success=1 default=ignore] pam_succeed_if.so uid eq 0' \
	    'auth required OTP'
	examine 3 "$user"
	level=$(put "$out" | jq -r '.findings[] |
	    select(.id == "not-enrolled") | .level')
	put "$found" | grep -qx root-exempt &&
	    same "${as_root:-no}" "$(test "$level" = fault || echo yes)$(
		test "$level" = note || echo no)"
}
check 'stack__condition_for_root_exempts_root_alone' root_alone
asked_elsewhere() {
	host
	auth 'auth [success=1 default=ignore] pam_succeed_if.so user ingroup x' \
	    'auth required OTP'
	finds 3 not-enrolled "$user" && says_no is_note
}
check 'stack__condition_of_one_service_of_two_is_not_enough' asked_elsewhere
fresh

# --- The stacks that we recommend ---

# recommended SERVICE STACK CONFIG IDS: with these of contrib/stacks.
recommended() {
	host
	rm "$pamd/sshd" "$pamd/sudo"
	for name in access userdb; do
		cp "$PAM_OTP_SO" "$modules/pam_$name.so"
	done
	sed -e 's/ conf=[^ ]*//' -e "s|\(pam_otp\.so\)|\1 conf=$conf|" \
	    "$top_srcdir/contrib/stacks/$2" >"$pamd/$1"
	test -z "$3" || {
		cat "$top_srcdir/contrib/stacks/$3"
		echo 'PermitRootLogin yes'
	} >"$sshd_config"
	finds_only 0 "$4"
}
# What is found of each: for the rest, nothing, by its own name.
judge() {
	case $1 in
	sshd-password) recommended sshd "$1" sshd-password.conf \
	    sshd-key-only ;;
	sshd-password-group) recommended sshd "$1" sshd-password.conf \
	    'code-exempt sshd-key-only' ;;
	sshd-key-network) recommended sshd "$1" sshd-key.conf code-exempt ;;
	sshd-key-rollout) recommended sshd "$1" sshd-key.conf nullok ;;
	sshd-key-invited)
		recommended sshd "$1" sshd-key.conf 'nullok sshd-grace' ;;
	sshd-key-group) recommended sshd "$1" sshd-key.conf groups ;;
	sshd-key-remember) recommended sshd "$1" sshd-key.conf '' ;;
	sudo-fresh) recommended sudo "$1" '' fresh-login ;;
	sshd-key) recommended sshd "$1" sshd-key.conf '' ;;
	*) recommended "$1" "$1" '' '' ;;
	esac
}
stacks=$(cd "$top_srcdir/contrib/stacks" &&
	grep -l '^auth.*pam_otp\.so' ./* | sed 's,^\./,,')
check 'recommended__are_there' test "$(put "$stacks" | wc -l)" -ge 9
for stack in $stacks; do
	check "recommended__$stack" judge "$stack"
done

# --- Files within files ---

check 'include__of_a_missing_file' line 1 pam-include '@include nowhere' \
    'auth required OTP'
loop() {
	host
	echo '@include common-auth' >>"$pamd/common-auth"
	finds 1 pam-include && tells 'too deeply'
}
check 'include__of_itself' loop
whole_path() {
	host
	mv "$pamd/sudo" "$pamd/part"
	echo 'auth include /etc/pam.d/part' >"$pamd/sudo"
	finds_only 0 '' && put "$out" | grep -q 'sudo asks for a code' &&
	    says_no tells 'part asks for a code'
}
check 'include__by_a_whole_path' whole_path
twice() {
	host
	for i in 1 2 3 4; do
		echo '@include common-auth' >>"$pamd/common-auth"
	done
	finds 0 pam-too-long
}
check 'include__of_itself_again_and_again' twice
nested() {
	host
	for i in $(seq 1000); do
		echo "auth include deep$((i + 1))" >"$pamd/deep$i"
	done
	echo "auth required pam_otp.so conf=$conf" >"$pamd/deep1001"
	echo 'auth include deep1' >>"$pamd/sshd"
	finds 1 pam-include && tells 'too deeply'
}
check 'include__a_thousand_deep' nested
endless() {
	host
	mkfifo "$pamd/fifo"
	ln -s /dev/zero "$pamd/zero"
	head -c 300000 /dev/zero >"$pamd/huge"
	head -c 20000 /dev/urandom >"$pamd/noise"
	echo '@include /dev/zero' >>"$pamd/sshd"
	finds 1 pam-include && tells "$pamd/fifo" && tells "$pamd/huge"
}
check 'include__of_what_is_no_file' endless
included_program() {
	host
	printf 'auth sufficient pam_rootok.so\n@include common-auth\nauth required pam_otp.so conf=%s\n' \
	    "$conf" >"$pamd/su"
	echo 'auth include su' >"$pamd/su-l"
	finds_only 0 '' && tells '^su asks for a code: .*/su:3' &&
	    tells '^su-l asks for a code: .*/su:3'
}
check 'include__of_a_program_is_judged_twice' included_program
# Both sshd and sudo include the line.
once() {
	host
	echo 'auth requird pam_cap.so' >>"$pamd/common-auth"
	finds_only 1 pam-control &&
	    same 1 "$(put "$out" | jq '[.findings[] |
		select(.id == "pam-control")] | length')"
}
check 'include__of_a_flaw_by_two_services_is_told_once' once
vendor() {
	host
	mv "$pamd/sudo" "$root/usr/lib/pam.d/sudo"
	finds_only 0 '' && put "$out" | grep -q "$root/usr/lib/pam.d/sudo:2" &&
	    echo 'auth optional pam_otp.so' >"$root/usr/lib/pam.d/sshd" &&
	    finds_only 0 ''
}
check 'pamd__of_the_vendor_comes_second' vendor

# --- sshd ---

# ssh STATUS IDS LINE...: with these before the rest of sshd_config.
ssh_config() {
	host
	wanted_status=$1
	wanted_ids=$2
	shift 2
	{
		printf '%s\n' "$@"
		cat "$sshd_config"
	} >"$scratch/sshd_config"
	mv "$scratch/sshd_config" "$sshd_config"
	finds_only "$wanted_status" "$wanted_ids"
}
check 'sshd__without_pam' ssh_config 1 sshd-no-pam 'UsePAM no'
check 'sshd__without_questions' ssh_config 1 sshd-no-code \
    'KbdInteractiveAuthentication no'
check 'sshd__without_questions_by_the_older_name' ssh_config 1 sshd-no-code \
    'challengeresponseauthentication=no'
check 'sshd__with_passwords_of_its_own_alone' ssh_config 1 sshd-no-prompt \
    'KbdInteractiveAuthentication no' 'PasswordAuthentication yes' \
    'AuthenticationMethods any'
check 'sshd__with_passwords_of_its_own_too' ssh_config 0 \
    'sshd-key-only sshd-password' 'PasswordAuthentication yes' \
    'AuthenticationMethods any'
check 'sshd__with_a_key_alone' ssh_config 0 sshd-key-only \
    'AuthenticationMethods publickey publickey,keyboard-interactive:pam'
check 'sshd__with_keys_only' ssh_config 1 sshd-no-code \
    'AuthenticationMethods "publickey"'
check 'sshd__with_keys_only_is_told_what_to_list' \
    tells 'AuthenticationMethods publickey,keyboard-interactive'
check 'sshd__is_told_the_line' tells "sshd_config:1)"
check 'sshd__with_a_key_and_its_own_question' ssh_config 1 sshd-no-prompt \
    'PasswordAuthentication yes' 'AuthenticationMethods publickey,password'
check 'sshd__with_its_own_question_is_not_told_to_take_that_away' \
    says_no tells 'PasswordAuthentication no'
check 'sshd__with_a_key_and_a_code' ssh_config 0 '' \
    'AuthenticationMethods publickey,keyboard-interactive'
check 'sshd__takes_the_first_value' ssh_config 0 '' 'UsePAM yes' 'UsePAM no'
check 'sshd__with_a_match' ssh_config 1 'sshd-match sshd-no-pam' \
    'UsePAM no' 'Match User alice' '  PasswordAuthentication yes' 'Match all'
check 'sshd__with_a_match_that_does_not_matter' ssh_config 0 '' \
    'Match Group sftp' 'ForceCommand internal-sftp' 'Match all'
split_password() {
	host
	alone 'auth required OTP forward_pass' 'auth requisite pam_unix.so use_first_pass'
	printf 'UsePAM yes\nKbdInteractiveAuthentication no\nPubkeyAuthentication no\n' \
	    >"$sshd_config"
	finds_only 0 ''
}
check 'sshd__with_forward_pass_and_its_own_passwords' split_password
code_as_password() {
	host
	alone 'auth required OTP'
	printf 'UsePAM yes\nKbdInteractiveAuthentication no\nAuthenticationMethods publickey,password\n' \
	    >"$sshd_config"
	finds_only 0 ''
}
check 'sshd__with_its_own_question_for_a_code_alone' code_as_password
key_and_code() {
	host
	alone 'auth required OTP'
	printf 'UsePAM yes\nPasswordAuthentication no\nPermitRootLogin yes\nAuthenticationMethods publickey,keyboard-interactive\n' \
	    >"$sshd_config"
	finds_only 0 ''
}
check 'sshd__with_a_key_and_a_code_alone' key_and_code
included() {
	host
	mkdir "$root/etc/ssh/sshd_config.d"
	echo 'UsePAM no' >"$root/etc/ssh/sshd_config.d/10-x.conf"
	printf 'Match User x\nKbdInteractiveAuthentication no\n' \
	    >"$root/etc/ssh/sshd_config.d/20-y.conf"
	{
		echo 'Include sshd_config.d/*.conf'
		cat "$sshd_config"
	} >"$scratch/sshd_config"
	mv "$scratch/sshd_config" "$sshd_config"
	finds_only 1 'sshd-match sshd-no-pam' &&
	    tells "never asks for a code ($root/etc/ssh/sshd_config.d/10-x.conf:1)"
}
check 'sshd__with_files_included' included
including_itself() {
	host
	echo 'Include /etc/ssh/sshd_config' >>"$sshd_config"
	finds_only 0 ''
}
check 'sshd__that_includes_itself' including_itself
no_sshd() {
	host
	rm "$sshd_config"
	finds_only 0 ''
}
check 'sshd__that_is_not_there' no_sshd
no_file() {
	host
	rm "$sshd_config"
	mkdir "$sshd_config"
	finds_only 0 sshd-unreadable
}
check 'sshd__whose_configuration_is_no_file' no_file

# --- What it prints ---

host
escaped() {
	auth "$(printf 'auth required OTP \033[31m')" \
	    "$(printf 'auth [\033]x] pam_cap.so')"
	enroll check --root="$root"
	put "$out" | LC_ALL=C grep -q "$(printf '\033')" && return 1
	shows '\\x1b' && test "$status" = 1
}
check 'check__escapes_what_it_read' escaped
faults_first() {
	put "$out" | awk '{ print $1 }' | grep -xE 'fault|warning|note|ok' |
	    uniq >"$scratch/order"
	sort -s -k1,1 "$scratch/order" >/dev/null
	test "$(head -n 1 "$scratch/order")" = fault &&
	    test "$(tail -n 1 "$scratch/order")" = ok &&
	    test "$(sort "$scratch/order" | uniq -d)" = ''
}
check 'check__tells_the_worst_first' faults_first
# counts PATTERN LINE...: the last line, of a stack of these.
counts() {
	last=$1
	shift
	auth "$@"
	enroll check --root="$root"
	put "$out"
	put "$out" | tail -n 1 | grep -qx -e "$last"
}
check 'check__counts_what_it_found' counts \
    "Faults: 2, warnings: [0-9]*, notes: [0-9]*\." \
    'auth sufficient OTP' 'account required OTP'
check 'check__counts_notes' counts \
    'No problems found\.\( Notes: [1-9]\.\)\{0,1\}' 'auth required OTP'
fixes() {
	enroll check --root="$root" no-such-user-here
	put "$out"
	put "$out" | grep -A1 '^fault ' |
	    grep -qxF "         fix: Check the spelling with 'getent passwd'."
}
check 'check__marks_what_to_do' fixes
check 'usage__relative_root' ends 2 check --root=image
check 'usage__relative_conf' ends 2 check --conf=file

schema=$top_srcdir/contrib/check.schema.json
flaws() {
	jq -rs --argjson schema "$(cat "$schema")" --arg of check \
	    --argjson strict "${strict:-true}" \
	    -f "$top_srcdir/tests/tool/schema.jq" "$scratch/json"
}
fits() {
	enroll check --root="$root" --json "$@"
	put "$out" >"$scratch/json"
	put "$out"
	test "$(put "$out" | wc -l)" = 1 && empty flaws
}
check 'schema__of_a_broken_host' fits
host
check 'schema__of_a_host' fits
check 'schema__of_an_account' fits "$user"
check 'schema__of_an_unknown_user' fits no-such-user-here
refuses() {
	enroll check --root="$root" --json
	put "$out" | jq -c "$1" >"$scratch/json"
	says_no empty flaws
}
for change in '.extra = 1' '.version = 2' 'del(.version)' 'del(.enrolled)' '.level = "bad"' \
    '.findings[0].id = "X"' 'del(.findings[0].fix)' '.findings[0].fix = ""'; do
	check "schema__refuses $change" refuses "$change"
done
admits() {
	enroll check --root="$root" --json
	put "$out" | jq -c '.extra = 1 | .findings[0].extra = {}' \
	    >"$scratch/json"
	strict=false
	empty flaws
}
check 'schema__admits_keys_of_later_releases' admits
strict=true

# --- On a terminal ---

if have script; then
	host
	auth 'auth sufficient OTP'
	for columns in 40 64 80; do
		check "terminal__breaks_lines_between_words_at_$columns" \
		    is_wrapped "$columns" check --root="$root" no-such-user-here
	done
	commands_are_whole() {
		in_window 40 check --root="$root" no-such-user-here
		put "$out"
		shows " '" && ! shows " '[^']*$"
	}
	check 'terminal__breaks_no_command_that_fits' commands_are_whole
	tiny() {
		in_window 12 check --root="$root"
		shows '^fault .\{40\}'
	}
	check 'terminal__of_a_few_columns_breaks_lines_itself' tiny
	unknown() {
		in_window 0 check --root="$root"
		shows '^fault ' && test "$(put "$out" | wc -L)" -le 80
	}
	check 'terminal__of_unknown_width_has_80_columns' unknown
	# coloured LEVEL COLOUR
	coloured() {
		put "$out" | cat -v
		put "$out" | grep -q "^$(printf '\033')\[$2m$1  *$(printf '\033')\[m "
	}
	plain() {
		put "$out" | cat -v
		says_no shows "$(printf '\033')"
	}
	colours=
	auth 'auth sufficient OTP' 'auth required pam_u2f.so'
	rm -f "$sshd_config"
	chmod 755 "$store"
	in_window 80 check --root="$root"
	check 'colours__a_fault_is_red' coloured fault '1;31'
	check 'colours__a_warning_is_yellow' coloured warning 33
	check 'colours__what_is_right_is_green' coloured ok 32
	colours=NO_COLOR=1
	in_window 80 check --root="$root"
	check 'colours__not_with_NO_COLOR' plain
	colours=TERM=dumb
	in_window 80 check --root="$root"
	check 'colours__not_on_a_dumb_terminal' plain
	unset colours
	enroll check --root="$root"
	check 'colours__not_in_a_pipe' plain
	chmod 700 "$store"
else
	skip 'terminal' 'script is missing'
fi

# --- The page has every id, and every id was met ---

ids() {
	sed -n 's/.*\[OTP_FOUND_[A-Z_]*\] = { "\([a-z-]*\)",.*/\1/p' \
	    "$top_srcdir/otp-enroll/check/finding_table.c" | sort -u
}
check 'table__can_be_read' test "$(ids | wc -l)" -ge 50
page=$top_srcdir/man/otp-enroll.1
check 'page__has_every_finding_once' same "$(ids)" \
    "$(sed -n '/^\.Sh FINDINGS/,/^\.Sh FILES/p' "$page" |
	awk '$1 == ".It" && $2 == "Li" { print $3 }' | sort)"
finish
