/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>

#include "tests/unit/unit.h"
#include "common/core/code.h"
#include "common/core/typed.h"
#include "tests/lib/unicode.h"

#define CHARS 0x110000

/* What each character is, as the lists have it. */
enum kind {
	OTHER = 0,
	SKIPPED,
	BREAK,
	DIGIT,
	LETTER,
};
static unsigned char kinds[CHARS];

static void
note(const uint32_t *chars, size_t count, enum kind kind)
{
	for (size_t i = 0; i < count; i++)
		kinds[chars[i]] = (unsigned char)kind;
}

static int
setup(void **state)
{
	(void)state;
	note(unicode_blanks, COUNT(unicode_blanks), SKIPPED);
	note(unicode_dashes, COUNT(unicode_dashes), SKIPPED);
	note(unicode_underscores, COUNT(unicode_underscores), SKIPPED);
	note(unicode_marks, COUNT(unicode_marks), SKIPPED);
	for (size_t i = 0; i < COUNT(unicode_zeros); i++)
		for (uint32_t digit = 0; digit < 10; digit++)
			kinds[unicode_zeros[i] + digit] = DIGIT;
	for (uint32_t i = 0; i < 26; i++)
		kinds['A' + i] = kinds['a' + i] = kinds[0xFF21 + i] =
		    kinds[0xFF41 + i] = LETTER;
	kinds['\r'] = kinds['\n'] = BREAK;
	return 0;
}

static void
assert_plain(const char *typed, const char *expected)
{
	char plain[OTP_TYPED_SIZE];

	memset(plain, 0xee, sizeof(plain));
	if (otp_typed_read(typed, plain) != OTP_OK)
		fail_msg("\"%s\" was refused", typed);
	assert_string_equal(plain, expected);
}

static void
assert_refused(const char *typed)
{
	static const char untouched[OTP_TYPED_SIZE] = "xxxxxxxxxxxxxxxxxxxxxxx";
	char plain[OTP_TYPED_SIZE];

	memcpy(plain, untouched, sizeof(plain));
	if (otp_typed_read(typed, plain) != OTP_ERR_PARSE)
		fail_msg("\"%s\" was taken", typed);
	assert_memory_equal(plain, untouched, sizeof(plain));
}

static void
typed_read__knows_every_character(void **state)
{
	char text[5];

	(void)state;
	for (uint32_t c = 1; c < CHARS; c++) {
		char plain[OTP_TYPED_SIZE] = "";
		enum otp_err err;

		if (c >= 0xD800 && c <= 0xDFFF)
			continue;
		(void)unicode_put(c, text);
		err = otp_typed_read(text, plain);
		if ((err == OTP_OK) != (kinds[c] != OTHER) ||
		    strlen(plain) != (kinds[c] >= DIGIT))
			fail_msg("U+%04X is read as \"%s\"", c, plain);
	}
}

static void
assert_skipped(const uint32_t *chars, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char c[5], text[64];

		(void)unicode_put(chars[i], c);
		(void)snprintf(
		    text, sizeof(text), "%s%s12%s3%s%s456%s", c, c, c, c, c, c);
		assert_plain(text, "123456");
	}
}

/* Each has as many bytes as are cut, and is not the other sort. */
static void
assert_sort(const uint32_t *chars, size_t count, bool blank)
{
	for (size_t i = 0; i < count; i++) {
		char text[8];
		size_t size = unicode_put(chars[i], text);

		text[size] = 'x';
		assert_int_equal(
		    otp_typed_blank(text, size + 1), blank ? size : 0);
		assert_int_equal(
		    otp_typed_dash(text, size + 1), blank ? 0 : size);
		assert_int_equal(otp_typed_blank(text, size - 1), 0);
		assert_int_equal(otp_typed_dash(text, size - 1), 0);
	}
}

static void
typed_blank__and_dash_are_told_apart(void **state)
{
	(void)state;
	assert_sort(unicode_blanks, COUNT(unicode_blanks), true);
	assert_sort(unicode_marks, COUNT(unicode_marks), true);
	assert_sort(unicode_dashes, COUNT(unicode_dashes), false);
	assert_sort(unicode_underscores, COUNT(unicode_underscores), false);
	assert_int_equal(otp_typed_blank("a", 1), 0);
	assert_int_equal(otp_typed_dash("a", 1), 0);
	assert_int_equal(otp_typed_blank("\xe9", 1), 0);
	assert_int_equal(otp_typed_dash("\xff", 1), 0);
}

static void
typed_read__skips_what_stands_between(void **state)
{
	(void)state;
	assert_skipped(unicode_blanks, COUNT(unicode_blanks));
	assert_skipped(unicode_dashes, COUNT(unicode_dashes));
	assert_skipped(unicode_underscores, COUNT(unicode_underscores));
	assert_skipped(unicode_marks, COUNT(unicode_marks));
	assert_plain("", "");
	assert_plain(" \t-_\xe2\x80\x8b", "");
}

static void
typed_read__skips_line_breaks_at_the_end(void **state)
{
	(void)state;
	assert_plain("123456\n", "123456");
	assert_plain("123456\r\n", "123456");
	assert_plain("123456\r", "123456");
	assert_plain("123456\n\n \r\n\t", "123456");
	assert_refused("\n123456");
	assert_refused("\r123456");
	assert_refused("123\n456");
	assert_refused("123456\n7");
	assert_refused("A\r\nB");
}

