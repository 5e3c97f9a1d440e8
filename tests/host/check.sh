#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What 'otp-enroll check' says is true of real logins by ssh(1): where it finds
# no problem, logins work; each fault it names shows in a login, and is gone
# after the fix, which is taken from its own words if they are a command or a
# line for sshd_config.

. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/openssh.sh"
needs jq

person alice
has_key alice
mkdir -p /root/.ssh
cp $key.pub /root/.ssh/authorized_keys

# examine [USER]: what is found, an id a line, less what is fine, and what is
# this ground's: its disks are in memory, and its clock may not be synchronised.
examine() {
	otp-enroll check --json "$@" >/tmp/check.json
	jq -r '.findings[] | select(.level != "ok" and
	    .id != "clock-unsynchronised" and .id != "store-in-memory" and
	    .id != "store-on-overlay") |
	    .id' /tmp/check.json | sort -u | tr '\n' ' ' | sed 's/ $//'
}
# finds IDS [USER]: these, and nothing else.
finds() {
	ids=$1
	shift
	found=$(examine "$@")
	jq -r '.findings[] | select(.level != "ok" and (.id |
	    test("^(clock-unsy|store-in-memory|store-on-overlay)") | not)) |
	    "\(.level) \(.text)\n  \(.fix)"' /tmp/check.json
	same "$ids" "$found"
}
# advice ID: what to do about it.
advice() {
	jq -r --arg id "$1" '.findings[] | select(.id == $id) | .fix' \
	    /tmp/check.json
}
# told_command ID: the first that it names, to be typed as it stands.
told_command() {
	advice "$1" | sed -n "s/^[^']*'\\([^']*\\)'.*/\\1/p"
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
	advice "$1" | sed 's/ there, .*//' | grep -o "'[^']*'" |
	    tr -d "'" >/tmp/lines
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

# The login succeeds: the last line of the screen is "alice".
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
	finds sshd-key-only alice && password_works &&
	    finds sshd-key-only alice
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
	stacks code-exempt sshd sshd-key-network sshd-key.conf
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
check 'stacks__sshd_password' stacks sshd-key-only sshd sshd-password \
    sshd-password.conf
check 'stacks__sshd_password_group' stacks 'code-exempt sshd-key-only' sshd \
    sshd-password-group sshd-password.conf
check 'stacks__sshd_key' stacks '' sshd sshd-key sshd-key.conf
check 'stacks__sshd_key_rollout' stacks nullok sshd sshd-key-rollout sshd-key.conf
check 'stacks__sshd_key_invited' stacks 'nullok sshd-grace' sshd \
    sshd-key-invited sshd-key.conf
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
check 'module_missing__refuses_and_is_fixed_by_installing_it' module_missing

option() {
	key_host
	stack sshd sshd-key 's/pam_otp\.so/& tires=2/'
	finds option alice && key_refused &&
	    logged 'reason=option' && sed -i 's/ tires=2//' /etc/pam.d/sshd &&
	    key_works && finds '' alice
}
check 'option__misspelt_refuses_and_is_fixed_by_removing_it' option

misconfigured() {
	key_host
	conf 'windw = 1'
	found=$(examine alice)
	same configuration-invalid "$found" && key_refused && conf && key_works &&
	    finds '' alice
}
check 'misconfigured__refuses_and_is_fixed_in_the_file' misconfigured

control() {
	key_host
	stack sshd sshd-key 's/required/requird/'
	finds pam-control alice && key_refused &&
	    sed -i "s/requird/$(advice pam-control | sed "s/'[^']*$//; s/.*'//")/" \
		/etc/pam.d/sshd && key_works && finds '' alice
}
check 'control__misspelt_refuses_and_is_fixed_as_told' control

skipped() {
	password_host
	sed -i '/^@include common-auth/c auth sufficient pam_unix.so nodelay' \
	    /etc/pam.d/sshd
	finds 'code-skipped sshd-key-only' alice && by_password && gets_in &&
	    sed -i "/pam_unix/s/sufficient/$(advice code-skipped |
		sed "s/'[^']*$//; s/.*'//")/" /etc/pam.d/sshd &&
	    password_works && finds sshd-key-only alice
}
check 'skipped__lets_in_without_a_code_and_is_fixed_as_told' skipped

no_effect() {
	password_host
	sed -i '/pam_otp/c auth sufficient pam_otp.so' /etc/pam.d/sshd
	finds 'sshd-key-only wrong-code-accepted' alice || return 1
	by_password "$(wrong_code)"
	gets_in && sed -i "s/^auth sufficient/$(told_command wrong-code-accepted)/" \
	    /etc/pam.d/sshd && password_works && finds sshd-key-only alice
}
check 'no_effect__lets_a_wrong_code_in_and_is_fixed_as_told' no_effect

