#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# `check' finds each fault it knows, made for real, and says what to do; on a
# host without one it finds none.

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
	for name in otp unix deny permit cap u2f succeed_if faillock rootok; do
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

# auth LINE...: the stack of sshd, behind the password's; OTP is the module.
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

# examine STATUS ARGUMENT...: `check' ends so; what it found is in `found', an
# id a line, without what is fine and what is the machine's of this test.
examine() {
	expected=$1
	shift
	enroll check --root="$root" --json "$@"
	put "$out"
	put "$err"
	found=$(put "$out" | jq -r '.findings[] | select(.level != "ok" and
	    .id != "clock-unsynchronised" and .id != "forgetful-store" and
	    .id != "layered-store" and .id != "copying-store") | .id' | sort -u)
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
		all(.level == "ok" or (.do | length > 5)) and
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
	put "$out" | jq -r '.findings[] | .text, (.do // empty)' |
	    grep -q -e "$1"
}

configure
"$OTP_ENROLL" --conf "$conf" init >"$scratch/said2"
host

# --- Nothing is wrong ---

check 'host__has_no_fault' finds_only 0 ''
says_nothing_is_wrong() {
	enroll check --root="$root"
	shows '^Nothing is wrong' && shows '^ok  *The store' &&
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
	put "$out" | jq -e '.findings[0] | .id == "misconfigured" and
	    (.text | test("bad:2: `frob.* is not an option"))' && test $status = 1
}
check 'configuration__with_an_option_that_is_none' broken_conf
check 'configuration__that_is_missing' finds 1 absent --conf="$scratch/none"
open_conf() {
	cp "$conf" "$scratch/bad"
	chmod 666 "$scratch/bad"
	finds 1 mode --conf="$scratch/bad"
}
check 'configuration__that_others_can_write' open_conf

# --- The store ---

mv "$store" "$scratch/away"
check 'store__that_is_missing' finds 1 no-store
check 'store__is_told_how_to_make_it' tells 'otp-enroll init'
mkdir -m 700 "$store"
check 'store__that_is_not_mounted' finds 1 no-store "$user"
rmdir "$store"
mv "$scratch/away" "$store"
chmod 770 "$store/seed"
check 'store__that_others_can_write' finds 1 mode
chmod 700 "$store/seed"
# A login takes such a one: it is no fault.
readable() {
	chmod "$1" "$2"
	finds_only 0 open-store && tells "^$2 has mode 0$1" &&
	    advice=$(put "$out" | jq -r '.findings[] | .do // empty' |
		sed -n "s/.*\`\(chmod .*\)'.*/\1/p") &&
	    same "chmod 700 $2" "$advice" && $advice && finds_only 0 ''
	ended=$?
	chmod 700 "$2"
	return $ended
}
for part in '' /seed /state; do
	for mode in 755 710 701; do
		check "store__that_others_can_read_$mode$part" \
		    readable $mode "$store$part"
	done
done
as_root=
[ "$(id -u)" = 0 ] && as_root=yes
if [ -n "$as_root" ]; then
	chown nobody "$store/state"
	check 'store__of_somebody_else' finds 1 owner
	check 'store__of_somebody_else_is_mended_by_a_command' \
	    tells "chown root: $store/state"
	chown root "$store/state"
	nobody() {
		chmod 755 "$scratch"
		chmod -R a+rX "$root"
		chmod 644 "$conf"
		cp "$OTP_ENROLL" "$scratch/otp-enroll"
		setpriv --reuid=65534 --regid=65534 --clear-groups \
		    "$scratch/otp-enroll" --conf "$conf" check \
		    --root="$root" "$user" >"$scratch/out" 2>&1
		status=$?
		out=$(cat "$scratch/out")
		shows '^note  *The store .* was not looked at' && test $status = 0
	}
	check 'store__of_root_is_not_looked_at_by_others' nobody
else
	skip 'store__of_somebody_else' 'not root'
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
	check 'store__in_memory' mounted forgetful-store 0 ''
	check 'store__on_a_full_disk' mounted disk-full 0 ''
	check 'store__that_is_read_only' mounted read-only 1 \
	    "mount -o remount,ro '$scratch/disk'"
	check 'store__on_layers' mounted layered-store 0 \
	    "mkdir '$scratch/disk/up' '$scratch/disk/work' &&
	    mount -t overlay -o 'lowerdir=$store,upperdir=$scratch/disk/up,workdir=$scratch/disk/work' x '$scratch/disk/store'"
else
	skip 'store__on_other_disks' 'not root, or no mount namespaces'
