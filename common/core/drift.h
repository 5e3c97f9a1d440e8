/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a code that is not accepted would be correct.  For enrollment and for
 * the administrator; never for a login, since this reveals future codes.
 */
#ifndef OTP_DRIFT_H
#define OTP_DRIFT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/core/oath.h"
#include "common/core/token.h"

/*
 * TOTP: find the step nearest to that of NOW, and not that one, within RANGE
 * seconds either side, at which TOKEN (with OATH, its secret) shows VALUE.
 * *RET_DRIFT, if *RET_FOUND, is its distance in seconds, negative in the past.
 * Errors: CRYPTO, CLOCK (NOW is before 1970).
 */
enum otp_err otp_drift_totp(struct otp_oath *oath,
    const struct otp_token *token, uint32_t value, int64_t now, uint32_t range,
    bool *ret_found, int32_t *ret_drift) OTP_MUST_USE;

/*
 * HOTP: find the first of COUNT counters, from FIRST on, at which TOKEN shows
 * VALUE.  The search ends at the last counter.  Errors: CRYPTO.
 */
enum otp_err otp_drift_hotp(struct otp_oath *oath,
    const struct otp_token *token, uint32_t value, uint64_t first,
    uint64_t count, bool *ret_found, uint64_t *ret_counter) OTP_MUST_USE;

#endif
