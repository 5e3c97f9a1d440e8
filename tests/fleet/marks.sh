#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Host marks with a real server: what a host remembers of its commits, and which
# databases it refuses by that.

. "$(dirname "$0")/server.sh"
needs pg_dump pg_dumpall
probe=$top_builddir/tests/fleet/probe
test -x "$probe" || ground_skip 'libpq was not there to build with'

server_make one && server_start one && migrate one || exit 99

# at NAME HOST COMMAND ACCOUNT: as HOST, with marks of its own.
at() {
	timeout 100 "$probe" "host=/tmp/$1.at" "role=$2" "marks=/tmp/$2.marks" \
	    "$3" "$4"
}
accepted() {
	same 'charged
done' "$(at "$1" "$2" login "$3")"
}
# refuses REASON NAME HOST ACCOUNT
refuses() {
	same "$1" "$(at "$2" "$3" login "$4" | sed 's/:.*//')"
}
free() {
	query "$1" postgres 'UPDATE otp.account SET taken_until = NULL'
}
account() {
	query one desk "SELECT outcome FROM otp.create_state('staff', '$1',
	    gen_random_uuid(), 1, 'new')" >/dev/null && free one
}

remembers() {
	account alice && test ! -e /tmp/host1.marks &&
	    accepted one host1 alice && accepted one host1 alice &&
	    same '600 20992 root' "$(stat -c '%a %s %U' /tmp/host1.marks)"
}
check 'marks__are_made_by_the_first_login' remembers
names() {
	account 'a "b" \c, {d}' && accepted one host1 'a "b" \c, {d}' &&
	    accepted one host1 alice
}
check 'marks__take_every_name' names

# A dump of before the last login, restored in the same cluster.
rolled_back() {
	pg_dump -h /tmp/one.at -U postgres -f /tmp/dump otp &&
	    accepted one host1 alice &&
	    psql -Xq -h /tmp/one.at -U postgres -d postgres \
		-c 'DROP DATABASE otp' -c 'CREATE DATABASE otp' &&
	    psql -Xq -v ON_ERROR_STOP=1 -h /tmp/one.at -U postgres -d otp \
		-f /tmp/dump >/dev/null && refuses rolled-back one host1 alice &&
	    refuses rolled-back one host1 'a "b" \c, {d}' &&
	    accepted one host2 'a "b" \c, {d}'
}
check 'marks__refuse_a_database_that_was_restored_within_its_cluster' \
    rolled_back
absent() {
	query one postgres \
	    "UPDATE otp.account SET generation = 100 WHERE name = 'alice'" \
	    "CREATE TABLE public.kept AS SELECT * FROM otp.account
		WHERE name = 'alice'" &&
	    accepted one host1 'a "b" \c, {d}' &&
	    query one postgres "DELETE FROM otp.account WHERE name = 'alice'" &&
	    refuses rolled-back one host1 'a "b" \c, {d}' || return 1
	query one postgres 'INSERT INTO otp.account SELECT * FROM public.kept' \
	    "UPDATE otp.account SET generation = 0 WHERE name = 'alice'" \
	    'DROP TABLE public.kept'
}
check 'marks__refuse_a_database_that_lacks_an_account' absent
next_epoch() {
	refuses rolled-back one host1 alice &&
	    query one boss 'SELECT otp.begin_epoch()' >/dev/null &&
	    accepted one host1 alice && accepted one host1 alice
}
check 'marks__are_of_one_epoch' next_epoch

earlier() {
	query one postgres 'UPDATE otp.fleet SET epoch = epoch - 1' &&
	    refuses rolled-back one host1 alice &&
	    query one postgres 'UPDATE otp.fleet SET epoch = epoch + 1' &&
	    accepted one host1 alice
}
check 'marks__refuse_an_earlier_epoch' earlier
otherwise() {
	query one postgres "UPDATE otp.fleet SET since = since + interval '1 s'" &&
	    refuses rolled-back one host1 alice &&
	    query one postgres \
		"UPDATE otp.fleet SET since = since - interval '1 s'" &&
	    accepted one host1 alice
}
check 'marks__refuse_an_epoch_that_began_otherwise' otherwise

# What cannot be compared is no yes; what cannot be written is no no.
open_to_others() {
	chmod 666 /tmp/host1.marks && refuses mode one host1 alice &&
	    refuses mode one host1 alice && chmod 600 /tmp/host1.marks &&
	    accepted one host1 alice
}
check 'marks__that_cannot_be_trusted_refuse_logins' open_to_others
no_room() {
	mkdir /tmp/full && mount -t tmpfs -o size=4k,mode=755 full /tmp/full &&
	    head -c 8192 /dev/zero >/tmp/full/zeros 2>/dev/null
	marks=/tmp/full/marks
	same 'charged
done' "$(timeout 100 "$probe" host=/tmp/one.at role=host1 marks=$marks \
	    login alice)"
	full=$?
	umount /tmp/full
	return $full
}
check 'marks__on_a_full_disk_refuse_no_login' no_room

failover() {
	standby_make one standby && accepted one host1 alice &&
	    server_signal KILL one &&
	    as_server pg_ctl -D /tmp/standby -w promote >/dev/null &&
	    accepted standby host1 alice
}
check 'marks__take_a_failover_for_no_rollback' failover
other_cluster() {
	server_make three && server_start three &&
	    pg_dumpall -h /tmp/standby.at -U postgres --roles-only |
	    grep -v 'ROLE postgres' |
	    psql -Xq -h /tmp/three.at -U postgres -d postgres >/dev/null &&
	    pg_dump -h /tmp/standby.at -U postgres --create otp |
	    psql -Xq -v ON_ERROR_STOP=1 -h /tmp/three.at -U postgres \
		-d postgres >/dev/null &&
	    refuses rolled-back three host1 alice &&
	    query three boss 'SELECT otp.begin_epoch()' >/dev/null &&
	    accepted three host1 alice &&
	    refuses rolled-back standby host1 alice
}
check 'marks__refuse_the_former_cluster_after_a_restore' other_cluster

finish
