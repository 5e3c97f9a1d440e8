#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The program for mailto: through postfix and msmtp to a server that keeps what
# it is given: the mail to the byte, and nothing that a value could add to it.

. "$(dirname "$0")/post.sh"
. "$top_srcdir/tests/deliver/mail.sh"

mailto=$libexec/deliver.d/mailto
chmod 755 "$scratch"

# header NAME: of the mail in $scratch/mail, its folded lines as one.
header() {
	sed -e '1,/^$/d' "$scratch/mail" | sed -n -e '/^$/q' -e p |
	    sed -e ':again' -e 'N;s/\n[ 	]/ /;t again' -e 'P;D' |
	    sed -n "s/^$1: //p"
}
body() {
	sed -e '1,/^$/d' "$scratch/mail" | sed -e '1,/^$/d'
}
envelope() {
	sed '/^$/q' "$scratch/mail" | sed '/^$/d'
}
receive() {
	mail >"$scratch/mail" || return 1
	cat "$scratch/mail"
}

for server in postfix msmtp; do
	if ! command -v $server >/dev/null; then
		skip "$server" "$server is not there"
		continue
	fi
	from=root@web1
	sender=$post_user@web1.example.org
	if [ $server = msmtp ]; then
		from=login@example.org
		sender=$from
	fi
	mail_with $server
	delivers() {
		deliver && same \
		    'info otp-deliver: result=delivered kind=code user=alice service=sshd rhost=203.0.113.5 method=mail tag=K7' \
		    "$(echo "$line" | grep otp-deliver)" && receive
	}
	check "${server}__takes_a_mail" delivers
	check "${server}__has_one_recipient" same "MAIL FROM $sender
RCPT TO alice@example.org" "$(envelope)"
	check "${server}__leaves_the_text_as_it_is" \
	    same '4821 9930 is your code for message K7.' "$(body)"
	check "${server}__leaves_the_headers_as_they_are" same "$from
alice@example.org
Code for web1 (message K7)
auto-generated
1.0
text/plain; charset=us-ascii
7bit" "$(for name in From To Subject Auto-Submitted MIME-Version Content-Type \
	    Content-Transfer-Encoding; do header $name; done)"
	dated() {
		sent=$(date -d "$(header Date)" +%s)
		now=$(date +%s)
		header Date | grep -E \
		    '^(Sun|Mon|Tue|Wed|Thu|Fri|Sat), [0-9]{1,2} [JFMASOND][a-z]{2} [0-9]{4} [0-9:]{8} \+0000$' &&
		    test $((now - sent)) -ge 0 && test $((now - sent)) -le 20
	}
	check "${server}__leaves_a_date_of_now" dated
	numbered() {
		header Message-ID | grep -xE '<[0-9a-f]{32}@web1>'
	}
	check "${server}__leaves_a_message_id" numbered
	dots() {
		deliver text='.
.. and
.' && receive >"$scratch/received" && same '.
.. and
.' "$(body)"
	}
	check "${server}__is_not_ended_by_a_dot" dots
done

# --- What is not a mail of one recipient ---

# A program in sendmail's place that keeps what it was given.
cat >/usr/local/bin/keep <<'END'
#!/bin/sh
cat >/tmp/out/mail
{ echo "$#"; printf '%s\n' "$@"; } >/tmp/out/arguments
cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' >/tmp/out/ps
tr '\0' '\n' </proc/self/environ >/tmp/out/environ
END
chmod 755 /usr/local/bin/keep
mkdir -m 777 /tmp/out
echo 'sendmail = /usr/local/bin/keep' >/etc/pam_otp/mailto.conf

# mailto NAME=VALUE...: the program itself, with what otp-deliver would refuse.
mailto() {
	status=0
	rm -f /tmp/out/mail
	echo '4821 9930 is your code for message K7.' | as_deliver env -i \
	    PATH=/usr/bin:/bin OTP_KIND=code OTP_TO=alice@example.org \
	    OTP_USER=alice OTP_HOST=web1 OTP_SERVICE=sshd OTP_RHOST= \
	    OTP_TIME=2026-11-29T06:05:12Z OTP_TAG=K7 "$@" "$mailto" \
	    >"$scratch/told" 2>&1 || status=$?
	cat "$scratch/told"
}
refuses() {
	mailto "$@"
	test "$status" = 1 && test ! -e /tmp/out/mail
}
newline='
'
mailto >"$scratch/first"
check 'mailto__has_the_code_in_its_text_alone' same \
    '4821 9930 is your code for message K7.' \
    "$(grep -e 4821 -e 9930 /tmp/out/mail)"
check 'mailto__tells_nothing_by_arguments' same '2
-i
-t' "$(cat /tmp/out/arguments)"
deliver >"$scratch/delivered"
secrets() {
	grep -l -e 4821 -e 9930 /tmp/out/ps /tmp/out/environ
	grep -e alice@ /tmp/out/ps
	logged 'otp-deliver' | grep -e 4821 -e alice@
}
check 'mailto__has_its_command_seen_by_ps' grep -q /usr/local/bin/keep \
    /tmp/out/ps
