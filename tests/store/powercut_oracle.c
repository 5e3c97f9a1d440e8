/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/store/powercut_oracle.h"

#include <stddef.h>

int64_t
powercut_wait(const struct otp_policy *policy, uint32_t failures)
{
	int64_t length = 30;

	if (failures < policy->delay_after)
		return 0;
	failures -= policy->delay_after;
	for (; failures > 0 && length < 3600; failures--)
		length *= 2;
	return length < 3600 ? length : 3600;
}

/* Is the code one that its owner could have read off just now? */
static bool
is_right(const struct powercut_try *try, const struct powercut_oracle *oracle)
{
	int64_t away;

	if (try->index < 0)
		return false;
	if (try->kind == OTP_HOTP)
		return (uint64_t)try->index >= try->before.spent &&
		    (uint64_t)try->index <
		    try->before.spent + try->policy.lookahead;
	away = (int64_t)powercut_code_at(oracle->now) - try->index;
	return away <= (int64_t)try->policy.window &&
	    -away <= (int64_t)try->policy.window;
}

/* One that was accepted, and of which the state says so. */
static bool
is_repeated(const struct powercut_try *try)
{
	return try->index >= 0 && (try->before.accepted >> try->index & 1) != 0;
}

enum otp_verdict
powercut_expect(
    const struct powercut_try *try, const struct powercut_oracle *oracle)
{
	if (is_repeated(try))
		return OTP_VERDICT_REPLAY;
	if (!is_right(try, oracle))
		return OTP_VERDICT_REJECT;
	return (uint64_t)try->index >= try->before.spent ? OTP_VERDICT_ACCEPT
							 : OTP_VERDICT_REPLAY;
}

void
powercut_note(struct powercut_try *try, struct powercut_oracle *oracle,
    const struct powercut_op *op, const struct powercut_seen *after)
{
	switch (op->type) {
	case POWERCUT_COMPARE:
		try->compared = true;
		if (try->index >= (int)oracle->next)
			oracle->next = (uint32_t)try->index + 1;
		if (try->index >= 0)
			oracle->last = (uint32_t)try->index;
		break;
	case POWERCUT_WRITE:
		try->wrote = try->compared;
		/* From now on the right code may be on the disk. */
		if (try->wrote &&
		    powercut_expect(try, oracle) == OTP_VERDICT_ACCEPT) {
			oracle->answered_failures = 0;
			oracle->answered_wait = 0;
		}
		break;
	case POWERCUT_FLUSH:
		if (after->spent > oracle->flushed_spent)
			oracle->flushed_spent = (uint32_t)after->spent;
		break;
	case POWERCUT_FAILED_FLUSH:
		break;
	}
}

const char *
powercut_judge_answer(const struct powercut_try *try,
    struct powercut_oracle *oracle, const struct powercut_run *run,
    const struct powercut_seen *after)
{
	const enum otp_verdict expected = powercut_expect(try, oracle);
	const uint32_t failures = try->before.failures;

	if (run->err != OTP_OK && run->verdict != OTP_VERDICT_REJECT)
		return "an error came with a verdict";
	if (run->err != OTP_OK)
		return run->fault ? NULL : "an error without a fault";
	if (run->verdict == OTP_VERDICT_ACCEPT &&
	    (try->index < 0 || (uint32_t)try->index < try->spent_before))
		return "a spent or wrong code was accepted";
	if (run->verdict != expected)
		return expected == OTP_VERDICT_ACCEPT
		    ? "a right and fresh code was refused"
		    : "not the verdict that was due";
	if (expected == OTP_VERDICT_ACCEPT) {
		oracle->flushed_spent = (uint32_t)try->index + 1;
		if (after->failures != 0)
			return "a yes left failures behind";
		if ((after->accepted >> try->index & 1) == 0)
			return "a yes is not among the accepted codes";
	} else if (expected == OTP_VERDICT_REPLAY) {
		if (after->failures != failures)
			return "a replay changed the failures";
	} else if (after->failures != failures + 1) {
		return "a wrong code was not counted once";
	} else if (after->failures >= try->policy.delay_after) {
		if (after->wait_until !=
		    oracle->now + powercut_wait(&try->policy, failures + 1))
			return "the wait is not the one that is due";
		oracle->answered_failures = after->failures;
		oracle->answered_wait = after->wait_until;
	}
	return NULL;
}

const char *
powercut_judge_death(const struct powercut_try *try,
    const struct powercut_oracle *oracle, const struct powercut_seen *after)
{
	const uint32_t failures = try->before.failures;
	const bool charged = after->failures == failures + 1;
	const bool same = after->spent == try->before.spent;

	if (is_repeated(try) && (charged || try->compared))
		return "a code that was accepted was charged";
	if (!try->compared)
		return same && (charged || after->failures == failures)
		    ? NULL
		    : "something changed before the comparison";
	switch (powercut_expect(try, oracle)) {
	case OTP_VERDICT_ACCEPT:
		if ((charged && same) ||
		    (try->wrote && after->failures == 0 &&
			after->spent == (uint64_t)try->index + 1))
			return NULL;
		return "a right code is neither charged nor spent";
	case OTP_VERDICT_REPLAY:
		if (same &&
		    (charged || (try->wrote && after->failures == failures)))
			return NULL;
		return "a replay is neither charged nor given back";
	case OTP_VERDICT_REJECT:
		return same && charged ? NULL : "a guess was free";
	case OTP_VERDICT_MALFORMED:
	case OTP_VERDICT_WITHHELD:
	case OTP_VERDICT_WAITING:
	case OTP_VERDICT_LOCKED:
	case OTP_VERDICT_UNENROLLED:
	case OTP_VERDICT_UNKNOWN_USER:
	case OTP_VERDICT_CHANGED_USER:
	case OTP_VERDICT_INVITED:
	case OTP_VERDICT_INVITATION_ENDED:
	case OTP_VERDICT_SUSPENDED:
		break;
	}
	return "no such verdict can be due";
}

const char *
powercut_judge_file(const struct otp_policy *policy,
    const struct powercut_oracle *oracle, const struct powercut_seen *after)
{
	if (!after->readable)
		return "the file is lost";
	if (after->aside != POWERCUT_ASIDE)
		return "failures of other callers changed";
	if (after->spent < oracle->flushed_spent)
		return "a spent code is fresh";
	if (after->spent > oracle->next)
		return "a code that nobody typed is spent";
	if (after->failures < oracle->answered_failures)
		return "a failure was forgotten beyond the free ones";
	if (after->wait_until < oracle->answered_wait)
		return "a wait was forgotten";
	if (after->wait_until >
	    oracle->now + powercut_wait(policy, after->failures))
		return "a wait is longer than its failures say";
	return NULL;
}
