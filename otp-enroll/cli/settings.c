/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/cli/settings.h"

#include <stdbool.h>

#include "common/effects/options_file.h"
#include "common/effects/sys.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"

static enum otp_err
read_file(const struct otp_args *args, struct otp_options *options,
    struct otp_fault *fault)
{
	const char *path = args->conf != NULL ? args->conf : OTP_DEFAULT_CONF;
	enum otp_err err = otp_options_file_read(path, options, fault);

	if (err == OTP_ERR_ABSENT && args->conf == NULL)
		return OTP_OK;
	if (err == OTP_OK)
		return otp_options_check(options, fault);
	/* The fault may already name the option, or a part of the path. */
	if (err != OTP_ERR_OPTION && fault->where[0] == '\0')
		return otp_fault_set(
		    fault, err, fault->errnum, path, OTP_DETAIL_NONE);
	return err;
}

const char *
otp_settings_file(const struct otp_tool *tool)
{
	return tool->args.conf != NULL ? tool->args.conf : OTP_DEFAULT_CONF;
}

enum otp_err
otp_settings_load(struct otp_tool *tool, struct otp_fault *fault)
{
	enum otp_err err;

	otp_options_default(&tool->options);
	err = read_file(&tool->args, &tool->options, fault);
	tool->host = (struct otp_host){
		.sys = &otp_sys_host,
		.store = { .folder = tool->options.store,
		    .is_local = tool->options.file_system_is_local },
		.policy = &tool->options.policy,
	};
	return err;
}

enum otp_exit
otp_settings_read(struct otp_tool *tool)
{
	const struct otp_args *args = &tool->args;
	struct otp_fault fault = { 0 };
	enum otp_err err;

	if (args->conf != NULL && args->conf[0] != '/') {
		otp_complain(_("--conf must be an absolute path."));
		return OTP_EXIT_USAGE;
	}
	err = otp_settings_load(tool, &fault);
	if (err == OTP_OK)
		return OTP_EXIT_DONE;
	otp_report_conf(otp_settings_file(tool), err, &fault);
	return OTP_EXIT_USAGE;
}
