/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "common/core/throttle.h"

#define NOW INT64_C(1700000000)

static const struct otp_policy policy = OTP_POLICY_DEFAULT;

static void
charge_by(struct otp_tally *tally, const struct otp_policy *by, int64_t now)
{
	struct otp_login_mark occasion;

	otp_login_mark_set(&occasion, now, "sshd", "203.0.113.5");
	otp_throttle_charge(tally, by, &occasion);
}

static void
charge(struct otp_tally *tally, int64_t now)
{
	charge_by(tally, &policy, now);
}

static void
assert_gate_by(const struct otp_tally *tally, const struct otp_policy *by,
    int64_t now, enum otp_gate gate, uint32_t seconds)
{
	uint32_t got = 4711;

	assert_int_equal(otp_throttle_check(tally, by, now, &got), gate);
	assert_int_equal(got, seconds);
}

static void
assert_gate(const struct otp_tally *tally, int64_t now, enum otp_gate gate,
    uint32_t seconds)
{
	assert_gate_by(tally, &policy, now, gate, seconds);
}

static void
throttle_charge__begins_waits_that_double_to_an_hour(void **unused)
{
	static const uint32_t lengths[] = { 0, 0, 0, 0, 30, 60, 120, 240, 480,
		960, 1920, 3600, 3600 };
	struct otp_tally tally = { 0 };

	(void)unused;
	for (unsigned i = 0; i < 99; i++) {
		uint32_t length =
		    i < COUNT(lengths) ? lengths[i] : OTP_WAIT_MAX;
		const int64_t now = NOW + (int64_t)i * 4000;

		assert_gate(&tally, now, OTP_GATE_OPEN, 0);
		charge(&tally, now);
		assert_int_equal(tally.failures, i + 1);
		assert_int_equal(tally.wait_length, length);
		assert_int_equal(tally.wait_until, length ? now + length : 0);
		if (length == 0)
			continue;
		assert_gate(&tally, now, OTP_GATE_WAITING, length);
		assert_gate(&tally, now + length - 1, OTP_GATE_WAITING, 1);
		assert_gate(&tally, now + length, OTP_GATE_OPEN, 0);
	}
}

static void
throttle_check__locks_at_the_bound_for_good(void **unused)
{
	struct otp_tally tally = { 0 };

	(void)unused;
	for (unsigned i = 0; i < 99; i++)
		charge(&tally, NOW);
	assert_gate(&tally, NOW + 3600, OTP_GATE_OPEN, 0);
	charge(&tally, NOW);
	assert_gate(&tally, NOW, OTP_GATE_LOCKED, 0);
	assert_gate(&tally, NOW + 3600, OTP_GATE_LOCKED, 0);
	assert_gate(&tally, INT64_C(1) << 40, OTP_GATE_LOCKED, 0);
	assert_gate(&tally, 0, OTP_GATE_LOCKED, 0);
}

static void
throttle__goes_by_the_policy_of_the_moment(void **unused)
{
	const struct otp_policy strict = { .delay_after = 1, .lock_after = 10 };
	const struct otp_policy loose = { .delay_after = 10, .lock_after = 10 };
	struct otp_tally tally = { 0 };

	(void)unused;
	charge_by(&tally, &strict, NOW); /* the first one is not free */
	assert_gate_by(&tally, &strict, NOW, OTP_GATE_WAITING, 30);
	/* a wait that was begun lasts, however loose it gets */
	assert_gate_by(&tally, &loose, NOW + 29, OTP_GATE_WAITING, 1);
	for (unsigned i = 1; i < 9; i++) {
		charge_by(&tally, &loose, NOW);
		assert_gate_by(&tally, &loose, NOW, OTP_GATE_OPEN, 0);
	}
	/* the next one counts all that came before */
	charge_by(&tally, &loose, NOW);
	assert_int_equal(tally.wait_length, 30);
	assert_gate_by(&tally, &loose, NOW, OTP_GATE_LOCKED, 0);
	assert_gate_by(&tally, &policy, NOW, OTP_GATE_WAITING, 30);
	charge_by(&tally, &policy, NOW);
	assert_int_equal(tally.wait_length, 1920);
}

