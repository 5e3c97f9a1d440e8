/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "common/core/uri.h"

#define SECRET	"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" /* 12345678901234567890 */
#define MINIMUM "GEZDGNBVGY3TQOJQ"		   /* 1234567890 */
#define TOTP	"otpauth://totp/host:alice?secret=" SECRET
#define HOTP	"otpauth://hotp/host:alice?secret=" SECRET "&counter=7"

static struct otp_token
parsed(const char *uri)
{
	struct otp_token token;
	struct otp_fault fault = { 0 };

	if (otp_uri_parse(uri, strlen(uri), &token, &fault) != OTP_OK)
		fail_msg("%s: %s", uri, unit_detail(&fault));
	return token;
}

static void
assert_refused(const char *uri)
{
	struct otp_token token, before;
	struct otp_fault fault = { 0 };

	memset(&before, 0xa5, sizeof(before));
	memcpy(&token, &before, sizeof(token));
	if (otp_uri_parse(uri, strlen(uri), &token, &fault) != OTP_ERR_PARSE)
		fail_msg("%s was taken", uri);
	assert_memory_equal(&token, &before, sizeof(token));
	assert_true(unit_detail(&fault)[0] != '\0');
	assert_null(strstr(unit_detail(&fault), MINIMUM));
	assert_int_equal(
	    otp_uri_parse(uri, strlen(uri), &token, NULL), OTP_ERR_PARSE);
}

static void
uri_parse__fills_in_the_defaults(void **state)
{
	struct otp_token token = parsed(TOTP);

	(void)state;
	assert_int_equal(token.kind, OTP_TOTP);
	assert_int_equal(token.hash, OTP_SHA1);
	assert_int_equal(token.digits, 6);
	assert_int_equal(token.period, 30);
	assert_int_equal(token.counter, 0);
	assert_int_equal(token.secret_size, 20);
	assert_memory_equal(token.secret, "12345678901234567890", 20);
	assert_string_equal(token.label, "host:alice");
	assert_string_equal(token.issuer, "");

	token = parsed(HOTP);
	assert_int_equal(token.kind, OTP_HOTP);
	assert_int_equal(token.period, 0);
	assert_int_equal(token.counter, 7);
}

static void
uri_parse__takes_every_parameter_in_any_order(void **state)
{
	struct otp_token token =
	    parsed("otpauth://totp/a?period=60&digits=8"
		   "&algorithm=SHA256&issuer=ACME&secret=" SECRET);

	(void)state;
	assert_int_equal(token.hash, OTP_SHA256);
	assert_int_equal(token.digits, 8);
	assert_int_equal(token.period, 60);
	assert_string_equal(token.issuer, "ACME");
	token = parsed("otpauth://hotp/a?counter=18446744073709551615"
		       "&digits=7&algorithm=SHA512&secret=" SECRET);
	assert_true(token.counter == UINT64_MAX);
	assert_int_equal(token.digits, 7);
	assert_int_equal(token.hash, OTP_SHA512);
}

static void
uri_parse__takes_either_case_where_apps_differ(void **state)
{
	struct otp_token token =
	    parsed("OTPAuth://TOTP/a?SECRET=gezdgnbvgy3tqojq&Algorithm=sha512");

	(void)state;
	assert_int_equal(token.hash, OTP_SHA512);
	assert_int_equal(token.secret_size, 10);
}

static void
uri_parse__takes_every_bound(void **state)
{
	(void)state;
	(void)parsed("otpauth://totp/a?secret=" MINIMUM);
	(void)parsed("otpauth://totp/a?secret=" SECRET SECRET SECRET "GEZDGNA");
	assert_int_equal(parsed(TOTP "&digits=6").digits, 6);
	assert_int_equal(parsed(TOTP "&digits=8").digits, 8);
	assert_int_equal(parsed(TOTP "&period=15").period, 15);
	assert_int_equal(parsed(TOTP "&period=120").period, 120);
	assert_int_equal(
	    parsed("otpauth://hotp/a?counter=0&secret=" SECRET).counter, 0);
}

