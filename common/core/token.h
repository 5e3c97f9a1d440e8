/* SPDX-License-Identifier: BSD-2-Clause */
/* One credential that makes codes: its bounds and its id. */
#ifndef OTP_TOKEN_H
#define OTP_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/core/oath.h"

enum otp_kind {
	OTP_TOTP = 1,
	OTP_HOTP = 2,
	OTP_RECOVERY = 3,   /* in the state and in answers; never a token */
	OTP_DELIVERED = 4,  /* likewise: a code that was sent (send.h) */
	OTP_INVITATION = 5, /* likewise (invitation.h) */
};

/* Bounds of what the module accepts (bytes, digits, seconds). */
#define OTP_SECRET_MIN	   10
#define OTP_SECRET_MAX	   64
#define OTP_DIGITS_MIN	   6
#define OTP_DIGITS_MAX	   8
#define OTP_DIGITS_DEFAULT 6
#define OTP_PERIOD_MIN	   15
#define OTP_PERIOD_MAX	   120
#define OTP_PERIOD_DEFAULT 30

/* Label and issuer, decoded, the NUL included. */
#define OTP_LABEL_SIZE 256

#define OTP_ID_SIZE 8

struct otp_token {
	enum otp_kind kind; /* OTP_TOTP or OTP_HOTP */
	enum otp_hash hash;
	unsigned digits;
	unsigned period;  /* seconds; TOTP only, else 0 */
	uint64_t counter; /* the seed's counter; HOTP only, else 0 */
	size_t secret_size;
	uint8_t secret[OTP_SECRET_MAX];
	char label[OTP_LABEL_SIZE];  /* any bytes but NUL, e.g. "host:alice" */
	char issuer[OTP_LABEL_SIZE]; /* "" if the seed file names none */
};

/*
 * Whether every field is within its bounds and the secret is not all zero
 * bytes.  Errors: PARSE, with the detail.
 */
enum otp_err otp_token_check(
    const struct otp_token *token, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Whether two tokens have the same kind and secret.  Zero bytes at the end of
 * a secret do not count: HMAC makes the same codes with them and without.
 */
bool otp_token_same_secret(
    const struct otp_token *a, const struct otp_token *b) OTP_MUST_USE;

/*
 * The id of the credential in the state: the first bytes of
 * SHA-256("pam_otp 1" NUL type NUL secret), type being "totp" or "hotp", the
 * secret without zero bytes at its end.  Label, digits and period are not part
 * of it: a token keeps its state when they are edited, and a changed secret has
 * none.  Errors: CRYPTO.
 */
enum otp_err otp_token_id(
    const struct otp_token *token, uint8_t ret_id[OTP_ID_SIZE]) OTP_MUST_USE;

/*
 * Whether TOKEN shows VALUE at MOVING, a step or a counter; OATH is its
 * secret.  Errors: CRYPTO.
 */
enum otp_err otp_token_shows(const struct otp_token *token,
    struct otp_oath *oath, uint64_t moving, uint32_t value,
    bool *ret_shows) OTP_MUST_USE;

/* "totp", "hotp" or "recovery"; static. */
const char *otp_kind_name(enum otp_kind kind);

/* "SHA1", "SHA256" or "SHA512", as in an otpauth URI; static. */
const char *otp_hash_name(enum otp_hash hash);

#endif
