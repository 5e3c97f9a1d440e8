#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What the roles of contrib/postgresql can do, and each thing that they cannot.

. "$(dirname "$0")/server.sh"
needs openssl

server_make one 'max_prepared_transactions = 1' && server_start one || exit 99

# --- Migrations --------------------------------------------------------------

as_superuser() {
	query one postgres "$@"
}

# A role that is there before, with a right of its own.
psql -Xq -h /tmp/one.at -U postgres -d postgres -c 'CREATE DATABASE otp' \
    -c 'CREATE ROLE otp_host LOGIN'
check 'migration__refuses_a_role_that_can_log_in' \
    says_no migration one 0001
check 'migration__that_fails_leaves_nothing' same '' \
    "$(as_superuser "SELECT to_regnamespace('otp'), to_regrole('otp_admin')" |
	tr -d '|')"
as_superuser 'DROP ROLE otp_host'
psql -Xq -h /tmp/one.at -U postgres -d postgres -c 'DROP DATABASE otp' \
    -c "CREATE DATABASE otp TEMPLATE template0 ENCODING LATIN1 LOCALE 'C'"
check 'migration__refuses_another_encoding' says_no migration one 0001
psql -Xq -h /tmp/one.at -U postgres -d postgres -c 'DROP DATABASE otp'
check 'migrations__make_the_schema' migrate one

again() {
	says_no migration one 0001 && says_no migration one 0002 &&
	    says_no migration one 0003 && says_no migration one 0004 &&
	    same '1 2 3 4 ' "$(as_superuser 'SELECT number FROM otp.migration
		ORDER BY number' | tr '\n' ' ')"
}
check 'migrations__are_run_once' again
in_order() {
	as_superuser 'DELETE FROM otp.migration WHERE number > 1' &&
	    says_no migration one 0003 &&
	    as_superuser 'INSERT INTO otp.migration VALUES (2), (3), (4)'
}
check 'migrations__are_run_in_order' in_order

# --- By the catalogue --------------------------------------------------------

public_has() {
	empty as_superuser "
	    SELECT 'function', p.oid::regprocedure::text FROM pg_proc p,
		aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
	    WHERE p.pronamespace = 'otp'::regnamespace AND a.grantee = 0
	    UNION ALL
	    SELECT 'relation', c.oid::regclass::text FROM pg_class c,
		aclexplode(c.relacl) a
	    WHERE c.relnamespace = 'otp'::regnamespace AND a.grantee = 0
	    UNION ALL
	    SELECT 'schema', n.nspname FROM pg_namespace n,
		aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
	    WHERE n.nspname IN ('otp', 'public') AND a.grantee = 0
	    UNION ALL
	    SELECT 'domain', t.typname FROM pg_type t,
		aclexplode(coalesce(t.typacl, acldefault('T', t.typowner))) a
	    WHERE t.typnamespace = 'otp'::regnamespace AND t.typtype = 'd'
		AND a.grantee = 0
	    UNION ALL
	    SELECT 'database', d.datname FROM pg_database d,
		aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
	    WHERE d.datname = 'otp' AND a.grantee = 0"
}
check 'public__has_nothing' public_has

# may ROLE: the functions of otp that it may call.
may() {
	as_superuser "SELECT p.proname FROM pg_proc p
	    WHERE p.pronamespace = 'otp'::regnamespace
	    AND has_function_privilege('$1', p.oid, 'EXECUTE') ORDER BY 1" |
	    tr '\n' ' '
}
for_host='count_lost load put standing uid_name was_committed '
calls() {
	same "$for_host" "$(may host1)" &&
	    same 'count_lost create_state load move_seed names purge put put_seed put_uid standing uid_name uids was_committed ' \
		"$(may desk)" &&
	    same 'add_realm admit begin_epoch dismiss standing ' "$(may boss)"
}
check 'roles__may_call_their_functions_and_no_other' calls

