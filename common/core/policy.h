/* SPDX-License-Identifier: BSD-2-Clause */
/* How to judge: the host's numbers, their bounds, and what a guess is worth. */
#ifndef OTP_POLICY_H
#define OTP_POLICY_H

#include "seed.h"
#include "token.h"

#define OTP_WINDOW_DEFAULT    1
#define OTP_WINDOW_MAX	      2
#define OTP_LOOKAHEAD_DEFAULT 10
#define OTP_LOOKAHEAD_MIN     1
#define OTP_LOOKAHEAD_MAX     20
#define OTP_FREE_DEFAULT      5
#define OTP_FREE_MIN	      1
#define OTP_FREE_MAX	      10
#define OTP_LOCK_DEFAULT      100
#define OTP_LOCK_MIN	      10
#define OTP_LOCK_MAX	      100

#define OTP_WAIT_FIRST	30	/* seconds */
#define OTP_WAIT_MAX	3600	/* seconds */
#define OTP_MONTH	2592000 /* seconds in 30 days */
#define OTP_MONTH_WARN	50 /* failures in 30 days that are worth a warning */
#define OTP_DRIFT_STEPS 20 /* how far back a wrong code is explained */

/* The most that one guess may be worth, over all of a user's tokens. */
#define OTP_CHANCE_MAX (5.0 / 100000)
/* From here on `status` warns: the chance of ever being guessed. */
#define OTP_CHANCE_WARN (1.0 / 1000)

struct otp_policy {
	unsigned window;    /* TOTP: steps either side, 0 to 2 */
	unsigned lookahead; /* HOTP: counters tried, 1 to 20 */
	unsigned free;	    /* failures in a row before waits begin, 1 to 10 */
	unsigned lock;	    /* failures in a row before the lock, 10 to 100 */
};

#define OTP_POLICY_DEFAULT                                                    \
	{                                                                     \
		.window = OTP_WINDOW_DEFAULT,                                 \
		.lookahead = OTP_LOOKAHEAD_DEFAULT, .free = OTP_FREE_DEFAULT, \
		.lock = OTP_LOCK_DEFAULT                                      \
	}

/*
 * The probability that one guess is right: candidates / 10^digits, summed
 * over the tokens.
 */
double otp_policy_chance(
    const struct otp_policy *policy, const struct otp_seed *seed);

#endif
