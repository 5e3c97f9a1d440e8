/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "code.h"
#include "token.h"
#include "wipe.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* 6 to 8 digits, with at most one space between any two of them. */
static bool
read_digits(const char *typed, struct otp_code *code)
{
	uint32_t value = 0;
	unsigned count = 0;

	for (const char *at = typed; *at != '\0'; at++) {
		if (*at == ' ' && at > typed && is_digit(at[-1]) &&
		    is_digit(at[1]))
			continue;
		if (!is_digit(*at) || count == OTP_DIGITS_MAX)
			return false;
		value = value * 10 + (uint32_t)(*at - '0');
		count++;
	}
	if (count < OTP_DIGITS_MIN)
		return false;
	code->typed = OTP_TYPED_DIGITS;
	code->digits = count;
	code->value = value;
	return true;
}

void
otp_code_read(const char *typed, struct otp_code *ret_code)
{
	memset(ret_code, 0, sizeof(*ret_code));
	ret_code->typed = OTP_TYPED_MALFORMED;
	if (typed[0] == '\b')
		ret_code->typed = OTP_TYPED_WITHHELD;
	else if (!read_digits(typed, ret_code) &&
	    otp_recovery_read(typed, ret_code->recovery) == OTP_OK)
		ret_code->typed = OTP_TYPED_RECOVERY;
}

enum otp_err
otp_code_split(const char *typed, unsigned digits, size_t *ret_password_length)
{
	size_t length = strlen(typed);

	if (digits < OTP_DIGITS_MIN || digits > OTP_DIGITS_MAX ||
	    length <= digits)
		return OTP_ERR_PARSE;
	for (size_t i = length - digits; i < length; i++)
		if (!is_digit(typed[i]))
			return OTP_ERR_PARSE;
	*ret_password_length = length - digits;
	return OTP_OK;
}
