#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Accounts in PostgreSQL as a store: what store.h promises, over a server.

. "$(dirname "$0")/server.sh"

promise=$top_builddir/tests/fleet/promise
needs "$promise"
server_make one && server_start one && migrate one || exit 99

mkdir -p /etc/pam_otp
conf_of() {
	printf '%s\n' "host = /tmp/one.at" "role = $1" "realm = staff" \
	    >"/etc/pam_otp/$1.conf"
}
conf_of desk
conf_of host1

promises() {
	"$promise" postgresql:/etc/pam_otp/desk.conf >/tmp/promises 2>&1 || {
		cat /tmp/promises
		return 1
	}
}
check 'promises__hold_in_a_database' promises
sed -n 's/^.*\(PASSED.* [0-9]* test\)/# ran: promises \1/p' /tmp/promises

place=postgresql:/etc/pam_otp/desk.conf
login() {
	"$top_builddir/tests/fleet/login" "$place" "$@"
}
uid=70000
# enrolled NAME: and its uid in $uid.
enrolled() {
	uid=$((uid + 1))
	login enrol "$1" $uid
}
state_of() {
	query one postgres "SELECT $2 FROM otp.account WHERE name = '$1'"
}

host_logs_in() {
	enrolled host && code=$(login code) && place=postgresql:/etc/pam_otp/host1.conf &&
	    same accepted "$(login try host $uid "$code" | sed s/^ok/accepted/)" &&
	    same replay "$(login try host $uid "$code")" &&
	    says_no login enrol other 71000
	status=$?
	place=postgresql:/etc/pam_otp/desk.conf
	return $status
}
check 'login__needs_no_more_than_the_role_of_a_host' host_logs_in

free() {
	enrolled free && same ok "$(login try free $uid "$(login code)")" &&
	    same wrong "$(login try free $uid 000000)" &&
	    same t "$(state_of free 'taken_until IS NULL')"
}
check 'attempt__gives_the_account_free_at_its_end' free

# --- What is not trusted -----------------------------------------------------

apart() {
	query one postgres "CREATE OR REPLACE FUNCTION otp.now_us() RETURNS bigint
	    LANGUAGE sql VOLATILE RETURN
	    (extract(epoch FROM clock_timestamp() + interval '$1') *
		1000000)::bigint"
}
clocks() {
	enrolled clocks && apart '33 s' &&
	    same 'clock clocks-apart' \
		"$(login try clocks $uid "$(login code)")" &&
	    apart '-33 s' && same 'clock clocks-apart' \
		"$(login try clocks $uid "$(login code)")" &&
	    same 0 "$(state_of clocks charge)" && apart '-20 s' &&
	    same ok "$(login try clocks $uid "$(login code)")"
	status=$?
	apart '0 s'
	return $status
}
check 'clock__that_is_apart_is_refused' clocks

doubt() {
	enrolled doubt && code=$(login code) &&
	    query one postgres "CREATE FUNCTION public.warn() RETURNS trigger
		LANGUAGE plpgsql AS \$\$ BEGIN IF NEW.committed THEN
		RAISE WARNING 'not so sure'; END IF; RETURN NEW; END \$\$" \
		'CREATE TRIGGER warn AFTER UPDATE ON otp.account
		FOR EACH ROW EXECUTE FUNCTION public.warn()' \
		'GRANT USAGE ON SCHEMA public TO otp_owner' \
		'ALTER FUNCTION otp.was_committed RENAME TO not_asked' &&
	    same no-database "$(login try doubt $uid "$code")"
	status=$?
	query one postgres 'DROP TRIGGER warn ON otp.account' \
	    'ALTER FUNCTION otp.not_asked RENAME TO was_committed'
	test $status = 0 && same replay "$(login try doubt $uid "$code")"
}
check 'commit__in_doubt_is_a_no' doubt

