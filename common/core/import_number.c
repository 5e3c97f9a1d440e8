/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/import_number.h"

#include "common/core/decimal.h"
#include "common/core/import_note.h"
#include "common/core/import_secret.h"
#include "common/core/token.h"

enum otp_err
otp_import_number(const char *text, size_t length, uint64_t min, uint64_t max,
    enum otp_detail detail, uint64_t *ret_number, struct otp_fault *fault)
{
	const char *digits = text;
	size_t left = length;
	uint64_t number = 0;

	(void)otp_import_trim(&digits, &left);
	while (left > 1 && digits[0] == '0') {
		digits++;
		left--;
	}
	if (otp_decimal_read(digits, left, max, &number) != OTP_OK ||
	    number < min)
		return otp_import_refused(fault, detail, text, length);
	*ret_number = number;
	return OTP_OK;
}

enum otp_err
otp_import_digits(const char *text, size_t length, unsigned *ret_digits,
    struct otp_fault *fault)
{
	uint64_t number = 0;
	enum otp_err err = otp_import_number(text, length, OTP_DIGITS_MIN,
	    OTP_DIGITS_MAX, OTP_DETAIL_DIGITS_VALUE, &number, fault);

	if (err == OTP_OK)
		*ret_digits = (unsigned)number;
	return err;
}

enum otp_err
otp_import_period(const char *text, size_t length, unsigned *ret_period,
    struct otp_fault *fault)
{
	uint64_t number = 0;
	enum otp_err err = otp_import_number(text, length, OTP_PERIOD_MIN,
	    OTP_PERIOD_MAX, OTP_DETAIL_PERIOD_VALUE, &number, fault);

	if (err == OTP_OK)
		*ret_period = (unsigned)number;
	return err;
}

enum otp_err
otp_import_counter(const char *text, size_t length, uint64_t *ret_counter,
    struct otp_fault *fault)
{
	return otp_import_number(text, length, 0, OTP_IMPORT_COUNTER_MAX,
	    OTP_DETAIL_COUNTER_VALUE, ret_counter, fault);
}