static void
throttle__keeps_a_wait_when_the_clock_goes_back(void **unused)
{
	struct otp_tally tally = { 0 };

	(void)unused;
	for (unsigned i = 0; i < 6; i++)
		charge(&tally, NOW);
	assert_int_equal(tally.wait_length, 60);
	/* no further back than its beginning: it lasts as it did */
	assert_false(otp_throttle_clamp(&tally, NOW));
	assert_false(otp_throttle_clamp(&tally, NOW + 59));
	assert_false(otp_throttle_clamp(&tally, NOW + 60));
	assert_int_equal(tally.wait_until, NOW + 60);
	/* further back: one full wait from now, and no more */
	assert_gate(&tally, NOW - 1, OTP_GATE_WAITING, 60);
	assert_gate(&tally, NOW - 600, OTP_GATE_WAITING, 60);
	assert_gate(&tally, 0, OTP_GATE_WAITING, 60);
	assert_true(otp_throttle_clamp(&tally, NOW - 600));
	assert_int_equal(tally.wait_until, NOW - 540);
	assert_false(otp_throttle_clamp(&tally, NOW - 600));
	assert_gate(&tally, NOW - 541, OTP_GATE_WAITING, 1);
	assert_gate(&tally, NOW - 540, OTP_GATE_OPEN, 0);
}

static void
throttle_anchor__leaves_alone_who_does_not_wait(void **unused)
{
	struct otp_tally tally = { .wait_until = NOW };

	(void)unused;
	assert_false(otp_throttle_clamp(&tally, 0));
	assert_int_equal(tally.wait_until, NOW);
	assert_gate(&tally, 0, OTP_GATE_OPEN, 0);
}

static void
throttle_check__ends_a_wait_when_the_clock_goes_ahead(void **unused)
{
	struct otp_tally tally = { 0 };

	(void)unused;
	for (unsigned i = 0; i < 5; i++)
		charge(&tally, NOW);
	assert_gate(&tally, INT64_C(4294967296) + 7, OTP_GATE_OPEN, 0);
	assert_gate(&tally, INT64_MAX, OTP_GATE_OPEN, 0);
}

/* How many codes somebody who never rests compares within so many seconds. */
static unsigned
guesses_within(int64_t seconds)
{
	struct otp_tally tally = { 0 };
	unsigned guesses = 0;
	uint32_t wait = 0;
	enum otp_gate gate;

	for (int64_t past = 0; past < seconds; past += wait) {
		gate = otp_throttle_check(&tally, &policy, NOW + past, &wait);
		if (gate == OTP_GATE_LOCKED)
			break;
		if (gate == OTP_GATE_WAITING)
			continue;
		charge(&tally, NOW + past);
		guesses++;
		wait = 0;
	}
	return guesses;
}

/* The figures in SECURITY.md. */
static void
throttle__leaves_a_guesser_34_codes_a_day_and_100_in_all(void **unused)
{
	(void)unused;
	assert_int_equal(guesses_within(1), 5);
	assert_int_equal(guesses_within(3600), 11);
	assert_int_equal(guesses_within(86400), 34);
	assert_int_equal(guesses_within(320610), 99);
	assert_int_equal(guesses_within(320611), 100);
	assert_int_equal(guesses_within(INT64_C(1) << 32), 100);
}

static void
throttle_charge__counts_a_month(void **unused)
{
	struct otp_tally tally = { 0 };

	(void)unused;
	charge(&tally, NOW);
	assert_int_equal(tally.month_since, NOW);
	assert_int_equal(tally.month_failures, 1);
	charge(&tally, NOW + OTP_MONTH - 1);
	assert_int_equal(tally.month_since, NOW);
	assert_int_equal(tally.month_failures, 2);
	charge(&tally, NOW + OTP_MONTH);
	assert_int_equal(tally.month_since, NOW + OTP_MONTH);
	assert_int_equal(tally.month_failures, 1);
	charge(&tally, NOW + OTP_MONTH); /* at the same second */
	assert_int_equal(tally.month_failures, 2);
	charge(&tally, NOW + OTP_MONTH - 1); /* the clock went back */
	assert_int_equal(tally.month_since, NOW + OTP_MONTH - 1);
	assert_int_equal(tally.month_failures, 1);
}

static void
throttle_charge__remembers_the_occasion(void **unused)
{
	struct otp_tally tally = { 0 };

	(void)unused;
	charge(&tally, NOW);
	assert_int_equal(tally.last_failure.time, NOW);
	assert_string_equal(tally.last_failure.service, "sshd");
	assert_string_equal(tally.last_failure.host, "203.0.113.5");
}

static void
throttle_charge__stops_at_the_highest_number(void **unused)
{
	struct otp_tally tally = {
		.failures = UINT32_MAX,
		.month_failures = UINT32_MAX,
		.month_since = NOW,
	};

	(void)unused;
	charge(&tally, NOW);
	assert_int_equal(tally.failures, UINT32_MAX);
	assert_int_equal(tally.month_failures, UINT32_MAX);
	assert_int_equal(tally.wait_length, OTP_WAIT_MAX);
	assert_gate(&tally, NOW, OTP_GATE_LOCKED, 0);
	tally.failures = UINT32_MAX - 1;
	charge(&tally, NOW);
	assert_int_equal(tally.failures, UINT32_MAX);
}

