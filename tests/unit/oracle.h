/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values by another way than the code under test goes: OpenSSL's one-shot
 * HMAC, and the truncation written down anew from RFC 4226, section 5.3.
 */
#ifndef OTP_ORACLE_H
#define OTP_ORACLE_H

#include <stdint.h>
#include <stdio.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "common/core/token.h"

static inline uint32_t
oracle_value(const struct otp_token *token, uint64_t moving)
{
	const EVP_MD *md = token->hash == OTP_SHA512 ? EVP_sha512()
	    : token->hash == OTP_SHA256		     ? EVP_sha256()
						     : EVP_sha1();
	unsigned char message[8], mac[EVP_MAX_MD_SIZE];
	unsigned length = 0, offset;
	uint32_t bits = 0, modulus = 1;

	for (int i = 7; i >= 0; i--, moving >>= 8)
		message[i] = (unsigned char)(moving & 0xff);
	if (!HMAC(md, token->secret, (int)token->secret_size, message,
		sizeof(message), mac, &length))
		return UINT32_MAX;
	offset = mac[length - 1] & 0xf;
	for (unsigned i = 0; i < 4; i++)
		bits = bits << 8 | mac[offset + i];
	for (unsigned i = 0; i < token->digits; i++)
		modulus *= 10;
	return (bits & 0x7fffffff) % modulus;
}

/* The code as it is typed; leading zeros count. */
static inline const char *
oracle_code(const struct otp_token *token, uint64_t moving, char text[16])
{
	(void)snprintf(text, 16, "%0*u", (int)token->digits,
	    (unsigned)oracle_value(token, moving));
	return text;
}

/* A code of the right length that is right at none of COUNT values. */
static inline const char *
oracle_wrong(const struct otp_token *token, uint64_t first, uint64_t count,
    char text[16])
{
	for (unsigned guess = 0;; guess++) {
		uint64_t i = 0;

		while (i < count && oracle_value(token, first + i) != guess)
			i++;
		if (i < count)
			continue;
		(void)snprintf(text, 16, "%0*u", (int)token->digits, guess);
		return text;
	}
}

#endif