static void
uri_parse__ignores_what_it_does_not_know(void **state)
{
	const struct otp_token plain = parsed(TOTP);
	static const char *const cases[] = { TOTP "&image=http%3A%2F%2Fx%2Fy",
		TOTP "&color", TOTP "&", TOTP "&&", TOTP "&=", TOTP "&=x",
		TOTP "&x=%zz", TOTP "&x=1&x=2",
		TOTP "&issuer=", TOTP "&secre=1&secrets=2&s=3",
		TOTP "&host=elsewhere",
		("otpauth://totp/host:alice?&secret=" SECRET) };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct otp_token token = parsed(cases[i]);

		assert_memory_equal(&token, &plain, sizeof(token));
	}
}

static void
uri_parse__takes_padding_that_is_right(void **state)
{
	/* 11 bytes: 18 characters and 6 of padding */
	static const char *const cases[] = {
		"otpauth://totp/a?secret=GEZDGNBVGY3TQOJQGE",
		"otpauth://totp/a?secret=GEZDGNBVGY3TQOJQGE======",
		("otpauth://totp/a?secret=GEZDGNBVGY3TQOJQGE"
		 "%3D%3d%3D%3D%3D%3D&digits=6"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct otp_token token = parsed(cases[i]);

		assert_int_equal(token.secret_size, 11);
		assert_memory_equal(token.secret, "12345678901", 11);
	}
	assert_refused("otpauth://totp/a?secret=GEZDGNBVGY3TQOJQGE=====");
	assert_refused("otpauth://totp/a?secret=GEZDGNBVGY3TQOJQGE=======");
	assert_refused("otpauth://totp/a?secret=" SECRET "=");
}

static void
uri_parse__decodes_labels_and_issuers(void **state)
{
	static const struct {
		const char *encoded, *label;
	} cases[] = {
		{ "host:alice", "host:alice" },
		{ "host%3Aalice", "host:alice" },
		{ "host%3aalice", "host:alice" },
		{ "host:%20alice", "host: alice" },
		{ "ACME%20Co:alice@example.org", "ACME Co:alice@example.org" },
		{ "ACME Co", "ACME Co" },
		{ "a+b", "a+b" },
		{ "a%2Bb", "a+b" },
		{ "a%26b%3Dc%3Fd%23e%25f", "a&b=c?d#e%f" },
		{ "a&b=c", "a&b=c" },
		{ "a%0Ab", "a\nb" },
		{ "a/b", "a/b" },
		{ "a%2fb", "a/b" },
		{ "%C3%BCber",
		    "\xc3\xbc"
		    "ber" },
		{ "\xc3\xbc"
		  "ber",
		    "\xc3\xbc"
		    "ber" },
		{ "%FF", "\xff" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char uri[200] = "otpauth://totp/";

		strcat(uri, cases[i].encoded);
		strcat(uri, "?secret=" SECRET);
		assert_string_equal(parsed(uri).label, cases[i].label);
	}
	assert_string_equal(
	    parsed(TOTP "&issuer=A%26B%3D+C?d").issuer, "A&B=+C?d");
}

static void
uri_parse__refuses_other_schemes_and_types(void **state)
{
	static const char *const cases[] = { "", "o", "otpauth:", "otpauth://",
		"otpauth://totp", "otpauth://totp/", "otpauth://totp/a",
		"otpauth://totp/a?", "http://totp/a?secret=" SECRET,
		"otpauth:/totp/a?secret=" SECRET,
		"otpauth-migration://offline?data=AAAA",
		"otpauth://steam/a?secret=" SECRET,
		"otpauth://motp/a?secret=" SECRET,
		"otpauth://totp?secret=" SECRET,
		"otpauth://totpa?secret=" SECRET,
		"otpauth://totps/a?secret=" SECRET,
		"otpauth:///a?secret=" SECRET, " " TOTP, "\xef\xbb\xbf" TOTP,
		"recovery:1790000000:sha256$", "yotpauth://totp/" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(cases[i]);
}

static void
uri_parse__refuses_bad_secrets(void **state)
{
	static const char *const cases[] = {
		"otpauth://totp/a?digits=6",
		"otpauth://totp/a?secret",
		"otpauth://totp/a?secret=",
		"otpauth://totp/a?secret=GEZDGNBVGY3TQOI", /* 9 bytes */
		"otpauth://totp/a?secret=" SECRET SECRET SECRET "GEZDGNBV",
		"otpauth://totp/a?secret=AAAAAAAAAAAAAAAA",
		"otpauth://totp/a?secret=GEZDGNBVGY3TQOJ1",
		"otpauth://totp/a?secret=GEZD GNBV GY3T QOJQ",
		"otpauth://totp/a?secret=GEZDGNBV-GY3TQOJQ",
		"otpauth://totp/a?secret=" SECRET "A",
		"otpauth://totp/a?secret=" SECRET "\r",
		"otpauth://totp/a?secret=" SECRET "%00",
		"otpauth://totp/a?secret=" SECRET "%",
		TOTP "&secret=" SECRET,
		TOTP "&SECRET=" SECRET,
		TOTP "&%73ecret=" SECRET,
		TOTP "&secret",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(cases[i]);
}

static void
uri_parse__refuses_numbers_out_of_range_or_form(void **state)
{
	static const char *const cases[] = {
		TOTP "&digits=5",
		TOTP "&digits=9",
		TOTP "&digits=06",
		TOTP "&digits=+6",
		TOTP "&digits=-6",
		TOTP "&digits=",
		TOTP "&digits",
		TOTP "&digits=6.0",
		TOTP "&digits= 6",
		TOTP "&digits=six",
		TOTP "&digits=4294967302",
		TOTP "&digits=18446744073709551622",
		TOTP "&digits=6&digits=6",
		TOTP "&period=0",
		TOTP "&period=-30",
		TOTP "&period=14",
		TOTP "&period=121",
		TOTP "&period=030",
		TOTP "&period=18446744073709551616",
		TOTP "&period=18446744073709551646",
		TOTP "&period",
		TOTP "&period=30&period=30",
		TOTP "&period=30s",
		TOTP "&algorithm=MD5",
		TOTP "&algorithm=SHA-1",
		TOTP "&algorithm=SHA224",
		TOTP "&algorithm=",
		TOTP "&algorithm",
		TOTP "&algorithm=SHA1&algorithm=SHA1",
		"otpauth://hotp/a?secret=" SECRET,
		"otpauth://hotp/a?secret=" SECRET "&counter",
		"otpauth://hotp/a?secret=" SECRET "&counter=",
		"otpauth://hotp/a?secret=" SECRET "&counter=-1",
		"otpauth://hotp/a?secret=" SECRET "&counter=1e3",
		"otpauth://hotp/a?secret=" SECRET "&counter=00",
		"otpauth://hotp/a?secret=" SECRET
		"&counter=18446744073709551616",
		HOTP "&counter=7",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(cases[i]);
}

static void
uri_parse__refuses_what_belongs_to_the_other_type(void **state)
{
	(void)state;
	assert_refused(TOTP "&counter=0");
	assert_refused(TOTP "&counter=1");
	assert_refused(HOTP "&period=30");
	assert_refused(HOTP "&period=0");
}

static void
uri_parse__refuses_stray_bytes_and_encodings(void **state)
{
	static const char *const cases[] = {
		"otpauth://totp/?secret=" SECRET, /* no label */
		"otpauth://totp/a%00b?secret=" SECRET,
		"otpauth://totp/%?secret=" SECRET,
		"otpauth://totp/a%4?secret=" SECRET,
		"otpauth://totp/a%4g?secret=" SECRET,
		"otpauth://totp/a%%41?secret=" SECRET,
		"otpauth://totp/a\x01?secret=" SECRET,
		"otpauth://totp/a\tb?secret=" SECRET,
		"otpauth://totp/a\x7f?secret=" SECRET,
		"otpauth://totp/a#b?secret=" SECRET,
		TOTP "#",
		TOTP "#fragment",
		TOTP "&x=#",
		TOTP "\n",
		TOTP "&issuer=%",
		TOTP "&issuer=%00",
		TOTP "&issuer=%4",
		TOTP "&issuer",
		TOTP "&issuer=a&issuer=a",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(cases[i]);
}

static void
uri_parse__reads_no_further_than_it_is_told(void **state)
{
	static const char uri[] = TOTP "&digits=8";
	struct otp_token token;
	struct otp_fault fault = { 0 };

	(void)state;
	assert_int_equal(
	    otp_uri_parse(uri, strlen(TOTP), &token, &fault), OTP_OK);
	assert_int_equal(token.digits, 6);
	assert_int_equal(otp_uri_parse("a\0b", 3, &token, NULL), OTP_ERR_PARSE);
	assert_int_equal(
	    otp_uri_parse(TOTP "&x=\0", sizeof(TOTP) + 3, &token, NULL),
	    OTP_ERR_PARSE);
	for (size_t length = 0; length < strlen(HOTP); length++)
		assert_int_equal(
		    otp_uri_parse(HOTP, length, &token, &fault), OTP_ERR_PARSE);
}

static void
uri__bounds_labels_and_its_own_length(void **state)
{
	char uri[OTP_URI_MAX + 2] = "otpauth://totp/";
	size_t length = strlen(uri);

	(void)state;
	memset(uri + length, 'x', 255);
	strcpy(uri + length + 255, "?secret=" SECRET);
	assert_int_equal(strlen(parsed(uri).label), 255);
	memset(uri + length, 'x', 256);
	strcpy(uri + length + 256, "?secret=" SECRET);
	assert_refused(uri);

	strcpy(uri, TOTP "&x=");
	length = strlen(uri);
	memset(uri + length, 'x', OTP_URI_MAX + 1 - length);
	uri[OTP_URI_MAX] = '\0';
	(void)parsed(uri);
	uri[OTP_URI_MAX] = 'x';
	uri[OTP_URI_MAX + 1] = '\0';
	assert_refused(uri);
}

static void
uri_format__leaves_defaults_out(void **state)
{
	struct otp_token token = parsed(TOTP);
	char uri[OTP_URI_MAX + 1];

	(void)state;
	assert_int_equal(otp_uri_format(&token, uri), OTP_OK);
	assert_string_equal(uri, TOTP);
	token = parsed(HOTP);
	assert_int_equal(otp_uri_format(&token, uri), OTP_OK);
	assert_string_equal(uri, HOTP);
	token = parsed("otpauth://totp/a@b?period=60&digits=8&algorithm=sha256"
		       "&issuer=A%20%2b%3aB&secret=" SECRET);
	assert_int_equal(otp_uri_format(&token, uri), OTP_OK);
	assert_string_equal(uri,
	    "otpauth://totp/a@b?secret=" SECRET
	    "&issuer=A%20%2B%3AB&algorithm=SHA256"
	    "&digits=8&period=60");
}

static void
uri_format__refuses_what_could_not_be_read_back(void **state)
{
	struct otp_token token = parsed(TOTP);
	char uri[OTP_URI_MAX + 1] = "before";

	(void)state;
	token.digits = 9;
	assert_int_equal(otp_uri_format(&token, uri), OTP_ERR_PARSE);
	token = parsed(TOTP);
	token.label[0] = '\0';
	assert_int_equal(otp_uri_format(&token, uri), OTP_ERR_PARSE);
	memset(token.label, '%', 255);
	memset(token.issuer, '%', 255);
	assert_int_equal(otp_uri_format(&token, uri), OTP_ERR_PARSE);
	assert_string_equal(uri, "before");
}

static void
make_token(uint64_t *seed, struct otp_token *token)
{
	size_t label = (size_t)unit_between(seed, 1, 255);
	size_t issuer = (size_t)unit_between(seed, 0, 255);

	memset(token, 0, sizeof(*token));
	token->kind = unit_random(seed) & 1 ? OTP_TOTP : OTP_HOTP;
	token->hash = (enum otp_hash)unit_between(seed, 1, 3);
	token->digits = (unsigned)unit_between(seed, 6, 8);
	if (token->kind == OTP_TOTP)
		token->period = (unsigned)unit_between(seed, 15, 120);
	else
		token->counter = unit_random(seed) >> unit_between(seed, 0, 63);
	token->secret_size = (size_t)unit_between(seed, 10, 64);
	unit_fill(seed, token->secret, token->secret_size);
	for (size_t i = 0; i < label; i++)
		token->label[i] = (char)unit_between(seed, 1, 255);
	for (size_t i = 0; i < issuer; i++)
		token->issuer[i] = (char)unit_between(seed, 1, 255);
}

static void
uri__reads_back_what_it_wrote(void **state)
{
	uint64_t seed = 6238;
	unsigned written = 0;

	(void)state;
	for (unsigned i = 0; i < 4000; i++) {
		struct otp_token token, got;
		char uri[OTP_URI_MAX + 1];

		make_token(&seed, &token);
		if (otp_uri_format(&token, uri) != OTP_OK)
			continue; /* too long */
		got = parsed(uri);
		assert_memory_equal(&got, &token, sizeof(token));
		written++;
	}
	assert_true(written > 1000);
}

/* No text at all may make it read or write where it should not. */
static void
uri_parse__survives_damage(void **state)
{
	static const char uri[] = "otpauth://hotp/h%3Aa%C3%BC?secret=" MINIMUM
				  "&issuer=%41&algorithm=SHA1&digits=8"
				  "&counter=12";
	uint64_t seed = 7;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		char text[sizeof(uri)];
		struct otp_token token;

		memcpy(text, uri, sizeof(uri));
		for (unsigned j = 0; j < 1 + i % 4; j++)
			text[unit_between(&seed, 0, sizeof(uri) - 2)] =
			    (char)unit_random(&seed);
		if (otp_uri_parse(text, sizeof(uri) - 1, &token, NULL) ==
		    OTP_OK)
			assert_int_equal(otp_token_check(&token, NULL), OTP_OK);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uri_parse__fills_in_the_defaults),
		cmocka_unit_test(uri_parse__takes_every_parameter_in_any_order),
		cmocka_unit_test(
		    uri_parse__takes_either_case_where_apps_differ),
		cmocka_unit_test(uri_parse__takes_every_bound),
		cmocka_unit_test(uri_parse__ignores_what_it_does_not_know),
		cmocka_unit_test(uri_parse__takes_padding_that_is_right),
		cmocka_unit_test(uri_parse__decodes_labels_and_issuers),
		cmocka_unit_test(uri_parse__refuses_other_schemes_and_types),
		cmocka_unit_test(uri_parse__refuses_bad_secrets),
		cmocka_unit_test(
		    uri_parse__refuses_numbers_out_of_range_or_form),
		cmocka_unit_test(
		    uri_parse__refuses_what_belongs_to_the_other_type),
		cmocka_unit_test(uri_parse__refuses_stray_bytes_and_encodings),
		cmocka_unit_test(uri_parse__reads_no_further_than_it_is_told),
		cmocka_unit_test(uri__bounds_labels_and_its_own_length),
		cmocka_unit_test(uri_format__leaves_defaults_out),
		cmocka_unit_test(
		    uri_format__refuses_what_could_not_be_read_back),
		cmocka_unit_test(uri__reads_back_what_it_wrote),
		cmocka_unit_test(uri_parse__survives_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
