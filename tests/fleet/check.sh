#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# otp-enroll fleet check with a real server: each finding is provoked, and gone once
# its advice was taken.

. "$(dirname "$0")/server.sh"
needs openssl pg_dump pg_dumpall jq
test -e "$top_builddir/common/fleet/.libs/pam_otp_postgresql.so" ||
    ground_skip 'libpq was not there to build with'

tool_install || exit 99
server_make one && server_start one && migrate one || exit 99
query one postgres "ALTER ROLE host1 PASSWORD 'of the host'"
as_super() {
	query one postgres "$@"
}

# By TCP with TLS, as from another host.
tls_make one && echo 'local replication all trust' >>/tmp/one/pg_hba.conf &&
    server_stop one && server_start one || exit 99
cp /tmp/ca.crt /tmp/other_ca.crt /etc/pam_otp
echo '*:*:*:*:of the host' >/etc/pam_otp/password
chmod 600 /etc/pam_otp/password
remote() {
	printf '%s\n' 'host = localhost' 'address = 127.0.0.1' 'role = host1' \
	    'realm = staff' 'authority = /etc/pam_otp/ca.crt' \
	    'password = /etc/pam_otp/password' "$@" >/etc/pam_otp/fleet.conf
}
edit() {
	sed -i "$@" /etc/pam_otp/fleet.conf
}

# found [STATUS] [ID LEVEL]...: these findings and no others, but for ok.
found() {
	wanted=$1
	shift
	status=0
	timeout 60 otp-enroll fleet check --json >/tmp/json || status=$?
	cat /tmp/json
	jq -r '.findings[] | select(.level != "ok") | .id + " " + .level' \
	    /tmp/json >/tmp/found
	printf '%s\n' "$@" | grep . >/tmp/wanted
	test $status = "$wanted" && diff /tmp/wanted /tmp/found
}
# Where nothing else is wrong.
clean() {
	found 0 && timeout 60 otp-enroll fleet check >/tmp/text &&
	    grep '^ok *The database on localhost can be used.$' /tmp/text &&
	    grep '^No problems found.$' /tmp/text
}
# advised TEXT: what the fix of the first finding begins with.
advised() {
	jq -r '.findings[0].fix' /tmp/json | grep -F -e "$1"
}
# as_advised: the statement in the fix of the first finding.
as_advised() {
	as_super "$(jq -r '.findings[0].fix' /tmp/json |
	    sed "s/^[^']*'\([^']*\)'.*/\1/")"
}

remote
standby() {
	found 0 'fleet-standby warning' && advised synchronous_standby_names &&
	    standby_make one standby && clean
}
check 'fleet_check__finds_that_there_is_no_synchronous_standby' standby

# --- What is in the way ------------------------------------------------------

