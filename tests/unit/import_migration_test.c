/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"

#include "common/core/import_migration.h"
#include "tests/unit/notes.h"
#include "tests/unit/oracle.h"

#define START "otpauth-migration://offline?data="

/* A message that is being made, field by field. */
struct bytes {
	size_t size;
	uint8_t at[4096];
};

static struct notes notes;

static void
put_number(struct bytes *bytes, uint64_t number)
{
	for (; number > 127; number >>= 7)
		bytes->at[bytes->size++] = (uint8_t)(number | 128);
	bytes->at[bytes->size++] = (uint8_t)number;
}

static void
put_value(struct bytes *bytes, unsigned field, uint64_t value)
{
	put_number(bytes, field << 3);
	put_number(bytes, value);
}

static void
put_bytes(struct bytes *bytes, unsigned field, const void *data, size_t size)
{
	put_number(bytes, field << 3 | 2);
	put_number(bytes, size);
	memcpy(bytes->at + bytes->size, data, size);
	bytes->size += size;
}

static void
put_text(struct bytes *bytes, unsigned field, const char *text)
{
	put_bytes(bytes, field, text, strlen(text));
}

/* In the message's own base64; "" is one without padding. */
static const char *
uri_of(const struct bytes *bytes, const char *padding)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	static char uri[8192];
	size_t length = strlen(START);

	strcpy(uri, START);
	for (size_t i = 0; i < bytes->size; i += 3) {
		size_t count = bytes->size - i < 3 ? bytes->size - i : 3;
		uint32_t bits = 0;

		for (size_t j = 0; j < 3; j++)
			bits = bits << 8 | (j < count ? bytes->at[i + j] : 0);
		for (size_t j = 0; j <= count; j++)
			uri[length++] = digits[bits >> (18 - 6 * j) & 63];
		for (size_t j = count; j < 3; j++) {
			strcpy(uri + length, padding);
			length += strlen(padding);
		}
	}
	uri[length] = '\0';
	return uri;
}

static struct otp_import_migration
parsed(const char *uri)
{
	struct otp_import_teller teller = notes_teller(&notes);
	static struct otp_import_migration migration;
	struct otp_fault fault = { 0 };

	if (otp_import_migration_parse(
		uri, strlen(uri), &teller, &migration, &fault) != OTP_OK)
		fail_msg("%s: %s", uri, unit_detail(&fault));
	return migration;
}

static void
assert_refused(const char *uri, const char *what)
{
	static const struct otp_import_migration nothing;
	static struct otp_import_migration migration;
	struct otp_fault fault = { 0 };

	memset(&migration, 0xa5, sizeof(migration));
	if (otp_import_migration_parse(
		uri, strlen(uri), NULL, &migration, &fault) != OTP_ERR_PARSE)
		fail_msg("%s was taken", uri);
	assert_string_equal(unit_detail(&fault), what);
	assert_memory_equal(&migration, &nothing, sizeof(migration));
	assert_int_equal(otp_import_migration_parse(
			     uri, strlen(uri), NULL, &migration, NULL),
	    OTP_ERR_PARSE);
}

static struct otp_token
token_of(const struct otp_import_migration *migration, unsigned index)
{
	struct otp_token token;
	struct otp_fault fault = { 0 };

	if (otp_import_migration_token(migration, index, &token, &fault) !=
	    OTP_OK)
		fail_msg("%u: %s", index, unit_detail(&fault));
	return token;
}

/* A transfer of the one token INNER. */
static const char *
one(const struct bytes *inner)
{
	struct bytes bytes = { 0 };

	put_bytes(&bytes, 1, inner->at, inner->size);
	put_value(&bytes, 2, 1);
	put_value(&bytes, 3, 1);
	put_value(&bytes, 4, 0);
	return uri_of(&bytes, "=");
}

