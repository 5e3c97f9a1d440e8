/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/message.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/core/event.h"
#include "pam_module/talk.h"

/* From here on nobody is reminded how many recovery codes are left. */
#define RECOVERY_PLENTY 4

#define MINUTE 60
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static void tell(const struct otp_login *login, int style, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

static void
tell(const struct otp_login *login, int style, const char *format, ...)
{
	char text[PAM_MAX_MSG_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	otp_talk_tell(login->pamh, style, text);
}

void
otp_message_ago(int64_t seconds, char ret_text[OTP_AGO_SIZE])
{
	const char *unit = "day";
	int64_t count = seconds / DAY;

	if (seconds < MINUTE) {
		(void)snprintf(
		    ret_text, OTP_AGO_SIZE, "less than a minute ago");
		return;
	}
	if (seconds < HOUR) {
		unit = "minute";
		count = seconds / MINUTE;
	} else if (seconds < DAY) {
		unit = "hour";
		count = seconds / HOUR;
	}
	(void)snprintf(ret_text, OTP_AGO_SIZE, "%" PRId64 " %s%s ago", count,
	    unit, count == 1 ? "" : "s");
}

static bool
is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Not gmtime_r(3), which reads the environment's TZ. */
void
otp_message_date(int64_t time, char ret_text[OTP_DATE_SIZE])
{
	int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t days = time / DAY;
	int64_t year = 1970;
	int month = 0;

	while (year < 9999 && days >= (is_leap(year) ? 366 : 365))
		days -= is_leap(year++) ? 366 : 365;
	if (is_leap(year))
		lengths[1] = 29;
	while (month < 11 && days >= lengths[month])
		days -= lengths[month++];
	(void)snprintf(ret_text, OTP_DATE_SIZE, "%04d-%02d-%02d", (int)year,
	    month + 1, (int)days + 1);
}

/* " since your last login 3 days ago" */
static void
since_when(const struct otp_login *login, char *ret_text, size_t size)
{
	char ago[OTP_AGO_SIZE] = "";

	if (login->answer.last_success < 0) {
		(void)snprintf(ret_text, size, " before your first login");
		return;
	}
	otp_message_ago(login->answer.last_success, ago);
	(void)snprintf(ret_text, size, " since your last login %s", ago);
}

static void
tell_failures(const struct otp_login *login)
{
	const struct otp_answer *answer = &login->answer;
	bool one = answer->untold == 1;
	char since[OTP_AGO_SIZE + 32] = "";
	char host[4 * OTP_HOST_SIZE] = "";

	since_when(login, since, sizeof(since));
	otp_event_escape(answer->failure_host, host, sizeof(host));
	if (answer->untold > 0 && host[0] == '\0')
		tell(login, PAM_TEXT_INFO, "%" PRIu32 " wrong code%s%s.",
		    answer->untold, one ? "" : "s", since);
	else if (answer->untold > 0)
		tell(login, PAM_TEXT_INFO,
		    "%" PRIu32 " wrong code%s%s, %sfrom %s.", answer->untold,
		    one ? "" : "s", since, one ? "" : "last ", host);
	if (answer->replays > 0)
		tell(login, PAM_TEXT_INFO,
		    "%" PRIu32 " used code%s tried again%s.", answer->replays,
		    answer->replays == 1 ? " was" : "s were", since);
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
		    "No recovery codes are left; make new ones with "
		    "otp-enroll.");
	else
		tell(login, PAM_TEXT_INFO, "%u recovery code%s left.", left,
		    left == 1 ? "" : "s");
}

void
otp_message_verdict(const struct otp_login *login)
{
	switch (login->answer.verdict) {
	case OTP_VERDICT_ACCEPT:
		tell_failures(login);
		tell_recovery(login);
		break;
	case OTP_VERDICT_REPLAY:
		if (login->answer.kind == OTP_RECOVERY)
			tell(login, PAM_ERROR_MSG,
			    "That recovery code was used already.");
		else
			tell(login, PAM_ERROR_MSG,
			    "That code was used already; wait for the next "
			    "one.");
		break;
	case OTP_VERDICT_WAITING:
		tell(login, PAM_ERROR_MSG,
		    "Too many wrong codes; try again in %" PRIu32 " s.",
		    login->answer.wait);
		break;
	case OTP_VERDICT_LOCKED:
		tell(login, PAM_ERROR_MSG,
		    "Locked after too many wrong codes; an administrator can "
		    "unlock it.");
		break;
	case OTP_VERDICT_REJECT:
	case OTP_VERDICT_MALFORMED:
	case OTP_VERDICT_WITHHELD:
	case OTP_VERDICT_UNENROLLED:
	case OTP_VERDICT_UNKNOWN_USER:
	case OTP_VERDICT_CHANGED_USER:
		break;
	}
}

bool
otp_message_is_mute(enum otp_verdict verdict)
{
	switch (verdict) {
	case OTP_VERDICT_REJECT:
	case OTP_VERDICT_MALFORMED:
	case OTP_VERDICT_UNENROLLED:
	case OTP_VERDICT_UNKNOWN_USER:
		return true;
	case OTP_VERDICT_WITHHELD:
	case OTP_VERDICT_CHANGED_USER:
	case OTP_VERDICT_ACCEPT:
	case OTP_VERDICT_REPLAY:
	case OTP_VERDICT_WAITING:
	case OTP_VERDICT_LOCKED:
		break;
	}
	return false;
}

void
otp_message_unenrolled(const struct otp_login *login)
{
	char date[OTP_DATE_SIZE] = "";

	if (login->options.nullok_until == 0)
		return;
	otp_message_date(login->options.nullok_until, date);
	tell(login, PAM_TEXT_INFO,
	    "From %s on, a one-time code is needed to log in here.", date);
}

void
otp_message_unavailable(const struct otp_login *login)
{
	tell(login, PAM_ERROR_MSG,
	    "Codes cannot be checked on this host now; see its log.");
}
