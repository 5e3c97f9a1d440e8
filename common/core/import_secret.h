/* SPDX-License-Identifier: BSD-2-Clause */
/* Secrets in base32 as people, phones and vendors write them. */
#ifndef OTP_IMPORT_SECRET_H
#define OTP_IMPORT_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "common/core/err.h"
#include "common/core/import_note.h"
#include "common/core/token.h"

/*
 * Read LENGTH characters into TOKEN's secret.  Either case is read.  '+' and
 * what typed.h skips are skipped, padding may be too short or too long, and the
 * unused bits of the last character are dropped; each kind of change is told.
 * Errors: PARSE.  The fault says which character at which place is wrong, or
 * how many there are; never the secret itself.  The caller wipes TOKEN.
 */
enum otp_err otp_import_secret_base32(const char *text, size_t length,
    const struct otp_import_teller *teller, struct otp_token *token,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * The same as google-authenticator's module reads it: 0, 1 and 8 are O, L and
 * B, and a character that completes no byte is dropped.
 */
enum otp_err otp_import_secret_google(const char *text, size_t length,
    const struct otp_import_teller *teller, struct otp_token *token,
    struct otp_fault *fault) OTP_MUST_USE;

/* The same in hexadecimal. */
enum otp_err otp_import_secret_hex(const char *text, size_t length,
    const struct otp_import_teller *teller, struct otp_token *token,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * The length of the blank or invisible character at TEXT; 0 if it is another.
 */
size_t otp_import_blank(const char *text, size_t length);

/* Cut such characters off both ends of *TEXT; whether there were any. */
bool otp_import_trim(const char **text, size_t *length);

/*
 * Whether NAME has no blank at an end and no invisible character, so that it is
 * not another user's name for those who look at it.
 */
bool otp_import_name_is_plain(const char *name);

#endif
