/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "common/core/line.h"

/* Cut the next line off REST and compare it. */
static struct otp_line
assert_line(struct otp_lines *rest, const char *text, unsigned number)
{
	struct otp_line line;

	assert_true(otp_line_next(rest, &line));
	assert_int_equal(line.length, strlen(text));
	assert_memory_equal(line.text, text, line.length);
	assert_int_equal(rest->number, number);
	return line;
}

static void
line_next__cuts_at_newlines_and_counts(void **state)
{
	struct otp_lines rest = { "one\n\n three \n", 13, 0 };
	struct otp_line line;

	(void)state;
	assert_true(assert_line(&rest, "one", 1).ended);
	assert_true(assert_line(&rest, "", 2).ended);
	assert_true(assert_line(&rest, " three ", 3).ended);
	assert_false(otp_line_next(&rest, &line));
	assert_int_equal(rest.number, 3);
}

static void
line_next__finds_no_line_in_an_empty_text(void **state)
{
	struct otp_lines rest = { NULL, 0, 0 };
	struct otp_line line;

	(void)state;
	assert_false(otp_line_next(&rest, &line));
}

static void
line_next__reports_a_last_line_without_a_newline(void **state)
{
	struct otp_lines rest = { "a\nbc and no more", 4, 0 };
	struct otp_line line;

	(void)state;
	assert_true(assert_line(&rest, "a", 1).ended);
	assert_false(assert_line(&rest, "bc", 2).ended);
	assert_false(otp_line_next(&rest, &line));
}

static void
line_next__reports_a_carriage_return_and_keeps_it(void **state)
{
	struct otp_lines rest = { "a\r\n\rb\n\r\n\r", 9, 0 };

	(void)state;
	assert_true(assert_line(&rest, "a\r", 1).has_cr);
	assert_false(assert_line(&rest, "\rb", 2).has_cr);
	assert_true(assert_line(&rest, "\r", 3).has_cr);
	assert_true(assert_line(&rest, "\r", 4).has_cr);
}

static void
line_next__reports_a_nul_in_that_line_alone(void **state)
{
	struct otp_lines rest = { "a\n\0b\nc\0", 7, 0 };
	struct otp_line line = { .length = 0 };

	(void)state;
	assert_false(assert_line(&rest, "a", 1).has_nul);
	assert_true(otp_line_next(&rest, &line));
	assert_int_equal(line.length, 2);
	assert_true(line.has_nul);
	assert_true(otp_line_next(&rest, &line));
	assert_int_equal(line.length, 2);
	assert_true(line.has_nul);
}

static void
line_from_returns__changes_a_text_without_newlines(void **state)
{
	char returns[] = "a\rb\r\rc", both[] = "a\rb\r\n", none[] = "ab";

	(void)state;
	otp_line_from_returns(returns, strlen(returns));
	assert_string_equal(returns, "a\nb\n\nc");
	otp_line_from_returns(both, strlen(both));
	assert_string_equal(both, "a\rb\r\n");
	otp_line_from_returns(none, strlen(none));
	assert_string_equal(none, "ab");
	otp_line_from_returns(returns, 0);
	/* Not the byte after it. */
	memcpy(returns, "a\r\r", 3);
	otp_line_from_returns(returns, 2);
	assert_memory_equal(returns, "a\n\r", 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_next__cuts_at_newlines_and_counts),
		cmocka_unit_test(line_next__finds_no_line_in_an_empty_text),
		cmocka_unit_test(
		    line_next__reports_a_last_line_without_a_newline),
		cmocka_unit_test(
		    line_next__reports_a_carriage_return_and_keeps_it),
		cmocka_unit_test(line_next__reports_a_nul_in_that_line_alone),
		cmocka_unit_test(
		    line_from_returns__changes_a_text_without_newlines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
