/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file of google-authenticator, for one account:
 *
 *	SECRET			base32; any case; spaces, tabs, dashes skipped
 *	" NAME[ VALUE]		options; the first of each name counts
 *	12345678		scratch codes
 *
 * Always SHA-1 and 6 digits.
 */
#ifndef OTP_IMPORT_GOOGLE_H
#define OTP_IMPORT_GOOGLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/core/import_note.h"
#include "common/core/token.h"

#define OTP_IMPORT_GOOGLE_MAX 65536 /* bytes of a file */

/* A secret: wipe it. */
struct otp_import_google {
	struct otp_token token; /* without label and issuer */
	bool spent_known;
	uint64_t spent;	  /* the credential's value (state.h) */
	unsigned scratch; /* codes that were left out */
};

/*
 * Read a whole file of SIZE bytes, which is accepted or refused as a whole.
 * HOTP_COUNTER is the next counter; the highest step of DISALLOW_REUSE is the
 * last one that was used.  What is left out is told.
 * Errors: PARSE; FAULT's line and detail say where and why.
 */
enum otp_err otp_import_google_parse(const char *text, size_t size,
    const struct otp_import_teller *teller,
    struct otp_import_google *ret_import, struct otp_fault *fault) OTP_MUST_USE;

#endif
