#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# fleet/database with a real server: what it says of a put is what was done,
# wherever the connection breaks.

. "$(dirname "$0")/server.sh"
needs openssl python3
probe=$top_builddir/tests/fleet/probe
test -x "$probe" || ground_skip 'libpq was not there to build with'

mkdir -m 1777 /tmp/common
server_make one 'ssl = off' \
    "unix_socket_directories = '/tmp/one.at, /tmp/common'" &&
    server_start one && migrate one || exit 99

# account NAME: with a state, and free.
account() {
	query one desk "SELECT outcome FROM otp.create_state('staff', '$1',
	    gen_random_uuid(), 1, 'new')" >/dev/null &&
	    free "$1"
}
free() {
	query one postgres "UPDATE otp.account SET taken_until = NULL
	    WHERE name = '$1'"
}
# Where a deadline is not what is tested, it is one that no busy machine reaches.
local_probe() {
	timeout 1000 "$probe" host=/tmp/one.at role=host1 "$@"
}
row() {
	query one postgres "SELECT $2 FROM otp.account WHERE name = '$1'"
}

# --- What is loaded ----------------------------------------------------------

loads() {
	account alice &&
	    query one postgres "UPDATE otp.account SET uid = 4294967294,
		seed = 'a seed', serial = 3 WHERE name = 'alice'" &&
	    same 'fleet 1 1 account 1 uid 1:4294967294 seed 1:a seed state 1:new numbers 1,0,3 epoch 1 taken 0' \
		"$(local_probe show alice)"
}
check 'load__has_what_is_in_the_row' loads

loads_none() {
	same 'fleet 1 1 account 0 uid 0:0 seed 0: state 0: numbers 0,0,0 epoch 0 taken 0' \
	    "$(local_probe show unknown)"
}
check 'load__of_an_unknown_account_has_none' loads_none

realms() {
	same 'read: 42501 role host1 may not use this realm' \
	    "$(local_probe realm=visitors show alice)"
}
check 'load__says_what_the_server_refuses' realms

# --- A login -----------------------------------------------------------------

in_one() {
	same 'charged
done' "$(local_probe login alice)" &&
	    same 'used|2|1|f' "$(row alice "convert_from(state, 'UTF8'),
		generation, charge, taken_until IS NOT NULL")"
}
check 'commit__is_done' in_one

# As the server's log has them: those that are prepared have a name.
prepared() {
	account prepared &&
	    query one postgres "ALTER ROLE host1 SET log_statement = 'all'" \
		'ALTER ROLE host1 SET log_min_messages = log' || return 1
	: >/tmp/one.log
	local_probe login prepared >/dev/null
	query one postgres 'ALTER ROLE host1 RESET ALL'
	same 'otp_load
otp_put
otp_put' "$(sed -n 's/.*LOG:  execute \([^:]*\): .*/\1/p' /tmp/one.log)"
}
check 'statements__of_logins_are_prepared' prepared

conflict() {
	account taken && query one postgres "UPDATE otp.account
	    SET taken_until = clock_timestamp() + interval '1.9 s'
	    WHERE name = 'taken'" &&
	    same 'conflict' "$(local_probe login taken)"
}
check 'charge__conflicts_with_another_attempt' conflict

empty_state() {
	account empty && same 'charged
parse' "$(local_probe used= login empty)" &&
	    same 'charged|1|1' "$(row empty "convert_from(state, 'UTF8'),
		generation, charge")"
}
check 'commit__has_a_state' empty_state

# A put of another host, between load and put, by a trigger: what was loaded is of
# the epoch before.
other_epoch() {
	account epochs && query one postgres "CREATE FUNCTION public.next()
	    RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN
	    UPDATE otp.fleet SET epoch = epoch + 1; RETURN NEW; END \$\$;
	    CREATE TRIGGER next AFTER UPDATE ON otp.account
	    FOR EACH ROW EXECUTE FUNCTION public.next();
	    GRANT USAGE ON SCHEMA public TO otp_owner" &&
	    same 'charged
conflict' "$(local_probe login epochs)" &&
	    query one postgres 'DROP TRIGGER next ON otp.account' \
		'UPDATE otp.fleet SET epoch = 1'
}
check 'commit__of_another_epoch_conflicts' other_epoch

