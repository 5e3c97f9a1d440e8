/* SPDX-License-Identifier: BSD-2-Clause */
/* What is active for an account. */
#ifndef OTP_ACTIVE_H
#define OTP_ACTIVE_H

#include <stdint.h>

#include "common/core/digest.h"
#include "common/core/err.h"
#include "common/core/seed.h"

/* Which tokens, addresses and recovery codes, in which order; not a secret. */
struct otp_active {
	uint8_t digest[OTP_DIGEST_SIZE];
};

/*
 * Those of SEED.  A user who has proved that it is theirs may change it, but
 * not what became active since ('former' in account.h).  Errors: CRYPTO.
 */
enum otp_err otp_active_of(
    const struct otp_seed *seed, struct otp_active *ret_active) OTP_MUST_USE;

#endif