tables() {
	empty as_superuser "SELECT r.rolname, c.relname
	    FROM pg_class c, pg_roles r
	    WHERE c.relnamespace = 'otp'::regnamespace AND c.relkind = 'r'
	    AND r.rolname IN ('host1', 'desk', 'boss', 'otp_host', 'otp_enroll',
		'otp_admin')
	    AND (has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE,
		DELETE, TRUNCATE, REFERENCES, TRIGGER')
		OR has_any_column_privilege(r.oid, c.oid,
		'SELECT, INSERT, UPDATE, REFERENCES'))"
}
check 'roles__reach_no_table' tables

fixed() {
	empty as_superuser "SELECT p.proname FROM pg_proc p
	    WHERE p.pronamespace = 'otp'::regnamespace
	    AND p.prosqlbody IS NULL
	    AND ('search_path=pg_catalog, pg_temp' = ANY (p.proconfig))
		IS NOT TRUE" &&
	    same '' "$(as_superuser "SELECT p.proname FROM pg_proc p
		WHERE p.pronamespace = 'otp'::regnamespace
		AND p.prosecdef <> (has_function_privilege('otp_enroll',
		    p.oid, 'EXECUTE') OR has_function_privilege('otp_admin',
		    p.oid, 'EXECUTE'))")"
}
check 'functions__run_with_a_fixed_search_path' fixed

owned() {
	empty as_superuser "
	    SELECT proname FROM pg_proc WHERE pronamespace = 'otp'::regnamespace
		AND proowner <> 'otp_owner'::regrole
	    UNION ALL
	    SELECT relname FROM pg_class WHERE relnamespace = 'otp'::regnamespace
		AND relowner <> 'otp_owner'::regrole
	    UNION ALL
	    SELECT rolname FROM pg_roles WHERE rolname = 'otp_owner' AND
		(rolsuper OR rolcanlogin)"
}
check 'functions__run_as_no_superuser' owned

# --- Statements --------------------------------------------------------------

query one desk "SELECT otp.create_state('staff', 'alice',
    '00000000-0000-0000-0000-000000000001', 1, 'state')" >/dev/null

