/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"

#include "common/core/utf8.h"

/* The bytes of C, by RFC 3629's table. */
static size_t
encode(uint32_t c, char text[4])
{
	const size_t length = c < 0x80 ? 1
	    : c < 0x800		       ? 2
	    : c < 0x10000	       ? 3
				       : 4;
	static const unsigned char leads[] = { 0, 0, 0xC0, 0xE0, 0xF0 };

	for (size_t i = length; i > 1; i--, c >>= 6)
		text[i - 1] = (char)(0x80 | (c & 0x3F));
	text[0] = (char)(leads[length] | c);
	return length;
}

static void
utf8__reads_every_character(void **state)
{
	(void)state;
	for (uint32_t c = 0; c < 0x120000; c++) {
		char text[4];
		const size_t length = encode(c, text);
		const bool is = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
		uint32_t read = UINT32_MAX;

		assert_int_equal(
		    otp_utf8_next(text, length, &read), is ? length : 0);
		assert_int_equal(read, is ? c : UINT32_MAX);
		/* One that is cut short. */
		assert_int_equal(otp_utf8_next(text, length - 1, &read), 0);
	}
}

static void
utf8__refuses_what_is_no_character(void **state)
{
	static const char *const no[] = { "\x80", "\xbf", "\xc0\x80",
		"\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xc3(",
		"\xe2\x82(", "\xf8\x88\x80\x80\x80", "\xff", "\xfe", "a\xe9",
		"M\xfcller", "\xc3" };
	static const char *const yes[] = { "", "a", "M\xc3\xbcller",
		"\xf0\x9f\x98\x80" };

	(void)state;
	for (size_t i = 0; i < COUNT(no); i++)
		if (otp_utf8_is(no[i]))
			fail_msg("%zu was taken", i);
	for (size_t i = 0; i < COUNT(yes); i++)
		if (!otp_utf8_is(yes[i]))
			fail_msg("%zu was refused", i);
}

static void
utf8__knows_what_changes_the_text_around_it(void **state)
{
	static const uint32_t no[] = { 0, '\n', '\x1b', 0x1F, 0x7F, 0x80, 0x9F,
		0x2028, 0x2029, 0x202A, 0x202E, 0x2066, 0x2069 };
	static const uint32_t yes[] = { ' ', 'a', '~', 0xA0, 0xFC, 0x200D,
		0x2027, 0x202F, 0x2065, 0x206A, 0x1F600, 0x10FFFF };

	(void)state;
	for (size_t i = 0; i < COUNT(no); i++)
		if (otp_utf8_is_tame(no[i]))
			fail_msg("U+%04X", (unsigned)no[i]);
	for (size_t i = 0; i < COUNT(yes); i++)
		if (!otp_utf8_is_tame(yes[i]))
			fail_msg("U+%04X", (unsigned)yes[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8__reads_every_character),
		cmocka_unit_test(utf8__refuses_what_is_no_character),
		cmocka_unit_test(utf8__knows_what_changes_the_text_around_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
