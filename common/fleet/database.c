/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with the test that fails without it (tests/fleet/database.sh):
 *
 * 1. A put was done only if the server said one row, "done", and then that it
 *    is ready for the next statement, without a warning: it says the row before
 *    the transaction has ended
 *    (commit__is_exact_wherever_the_connection_is_cut,
 *    commit__with_a_warning_is_asked_for,
 *    commit__has_its_warning_whatever_the_role_has_set).
 * 2. A commit that was not heard of is asked for, and is never sent twice
 *    (commit__is_exact_wherever_the_connection_is_cut).
 *
 * What is true of every statement: connection.c.
 */
#include "config.h"

#include "common/fleet/database.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/core/wipe.h"
#include "common/fleet/connection.h"
#include "common/fleet/database_internal.h"
#include "common/fleet/rollback.h"

#define OTHER_CLUSTER "OT001" /* otp.load's SQLSTATE for a restored dump */
#define PAUSE	      10 /* milliseconds before a commit is asked for again */

static const struct otp_statement load_statement = { 0, "otp_load",
	"SELECT * FROM otp.load($1, $2)" };
static const struct otp_statement put_statement = { 1, "otp_put",
	"SELECT * FROM otp.put($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)" };

static bool read_row(const PGresult *, struct otp_database_row *);
static enum otp_err put_outcome(
    struct otp_database *, PGresult *, enum otp_put, struct otp_database_row *);
static enum otp_err ask_whether(struct otp_database *,
    const struct otp_database_row *, bool *, struct otp_fault *);

/* --- The connection ------------------------------------------------------ */

enum otp_err
otp_database_open(const struct otp_database_place *place, unsigned ms,
    struct otp_database **ret_database, struct otp_fault *fault)
{
	struct otp_database *database;
	enum otp_err err;

	database = calloc(1, sizeof(*database));
	if (database == NULL)
		return OTP_ERR_NOMEM;
	database->connection.place = *place;
	otp_connection_begin(&database->connection, ms);
	err = otp_connection_open(&database->connection, fault);
	if (err == OTP_OK)
		*ret_database = database;
	else
		otp_database_close(database);
	return err;
}

void
otp_database_close(struct otp_database *database)
{
	if (database == NULL)
		return;
	otp_connection_close(&database->connection);
	free(database);
}

void
otp_database_begin(struct otp_database *database, unsigned ms)
{
	otp_connection_begin(&database->connection, ms);
	database->doubtful = false;
}

/* What libpq has of it stays: freeing it would send a message. */
void
otp_database_abandon(struct otp_database *database)
{
	if (PQsocket(database->connection.pg) >= 0)
		(void)close(PQsocket(database->connection.pg));
	free(database);
}

/* --- An account ---------------------------------------------------------- */

