/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST: a migration that failed left nothing, since its transaction is not
 * ended but by its own COMMIT (tests/fleet/fleet.sh,
 * migration__that_fails_leaves_nothing).
 */
#include "config.h"

#include "common/fleet/admin.h"

#include <stdlib.h>
#include <string.h>

#include "common/fleet/connection.h"

/* SQLSTATEs of otp.load. */
#define NOT_ADMITTED  "42501"
#define OTHER_CLUSTER "OT001"

struct otp_admin {
	struct otp_connection connection;
};

static enum otp_err survey_server(
    struct otp_admin *, struct otp_fleet_survey *, struct otp_fault *);
static enum otp_err survey_role(
    struct otp_admin *, struct otp_fleet_survey *, struct otp_fault *);
static enum otp_err survey_migration(
    struct otp_admin *, struct otp_fleet_survey *, struct otp_fault *);
static enum otp_err survey_standing(
    struct otp_admin *, struct otp_fleet_survey *, struct otp_fault *);
static enum otp_err survey_access(
    struct otp_admin *, struct otp_fleet_survey *, struct otp_fault *);

enum otp_err
otp_admin_open(const struct otp_database_place *place, unsigned ms,
    struct otp_admin **ret_admin, struct otp_fault *fault)
{
	struct otp_admin *admin = calloc(1, sizeof(*admin));
	enum otp_err err;

	if (admin == NULL)
		return OTP_ERR_NOMEM;
	admin->connection.place = *place;
	otp_connection_begin(&admin->connection, ms);
	err = otp_connection_open(&admin->connection, fault);
	if (err == OTP_OK)
		*ret_admin = admin;
	else
		otp_admin_close(admin);
	return err;
}

void
otp_admin_close(struct otp_admin *admin)
{
	if (admin == NULL)
		return;
	otp_connection_close(&admin->connection);
	free(admin);
}

/* --- Migrations and epochs ------------------------------------------------ */

enum otp_err
otp_admin_migrate(
    struct otp_admin *admin, const char *script, struct otp_fault *fault)
{
	return otp_connection_run(&admin->connection, script, fault);
}

enum otp_err
otp_admin_begin_epoch(
    struct otp_admin *admin, int64_t *ret_epoch, struct otp_fault *fault)
{
	struct otp_parameters parameters = { 0 };
	struct otp_connection *connection = &admin->connection;
	PGresult *result = NULL;
	int64_t epoch = 0;

	/* A warning says that no standby has it yet. */
	if (otp_connection_ask(connection, "SELECT otp.begin_epoch()",
		&parameters, 1, &result, fault) != OTP_OK)
		return OTP_ERR_WRITE;
	if (connection->warned || !otp_result_number(result, 0, 8, &epoch)) {
		PQclear(result);
		return otp_connection_fail(
		    connection, NULL, OTP_ERR_WRITE, fault);
	}
	PQclear(result);
	*ret_epoch = epoch;
	return OTP_OK;
}

/* --- The survey ----------------------------------------------------------- */

enum otp_err
otp_admin_survey(struct otp_admin *admin, struct otp_fleet_survey *ret_survey,
    struct otp_fault *fault)
{
	struct otp_fleet_survey survey = { 0 };
	enum otp_err err = survey_server(admin, &survey, fault);

	if (err == OTP_OK)
		err = survey_role(admin, &survey, fault);
	if (err == OTP_OK)
		err = survey_migration(admin, &survey, fault);
	if (err == OTP_OK)
		err = survey_standing(admin, &survey, fault);
	if (err == OTP_OK)
		err = survey_access(admin, &survey, fault);
	if (err == OTP_OK)
		*ret_survey = survey;
	return err;
}

