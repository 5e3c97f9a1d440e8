/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/wipe.h"
#include "confirm.h"
#include "language.h"
#include "output.h"
#include "report.h"
#include "terminal.h"

/* Somebody who leans on the key, or a pipe without end. */
#define EMPTY_MAX 20

enum otp_confirmed
otp_confirm_ask(const char *prompt, char *ret_typed, int *ret_signal)
{
	for (unsigned i = 0; i < EMPTY_MAX; i++) {
		int why = 0;
		enum otp_asked asked = otp_terminal_ask(
		    prompt, true, OTP_CONFIRM_SIZE, ret_typed, &why);

		switch (asked) {
		case OTP_ASKED_LINE:
			if (ret_typed[strspn(ret_typed, " \t\r")] != '\0')
				return OTP_CONFIRMED_YES;
			continue;
		case OTP_ASKED_TOO_LONG:
		case OTP_ASKED_MALFORMED:
			memcpy(ret_typed, "?", sizeof("?"));
			return OTP_CONFIRMED_YES;
		case OTP_ASKED_SIGNAL:
			*ret_signal = why;
			return OTP_CONFIRMED_SIGNAL;
		case OTP_ASKED_ERROR:
			otp_complain(
			    _("No code can be asked for: %s."), strerror(why));
			return OTP_CONFIRMED_NO;
		case OTP_ASKED_EOF:
			break;
		}
		break;
	}
	otp_complain(_("No code was typed."));
	return OTP_CONFIRMED_NO;
}

void
otp_confirm_trim(char *typed)
{
	size_t length = strlen(typed);
	size_t from = strspn(typed, " \t\r");

	while (length > from && strchr(" \t\r", typed[length - 1]) != NULL)
		length--;
	typed[length] = '\0';
	memmove(typed, typed + from, length - from + 1);
}

static void
explain_clock(const struct otp_confirmation *confirmation)
{
	int32_t drift = confirmation->drift;
	struct otp_ago when = otp_when(drift);

	if (drift < 0)
		otp_say(
		    _("That code was right %s.\n"
		      "If the device shows it now, its clock is slow by that "
		      "much: have it set right."),
		    when.text);
	else
		otp_say(_("That code will be right %s.\n"
			  "The device's clock is fast, or this host's is slow: "
			  "have them set right."),
		    when.text);
}

/* What else it can be, where the code is right at no time near. */
static void
explain_wrong(const struct otp_token *token)
{
	bool plain = token->hash == OTP_SHA1 &&
	    token->digits == OTP_DIGITS_DEFAULT &&
	    (token->kind == OTP_HOTP || token->period == OTP_PERIOD_DEFAULT);

	if (!plain)
		otp_say(
		    _("That code is wrong. Is it of the entry \"%s\"?\n"
		      "Many apps only do SHA1, 6 digits and 30 seconds, and "
		      "do not say so."),
		    otp_escaped(token->label).text);
	else if (token->kind == OTP_HOTP)
		otp_say(_("That code is wrong. Is it of the entry \"%s\"?\n"
			  "Did the device start counting at %llu?"),
		    otp_escaped(token->label).text,
		    (unsigned long long)token->counter);
	else
		otp_say(_("That code is wrong. Is it of the entry \"%s\"?\n"
			  "Was just this secret entered, and is the time right "
			  "on both sides?"),
		    otp_escaped(token->label).text);
}

static void
explain(
    const struct otp_token *token, const struct otp_confirmation *confirmation)
{
	if (confirmation->verdict == OTP_VERDICT_MALFORMED)
		otp_say(
		    _("A code of this token has %u digits."), token->digits);
	else if (confirmation->drift_known)
		explain_clock(confirmation);
	else
		explain_wrong(token);
}

enum otp_confirmed
otp_confirm(const struct otp_tool *tool, struct otp_enrolment *enrolment,
    int *ret_signal)
{
	const char *account = enrolment->subject.account;
	char typed[OTP_CONFIRM_SIZE];
	enum otp_confirmed confirmed = OTP_CONFIRMED_NO;

	for (unsigned i = 0; i < OTP_CONFIRM_TRIES; i++) {
		struct otp_confirmation confirmation = { 0 };
		struct otp_fault fault = { 0 };
		enum otp_err err;

		confirmed = otp_confirm_ask(
		    _("Code that the app shows now: "), typed, ret_signal);
		if (confirmed != OTP_CONFIRMED_YES)
			break;
		confirmed = OTP_CONFIRMED_NO;
		otp_confirm_trim(typed);
		err = otp_enrol_confirm(
		    &tool->host, enrolment, typed, &confirmation, &fault);
		if (err != OTP_OK) {
			(void)otp_report(tool, account, err, &fault);
			break;
		}
		if (confirmation.verdict == OTP_VERDICT_ACCEPT) {
			confirmed = OTP_CONFIRMED_YES;
			break;
		}
		explain(&enrolment->token, &confirmation);
	}
	otp_wipe(typed, sizeof(typed));
	return confirmed;
}
