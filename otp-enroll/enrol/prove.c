/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/enrol/prove.h"

#include <stdio.h>

#include "common/core/wipe.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/signals.h"
#include "otp-enroll/cli/when.h"
#include "otp-enroll/enrol/confirm.h"

#define CODE_SIZE 16

static enum otp_exit prove_failed(const struct otp_tool *tool,
    const struct otp_account *account, const struct otp_change *change,
    enum otp_err err);
static bool prove_again(const struct otp_tool *tool,
    const struct otp_subject *subject, const struct otp_own_result *result,
    bool first, struct otp_enrolment *enrolment);
static void explain_invitation(const struct otp_own_result *result);
static bool is_first(const struct otp_change *change);

enum otp_exit
otp_prove_look(const struct otp_tool *tool, const struct otp_subject *subject,
    struct otp_overview *ret_overview)
{
	struct otp_fault fault = { 0 };
	enum otp_err err =
	    tool->backend->overview(tool, subject, ret_overview, &fault);

	if (err == OTP_OK && ret_overview->problem != OTP_OK) {
		err = ret_overview->problem;
		fault = ret_overview->fault;
	} else if (err == OTP_OK && ret_overview->suspended) {
		err = OTP_ERR_SUSPENDED;
	}
	if (err != OTP_OK)
		return otp_report(tool, subject->account, err, &fault);
	return ret_overview->enrolled ? OTP_EXIT_DONE : OTP_EXIT_UNENROLLED;
}

enum otp_exit
otp_prove(const struct otp_tool *tool, struct otp_account *account,
    struct otp_change *change, struct otp_enrolment *enrolment,
    struct otp_recovery_set *ret_set)
{
	const bool first = is_first(change);
	const bool asks = !first || change->token.invited;
	const char *prompt = first ? _("Invitation: ") : _("Current code: ");
	char current[OTP_CONFIRM_SIZE] = "", code[CODE_SIZE] = "";
	enum otp_exit status = OTP_EXIT_FAILED;
	bool again = true;

	change->proof.typed = current;
	change->token.typed = code;
	for (unsigned left = OTP_CONFIRM_TRIES; again && left-- > 0;) {
		struct otp_own_result result;
		enum otp_err err;

		if (asks && !otp_confirm_ask(prompt, current))
			break;
		if (enrolment != NULL)
			(void)snprintf(code, sizeof(code), "%0*lu",
			    (int)enrolment->token.digits,
			    (unsigned long)enrolment->code);
		err = otp_prove_once(tool, account, change, ret_set, &result);
		again = err == OTP_OK && result.verdict != OTP_VERDICT_ACCEPT &&
		    prove_again(
			tool, &account->subject, &result, first, enrolment);
		/*
		 * A code that expired was asked for again, with tries of its
		 * own.
		 */
		if (again && !result.of_token)
			otp_confirm_say_left(left);
		if (err != OTP_OK)
			status = prove_failed(tool, account, change, err);
		else if (result.verdict == OTP_VERDICT_ACCEPT)
			status = OTP_EXIT_DONE;
	}
	otp_wipe(current, sizeof(current));
	otp_wipe(code, sizeof(code));
	change->proof.typed = change->token.typed = NULL;
	return status;
}

void
otp_prove_say_unknown(void)
{
	otp_complain(
	    _("It is not known whether this was done: pam_otpd did not "
	      "answer in time. Delete nothing from the app yet. In a "
	      "minute, 'otp-enroll status' shows what is active."));
}

static bool
is_first(const struct otp_change *change)
{
	return change->kind == OTP_CHANGE_PUT &&
	    change->token.mode == OTP_ENROL_NEW;
}

static enum otp_exit
prove_failed(const struct otp_tool *tool, const struct otp_account *account,
    const struct otp_change *change, enum otp_err err)
{
	if (change->kind != OTP_CHANGE_ADDRESS || err != OTP_ERR_EXISTS)
		return otp_report(
		    tool, account->subject.account, err, &account->fault);
	otp_complain(_("%s already has this address."),
	    otp_escaped(account->subject.account).text);
	return OTP_EXIT_FAILED;
}

/* A change that is made has its recovery codes shown, whatever signal comes. */
enum otp_err
otp_prove_once(const struct otp_tool *tool, struct otp_account *account,
    struct otp_change *change, struct otp_recovery_set *ret_set,
    struct otp_own_result *ret_result)
{
	sigset_t before;
	enum otp_err err;

	otp_signals_block(&before);
	err = tool->backend->change(tool, account, change, ret_set, ret_result);
	if (!account->committed || change->kind == OTP_CHANGE_ADDRESS)
		otp_signals_unblock(&before);
	return err;
}

/* Whether another code can help.  It was said why this one did not. */
static bool
prove_again(const struct otp_tool *tool, const struct otp_subject *subject,
    const struct otp_own_result *result, bool first,
    struct otp_enrolment *enrolment)
{
	if (result->of_token && enrolment != NULL) {
		otp_say(_("That code has expired. Enter the code the app "
			  "shows now."));
		return otp_confirm(tool, subject, enrolment);
	}
	if (first)
		explain_invitation(result);
	else
		otp_prove_explain(result);
	return result->verdict != OTP_VERDICT_WAITING &&
	    result->verdict != OTP_VERDICT_LOCKED &&
	    result->verdict != OTP_VERDICT_SUSPENDED;
}

/* An invitation was entered, or asked for. */
static void
explain_invitation(const struct otp_own_result *result)
{
	if (result->verdict == OTP_VERDICT_REPLAY)
		otp_say(_("That invitation was already used or replaced. If "
			  "you did not use it, tell your administrator."));
	else if (result->verdict == OTP_VERDICT_INVITATION_ENDED)
		otp_say(_("That invitation has expired. Please ask your "
			  "administrator for a new one."));
	else if (result->verdict == OTP_VERDICT_INVITED)
		otp_say(_("That is an invitation, which is not accepted "
			  "here. Please ask your administrator where to use "
			  "it."));
	else if (result->verdict == OTP_VERDICT_MALFORMED)
		otp_say(_("An invitation has 24 characters."));
	else
		otp_say(_("That invitation does not match."));
}

void
otp_prove_explain(const struct otp_own_result *result)
{
	if (result->verdict == OTP_VERDICT_INVITED ||
	    result->verdict == OTP_VERDICT_INVITATION_ENDED ||
	    result->kind == OTP_INVITATION)
		explain_invitation(result);
	else if (result->verdict == OTP_VERDICT_REPLAY &&
	    result->kind == OTP_HOTP)
		otp_say(_("That code was already used. Press the button for a "
			  "new one."));
	else if (result->verdict == OTP_VERDICT_REPLAY)
		otp_say(
		    _("That code was already used. Wait for the next one."));
	else if (result->verdict == OTP_VERDICT_WAITING)
		otp_say(_("Too many wrong codes; try again in %s."),
		    otp_when_span(result->wait).text);
	else if (result->verdict == OTP_VERDICT_LOCKED)
		otp_say(_("Your own programs are locked out after too many "
			  "wrong codes. To end this now, enter a recovery code "
			  "with 'otp-enroll verify'."));
	else if (result->verdict == OTP_VERDICT_SUSPENDED)
		otp_say(_("The account is suspended."));
	else if (result->no_code)
		otp_say(_("A code has 6 to 8 digits."));
	else
		otp_say(_("That code does not match."));
}
