/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <openssl/sha.h>

#include "tests/unit/unit.h"
#include "common/core/recovery.h"
#include "common/core/typed.h"

/* 00000 00001 00010 ... 10111: each character of the alphabet up to R. */
static const uint8_t ladder[OTP_RECOVERY_CODE_SIZE] = { 0x00, 0x44, 0x32, 0x14,
	0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf, 0x84, 0x65, 0x3a, 0x56, 0xd7 };
static const char ladder_text[] = "0123-4567-89AB-CDEF-GHJK-MNPQ";

static void
assert_reads(const char *typed, const uint8_t code[OTP_RECOVERY_CODE_SIZE])
{
	uint8_t got[OTP_RECOVERY_CODE_SIZE];

	assert_int_equal(otp_recovery_read(typed, got), OTP_OK);
	assert_memory_equal(got, code, sizeof(got));
}

static void
recovery_text__is_six_groups_of_four(void **state)
{
	uint8_t ones[OTP_RECOVERY_CODE_SIZE];
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)state;
	otp_recovery_text(ladder, text);
	assert_string_equal(text, ladder_text);
	memset(ones, 0xff, sizeof(ones));
	otp_recovery_text(ones, text);
	assert_string_equal(text, "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ");
}

static void
recovery_read__takes_either_case_and_what_looks_alike(void **state)
{
	(void)state;
	assert_reads("0123456789ABCDEFGHJKMNPQ", ladder);
	assert_reads("0123456789abcdefghjkmnpq", ladder);
	assert_reads("oi23456789abcdefghjkmnpq", ladder);
	assert_reads("OL23456789ABCDEFGHJKMNPQ", ladder);
	assert_reads("Ol23456789aBcDeFgHjKmNpQ", ladder);
	assert_reads("0I23456789ABCDEFGHJKMNPQ", ladder);
}

static void
recovery_read__refuses_all_else(void **state)
{
	static const char *const cases[] = {
		"",
		"0123456789ABCDEFGHJKMNP",
		"0123456789ABCDEFGHJKMNPQ0",
		"0123456789ABCDEFGHJKMNPU",
		"0123456789ABCDEFGHJKMNP*",
		"0123456789ABCDEFGHJKMNP-",
		"0123456789ABCDEFGHJKMNP ",
		"0123456789ABCDEFGHJKMN\xc3\xbc",
	};
	uint8_t code[OTP_RECOVERY_CODE_SIZE] = { 7 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (otp_recovery_read(cases[i], code) != OTP_ERR_PARSE)
			fail_msg("%s was taken", cases[i]);
	assert_int_equal(code[0], 7);
}

static void
recovery__reads_back_what_it_wrote(void **state)
{
	uint64_t seed = 120;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		uint8_t code[OTP_RECOVERY_CODE_SIZE];
		char text[OTP_RECOVERY_TEXT_SIZE], plain[OTP_TYPED_SIZE];

		unit_fill(&seed, code, sizeof(code));
		otp_recovery_text(code, text);
		assert_int_equal(strlen(text), OTP_RECOVERY_TEXT_SIZE - 1);
		assert_int_equal(otp_typed_read(text, plain), OTP_OK);
		assert_reads(plain, code);
	}
}

static void
recovery_make__hashes_salt_and_code(void **state)
{
	uint8_t text[OTP_RECOVERY_SALT_SIZE + OTP_RECOVERY_CODE_SIZE];
	unsigned char digest[SHA256_DIGEST_LENGTH];
	struct otp_recovery recovery;
	uint8_t id[OTP_ID_SIZE];

	(void)state;
	memset(text, 's', OTP_RECOVERY_SALT_SIZE);
	memcpy(text + OTP_RECOVERY_SALT_SIZE, ladder, sizeof(ladder));
	SHA256(text, sizeof(text), digest);
	assert_int_equal(otp_recovery_make(ladder, text, &recovery), OTP_OK);
	assert_memory_equal(recovery.salt, text, OTP_RECOVERY_SALT_SIZE);
	assert_memory_equal(recovery.hash, digest, sizeof(digest));
	otp_recovery_id(&recovery, id);
	assert_memory_equal(id, digest, OTP_ID_SIZE);
}

