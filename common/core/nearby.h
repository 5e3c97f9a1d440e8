/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a code that is not accepted would be right.  For who enrols and for
 * the administrator; never for a login, since it tells codes to come.
 */
#ifndef OTP_NEARBY_H
#define OTP_NEARBY_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "oath.h"
#include "token.h"

/*
 * TOTP: the step nearest to that of NOW, but not this one, within RANGE
 * seconds either side, at which TOKEN (and OATH, its secret) shows VALUE.
 * *RET_DRIFT, where *RET_FOUND: how far it is away, in seconds; negative: in
 * the past.  Errors: CRYPTO, CLOCK (NOW is before 1970).
 */
enum otp_err otp_nearby_step(struct otp_oath *oath,
    const struct otp_token *token, uint32_t value, int64_t now, uint32_t range,
    bool *ret_found, int32_t *ret_drift) OTP_MUST_USE;

/*
 * HOTP: the first of COUNT counters from FIRST on at which it does.  There is
 * none beyond the last counter.  Errors: CRYPTO.
 */
enum otp_err otp_nearby_counter(struct otp_oath *oath,
    const struct otp_token *token, uint32_t value, uint64_t first,
    uint64_t count, bool *ret_found, uint64_t *ret_counter) OTP_MUST_USE;

#endif
