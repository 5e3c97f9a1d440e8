/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "audit.h"
#include "command.h"
#include "common/core/wipe.h"
#include "language.h"
#include "output.h"
#include "parameters.h"
#include "report.h"
#include "secrets.h"
#include "subject.h"
#include "view.h"

static bool
show(const struct otp_tool *tool, const struct otp_subject *subject,
    const struct otp_recovery_set *set)
{
	if (tool->args.json)
		return otp_json_print(otp_secrets_json(subject, NULL, set));
	if (set->count == 0)
		otp_print(_("%s has no recovery codes any more.\n"),
		    otp_escaped(subject->account).text);
	return otp_secrets_recovery(subject, set) && otp_output_flush();
}

static void
say_lost(void)
{
	otp_complain(_("The old codes are dead and the new ones were not "
		       "shown: run this again."));
}

/* A failure behind the last step, such as a flush, takes nothing back. */
static enum otp_exit
renew(const struct otp_tool *tool, const struct otp_subject *subject,
    struct otp_recovery_set *ret_set)
{
	enum otp_exit status = OTP_EXIT_DONE;
	struct otp_fault fault = { 0 };
	struct otp_view before;
	bool renewed;
	enum otp_err err =
	    otp_view_read(&tool->host, subject->account, &before, &fault);

	if (err == OTP_OK)
		err = otp_view_enrolled(&before, &fault);
	/* Now that nothing else is in the way, which --print would not mend. */
	if (err == OTP_OK && !otp_secrets_allowed(&tool->args)) {
		otp_view_wipe(&before);
		return OTP_EXIT_USAGE;
	}
	if (err == OTP_OK)
		err = otp_enrol_recovery(&tool->host, subject,
		    otp_parameters_number(tool->args.count, OTP_ENROL_RECOVERY),
		    ret_set, &fault);
	renewed = err == OTP_OK ||
	    otp_view_renewed(&tool->host, subject->account, &before);
	if (renewed)
		otp_audit("recovery-renewed", subject, NULL);
	if (err != OTP_OK)
		status = otp_report(tool, subject->account, err, &fault);
	if (err != OTP_OK && renewed)
		say_lost();
	otp_view_wipe(&before);
	return status;
}

static enum otp_exit
run(const struct otp_tool *tool)
{
	struct otp_recovery_set set = { 0 };
	struct otp_subject subject;
	enum otp_exit status = otp_subject_find(tool, &subject);

	if (status == OTP_EXIT_DONE)
		status = renew(tool, &subject, &set);
	if (status == OTP_EXIT_DONE && !show(tool, &subject, &set)) {
		say_lost();
		status = OTP_EXIT_FAILED;
	}
	otp_wipe(&set, sizeof(set));
	return status;
}

const struct otp_command otp_command_recovery = {
	.name = "recovery",
	.operands = "[USER]",
	.summary =
	    N_("make a new set of recovery codes; all old ones are dead"),
	.help = N_("  --count=N  so many, 0 to 16 [10]\n"
		   "  --print    show secrets although this is no terminal\n"
		   "  --json     one JSON object\n"),
	.user = true,
	.takes = { "count", "print", "json" },
	.run = run,
};
