#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# An OpenVPN server with contrib/stacks/openvpn, then openvpn-challenge, and
# clients of it on the loopback: users whom the system does not know.

. "$(dirname "$0")/ground.sh"
needs openvpn db5.3_load
[ -c /dev/net/tun ] || ground_skip 'no /dev/net/tun'

stacks=$top_srcdir/contrib/stacks
store=/var/lib/pam_otp-openvpn
conf=/etc/security/pam_otp-openvpn.conf
users=$store.users.db
command -v db_load >/dev/null || ln -s db5.3_load /usr/bin/db_load

# certificate NAME: of server and clients, by an authority of their own.
certificate() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
	    -keyout "/root/$1.key" -out "/root/$1.csr" -subj "/CN=$1" &&
	    openssl x509 -req -in "/root/$1.csr" -CA /root/ca.crt \
		-CAkey /root/ca.key -CAcreateserial -days 2 -out "/root/$1.crt"
}
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
	    -nodes -keyout /root/ca.key -out /root/ca.crt -subj /CN=ca -days 2
	certificate server
	certificate client
} >"$scratch/openssl" 2>&1

# told PATTERN: the commands that the file tells, and that match.
told() {
	sed -n 's/^#	//p' "$stacks/openvpn" | grep -e "$1"
}
as_told() {
	told "$1" >"$scratch/commands"
	test -s "$scratch/commands" || return 1
	cat "$scratch/commands"
	(cd "$stacks" && sh -e "$scratch/commands")
}
setup='^install\|init'
check 'openvpn__is_set_up_as_told' as_told "$setup"
check 'openvpn__every_command_told_is_run' same '' \
    "$(told . | grep -v -e "$setup" -e '^otp-enroll new ' -e db_load \
	-e ' check ')"

# member NAME: enrolled anew, by the command told save for the dialogue.
member() {
	rm -f "$store/seed/$1" "$store/state/$1"
	$(told '^otp-enroll new' | sed "s/alice/$1/") --no-confirm --print \
	    --qr=none >"$scratch/new" 2>&1 || return 1
	secret=$(sed -n 's/^  Key *//p' "$scratch/new" | tr -d ' ')
	recovery=$(grep -oE '([0-9A-Z]{4}-){5}[0-9A-Z]{4}' "$scratch/new" |
	    head -n 1)
}
check 'openvpn__a_user_is_enrolled_as_told' member alice
give_password() {
	told db_load >"$scratch/give"
	talk 'Password: ' "$password" 'Password: ' "$password" -- \
	    sh -e "$scratch/give"
	test "$status" -eq 0
}
check 'openvpn__a_password_is_given_as_told' give_password
check 'openvpn__passwords_are_roots' same 'root 600' \
    "$(stat -c '%U %a' $users)"

# --- Server and clients ---------------------------------------------------

# waits_for FILE PATTERN [PID]: at most 20 s, and no longer than PID lives.
waits_for() {
	tries=0
	until grep -q -e "$2" "$1" 2>/dev/null; do
		tries=$((tries + 1))
		test $tries -lt 1000 && kill -0 "${3:-$$}" 2>/dev/null ||
			return 1
		sleep 0.02
	done
}

# serve STACK: refusals are not delayed, for the sake of this test.
server=
serve() {
	if [ -n "$server" ]; then
		kill "$server"
		wait "$server"
	fi
	sed 's/pam_otp\.so /& nodelay /' "$stacks/$1" \
	    >/etc/pam.d/openvpn
	: >/tmp/server.log
	openvpn --local 127.0.0.1 --proto udp --dev tun --topology subnet \
	    --server 10.8.0.0 255.255.255.0 --keepalive 10 60 --dh none \
	    --ca /root/ca.crt --cert /root/server.crt --key /root/server.key \
	    --config "$stacks/$1.conf" --verb 3 --log /tmp/server.log &
	server=$!
	waits_for /tmp/server.log 'Initialization Sequence Completed' $server
}

