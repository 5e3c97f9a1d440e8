/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "tests/unit/unit.h"
#include "common/core/oath.h"
#include "common/core/token.h"

/* Linked with --wrap: the call that is counted down to 0 fails. */
static int fail_at = -1;

static bool
fails_now(void)
{
	if (fail_at < 0 || fail_at-- > 0)
		return false;
	ERR_raise(ERR_LIB_EVP, ERR_R_FATAL);
	return true;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
EVP_MAC *__real_EVP_MAC_fetch(
    OSSL_LIB_CTX *library, const char *algorithm, const char *properties);
EVP_MAC *__wrap_EVP_MAC_fetch(
    OSSL_LIB_CTX *library, const char *algorithm, const char *properties);
EVP_MAC_CTX *__real_EVP_MAC_CTX_new(EVP_MAC *mac);
EVP_MAC_CTX *__wrap_EVP_MAC_CTX_new(EVP_MAC *mac);
int __real_EVP_MAC_init(EVP_MAC_CTX *ctx, const unsigned char *key, size_t size,
    const OSSL_PARAM params[]);
int __wrap_EVP_MAC_init(EVP_MAC_CTX *ctx, const unsigned char *key, size_t size,
    const OSSL_PARAM params[]);
int __real_EVP_MAC_update(
    EVP_MAC_CTX *ctx, const unsigned char *data, size_t size);
int __wrap_EVP_MAC_update(
    EVP_MAC_CTX *ctx, const unsigned char *data, size_t size);
int __real_EVP_MAC_final(
    EVP_MAC_CTX *ctx, unsigned char *out, size_t *length, size_t size);
int __wrap_EVP_MAC_final(
    EVP_MAC_CTX *ctx, unsigned char *out, size_t *length, size_t size);

void *
__wrap_malloc(size_t size)
{
	return fails_now() ? NULL : __real_malloc(size);
}

EVP_MAC *
__wrap_EVP_MAC_fetch(
    OSSL_LIB_CTX *library, const char *algorithm, const char *properties)
{
	return fails_now()
	    ? NULL
	    : __real_EVP_MAC_fetch(library, algorithm, properties);
}

EVP_MAC_CTX *
__wrap_EVP_MAC_CTX_new(EVP_MAC *mac)
{
	return fails_now() ? NULL : __real_EVP_MAC_CTX_new(mac);
}

int
__wrap_EVP_MAC_init(EVP_MAC_CTX *ctx, const unsigned char *key, size_t size,
    const OSSL_PARAM params[])
{
	return fails_now() ? 0 : __real_EVP_MAC_init(ctx, key, size, params);
}

int
__wrap_EVP_MAC_update(EVP_MAC_CTX *ctx, const unsigned char *data, size_t size)
{
	return fails_now() ? 0 : __real_EVP_MAC_update(ctx, data, size);
}

int
__wrap_EVP_MAC_final(
    EVP_MAC_CTX *ctx, unsigned char *out, size_t *length, size_t size)
{
	return fails_now() ? 0 : __real_EVP_MAC_final(ctx, out, length, size);
}

static uint32_t
value_of(enum otp_hash hash, const void *secret, size_t size, uint64_t moving,
    unsigned digits)
{
	struct otp_oath *oath = NULL;
	uint32_t value = UINT32_MAX;

	assert_int_equal(otp_oath_new(hash, secret, size, &oath), OTP_OK);
	assert_int_equal(otp_oath_value(oath, moving, digits, &value), OTP_OK);
	otp_oath_free(oath);
	return value;
}

static const char secret20[] = "12345678901234567890";
static const char secret32[] = "12345678901234567890123456789012";
static const char secret64[] =
    "1234567890123456789012345678901234567890123456789012345678901234";

static void
oath__knows_appendix_d_of_rfc_4226(void **state)
{
	static const uint32_t values[] = { 755224, 287082, 359152, 969429,
		338314, 254676, 287922, 162583, 399871, 520489 };

	(void)state;
	for (unsigned i = 0; i < COUNT(values); i++)
		assert_int_equal(
		    value_of(OTP_SHA1, secret20, 20, i, 6), values[i]);
	/* From the table of truncated values there. */
	assert_int_equal(value_of(OTP_SHA1, secret20, 20, 0, 7), 4755224);
	assert_int_equal(value_of(OTP_SHA1, secret20, 20, 0, 8), 84755224);
	assert_int_equal(value_of(OTP_SHA1, secret20, 20, 9, 7), 5520489);
}

static void
oath__knows_appendix_b_of_rfc_6238(void **state)
{
	static const struct {
		uint64_t time;
		uint32_t sha1, sha256, sha512;
	} rows[] = {
		{ 59, 94287082, 46119246, 90693936 },
		{ 1111111109, 7081804, 68084774, 25091201 },
		{ 1111111111, 14050471, 67062674, 99943326 },
		{ 1234567890, 89005924, 91819424, 93441116 },
		{ 2000000000, 69279037, 90698825, 38618901 },
		{ UINT64_C(20000000000), 65353130, 77737706, 47863826 },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		uint64_t step = rows[i].time / 30;

		assert_int_equal(
		    value_of(OTP_SHA1, secret20, 20, step, 8), rows[i].sha1);
		assert_int_equal(value_of(OTP_SHA256, secret32, 32, step, 8),
		    rows[i].sha256);
		assert_int_equal(value_of(OTP_SHA512, secret64, 64, step, 8),
		    rows[i].sha512);
	}
}

static void
oath__counts_with_64_bits(void **state)
{
	const uint64_t high = UINT64_C(1) << 32;

	(void)state;
	assert_int_not_equal(value_of(OTP_SHA1, secret20, 20, high + 1, 8),
	    value_of(OTP_SHA1, secret20, 20, 1, 8));
	assert_int_not_equal(value_of(OTP_SHA1, secret20, 20, high << 31, 8),
	    value_of(OTP_SHA1, secret20, 20, 0, 8));
}

static void
oath__computes_many_values_from_one_secret(void **state)
{
	struct otp_oath *oath = NULL;
	uint32_t value;

	(void)state;
	assert_int_equal(
	    otp_oath_new(OTP_SHA512, (const uint8_t *)secret64, 64, &oath),
	    OTP_OK);
	for (uint64_t i = 0; i < 50; i++) {
		uint64_t moving = i * UINT64_C(0x0123456789abcdef);

		assert_int_equal(
		    otp_oath_value(oath, moving, 8, &value), OTP_OK);
		assert_int_equal(
		    value, value_of(OTP_SHA512, secret64, 64, moving, 8));
	}
	otp_oath_free(oath);
	otp_oath_free(NULL);
}

static void
oath__refuses_digits_and_hashes_it_does_not_know(void **state)
{
	static const unsigned bad[] = { 0, 1, 5, 9, 10, 4294967295U };
	struct otp_oath *oath = NULL;
	uint32_t value = 99;

	(void)state;
	assert_int_equal(otp_oath_new((enum otp_hash)0,
			     (const uint8_t *)secret20, 20, &oath),
	    OTP_ERR_CRYPTO);
	assert_int_equal(otp_oath_new((enum otp_hash)4,
			     (const uint8_t *)secret20, 20, &oath),
	    OTP_ERR_CRYPTO);
	assert_null(oath);
	assert_int_equal(
	    otp_oath_new(OTP_SHA1, (const uint8_t *)secret20, 20, &oath),
	    OTP_OK);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(
		    otp_oath_value(oath, 0, bad[i], &value), OTP_ERR_CRYPTO);
	assert_int_equal(value, 99);
	otp_oath_free(oath);
}

/* One whole use whose call N fails: 0 is malloc(), 6 EVP_MAC_final(). */
static enum otp_err
use_failing_at(int n, struct otp_oath **oath, uint32_t *value)
{
	enum otp_err err;

	fail_at = n;
	err = otp_oath_new(OTP_SHA1, (const uint8_t *)secret20, 20, oath);
	if (err == OTP_OK)
		err = otp_oath_value(*oath, 0, 6, value);
	fail_at = -1;
	otp_oath_free(*oath);
	*oath = NULL;
	return err;
}

static void
oath__says_so_whatever_call_fails(void **state)
{
	struct otp_oath *oath = NULL;
	uint32_t value = 99;

	(void)state;
	ERR_clear_error();
	assert_int_equal(use_failing_at(0, &oath, &value), OTP_ERR_NOMEM);
	ERR_clear_error();
	for (int n = 1; n <= 6; n++)
		assert_int_equal(
		    use_failing_at(n, &oath, &value), OTP_ERR_CRYPTO);
	assert_int_equal(value, 99);
	assert_int_equal(ERR_peek_error(), 0);
	assert_int_equal(use_failing_at(7, &oath, &value), OTP_OK);
	assert_int_equal(value, 755224);
}

/* --- A second opinion -------------------------------------------------- */

#define OPINIONS 200

static uint32_t
oathtool_value(const char *arguments, const char *hex)
{
	char command[400], answer[32] = "";
	FILE *pipe;

	(void)snprintf(
	    command, sizeof(command), "oathtool %s %s", arguments, hex);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_non_null(fgets(answer, sizeof(answer), pipe));
	assert_int_equal(pclose(pipe), 0);
	return (uint32_t)strtoul(answer, NULL, 10);
}

static void
compare_once(uint64_t *seed)
{
	static const char *const names[] = { "SHA1", "SHA256", "SHA512" };
	uint8_t secret[OTP_SECRET_MAX];
	char hex[2 * OTP_SECRET_MAX + 1], arguments[200];
	size_t size =
	    (size_t)unit_between(seed, OTP_SECRET_MIN, OTP_SECRET_MAX);
	unsigned digits = (unsigned)unit_between(seed, 6, 8);
	unsigned hash = (unsigned)unit_between(seed, 1, 3);
	uint64_t moving = unit_random(seed) >> unit_between(seed, 1, 60);

	unit_fill(seed, secret, size);
	for (size_t i = 0; i < size; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", secret[i]);
	if (hash == OTP_SHA1)
		(void)snprintf(arguments, sizeof(arguments),
		    "--hotp -d %u -c %" PRIu64, digits, moving);
	else {
		/* It has HOTP with SHA-1 alone; steps of 1 s do for others. */
		moving &= 0xffffffffff;
		(void)snprintf(arguments, sizeof(arguments),
		    "--totp=%s -d %u -s 1s -S @0 -N @%" PRIu64, names[hash - 1],
		    digits, moving);
	}
	assert_int_equal(
	    value_of((enum otp_hash)hash, secret, size, moving, digits),
	    oathtool_value(arguments, hex));
}

static void
oath__agrees_with_oathtool(void **state)
{
	uint64_t seed = 4226;

	(void)state;
	if (system("oathtool --version >/dev/null 2>&1") != 0)
		skip();
	for (unsigned i = 0; i < OPINIONS; i++)
		compare_once(&seed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oath__knows_appendix_d_of_rfc_4226),
		cmocka_unit_test(oath__knows_appendix_b_of_rfc_6238),
		cmocka_unit_test(oath__counts_with_64_bits),
		cmocka_unit_test(oath__computes_many_values_from_one_secret),
		cmocka_unit_test(
		    oath__refuses_digits_and_hashes_it_does_not_know),
		cmocka_unit_test(oath__says_so_whatever_call_fails),
		cmocka_unit_test(oath__agrees_with_oathtool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