static void
typed_read__takes_the_digits_of_any_script(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(unicode_zeros); i++) {
		char text[64] = "";

		for (uint32_t digit = 0; digit < 10; digit++)
			(void)unicode_put(
			    unicode_zeros[i] + digit, text + strlen(text));
		assert_plain(text, "0123456789");
	}
}

static void
typed_read__takes_the_digits_of_one_script_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(unicode_zeros); i++)
		for (size_t j = 0; j < COUNT(unicode_zeros); j++) {
			char one[5], other[5], text[32];

			(void)unicode_put(unicode_zeros[i] + 4, one);
			(void)unicode_put(unicode_zeros[j] + 7, other);
			(void)snprintf(text, sizeof(text), "%s%s %s%s%s-%s",
			    one, one, one, other, other, other);
			if (i == j)
				assert_plain(text, "444777");
			else
				assert_refused(text);
		}
}

static void
typed_read__takes_letters_of_both_widths(void **state)
{
	(void)state;
	assert_plain("aZ09", "aZ09");
	assert_plain("\xef\xbc\xa1\xef\xbc\xba\xef\xbd\x81\xef\xbd\x9a"
		     "\xef\xbc\x90",
	    "AZaz0");
	assert_refused("\xc3\xa4"); /* a letter, but not of a code */
}

static void
typed_read__refuses_what_is_not_utf_8(void **state)
{
	static const char *const cases[] = {
		"\x80",
		"123456\xbf",
		"123456\xa0", /* a no-break space of Latin 1 */
		"\xc0\xb1"    /* overlong: 1 */
		"23456",
		"\xc1\xbf",
		"\xe0\x80\xb1", /* overlong */
		"\xe0\x82\xa0",
		"\xf0\x80\x80\xb1",
		"\xf0\x82\x80\x8b",
		"\xf8\x80\x80\x80\xb1",
		"\xfc\x80\x80\x80\x80\xb1",
		"\xed\xa0\x80", /* surrogates */
		"\xed\xbf\xbf",
		"\xf4\x90\x80\x80", /* too high */
		"\xf5\x80\x80\x80",
		"\xff",
		"123456\xe2", /* cut short */
		"123456\xe2\x80",
		"123456\xf3\xa0\x80",
		"123456\xc2",
		"\xe2\x80"
		"123456",
		"\xc2\xc2\xa0",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(cases[i]);
}

static void
typed_read__refuses_more_than_512_bytes(void **state)
{
	char text[OTP_TYPED_MAX + 2];

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, "123456", 6);
	text[OTP_TYPED_MAX] = '\0';
	assert_plain(text, "123456");
	text[OTP_TYPED_MAX - 1] = '7';
	assert_plain(text, "1234567");
	text[OTP_TYPED_MAX] = ' ';
	text[OTP_TYPED_MAX + 1] = '\0';
	assert_refused(text);
}

static void
typed_read__refuses_more_characters_than_a_code_has(void **state)
{
	(void)state;
	assert_plain(
	    "0123-4567-89AB-CDEF-GHJK-MNPQ", "0123456789ABCDEFGHJKMNPQ");
	assert_refused("0123-4567-89AB-CDEF-GHJK-MNPQ-R");
}

/* An EN DASH and a LOW LINE, as clipboards have them. */
static void
recovery_code__is_read_with_other_dashes(void **state)
{
	static const char *const cases[] = {
		"0123\xe2\x80\x93"
		"4567\xe2\x80\x93"
		"89AB\xe2\x80\x93"
		"CDEF\xe2\x80\x93GHJK\xe2\x80\x93MNPQ",
		"0123_4567_89AB_CDEF_GHJK_MNPQ\n",
		/* the digits of another script are the same code */
		"\xd9\xa0\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6"
		"\xd9\xa7\xd9\xa8\xd9\xa9"
		"ABCDEFGHJKMNPQ",
	};
	struct otp_code code, other;

	(void)state;
	otp_code_read("0123-4567-89AB-CDEF-GHJK-MNPQ", &code);
	assert_int_equal(code.typed, OTP_TYPED_RECOVERY);
	for (size_t i = 0; i < COUNT(cases); i++) {
		otp_code_read(cases[i], &other);
		assert_memory_equal(&other, &code, sizeof(code));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(typed_read__knows_every_character),
		cmocka_unit_test(typed_read__skips_what_stands_between),
		cmocka_unit_test(typed_blank__and_dash_are_told_apart),
		cmocka_unit_test(typed_read__skips_line_breaks_at_the_end),
		cmocka_unit_test(typed_read__takes_the_digits_of_any_script),
		cmocka_unit_test(
		    typed_read__takes_the_digits_of_one_script_alone),
		cmocka_unit_test(typed_read__takes_letters_of_both_widths),
		cmocka_unit_test(typed_read__refuses_what_is_not_utf_8),
		cmocka_unit_test(typed_read__refuses_more_than_512_bytes),
		cmocka_unit_test(
		    typed_read__refuses_more_characters_than_a_code_has),
		cmocka_unit_test(recovery_code__is_read_with_other_dashes),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
