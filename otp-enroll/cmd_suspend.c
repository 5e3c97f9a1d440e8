/* SPDX-License-Identifier: BSD-2-Clause */
/* 'suspend' and 'resume'. */
#include "config.h"

#include "common/effects/standing.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/cli/audit.h"
#include "otp-enroll/cli/command.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"

static enum otp_exit suspend_run(const struct otp_tool *tool);
static enum otp_exit resume_run(const struct otp_tool *tool);
static enum otp_exit suspend_put(const struct otp_tool *tool, bool suspended);
static void suspend_say_done(
    const struct otp_subject *subject, bool suspended, bool changed);

const struct otp_command otp_command_suspend = {
	.name = "suspend",
	.operands = "USER",
	.summary = N_("refuse a user, whatever the code"),
	.help = N_("Until 'otp-enroll resume', every service that asks for "
		   "codes refuses the user.\n"
		   "The user cannot enroll, either. Tokens are kept; known "
		   "devices are forgotten.\n"
		   "Open sessions stay open.\n"),
	.user = true,
	.takes = { NULL },
	.run = suspend_run,
};

const struct otp_command otp_command_resume = {
	.name = "resume",
	.operands = "USER",
	.summary = N_("end a suspension"),
	.help = N_("Tokens and recovery codes work as before.\n"),
	.user = true,
	.takes = { NULL },
	.run = resume_run,
};

static enum otp_exit
suspend_run(const struct otp_tool *tool)
{
	return suspend_put(tool, true);
}

static enum otp_exit
resume_run(const struct otp_tool *tool)
{
	return suspend_put(tool, false);
}

static enum otp_exit
suspend_put(const struct otp_tool *tool, bool suspended)
{
	struct otp_subject subject;
	struct otp_account account;
	bool changed = false;
	enum otp_err err;
	enum otp_exit status = otp_subject_find(tool, &subject);

	if (status != OTP_EXIT_DONE)
		return status;
	account = otp_account_of(&tool->host, &subject);
	err = otp_standing_suspend(&account, suspended, &changed);
	if (account.committed)
		otp_audit(suspended ? "suspended" : "resumed", &subject, NULL);
	if (err == OTP_OK) {
		suspend_say_done(&subject, suspended, changed);
		return OTP_EXIT_DONE;
	}
	status = otp_report(tool, subject.account, err, &account.fault);
	if (account.committed)
		otp_complain(_("It is done, but not yet safely on disk: a "
			       "crash now could undo it. Run this again."));
	return status;
}

static void
suspend_say_done(
    const struct otp_subject *subject, bool suspended, bool changed)
{
	const struct otp_escaped name = otp_escaped(subject->account);

	if (!changed)
		otp_print_line(suspended ? _("%s was already suspended.")
					 : _("%s was not suspended."),
		    name.text);
	else if (suspended)
		otp_print_line(_("%s is suspended: services that ask for codes "
				 "refuse every login, until 'otp-enroll resume "
				 "%s'."),
		    name.text, name.text);
	else
		otp_print_line(_("%s is no longer suspended."), name.text);
}