# client ARGUMENT...: one that changes neither addresses nor routes.
client() {
	openvpn --client --remote 127.0.0.1 1194 udp --nobind --dev tun \
	    --ifconfig-noexec --route-noexec --ca /root/ca.crt \
	    --cert /root/client.crt --key /root/client.key --verb 3 \
	    --connect-retry-max 1 "$@"
}

# connects USER PASSWORD [ARGUMENT...]: `up' and the client goes on, or
# `refused'.
connects() {
	(umask 077 && printf '%s\n' "$1" "$2" >/tmp/typed)
	shift 2
	: >/tmp/client.log
	client --auth-user-pass /tmp/typed --log /tmp/client.log "$@" &
	client=$!
	if waits_for /tmp/client.log 'Initialization Sequence Completed' \
	    $client; then
		echo up
	elif grep -q 'AUTH: Received control message: AUTH_FAILED' \
	    /tmp/client.log; then
		echo refused
	fi
}

# lines: what was logged. (A step may end between a code and its use.)
lines() {
	sed -e '/ openvpn: PAM adding faulty/d' -e 's/ drift=-30s$//' \
	    "$scratch/logged"
}

# answers ANSWER LINES USER PASSWORD: what came of it, and what was logged.
answers() {
	answer=$1
	expected=$2
	shift 2
	logged >/dev/null
	connects "$@" >"$scratch/answer"
	kill $client 2>/dev/null
	wait $client
	logged >"$scratch/logged"
	cat "$scratch/answer" "$scratch/logged"
	same "$answer" "$(cat "$scratch/answer")" &&
	    same "$expected" "$(lines)" || {
		tail -n 20 /tmp/client.log /tmp/server.log
		return 1
	}
}

otp='openvpn: pam_otp(openvpn:auth):'
userdb='openvpn: pam_userdb(openvpn:auth):'
spent='rhost=127.0.0.1 token="ground:alice" method=totp'
accepted="authpriv.info $otp result=accepted reason=ok user=alice $spent"
replayed="authpriv.notice $otp result=refused reason=replay user=alice $spent"
granted="authpriv.notice $userdb user 'alice' granted access"
denied="authpriv.notice $userdb user \`alice' denied access (incorrect password)"

# --- One field ------------------------------------------------------------

check 'openvpn__server_is_ready' serve openvpn
now=$(code)
check 'openvpn__right_password_and_code_are_accepted' answers up \
    "$accepted failures=0
$granted" alice "$password$now"
sed 's/^/# /' "$scratch/logged"
check 'openvpn__replay_is_refused' answers refused \
    "$replayed failures=0" alice "$password$now"
sed 's/^/# /' "$scratch/logged"
check 'openvpn__wrong_code_is_refused' answers refused \
    "authpriv.notice $otp result=refused reason=wrong user=alice rhost=127.0.0.1 failures=1" \
    alice "$password$(wrong_code)"

member alice
now=$(code)
check 'openvpn__wrong_password_is_refused' answers refused \
    "$accepted failures=0
$denied" alice "incorrect horse$now"
check 'openvpn__wrong_password_spends_the_code' answers refused \
    "$replayed failures=0" alice "$password$now"
check 'openvpn__password_alone_is_refused' answers refused \
    "authpriv.notice $otp result=refused reason=malformed rhost=127.0.0.1" \
    alice "$password"
unenrolled="authpriv.notice $otp result=refused reason=not-enrolled rhost=127.0.0.1"
check 'openvpn__unknown_user_is_refused_and_not_named' answers refused \
    "$unenrolled" mallory "$password$now"
check 'openvpn__hostile_name_is_not_named' answers refused \
    "$unenrolled" 'x" rhost=192.0.2.66 "' "$password$now"

check 'openvpn__check_finds_no_fault' as_told ' check '
mv $store/.store $store/.gone
check 'openvpn__store_that_is_gone_is_no_answer' answers refused \
    "authpriv.err $otp result=unavailable reason=no-store rhost=127.0.0.1 file=$store/.store errno=ENOENT" \
    alice "$password$now"
mv $store/.gone $store/.store

