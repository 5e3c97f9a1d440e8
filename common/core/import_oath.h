/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pam_oath's users.oath, and mod_authn_otp's dialect of it; a record a line:
 *
 *	TYPE USER PIN KEY [COUNTER [LAST-CODE [TIME]]]
 *	TYPE USER PIN KEY [COUNTER [FAILURES [LAST-CODE TIME [HOST]]]]
 *
 * TYPE is HOTP, HOTP/E, HOTP/E/DIGITS, HOTP/T30, HOTP/T30/DIGITS or the same
 * with T60.  Always SHA-1.
 */
#ifndef OTP_IMPORT_OATH_H
#define OTP_IMPORT_OATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/core/import_note.h"
#include "common/core/token.h"

#define OTP_IMPORT_OATH_MAX  (16 * 1024 * 1024) /* bytes of a file */
#define OTP_IMPORT_OATH_LINE 1023 /* bytes of a line, without the newline */

/* Steps after its time for which a code may have been correct. */
#define OTP_IMPORT_OATH_AHEAD 100

/* In the local time of the host that wrote the file. */
struct otp_import_time {
	unsigned year, month, day; /* month and day from 1 */
	unsigned hour, minute, second;
};

/* A secret: wipe it. */
struct otp_import_oath {
	struct otp_token token; /* without label and issuer; a HOTP counter is
				   the next one */
	bool pin_elsewhere;	/* a password is asked for as well */
	bool code_known;	/* the last code that was accepted, */
	unsigned code_digits;	/* 6 to 8 */
	uint32_t code;
	bool time_known; /* and when it was */
	struct otp_import_time time;
};

/* What a line is. */
enum otp_import_oath_line {
	OTP_IMPORT_OATH_NOTHING, /* blank, or a comment */
	OTP_IMPORT_OATH_OTHER,	 /* something else, which readers skip */
	OTP_IMPORT_OATH_RECORD,
};

/*
 * What LENGTH bytes of LINE are, and whose record: *RET_USER points into LINE
 * and has no NUL.  A record without a user has *RET_LENGTH 0.
 */
enum otp_import_oath_line otp_import_oath_look(
    const char *line, size_t length, const char **ret_user, size_t *ret_length);

/*
 * Read a record, which is accepted or refused as a whole.  Errors: PARSE, with
 * the detail.
 */
enum otp_err otp_import_oath_parse(const char *line, size_t length,
    const struct otp_import_teller *teller, struct otp_import_oath *ret_import,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * The credential's value (state.h) after which the last code of IMPORT, a TOTP
 * record with code and time, counts as used.  AT is its time, in seconds since
 * 1970.  The code may belong to a step up to OTP_IMPORT_OATH_AHEAD after that
 * time.  Errors: CRYPTO, NOMEM.
 */
enum otp_err otp_import_oath_spent(const struct otp_import_oath *import,
    uint64_t at, uint64_t *ret_spent) OTP_MUST_USE;

#endif
