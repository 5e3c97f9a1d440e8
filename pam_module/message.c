/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_module/message.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/core/calendar.h"
#include "common/core/logline.h"
#include "pam_module/talk.h"

#define PROMPT_CODE    "One-time code: "
#define PROMPT_BOTH    "Password and one-time code: "
#define PROMPT_SEND    "One-time code (or \"send\"): "
#define PROMPT_AUTO    "One-time code (app, or message %s): "
#define PROMPT_TAG     "Code from message %s: "
#define PROMPT_INVITED "One-time code or invitation: "
#define PROMPT_PASS    "Invitation or code, or just Enter%s%s: "

#define NO_CODE		   "A code has 6 to 8 digits."
#define NO_CODE_AT_THE_END NO_CODE " Type it directly after the password."

#define NO_INVITATION "A code has 6 to 8 digits, an invitation 24 characters."

/* With this many recovery codes left, the user is not reminded of them. */
#define RECOVERY_PLENTY 4

#define DATE_SIZE sizeof("4294967295-4294967295-4294967295")

#define SPAN_SIZE 32 /* bytes of a text such as "3 days" */

#define MINUTE 60
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* A known device that expires within this time is told so. */
#define DEVICE_TOLD (2 * DAY)

static void date_text(int64_t seconds, char ret_text[DATE_SIZE]);
static bool tell(const struct otp_login *login, int style, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

void
otp_message_prompt(const struct otp_options *options, const char *tag,
    char ret_prompt[OTP_PROMPT_SIZE])
{
	const char *prompt = options->forward_pass ? PROMPT_BOTH : PROMPT_CODE;

	if (options->deliver == OTP_DELIVER_YES)
		prompt = PROMPT_SEND;
	else if (options->enroll == OTP_ENROLL_INVITED)
		prompt = PROMPT_INVITED;
	if (options->prompt[0] != '\0')
		prompt = options->prompt;
	else if (options->deliver == OTP_DELIVER_AUTO)
		prompt = NULL;
	if (prompt != NULL)
		(void)snprintf(ret_prompt, OTP_PROMPT_SIZE, "%s", prompt);
	else
		(void)snprintf(ret_prompt, OTP_PROMPT_SIZE, PROMPT_AUTO, tag);
}

void
otp_message_prompt_of(
    const struct otp_login *login, char ret_prompt[OTP_PROMPT_SIZE])
{
	const int64_t until = login->options.nullok_until;
	char date[DATE_SIZE] = "";

	if (until != 0)
		date_text(until, date);
	if (login->may_pass)
		(void)snprintf(ret_prompt, OTP_PROMPT_SIZE, PROMPT_PASS,
		    until != 0 ? " before " : "", date);
	else if (login->code_requested)
		(void)snprintf(
		    ret_prompt, OTP_PROMPT_SIZE, PROMPT_TAG, login->tag);
	else
		otp_message_prompt(&login->options, login->tag, ret_prompt);
}

static bool
tell(const struct otp_login *login, int style, const char *format, ...)
{
	char text[PAM_MAX_MSG_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return otp_talk_tell(login->pamh, style, text);
}

/* Such as "3 days"; hours below DAYS_FROM seconds. */
static void
span_text(int64_t seconds, int64_t days_from, char ret_text[SPAN_SIZE])
{
	const char *unit = "day";
	int64_t count = seconds / DAY;

	if (seconds < MINUTE) {
		(void)snprintf(ret_text, SPAN_SIZE, "less than a minute");
		return;
	}
	if (seconds < HOUR) {
		unit = "minute";
		count = seconds / MINUTE;
	} else if (seconds < days_from) {
		unit = "hour";
		count = seconds / HOUR;
	}
	(void)snprintf(ret_text, SPAN_SIZE, "%" PRId64 " %s%s", count, unit,
	    count == 1 ? "" : "s");
}

/* " since your last login 3 days ago" */
static void
since_when(const struct otp_login *login, char *ret_text, size_t size)
{
	char span[SPAN_SIZE] = "";

	if (login->answer.last_success < 0) {
		(void)snprintf(ret_text, size, " before your first login");
		return;
	}
	span_text(login->answer.last_success, DAY, span);
	(void)snprintf(ret_text, size, " since your last login %s ago", span);
}

/* Returns whether they were shown; with none, there is nothing to show. */
static bool
tell_failures(const struct otp_login *login)
{
	const struct otp_answer *answer = &login->answer;
	bool one = answer->unreported == 1;
	bool shown = true;
	char since[SPAN_SIZE + 32] = "";
	char host[4 * OTP_HOST_SIZE] = "";

	since_when(login, since, sizeof(since));
	otp_logline_escape(answer->failure_host, host, sizeof(host));
	if (answer->unreported > 0 && host[0] == '\0')
		shown =
		    tell(login, PAM_TEXT_INFO, "%" PRIu32 " wrong code%s%s.",
			answer->unreported, one ? "" : "s", since);
	else if (answer->unreported > 0)
		shown = tell(login, PAM_TEXT_INFO,
		    "%" PRIu32 " wrong code%s%s, %sfrom %s.",
		    answer->unreported, one ? "" : "s", since,
		    one ? "" : "last ", host);
	if (answer->replays > 0 &&
	    !tell(login, PAM_TEXT_INFO,
		"%" PRIu32 " used code%s tried again%s.", answer->replays,
		answer->replays == 1 ? " was" : "s were", since))
		shown = false;
	return shown;
}

static void
tell_recovery(const struct otp_login *login)
{
	const struct otp_answer *answer = &login->answer;
	unsigned left = answer->recovery_left;

	if (!answer->recovery_known)
		return;
	if (answer->kind != OTP_RECOVERY && left >= RECOVERY_PLENTY)
		return;
	if (left == 0)
		tell(login, PAM_TEXT_INFO,
		    "You have no recovery codes left. Create new ones with "
		    "otp-enroll.");
	else
		tell(login, PAM_TEXT_INFO, "%u recovery code%s left.", left,
		    left == 1 ? "" : "s");
}

/* When the device becomes known, and before it is not known any more. */
static void
tell_device(const struct otp_login *login)
{
	const int64_t left = login->answer.device_left;
	char span[SPAN_SIZE] = "";

	if (left == 0 || (login->device_known && left > DEVICE_TOLD))
		return;
	span_text(left, 3 * DAY, span);
	if (login->device_known)
		tell(login, PAM_TEXT_INFO,
		    "This device will be asked for a code again in %s.", span);
	else
		tell(login, PAM_TEXT_INFO,
		    "This device will not be asked for a code for %s.", span);
}

/* What was used, and how to get the next one. */
static const char *
replay_text(const struct otp_login *login)
{
	switch (login->answer.kind) {
	case OTP_RECOVERY:
		return "That recovery code was already used.";
	case OTP_INVITATION:
		return "That invitation was already used or replaced. If you "
		       "did not use it, tell your administrator.";
	case OTP_HOTP:
		return "That code was already used. Press the button for a new "
		       "one.";
	case OTP_DELIVERED:
		if (login->options.deliver == OTP_DELIVER_NO)
			return "That code was already used.";
		return "That code was already used. Type \"send\" for a new "
		       "one.";
	case OTP_TOTP:
		break;
	}
	return "That code was already used. Wait for the next one.";
}

bool
otp_message_verdict(const struct otp_login *login)
{
	bool told = false;

	switch (login->answer.verdict) {
	case OTP_VERDICT_ACCEPT:
		told = tell_failures(login);
		tell_recovery(login);
		tell_device(login);
		break;
	case OTP_VERDICT_REPLAY:
		tell(login, PAM_ERROR_MSG, "%s", replay_text(login));
		break;
	case OTP_VERDICT_WAITING:
		tell(login, PAM_ERROR_MSG,
		    "Too many wrong codes. Try again in %" PRIu32 " s.",
		    login->answer.wait);
		break;
	case OTP_VERDICT_LOCKED:
		tell(login, PAM_ERROR_MSG,
		    "Locked out after too many wrong codes. An administrator "
		    "can unlock the account.");
		break;
	case OTP_VERDICT_SUSPENDED:
		tell(login, PAM_ERROR_MSG,
		    "Your account is suspended. Please contact your "
		    "administrator.");
		break;
	case OTP_VERDICT_MALFORMED:
		if (login->answer.no_code)
			tell(login, PAM_ERROR_MSG, "%s",
			    login->options.forward_pass ? NO_CODE_AT_THE_END
				: login->options.enroll == OTP_ENROLL_INVITED
				? NO_INVITATION
				: NO_CODE);
		break;
	case OTP_VERDICT_INVITED:
		tell(login, PAM_ERROR_MSG,
		    "That is an invitation. This service does not accept it. "
		    "Please ask your administrator where to use it.");
		break;
	case OTP_VERDICT_INVITATION_ENDED:
		tell(login, PAM_ERROR_MSG,
		    "That invitation has expired. Please ask your "
		    "administrator for a new one.");
		break;
	case OTP_VERDICT_REJECT:
	case OTP_VERDICT_WITHHELD:
	case OTP_VERDICT_UNENROLLED:
	case OTP_VERDICT_UNKNOWN_USER:
	case OTP_VERDICT_CHANGED_USER:
		break;
	}
	return told;
}

/* SECONDS as a date, "2027-01-31". */
static void
date_text(int64_t seconds, char ret_text[DATE_SIZE])
{
	const struct otp_date date =
	    otp_calendar_date(seconds / OTP_CALENDAR_DAY);

	(void)snprintf(ret_text, DATE_SIZE, "%04u-%02u-%02u", date.year,
	    date.month, date.day);
}

void
otp_message_unenrolled(const struct otp_login *login)
{
	const int64_t until = login->options.nullok_until;
	char text[DATE_SIZE];

	if (until == 0)
		return;
	date_text(until, text);
	tell(login, PAM_TEXT_INFO,
	    "From %s on, you need a one-time code to log in here.", text);
}

void
otp_message_exempt(const struct otp_login *login)
{
	char text[DATE_SIZE];

	date_text(login->exemption.until, text);
	tell(login, PAM_TEXT_INFO,
	    "You are not asked for a one-time code until %s.", text);
}

void
otp_message_unavailable(const struct otp_login *login)
{
	tell(login, PAM_ERROR_MSG,
	    "Codes cannot be checked right now. Please contact "
	    "your administrator.");
}

void
otp_message_key(const char *label, const char *key, char *ret_text, size_t size)
{
	char shown[4 * OTP_LABEL_SIZE];

	otp_logline_escape(label, shown, sizeof(shown));
	(void)snprintf(
	    ret_text, size, "  Account  %.*s\n  Key      %s", 69, shown, key);
}

void
otp_message_confirmation(const struct otp_token *token,
    const struct otp_confirmation *confirmation,
    char ret_text[PAM_MAX_MSG_SIZE])
{
	const int64_t drift = confirmation->drift;
	char span[SPAN_SIZE];

	span_text(drift < 0 ? -drift : drift, DAY, span);
	if (confirmation->verdict == OTP_VERDICT_MALFORMED)
		(void)snprintf(ret_text, PAM_MAX_MSG_SIZE,
		    "That is not a code: codes of this device have %u digits.",
		    token->digits);
	else if (!confirmation->drift_known)
		(void)snprintf(ret_text, PAM_MAX_MSG_SIZE,
		    "That code does not match. Check that the key was typed "
		    "correctly, and that device and server show the same "
		    "time.");
	else if (drift < 0)
		(void)snprintf(ret_text, PAM_MAX_MSG_SIZE,
		    "That code was valid %s ago. If the device shows it now, "
		    "its clock is slow: turn on automatic time on the device.",
		    span);
	else
		(void)snprintf(ret_text, PAM_MAX_MSG_SIZE,
		    "The device's clock is %s ahead of this server's. Turn on "
		    "automatic time on the device.",
		    span);
}

void
otp_message_not_enrolled(const struct otp_login *login, enum otp_step step)
{
	tell(login, PAM_ERROR_MSG, "%s",
	    step == OTP_STEP_OVERTAKEN
		? "Nothing changed: the invitation was used or cancelled in "
		  "the meantime. If you did not do this, tell your "
		  "administrator."
		: "Nothing changed. The invitation still works. Delete the "
		  "entry from the app, log in again and start over.");
}
