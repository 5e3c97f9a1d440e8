/* SPDX-License-Identifier: BSD-2-Clause */
/* Is a code right, and if not, why?  Nothing is spent. */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "common/core/wipe.h"
#include "common/effects/inspect.h"
#include "confirm.h"
#include "language.h"
#include "output.h"
#include "pick.h"
#include "report.h"
#include "subject.h"
#include "terminal.h"

static const char *
escaped_token(const struct otp_inspection *found, struct otp_escaped *escaped)
{
	*escaped = otp_escaped(found->token);
	return escaped->text;
}

static void
tell_right(const struct otp_inspection *found)
{
	struct otp_escaped token;

	if (found->kind == OTP_RECOVERY)
		otp_print(_("Right: a recovery code that was not used yet.\n"));
	else if (found->kind == OTP_HOTP && found->ahead > 0)
		otp_print(_("Right: a code of \"%s\", %d ahead of the next "
			    "one.\n"),
		    escaped_token(found, &token), found->ahead);
	else if (found->kind == OTP_TOTP && found->drift != 0)
		otp_print(found->drift < 0
			? _("Right: a code of \"%s\"; the device's clock is "
			    "%d s slow.\n")
			: _("Right: a code of \"%s\"; the device's clock is "
			    "%d s fast.\n"),
		    escaped_token(found, &token), abs(found->drift));
	else
		otp_print(_("Right: a code of \"%s\".\n"),
		    escaped_token(found, &token));
}

static void
tell_used(const struct otp_inspection *found)
{
	struct otp_escaped token;

	if (found->kind == OTP_RECOVERY)
		otp_print(_("Right, but used: this recovery code was for one "
			    "login.\n"));
	else
		otp_print(_("Right, but used: wait for the next code of "
			    "\"%s\".\n"),
		    escaped_token(found, &token));
}

static void
tell_clock(const struct otp_inspection *found)
{
	const struct otp_ago when = otp_when(found->drift);
	struct otp_escaped token;

	if (found->drift < 0)
		otp_print(_("Wrong now: \"%s\" showed it %s. If it shows it "
			    "still, its clock is %d s slow.\n"),
		    escaped_token(found, &token), when.text, -found->drift);
	else
		otp_print(_("Wrong now: \"%s\" is to show it %s. Its clock is "
			    "%d s fast, or this host's is slow.\n"),
		    escaped_token(found, &token), when.text, found->drift);
}

static void
tell_counter(const char *account, const struct otp_inspection *found)
{
	struct otp_escaped token;

	if (found->ahead < 0)
		otp_print(_("Wrong: \"%s\" showed it %d codes ago; it was used "
			    "or passed over.\n"),
		    escaped_token(found, &token), -found->ahead);
	else
		otp_print(_("Wrong now: \"%s\" is %d codes ahead. `otp-enroll "
			    "resync %s' brings it in step.\n"),
		    escaped_token(found, &token), found->ahead,
		    otp_escaped(account).text);
}

static void
tell_wrong(const char *account, const struct otp_inspection *found)
{
	if (found->drift_known)
		tell_clock(found);
	else if (found->ahead_known)
		tell_counter(account, found);
	else if (found->kind == OTP_RECOVERY)
		otp_print(_("Wrong: no recovery code of %s.\n"),
		    otp_escaped(account).text);
	else
		otp_print(
		    _("Wrong: no token of %s shows it within a day, or in "
		      "the next %d codes.\n"),
		    otp_escaped(account).text, OTP_RESYNC_RANGE);
	if (found->lost)
		otp_print(_("The counter of a HOTP token is lost: `otp-enroll "
			    "resync %s' finds it.\n"),
		    otp_escaped(account).text);
}

/* What stands in a right code's way. */
static void
tell_gate(const char *account, const struct otp_inspection *found)
{
	if (found->kind == OTP_RECOVERY)
		return;
	if (found->gate == OTP_GATE_WAITING)
		otp_print(_("The account waits after wrong codes: %s more, or "
			    "`otp-enroll unlock %s'.\n"),
		    otp_span(found->wait).text, otp_escaped(account).text);
	else if (found->gate == OTP_GATE_LOCKED)
		otp_print(_("The account is locked after wrong codes: "
			    "`otp-enroll unlock %s'.\n"),
		    otp_escaped(account).text);
}

