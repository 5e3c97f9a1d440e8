#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Commands that 'otp-enroll check' advises, run word for word on the host with the
# fault: the finding is gone then, there is no other, and nothing but what was
# wrong has changed. Every finding with a command is here, or is excused by name.

. "$(dirname "$0")/ground.sh"
needs jq sshd

person alice
person bob
enrol alice
cp -a /var/lib/pam_otp /tmp/good
cp -p /etc/passwd /etc/shadow /tmp
stack sshd sshd-key
cp -a /etc/pam.d /tmp/pam.d
# shellcheck disable=SC2154
good_secret=$secret modules=$(ground_modules)

fresh() {
	rm -rf /etc/pam.d /etc/nologin /var/lib/pam_otp/* /var/lib/pam_otp/.store
	cp -a /tmp/pam.d /etc/pam.d
	cp -p /tmp/passwd /tmp/shadow /etc
	cp -a /tmp/good/. /var/lib/pam_otp
	conf
	secret=$good_secret
}
# tree: every file that might change, with all that is known of it.
tree() {
	# Others' tests add to sudoers.d of the machine.
	find /etc /var/lib/pam_otp /home "$modules/pam_otp.so" \
	    -path /etc/sudoers.d -prune -o \
	    -printf '%p %M %U:%G %l\n' | sort
	find /var/lib /var /usr /run -maxdepth 1 -printf '%p %M %U:%G\n' |
	    sort
	find /etc /var/lib/pam_otp "$modules/pam_otp.so" \
	    -path /etc/sudoers.d -prune -o -type f \
	    -exec sha256sum {} + | sort -k 2
}
# examine USER: what is found worse than a note, and notes on the account.
examine() {
	otp-enroll check --json ${1:+"$1"} >/tmp/check.json
	jq -r '.findings[] | select(.level != "ok" and (.id | test(
	    "^(sshd|clock-uns|store-(in-memory|on-overlay))") | not)) |
	    .id' /tmp/check.json | sort -u | tr '\n' ' '
}
# advice ID [NUMBER]: the first command that it names, or that one.
advice() {
	jq -r --arg id "$1" '.findings[] | select(.id == $id) | .fix' \
	    /tmp/check.json | grep -o "'[^']*'" | sed -n "${2:-1}s/'//gp"
}
# obey COMMAND: on a terminal, as its owner would, who has the token.
obey() {
	echo "+ $1"
	case $1 in
	passwd*) talk 'ew password: ' "$password" 'ew password: ' \
	    "$password" -- sh -c "$1" ;;
	*)
		echo "$1" >/tmp/command
		status=0
		secret=$secret expect -f "$top_srcdir/tests/host/phone.exp" \
		    /tmp/command || status=$?
		;;
	esac
	same 0 "$status"
}
# cured ID USER CHANGED MAKE [NUMBER]: MAKE makes the finding, and the command
# advised takes it away; only files that match CHANGED are other ones then.
tried=
cured() {
	tried="$tried $1"
	check "advice__$1${5:+_$5}: $4" is_cured "$@"
}
is_cured() {
	fresh
	before=$(examine "$2")
	tree >/tmp/before
	$4 || return 1
	examine "$2" >/tmp/found
	cat /tmp/found
	grep -q -w -e "$1" /tmp/found || return 1
	command=$(advice "$1" ${5+"$5"})
	test -n "$command" && obey "$command" || return 1
	same "${after-$before}" "$(examine "$2")" || return 1
	tree >/tmp/after
	diff /tmp/before /tmp/after | grep '^[<>]' |
	    grep -vE "^[<>] ([0-9a-f]{64}  )?(${3:-none})( |\$)" >/tmp/changed
	empty cat /tmp/changed
}
# What the state file of alice has is not what is wrong, but changes.
state=/var/lib/pam_otp/state/alice
uid=/var/lib/pam_otp/uid/2001
seed=/var/lib/pam_otp/seed/alice
shadow='/etc/(shadow|passwd)-?'

# --- Modes and owners --------------------------------------------------------

seed_open() { chmod 644 $seed; }
seed_writable() { chmod 666 $seed; }
store_writable() { chmod 777 /var/lib/pam_otp; }
part_writable() { chmod 775 /var/lib/pam_otp/state; }
above_writable() { chmod 777 /var/lib; }
far_above_writable() { chmod 775 /var; }
conf_writable() { chmod 666 /etc/security/pam_otp.conf; }
for make in seed_open seed_writable store_writable part_writable \
    above_writable far_above_writable conf_writable; do
	cured mode alice '' $make
done
seed_taken() { chown daemon $seed; }
part_taken() { chown daemon /var/lib/pam_otp/seed; }
store_taken() { chown daemon:daemon /var/lib/pam_otp; }
above_taken() { chown daemon /var/lib; }
for make in seed_taken part_taken store_taken above_taken; do
	cured owner alice '' $make
done
readable() { chmod 755 /var/lib/pam_otp; }
readable_part() { chmod 711 /var/lib/pam_otp/state; }
cured store-readable alice '' readable
cured store-readable alice '' readable_part
left_over() { echo otpauth:// >/var/lib/pam_otp/seed/.alice.new; }
cured left-over alice '' left_over
module_open() { chmod go+w "$modules/pam_otp.so"; }
module_taken() { chown daemon "$modules/pam_otp.so"; }
cured module-writable alice '' module_open
cured module-writable alice '' module_taken
read_only() { mount -o remount,ro /var/lib/pam_otp; }
cured store-read-only alice '' read_only

# --- Seed and state ----------------------------------------------------------

state_cut() { : >$state; }
state_gone() { rm $state; }
seed_gone() { rm $seed; }
seed_junk() { echo junk >$seed; }
other_uid() { usermod -u 2999 alice; }
marker_cut() { printf 'pam_otp store 1' >/var/lib/pam_otp/.store; }
cured checksum alice "$state|$seed" state_cut
cured no-state alice $state state_gone
cured no-seed alice "$state|$seed" seed_gone
not_enrolled='not-enrolled '
after=$not_enrolled
cured no-seed alice "$state|$seed|$uid" seed_gone 2
unset after
cured parse alice "$state|$seed" seed_junk
cured uid alice "$state|$shadow|/home/alice|$uid|/var/lib/pam_otp/uid/2999" \
    other_uid
cured store-version alice '' marker_cut
unenrolled() { rm $seed $state; }
cured not-enrolled alice "$state|$seed" unenrolled
used_up() {
	sed -i '/^recovery/d' $seed
	otp-enroll adopt alice
}
cured no-recovery alice "$state|$seed" used_up
wrong_codes() { guess alice 6 || true; }
cured blocked alice $state wrong_codes
locked_out() {
	conf 'lock_after = 10' 'delay_after = 10'
	guess alice 10 || true
}
cured locked-out alice "$state|/etc/security/pam_otp.conf" locked_out
renamed() { sed -i 's/^bob:/robert:/; s/^alice:/bob:/' /etc/passwd /etc/shadow; }
after=
cured renamed bob \
    "$shadow|$seed|$state|$uid|/var/lib/pam_otp/(seed|state)/bob" renamed
unset after
suspend() { otp-enroll suspend alice; }
cured suspended alice $state suspend

invited_long_ago() {
	otp-enroll invite --print bob &&
	    sed -i 's/^\(invite:.*:\)[0-9]*$/\11700000000/' \
		/var/lib/pam_otp/seed/bob
}
after='invited ' # a note
cured invited bob '/var/lib/pam_otp/(seed|state)/bob' invited_long_ago
unset after
exempted() { otp-enroll exempt alice --until=30d --reason=phone; }
cured exempt alice $state exempted
lock() {
	"$top_builddir/tests/tool/poke" lock $state >/tmp/locked &
	until grep -q . /tmp/locked; do sleep 0.02; done
}
cured lock-timeout alice '' lock
unmounted() {
	store_unmount
	chmod 700 /var/lib/pam_otp
}
after=$not_enrolled
cured no-store alice '/var/lib/pam_otp.*' unmounted
unset after
rm -rf /var/lib/pam_otp/* /var/lib/pam_otp/.store
store_mount

# --- The system's records of the account -------------------------------------

closed() { echo 'Back at noon.' >/etc/nologin; }
cured nologin alice '' closed
expired() { chage -E 2020-01-31 alice; }
cured account-expired alice "$shadow" expired
old_password() { chage -d 2020-01-01 -M 30 -I 7 alice; }
cured password-expired alice "$shadow" old_password
password_empty() { passwd -q -d alice; }
cured password-empty alice "$shadow" password_empty
password_locked() { usermod -L alice; }
cured password-locked alice "$shadow" password_locked
password_none() { usermod -p '!' alice; }
cured no-password alice "$shadow" password_none
shell_none() { usermod -s /usr/sbin/nologin alice; }
shell_gone() { sed -i 's,^\(alice:.*:\)/bin/sh,\1/bin/none,' /etc/passwd; }
cured shell alice "$shadow" shell_none
cured shell alice "$shadow" shell_gone

# --- Codes that are sent -----------------------------------------------------

mkdir -p /run/pam_otp /etc/pam_otp/deliver.d
ln -s /bin/true /etc/pam_otp/deliver.d/signal
cp /bin/true /etc/pam_otp/deliver.d/sms
python3 - /run/pam_otp/deliver <<-'END' &
	import socket, sys, time
	listener = socket.socket(socket.AF_UNIX)
	listener.bind(sys.argv[1])
	listener.listen()
	time.sleep(600)
END
until [ -S /run/pam_otp/deliver ]; do sleep 0.02; done
chmod 600 /run/pam_otp/deliver
# sends URI [LINE]...: sshd does, and alice has this address.
sends() {
	uri=$1
	shift
	conf "$@"
	sed -i 's/pam_otp\.so/& deliver=yes/' /etc/pam.d/sshd
	echo "deliver:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ:$uri" >>$seed
	otp-enroll adopt alice
}
changed="/etc/pam.d/sshd|/etc/security/pam_otp.conf|$seed|$state"
socket_open() { sends signal:x && chmod 666 /run/pam_otp/deliver; }
socket_taken() { sends signal:x && chown daemon /run/pam_otp/deliver; }
cured delivery-open alice "$changed" socket_open
cured delivery-open alice "$changed" socket_taken
program_open() {
	sends sms:+491701234567 'sms_prefixes = +49' &&
	    chmod 666 /etc/pam_otp/deliver.d/sms
}
program_taken() {
	sends sms:+491701234567 'sms_prefixes = +49' &&
	    chown daemon /etc/pam_otp/deliver.d/sms
}
chmod 755 /etc/pam_otp/deliver.d/sms
cured delivery-program alice "$changed" program_open
cured delivery-program alice "$changed" program_taken
folder_open() {
	sends signal:x && chmod 777 /etc/pam_otp/deliver.d
}
folder_taken() {
	sends signal:x && chown daemon /etc/pam_otp
}
cured delivery-folder alice "$changed" folder_open
cured delivery-folder alice "$changed" folder_taken
abroad() { sends sms:+5312345678 'sms_prefixes = +49'; }
cured sms-prefixes alice "$changed" abroad

# --- A name that the shell would not take as it is ---------------------------

quoted() {
	mkdir -p /srv
	chmod 755 /srv
	echo 'store = /srv/my store `id`/x' >/etc/security/pam_otp.conf
	mkdir '/srv/my store `id`'
	chmod 777 '/srv/my store `id`'
	examine
	command=$(advice mode)
	same 'chmod go-w "/srv/my store \`id\`"' "$command" &&
	    obey "$command" &&
	    same 755 "$(stat -c %a '/srv/my store `id`')"
}
check 'advice__is_quoted_for_the_shell' quoted
fresh

# --- Every finding with a command is here ------------------------------------

# What looks and changes nothing, and what is a line of a file.
looks='otp-enroll (check|verify)|sudo otp-enroll check|df|ausearch|dmesg|getent|journalctl|timedatectl$|chronyc|ps ax|sshd -[tT]|ulimit|lsattr|findmnt|systemctl reload'
# Excused: selinux-label (no SELinux here), clock, clock-wrong and fleet-clock (the
# clock is that of the machine), store-copy-on-write (no btrfs here), lengths (which
# token is a person's choice); clock-behind, counter-unknown and state-version are
# what check.sh beside this, tool/check.sh and tool/advice.sh try, and fleet-empty,
# fleet-version and rolled-back what fleet/check.sh tries, moving what fleet/move.sh
# tries.
excused='moving selinux-label clock clock-wrong fleet-clock fleet-empty fleet-version
rolled-back store-copy-on-write lengths clock-behind counter-unknown state-version full limit'
commands='otp-enroll|ch(own|mod|attr|age|sh)|mount|restorecon|date|rm|kill|passwd|usermod|echo|timedatectl|sudo|df'

# advised FILE START: "ID COMMAND" of each row that begins with START in FILE.
advised() {
	tr -d '\n' <"$1" | sed 's/"[ 	]*"//g' | tr '\t' ' ' |
	    sed "s/\\[$2/\\n/g" | sed -n "s/^\\([A-Z_]*\\)\\] = \\(.*\\)/\\1 \\2/p" |
	    while read -r name row; do
		id=$(echo "$name" | tr 'A-Z_' 'a-z-')
		test "$2" = OTP_ERR_ ||
		    id=$(echo "$row" | sed 's/^{ *"\([a-z-]*\)".*/\1/')
		echo "$row" | sed 's/.*N_(//' | grep -oE "'($commands)[^']*'" |
		    tr -d "'" | grep -vE "^($looks)" | sed "s|^|$id |"
	done
}
everything() {
	advised "$top_srcdir/otp-enroll/check/finding_table.c" OTP_FOUND_
	advised "$top_srcdir/otp-enroll/cli/fault.c" OTP_ERR_
	sed -n "s/.*return N_(\"Run '\([^']*\)'\..*/mode \1/p" \
	    "$top_srcdir/otp-enroll/cli/fault.c"
}
untried() {
	everything | cut -d ' ' -f 1 | sort -u | while read -r id; do
		# shellcheck disable=SC2086,SC2116
		case " $(echo $tried $excused) " in
		*" $id "*) ;;
		*) everything | grep "^$id " ;;
		esac
	done
}
check 'advice__can_be_read' test "$(everything | wc -l)" -ge 30
check 'advice__is_tried_for_every_finding_with_a_command' empty untried
excuse() {
	excused=$(echo "$excused" | sed 's/ clock-wrong//')
	untried | grep -q '^clock-wrong '
}
check 'advice__flags_one_that_is_not_tried' excuse

finish
