/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include "tests/unit/unit.h"
#include "common/core/digest.h"

/* Linked with --wrap: 0 fails, and leaves an error behind as OpenSSL does. */
int __real_EVP_Digest(const void *data, size_t size, unsigned char *digest,
    unsigned *length, const EVP_MD *type, ENGINE *engine);
int __wrap_EVP_Digest(const void *data, size_t size, unsigned char *digest,
    unsigned *length, const EVP_MD *type, ENGINE *engine);

static bool fails;

int
__wrap_EVP_Digest(const void *data, size_t size, unsigned char *digest,
    unsigned *length, const EVP_MD *type, ENGINE *engine)
{
	if (!fails)
		return __real_EVP_Digest(
		    data, size, digest, length, type, engine);
	ERR_raise(ERR_LIB_EVP, ERR_R_FATAL);
	return 0;
}

static void
assert_digest(const char *text, size_t size, const char *hex)
{
	uint8_t digest[OTP_DIGEST_SIZE];
	char got[2 * OTP_DIGEST_SIZE + 1];

	assert_int_equal(otp_digest(text, size, digest), OTP_OK);
	for (size_t i = 0; i < sizeof(digest); i++) {
		got[2 * i] = "0123456789abcdef"[digest[i] >> 4];
		got[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
	}
	got[2 * OTP_DIGEST_SIZE] = '\0';
	assert_string_equal(got, hex);
}

static void
digest__is_sha256(void **state)
{
	(void)state;
	assert_digest("", 0,
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_digest("abc", 3,
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_digest(
	    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void
digest__failing_leaves_the_output_and_the_error_queue_alone(void **state)
{
	uint8_t digest[OTP_DIGEST_SIZE], before[OTP_DIGEST_SIZE];

	(void)state;
	memset(before, 0xa5, sizeof(before));
	memcpy(digest, before, sizeof(digest));
	ERR_clear_error();
	fails = true;
	assert_int_equal(otp_digest("abc", 3, digest), OTP_ERR_CRYPTO);
	assert_int_equal(ERR_peek_error(), 0);

	/* What the host process had there stays. */
	ERR_raise(ERR_LIB_USER, ERR_R_PASSED_INVALID_ARGUMENT);
	assert_int_equal(otp_digest("abc", 3, digest), OTP_ERR_CRYPTO);
	fails = false;
	assert_int_equal(ERR_GET_REASON(ERR_peek_last_error()),
	    ERR_R_PASSED_INVALID_ARGUMENT);
	ERR_clear_error();
	assert_memory_equal(digest, before, sizeof(digest));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digest__is_sha256),
		cmocka_unit_test(
		    digest__failing_leaves_the_output_and_the_error_queue_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