check 'mailto__tells_neither_code_nor_address_to_ps' says_no secrets

takes_one_address() {
	for address in '' 'alice' 'alice@' '@example.org' '-f@example.org' \
	    'alice@example.org,eve@example.org' \
	    'alice@example.org eve@example.org' \
	    'alice@example.org?cc=eve@example.org' \
	    'alice@example.org%0ABcc:x@y.org' '"alice"@example.org' \
	    'Alice <alice@example.org>' '|id@example.org' \
	    "alice@example.org${newline}Bcc: eve@example.org" \
	    "alice@example.org$(printf '\r')Bcc: x@example.org" \
	    'alice@[127.0.0.1]' '.a@example.org' 'ä@example.org' \
	    "$(printf '%0250d' 0)@example.org"; do
		refuses OTP_TO="$address" || return 1
	done
}
check 'mailto__takes_one_plain_address' takes_one_address
headers() {
	sed '/^$/q' /tmp/out/mail | sed -n 's/:.*//p' | tr '\n' ' '
}
# Whatever is in them, a mail has the headers that it has, once.
adds_no_header() {
	for name in KIND USER HOST SERVICE RHOST TIME TAG; do
		for value in "x${newline}Bcc: eve@example.org" \
		    "x$(printf '\r')Bcc: eve@example.org" \
		    'x\x0aBcc: eve@example.org' 'Bcc: eve@example.org' \
		    "$(printf '%0300d' 0)" '%s%n' "$(printf 'a\033[2J')"; do
			mailto "OTP_$name=$value"
			test "$status" = 0 || continue
			same 'From To Subject Date Message-ID Auto-Submitted MIME-Version Content-Type Content-Transfer-Encoding ' \
			    "$(headers)" || return 1
			! grep -i '^bcc' /tmp/out/mail || return 1
		done
	done
}
check 'mailto__takes_no_header_from_any_value' adds_no_header
check 'mailto__takes_no_newline_for_a_tag' refuses "OTP_TAG=K7${newline}x"
odd_host() {
	mailto OTP_HOST='"<a b>' && test "$status" = 0 &&
	    grep -x 'From: root@localhost' /tmp/out/mail
}
check 'mailto__names_no_host_that_is_not_one' odd_host
notice() {
	mailto OTP_KIND=notice OTP_TAG= && test "$status" = 0 &&
	    grep -x 'Subject: Login notice from web1' /tmp/out/mail
}
check 'mailto__says_what_a_notice_is' notice
no_variable() {
	echo text | as_deliver env -i OTP_KIND=code OTP_TO=a@example.org \
	    OTP_HOST=web1 "$mailto"
}
check 'mailto__needs_its_variables' says_no no_variable
no_text() {
	as_deliver env -i OTP_KIND=code OTP_TO=a@example.org OTP_HOST=web1 \
	    OTP_TAG=K7 "$mailto" </dev/null
}
check 'mailto__needs_a_text' says_no no_text

# --- Its configuration ---

# says LINE CONTENT: what it says of such a file.
says() {
	printf "$2" >/etc/pam_otp/mailto.conf
	refuses && same "/etc/pam_otp/mailto.conf: $1" "$(cat "$scratch/told")"
}
check 'mailto__takes_one_address_as_its_own' says_no says '' \
    'from = a@example.org, b@example.org\n'
check 'mailto__says_so' grep -x 'from is not a mail address' "$scratch/told"
check 'mailto__tells_an_unknown_option' says 'line 2: unknown-option' \
    '# options\nform = x\n'
check 'mailto__tells_a_line_that_was_cut' says 'no newline at the end' \
    'from = a@example.org'
writable() {
	echo 'from = a@example.org' >/etc/pam_otp/mailto.conf
	chmod 666 /etc/pam_otp/mailto.conf
	refuses && same '/etc/pam_otp/mailto.conf: mode writable-by-others' \
	    "$(cat "$scratch/told")"
}
check 'mailto__takes_no_configuration_of_others' writable
rm -f /etc/pam_otp/mailto.conf
echo 'sendmail = /usr/sbin/no-such' >/etc/pam_otp/mailto.conf
deliver >"$scratch/delivered"
check 'mailto__tells_a_server_that_is_missing' same \
    "err otp-deliver: result=undelivered reason=exit kind=code user=alice service=sshd rhost=203.0.113.5 method=mail tag=K7 program=$mailto status=1 output=\"/usr/sbin/no-such: No such file or directory\"" \
    "$line"

# --- Why the units are as they are ---

if command -v postfix >/dev/null; then
	mail_with postfix
	forget
	unprivileged() {
		post_less=$1
		deliver
		post_less=
		test "$status" = "$2"
	}
	# All that forbids set-group-ID programs forbids this.
	check 'postfix__needs_its_set_group_id_helper' \
	    unprivileged --no-new-privs 1
	check 'postfix__needs_no_capability' unprivileged --bounding-set=-all 0
	check 'postfix__has_delivered_without' receive
fi

finish