fi
if [ -n "$as_root" ] && "$poke" label "$store/seed" \
    system_u:object_r:default_t:s0 2>/dev/null; then
	mkdir -p "$root/sys/fs/selinux"
	echo 1 >"$root/sys/fs/selinux/enforce"
	check 'label__that_nobody_may_use' finds_only 0 label
	check 'label__is_mended_by_a_command' tells "restorecon -Rv $store/seed"
	"$poke" label "$store/seed" system_u:object_r:var_lib_t:s0
	check 'label__of_a_store_without_a_policy' finds_only 0 label
	"$poke" label "$store/seed" system_u:object_r:var_auth_t:s0
	check 'label__that_is_fine' finds_only 0 ''
	rm -rf "$root/sys"
	"$poke" label "$store/seed" system_u:object_r:default_t:s0
	check 'label__counts_with_selinux_alone' finds_only 0 ''
else
	skip 'label' 'not root, or no labels on this file system'
fi

# --- The clock ---

if [ -z "${INSTRUMENTED-}" ] && $CC -shared -fPIC -D_GNU_SOURCE -w \
    -o "$scratch/ahead.so" "$top_srcdir/tests/tool/ahead.c" -ldl \
    2>/dev/null; then
	# ahead SECONDS COMMAND...
	ahead() {
		seconds=$1
		shift
		LD_PRELOAD=$scratch/ahead.so CLOCK_AHEAD=$seconds "$@"
	}
	check 'clock__without_a_battery' ahead -1780000000 finds 1 clock-wrong
	behind() {
		rm -f "$store/state/$user"
		ahead 86400 "$OTP_ENROLL" --conf "$conf" adopt "$user" &&
		    finds 1 clock-behind "$user" &&
		    tells "by 1 day: codes are refused until 20.* UTC" &&
		    tells "adopt --force $user" &&
		    ahead 86400 finds_only 0 '' "$user"
	}
	check 'clock__behind_the_last_code' behind
else
	skip 'clock' 'not in this build'
fi

# --- The account ---

check 'account__that_nobody_has' finds_only 1 unknown-user no-such-user-here
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
	    tells 'force. if a state was lost'
}
check 'account__that_was_not_taken_over' not_adopted
fresh
another_token() {
	put "$seed" | head -n 1 >>"$store/seed/$user"
	finds_only 1 no-state "$user"
}
check 'account__with_a_token_that_was_not_taken_over' another_token
fresh
damaged() {
	printf '%8192d' 0 | dd of="$store/state/$user" bs=8192 conv=notrunc \
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
	enroll $new somebody
	mv "$store/seed/somebody" "$store/seed/$user"
	mv "$store/state/somebody" "$store/state/$user"
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
	finds_only 1 waiting "$user" && tells 'by test' &&
	    tells "otp-enroll unlock $user"
}
check 'account__that_waits' waits
fresh 'free = 10' 'lock = 10'
locked() {
	for i in 1 2 3 4 5 6 7 8 9 10; do
		wrong 000000
	done
	finds_only 1 locked "$user" && tells '10 wrong codes in a row' &&
	    tells "otp-enroll unlock $user" && ends 0 unlock "$user" &&
	    finds_only 0 '' "$user"
}
check 'account__that_is_locked' locked
fresh
# held PROGRAM PATTERN: it holds the state, and is told of as PATTERN has it.
held() {
	"$1" lock "$store/state/$user" >"$scratch/held" &
	holder=$!
	while ! grep -q held "$scratch/held"; do
		kill -0 "$holder" || return 1
		sleep 0.05
	done
	# As somebody's su may be: what is to be done must end that one, too.
	kill -STOP "$holder"
	finds_only 1 lock-timeout "$user" && tells "is held by $2\[$holder\]," &&
	    advice=$(put "$out" | jq -r '.findings[] | .do // empty' |
		sed -n "s/.*\`\(kill .*\)'.*/\1/p") &&
	    put "$advice" && same "kill -KILL $holder" "$advice" &&
	    $advice && finds_only 0 '' "$user"
	ended=$?
	kill -KILL "$holder" 2>/dev/null
	wait "$holder" 2>/dev/null
	return $ended
}
check 'account__whose_state_is_held' held "$poke" poke
odd=$scratch/$(printf 'p\033"\\')
cp "$poke" "$odd"
# shellcheck disable=SC1003
check 'account__holder_of_an_odd_name_is_escaped_once' held "$odd" \
    'p\\x1b\\x22\\x5c'
# A code of the next step; once more where that began meanwhile.
drifted() {
	for _ in 1 2 3 4 5; do
		fresh
		step=$(($(date +%s) / 30))
		code=$(oathtool --totp -b -N "@$((step * 30 + 30))" "$secret")
		login "$user" "$code" || return 1
		test $(($(date +%s) / 30)) != $step || break
	done
	finds_only 0 device-clock "$user" && tells '30 s fast'
}
check 'account__of_a_device_that_is_fast' drifted
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
	finds_only 1 counter-lost "$user"
}
check 'account__whose_counter_nobody_knows' lost
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