static void
format_uuid(const uint8_t bytes[OTP_DATABASE_ATTEMPT_SIZE],
    char text[OTP_DATABASE_UUID_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	size_t length = 0;

	for (size_t i = 0; i < OTP_DATABASE_ATTEMPT_SIZE; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text[length++] = '-';
		text[length++] = digits[bytes[i] >> 4];
		text[length++] = digits[bytes[i] & 15];
	}
	text[length] = '\0';
}

enum otp_err
otp_database_load(struct otp_database *database, const char *account,
    const uint8_t attempt[OTP_DATABASE_ATTEMPT_SIZE], unsigned ms,
    struct otp_database_row *ret_row, struct otp_fault *fault)
{
	struct otp_parameters parameters = { 0 };
	PGresult *result = NULL;
	enum otp_err err;

	database->doubtful = false;
	otp_connection_begin(&database->connection, ms);
	memset(ret_row, 0, sizeof(*ret_row));
	if (strlen(account) >= sizeof(ret_row->account))
		return OTP_ERR_NAME;
	format_uuid(attempt, ret_row->attempt);
	memcpy(ret_row->account, account, strlen(account) + 1);
	otp_parameters_add_text(&parameters, database->connection.place.realm);
	otp_parameters_add_text(&parameters, ret_row->account);
	err = otp_connection_ask_prepared(&database->connection,
	    &load_statement, &parameters, 13, &result, fault);
	if (err != OTP_OK &&
	    strcmp(database->connection.sqlstate, OTHER_CLUSTER) == 0)
		err = OTP_ERR_ROLLED_BACK;
	if (err == OTP_OK && !read_row(result, ret_row))
		err = otp_connection_fail(
		    &database->connection, NULL, OTP_ERR_READ, fault);
	if (err == OTP_OK)
		err = otp_rollback_check(&database->connection, ret_row, fault);
	PQclear(result);
	if (err != OTP_OK)
		otp_wipe(ret_row, sizeof(*ret_row));
	return err;
}

/* As otp.load has the columns; all of the account's are NULL, or none. */
static bool
read_row(const PGresult *result, struct otp_database_row *row)
{
	int64_t format, uid = 0, is_taken;

	if (!otp_result_number(result, 0, 8, &row->now) ||
	    !otp_result_number(result, 1, 8, &row->fleet_epoch) ||
	    !otp_result_number(result, 2, 8, &row->fleet_since) ||
	    !otp_result_number(result, 3, 8, &row->fleet_identifier) ||
	    !otp_result_number(result, 4, 4, &format) ||
	    !otp_result_number(result, 12, 1, &is_taken))
		return false;
	row->format = (int32_t)format;
	row->is_taken = is_taken != 0;
	row->has_account = PQgetisnull(result, 0, 9) == 0;
	if (!row->has_account)
		return true;
	row->has_uid = PQgetisnull(result, 0, 5) == 0;
	if (row->has_uid && !otp_result_number(result, 5, 8, &uid))
		return false;
	if (uid < 0 || uid >= UINT32_MAX)
		return false;
	row->uid = (uint32_t)uid;
	return otp_result_bytes(result, 6, row->seed, sizeof(row->seed),
		   &row->seed_size, &row->has_seed) &&
	    otp_result_number(result, 7, 8, &row->serial) &&
	    otp_result_bytes(result, 8, row->state, sizeof(row->state),
		&row->state_size, &row->has_state) &&
	    otp_result_number(result, 9, 8, &row->generation) &&
	    otp_result_number(result, 10, 8, &row->charge) &&
	    otp_result_number(result, 11, 8, &row->epoch);
}

void
otp_database_name_row(const struct otp_database *database,
    const struct otp_database_row *row, struct otp_parameters *parameters)
{
	otp_parameters_add_text(parameters, database->connection.place.realm);
	otp_parameters_add_text(parameters, row->account);
	otp_parameters_add_text(parameters, row->attempt);
	otp_parameters_add_number(parameters, row->fleet_epoch);
	otp_parameters_add_number(parameters, row->generation);
	otp_parameters_add_number(parameters, row->charge);
	otp_parameters_add_number(parameters, row->serial);
}

enum otp_err
otp_database_put(struct otp_database *database, struct otp_database_row *row,
    enum otp_put put, bool keep, struct otp_fault *fault)
{
	struct otp_parameters parameters = { 0 };
	PGresult *result = NULL;
	bool done = false;
	enum otp_err err;

	if (put == OTP_PUT_NOTHING)
		return OTP_OK;
	if (row->state_size == 0 || row->state_size > sizeof(row->state))
		return OTP_ERR_PARSE;
	otp_database_name_row(database, row, &parameters);
	otp_parameters_add_bytes(&parameters, row->state, row->state_size);
	otp_parameters_add_text(&parameters, put == OTP_PUT_COMMIT ? "t" : "f");
	otp_parameters_add_text(&parameters, keep ? "t" : "f");
	err = otp_connection_ask_prepared(&database->connection, &put_statement,
	    &parameters, 3, &result, fault);
	if (err == OTP_OK && !database->connection.warned) {
		err = put_outcome(database, result, put, row);
		PQclear(result);
		if (err == OTP_OK && put == OTP_PUT_COMMIT)
			otp_rollback_note(
			    &database->connection, row, row->account);
		return err;
	}
	PQclear(result);
	if (put == OTP_PUT_CHARGE)
		return OTP_ERR_WRITE;
	database->doubtful = true;
	if (ask_whether(database, row, &done, fault) != OTP_OK)
		return OTP_ERR_WRITE;
	database->doubtful = false;
	if (!done)
		return OTP_ERR_WRITE;
	if (fault != NULL)
		*fault = (struct otp_fault){ 0 };
	row->generation++;
	otp_rollback_note(&database->connection, row, row->account);
	return OTP_OK;
}

enum otp_err
otp_database_touch(struct otp_database *database, struct otp_database_row *row,
    bool durable, bool keep, struct otp_fault *fault)
{
	struct otp_parameters parameters = { 0 };
	PGresult *result = NULL;
	enum otp_err err;

	otp_database_name_row(database, row, &parameters);
	otp_parameters_add_text(&parameters, NULL);
	otp_parameters_add_text(&parameters, durable ? "t" : "f");
	otp_parameters_add_text(&parameters, keep ? "t" : "f");
	err = otp_connection_ask_prepared(&database->connection, &put_statement,
	    &parameters, 3, &result, fault);
	err = err == OTP_OK && !database->connection.warned
	    ? otp_database_outcome(result)
	    : OTP_ERR_WRITE;
	PQclear(result);
	return err;
}

enum otp_err
otp_database_outcome(const PGresult *result)
{
	if (otp_result_is(result, 0, "done"))
		return OTP_OK;
	if (otp_result_is(result, 0, "conflict") ||
	    otp_result_is(result, 0, "epoch"))
		return OTP_ERR_CONFLICT;
	if (otp_result_is(result, 0, "absent"))
		return OTP_ERR_ABSENT;
	return otp_result_is(result, 0, "exists") ? OTP_ERR_EXISTS
						  : OTP_ERR_WRITE;
}

/* Only "done", with numbers that follow, is a success. */
static enum otp_err
put_outcome(struct otp_database *database, PGresult *result, enum otp_put put,
    struct otp_database_row *row)
{
	const bool is_commit = put == OTP_PUT_COMMIT;
	int64_t generation = 0, charge = 0;
	const enum otp_err err = otp_database_outcome(result);

	if (err == OTP_ERR_CONFLICT || err == OTP_ERR_ABSENT)
		return err;
	if (err != OTP_OK || !otp_result_number(result, 1, 8, &generation) ||
	    !otp_result_number(result, 2, 8, &charge) ||
	    generation != row->generation + (is_commit ? 1 : 0) ||
	    charge != row->charge + (is_commit ? 0 : 1)) {
		database->doubtful = is_commit;
		return OTP_ERR_WRITE;
	}
	row->generation = generation;
	row->charge = charge;
	return OTP_OK;
}

/*
 * Whether the commit of ROW was done, asked on new connections until there is
 * an answer or the time is over.  A no is final: the server sees to it.
 */
static enum otp_err
ask_whether(struct otp_database *database, const struct otp_database_row *row,
    bool *ret_done, struct otp_fault *fault)
{
	struct otp_parameters parameters = { 0 };
	int64_t done = 0;
	enum otp_err err = OTP_ERR_READ;

	otp_parameters_add_text(&parameters, database->connection.place.realm);
	otp_parameters_add_text(&parameters, row->account);
	otp_parameters_add_text(&parameters, row->attempt);
	otp_parameters_add_number(&parameters, row->generation + 1);
	otp_parameters_add_number(&parameters, row->charge);
	otp_parameters_add_number(&parameters, row->serial);
	while (
	    err != OTP_OK && otp_connection_left(&database->connection) > 0) {
		PGresult *result = NULL;

		err = otp_connection_open(&database->connection, fault);
		if (err == OTP_OK)
			err = otp_connection_ask(&database->connection,
			    "SELECT otp.was_committed($1, $2, $3, $4, $5, $6)",
			    &parameters, 1, &result, fault);
		if (err == OTP_OK &&
		    (database->connection.warned ||
			!otp_result_number(result, 0, 1, &done)))
			err = otp_connection_fail(
			    &database->connection, NULL, OTP_ERR_READ, fault);
		PQclear(result);
		if (err != OTP_OK)
			(void)poll(NULL, 0, PAUSE);
	}
	*ret_done = err == OTP_OK && done == 1;
	return err;
}

bool
otp_database_is_doubtful(const struct otp_database *database)
{
	return database->doubtful;
}

const char *
otp_database_sqlstate(const struct otp_database *database)
{
	return database->connection.sqlstate;
}