no_login() {
	password_host
	sed -i '/pam_otp/a auth required pam_deny.so' /etc/pam.d/sshd
	finds 'login-fails sshd-key-only' alice || return 1
	next
	by_password "$(cat /tmp/next)"
	turned_away && sed -i '/pam_deny/d' /etc/pam.d/sshd &&
	    password_works && finds sshd-key-only alice
}
check 'no_login__refuses_everybody_until_the_line_is_gone' no_login

# --- sshd ------------------------------------------------------------------

without_pam() {
	password_host
	sshd_run <<-END
		UsePAM no
		PasswordAuthentication yes
	END
	finds 'sshd-no-pam' alice && by_one "$password" "$ssh_plain" &&
	    gets_in && write_there sshd-no-pam &&
	    found=$(examine alice) &&
	    same sshd-no-prompt "$found" &&
	    write_there sshd-no-prompt && password_works &&
	    finds sshd-key-only alice
}
check 'sshd_without_pam__asks_for_no_code_and_is_fixed_as_told' without_pam

no_code() {
	password_host
	sshd_run <<-END
		UsePAM yes
		KbdInteractiveAuthentication no
		PasswordAuthentication no
	END
	finds sshd-no-code alice && by_password
	turned_away && write_there sshd-no-code && password_works &&
	    finds sshd-key-only alice
}
check 'sshd_no_code__refuses_passwords_and_is_fixed_as_told' no_code

no_prompt() {
	password_host
	sshd_run <<-END
		KbdInteractiveAuthentication no
	END
	finds sshd-no-prompt alice && by_one "$password" "$ssh_plain"
	turned_away && write_there sshd-no-prompt && password_works &&
	    finds sshd-key-only alice
}
check 'sshd_no_prompt__refuses_and_is_fixed_as_told' no_prompt

one_question() {
	password_host
	sshd_run <<-END
		KbdInteractiveAuthentication yes
	END
	finds 'sshd-key-only sshd-password' alice &&
	    by_one "$password" "$ssh_plain"
	turned_away && write_there sshd-password && password_works &&
	    by_one "$password" "$ssh_plain"
	turned_away && finds sshd-key-only alice
}
check 'sshd_password__is_refused_and_fixed_as_told' one_question

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
check 'sshd_no_prompt__by_a_list_refuses_and_is_fixed_as_told' key_and_password

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
check 'sshd_no_code__by_a_list_is_fixed_as_told' methods

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
check 'sshd_password__takes_a_code_after_a_key' key_and_code_as_password

code_alone() {
	key_host
	sshd_run <<-END
		KbdInteractiveAuthentication yes
		PasswordAuthentication no
	END
	finds 'sshd-code-only sshd-key-only' alice || return 1
	next
	# shellcheck disable=SC2086
	talk 'One-time code: ' "$(cat /tmp/next)" -- $ssh_plain alice@ground id -un
	gets_in && write_there sshd-code-only &&
	    talk -- $ssh_plain alice@ground id -un
	turned_away && key_works && finds '' alice
}
check 'sshd_code_alone__lets_in_and_is_fixed_as_told' code_alone

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
check 'sshd_root__is_refused_and_fixed_as_told' root_withheld

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
	conf 'lock_after = 10' 'delay_after = 10'
	guess alice 10
}
wait_begins() {
	guess alice 5
}
check 'mode__of_the_seed_refuses_and_is_fixed_by_the_command' \
    broken mode chmod 644 $seed
check 'owner__of_the_seed_refuses_and_is_fixed_by_the_command' \
    broken owner chown daemon $seed
check 'no_state__refuses_and_is_fixed_by_the_command' \
    broken no-state rm $state
check 'waiting__refuses_and_is_fixed_by_the_command' \
    broken blocked wait_begins
check 'locked__refuses_and_is_fixed_by_the_command' \
    broken locked-out lock

# Another account has the name now: every code is refused until root says that
# it is the same person, and shows it with two codes of a counter.
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
check 'uid__of_another_account_refuses_and_is_fixed_by_the_command' uid_changed

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
if $CC -shared -fPIC -I"$top_builddir" -w -o /tmp/ahead.so \
    "$top_srcdir/tests/tool/ahead.c" -ldl 2>/dev/null; then
	check 'clock_behind__refuses_until_the_clock_is_right' clock_behind
else
	skip 'clock_behind' 'no compiler'
fi

# --- Codes that are sent ---

