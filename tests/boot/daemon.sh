# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# pam_otpd, behind its socket units and in its sandbox.

sockets='pam_otpd-root.socket pam_otpd-service.socket pam_otpd-user.socket'

units_are() {
	for unit in $sockets; do
		same "$1" "$(systemctl "is-$2" "$unit")" || return 1
	done
}
check 'otpd__is_off_until_the_administrator_wants_it' units_are disabled enabled
check 'otpd__is_enabled_for_users' systemctl enable --now pam_otpd-user.socket
user_alone() {
	perl -MSocket -e 'socket(my $s, PF_UNIX, SOCK_SEQPACKET, 0) or die;
	    connect($s, pack_sockaddr_un("/run/pam_otp/user")) or die; send($s, "x", 0);
	    sysread($s, my $answer, 1) and die'
	same user "$(cd /run/pam_otp && ls | grep -v deliver)"
}
check 'otpd__has_no_socket_that_is_not_enabled' user_alone
systemctl stop pam_otpd.service
# shellcheck disable=SC2086
check 'otpd__is_enabled' systemctl enable --now $sockets
check 'otpd__has_sockets_for_root_the_group_and_all' same \
    '600 root root root
660 root pam_otp service
666 root root user' "$(cd /run/pam_otp && stat -c '%a %U %G %n' root service user)"
check 'otpd__has_a_group_without_members' \
    same 'pam_otp:x::' "$(getent group pam_otp | sed 's/:[0-9]*:/::/')"
check 'otpd__runs_only_when_asked' \
    same inactive "$(systemctl is-active pam_otpd.service)"

useradd -M -G pam_otp radius
useradd -M bob
cat >/etc/pam.d/locker <<'END'
auth	required	pam_otp.so nodelay
account	required	pam_permit.so
END
otp-enroll remove alice --purge </dev/null >/dev/null 2>&1
otp-enroll new alice --no-confirm --print --hotp >/var/lib/probed/token
secret=$(sed -n 's/^  Key *//p' /var/lib/probed/token | tr -d ' ')
counter=0
# code: the next one.
code() {
	code=$(oathtool --hotp -b -c $counter "$secret")
	counter=$((counter + 1))
}
# as USER CODE: a program of this user's, about alice.
as() {
	echo "$2" | setpriv --reuid="$1" --regid="$1" --init-groups \
	    pamtester locker alice authenticate 2>&1
}
by_user() {
	code
	as alice "$code"
}
check 'otpd__lets_in_an_ordinary_users_program' by_user
check 'otpd__says_in_the_journal_who_asked' logged SYSLOG_IDENTIFIER=pam_otpd \
    "result=accepted .*user=alice .*socket=user .*peer_uid=$(id -u alice)"
check 'otpd__takes_a_code_once' says_no as alice "$code"
by_others() {
	code
	as bob "$code"
	status=$?
	counter=$((counter - 1))
	test $status != 0
}
check 'otpd__lets_nobody_try_for_another_user' by_others
by_service() {
	code
	as radius "$code"
}
check 'otpd__lets_in_by_a_server_of_the_group' by_service

# --- The sandbox --------------------------------------------------------------

# No program can be executed in it, and so it is looked at from outside.
pid=$(systemctl show -P MainPID pam_otpd.service)
# A stand-in for the socket of a container engine.
echo >/run/docker.sock
inside=/proc/$pid/root
unreachable() {
	for file in /run/systemd/private /run/systemd/notify \
	    /run/systemd/journal/socket /run/dbus/system_bus_socket \
	    /run/docker.sock /run/user /run/sshd /home/alice /root/debs \
	    /etc/shadow /etc/gshadow /etc/ssh/sshd_config; do
		test ! -s "$inside$file" && test ! -S "$inside$file" &&
		    test ! -e "$inside$file/." || echo "$file"
	done
	for folder in /etc /run /run/pam_otp /usr /var/lib /dev/shm; do
		touch "$inside$folder/probe" 2>/dev/null && echo "writes $folder"
	done
	grep -vE '^ *(lo:|Inter| face)' "/proc/$pid/net/dev"
	grep -E '^Cap(Inh|Prm|Eff|Bnd|Amb):' "/proc/$pid/status" |
	    grep -v '	0000000000000000$'
	grep -xE 'NoNewPrivs:	0|Seccomp:	[01]' "/proc/$pid/status"
	true
}
check 'otpd__runs' test "$pid" -gt 0
check 'otpd__reaches_nothing_outside_its_sandbox' empty unreachable
check 'otpd__has_the_log_in_it' test -S "$inside/run/systemd/journal/dev-log"
check 'otpd__has_the_store_in_it' test -w "$inside/var/lib/pam_otp/state"
check 'otpd__can_execute_nothing' says_no nsenter -t "$pid" -m true
check 'otpd__has_a_sandbox_that_systemd_rates_1_or_less' \
    systemd-analyze security --no-pager --threshold=10 pam_otpd.service

