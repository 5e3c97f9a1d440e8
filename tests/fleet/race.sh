#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Many hosts at once, and a server that is killed, with the functions of
# contrib/postgresql: what they promise together. A state is a text here, "unused"
# or "used"; pgbench's clients are hosts' processes.

. "$(dirname "$0")/server.sh"

server_make one && server_start one && migrate one || exit 99

# account NAME
account() {
	query one desk "SELECT outcome FROM otp.create_state('staff', '$1',
	    gen_random_uuid(), 1, 'unused')" >/dev/null &&
	    free "$1"
}
free() {
	query one postgres "UPDATE otp.account SET taken_until = NULL
	    WHERE name = '$1'"
}
row() {
	query "$1" postgres "SELECT $3 FROM otp.account WHERE name = '$2'"
}

# One try, from load to commit; $heard has a line of each answer: what, client,
# name and generation. The client goes on until it was let in or found the code
# used.
cat >/tmp/login <<'END'
\if :over
\sleep 1 ms
\else
SELECT gen_random_uuid() AS attempt \gset
SELECT generation, charge, (convert_from(state, 'UTF8') = 'used')::integer AS used, is_taken::integer AS taken FROM otp.load('staff', :name) \gset
\if :used
\set over 1
\shell echo used :client_id :name :generation >>/tmp/heard
\elif :taken
\set pause random(1, 20)
\sleep :pause ms
\else
SELECT (outcome = 'done')::integer AS charged, coalesce(charge, 0) AS now_charge FROM otp.put('staff', :name, :attempt, 1, :generation, :charge, 0, 'unused', false, true) \gset
\if :charged
SELECT (outcome = 'done')::integer AS done, coalesce(generation, 0) AS now_generation FROM otp.put('staff', :name, :attempt, 1, :generation, :now_charge, 0, 'used', true, false) \gset
\if :done
\set over 1
\shell echo accepted :client_id :name :now_generation >>/tmp/heard
\else
\shell echo conflict :client_id :name :generation >>/tmp/heard
\endif
\else
\set pause random(1, 20)
\sleep :pause ms
\endif
\endif
\endif
END

# tries SERVER SCRIPT CLIENTS OPTION...: so many of each host, until tried.
trying=
tries() {
	tries_at=$1 script=$2 clients=$3
	shift 3
	for host in host1 host2; do
		pgbench -n -h "/tmp/$tries_at.at" -U "$host" -c "$clients" -j 2 \
		    -M prepared -D over=0 -D name=once "$@" -f "$script" otp \
		    >"/tmp/bench.$host" 2>&1 &
		trying="$trying $!"
	done
}
# shellcheck disable=SC2086
tried() {
	wait $trying
	trying=
}

counted() {
	grep -c "^$1 " /tmp/heard
}

heard_once() {
	: >/tmp/heard
	account once && tries one /tmp/login 32 -t 200 && tried &&
	    same '1 63 0' \
		"$(counted accepted) $(counted used) $(counted conflict)" &&
	    same '2|used' \
		"$(row one once "generation, convert_from(state, 'UTF8')")"
}
check 'code__of_64_clients_at_once_is_accepted_once' heard_once

# --- Attackers ---------------------------------------------------------------

# Codes that are charged, compared and given back, of twelve accounts, by clients
# that do not look whose a row is.
{
	cat <<'END'
\set number random(0, 11)
SELECT 'owner' || :number::text AS name, gen_random_uuid() AS attempt \gset
SELECT generation, charge FROM otp.load('staff', :name) \gset
SELECT (outcome = 'done')::integer AS charged, coalesce(charge, 0) AS now_charge FROM otp.put('staff', :name, :attempt, 1, :generation, :charge, 0, 'unused', false, true) \gset
\if :charged
SELECT outcome FROM otp.put('staff', :name, :attempt, 1, :generation, :now_charge, 0, NULL, false, false) \gset
\endif
END
} >/tmp/attack
{
	echo "SELECT 'owner' || :client_id::text AS name \\gset"
	cat /tmp/login
} >/tmp/owner

owners() {
	: >/tmp/heard
	for number in 0 1 2 3 4 5 6 7 8 9 10 11; do
		account owner$number || return 1
	done
	tries one /tmp/attack 24 -T 60
	attackers=$trying
	trying=
	pgbench -n -h /tmp/one.at -U host1 -c 12 -j 2 -M prepared -D over=0 \
	    -t 500 -f /tmp/owner otp >/tmp/bench.owner 2>&1
	# shellcheck disable=SC2086
	kill $attackers
	same '12 0 0' "$(counted accepted) $(counted used) $(counted conflict)"
}
check 'owners__are_let_in_whatever_48_attackers_do' owners

