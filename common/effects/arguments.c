/* SPDX-License-Identifier: BSD-2-Clause */
#include "arguments.h"

#include <stdbool.h>
#include <string.h>

#include "conffile.h"

const char *
otp_arguments_file(const struct otp_options *options)
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
		err = otp_conf_argument(&conf, argv[i], fault);
	return err;
}

/* A file that cannot be trusted or understood is a wrong configuration. */
static enum otp_err
read_file(struct otp_options *options, struct otp_fault *fault)
{
	bool named = options->conf[0] != '\0';
	const char *path = otp_arguments_file(options);
	enum otp_err err = otp_conffile_read(path, options, fault);
	const char *what = NULL;

	if (err == OTP_ERR_ABSENT && !named) {
		*fault = (struct otp_fault){ 0 };
		return OTP_OK;
	}
	if (err == OTP_OK || err == OTP_ERR_OPTION || err == OTP_ERR_READ ||
	    err == OTP_ERR_NOMEM)
		return err;
	if (fault->what[0] == '\0')
		what = otp_err_text(err);
	return otp_fault_set(fault, OTP_ERR_OPTION, fault->errnum, path, what);
}

enum otp_err
otp_arguments_read(int argc, const char **argv, struct otp_options *ret_options,
    struct otp_fault *fault)
{
	struct otp_options options;
	bool strict = false;
	enum otp_err err = OTP_ERR_OPTION;

	/* The arguments first, for conf= and so that none of them is wrong;
	 * then once more, over the file. */
	otp_options_default(ret_options);
	otp_options_default(&options);
	options.nullok = true; /* so that a "no" is told from nothing said */
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
		options.nullok_until = 0; /* the file's date is no way around */
	if (err == OTP_OK)
		*ret_options = options;
	return err;
}
