/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "common/core/decimal.h"

static enum otp_err
read_to(const char *text, uint64_t max, uint64_t *ret_value)
{
	return otp_decimal_read(text, strlen(text), max, ret_value);
}

static void
decimal_read__takes_digits_up_to_the_bound(void **state)
{
	static const struct {
		const char *text;
		uint64_t max, value;
	} cases[] = {
		{ "0", 0, 0 },
		{ "0", 9, 0 },
		{ "7", 7, 7 },
		{ "120", 120, 120 },
		{ "18446744073709551615", UINT64_MAX, UINT64_MAX },
		{ "9223372036854775807", INT64_MAX, INT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t value = 99;

		assert_int_equal(
		    read_to(cases[i].text, cases[i].max, &value), OTP_OK);
		assert_true(value == cases[i].value);
	}
}

static void
decimal_read__refuses_all_else_and_leaves_the_output(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
	} cases[] = {
		{ "", 9 },
		{ "00", 9 },
		{ "06", 9 },
		{ "+6", 9 },
		{ "-6", 9 },
		{ " 6", 9 },
		{ "6 ", 9 },
		{ "6\n", 9 },
		{ "0x6", 99 },
		{ "1e3", 9999 },
		{ "6.0", 99 },
		{ "8", 7 },
		{ "1", 0 },
		{ "121", 120 },
		{ "130", 120 },
		{ "18446744073709551616", UINT64_MAX },
		{ "18446744073709551620", UINT64_MAX },
		{ "99999999999999999999", UINT64_MAX },
		{ "184467440737095516150", UINT64_MAX },
		{ "4294967302", 6 },
	};
	uint64_t value = 99;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(read_to(cases[i].text, cases[i].max, &value),
		    OTP_ERR_PARSE);
	assert_int_equal(otp_decimal_read("6\0", 2, 99, &value), OTP_ERR_PARSE);
	assert_true(value == 99);
}

static void
decimal_write__is_read_back(void **state)
{
	static const uint64_t values[] = { 0, 1, 9, 10, 100, UINT32_MAX,
		INT64_MAX, UINT64_MAX };
	char text[OTP_DECIMAL_SIZE];
	uint64_t value = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		size_t length = otp_decimal_write(values[i], text);

		assert_int_equal(length, strlen(text));
		assert_int_equal(read_to(text, UINT64_MAX, &value), OTP_OK);
		assert_true(value == values[i]);
	}
	assert_string_equal(text, "18446744073709551615");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decimal_read__takes_digits_up_to_the_bound),
		cmocka_unit_test(
		    decimal_read__refuses_all_else_and_leaves_the_output),
		cmocka_unit_test(decimal_write__is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
