/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * google-authenticator's file, one account's:
 *
 *	SECRET			base32; case, spaces, tabs and dashes are free
 *	" NAME[ VALUE]		options, the first of a name counts
 *	12345678		scratch codes
 *
 * Always SHA-1 and 6 digits.
 */
#ifndef OTP_IMPORT_GOOGLE_H
#define OTP_IMPORT_GOOGLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "token.h"

#define OTP_IMPORT_GOOGLE_MAX	65536 /* bytes of a file */
#define OTP_IMPORT_GOOGLE_NOTES 16    /* lines that were left out */

/* A line that is not carried over, and why; WHAT is static. */
struct otp_import_note {
	unsigned line;
	const char *what;
};

/* A secret: wipe it. */
struct otp_import_google {
	struct otp_token token; /* without label and issuer */
	bool spent_known;
	uint64_t spent;	  /* the credential's value (state.h) */
	unsigned scratch; /* codes that were left out */
	unsigned notes_count;
	struct otp_import_note notes[OTP_IMPORT_GOOGLE_NOTES];
};

/*
 * Read a whole file's SIZE bytes: it is kept whole or refused.  HOTP_COUNTER
 * is the next counter; of DISALLOW_REUSE the highest step is what was spent.
 * Errors: PARSE; FAULT's line and `what` (never content) say where and why.
 */
enum otp_err otp_import_google_parse(const char *text, size_t size,
    struct otp_import_google *ret_import, struct otp_fault *fault) OTP_MUST_USE;

#endif
