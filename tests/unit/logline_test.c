/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>

#include "tests/unit/unit.h"
#include "common/core/logline.h"

static void
event__is_a_line_of_keys_in_the_callers_order(void **state)
{
	struct otp_logline event;

	(void)state;
	otp_logline_begin(&event);
	assert_string_equal(event.text, "");
	otp_logline_word(&event, "result", "refused");
	otp_logline_word(&event, "user", "alice");
	otp_logline_word(&event, "rhost", NULL);
	otp_logline_word(&event, "tty", "");
	otp_logline_quoted(&event, "token", "host:alice");
	otp_logline_quoted(&event, "label", NULL);
	otp_logline_number(&event, "failures", 0, "");
	otp_logline_number(&event, "drift", -90, "s");
	assert_string_equal(event.text,
	    "result=refused user=alice token=\"host:alice\" failures=0 "
	    "drift=-90s");
	assert_int_equal(event.length, strlen(event.text));
}

static void
event__writes_every_number(void **state)
{
	static const struct {
		int64_t value;
		const char *text;
	} cases[] = {
		{ 0, "n=0" },
		{ -1, "n=-1" },
		{ INT64_MAX, "n=9223372036854775807" },
		{ INT64_MIN, "n=-9223372036854775808" },
	};
	struct otp_logline event;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		otp_logline_begin(&event);
		otp_logline_number(&event, "n", cases[i].value, "");
		assert_string_equal(event.text, cases[i].text);
	}
	otp_logline_begin(&event);
	otp_logline_number(&event, "n", 1, "a unit that has no end");
	assert_string_equal(event.text, "n=1a unit ");
}

static void
event__names_every_errno(void **state)
{
	static const struct {
		int errnum;
		const char *text;
	} cases[] = {
		{ 0, "" },
#ifdef HAVE_STRERRORNAME_NP
		{ ENOSPC, "errno=ENOSPC" },
#endif
		{ 4000, "errno=4000" }, /* of no system */
	};
	struct otp_logline event;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		otp_logline_begin(&event);
		otp_logline_errno(&event, cases[i].errnum);
		assert_string_equal(event.text, cases[i].text);
	}
}

static void
event__quotes_and_escapes_what_is_hostile(void **state)
{
	static const struct {
		const char *value, *text;
	} cases[] = {
		{ "a-b_c.d:e@f%g+h/i", "k=a-b_c.d:e@f%g+h/i" },
		{ "%n%s", "k=%n%s" },
		{ "a b", "k=\"a b\"" },
		{ "a=b", "k=\"a=b\"" },
		{ "x\" user=root", "k=\"x\\x22 user=root\"" },
		{ "a\\b", "k=\"a\\x5cb\"" },
		{ "a\nresult=accepted", "k=\"a\\x0aresult=accepted\"" },
		{ "\r\t\033[2J", "k=\"\\x0d\\x09\\x1b[2J\"" },
		{ "\x7f\x80\xff", "k=\"\\x7f\\x80\\xff\"" },
		{ "\xc3\xbc", "k=\"\\xc3\\xbc\"" },
		{ "'", "k=\"'\"" },
		{ ",", "k=\",\"" },
		{ "$(x)`y`", "k=\"$(x)`y`\"" },
		{ "::1", "k=::1" },
	};
	struct otp_logline event;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		otp_logline_begin(&event);
		otp_logline_word(&event, "k", cases[i].value);
		assert_string_equal(event.text, cases[i].text);
	}
}

static void
event__never_lets_a_byte_out_of_its_value(void **state)
{
	struct otp_logline event;

	(void)state;
	for (int c = 1; c < 256; c++) {
		char value[] = { (char)c, '\0' };

		otp_logline_begin(&event);
		otp_logline_word(&event, "k", value);
		for (size_t i = 0; i < event.length; i++)
			assert_in_range(event.text[i], ' ', '~');
		otp_logline_begin(&event);
		otp_logline_quoted(&event, "k", value);
		assert_int_equal(event.text[2], '"');
		assert_null(memchr(event.text + 3, '"', event.length - 4));
		assert_int_equal(event.text[event.length - 1], '"');
	}
}

