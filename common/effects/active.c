/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/active.h"

enum otp_err
otp_active_of(const struct otp_seed *seed, struct otp_active *ret_active)
{
	uint8_t ids[(OTP_SEED_TOKENS + OTP_SEED_ADDRESSES + OTP_SEED_RECOVERY) *
	    OTP_ID_SIZE];
	size_t size = 0;

	for (unsigned i = 0; i < seed->tokens_count; i++) {
		enum otp_err err = otp_token_id(&seed->tokens[i], ids + size);

		if (err != OTP_OK)
			return err;
		size += OTP_ID_SIZE;
	}
	for (unsigned i = 0; i < seed->addresses_count; i++) {
		enum otp_err err =
		    otp_address_id(&seed->addresses[i], ids + size);

		if (err != OTP_OK)
			return err;
		size += OTP_ID_SIZE;
	}
	for (unsigned i = 0; i < seed->recovery_count; i++) {
		otp_recovery_id(&seed->recovery[i], ids + size);
		size += OTP_ID_SIZE;
	}
	return otp_digest(ids, size, ret_active->digest);
}
