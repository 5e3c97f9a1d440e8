/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit.h"
#include "command.h"
#include "common/core/wipe.h"
#include "language.h"
#include "output.h"
#include "report.h"
#include "secrets.h"
#include "subject.h"

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

static enum otp_exit
run(const struct otp_tool *tool)
{
	const uint64_t count = tool->args.count;
	struct otp_recovery_set set = { 0 };
	struct otp_subject subject;
	struct otp_fault fault = { 0 };
	enum otp_exit status = OTP_EXIT_USAGE;
	enum otp_err err;

	if (!otp_secrets_allowed(&tool->args))
		return status;
	status = otp_subject_find(tool, &subject);
	if (status != OTP_EXIT_DONE)
		return status;
	err = otp_enrol_recovery(&tool->host, &subject,
	    count != OTP_ARGS_NONE ? (unsigned)count : OTP_ENROL_RECOVERY, &set,
	    &fault);
	if (err != OTP_OK)
		return otp_report(tool, subject.account, err, &fault);
	otp_audit("recovery-renewed", &subject, NULL);
	if (!show(tool, &subject, &set)) {
		otp_complain(
		    _("The old codes are dead and the new ones were not "
		      "shown: run this again."));
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
