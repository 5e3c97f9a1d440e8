/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Typed text -> the plain characters of a code.  Keyboards, phones and
 * clipboards put other characters among these, and write digits in the user's
 * script.
 */
#ifndef OTP_TYPED_H
#define OTP_TYPED_H

#include <stddef.h>

#include "common/core/err.h"

#define OTP_TYPED_MAX  512 /* bytes; a longer text is not a code */
#define OTP_TYPED_SIZE 25  /* of the longest code's characters, and a NUL */

/*
 * Read TYPED, which is UTF-8.  Blanks (White_Space), dashes (Dash), underscores
 * (category Pc), zero-width and bidi marks (Default_Ignorable_Code_Point of
 * categories Cf and Mn) are skipped wherever they stand, CR and LF at the end.
 * Left are ASCII letters, also in full width, and decimal digits (category Nd)
 * of one script, which become ASCII's.  *RET_PLAIN, a secret, has these: at
 * most 24, a NUL after them.  All of it is as Unicode 15.0 has it.
 * Errors: PARSE (there is anything else, or too much of it).
 */
enum otp_err otp_typed_read(
    const char *typed, char ret_plain[OTP_TYPED_SIZE]) OTP_MUST_USE;

/*
 * The bytes of the blank or of the zero-width or bidi mark that TEXT begins
 * with, or of the dash or underscore; 0 if it is another character.
 */
size_t otp_typed_blank(const char *text, size_t length);
size_t otp_typed_dash(const char *text, size_t length);

#endif
