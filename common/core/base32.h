/* SPDX-License-Identifier: BSD-2-Clause */
/* Base32 (RFC 4648, section 6); written without padding. */
#ifndef OTP_BASE32_H
#define OTP_BASE32_H

#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"

/* Bytes needed for the text of SIZE bytes, the NUL included. */
#define OTP_BASE32_SIZE(size) ((8 * (size) + 4) / 5 + 1)

/* The value of a character in either case, or -1. */
int otp_base32_value(char c);

/*
 * Write SIZE bytes as upper-case base32 without padding, and a NUL.  TEXT has
 * room for OTP_BASE32_SIZE(SIZE) bytes.
 */
void otp_base32_encode(const uint8_t *data, size_t size, char *text);

/*
 * Read LENGTH characters in either case.  Padding is optional, but must be as
 * RFC 4648 defines it; nothing else is skipped, and the unused bits of the
 * last character must be zero.  At most CAPACITY bytes are written.  On
 * failure DATA may have been written to (the caller wipes it) and *RET_SIZE
 * is untouched.  Errors: PARSE, also if the data does not fit.
 */
enum otp_err otp_base32_decode(const char *text, size_t length, uint8_t *data,
    size_t capacity, size_t *ret_size) OTP_MUST_USE;

#endif
