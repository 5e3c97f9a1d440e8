/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/store/store.h"
#include "otp-enroll/check/host.h"
#include "otp-enroll/cli/audit.h"
#include "otp-enroll/cli/command.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"

static enum otp_exit init_run(const struct otp_tool *tool);

const struct otp_command otp_command_init = {
	.name = "init",
	.operands = "",
	.summary = N_("create an empty store"),
	.help = N_("The store is where 'store' in the configuration file says. "
		   "An existing store is\n"
		   "checked and left unchanged.\n"),
	.user = false,
	.takes = { NULL },
	.run = init_run,
};

static enum otp_exit
init_run(const struct otp_tool *tool)
{
	struct otp_fault fault = { 0 };
	bool made = false;
	enum otp_err err = otp_store_init(tool->host.store, &made, &fault);

	if (err == OTP_ERR_ABSENT) {
		otp_complain(_("The directory %s does not exist. Create it "
			       "first; the store %s goes in it."),
		    otp_escaped(fault.where).text,
		    otp_escaped(tool->host.store.folder).text);
		return OTP_EXIT_FAILED;
	}
	if (!otp_place_is_folder(tool->host.store.folder)) {
		otp_complain(_("The store is a database: use 'otp-enroll fleet "
			       "init'."));
		return OTP_EXIT_FAILED;
	}
	if (err != OTP_OK)
		return otp_report(tool, NULL, err, &fault);
	if (made)
		otp_audit("store-made", NULL, NULL);
	otp_print_line(made ? _("Created the store %s.")
			    : _("The store %s already exists."),
	    otp_escaped(tool->host.store.folder).text);
	if (made && otp_check_host_has_labels(""))
		otp_say(_("Note: SELinux is enabled. Load pam_otp's policy "
			  "module, then run 'restorecon -Rv %s'."),
		    otp_escaped(tool->host.store.folder).text);
	return OTP_EXIT_DONE;
}