/* A state in its sixth failure in a row, and the tally before it. */
static struct otp_state
charged(struct otp_tallies *before)
{
	struct otp_state state = { .unreported = 3, .tally.replays = 2 };

	for (unsigned i = 0; i < 5; i++)
		charge(&state.tally, NOW - 100);
	*before = (struct otp_tallies){ state.tally, state.others };
	charge(&state.tally, NOW);
	return state;
}

static void
throttle_settle__accept_ends_everything(void **unused)
{
	struct otp_tallies before;
	struct otp_state state = charged(&before);

	(void)unused;
	assert_int_equal(
	    otp_throttle_settle(&state, false, &before, OTP_VERDICT_ACCEPT),
	    OTP_PUT_COMMIT);
	assert_int_equal(state.tally.failures, 0);
	assert_int_equal(state.tally.wait_length, 0);
	assert_int_equal(state.tally.wait_until, 0);
	assert_int_equal(state.tally.month_failures, 5);
	assert_int_equal(state.tally.last_failure.time, NOW - 100);
	assert_gate(&state.tally, NOW, OTP_GATE_OPEN, 0);
}

static void
throttle_settle__accept_keeps_what_is_yet_to_be_told(void **unused)
{
	struct otp_tallies before;
	struct otp_state state = charged(&before);

	(void)unused;
	assert_int_equal(
	    otp_throttle_settle(&state, false, &before, OTP_VERDICT_ACCEPT),
	    OTP_PUT_COMMIT);
	assert_int_equal(
	    state.unreported, 8); /* 3, and the 5 before this try */
	assert_int_equal(state.tally.replays, 2);
	state.unreported = UINT32_MAX - 1;
	before = (struct otp_tallies){ .tally = state.tally };
	before.tally.failures = 5;
	assert_int_equal(
	    otp_throttle_settle(&state, false, &before, OTP_VERDICT_ACCEPT),
	    OTP_PUT_COMMIT);
	assert_int_equal(state.unreported, UINT32_MAX);
}

/* Both in their sixth failure in a row, and what was before these. */
static struct otp_state
charged_both(struct otp_tallies *before)
{
	struct otp_state state = charged(before);

	before->others = before->tally;
	state.others = state.tally;
	return state;
}

static void
throttle_tally__is_that_of_the_caller(void **unused)
{
	struct otp_state state = { 0 };

	(void)unused;
	assert_ptr_equal(otp_throttle_tally(&state, false), &state.tally);
	assert_ptr_equal(otp_throttle_tally(&state, true), &state.others);
}

static void
throttle_settle__accept_ends_no_delay_of_another_tally(void **unused)
{
	struct otp_tallies before;
	struct otp_state state = charged_both(&before);

	(void)unused;
	assert_int_equal(
	    otp_throttle_settle(&state, true, &before, OTP_VERDICT_ACCEPT),
	    OTP_PUT_COMMIT);
	assert_int_equal(state.others.failures, 0);
	assert_int_equal(state.others.wait_length, 0);
	assert_int_equal(state.others.month_failures, 5);
	assert_memory_equal(&state.tally, &before.tally, sizeof(before.tally));
	assert_int_equal(state.unreported, 8); /* 3, and these 5 */

	state = charged_both(&before);
	assert_int_equal(
	    otp_throttle_settle(&state, false, &before, OTP_VERDICT_ACCEPT),
	    OTP_PUT_COMMIT);
	assert_int_equal(state.tally.failures, 0);
	assert_int_equal(state.others.failures, 5);
	assert_int_equal(state.others.wait_length, before.others.wait_length);
	assert_int_equal(state.others.wait_until, before.others.wait_until);
	assert_gate(&state.others, NOW - 99, OTP_GATE_WAITING, 29);
}

