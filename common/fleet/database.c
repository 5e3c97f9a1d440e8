/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with the test that fails without it (tests/fleet/database.sh):
 *
 * 1. A put was done only if the server said one row, "done", and then that it is
 *    ready for the next statement, without a warning: it says the row before the
 *    transaction has ended (commit__is_exact_wherever_the_connection_is_cut,
 *    commit__with_a_warning_is_asked_for,
 *    commit__has_its_warning_whatever_the_role_has_set).
 * 2. A commit that was not heard of is asked for, and is never sent twice
 *    (commit__is_exact_wherever_the_connection_is_cut).
 * 3. No call waits for longer than its deadline, whatever the server does, and
 *    no statement is cancelled (calls__end_when_the_server_is_stopped,
 *    calls__end_when_the_server_answers_with_a_copy).
 * 4. The server is verified, and the environment has no say
 *    (open__verifies_the_server, open__takes_nothing_from_the_environment).
 */
#include "config.h"

#include "common/fleet/database.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libpq-fe.h>

#include "common/core/wipe.h"

#define UUID_SIZE     37 /* as text */
#define NUMBER_SIZE   24 /* likewise */
#define SQLSTATE_SIZE 6
#define PAUSE	      10 /* milliseconds before a commit is asked for again */

/* PQconndefaults() needs the first one to be unset, and does not name the rest. */
static const char *const more_names[] = { "PGSERVICE", "PGSERVICEFILE",
	"PGSYSCONFDIR", "PGLOCALEDIR", "PGTZ", "PGDATESTYLE", "PGGEQO" };

struct otp_database {
	struct otp_database_place place;
	PGconn *connection; /* NULL: none */
	bool warned;	    /* by the server, in this call */
	bool doubtful;
	int64_t end; /* of the call, monotonic, in milliseconds */
	char account[OTP_FAULT_WHERE_SIZE];
	char attempt[UUID_SIZE];
	char sqlstate[SQLSTATE_SIZE];
};

/* A statement's parameters: texts, but for the state, which is bytes. */
#define PARAMETERS_MAX 10
struct parameters {
	int count;
	const char *values[PARAMETERS_MAX];
	int lengths[PARAMETERS_MAX];
	int formats[PARAMETERS_MAX];
	char numbers[PARAMETERS_MAX][NUMBER_SIZE];
};

static enum otp_err clear_environment(void);
static enum otp_err connect_to(struct otp_database *, struct otp_fault *);
static enum otp_err wait_for(
    const struct otp_database *, bool for_reading, bool for_writing);
static enum otp_err ask(struct otp_database *, const char *statement,
    const struct parameters *, int columns, PGresult **, struct otp_fault *);
static enum otp_err send_all(struct otp_database *);
static enum otp_err receive_all(struct otp_database *, PGresult **);
static bool read_row(const PGresult *, struct otp_database_row *);
static enum otp_err put_outcome(
    struct otp_database *, PGresult *, enum otp_put, struct otp_database_row *);
static enum otp_err ask_whether(struct otp_database *,
    const struct otp_database_row *, bool *, struct otp_fault *);

/* --- Time ---------------------------------------------------------------- */

