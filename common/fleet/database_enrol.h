/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What hosts do that enroll, by migrations 3 and 4.  Each call that changes
 * something leaves the row to its attempt for 2 seconds, and is on the disk
 * when it returns OTP_OK; its row's members and numbers are the new ones then.
 *
 * Errors of each: CONFLICT (load again), ABSENT, WRITE or READ (then the
 * database is to be closed); after WRITE it may have been done if
 * otp_database_is_doubtful() says so.
 */
#ifndef OTP_FLEET_DATABASE_ENROL_H
#define OTP_FLEET_DATABASE_ENROL_H

#include "common/fleet/database.h"

/* The state in ROW, of which the account has none yet.  Errors: EXISTS. */
enum otp_err otp_database_create(struct otp_database *database,
    struct otp_database_row *row, struct otp_fault *fault) OTP_MUST_USE;

/* SEED (SIZE bytes), or none if it is NULL. */
enum otp_err otp_database_put_seed(struct otp_database *database,
    struct otp_database_row *row, const char *seed, size_t size,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * The account has UID, or none if HAS is false.  Errors: UID: the account OTHER
 * has it.
 */
enum otp_err otp_database_put_uid(struct otp_database *database,
    struct otp_database_row *row, bool has, uint32_t uid,
    char other[OTP_DATABASE_NAME_SIZE], struct otp_fault *fault) OTP_MUST_USE;

/* FROM's seed and uid become TO's.  Errors: EXISTS (TO has a seed). */
enum otp_err otp_database_move_seed(struct otp_database *database,
    struct otp_database_row *from, struct otp_database_row *to,
    struct otp_fault *fault) OTP_MUST_USE;

/* Blank the row. */
enum otp_err otp_database_purge(struct otp_database *database,
    struct otp_database_row *row, struct otp_fault *fault) OTP_MUST_USE;

/* The account with UID, "" if there is none. */
enum otp_err otp_database_uid_name(struct otp_database *database, uint32_t uid,
    char ret_name[OTP_DATABASE_NAME_SIZE],
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Call VISIT with each account that has a state, or with each that has a uid,
 * in order, until it returns an error, which is returned.  VISIT may use
 * DATABASE; MS is for each call of the server.
 */
enum otp_err otp_database_each(struct otp_database *database, unsigned ms,
    enum otp_err (*visit)(void *context, const char *account), void *context,
    struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_database_each_uid(struct otp_database *database, unsigned ms,
    enum otp_err (*visit)(void *context, uint32_t uid, const char *account),
    void *context, struct otp_fault *fault) OTP_MUST_USE;

#endif
