/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A connection to a fleet's database, with one deadline for all that is asked
 * of it in a call.  Only this room's files include it.
 *
 * On failure, FAULT (which may be NULL) has the server's or libpq's text in
 * 'foreign', after the SQLSTATE if there is one.
 */
#ifndef OTP_FLEET_CONNECTION_H
#define OTP_FLEET_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "common/core/err.h"
#include "common/fleet/database.h"

#define OTP_CONNECTION_SQLSTATE_SIZE 6

/* Zeroed but for 'place' at first. */
struct otp_connection {
	struct otp_database_place place;
	PGconn *pg;	    /* NULL: none */
	bool warned;	    /* by the server, in this call */
	unsigned prepared;  /* a bit for each statement: 1 << its number */
	int64_t compare_at; /* with the host marks (rollback.h); as 'end' */
	int64_t end;	    /* of the call: as otp_connection_now() has it */
	char sqlstate[OTP_CONNECTION_SQLSTATE_SIZE]; /* of the last failure */
};

/* A statement's parameters: texts, but for a state, which is bytes. */
#define OTP_PARAMETERS_MAX	  11
#define OTP_PARAMETER_NUMBER_SIZE 24
struct otp_parameters {
	int count;
	const char *values[OTP_PARAMETERS_MAX];
	int lengths[OTP_PARAMETERS_MAX];
	int formats[OTP_PARAMETERS_MAX];
	char numbers[OTP_PARAMETERS_MAX][OTP_PARAMETER_NUMBER_SIZE];
};

/* Milliseconds, monotonic; INT64_MAX: not known. */
int64_t otp_connection_now(void);

/* The call that begins now ends within MS milliseconds. */
void otp_connection_begin(struct otp_connection *connection, unsigned ms);

/* Milliseconds that are left, for poll(2). */
int otp_connection_left(const struct otp_connection *connection);

/*
 * Connect, as otp_database_open() says; also again.  The caller closes it,
 * after a failure, too.  Errors: READ (also after the deadline), OPTION (the
 * place lacks something), NOMEM.
 */
enum otp_err otp_connection_open(
    struct otp_connection *connection, struct otp_fault *fault) OTP_MUST_USE;

void otp_connection_close(struct otp_connection *connection);

/* Up to OTP_PARAMETERS_MAX; TEXT and BYTES stay the caller's. */
void otp_parameters_add_text(
    struct otp_parameters *parameters, const char *text);
void otp_parameters_add_number(
    struct otp_parameters *parameters, int64_t number);
void otp_parameters_add_bytes(
    struct otp_parameters *parameters, const void *bytes, size_t size);

/*
 * One statement, which is a transaction; *RET_RESULT, which the caller clears,
 * is its one row of COLUMNS, in binary, once the transaction has ended.
 * Errors: READ.
 */
enum otp_err otp_connection_ask(struct otp_connection *connection,
    const char *statement, const struct otp_parameters *parameters, int columns,
    PGresult **ret_result, struct otp_fault *fault) OTP_MUST_USE;

/* A statement that logins ask; 'number' and 'name' are no other's. */
struct otp_statement {
	unsigned number; /* 0 to 31 */
	const char *name;
	const char *text;
};

/*
 * The same of a statement that the server reads once a connection, when it is
 * asked first.  Errors: READ.
 */
enum otp_err otp_connection_ask_prepared(struct otp_connection *connection,
    const struct otp_statement *statement,
    const struct otp_parameters *parameters, int columns, PGresult **ret_result,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * SCRIPT, statements that leave no transaction open.  After a failure the
 * connection is to be closed, which undoes what an open one did.  Errors:
 * WRITE.
 */
enum otp_err otp_connection_run(struct otp_connection *connection,
    const char *script, struct otp_fault *fault) OTP_MUST_USE;

/* Note what RESULT (which may be NULL) or libpq says of a failure; is ERR. */
enum otp_err otp_connection_fail(struct otp_connection *connection,
    const PGresult *result, enum otp_err err,
    struct otp_fault *fault) OTP_MUST_USE;

/* --- Values of the one row ------------------------------------------------ */

/* NULL and other sizes than SIZE (bytes) are no number. */
bool otp_result_number(
    const PGresult *result, int column, int size, int64_t *ret_number);

/* NULL is not a truth value. */
bool otp_result_flag(const PGresult *result, int column, bool *ret_flag);

/* *RET_HAS: whether it is not NULL.  False: it is longer than SIZE_MAX. */
bool otp_result_bytes(const PGresult *result, int column, void *bytes,
    size_t size_max, size_t *ret_size, bool *ret_has);

/* Whether it is TEXT. */
bool otp_result_is(const PGresult *result, int column, const char *text);

#endif