/* Milliseconds; if there is no clock, every deadline has passed. */
static int64_t
monotonic(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return INT64_MAX;
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
set_deadline(struct otp_database *database, unsigned ms)
{
	const int64_t now = monotonic();

	database->end = now == INT64_MAX ? now : now + ms;
}

/* Milliseconds that are left, for poll(2). */
static int
left(const struct otp_database *database)
{
	const int64_t now = monotonic();

	if (now >= database->end)
		return 0;
	return database->end - now > INT_MAX ? INT_MAX
					     : (int)(database->end - now);
}

/* --- Faults -------------------------------------------------------------- */

/* What the server said, or libpq of the connection: the end of its first line. */
static const char *
last_text(const struct otp_database *database, const PGresult *result)
{
	static const char before[] = "failed: ";
	const char *text = result == NULL
	    ? NULL
	    : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *end;

	if (text != NULL)
		return text;
	if (left(database) == 0)
		return "no answer in time";
	text = PQerrorMessage(database->connection);
	end = strstr(text, before);
	if (end != NULL)
		text = end + strlen(before);
	return text[0] == '\0' ? "unexpected answer" : text;
}

static enum otp_err
fail(struct otp_database *database, const PGresult *result, enum otp_err err,
    struct otp_fault *fault)
{
	const char *state = result == NULL
	    ? NULL
	    : PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *text = last_text(database, result);

	(void)snprintf(database->sqlstate, sizeof(database->sqlstate), "%s",
	    state == NULL ? "" : state);
	if (fault == NULL)
		return err;
	(void)snprintf(fault->foreign, sizeof(fault->foreign), "%s%s%.*s",
	    database->sqlstate, database->sqlstate[0] == '\0' ? "" : " ",
	    (int)strcspn(text, "\n"), text);
	return otp_fault_set(
	    fault, err, 0, database->place.host, OTP_DETAIL_NONE);
}

/* --- The connection ------------------------------------------------------ */

enum otp_err
otp_database_open(const struct otp_database_place *place, unsigned ms,
    struct otp_database **ret_database, struct otp_fault *fault)
{
	struct otp_database *database;
	enum otp_err err;

	if (place->host == NULL || place->database == NULL ||
	    place->role == NULL || place->realm == NULL ||
	    (place->host[0] == '/'
		    ? strchr(place->host, ',') != NULL
		    : place->address == NULL || place->authority == NULL))
		return OTP_ERR_OPTION;
	database = calloc(1, sizeof(*database));
	if (database == NULL)
		return OTP_ERR_NOMEM;
	database->place = *place;
	set_deadline(database, ms);
	err = clear_environment();
	if (err == OTP_OK)
		err = connect_to(database, fault);
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
	PQfinish(database->connection); /* which cancels nothing */
	free(database);
}

/*
 * Every setting comes from the place.  A service of which there is no file would
 * keep libpq from telling the names of the others.
 */
static enum otp_err
clear_environment(void)
{
	PQconninfoOption *options;

	for (size_t i = 0; i < sizeof(more_names) / sizeof(more_names[0]); i++)
		(void)unsetenv(more_names[i]);
	options = PQconndefaults();
	if (options == NULL)
		return OTP_ERR_NOMEM;
	for (unsigned i = 0; options[i].keyword != NULL; i++)
		if (options[i].envvar != NULL)
			(void)unsetenv(options[i].envvar);
	PQconninfoFree(options);
	return OTP_OK;
}

/* A commit that is given up by an administrator says so by a warning. */
static void
note_warning(void *context, const PGresult *result)
{
	struct otp_database *database = context;

	(void)result;
	database->warned = true;
}

static PGconn *
start(const struct otp_database_place *place)
{
	const bool is_local = place->host[0] == '/';
	const char *const names[] = { "host", "hostaddr", "port", "dbname",
		"user", "sslmode", "sslrootcert", "sslcert", "sslkey",
		"passfile", "gssencmode", "client_encoding",
		"target_session_attrs", "application_name", "tcp_user_timeout",
		NULL };
	const char *const values[] = { place->host,
		is_local ? NULL : place->address, place->port, place->database,
		place->role, is_local ? "disable" : "verify-full",
		place->authority, place->certificate, place->key,
		place->password, "disable", "UTF8", "read-write", "pam_otp",
		"5000", NULL };

	return PQconnectStartParams(names, values, 0);
}

static enum otp_err
connect_to(struct otp_database *database, struct otp_fault *fault)
{
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	PQfinish(database->connection);
	database->connection = start(&database->place);
	if (database->connection == NULL)
		return OTP_ERR_NOMEM;
	if (PQstatus(database->connection) == CONNECTION_BAD)
		return fail(database, NULL, OTP_ERR_READ, fault);
	while (status != PGRES_POLLING_OK) {
		if (status == PGRES_POLLING_FAILED ||
		    wait_for(database, status == PGRES_POLLING_READING,
			status == PGRES_POLLING_WRITING) != OTP_OK)
			return fail(database, NULL, OTP_ERR_READ, fault);
		status = PQconnectPoll(database->connection);
	}
	if (PQsetnonblocking(database->connection, 1) != 0)
		return fail(database, NULL, OTP_ERR_READ, fault);
	(void)PQsetNoticeReceiver(database->connection, note_warning, database);
	return OTP_OK;
}

static enum otp_err
wait_for(
    const struct otp_database *database, bool for_reading, bool for_writing)
{
	struct pollfd socket = { .fd = PQsocket(database->connection),
		.events = (short)((for_reading ? POLLIN : 0) |
		    (for_writing ? POLLOUT : 0)) };
	int ready;

	do {
		const int ms = left(database);

		if (socket.fd < 0 || ms == 0)
			return OTP_ERR_READ;
		ready = poll(&socket, 1, ms);
	} while (ready < 0 && errno == EINTR);
	return ready == 1 ? OTP_OK : OTP_ERR_READ;
}

/* --- Statements ---------------------------------------------------------- */

static void
add_text(struct parameters *parameters, const char *text)
{
	parameters->values[parameters->count++] = text;
}

static void
add_number(struct parameters *parameters, int64_t number)
{
	char *text = parameters->numbers[parameters->count];

	(void)snprintf(text, NUMBER_SIZE, "%lld", (long long)number);
	add_text(parameters, text);
}

static void
add_bytes(struct parameters *parameters, const void *bytes, size_t size)
{
	parameters->lengths[parameters->count] = (int)size;
	parameters->formats[parameters->count] = 1;
	add_text(parameters, bytes);
}

/*
 * One statement, which is a transaction; *RET_RESULT, to be cleared by the
 * caller, is its one row of COLUMNS, once the transaction has ended.
 */
static enum otp_err
ask(struct otp_database *database, const char *statement,
    const struct parameters *parameters, int columns, PGresult **ret_result,
    struct otp_fault *fault)
{
	PGresult *result = NULL;
	enum otp_err err = OTP_ERR_READ;

	database->warned = false;
	database->sqlstate[0] = '\0';
	if (PQsendQueryParams(database->connection, statement,
		parameters->count, NULL, parameters->values,
		parameters->lengths, parameters->formats, 1) == 1)
		err = send_all(database);
	if (err == OTP_OK)
		err = receive_all(database, &result);
	if (err == OTP_OK &&
	    (PQresultStatus(result) != PGRES_TUPLES_OK ||
		PQntuples(result) != 1 || PQnfields(result) != columns ||
		PQtransactionStatus(database->connection) != PQTRANS_IDLE))
		err = OTP_ERR_READ;
	if (err == OTP_OK) {
		*ret_result = result;
		return OTP_OK;
	}
	err = fail(database, result, err, fault);
	PQclear(result);
	return err;
}

static enum otp_err
send_all(struct otp_database *database)
{
	int status;

	while ((status = PQflush(database->connection)) == 1) {
		if (wait_for(database, true, true) != OTP_OK)
			return OTP_ERR_READ;
		if (PQconsumeInput(database->connection) != 1)
			return OTP_ERR_READ;
	}
	return status == 0 ? OTP_OK : OTP_ERR_READ;
}

/*
 * All that the server answers, until it is ready for the next statement: only
 * then has the transaction ended.  The last result counts, since an error may
 * follow a row.  Others than these end it, since a COPY would be told again and
 * again.
 */
static enum otp_err
receive_all(struct otp_database *database, PGresult **ret_result)
{
	for (;;) {
		ExecStatusType status;
		PGresult *next;

		while (PQisBusy(database->connection) == 1)
			if (wait_for(database, true, false) != OTP_OK ||
			    PQconsumeInput(database->connection) != 1)
				return OTP_ERR_READ;
		next = PQgetResult(database->connection);
		if (next == NULL)
			break;
		PQclear(*ret_result);
		*ret_result = next;
		status = PQresultStatus(next);
		if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK &&
		    status != PGRES_FATAL_ERROR)
			break;
	}
	return *ret_result != NULL &&
		PQstatus(database->connection) == CONNECTION_OK
	    ? OTP_OK
	    : OTP_ERR_READ;
}