sending_sshd() {
	stack sshd sshd-key 's/pam_otp\.so/& deliver=yes/'
	enrol alice
}
sending_sshd
sent_to() {
	sed -i '/^deliver/d' /var/lib/pam_otp/seed/alice
	echo "deliver:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ:$1" \
	    >>/var/lib/pam_otp/seed/alice
}
# sends IDS [PATTERN]: of all accounts, and of alice.
sends() {
	finds "$1" && finds "$1" alice &&
	    { test $# = 1 || grep -q -e "$2" /tmp/check.json; }
}
conf
check 'delivery__without_a_socket' sends delivery-socket \
    'no socket /run/pam_otp/deliver, so no message'
mkdir -p /run/pam_otp /etc/pam_otp/deliver.d
: >/run/pam_otp/deliver
check 'delivery__to_what_is_no_socket' sends delivery-socket 'no socket'
rm /run/pam_otp/deliver
listens() {
	python3 -c 'import socket, sys, time
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
print(flush=True)
time.sleep(600)' /run/pam_otp/deliver >/tmp/listens &
	listener=$!
	until [ -s /tmp/listens ]; do sleep 0.02; done
	chmod 600 /run/pam_otp/deliver
}
listens
check 'delivery__with_all_it_needs' sends '' 'takes messages that are to be sent'
chmod 777 /run/pam_otp
check 'delivery__to_a_folder_of_all_users' sends mode 'chmod go-w /run/pam_otp'
chmod 755 /run/pam_otp
sent_to signal:x
check 'delivery__without_a_program' sends delivery-program \
    "kind 'signal:', since there is no program /etc/pam_otp/deliver.d/signal"
cp /bin/true /etc/pam_otp/deliver.d/signal
check 'delivery__with_a_program' sends ''
chmod 644 /etc/pam_otp/deliver.d/signal
check 'delivery__by_a_program_that_is_none' sends delivery-program \
    'must be an executable file'
chmod 755 /etc/pam_otp/deliver.d/signal
chmod 775 /etc/pam_otp
check 'delivery__by_programs_below_a_folder_of_others' sends delivery-folder \
    "not trust the folder of its programs: /etc/pam_otp: .* (mode 0775)"
chmod 755 /etc/pam_otp
chown daemon /etc/pam_otp/deliver.d
check 'delivery__by_programs_in_a_folder_of_another' sends delivery-folder \
    "its programs: /etc/pam_otp/deliver\.d: .*'chown root: /etc/pam_otp/deliver\.d "
chown root /etc/pam_otp/deliver.d
mv /etc/pam_otp/deliver.d /etc/pam_otp/there
ln -s there /etc/pam_otp/deliver.d
check 'delivery__by_programs_in_a_linked_folder' sends delivery-folder \
    'Replace the link /etc/pam_otp/deliver\.d with a real folder'
rm /etc/pam_otp/deliver.d
mv /etc/pam_otp/there /etc/pam_otp/deliver.d
check 'delivery__by_programs_in_the_folder_of_root' sends ''
ln -sf /dev/null /etc/pam_otp/deliver.d/signal
check 'delivery__by_a_program_that_is_switched_off' sends delivery-program \
    'no program /etc/pam_otp/deliver.d/signal'
sent_to sms:+5312345678
ln -s /bin/true /etc/pam_otp/deliver.d/sms
check 'delivery__to_a_number_that_cannot_be_added' sends sms-prefixes \
    'alice has the address +53'
conf 'sms_prefixes = +49,+53'
check 'delivery__to_a_number_that_can_be_added' sends ''
kill $listener
wait $listener
check 'delivery__to_a_socket_that_was_left' sends delivery-socket \
    'No program listens at the socket /run/pam_otp/deliver'
stack sshd sshd-key
check 'delivery__is_no_matter_where_no_code_is_sent' sends ''

# --- Programs that are not root ---

# locker SERVICE LINE...: alone on the host; OTP is the module.
locker() {
	rm -f /etc/pam.d/sshd /etc/pam.d/i3lock /etc/pam.d/xsecurelock \
	    /etc/pam.d/kde /etc/pam.d/hyprlock /etc/pam.d/gtklock
	service=$1
	shift
	printf '%s\n' "$@" | sed 's/OTP/pam_otp.so/' >"/etc/pam.d/$service"
}
# one_text SERVICE, two_texts SERVICE: with the stack that is advised for it.
one_text() {
	locker "$1" 'auth requisite OTP forward_pass' \
	    'auth required pam_unix.so use_first_pass'
}
two_texts() {
	locker "$1" 'auth requisite pam_unix.so' 'auth required OTP'
}
# told IDS PATTERN
told() {
	finds "$1" && grep -q -e "$2" /tmp/check.json
}
# no systemd manages this host
rm -f /usr/bin/systemctl
daemon=$top_builddir/pam_otpd/pam_otpd
without_sockets() {
	conf
	enrol alice
	grep -q ^pam_otp: /etc/group || echo 'pam_otp:x:797:' >>/etc/group
	rm -rf /run/pam_otp
	mkdir -m 755 /run/pam_otp
}
without_sockets

one_text i3lock
check 'daemon__is_missing' told 'daemon locker' \
    'no socket /run/pam_otp/user. i3lock needs it'
check 'daemon__serves' otpd_start
check 'daemon__answers' told locker 'pam_otpd answers at /run/pam_otp/user'
check 'daemon__answers_servers' told locker 'answers at /run/pam_otp/service'
for_a_user() {
	setpriv --reuid alice --regid alice --clear-groups \
	    otp-enroll check --json >/tmp/check.json
	jq -r '.findings[] | select(.id == "daemon") | .text' \
	    /tmp/check.json >/tmp/said
	same 'pam_otpd answers at /run/pam_otp/user.' "$(cat /tmp/said)"
}
check 'daemon__of_servers_is_not_judged_by_a_user' for_a_user
chmod 777 /run/pam_otp
check 'daemon__in_a_folder_of_all_users' told 'locker mode' \
    'chmod go-w /run/pam_otp'
chmod 755 /run/pam_otp

# --- What they do with questions ---

check 'locker__that_shows_nothing' told locker 'i3lock shows no messages'
two_texts i3lock
check 'locker__with_one_field' told one-field 'i3lock sends the password'
one_text gtklock
check 'locker__with_one_field_for_both' told locker 'gtklock has one field'
two_texts xsecurelock
check 'locker__that_asks_both' told '' 'xsecurelock asks for the password, then for the code'
one_text xsecurelock
asks_one() { finds '' && ! grep -q 'xsecurelock asks for the pass' /tmp/check.json; }
check 'locker__that_asks_for_both_as_one' asks_one
two_texts hyprlock
check 'locker__whose_versions_differ' told locker-unknown 'versions of hyprlock'
two_texts kde
check 'locker__that_is_not_known' told locker-unknown \
    'not known whether kde asks'
locker xsecurelock 'auth sufficient OTP' 'auth required pam_unix.so'
not_judged() { ! finds '' && ! grep -q 'xsecurelock asks for the pass' /tmp/check.json; }
check 'locker__of_a_wrong_stack_is_not_judged' not_judged
mkdir -p /srv/other
echo 'store = /srv/other/store' >/srv/other/conf
otp-enroll --conf=/srv/other/conf init >/dev/null
locker xsecurelock 'auth requisite pam_unix.so' \
    'auth required OTP conf=/srv/other/conf'
check 'locker__with_another_store' told 'locker-store store-differs' \
    'names the store /srv/other/store, but xsecurelock does not run as root'
chown -R alice /srv/other/store
check 'locker__with_a_store_of_its_own' told store-differs 'Check that one too'
echo 'store = /var/lib/pam_otp' >/srv/other/conf
check 'locker__with_the_same_store' told '' 'xsecurelock asks'
two_texts xsecurelock

# --- The unit ---

# systemd SED...: what it says of the units, edited.
systemd() {
	cat >/usr/bin/systemctl <<-END
	#!/bin/sh
	test "\$1 \$2 \$3" = 'show --no-pager --' || exit 1
	case \$4 in
	*.service)
		sed -e 's/^X//' $* <<-LINES ;;
		LoadState=loaded
		ReadWritePaths=-/var/lib/pam_otp
		NoNewPrivileges=yes
		PrivateNetwork=yes
		ProtectHome=yes
		ProtectSystem=strict
		RestrictAddressFamilies=AF_UNIX
		TemporaryFileSystem=/run:ro
		CapabilityBoundingSet=
		LINES
	*)
		sed -e 's/^X//' $* <<-LINES ;;
		LoadState=loaded
		ActiveState=active
		UnitFileState=enabled
		LINES
	esac
	END
	chmod 755 /usr/bin/systemctl
}
systemd
check 'unit__as_it_is_installed' told '' 'pam_otpd answers'
systemd -e s/=enabled/=disabled/
check 'unit__that_is_not_enabled' told daemon-disabled \
    "systemctl enable pam_otpd-user.socket"