static void
event__cuts_long_values(void **state)
{
	struct otp_logline event;
	char value[4097];

	(void)state;
	memset(value, 'x', sizeof(value));
	value[256] = '\0';
	otp_logline_begin(&event);
	otp_logline_word(&event, "k", value);
	assert_int_equal(event.length, 2 + 256);
	assert_string_equal(event.text + event.length - 3, "xxx");

	value[256] = 'x';
	value[4096] = '\0';
	otp_logline_begin(&event);
	otp_logline_word(&event, "k", value);
	assert_int_equal(event.length, 2 + 256);
	assert_string_equal(event.text + event.length - 4, "x...");

	/* never within an escape */
	memset(value, '\n', 4096);
	otp_logline_begin(&event);
	otp_logline_word(&event, "k", value);
	assert_int_equal(event.length, 2 + 2 + 63 * 4 + 3);
	assert_string_equal(event.text + event.length - 8, "\\x0a...\"");
}

static void
event__leaves_out_whole_what_does_not_fit(void **state)
{
	struct otp_logline event;
	char value[257];

	(void)state;
	memset(value, 'x', sizeof(value) - 1);
	value[256] = '\0';
	otp_logline_begin(&event);
	for (unsigned i = 0; i < 3; i++)
		otp_logline_word(&event, "k", value);
	assert_int_equal(event.length, 3 * 258 + 2);
	otp_logline_word(&event, "k", value);
	assert_int_equal(event.length, 3 * 258 + 2);
	/* 1023 bytes: 776, and a space, "k=" and 244 */
	value[245] = '\0';
	otp_logline_word(&event, "k", value);
	assert_int_equal(event.length, 3 * 258 + 2);
	value[244] = '\0';
	otp_logline_word(&event, "k", value);
	assert_int_equal(event.length, OTP_EVENT_SIZE - 1);
	assert_int_equal(event.text[OTP_EVENT_SIZE - 1], '\0');
	otp_logline_word(&event, "k", "x");
	otp_logline_number(&event, "k", 1, "");
	otp_logline_quoted(&event, "k", "x");
	assert_int_equal(event.length, OTP_EVENT_SIZE - 1);
	assert_int_equal(strlen(event.text), event.length);
}

static void
event__goes_on_behind_what_was_left_out(void **state)
{
	struct otp_logline event;
	char value[257];

	(void)state;
	memset(value, 'x', sizeof(value) - 1);
	value[256] = '\0';
	otp_logline_begin(&event);
	for (unsigned i = 0; i < 5; i++)
		otp_logline_word(&event, "k", value);
	otp_logline_word(&event, "last", "y");
	assert_string_equal(event.text + event.length - 7, " last=y");
}

static void
event_escape__fits_any_size(void **state)
{
	char text[32];

	(void)state;
	otp_logline_escape("a\nb", text, sizeof(text));
	assert_string_equal(text, "a\\x0ab");
	otp_logline_escape("abcdef", text, 7);
	assert_string_equal(text, "abcdef");
	otp_logline_escape("abcdefg", text, 7);
	assert_string_equal(text, "abc...");
	otp_logline_escape("\n\n", text, 8);
	assert_string_equal(text, "\\x0a...");
	otp_logline_escape("\n\n", text, 7);
	assert_string_equal(text, "...");
	otp_logline_escape("abcd", text, 4);
	assert_string_equal(text, "...");
	otp_logline_escape("abcd", text, 3);
	assert_string_equal(text, "ab");
	otp_logline_escape("\n", text, 3);
	assert_string_equal(text, "");
	otp_logline_escape("a", text, 1);
	assert_string_equal(text, "");
	text[0] = 'z';
	otp_logline_escape("a", text, 0);
	assert_int_equal(text[0], 'z');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(event__is_a_line_of_keys_in_the_callers_order),
		cmocka_unit_test(event__writes_every_number),
		cmocka_unit_test(event__names_every_errno),
		cmocka_unit_test(event__quotes_and_escapes_what_is_hostile),
		cmocka_unit_test(event__never_lets_a_byte_out_of_its_value),
		cmocka_unit_test(event__cuts_long_values),
		cmocka_unit_test(event__leaves_out_whole_what_does_not_fit),
		cmocka_unit_test(event__goes_on_behind_what_was_left_out),
		cmocka_unit_test(event_escape__fits_any_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
