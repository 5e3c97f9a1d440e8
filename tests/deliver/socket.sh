#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The socket: as pam_otp_deliver(5) has it without systemd, with socat; and as
# systemd has it with Accept=yes, by the program that it tries sockets with.

. "$(dirname "$0")/post.sh"
needs socat
socket=/run/pam_otp/deliver
mkdir -m 777 /tmp/out
program mailto <<'END'
#!/bin/sh
cat >>/tmp/out/sent
END

# The display of this name in the page, which is one command of a shell.
command=$(awk '/^\.\\" tried: / { name = $3 }
    /^\.(Bd|Dl)/ { shown = name == "socat"; next }
    /^\.Ed/ { name = ""; shown = 0 }
    shown' "$top_srcdir/man/pam_otp_deliver.5" |
    sed -e 's/^# //' -e 's/\\e$/\\/' -e "s|/usr/libexec/pam_otp|$libexec|")
check 'page__has_a_command' test -n "$command"

listening() {
	await test -S $socket
}
# sends [COUNT]: that many messages, which all arrive.
sends() {
	rm -f /tmp/out/sent
	forget
	logged >"$scratch/earlier"
	frame >"$scratch/frame"
	for i in $(seq "${1:-1}"); do
		socat -u "$scratch/frame" "UNIX-CONNECT:$socket" &
		senders="${senders-} $!"
	done
	# shellcheck disable=SC2086
	wait $senders
	senders=
	arrive "${1:-1}"
}
arrived() {
	test "$(grep -c 4821 /tmp/out/sent 2>/dev/null)" = "$1"
}
# arrive COUNT: and as many lines.
arrive() {
	await arrived "$1" || return 1
	sleep 0.2
	same "$1" "$(logged 'otp-deliver: result=delivered' | wc -l)"
}
alone() {
	same '600 root' "$(stat -c '%a %U' $socket)" &&
	    ! as_deliver socat -u "$scratch/frame" "UNIX-CONNECT:$socket"
}
# A frame that is written without waiting, by a sender that is gone at once.
gone() {
	rm -f /tmp/out/sent
	logged >"$scratch/earlier"
	python3 - $socket "$scratch/frame" <<-'END'
	import socket, sys
	sender = socket.socket(socket.AF_UNIX)
	sender.setblocking(False)
	sender.connect(sys.argv[1])
	sender.send(open(sys.argv[2], "rb").read())
	END
	arrive 1
}
refuses() {
	logged >"$scratch/earlier"
	head -c 5000 /dev/zero | socat -u - "UNIX-CONNECT:$socket"
	sleep 0.5
	same 1 "$(logged 'otp-deliver: result=undelivered reason=frame' |
	    wc -l)"
}

sh -c "exec $command" &
listener=$!
check 'socat__listens' listening
check 'socat__delivers_a_message' sends
check 'socat__delivers_many_at_once' sends 40
check 'socat__is_for_root_alone' alone
check 'socat__takes_a_message_of_a_sender_that_is_gone' gone
check 'socat__passes_on_what_is_no_frame' refuses
check 'socat__runs_otp_deliver_as_its_user' test \
    "$(stat -c %U $post_state/limits)" = $post_user
kill $listener
wait $listener
rm -f $socket

if ! have systemd-socket-activate; then
	skip 'systemd' 'there is no systemd-socket-activate'
	finish
fi
# (It has no user; the unit has.)
(umask 0177 && exec systemd-socket-activate --accept --inetd -l $socket \
    setpriv --reuid $post_user --regid $post_user --init-groups \
    "$libexec/otp-deliver") 2>/tmp/activated &
listener=$!
check 'systemd__listens' listening
check 'systemd__delivers_a_message' sends
check 'systemd__delivers_many_at_once' sends 40
check 'systemd__takes_a_message_of_a_sender_that_is_gone' gone
check 'systemd__passes_on_what_is_no_frame' refuses
kill $listener

finish