# --- A server that is killed -------------------------------------------------

# Any of 400 accounts, again and again.
{
	cat <<'END'
\set over 0
\set number random(1, 400)
SELECT 'many' || :number::text AS name \gset
END
	cat /tmp/login
} >/tmp/many

# What was accepted, and heard, is once there and is there now.
# kept SERVER: the last states of names in /tmp/heard.
kept() {
	sed -n 's/^accepted [0-9]* //p' /tmp/heard | sort >/tmp/accepted
	test "$(wc -l </tmp/accepted)" -gt 20 || {
		echo "only $(wc -l </tmp/accepted) accepted"
		return 1
	}
	empty sh -c 'cut -d" " -f1 /tmp/accepted | uniq -d' &&
	    names=$(cut -d' ' -f1 /tmp/accepted | paste -sd, -) &&
	    numbers=$(cut -d' ' -f2 /tmp/accepted | paste -sd, -) &&
	    same 0 "$(query "$1" host1 \
		"SELECT otp.count_lost('staff', '{$names}', '{$numbers}')")"
}
# many SERVER
many() {
	: >/tmp/heard
	query "$1" postgres "UPDATE otp.account SET state = 'unused',
	    taken_until = NULL WHERE name LIKE 'many%'"
}
a_few() {
	test "$(counted accepted)" -gt 40
}
# in_the_middle SERVER: it is killed as soon as a few were accepted.
in_the_middle() {
	tries "$1" /tmp/many 8 -T 60
	await a_few
	server_signal KILL "$1"
	tried
}
# All that are left, after the last charge of a client that was killed.
finished() {
	query "$1" postgres 'UPDATE otp.account SET taken_until = NULL
	    WHERE taken_until IS NOT NULL' &&
	    { tries "$1" /tmp/many 8 -t 100 && tried; } &&
	    kept "$1"
}

query one desk "SELECT FROM generate_series(1, 400) number,
    otp.create_state('staff', 'many' || number, gen_random_uuid(), 1, 'unused')"
killed() {
	many one && in_the_middle one && server_start one && kept one && finished one
}
check 'server__killed_loses_no_code_that_was_accepted' killed

# promoted PRIMARY STANDBY: of a primary that is killed.
promoted() {
	standby_make "$1" "$2" && many "$1" && in_the_middle "$1" &&
	    as_server pg_ctl -D "/tmp/$2" -w promote >/dev/null &&
	    kept "$2" && finished "$2" &&
	    same 1 "$(query "$2" boss 'SELECT epoch FROM otp.standing()')"
}
failovers() {
	last=one
	for number in $(seq "$1"); do
		promoted $last "standby$number" || return 1
		rm -rf "/tmp/$last"
		last=standby$number
	done
}
failovers=5
test -z "${LONG-}" || failovers=50
check 'standby__promoted_has_every_code_that_was_accepted' failovers $failovers
test -z "${LONG-}" || echo "# ran: $failovers failovers in the middle of logins"

# --- A dump that is restored -------------------------------------------------

restored() {
	server_make three && server_start three &&
	    pg_dumpall -h "/tmp/$last.at" -U postgres --roles-only |
	    psql -Xq -h /tmp/three.at -U postgres -d postgres 2>/tmp/roles
	same 'ERROR:  role "postgres" already exists' "$(cat /tmp/roles)" &&
	    pg_dump -h "/tmp/$last.at" -U postgres --create otp |
	    psql -Xq -v ON_ERROR_STOP=1 -h /tmp/three.at -U postgres \
		-d postgres >/dev/null &&
	    refused OT001 three host1 "SELECT otp.load('staff', 'once')" &&
	    same 2 "$(query three boss 'SELECT otp.begin_epoch()')" &&
	    same '2|1' "$(query three host1 "SELECT fleet_epoch, epoch
		FROM otp.load('staff', 'once')")" &&
	    refused 42501 three host1 'SELECT lo_create(0)' &&
	    refused 42501 three host1 'SELECT * FROM otp.account'
}
check 'dump__is_refused_in_another_cluster_until_the_next_epoch' restored

finish
