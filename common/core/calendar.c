/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/calendar.h"

#define YEAR_FIRST 1970
#define YEAR_LAST  9999

/* COUNT digits; their value, or 0 (which no part may be). */
static unsigned
date_part(const char *text, size_t count)
{
	unsigned part = 0;

	for (size_t i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		part = part * 10 + (unsigned)(text[i] - '0');
	}
	return part;
}

enum otp_err
otp_calendar_read(const char *text, size_t length, int64_t *ret_seconds)
{
	struct otp_date date;
	int64_t days;

	if (length != 10 || text[4] != '-' || text[7] != '-')
		return OTP_ERR_PARSE;
	date.year = date_part(text, 4);
	date.month = date_part(text + 5, 2);
	date.day = date_part(text + 8, 2);
	if (!otp_calendar_has(date))
		return OTP_ERR_PARSE;
	days = otp_calendar_days(date);
	if (days == 0)
		return OTP_ERR_PARSE;
	*ret_seconds = days * OTP_CALENDAR_DAY;
	return OTP_OK;
}

static unsigned
month_length(unsigned year, unsigned month)
{
	static const unsigned char lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31,
		30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : lengths[month - 1];
}

/* The days from 1970-01-01 to the first one of YEAR. */
static int64_t
days_before_year(unsigned year)
{
	const int64_t years = (int64_t)year - 1; /* since the year 1 */
	const int64_t until_1970 = 719162;

	return years * 365 + years / 4 - years / 100 + years / 400 - until_1970;
}

bool
otp_calendar_has(struct otp_date date)
{
	return date.year >= YEAR_FIRST && date.year <= YEAR_LAST &&
	    date.month >= 1 && date.month <= 12 && date.day >= 1 &&
	    date.day <= month_length(date.year, date.month);
}

int64_t
otp_calendar_days(struct otp_date date)
{
	int64_t days = days_before_year(date.year) + date.day - 1;

	for (unsigned month = 1; month < date.month; month++)
		days += month_length(date.year, month);
	return days;
}

struct otp_date
otp_calendar_date(int64_t days)
{
	struct otp_date date = { .year = YEAR_FIRST, .month = 1 };
	const int64_t last = days_before_year(YEAR_LAST + 1) - 1;

	if (days < 0)
		days = 0;
	else if (days > last)
		days = last;
	date.year += (unsigned)(days / 366); /* this one or an earlier one */
	while (days_before_year(date.year + 1) <= days)
		date.year++;
	days -= days_before_year(date.year);
	while (days >= month_length(date.year, date.month))
		days -= month_length(date.year, date.month++);
	date.day = (unsigned)days + 1;
	return date;
}