# says OUTCOME GENERATION CHARGE: another server, with an otp.put of its own, of
# (generation g, charge c).
says() {
	query one postgres "CREATE OR REPLACE FUNCTION otp.put(a text, b text,
	    d uuid, e bigint, g bigint, c bigint, s bigint, t bytea, u boolean,
	    v boolean)
	    RETURNS TABLE (outcome text, generation bigint, charge bigint)
	    LANGUAGE sql AS \$\$ SELECT '$1', $2, $3 \$\$" &&
	    same 'write' "$(local_probe login alice)"
}
only_done() {
	query one postgres 'ALTER FUNCTION otp.put RENAME TO put_of_ours' &&
	    says maybe g 'c + 1' && says 'done' g c && says 'done' g NULL::bigint &&
	    says 'done' 'g + 1' 'c + 1'
}
check 'put__takes_only_done_and_the_next_numbers_for_a_yes' only_done
query one postgres 'DROP FUNCTION otp.put' \
    'ALTER FUNCTION otp.put_of_ours RENAME TO put'

# --- Where it breaks ---------------------------------------------------------

everywhere() {
	account cuts && local_probe ms=60000 cuts cuts >/tmp/cuts && cat /tmp/cuts &&
	    awk '
	    /^to the server/ { server = $5 > 120 && $7 == 1 && $11 > 120 }
	    /^to the client/ { client = $5 > 50 && $7 == 1 && $9 > 50 }
	    END { exit !(server && client) }' FS='[ ,]+' /tmp/cuts
}
check 'commit__is_exact_wherever_the_connection_is_cut' everywhere
sed 's/^/# ran: a commit is cut: /' /tmp/cuts

# standby NAME
standby() {
	query one postgres "ALTER SYSTEM SET synchronous_standby_names = '$1'" \
	    'SELECT pg_reload_conf()' >/dev/null && await standby_is "$1"
}
standby_is() {
	test "$(query one postgres 'SHOW synchronous_standby_names')" = "$1"
}
waiting() {
	test "$(query one postgres "SELECT count($1) FROM pg_stat_activity
	    WHERE wait_event = 'SyncRep'")" = 1
}

# No standby has the commit, and the server says so by a warning alone, of what
# asks for it, too.
# warned NAME
warned() {
	account "$1" && standby absent && {
		local_probe ms=2500 login "$1" >/tmp/warned &
		warned=$!
	} && await waiting 'pg_cancel_backend(pid)' || return 1
	while kill -0 "$warned" 2>/dev/null; do
		waiting 'pg_cancel_backend(pid)'
	done
	says_no wait "$warned" &&
	    grep '^write doubtful' /tmp/warned &&
	    same 2 "$(row "$1" generation)"
}
check 'commit__with_a_warning_is_asked_for' warned warned
standby ''

# client_min_messages LEVEL: as the role has it, for new connections.
client_min_messages() {
	query one postgres "ALTER ROLE host1 SET client_min_messages = $1"
}
silenced() {
	client_min_messages error && warned silenced
}
check 'commit__has_its_warning_whatever_the_role_has_set' silenced
standby ''
client_min_messages DEFAULT

# The standby is there again while it is asked for.
warned_and_kept() {
	standby '' && account kept && standby absent && {
		local_probe ms=60000 login kept >/tmp/kept &
		kept=$!
	} && await waiting 'pg_cancel_backend(pid)' && await waiting '*' &&
	    standby '' && wait $kept && same 'charged
done' "$(cat /tmp/kept)"
}
check 'commit__that_was_asked_for_is_done_once_a_standby_has_it' warned_and_kept
standby ''

killed() {
	account killed && standby absent && {
		local_probe ms=60000 login killed >/tmp/killed &
		killed=$!
	} && await waiting '*' && server_signal KILL one && sleep 0.2 &&
	    server_start one && standby '' && wait $killed && same 'charged
done' "$(cat /tmp/killed)"
}
check 'commit__is_asked_for_after_the_server_was_killed' killed
standby ''

stops() {
	account stop && standby absent && {
		local_probe ms=1500 login stop >/tmp/stop &
		stop=$!
	} && await waiting '*' || return 1
	server_signal STOP one
	connecting=$(timeout 60 "$probe" host=/tmp/one.at role=host1 ms=300 \
	    show alice)
	says_no wait $stop
	server_signal CONT one
	same 'read: no answer in time' "$connecting" &&
	    same 'charged
write doubtful: no answer in time' "$(cat /tmp/stop)"
}
check 'calls__end_when_the_server_is_stopped' stops
standby ''

