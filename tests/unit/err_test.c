/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "common/core/err.h"

static void
assert_word(const char *word)
{
	assert_non_null(word);
	assert_int_equal(strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-"),
	    strlen(word));
}

static void
err__has_a_word_of_its_own_for_each(void **state)
{
	(void)state;
	for (int i = 0; i <= OTP_ERR_NOMEM; i++) {
		const char *reason = otp_err_reason((enum otp_err)i);

		assert_word(reason);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(
			    reason, otp_err_reason((enum otp_err)j));
	}
}

static void
detail__has_a_word_of_its_own_for_each(void **state)
{
	(void)state;
	assert_string_equal(otp_detail_word(OTP_DETAIL_NONE), "");
	for (int i = 1; i < OTP_DETAIL_COUNT; i++) {
		const char *word = otp_detail_word((enum otp_detail)i);

		assert_word(word);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(
			    word, otp_detail_word((enum otp_detail)j));
	}
	assert_string_equal(otp_detail_word((enum otp_detail)10000), "unknown");
}

static void
err__names_the_reasons_of_the_log(void **state)
{
	(void)state;
	assert_string_equal(otp_err_reason(OTP_ERR_OWNER), "owner");
	assert_string_equal(otp_err_reason(OTP_ERR_NO_STORE), "no-store");
	assert_string_equal(otp_err_reason(OTP_ERR_NO_STATE), "no-state");
	assert_string_equal(
	    otp_err_reason(OTP_ERR_LOCK_TIMEOUT), "lock-timeout");
	assert_string_equal(otp_err_reason(OTP_ERR_OPTION), "option");
	assert_string_equal(otp_err_reason(OTP_ERR_CHECKSUM), "checksum");
}

static void
err__has_words_for_what_is_none(void **state)
{
	(void)state;
	assert_string_equal(otp_err_reason((enum otp_err)10000), "unknown");
}

static void
fault__returns_the_error_and_fills_what_is_given(void **state)
{
	struct otp_fault fault = { 0 };

	(void)state;
	fault.line = 7;
	assert_int_equal(
	    otp_fault_set(&fault, OTP_ERR_READ, 5, "/a", OTP_DETAIL_TIME),
	    OTP_ERR_READ);
	assert_int_equal(fault.errnum, 5);
	assert_int_equal(fault.line, 7);
	assert_string_equal(fault.where, "/a");
	assert_int_equal(fault.detail, OTP_DETAIL_TIME);

	assert_int_equal(
	    otp_fault_set(&fault, OTP_ERR_MODE, 0, NULL, OTP_DETAIL_NONE),
	    OTP_ERR_MODE);
	assert_int_equal(fault.errnum, 0);
	assert_string_equal(fault.where, "/a");
	assert_int_equal(fault.detail, OTP_DETAIL_TIME);
	assert_int_equal(
	    otp_fault_set(NULL, OTP_ERR_LINK, 1, "a", OTP_DETAIL_TIME),
	    OTP_ERR_LINK);
}

static void
fault__takes_a_number(void **state)
{
	struct otp_fault fault = { .errnum = 5 };

	(void)state;
	assert_int_equal(otp_fault_set_number(&fault, OTP_ERR_OWNER, "/a",
			     OTP_DETAIL_OWNER, 1000),
	    OTP_ERR_OWNER);
	assert_int_equal(fault.errnum, 0);
	assert_string_equal(unit_detail(&fault), "owner 1000");
	assert_int_equal(otp_fault_set_number(
			     NULL, OTP_ERR_OWNER, "/a", OTP_DETAIL_OWNER, 1000),
	    OTP_ERR_OWNER);
}

static void
fault__cuts_what_is_too_long(void **state)
{
	struct otp_fault fault = { 0 };
	char text[1000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(
	    otp_fault_set(&fault, OTP_ERR_READ, 0, text, OTP_DETAIL_NONE),
	    OTP_ERR_READ);
	assert_int_equal(strlen(fault.where), OTP_FAULT_WHERE_SIZE - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(err__has_a_word_of_its_own_for_each),
		cmocka_unit_test(detail__has_a_word_of_its_own_for_each),
		cmocka_unit_test(err__names_the_reasons_of_the_log),
		cmocka_unit_test(err__has_words_for_what_is_none),
		cmocka_unit_test(
		    fault__returns_the_error_and_fills_what_is_given),
		cmocka_unit_test(fault__takes_a_number),
		cmocka_unit_test(fault__cuts_what_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
