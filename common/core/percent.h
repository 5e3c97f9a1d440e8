/* SPDX-License-Identifier: BSD-2-Clause */
/* Percent-encoding (RFC 3986, section 2.1). */
#ifndef OTP_PERCENT_H
#define OTP_PERCENT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Decode LENGTH bytes of TEXT into RET_TEXT, which has SIZE bytes, and a NUL.
 * False: "%" is not followed by two hexadecimal digits, or is a NUL, or the
 * result does not fit.  RET_TEXT may then have been written to.
 */
bool otp_percent_decode(
    const char *text, size_t length, char *ret_text, size_t size);

#endif
