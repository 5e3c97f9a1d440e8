/* SPDX-License-Identifier: BSD-2-Clause */
#include "policy.h"

static double
token_chance(const struct otp_policy *policy, const struct otp_token *token)
{
	double chance = token->kind == OTP_HOTP ? policy->lookahead
						: 2 * policy->window + 1;

	for (unsigned i = 0; i < token->digits; i++)
		chance /= 10;
	return chance;
}

double
otp_policy_chance(const struct otp_policy *policy, const struct otp_seed *seed)
{
	double chance = 0;

	for (unsigned i = 0; i < seed->tokens_count; i++)
		chance += token_chance(policy, &seed->tokens[i]);
	return chance;
}
