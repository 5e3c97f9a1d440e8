/* SPDX-License-Identifier: BSD-2-Clause */
#include "nearby.h"

#include "wipe.h"

static enum otp_err
is_value_at(struct otp_oath *oath, const struct otp_token *token,
    uint32_t value, uint64_t moving, bool *ret_same)
{
	uint32_t other;
	enum otp_err err = otp_oath_value(oath, moving, token->digits, &other);

	if (err != OTP_OK)
		return err;
	*ret_same = otp_equal(&other, &value, sizeof(value));
	otp_wipe(&other, sizeof(other));
	return OTP_OK;
}

enum otp_err
otp_nearby_step(struct otp_oath *oath, const struct otp_token *token,
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
		    is_value_at(oath, token, value, current + away, &same);

		if (err == OTP_OK && !same && away <= current) {
			drift = -drift;
			err = is_value_at(
			    oath, token, value, current - away, &same);
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
otp_nearby_counter(struct otp_oath *oath, const struct otp_token *token,
    uint32_t value, uint64_t first, uint64_t count, bool *ret_found,
    uint64_t *ret_counter)
{
	for (uint64_t i = 0; i < count && i <= UINT64_MAX - first; i++) {
		bool same = false;
		enum otp_err err =
		    is_value_at(oath, token, value, first + i, &same);

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
