/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fleet's database as an administrator sees it: the migrations that make it,
 * what is wrong with it, and the epoch.
 *
 * On failure, FAULT (which may be NULL) has the server's or libpq's text in
 * 'foreign', after the SQLSTATE if there is one.
 */
#ifndef OTP_FLEET_ADMIN_H
#define OTP_FLEET_ADMIN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/fleet/database.h"

#define OTP_FLEET_MIGRATION 4 /* the last one in contrib/postgresql */
#define OTP_FLEET_FORMAT    1 /* of the states that this program writes */

/* Of a role and the realm of its place. */
enum otp_fleet_access {
	OTP_FLEET_UNKNOWN = 0, /* nothing can be asked yet: no migrations */
	OTP_FLEET_ADMITTED,
	OTP_FLEET_NOT_ADMITTED,	 /* otp.admit makes it so */
	OTP_FLEET_OTHER_CLUSTER, /* as otp.load says: OT001 */
};

/* What is not known to the role is false or 0. */
struct otp_fleet_survey {
	int server_version; /* as server_version_num has it: 150004 */
	bool is_utf8;
	bool has_others;  /* things in the database that no migration made */
	bool has_standby; /* a synchronous one is named */
	bool by_tcp, has_tls;
	int64_t now; /* the server's clock, microseconds since 1970 */
	bool has_schema;
	int32_t migration;    /* the last one that was run */
	bool has_standing;    /* the role may know what otp.standing says: */
	int64_t epoch, since; /* since: microseconds since 1970 */
	int32_t format;
	int64_t identifier, cluster; /* of the epoch's cluster, of this one */
	/* The role. */
	bool is_superuser;
	bool has_power; /* roles, databases, replication, row security */
	bool is_owner, is_host, is_enroller, is_admin; /* as a member */
	enum otp_fleet_access access;
};

struct otp_admin;

/*
 * Connect as otp_database_open() does, within MS milliseconds, which is also
 * the time for all that is asked.  The caller closes *RET_ADMIN.
 */
enum otp_err otp_admin_open(const struct otp_database_place *place, unsigned ms,
    struct otp_admin **ret_admin, struct otp_fault *fault) OTP_MUST_USE;

/* NULL is fine. */
void otp_admin_close(struct otp_admin *admin);

/* Changes nothing.  Errors: READ. */
enum otp_err otp_admin_survey(struct otp_admin *admin,
    struct otp_fleet_survey *ret_survey, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Run SCRIPT, a migration.  It is on the disk then, or nothing of it was done.
 * Errors: WRITE; the connection is to be closed then.
 */
enum otp_err otp_admin_migrate(struct otp_admin *admin, const char *script,
    struct otp_fault *fault) OTP_MUST_USE;

/* Begin the next epoch.  Errors: WRITE; it may still have begun. */
enum otp_err otp_admin_begin_epoch(struct otp_admin *admin, int64_t *ret_epoch,
    struct otp_fault *fault) OTP_MUST_USE;

#endif
