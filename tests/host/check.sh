#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What `otp-enroll check' says is true of real logins by ssh(1): where it finds
# nothing wrong, logins work; each fault it names shows in a login, and is gone
# when what it says was done, by its own words where they are a command or a
# line for sshd_config.

. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/openssh.sh"
needs jq

person alice
has_key alice
mkdir -p /root/.ssh
cp $key.pub /root/.ssh/authorized_keys

# examine [USER]: what is found, an id a line, less what is fine, and what is
# this ground's: its disks are in memory, its clock may be nobody's.
examine() {
	otp-enroll check --json "$@" >/tmp/check.json
	jq -r '.findings[] | select(.level != "ok" and
	    .id != "clock-unsynchronised" and .id != "forgetful-store" and
	    .id != "layered-store") |
	    .id' /tmp/check.json | sort -u | tr '\n' ' ' | sed 's/ $//'
}
# finds IDS [USER]: these, and nothing else.
finds() {
	ids=$1
	shift
	found=$(examine "$@")
	jq -r '.findings[] | select(.level != "ok" and (.id |
	    test("^(clock-unsy|forgetful|layered)") | not)) |
	    "\(.level) \(.text)\n  \(.do)"' /tmp/check.json
	same "$ids" "$found"
}
# advice ID: what to do about it.
advice() {
	jq -r --arg id "$1" '.findings[] | select(.id == $id) | .do' \
	    /tmp/check.json
}
# told_command ID: the first that it names, to be typed as it stands.
told_command() {
	advice "$1" | sed -n "s/^[^\`]*\`\\([^']*\\)'.*/\\1/p"
}
# place ID: the file that it names, to write there.
place() {
	jq -r --arg id "$1" '.findings[] | select(.id == $id) | .text' \
	    /tmp/check.json | sed -n 's/.*(\(\/[^():]*\)[^()]*)\.$/\1/p'
}
# write_there ID: the lines that it names, before all else in the file that it
# names; then sshd reads it anew.
write_there() {
	file=$(place "$1")
	test -f "$file" || return 1
	advice "$1" | sed 's/ there, .*//' | grep -o "\`[^']*'" |
	    tr -d "\`'" >/tmp/lines
	test -s /tmp/lines || return 1
	cat "$file" >>/tmp/lines
	cp /tmp/lines "$file"
	restart
}
# restart: sshd, with its files as they are.
restart() {
	kill "$sshd_pid"
	wait "$sshd_pid"
	$sshd -t || return 1
	$sshd -D &
	sshd_pid=$!
	until ssh-keyscan -t ed25519 127.0.0.1 2>/dev/null |
	    grep -q ed25519; do
		kill -0 "$sshd_pid" || return 1
		sleep 0.02
	done
}

# Who comes in is "alice"; the last line of the screen.
gets_in() {
	same 0 "$status" && same "${1-alice}" "$(echo "$screen" | tail -n 1)"
}
turned_away() {
	same 255 "$status" && echo "$screen" | grep -q 'Permission denied'
}
# by_key [CODE]; by_password [CODE]; by_one: with one question, sshd's own.
by_key() {
	# shellcheck disable=SC2086
	talk ${1+'One-time code: ' "$1"} -- $ssh_key alice@ground id -un
}
by_password() {
	# shellcheck disable=SC2086
	talk 'assword: ' "$password" ${1+'One-time code: ' "$1"} -- \
	    $ssh_plain alice@ground id -un
}
by_one() {
	# shellcheck disable=SC2086
	talk 'password: ' "$1" -- $2 -o PreferredAuthentications=publickey,password \
	    alice@ground id -un
}

# key_host, password_host: as contrib/stacks has them, and alice with a token of
# a counter, whose next code is always there; next gives that.
fresh() {
	cp /usr/share/openssh/sshd_config /etc/ssh/sshd_config
	conf
	enrol alice --hotp
	count=-1
}
key_host() {
	fresh
	sshd_run sshd-key.conf </dev/null
	stack sshd sshd-key
}
password_host() {
	fresh
	sshd_run sshd-password.conf </dev/null
	stack sshd sshd-password
}
next() {
	count=$((count + 1))
	hotp $count >/tmp/next
}
# key_works, password_works: a right code lets in, and none but a right one.
key_works() {
	by_key "$(wrong_code)"
	turned_away || return 1
	next
	by_key "$(cat /tmp/next)"
	gets_in
}
password_works() {
	by_password "$(wrong_code)"
	turned_away || return 1
	next
	by_password "$(cat /tmp/next)"
	gets_in
}
# refused: not even a right code helps.
key_refused() {
	next
	# shellcheck disable=SC2086
	by_key "$(cat /tmp/next)"
	same 255 "$status"
}

