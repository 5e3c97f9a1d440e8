-- SPDX-License-Identifier: BSD-2-Clause
-- Copyright 2026 the pam_otp authors
--
-- Migration 4: whose a uid is, for a host that looks whether a user is enrolled.

BEGIN;
SET LOCAL ROLE otp_owner;
SET LOCAL search_path = pg_catalog, pg_temp;
SELECT otp.migrate(4);

-- The account with UID, or NULL.
CREATE FUNCTION otp.uid_name(p_realm text, p_uid bigint) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM otp.enter(p_realm);
	RETURN (SELECT a.name FROM otp.account a
	    WHERE a.realm = p_realm AND a.uid = p_uid);
END
$$;

-- The uids after AFTER (all: -1) and their accounts, at most COUNT (1 to 1000), in
-- order.
CREATE FUNCTION otp.uids(p_realm text, p_after bigint, p_count integer)
RETURNS TABLE (uid bigint, name text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM otp.enter(p_realm);
	RETURN QUERY SELECT a.uid::bigint, a.name::text FROM otp.account a
	WHERE a.realm = p_realm AND a.uid > p_after
	ORDER BY a.uid LIMIT least(greatest(p_count, 1), 1000);
END
$$;

GRANT EXECUTE ON FUNCTION otp.uid_name TO otp_host;
GRANT EXECUTE ON FUNCTION otp.uids TO otp_enroll;

COMMIT;
