/* SPDX-License-Identifier: BSD-2-Clause */
/* A URI without what people and programs put around it. */
#ifndef OTP_IMPORT_ISOLATE_H
#define OTP_IMPORT_ISOLATE_H

#include <stddef.h>

#include "common/core/err.h"
#include "common/core/import_note.h"

/* Where SCHEME (in lower case) begins in LINE, in either case, or NULL. */
const char *otp_import_isolate_find(
    const char *line, size_t length, const char *scheme);

/*
 * The URI in *TEXT that begins with SCHEME becomes *TEXT.  Left out, and told,
 * are blanks and invisible characters around it, quotes and brackets, and
 * before it a word such as "QR-Code:" or a list's mark.
 * Errors: PARSE (there is none, or other text is before it).
 */
enum otp_err otp_import_isolate(const char **text, size_t *length,
    const char *scheme, const struct otp_import_teller *teller,
    struct otp_fault *fault) OTP_MUST_USE;

#endif