configuration() {
	edit '/^realm/d' && found 1 'fleet-configuration fault' && remote &&
	    edit 's/^role/rolle/' && found 1 'fleet-configuration fault' &&
	    remote && chmod 666 /etc/pam_otp/fleet.conf &&
	    found 1 'mode fault' && chmod 644 /etc/pam_otp/fleet.conf &&
	    rm /etc/pam_otp/fleet.conf && found 1 'absent fault' && remote &&
	    clean
}
check 'fleet_check__finds_what_is_wrong_with_its_file' configuration
plugin() {
	mv "$plugins/pam_otp_postgresql.so" /tmp/kept.so &&
	    found 1 'fleet-plugin fault' &&
	    echo text >"$plugins/pam_otp_postgresql.so" &&
	    found 1 'fleet-plugin fault' &&
	    sed 's/0\.1\.0 [0-9]/9.1.0 0/' /tmp/kept.so \
		>"$plugins/pam_otp_postgresql.so" &&
	    found 1 'fleet-plugin fault' &&
	    cp /tmp/kept.so "$plugins/pam_otp_postgresql.so" && clean
}
check 'fleet_check__finds_that_the_plugin_cannot_be_used' plugin
# says TEXT
says() {
	jq -r '.findings[0].text' /tmp/json | grep -F -e "$1"
}
unreachable() {
	remote 'port = 1' && found 1 'fleet-unreachable fault' &&
	    says 'refused' && advised 'See whether a server runs there' &&
	    remote && edit 's/ca.crt/other_ca.crt/' &&
	    found 1 'fleet-unreachable fault' && says 'certificate verify' &&
	    remote && edit 's/localhost/elsewhere/' &&
	    found 1 'fleet-unreachable fault' && says 'host name' && remote &&
	    echo '*:*:*:*:wrong' >/etc/pam_otp/password &&
	    found 1 'fleet-unreachable fault' && says 'authentication' &&
	    echo '*:*:*:*:of the host' >/etc/pam_otp/password && clean
}
check 'fleet_check__finds_that_the_server_cannot_be_reached' unreachable
no_tls() {
	as_super 'ALTER SYSTEM SET ssl = off' 'SELECT pg_reload_conf()' &&
	    await found 1 'fleet-unreachable fault' && says 'SSL' &&
	    as_super 'ALTER SYSTEM RESET ssl' 'SELECT pg_reload_conf()' &&
	    await clean
}
check 'fleet_check__finds_a_server_without_tls' no_tls
stopped() {
	server_signal STOP one
	found 1 'fleet-unreachable fault'
	stopped=$?
	server_signal CONT one
	says 'no answer in time' && clean && return $stopped
}
check 'fleet_check__finds_a_server_that_does_not_answer' stopped

# --- The role ----------------------------------------------------------------

superuser() {
	as_super 'ALTER ROLE host1 SUPERUSER' &&
	    found 0 'fleet-role warning' && says 'is a superuser' &&
	    advised 'CREATE ROLE host LOGIN IN ROLE otp_host' &&
	    as_super 'ALTER ROLE host1 NOSUPERUSER' && clean
}
check 'fleet_check__finds_a_superuser' superuser
power() {
	for power in CREATEROLE CREATEDB REPLICATION BYPASSRLS; do
		as_super "ALTER ROLE host1 $power" &&
		    found 0 'fleet-role warning' && as_advised && clean ||
		    return 1
	done
}
check 'fleet_check__finds_a_role_with_too_much' power
members() {
	for group in otp_owner otp_admin; do
		as_super "GRANT $group TO host1" &&
		    found 0 'fleet-role warning' && says $group &&
		    as_advised && clean || return 1
	done
}
check 'fleet_check__finds_a_member_of_too_much' members
no_member() {
	as_super 'REVOKE otp_host FROM host1' \
	    'GRANT CONNECT ON DATABASE otp TO host1' &&
	    sed -i 's/+otp_host/all/' /tmp/one/pg_hba.conf &&
	    as_super 'SELECT pg_reload_conf()' &&
	    await found 1 'fleet-role fault' && as_advised && clean &&
	    as_super 'REVOKE CONNECT ON DATABASE otp FROM host1'
}
check 'fleet_check__finds_a_role_that_is_no_member' no_member
realm() {
	edit 's/staff/visitors/' && found 1 'fleet-realm fault' &&
	    says 'host1' && says 'visitors' && advised 'otp.admit' &&
	    query one boss "SELECT otp.admit('host1', 'visitors')" && clean &&
	    remote && clean
}
check 'fleet_check__finds_a_role_that_was_not_admitted' realm
other_role() {
	edit 's/visitors/staff/' && as_super "ALTER ROLE boss PASSWORD 'of the host'" &&
	    timeout 60 otp-enroll fleet check --role=boss >/tmp/text &&
	    cat /tmp/text && grep '^No problems found.$' /tmp/text
}
check 'fleet_check__says_nothing_of_a_role_that_is_not_the_hosts' other_role

# --- The database ------------------------------------------------------------