# line STATUS IDS LINE...: with these behind the password in sshd's stack.
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
check 'line__is_told_with_its_file' tells "$pamd/sshd:2: .frob' is not an option"
check 'line__with_an_option_of_the_file' line 1 option 'auth required OTP lock=3'
check 'line__with_a_missing_configuration' line 1 option \
    'auth required pam_otp.so conf=/no/such/file'
echo "store = $scratch/elsewhere" >"$scratch/other.conf"
check 'line__with_another_store' line 0 other-store \
    "auth required pam_otp.so conf=$scratch/other.conf"
check 'line__as_account' line 1 type 'auth required OTP' \
    'account required OTP'
check 'line__with_a_control_not_understood' line 1 control \
    'auth [success=ok defualt=bad] OTP'
check 'line__with_a_control_misspelt' line 1 control 'auth requird OTP'
check 'line__without_a_type' line 1 line 'auth required OTP' 'required pam_permit.so'
check 'line__that_is_too_long' line 1 line 'auth required OTP' \
    "auth required $(printf '%01100d' 0)"
with_a_nul() {
	host
	printf 'auth required pam_\0permit.so\n' >>"$pamd/sshd"
	finds_only 1 line
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
	finds_only 1 module-elsewhere && tells 'auth  required  /.*/pam_otp.so'
}
check 'module__that_pam_does_not_find' elsewhere
foreign() {
	host
	echo 'this is not it' >"$modules/pam_otp.so"
	finds_only 1 module-foreign
}
check 'module__that_is_none' foreign
unsafe() {
	host
	chmod 777 "$modules/pam_otp.so"
	finds_only 1 module-unsafe
}
check 'module__that_others_can_write' unsafe
check 'module__of_others_that_is_missing' line 1 module-missing \
    'auth required pam_gone.so' 'auth required OTP'
check 'module__of_others_that_may_be_missing' line 0 '' \
    '-auth optional pam_gone.so' 'auth required OTP'

# --- Stacks ---

check 'stack__sufficient_password_before' only 1 skipped \
    'auth sufficient pam_unix.so' 'auth required OTP'
check 'stack__is_told_which_line' tells "$pamd/sshd:1: when pam_unix.so says yes"
in_common_auth() {
	host
	stack 'auth [success=2 default=ignore] pam_unix.so' \
	    'auth requisite pam_deny.so' 'auth required OTP' \
	    'auth required pam_permit.so' >"$pamd/common-auth"
	echo '@include common-auth' >"$pamd/sudo"
	echo '@include common-auth' >"$pamd/sshd"
	finds_only 1 'skipped shared-stack'
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
check 'stack__included_sufficient_password' fedora include 1 skipped
check 'stack__substack_with_a_sufficient_password' fedora substack 0 ''
check 'stack__exception_by_a_condition' line 0 excepted \
    'auth [success=1 default=ignore] pam_succeed_if.so user ingroup nocode' \
    'auth required OTP'
check 'stack__another_factor_instead' line 0 excepted \
    'auth sufficient pam_u2f.so' 'auth required OTP'
check 'stack__optional' line 1 no-effect 'auth optional OTP'
check 'stack__sufficient_with_a_permit_behind' line 1 no-effect \
    'auth sufficient OTP' 'auth required pam_permit.so'
check 'stack__sufficient_password_behind_it' only 0 '' \
    'auth required OTP' 'auth sufficient pam_unix.so' 'auth required pam_deny.so'
check 'stack__sufficient_password_that_does_not_matter' only 0 \
    first-factor-optional 'auth required OTP' 'auth sufficient pam_unix.so'
check 'stack__open_where_there_is_no_answer' line 1 fails-open \
    'auth [success=ok ignore=ignore authinfo_unavail=ignore default=die] OTP'
check 'stack__in_which_nobody_gets_in' line 1 no-login 'auth required OTP' \
    'auth required pam_deny.so'
check 'stack__jump_behind_the_end' line 1 no-login \
    'auth [success=3 default=bad] OTP'
check 'stack__of_the_code_alone' only 1 'sshd-code-alone' 'auth required OTP'
sudo_alone() {
	host
	stack 'auth required OTP' >"$pamd/sudo"
	finds_only 0 code-alone
}
check 'stack__of_the_code_alone_for_sudo' sudo_alone
check 'stack__nullok_alone' only 1 'nullok-denies sshd-code-alone' \
    'auth required OTP nullok'
check 'stack__nullok_without_ignore' line 0 nullok-denies \
    'auth [success=ok default=bad] OTP nullok'
check 'stack__nullok' line 0 nullok 'auth required OTP nullok'
check 'stack__nullok_until_a_day_to_come' line 0 nullok \
    'auth required OTP nullok_until=2099-01-01'
check 'stack__nullok_until_a_day_that_has_come' line 0 '' \
    'auth required OTP nullok_until=2020-01-01 nullok'
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
check 'stack__nullok_and_who_is_not_enrolled' let_in
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
	    sshd-key-alone ;;
	sshd-password-group) recommended sshd "$1" sshd-password.conf \
	    'excepted sshd-key-alone' ;;
	sshd-key-network) recommended sshd "$1" sshd-key.conf excepted ;;
	sshd-key-rollout) recommended sshd "$1" sshd-key.conf nullok ;;
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

