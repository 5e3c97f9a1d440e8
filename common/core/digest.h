/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-256 (FIPS 180-4), from OpenSSL's default library context. */
#ifndef OTP_DIGEST_H
#define OTP_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"

#define OTP_DIGEST_SIZE 32 /* bytes */

/* Digest SIZE bytes.  Errors: CRYPTO. */
enum otp_err otp_digest(const void *data, size_t size,
    uint8_t ret_digest[OTP_DIGEST_SIZE]) OTP_MUST_USE;

#endif
