/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/duration.h"

#include <string.h>

#include "common/core/calendar.h"
#include "common/core/decimal.h"

/* The largest first; seconds, and the letter. */
static const struct unit {
	int64_t seconds;
	char letter;
} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' } };

#define COUNT (sizeof(units) / sizeof(units[0]))

enum otp_err
otp_duration_read(const char *text, size_t length, int64_t *ret_seconds)
{
	uint64_t number = 0;

	for (size_t i = 0; length > 1 && i < COUNT; i++) {
		if (text[length - 1] != units[i].letter)
			continue;
		if (otp_decimal_read(text, length - 1,
			(uint64_t)(OTP_DURATION_MAX / units[i].seconds),
			&number) != OTP_OK)
			break;
		*ret_seconds = (int64_t)number * units[i].seconds;
		return OTP_OK;
	}
	return OTP_ERR_PARSE;
}

enum otp_err
otp_duration_until(
    const char *text, size_t length, int64_t now, int64_t *ret_until)
{
	int64_t until = 0;

	if (otp_duration_read(text, length, &until) == OTP_OK)
		until += now;
	else if (otp_calendar_read(text, length, &until) != OTP_OK)
		return OTP_ERR_PARSE;
	if (until <= now || until - now > OTP_DURATION_MAX)
		return OTP_ERR_PARSE;
	*ret_until = until;
	return OTP_OK;
}

void
otp_duration_write(int64_t seconds, char ret_text[OTP_DURATION_SIZE])
{
	char digits[OTP_DECIMAL_SIZE];
	size_t unit = 0, length;

	while (unit < COUNT - 1 &&
	    (seconds == 0 || seconds % units[unit].seconds != 0))
		unit++;
	length = otp_decimal_write(
	    (uint64_t)(seconds / units[unit].seconds), digits);
	memcpy(ret_text, digits, length);
	ret_text[length] = units[unit].letter;
	ret_text[length + 1] = '\0';
}