static enum otp_err
survey_server(struct otp_admin *admin, struct otp_fleet_survey *survey,
    struct otp_fault *fault)
{
	static const char statement[] =
	    "SELECT current_setting('server_version_num')::integer,"
	    " current_setting('server_encoding') = 'UTF8',"
	    " EXISTS (SELECT FROM pg_namespace n WHERE n.nspname !~ '^pg_'"
	    "  AND n.nspname NOT IN ('information_schema', 'public', 'otp'))"
	    " OR EXISTS (SELECT FROM pg_class c"
	    "  WHERE c.relnamespace = to_regnamespace('public'))"
	    " OR EXISTS (SELECT FROM pg_proc p"
	    "  WHERE p.pronamespace = to_regnamespace('public'))"
	    " OR EXISTS (SELECT FROM pg_type t"
	    "  WHERE t.typnamespace = to_regnamespace('public'))"
	    " OR EXISTS (SELECT FROM pg_extension e"
	    "  WHERE e.extname <> 'plpgsql'),"
	    " current_setting('synchronous_standby_names') <> '',"
	    " (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
	struct otp_parameters parameters = { 0 };
	PGresult *result = NULL;
	int64_t version = 0;
	enum otp_err err = otp_connection_ask(
	    &admin->connection, statement, &parameters, 5, &result, fault);

	if (err == OTP_OK &&
	    (!otp_result_number(result, 0, 4, &version) ||
		!otp_result_flag(result, 1, &survey->is_utf8) ||
		!otp_result_flag(result, 2, &survey->has_others) ||
		!otp_result_flag(result, 3, &survey->has_standby) ||
		!otp_result_number(result, 4, 8, &survey->now)))
		err = otp_connection_fail(
		    &admin->connection, NULL, OTP_ERR_READ, fault);
	PQclear(result);
	survey->server_version = (int)version;
	survey->by_tcp = admin->connection.place.host[0] != '/';
	survey->has_tls = PQsslInUse(admin->connection.pg) == 1;
	return err;
}

static enum otp_err
survey_role(struct otp_admin *admin, struct otp_fleet_survey *survey,
    struct otp_fault *fault)
{
	/* A role that does not exist has no members; a superuser is in all. */
	static const char statement[] =
	    "SELECT r.rolsuper, r.rolcreaterole OR r.rolcreatedb"
	    " OR r.rolreplication OR r.rolbypassrls,"
	    " coalesce(pg_has_role(to_regrole('otp_owner')::oid, 'MEMBER'),"
	    "  false),"
	    " coalesce(pg_has_role(to_regrole('otp_host')::oid, 'MEMBER'),"
	    "  false),"
	    " coalesce(pg_has_role(to_regrole('otp_enroll')::oid, 'MEMBER'),"
	    "  false),"
	    " coalesce(pg_has_role(to_regrole('otp_admin')::oid, 'MEMBER'),"
	    "  false)"
	    " FROM pg_roles r WHERE r.rolname = session_user";
	struct otp_parameters parameters = { 0 };
	PGresult *result = NULL;
	enum otp_err err = otp_connection_ask(
	    &admin->connection, statement, &parameters, 6, &result, fault);

	if (err == OTP_OK &&
	    (!otp_result_flag(result, 0, &survey->is_superuser) ||
		!otp_result_flag(result, 1, &survey->has_power) ||
		!otp_result_flag(result, 2, &survey->is_owner) ||
		!otp_result_flag(result, 3, &survey->is_host) ||
		!otp_result_flag(result, 4, &survey->is_enroller) ||
		!otp_result_flag(result, 5, &survey->is_admin)))
		err = otp_connection_fail(
		    &admin->connection, NULL, OTP_ERR_READ, fault);
	PQclear(result);
	return err;
}

