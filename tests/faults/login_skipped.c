/* SPDX-License-Identifier: BSD-2-Clause */
/* In the place of login_test.c, where a sanitizer has the calls in its hand. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
login__fails_closed_under_sanitizers(void **state)
{
	(void)state;
	skip();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(login__fails_closed_under_sanitizers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
