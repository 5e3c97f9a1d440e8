/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of pam.d, and any bytes in their place. */
#include "config.h"

#include "tests/unit/unit.h"

#include <stdio.h>

#include "otp-enroll/pamconf/parse.h"

/* Read the first line of TEXT. */
static bool
first(const char *text, struct otp_stack_line *ret_line)
{
	struct otp_lines left = { text, strlen(text), 0 };

	return otp_stack_next(&left, ret_line);
}

static void
stack__reads_a_line(void **state)
{
	struct otp_stack_line line;

	(void)state;
	assert_true(first("\n# x\n  auth\trequired pam_otp.so  a [b c] "
			  "[d\\]e] # f\n",
	    &line));
	assert_int_equal(line.number, 3);
	assert_int_equal(line.type, OTP_STACK_AUTH);
	assert_int_equal(line.kind, OTP_STACK_MODULE);
	assert_string_equal(line.name, "pam_otp.so");
	assert_int_equal(line.argc, 3);
	assert_string_equal(line.argv[0], "a");
	assert_string_equal(line.argv[1], "b c");
	assert_string_equal(line.argv[2], "d]e");
}

static void
stack__joins_lines_that_go_on(void **state)
{
	struct otp_lines text = { "auth \\\n required\\\n m.so\n-ACCOUNT "
				  "Include x",
		0, 0 };
	struct otp_stack_line line;

	(void)state;
	text.size = strlen(text.text);
	assert_true(otp_stack_next(&text, &line));
	assert_int_equal(line.number, 1);
	assert_string_equal(line.name, "m.so");
	assert_true(otp_stack_next(&text, &line));
	assert_int_equal(line.number, 4);
	assert_int_equal(line.type, OTP_STACK_ACCOUNT);
	assert_int_equal(line.kind, OTP_STACK_INCLUDE);
	assert_string_equal(line.name, "x");
	assert_false(otp_stack_next(&text, &line));
}

static void
stack__reads_controls(void **state)
{
	static const struct {
		const char *text;
		int success;
		int ignore;
		int auth_err;
		int unknown;
	} cases[] = {
		{ "required", OTP_STACK_OK, OTP_STACK_PASS, OTP_STACK_BAD,
		    OTP_STACK_BAD },
		{ "Requisite", OTP_STACK_OK, OTP_STACK_PASS, OTP_STACK_DIE,
		    OTP_STACK_DIE },
		{ "sufficient", OTP_STACK_DONE, OTP_STACK_PASS, OTP_STACK_PASS,
		    OTP_STACK_PASS },
		{ "optional", OTP_STACK_OK, OTP_STACK_PASS, OTP_STACK_PASS,
		    OTP_STACK_PASS },
		{ "[success=2 default=ignore]", 2, OTP_STACK_PASS,
		    OTP_STACK_PASS, OTP_STACK_PASS },
		{ "[ success = ok  auth_err=die ]", OTP_STACK_OK, OTP_STACK_BAD,
		    OTP_STACK_DIE, OTP_STACK_BAD },
		{ "[default=reset success=done]", OTP_STACK_DONE,
		    OTP_STACK_RESET, OTP_STACK_RESET, OTP_STACK_RESET },
		{ "[success=1000000]", 1000000, OTP_STACK_BAD, OTP_STACK_BAD,
		    OTP_STACK_BAD },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct otp_stack_line line;
		char text[128];

		snprintf(text, sizeof(text), "auth %s m.so", cases[i].text);
		assert_true(first(text, &line));
		assert_false(line.bad_control);
		assert_int_equal(
		    line.actions[OTP_STACK_SUCCESS], cases[i].success);
		assert_int_equal(
		    line.actions[OTP_STACK_IGNORE], cases[i].ignore);
		assert_int_equal(
		    line.actions[OTP_STACK_AUTH_ERR], cases[i].auth_err);
		assert_int_equal(
		    line.actions[OTP_STACK_UNKNOWN], cases[i].unknown);
	}
}

static void
stack__flags_controls_that_pam_does_not_take(void **state)
{
	static const char *const controls[] = { "requird", "[success]",
		"[success=]", "[success=0]", "[success=-1]", "[success=ok",
		"[defualt=ok]", "[success=okay]", "[=ok]", "[success=1000001]",
		"[success=99999999999999999999]" };

	(void)state;
	for (size_t i = 0; i < COUNT(controls); i++) {
		struct otp_stack_line line;
		char text[128];

		snprintf(text, sizeof(text), "auth %s m.so", controls[i]);
		assert_true(first(text, &line));
		/* An open bracket takes the module with it. */
		assert_true(line.bad_control || line.kind == OTP_STACK_BROKEN);
		assert_int_equal(
		    line.actions[OTP_STACK_SUCCESS], OTP_STACK_BAD);
	}
}

