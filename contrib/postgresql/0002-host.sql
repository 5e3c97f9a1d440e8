-- SPDX-License-Identifier: BSD-2-Clause
-- Copyright 2026 the pam_otp authors
--
-- Migration 2: what a host calls while users log in. A call is a transaction of
-- its own. Times are the server's, in microseconds since 1970.
--
-- A put names what was loaded by its numbers (generation, charge, serial), and
-- changes nothing if one of them has changed: its outcome is 'conflict' then, and
-- the caller loads again. A put with 'keep' takes the row for its attempt, for 2
-- seconds: until then the puts of all other attempts conflict, so that an attempt
-- that was charged can be committed, whatever others do meanwhile.
--
-- Errors: 22023 a parameter has a value that it cannot have; 42501 the role may
-- not use the realm; OT001 this is not the cluster in which the epoch began; 55P03
-- the row stayed locked for a second.

BEGIN;
SET LOCAL ROLE otp_owner;
SET LOCAL search_path = pg_catalog, pg_temp;
SELECT otp.migrate(2);

-- (A function with RETURN has no search path: its names were resolved when it was
-- made. It becomes a part of the statement that calls it.)
CREATE FUNCTION otp.now_us() RETURNS bigint LANGUAGE sql VOLATILE
RETURN (date_part('epoch', clock_timestamp()) * 1000000)::bigint;

-- What each function of a host does first. The role is the one that logged in,
-- whatever SET ROLE has made of it.
CREATE FUNCTION otp.enter(p_realm text) RETURNS otp.fleet
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	fleet otp.fleet;
BEGIN
	IF NOT EXISTS (SELECT FROM otp.member m
	    WHERE m.role = session_user AND m.realm = p_realm) THEN
		RAISE 'role % may not use this realm', session_user
		    USING ERRCODE = 'insufficient_privilege';
	END IF;
	SELECT f.* INTO STRICT fleet FROM otp.fleet f;
	IF fleet.identifier IS DISTINCT FROM
	    (SELECT c.system_identifier FROM pg_control_system() c) THEN
		RAISE 'this cluster is not the one in which the epoch began'
		    USING ERRCODE = 'OT001',
		    HINT = 'after a restore, call otp.begin_epoch()';
	END IF;
	RETURN fleet;
END
$$;

