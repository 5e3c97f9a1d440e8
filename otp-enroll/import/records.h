/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is to be imported: all of it is read and checked before anything is
 * changed.  What is wrong is said on standard error, a line each.
 */
#ifndef OTP_RECORDS_H
#define OTP_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "otp-enroll/cli/command.h"
#include "common/effects/enrol_import.h"
#include "otp-enroll/import/reader.h"

/* A user's token.  A secret. */
struct otp_import_record {
	char *user; /* as the source has it */
	size_t order;
	bool known; /* what was used is known (enrol_import.h) */
	uint64_t value;
	struct otp_token token;
};

/* The user of records[first] and those after it. */
struct otp_import_user {
	struct otp_subject subject;
	size_t first;
	size_t count;
	bool there; /* all of it was imported before */
};

struct otp_import {
	const struct otp_tool *tool;
	struct otp_reader reader; /* of users' own files */
	int64_t now;
	struct otp_import_record **records; /* sorted once they are grouped */
	size_t records_count;
	size_t records_capacity;
	struct otp_import_user *users;
	size_t users_count;
	size_t refused; /* lines and files that cannot be imported */
	bool failed;	/* out of memory or the like, and it was said */
};

/*
 * Before anything is read.  READS_HOMES: start the reader of users' own files.
 * Errors: CLOCK, LIMIT.
 */
enum otp_err otp_import_begin(struct otp_import *import,
    const struct otp_tool *tool, bool reads_homes,
    struct otp_fault *fault) OTP_MUST_USE;

/* Wipe and free everything. */
void otp_import_end(struct otp_import *import);

/* Whether the arguments ask for USER's tokens. */
bool otp_import_wants(const struct otp_import *import, const char *user);

/*
 * Say that FILE's LINE (0: the whole file) cannot be imported, and count it; or
 * only say something about it.
 */
void otp_import_refuse(struct otp_import *import, const char *file,
    unsigned line, const char *what);
void otp_import_refuse_fault(struct otp_import *import, const char *file,
    unsigned line, const struct otp_fault *fault);
void otp_import_note(const char *file, unsigned line, const char *what);
void otp_import_note_fault(
    const char *file, unsigned line, const struct otp_fault *fault);

/* Say how to go on without USER. */
void otp_import_say_except(const char *user);

/* Say that there is not enough memory, once. */
void otp_import_fail(struct otp_import *import);

/* Add a token of USER's, which was checked. */
void otp_import_keep(struct otp_import *import, const char *user,
    const struct otp_token *token, bool known, uint64_t value);

/*
 * Sort the records by user, and find each one's account.  Other than
 * OTP_EXIT_DONE: it was said which user is unknown or has too many tokens.
 */
enum otp_exit otp_import_group(struct otp_import *import);

/* A user's tokens for otp_enrol_import().  The caller wipes them. */
void otp_import_of(const struct otp_import *import,
    const struct otp_import_user *user, struct otp_imported *ret_import);

#endif