static void
stack__flags_lines_that_are_none(void **state)
{
	static const char *const lines[] = { "auth", "auth required",
		"required", "ath required m.so", "@include", "-", "[", "]",
		"\\", "auth include", "@Include x" };

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct otp_stack_line line;

		if (!first(lines[i], &line))
			continue; /* nothing but a backslash */
		assert_int_equal(line.kind, OTP_STACK_BROKEN);
		assert_null(line.name);
	}
}

static void
stack__keeps_the_control_of_a_line_that_is_none(void **state)
{
	static const char *const lines[] = { "ath sufficient m.so",
		"auth sufficient" };
	struct otp_stack_line line;

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		assert_true(first(lines[i], &line));
		assert_int_equal(line.kind, OTP_STACK_BROKEN);
		assert_int_equal(
		    line.actions[OTP_STACK_PERM_DENIED], OTP_STACK_PASS);
	}
	assert_true(first("ath include x", &line));
	assert_int_equal(line.kind, OTP_STACK_INCLUDE);
	assert_int_equal(line.type, OTP_STACK_ANY);
	assert_false(otp_stack_is_whole(&line));
	assert_true(first("@include x", &line));
	assert_true(otp_stack_is_whole(&line));
}

static void
stack__reads_sets_of_results(void **state)
{
	(void)state;
	assert_int_equal(otp_stack_results(""), 0);
	assert_int_equal(otp_stack_results("success"), 1);
	assert_int_equal(otp_stack_results(" ignore  auth_err "),
	    UINT32_C(1) << OTP_STACK_IGNORE |
		UINT32_C(1) << OTP_STACK_AUTH_ERR);
	assert_int_equal(otp_stack_results("default"), UINT32_MAX);
}

static void
stack__flags_a_long_line_and_goes_on(void **state)
{
	char text[3000];
	struct otp_lines left = { text, sizeof(text), 0 };
	struct otp_stack_line line;
	const char last[] = "\nauth required m.so";

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text + sizeof(text) - strlen(last), last, strlen(last));
	assert_true(otp_stack_next(&left, &line));
	assert_int_equal(line.kind, OTP_STACK_BROKEN);
	assert_true(otp_stack_next(&left, &line));
	assert_int_equal(line.number, 2);
	assert_string_equal(line.name, "m.so");
	assert_false(otp_stack_next(&left, &line));
}

/* From the words of such files, with any byte now and then. */
static void
stack__takes_any_bytes(void **state)
{
	static const char *const words[] = { "auth ", "-account\t", "required ",
		"[success=", "default=", "ok", "]", "[", "\\", "\n", "#",
		"@include ", "include ", "m.so ", " ", "\\\n", "\\]", "3" };
	uint64_t seed = 20261122;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		struct otp_stack_line line;
		struct otp_lines left;
		char text[256];
		size_t size = 0, lines = 0;

		while (size < 200) {
			const char *word =
			    words[unit_between(&seed, 0, COUNT(words) - 1)];

			if (unit_between(&seed, 0, 9) == 0) {
				unit_fill(&seed, text + size++, 1);
				continue;
			}
			memcpy(text + size, word, strlen(word));
			size += strlen(word);
		}
		left = (struct otp_lines){ text, size, 0 };
		while (otp_stack_next(&left, &line)) {
			lines++;
			assert_true(
			    line.kind == OTP_STACK_BROKEN || line.name != NULL);
			for (int i = 0; i < line.argc; i++)
				assert_true(strlen(line.argv[i]) < 256);
		}
		assert_true(lines <= 256);
		assert_int_equal(left.size, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stack__reads_a_line),
		cmocka_unit_test(stack__joins_lines_that_go_on),
		cmocka_unit_test(stack__reads_controls),
		cmocka_unit_test(stack__flags_controls_that_pam_does_not_take),
		cmocka_unit_test(stack__flags_lines_that_are_none),
		cmocka_unit_test(
		    stack__keeps_the_control_of_a_line_that_is_none),
		cmocka_unit_test(stack__reads_sets_of_results),
		cmocka_unit_test(stack__flags_a_long_line_and_goes_on),
		cmocka_unit_test(stack__takes_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
