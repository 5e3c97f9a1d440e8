/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/cli/when.h"

#include <stdio.h>

#include "common/core/calendar.h"
#include "otp-enroll/cli/i18n.h"

/* Seconds. */
#define JUST_NOW   3
#define MINUTE	   60
#define HOUR	   3600
#define DAY	   OTP_CALENDAR_DAY
#define DATED_FROM (30 * DAY)

struct otp_when
otp_when_span(int64_t seconds)
{
	const uint64_t all =
	    seconds < 0 ? -(uint64_t)seconds : (uint64_t)seconds;
	uint64_t count = all;
	const char *unit = "s";
	struct otp_when when;

	if (all >= 2 * DAY) {
		count = all / DAY;
		unit = "d";
	} else if (all >= 2 * HOUR) {
		count = all / HOUR;
		unit = "h";
	} else if (all >= 2 * MINUTE) {
		count = all / MINUTE;
		unit = "min";
	}
	(void)snprintf(when.text, sizeof(when.text), "%llu %s",
	    (unsigned long long)count, unit);
	return when;
}

static struct otp_when
when_date(int64_t seconds)
{
	const struct otp_date date = otp_calendar_date(seconds / DAY);
	struct otp_when when;

	(void)snprintf(when.text, sizeof(when.text), "%04u-%02u-%02u",
	    date.year, date.month, date.day);
	return when;
}

static struct otp_when
when_moment(int64_t seconds, const char *between, const char *zone)
{
	const struct otp_date date = otp_calendar_date(seconds / DAY);
	const unsigned rest = seconds < 0 ? 0 : (unsigned)(seconds % DAY);
	struct otp_when when;

	(void)snprintf(when.text, sizeof(when.text),
	    "%04u-%02u-%02u%s%02u:%02u:%02u%s", date.year, date.month, date.day,
	    between, rest / HOUR, rest % HOUR / MINUTE, rest % MINUTE, zone);
	return when;
}

struct otp_when
otp_when_moment(int64_t seconds)
{
	return when_moment(seconds, " ", " UTC");
}

struct otp_when
otp_when_iso(int64_t seconds)
{
	return when_moment(seconds, "T", "Z");
}

struct otp_when
otp_when_ago(int64_t now, int64_t then)
{
	struct otp_when when;

	if (then == 0)
		(void)snprintf(when.text, sizeof(when.text), "%s", _("never"));
	else if (then > now)
		return otp_when_moment(then);
	else if (now - then > DATED_FROM)
		return when_date(then);
	else if (now - then < JUST_NOW)
		(void)snprintf(
		    when.text, sizeof(when.text), "%s", _("just now"));
	/* TRANSLATORS: "26 s", "5 min", "3 h" or "2 d". */
	else if (snprintf(when.text, sizeof(when.text), _("%s ago"),
		     otp_when_span(now - then).text) < 0)
		when.text[0] = '\0';
	return when;
}