clocks() {
	clock 31 && found 1 'fleet-clock fault' && says 'slower' &&
	    clock 25 && clean && tool_conf one host1 && clock -40 &&
	    found 1 'fleet-clock fault' 'fleet-own-host note' && says 'ahead' &&
	    clock 0 && remote && clean
}
check 'fleet_check__finds_clocks_that_are_apart' clocks
clock 0
shared() {
	as_super 'CREATE TABLE public.mine ()' &&
	    found 0 'fleet-shared warning' && as_super 'DROP TABLE public.mine' &&
	    clean
}
check 'fleet_check__finds_what_is_not_of_the_migrations' shared
versions() {
	as_super 'INSERT INTO otp.migration VALUES (99)' &&
	    found 0 'fleet-version warning' &&
	    as_super 'DELETE FROM otp.migration WHERE number = 99' &&
	    clean && as_super 'UPDATE otp.fleet SET format = 2' &&
	    found 1 'fleet-format fault' &&
	    as_super 'UPDATE otp.fleet SET format = 1' && clean
}
check 'fleet_check__finds_a_later_version' versions
rolled_back() {
	as_super 'UPDATE otp.fleet SET identifier = identifier + 1' &&
	    found 1 'rolled-back fault' && advised 'otp-enroll fleet restored' &&
	    otp-enroll fleet restored --role=boss --yes && clean
}
check 'fleet_check__finds_a_database_that_was_restored' rolled_back

# host_finds STATUS ID LEVEL: by 'otp-enroll check', of a host that uses it.
host_finds() {
	status=0
	timeout 60 otp-enroll check --json >/tmp/json || status=$?
	cat /tmp/json
	test $status = "$1" && jq -e --arg id "$2" --arg level "$3" \
	    '.findings[] | select(.id == $id and .level == $level)' /tmp/json
}
host() {
	conf 'store = postgresql:/etc/pam_otp/fleet.conf' &&
	    host_finds 0 fleet ok && clean && edit 's/staff/visitors/' &&
	    as_super "DELETE FROM otp.member WHERE realm = 'visitors'" &&
	    host_finds 1 fleet-realm fault && remote &&
	    mv "$plugins/pam_otp_postgresql.so" /tmp/kept.so &&
	    host_finds 1 fleet-plugin fault && found 1 'fleet-plugin fault' &&
	    mv /tmp/kept.so "$plugins/pam_otp_postgresql.so" &&
	    host_finds 0 fleet ok
}
check 'check__has_the_findings_of_the_database_that_a_host_uses' host
conf
# On the server itself, of a database from nothing on.
own_host() {
	as_super 'CREATE DATABASE other TEMPLATE template0' &&
	    tool_conf one postgres 'database = other' &&
	    found 1 'fleet-empty fault' 'fleet-own-host note' &&
	    advised 'otp-enroll fleet init' &&
	    PGDATABASE=other psql -Xq -h /tmp/one.at -U postgres \
		-f "$migrations/0001-tables.sql" >/dev/null &&
	    found 1 'fleet-version fault' 'fleet-role warning' \
		'fleet-own-host note' && advised 'otp-enroll fleet upgrade' &&
	    otp-enroll fleet upgrade && found 0 'fleet-role warning' \
		'fleet-own-host note'
}
check 'fleet_check__finds_what_init_and_upgrade_are_for' own_host

schema() {
	empty jq -rs --argjson schema \
	    "$(cat "$top_srcdir/contrib/check.schema.json")" --arg of check \
	    --argjson strict true -f "$top_srcdir/tests/tool/schema.jq" /tmp/json
}
check 'fleet_check__prints_what_the_schema_says' schema
no_json() {
	! otp-enroll fleet init --json 2>/tmp/said && cat /tmp/said &&
	    grep "can only be used with 'check'" /tmp/said
}
check 'fleet_check__alone_prints_json' no_json
writes() {
	schema_before=$(pg_dump -h /tmp/one.at -U postgres otp |
	    grep -v '^\\') && remote && clean >/dev/null &&
	    same "$schema_before" "$(pg_dump -h /tmp/one.at -U postgres otp |
		grep -v '^\\')"
}
check 'fleet_check__changes_nothing' writes

finish
