/* SPDX-License-Identifier: BSD-2-Clause */
/* Says whether a code is correct, and if not, why, without using it. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/core/wipe.h"
#include "common/effects/inspect.h"
#include "otp-enroll/account/backend.h"
#include "otp-enroll/account/select.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/cli/command.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/when.h"
#include "otp-enroll/enrol/confirm.h"

static enum otp_exit verify_run(const struct otp_tool *tool);
static enum otp_exit verify_code(const struct otp_tool *tool,
    const struct otp_subject *subject, const uint8_t *id);
static json_t *verify_json(
    const char *account, const struct otp_inspection *found);
static json_t *number_or_null(bool known, int32_t number);
static void verify_print(
    const char *account, const struct otp_inspection *found);
static void verify_print_correct(const struct otp_inspection *found);
static const char *escaped_token(
    const struct otp_inspection *found, struct otp_escaped *escaped);
static void verify_print_used(const struct otp_inspection *found);
static void verify_print_wrong(
    const char *account, const struct otp_inspection *found);
static void verify_print_no_match(
    const char *account, const struct otp_inspection *found);
static void verify_print_clock(const struct otp_inspection *found);
static void verify_print_counter(
    const char *account, const struct otp_inspection *found);
static bool was_compared(const struct otp_inspection *found);
static void verify_print_tried(
    const char *account, const struct otp_inspection *found);
static void verify_print_gate(
    const char *account, const struct otp_inspection *found);

const struct otp_command otp_command_verify = {
	.name = "verify",
	.operands = "[USER]",
	.summary = N_("say whether a code is correct, and if not, why"),
	.help = N_("  --token=WHICH  check this token only, by its label or "
		   "its number in 'status'\n"
		   "  --json         one JSON object\n"
		   "\n"
		   "The command asks for the code. For the store's owner, "
		   "the code stays valid\n"
		   "and is not counted. For other users, a correct code "
		   "becomes used, and a wrong\n"
		   "one is counted.\n"
		   "Exit status: 0 if a login with it would be accepted now, "
		   "otherwise 1.\n"),
	.user = true,
	.takes = { "token", "json" },
	.by_users = true,
	.users_take = { "json" },
	.run = verify_run,
};

static enum otp_exit
verify_run(const struct otp_tool *tool)
{
	struct otp_subject subject;
	struct otp_select selected = { 0 };
	struct otp_snapshot snapshot;
	enum otp_exit status = otp_subject_find(tool, &subject);

	if (status != OTP_EXIT_DONE || tool->args.token == NULL)
		return status != OTP_EXIT_DONE
		    ? status
		    : verify_code(tool, &subject, NULL);
	status = otp_select_token(tool, &subject, 0, &snapshot, &selected);
	otp_snapshot_wipe(&snapshot);
	return status == OTP_EXIT_DONE
	    ? verify_code(tool, &subject, selected.id)
	    : status;
}

static enum otp_exit
verify_code(const struct otp_tool *tool, const struct otp_subject *subject,
    const uint8_t *id)
{
	struct otp_inspection found = { 0 };
	struct otp_account account = otp_account_of(&tool->host, subject);
	char typed[OTP_CONFIRM_SIZE] = "";
	/* Errors come before the question. */
	enum otp_err err =
	    tool->backend->inspect(tool, &account, id, "", &found);

	if (err != OTP_OK)
		return otp_report(tool, subject->account, err, &account.fault);
	if (!otp_confirm_ask(_("Code: "), typed))
		return OTP_EXIT_FAILED;
	err = tool->backend->inspect(tool, &account, id, typed, &found);
	otp_wipe(typed, sizeof(typed));
	if (err != OTP_OK)
		return otp_report(tool, subject->account, err, &account.fault);
	if (tool->args.json) {
		if (!otp_json_print(verify_json(subject->account, &found)))
			return OTP_EXIT_FAILED;
	} else {
		verify_print(subject->account, &found);
	}
	return found.accepted ? OTP_EXIT_DONE : OTP_EXIT_FAILED;
}

static json_t *
verify_json(const char *account, const struct otp_inspection *found)
{
	return json_pack(
	    "{s:o, s:b, s:s, s:s?, s:o, s:o, s:o, s:b, s:i, s:b, s:b}", "user",
	    otp_json_text(account), "accepted", found->accepted, "reason",
	    otp_verdict_reason(found->verdict), "method",
	    found->kind != 0 ? otp_kind_name(found->kind) : NULL, "token",
	    otp_json_text(found->token), "drift",
	    number_or_null(found->drift_known, found->drift), "ahead",
	    number_or_null(found->ahead_known, found->ahead), "counter_lost",
	    found->lost, "delay", (int)found->wait, "locked_out",
	    found->gate == OTP_GATE_LOCKED, "suspended", found->suspended);
}

