/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <time.h>

#include "tests/unit/unit.h"
#include "common/core/calendar.h"

#define FIRST 0
#define LAST  2932896 /* 9999-12-31 */

/* gmtime_r(3) and timegm(3) know the calendar, too. */
static void
calendar__agrees_with_libc_about_every_day(void **state)
{
	(void)state;
	for (int64_t days = FIRST; days <= LAST; days++) {
		const time_t seconds = (time_t)(days * OTP_CALENDAR_DAY);
		const struct otp_date date = otp_calendar_date(days);
		struct tm parts;

		assert_non_null(gmtime_r(&seconds, &parts));
		if ((int)date.year != parts.tm_year + 1900 ||
		    (int)date.month != parts.tm_mon + 1 ||
		    (int)date.day != parts.tm_mday)
			fail_msg("day %lld is %u-%u-%u", (long long)days,
			    date.year, date.month, date.day);
		if (!otp_calendar_has(date) ||
		    otp_calendar_days(date) != days ||
		    otp_calendar_days(date) * OTP_CALENDAR_DAY !=
			timegm(&parts))
			fail_msg("%u-%u-%u is not day %lld", date.year,
			    date.month, date.day, (long long)days);
	}
}

static void
calendar__ends_at_both_ends(void **state)
{
	static const int64_t before[] = { INT64_MIN, -1 };
	static const int64_t after[] = { LAST + 1, INT64_MAX };

	(void)state;
	for (size_t i = 0; i < COUNT(before); i++)
		assert_int_equal(
		    otp_calendar_days(otp_calendar_date(before[i])), FIRST);
	for (size_t i = 0; i < COUNT(after); i++)
		assert_int_equal(
		    otp_calendar_days(otp_calendar_date(after[i])), LAST);
}

static void
calendar__has_no_other_days(void **state)
{
	static const struct otp_date none[] = {
		{ 1969, 12, 31 },
		{ 10000, 1, 1 },
		{ 2027, 0, 1 },
		{ 2027, 13, 1 },
		{ 2027, 1, 0 },
		{ 2027, 1, 32 },
		{ 2027, 4, 31 },
		{ 2027, 2, 29 },
		{ 2100, 2, 29 },
		{ 2000, 2, 30 },
		{ 2027, 255, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(none); i++)
		assert_false(otp_calendar_has(none[i]));
	assert_true(otp_calendar_has((struct otp_date){ 2000, 2, 29 }));
	assert_true(otp_calendar_has((struct otp_date){ 2028, 2, 29 }));
}

static void
calendar_read__takes_a_date_alone(void **state)
{
	static const char *const none[] = { "", "2027-01-3", "2027-01-310",
		"2027/01/31", "2027-01/31", "2027-02-29", "2027-13-01",
		"20a7-01-31", "2027-01-3x", "+027-01-31", "0000-01-01",
		"1970-01-01" };
	int64_t seconds = -1;

	(void)state;
	assert_int_equal(otp_calendar_read("2027-01-31", 10, &seconds), OTP_OK);
	assert_int_equal(seconds, 1801353600);
	assert_int_equal(
	    otp_calendar_read("1970-01-02x", 10, &seconds), OTP_OK);
	assert_int_equal(seconds, OTP_CALENDAR_DAY);
	for (size_t i = 0; i < COUNT(none); i++)
		assert_int_equal(
		    otp_calendar_read(none[i], strlen(none[i]), &seconds),
		    OTP_ERR_PARSE);
	assert_int_equal(seconds, OTP_CALENDAR_DAY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calendar__agrees_with_libc_about_every_day),
		cmocka_unit_test(calendar__ends_at_both_ends),
		cmocka_unit_test(calendar__has_no_other_days),
		cmocka_unit_test(calendar_read__takes_a_date_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
