/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"

#include "pam_otpd/limits.h"

#define NOW   INT64_C(5000000)
#define TRIES 10
#define SPAN  60000

static void
limits__allow_ten_tries_in_any_minute(void **state)
{
	static struct otp_limits limits = { .most = TRIES, .span = SPAN };

	(void)state;
	for (unsigned i = 0; i < TRIES; i++)
		assert_true(otp_limits_count(&limits, 1000, NOW + i * 1000));
	assert_false(otp_limits_count(&limits, 1000, NOW + 10000));
	assert_false(otp_limits_count(&limits, 1000, NOW + SPAN - 1));
	/* The first one is a minute old; and then the second. */
	assert_true(otp_limits_count(&limits, 1000, NOW + SPAN));
	assert_false(otp_limits_count(&limits, 1000, NOW + SPAN + 999));
	assert_true(otp_limits_count(&limits, 1000, NOW + SPAN + 1000));
	assert_false(otp_limits_count(&limits, 1000, NOW + SPAN + 1001));
}

static void
limits__are_each_uids_own(void **state)
{
	static struct otp_limits limits = { .most = TRIES, .span = SPAN };

	(void)state;
	for (unsigned i = 0; i < TRIES; i++)
		assert_true(otp_limits_count(&limits, 1000, NOW));
	assert_false(otp_limits_count(&limits, 1000, NOW));
	assert_true(otp_limits_count(&limits, 0, NOW));
	assert_true(otp_limits_count(&limits, 1001, NOW));
}

/* A hundred uids, and far more than there is room for. */
static void
limits__have_a_fixed_size(void **state)
{
	static struct otp_limits limits = { .most = TRIES, .span = SPAN };

	(void)state;
	for (uint32_t uid = 0; uid < OTP_LIMITS_UIDS; uid++)
		assert_true(otp_limits_count(&limits, uid, NOW));
	assert_false(otp_limits_count(&limits, OTP_LIMITS_UIDS, NOW));
	assert_false(
	    otp_limits_count(&limits, OTP_LIMITS_UIDS, NOW + SPAN - 1));
	/* Those that have a place keep it. */
	assert_true(otp_limits_count(&limits, 7, NOW + 1));
	for (uint32_t uid = 2000; uid < 2000 + OTP_LIMITS_UIDS - 1; uid++)
		assert_true(otp_limits_count(&limits, uid, NOW + SPAN));
	assert_false(otp_limits_count(&limits, 9999, NOW + SPAN));
	for (unsigned i = 1; i < TRIES; i++)
		assert_true(otp_limits_count(&limits, 7, NOW + SPAN));
}

static void
limits__log_one_line_a_minute(void **state)
{
	static struct otp_limits limits = { .most = 1, .span = SPAN };

	(void)state;
	assert_true(otp_limits_log(&limits, 1000, NOW));
	assert_false(otp_limits_log(&limits, 1000, NOW));
	assert_false(otp_limits_log(&limits, 1000, NOW + SPAN - 1));
	assert_true(otp_limits_log(&limits, 1001, NOW + 1));
	assert_true(otp_limits_log(&limits, 1000, NOW + SPAN));
	assert_false(otp_limits_log(&limits, 1000, NOW + SPAN));
}

/* The uids for which there is no place share a line, so that the log has one. */
static void
limits__log_one_line_for_those_without_a_place(void **state)
{
	static struct otp_limits limits = { .most = 1, .span = SPAN };

	(void)state;
	for (uint32_t uid = 0; uid < OTP_LIMITS_UIDS; uid++)
		assert_true(otp_limits_log(&limits, uid, NOW));
	assert_true(otp_limits_log(&limits, 5000, NOW + 1));
	assert_false(otp_limits_log(&limits, 5000, NOW + 2));
	assert_false(otp_limits_log(&limits, 5001, NOW + 2));
	assert_false(otp_limits_lapsed(&limits, NOW + SPAN));
	assert_true(otp_limits_lapsed(&limits, NOW + 1 + SPAN));
}

