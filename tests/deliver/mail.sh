# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Mail on the host of post.sh: a server on 127.0.0.1:2525 that keeps what it is
# given, and the two that hand to it.
#
#	mail_with msmtp|postfix	what sendmail is from now on
#	mail			what has come since the last call; waits for one
#	no_mail			whether nothing comes

mailbox=/tmp/mailbox
mail_read=0

python3 -c 'import aiosmtpd' 2>/dev/null ||
    ground_skip 'python3-aiosmtpd is not there'
mkdir $mailbox
mkfifo /tmp/mail-ready
python3 "$top_srcdir/tests/deliver/smtp_sink.py" 2525 $mailbox \
    >/tmp/mail-ready &
read -r mail_ready </tmp/mail-ready
test "$mail_ready" = ready || ground_skip 'no SMTP server to be had'

mail_with() {
	test "$(command -v postfix)" = '' || postfix stop 2>/dev/null
	rm -f /etc/pam_otp/mailto.conf
	case $1 in
	postfix) mail_postfix ;;
	msmtp) mail_msmtp ;;
	esac
}

mail_msmtp() {
	cat >/etc/msmtprc <<-'END'
	account default
	host 127.0.0.1
	port 2525
	from login@example.org
	END
	printf '%s\n' 'sendmail = /usr/bin/msmtp' 'from = login@example.org' \
	    >/etc/pam_otp/mailto.conf
}

# As the package's scripts leave it; its helpers are set-group-ID. The host may
# have the accounts.
mail_postfix() {
	if ! grep -qs '^relayhost = .*:2525$' /etc/postfix/main.cf; then
		grep -q ^postfix: /etc/passwd ||
		    echo 'postfix:x:796:796::/var/spool/postfix:/bin/false' \
			>>/etc/passwd
		grep -q ^postfix: /etc/group || echo postfix:x:796: >>/etc/group
		grep -q ^postdrop: /etc/group ||
		    echo postdrop:x:795: >>/etc/group
		ldconfig
		cp /usr/share/postfix/master.cf.dist /etc/postfix/master.cf
		cat >/etc/postfix/main.cf <<-'END'
		compatibility_level = 3.6
		myhostname = web1.example.org
		mydestination =
		inet_interfaces = loopback-only
		inet_protocols = ipv4
		relayhost = [127.0.0.1]:2525
		alias_maps =
		smtputf8_enable = no
		END
		touch /etc/postfix/dynamicmaps.cf
		postfix set-permissions >"$scratch/permissions" 2>&1
		chgrp postdrop /usr/sbin/postdrop /usr/sbin/postqueue
		chmod g+s /usr/sbin/postdrop /usr/sbin/postqueue
		postsuper -d ALL 2>/dev/null # of the host's own postfix
	fi
	postfix start 2>"$scratch/postfix"
}

mail() {
	mail_read=$((mail_read + 1))
	await test -e "$mailbox/$mail_read" || {
		mail_read=$((mail_read - 1))
		return 1
	}
	cat "$mailbox/$mail_read"
}

no_mail() {
	sleep 0.5
	test ! -e "$mailbox/$((mail_read + 1))"
}
