/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/code.h"

#include <string.h>

#include "common/core/token.h"
#include "common/core/typed.h"
#include "common/core/wipe.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* 6 to 8 digits. */
static bool
read_digits(const char *plain, struct otp_code *code)
{
	const size_t count = strspn(plain, "0123456789");
	uint32_t value = 0;

	if (plain[count] != '\0' || count < OTP_DIGITS_MIN ||
	    count > OTP_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < count; i++)
		value = value * 10 + (uint32_t)(plain[i] - '0');
	code->typed = OTP_TYPED_DIGITS;
	code->digits = (unsigned)count;
	code->value = value;
	return true;
}

void
otp_code_read(const char *typed, struct otp_code *ret_code)
{
	char plain[OTP_TYPED_SIZE];

	memset(ret_code, 0, sizeof(*ret_code));
	ret_code->typed = OTP_TYPED_MALFORMED;
	if (typed[0] == '\b')
		ret_code->typed = OTP_TYPED_WITHHELD;
	else if (otp_typed_read(typed, plain) == OTP_OK &&
	    !read_digits(plain, ret_code) &&
	    otp_recovery_read(plain, ret_code->recovery) == OTP_OK)
		ret_code->typed = OTP_TYPED_RECOVERY;
	otp_wipe(plain, sizeof(plain));
}

enum otp_err
otp_code_split(const char *typed, unsigned digits, size_t *ret_password_length)
{
	size_t length = strlen(typed);

	while (length > 0 &&
	    (typed[length - 1] == '\r' || typed[length - 1] == '\n'))
		length--;
	if (digits < OTP_DIGITS_MIN || digits > OTP_DIGITS_MAX ||
	    length <= digits)
		return OTP_ERR_PARSE;
	for (size_t i = length - digits; i < length; i++)
		if (!is_digit(typed[i]))
			return OTP_ERR_PARSE;
	*ret_password_length = length - digits;
	return OTP_OK;
}
