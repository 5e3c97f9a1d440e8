/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/place.h"

struct otp_place
otp_place_of(const struct otp_options *options, uint32_t uid)
{
	const bool is_folder = otp_place_is_folder(options->store);

	return (struct otp_place){
		.folder =
		    is_folder || uid != 0 ? options->store : OTP_STORE_DIR,
		.is_local = options->file_system_is_local,
	};
}