check 'include__of_a_missing_file' line 1 include '@include nowhere' \
    'auth required OTP'
loop() {
	host
	echo '@include common-auth' >>"$pamd/common-auth"
	finds 1 include && tells 'too deeply'
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
	finds 0 too-many-lines
}
check 'include__of_itself_again_and_again' twice
nested() {
	host
	for i in $(seq 1000); do
		echo "auth include deep$((i + 1))" >"$pamd/deep$i"
	done
	echo "auth required pam_otp.so conf=$conf" >"$pamd/deep1001"
	echo 'auth include deep1' >>"$pamd/sshd"
	finds 1 include && tells 'too deeply'
}
check 'include__a_thousand_deep' nested
endless() {
	host
	mkfifo "$pamd/fifo"
	ln -s /dev/zero "$pamd/zero"
	head -c 300000 /dev/zero >"$pamd/huge"
	head -c 20000 /dev/urandom >"$pamd/noise"
	echo '@include /dev/zero' >>"$pamd/sshd"
	finds 1 include && tells "$pamd/fifo" && tells "$pamd/huge"
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
check 'sshd__without_pam' ssh_config 1 sshd-without-pam 'UsePAM no'
check 'sshd__without_questions' ssh_config 1 sshd-no-code \
    'KbdInteractiveAuthentication no'
check 'sshd__without_questions_by_the_older_name' ssh_config 1 sshd-no-code \
    'challengeresponseauthentication=no'
check 'sshd__with_passwords_of_its_own_alone' ssh_config 1 sshd-no-prompt \
    'KbdInteractiveAuthentication no' 'PasswordAuthentication yes' \
    'AuthenticationMethods any'
check 'sshd__with_passwords_of_its_own_too' ssh_config 0 \
    'sshd-key-alone sshd-password' 'PasswordAuthentication yes' \
    'AuthenticationMethods any'
check 'sshd__with_a_key_alone' ssh_config 0 sshd-key-alone \
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
check 'sshd__with_a_match' ssh_config 1 'sshd-match sshd-without-pam' \
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
	finds_only 1 'sshd-match sshd-without-pam' &&
	    tells "asks nobody for a code ($root/etc/ssh/sshd_config.d/10-x.conf:1)"
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
	finds_only 0 sshd-unread
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
check 'usage__relative_root' ends 2 check --root=image
check 'usage__relative_conf' ends 2 check --conf=file

schema=$top_srcdir/contrib/check.schema.json
flaws() {
	jq -rs --argjson schema "$(cat "$schema")" --arg of check \
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
check 'schema__of_nobody' fits no-such-user-here
refuses() {
	enroll check --root="$root" --json
	put "$out" | jq -c "$1" >"$scratch/json"
	says_no empty flaws
}
for change in '.extra = 1' 'del(.enrolled)' '.level = "bad"' \
    '.findings[0].id = "X"' 'del(.findings[0].do)' '.findings[0].do = ""'; do
	check "schema__refuses $change" refuses "$change"
done

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
		shows '`' && ! shows "[\`][^']*$"
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
else
	skip 'terminal' 'script is missing'
fi

# --- The page has every id, and every id was met ---

ids() {
	sed -n 's/.*\[OTP_FOUND_[A-Z_]*\] = { "\([a-z-]*\)",.*/\1/p' \
	    "$top_srcdir/otp-enroll/finding_table.c" | sort -u
}
check 'table__can_be_read' test "$(ids | wc -l)" -ge 50
page=$top_srcdir/man/otp-enroll.1
check 'page__has_every_finding_once' same "$(ids)" \
    "$(sed -n '/^\.Sh FINDINGS/,/^\.Sh FILES/p' "$page" |
	awk '$1 == ".It" && $2 == "Li" { print $3 }' | sort)"
finish
