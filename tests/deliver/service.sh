#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# A server with a user of its own, which reaches the store through pam_otpd: a
# code comes by mail, and the owner is told of a wrong code.

. "$(dirname "$0")/post.sh"
. "$top_srcdir/tests/deliver/mail.sh"
needs socat
needs msmtp

mail_with msmtp
chmod 755 "$scratch"
socat UNIX-LISTEN:/run/pam_otp/deliver,mode=600,unlink-early,fork \
    EXEC:"setpriv --reuid $post_user --regid $post_user --init-groups $libexec/otp-deliver" &

sed -i '/^pam_otp:/d' /etc/group
echo 'vpn:x:797:797::/:/usr/sbin/nologin' >>/etc/passwd
printf '%s\n' 'vpn:x:797:' 'pam_otp:x:796:vpn' >>/etc/group
daemon=$top_builddir/pam_otpd/pam_otpd
conf
otpd_start
person alice
enrol alice
echo 'deliver:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ:mailto:alice@example.org' \
    >>/var/lib/pam_otp/seed/alice
mkdir -m 755 /tmp/pam.d
echo 'auth required pam_otp.so deliver=yes notify' >/tmp/pam.d/vpn
cp /tmp/pam.d/vpn /tmp/pam.d/other
cp "$top_builddir/tests/lib/login" "$scratch/login" # /root may be closed
export ASKED=yes

# as USER ANSWER: its login, which answers every prompt so; the lines of the log.
as() {
	logged >/dev/null
	setpriv --reuid "$1" --regid "$1" --init-groups \
	    "$scratch/login" /tmp/pam.d vpn alice "$2" >"$scratch/shown" 2>&1
	as_status=$?
	logged >"$scratch/lines"
	cat "$scratch/shown" "$scratch/lines"
	return $as_status
}
says() {
	grep -q -e "$1" "$scratch/shown" "$scratch/lines" || {
		echo "not said: $1"
		return 1
	}
}
# came NUMBER: the mail with that number.
came() {
	await test -e $mailbox/"$1" || return 1
	cat $mailbox/"$1"
}

no_first_factor() {
	! as vpn send && says 'result=unsent reason=no-first-factor' &&
	    ! grep 'pam_otpd: result=sent' "$scratch/lines"
}
check 'service__sends_nothing_before_a_first_factor' no_first_factor
otp-enroll unlock alice >"$scratch/unlocked" 2>&1
SSH_AUTH_INFO='publickey ssh-ed25519 AAAA
'
export SSH_AUTH_INFO
asks() {
	! as vpn send && says 'logged: .*result=sent reason=ok .*method=mail' &&
	    says 'pam_otpd: result=sent reason=ok user=alice service=vpn tag=.. socket=service peer_uid=797 method=mail'
}
check 'service__has_a_code_mailed' asks
sed 's/^/# /' "$scratch/lines"
check 'service__mail_comes' came 1
code=$(sed -n 's/^\([0-9]\{4\}\) \([0-9]\{4\}\) is your code for .*/\1\2/p' \
    $mailbox/1)
tag=$(sed -n 's/.* is your code for message \(.*\)\.$/\1/p' $mailbox/1)
check 'service__prompt_log_and_mail_have_one_tag' \
    test "$(grep -c -e "message $tag: " -e "tag=$tag " "$scratch/shown" \
	"$scratch/lines" | awk -F: '$2 > 0' | wc -l)" = 2
owns() {
	as vpn "$code" &&
	    says 'pam_otpd: result=accepted reason=ok user=alice service=vpn .*method=mail'
}
check 'service__mailed_code_is_accepted' owns
twice() {
	! as vpn "$code" && says 'pam_otpd: result=refused reason=replay user=alice'
}
check 'service__mailed_code_is_accepted_once' twice
told() {
	for try in 1 2 3 4; do
		! as vpn "$(wrong_code)" >"$scratch/try" || return 1
	done
	! as vpn "$(wrong_code)" &&
	    says 'pam_otpd: result=sent reason=ok user=alice service=vpn socket=service peer_uid=797 notice=delay' &&
	    came 2 &&
	    grep -q 'A login as alice on .* has to wait' $mailbox/2
}
check 'service__owner_is_told_of_a_delay' told
own() {
	! as alice send && says 'result=unsent reason=not-root' &&
	    ! grep 'pam_otpd: result=sent' "$scratch/lines"
}
check 'service__program_of_the_user_has_no_mail_sent' own
otpd_end
finish