systemd -e s/=enabled/=disabled/ -e s/=active/=inactive/
check 'unit__that_is_not_used' told '' 'pam_otpd answers'
for line in PrivateNetwork=no NoNewPrivileges=no ProtectHome=read-only \
    ProtectSystem=full RestrictAddressFamilies='"AF_UNIX AF_INET"' \
    TemporaryFileSystem= CapabilityBoundingSet=cap_chown; do
	name=${line%%=*}
	systemd -e "'s/^$name=.*/$line/'"
	check "unit__with_another_$name" told daemon-sandbox \
	    "weaker than in its package: $name= was changed"
done
systemd -e s/ProtectHome=yes/ProtectHome=tmpfs/ \
    -e "'s|=/run:ro|=/run:ro /var/tmp:ro|'"
check 'unit__with_a_stronger_sandbox' told '' 'pam_otpd answers'
systemd -e /Protect/d
check 'unit__of_a_systemd_that_says_less' told '' 'pam_otpd answers'
systemd -e s/PrivateNetwork=yes/PrivateNetwork=no/ -e s/AF_UNIX/none/
check 'unit__with_two_changes' told daemon-sandbox \
    ': PrivateNetwork=, RestrictAddressFamilies= was changed'
systemd -e s/loaded/not-found/ -e s/strict/no/
check 'unit__that_is_not_there' told '' 'pam_otpd answers'
mkdir -p /srv/store /srv/sto
mount --bind /var/lib/pam_otp /srv/store
conf 'store = /srv/store'
systemd
check 'unit__without_the_store' told daemon-store \
    'pam_otpd.service cannot write to /srv/store'