static void
tell(const char *account, const struct otp_inspection *found)
{
	if (found->verdict == OTP_VERDICT_ACCEPT)
		tell_right(found);
	else if (found->verdict == OTP_VERDICT_REPLAY)
		tell_used(found);
	else if (found->verdict == OTP_VERDICT_MALFORMED)
		otp_print(
		    _("No code: not of the length that codes of %s have.\n"),
		    otp_escaped(account).text);
	else
		tell_wrong(account, found);
	tell_gate(account, found);
}

static json_t *
number_or_null(bool known, int32_t number)
{
	return known ? json_integer(number) : json_null();
}

static json_t *
to_json(const char *account, const struct otp_inspection *found)
{
	return json_pack("{s:o, s:b, s:s, s:s?, s:o, s:o, s:o, s:b, s:i, s:b}",
	    "user", otp_json_text(account), "accepted", found->accepted,
	    "reason", otp_verdict_reason(found->verdict), "method",
	    found->kind != 0 ? otp_kind_name(found->kind) : NULL, "token",
	    otp_json_text(found->token), "drift",
	    number_or_null(found->drift_known, found->drift), "ahead",
	    number_or_null(found->ahead_known, found->ahead), "counter_lost",
	    found->lost, "wait", (int)found->wait, "locked",
	    found->gate == OTP_GATE_LOCKED);
}

static enum otp_exit
inspect(const struct otp_tool *tool, const struct otp_subject *subject,
    const uint8_t *id)
{
	struct otp_inspection found = { 0 };
	struct otp_fault fault = { 0 };
	char typed[OTP_CONFIRM_SIZE] = "";
	enum otp_confirmed confirmed;
	int signum = 0;
	/* Who cannot be judged is not asked either. */
	enum otp_err err =
	    otp_inspect(&tool->host, subject, id, "", &found, &fault);

	if (err != OTP_OK)
		return otp_report(tool, subject->account, err, &fault);
	confirmed = otp_confirm_ask(_("Code: "), typed, &signum);
	if (confirmed == OTP_CONFIRMED_SIGNAL) {
		otp_say("%s", ""); /* off the prompt's line */
		otp_terminal_die(signum);
	}
	if (confirmed != OTP_CONFIRMED_YES)
		return OTP_EXIT_FAILED;
	otp_confirm_trim(typed);
	err = otp_inspect(&tool->host, subject, id, typed, &found, &fault);
	otp_wipe(typed, sizeof(typed));
	if (err != OTP_OK)
		return otp_report(tool, subject->account, err, &fault);
	if (tool->args.json) {
		if (!otp_json_print(to_json(subject->account, &found)))
			return OTP_EXIT_FAILED;
	} else {
		tell(subject->account, &found);
	}
	return found.accepted ? OTP_EXIT_DONE : OTP_EXIT_FAILED;
}

static enum otp_exit
run(const struct otp_tool *tool)
{
	struct otp_subject subject;
	struct otp_pick pick = { 0 };
	struct otp_view view;
	enum otp_exit status = otp_subject_find(tool, &subject);

	if (status != OTP_EXIT_DONE || tool->args.token == NULL)
		return status != OTP_EXIT_DONE ? status
					       : inspect(tool, &subject, NULL);
	status = otp_pick_token(tool, &subject, 0, &view, &pick);
	otp_view_wipe(&view);
	return status == OTP_EXIT_DONE ? inspect(tool, &subject, pick.id)
				       : status;
}

const struct otp_command otp_command_verify = {
	.name = "verify",
	.operands = "[USER]",
	.summary = N_("say whether a code is right, and if not, why"),
	.help = N_(
	    "  --token=WHICH  by this one only: its label, or its number in "
	    "`status'\n"
	    "  --json         one JSON object\n"
	    "\n"
	    "The code is asked for. It is neither spent nor counted as a try. "
	    "Exit status: 0\nwhere a login with it would be let in now, else "
	    "1.\n"),
	.user = true,
	.takes = { "token", "json" },
	.run = run,
};
