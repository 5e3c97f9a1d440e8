/* SPDX-License-Identifier: BSD-2-Clause */
/* Times as people write them: "90m", "8h", "14d", or a date. */
#ifndef OTP_DURATION_H
#define OTP_DURATION_H

#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"

#define OTP_DURATION_MAX  315360000 /* seconds: 3650 days */
#define OTP_DURATION_SIZE 12 /* bytes of the longest text, the NUL included */

/*
 * Read LENGTH bytes: a number without sign or leading zero, and one of the
 * units m, h and d.  Errors: PARSE, also above OTP_DURATION_MAX.
 */
enum otp_err otp_duration_read(
    const char *text, size_t length, int64_t *ret_seconds) OTP_MUST_USE;

/*
 * Read LENGTH bytes: such a length of time from NOW on, or a date YYYY-MM-DD,
 * which is when that day begins (UTC).  *RET_UNTIL is later than NOW, by at
 * most OTP_DURATION_MAX.  Errors: PARSE.
 */
enum otp_err otp_duration_until(const char *text, size_t length, int64_t now,
    int64_t *ret_until) OTP_MUST_USE;

/*
 * Write SECONDS, from 0 to OTP_DURATION_MAX, in the largest unit that loses
 * nothing; what is less than a minute is cut off.
 */
void otp_duration_write(int64_t seconds, char ret_text[OTP_DURATION_SIZE]);

#endif
