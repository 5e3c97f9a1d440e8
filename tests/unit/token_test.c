/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <openssl/sha.h>

#include "tests/unit/unit.h"
#include "common/core/token.h"

static struct otp_token
sound(enum otp_kind kind)
{
	struct otp_token token = {
		.kind = kind,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = kind == OTP_TOTP ? 30 : 0,
		.secret_size = 20,
		.secret = "12345678901234567890",
		.label = "host:alice",
	};

	return token;
}

static void
assert_refused(const struct otp_token *token)
{
	struct otp_fault fault = { 0 };

	assert_int_equal(otp_token_check(token, &fault), OTP_ERR_PARSE);
	assert_true(unit_detail(&fault)[0] != '\0');
	assert_int_equal(otp_token_check(token, NULL), OTP_ERR_PARSE);
}

static void
assert_taken(const struct otp_token *token)
{
	assert_int_equal(otp_token_check(token, NULL), OTP_OK);
}

static void
token_check__takes_every_bound(void **state)
{
	struct otp_token token = sound(OTP_TOTP);

	(void)state;
	assert_taken(&token);
	token.period = 15;
	assert_taken(&token);
	token.period = 120;
	token.digits = 8;
	token.hash = OTP_SHA512;
	token.secret_size = 10;
	assert_taken(&token);
	token.secret_size = 64;
	memset(token.label, '\n', OTP_LABEL_SIZE - 1);
	memset(token.issuer, 0xff, OTP_LABEL_SIZE - 1);
	assert_taken(&token);
	memset(token.secret, 0, sizeof(token.secret));
	token.secret[63] = 1;
	assert_taken(&token);

	token = sound(OTP_HOTP);
	assert_taken(&token);
	token.counter = UINT64_MAX;
	assert_taken(&token);
}

static void
token_check__refuses_what_lies_beyond(void **state)
{
	struct otp_token token;

	(void)state;
	token = sound((enum otp_kind)0);
	assert_refused(&token);
	token = sound(OTP_RECOVERY);
	assert_refused(&token);
	for (unsigned hash = 0; hash < 6; hash += hash == 0 ? 4 : 1) {
		token = sound(OTP_TOTP);
		token.hash = (enum otp_hash)hash;
		assert_refused(&token);
	}
	token = sound(OTP_TOTP);
	token.digits = 5;
	assert_refused(&token);
	token.digits = 9;
	assert_refused(&token);
	token = sound(OTP_TOTP);
	token.period = 14;
	assert_refused(&token);
	token.period = 121;
	assert_refused(&token);
	token.period = 0;
	assert_refused(&token);
}

static void
token_check__refuses_fields_of_the_other_kind(void **state)
{
	struct otp_token token = sound(OTP_TOTP);

	(void)state;
	token.counter = 1;
	assert_refused(&token);
	token = sound(OTP_HOTP);
	token.period = 30;
	assert_refused(&token);
}

static void
token_check__refuses_weak_secrets(void **state)
{
	struct otp_token token = sound(OTP_TOTP);

	(void)state;
	token.secret_size = 9;
	assert_refused(&token);
	token.secret_size = 0;
	assert_refused(&token);
	token.secret_size = 65;
	assert_refused(&token);
	token.secret_size = SIZE_MAX;
	assert_refused(&token);
	token.secret_size = 20;
	memset(token.secret, 0, 20);
	token.secret[20] = 1; /* not part of it */
	assert_refused(&token);
}

static void
token_check__refuses_labels_without_bytes_or_end(void **state)
{
	struct otp_token token = sound(OTP_TOTP);

	(void)state;
	token.label[0] = '\0';
	assert_refused(&token);
	memset(token.label, 'x', OTP_LABEL_SIZE);
	assert_refused(&token);
	token = sound(OTP_TOTP);
	memset(token.issuer, 'x', OTP_LABEL_SIZE);
	assert_refused(&token);
}

static void
token_id__is_the_digest_of_kind_and_secret(void **state)
{
	static const char text[] = "pam_otp 1\0totp\0"
				   "12345678901234567890";
	struct otp_token token = sound(OTP_TOTP);
	unsigned char digest[SHA256_DIGEST_LENGTH];
	uint8_t id[OTP_ID_SIZE];

	(void)state;
	SHA256((const unsigned char *)text, sizeof(text) - 1, digest);
	assert_int_equal(otp_token_id(&token, id), OTP_OK);
	assert_memory_equal(id, digest, OTP_ID_SIZE);
}