static void
recovery_check__knows_its_code_and_no_neighbour(void **state)
{
	uint8_t salt[OTP_RECOVERY_SALT_SIZE] = { 1, 2, 3 };
	uint8_t code[OTP_RECOVERY_CODE_SIZE];
	struct otp_recovery recovery;
	bool same = false;

	(void)state;
	assert_int_equal(otp_recovery_make(ladder, salt, &recovery), OTP_OK);
	assert_int_equal(otp_recovery_check(&recovery, ladder, &same), OTP_OK);
	assert_true(same);
	for (unsigned bit = 0; bit < 8 * sizeof(code); bit++) {
		memcpy(code, ladder, sizeof(code));
		code[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(
		    otp_recovery_check(&recovery, code, &same), OTP_OK);
		assert_false(same);
	}
	recovery.salt[15] ^= 1;
	assert_int_equal(otp_recovery_check(&recovery, ladder, &same), OTP_OK);
	assert_false(same);
}

#define SALT "000102030405060708090a0b0c0d0e0f"
#define HASH                               \
	"00112233445566778899aabbccddeeff" \
	"ffeeddccbbaa99887766554433221100"

static void
recovery_line__reads_back_what_it_wrote(void **state)
{
	static const char line[] = "recovery:1790000000:sha256$" SALT "$" HASH;
	static const char longest[] =
	    "recovery:253402300798-253402300799:sha256$" SALT "$" HASH;
	char got[OTP_RECOVERY_LINE_SIZE];
	struct otp_recovery recovery;

	(void)state;
	assert_int_equal(
	    otp_recovery_parse(line, strlen(line), &recovery), OTP_OK);
	assert_int_equal(recovery.salt[15], 15);
	assert_int_equal(recovery.hash[1], 0x11);
	assert_int_equal(recovery.hash[30], 0x11);
	assert_int_equal(recovery.made, 1790000000);
	assert_int_equal(recovery.until, 0);
	otp_recovery_format(&recovery, got);
	assert_string_equal(got, line);
	assert_true(otp_recovery_is_valid(&recovery, INT64_MAX));
	assert_true(otp_recovery_is_valid(&recovery, 0));

	assert_int_equal(
	    otp_recovery_parse(longest, strlen(longest), &recovery), OTP_OK);
	assert_int_equal(sizeof(longest), OTP_RECOVERY_LINE_SIZE);
	assert_int_equal(recovery.made, INT64_C(253402300798));
	assert_int_equal(recovery.until, INT64_C(253402300799));
	otp_recovery_format(&recovery, got);
	assert_string_equal(got, longest);
	assert_true(otp_recovery_is_valid(&recovery, INT64_C(253402300798)));
	assert_false(otp_recovery_is_valid(&recovery, INT64_C(253402300799)));
	assert_true(otp_recovery_is_valid(&recovery, INT64_C(1767225600)));
	assert_false(otp_recovery_is_valid(&recovery, INT64_C(1767225599)));
	assert_false(otp_recovery_is_valid(&recovery, 0));
}

static void
recovery_parse__refuses_all_else(void **state)
{
	static const char *const cases[] = {
		"",
		"recovery:",
		"recovery:1790000000:sha256$" SALT,
		"recovery:1790000000:sha256$" SALT "$",
		"recovery:1790000000:sha256$"
		"0102030405060708090a0b0c0d0e0f$" HASH,
		"recovery:1790000000:sha256$" SALT "$" HASH "0",
		"recovery:1790000000:sha256$" SALT "$" HASH " ",
		" recovery:1790000000:sha256$" SALT "$" HASH,
		"recovery:1790000000:sha256$" SALT "$1122334455667788" HASH,
		"recovery:1790000000:sha256$" SALT ":" HASH,
		"recovery:sha256$" SALT "$" HASH,
		"recovery::sha256$" SALT "$" HASH,
		"recovery:0:sha256$" SALT "$" HASH,
		"recovery:01:sha256$" SALT "$" HASH,
		"recovery:+1:sha256$" SALT "$" HASH,
		"recovery:1 :sha256$" SALT "$" HASH,
		"recovery:1x:sha256$" SALT "$" HASH,
		"recovery:253402300800:sha256$" SALT "$" HASH,
		"recovery:1000000000000:sha256$" SALT "$" HASH,
		"recovery:5-:sha256$" SALT "$" HASH,
		"recovery:-5:sha256$" SALT "$" HASH,
		"recovery:5-5:sha256$" SALT "$" HASH,
		"recovery:5-4:sha256$" SALT "$" HASH,
		"recovery:5-06:sha256$" SALT "$" HASH,
		"recovery:5-6-7:sha256$" SALT "$" HASH,
		"recovery:5-253402300800:sha256$" SALT "$" HASH,
		"recovery:5:6:sha256$" SALT "$" HASH,
		"recovery:5:sha512$" SALT "$" HASH,
		"recovery:sha512$" SALT "$" HASH,
		"Recovery:sha256$" SALT "$" HASH,
		"recovery:1790000000:sha256$"
		"000102030405060708090A0b0c0d0e0f$" HASH,
		"recovery:1790000000:sha256$"
		"000102030405060708090g0b0c0d0e0f$" HASH,
		"recovery:1790000000:sha256$" SALT
		"$00112233445566778899aabbccddeef:"
		"ffeeddccbbaa99887766554433221100",
	};
	struct otp_recovery recovery = { .salt = { 7 } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (otp_recovery_parse(cases[i], strlen(cases[i]), &recovery) !=
		    OTP_ERR_PARSE)
			fail_msg("%s was taken", cases[i]);
	assert_int_equal(recovery.salt[0], 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recovery_text__is_six_groups_of_four),
		cmocka_unit_test(
		    recovery_read__takes_either_case_and_what_looks_alike),
		cmocka_unit_test(recovery_read__refuses_all_else),
		cmocka_unit_test(recovery__reads_back_what_it_wrote),
		cmocka_unit_test(recovery_make__hashes_salt_and_code),
		cmocka_unit_test(
		    recovery_check__knows_its_code_and_no_neighbour),
		cmocka_unit_test(recovery_line__reads_back_what_it_wrote),
		cmocka_unit_test(recovery_parse__refuses_all_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
