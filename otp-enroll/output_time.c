/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "language.h"
#include "output.h"

/* Whatever a language makes of it is cut to fit. */
#define PUT(format) (void)snprintf(ago->text, sizeof(ago->text), format, count)

#define NOW 3 /* seconds that are not worth a number */

/* The largest one of which there is enough to tell. */
enum unit {
	YEARS,
	MONTHS,
	DAYS,
	HOURS,
	MINUTES,
	SECONDS,
};

static enum unit
choose_unit(uint64_t seconds, unsigned long *ret_count)
{
	static const struct {
		uint32_t least; /* from here on it is told in this unit */
		uint32_t length;
	} units[] = {
		[YEARS] = { 2 * 365 * 86400, 365 * 86400 },
		[MONTHS] = { 2 * 30 * 86400, 30 * 86400 },
		[DAYS] = { 86400, 86400 },
		[HOURS] = { 2 * 3600, 3600 },
		[MINUTES] = { 120, 60 },
		[SECONDS] = { 0, 1 },
	};
	unsigned unit = YEARS;

	while (seconds < units[unit].least)
		unit++;
	*ret_count = (unsigned long)(seconds / units[unit].length);
	return (enum unit)unit;
}

static void
put_span(struct otp_ago *ago, enum unit unit, unsigned long count)
{
	switch (unit) {
	case YEARS:
		PUT(ngettext("%lu year", "%lu years", count));
		break;
	case MONTHS:
		PUT(ngettext("%lu month", "%lu months", count));
		break;
	case DAYS:
		PUT(ngettext("%lu day", "%lu days", count));
		break;
	case HOURS:
		PUT(ngettext("%lu hour", "%lu hours", count));
		break;
	case MINUTES:
		PUT(ngettext("%lu minute", "%lu minutes", count));
		break;
	case SECONDS:
		PUT(ngettext("%lu second", "%lu seconds", count));
		break;
	}
}

static void
put_past(struct otp_ago *ago, enum unit unit, unsigned long count)
{
	switch (unit) {
	case YEARS:
		PUT(ngettext("%lu year ago", "%lu years ago", count));
		break;
	case MONTHS:
		PUT(ngettext("%lu month ago", "%lu months ago", count));
		break;
	case DAYS:
		PUT(ngettext("%lu day ago", "%lu days ago", count));
		break;
	case HOURS:
		PUT(ngettext("%lu hour ago", "%lu hours ago", count));
		break;
	case MINUTES:
		PUT(ngettext("%lu minute ago", "%lu minutes ago", count));
		break;
	case SECONDS:
		PUT(ngettext("%lu second ago", "%lu seconds ago", count));
		break;
	}
}

static void
put_future(struct otp_ago *ago, enum unit unit, unsigned long count)
{
	switch (unit) {
	case YEARS:
		PUT(ngettext("in %lu year", "in %lu years", count));
		break;
	case MONTHS:
		PUT(ngettext("in %lu month", "in %lu months", count));
		break;
	case DAYS:
		PUT(ngettext("in %lu day", "in %lu days", count));
		break;
	case HOURS:
		PUT(ngettext("in %lu hour", "in %lu hours", count));
		break;
	case MINUTES:
		PUT(ngettext("in %lu minute", "in %lu minutes", count));
		break;
	case SECONDS:
		PUT(ngettext("in %lu second", "in %lu seconds", count));
		break;
	}
}

static struct otp_ago
tell(int64_t seconds, void (*put)(struct otp_ago *, enum unit, unsigned long))
{
	unsigned long count = 0;
	enum unit unit = choose_unit(
	    seconds < 0 ? -(uint64_t)seconds : (uint64_t)seconds, &count);
	struct otp_ago ago;

	put(&ago, unit, count);
	return ago;
}

struct otp_ago
otp_span(int64_t seconds)
{
	return tell(seconds, put_span);
}

struct otp_ago
otp_when(int64_t seconds)
{
	return tell(seconds, seconds < 0 ? put_past : put_future);
}

struct otp_ago
otp_ago(int64_t now, int64_t then)
{
	struct otp_ago ago = { "" };

	if (then != 0 && (now < then || now - then >= NOW))
		return otp_when(then - now);
	(void)snprintf(ago.text, sizeof(ago.text), "%s",
	    then == 0 ? _("never") : _("just now"));
	return ago;
}