# The client says again who it is, and no code is asked for.
again() {
	member alice
	logged >/dev/null
	serve openvpn # with a new log
	connects alice "$password$(code)" --reneg-sec 2
	waits_for /tmp/server.log 'Username/auth-token authentication succeeded'
	known=$?
	kill -0 $client
	alive=$?
	kill $client
	wait $client
	logged >"$scratch/logged"
	cat "$scratch/logged"
	tail -n 30 /tmp/client.log /tmp/server.log
	test $known -eq 0 && test $alive -eq 0 && same "$accepted failures=0
$granted" "$(lines)"
}
check 'openvpn__token_stands_for_the_code_later' again

# --- Two fields -----------------------------------------------------------

check 'openvpn__server_with_challenge_is_ready' serve openvpn-challenge

# types PASSWORD CODE: at a client's prompts, as its configuration says, until
# the client is told. What is typed before the echo is off is lost.
cat >"$scratch/client.exp" <<'END'
set timeout 120
set stty_init {rows 24 columns 200}
proc unseen {} {
	upvar #0 spawn_out(slave,name) terminal
	for {set tries 0} {$tries < 1000} {incr tries} {
		if {[string match {* -echo *} [exec stty -a <$terminal]]} return
		after 20
	}
	exit 98
}
spawn -noecho {*}[lrange $argv 2 end]
foreach {prompt answer} [list {Enter Auth Username:} alice \
    {Enter Auth Password:} [lindex $argv 0] {One-time code:} [lindex $argv 1]] {
	expect -ex $prompt {} timeout { exit 98 } eof { exit 97 }
	if {$prompt eq {Enter Auth Password:}} unseen
	send -- "$answer\r"
}
expect {
	-ex {Initialization Sequence Completed} { puts {told: up} }
	-ex {AUTH: Received control message: AUTH_FAILED} { puts {told: refused} }
	timeout { exit 98 }
}
exec kill [exp_pid]
expect eof
END
cat >"$scratch/client" <<END
#!/bin/sh
exec openvpn --client --remote 127.0.0.1 1194 udp --nobind --dev tun \
    --ifconfig-noexec --route-noexec --ca /root/ca.crt \
    --cert /root/client.crt --key /root/client.key --verb 3 \
    --config $scratch/challenge.conf
END
chmod +x "$scratch/client"
sed -n 's/^#	//p' "$stacks/openvpn-challenge.conf" >"$scratch/challenge.conf"
types() {
	expect -f "$scratch/client.exp" -- "$1" "$2" "$scratch/client" \
	    >"$scratch/screen" 2>&1
	sed -n 's/^told: //p' "$scratch/screen" | tr -d '\r'
}

# judges ANSWER LINES PASSWORD CODE
judges() {
	logged >/dev/null
	types "$3" "$4" >"$scratch/answer"
	logged >"$scratch/logged"
	cat "$scratch/answer" "$scratch/logged"
	same "$1" "$(cat "$scratch/answer")" &&
	    same "$2" "$(lines)" || {
		tail -n 20 "$scratch/screen" /tmp/server.log
		return 1
	}
}
member alice
now=$(code)
check 'openvpn__wrong_password_ends_the_stack' judges refused \
    "$denied" 'incorrect horse' "$now"
check 'openvpn__its_code_is_still_good' judges up \
    "$granted
$accepted failures=0" "$password" "$now"
check 'openvpn__replay_is_refused_there_too' judges refused \
    "$granted
$replayed failures=0" "$password" "$now"
check 'openvpn__wrong_code_is_refused_there_too' judges refused \
    "$granted
authpriv.notice $otp result=refused reason=wrong user=alice rhost=127.0.0.1 failures=1" \
    "$password" "$(wrong_code)"
check 'openvpn__recovery_code_is_accepted' judges up \
    "$granted
authpriv.info $otp result=accepted reason=ok user=alice rhost=127.0.0.1 method=recovery failures=0" \
    "$password" "$recovery"

module=$(ground_modules)/pam_otp.so
mv "$module" "$module.gone"
missing() {
	logged >/dev/null
	types "$password" "$(code)" | tee "$scratch/answer"
	same refused "$(cat "$scratch/answer")" &&
	    logged 'PAM unable to dlopen(pam_otp.so)'
}
check 'openvpn__missing_module_refuses_everybody' missing

kill $server
finish
