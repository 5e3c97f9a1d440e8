#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Logins of 16 hosts, each with a role, a configuration and marks of its own,
# through the store of a fleet: what they promise together, with a server that is
# killed, stopped or cut off.

. "$(dirname "$0")/server.sh"
program=$top_builddir/tests/fleet/crowd
test -x "$program" || ground_skip 'libpq was not there to build with'

server_make one && server_start one && migrate one || exit 99

# The hosts' server is the one that this link leads to.
hosts=/etc/pam_otp
ln -s /tmp/one.at /tmp/now.at
mkdir -p $hosts
# configured NAME ROLE SOCKETS
configured() {
	printf '%s\n' "host = $3" "role = $2" 'realm = staff' \
	    "marks = /tmp/$1.marks" >"$hosts/$1.conf"
}
configured desk desk /tmp/now.at
number=0
while [ $number -lt 16 ]; do
	number=$((number + 1))
	query one postgres "CREATE ROLE of$number LOGIN IN ROLE otp_host" &&
	    query one boss "SELECT otp.admit('of$number', 'staff')" \
		>/dev/null || exit 99
	configured $number of$number /tmp/now.at
done
crowd() {
	timeout 300 "$program" $hosts "$@"
}

# copies SERVER PREFIX COUNT: accounts, none used, as 'template' is.
crowd enrol template || exit 99
copies() {
	query "$1" postgres "INSERT INTO otp.account (realm, name, seed, serial,
	    state, generation, epoch, attempt, committed)
	    SELECT realm, '$2' || number, seed, serial, state, generation,
		epoch, gen_random_uuid(), true
	    FROM otp.account, generate_series(0, $3 - 1) number
	    WHERE name = 'template'"
}
account_of() {
	query one postgres "SELECT $2 FROM otp.account WHERE name = '$1'"
}
# each WORD FILE: how many lines begin with it.
each() {
	grep -c "^$1 " "$2"
}

# --- One code ----------------------------------------------------------------

# A used code that is tried again is counted, once a minute.
once() {
	copies one once 1 && crowd race once0 64 >/tmp/race &&
	    same '1 63' "$(each ok /tmp/race) $(each replay /tmp/race)" &&
	    same 'ok once0 1' "$(grep '^ok' /tmp/race)" &&
	    test "$(account_of once0 charge)" -le 2
}
check 'code__that_64_clients_of_16_hosts_try_at_once_is_accepted_once' once

owners() {
	copies one owner 12 || return 1
	for number in 0 1 2 3 4 5 6 7 8 9 10 11; do
		crowd try 1 owner$number 0 || return 1
	done >/tmp/before
	same 12 "$(each ok /tmp/before)" && crowd siege 12 48 >/tmp/siege &&
	    same '12 0' "$(each ok /tmp/siege) $(grep -c ^attacker-in /tmp/siege)" &&
	    same 12 "$(grep -c '^ok owner[0-9]* 1$' /tmp/siege)" &&
	    same 48 "$(each attacked /tmp/siege)"
}
check 'owners__log_in_with_one_charge_while_48_clients_repeat_used_codes' owners
awk '$1 == "attacked" { n += $3 } END {
	print "# ran: 12 owners beside " n " used codes that were repeated" }' /tmp/siege

# --- A primary that is killed ------------------------------------------------

# failed_over PRIMARY STANDBY SIGNAL: 9 is SIGKILL, 3 ends the server at once.
failed_over() {
	rm -f /tmp/now.at && ln -s "/tmp/$1.at" /tmp/now.at &&
	    standby_make "$1" "$2" && copies "$1" "$2-" 400 || return 1
	crowd stream "$2-" 400 16 "/tmp/$1" "$3" >/tmp/heard &
	streaming=$!
	await grep -q '^killed ' /tmp/heard || return 1
	test "$3" = 9 || server_stop "$1"
	heard_before=$(each ok /tmp/heard)
	as_server pg_ctl -D "/tmp/$2" -w promote >/dev/null &&
	    ln -sfn "/tmp/$2.at" /tmp/now.at && wait $streaming || return 1
	heard_all=$(each ok /tmp/heard)
	echo "signal $3: $heard_before, then $heard_all of 400; said:"
	cut -d' ' -f1 /tmp/heard | sort | uniq -c
	empty sh -c "sed -n 's/^ok //p' /tmp/heard | sort | uniq -d" &&
	    same '' "$(grep -v '^ok \|^no-database \|^lock-timeout \|^killed ' /tmp/heard)" &&
	    grep -q ^no-database /tmp/heard && test "$heard_before" -lt 400 &&
	    test "$heard_all" -ge 350
}
failovers() {
	last=one
	for round in $(seq "$1"); do
		how=3
		test $((round % 2)) = 0 || how=9
		failed_over $last "after$round" $how || return 1
		echo "$heard_before $heard_all" >>/tmp/failovers
		rm -rf "/tmp/$last"
		last=after$round
	done
}
failovers=${FAILOVERS:-5}
test -z "${LONG-}" || failovers=${FAILOVERS:-50}
: >/tmp/failovers
check 'standby__promoted_accepts_no_code_twice_and_is_no_rollback' failovers "$failovers"
awk '{ before += $1; after += $2 - $1 } END {
	print "# ran: " NR " failovers, of 400 codes each; accepted before: " \
	    before ", after: " after ", twice: 0" }' /tmp/failovers

