/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "common/core/duration.h"

static void
duration_read__takes_a_number_and_a_unit(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} cases[] = {
		{ "0m", 0 },
		{ "5m", 300 },
		{ "90m", 5400 },
		{ "8h", 28800 },
		{ "14d", 1209600 },
		{ "3650d", OTP_DURATION_MAX },
		{ "87600h", OTP_DURATION_MAX },
		{ "5256000m", OTP_DURATION_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t seconds = -1;

		assert_int_equal(otp_duration_read(cases[i].text,
				     strlen(cases[i].text), &seconds),
		    OTP_OK);
		assert_true(seconds == cases[i].seconds);
	}
}

static void
duration_read__refuses_everything_else(void **state)
{
	static const char *const cases[] = { "", "m", "h", "d", "5", "5s", "5w",
		"5M", "5D", "05m", "+5m", "-5m", " 5m", "5m ", "5 m", "5.5h",
		"1h30m", "5mm", "0x5m", "3651d", "87601h", "5256001m",
		"18446744073709551616d" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t seconds = -1;

		if (otp_duration_read(cases[i], strlen(cases[i]), &seconds) !=
			OTP_ERR_PARSE ||
		    seconds != -1)
			fail_msg("%s was taken", cases[i]);
	}
}

static void
duration_write__uses_the_largest_unit_that_loses_nothing(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = {
		{ 0, "0m" },
		{ 59, "0m" },
		{ 60, "1m" },
		{ 90, "1m" },
		{ 3600, "1h" },
		{ 5400, "90m" },
		{ 28800, "8h" },
		{ 86400, "1d" },
		{ 90000, "25h" },
		{ OTP_DURATION_MAX, "3650d" },
		{ OTP_DURATION_MAX - 1, "5255999m" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[OTP_DURATION_SIZE];

		otp_duration_write(cases[i].seconds, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void
duration_until__is_later_than_now(void **state)
{
	const int64_t now = INT64_C(1800000000); /* 2027-01-15 08:00 */
	static const struct {
		const char *text;
		int64_t until;
	} cases[] = {
		{ "1m", 1800000060 },
		{ "14d", 1801209600 },
		{ "2027-01-16", 1800057600 },
		{ "3650d", 2115360000 },
		{ "0m", -1 },
		{ "2027-01-15", -1 },
		{ "2026-12-31", -1 },
		{ "2037-01-12", 2115331200 },
		{ "2037-01-13", -1 },
		{ "9999-12-31", -1 },
		{ "tomorrow", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t until = -1;
		enum otp_err err = otp_duration_until(
		    cases[i].text, strlen(cases[i].text), now, &until);

		if (err != (cases[i].until < 0 ? OTP_ERR_PARSE : OTP_OK) ||
		    until != cases[i].until)
			fail_msg("%s: %lld", cases[i].text, (long long)until);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(duration_read__takes_a_number_and_a_unit),
		cmocka_unit_test(duration_read__refuses_everything_else),
		cmocka_unit_test(duration_until__is_later_than_now),
		cmocka_unit_test(
		    duration_write__uses_the_largest_unit_that_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
