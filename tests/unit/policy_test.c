/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "common/core/policy.h"

static void
assert_near(double got, double wanted)
{
	assert_true(got > wanted * 0.999999 && got < wanted * 1.000001);
}

static void
policy__has_defaults_within_its_bounds(void **state)
{
	struct otp_policy policy = OTP_POLICY_DEFAULT;

	(void)state;
	assert_int_equal(policy.window, 1);
	assert_int_equal(policy.lookahead, 10);
	assert_int_equal(policy.delay_after, 5);
	assert_int_equal(policy.lock_after, 100);
}

static void
policy_chance__sums_candidates_over_tokens(void **state)
{
	struct otp_policy policy = OTP_POLICY_DEFAULT;
	struct otp_seed seed = { .tokens_count = 1 };

	(void)state;
	seed.tokens[0].kind = OTP_TOTP;
	seed.tokens[0].digits = 6;
	assert_near(otp_policy_chance(&policy, &seed), 3e-6);
	policy.window = 2;
	assert_near(otp_policy_chance(&policy, &seed), 5e-6);
	policy.window = 0;
	assert_near(otp_policy_chance(&policy, &seed), 1e-6);
	seed.tokens[0].digits = 8;
	assert_near(otp_policy_chance(&policy, &seed), 1e-8);
	seed.addresses_count = 2; /* four codes can be valid */
	assert_near(otp_policy_chance(&policy, &seed), 5e-8);
	seed.addresses_count = 0;

	seed.tokens[1].kind = OTP_HOTP;
	seed.tokens[1].digits = 7;
	seed.tokens_count = 2;
	policy.lookahead = 20;
	assert_near(otp_policy_chance(&policy, &seed), 1e-8 + 2e-6);
	seed.tokens_count = 0;
	assert_true(otp_policy_chance(&policy, &seed) <= 0);
}

static void
policy_chance__stays_below_the_bound_for_eight_default_tokens(void **state)
{
	struct otp_policy policy = OTP_POLICY_DEFAULT;
	struct otp_seed seed = { .tokens_count = OTP_SEED_TOKENS };

	(void)state;
	for (unsigned i = 0; i < OTP_SEED_TOKENS; i++) {
		seed.tokens[i].kind = OTP_TOTP;
		seed.tokens[i].digits = 6;
	}
	assert_true(otp_policy_chance(&policy, &seed) <= OTP_CHANCE_MAX);
	policy.lookahead = 20;
	for (unsigned i = 0; i < 3; i++)
		seed.tokens[i].kind = OTP_HOTP;
	assert_true(otp_policy_chance(&policy, &seed) > OTP_CHANCE_MAX);
}

/* In whatever order they are summed. */
static void
policy_chance__is_not_beyond_the_bound_at_it(void **state)
{
	static const struct otp_policy policy = { .lookahead = 12 };
	struct otp_seed seed;

	(void)state;
	for (unsigned order = 0; order < 64; order++) {
		unsigned hotp = 0;

		memset(&seed, 0, sizeof(seed));
		seed.tokens_count = 6;
		for (unsigned i = 0; i < 6; i++) {
			const bool is_hotp = order >> i & 1;

			seed.tokens[i].kind = is_hotp ? OTP_HOTP : OTP_TOTP;
			seed.tokens[i].digits = 6;
			hotp += is_hotp ? 1 : 0;
		}
		/* 4 x 12 + 2 x 1 candidates in a million */
		if (hotp == 4)
			assert_true(otp_policy_chance(&policy, &seed) <=
			    OTP_CHANCE_MAX);
		if (hotp > 4)
			assert_true(
			    otp_policy_chance(&policy, &seed) > OTP_CHANCE_MAX);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policy__has_defaults_within_its_bounds),
		cmocka_unit_test(policy_chance__sums_candidates_over_tokens),
		cmocka_unit_test(
		    policy_chance__stays_below_the_bound_for_eight_default_tokens),
		cmocka_unit_test(policy_chance__is_not_beyond_the_bound_at_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