# Of one host's: what a host could want from the tables, the server, and others.
cat >/tmp/statements <<'END'
SELECT * FROM otp.account
SELECT seed FROM otp.account WHERE realm = 'visitors'
SELECT * FROM otp.fleet
SELECT * FROM otp.member
SELECT * FROM otp.realm
SELECT * FROM otp.migration
INSERT INTO otp.member VALUES (session_user, 'visitors')
INSERT INTO otp.account SELECT * FROM otp.account
UPDATE otp.account SET state = NULL
UPDATE otp.fleet SET epoch = 1
DELETE FROM otp.account
TRUNCATE otp.account
BEGIN; LOCK TABLE otp.account
COPY otp.account TO STDOUT
DROP TABLE otp.account
DROP SCHEMA otp CASCADE
ALTER TABLE otp.account DISABLE TRIGGER ALL
CREATE INDEX ON otp.account (seed)
CREATE TRIGGER spy BEFORE UPDATE ON otp.account EXECUTE FUNCTION suppress_redundant_updates_trigger()
CREATE RULE spy AS ON UPDATE TO otp.account DO NOTHING
ALTER FUNCTION otp.load SECURITY INVOKER
DROP FUNCTION otp.load
GRANT EXECUTE ON FUNCTION otp.enter TO PUBLIC
SELECT otp.enter('staff')
SELECT otp.is_taken(now())
SELECT otp.require(true, '')
SELECT otp.end_durably(false)
SELECT otp.why_not('staff', 'alice', 1)
SELECT otp.lock_loaded('staff', 'alice', NULL, 1, 0, 0)
SELECT otp.migrate(4)
CREATE TABLE otp.mine (a integer)
CREATE TABLE public.mine (a integer)
CREATE TEMPORARY TABLE mine (a integer)
CREATE SCHEMA mine
CREATE VIEW otp.mine AS SELECT 1
CREATE FUNCTION otp.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'
CREATE FUNCTION pg_temp.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'
DO $$BEGIN PERFORM 1; END$$
CREATE EXTENSION dblink SCHEMA otp
CREATE EXTENSION hstore SCHEMA otp
CREATE LANGUAGE mine HANDLER plpgsql_call_handler
CREATE DATABASE mine
CREATE TABLESPACE mine LOCATION '/tmp'
CREATE PUBLICATION mine FOR ALL TABLES
CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION otp.load()
CREATE FOREIGN DATA WRAPPER mine
SELECT lo_create(0)
SELECT lo_from_bytea(0, 'x')
SELECT lo_import('/etc/passwd')
SELECT pg_advisory_lock(1)
SELECT pg_try_advisory_lock(1)
SELECT pg_notify('a', 'b')
SELECT pg_export_snapshot()
SELECT pg_logical_emit_message(false, 'a', 'b')
SELECT pg_read_file('postgresql.conf')
SELECT pg_ls_dir('.')
SELECT pg_reload_conf()
SELECT pg_promote()
SELECT pg_switch_wal()
SELECT pg_create_restore_point('a')
SELECT pg_create_physical_replication_slot('a')
SELECT pg_create_logical_replication_slot('a', 'pgoutput')
SELECT pg_backup_start('a')
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'host2'
SELECT pg_stat_reset()
COPY (SELECT 1) TO '/tmp/stolen'
COPY (SELECT 1) TO PROGRAM 'cat'
CREATE ROLE mine
ALTER ROLE host2 PASSWORD 'known'
ALTER ROLE postgres PASSWORD 'known'
DROP ROLE host2
GRANT otp_owner TO host1
GRANT otp_admin TO host1
SET ROLE otp_owner
SET ROLE host2
SET ROLE postgres
SET SESSION AUTHORIZATION host2
SET session_replication_role = replica
SET log_statement = 'all'
ALTER SYSTEM SET fsync = off
ALTER DATABASE otp SET search_path = mine
CHECKPOINT
END
of_host='SELECT otp.create_state('\''staff'\'', '\''x'\'', NULL, 1, '\''x'\'')
SELECT otp.put_seed('\''staff'\'', '\''alice'\'', NULL, 1, 1, 0, 0, '\''x'\'')
SELECT otp.put_uid('\''staff'\'', '\''alice'\'', NULL, 1, 1, 0, 0, 1)
SELECT otp.move_seed('\''staff'\'', NULL, 1, '\''a'\'', 1, 0, 0, '\''b'\'', 1, 0, 0)
SELECT otp.purge('\''staff'\'', '\''alice'\'', NULL, 1, 1, 0, 0)
SELECT otp.names('\''staff'\'', '\'''\'', 1)
SELECT otp.uids('\''staff'\'', -1, 1)
SELECT otp.uid_name('\''visitors'\'', 1)
SET ROLE otp_enroll'
of_desk='SELECT otp.add_realm('\''mine'\'')
SELECT otp.admit(session_user, '\''visitors'\'')
SELECT otp.dismiss('\''host1'\'', '\''staff'\'')
SELECT otp.begin_epoch()
SET ROLE otp_admin
SELECT otp.load('\''visitors'\'', '\''alice'\'')
SELECT otp.put('\''visitors'\'', '\''alice'\'', NULL, 1, 1, 0, 0, '\''x'\'', true, false)
SELECT otp.was_committed('\''visitors'\'', '\''alice'\'', NULL, 1, 0, 0)
SELECT otp.count_lost('\''visitors'\'', '\''{}'\'', '\''{}'\'')
SELECT otp.load(NULL, '\''alice'\'')'
of_enroll='SELECT otp.create_state('\''visitors'\'', '\''x'\'', NULL, 1, '\''x'\'')
SELECT otp.names('\''visitors'\'', '\'''\'', 1)
SELECT otp.uids('\''visitors'\'', -1, 1)
SELECT otp.uid_name('\''visitors'\'', 1)
SELECT otp.put_seed('\''visitors'\'', '\''x'\'', NULL, 1, 1, 0, 0, '\''x'\'')
SELECT otp.put_uid('\''visitors'\'', '\''x'\'', NULL, 1, 1, 0, 0, 1)
SELECT otp.move_seed('\''visitors'\'', NULL, 1, '\''a'\'', 1, 0, 0, '\''b'\'', 1, 0, 0)
SELECT otp.purge('\''visitors'\'', '\''x'\'', NULL, 1, 1, 0, 0)'
of_boss='SELECT otp.load('\''staff'\'', '\''alice'\'')
SELECT otp.put('\''staff'\'', '\''alice'\'', NULL, 1, 1, 0, 0, '\''x'\'', true, false)
SELECT otp.names('\''staff'\'', '\'''\'', 1)
SELECT otp.uids('\''staff'\'', -1, 1)
SELECT otp.uid_name('\''staff'\'', 1)
SET ROLE otp_host
SET ROLE otp_enroll'

