/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "command.h"
#include "confirm.h"
#include "language.h"
#include "output.h"
#include "pick.h"
#include "report.h"
#include "subject.h"
#include "terminal.h"

static enum otp_exit
run(const struct otp_tool *tool)
{
	enum otp_confirmed confirmed = OTP_CONFIRMED_NO;
	struct otp_subject subject;
	struct otp_pick pick = { 0 };
	struct otp_fault fault = { 0 };
	enum otp_err err;
	struct otp_view view;
	char label[OTP_LABEL_SIZE];
	int signum = 0;
	enum otp_exit status = otp_subject_find(tool, &subject);

	if (status != OTP_EXIT_DONE)
		return status;
	status = otp_pick_token(tool, &subject, OTP_HOTP, &view, &pick);
	memcpy(label, view.seed.tokens[pick.index].label, sizeof(label));
	/* Of whom no code can be right nobody is asked for one. */
	if (status == OTP_EXIT_DONE) {
		err = otp_view_enrolled(&view, &fault);
		if (err != OTP_OK)
			status = otp_report(tool, subject.account, err, &fault);
	}
	otp_view_wipe(&view);
	if (status != OTP_EXIT_DONE)
		return status;
	otp_say(_("Type two codes of \"%s\", one after the other."),
	    otp_escaped(label).text);
	confirmed = otp_confirm_pair(tool, &subject, pick.id, label, &signum);
	if (confirmed == OTP_CONFIRMED_SIGNAL) {
		otp_say("%s", ""); /* off the prompt's line */
		otp_terminal_die(signum);
	}
	return confirmed == OTP_CONFIRMED_YES ? OTP_EXIT_DONE : OTP_EXIT_FAILED;
}

const struct otp_command otp_command_resync = {
	.name = "resync",
	.operands = "[USER]",
	.summary =
	    N_("find the counter of a HOTP token by two successive codes"),
	.help = N_(
	    "  --token=WHICH  of several HOTP tokens: its label, or its number "
	    "in `status'\n"
	    "\n"
	    "The codes are asked for, and found up to 1000 counters ahead, "
	    "never behind.\nA wrong pair counts as one wrong code of a "
	    "login.\n"),
	.user = true,
	.takes = { "token" },
	.run = run,
};