/* A value of the one row; NULL and other sizes than SIZE are no number. */
static bool
get_number(const PGresult *result, int column, int size, int64_t *ret_number)
{
	const uint8_t *bytes = (const uint8_t *)PQgetvalue(result, 0, column);
	uint64_t number = 0;

	if (PQgetisnull(result, 0, column) == 1 ||
	    PQgetlength(result, 0, column) != size)
		return false;
	for (int i = 0; i < size; i++)
		number = number << 8 | bytes[i];
	*ret_number = (int64_t)number;
	return true;
}

/* *RET_HAS: whether it is not NULL; false: it is too long. */
static bool
get_bytes(const PGresult *result, int column, void *bytes, size_t size_max,
    size_t *ret_size, bool *ret_has)
{
	const size_t size = (size_t)PQgetlength(result, 0, column);

	*ret_has = PQgetisnull(result, 0, column) == 0;
	if (size > size_max)
		return false;
	memcpy(bytes, PQgetvalue(result, 0, column), size);
	*ret_size = size;
	return true;
}

static bool
is_text(const PGresult *result, int column, const char *text)
{
	return PQgetisnull(result, 0, column) == 0 &&
	    strcmp(PQgetvalue(result, 0, column), text) == 0;
}

/* --- An account ---------------------------------------------------------- */

