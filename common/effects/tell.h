/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a try tells the owner of its account (core/notice.h).  The front sends
 * it once the try is judged; an account without an address is told nothing,
 * and its state has nothing of it.
 */
#ifndef OTP_TELL_H
#define OTP_TELL_H

#include "common/core/policy.h"
#include "common/effects/attempt.h"
#include "common/effects/snapshot.h"

/*
 * A try was charged to ACCOUNT's tally: count it there, as if it had failed,
 * and fill RET_TOLD in.  Without a digest there is nothing to tell.
 */
void otp_tell_charge(struct otp_snapshot *account,
    const struct otp_request *request, const struct otp_policy *policy,
    struct otp_told *ret_told);

/*
 * A code of KIND is accepted, and the device is about to be remembered: fill
 * RET_TOLD in.
 */
void otp_tell_accept(const struct otp_snapshot *account,
    const struct otp_request *request, enum otp_kind kind,
    struct otp_told *ret_told);

/* No device was remembered after all. */
void otp_tell_no_device(struct otp_told *told);

#endif
