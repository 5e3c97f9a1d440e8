# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# otp-deliver, behind its socket unit and in its sandbox.

socket=/run/pam_otp/deliver

check 'deliver__is_off_until_the_administrator_wants_it' \
    same disabled "$(systemctl is-enabled pam_otp-deliver.socket)"
check 'deliver__is_enabled_as_the_page_says' \
    systemctl enable --now pam_otp-deliver.socket
check 'deliver__has_a_socket_that_is_roots_alone' \
    same '600 root root' "$(stat -c '%a %U %G' $socket)"
check 'deliver__has_a_folder_that_is_its_users' \
    same '700 pam_otp_deliver' "$(stat -c '%a %U' /run/pam_otp-deliver)"

enrolled() {
	otp-enroll new alice --no-confirm --print >/dev/null &&
	    echo 'deliver:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ:mailto:alice@localhost' \
	        >>/var/lib/pam_otp/seed/alice && otp-enroll adopt alice
}
check 'deliver__has_a_user_with_an_address' enrolled
check 'deliver__lets_in_by_a_code_that_came_by_mail' /usr/local/bin/log-in

check 'deliver__says_in_the_journal_what_it_did' logged SYSLOG_IDENTIFIER=otp-deliver \
    'result=delivered kind=code user=alice service=sshd .*method=mail'
units() {
	journalctl -q -o json SYSLOG_IDENTIFIER=otp-deliver >"$scratch/journal"
	grep -E '"_SYSTEMD_UNIT":"pam_otp-deliver@' "$scratch/journal" |
	    grep "\"_UID\":\"$(id -u pam_otp_deliver)\""
}
check 'deliver__ran_in_its_unit_as_its_user' units

# --- The sandbox, as a program in it sees it ----------------------------------

mkdir -m 777 /var/lib/probed
mkdir -p /etc/pam_otp/deliver.d
touch /tmp/of-the-host
cat >/etc/pam_otp/deliver.d/probe <<'END'
#!/bin/sh
# Each line: what cannot be reached, if it can be.
exec >/var/lib/probed/new 2>/dev/null
for file in /etc/shadow /etc/gshadow /etc/ssh/sshd_config /var/lib/pam_otp/.store \
    /home/alice /tmp/of-the-host /proc/meminfo /proc/1/status /root/debs; do
	test ! -r "$file" && test ! -s "$file" || echo "$file"
done
for folder in /etc/ssh /var/lib/pam_otp /home; do
	test "$(stat -c %a $folder)" = 0 || echo "$folder"
done
touch /usr/local/probe && echo /usr
touch /etc/pam_otp/probe && echo /etc
grep -E '^Cap(Bnd|Prm|Eff):' /proc/self/status | grep -v '	0000000000000000$'
test "$(ulimit -c)" = 0 || echo core
test "$(id -un)" = pam_otp_deliver || id
test "$(umask)" = 0077 || umask
echo whole
mv /var/lib/probed/new /var/lib/probed/seen
END
chmod 755 /etc/pam_otp/deliver.d/probe
send_probe() {
	rm -f /var/lib/probed/seen
	sed -i 's/^deliver:.*/deliver:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ:probe:x/' \
	    /var/lib/pam_otp/seed/alice
	otp-enroll adopt alice && otp-enroll address alice --test
	await test -e /var/lib/probed/seen
	same whole "$(cat /var/lib/probed/seen)"
}
check 'deliver__reaches_nothing_outside_its_sandbox' send_probe

# --- Many connections ---------------------------------------------------------

# idle COUNT: so many connections that say nothing; prints how many were closed.
idle() {
	perl -MSocket -e '
		my ($count, $path) = @ARGV;
		for my $i (1 .. $count) {
			socket($s[$i], PF_UNIX, SOCK_STREAM, 0) or die;
			connect($s[$i], pack_sockaddr_un($path)) or die;
		}
		sleep 3;
		my $closed = 0;
		for my $i (1 .. $count) {
			my $set = "";
			vec($set, fileno($s[$i]), 1) = 1;
			$closed++ if select($set, undef, undef, 0);
		}
		print "$closed\n";' "$1" $socket
}
check 'deliver__takes_64_connections_and_no_more' same 6 "$(idle 70)"
# A connection that comes before the last of these is gone is one too many.
goes_on() {
	await no_instances && send_probe
}
no_instances() {
	empty systemctl list-units --plain --no-legend 'pam_otp-deliver@*'
}
check 'deliver__goes_on_after_that' goes_on
check 'deliver__leaves_no_failed_unit' empty failed_units
