/* SPDX-License-Identifier: BSD-2-Clause */
/* Decimal numbers in text, whatever the locale. */
#ifndef OTP_DECIMAL_H
#define OTP_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define OTP_DECIMAL_SIZE 21 /* bytes of the longest text, the NUL included */

/*
 * Read LENGTH bytes: digits alone, without sign, space or leading zero, at
 * most MAX.  Errors: PARSE.
 */
enum otp_err otp_decimal_read(const char *text, size_t length, uint64_t max,
    uint64_t *ret_value) OTP_MUST_USE;

/* Write VALUE with a NUL; the length without it is returned. */
size_t otp_decimal_write(uint64_t value, char ret_text[OTP_DECIMAL_SIZE]);

#endif
