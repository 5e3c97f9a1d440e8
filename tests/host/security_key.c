/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A security key without a device, for ssh(1)'s SecurityKeyProvider: its keys
 * are of ecdsa-sk and ed25519-sk, no touch is needed, and what ssh takes for the
 * handle of a key is the private key itself.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#define API_VERSION 0x000a0000 /* of OpenSSH 9.1 and later */
#define FAILED	    (-1)

enum {
	ECDSA = 0,
	ED25519 = 1
};

/* The interface is ssh's; it frees what is in a response, and the response. */
struct sk_enroll_response {
	uint8_t flags;
	uint8_t *public_key;
	size_t public_key_len;
	uint8_t *key_handle;
	size_t key_handle_len;
	uint8_t *signature;
	size_t signature_len;
	uint8_t *attestation_cert;
	size_t attestation_cert_len;
	uint8_t *authdata;
	size_t authdata_len;
};

struct sk_sign_response {
	uint8_t flags;
	uint32_t counter;
	uint8_t *sig_r;
	size_t sig_r_len;
	uint8_t *sig_s;
	size_t sig_s_len;
};

struct sk_option;
struct sk_resident_key;

uint32_t sk_api_version(void);
int sk_enroll(uint32_t algorithm, const uint8_t *challenge,
    size_t challenge_size, const char *application, uint8_t flags,
    const char *pin, struct sk_option **options,
    struct sk_enroll_response **ret_response);
int sk_sign(uint32_t algorithm, const uint8_t *data, size_t size,
    const char *application, const uint8_t *handle, size_t handle_size,
    uint8_t flags, const char *pin, struct sk_option **options,
    struct sk_sign_response **ret_response);
int sk_load_resident_keys(const char *pin, struct sk_option **options,
    struct sk_resident_key ***ret_keys, size_t *ret_count);

uint32_t
sk_api_version(void)
{
	return API_VERSION;
}

int
sk_load_resident_keys(const char *pin, struct sk_option **options,
    struct sk_resident_key ***ret_keys, size_t *ret_count)
{
	(void)pin;
	(void)options;
	*ret_keys = NULL;
	*ret_count = 0;
	return 0;
}

/* --- Making a key --------------------------------------------------------- */

static size_t
take_public(EVP_PKEY *key, uint8_t **ret_bytes)
{
	uint8_t bytes[256];
	size_t size = 0;

	if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, bytes,
		sizeof(bytes), &size) != 1 ||
	    (*ret_bytes = malloc(size)) == NULL)
		return 0;
	memcpy(*ret_bytes, bytes, size);
	return size;
}

static size_t
take_private(EVP_PKEY *key, uint8_t **ret_bytes)
{
	uint8_t bytes[256], *at = bytes;
	const int size = i2d_PrivateKey(key, NULL);

	if (size <= 0 || size > (int)sizeof(bytes) ||
	    i2d_PrivateKey(key, &at) != size ||
	    (*ret_bytes = malloc((size_t)size)) == NULL)
		return 0;
	memcpy(*ret_bytes, bytes, (size_t)size);
	return (size_t)size;
}

int
sk_enroll(uint32_t algorithm, const uint8_t *challenge, size_t challenge_size,
    const char *application, uint8_t flags, const char *pin,
    struct sk_option **options, struct sk_enroll_response **ret_response)
{
	struct sk_enroll_response *made = calloc(1, sizeof(*made));
	EVP_PKEY *key = algorithm == ECDSA
	    ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")
	    : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

	(void)challenge;
	(void)challenge_size;
	(void)application;
	(void)pin;
	(void)options;
	if (key == NULL || made == NULL || algorithm > ED25519)
		return FAILED; /* ssh's helper ends then */
	made->flags = flags;
	made->public_key_len = take_public(key, &made->public_key);
	made->key_handle_len = take_private(key, &made->key_handle);
	made->signature = calloc(1, 1); /* no attestation is asked for */
	made->signature_len = 1;
	EVP_PKEY_free(key);
	if (made->public_key_len == 0 || made->key_handle_len == 0)
		return FAILED;
	*ret_response = made;
	return 0;
}

/* --- Signing -------------------------------------------------------------- */

/* What is signed is the application, FLAGS, a counter, and the message. */
#define SIGNED_SIZE (2 * SHA256_DIGEST_LENGTH + 5)

static size_t
sign(EVP_PKEY *key, uint32_t algorithm, const uint8_t *text, uint8_t *signature,
    size_t size)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const EVP_MD *digest = algorithm == ECDSA ? EVP_sha256() : NULL;
	const int done = context != NULL &&
	    EVP_DigestSignInit(context, NULL, digest, NULL, key) == 1 &&
	    EVP_DigestSign(context, signature, &size, text, SIGNED_SIZE) == 1;

	EVP_MD_CTX_free(context);
	return done ? size : 0;
}

static size_t
take_number(const BIGNUM *number, uint8_t **ret_bytes)
{
	*ret_bytes = malloc((size_t)BN_num_bytes(number));
	return *ret_bytes == NULL ? 0 : (size_t)BN_bn2bin(number, *ret_bytes);
}

/* ssh wants the two numbers of an ECDSA signature, and the other as it is. */
static int
take_signature(struct sk_sign_response *made, uint32_t algorithm,
    const uint8_t *signature, size_t size)
{
	ECDSA_SIG *numbers = NULL;

	if (algorithm == ED25519) {
		made->sig_r = malloc(size);
		if (made->sig_r == NULL)
			return FAILED;
		memcpy(made->sig_r, signature, size);
		made->sig_r_len = size;
		return 0;
	}
	numbers = d2i_ECDSA_SIG(NULL, &signature, (long)size);
	if (numbers == NULL)
		return FAILED;
	made->sig_r_len = take_number(ECDSA_SIG_get0_r(numbers), &made->sig_r);
	made->sig_s_len = take_number(ECDSA_SIG_get0_s(numbers), &made->sig_s);
	ECDSA_SIG_free(numbers);
	return made->sig_r_len == 0 || made->sig_s_len == 0 ? FAILED : 0;
}

int
sk_sign(uint32_t algorithm, const uint8_t *data, size_t size,
    const char *application, const uint8_t *handle, size_t handle_size,
    uint8_t flags, const char *pin, struct sk_option **options,
    struct sk_sign_response **ret_response)
{
	struct sk_sign_response *made = calloc(1, sizeof(*made));
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &handle, (long)handle_size);
	uint8_t text[SIGNED_SIZE] = { 0 };
	uint8_t signature[256];
	size_t length = 0;

	(void)pin;
	(void)options;
	if (key == NULL || made == NULL || algorithm > ED25519)
		return FAILED;
	made->flags = flags;
	made->counter = 1;
	(void)SHA256((const uint8_t *)application, strlen(application), text);
	text[SHA256_DIGEST_LENGTH] = made->flags;
	text[SHA256_DIGEST_LENGTH + 4] = (uint8_t)made->counter;
	(void)SHA256(data, size, text + SHA256_DIGEST_LENGTH + 5);
	length = sign(key, algorithm, text, signature, sizeof(signature));
	EVP_PKEY_free(key);
	if (length == 0 ||
	    take_signature(made, algorithm, signature, length) != 0)
		return FAILED;
	*ret_response = made;
	return 0;
}
