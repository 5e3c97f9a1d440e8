#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# sms-http, with a gateway that keeps the requests.

. "$(dirname "$0")/post.sh"
needs curl python3 jq

requests=/tmp/requests
mkdir $requests
mkdir -m 777 /tmp/out
mkfifo /tmp/gateway-ready
python3 "$top_srcdir/tests/deliver/gateway.py" 8080 $requests \
    >/tmp/gateway-ready &
read -r gateway_ready </tmp/gateway-ready
test "$gateway_ready" = ready || ground_skip 'no gateway to be had'
chmod 755 "$scratch"
ln -s "$libexec/sms-http" /etc/pam_otp/deliver.d/sms

# gateway PATH [LINE...]: curl's options; the body is what is left as it is.
gateway() {
	{
		echo "url = \"http://127.0.0.1:8080$1\""
		echo 'proto = "=http"'
		echo 'header = "Authorization: Bearer s3cret"'
		shift
		test $# = 0 || printf '%s\n' "$@"
	} >/etc/pam_otp/sms-http.curl
	chown root:$post_user /etc/pam_otp/sms-http.curl
	chmod 640 /etc/pam_otp/sms-http.curl
}
number=0
# sms [NAME=VALUE]...: the request is $scratch/request then.
sms() {
	deliver to=sms:+491701234567 "$@"
	test "$status" = 0 && request
}
request() {
	number=$((number + 1))
	tr -d '\r' <"$requests/$number" >"$scratch/request" &&
	    cat "$scratch/request"
}
head_of() {
	sed -n "s/^$1: //p" "$scratch/request"
}
body() {
	sed '1,/^$/d' "$scratch/request"
}

gateway /send
check 'sms_http__gives_a_message_to_the_gateway' sms
check 'sms_http__is_logged' same \
    'info otp-deliver: result=delivered kind=code user=alice service=sshd rhost=203.0.113.5 method=sms tag=K7' \
    "$line"
check 'sms_http__posts' same 'POST /send HTTP/1.1' \
    "$(head -n 1 "$scratch/request")"
check 'sms_http__has_the_credentials' same 'Bearer s3cret' \
    "$(head_of Authorization)"
check 'sms_http__sends_a_form' same application/x-www-form-urlencoded \
    "$(head_of Content-Type)"
check 'sms_http__sends_number_and_text' same \
    'to=%2B491701234567&text=4821%209930%20is%20your%20code%20for%20message%20K7.' \
    "$(body)"

# Every byte that a text can have, read back by another reader.
printable=$(awk 'BEGIN { for (i = 32; i < 127; i++) printf "%c", i }')
# shellcheck disable=SC2016
form() {
	printf 'From=ACME&To=@TO@&Body=@TEXT@&x=@TAG@' >/etc/pam_otp/sms-http.body
	sms text="$printable" >"$scratch/sent" &&
	    body | python3 -c '
import sys, urllib.parse
fields = urllib.parse.parse_qsl(sys.stdin.read(), strict_parsing=True)
sys.stdout.write("\n".join(name + "=" + value for name, value in fields))' \
	    >"$scratch/fields" && same "From=ACME
To=+491701234567
Body=$printable
x=@TAG@" "$(cat "$scratch/fields")"
}
check 'sms_http__quotes_for_a_form' form
json() {
	printf '\n{ "to": ["@TO@"], "message": "@TEXT@" }\n' \
	    >/etc/pam_otp/sms-http.body
	sms text="$printable" >"$scratch/sent" &&
	    same application/json "$(head_of Content-Type)" &&
	    same "+491701234567
$printable" "$(body | jq -r '.to[0], .message')"
}
check 'sms_http__quotes_for_json' json
rm /etc/pam_otp/sms-http.body

# --- What nobody else sees ---

cat >/usr/local/bin/curl <<'END'
#!/bin/sh
cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' >/tmp/out/ps
tr '\0' '\n' </proc/self/environ >/tmp/out/environ
exec /usr/bin/curl "$@"
END
chmod 755 /usr/local/bin/curl
mv /usr/bin/curl /usr/bin/curl.real
sed 's|exec /usr/bin/curl|exec /usr/bin/curl.real|' /usr/local/bin/curl \
    >/usr/bin/curl
chmod 755 /usr/bin/curl
sms >"$scratch/sent"
check 'sms_http__has_its_command_seen_by_ps' grep -q -e --disable /tmp/out/ps
check 'sms_http__tells_nothing_by_arguments' says_no \
    grep -e 4821 -e 9930 -e s3cret -e 491701234567 /tmp/out/ps
check 'sms_http__tells_no_code_by_its_environment' says_no \
    grep -e 4821 -e s3cret /tmp/out/environ
mv /usr/bin/curl.real /usr/bin/curl
rm /usr/local/bin/curl

# --- What fails ---

# fails REASON OUTPUT
fails() {
	deliver to=sms:+491701234567
	case $line in
	*"reason=$1 "*" program=/etc/pam_otp/deliver.d/sms status="*" output=\""*"$2"*) ;;
	*) return 1 ;;
	esac
}
gateway /poor
check 'sms_http__tells_what_the_gateway_says' \
    fails exit 'no credit left: \x1b[31m#### ####'
request >"$scratch/sent"
gateway /away
away() {
	deliver to=sms:+491701234567
	request && test ! -e "$requests/$((number + 1))"
}
check 'sms_http__follows_no_redirection' away
gateway /slow
check 'sms_http__gives_up_in_time' took fails exit 'curl: (28)'
check 'sms_http__has_nine_seconds' test "$took" -ge 9 -a "$took" -le 10
request >"$scratch/sent"
gateway /send
sed -i /proto/d /etc/pam_otp/sms-http.curl
check 'sms_http__uses_https_alone_unless_told' fails exit 'curl: (1)'
gateway /send
chmod 644 /etc/pam_otp/sms-http.curl
check 'sms_http__refuses_open_credentials' \
    fails exit '/etc/pam_otp/sms-http.curl: mode open-to-others'
gateway /send
chmod 660 /etc/pam_otp/sms-http.curl
check 'sms_http__refuses_credentials_of_others' \
    fails exit '/etc/pam_otp/sms-http.curl: mode writable-by-others'
rm /etc/pam_otp/sms-http.curl
check 'sms_http__needs_its_configuration' \
    fails exit '/etc/pam_otp/sms-http.curl does not exist'
check 'sms_http__has_sent_nothing_of_these' \
    test ! -e "$requests/$((number + 1))"

finish
