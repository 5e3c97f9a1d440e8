/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>

#include "tests/unit/unit.h"
#include "common/core/code.h"

static void
assert_digits(const char *typed, unsigned digits, uint32_t value)
{
	struct otp_code code;

	otp_code_read(typed, &code);
	assert_int_equal(code.typed, OTP_TYPED_DIGITS);
	assert_int_equal(code.digits, digits);
	assert_int_equal(code.value, value);
}

static void
assert_malformed(const char *typed)
{
	static const uint8_t zeros[OTP_RECOVERY_CODE_SIZE];
	struct otp_code code;

	memset(&code, 0xa5, sizeof(code));
	otp_code_read(typed, &code);
	if (code.typed != OTP_TYPED_MALFORMED)
		fail_msg("%.40s was taken", typed);
	assert_int_equal(code.digits, 0);
	assert_int_equal(code.value, 0);
	assert_memory_equal(code.recovery, zeros, sizeof(zeros));
}

static void
code_read__takes_six_to_eight_digits(void **state)
{
	(void)state;
	assert_digits("123456", 6, 123456);
	assert_digits("1234567", 7, 1234567);
	assert_digits("12345678", 8, 12345678);
	assert_digits("99999999", 8, 99999999);
}

static void
code_read__counts_leading_zeros(void **state)
{
	(void)state;
	assert_digits("000000", 6, 0);
	assert_digits("000012", 6, 12);
	assert_digits("0000012", 7, 12);
}

static void
code_read__skips_what_apps_and_clipboards_add(void **state)
{
	(void)state;
	assert_digits("123456 ", 6, 123456);
	assert_digits(" \t123456", 6, 123456);
	assert_digits("123456\r\n", 6, 123456);
	assert_digits("123  456", 6, 123456);
	assert_digits("123-456", 6, 123456);
	assert_digits("-123456", 6, 123456);
	assert_digits("123\xc2\xa0"
		      "456",
	    6, 123456);
	assert_digits("\xe2\x80\x8b"
		      "123456",
	    6, 123456);
	/* full-width and Arabic-Indic digits */
	assert_digits("\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93\xef\xbc\x94"
		      "\xef\xbc\x95\xef\xbc\x96",
	    6, 123456);
	assert_digits(
	    "\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6", 6, 123456);
	assert_digits("123 456", 6, 123456);
	assert_digits("1234 5678", 8, 12345678);
	assert_digits("12 34 56", 6, 123456);
	assert_digits("1 2 3 4 5 6", 6, 123456);
}

static void
code_read__refuses_what_is_no_code(void **state)
{
	static const char *const cases[] = {
		"",
		" ",
		"1",
		"12345",
		"123456789",
		"1234567890123456",
		"12345a",
		"a12345",
		"123a456",
		"abcdef",
		"+12345",
		"-12345",
		"+123456",
		"0x1234",
		"123.456",
		"123,456",
		"12e456",
		"\n123456",
		"123\n456",
		"      ",
		/* full-width and Arabic-Indic digits, and a comma */
		"\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93\xd9\xa4\xd9\xa5\xd9\xa6",
		("123\xef\xbc\x8c"
		 "456"),
		"INCORRECT",
		"password",
		"a\b\n",
		"0123-4567-89AB-CDEF-GHJK-MNP",
		"0123456789ABCDEFGHJKMNPU",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_malformed(cases[i]);
}

static void
code_read__refuses_endless_text(void **state)
{
	static const char fills[] = { '1', 'A', 'x', ' ', '-', '\n' };
	const size_t sizes[] = { 512, 1 << 20 };

	(void)state;
	for (size_t i = 0; i < COUNT(sizes) * COUNT(fills); i++) {
		size_t size = sizes[i % COUNT(sizes)];
		char *text = malloc(size + 1);

		assert_non_null(text);
		memset(text, fills[i / COUNT(sizes)], size);
		text[size] = '\0';
		assert_malformed(text);
		free(text);
	}
}

static void
code_read__takes_recovery_codes(void **state)
{
	static const char *const cases[] = { "0123-4567-89AB-CDEF-GHJK-MNPQ",
		"0123456789abcdefghjkmnpq", "ol23 4567 89ab cdef ghjk mnpq",
		"111111111111111111111111" };
	struct otp_code code;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		otp_code_read(cases[i], &code);
		assert_int_equal(code.typed, OTP_TYPED_RECOVERY);
		assert_int_equal(code.digits, 0);
	}
	otp_code_read(cases[0], &code);
	assert_int_equal(code.recovery[14], 0xd7);
}