for path in '-\/srv' '-\/var\/lib\/pam_otp -\/srv\/store' '\/nothing +\/srv'; do
	systemd -e "'s/^ReadWritePaths=.*/ReadWritePaths=$path/'"
	check "unit__with_the_store_in_$path" told '' 'pam_otpd answers'
done
systemd -e "'s/^ReadWritePaths=.*/ReadWritePaths=-\/srv\/sto/'"
check 'unit__with_a_folder_of_a_like_name' told daemon-store '/srv/store'
conf
umount /srv/store
printf '#!/bin/sh\nexit 1\n' >/usr/bin/systemctl
check 'unit__of_a_host_without_systemd' told '' 'pam_otpd answers'
rm /usr/bin/systemctl

# --- Who answers ---

# fakes KIND [USER]: at the socket of users; KIND is how it answers.
fakes() {
	rm -f /run/pam_otp/user
	python3 - "$1" "${2:-root}" <<-'END' &
	import os, pwd, socket, sys
	listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
	listener.bind('/run/pam_otp/user')
	os.chmod('/run/pam_otp/user', 0o666)
	os.setresuid(*[pwd.getpwnam(sys.argv[2]).pw_uid] * 3)
	listener.listen()
	open('/tmp/fakes', 'w').close()
	while True:
	    peer, _ = listener.accept()
	    asked = peer.recv(4096)
	    right = asked == b'pOTP\0\0\0\0'
	    if sys.argv[1] == 'other' and right:
	        peer.send(b'pOTP\3\0\0\0')
	    if sys.argv[1] == 'older' and right:
	        peer.send(b'pOTP\1\0\0\0')
	    if sys.argv[1] == 'rubbish' and right:
	        peer.send(b'pOTQ\2\0\0\0')
	    if sys.argv[1] == 'long' and right:
	        peer.send(b'pOTP\2\0\0\0\0')
	    if sys.argv[1] == 'ours' and right:
	        peer.send(b'pOTP\2\0\0\0')
	    peer.close()
	END
	fake=$!
	await test -e /tmp/fakes || return 1
	rm /tmp/fakes
}
unfake() {
	kill $fake
	wait $fake
}
otpd_end
two_texts xsecurelock
chmod 777 /tmp
fakes ours
check 'daemon__is_asked_for_its_version_alone' told '' \
    'answers at /run/pam_otp/user'
unfake
fakes other
check 'daemon__of_another_version' told daemon-version 'is another version'
unfake
fakes older
check 'daemon__of_an_older_version' told daemon-version 'is another version'
unfake
for kind in rubbish long nothing; do
	fakes $kind
	check "daemon__that_answers_$kind" told daemon \
	    'pam_otpd does not answer at /run/pam_otp/user. xsecurelock needs it'
	unfake
done
fakes ours daemon
check 'daemon__of_another_user' told daemon-foreign 'process of another user'
unfake
check 'daemon__that_is_gone' told daemon 'pam_otpd does not answer at'
stack sshd sshd-key
rm /etc/pam.d/xsecurelock
check 'daemon__that_is_gone_and_not_needed' told daemon \
    'programs that need it refuse every code'
rm /run/pam_otp/user
check 'daemon__is_not_needed' told '' 'sshd asks for a code'

finish