# Each is refused for want of a right, and for nothing else.
psql -XAtq -h /tmp/one.at -U host2 -d otp -c 'SELECT pg_sleep(300)' \
    >/dev/null 2>&1 &
cannot() {
	refused 42501 one "$1" "$2"
}
cannot_each() {
	while IFS= read -r statement; do
		check "$1__cannot: $statement" cannot "$1" "$statement"
	done
}
cannot_each host1 </tmp/statements
echo "$of_host
$of_desk" >/tmp/of && cannot_each host1 </tmp/of
for role in desk boss; do
	echo "$of_desk
$of_enroll" >/tmp/of
	test $role = desk || echo "$of_boss" >/tmp/of
	cat /tmp/statements >>/tmp/of
	cannot_each $role </tmp/of
done

prepares() {
	refused 42501 one host1 "BEGIN; UPDATE otp.account SET name = 'x';
	    PREPARE TRANSACTION 'kept'"
}
check 'host__keeps_no_row_beyond_its_connection' prepares

as_another() {
	says_no query one host1 "SET ROLE otp_host;
	    SELECT otp.load('visitors', 'alice')" &&
	    query one guest "SELECT otp.load('visitors', 'alice')" &&
	    refused 42501 one guest "SELECT otp.load('staff', 'alice')" &&
	    query one boss "SELECT otp.dismiss('guest', 'visitors')" &&
	    refused 42501 one guest "SELECT otp.load('visitors', 'alice')"
}
check 'host__has_the_realms_it_was_admitted_to' as_another

admits() {
	refused 42704 one boss "SELECT otp.admit('unknown', 'staff')" &&
	    refused 23503 one boss "SELECT otp.admit('guest', 'unknown')" &&
	    refused 23514 one boss "SELECT otp.add_realm('No realm')"
}
check 'admit__takes_known_roles_and_realms' admits

# --- TLS ---------------------------------------------------------------------

tls() {
	tls_make one && server_stop one && server_start one
}
# over ROLE HOST OPTION...: one load.
over() {
	over_role=$1 over_host=$2
	shift 2
	PGPASSWORD=${PGPASSWORD-of the host} psql -XAtq "host=$over_host
	    hostaddr=127.0.0.1 user=$over_role dbname=otp $*" \
	    -c "SELECT state FROM otp.load('staff', 'alice')"
}
as_superuser "ALTER ROLE host1 PASSWORD 'of the host'" \
    "ALTER ROLE boss PASSWORD 'of the host'"
verified='sslmode=verify-full sslrootcert=/tmp/ca.crt'
connects() {
	same '\x7374617465' "$(over host1 localhost "$verified")" &&
	    says_no over host1 another "$verified" &&
	    says_no over host1 localhost sslmode=verify-full \
		sslrootcert=/tmp/other_ca.crt &&
	    says_no over host1 localhost sslmode=disable &&
	    says_no over boss localhost "$verified" &&
	    PGPASSWORD=wrong says_no over host1 localhost "$verified"
}
check 'tls__is_made_with_an_authority_of_its_own' tls
check 'host__connects_by_tls_alone_to_a_server_that_is_verified' connects

finish
