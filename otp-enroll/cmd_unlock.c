/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit.h"
#include "command.h"
#include "language.h"
#include "output.h"
#include "report.h"
#include "subject.h"
#include "view.h"

/* A failure behind the last step, such as a flush, takes nothing back. */
static enum otp_exit
failed(const struct otp_tool *tool, const struct otp_subject *subject,
    const struct otp_view *before, enum otp_err err,
    const struct otp_fault *fault)
{
	enum otp_exit status = otp_report(tool, subject->account, err, fault);
	struct otp_state now;

	if (otp_view_written(&tool->host, subject->account, before, &now) &&
	    now.tally.failures == 0) {
		otp_audit("unlocked", subject, NULL);
		otp_complain(_("%s is unlocked all the same, until a crash "
			       "maybe."),
		    otp_escaped(subject->account).text);
	}
	return status;
}

static enum otp_exit
run(const struct otp_tool *tool)
{
	struct otp_subject subject;
	struct otp_fault fault = { 0 };
	struct otp_view before;
	uint32_t failures = 0;
	enum otp_err err;
	enum otp_exit status = otp_subject_find(tool, &subject);

	if (status != OTP_EXIT_DONE)
		return status;
	err = otp_view_read(&tool->host, subject.account, &before, &fault);
	if (err == OTP_OK)
		err =
		    otp_enrol_unlock(&tool->host, &subject, &failures, &fault);
	if (err != OTP_OK)
		status = failed(tool, &subject, &before, err, &fault);
	otp_view_wipe(&before);
	if (err != OTP_OK)
		return status;
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
