/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>

#include "tests/unit/unit.h"
#include "common/core/wipe.h"

static void
wipe__leaves_zeros_and_nothing_else_touched(void **state)
{
	char text[] = "xsecretx";

	(void)state;
	otp_wipe(text + 1, 6);
	assert_memory_equal(text, "x\0\0\0\0\0\0x", 8);
	otp_wipe(text, 0);
	assert_int_equal(text[0], 'x');
}

static void
wipe_free__takes_null(void **state)
{
	(void)state;
	otp_wipe_free(NULL);
	otp_wipe_free(strdup("secret"));
	otp_wipe_free(strdup(""));
}

static void
equal__sees_a_difference_in_every_byte(void **state)
{
	unsigned char a[32] = { 0 }, b[32] = { 0 };

	(void)state;
	assert_true(otp_equal(a, b, sizeof(a)));
	assert_true(otp_equal(a, b, 0));
	for (size_t i = 0; i < sizeof(a); i++) {
		b[i] = 0x80;
		assert_false(otp_equal(a, b, sizeof(a)));
		assert_true(otp_equal(a, b, i));
		b[i] = 0;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wipe__leaves_zeros_and_nothing_else_touched),
		cmocka_unit_test(wipe_free__takes_null),
		cmocka_unit_test(equal__sees_a_difference_in_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