damaged() {
	enrolled damaged && query one postgres "UPDATE otp.account SET state =
	    set_byte(state, 40, get_byte(state, 40) # 1)
	    WHERE name = 'damaged'" &&
	    same checksum "$(login try damaged $uid "$(login code)")"
}
check 'state__with_another_bit_is_refused' damaged
format() {
	enrolled format &&
	    query one postgres 'UPDATE otp.fleet SET format = 2' &&
	    same 'state-version fleet-format' "$(login try format $uid "$(login code)")"
	status=$?
	query one postgres 'UPDATE otp.fleet SET format = 1'
	return $status
}
check 'state__of_another_format_is_refused' format

# --- A server that is away ---------------------------------------------------

# The process keeps its connection from one try to the next.
again() {
	enrolled again && code=$(login code) && mkfifo /tmp/again || return 1
	login try again $uid "$code" again $uid "$code" again $uid "$code" \
	    </tmp/again >/tmp/tries &
	exec 4>/tmp/again
	await test -s /tmp/tries
	server_stop one && echo >&4 &&
	    await grep -q no-database /tmp/tries && server_start one &&
	    echo >&4 && wait $! && same 'ok
no-database
replay' "$(cat /tmp/tries)"
}
check 'connection__that_was_lost_is_made_again' again
restarted() {
	enrolled restarted && code=$(login code) && rm /tmp/tries && mkfifo /tmp/restarted || return 1
	login try restarted $uid "$code" restarted $uid "$code" \
	    </tmp/restarted >/tmp/tries &
	exec 4>/tmp/restarted
	await test -s /tmp/tries
	server_stop one && server_start one && echo >&4 && wait $! &&
	    same 'ok
replay' "$(cat /tmp/tries)"
}
check 'connection__of_a_server_that_was_restarted_costs_no_login' restarted
away() {
	enrolled away && code=$(login code) && server_stop one &&
	    same no-database "$(login try away $uid "$code")" &&
	    server_start one && same ok "$(login try away $uid "$code")"
}
check 'login__fails_while_the_database_is_away' away

# --- A database that was rolled back -----------------------------------------

# A backup can be restored without ending connections.
kept() {
	conf_of kept && sed -i 's/^role.*/role = desk/' /etc/pam_otp/kept.conf &&
	    echo 'marks = /tmp/kept.marks' >>/etc/pam_otp/kept.conf &&
	    place=postgresql:/etc/pam_otp/kept.conf &&
	    enrolled kept && code=$(login code) && mkfifo /tmp/kept || return 1
	login try kept $uid "$code" kept $uid "$code" </tmp/kept >/tmp/kept.out &
	exec 4>/tmp/kept
	await grep -q ok /tmp/kept.out && sleep 5.1 &&
	    query one postgres "UPDATE otp.account SET generation =
		generation - 1 WHERE name = 'kept'" && echo >&4 && wait $! &&
	    same 'ok
rolled-back' "$(cat /tmp/kept.out)"
}
check 'marks__are_compared_again_on_a_connection_that_is_kept' kept
place=postgresql:/etc/pam_otp/desk.conf

# Not only commits: CHANGE is the last thing that this host has done.
marked() {
	conf_of marked && sed -i 's/^role.*/role = desk/' \
	    /etc/pam_otp/marked.conf &&
	    echo 'marks = /tmp/marked.marks' >>/etc/pam_otp/marked.conf &&
	    place=postgresql:/etc/pam_otp/marked.conf || return 1
	rm -f /tmp/marked.marks
	enrolled other_one && other_uid=$uid && enrolled "$1" &&
	    login change "$1" "$1" >/dev/null &&
	    same ok "$(login try other_one $other_uid "$(login code)")" &&
	    query one postgres "UPDATE otp.account SET generation =
		generation - 1 WHERE name = '$1'" &&
	    same rolled-back "$(login try other_one $other_uid 000000)"
	status=$?
	place=postgresql:/etc/pam_otp/desk.conf
	query one postgres "UPDATE otp.account SET seed = NULL, state = NULL,
	    uid = NULL WHERE name = 'other_one'"
	return $status
}
check 'marks__notice_that_an_account_is_lost' marked create
check 'marks__notice_that_a_seed_is_lost' marked put_seed
check 'marks__notice_that_a_purge_is_lost' marked purge

# --- The next epoch ----------------------------------------------------------

epoch() {
	enrolled epoch && code=$(login code) &&
	    query one boss 'SELECT otp.begin_epoch()' >/dev/null &&
	    same 'checksum earlier-epoch' "$(login try epoch $uid "$code")" &&
	    enrolled later && same ok "$(login try later $uid "$code")"
}
check 'state__of_an_earlier_epoch_is_refused' epoch

finish
