/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/typed.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "common/core/utf8.h"
#include "common/core/wipe.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct range {
	uint32_t first;
	uint32_t last;
};

/* These three are made by typed.py, of Unicode 15.0. */
static const struct range blanks[] = {
	/* clang-format off */
	{ 0x0009, 0x0009 }, { 0x000B, 0x000C }, { 0x0020, 0x0020 },
	{ 0x0085, 0x0085 }, { 0x00A0, 0x00A0 }, { 0x00AD, 0x00AD },
	{ 0x034F, 0x034F }, { 0x061C, 0x061C }, { 0x1680, 0x1680 },
	{ 0x17B4, 0x17B5 }, { 0x180B, 0x180F }, { 0x2000, 0x200F },
	{ 0x2028, 0x202F }, { 0x205F, 0x2064 }, { 0x2066, 0x206F },
	{ 0x3000, 0x3000 }, { 0xFE00, 0xFE0F }, { 0xFEFF, 0xFEFF },
	{ 0x1BCA0, 0x1BCA3 }, { 0x1D173, 0x1D17A }, { 0xE0001, 0xE0001 },
	{ 0xE0020, 0xE007F }, { 0xE0100, 0xE01EF },
	/* clang-format on */
};
static const struct range dashes[] = {
	/* clang-format off */
	{ 0x002D, 0x002D }, { 0x005F, 0x005F }, { 0x058A, 0x058A },
	{ 0x05BE, 0x05BE }, { 0x1400, 0x1400 }, { 0x1806, 0x1806 },
	{ 0x2010, 0x2015 }, { 0x203F, 0x2040 }, { 0x2053, 0x2054 },
	{ 0x207B, 0x207B }, { 0x208B, 0x208B }, { 0x2212, 0x2212 },
	{ 0x2E17, 0x2E17 }, { 0x2E1A, 0x2E1A }, { 0x2E3A, 0x2E3B },
	{ 0x2E40, 0x2E40 }, { 0x2E5D, 0x2E5D }, { 0x301C, 0x301C },
	{ 0x3030, 0x3030 }, { 0x30A0, 0x30A0 }, { 0xFE31, 0xFE34 },
	{ 0xFE4D, 0xFE4F }, { 0xFE58, 0xFE58 }, { 0xFE63, 0xFE63 },
	{ 0xFF0D, 0xFF0D }, { 0xFF3F, 0xFF3F }, { 0x10EAD, 0x10EAD },
	/* clang-format on */
};

/* The zero of each script's digits, which the other nine follow. */
static const uint32_t zeros[] = {
	/* clang-format off */
	0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66,
	0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040,
	0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0,
	0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0,
	0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0,
	0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50,
	0x11D50, 0x11DA0, 0x11F50, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8,
	0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E950, 0x1FBF0,
	/* clang-format on */
};

#define FULL_WIDTH \
	0xFEE0 /* from a letter to the one that is as wide as a kanji */

/* A secret: wiped at the end. */
struct reading {
	char plain[OTP_TYPED_SIZE];
	size_t count;  /* of characters in it */
	uint32_t zero; /* of the digits so far, or 0 */
	bool ended;    /* a line break was met */
};

static bool take(struct reading *, uint32_t);
static bool is_blank(uint32_t);
static bool is_dash(uint32_t);
static bool is_in(const struct range *, size_t, uint32_t);
static char plain_of(struct reading *, uint32_t);
static bool is_letter(uint32_t);

enum otp_err
otp_typed_read(const char *typed, char ret_plain[OTP_TYPED_SIZE])
{
	const size_t size = strnlen(typed, OTP_TYPED_MAX + 1);
	struct reading reading = { "", 0, 0, false };
	bool taken = size <= OTP_TYPED_MAX;

	for (size_t at = 0; taken && at < size;) {
		uint32_t c = 0;
		size_t length = otp_utf8_next(typed + at, size - at, &c);

		taken = length > 0 && take(&reading, c);
		at += length;
		otp_wipe(&c, sizeof(c));
	}
	if (taken)
		memcpy(ret_plain, reading.plain, OTP_TYPED_SIZE);
	otp_wipe(&reading, sizeof(reading));
	return taken ? OTP_OK : OTP_ERR_PARSE;
}

/* Whether C can be in a code, at this place. */
static bool
take(struct reading *reading, uint32_t c)
{
	char plain;

	if (c == '\r' || c == '\n') {
		reading->ended = true;
		return true;
	}
	if (is_blank(c) || is_dash(c))
		return true;
	plain = plain_of(reading, c);
	if (plain == '\0' || reading->ended ||
	    reading->count == OTP_TYPED_SIZE - 1)
		return false;
	reading->plain[reading->count++] = plain;
	return true;
}

static bool
is_blank(uint32_t c)
{
	return is_in(blanks, COUNT(blanks), c);
}

static bool
is_dash(uint32_t c)
{
	return is_in(dashes, COUNT(dashes), c);
}

static bool
is_in(const struct range *ranges, size_t count, uint32_t c)
{
	for (size_t i = 0; i < count; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

/* The letter or digit in ASCII; NUL, if it is neither or of another script. */
static char
plain_of(struct reading *reading, uint32_t c)
{
	if (is_letter(c))
		return (char)c;
	if (c > FULL_WIDTH && is_letter(c - FULL_WIDTH))
		return (char)(c - FULL_WIDTH);
	for (size_t i = 0; i < COUNT(zeros); i++) {
		if (c < zeros[i] || c > zeros[i] + 9)
			continue;
		if (reading->zero != 0 && reading->zero != zeros[i])
			return '\0';
		reading->zero = zeros[i];
		return (char)('0' + (c - zeros[i]));
	}
	return '\0';
}

static bool
is_letter(uint32_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

size_t
otp_typed_blank(const char *text, size_t length)
{
	uint32_t c = 0;
	size_t size = otp_utf8_next(text, length, &c);

	return size > 0 && is_blank(c) ? size : 0;
}

size_t
otp_typed_dash(const char *text, size_t length)
{
	uint32_t c = 0;
	size_t size = otp_utf8_next(text, length, &c);

	return size > 0 && is_dash(c) ? size : 0;
}
