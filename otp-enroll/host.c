/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>

#include "common/effects/conffile.h"
#include "common/effects/sys.h"
#include "host.h"
#include "language.h"
#include "output.h"
#include "report.h"

static enum otp_err
read_file(const struct otp_args *args, struct otp_options *options,
    struct otp_fault *fault)
{
	const char *path = args->conf != NULL ? args->conf : OTP_DEFAULT_CONF;
	enum otp_err err = otp_conffile_read(path, options, fault);

	if (err == OTP_ERR_ABSENT && args->conf == NULL)
		return OTP_OK;
	if (err == OTP_OK)
		return otp_options_check(options, fault);
	/* The option's name, or the part of the path that was refused. */
	if (err != OTP_ERR_OPTION && fault->where[0] == '\0')
		return otp_fault_set(fault, err, fault->errnum, path, NULL);
	return err;
}

const char *
otp_host_file(const struct otp_tool *tool)
{
	return tool->args.conf != NULL ? tool->args.conf : OTP_DEFAULT_CONF;
}

enum otp_err
otp_host_load(struct otp_tool *tool, struct otp_fault *fault)
{
	enum otp_err err;

	otp_options_default(&tool->options);
	err = read_file(&tool->args, &tool->options, fault);
	tool->host = (struct otp_host){
		.sys = &otp_sys_host,
		.store = tool->options.store,
		.policy = &tool->options.policy,
	};
	return err;
}

enum otp_exit
otp_host_read(struct otp_tool *tool)
{
	const struct otp_args *args = &tool->args;
	struct otp_fault fault = { 0 };
	enum otp_err err;

	if (args->conf != NULL && args->conf[0] != '/') {
		otp_complain(_("--conf takes an absolute path."));
		return OTP_EXIT_USAGE;
	}
	err = otp_host_load(tool, &fault);
	if (err == OTP_OK)
		return OTP_EXIT_DONE;
	otp_report_conf(otp_host_file(tool), err, &fault);
	return OTP_EXIT_USAGE;
}
