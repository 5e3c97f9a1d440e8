/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/oath.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "common/core/token.h"
#include "common/core/wipe.h"

#define MAC_MIN 20 /* bytes: dynamic truncation reaches to the 19th */

struct otp_oath {
	EVP_MAC_CTX *mac;
};

static const uint32_t moduli[] = { 1000000, 10000000, 100000000 };

/* OSSL_PARAM takes no pointer to const, although it only reads. */
static void
hash_digest(enum otp_hash hash, char name[8])
{
	switch (hash) {
	case OTP_SHA1:
		memcpy(name, "SHA1", 5);
		return;
	case OTP_SHA256:
		memcpy(name, "SHA256", 7);
		return;
	case OTP_SHA512:
		memcpy(name, "SHA512", 7);
		return;
	}
	name[0] = '\0';
}

/* The fetch costs more than a code, so there is one for each secret. */
static EVP_MAC_CTX *
mac_new(char *digest, const uint8_t *secret, size_t size)
{
	EVP_MAC_CTX *ctx = NULL;
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(
				    OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end() };
	EVP_MAC *mac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL);

	if (mac != NULL)
		ctx = EVP_MAC_CTX_new(mac);
	if (ctx != NULL && EVP_MAC_init(ctx, secret, size, params) != 1) {
		EVP_MAC_CTX_free(ctx);
		ctx = NULL;
	}
	EVP_MAC_free(mac);
	return ctx;
}

enum otp_err
otp_oath_new(enum otp_hash hash, const uint8_t *secret, size_t size,
    struct otp_oath **ret_oath)
{
	char digest[8];
	struct otp_oath *oath = malloc(sizeof(*oath));

	if (oath == NULL)
		return OTP_ERR_NOMEM;
	hash_digest(hash, digest);
	(void)ERR_set_mark();
	oath->mac = digest[0] == '\0' ? NULL : mac_new(digest, secret, size);
	(void)ERR_pop_to_mark();
	if (oath->mac == NULL) {
		free(oath);
		return OTP_ERR_CRYPTO;
	}
	*ret_oath = oath;
	return OTP_OK;
}

void
otp_oath_free(struct otp_oath *oath)
{
	if (oath == NULL)
		return;
	EVP_MAC_CTX_free(oath->mac); /* wipes the key */
	free(oath);
}

/* RFC 4226, section 5.3. */
static uint32_t
truncate_mac(const uint8_t *mac, size_t size)
{
	const uint8_t *at = mac + (mac[size - 1] & 0x0f);

	return (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 |
	    (uint32_t)at[2] << 8 | (uint32_t)at[3];
}

enum otp_err
otp_oath_value(struct otp_oath *oath, uint64_t moving, unsigned digits,
    uint32_t *ret_value)
{
	enum otp_err err = OTP_ERR_CRYPTO;
	uint8_t message[8];
	uint8_t mac[EVP_MAX_MD_SIZE];
	size_t size = 0;

	if (digits < OTP_DIGITS_MIN || digits > OTP_DIGITS_MAX)
		return err;
	for (unsigned i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)(moving >> (56 - 8 * i));

	(void)ERR_set_mark();
	/* Without a key: start again with the one that is set. */
	if (EVP_MAC_init(oath->mac, NULL, 0, NULL) != 1 ||
	    EVP_MAC_update(oath->mac, message, sizeof(message)) != 1 ||
	    EVP_MAC_final(oath->mac, mac, &size, sizeof(mac)) != 1 ||
	    size < MAC_MIN)
		goto out;
	*ret_value = truncate_mac(mac, size) % moduli[digits - OTP_DIGITS_MIN];
	err = OTP_OK;
out:
	(void)ERR_pop_to_mark();
	otp_wipe(mac, sizeof(mac));
	return err;
}
