/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with the test that fails without it (tests/fleet/database.sh):
 *
 * 1. A statement was done only if the server said one row, and then that it is
 *    ready for the next statement: it says the row before the transaction has
 *    ended (commit__is_exact_wherever_the_connection_is_cut).
 * 2. No call waits for longer than its deadline, whatever the server does, and
 *    no statement is cancelled (calls__end_when_the_server_is_stopped,
 *    calls__end_when_the_server_answers_with_a_copy).
 * 3. The server is verified, and the environment has no say
 *    (open__verifies_the_server, open__takes_nothing_from_the_environment,
 *    open__takes_nothing_from_a_home_directory).
 * 4. The server at a Unix socket is its directory's owner
 *    (open__takes_no_server_of_another_user).
 */
#include "config.h"

#include "common/fleet/connection.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* No file, so that libpq reads none in a home directory. */
#define NO_FILE "/dev/null/none"

#define DENIED "42501" /* insufficient_privilege */

#define USER_SIZE  256	/* of a user's name, the NUL included */
#define ENTRY_SIZE 4096 /* of a user's entry */

/*
 * PQconndefaults() needs the first one to be unset, and does not name the rest.
 */
static const char *const more_names[] = { "PGSERVICE", "PGSERVICEFILE",
	"PGSYSCONFDIR", "PGLOCALEDIR", "PGTZ", "PGDATESTYLE", "PGGEQO" };

static bool is_whole(const struct otp_database_place *);
static enum otp_err clear_environment(void);
static enum otp_err find_server(const struct otp_database_place *,
    char user[USER_SIZE], struct otp_fault *);
static PGconn *start(const struct otp_database_place *, const char *server);
static enum otp_err poll_until_connected(struct otp_connection *);
static void note_warning(void *context, const PGresult *);
static enum otp_err wait_for(
    const struct otp_connection *, bool for_reading, bool for_writing);
static enum otp_err prepare(
    struct otp_connection *, const struct otp_statement *, struct otp_fault *);
static enum otp_err take_row(struct otp_connection *, bool sent, int columns,
    PGresult **, struct otp_fault *);
static enum otp_err exchange(
    struct otp_connection *, bool sent, PGresult **ret_result);
static enum otp_err send_all(struct otp_connection *);
static enum otp_err receive_all(struct otp_connection *, PGresult **);
static const char *last_text(
    const struct otp_connection *, const PGresult *result);

/* --- Time ---------------------------------------------------------------- */

