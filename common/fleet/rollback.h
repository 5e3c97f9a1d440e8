/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a fleet's database was rolled back: once for each connection, by the
 * host marks of its place (marks.h), if it has any.
 */
#ifndef OTP_FLEET_ROLLBACK_H
#define OTP_FLEET_ROLLBACK_H

#include <stdint.h>

#include "common/core/err.h"
#include "common/fleet/connection.h"

/*
 * ROW was just loaded by CONNECTION.
 * Errors: ROLLED_BACK, READ, NOMEM, and those of otp_marks_read().
 */
enum otp_err otp_rollback_check(struct otp_connection *connection,
    const struct otp_database_row *row, struct otp_fault *fault) OTP_MUST_USE;

/*
 * ACCOUNT's commit was done; ROW has its generation.  Marks that cannot be
 * written let less be noticed, and change nothing else.
 */
void otp_rollback_note(const struct otp_connection *connection,
    const struct otp_database_row *row, const char *account);

#endif
