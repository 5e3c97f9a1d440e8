/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/enrol.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/cli/audit.h"
#include "otp-enroll/cli/command.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"

static enum otp_exit unlock_run(const struct otp_tool *tool);
static enum otp_exit unlock_failed(const struct otp_tool *tool,
    const struct otp_account *account, enum otp_err err);

const struct otp_command otp_command_unlock = {
	.name = "unlock",
	.operands = "USER",
	.summary = N_("unblock an account after too many wrong codes"),
	.help = N_("Codes already used stay invalid.\n"),
	.user = true,
	.takes = { NULL },
	.run = unlock_run,
};

static enum otp_exit
unlock_run(const struct otp_tool *tool)
{
	struct otp_subject subject;
	struct otp_account account;
	uint32_t failures = 0;
	enum otp_err err;
	enum otp_exit status = otp_subject_find(tool, &subject);

	if (status != OTP_EXIT_DONE)
		return status;
	account = otp_account_of(&tool->host, &subject);
	err = otp_enrol_unlock(&account, &failures);
	if (err != OTP_OK)
		return unlock_failed(tool, &account, err);
	if (failures == 0) {
		otp_print_line(_("%s was not blocked."),
		    otp_escaped(subject.account).text);
		return OTP_EXIT_DONE;
	}
	otp_audit("unlocked", &subject, NULL);
	otp_print_line(
	    ngettext("%s is unblocked; %u failed try cleared.",
		"%s is unblocked; %u failed tries cleared.", failures),
	    otp_escaped(subject.account).text, failures);
	return OTP_EXIT_DONE;
}

static enum otp_exit
unlock_failed(const struct otp_tool *tool, const struct otp_account *account,
    enum otp_err err)
{
	const char *name = account->subject.account;
	enum otp_exit status = otp_report(tool, name, err, &account->fault);

	if (account->committed) {
		otp_audit("unlocked", &account->subject, NULL);
		otp_complain(_("%s is unblocked, but not yet safely on disk: a "
			       "crash now could undo it."),
		    otp_escaped(name).text);
	}
	return status;
}
