/* SPDX-License-Identifier: BSD-2-Clause */
/* Decimal numbers in text, independent of the locale. */
#ifndef OTP_DECIMAL_H
#define OTP_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"

#define OTP_DECIMAL_SIZE 21 /* bytes of the longest text, the NUL included */

/*
 * Read LENGTH bytes, which must be a number of at most MAX in digits only:
 * no sign, space or leading zero.  Errors: PARSE.
 */
enum otp_err otp_decimal_read(const char *text, size_t length, uint64_t max,
    uint64_t *ret_value) OTP_MUST_USE;

/* Write VALUE and a NUL; return the length without the NUL. */
size_t otp_decimal_write(uint64_t value, char ret_text[OTP_DECIMAL_SIZE]);

#endif
