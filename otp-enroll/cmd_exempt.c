/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "common/effects/standing.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/cli/audit.h"
#include "otp-enroll/cli/command.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/when.h"

static enum otp_exit exempt_run(const struct otp_tool *tool);
static bool exempt_read(
    const struct otp_tool *tool, struct otp_exemption *ret_exemption);
static const char *exempt_check(const struct otp_args *args);
static bool is_reason(const char *text);
static enum otp_exit exempt_put(const struct otp_tool *tool,
    const struct otp_subject *subject, const struct otp_exemption *exemption);
static void exempt_say_done(const struct otp_subject *subject,
    const struct otp_exemption *exemption, bool changed);

const struct otp_command otp_command_exempt = {
	.name = "exempt",
	.operands = "USER",
	.summary = N_("for some time, do not ask a user for codes"),
	.help =
	    N_("  --until=TIME   such as 8h or 14d from now, or a date such "
	       "as 2027-01-31\n"
	       "  --reason=TEXT  why; it is logged at each login\n"
	       "  --end          ask the user again, from now on\n"),
	.user = true,
	.takes = { "until", "reason", "end" },
	.run = exempt_run,
};

static enum otp_exit
exempt_run(const struct otp_tool *tool)
{
	struct otp_exemption exemption = { .until = 0 };
	struct otp_subject subject;
	enum otp_exit status;

	if (!exempt_read(tool, &exemption))
		return OTP_EXIT_USAGE;
	status = otp_subject_find(tool, &subject);
	return status == OTP_EXIT_DONE ? exempt_put(tool, &subject, &exemption)
				       : status;
}

/* False: it was said what is wrong. */
static bool
exempt_read(const struct otp_tool *tool, struct otp_exemption *ret_exemption)
{
	const struct otp_args *args = &tool->args;
	const char *wrong = exempt_check(args);

	if (wrong != NULL) {
		otp_complain("%s", _(wrong));
		return false;
	}
	if (args->end)
		return true;
	memcpy(ret_exemption->reason, args->reason, strlen(args->reason));
	return otp_args_read_until(
	    tool->host.sys, "until", args->until, &ret_exemption->until);
}

static const char *
exempt_check(const struct otp_args *args)
{
	if (args->end && (args->until != NULL || args->reason != NULL))
		return N_("--end cannot be combined with --until or --reason.");
	if (!args->end && (args->until == NULL || args->reason == NULL))
		return N_("Give --until and --reason, or --end.");
	if (!args->end && !is_reason(args->reason))
		return N_("--reason must be a text of 1 to 127 bytes without "
			  "control characters.");
	return NULL;
}

static bool
is_reason(const char *text)
{
	const size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return length > 0 && length < OTP_EXEMPTION_SIZE;
}

static enum otp_exit
exempt_put(const struct otp_tool *tool, const struct otp_subject *subject,
    const struct otp_exemption *exemption)
{
	struct otp_account account = otp_account_of(&tool->host, subject);
	enum otp_exit status;
	bool changed = false;
	enum otp_err err = otp_standing_exempt(&account, exemption, &changed);

	if (account.committed && exemption->until != 0)
		otp_audit_exemption("exempted", subject,
		    otp_when_iso(exemption->until).text, exemption->reason);
	else if (account.committed)
		otp_audit_exemption("exemption-ended", subject, "", "");
	if (err == OTP_OK) {
		exempt_say_done(subject, exemption, changed);
		return OTP_EXIT_DONE;
	}
	status = otp_report(tool, subject->account, err, &account.fault);
	if (account.committed)
		otp_complain(_("It is done, but not yet safely on disk: a "
			       "crash now could undo it. Run this again."));
	return status;
}

static void
exempt_say_done(const struct otp_subject *subject,
    const struct otp_exemption *exemption, bool changed)
{
	const struct otp_escaped name = otp_escaped(subject->account);

	if (exemption->until != 0)
		otp_print_line(_("%s is not asked for codes until %s."),
		    name.text, otp_when_moment(exemption->until).text);
	else if (changed)
		otp_print_line(_("%s is asked for codes again."), name.text);
	else
		otp_print_line(_("%s was not exempt."), name.text);
}