static void
assert_token_refused(const struct bytes *inner, const char *what)
{
	struct otp_import_migration migration = parsed(one(inner));
	struct otp_token token, before;
	struct otp_fault fault = { 0 };

	memset(&before, 0xa5, sizeof(before));
	memcpy(&token, &before, sizeof(token));
	assert_int_equal(
	    otp_import_migration_token(&migration, 0, &token, &fault),
	    OTP_ERR_PARSE);
	assert_string_equal(unit_detail(&fault), what);
	assert_memory_equal(&token, &before, sizeof(token));
}

/* As the app itself made it. */
static void
import_migration__takes_what_the_app_writes(void **state)
{
	struct otp_import_migration migration =
	    parsed(START "CjEKCkhlbGxvId6tvu8SGEV4YW1wbGU6YWxpY2VAZ29vZ2xlLmNv"
			 "bRoHRXhhbXBsZTAC");
	struct otp_token token = token_of(&migration, 0);

	(void)state;
	assert_int_equal(migration.tokens, 1);
	assert_int_equal(migration.count, 1);
	assert_int_equal(migration.index, 0);
	assert_int_equal(token.kind, OTP_TOTP);
	assert_int_equal(token.hash, OTP_SHA1);
	assert_int_equal(token.digits, 6);
	assert_int_equal(token.period, 30);
	assert_int_equal(token.counter, 0);
	assert_int_equal(token.secret_size, 10);
	assert_memory_equal(token.secret, "Hello!\xde\xad\xbe\xef", 10);
	assert_string_equal(token.label, "Example:alice@google.com");
	assert_string_equal(token.issuer, "Example");
	assert_string_equal(notes_text(&notes), "");
}

static struct bytes
full_token(unsigned algorithm, unsigned digits, unsigned type)
{
	struct bytes inner = { 0 };

	put_text(&inner, 1, "12345678901234567890");
	put_text(&inner, 2, "alice");
	put_text(&inner, 3, "Ex\xc3\xa4mple");
	put_value(&inner, 4, algorithm);
	put_value(&inner, 5, digits);
	put_value(&inner, 6, type);
	put_value(&inner, 7, 7);
	put_text(&inner, 8, "unique");
	return inner;
}

static void
import_migration__reads_every_field(void **state)
{
	static const enum otp_hash hashes[] = { OTP_SHA1, OTP_SHA1, OTP_SHA256,
		OTP_SHA512 };
	static const unsigned digits[] = { 6, 6, 8 };
	char code[16];

	(void)state;
	for (unsigned i = 0; i < 4 * 3 * 2; i++) {
		struct bytes inner = full_token(i % 4, i / 4 % 3, i / 12 + 1);
		struct otp_import_migration migration = parsed(one(&inner));
		struct otp_token token = token_of(&migration, 0);

		assert_int_equal(token.hash, hashes[i % 4]);
		assert_int_equal(token.digits, digits[i / 4 % 3]);
		assert_int_equal(token.kind, i < 12 ? OTP_HOTP : OTP_TOTP);
		assert_int_equal(token.counter, i < 12 ? 7 : 0);
		assert_int_equal(token.period, i < 12 ? 0 : 30);
		assert_string_equal(token.label, "alice");
		assert_string_equal(token.issuer, "Ex\xc3\xa4mple");
		assert_int_equal(token.secret_size, 20);
		if (i == 0) /* RFC 4226, appendix D */
			assert_string_equal(
			    oracle_code(&token, 7, code), "162583");
	}
}

