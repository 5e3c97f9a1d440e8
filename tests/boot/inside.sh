#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What boot.sh runs on the booted system, as root, in a unit of its own.

top_srcdir=/
top_builddir=/
. /tests/check/lib.sh

failed_units() {
	systemctl list-units --failed --plain --no-legend
}

# --- A user, and a login that asks for a code ---------------------------------

postconf -e mydestination=localhost inet_interfaces=loopback-only \
    inet_protocols=ipv4 alias_maps= smtputf8_enable=no
systemctl restart postfix
useradd -m -s /bin/sh alice
echo alice:otter | chpasswd
cat >/etc/pam.d/sshd <<'END'
auth	requisite	pam_unix.so
auth	required	pam_otp.so deliver=yes
account	required	pam_unix.so
session	required	pam_unix.so
END
echo 'KbdInteractiveAuthentication yes' >/etc/ssh/sshd_config.d/otp.conf
systemctl restart ssh

# newest: the code of the last mail to alice, once it is there.
cat >/usr/local/bin/newest <<'END'
#!/bin/sh
for try in $(seq 600); do
	code=$(sed -n 's/^\([0-9]\{4\}\) \([0-9]\{4\}\) is your code.*/\1\2/p' \
	    /var/mail/alice 2>/dev/null | tail -n 1)
	test -z "$code" || break
	sleep 0.1
done
echo "$code"
END
chmod 755 /usr/local/bin/newest
cat >/usr/local/bin/log-in <<'END'
#!/usr/bin/expect
set timeout 120
spawn ssh -o StrictHostKeyChecking=no -o LogLevel=ERROR alice@localhost id -un
expect "Password: " { send "otter\r" }
expect "(or \"send\"): " { send "send\r" }
expect "Code from message " { send "[exec /usr/local/bin/newest]\r" }
expect "\nalice" { exit 0 } timeout { exit 1 } eof { exit 1 }
END
chmod 755 /usr/local/bin/log-in

# logged MATCH PATTERN: in the journal, sooner or later.
logged() {
	await in_journal "$1" "$2" || {
		tail -n 5 "$scratch/journal"
		return 1
	}
}
in_journal() {
	journalctl -q -o cat "$1" >"$scratch/journal"
	grep -E "$2" "$scratch/journal"
}

. /tests/boot/deliver.sh
. /tests/boot/daemon.sh
finish
