/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Digests and values of codes that cannot be computed: the call numbered
 * crypto_fails_at (1 = the first) fails.
 * For one source of a program, linked with $(crypto_wraps) of tests/local.mk.
 */
#ifndef OTP_CRYPTO_H
#define OTP_CRYPTO_H

#include "common/core/digest.h"
#include "common/core/oath.h"

static unsigned crypto_fails_at; /* 0 = never */
static unsigned crypto_calls;

static inline void
crypto_fails(unsigned call)
{
	crypto_fails_at = call;
	crypto_calls = 0;
}

enum otp_err __real_otp_digest(
    const void *data, size_t size, uint8_t ret_digest[OTP_DIGEST_SIZE]);
enum otp_err __wrap_otp_digest(
    const void *data, size_t size, uint8_t ret_digest[OTP_DIGEST_SIZE]);
enum otp_err __real_otp_oath_value(struct otp_oath *oath, uint64_t moving,
    unsigned digits, uint32_t *ret_value);
enum otp_err __wrap_otp_oath_value(struct otp_oath *oath, uint64_t moving,
    unsigned digits, uint32_t *ret_value);

enum otp_err
__wrap_otp_digest(
    const void *data, size_t size, uint8_t ret_digest[OTP_DIGEST_SIZE])
{
	return ++crypto_calls == crypto_fails_at
	    ? OTP_ERR_CRYPTO
	    : __real_otp_digest(data, size, ret_digest);
}

enum otp_err
__wrap_otp_oath_value(struct otp_oath *oath, uint64_t moving, unsigned digits,
    uint32_t *ret_value)
{
	return ++crypto_calls == crypto_fails_at
	    ? OTP_ERR_CRYPTO
	    : __real_otp_oath_value(oath, moving, digits, ret_value);
}

#endif
