-- SPDX-License-Identifier: BSD-2-Clause
-- Copyright 2026 the pam_otp authors
--
-- Migration 3: what hosts call that enroll, and what an administrator calls. Each
-- call is on the disk when it returns, and leaves the row with its attempt for 2
-- seconds, as a put with 'keep' does (migration 2).

BEGIN;
SET LOCAL ROLE otp_owner;
SET LOCAL search_path = pg_catalog, pg_temp;
SELECT otp.migrate(3);

-- A state for an account that has none; one that was purged goes on counting.
-- Outcomes: done, exists, epoch.
CREATE FUNCTION otp.create_state(p_realm text, p_name text, p_attempt uuid,
    p_epoch bigint, p_state bytea)
RETURNS TABLE (outcome text, generation bigint, charge bigint, serial bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
	fleet otp.fleet := otp.enter(p_realm);
BEGIN
	PERFORM otp.require(p_attempt IS NOT NULL,
	    'p_attempt must not be NULL');
	PERFORM otp.require(p_name IS NOT NULL
	    AND octet_length(p_name) BETWEEN 1 AND 250,
	    'p_name must have 1 to 250 bytes');
	PERFORM otp.require(p_state IS NOT NULL, 'p_state must not be NULL');
	PERFORM otp.require(octet_length(p_state) BETWEEN 1 AND 8192,
	    'p_state must have 1 to 8192 bytes');
	PERFORM otp.end_durably(true);
	IF fleet.epoch IS DISTINCT FROM p_epoch THEN
		outcome := 'epoch';
		RETURN NEXT;
		RETURN;
	END IF;
	INSERT INTO otp.account AS a (realm, name, state, generation, epoch,
	    attempt, committed, taken_until)
	VALUES (p_realm, p_name, p_state, 1, p_epoch, p_attempt, true,
	    clock_timestamp() + interval '2 s')
	ON CONFLICT ON CONSTRAINT account_pkey DO UPDATE
	SET state = excluded.state, generation = a.generation + 1,
	    epoch = excluded.epoch, attempt = excluded.attempt,
	    committed = true, taken_until = excluded.taken_until
	WHERE a.state IS NULL
	    AND (a.attempt = p_attempt OR NOT otp.is_taken(a.taken_until))
	RETURNING a.generation, a.charge, a.serial
	INTO generation, charge, serial;
	outcome := CASE WHEN FOUND THEN 'done' ELSE 'exists' END;
	RETURN NEXT;
END
$$;

-- Another seed, or none. It counts as a commit, so that a host notices if it is
-- lost. Outcomes: done, conflict, absent (or without a state), epoch.
CREATE FUNCTION otp.put_seed(p_realm text, p_name text, p_attempt uuid,
    p_epoch bigint, p_generation bigint, p_charge bigint, p_serial bigint,
    p_seed text)
RETURNS TABLE (outcome text, generation bigint, serial bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	fleet otp.fleet := otp.enter(p_realm);
BEGIN
	PERFORM otp.require(p_attempt IS NOT NULL,
	    'p_attempt must not be NULL');
	PERFORM otp.require(octet_length(p_seed) <= 16384,
	    'p_seed must have at most 16384 bytes');
	PERFORM otp.end_durably(true);
	outcome := otp.lock_loaded(p_realm, p_name, p_attempt, p_generation,
	    p_charge, p_serial);
	IF fleet.epoch IS DISTINCT FROM p_epoch THEN
		outcome := 'epoch';
	END IF;
	IF outcome = 'done' THEN
		UPDATE otp.account a SET seed = p_seed, serial = a.serial + 1,
		    generation = a.generation + 1,
		    attempt = p_attempt, committed = true,
		    taken_until = clock_timestamp() + interval '2 s'
		WHERE a.realm = p_realm AND a.name = p_name
		    AND a.state IS NOT NULL
		RETURNING a.generation, a.serial INTO generation, serial;
		outcome := CASE WHEN FOUND THEN 'done' ELSE 'absent' END;
	END IF;
	RETURN NEXT;
END
$$;

-- The account is the one with UID, or with none. Outcomes: done, conflict,
-- absent, epoch, or uid: it is the account 'other'.
CREATE FUNCTION otp.put_uid(p_realm text, p_name text, p_attempt uuid,
    p_epoch bigint, p_generation bigint, p_charge bigint, p_serial bigint,
    p_uid bigint)
RETURNS TABLE (outcome text, other text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
	fleet otp.fleet := otp.enter(p_realm);
BEGIN
	PERFORM otp.require(p_attempt IS NOT NULL,
	    'p_attempt must not be NULL');
	PERFORM otp.require(p_uid BETWEEN 0 AND 4294967294,
	    'p_uid must be from 0 to 4294967294');
	PERFORM otp.end_durably(true);
	outcome := otp.lock_loaded(p_realm, p_name, p_attempt, p_generation,
	    p_charge, p_serial);
	IF fleet.epoch IS DISTINCT FROM p_epoch THEN
		outcome := 'epoch';
	END IF;
	IF outcome = 'done' THEN
		UPDATE otp.account a SET uid = p_uid,
		    attempt = p_attempt, committed = true,
		    taken_until = clock_timestamp() + interval '2 s'
		WHERE a.realm = p_realm AND a.name = p_name;
	END IF;
	RETURN NEXT;
EXCEPTION WHEN unique_violation THEN
	outcome := 'uid';
	other := (SELECT a.name FROM otp.account a
	    WHERE a.realm = p_realm AND a.uid = p_uid);
	RETURN NEXT;
END
$$;

-- Move FROM's seed and uid to TO, at once; both are loaded and TO has no seed. It
-- counts as a commit of both.
-- Outcomes: done, conflict, absent (or FROM has no seed, or TO no state), exists
-- (TO has a seed), epoch.
CREATE FUNCTION otp.move_seed(p_realm text, p_attempt uuid, p_epoch bigint,
    p_from text, p_from_generation bigint, p_from_charge bigint,
    p_from_serial bigint, p_to text, p_to_generation bigint,
    p_to_charge bigint, p_to_serial bigint)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	fleet otp.fleet := otp.enter(p_realm);
	v_from otp.account;
	v_to otp.account;
	outcome text;
BEGIN
	PERFORM otp.require(p_attempt IS NOT NULL,
	    'p_attempt must not be NULL');
	PERFORM otp.end_durably(true);
	IF fleet.epoch IS DISTINCT FROM p_epoch THEN
		RETURN 'epoch';
	END IF;
	outcome := otp.lock_loaded(p_realm, p_from, p_attempt,
	    p_from_generation, p_from_charge, p_from_serial);
	IF outcome = 'done' THEN
		outcome := otp.lock_loaded(p_realm, p_to, p_attempt,
		    p_to_generation, p_to_charge, p_to_serial);
	END IF;
	IF outcome <> 'done' THEN
		RETURN outcome;
	END IF;
	SELECT a.* INTO STRICT v_from FROM otp.account a
	WHERE a.realm = p_realm AND a.name = p_from;
	SELECT a.* INTO STRICT v_to FROM otp.account a
	WHERE a.realm = p_realm AND a.name = p_to;
	IF v_from.seed IS NULL OR v_to.state IS NULL THEN
		RETURN 'absent';
	ELSIF v_to.seed IS NOT NULL THEN
		RETURN 'exists';
	END IF;
	UPDATE otp.account a SET seed = NULL, uid = NULL,
	    serial = a.serial + 1, generation = a.generation + 1,
	    attempt = p_attempt, committed = true,
	    taken_until = clock_timestamp() + interval '2 s'
	WHERE a.realm = p_realm AND a.name = p_from;
	UPDATE otp.account a SET seed = v_from.seed,
	    uid = coalesce(v_to.uid, v_from.uid), serial = a.serial + 1,
	    generation = a.generation + 1,
	    attempt = p_attempt, committed = true,
	    taken_until = clock_timestamp() + interval '2 s'
	WHERE a.realm = p_realm AND a.name = p_to;
	RETURN 'done';
END
$$;

-- Blank the row. Outcomes: done, conflict, absent, epoch.
CREATE FUNCTION otp.purge(p_realm text, p_name text, p_attempt uuid,
    p_epoch bigint, p_generation bigint, p_charge bigint, p_serial bigint)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	fleet otp.fleet := otp.enter(p_realm);
	outcome text;
BEGIN
	PERFORM otp.require(p_attempt IS NOT NULL,
	    'p_attempt must not be NULL');
	PERFORM otp.end_durably(true);
	IF fleet.epoch IS DISTINCT FROM p_epoch THEN
		RETURN 'epoch';
	END IF;
	outcome := otp.lock_loaded(p_realm, p_name, p_attempt, p_generation,
	    p_charge, p_serial);
	IF outcome = 'done' THEN
		UPDATE otp.account a SET seed = NULL, state = NULL, uid = NULL,
		    serial = a.serial + 1, generation = a.generation + 1,
		    epoch = p_epoch, attempt = p_attempt, committed = true,
		    taken_until = NULL
		WHERE a.realm = p_realm AND a.name = p_name;
	END IF;
	RETURN outcome;
END
$$;

-- The names after AFTER (all: ''), at most COUNT (1 to 1000), in bytes' order.
CREATE FUNCTION otp.names(p_realm text, p_after text, p_count integer)
RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM otp.enter(p_realm);
	RETURN QUERY SELECT a.name::text FROM otp.account a
	WHERE a.realm = p_realm AND a.name > p_after COLLATE "C"
	    AND a.state IS NOT NULL
	ORDER BY a.name LIMIT least(greatest(p_count, 1), 1000);
END
$$;

GRANT EXECUTE ON FUNCTION otp.create_state, otp.put_seed, otp.put_uid,
    otp.move_seed, otp.purge, otp.names TO otp_enroll;

-- --- For an administrator ---------------------------------------------------

CREATE FUNCTION otp.add_realm(p_realm text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	INSERT INTO otp.realm VALUES (p_realm);
END
$$;

-- ROLE, which logs in, may use REALM; what it may do there, its membership in
-- otp_host or otp_enroll says.
CREATE FUNCTION otp.admit(p_role name, p_realm text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles r
	    WHERE r.rolname = p_role AND r.rolcanlogin) THEN
		RAISE 'there is no role % that can log in', p_role
		    USING ERRCODE = 'undefined_object';
	END IF;
	INSERT INTO otp.member VALUES (p_role, p_realm) ON CONFLICT DO NOTHING;
END
$$;

-- Whether it was admitted.
CREATE FUNCTION otp.dismiss(p_role name, p_realm text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	DELETE FROM otp.member m WHERE m.role = p_role AND m.realm = p_realm;
	RETURN FOUND;
END
$$;

-- What holds for the fleet, and the cluster's identifier now.
CREATE FUNCTION otp.standing()
RETURNS TABLE (migration integer, epoch bigint, since timestamptz,
    format integer, identifier bigint, cluster bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN QUERY SELECT (SELECT max(m.number) FROM otp.migration m),
	    f.epoch, f.since, f.format, f.identifier, c.system_identifier
	FROM otp.fleet f, pg_control_system() c;
END
$$;

-- The next epoch begins, in this cluster: after a restore. What hosts loaded before
-- is refused from now on, and what is being written just now has the old epoch.
CREATE FUNCTION otp.begin_epoch() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	begun bigint;
BEGIN
	PERFORM otp.end_durably(true);
	UPDATE otp.fleet f SET epoch = f.epoch + 1, since = clock_timestamp(),
	    identifier = (SELECT c.system_identifier FROM pg_control_system() c)
	RETURNING f.epoch INTO STRICT begun;
	RETURN begun;
END
$$;

GRANT EXECUTE ON FUNCTION otp.add_realm, otp.admit, otp.dismiss, otp.standing,
    otp.begin_epoch TO otp_admin;
GRANT EXECUTE ON FUNCTION otp.standing TO otp_host;

COMMIT;
