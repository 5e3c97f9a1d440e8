#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# otp-enroll fleet with real servers: what it makes is what the migrations make
# with psql, once, and the next epoch begins after a restore.

. "$(dirname "$0")/server.sh"
needs expect pg_dump pg_dumpall
test -e "$top_builddir/common/fleet/.libs/pam_otp_postgresql.so" ||
    ground_skip 'libpq was not there to build with'

tool_install || exit 99
count=$(find "$migrations" -name '[0-9]*.sql' | wc -l)
server_make one && server_start one && server_make two && server_start two &&
    migrate two || exit 99

as_postgres() {
	psql -XAtq -v ON_ERROR_STOP=1 -h /tmp/one.at -U postgres "$@"
}
# otp NAME: an empty database otp on one, in place of another.
otp() {
	as_postgres -d postgres -c 'DROP DATABASE IF EXISTS otp' \
	    -c "CREATE DATABASE otp TEMPLATE template0 ENCODING ${1-UTF8}
		LOCALE 'C'"
}
# fleet STATUS TEXT ARGUMENT...: ends with STATUS, and says TEXT.
fleet() {
	wanted=$1 text=$2
	shift 2
	status=0
	timeout 60 otp-enroll fleet "$@" </dev/null >/tmp/said 2>&1 || status=$?
	cat /tmp/said
	test $status = "$wanted" && grep -qF -e "$text" /tmp/said
}
as_super() {
	fleet "$@" --role=postgres
}
schema() {
	pg_dump -h "/tmp/$1.at" -U postgres --schema-only otp |
	    grep -v -e '^\\' -e '^-- Dumped'
}
last() {
	as_postgres -d otp -c 'SELECT max(number) FROM otp.migration'
}

otp
tool_conf one host1

# --- The plugin --------------------------------------------------------------

as_postgres -d postgres -c 'CREATE ROLE plain LOGIN'
plugin=$plugins/pam_otp_postgresql.so
mv "$plugin" /tmp/kept.so
elsewhere() {
	mkdir -p /tmp/elsewhere && cp /tmp/kept.so /tmp/elsewhere/pam_otp_postgresql.so &&
	    (cd /tmp/elsewhere && LD_LIBRARY_PATH=/tmp/elsewhere as_super 1 \
		"$plugin is not installed" init)
}
check 'plugin__is_where_it_was_installed' elsewhere
build=$(sed -n 's/^#define OTP_BUILD_ID "\(.*\)"/\1/p' "$top_builddir/build_id.h")
other_build() {
	LC_ALL=C sed "s/$build/$(echo "$build" | tr 0-9 1-90)/" /tmp/kept.so \
	    >"$plugin" && as_super 1 'is of another version of pam_otp' init
}
check 'plugin__is_of_the_same_build' other_build
not_one() {
	echo text >"$plugin" && as_super 1 "$plugin: cannot be read: " init
}
check 'plugin__that_cannot_be_loaded_is_said' not_one
cp /tmp/kept.so "$plugin"

# --- init --------------------------------------------------------------------

check 'fleet__says_what_there_is_to_do' fleet 2 "fleet init', 'upgrade'" start
check 'fleet__needs_an_absolute_path' \
    fleet 2 '--file must be an absolute path' init --file=fleet.conf
check 'fleet__says_what_is_wrong_with_its_file' \
    fleet 2 '/tmp/absent: there is no such file' init --file=/tmp/absent
check 'init__says_what_the_server_says' \
    fleet 1 "role 'host1' does not exist." init
check 'init__needs_a_superuser' \
    fleet 1 'The role plain is not a superuser' init --role=plain
for thing in 'TABLE public.mine ()' 'SCHEMA mine' "TYPE public.mine AS ENUM ('a')" \
    'FUNCTION public.mine() RETURNS integer LANGUAGE sql RETURN 1' \
    'EXTENSION pg_trgm SCHEMA pg_catalog'; do
	if ! as_postgres -d otp -c "CREATE $thing" 2>/tmp/not_made; then
		skip "init__refuses_a_database_with_a_${thing%% *}" \
		    'the server does not have it'
		continue
	fi
	check "init__refuses_a_database_with_a_${thing%% *}" \
	    as_super 1 'is used for something else' init
	otp
done
otp LATIN1
check 'init__refuses_another_encoding' \
    as_super 1 'has another encoding than UTF8' init
otp
check 'upgrade__needs_what_init_makes' \
    as_super 1 "Run 'otp-enroll fleet init'" upgrade
check 'init__refuses_with_a_reason_and_changes_nothing' same '' \
    "$(as_postgres -d otp -c "SELECT nspname FROM pg_namespace
	WHERE nspname = 'otp'")"

