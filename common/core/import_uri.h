/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * otpauth:// URIs as apps, programs and people write them -> the store's own
 * form, which uri.h specifies and checks.
 */
#ifndef OTP_IMPORT_URI_H
#define OTP_IMPORT_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "common/core/err.h"
#include "common/core/import_note.h"
#include "common/core/token.h"

#define OTP_IMPORT_URI_LINE 8191 /* bytes; images' addresses are long */

/*
 * Read LENGTH bytes of LINE, without its newline.  A token without a label gets
 * LABEL.  Each change is told:
 *
 *	blanks and invisible characters around the URI, quotes around it and a
 *	word such as "QR-Code:" before it
 *	what import_secret.h changes in the secret
 *	other spellings of the algorithm, such as HmacSHA256
 *	a period of hotp, a counter of totp, an empty issuer
 *	parameters that are not known
 *
 * A parameter that is not known but may change the codes is refused: "encoder",
 * "amp;digits", and names that mean or resemble known ones, such as "interval".
 * Errors: PARSE, with the detail and mostly a name.  *RET_TOKEN has a secret:
 * the caller wipes it.
 */
enum otp_err otp_import_uri_parse(const char *line, size_t length,
    const char *label, const struct otp_import_teller *teller,
    struct otp_token *ret_token, struct otp_fault *fault) OTP_MUST_USE;

/* Where the otpauth:// URI in LINE begins, or NULL: there is none. */
const char *otp_import_uri_find(const char *line, size_t length);

#endif
