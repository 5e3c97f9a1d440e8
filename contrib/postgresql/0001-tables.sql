-- SPDX-License-Identifier: BSD-2-Clause
-- Copyright 2026 the pam_otp authors
--
-- Migration 1: the roles and the tables. README says how to run it: as a
-- superuser, in a database that is used for nothing else.

BEGIN;

DO $$
BEGIN
	IF to_regnamespace('otp') IS NOT NULL THEN
		RAISE 'schema otp exists: migration 1 was run before';
	END IF;
	IF current_setting('server_encoding') <> 'UTF8' THEN
		RAISE 'the database must have the encoding UTF8';
	END IF;
END
$$;

-- otp_owner owns everything, so that no function runs as a superuser. The other
-- three are for the roles that log in, as members. Roles are the cluster's, and
-- may be there from another database, but never with rights of another kind.
DO $$
DECLARE
	wanted name;
BEGIN
	FOREACH wanted IN ARRAY
	    ARRAY['otp_owner', 'otp_host', 'otp_enroll', 'otp_admin']::name[]
	LOOP
		IF to_regrole(wanted::text) IS NULL THEN
			EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
		ELSIF EXISTS (SELECT FROM pg_roles r WHERE r.rolname = wanted
		    AND (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole
			OR r.rolcreatedb OR r.rolreplication
			OR r.rolbypassrls)) THEN
			RAISE 'role % exists, with rights it must not have',
			    wanted;
		END IF;
	END LOOP;
END
$$;

-- A host that enrolls also lets users log in.
GRANT otp_host TO otp_enroll;

-- PUBLIC could connect, and make temporary tables and large objects, which fill
-- the disk; take locks, which fill the table of locks; and write functions.
DO $$
DECLARE
	spare regprocedure;
BEGIN
	EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC',
	    current_database());
	EXECUTE format('GRANT CONNECT ON DATABASE %I TO otp_host, otp_admin',
	    current_database());
	FOR spare IN SELECT p.oid FROM pg_proc p
	    WHERE p.pronamespace = 'pg_catalog'::regnamespace
	    AND (p.proname ~ '^(lo_|pg_(try_)?advisory_)'
		OR p.proname IN ('lowrite', 'loread', 'pg_notify',
		    'pg_export_snapshot', 'pg_logical_emit_message'))
	LOOP
		EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', spare);
	END LOOP;
END
$$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON LANGUAGE plpgsql, sql FROM PUBLIC;
GRANT USAGE ON LANGUAGE plpgsql, sql TO otp_owner;

CREATE SCHEMA otp AUTHORIZATION otp_owner;
ALTER DEFAULT PRIVILEGES FOR ROLE otp_owner
    REVOKE ALL ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE otp_owner REVOKE ALL ON TYPES FROM PUBLIC;
GRANT USAGE ON SCHEMA otp TO otp_host, otp_admin;
SET LOCAL ROLE otp_owner;

-- The migrations that were run.
CREATE TABLE otp.migration (
	number integer PRIMARY KEY,
	at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO otp.migration VALUES (1);

-- Each migration after the first begins with this.
CREATE FUNCTION otp.migrate(p_number integer) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	last integer := (SELECT max(m.number) FROM otp.migration m);
BEGIN
	IF p_number <> last + 1 THEN
		RAISE 'migration % cannot be run after migration %',
		    p_number, last;
	END IF;
	INSERT INTO otp.migration VALUES (p_number);
END
$$;

-- One row. The identifier is that of the cluster in which the epoch began: a
-- dump that was restored into another cluster has one that does not match.
CREATE TABLE otp.fleet (
	one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
	epoch bigint NOT NULL CHECK (epoch > 0),
	since timestamptz NOT NULL,
	identifier bigint NOT NULL,
	format integer NOT NULL CHECK (format > 0) -- of states, to be written
);
INSERT INTO otp.fleet (epoch, since, identifier, format)
    SELECT 1, now(), c.system_identifier, 1 FROM pg_control_system() c;

-- Accounts that share names: one namespace of users.
CREATE TABLE otp.realm (
	realm text COLLATE "C" PRIMARY KEY
	    CHECK (realm ~ '^[a-z0-9][a-z0-9._-]{0,62}$')
);

-- Which role that logs in may use which realm.
CREATE TABLE otp.member (
	role name NOT NULL,
	realm text COLLATE "C" NOT NULL REFERENCES otp.realm,
	PRIMARY KEY (role, realm)
);

-- What columns can have. (Domains, since the constraints of a table are read anew
-- for each row that is written, and of all columns.)
CREATE DOMAIN otp.account_name AS text COLLATE "C"
    CHECK (octet_length(VALUE) BETWEEN 1 AND 250);
CREATE DOMAIN otp.account_uid AS bigint CHECK (VALUE BETWEEN 0 AND 4294967294);
CREATE DOMAIN otp.seed_text AS text CHECK (octet_length(VALUE) <= 16384);
CREATE DOMAIN otp.state_bytes AS bytea
    CHECK (octet_length(VALUE) BETWEEN 1 AND 8192);

-- An account. Rows are never deleted: one that was purged keeps its name and its
-- numbers, so that none of them ever goes back.
CREATE TABLE otp.account (
	realm text COLLATE "C" NOT NULL REFERENCES otp.realm,
	name otp.account_name NOT NULL,
	uid otp.account_uid, -- if it has one
	seed otp.seed_text, -- as pam_otp_store(5) has it; NULL: none
	serial bigint NOT NULL DEFAULT 0, -- counts changes of the seed
	state otp.state_bytes, -- NULL: none
	generation bigint NOT NULL DEFAULT 0, -- counts commits
	charge bigint NOT NULL DEFAULT 0, -- counts charges
	epoch bigint NOT NULL, -- in which the state was written
	attempt uuid NOT NULL, -- which wrote the row last
	committed boolean NOT NULL, -- and whether that was a commit
	taken_until timestamptz, -- the row is that attempt's alone until then
	PRIMARY KEY (realm, name),
	CHECK (seed IS NULL OR state IS NOT NULL)
) WITH (fillfactor = 50); -- room for the next version beside this one
ALTER TABLE otp.account
    ALTER state SET STORAGE MAIN, ALTER seed SET STORAGE MAIN;

-- With row security, the error of a constraint does not have the row, which it
-- otherwise tells to the caller and to the server's log, with its seed.
ALTER TABLE otp.account ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON otp.account USING (true);

-- One uid is one account's.
CREATE UNIQUE INDEX account_uid ON otp.account (realm, uid)
    WHERE uid IS NOT NULL;

COMMIT;