static void
import_migration__takes_every_way_to_write_base64(void **state)
{
	struct bytes inner = full_token(1, 1, 2);
	char uri[512], *at;

	(void)state;
	/* Bytes that need '+' and '/'. */
	memset(inner.at + 2, 0xfb, 20);
	(void)parsed(one(&inner));
	strcpy(uri, one(&inner));
	assert_non_null(strchr(uri + strlen(START), '+'));
	while ((at = strchr(uri + strlen(START), '+')) != NULL)
		*at = '-';
	while ((at = strchr(uri + strlen(START), '/')) != NULL)
		*at = '_';
	(void)parsed(uri);
	while ((at = strchr(uri + strlen(START), '-')) != NULL)
		*at = ' ';
	(void)parsed(uri);
	for (size_t size = strlen(uri); uri[size - 1] == '='; size--)
		uri[size - 1] = '\0';
	(void)parsed(uri);
	(void)parsed("QR-Code:" START "CjEKCkhlbGxvId6tvu8SGEV4YW1wbGU6YWxpY2V"
		     "AZ29vZ2xlLmNvbRoHRXhhbXBsZTAC");
	assert_string_equal(notes_text(&notes), "changed-prefix(QR-Code:)");
	(void)parsed(
	    "\"otpauth-migration://offline?x=1&data=CjEKCkhlbGxvId6tvu8S"
	    "GEV4YW1wbGU6YWxpY2VAZ29vZ2xlLmNvbRoHRXhhbXBsZTAC\",\r");
	assert_string_equal(notes_text(&notes), "changed-around()");
	(void)parsed(START "CjEKCkhlbGxvId6tvu8SGEV4YW1wbGU6YWxpY2V"
			   "AZ29vZ2xlLmNvbRoHRXhhbXBsZTA%43&x=y");
}

static void
import_migration__has_batches_of_tokens(void **state)
{
	struct bytes inner = full_token(1, 1, 2), other = full_token(1, 2, 1);
	struct bytes bytes = { 0 };
	struct otp_import_migration migration;

	(void)state;
	put_bytes(&bytes, 1, inner.at, inner.size);
	put_bytes(&bytes, 1, other.at, other.size);
	put_value(&bytes, 2, 2);
	put_value(&bytes, 3, 3);
	put_value(&bytes, 4, 2);
	put_value(&bytes, 5, UINT64_MAX); /* a negative number */
	migration = parsed(uri_of(&bytes, "="));
	assert_int_equal(migration.tokens, 2);
	assert_int_equal(migration.count, 3);
	assert_int_equal(migration.index, 2);
	assert_true(migration.id == UINT64_MAX);
	assert_int_equal(token_of(&migration, 0).digits, 6);
	assert_int_equal(token_of(&migration, 1).digits, 8);
	bytes.size = 0;
	put_bytes(&bytes, 1, inner.at, inner.size);
	put_value(&bytes, 3, 100);
	put_value(&bytes, 4, 99);
	(void)parsed(uri_of(&bytes, ""));
	put_value(&bytes, 3, 0); /* none is one */
	put_value(&bytes, 4, 100);
	assert_refused(uri_of(&bytes, "="), "migration-data");
}

static void
import_migration__refuses_a_token_that_the_store_does_not_have(void **state)
{
	struct bytes inner = { 0 };

	(void)state;
	inner = full_token(4, 1, 2); /* MD5 */
	assert_token_refused(&inner, "unknown-algorithm");
	inner = full_token(5, 1, 2);
	assert_token_refused(&inner, "unknown-algorithm");
	inner = full_token(1, 3, 2);
	assert_token_refused(&inner, "digits-value");
	inner = full_token(1, 1, 3);
	assert_token_refused(&inner, "kind");
	inner.size = 0;
	put_text(&inner, 1, "12345678901234567890");
	put_value(&inner, 6, 1);
	put_value(&inner, 7, UINT64_MAX);
	assert_token_refused(&inner, "counter-value");
	inner = full_token(1, 1, 0);
	assert_token_refused(&inner, "kind");
	inner.size = 0;
	put_text(&inner, 1, "12345678901234567890");
	assert_token_refused(&inner, "kind");
	inner.size = 0;
	put_value(&inner, 6, 2);
	assert_token_refused(&inner, "no-secret");
	put_text(&inner, 1, "123456789");
	assert_token_refused(&inner, "secret-short 9");
	inner.size = 0;
	put_bytes(&inner, 1, inner.at + 100, 65);
	put_value(&inner, 6, 2);
	assert_token_refused(&inner, "secret-long");
	inner.size = 0;
	put_bytes(&inner, 2, "a\0b", 3);
	assert_token_refused(&inner, "nul-byte");
	inner.size = 0;
	memset(inner.at + 1000, 'x', 256);
	put_bytes(&inner, 3, inner.at + 1000, 256);
	assert_token_refused(&inner, "label");
}