/* Once: at the next login of root's, too, but their delay goes on. */
static void
throttle_settle__tells_once_of_other_callers(void **unused)
{
	struct otp_tallies before;
	struct otp_state state = charged_both(&before);

	(void)unused;
	assert_int_equal(
	    otp_throttle_settle(&state, false, &before, OTP_VERDICT_ACCEPT),
	    OTP_PUT_COMMIT);
	assert_int_equal(state.unreported, 13); /* 3, and 5 of each */
	assert_int_equal(state.others.told, 5);
	otp_throttle_told(&state, 0);
	before = (struct otp_tallies){ state.tally, state.others };
	assert_int_equal(
	    otp_throttle_settle(&state, false, &before, OTP_VERDICT_ACCEPT),
	    OTP_PUT_COMMIT);
	assert_int_equal(state.unreported, 0);
	charge(&before.others, NOW); /* one more */
	assert_int_equal(before.others.told, 5);
	assert_int_equal(
	    otp_throttle_settle(&state, true, &before, OTP_VERDICT_ACCEPT),
	    OTP_PUT_COMMIT);
	assert_int_equal(state.unreported, 1);
	assert_int_equal(state.others.failures, 0);
	assert_int_equal(state.others.told, 0);
}

static void
throttle_settle__gives_back_to_the_tally_that_was_charged(void **unused)
{
	struct otp_tallies before;
	struct otp_state state = charged_both(&before);
	struct otp_tally others = state.others;

	(void)unused;
	assert_int_equal(
	    otp_throttle_settle(&state, true, &before, OTP_VERDICT_REPLAY),
	    OTP_PUT_CHARGE);
	assert_memory_equal(
	    &state.others, &before.others, sizeof(before.others));
	/* the delay that a wrong code begins is the caller's */
	state.others = others;
	memset(&state.tally, 0, sizeof(state.tally));
	assert_int_equal(
	    otp_throttle_settle(&state, true, &before, OTP_VERDICT_REJECT),
	    OTP_PUT_COMMIT);
	assert_int_equal(
	    otp_throttle_settle(&state, false, &before, OTP_VERDICT_REJECT),
	    OTP_PUT_NOTHING);
}

static void
throttle_told__takes_replays_from_both_tallies(void **unused)
{
	struct otp_state state = { .tally.replays = 2, .others.replays = 3 };

	(void)unused;
	otp_throttle_told(&state, 6); /* never more than were counted */
	assert_int_equal(state.tally.replays, 2);
	assert_int_equal(state.others.replays, 3);
	otp_throttle_told(&state, 4);
	assert_int_equal(state.tally.replays, 0);
	assert_int_equal(state.others.replays, 1);
	otp_throttle_told(&state, 1);
	assert_int_equal(state.others.replays, 0);
}

static void
throttle_told__leaves_replays_that_came_since(void **unused)
{
	struct otp_state state = { .unreported = 3, .tally.replays = 2 };

	(void)unused;
	otp_throttle_told(&state, 1);
	assert_int_equal(state.unreported, 0);
	assert_int_equal(state.tally.replays, 1);
	otp_throttle_told(&state, 2); /* never more than were counted */
	assert_int_equal(state.tally.replays, 1);
	otp_throttle_told(&state, 1);
	assert_int_equal(state.tally.replays, 0);
}

static void
throttle_settle__replay_gives_the_charge_back(void **unused)
{
	struct otp_tallies before;
	struct otp_state state = charged(&before);

	(void)unused;
	assert_int_equal(
	    otp_throttle_settle(&state, false, &before, OTP_VERDICT_REPLAY),
	    OTP_PUT_CHARGE);
	assert_int_equal(state.unreported, 3);
	assert_memory_equal(&state.tally, &before.tally, sizeof(before.tally));
}

static void
throttle_replay__counts_one_a_minute(void **unused)
{
	struct otp_tally tally = { 0 };
	struct otp_tally before;

	(void)unused;
	assert_true(otp_throttle_replay(&tally, NOW));
	assert_int_equal(tally.replays, 1);
	assert_int_equal(tally.last_replay, NOW);
	before = tally;
	assert_false(otp_throttle_replay(&tally, NOW));
	assert_false(otp_throttle_replay(&tally, NOW + 59));
	assert_memory_equal(&tally, &before, sizeof(before));
	assert_true(otp_throttle_replay(&tally, NOW + 60));
	assert_int_equal(tally.replays, 2);
	assert_int_equal(tally.last_replay, NOW + 60);
	assert_true(otp_throttle_replay(&tally, NOW)); /* the clock went back */
	assert_int_equal(tally.replays, 3);
	tally.replays = UINT32_MAX;
	assert_true(otp_throttle_replay(&tally, NOW + 60));
	assert_int_equal(tally.replays, UINT32_MAX);
	assert_int_equal(tally.failures, 0);
}