# --- A connection that is cut ------------------------------------------------

mkdir /tmp/cut.at
configured cut of1 /tmp/cut.at
sed -i "s|^marks.*|marks = $hosts/cut.marks|" $hosts/cut.conf
cuts() {
	copies "$last" cut 400 && copies "$last" uncut 1 &&
	    query "$last" postgres "UPDATE otp.account SET name = 'uncut'
		WHERE name = 'uncut0'" &&
	    crowd cuts 1 /tmp/cut.at/.s.PGSQL.5432 \
		"/tmp/$last.at/.s.PGSQL.5432" >/tmp/cuts || return 1
	cat /tmp/cuts
	same '' "$(grep 'load\|connecting\|put\|charge' /tmp/cuts |
	    grep -v 'yes 0, no but used 0,')" &&
	    grep -q 'client, commit: cut [0-9]*, yes [0-9]*, no but used 0, no 0' \
		/tmp/cuts
}
check 'login__cut_at_each_message_is_let_in_or_not_but_never_twice' cuts
sed 's/^/# ran: a login is cut: /' /tmp/cuts

# --- A server that is stopped ------------------------------------------------

stop="sh /tmp/stop"
# What server_signal does, for the program.
stops() {
	copies "$last" stop 3 || return 1
	postmaster=$(sed -n 1p "/tmp/$last/postmaster.pid")
	echo "kill -STOP \$(cat /proc/$postmaster/task/$postmaster/children) \
	    $postmaster" >/tmp/stop
	number=0
	for when in load charge commit; do
		began=$(date +%s)
		crowd try 1 stop$number 0 "$stop" $when >/tmp/stopped
		ended=$(date +%s)
		server_signal CONT "$last"
		echo "$when: $(cut -d' ' -f1 /tmp/stopped), $((ended - began)) s" \
		    >>/tmp/stops
		grep -q ^no-database /tmp/stopped &&
		    test $((ended - began)) -lt 30 || return 1
		number=$((number + 1))
	done
}
: >/tmp/stops
check 'login__ends_with_a_no_when_the_server_is_stopped' stops
sed 's/^/# ran: a server that is stopped before the /' /tmp/stops

# --- A clock -----------------------------------------------------------------

# Its codes, and its charges, are the others' just as before.
ahead() {
	copies "$last" ahead 1 && clock 600 || return 1
	for number in 1 2 3 4 5 6; do
		crowd try 2 ahead0 0
		crowd try 2 ahead0 7777
	done >/tmp/ahead
	clock 0
	same 12 "$(each clock /tmp/ahead)" &&
	    same 0 "$(query "$last" postgres "SELECT charge FROM otp.account
		WHERE name = 'ahead0'")" &&
	    same 'ok ahead0 1' "$(crowd try 3 ahead0 0)" &&
	    same 'replay ahead0 1' "$(crowd try 2 ahead0 0)"
}
check 'clock__ten_minutes_ahead_harms_its_host_alone' ahead

# --- Many accounts -----------------------------------------------------------

# The statements within the functions are explained to the server's log.
plans() {
	copies "$last" crowd 100000 &&
	    query "$last" postgres 'ANALYZE otp.account' || return 1
	for setting in "session_preload_libraries = 'auto_explain'" \
	    'auto_explain.log_min_duration = 0' \
	    'auto_explain.log_nested_statements = on' \
	    'log_min_messages = log'; do
		query "$last" postgres "ALTER ROLE of4 SET $setting" || return 1
	done
	: >"/tmp/$last.log"
	same 'ok crowd77777 1' "$(crowd try 4 crowd77777 0)" &&
	    same 'replay crowd77777 1' "$(crowd try 5 crowd77777 0)" &&
	    same 4 "$(grep -c 'Index Scan using account_pkey' "/tmp/$last.log")" &&
	    same '' "$(grep 'Seq Scan on account' "/tmp/$last.log")"
}
check 'login__among_100000_accounts_reads_one' plans

finish