/* If there is no clock, every deadline has passed. */
int64_t
otp_connection_now(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return INT64_MAX;
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
otp_connection_begin(struct otp_connection *connection, unsigned ms)
{
	const int64_t now = otp_connection_now();

	connection->end = now == INT64_MAX ? now : now + ms;
}

int
otp_connection_left(const struct otp_connection *connection)
{
	const int64_t now = otp_connection_now();

	if (now >= connection->end)
		return 0;
	return connection->end - now > INT_MAX ? INT_MAX
					       : (int)(connection->end - now);
}

/* --- The connection ------------------------------------------------------ */

enum otp_err
otp_connection_open(struct otp_connection *connection, struct otp_fault *fault)
{
	char server[USER_SIZE] = "";
	enum otp_err err = OTP_ERR_READ;

	otp_connection_close(connection);
	if (!is_whole(&connection->place))
		return OTP_ERR_OPTION;
	err = clear_environment();
	if (err == OTP_OK)
		err = find_server(&connection->place, server, fault);
	if (err != OTP_OK)
		return err;
	connection->pg = start(&connection->place, server);
	if (connection->pg == NULL)
		return OTP_ERR_NOMEM;
	err = poll_until_connected(connection);
	if (err == OTP_OK && PQsetnonblocking(connection->pg, 1) != 0)
		err = OTP_ERR_READ;
	if (err != OTP_OK)
		return otp_connection_fail(connection, NULL, err, fault);
	(void)PQsetNoticeReceiver(connection->pg, note_warning, connection);
	return OTP_OK;
}

void
otp_connection_close(struct otp_connection *connection)
{
	PQfinish(connection->pg); /* which cancels nothing */
	connection->pg = NULL;
	connection->prepared = 0;
	connection->compare_at = 0;
}

static bool
is_whole(const struct otp_database_place *place)
{
	return place->host != NULL && place->database != NULL &&
	    place->role != NULL && place->realm != NULL &&
	    (place->host[0] == '/'
		    ? strchr(place->host, ',') == NULL
		    : place->address != NULL && place->authority != NULL);
}

/*
 * Every setting comes from the place.  PGSERVICE goes first: if it names a
 * service that no file has, libpq does not tell the names of the others.
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

/*
 * Where every user can make a socket, as in /tmp, one who is not the server's
 * could say what the accounts are: USER, the owner of the socket's directory,
 * is the server's.  By TCP it is "".
 */
static enum otp_err
find_server(const struct otp_database_place *place, char user[USER_SIZE],
    struct otp_fault *fault)
{
	char buffer[ENTRY_SIZE];
	struct passwd entry = { 0 };
	struct passwd *found = NULL;
	struct stat status;

	user[0] = '\0';
	if (place->host[0] != '/')
		return OTP_OK;
	if (stat(place->host, &status) != 0)
		return otp_fault_set(
		    fault, OTP_ERR_READ, errno, place->host, OTP_DETAIL_NONE);
	if (getpwuid_r(status.st_uid, &entry, buffer, sizeof(buffer), &found) !=
		0 ||
	    found == NULL || found->pw_name[0] == '\0' ||
	    strlen(found->pw_name) >= USER_SIZE)
		return otp_fault_set(fault, OTP_ERR_READ, 0, place->host,
		    OTP_DETAIL_USER_DATABASE);
	memcpy(user, found->pw_name, strlen(found->pw_name) + 1);
	return OTP_OK;
}

static const char *
file_or_none(const char *path)
{
	return path == NULL ? NO_FILE : path;
}

/* So that no owner of the database has functions of theirs run by our names. */
#define NO_PATH "-c search_path="

static PGconn *
start(const struct otp_database_place *place, const char *server)
{
	const bool is_local = place->host[0] == '/';
	const char *const names[] = { "host", "hostaddr", "port", "dbname",
		"user", "sslmode", "sslrootcert", "sslcrl", "sslcert", "sslkey",
		"passfile", "requirepeer", "gssencmode", "client_encoding",
		"target_session_attrs", "application_name", "tcp_user_timeout",
		"options", NULL };
	const char *const values[] = { place->host,
		is_local ? NULL : place->address, place->port, place->database,
		place->role, is_local ? "disable" : "verify-full",
		place->authority, NO_FILE, file_or_none(place->certificate),
		file_or_none(place->key), file_or_none(place->password),
		is_local ? server : NULL, "disable", "UTF8", "read-write",
		"pam_otp", "5000", NO_PATH, NULL };

	return PQconnectStartParams(names, values, 0);
}

static enum otp_err
poll_until_connected(struct otp_connection *connection)
{
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	if (PQstatus(connection->pg) == CONNECTION_BAD)
		return OTP_ERR_READ;
	while (status != PGRES_POLLING_OK) {
		if (status == PGRES_POLLING_FAILED ||
		    wait_for(connection, status == PGRES_POLLING_READING,
			status == PGRES_POLLING_WRITING) != OTP_OK)
			return OTP_ERR_READ;
		status = PQconnectPoll(connection->pg);
	}
	return OTP_OK;
}

/* A commit that is given up by an administrator says so by a warning. */
static void
note_warning(void *context, const PGresult *result)
{
	struct otp_connection *connection = context;

	(void)result;
	connection->warned = true;
}

static enum otp_err
wait_for(
    const struct otp_connection *connection, bool for_reading, bool for_writing)
{
	struct pollfd socket = { .fd = PQsocket(connection->pg),
		.events = (short)((for_reading ? POLLIN : 0) |
		    (for_writing ? POLLOUT : 0)) };
	int ready;

	do {
		const int ms = otp_connection_left(connection);

		if (socket.fd < 0 || ms == 0)
			return OTP_ERR_READ;
		ready = poll(&socket, 1, ms);
	} while (ready < 0 && errno == EINTR);
	return ready == 1 ? OTP_OK : OTP_ERR_READ;
}

/* --- Statements ---------------------------------------------------------- */

void
otp_parameters_add_text(struct otp_parameters *parameters, const char *text)
{
	parameters->values[parameters->count++] = text;
}

void
otp_parameters_add_number(struct otp_parameters *parameters, int64_t number)
{
	char *text = parameters->numbers[parameters->count];

	(void)snprintf(
	    text, OTP_PARAMETER_NUMBER_SIZE, "%lld", (long long)number);
	otp_parameters_add_text(parameters, text);
}

void
otp_parameters_add_bytes(
    struct otp_parameters *parameters, const void *bytes, size_t size)
{
	parameters->lengths[parameters->count] = (int)size;
	parameters->formats[parameters->count] = 1;
	otp_parameters_add_text(parameters, bytes);
}

enum otp_err
otp_connection_ask(struct otp_connection *connection, const char *statement,
    const struct otp_parameters *parameters, int columns, PGresult **ret_result,
    struct otp_fault *fault)
{
	return take_row(connection,
	    PQsendQueryParams(connection->pg, statement, parameters->count,
		NULL, parameters->values, parameters->lengths,
		parameters->formats, 1) == 1,
	    columns, ret_result, fault);
}

enum otp_err
otp_connection_ask_prepared(struct otp_connection *connection,
    const struct otp_statement *statement,
    const struct otp_parameters *parameters, int columns, PGresult **ret_result,
    struct otp_fault *fault)
{
	enum otp_err err = prepare(connection, statement, fault);

	if (err != OTP_OK)
		return err;
	return take_row(connection,
	    PQsendQueryPrepared(connection->pg, statement->name,
		parameters->count, parameters->values, parameters->lengths,
		parameters->formats, 1) == 1,
	    columns, ret_result, fault);
}

static enum otp_err
prepare(struct otp_connection *connection,
    const struct otp_statement *statement, struct otp_fault *fault)
{
	const unsigned bit = 1U << statement->number;
	PGresult *result = NULL;
	enum otp_err err;

	if ((connection->prepared & bit) != 0)
		return OTP_OK;
	err = exchange(connection,
	    PQsendPrepare(
		connection->pg, statement->name, statement->text, 0, NULL) == 1,
	    &result);
	if (err == OTP_OK && PQresultStatus(result) == PGRES_COMMAND_OK)
		connection->prepared |= bit;
	else
		err = otp_connection_fail(
		    connection, result, OTP_ERR_READ, fault);
	PQclear(result);
	return err;
}

/* The one row of what was given to libpq. */
static enum otp_err
take_row(struct otp_connection *connection, bool sent, int columns,
    PGresult **ret_result, struct otp_fault *fault)
{
	PGresult *result = NULL;
	enum otp_err err = exchange(connection, sent, &result);

	if (err == OTP_OK &&
	    (PQresultStatus(result) != PGRES_TUPLES_OK ||
		PQntuples(result) != 1 || PQnfields(result) != columns ||
		PQtransactionStatus(connection->pg) != PQTRANS_IDLE))
		err = OTP_ERR_READ;
	if (err == OTP_OK) {
		*ret_result = result;
		return OTP_OK;
	}
	err = otp_connection_fail(connection, result, err, fault);
	PQclear(result);
	return err;
}

enum otp_err
otp_connection_run(struct otp_connection *connection, const char *script,
    struct otp_fault *fault)
{
	PGresult *result = NULL;
	enum otp_err err = exchange(
	    connection, PQsendQuery(connection->pg, script) == 1, &result);

	if (err != OTP_OK || PQresultStatus(result) != PGRES_COMMAND_OK ||
	    PQtransactionStatus(connection->pg) != PQTRANS_IDLE)
		err = otp_connection_fail(
		    connection, result, OTP_ERR_WRITE, fault);
	PQclear(result);
	return err;
}

/* What was given to libpq is sent; *RET_RESULT may be there after a failure. */
static enum otp_err
exchange(struct otp_connection *connection, bool sent, PGresult **ret_result)
{
	enum otp_err err = sent ? OTP_OK : OTP_ERR_READ;

	connection->warned = false;
	connection->sqlstate[0] = '\0';
	if (err == OTP_OK)
		err = send_all(connection);
	if (err == OTP_OK)
		err = receive_all(connection, ret_result);
	return err;
}

static enum otp_err
send_all(struct otp_connection *connection)
{
	int status;

	while ((status = PQflush(connection->pg)) == 1) {
		if (wait_for(connection, true, true) != OTP_OK)
			return OTP_ERR_READ;
		if (PQconsumeInput(connection->pg) != 1)
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
receive_all(struct otp_connection *connection, PGresult **ret_result)
{
	for (;;) {
		ExecStatusType status;
		PGresult *next;

		while (PQisBusy(connection->pg) == 1)
			if (wait_for(connection, true, false) != OTP_OK ||
			    PQconsumeInput(connection->pg) != 1)
				return OTP_ERR_READ;
		next = PQgetResult(connection->pg);
		if (next == NULL)
			break;
		PQclear(*ret_result);
		*ret_result = next;
		status = PQresultStatus(next);
		if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK &&
		    status != PGRES_FATAL_ERROR)
			break;
	}
	return *ret_result != NULL && PQstatus(connection->pg) == CONNECTION_OK
	    ? OTP_OK
	    : OTP_ERR_READ;
}

/* --- Faults -------------------------------------------------------------- */

enum otp_err
otp_connection_fail(struct otp_connection *connection, const PGresult *result,
    enum otp_err err, struct otp_fault *fault)
{
	const char *state = result == NULL
	    ? NULL
	    : PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *text = last_text(connection, result);

	(void)snprintf(connection->sqlstate, sizeof(connection->sqlstate), "%s",
	    state == NULL ? "" : state);
	if (fault == NULL)
		return err;
	(void)snprintf(fault->foreign, sizeof(fault->foreign), "%s%s%.*s",
	    connection->sqlstate, connection->sqlstate[0] == '\0' ? "" : " ",
	    (int)strcspn(text, "\n"), text);
	return otp_fault_set(fault, err, 0, connection->place.host,
	    strcmp(connection->sqlstate, DENIED) == 0 ? OTP_DETAIL_FLEET_RIGHTS
						      : OTP_DETAIL_NONE);
}

/*
 * What the server said, or libpq of the connection: the end of its first line.
 */
static const char *
last_text(const struct otp_connection *connection, const PGresult *result)
{
	static const char before[] = "failed: ";
	const char *text = result == NULL
	    ? NULL
	    : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *end;

	if (text != NULL)
		return text;
	if (otp_connection_left(connection) == 0)
		return "no answer in time";
	text = PQerrorMessage(connection->pg);
	end = strstr(text, before);
	if (end != NULL)
		text = end + strlen(before);
	return text[0] == '\0' ? "unexpected answer" : text;
}

/* --- Values of the one row ------------------------------------------------ */

bool
otp_result_number(
    const PGresult *result, int column, int size, int64_t *ret_number)
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

bool
otp_result_flag(const PGresult *result, int column, bool *ret_flag)
{
	int64_t number = 0;

	if (!otp_result_number(result, column, 1, &number))
		return false;
	*ret_flag = number != 0;
	return true;
}

bool
otp_result_bytes(const PGresult *result, int column, void *bytes,
    size_t size_max, size_t *ret_size, bool *ret_has)
{
	const size_t size = (size_t)PQgetlength(result, 0, column);

	*ret_has = PQgetisnull(result, 0, column) == 0;
	if (size > size_max)
		return false;
	memcpy(bytes, PQgetvalue(result, 0, column), size);
	*ret_size = size;
	return true;
}

bool
otp_result_is(const PGresult *result, int column, const char *text)
{
	return PQgetisnull(result, 0, column) == 0 &&
	    strcmp(PQgetvalue(result, 0, column), text) == 0;
}