init() {
	logged >/dev/null
	as_super 0 "Migration $count of $count: done." init &&
	    same "$(seq "$count" | sed "s/.*/Migration & of $count: done./")" \
		"$(cat /tmp/said)" && schema two >/tmp/by_psql &&
	    schema one >/tmp/by_tool && diff /tmp/by_psql /tmp/by_tool &&
	    logged | grep 'otp-enroll: action=fleet-made'
}
check 'init__makes_what_the_migrations_make' init
twice() {
	as_super 0 "The database otp already has all $count migrations." init &&
	    as_super 0 "The database otp already has all $count migrations." \
		upgrade && schema one | diff /tmp/by_psql -
}
check 'init__is_done_once' twice
# The owner of the database, who need not be a superuser, sets this.
shadowed() {
	as_postgres -d otp -c 'CREATE SCHEMA theirs' -c "CREATE FUNCTION
	    theirs.current_setting(text) RETURNS text LANGUAGE plpgsql
	    AS 'BEGIN RAISE ''theirs was run''; END'" \
	    -c 'ALTER DATABASE otp SET search_path = theirs, pg_catalog' &&
	    as_super 0 "already has all $count migrations." upgrade
	status=$?
	as_postgres -d otp -c 'DROP SCHEMA theirs CASCADE' \
	    -c 'ALTER DATABASE otp RESET search_path'
	return $status
}
check 'upgrade__runs_no_function_of_the_databases_owner' shadowed
peer() {
	as_server timeout 60 otp-enroll fleet upgrade --role=postgres \
	    >/tmp/said 2>&1
	cat /tmp/said
	grep "already has all $count" /tmp/said
}
check 'fleet__needs_no_root_of_the_host' peer

# --- upgrade -----------------------------------------------------------------

upgrade_from() {
	otp
	for number in 0001 0002; do
		test $number -gt "$1" || migration one $number || return 1
	done
	as_super 1 "has migration ${1#000} of $count. Run 'otp-enroll fleet upgrade'" \
	    init && as_super 0 "Migration $count of $count: done." upgrade &&
	    same "$((count - ${1#000}))" "$(wc -l </tmp/said)" &&
	    schema one | diff /tmp/by_psql -
}
check 'upgrade__from_the_first_migration_runs_those_that_are_missing' \
    upgrade_from 0001
check 'upgrade__from_the_second_migration_runs_what_is_missing' \
    upgrade_from 0002

fails() {
	otp
	sed 's/^COMMIT;$/SELECT 1 \/ 0; COMMIT;/' "$migrations/0002-host.sql" \
	    >"$installed/0002-host.sql"
	as_super 1 '0002-host.sql failed: 22012 division by zero.' init &&
	    same "Migration 1 of $count: done." "$(head -n 1 /tmp/said)" &&
	    same 1 "$(last)" && same '' "$(as_postgres -d otp -c "SELECT proname
		FROM pg_proc WHERE proname = 'enter'")"
}
check 'migration__that_fails_leaves_nothing' fails
absent() {
	mv "$installed/0002-host.sql" /tmp &&
	    as_super 1 'Migration 2 is not in ' upgrade &&
	    cp "$migrations/0002-host.sql" "$installed" &&
	    cp "$migrations/0002-host.sql" "$installed/0002-other.sql" &&
	    as_super 1 'Migration 2 is not in ' upgrade &&
	    rm "$installed/0002-other.sql" && same 1 "$(last)"
}
check 'migration__is_one_file' absent
writable() {
	chmod 666 "$installed/0002-host.sql" &&
	    as_super 1 'others can write to it' upgrade && same 1 "$(last)" &&
	    chmod 644 "$installed/0002-host.sql" &&
	    as_super 0 "Migration $count of $count: done." upgrade
}
check 'migration__is_of_a_file_that_others_cannot_write_to' writable

later() {
	as_postgres -d otp -c "INSERT INTO otp.migration
	    VALUES ($((count + 1)))" &&
	    as_super 1 'is of a later version' init &&
	    as_super 1 'is of a later version' upgrade &&
	    as_postgres -d otp -c "DELETE FROM otp.migration
		WHERE number > $count"
}
check 'upgrade__refuses_a_later_version' later

# --- restored ----------------------------------------------------------------

# Two is restored from one's backup, into another cluster.
query two desk "SELECT otp.create_state('staff', 'alice', gen_random_uuid(), 1,
    'state')" >/dev/null
server_make three && server_start three || exit 99
restore() {
	pg_dumpall -h /tmp/two.at -U postgres --roles-only |
	    grep -v 'ROLE postgres' |
	    psql -Xq -h /tmp/three.at -U postgres -d postgres >/dev/null &&
	    pg_dump -h /tmp/two.at -U postgres --create otp |
	    psql -Xq -v ON_ERROR_STOP=1 -h /tmp/three.at -U postgres \
		-d postgres >/dev/null
}
load="SELECT fleet_epoch FROM otp.load('staff', 'alice')"
restored() {
	restore && tool_conf three host1 && refused OT001 three host1 "$load" &&
	    fleet 1 'The role host1 is not a member of otp_admin' restored &&
	    refused OT001 three host1 "$load" && logged >/dev/null &&
	    fleet 0 'Epoch 2 of the database otp has begun.' restored \
		--role=boss && same 2 "$(query three host1 "$load")" &&
	    logged | grep 'otp-enroll: action=fleet-restored'
}
check 'restored__begins_the_next_epoch' restored
asks() {
	talk 'next epoch? [y/N]' n -- otp-enroll fleet restored --role=boss
	echo "$screen" | grep -q 'Nothing changed' && test $status = 1 &&
	    echo "$screen" | grep -q 'The database otp is in epoch 2' &&
	    same 2 "$(query three host1 "$load")" &&
	    talk 'next epoch? [y/N]' y -- otp-enroll fleet restored \
		--role=boss && same 3 "$(query three host1 "$load")" &&
	    talk -- otp-enroll fleet restored --role=boss --yes &&
	    same 4 "$(query three host1 "$load")"
}
check 'restored__asks_on_a_terminal' asks
none() {
	otp && tool_conf one postgres && fleet 1 'otp_admin' restored
}
check 'restored__needs_what_init_makes' none

finish