-- Parameters are looked at before a row is written, and TEXT has no value of
-- theirs. As in a CHECK, NULL is not a refusal.
CREATE FUNCTION otp.require(p_is_met boolean, p_text text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF NOT p_is_met THEN
		RAISE '%', p_text USING ERRCODE = 'invalid_parameter_value';
	END IF;
END
$$;

-- Whether a row is taken. One that is taken for longer than can be was taken
-- before the server's clock went back.
CREATE FUNCTION otp.is_taken(p_until timestamptz) RETURNS boolean
LANGUAGE sql VOLATILE
RETURN p_until IS NOT NULL AND p_until > clock_timestamp()
    AND p_until <= clock_timestamp() + interval '2 s';

-- One row always: what is not the account's is NULL where it has none. (One
-- statement and one row, since each statement more, and a set of rows, takes as
-- long as reading the account does. Where it finds nothing, otp.enter says why.)
CREATE FUNCTION otp.load(p_realm text, p_name text, OUT now_us bigint,
    OUT fleet_epoch bigint, OUT fleet_since_us bigint,
    OUT fleet_identifier bigint, OUT format integer, OUT uid bigint,
    OUT seed text, OUT serial bigint, OUT state bytea, OUT generation bigint,
    OUT charge bigint, OUT epoch bigint, OUT is_taken boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	SELECT otp.now_us(), f.epoch,
	    (date_part('epoch', f.since) * 1000000)::bigint, f.identifier,
	    f.format, a.uid, a.seed, a.serial, a.state, a.generation, a.charge,
	    a.epoch, otp.is_taken(a.taken_until)
	INTO now_us, fleet_epoch, fleet_since_us, fleet_identifier, format, uid,
	    seed, serial, state, generation, charge, epoch, is_taken
	FROM otp.member m CROSS JOIN otp.fleet f LEFT JOIN otp.account a
	    ON a.realm = p_realm AND a.name = p_name
	WHERE m.role = session_user AND m.realm = p_realm
	    AND f.identifier = (pg_control_system()).system_identifier;
	IF NOT FOUND THEN
		PERFORM otp.enter(p_realm);
	END IF;
END
$$;

-- Lock the row if ATTEMPT may change what it loaded. A row that others change
-- just now is waited for, and then judged as they left it.
CREATE FUNCTION otp.lock_loaded(p_realm text, p_name text, p_attempt uuid,
    p_generation bigint, p_charge bigint, p_serial bigint) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
BEGIN
	PERFORM FROM otp.account a
	WHERE a.realm = p_realm AND a.name = p_name
	    AND a.generation = p_generation AND a.charge = p_charge
	    AND a.serial = p_serial
	    AND (a.attempt = p_attempt OR NOT otp.is_taken(a.taken_until))
	FOR UPDATE;
	IF FOUND THEN
		RETURN 'done';
	END IF;
	PERFORM FROM otp.account a
	WHERE a.realm = p_realm AND a.name = p_name;
	RETURN CASE WHEN FOUND THEN 'conflict' ELSE 'absent' END;
END
$$;

-- How the transaction ends: a commit is on the disk, the standby's too if one is
-- synchronous, before its caller hears of it; nothing waits for a charge. If the
-- wait for the standby is canceled, a warning is all that says so. (A SET clause
-- would be undone before the transaction ends.)
CREATE FUNCTION otp.end_durably(p_commit boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM set_config('synchronous_commit',
	    CASE WHEN p_commit THEN 'on' ELSE 'off' END, true);
	PERFORM set_config('client_min_messages', 'warning', true);
END
$$;

-- Why a put of the role that has logged in changes no row.
CREATE FUNCTION otp.why_not(p_realm text, p_name text, p_epoch bigint)
RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	fleet otp.fleet := otp.enter(p_realm);
BEGIN
	RETURN CASE WHEN fleet.epoch IS DISTINCT FROM p_epoch THEN 'epoch'
	    WHEN EXISTS (SELECT FROM otp.account a
		WHERE a.realm = p_realm AND a.name = p_name) THEN 'conflict'
	    ELSE 'absent' END;
END
$$;

-- Write STATE: a commit or else a charge. Without a STATE nothing of it changes:
-- a commit then only lets what was loaded be on the disk. Only 'done' is a yes. A
-- row that others change just now is waited for, and then judged as they left it.
CREATE FUNCTION otp.put(p_realm text, p_name text, p_attempt uuid,
    p_epoch bigint, p_generation bigint, p_charge bigint, p_serial bigint,
    p_state bytea, p_commit boolean, p_keep boolean,
    OUT outcome text, OUT generation bigint, OUT charge bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
BEGIN
	IF p_attempt IS NULL OR p_commit IS NULL
	    OR octet_length(p_state) NOT BETWEEN 1 AND 8192 THEN
		PERFORM otp.enter(p_realm);
		RAISE 'p_attempt and p_commit must not be NULL, and p_state '
		    'must have 1 to 8192 bytes'
		    USING ERRCODE = 'invalid_parameter_value';
	END IF;
	-- As otp.end_durably has it.
	outcome := set_config('synchronous_commit',
	    CASE WHEN p_commit THEN 'on' ELSE 'off' END, true);
	outcome := set_config('client_min_messages', 'warning', true);
	UPDATE otp.account a SET state = coalesce(p_state, a.state),
	    generation = a.generation
		+ (p_state IS NOT NULL AND p_commit)::integer,
	    charge = a.charge
		+ (p_state IS NOT NULL AND NOT p_commit)::integer,
	    epoch = CASE WHEN p_state IS NULL THEN a.epoch
		ELSE p_epoch END,
	    attempt = p_attempt, committed = p_commit,
	    taken_until = CASE WHEN p_keep
		THEN clock_timestamp() + interval '2 s' END
	FROM otp.member m CROSS JOIN otp.fleet f
	WHERE m.role = session_user AND m.realm = p_realm
	    AND f.identifier = (pg_control_system()).system_identifier
	    AND f.epoch = p_epoch AND a.realm = p_realm AND a.name = p_name
	    AND a.generation = p_generation AND a.charge = p_charge
	    AND a.serial = p_serial
	    AND (a.attempt = p_attempt OR NOT otp.is_taken(a.taken_until))
	RETURNING a.generation, a.charge INTO generation, charge;
	outcome := CASE WHEN FOUND THEN 'done'
	    ELSE otp.why_not(p_realm, p_name, p_epoch) END;
END
$$;

-- For a caller that did not hear how its commit ended, and would have these
-- numbers now: whether it was done, and then it is on the disk, too. One that is
-- under way is waited for. After a put by another attempt this can no longer be
-- known, and the answer is no. A no is final: a commit that is still on its way
-- conflicts.
CREATE FUNCTION otp.was_committed(p_realm text, p_name text, p_attempt uuid,
    p_generation bigint, p_charge bigint, p_serial bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
	done boolean;
BEGIN
	PERFORM otp.enter(p_realm);
	PERFORM FROM otp.account a
	WHERE a.realm = p_realm AND a.name = p_name FOR UPDATE;
	UPDATE otp.account a SET attempt = a.attempt
	WHERE a.realm = p_realm AND a.name = p_name
	    AND a.attempt = p_attempt AND a.committed
	    AND a.generation = p_generation AND a.charge = p_charge
	    AND a.serial = p_serial;
	done := FOUND;
	IF NOT done THEN
		UPDATE otp.account a SET charge = a.charge + 1
		WHERE a.realm = p_realm AND a.name = p_name
		    AND a.generation = p_generation - 1
		    AND a.charge = p_charge AND a.serial = p_serial;
	END IF;
	PERFORM otp.end_durably(done);
	RETURN done;
END
$$;

-- Of accounts whose commits a host remembers, how many have fewer by now: if not
-- none, the database was rolled back.
CREATE FUNCTION otp.count_lost(p_realm text, p_names text[],
    p_generations bigint[]) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM otp.enter(p_realm);
	PERFORM otp.require(cardinality(p_names) IS NOT DISTINCT FROM
	    cardinality(p_generations),
	    'p_names and p_generations differ in length');
	RETURN (SELECT count(*)
	    FROM unnest(p_names, p_generations) seen (name, generation)
	    WHERE NOT EXISTS (SELECT FROM otp.account a
		WHERE a.realm = p_realm AND a.name = seen.name
		    AND a.generation >= seen.generation));
END
$$;

GRANT EXECUTE ON FUNCTION otp.load, otp.put, otp.was_committed, otp.count_lost
    TO otp_host;

COMMIT;
