/* SPDX-License-Identifier: BSD-2-Clause */
/* What an administrator decided about an account, whatever code is given. */
#ifndef OTP_STANDING_H
#define OTP_STANDING_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/core/state.h"
#include "common/effects/account.h"
#include "common/effects/attempt.h"

enum otp_standing {
	OTP_STANDING_USUAL = 0, /* the account is asked */
	OTP_STANDING_SUSPENDED, /* every login is refused */
	OTP_STANDING_EXEMPT,	/* for some time, the account is not asked */
};

/*
 * Suspend the account (SUSPENDED), or end that.  An account without a state
 * gets one, which says "not enrolled"; to end a suspension, it needs none.  A
 * suspension forgets the known devices and the owner's last code.
 * *RET_CHANGED: it was not so before.  'committed': it is so now.
 * Errors: the store's; NO_STATE (there is a seed, or was, whose state is not
 * there).
 */
enum otp_err otp_standing_suspend(struct otp_account *account, bool suspended,
    bool *ret_changed) OTP_MUST_USE;

/*
 * Exempt the account, or end that ('until' is 0), likewise.
 * Errors: CLOCK (it shows a time at which no exemption can begin).
 */
enum otp_err otp_standing_exempt(struct otp_account *account,
    const struct otp_exemption *exemption, bool *ret_changed) OTP_MUST_USE;

/* The standing by STATE, of an account with UID. */
enum otp_standing otp_standing_judge(
    const struct otp_state *state, uint32_t uid, int64_t now);

/* Whether STATE, of an account with UID, has an exemption that is valid now. */
bool otp_standing_is_exempt(
    const struct otp_state *state, uint32_t uid, int64_t now);

#endif
