/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit.h"
#include "command.h"
#include "common/effects/store.h"
#include "ground.h"
#include "language.h"
#include "output.h"
#include "report.h"

static enum otp_exit
run(const struct otp_tool *tool)
{
	struct otp_fault fault = { 0 };
	bool made = false;
	enum otp_err err = otp_store_init(tool->host.store, &made, &fault);

	if (err == OTP_ERR_ABSENT) {
		otp_complain(_("%s: there is no such folder; make it, for the "
			       "store %s to be in it."),
		    otp_escaped(fault.where).text,
		    otp_escaped(tool->host.store).text);
		return OTP_EXIT_FAILED;
	}
	if (err != OTP_OK)
		return otp_report(tool, NULL, err, &fault);
	if (made)
		otp_audit("store-made", NULL, NULL);
	otp_print(made ? _("The store %s is made.\n")
		       : _("The store %s is there already.\n"),
	    otp_escaped(tool->host.store).text);
	if (made && otp_ground_has_labels(""))
		otp_say(_("Note: SELinux is on. Load pam_otp's policy module, "
			  "then run `restorecon -Rv %s'."),
		    otp_escaped(tool->host.store).text);
	return OTP_EXIT_DONE;
}

const struct otp_command otp_command_init = {
	.name = "init",
	.operands = "",
	.summary = N_("make an empty store"),
	.help =
	    N_("A store that is there already is checked, and left as it is. "
	       "It is where\n`store' in the configuration file says.\n"),
	.user = false,
	.takes = { NULL },
	.run = run,
};
