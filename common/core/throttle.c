/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/throttle.h"

struct otp_tally *
otp_throttle_tally(struct otp_state *state, bool by_other)
{
	return by_other ? &state->others : &state->tally;
}

enum otp_gate
otp_throttle_check(const struct otp_tally *tally,
    const struct otp_policy *policy, int64_t now, uint32_t *ret_seconds)
{
	*ret_seconds = 0;
	if (tally->failures >= policy->lock_after)
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
otp_throttle_clamp(struct otp_tally *tally, int64_t now)
{
	if (tally->wait_length == 0 ||
	    tally->wait_until - now <= tally->wait_length)
		return false;
	tally->wait_until = now + tally->wait_length;
	return true;
}

/* 30 s at 'delay_after' failures, doubling to an hour. */
static uint32_t
wait_length(uint32_t failures, const struct otp_policy *policy)
{
	uint32_t length = OTP_WAIT_FIRST;

	if (failures < policy->delay_after)
		return 0;
	failures -= policy->delay_after;
	for (; failures > 0 && length < OTP_WAIT_MAX; failures--)
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
    const struct otp_login_mark *mark)
{
	int64_t now = mark->time;

	if (now < tally->month_since || now - tally->month_since >= OTP_MONTH) {
		tally->month_since = now;
		tally->month_failures = 0;
	}
	tally->month_failures = add_saturating(tally->month_failures, 1);
	tally->failures = add_saturating(tally->failures, 1);
	tally->wait_length = wait_length(tally->failures, policy);
	tally->wait_until = tally->wait_length ? now + tally->wait_length : 0;
	tally->last_failure = *mark;
}

/* Add the failures that the user has not been told of. */
static void
report_tally(struct otp_state *state, struct otp_tally *tally)
{
	state->unreported =
	    add_saturating(state->unreported, tally->failures - tally->told);
	tally->told = tally->failures;
}

/* No failures in a row and no delay; the month's count stays. */
static void
clear_tally(struct otp_state *state, struct otp_tally *tally)
{
	report_tally(state, tally);
	tally->failures = tally->told = 0;
	tally->wait_length = 0;
	tally->wait_until = 0;
}

enum otp_put
otp_throttle_settle(struct otp_state *state, bool by_other,
    const struct otp_tallies *before, enum otp_verdict verdict)
{
	struct otp_tally *tally = otp_throttle_tally(state, by_other);

	if (verdict != OTP_VERDICT_ACCEPT && verdict != OTP_VERDICT_REPLAY)
		return tally->wait_length ? OTP_PUT_COMMIT : OTP_PUT_NOTHING;
	state->tally = before->tally;
	state->others = before->others;
	if (verdict == OTP_VERDICT_REPLAY)
		return OTP_PUT_CHARGE;
	clear_tally(state, tally);
	report_tally(state, &state->others);
	return OTP_PUT_COMMIT;
}

void
otp_throttle_told(struct otp_state *state, uint32_t replays)
{
	struct otp_tally *tally = &state->tally, *others = &state->others;
	const uint32_t first =
	    replays < tally->replays ? replays : tally->replays;

	state->unreported = 0;
	if (replays - first > others->replays)
		return; /* never more than were counted */
	tally->replays -= first;
	others->replays -= replays - first;
}

bool
otp_throttle_replay(struct otp_tally *tally, int64_t now)
{
	if (now >= tally->last_replay && now - tally->last_replay < OTP_MINUTE)
		return false;
	tally->replays = add_saturating(tally->replays, 1);
	tally->last_replay = now;
	return true;
}

void
otp_throttle_unlock(struct otp_state *state)
{
	clear_tally(state, &state->tally);
	clear_tally(state, &state->others);
	otp_send_clear(&state->sends);
}
