#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# A login by ssh(1) with a password and a code that came by mail, through all
# parts: sshd, the module, the socket, otp-deliver, mailto, msmtp and a server
# that keeps the mail.

. "$(dirname "$0")/post.sh"
. "$top_srcdir/tests/deliver/mail.sh"
. "$top_srcdir/tests/host/openssh.sh"
needs socat
needs msmtp

mail_with msmtp
chmod 755 "$scratch"
socat UNIX-LISTEN:/run/pam_otp/deliver,mode=600,unlink-early,fork \
    EXEC:"setpriv --reuid $post_user --regid $post_user --init-groups $libexec/otp-deliver" &
await test -S /run/pam_otp/deliver || exit 99

person alice
person bob
sshd_run sshd-password.conf </dev/null
# The first factor ends the stack if it was wrong, as the page wants it.
stack sshd sshd-password 's/pam_otp\.so/& deliver=yes/'
conf

# afresh NAME: with a token, and the address NAME@example.org.
afresh() {
	enrol "$1"
	echo "deliver:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ:mailto:$1@example.org" \
	    >>"/var/lib/pam_otp/seed/$1"
	forget
}

# newest FILE: the code in the mail that FILE is going to be. A program, since
# talk asks for it when the prompt is there.
cat >/tmp/newest <<'END'
#!/bin/sh
tries=0
until [ -e "$1" ]; do
	tries=$((tries + 1))
	test $tries -lt 3000 || exit 1
	sleep 0.02
done
sed -n 's/^\([0-9]\{4\}\) \([0-9]\{4\}\) is your code for message .*/\1\2/p' "$1"
END
chmod 755 /tmp/newest

# as NAME ANSWER...: the answers after the password, and what was logged of it.
as() {
	name=$1
	case $# in
	2) talk 'Password: ' "$password" '(or "send"): ' "$2" -- \
	    $ssh_plain "$name@ground" id -un ;;
	3) talk 'Password: ' "$password" '(or "send"): ' "$2" \
	    'Code from message ' "$3" -- $ssh_plain "$name@ground" id -un ;;
	esac
	logged >"$scratch/lines"
	echo "$screen"
	cat "$scratch/lines"
	test "$status" = 0
}
says_line() {
	logged >>"$scratch/lines"
	grep -q "$1" "$scratch/lines"
}
says_lines() {
	for pattern in "$@"; do
		await says_line "$pattern" || return 1
	done
}

afresh alice
mailed() {
	as alice send "\$(/tmp/newest $mailbox/1)" &&
	    echo "$screen" | grep -qx alice &&
	    says_lines 'pam_otp(sshd:auth): result=sent .*tag=[A-Z0-9]*.*method=mail' \
		'otp-deliver: result=delivered kind=code user=alice service=sshd rhost=127\.0\.0\.1 method=mail' \
		'pam_otp(sshd:auth): result=accepted reason=ok user=alice.*method=mail'
}
check 'ssh__by_a_code_that_came_by_mail' mailed

code=$(/tmp/newest $mailbox/1)
cp $mailbox/1 "$scratch/mail"
check 'mail__is_to_the_address' \
    grep -qx 'RCPT TO alice@example.org' "$scratch/mail"
check 'mail__says_what_it_is_for' \
    grep -q 'as alice .*sshd' "$scratch/mail"
tag=$(sed -n 's/.* is your code for message \(.*\)\.$/\1/p' "$scratch/mail")
check 'mail__has_the_tag_of_the_prompt_and_the_log' \
    test -n "$tag" -a -n "$(grep "tag=$tag" "$scratch/lines")"
again() {
	! as alice "$code" && says_lines 'result=refused reason=replay' &&
	    echo "$screen" | grep -qF 'Type "send" for a new one.'
}
check 'ssh__not_twice_by_one_code' again
verified() {
	! echo "$code" | otp-enroll verify alice >"$scratch/verified" 2>&1 &&
	    grep 'already used\. A code sent by mail or SMS works only once\.' \
		"$scratch/verified"
}
check 'verify__says_that_a_sent_code_was_used' verified

afresh bob
others() {
	! as bob send "$code" && says_lines 'result=refused reason=wrong user=bob'
}
check 'ssh__not_by_the_code_of_another_user' others

# A user who mistypes the code and connects again still uses the same one.
retried() {
	! as alice send 00000000 && as alice "\$(/tmp/newest $mailbox/3)" &&
	    echo "$screen" | grep -qx alice
}
afresh alice
check 'ssh__in_the_next_connection_by_the_same_code' retried

# With deliver=auto, a user without a token is asked only for the code that came
# meanwhile, and one who has a token is asked as the others are, and sent nothing.
stack sshd sshd-password 's/pam_otp\.so/& deliver=auto/'
sed -i '/^otpauth:/d' /var/lib/pam_otp/seed/alice
otp-enroll unlock alice >/dev/null
auto() {
	talk 'Password: ' "$password" 'One-time code (app, or message ' "$2" -- \
	    $ssh_plain "$1@ground" id -un
	logged >"$scratch/lines"
	echo "$screen"
	cat "$scratch/lines"
	test "$status" = 0 && echo "$screen" | grep -qx "$1"
}
at_once() {
	auto alice "\$(/tmp/newest $mailbox/4)" &&
	    says_lines 'result=sent .*method=mail' \
		'otp-deliver: result=delivered kind=code user=alice' \
		'result=accepted reason=ok user=alice.*method=mail'
}
check 'ssh__with_deliver_auto_is_sent_a_code_at_once' at_once
check 'mail__of_auto_has_the_tag_of_the_prompt' sh -c 'echo "$1" |
    grep -qF "(app, or message $(sed -n "s/.* for message \(.*\)\.$/\1/p" "$2"))"' \
    - "$screen" $mailbox/4