# drawn SOCKET: the modules in a side of a QR code that is asked for there; 0: none.
drawn() {
	perl -MSocket -e '
		my ($path, $user, $uid) = @ARGV;
		my $text = "otpauth://totp/web1:$user?secret=" .
		    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
		my $asked = pack("a4V3x4Vx56a256a96a2048", "pOTP", 1, 11, 2480,
		    $uid, $user, "sshd", $text);
		socket(my $s, PF_UNIX, SOCK_SEQPACKET, 0) or die;
		connect($s, pack_sockaddr_un($path)) or die;
		defined(send($s, $asked, 0)) or die;
		recv($s, my $answer, 4096, 0);
		print unpack("x884V", $answer), "\n";' "$1" alice "$(id -u alice)"
}
check 'otpd__draws_in_its_sandbox' same 33 "$(drawn /run/pam_otp/root)"
check 'otpd__draws_on_no_socket_of_users' same 0 "$(drawn /run/pam_otp/user)"

# --- Starts and restarts ------------------------------------------------------

# hostile COUNT: so many connections with a message that is none, each to a daemon
# that was just killed; prints how many were served.
hostile() {
	perl -MSocket -e '
		my $served = 0;
		for (1 .. shift) {
			system("systemctl", "kill", "-s", "KILL",
			    "pam_otpd.service");
			socket(my $s, PF_UNIX, SOCK_SEQPACKET, 0) or die;
			connect($s, pack_sockaddr_un("/run/pam_otp/user")) or next;
			send($s, "x", 0);
			my $set = "";
			vec($set, fileno($s), 1) = 1;
			$served++ if select($set, undef, undef, 10) &&
			    !sysread($s, my $answer, 1);
		}
		print "$served\n";' "$1"
}
starts=40
test "$LONG" != yes || starts=200
check 'otpd__is_started_however_often_it_dies' same $starts "$(hostile $starts)"
check 'otpd__keeps_its_sockets' units_are active active

# Tries by servers meanwhile: each has an answer.
restarted() {
	for i in 1 2 3 4 5 6 7 8; do
		as radius 000000 >"$scratch/answer$i" &
		tries="${tries-} $!"
		test $((i % 3)) != 0 || systemctl restart pam_otpd.service
	done
	# shellcheck disable=SC2086
	wait $tries
	cat "$scratch"/answer*
	same 8 "$(cat "$scratch"/answer* | grep -c 'Authentication failure')"
}
check 'otpd__answers_all_who_ask_during_a_restart' restarted
check 'otpd__leaves_the_account_to_root' otp-enroll unlock alice
check 'otpd__lets_in_after_all_that' by_user
checked() {
	otp-enroll check --json >/root/check.json
	grep -q 'pam_otpd answers' /root/check.json &&
	    says_no grep -o '"daemon-[a-z]*"' /root/check.json
}
check 'otpd__is_as_otp_enroll_check_expects' checked

# --- A user's own mail address ------------------------------------------------

rm -f /var/mail/alice
# Her program is asked for a code of her token, and then for that of the mail.
adds_address() {
	code
	{
		echo "$code"
		/usr/local/bin/newest
	} | setpriv --reuid=alice --regid=alice --init-groups \
	    otp-enroll address --add=alice@localhost >"$scratch/added" 2>&1
	cat "$scratch/added"
	grep -q '^Codes of alice can be sent to a\*\*\*@localhost\.$' \
	    "$scratch/added"
}
check 'otpd__adds_an_address_whose_mail_arrives' adds_address
check 'otpd__says_in_the_journal_that_it_did' logged SYSLOG_IDENTIFIER=pam_otpd \
    "action=address-added user=alice .*socket=user .*peer_uid=$(id -u alice)"
# The next message leaves half a minute later at the earliest.
sleep 31
rm -f /var/mail/alice
check 'otpd__address_gets_the_code_of_a_login' /usr/local/bin/log-in
no_address_logged() {
	journalctl -q -o cat SYSLOG_IDENTIFIER=pam_otpd \
	    SYSLOG_IDENTIFIER=otp-deliver >"$scratch/journal"
	grep -q action=address-added "$scratch/journal" &&
	    grep -q result=delivered "$scratch/journal" &&
	    sed -n /alice@localhost/p "$scratch/journal"
}
check 'otpd__and_otp_deliver_log_no_address' empty no_address_logged
