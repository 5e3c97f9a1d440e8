/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/drift.h"

enum otp_err
otp_drift_totp(struct otp_oath *oath, const struct otp_token *token,
    uint32_t value, int64_t now, uint32_t range, bool *ret_found,
    int32_t *ret_drift)
{
	const uint64_t current = (uint64_t)now / token->period;
	bool same = false;

	if (now < 0)
		return OTP_ERR_CLOCK;
	for (uint32_t away = 1; away <= range / token->period; away++) {
		int32_t drift = (int32_t)(away * token->period);
		enum otp_err err =
		    otp_token_shows(token, oath, current + away, value, &same);

		if (err == OTP_OK && !same && away <= current) {
			drift = -drift;
			err = otp_token_shows(
			    token, oath, current - away, value, &same);
		}
		if (err != OTP_OK)
			return err;
		if (!same)
			continue;
		*ret_found = true;
		*ret_drift = drift;
		return OTP_OK;
	}
	*ret_found = false;
	return OTP_OK;
}

enum otp_err
otp_drift_hotp(struct otp_oath *oath, const struct otp_token *token,
    uint32_t value, uint64_t first, uint64_t count, bool *ret_found,
    uint64_t *ret_counter)
{
	for (uint64_t i = 0; i < count && i <= UINT64_MAX - first; i++) {
		bool same = false;
		enum otp_err err =
		    otp_token_shows(token, oath, first + i, value, &same);

		if (err != OTP_OK)
			return err;
		if (!same)
			continue;
		*ret_found = true;
		*ret_counter = first + i;
		return OTP_OK;
	}
	*ret_found = false;
	return OTP_OK;
}
