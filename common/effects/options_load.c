/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/options_load.h"

#include <stdbool.h>
#include <string.h>

#include "common/effects/options_file.h"

const char *
otp_options_source(const struct otp_options *options)
{
	return options->conf[0] != '\0' ? options->conf : OTP_DEFAULT_CONF;
}

static enum otp_err
apply_arguments(int argc, const char **argv, struct otp_options *options,
    struct otp_fault *fault)
{
	struct otp_conf conf = otp_options_from(OTP_CONF_ARGUMENT, options);
	enum otp_err err = OTP_OK;

	for (int i = 0; i < argc && err == OTP_OK; i++)
		err = argv[i] != NULL ? otp_conf_argument(&conf, argv[i], fault)
				      : otp_fault_set(fault, OTP_ERR_OPTION, 0,
					    NULL, OTP_DETAIL_UNKNOWN_OPTION);
	return err;
}

/* A file that cannot be trusted or parsed is an invalid configuration. */
static enum otp_err
read_file(struct otp_options *options, struct otp_fault *fault)
{
	bool named = options->conf[0] != '\0';
	const char *path = otp_options_source(options);
	enum otp_err err = otp_options_file_read(path, options, fault);

	if (err == OTP_ERR_ABSENT && !named) {
		*fault = (struct otp_fault){ 0 };
		return OTP_OK;
	}
	if (err == OTP_OK || err == OTP_ERR_OPTION || err == OTP_ERR_READ ||
	    err == OTP_ERR_NOMEM)
		return err;
	return otp_fault_set(
	    fault, OTP_ERR_OPTION, fault->errnum, path, OTP_DETAIL_NONE);
}

enum otp_err
otp_options_load(int argc, const char **argv, struct otp_options *ret_options,
    struct otp_fault *fault)
{
	struct otp_options options;
	bool strict = false;
	enum otp_err err = OTP_ERR_OPTION;

	/* The arguments first, to find conf= and wrong ones, and then again
	 * over the file. */
	otp_options_default(ret_options);
	otp_options_default(&options);
	options.nullok = true; /* to notice an explicit "no" */
	err = apply_arguments(argc, argv, &options, fault);
	if (err != OTP_OK)
		return err;
	strict = !options.nullok;
	memcpy(ret_options->conf, options.conf, sizeof(options.conf));

	otp_options_default(&options);
	memcpy(options.conf, ret_options->conf, sizeof(options.conf));
	err = read_file(&options, fault);
	if (err == OTP_OK)
		err = apply_arguments(argc, argv, &options, fault);
	if (err == OTP_OK)
		err = otp_options_check(&options, fault);
	if (strict)
		options.nullok_until = 0; /* the file's date does not count */
	if (err == OTP_OK)
		*ret_options = options;
	return err;
}