/* otp.migration is its owner's; otp.standing, of migration 3, is for others. */
static enum otp_err
survey_migration(struct otp_admin *admin, struct otp_fleet_survey *survey,
    struct otp_fault *fault)
{
	static const char whether[] =
	    "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n"
	    "  ON n.oid = c.relnamespace"
	    "  WHERE n.nspname = 'otp' AND c.relname = 'migration'),"
	    " EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n"
	    "  ON n.oid = p.pronamespace"
	    "  WHERE n.nspname = 'otp' AND p.proname = 'standing'"
	    "  AND has_schema_privilege(n.oid, 'USAGE')"
	    "  AND has_function_privilege(p.oid, 'EXECUTE'))";
	struct otp_parameters parameters = { 0 };
	PGresult *result = NULL;
	int64_t number = 0;
	enum otp_err err = otp_connection_ask(
	    &admin->connection, whether, &parameters, 2, &result, fault);

	if (err == OTP_OK &&
	    (!otp_result_flag(result, 0, &survey->has_schema) ||
		!otp_result_flag(result, 1, &survey->has_standing)))
		err = otp_connection_fail(
		    &admin->connection, NULL, OTP_ERR_READ, fault);
	PQclear(result);
	result = NULL;
	if (err != OTP_OK || !survey->has_schema || !survey->is_superuser)
		return err;
	err = otp_connection_ask(&admin->connection,
	    "SELECT max(m.number) FROM otp.migration m", &parameters, 1,
	    &result, fault);
	if (err == OTP_OK && !otp_result_number(result, 0, 4, &number))
		err = otp_connection_fail(
		    &admin->connection, NULL, OTP_ERR_READ, fault);
	PQclear(result);
	survey->migration = (int32_t)number;
	return err;
}

static enum otp_err
survey_standing(struct otp_admin *admin, struct otp_fleet_survey *survey,
    struct otp_fault *fault)
{
	static const char statement[] =
	    "SELECT s.migration, s.epoch,"
	    " (extract(epoch FROM s.since) * 1000000)::bigint, s.format,"
	    " s.identifier, s.cluster FROM otp.standing() s";
	struct otp_parameters parameters = { 0 };
	PGresult *result = NULL;
	int64_t migration = 0, format = 0;
	enum otp_err err;

	if (!survey->has_standing)
		return OTP_OK;
	err = otp_connection_ask(
	    &admin->connection, statement, &parameters, 6, &result, fault);
	if (err == OTP_OK &&
	    (!otp_result_number(result, 0, 4, &migration) ||
		!otp_result_number(result, 1, 8, &survey->epoch) ||
		!otp_result_number(result, 2, 8, &survey->since) ||
		!otp_result_number(result, 3, 4, &format) ||
		!otp_result_number(result, 4, 8, &survey->identifier) ||
		!otp_result_number(result, 5, 8, &survey->cluster)))
		err = otp_connection_fail(
		    &admin->connection, NULL, OTP_ERR_READ, fault);
	PQclear(result);
	survey->migration = (int32_t)migration;
	survey->format = (int32_t)format;
	return err;
}

/* What otp.load says of the realm, for an account that cannot be. */
static enum otp_err
survey_access(struct otp_admin *admin, struct otp_fleet_survey *survey,
    struct otp_fault *fault)
{
	static const char statement[] =
	    "SELECT l.now_us FROM otp.load($1, '') l";
	struct otp_parameters parameters = { 0 };
	PGresult *result = NULL;
	enum otp_err err;

	if (!survey->has_standing || !survey->is_host || survey->is_superuser)
		return OTP_OK;
	otp_parameters_add_text(&parameters, admin->connection.place.realm);
	err = otp_connection_ask(
	    &admin->connection, statement, &parameters, 1, &result, fault);
	PQclear(result);
	if (err == OTP_OK)
		survey->access = OTP_FLEET_ADMITTED;
	else if (strcmp(admin->connection.sqlstate, NOT_ADMITTED) == 0)
		survey->access = OTP_FLEET_NOT_ADMITTED;
	else if (strcmp(admin->connection.sqlstate, OTHER_CLUSTER) == 0)
		survey->access = OTP_FLEET_OTHER_CLUSTER;
	else
		return err;
	if (fault != NULL)
		*fault = (struct otp_fault){ 0 };
	return OTP_OK;
}
