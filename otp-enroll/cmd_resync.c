/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "otp-enroll/account/select.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/cli/command.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/text.h"
#include "otp-enroll/enrol/confirm.h"

static enum otp_exit resync_run(const struct otp_tool *tool);

const struct otp_command otp_command_resync = {
	.name = "resync",
	.operands = "[USER]",
	.summary =
	    N_("find the counter of an HOTP token from two consecutive codes"),
	.help = N_("  --token=WHICH  which HOTP token, by its label or its "
		   "number in 'status'\n"
		   "\n"
		   "The command asks for the codes. It finds them up to 1000 "
		   "counters ahead, never\n"
		   "before a used one. A wrong pair counts as one wrong code "
		   "at a login.\n"),
	.user = true,
	.takes = { "token" },
	.by_users = true,
	.users_take = { "token" },
	.run = resync_run,
};

static enum otp_exit
resync_run(const struct otp_tool *tool)
{
	enum otp_confirmed confirmed = OTP_CONFIRMED_NO;
	struct otp_subject subject;
	struct otp_select selected = { 0 };
	struct otp_fault fault = { 0 };
	enum otp_err err;
	struct otp_snapshot snapshot;
	char label[OTP_LABEL_SIZE];
	enum otp_exit status = otp_subject_find(tool, &subject);

	if (status != OTP_EXIT_DONE)
		return status;
	status =
	    otp_select_token(tool, &subject, OTP_HOTP, &snapshot, &selected);
	memcpy(
	    label, snapshot.seed.tokens[selected.index].label, sizeof(label));
	/* No codes are asked for where none can be accepted. */
	if (status == OTP_EXIT_DONE) {
		err = otp_snapshot_enrolled(&snapshot, &fault);
		if (err != OTP_OK)
			status = otp_report(tool, subject.account, err, &fault);
	}
	otp_snapshot_wipe(&snapshot);
	if (status != OTP_EXIT_DONE)
		return status;
	otp_say(_("Enter two consecutive codes of \"%s\"."),
	    otp_text_shown(label).text);
	confirmed = otp_confirm_pair(tool, &subject, &selected, label);
	return confirmed == OTP_CONFIRMED_YES ? OTP_EXIT_DONE : OTP_EXIT_FAILED;
}
