/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/base32.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void
otp_base32_encode(const uint8_t *data, size_t size, char *text)
{
	uint32_t bits = 0;
	unsigned pending = 0;

	for (size_t i = 0; i < size; i++) {
		bits = bits << 8 | data[i];
		pending += 8;
		while (pending >= 5) {
			pending -= 5;
			*text++ = alphabet[bits >> pending & 31];
		}
	}
	if (pending > 0)
		*text++ = alphabet[bits << (5 - pending) & 31];
	*text = '\0';
}

int
otp_base32_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= '2' && c <= '7')
		return c - '2' + 26;
	return -1;
}

/* The number of characters before the padding; too many if it is wrong. */
static size_t
without_padding(const char *text, size_t length)
{
	size_t left = length;

	if (length % 8 != 0)
		return length;
	while (left > 0 && length - left < 6 && text[left - 1] == '=')
		left--;
	return left;
}

enum otp_err
otp_base32_decode(const char *text, size_t length, uint8_t *data,
    size_t capacity, size_t *ret_size)
{
	uint32_t bits = 0;
	unsigned pending = 0;
	size_t size = 0;

	length = without_padding(text, length);
	/* Whole bytes end after 2, 4, 5, 7 or 8 characters. */
	if (length % 8 == 1 || length % 8 == 3 || length % 8 == 6)
		return OTP_ERR_PARSE;
	for (size_t i = 0; i < length; i++) {
		int value = otp_base32_value(text[i]);

		if (value < 0)
			return OTP_ERR_PARSE;
		bits = bits << 5 | (uint32_t)value;
		pending += 5;
		if (pending < 8)
			continue;
		if (size == capacity)
			return OTP_ERR_PARSE;
		pending -= 8;
		data[size++] = (uint8_t)(bits >> pending);
	}
	if ((bits & ((1U << pending) - 1)) != 0)
		return OTP_ERR_PARSE;
	*ret_size = size;
	return OTP_OK;
}