static void
throttle_settle__all_else_lets_the_charge_stand(void **unused)
{
	static const enum otp_verdict verdicts[] = {
		OTP_VERDICT_REJECT,
		OTP_VERDICT_MALFORMED,
		OTP_VERDICT_WITHHELD,
		OTP_VERDICT_WAITING,
		OTP_VERDICT_LOCKED,
		OTP_VERDICT_UNENROLLED,
		OTP_VERDICT_UNKNOWN_USER,
		OTP_VERDICT_CHANGED_USER,
		OTP_VERDICT_SUSPENDED,
		(enum otp_verdict)(OTP_VERDICT_ACCEPT ^ 1),
	};

	(void)unused;
	for (unsigned i = 0; i < COUNT(verdicts); i++) {
		struct otp_tally after;
		struct otp_tallies before;
		struct otp_state state = charged(&before);

		after = state.tally;
		/* it began a wait, which a power cut must not end */
		assert_int_equal(
		    otp_throttle_settle(&state, false, &before, verdicts[i]),
		    OTP_PUT_COMMIT);
		assert_memory_equal(&state.tally, &after, sizeof(after));
		assert_int_equal(state.unreported, 3);
	}
}

static void
throttle_settle__flushes_no_free_failure(void **unused)
{
	struct otp_tallies before = { 0 };
	struct otp_state state = { 0 };

	(void)unused;
	for (unsigned i = 1; i <= 5; i++) {
		before.tally = state.tally;
		charge(&state.tally, NOW);
		assert_int_equal(otp_throttle_settle(&state, false, &before,
				     OTP_VERDICT_REJECT),
		    i < 5 ? OTP_PUT_NOTHING : OTP_PUT_COMMIT);
		assert_int_equal(state.tally.failures, i);
	}
}

static void
throttle_unlock__ends_waits_and_keeps_the_months_count(void **unused)
{
	struct otp_state state = { .unreported = 1,
		.sends = { .moment = 9, .hour = 5, .day = 20 } };

	(void)unused;
	for (unsigned i = 0; i < 100; i++)
		charge(&state.tally, NOW);
	for (unsigned i = 0; i < 7; i++)
		charge(&state.others, NOW);
	state.others.told = 4;
	otp_throttle_unlock(&state);
	assert_gate(&state.others, NOW, OTP_GATE_OPEN, 0);
	assert_int_equal(state.others.failures, 0);
	assert_int_equal(state.others.told, 0);
	assert_int_equal(state.others.month_failures, 7);
	assert_gate(&state.tally, NOW, OTP_GATE_OPEN, 0);
	assert_int_equal(state.tally.failures, 0);
	assert_int_equal(state.tally.wait_length, 0);
	assert_int_equal(state.tally.wait_until, 0);
	assert_int_equal(state.tally.month_failures, 100);
	assert_int_equal(state.unreported, 104);
	assert_int_equal(state.sends.hour, 0);
	assert_int_equal(state.sends.day, 0);
	assert_int_equal(state.sends.moment, 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    throttle_charge__begins_waits_that_double_to_an_hour),
		cmocka_unit_test(throttle_check__locks_at_the_bound_for_good),
		cmocka_unit_test(throttle__goes_by_the_policy_of_the_moment),
		cmocka_unit_test(
		    throttle__keeps_a_wait_when_the_clock_goes_back),
		cmocka_unit_test(
		    throttle_anchor__leaves_alone_who_does_not_wait),
		cmocka_unit_test(
		    throttle_check__ends_a_wait_when_the_clock_goes_ahead),
		cmocka_unit_test(
		    throttle__leaves_a_guesser_34_codes_a_day_and_100_in_all),
		cmocka_unit_test(throttle_charge__counts_a_month),
		cmocka_unit_test(throttle_charge__remembers_the_occasion),
		cmocka_unit_test(throttle_charge__stops_at_the_highest_number),
		cmocka_unit_test(throttle_settle__accept_ends_everything),
		cmocka_unit_test(
		    throttle_settle__accept_keeps_what_is_yet_to_be_told),
		cmocka_unit_test(throttle_told__leaves_replays_that_came_since),
		cmocka_unit_test(
		    throttle_told__takes_replays_from_both_tallies),
		cmocka_unit_test(throttle_tally__is_that_of_the_caller),
		cmocka_unit_test(
		    throttle_settle__accept_ends_no_delay_of_another_tally),
		cmocka_unit_test(throttle_settle__tells_once_of_other_callers),
		cmocka_unit_test(
		    throttle_settle__gives_back_to_the_tally_that_was_charged),
		cmocka_unit_test(throttle_settle__replay_gives_the_charge_back),
		cmocka_unit_test(throttle_replay__counts_one_a_minute),
		cmocka_unit_test(
		    throttle_settle__all_else_lets_the_charge_stand),
		cmocka_unit_test(throttle_settle__flushes_no_free_failure),
		cmocka_unit_test(
		    throttle_unlock__ends_waits_and_keeps_the_months_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
