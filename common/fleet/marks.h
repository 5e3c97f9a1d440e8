/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host marks: what a host remembers of its fleet's database, so that it notices
 * one that was rolled back.  A file of fixed size has the epoch and the last
 * commits of up to 64 accounts.
 *
 * The file is the effective user's, closed to others.  It is written in place:
 * once it is there, a full disk does not matter.  A write that was cut short
 * loses what it wrote and nothing else.  Marks that are lost only let less be
 * noticed.
 *
 *	0	head	256 bytes, twice, in turn
 *	512	marks	320 bytes, 64 times
 *
 * Numbers are little-endian.  Both end with the first 8 bytes of the SHA-256 of
 * what is before.  A head: "otpmarks", the version (4 bytes, 1), zero (4), a
 * sequence (8, from 1; the higher one counts), epoch, since, identifier (8
 * each), realm (64), zeros.  A mark: a sequence (8), the SHA-256 of epoch to
 * realm in the head it belongs to (32), generation (8), account (256), zeros.
 */
#ifndef OTP_FLEET_MARKS_H
#define OTP_FLEET_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"

#define OTP_MARKS_SIZE	     20992 /* bytes of the file */
#define OTP_MARKS_MAX	     64
#define OTP_MARKS_REALM_SIZE 64	 /* bytes, the NUL included */
#define OTP_MARKS_NAME_SIZE  256 /* likewise */

/* Which database it is. */
struct otp_fleet_identity {
	int64_t epoch;
	int64_t since;	    /* when it began, microseconds since 1970 */
	int64_t identifier; /* of the cluster in which it began */
	char realm[OTP_MARKS_REALM_SIZE];
};

struct otp_mark {
	int64_t generation; /* that this account had at least */
	char account[OTP_MARKS_NAME_SIZE];
};

struct otp_marks {
	bool has_identity; /* false: nothing is remembered */
	struct otp_fleet_identity identity;
	size_t count;
	struct otp_mark list[OTP_MARKS_MAX];
};

enum otp_marks_verdict {
	OTP_MARKS_ROLLED_BACK = 0,
	OTP_MARKS_NONE,	 /* nothing to compare: otp_marks_begin() */
	OTP_MARKS_LATER, /* the next epoch has begun: likewise */
	OTP_MARKS_SAME,	 /* the accounts in the list are to be compared */
};

/*
 * Read PATH (absolute).  A file that is absent, cut short or damaged remembers
 * nothing.  Errors: those of path.h but ABSENT.
 */
enum otp_err otp_marks_read(const char *path, struct otp_marks *ret_marks,
    struct otp_fault *fault) OTP_MUST_USE;

/* What MARKS say of a database that says it is NOW. */
enum otp_marks_verdict otp_marks_judge(
    const struct otp_marks *marks, const struct otp_fleet_identity *now);

/*
 * An error of this and the next may be ignored: less is noticed then, and no
 * login is refused for it.
 *
 * From now on IDENTITY is remembered, and no account's commit.  It is on the
 * disk then.  Errors: those of path.h, LOCK_TIMEOUT, WRITE, CRYPTO, PARSE (a
 * name is too long).
 */
enum otp_err otp_marks_begin(const char *path,
    const struct otp_fleet_identity *identity, struct otp_fault *fault);

/*
 * Remember that ACCOUNT has GENERATION; of more than 64 accounts, those that
 * committed last.  Nothing is done if another identity is remembered.  It need
 * not be on the disk.  Errors: as above.
 */
enum otp_err otp_marks_note(const char *path,
    const struct otp_fleet_identity *identity, const char *account,
    int64_t generation, struct otp_fault *fault);

#endif