static void
format_uuid(
    const uint8_t bytes[OTP_DATABASE_ATTEMPT_SIZE], char text[UUID_SIZE])
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
	struct parameters parameters = { 0 };
	PGresult *result = NULL;
	enum otp_err err;

	database->doubtful = false;
	set_deadline(database, ms);
	format_uuid(attempt, database->attempt);
	if (strlen(account) >= sizeof(database->account))
		return OTP_ERR_NAME;
	memcpy(database->account, account, strlen(account) + 1);
	memset(ret_row, 0, sizeof(*ret_row));
	add_text(&parameters, database->place.realm);
	add_text(&parameters, database->account);
	err = ask(database, "SELECT * FROM otp.load($1, $2)", &parameters, 13,
	    &result, fault);
	if (err == OTP_OK && !read_row(result, ret_row))
		err = fail(database, NULL, OTP_ERR_READ, fault);
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

	if (!get_number(result, 0, 8, &row->now) ||
	    !get_number(result, 1, 8, &row->fleet_epoch) ||
	    !get_number(result, 2, 8, &row->fleet_since) ||
	    !get_number(result, 3, 8, &row->fleet_identifier) ||
	    !get_number(result, 4, 4, &format) ||
	    !get_number(result, 12, 1, &is_taken))
		return false;
	row->format = (int32_t)format;
	row->is_taken = is_taken != 0;
	row->has_account = PQgetisnull(result, 0, 9) == 0;
	if (!row->has_account)
		return true;
	row->has_uid = PQgetisnull(result, 0, 5) == 0;
	if (row->has_uid && !get_number(result, 5, 8, &uid))
		return false;
	if (uid < 0 || uid >= UINT32_MAX)
		return false;
	row->uid = (uint32_t)uid;
	return get_bytes(result, 6, row->seed, sizeof(row->seed),
		   &row->seed_size, &row->has_seed) &&
	    get_number(result, 7, 8, &row->serial) &&
	    get_bytes(result, 8, row->state, sizeof(row->state),
		&row->state_size, &row->has_state) &&
	    get_number(result, 9, 8, &row->generation) &&
	    get_number(result, 10, 8, &row->charge) &&
	    get_number(result, 11, 8, &row->epoch);
}

enum otp_err
otp_database_put(struct otp_database *database, struct otp_database_row *row,
    enum otp_put put, bool keep, struct otp_fault *fault)
{
	struct parameters parameters = { 0 };
	PGresult *result = NULL;
	bool done = false;
	enum otp_err err;

	if (put == OTP_PUT_NOTHING)
		return OTP_OK;
	if (row->state_size == 0 || row->state_size > sizeof(row->state))
		return OTP_ERR_PARSE;
	add_text(&parameters, database->place.realm);
	add_text(&parameters, database->account);
	add_text(&parameters, database->attempt);
	add_number(&parameters, row->fleet_epoch);
	add_number(&parameters, row->generation);
	add_number(&parameters, row->charge);
	add_number(&parameters, row->serial);
	add_bytes(&parameters, row->state, row->state_size);
	add_text(&parameters, put == OTP_PUT_COMMIT ? "t" : "f");
	add_text(&parameters, keep ? "t" : "f");
	err = ask(database,
	    "SELECT * FROM otp.put($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
	    &parameters, 3, &result, fault);
	if (err == OTP_OK && !database->warned) {
		err = put_outcome(database, result, put, row);
		PQclear(result);
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
	return OTP_OK;
}

/* Only "done", with numbers that follow, is a success. */
static enum otp_err
put_outcome(struct otp_database *database, PGresult *result, enum otp_put put,
    struct otp_database_row *row)
{
	const bool is_commit = put == OTP_PUT_COMMIT;
	int64_t generation = 0, charge = 0;

	if (is_text(result, 0, "conflict") || is_text(result, 0, "epoch"))
		return OTP_ERR_CONFLICT;
	if (is_text(result, 0, "absent"))
		return OTP_ERR_ABSENT;
	if (!is_text(result, 0, "done") ||
	    !get_number(result, 1, 8, &generation) ||
	    !get_number(result, 2, 8, &charge) ||
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
 * Whether the commit of ROW was done, asked on new connections until there is an
 * answer or the time is over.  A no is final: the server sees to it.
 */
static enum otp_err
ask_whether(struct otp_database *database, const struct otp_database_row *row,
    bool *ret_done, struct otp_fault *fault)
{
	struct parameters parameters = { 0 };
	int64_t done = 0;
	enum otp_err err = OTP_ERR_READ;

	add_text(&parameters, database->place.realm);
	add_text(&parameters, database->account);
	add_text(&parameters, database->attempt);
	add_number(&parameters, row->generation + 1);
	add_number(&parameters, row->charge);
	add_number(&parameters, row->serial);
	while (err != OTP_OK && left(database) > 0) {
		PGresult *result = NULL;

		err = connect_to(database, fault);
		if (err == OTP_OK)
			err = ask(database,
			    "SELECT otp.was_committed($1, $2, $3, $4, $5, $6)",
			    &parameters, 1, &result, fault);
		if (err == OTP_OK &&
		    (database->warned || !get_number(result, 0, 1, &done)))
			err = fail(database, NULL, OTP_ERR_READ, fault);
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
	return database->sqlstate;
}
