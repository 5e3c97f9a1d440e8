/* SPDX-License-Identifier: BSD-2-Clause */
/* One-time codes: HOTP (RFC 4226) and, over time steps, TOTP (RFC 6238). */
#ifndef OTP_OATH_H
#define OTP_OATH_H

#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"

enum otp_hash {
	OTP_SHA1 = 1,
	OTP_SHA256 = 2,
	OTP_SHA512 = 3,
};

struct otp_oath; /* one secret, ready to compute values */

/*
 * Prepare a secret of SIZE bytes, which OpenSSL copies.  The caller frees
 * *RET_OATH with otp_oath_free(), which wipes it.  Errors: CRYPTO, NOMEM.
 */
enum otp_err otp_oath_new(enum otp_hash hash, const uint8_t *secret,
    size_t size, struct otp_oath **ret_oath) OTP_MUST_USE;

/* NULL is allowed. */
void otp_oath_free(struct otp_oath *oath);

/*
 * The value at MOVING, the counter (RFC 4226, section 5.2) or the step (RFC
 * 6238, section 4.2), truncated to DIGITS decimal digits (6 to 8; section 5.3
 * of RFC 4226).  Errors: CRYPTO.
 */
enum otp_err otp_oath_value(struct otp_oath *oath, uint64_t moving,
    unsigned digits, uint32_t *ret_value) OTP_MUST_USE;

#endif