static json_t *
number_or_null(bool known, int32_t number)
{
	return known ? json_integer(number) : json_null();
}

static void
verify_print(const char *account, const struct otp_inspection *found)
{
	if (found->verdict == OTP_VERDICT_ACCEPT)
		verify_print_correct(found);
	else if (found->verdict == OTP_VERDICT_REPLAY)
		verify_print_used(found);
	else if (found->no_code)
		otp_print("%s\n", _("A code has 6 to 8 digits."));
	else if (!was_compared(found))
		; /* the gate is all there is to say */
	else if (found->verdict == OTP_VERDICT_MALFORMED)
		otp_print(_("That cannot be one of %s's codes: its length is "
			    "wrong.\n"),
		    otp_escaped(account).text);
	else
		verify_print_wrong(account, found);
	if (found->may_be_sent)
		otp_print("%s\n",
		    _("Codes that were sent by mail or SMS cannot be checked "
		      "here."));
	if (found->tried)
		verify_print_tried(account, found);
	else
		verify_print_gate(account, found);
}

static void
verify_print_correct(const struct otp_inspection *found)
{
	struct otp_escaped token;

	if (found->kind == OTP_RECOVERY)
		otp_print(_("Correct: an unused recovery code.\n"));
	else if (found->kind == OTP_HOTP && found->ahead > 0)
		otp_print(
		    _("Correct: a code of \"%s\", %d ahead of the next one.\n"),
		    escaped_token(found, &token), found->ahead);
	else if (found->kind == OTP_TOTP && found->drift != 0)
		otp_print(found->drift < 0
			? _("Correct: a code of \"%s\"; the device's clock is "
			    "%d s slow.\n")
			: _("Correct: a code of \"%s\"; the device's clock is "
			    "%d s fast.\n"),
		    escaped_token(found, &token), abs(found->drift));
	else
		otp_print(_("Correct: a code of \"%s\".\n"),
		    escaped_token(found, &token));
}

static const char *
escaped_token(const struct otp_inspection *found, struct otp_escaped *escaped)
{
	*escaped = otp_escaped(found->token);
	return escaped->text;
}

static void
verify_print_used(const struct otp_inspection *found)
{
	struct otp_escaped token;

	if (found->kind == OTP_RECOVERY)
		otp_print(_("Correct, but already used. Each recovery code "
			    "works once.\n"));
	else if (found->kind == OTP_INVITATION)
		otp_print(_("This invitation was already used.\n"));
	else if (found->kind == OTP_DELIVERED)
		otp_print(_("Correct, but already used. A code sent by mail or "
			    "SMS works only once.\n"));
	else if (found->kind == OTP_HOTP)
		otp_print(_("Correct, but already used. Press the button of "
			    "\"%s\" for the next code.\n"),
		    escaped_token(found, &token));
	else
		otp_print(_("Correct, but already used. Wait for the next code "
			    "of \"%s\".\n"),
		    escaped_token(found, &token));
}

static void
verify_print_wrong(const char *account, const struct otp_inspection *found)
{
	if (found->drift_known)
		verify_print_clock(found);
	else if (found->ahead_known)
		verify_print_counter(account, found);
	else if (found->verdict == OTP_VERDICT_INVITED)
		otp_print(_("This is an unused invitation, not a code. Use it "
			    "at a service with 'enroll=invited'.\n"));
	else if (found->verdict == OTP_VERDICT_INVITATION_ENDED)
		otp_print(_("This invitation has expired. Run 'otp-enroll "
			    "invite' for a new one.\n"));
	else if (found->kind == OTP_RECOVERY)
		otp_print(_("Wrong: not one of %s's recovery codes.\n"),
		    otp_escaped(account).text);
	else
		verify_print_no_match(account, found);
	if (found->lost)
		otp_print(_("The counter of an HOTP token is unknown. Find it "
			    "with 'otp-enroll resync %s'.\n"),
		    otp_escaped(account).text);
}

