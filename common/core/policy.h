/* SPDX-License-Identifier: BSD-2-Clause */
/* How to verify: the host's numbers, their bounds, and the odds of a guess. */
#ifndef OTP_POLICY_H
#define OTP_POLICY_H

#include "common/core/seed.h"
#include "common/core/token.h"

#define OTP_WINDOW_DEFAULT	1
#define OTP_WINDOW_MAX		2
#define OTP_LOOKAHEAD_DEFAULT	10
#define OTP_LOOKAHEAD_MIN	1
#define OTP_LOOKAHEAD_MAX	20
#define OTP_DELAY_AFTER_DEFAULT 5
#define OTP_DELAY_AFTER_MIN	1
#define OTP_DELAY_AFTER_MAX	10
#define OTP_LOCK_AFTER_DEFAULT	100
#define OTP_LOCK_AFTER_MIN	10
#define OTP_LOCK_AFTER_MAX	100

#define OTP_WAIT_FIRST	30	/* seconds */
#define OTP_WAIT_MAX	3600	/* seconds */
#define OTP_MINUTE	60	/* seconds */
#define OTP_MONTH	2592000 /* seconds in 30 days */
#define OTP_MONTH_WARN	50	/* failures in 30 days that cause a warning */
#define OTP_DRIFT_STEPS 20	/* how far back a wrong code is explained */

/* The highest odds of one guess, over all of a user's tokens. */
#define OTP_CHANCE_MAX (5.0 / 100000)
/* The odds of ever being guessed from which 'status' warns. */
#define OTP_CHANCE_WARN (1.0 / 1000)

struct otp_policy {
	unsigned window;      /* TOTP: steps either side, 0 to 2 */
	unsigned lookahead;   /* HOTP: counters tried, 1 to 20 */
	unsigned delay_after; /* failures in a row before a delay, 1 to 10 */
	unsigned lock_after;  /* failures in a row before lockout, 10 to 100 */
};

/* clang-format off */
#define OTP_POLICY_DEFAULT                              \
	{                                               \
		.window = OTP_WINDOW_DEFAULT,           \
		.lookahead = OTP_LOOKAHEAD_DEFAULT,     \
		.delay_after = OTP_DELAY_AFTER_DEFAULT, \
		.lock_after = OTP_LOCK_AFTER_DEFAULT    \
	}
/* clang-format on */

/*
 * The probability that one guess is correct: candidates / 10^digits, summed
 * over the tokens.
 */
double otp_policy_chance(
    const struct otp_policy *policy, const struct otp_seed *seed);

#endif
