/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/decimal.h"

#include <string.h>

enum otp_err
otp_decimal_read(
    const char *text, size_t length, uint64_t max, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (length == 0 || (length > 1 && text[0] == '0'))
		return OTP_ERR_PARSE;
	for (size_t i = 0; i < length; i++) {
		uint64_t digit = (uint64_t)(text[i] - '0');

		if (text[i] < '0' || text[i] > '9' || digit > max ||
		    value > (max - digit) / 10)
			return OTP_ERR_PARSE;
		value = value * 10 + digit;
	}
	*ret_value = value;
	return OTP_OK;
}

size_t
otp_decimal_write(uint64_t value, char ret_text[OTP_DECIMAL_SIZE])
{
	char text[OTP_DECIMAL_SIZE];
	char *at = text + sizeof(text) - 1;
	size_t length;

	*at = '\0';
	do {
		*--at = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	length = (size_t)(text + sizeof(text) - 1 - at);
	memcpy(ret_text, at, length + 1);
	return length;
}
