/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit.h"
#include "command.h"
#include "language.h"
#include "output.h"
#include "report.h"
#include "subject.h"

static enum otp_exit
run(const struct otp_tool *tool)
{
	struct otp_subject subject;
	struct otp_fault fault = { 0 };
	uint32_t failures = 0;
	enum otp_err err;
	enum otp_exit status = otp_subject_find(tool, &subject);

	if (status != OTP_EXIT_DONE)
		return status;
	err = otp_enrol_unlock(&tool->host, &subject, &failures, &fault);
	if (err != OTP_OK)
		return otp_report(tool, subject.account, err, &fault);
	if (failures == 0) {
		otp_print(_("%s has no failures to forget.\n"),
		    otp_escaped(subject.account).text);
		return OTP_EXIT_DONE;
	}
	otp_audit("unlocked", &subject, NULL);
	otp_print(
	    ngettext("%s is unlocked: %u failure in a row forgotten.\n",
		"%s is unlocked: %u failures in a row forgotten.\n", failures),
	    otp_escaped(subject.account).text, failures);
	return OTP_EXIT_DONE;
}

const struct otp_command otp_command_unlock = {
	.name = "unlock",
	.operands = "USER",
	.summary = N_("end a wait or lock after too many wrong codes"),
	.help = N_("What was used stays used.\n"),
	.user = true,
	.takes = { NULL },
	.run = run,
};
