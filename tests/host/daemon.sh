#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# pam_otpd where something that it needs never answers: the user database, and the
# log. Its callers are a server with a user of its own.

. "$(dirname "$0")/ground.sh"
needs setpriv python3

daemon=$top_builddir/pam_otpd/pam_otpd
sed -i '/^pam_otp:/d' /etc/group
echo 'vpn:x:797:797::/:/usr/sbin/nologin' >>/etc/passwd
printf '%s\n' 'vpn:x:797:' 'pam_otp:x:796:vpn' >>/etc/group
# shellcheck disable=SC2086
${CC:-cc} -shared -fPIC -O -D_GNU_SOURCE -I "$top_builddir" \
    -o /usr/lib/libnss_stuck.so.2 "$top_srcdir/tests/host/nss_stuck.c" ||
    ground_skip 'no user database to be had'
sed -i 's/^passwd:.*/passwd: files stuck/' /etc/nsswitch.conf
conf
otpd_start
person alice
enrol alice --hotp
mkdir -m 755 /tmp/pam.d
echo 'auth required pam_otp.so' >/tmp/pam.d/vpn
cp /tmp/pam.d/vpn /tmp/pam.d/other
cp "$top_builddir/tests/lib/login" "$scratch/login"
chmod 755 "$scratch"

# as_vpn USER CODE: its login; $took is how many seconds it took.
as_vpn() {
	began=$(date +%s)
	setpriv --reuid vpn --regid vpn --init-groups \
	    "$scratch/login" /tmp/pam.d vpn "$1" "$2" >"$scratch/shown.$1" 2>&1
	as_status=$?
	took=$(($(date +%s) - began))
	cat "$scratch/shown.$1"
	echo "[status $as_status, $took s]"
	return $as_status
}
counter=0
# served: alice, within 5 seconds.
served() {
	counter=$((counter + 1))
	as_vpn alice "$(hotp $((counter)))" && test $took -le 5
}
# children: how many processes answer, are kept, or are ready.
children() {
	wc -w <"/proc/$served/task/$served/children"
}

# Callers of "user" whom no user database knows: of the uids from 100000 on, it fails;
# of 200000, it never answers.
cat >/tmp/strangers.py <<'END'
import os, socket, struct, sys
def request(verb, uid, *fields):
    data = bytearray(2480)
    struct.pack_into("<4sIIIII", data, 0, b"pOTP", 1, verb, 2480, 0, uid)
    data[80:88] = b"stranger"
    for offset, value in fields:
        data[offset:offset + len(value)] = value
    return bytes(data)
def ask(uid, data):
    caller = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    os.seteuid(uid)
    caller.connect("/run/pam_otp/user")
    os.seteuid(0)
    caller.send(data)
    return caller
def error(caller):
    answer = caller.recv(4096)
    return struct.unpack_from("<IiI", answer, 16) if answer else None
if sys.argv[1] == "many":
    # Each asks to forget its devices, which is counted as a try is.
    waiting = []
    for uid in range(100000, 100000 + 1100):
        waiting.append(ask(uid, request(5, uid, (432, b"\1"))))
        if len(waiting) == 40:
            error(waiting.pop(0))
    print("last:", [error(caller) for caller in waiting][-1])
else:
    put = request(8, 200000, (981, b"a secret"), (1001, b"123456"))
    for i in range(4):
        print("put:", error(ask(200000, put)))
END
strangers() {
	python3 /tmp/strangers.py puts >/tmp/puts 2>&1 &
	puts=$!
	python3 /tmp/strangers.py many
	setpriv --reuid alice --regid alice --clear-groups \
	    otp-enroll devices --forget=all
}
check 'daemon__serves' served
check 'daemon__keeps_places_for_those_it_knows' strangers
# Three puts an hour can succeed; of these, none could: each error is another.
puts() {
	wait $puts
	cat /tmp/puts
	same 4 "$(grep -c '^put: (' /tmp/puts)" &&
	    same 1 "$(sort -u /tmp/puts | wc -l)"
}
check 'daemon__counts_no_put_that_a_database_ended' puts
stuck() {
	for try in 1 2; do
		as_vpn stuck 123456 >"$scratch/stuck.$try" 2>&1 &
		stuck_pids="${stuck_pids-} $!"
	done
	sleep 1
	served
}
check 'daemon__serves_others_while_a_database_does_not_answer' stuck
ends() {
	# shellcheck disable=SC2086
	wait $stuck_pids
	cat "$scratch/stuck.1" "$scratch/stuck.2"
	grep -q 'detail=user-database' "$scratch/stuck.1" &&
	    grep -q 'detail=user-database' "$scratch/stuck.2" &&
	    ! grep -E ', (1[3-9]|[2-9][0-9]) s\]' "$scratch/stuck.1"
}
check 'daemon__ends_what_waits_for_a_database' ends
sleep 1
# One that is kept for vpn, and one that is ready.
check 'daemon__has_no_process_left_that_waits' same 2 "$(children)"

# The log is stopped, and full: as many lines as fit were sent to it.
fills() {
	kill -STOP "$log_pid"
	python3 - <<-'END'
	import socket
	log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	log.setblocking(False)
	log.connect("/dev/log")
	try:
	    while True:
	        log.send(b"<15>ground: full")
	except BlockingIOError:
	    pass
	END
}
log_pid=$(pgrep -x logsink)
check 'log__is_full' fills
# A request that is not allowed has its line from the process that accepts.
refused() {
	! as_vpn root 123456 && grep -q 'reason=denied' "$scratch/shown.root" &&
	    served
}
check 'daemon__serves_while_the_log_is_full' refused
kill -CONT "$log_pid"
check 'daemon__logs_again' served
logs() {
	logged 'pam_otpd: result=accepted reason=ok user=alice service=vpn'
}
check 'daemon__line_is_in_the_log' logs
otpd_end
finish
