/* SPDX-License-Identifier: BSD-2-Clause */
/* Base32 (RFC 4648, section 6), without padding when writing. */
#ifndef OTP_BASE32_H
#define OTP_BASE32_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* Bytes needed for the text of SIZE bytes, the NUL included. */
#define OTP_BASE32_SIZE(size) (((size)*8 + 4) / 5 + 1)

/*
 * Write SIZE bytes as upper-case base32 without padding, and a NUL.  TEXT has
 * room for OTP_BASE32_SIZE(SIZE) bytes.
 */
void otp_base32_encode(const uint8_t *data, size_t size, char *text);

/*
 * Read LENGTH characters: either case, padding allowed only where and as RFC
 * 4648 has it, nothing else skipped; the unused bits of the last character
 * must be zero.  At most CAPACITY bytes are written.  On failure DATA may
 * have been written to (the caller wipes it) and *RET_SIZE is untouched.
 * Errors: PARSE, also when it does not fit.
 */
enum otp_err otp_base32_decode(const char *text, size_t length, uint8_t *data,
    size_t capacity, size_t *ret_size) OTP_MUST_USE;

#endif
