#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# No error of contrib/postgresql has a seed or a state: neither the client's text
# nor the server's log.

. "$(dirname "$0")/server.sh"

server_make one 'log_min_messages = warning' && server_start one &&
    migrate one || exit 99

# A statement is in the log, so what it writes is not whole in its text.
seed="'pam_otp tokens 1 otpauth://totp/a?secret=' || 'JBSW' || 'Y3DPEHPK3PXP'"
state="'rec' || 'overy'"
secrets='JBSWY3DP|recovery|7265636f76657279'

# account NAME: its numbers are 2,0,1, and it is free.
account() {
	query one desk "SELECT outcome FROM otp.create_state('staff', '$1',
	    gen_random_uuid(), 1, ($state)::bytea)" >/dev/null &&
	    query one postgres "UPDATE otp.account SET taken_until = NULL" &&
	    same 'done|2|1' "$(query one desk "SELECT * FROM otp.put_seed('staff',
		'$1', gen_random_uuid(), 1, 1, 0, 0, $seed)")" &&
	    query one postgres "UPDATE otp.account SET taken_until = NULL"
}
check 'account__has_a_seed' account alice

# error SQLSTATE ROLE SQL
error() {
	: >/tmp/one.log
	PGOPTIONS='-c client_min_messages=debug1' psql -XAtq \
	    -v VERBOSITY=verbose -h /tmp/one.at -U "$2" -d otp -c "$3" \
	    >/tmp/said 2>&1 && {
		echo 'no error'
		return 1
	}
	if grep -E "$secrets" /tmp/said /tmp/one.log; then
		return 1
	fi
	grep -q "^ERROR:  $1:" /tmp/said && grep -q ' ERROR: ' /tmp/one.log || {
		cat /tmp/said /tmp/one.log
		return 1
	}
}

# What each function refuses to write: FUNCTION and what follows the realm.
cat >/tmp/refused <<END
put 'alice', gen_random_uuid(), 1, 2, 0, 1, '', true, false
put 'alice', gen_random_uuid(), 1, 2, 0, 1, repeat('x', 8193)::bytea, true, false
put 'alice', NULL, 1, 2, 0, 1, 'x', true, false
put 'alice', gen_random_uuid(), 1, 2, 0, 1, 'x', NULL, false
put 'alice', gen_random_uuid(), 1, 2, 0, 1, NULL, NULL, false
put_seed 'alice', gen_random_uuid(), 1, 2, 0, 1, $seed || repeat('x', 16384)
put_seed 'alice', NULL, 1, 1, 0, 1, $seed
put_uid 'alice', gen_random_uuid(), 1, 2, 0, 1, -1
put_uid 'alice', gen_random_uuid(), 1, 2, 0, 1, 4294967295
put_uid 'alice', NULL, 1, 1, 0, 1, 7
purge 'alice', NULL, 1, 1, 0, 1
move_seed NULL, 1, 'alice', 1, 0, 1, 'bob', 1, 0, 1
create_state '', gen_random_uuid(), 1, ($state)::bytea
create_state NULL, gen_random_uuid(), 1, ($state)::bytea
create_state repeat('n', 251), gen_random_uuid(), 1, ($state)::bytea
create_state repeat('ä', 126), gen_random_uuid(), 1, ($state)::bytea
create_state 'carol', NULL, 1, ($state)::bytea
create_state 'carol', gen_random_uuid(), 1, NULL
create_state 'carol', gen_random_uuid(), 1, ''
create_state 'carol', gen_random_uuid(), 1, ($state || repeat('x', 8192))::bytea
END
while IFS= read -r call; do
	check "error__has_no_seed: $call" \
	    error 22023 desk "SELECT otp.${call%% *}('staff', ${call#* })"
done </tmp/refused

limits() {
	same 'done' "$(query one desk "SELECT outcome FROM otp.create_state(
	    'staff', repeat('n', 250), gen_random_uuid(), 1,
	    repeat('x', 8192)::bytea)")" &&
	    same 'done' "$(query one desk "SELECT outcome FROM otp.put_uid(
		'staff', 'alice', gen_random_uuid(), 1, 2, 0, 1, 4294967294)")" &&
	    query one postgres "UPDATE otp.account SET taken_until = NULL" &&
	    same 'done' "$(query one desk "SELECT outcome FROM otp.put_seed(
		'staff', 'alice', gen_random_uuid(), 1, 2, 0, 1,
		$seed || repeat('x', 16327))")" &&
	    same 16384 "$(query one postgres "SELECT octet_length(seed)
		FROM otp.account WHERE name = 'alice'")"
}
check 'values__at_their_limits_are_written' limits

# A seed needs a state, which an account that was purged does not have.
without_a_state() {
	account from && account to && same "done" "$(query one desk "SELECT
	    otp.purge('staff', 'to', gen_random_uuid(), 1, 2, 0, 1)")" &&
	    same 'absent||' "$(query one desk "SELECT * FROM otp.put_seed('staff',
		'to', gen_random_uuid(), 1, 3, 0, 2, $seed)")" &&
	    same 'absent' "$(query one desk "SELECT otp.move_seed('staff',
		gen_random_uuid(), 1, 'from', 2, 0, 1, 'to', 3, 0, 2)")" &&
	    same t "$(query one postgres "SELECT seed IS NOT NULL
		FROM otp.account WHERE name = 'from'")"
}
check 'seed__needs_a_state' without_a_state

# Whatever a function lets through.
check 'constraints__have_no_seed_in_their_errors' error 23514 postgres \
    "SET ROLE otp_owner; UPDATE otp.account SET uid = -1 WHERE name = 'from'"
check 'columns__have_no_seed_in_their_errors' error 23502 postgres \
    "SET ROLE otp_owner; UPDATE otp.account SET epoch = NULL
	WHERE name = 'from'"

finish