static void
import_migration__takes_the_longest_secret_and_name(void **state)
{
	struct bytes inner = { 0 };
	struct otp_import_migration migration;
	struct otp_token token;

	(void)state;
	memset(inner.at + 1000, 'x', 255);
	put_bytes(&inner, 1, inner.at + 1000, 64);
	put_bytes(&inner, 2, inner.at + 1000, 255);
	put_value(&inner, 6, 2);
	migration = parsed(one(&inner));
	token = token_of(&migration, 0);
	assert_int_equal(token.secret_size, 64);
	assert_int_equal(strlen(token.label), 255);
	assert_string_equal(token.issuer, "");
	inner.size = 0;
	put_bytes(&inner, 1, inner.at + 1000, 10);
	put_value(&inner, 6, 1);
	migration = parsed(one(&inner));
	token = token_of(&migration, 0);
	assert_int_equal(token.secret_size, 10);
	assert_int_equal(token.counter, 0);
	assert_string_equal(token.label, "");
}

static void
import_migration__refuses_fields_it_does_not_know(void **state)
{
	struct bytes inner = full_token(1, 1, 2), bytes = { 0 };
	size_t size = inner.size;

	(void)state;
	put_value(&inner, 9, 1);
	assert_refused(one(&inner), "migration-field 9");
	inner.size = size;
	put_value(&inner, 6, 1);
	assert_refused(one(&inner), "migration-field 6");
	inner.size = 0;
	put_value(&inner, 1, 1);
	assert_refused(one(&inner), "migration-field 1");
	inner.size = 0;
	put_text(&inner, 4, "x");
	assert_refused(one(&inner), "migration-field 4");
	put_value(&bytes, 6, 1);
	assert_refused(uri_of(&bytes, "="), "migration-field 6");
	bytes.size = 0;
	put_value(&bytes, 1, 1);
	assert_refused(uri_of(&bytes, "="), "migration-field 1");
	bytes.size = 0;
	put_text(&bytes, 2, "x");
	assert_refused(uri_of(&bytes, "="), "migration-field 2");
	bytes.size = 0;
	put_value(&bytes, 2, 3);
	assert_refused(uri_of(&bytes, "="), "migration-version 3");
	bytes.size = 0;
	put_value(&bytes, 3, 101);
	assert_refused(uri_of(&bytes, "="), "migration-field 3");
	bytes.size = 0;
	put_value(&bytes, 4, 101);
	assert_refused(uri_of(&bytes, "="), "migration-field 4");
}