static void
code_read__knows_the_stand_in_of_sshd_at_any_length(void **state)
{
	static const char stand_in[] = "\b\n\r\177INCORRECT";
	struct otp_code code;

	(void)state;
	for (size_t length = 1; length < sizeof(stand_in); length++) {
		char typed[sizeof(stand_in)] = "";

		memcpy(typed, stand_in, length);
		otp_code_read(typed, &code);
		assert_int_equal(code.typed, OTP_TYPED_WITHHELD);
	}
	/* Longer answers repeat it. */
	otp_code_read("\b\n\r\177INCORRECT\b\n\r\177INCORRECT", &code);
	assert_int_equal(code.typed, OTP_TYPED_WITHHELD);
	otp_code_read("\b123456", &code);
	assert_int_equal(code.typed, OTP_TYPED_WITHHELD);
}

static void
code_split__cuts_from_the_end(void **state)
{
	size_t length = 99;

	(void)state;
	assert_int_equal(otp_code_split("secret123456", 6, &length), OTP_OK);
	assert_int_equal(length, 6);
	assert_int_equal(otp_code_split("9876543123456", 6, &length), OTP_OK);
	assert_int_equal(length, 7);
	assert_int_equal(otp_code_split("x12345678", 8, &length), OTP_OK);
	assert_int_equal(length, 1);
	assert_int_equal(otp_code_split("112345678", 7, &length), OTP_OK);
	assert_int_equal(length, 2);
	assert_int_equal(otp_code_split(" 123456", 6, &length), OTP_OK);
	assert_int_equal(length, 1);
	assert_int_equal(otp_code_split("secret123456\n", 6, &length), OTP_OK);
	assert_int_equal(length, 6);
	assert_int_equal(otp_code_split("a\n123456\r\n\n", 6, &length), OTP_OK);
	assert_int_equal(length, 2);
}

static void
code_split__refuses_what_has_no_password_or_no_code(void **state)
{
	static const char *const cases[] = { "", "1", "12345", "123456",
		"secret", "secret12345", "secret123 456", "secret123456 ",
		"secret123456\n ", "secret12345x", "\r\n", "123456\r\n",
		("secret\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93\xef\xbc\x94"
		 "\xef\xbc\x95\xef\xbc\x96"),
		"\b\n\r\177INCORRECT", "0123-4567-89AB-CDEF-GHJK-MNPQ" };
	size_t length = 99;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
		    otp_code_split(cases[i], 6, &length), OTP_ERR_PARSE);
	assert_int_equal(
	    otp_code_split("secret123456", 0, &length), OTP_ERR_PARSE);
	assert_int_equal(
	    otp_code_split("secret12345", 5, &length), OTP_ERR_PARSE);
	assert_int_equal(
	    otp_code_split("secret123456789", 9, &length), OTP_ERR_PARSE);
	assert_int_equal(length, 99);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(code_read__takes_six_to_eight_digits),
		cmocka_unit_test(code_read__counts_leading_zeros),
		cmocka_unit_test(code_read__skips_what_apps_and_clipboards_add),
		cmocka_unit_test(code_read__refuses_what_is_no_code),
		cmocka_unit_test(code_read__refuses_endless_text),
		cmocka_unit_test(code_read__takes_recovery_codes),
		cmocka_unit_test(
		    code_read__knows_the_stand_in_of_sshd_at_any_length),
		cmocka_unit_test(code_split__cuts_from_the_end),
		cmocka_unit_test(
		    code_split__refuses_what_has_no_password_or_no_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
