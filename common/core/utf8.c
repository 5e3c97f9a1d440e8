/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/utf8.h"

#include <string.h>

static size_t utf8_length(unsigned char first);

size_t
otp_utf8_next(const char *text, size_t size, uint32_t *ret_char)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *bytes = (const unsigned char *)text;
	const size_t length = size > 0 ? utf8_length(bytes[0]) : 0;
	uint32_t c;

	if (length == 0 || length > size)
		return 0;
	c = length > 1 ? bytes[0] & (0x7FU >> length) : bytes[0];
	for (size_t i = 1; i < length; i++) {
		if ((bytes[i] & 0xC0) != 0x80)
			return 0;
		c = c << 6 | (bytes[i] & 0x3F);
	}
	if (c < least[length] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return 0;
	*ret_char = c;
	return length;
}

/* Of the character that begins with FIRST; 0: none does. */
static size_t
utf8_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xC0 || first >= 0xF8)
		return 0;
	return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

bool
otp_utf8_is(const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		uint32_t c;
		const size_t length = otp_utf8_next(text, left, &c);

		if (length == 0)
			return false;
		text += length;
		left -= length;
	}
	return true;
}

bool
otp_utf8_is_tame(uint32_t c)
{
	const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
	const bool separator = c == 0x2028 || c == 0x2029;
	const bool direction =
	    (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);

	return !control && !separator && !direction;
}
