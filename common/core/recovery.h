/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Recovery codes: 120 random bits, written as 24 characters of Crockford's
 * base32 in six groups of four; kept as a salted SHA-256.  Above 112 bits no
 * slow hash is needed (NIST SP 800-63B, section 5.1.2.2).
 *
 *	recovery:MADE[-UNTIL]:sha256$SALT$HASH
 *
 * MADE is when the code was made, UNTIL when it ends, in seconds since 1970;
 * SALT and HASH are lower-case hexadecimal, of 16 and of 32 bytes; HASH is
 * SHA-256(salt, code), the code as its 15 bytes.
 */
#ifndef OTP_RECOVERY_H
#define OTP_RECOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/digest.h"
#include "common/core/err.h"
#include "common/core/token.h"

#define OTP_RECOVERY_CODE_SIZE 15 /* bytes of randomness */
#define OTP_RECOVERY_CHARS     24
#define OTP_RECOVERY_TEXT_SIZE 30 /* "XXXX-XXXX-...": 24 + 5 dashes + NUL */
#define OTP_RECOVERY_SALT_SIZE 16
/* "recovery:", 12, '-', 12, ":sha256$", 32, '$', 64, NUL */
#define OTP_RECOVERY_LINE_SIZE 140
#define OTP_RECOVERY_TIME_MAX  INT64_C(253402300799) /* the end of year 9999 */

/* What a seed file keeps of one recovery code. */
struct otp_recovery {
	int64_t made;  /* from 1 */
	int64_t until; /* later; 0 = for ever */
	uint8_t salt[OTP_RECOVERY_SALT_SIZE];
	uint8_t hash[OTP_DIGEST_SIZE];
};

/* Write a code as users see it: upper case, groups of four, dashes. */
void otp_recovery_text(const uint8_t code[OTP_RECOVERY_CODE_SIZE],
    char ret_text[OTP_RECOVERY_TEXT_SIZE]);

/*
 * Read the plain characters of what was typed (typed.h): either case; I and L
 * are 1, O is 0; exactly 24 characters of the alphabet.  Errors: PARSE.
 */
enum otp_err otp_recovery_read(
    const char *plain, uint8_t ret_code[OTP_RECOVERY_CODE_SIZE]) OTP_MUST_USE;

/* Hash CODE with SALT; the caller sets the times.  Errors: CRYPTO. */
enum otp_err otp_recovery_make(const uint8_t code[OTP_RECOVERY_CODE_SIZE],
    const uint8_t salt[OTP_RECOVERY_SALT_SIZE],
    struct otp_recovery *ret_recovery) OTP_MUST_USE;

/* Compare CODE with the kept hash, in constant time.  Errors: CRYPTO. */
enum otp_err otp_recovery_check(const struct otp_recovery *recovery,
    const uint8_t code[OTP_RECOVERY_CODE_SIZE], bool *ret_same) OTP_MUST_USE;

/*
 * Whether the code can be accepted at NOW, if it is not used.  By a clock that
 * is wrong (calendar.h), one with an end may be past it.
 */
bool otp_recovery_is_valid(
    const struct otp_recovery *recovery, int64_t now) OTP_MUST_USE;

/*
 * Read or write what a line has of the code: "sha256$SALT$HASH", of
 * OTP_RECOVERY_HASH_LENGTH bytes, without a NUL.
 */
#define OTP_RECOVERY_HASH_LENGTH                               \
	(sizeof("sha256$$") - 1 + 2 * OTP_RECOVERY_SALT_SIZE + \
	    2 * OTP_DIGEST_SIZE)
bool otp_recovery_read_hash(const char *text, struct otp_recovery *recovery);
char *otp_recovery_write_hash(const struct otp_recovery *recovery, char *to);

/* Read one line of a seed file, LENGTH bytes.  Errors: PARSE. */
enum otp_err otp_recovery_parse(const char *line, size_t length,
    struct otp_recovery *ret_recovery) OTP_MUST_USE;

/* Write the same line, with a NUL and without a newline. */
void otp_recovery_format(
    const struct otp_recovery *recovery, char ret_line[OTP_RECOVERY_LINE_SIZE]);

/* The id of the code in the state: the first bytes of its hash. */
void otp_recovery_id(
    const struct otp_recovery *recovery, uint8_t ret_id[OTP_ID_SIZE]);

#endif
