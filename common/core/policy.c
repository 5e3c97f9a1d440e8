/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/policy.h"

#include "common/core/send.h"

#define UNITS 100000000 /* 10^OTP_DIGITS_MAX: the unit of the odds */

static uint64_t
token_units(const struct otp_policy *policy, const struct otp_token *token)
{
	uint64_t units = token->kind == OTP_HOTP ? policy->lookahead
						 : 2 * policy->window + 1;

	for (unsigned i = token->digits; i < OTP_DIGITS_MAX; i++)
		units *= 10;
	return units;
}

/* Sum integers, so that odds at the bound are not rounded beyond it. */
double
otp_policy_chance(const struct otp_policy *policy, const struct otp_seed *seed)
{
	uint64_t units = 0;

	for (unsigned i = 0; i < seed->tokens_count; i++)
		units += token_units(policy, &seed->tokens[i]);
	if (seed->addresses_count > 0)
		units += OTP_SENDS; /* as many codes can be valid at a time */
	return (double)units / UNITS;
}
