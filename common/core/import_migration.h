/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * otpauth-migration:// URIs, the QR codes of Google Authenticator's "Transfer
 * accounts": a protocol buffer (one message, which is known) in base64.  A
 * transfer of many accounts has several URIs, its batches.
 */
#ifndef OTP_IMPORT_MIGRATION_H
#define OTP_IMPORT_MIGRATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/core/import_note.h"
#include "common/core/token.h"

#define OTP_IMPORT_MIGRATION_LINE 8191 /* bytes; a QR code has at most 2953 */

/* The bytes of a URI's message.  A secret: wipe it. */
struct otp_import_migration {
	unsigned index; /* of this batch, from 0 */
	unsigned count; /* of batches, at least 1 */
	uint64_t id;	/* the same in all batches */
	unsigned tokens;
	size_t size;
	uint8_t message[OTP_IMPORT_MIGRATION_LINE];
};

/* Whether LINE has such a URI, whatever is before it. */
bool otp_import_migration_is(const char *line, size_t length);

/*
 * Read the URI in LINE as far as its tokens, of which all must be there, whole
 * and of known fields.  Errors: PARSE.
 */
enum otp_err otp_import_migration_parse(const char *line, size_t length,
    const struct otp_import_teller *teller,
    struct otp_import_migration *ret_migration,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Read the token at INDEX, from 0.  One without a name has no label.
 * Errors: PARSE: it is of a kind that the store does not have.
 */
enum otp_err otp_import_migration_token(
    const struct otp_import_migration *migration, unsigned index,
    struct otp_token *ret_token, struct otp_fault *fault) OTP_MUST_USE;

#endif
