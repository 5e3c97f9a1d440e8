/* SPDX-License-Identifier: BSD-2-Clause */
#include "throttle.h"

enum otp_gate
otp_throttle_check(const struct otp_tally *tally,
    const struct otp_policy *policy, int64_t now, uint32_t *ret_seconds)
{
	*ret_seconds = 0;
	if (tally->failures >= policy->lock)
		return OTP_GATE_LOCKED;
	if (tally->wait_length == 0 || now >= tally->wait_until)
		return OTP_GATE_OPEN;
	if (tally->wait_until - now > tally->wait_length)
		*ret_seconds = tally->wait_length;
	else
		*ret_seconds = (uint32_t)(tally->wait_until - now);
	return OTP_GATE_WAITING;
}

bool
otp_throttle_anchor(struct otp_tally *tally, int64_t now)
{
	if (tally->wait_length == 0 ||
	    tally->wait_until - now <= tally->wait_length)
		return false;
	tally->wait_until = now + tally->wait_length;
	return true;
}

/* 30 s for the first failure that is not free, doubling to an hour. */
static uint32_t
wait_length(uint32_t failures, const struct otp_policy *policy)
{
	uint32_t length = OTP_WAIT_FIRST;

	if (failures < policy->free)
		return 0;
	for (uint32_t i = policy->free; i < failures && length < OTP_WAIT_MAX;
	     i++)
		length *= 2;
	return length < OTP_WAIT_MAX ? length : OTP_WAIT_MAX;
}

static uint32_t
add_saturating(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

void
otp_throttle_charge(struct otp_tally *tally, const struct otp_policy *policy,
    const struct otp_occasion *occasion)
{
	int64_t now = occasion->time;

	if (now < tally->month_since || now - tally->month_since >= OTP_MONTH) {
		tally->month_since = now;
		tally->month_failures = 0;
	}
	tally->month_failures = add_saturating(tally->month_failures, 1);
	tally->failures = add_saturating(tally->failures, 1);
	tally->wait_length = wait_length(tally->failures, policy);
	tally->wait_until = tally->wait_length ? now + tally->wait_length : 0;
	tally->last_failure = *occasion;
}

/* No failures in a row and no wait; the month's count stays. */
static void
clear(struct otp_state *state)
{
	state->untold = add_saturating(state->untold, state->tally.failures);
	state->tally.failures = 0;
	state->tally.wait_length = 0;
	state->tally.wait_until = 0;
}

enum otp_put
otp_throttle_settle(struct otp_state *state, const struct otp_tally *before,
    enum otp_verdict verdict, bool told, bool benign)
{
	if (verdict == OTP_VERDICT_ACCEPT) {
		state->tally = *before;
		clear(state);
		if (told) {
			state->untold = 0;
			state->tally.replays = 0;
		}
		return OTP_PUT_COMMIT;
	}
	if (verdict == OTP_VERDICT_REPLAY) {
		state->tally = *before;
		if (!benign)
			state->tally.replays =
			    add_saturating(state->tally.replays, 1);
		return OTP_PUT_CHARGE;
	}
	return state->tally.wait_length ? OTP_PUT_COMMIT : OTP_PUT_NOTHING;
}

void
otp_throttle_unlock(struct otp_state *state)
{
	clear(state);
}