# A server that answers a statement as if it was a COPY, and then nothing.
python3 - /tmp/copy 2>/tmp/copy.err <<'END' &
import os, socket, struct, sys, time

def message(kind, body):
    return kind + struct.pack('>I', len(body) + 4) + body

def setting(name, value):
    return message(b'S', b'%s\0%s\0' % (name, value))

listener = socket.socket(socket.AF_UNIX)
os.mkdir(sys.argv[1])
listener.bind(sys.argv[1] + '/.s.PGSQL.5432')
listener.listen(1)
server = listener.accept()[0]
server.recv(65536)
server.sendall(message(b'R', bytes(4)) + setting(b'server_version', b'15.0') +
    setting(b'in_hot_standby', b'off') +
    setting(b'default_transaction_read_only', b'off') + message(b'Z', b'I'))
server.recv(65536)
server.sendall(message(b'G', bytes(3)))
time.sleep(60)
END
copy=$!
copied() {
	await test -S /tmp/copy/.s.PGSQL.5432 &&
	    same 'read: unexpected answer' "$(timeout 60 "$probe" \
		host=/tmp/copy role=host1 ms=30000 show alice)" || {
		cat /tmp/copy.err
		return 1
	}
}
check 'calls__end_when_the_server_answers_with_a_copy' copied
kill $copy

# --- Whose the server is -----------------------------------------------------

# Whoever makes the first socket in a directory that all can write to.
impostor() {
	says_no timeout 60 "$probe" host=/tmp/common role=host1 show alice \
	    >/tmp/said && grep 'requirepeer specifies "root"' /tmp/said || {
		cat /tmp/said
		return 1
	}
}
check 'open__takes_no_server_of_another_user' impostor

# --- TLS, and the environment ------------------------------------------------

tls_make one && server_stop one && server_start one
query one postgres "ALTER ROLE host1 PASSWORD 'of the host'"
echo '*:*:*:host1:of the host' >/tmp/password
echo '*:*:*:host1:wrong' >/tmp/wrong
chmod 600 /tmp/password /tmp/wrong
over() {
	timeout 60 "$probe" host=localhost address=127.0.0.1 role=host1 \
	    authority=/tmp/ca.crt password=/tmp/password "$@" show alice
}
connected() {
	over "$@" | grep '^fleet 1 '
}
refuses() {
	over "$@" >/tmp/said && return 1
	grep "$refused_as" /tmp/said
}
verifies() {
	connected &&
	    refused_as='does not match host name' refuses host=another &&
	    refused_as='certificate verify failed' \
		refuses authority=/tmp/other_ca.crt &&
	    refused_as='password authentication failed' \
		refuses password=/tmp/wrong || {
		cat /tmp/said
		return 1
	}
	server_set one 'ssl = off' && server_stop one && server_start one &&
	    refused_as='does not support SSL' refuses
}
check 'open__verifies_the_server' verifies
server_set one 'ssl = on'
server_stop one
server_start one

environment() {
	PGHOSTADDR=192.0.2.1 PGSSLMODE=disable PGSSLROOTCERT=/nonexistent \
	    PGOPTIONS='-c unknown=1' PGTARGETSESSIONATTRS=standby \
	    PGSERVICE=unknown PGPASSFILE=/nonexistent PGPORT=1 \
	    PGREQUIREPEER=unknown PGCHANNELBINDING=require \
	    PGSSLMINPROTOCOLVERSION=unknown PGDATESTYLE=unknown connected
}
check 'open__takes_nothing_from_the_environment' environment

home() {
	mkdir -p /tmp/home && cp /tmp/password /tmp/home/.pgpass &&
	    says_no env HOME=/tmp/home timeout 60 "$probe" host=localhost \
		address=127.0.0.1 role=host1 authority=/tmp/ca.crt show alice \
		>/tmp/said && grep 'no password supplied' /tmp/said
}
check 'open__takes_nothing_from_a_home_directory' home

incomplete() {
	same 'option: ' "$("$probe" host=localhost role=host1 \
	    address=127.0.0.1 show alice)" &&
	    same 'option: ' "$("$probe" host=localhost role=host1 \
		authority=/tmp/ca.crt show alice)"
}
check 'open__needs_an_authority_and_an_address' incomplete

finish