static void
import_migration__refuses_what_is_damaged(void **state)
{
	struct bytes inner = full_token(1, 1, 2), bytes = { 0 };
	static char line[OTP_IMPORT_MIGRATION_LINE + 2];

	(void)state;
	assert_refused("hello", "not-otpauth");
	assert_refused("see " START "CjEK", "text-before");
	assert_refused(
	    "otpauth-migration://offline?xdata=CjEK", "migration-data");
	assert_refused("otpauth-migration://offline", "migration-data");
	assert_refused(START, "no-token");
	assert_refused(START "!", "migration-data");
	assert_refused(START "CjEK%4", "migration-data");
	assert_refused(START "A", "migration-data");
	assert_refused(START "AB", "migration-data"); /* unused bits */
	put_bytes(&bytes, 1, inner.at, inner.size - 1);
	assert_refused(uri_of(&bytes, "="), "migration-data");
	bytes.size = 0;
	put_bytes(&bytes, 1, inner.at, inner.size);
	bytes.size--;
	assert_refused(uri_of(&bytes, "="), "migration-data");
	/* Numbers: without an end, and of more than 64 bits. */
	bytes.size = 0;
	put_number(&bytes, 2 << 3);
	bytes.at[bytes.size++] = 0x80;
	assert_refused(uri_of(&bytes, "="), "migration-data");
	bytes.size = 0;
	put_number(&bytes, 5 << 3);
	memset(bytes.at + bytes.size, 0xff, 9);
	bytes.size += 9;
	bytes.at[bytes.size++] = 2;
	assert_refused(uri_of(&bytes, "="), "migration-data");
	bytes.at[bytes.size - 1] = 0x81;
	bytes.at[bytes.size++] = 0;
	assert_refused(uri_of(&bytes, "="), "migration-data");
	/* Field 0, and another wire type. */
	bytes.size = 0;
	put_number(&bytes, 0);
	put_number(&bytes, 0);
	assert_refused(uri_of(&bytes, "="), "migration-data");
	bytes.size = 0;
	put_number(&bytes, 2 << 3 | 5);
	put_number(&bytes, 0);
	assert_refused(uri_of(&bytes, "="), "migration-data");
	bytes.size = 0;
	put_number(&bytes, UINT64_C(1) << 35 | 2 << 3);
	put_number(&bytes, 1);
	assert_refused(uri_of(&bytes, "="), "migration-data");
	memset(line, 'A', sizeof(line) - 1);
	memcpy(line, START, strlen(START));
	assert_refused(line, "migration-data");
}

static void
import_migration__survives_every_byte_changed(void **state)
{
	struct bytes inner = full_token(1, 1, 2), bytes = { 0 };
	static struct otp_import_migration migration;
	struct otp_token token;
	struct otp_fault fault;

	(void)state;
	put_bytes(&bytes, 1, inner.at, inner.size);
	put_value(&bytes, 2, 1);
	put_value(&bytes, 5, 1234567);
	for (size_t at = 0; at < bytes.size; at++) {
		uint8_t before = bytes.at[at];

		for (unsigned byte = 0; byte < 256; byte++) {
			const char *uri;

			bytes.at[at] = (uint8_t)byte;
			uri = uri_of(&bytes, "=");
			if (otp_import_migration_parse(uri, strlen(uri), NULL,
				&migration, &fault) != OTP_OK)
				continue;
			for (unsigned i = 0; i < migration.tokens; i++)
				if (otp_import_migration_token(&migration, i,
					&token, &fault) == OTP_OK)
					assert_in_range(
					    token.secret_size, 10, 64);
		}
		bytes.at[at] = before;
	}
}

static void
import_migration__is_known_by_its_scheme(void **state)
{
	(void)state;
	assert_true(otp_import_migration_is(START, strlen(START)));
	assert_true(otp_import_migration_is("x " START, strlen(START) + 2));
	assert_true(otp_import_migration_is("OTPAUTH-MIGRATION://OFFLINE", 27));
	assert_false(otp_import_migration_is(START, 19));
	assert_true(otp_import_migration_is(START, 20));
	assert_false(otp_import_migration_is("otpauth://totp/a", 16));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(import_migration__takes_what_the_app_writes),
		cmocka_unit_test(import_migration__reads_every_field),
		cmocka_unit_test(
		    import_migration__takes_every_way_to_write_base64),
		cmocka_unit_test(import_migration__has_batches_of_tokens),
		cmocka_unit_test(
		    import_migration__refuses_a_token_that_the_store_does_not_have),
		cmocka_unit_test(
		    import_migration__takes_the_longest_secret_and_name),
		cmocka_unit_test(
		    import_migration__refuses_fields_it_does_not_know),
		cmocka_unit_test(import_migration__refuses_what_is_damaged),
		cmocka_unit_test(import_migration__survives_every_byte_changed),
		cmocka_unit_test(import_migration__is_known_by_its_scheme),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