/* Subordinate uids, of which one user may have thousands. */
static void
limits__keep_no_place_for_who_may_not_try(void **state)
{
	static struct otp_limits limits = { .most = TRIES, .span = SPAN };

	(void)state;
	for (uint32_t uid = 0; uid < 2 * OTP_LIMITS_UIDS; uid++) {
		assert_true(otp_limits_count(&limits, uid, NOW));
		otp_limits_return(&limits, uid);
	}
	otp_limits_return(&limits, 0); /* there is none */
	assert_true(otp_limits_lapsed(&limits, NOW));
	/* The others count on. */
	for (unsigned i = 0; i < TRIES; i++)
		assert_true(otp_limits_count(&limits, 1000, NOW + i));
	otp_limits_return(&limits, 1000);
	assert_true(otp_limits_count(&limits, 1000, NOW + 20));
	assert_false(otp_limits_count(&limits, 1000, NOW + 20));
}

/* Many in few places: never more than there should be, in any minute. */
static void
limits__count_what_happens_often(void **state)
{
	static struct otp_limits limits = {
		.most = 3, .each = 50, .span = SPAN
	};

	(void)state;
	for (unsigned i = 0; i < 150; i++)
		assert_true(otp_limits_count(&limits, 1000, NOW + i * 100));
	assert_false(otp_limits_count(&limits, 1000, NOW + 15000));
	assert_true(otp_limits_count(&limits, 1001, NOW + 15000));
	/* The first of 50 were at NOW, the last at NOW + 4900. */
	assert_false(otp_limits_count(&limits, 1000, NOW + SPAN + 4899));
	for (unsigned i = 0; i < 50; i++)
		assert_true(otp_limits_count(&limits, 1000, NOW + SPAN + 4900));
	assert_false(otp_limits_count(&limits, 1000, NOW + SPAN + 4900));
	assert_false(otp_limits_lapsed(&limits, NOW + 2 * SPAN + 4899));
	assert_true(otp_limits_lapsed(&limits, NOW + 2 * SPAN + 4900));
}

/* Across the end of a place, too. */
static void
limits__return_what_happens_often(void **state)
{
	static struct otp_limits limits = {
		.most = 2, .each = 3, .span = SPAN
	};

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		assert_true(otp_limits_count(&limits, 1000, NOW));
	for (unsigned i = 0; i < 2; i++)
		otp_limits_return(&limits, 1000);
	for (unsigned i = 0; i < 4; i++)
		assert_true(otp_limits_count(&limits, 1000, NOW));
	assert_false(otp_limits_count(&limits, 1000, NOW));
	for (unsigned i = 0; i < 6; i++) {
		assert_false(otp_limits_lapsed(&limits, NOW));
		otp_limits_return(&limits, 1000);
	}
	assert_true(otp_limits_lapsed(&limits, NOW));
}

static void
limits__lapse_with_the_last_of_them(void **state)
{
	static struct otp_limits limits = { .most = TRIES, .span = SPAN };

	(void)state;
	assert_true(otp_limits_lapsed(&limits, NOW));
	assert_true(otp_limits_count(&limits, 1000, NOW));
	assert_true(otp_limits_count(&limits, 1000, NOW + 5));
	assert_true(otp_limits_count(&limits, 1001, NOW + 9));
	assert_false(otp_limits_lapsed(&limits, NOW + SPAN + 4));
	assert_false(otp_limits_lapsed(&limits, NOW + SPAN + 8));
	assert_true(otp_limits_lapsed(&limits, NOW + SPAN + 9));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits__allow_ten_tries_in_any_minute),
		cmocka_unit_test(limits__are_each_uids_own),
		cmocka_unit_test(limits__have_a_fixed_size),
		cmocka_unit_test(limits__log_one_line_a_minute),
		cmocka_unit_test(
		    limits__log_one_line_for_those_without_a_place),
		cmocka_unit_test(limits__keep_no_place_for_who_may_not_try),
		cmocka_unit_test(limits__count_what_happens_often),
		cmocka_unit_test(limits__return_what_happens_often),
		cmocka_unit_test(limits__lapse_with_the_last_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