# --- Hosts on which nothing is wrong ---------------------------------------

healthy_key() {
	key_host
	finds '' alice && key_works && finds '' alice
}
healthy_password() {
	password_host
	finds sshd-key-alone alice && password_works &&
	    finds sshd-key-alone alice
}
check 'host__with_key_and_code_is_without_fault' healthy_key
check 'host__with_password_and_code_is_without_fault' healthy_password

# stacks IDS SERVICE FILE [CONF...]: of contrib/stacks, installed as told.
stacks() {
	rm -rf /etc/pam.d
	cp -a /etc/pam.d.debian /etc/pam.d
	expected=$1
	service=$2
	lines=$3
	shift 3
	if [ $# -gt 0 ]; then
		sshd_run "$@" </dev/null
	fi
	stack "$service" "$lines"
	finds "$expected" alice
}
network() {
	cp "$top_srcdir/contrib/stacks/sshd-key-network.access" \
	    /etc/security/otp-networks.conf
	stacks excepted sshd sshd-key-network sshd-key.conf
}
# served SERVICE FILE CONF: of a server that has a store of its own.
served() {
	rm -rf /etc/pam.d
	cp -a /etc/pam.d.debian /etc/pam.d
	cp "$top_srcdir/contrib/stacks/$2" "/etc/pam.d/$1"
	own=$(sed -n 's/.*conf=\([^ ]*\).*/\1/p' "/etc/pam.d/$1" | head -n 1)
	cp "$top_srcdir/contrib/stacks/$3" "$own"
	mkdir -p -m 700 "$(sed -n 's/^store *= *//p' "$own")"
	otp-enroll init --conf="$own"
	same '' "$(examine --conf="$own")"
}
fresh
check 'stacks__sshd_password' stacks sshd-key-alone sshd sshd-password \
    sshd-password.conf
check 'stacks__sshd_password_group' stacks 'excepted sshd-key-alone' sshd \
    sshd-password-group sshd-password.conf
check 'stacks__sshd_key' stacks '' sshd sshd-key sshd-key.conf
check 'stacks__sshd_key_rollout' stacks nullok sshd sshd-key-rollout sshd-key.conf
check 'stacks__sshd_key_network' network
check 'stacks__sudo' stacks '' sudo sudo
check 'stacks__sudo_i' stacks '' sudo-i sudo
check 'stacks__su' stacks '' su su
check 'stacks__login' stacks '' login login
check 'stacks__openvpn' served openvpn openvpn openvpn.pam_otp
check 'stacks__openvpn_challenge' served openvpn openvpn-challenge \
    openvpn.pam_otp
check 'stacks__freeradius' served radiusd freeradius freeradius.pam_otp
rm -rf /etc/pam.d
cp -a /etc/pam.d.debian /etc/pam.d

# --- The module and its lines ----------------------------------------------

module_missing() {
	key_host
	mv "$(ground_modules)/pam_otp.so" /tmp/away.so
	finds module-missing alice && key_refused
	ended=$?
	mv /tmp/away.so "$(ground_modules)/pam_otp.so"
	test $ended = 0 && key_works && finds '' alice
}
check 'module_missing__refuses_and_is_mended_by_installing_it' module_missing

option() {
	key_host
	stack sshd sshd-key 's/pam_otp\.so/& tires=2/'
	finds option alice && key_refused &&
	    logged 'reason=option' && sed -i 's/ tires=2//' /etc/pam.d/sshd &&
	    key_works && finds '' alice
}
check 'option__misspelt_refuses_and_is_mended_by_removing_it' option

misconfigured() {
	key_host
	conf 'windw = 1'
	found=$(examine alice)
	same misconfigured "$found" && key_refused && conf && key_works &&
	    finds '' alice
}
check 'misconfigured__refuses_and_is_mended_in_the_file' misconfigured

control() {
	key_host
	stack sshd sshd-key 's/required/requird/'
	finds control alice && key_refused &&
	    sed -i "s/requird/$(advice control | sed "s/.*\`//; s/'.*//")/" \
		/etc/pam.d/sshd && key_works && finds '' alice
}
check 'control__misspelt_refuses_and_is_mended_as_told' control

skipped() {
	password_host
	sed -i '/^@include common-auth/c auth sufficient pam_unix.so nodelay' \
	    /etc/pam.d/sshd
	finds 'skipped sshd-key-alone' alice && by_password && gets_in &&
	    sed -i "/pam_unix/s/sufficient/$(advice skipped |
		sed "s/.*\`//; s/'.*//")/" /etc/pam.d/sshd &&
	    password_works && finds sshd-key-alone alice
}
check 'skipped__lets_in_without_a_code_and_is_mended_as_told' skipped

no_effect() {
	password_host
	sed -i '/pam_otp/c auth sufficient pam_otp.so' /etc/pam.d/sshd
	finds 'no-effect sshd-key-alone' alice || return 1
	by_password "$(wrong_code)"
	gets_in && sed -i "s/^auth sufficient/$(told_command no-effect)/" \
	    /etc/pam.d/sshd && password_works && finds sshd-key-alone alice
}
check 'no_effect__lets_a_wrong_code_in_and_is_mended_as_told' no_effect

no_login() {
	password_host
	sed -i '/pam_otp/a auth required pam_deny.so' /etc/pam.d/sshd
	finds 'no-login sshd-key-alone' alice || return 1
	next
	by_password "$(cat /tmp/next)"
	turned_away && sed -i '/pam_deny/d' /etc/pam.d/sshd &&
	    password_works && finds sshd-key-alone alice
}
check 'no_login__refuses_everybody_until_the_line_is_gone' no_login

# --- sshd ------------------------------------------------------------------

without_pam() {
	password_host
	sshd_run <<-END
		UsePAM no
		PasswordAuthentication yes
	END
	finds 'sshd-without-pam' alice && by_one "$password" "$ssh_plain" &&
	    gets_in && write_there sshd-without-pam &&
	    found=$(examine alice) &&
	    same sshd-no-prompt "$found" &&
	    write_there sshd-no-prompt && password_works &&
	    finds sshd-key-alone alice
}
check 'sshd_without_pam__asks_nobody_and_is_mended_as_told' without_pam

no_code() {
	password_host
	sshd_run <<-END
		UsePAM yes
		KbdInteractiveAuthentication no
		PasswordAuthentication no
	END
	finds sshd-no-code alice && by_password
	turned_away && write_there sshd-no-code && password_works &&
	    finds sshd-key-alone alice
}
check 'sshd_no_code__refuses_passwords_and_is_mended_as_told' no_code

no_prompt() {
	password_host
	sshd_run <<-END
		KbdInteractiveAuthentication no
	END
	finds sshd-no-prompt alice && by_one "$password" "$ssh_plain"
	turned_away && write_there sshd-no-prompt && password_works &&
	    finds sshd-key-alone alice
}
check 'sshd_no_prompt__refuses_and_is_mended_as_told' no_prompt

one_question() {
	password_host
	sshd_run <<-END
		KbdInteractiveAuthentication yes
	END
	finds 'sshd-key-alone sshd-password' alice &&
	    by_one "$password" "$ssh_plain"
	turned_away && write_there sshd-password && password_works &&
	    by_one "$password" "$ssh_plain"
	turned_away && finds sshd-key-alone alice
}
check 'sshd_password__is_refused_and_mended_as_told' one_question

# With a key and sshd's own question there is one answer for PAM, the password.
key_and_password() {
	password_host
	sshd_run <<-END
		AuthenticationMethods publickey,password
	END
	finds sshd-no-prompt alice && by_one "$password" "$ssh_key"
	turned_away && write_there sshd-no-prompt && next || return 1
	# shellcheck disable=SC2086
	talk 'Password: ' "$password" 'One-time code: ' "$(cat /tmp/next)" -- \
	    $ssh_key alice@ground id -un
	gets_in && finds '' alice
}
check 'sshd_no_prompt__by_a_list_refuses_and_is_mended_as_told' key_and_password

methods() {
	password_host
	sshd_run <<-END
		PasswordAuthentication no
		AuthenticationMethods publickey
	END
	finds sshd-no-code alice && by_password
	turned_away && write_there sshd-no-code && next || return 1
	# shellcheck disable=SC2086
	talk 'Password: ' "$password" 'One-time code: ' "$(cat /tmp/next)" -- \
	    $ssh_key alice@ground id -un
	gets_in && finds '' alice
}
check 'sshd_no_code__by_a_list_is_mended_as_told' methods

# Where PAM asks for a code alone, that answer can be the code.
key_and_code_as_password() {
	key_host
	sshd_run <<-END
		AuthenticationMethods publickey,password
	END
	next
	by_one "$(cat /tmp/next)" "$ssh_key"
	gets_in && finds '' alice
}
check 'sshd_password__takes_a_code_behind_a_key' key_and_code_as_password

code_alone() {
	key_host
	sshd_run <<-END
		KbdInteractiveAuthentication yes
		PasswordAuthentication no
	END
	finds 'sshd-code-alone sshd-key-alone' alice || return 1
	next
	# shellcheck disable=SC2086
	talk 'One-time code: ' "$(cat /tmp/next)" -- $ssh_plain alice@ground id -un
	gets_in && write_there sshd-code-alone &&
	    talk -- $ssh_plain alice@ground id -un
	turned_away && key_works && finds '' alice
}
check 'sshd_code_alone__lets_in_and_is_mended_as_told' code_alone

# What holds for alice alone is found where it stands.
matched() {
	key_host
	sshd_run sshd-key.conf <<-END
		Match User alice
			KbdInteractiveAuthentication no
			AuthenticationMethods publickey
		Match all
	END
	finds sshd-no-code alice && same $drop_in/zz-ground.conf \
	    "$(place sshd-no-code)" && by_key && gets_in &&
	    sed -i '/^Match User/,/^Match all/d' $drop_in/zz-ground.conf &&
	    restart && key_works && finds '' alice
}
check 'sshd_no_code__of_one_user_is_told_where_it_stands' matched

root_withheld() {
	key_host
	enrol root --hotp
	count=-1
	next
	finds sshd-root root || return 1
	# shellcheck disable=SC2086
	talk 'One-time code: ' "$(cat /tmp/next)" -- $ssh_key root@ground id -un
	turned_away || return 1
	file=$(place sshd-root)
	advice sshd-root
	{ echo 'PermitRootLogin yes'; cat "$file"; } >/tmp/lines
	cp /tmp/lines "$file"
	restart
	# shellcheck disable=SC2086
	talk 'One-time code: ' "$(cat /tmp/next)" -- $ssh_key root@ground id -un
	gets_in root && finds '' root
}
check 'sshd_root__is_refused_and_mended_as_told' root_withheld

# --- The store and the account ----------------------------------------------

unmounted() {
	key_host
	mkdir -p /mnt/disk
	mount --move /var/lib/pam_otp /mnt/disk || return 1
	finds no-store alice && key_refused
	ended=$?
	mount --move /mnt/disk /var/lib/pam_otp
	test $ended = 0 && key_works && finds '' alice
}
check 'no_store__refuses_until_it_is_mounted' unmounted

# broken ID BREAK...: a login fails; then the first command it tells of is run.
broken() {
	id=$1
	shift
	key_host
	"$@" || return 1
	finds "$id" alice && key_refused && command=$(told_command "$id") &&
	    test -n "$command" && echo "+ $command" && sh -c "$command" &&
	    key_works && finds '' alice
}
seed=/var/lib/pam_otp/seed/alice
state=/var/lib/pam_otp/state/alice
lock() {
	conf 'lock = 10' 'free = 10'
	guess alice 10
}
wait_begins() {
	guess alice 5
}
check 'mode__of_the_seed_refuses_and_is_mended_by_the_command' \
    broken mode chmod 644 $seed
check 'owner__of_the_seed_refuses_and_is_mended_by_the_command' \
    broken owner chown nobody $seed
check 'no_state__refuses_and_is_mended_by_the_command' \
    broken no-state rm $state
check 'waiting__refuses_and_is_mended_by_the_command' \
    broken waiting wait_begins
check 'locked__refuses_and_is_mended_by_the_command' \
    broken locked lock

# Another account has the name now: nobody's codes are right until somebody says
# that it is the same person, and shows it with two codes of a counter.
uid_changed() {
	key_host
	uid=$(id -u alice)
	usermod -u 2999 alice
	finds uid alice && key_refused
	ended=$?
	next
	first=$(cat /tmp/next)
	next
	# shellcheck disable=SC2046
	test $ended = 0 && talk 'ode: ' "$first" 'ode: ' "$(cat /tmp/next)" -- \
	    $(told_command uid) && key_works && finds '' alice
	ended=$?
	usermod -u "$uid" alice
	return $ended
}
check 'uid__of_another_account_refuses_and_is_mended_by_the_command' uid_changed

# The clock was ahead when a code was used, and was set right since; then both are
# ahead again.
clock_behind() {
	key_host
	enrol alice
	rm $state
	LD_PRELOAD=/tmp/ahead.so CLOCK_AHEAD=86400 otp-enroll adopt alice
	finds clock-behind alice && by_key "$(code)"
	turned_away && logged 'reason=replay' || return 1
	export LD_PRELOAD=/tmp/ahead.so CLOCK_AHEAD=86520
	restart && finds '' alice && by_key "$(code)"
	gets_in
	ended=$?
	unset LD_PRELOAD CLOCK_AHEAD
	return $ended
}
if $CC -shared -fPIC -D_GNU_SOURCE -w -o /tmp/ahead.so \
    "$top_srcdir/tests/tool/ahead.c" -ldl 2>/dev/null; then
	check 'clock_behind__refuses_until_the_clock_is_right' clock_behind
else
	skip 'clock_behind' 'no compiler'
fi

finish