/* Say what the code was compared with. */
static void
verify_print_no_match(const char *account, const struct otp_inspection *found)
{
	const struct otp_escaped name = otp_escaped(account);

	if (found->by_time && found->by_counter)
		otp_print(_("Wrong: not a code of %s within a day either way, "
			    "nor one of the next %d HOTP codes.\n"),
		    name.text, OTP_RESYNC_RANGE);
	else if (found->by_time)
		otp_print(_("Wrong: not a code of %s within a day either "
			    "way.\n"),
		    name.text);
	else if (found->by_counter)
		otp_print(_("Wrong: not one of the next %d codes of %s.\n"),
		    OTP_RESYNC_RANGE, name.text);
	else
		otp_print(_("Wrong: not a code of %s.\n"), name.text);
}

static void
verify_print_clock(const struct otp_inspection *found)
{
	const struct otp_when off = otp_when_span(found->drift);
	struct otp_escaped token;

	if (found->drift < 0)
		otp_print(_("Wrong now; it was a code of \"%s\" %s ago. If the "
			    "device shows it now, its clock is %d s slow.\n"),
		    escaped_token(found, &token), off.text, -found->drift);
	else
		otp_print(_("Wrong now; it will be a code of \"%s\" in %s. "
			    "Either the device's clock is %d s fast or this "
			    "server's is slow.\n"),
		    escaped_token(found, &token), off.text, found->drift);
}

static void
verify_print_counter(const char *account, const struct otp_inspection *found)
{
	struct otp_escaped token;

	if (found->ahead < 0)
		otp_print(_("Wrong: \"%s\" showed it %d codes ago; it was used "
			    "or skipped.\n"),
		    escaped_token(found, &token), -found->ahead);
	else
		otp_print(_("Wrong now; the device of \"%s\" is %d codes "
			    "ahead. Run 'otp-enroll resync %s'.\n"),
		    escaped_token(found, &token), found->ahead,
		    otp_escaped(account).text);
}

/* Of a try, a code that was not compared has another verdict. */
static bool
was_compared(const struct otp_inspection *found)
{
	return found->verdict == OTP_VERDICT_ACCEPT ||
	    found->verdict == OTP_VERDICT_REPLAY ||
	    found->verdict == OTP_VERDICT_REJECT ||
	    found->verdict == OTP_VERDICT_INVITED ||
	    found->verdict == OTP_VERDICT_INVITATION_ENDED ||
	    found->verdict == OTP_VERDICT_MALFORMED;
}

/* What a try by pam_otpd(8) did. */
static void
verify_print_tried(const char *account, const struct otp_inspection *found)
{
	if (found->verdict == OTP_VERDICT_ACCEPT)
		otp_print(_("The code is now used and will not work again.\n"));
	else if (found->verdict == OTP_VERDICT_REJECT)
		otp_print(_("This was counted as a wrong code.\n"));
	else if (found->verdict == OTP_VERDICT_SUSPENDED)
		otp_print(_("The account is suspended: no code is accepted "
			    "until an administrator resumes it.\n"));
	else if (found->verdict == OTP_VERDICT_UNENROLLED ||
	    found->verdict == OTP_VERDICT_UNKNOWN_USER)
		otp_print(
		    _("%s is not enrolled.\n"), otp_escaped(account).text);
	if (found->gate == OTP_GATE_WAITING)
		otp_print(_("Your own programs, such as screen lockers, are "
			    "blocked after wrong codes: %s left. Other logins "
			    "are not affected.\n"),
		    otp_when_span(found->wait).text);
	else if (found->gate == OTP_GATE_LOCKED)
		otp_print(
		    _("Your own programs, such as screen lockers, are locked "
		      "out after wrong codes. Enter a recovery code with "
		      "'otp-enroll verify'. Other logins are not affected.\n"));
}

/* Why a correct code is not accepted now. */
static void
verify_print_gate(const char *account, const struct otp_inspection *found)
{
	if (found->suspended)
		otp_print(_("The account is suspended, so no code is accepted "
			    "until 'otp-enroll resume %s'.\n"),
		    otp_escaped(account).text);
	if (found->kind == OTP_RECOVERY)
		return;
	if (found->gate == OTP_GATE_WAITING)
		otp_print(_("The account is blocked after wrong codes: %s "
			    "left, or run 'otp-enroll unlock %s'.\n"),
		    otp_when_span(found->wait).text, otp_escaped(account).text);
	else if (found->gate == OTP_GATE_LOCKED)
		otp_print(_("The account is locked out after wrong codes. Run "
			    "'otp-enroll unlock %s'.\n"),
		    otp_escaped(account).text);
}
