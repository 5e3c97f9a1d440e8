/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Recovery codes: 120 random bits, written as 24 characters of Crockford's
 * base32 in six groups of four; kept as a salted SHA-256.  Above 112 bits no
 * slow hash is needed (NIST SP 800-63B, section 5.1.2.2).
 *
 *	recovery:sha256$SALT$HASH
 *
 * SALT and HASH are lower-case hexadecimal, of 16 and of 32 bytes; HASH is
 * SHA-256(salt, code), the code as its 15 bytes.
 */
#ifndef OTP_RECOVERY_H
#define OTP_RECOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "err.h"
#include "token.h"

#define OTP_RECOVERY_CODE_SIZE 15 /* bytes of randomness */
#define OTP_RECOVERY_CHARS     24
#define OTP_RECOVERY_TEXT_SIZE 30 /* "XXXX-XXXX-...": 24 + 5 dashes + NUL */
#define OTP_RECOVERY_SALT_SIZE 16
#define OTP_RECOVERY_LINE_SIZE 114 /* "recovery:sha256$", 32, '$', 64, NUL */

/* What the seed keeps of one recovery code. */
struct otp_recovery {
	uint8_t salt[OTP_RECOVERY_SALT_SIZE];
	uint8_t hash[OTP_DIGEST_SIZE];
};

/* Write a code as people see it: upper case, groups of four, dashes. */
void otp_recovery_text(const uint8_t code[OTP_RECOVERY_CODE_SIZE],
    char ret_text[OTP_RECOVERY_TEXT_SIZE]);

/*
 * Read what was typed: either case; dashes and spaces anywhere are skipped;
 * I and L are 1, O is 0; exactly 24 characters of the alphabet.
 * Errors: PARSE.
 */
enum otp_err otp_recovery_read(
    const char *typed, uint8_t ret_code[OTP_RECOVERY_CODE_SIZE]) OTP_MUST_USE;

/* Hash CODE with SALT.  Errors: CRYPTO. */
enum otp_err otp_recovery_make(const uint8_t code[OTP_RECOVERY_CODE_SIZE],
    const uint8_t salt[OTP_RECOVERY_SALT_SIZE],
    struct otp_recovery *ret_recovery) OTP_MUST_USE;

/* Whether CODE is the one kept, in constant time.  Errors: CRYPTO. */
enum otp_err otp_recovery_check(const struct otp_recovery *recovery,
    const uint8_t code[OTP_RECOVERY_CODE_SIZE], bool *ret_same) OTP_MUST_USE;

/* One line of a seed file, LENGTH bytes.  Errors: PARSE. */
enum otp_err otp_recovery_parse(const char *line, size_t length,
    struct otp_recovery *ret_recovery) OTP_MUST_USE;

/* The same line, without newline, with a NUL. */
void otp_recovery_format(
    const struct otp_recovery *recovery, char ret_line[OTP_RECOVERY_LINE_SIZE]);

/* The id by which the state knows it: the first bytes of its hash. */
void otp_recovery_id(
    const struct otp_recovery *recovery, uint8_t ret_id[OTP_ID_SIZE]);

#endif