by_token() {
	mail_read=4
	auto bob "$(code)" && no_mail &&
	    says_lines 'result=accepted reason=ok user=bob.*method=totp'
}
afresh bob
check 'ssh__with_deliver_auto_sends_nothing_to_the_owner_of_a_token' by_token

# The same by SMS, through a gateway that takes HTTP; the number is the second
# address.
mkdir /tmp/requests
mkfifo /tmp/gateway-ready
python3 "$top_srcdir/tests/deliver/gateway.py" 8080 /tmp/requests \
    >/tmp/gateway-ready &
read -r gateway_ready </tmp/gateway-ready
ln -s "$libexec/sms-http" /etc/pam_otp/deliver.d/sms
printf '%s\n' 'url = "http://127.0.0.1:8080/send"' 'proto = "=http"' \
    'header = "Authorization: Bearer 6ssZMyFQ"' >/etc/pam_otp/sms-http.curl
chgrp $post_user /etc/pam_otp/sms-http.curl
chmod 640 /etc/pam_otp/sms-http.curl
# texted FILE: the code in a request that is going to be there.
cat >/tmp/texted <<'END'
#!/bin/sh
tries=0
until [ -e "$1" ]; do
	tries=$((tries + 1))
	test $tries -lt 3000 || exit 1
	sleep 0.02
done
sed -n 's/.*text=\([0-9]\{4\}\)[+%20]*\([0-9]\{4\}\).*/\1\2/p' "$1"
END
chmod 755 /tmp/texted
stack sshd sshd-password 's/pam_otp\.so/& deliver=yes/'
afresh alice
echo 'deliver:MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U:sms:+491701234567' \
    >>/var/lib/pam_otp/seed/alice
texted() {
	same ready "$gateway_ready" &&
	    as alice sms "\$(/tmp/texted /tmp/requests/1)" &&
	    echo "$screen" | grep -qx alice &&
	    says_lines 'result=sent .*method=sms' \
		'otp-deliver: result=delivered kind=code user=alice.*method=sms' \
		'result=accepted reason=ok user=alice.*method=sms'
}
check 'ssh__by_a_code_that_came_by_sms' texted
check 'sms__has_the_number_and_the_credentials' sh -c '
    grep -q "^POST /send" "$1" && grep -q "to=%2B491701234567" "$1" &&
    grep -q "^Authorization: Bearer 6ssZMyFQ" "$1"' - /tmp/requests/1

# The code is nowhere but in the message; nor is what the gateway must know.
secrets() {
	code=$(/tmp/texted /tmp/requests/1)
	spaced=$(echo "$code" | sed 's/..../& /')
	test ${#code} = 8 || return 1
	# shellcheck disable=SC2154
	! grep -e "$code" -e "$spaced" -e 6ssZMyFQ $log &&
	    ! grep -r -e "$code" -e "$spaced" /var/lib/pam_otp \
		/run/pam_otp-deliver
}
check 'code__is_in_no_log_and_no_file' secrets

# Without the password nothing is sent.
unasked() {
	mail_read=4
	talk 'Password: ' wrong -- $ssh_plain alice@ground id -un
	no_mail && test "$status" = 255
}
check 'mail__is_not_sent_after_a_wrong_password' unasked

# --- Notices ---

# A right password with a wrong code, from where alice never logged in.
afresh alice
stack sshd sshd-password 's/pam_otp\.so/& notify/'
notice=$mailbox/$(($(ls $mailbox | wc -l) + 1))
noticed() {
	talk 'Password: ' "$password" 'One-time code: ' "$(wrong_code)" -- \
	    $ssh_plain alice@ground id -un
	test "$status" = 255 || return 1
	await grep -q 'result=delivered kind=notice' "$log" || return 1
	logged >"$scratch/lines"
	cat "$scratch/lines"
	says_lines 'pam_otp(sshd:auth): result=refused reason=wrong user=alice' \
	    'pam_otp(sshd:auth): result=sent reason=ok user=alice rhost=127\.0\.0\.1 notice=wrong-code' \
	    'otp-deliver: result=delivered kind=notice user=alice service=sshd rhost=127\.0\.0\.1 method=mail'
}
check 'notice__of_a_wrong_code_comes_by_mail' noticed
check 'notice__is_to_the_address' \
    grep -qx 'RCPT TO alice@example.org' "$notice"
check 'notice__says_what_happened' grep -q \
    '^A wrong code was typed for alice with sshd on .* from 127\.0\.0\.1,' "$notice"

# A list of users, who are told by mail.
person cara
printf '%s\n' user,address cara,cara@example.org >/tmp/list
forget
notice=$mailbox/$(($(ls $mailbox | wc -l) + 1))
batch() {
	otp-enroll new --batch=/tmp/list --notify --print >/tmp/given 2>&1
	await grep -q 'result=delivered kind=notice user=cara .*method=mail' \
	    "$log" || {
		cat /tmp/given "$log"
		return 1
	}
	grep -qx 'RCPT TO cara@example.org' "$notice" && grep -q \
	    '^For cara on .*, a token and this address were added' "$notice"
}
check 'notice__of_a_batch_comes_by_mail' batch

finish
