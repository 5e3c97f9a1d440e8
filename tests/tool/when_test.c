/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "otp-enroll/cli/when.h"

#define NOW INT64_C(1800453780) /* 2027-01-20 14:03:00 UTC */
#define DAY 86400

static void
when_span__has_the_largest_unit_of_which_there_are_two(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = {
		{ 0, "0 s" },
		{ 26, "26 s" },
		{ -26, "26 s" },
		{ 119, "119 s" },
		{ 120, "2 min" },
		{ 7199, "119 min" },
		{ 7200, "2 h" },
		{ 2 * DAY - 1, "47 h" },
		{ 2 * DAY, "2 d" },
		{ -INT64_C(400) * DAY, "400 d" },
		{ INT64_MIN, "106751991167300 d" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(
		    otp_when_span(cases[i].seconds).text, cases[i].text);
}

static void
when_moment__is_in_utc(void **state)
{
	(void)state;
	assert_string_equal(
	    otp_when_moment(NOW).text, "2027-01-20 14:03:00 UTC");
	assert_string_equal(otp_when_iso(NOW).text, "2027-01-20T14:03:00Z");
	assert_string_equal(otp_when_iso(59).text, "1970-01-01T00:00:59Z");
	assert_string_equal(
	    otp_when_moment(-1).text, "1970-01-01 00:00:00 UTC");
}

static void
when_ago__counts_for_thirty_days_and_then_is_a_date(void **state)
{
	static const struct {
		int64_t then;
		const char *text;
	} cases[] = {
		{ 0, "never" },
		{ NOW, "just now" },
		{ NOW - 2, "just now" },
		{ NOW - 3, "3 s ago" },
		{ NOW - 5 * 60, "5 min ago" },
		{ NOW - 3 * DAY, "3 d ago" },
		{ NOW - 30 * DAY, "30 d ago" },
		{ NOW - 30 * DAY - 1, "2026-12-21" },
		{ NOW + 1, "2027-01-20 14:03:01 UTC" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(
		    otp_when_ago(NOW, cases[i].then).text, cases[i].text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    when_span__has_the_largest_unit_of_which_there_are_two),
		cmocka_unit_test(when_moment__is_in_utc),
		cmocka_unit_test(
		    when_ago__counts_for_thirty_days_and_then_is_a_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
