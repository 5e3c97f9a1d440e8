/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sole owner of failures and waits.  A try is charged before its code is
 * compared, as if it had failed; settling gives back what was not owed.
 */
#ifndef OTP_THROTTLE_H
#define OTP_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "policy.h"
#include "state.h"
#include "verify.h"

enum otp_gate {
	OTP_GATE_LOCKED = 0,
	OTP_GATE_WAITING,
	OTP_GATE_OPEN,
};

/* How a change of the state is to be written. */
enum otp_put {
	OTP_PUT_NOTHING = 0,
	OTP_PUT_CHARGE, /* the tally alone, not flushed */
	OTP_PUT_COMMIT, /* everything, flushed */
};

/*
 * May a code be compared now?  *RET_SECONDS is what is left of a wait.  A
 * wait that lies further ahead than its own length (the clock went back)
 * counts as one full wait.
 */
enum otp_gate otp_throttle_check(const struct otp_tally *tally,
    const struct otp_policy *policy, int64_t now, uint32_t *ret_seconds);

/*
 * After the clock went back: let the wait end one full length from NOW.
 * Whether anything changed, and so must be committed.
 */
bool otp_throttle_anchor(struct otp_tally *tally, int64_t now);

/* Count one failure, and begin the wait that it begins. */
void otp_throttle_charge(struct otp_tally *tally,
    const struct otp_policy *policy, const struct otp_occasion *occasion);

/*
 * The verdict on a charged try is known; BEFORE is the tally before the
 * charge.  ACCEPT ends failures and waits (TOLD: the user will be told of
 * them now); REPLAY gives the charge back, and is counted unless BENIGN; all
 * else lets it stand.  What must be written before anything is answered.
 */
enum otp_put otp_throttle_settle(struct otp_state *state,
    const struct otp_tally *before, enum otp_verdict verdict, bool told,
    bool benign) OTP_MUST_USE;

/* An administrator's unlock: no failures in a row, no wait. */
void otp_throttle_unlock(struct otp_state *state);

#endif
