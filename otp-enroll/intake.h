/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is to be imported: everything is read and checked before anything is
 * put in force.  What is wrong is said on standard error, a line each.
 */
#ifndef OTP_INTAKE_H
#define OTP_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command.h"
#include "common/effects/import.h"
#include "source.h"

/* A token of somebody.  A secret. */
struct otp_intake_record {
	char *user; /* as the source has it */
	size_t order;
	bool known; /* all that was spent is (import.h) */
	uint64_t value;
	struct otp_token token;
};

/* Whose records[first] and the following are. */
struct otp_intake_user {
	struct otp_subject subject;
	size_t first;
	size_t count;
	bool there; /* it is all in force already */
};

struct otp_intake {
	const struct otp_tool *tool;
	int64_t now;
	struct otp_intake_record **records; /* sorted once they are grouped */
	size_t records_count;
	size_t records_capacity;
	struct otp_intake_user *users;
	size_t users_count;
	size_t refused; /* lines and files that cannot be taken */
	bool failed;	/* the system did, and it was said */
};

/* Errors: CLOCK. */
enum otp_err otp_intake_begin(
    struct otp_intake *intake, const struct otp_tool *tool) OTP_MUST_USE;

/* Wipe and free everything. */
void otp_intake_end(struct otp_intake *intake);

/* Whether USER's tokens are asked for at all. */
bool otp_intake_wants(const struct otp_intake *intake, const char *user);

/* FILE's LINE (0: all of it) cannot be taken, or something of it is not. */
void otp_intake_refuse(struct otp_intake *intake, const char *file,
    unsigned line, const char *what);
void otp_intake_note(const char *file, unsigned line, const char *what);

/* Keep a token of USER's, which was checked. */
void otp_intake_keep(struct otp_intake *intake, const char *user,
    const struct otp_token *token, bool known, uint64_t value);

/*
 * Read SOURCE, called FILE in messages: USER's URIs, USER's file of
 * google-authenticator's, or a users.oath file.
 */
void otp_intake_uri(struct otp_intake *intake, const char *user,
    const char *file, const struct otp_source *source);
void otp_intake_google(struct otp_intake *intake, const char *user,
    const char *file, const struct otp_source *source);
void otp_intake_oath(struct otp_intake *intake, const char *file,
    const struct otp_source *source);

/*
 * Find what TOOL's arguments name, and read it: of one user; of the users that
 * --users or --all-users name; a users.oath file.  Other than OTP_EXIT_DONE: it
 * was said what is wrong.
 */
enum otp_exit otp_intake_find_one(struct otp_intake *intake);
enum otp_exit otp_intake_find_many(struct otp_intake *intake);
enum otp_exit otp_intake_find_oath(struct otp_intake *intake);

/*
 * Sort the records by user, and find each one's account.  Other than
 * OTP_EXIT_DONE: it was said who is unknown, or has too much.
 */
enum otp_exit otp_intake_group(struct otp_intake *intake);

/* What otp_enrol_import() takes, of one user.  The caller wipes it. */
void otp_intake_of(const struct otp_intake *intake,
    const struct otp_intake_user *user, struct otp_import *ret_import);

#endif
