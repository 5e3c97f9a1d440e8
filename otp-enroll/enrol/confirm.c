/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/enrol/confirm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/core/wipe.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/terminal.h"
#include "otp-enroll/cli/text.h"
#include "otp-enroll/cli/when.h"

#define EMPTY_MAX   20 /* lines: a key that is stuck, or an endless pipe */
#define PROMPT_SIZE 128

bool
otp_confirm_ask(const char *prompt, char *ret_typed)
{
	for (unsigned i = 0; i < EMPTY_MAX; i++) {
		enum otp_asked asked =
		    otp_terminal_ask(prompt, OTP_CONFIRM_SIZE, ret_typed);

		switch (asked) {
		case OTP_ASKED_LINE:
			if (ret_typed[strspn(ret_typed, " \t\r")] != '\0')
				return true;
			continue;
		case OTP_ASKED_TOO_LONG:
		case OTP_ASKED_MALFORMED:
			memcpy(ret_typed, "?", sizeof("?"));
			return true;
		case OTP_ASKED_INTERRUPTED:
			if (isatty(STDIN_FILENO)) /* off the prompt's line */
				otp_say("%s", "");
			return false;
		case OTP_ASKED_ERROR:
			otp_complain(
			    _("Cannot ask for a code: %s."), strerror(errno));
			return false;
		case OTP_ASKED_EOF:
			break;
		}
		break;
	}
	otp_complain(_("No code was entered."));
	return false;
}

void
otp_confirm_say_left(unsigned left)
{
	if (left > 0)
		otp_say(ngettext("%u try left.", "%u tries left.", left), left);
}

static void
explain_clock(const struct otp_confirmation *confirmation)
{
	struct otp_when off = otp_when_span(confirmation->drift);

	if (confirmation->drift < 0)
		otp_say(_("That code was valid %s ago. If the device shows it "
			  "now, its clock is slow: turn on automatic time on "
			  "the device."),
		    off.text);
	else
		otp_say(_("The device's clock is %s ahead of this server's. "
			  "Turn on automatic time on the device, and check "
			  "this server with 'timedatectl'."),
		    off.text);
}

/* What else can be wrong where the code is not valid at any time near. */
static void
explain_wrong(const struct otp_token *token)
{
	bool plain = token->hash == OTP_SHA1 &&
	    token->digits == OTP_DIGITS_DEFAULT &&
	    (token->kind == OTP_HOTP || token->period == OTP_PERIOD_DEFAULT);

	if (!plain)
		otp_say(_("That code does not match. Check that you are "
			  "looking at \"%s\" in the app. Many apps silently "
			  "support only SHA1, 6 digits and 30 seconds."),
		    otp_text_shown(token->label).text);
	else if (token->kind == OTP_HOTP)
		otp_say(_("That code does not match. Check that it is from "
			  "\"%s\", and that the "
			  "device's counter started at %llu."),
		    otp_text_shown(token->label).text,
		    (unsigned long long)token->counter);
	else
		otp_say(_("That code does not match. Check that you are "
			  "looking at \"%s\" in the app, that the key was "
			  "typed correctly, and that device and server show "
			  "the same time."),
		    otp_text_shown(token->label).text);
}

static void
confirm_explain(
    const struct otp_token *token, const struct otp_confirmation *confirmation)
{
	if (confirmation->verdict == OTP_VERDICT_MALFORMED)
		otp_say(_("That is not a code: codes of this device have %u "
			  "digits."),
		    token->digits);
	else if (confirmation->drift_known)
		explain_clock(confirmation);
	else
		explain_wrong(token);
}

bool
otp_confirm(const struct otp_tool *tool, const struct otp_subject *subject,
    struct otp_enrolment *enrolment)
{
	struct otp_account account = otp_account_of(&tool->host, subject);
	char typed[OTP_CONFIRM_SIZE], prompt[PROMPT_SIZE];
	bool confirmed = false;

	(void)snprintf(prompt, sizeof(prompt),
	    _("Enter the %u-digit code the app shows: "),
	    enrolment->token.digits);

	for (unsigned left = OTP_CONFIRM_TRIES; left-- > 0;) {
		struct otp_confirmation confirmation = { 0 };
		enum otp_err err;

		if (!otp_confirm_ask(prompt, typed))
			break;
		err = otp_enrol_confirm(
		    &account, enrolment, typed, &confirmation);
		if (err != OTP_OK) {
			(void)otp_report(
			    tool, subject->account, err, &account.fault);
			break;
		}
		if (confirmation.verdict == OTP_VERDICT_ACCEPT) {
			confirmed = true;
			break;
		}
		confirm_explain(&enrolment->token, &confirmation);
		otp_confirm_say_left(left);
	}
	otp_wipe(typed, sizeof(typed));
	return confirmed;
}
