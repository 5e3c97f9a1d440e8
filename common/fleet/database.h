/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An account in a fleet's database, by the functions of contrib/postgresql.
 *
 * Each call has a deadline, and its outcome is exact: a put that returns OTP_OK
 * was done, and one that does not was not done and will not be, but for a
 * charge, and where otp_database_is_doubtful() says so.
 *
 * On failure, FAULT (which may be NULL) has the server's or libpq's text in
 * 'foreign', after the SQLSTATE if there is one.
 */
#ifndef OTP_FLEET_DATABASE_H
#define OTP_FLEET_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/core/seed.h"
#include "common/core/throttle.h"

#define OTP_DATABASE_STATE_MAX	  8192 /* bytes */
#define OTP_DATABASE_ATTEMPT_SIZE 16   /* bytes, random */
#define OTP_DATABASE_NAME_SIZE	  251  /* of an account, the NUL included */
#define OTP_DATABASE_UUID_SIZE	  37   /* likewise, of an attempt as text */

/* Texts that the caller owns while the database is open; NULL: none. */
struct otp_database_place {
	/* Names with a comma between them, or the folder of a Unix socket. */
	const char *host;
	const char *address; /* of each name: in numbers; nothing is resolved */
	const char *port;    /* in digits */
	const char *database;
	const char *role;
	const char *realm;
	const char *authority;	 /* file; the server is verified by it */
	const char *certificate; /* file, the host's own */
	const char *key;	 /* file, of this certificate */
	const char *password;	 /* file, as libpq's .pgpass */
	const char *marks;	 /* file of the host marks; NULL: none */
};

/* Microseconds are since 1970.  A secret: the caller wipes it. */
struct otp_database_row {
	char account[OTP_DATABASE_NAME_SIZE];
	char attempt[OTP_DATABASE_UUID_SIZE];
	int64_t now; /* the server's clock, in microseconds */
	int64_t fleet_epoch;
	int64_t fleet_since; /* microseconds */
	int64_t fleet_identifier;
	int32_t format; /* of a state that is written */
	bool has_account, has_uid, has_seed, has_state;
	bool is_taken; /* by an attempt that was charged just now */
	uint32_t uid;
	int64_t generation, charge, serial; /* of the account, never lowered */
	int64_t epoch;			    /* in which the state was written */
	size_t seed_size, state_size;	    /* in bytes */
	char seed[OTP_SEED_SIZE_MAX];	    /* not terminated */
	uint8_t state[OTP_DATABASE_STATE_MAX];
};

struct otp_database;

/*
 * Connect, within MS milliseconds.  By TCP only with TLS, to a server that
 * AUTHORITY says is HOST.  No setting is taken from the environment: the names
 * that libpq would look at are removed from it.  The caller closes
 * *RET_DATABASE.  Errors: READ (also after the deadline), OPTION (PLACE lacks
 * something), NOMEM.
 */
enum otp_err otp_database_open(const struct otp_database_place *place,
    unsigned ms, struct otp_database **ret_database,
    struct otp_fault *fault) OTP_MUST_USE;

/* NULL is fine. */
void otp_database_close(struct otp_database *database);

/*
 * Load ACCOUNT; what is done with the row is of ATTEMPT, and ends within MS
 * milliseconds.  After a failure the database is to be closed.
 * Errors: READ, NAME, NOMEM; ROLLED_BACK (by the host marks, at the first load
 * of a connection and every 5 seconds), and those of otp_marks_read().
 */
enum otp_err otp_database_load(struct otp_database *database,
    const char *account, const uint8_t attempt[OTP_DATABASE_ATTEMPT_SIZE],
    unsigned ms, struct otp_database_row *ret_row,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Write the state in ROW, as loaded here and changed by the caller: PUT is
 * CHARGE or COMMIT.  KEEP: the account is this attempt's alone for 2 seconds
 * more.  ROW's numbers are the new ones then.  A commit whose end was not heard
 * is asked for on a new connection.
 * Errors: CONFLICT (load again), ABSENT, PARSE (no state, or more than a row
 * has), WRITE; after WRITE the database is to be closed.
 */
enum otp_err otp_database_put(struct otp_database *database,
    struct otp_database_row *row, enum otp_put put, bool keep,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * The same without a change of the state: with DURABLE, what was loaded is on
 * the disk when this returns OTP_OK.  KEEP as above; without it, the account is
 * given free.  Errors: CONFLICT, ABSENT, WRITE.
 */
enum otp_err otp_database_touch(struct otp_database *database,
    struct otp_database_row *row, bool durable, bool keep,
    struct otp_fault *fault) OTP_MUST_USE;

/* What follows ends within MS milliseconds. */
void otp_database_begin(struct otp_database *database, unsigned ms);

/*
 * For a child of the process that has connected: close the connection here
 * without a word to the server, which goes on with the parent.
 */
void otp_database_abandon(struct otp_database *database);

/*
 * Whether the last put was a commit of which it is not known whether it was
 * done: the answer to a user is no.
 */
bool otp_database_is_doubtful(const struct otp_database *database);

/* The SQLSTATE of the last failure, or "" where the server sent none. */
const char *otp_database_sqlstate(const struct otp_database *database);

#endif
