/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/options_file.h"

#include "common/store/conf_file.h"

enum otp_err
otp_options_file_read(
    const char *path, struct otp_options *options, struct otp_fault *fault)
{
	struct otp_options read = *options;
	struct otp_conf conf = otp_options_from(OTP_CONF_FILE, &read);
	enum otp_err err = otp_conf_file_read(path, &conf, fault);

	if (err == OTP_OK)
		*options = read;
	return err;
}
