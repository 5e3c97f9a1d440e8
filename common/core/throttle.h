/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The only code that changes failures and delays.  A try is charged before its
 * code is compared, as if it had failed; settling gives it back where it was
 * not one.
 */
#ifndef OTP_THROTTLE_H
#define OTP_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/policy.h"
#include "common/core/state.h"
#include "common/core/verify.h"

enum otp_gate {
	OTP_GATE_LOCKED = 0,
	OTP_GATE_WAITING,
	OTP_GATE_OPEN,
};

/* Both, as they were before a try was charged. */
struct otp_tallies {
	struct otp_tally tally, others;
};

/* How a change of the state is to be written. */
enum otp_put {
	OTP_PUT_NOTHING = 0,
	OTP_PUT_CHARGE, /* what a charge slot holds, not flushed */
	OTP_PUT_COMMIT, /* everything, flushed */
};

/* What a caller's tries are charged to; BY_OTHER: the caller is not root's. */
struct otp_tally *otp_throttle_tally(struct otp_state *state, bool by_other);

/*
 * May a code be compared now?  *RET_SECONDS is what is left of a delay.  A
 * delay that ends further ahead than its own length (the clock went back)
 * counts as one full delay.
 */
enum otp_gate otp_throttle_check(const struct otp_tally *tally,
    const struct otp_policy *policy, int64_t now, uint32_t *ret_seconds);

/*
 * After the clock went back: let the delay end one full length from NOW.
 * Returns whether anything changed, and so must be committed.
 */
bool otp_throttle_clamp(struct otp_tally *tally, int64_t now);

/* Count one failure, and begin the delay that is due after it. */
void otp_throttle_charge(struct otp_tally *tally,
    const struct otp_policy *policy, const struct otp_login_mark *mark);

/*
 * The verdict on a charged try is known; BEFORE is what was before the charge.
 * ACCEPT ends the failures and the delay of the tally that was charged, and of
 * no other; REPLAY gives the charge back; all else lets it stand.  Returns what
 * must be written before the answer.
 * What ACCEPT ends, the user is yet to be told of.  They are told of other
 * callers' failures at root's logins, too, which do not end them.
 */
enum otp_put otp_throttle_settle(struct otp_state *state, bool by_other,
    const struct otp_tallies *before, enum otp_verdict verdict) OTP_MUST_USE;

/* The user was told of all wrong codes, and of REPLAYS used ones. */
void otp_throttle_told(struct otp_state *state, uint32_t replays);

/*
 * Count a replay, but at most one a minute: a client may repeat a code as fast
 * as it can.  Returns whether it was counted, and so is to be charged.
 */
bool otp_throttle_replay(struct otp_tally *tally, int64_t now);

/* An administrator's unlock: no failures in a row, no delay, of neither tally,
 * and no sends counted. */
void otp_throttle_unlock(struct otp_state *state);

#endif
