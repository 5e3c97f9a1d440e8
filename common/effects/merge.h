/* SPDX-License-Identifier: BSD-2-Clause */
/* Two states of one account become one, for example as the account moves. */
#ifndef OTP_MERGE_H
#define OTP_MERGE_H

#include <stdint.h>

#include "common/core/err.h"
#include "common/core/seed.h"
#include "common/core/state.h"

/*
 * STATE gets what OTHER knows besides: a code that either knows to be used is
 * used, and the larger number of failures, the longer delay, a suspension and
 * the later exemption count.  Generation, 'enrolled', 'moved' and devices stay
 * STATE's.  SEED is to be active (empty: none); NOW, seconds since 1970, is
 * when credentials become known.  Errors: as otp_state_claim().
 */
enum otp_err otp_merge_state(struct otp_state *state,
    const struct otp_state *other, const struct otp_seed *seed,
    int64_t now) OTP_MUST_USE;

#endif