static void
token_id__depends_on_nothing_else(void **state)
{
	struct otp_token token = sound(OTP_TOTP), edited = token;
	uint8_t id[OTP_ID_SIZE], other[OTP_ID_SIZE];

	(void)state;
	edited.label[0] = 'x';
	edited.issuer[0] = 'x';
	edited.digits = 8;
	edited.period = 60;
	edited.hash = OTP_SHA512;
	edited.secret[30] = 1; /* behind the secret */
	assert_int_equal(otp_token_id(&token, id), OTP_OK);
	assert_int_equal(otp_token_id(&edited, other), OTP_OK);
	assert_memory_equal(id, other, OTP_ID_SIZE);

	edited.kind = OTP_HOTP;
	assert_int_equal(otp_token_id(&edited, other), OTP_OK);
	assert_memory_not_equal(id, other, OTP_ID_SIZE);
	edited.kind = OTP_TOTP;
	edited.secret[19] ^= 1;
	assert_int_equal(otp_token_id(&edited, other), OTP_OK);
	assert_memory_not_equal(id, other, OTP_ID_SIZE);
	edited.secret[19] ^= 1;
	edited.secret_size = 21;
	edited.secret[20] = 1;
	assert_int_equal(otp_token_id(&edited, other), OTP_OK);
	assert_memory_not_equal(id, other, OTP_ID_SIZE);
}

/* HMAC fills a key up with zero bytes: with them it is the same key. */
static void
token__is_the_same_with_zero_bytes_after_its_secret(void **state)
{
	struct otp_token token = sound(OTP_TOTP), longer = token;
	uint8_t id[OTP_ID_SIZE], other[OTP_ID_SIZE];

	(void)state;
	assert_int_equal(otp_token_id(&token, id), OTP_OK);
	memset(longer.secret + 20, 0, OTP_SECRET_MAX - 20);
	for (unsigned size = 20; size <= OTP_SECRET_MAX; size++) {
		longer.secret_size = size;
		assert_int_equal(otp_token_id(&longer, other), OTP_OK);
		assert_memory_equal(id, other, OTP_ID_SIZE);
		assert_true(otp_token_same_secret(&token, &longer));
		assert_true(otp_token_same_secret(&longer, &token));
	}
	longer.secret_size = OTP_SECRET_MAX;
	longer.secret[OTP_SECRET_MAX - 1] = 1;
	assert_false(otp_token_same_secret(&token, &longer));
	assert_false(otp_token_same_secret(&longer, &token));
	longer.secret_size = 20;
	longer.secret[0] ^= 1;
	assert_false(otp_token_same_secret(&token, &longer));
	longer = token;
	longer.kind = OTP_HOTP;
	assert_false(otp_token_same_secret(&token, &longer));
}

static void
token_id__refuses_what_is_no_token(void **state)
{
	struct otp_token token = sound(OTP_RECOVERY);
	uint8_t id[OTP_ID_SIZE] = { 7 };

	(void)state;
	assert_int_equal(otp_token_id(&token, id), OTP_ERR_CRYPTO);
	token = sound(OTP_TOTP);
	token.secret_size = 65;
	assert_int_equal(otp_token_id(&token, id), OTP_ERR_CRYPTO);
	assert_int_equal(id[0], 7);
}

static void
token__names_kinds_and_hashes(void **state)
{
	(void)state;
	assert_string_equal(otp_kind_name(OTP_TOTP), "totp");
	assert_string_equal(otp_kind_name(OTP_HOTP), "hotp");
	assert_string_equal(otp_kind_name(OTP_RECOVERY), "recovery");
	assert_string_equal(otp_kind_name((enum otp_kind)0), "unknown");
	assert_string_equal(otp_hash_name(OTP_SHA1), "SHA1");
	assert_string_equal(otp_hash_name(OTP_SHA256), "SHA256");
	assert_string_equal(otp_hash_name(OTP_SHA512), "SHA512");
	assert_string_equal(otp_hash_name((enum otp_hash)0), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(token_check__takes_every_bound),
		cmocka_unit_test(token_check__refuses_what_lies_beyond),
		cmocka_unit_test(token_check__refuses_fields_of_the_other_kind),
		cmocka_unit_test(token_check__refuses_weak_secrets),
		cmocka_unit_test(
		    token_check__refuses_labels_without_bytes_or_end),
		cmocka_unit_test(token_id__is_the_digest_of_kind_and_secret),
		cmocka_unit_test(token_id__depends_on_nothing_else),
		cmocka_unit_test(
		    token__is_the_same_with_zero_bytes_after_its_secret),
		cmocka_unit_test(token_id__refuses_what_is_no_token),
		cmocka_unit_test(token__names_kinds_and_hashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
