/* SPDX-License-Identifier: BSD-2-Clause */
/* What database.c and database_enrol.c share; only they include this. */
#ifndef OTP_FLEET_DATABASE_INTERNAL_H
#define OTP_FLEET_DATABASE_INTERNAL_H

#include "common/fleet/connection.h"
#include "common/fleet/database.h"

struct otp_database {
	struct otp_connection connection;
	bool doubtful;
};

/*
 * The first seven parameters of what changes ROW: which it is, as it was
 * loaded.
 */
void otp_database_name_row(const struct otp_database *database,
    const struct otp_database_row *row, struct otp_parameters *parameters);

/*
 * The outcome in RESULT's first column: OTP_OK only if it is "done".
 * Errors: CONFLICT, ABSENT, EXISTS, WRITE (anything else).
 */
enum otp_err otp_database_outcome(const PGresult *result) OTP_MUST_USE;

#endif
