/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "common/core/base32.h"

static enum otp_err
decode(const char *text, uint8_t *data, size_t capacity, size_t *ret_size)
{
	return otp_base32_decode(text, strlen(text), data, capacity, ret_size);
}

/* RFC 4648, section 10. */
static const struct {
	const char *data, *plain, *padded;
} vectors[] = {
	{ "", "", "" },
	{ "f", "MY", "MY======" },
	{ "fo", "MZXQ", "MZXQ====" },
	{ "foo", "MZXW6", "MZXW6===" },
	{ "foob", "MZXW6YQ", "MZXW6YQ=" },
	{ "fooba", "MZXW6YTB", "MZXW6YTB" },
	{ "foobar", "MZXW6YTBOI", "MZXW6YTBOI======" },
};

static void
assert_decodes(const char *text, const char *data)
{
	uint8_t got[64];
	size_t size = 99;

	assert_int_equal(decode(text, got, sizeof(got), &size), OTP_OK);
	assert_int_equal(size, strlen(data));
	assert_memory_equal(got, data, size);
}

static void
base32__knows_the_vectors_of_rfc_4648(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(vectors); i++) {
		char text[32];

		otp_base32_encode((const uint8_t *)vectors[i].data,
		    strlen(vectors[i].data), text);
		assert_string_equal(text, vectors[i].plain);
		assert_decodes(vectors[i].plain, vectors[i].data);
		assert_decodes(vectors[i].padded, vectors[i].data);
	}
	assert_decodes("mzxw6ytboi", "foobar");
	assert_decodes("MzXw6yTbOi======", "foobar");
}

static void
base32_decode__refuses_what_is_none(void **state)
{
	static const char *const cases[] = {
		"A",
		"ABC",
		"ABCDEF",
		"ABCDEFGHA", /* no whole byte */
		"AAA",
		"AAAAAA",
		"MZXW6A",
		"MZ",
		"MZXR",
		"MZXW7",
		"MZXW6YR", /* unused bits set */
		"M0",
		"M1",
		"M8",
		"M9",
		"M-",
		"M Y",
		" MY",
		"MY ",
		"MY\n",
		"M\xc3\xbc",
		"[Y",
		"@Y",
		"{Y",
		"`Y",
		"MY=",
		"MY=====",
		"MY=======",
		"=",
		"========",
		"MZ=A====",
		"MZXQ===",
		"MZXQ=====",
		"MZXW6==",
		"MZXW6Y==",
		"MZXW6YQ==",
		"MZXW6YTB========",
		"MY======MY======",
		"======MY",
		"MZX=====",
		"M=======",
	};
	uint8_t data[64];
	size_t size = 99;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (decode(cases[i], data, sizeof(data), &size) !=
		    OTP_ERR_PARSE)
			fail_msg("%s was taken", cases[i]);
	assert_int_equal(otp_base32_decode("M\0", 2, data, sizeof(data), &size),
	    OTP_ERR_PARSE);
	assert_int_equal(size, 99);
}

static void
base32_decode__writes_no_more_than_fits(void **state)
{
	uint8_t data[7] = { [5] = 0xa5, [6] = 0xa5 };
	size_t size = 99;

	(void)state;
	assert_int_equal(decode("MZXW6YTBOI", data, 5, &size), OTP_ERR_PARSE);
	assert_int_equal(size, 99);
	assert_int_equal(data[5], 0xa5);
	assert_int_equal(decode("MZXW6YTBOI", data, 6, &size), OTP_OK);
	assert_int_equal(size, 6);
	assert_int_equal(data[6], 0xa5);
}

static void
base32__reads_back_what_it_wrote(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (size_t size = 0; size <= 64; size++) {
		uint8_t data[64], got[64];
		char text[OTP_BASE32_SIZE(64) + 1];
		size_t got_size;

		unit_fill(&seed, data, size);
		memset(text, 'x', sizeof(text));
		otp_base32_encode(data, size, text);
		assert_int_equal(strlen(text) + 1, OTP_BASE32_SIZE(size));
		assert_int_equal(
		    decode(text, got, sizeof(got), &got_size), OTP_OK);
		assert_int_equal(got_size, size);
		assert_memory_equal(got, data, size);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base32__knows_the_vectors_of_rfc_4648),
		cmocka_unit_test(base32_decode__refuses_what_is_none),
		cmocka_unit_test(base32_decode__writes_no_more_than_fits),
		cmocka_unit_test(base32__reads_back_what_it_wrote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
