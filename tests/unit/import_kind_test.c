/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"

#include "common/core/import_kind.h"

#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
#define URI    "otpauth://totp/a?secret=" SECRET
#define KEY    "3132333435363738393031323334353637383930"
#define MARK   "\xef\xbb\xbf"

static void
assert_kind(const char *text, enum otp_import_kind kind)
{
	enum otp_detail detail;

	if (otp_import_kind_find(text, strlen(text), &detail) != kind)
		fail_msg(
		    "%s is another kind (%s)", text, otp_detail_word(detail));
}

static void
assert_unknown(const char *text, size_t size, enum otp_detail expected)
{
	enum otp_detail detail = OTP_DETAIL_NONE;

	assert_int_equal(
	    otp_import_kind_find(text, size, &detail), OTP_IMPORT_KIND_UNKNOWN);
	if (detail != expected)
		fail_msg("%.40s: %s", text, otp_detail_word(detail));
}

static void
import_kind__knows_what_can_be_imported(void **state)
{
	static const char *const uris[] = { URI, "# mine\n\n  " URI "\r\n",
		MARK URI, "QR-Code:" URI, ("\"" URI "\""),
		"otpauth-migration://offline?data=", "hello\n" URI,
		"OTPAUTH://TOTP/A?SECRET=" SECRET, "[" URI "](" URI ")" };
	static const char *const googles[] = { SECRET "\n\" TOTP_AUTH\n",
		MARK SECRET "\n\" TOTP_AUTH\n11111111\n",
		"short\n\" HOTP_COUNTER 1\n", SECRET "\n\"TOTP_AUTH\n",
		SECRET "\n  \" TOTP_AUTH\n", SECRET "\n' HOTP_COUNTER 1\n",
		SECRET "\n11111111\n",
		"3132333435363738393031323334353637383930\n\" TOTP_AUTH" };
	static const char *const oaths[] = { "HOTP a - " KEY,
		"# c\n\nHOTP/T30\ta\t-\t" KEY "\n", "noise\nHOTP/E a - " KEY,
		MARK "HOTP/T30/6 alice - " KEY };
	static const char *const lists[] = { "user,secret\na," SECRET,
		MARK "serial;hex\r\n1;" KEY, "# c\nuser\tkey\n",
		"user,label\nalice,x" };
	static const char *const jsons[] = { "{}", "[]", "\n {\"db\":1}",
		MARK "[{\"secret\":\"" SECRET "\"}]", "[ \"" URI "\"]",
		"{\"link\": \"" URI "\"}", " \n[ {\"uri\":\"" URI "\"}]" };

	(void)state;
	for (size_t i = 0; i < COUNT(uris); i++)
		assert_kind(uris[i], OTP_IMPORT_KIND_URI);
	for (size_t i = 0; i < COUNT(googles); i++)
		assert_kind(googles[i], OTP_IMPORT_KIND_GOOGLE);
	for (size_t i = 0; i < COUNT(oaths); i++)
		assert_kind(oaths[i], OTP_IMPORT_KIND_OATH);
	for (size_t i = 0; i < COUNT(lists); i++)
		assert_kind(lists[i], OTP_IMPORT_KIND_CSV);
	for (size_t i = 0; i < COUNT(jsons); i++)
		assert_kind(jsons[i], OTP_IMPORT_KIND_JSON);
}

static void
import_kind__names_what_cannot_be_imported(void **state)
{
	static const struct {
		const char *text;
		enum otp_detail detail;
	} cases[] = {
		{ "", OTP_DETAIL_EMPTY },
		{ "\n \n# only a comment\n", OTP_DETAIL_EMPTY },
		{ MARK, OTP_DETAIL_EMPTY },
		{ "\x89PNG\r\n", OTP_DETAIL_PICTURE },
		{ "\xff\xd8\xff\xe0", OTP_DETAIL_PICTURE },
		{ "GIF89a", OTP_DETAIL_PICTURE },
		{ "%PDF-1.7", OTP_DETAIL_PICTURE },
		{ "RIFFxxxxWEBP", OTP_DETAIL_PICTURE },
		{ "<svg/>", OTP_DETAIL_PICTURE },
		{ "PK\3\4", OTP_DETAIL_BINARY },
		{ "\x1f\x8b\x08", OTP_DETAIL_BINARY },
		{ "$ANSIBLE_VAULT;1.1", OTP_DETAIL_ENCRYPTED },
		{ "otpauth:/totp/a?secret=" SECRET, OTP_DETAIL_NOT_OTPAUTH },
		{ "KR-1234-1234-1234", OTP_DETAIL_BATTLE_NET },
		{ SECRET "\n1111111\n", OTP_DETAIL_NOT_RECOGNISED },
		{ SECRET "\n111111111\n", OTP_DETAIL_NOT_RECOGNISED },
		{ "GEZD GNBV\nGY3T QOJQ", OTP_DETAIL_NOT_RECOGNISED },
		{ "[1]", OTP_DETAIL_NOT_RECOGNISED },
		{ "Salted__x", OTP_DETAIL_ENCRYPTED },
		{ "-----BEGIN PGP MESSAGE-----", OTP_DETAIL_ENCRYPTED },
		{ "age-encryption.org/v1", OTP_DETAIL_ENCRYPTED },
		{ "-----BEGIN AGE ENCRYPTED FILE-----", OTP_DETAIL_ENCRYPTED },
		{ "{\"servicesEncrypted\":\"x\"}", OTP_DETAIL_ENCRYPTED },
		{ "{\"encrypted\": true}", OTP_DETAIL_ENCRYPTED },
		{ "{\"encrypted\":true}", OTP_DETAIL_ENCRYPTED },
		{ "\xff\xfeo\x01", OTP_DETAIL_UTF16 },
		{ "<?xml version='1'?><KeyContainer/>", OTP_DETAIL_PSKC },
		{ "<?xml version='1'?><map/>", OTP_DETAIL_XML },
		{ "{\"authenticator_tokens\":[]}", OTP_DETAIL_AUTHY },
		{ "{\"encrypted_seed\":1}", OTP_DETAIL_AUTHY },
		{ "authy://x", OTP_DETAIL_AUTHY },
		{ "steam://" SECRET, OTP_DETAIL_STEAM },
		{ "{\"shared_secret\":\"x\"}", OTP_DETAIL_STEAM },
		{ "US-1234-1234-1234", OTP_DETAIL_BATTLE_NET },
		{ "EU-1234-1234-1234", OTP_DETAIL_BATTLE_NET },
		{ "battlenet://x", OTP_DETAIL_BATTLE_NET },
		{ "bnet:x", OTP_DETAIL_BATTLE_NET },
		{ "phonefactor://activate", OTP_DETAIL_APP_PUSH },
		{ "duo://x", OTP_DETAIL_APP_PUSH },
		{ "motp://x", OTP_DETAIL_MOTP },
		{ SECRET, OTP_DETAIL_SECRET_ALONE },
		{ "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ\n",
		    OTP_DETAIL_SECRET_ALONE },
		{ "gezd-gnbv-gy3t-qojq", OTP_DETAIL_SECRET_ALONE },
		{ KEY, OTP_DETAIL_SECRET_ALONE },
		{ "2308726530001," KEY ",TOTP,6,30", OTP_DETAIL_CSV_HEADLESS },
		{ "hello, world", OTP_DETAIL_NOT_RECOGNISED },
		{ "root:x:0:0::/root:/bin/sh", OTP_DETAIL_NOT_RECOGNISED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_unknown(
		    cases[i].text, strlen(cases[i].text), cases[i].detail);
	assert_unknown("\xff\xfe\0\0o\0\0\0", 8, OTP_DETAIL_UTF32);
	assert_unknown("\0\0\xfe\xff\0\0\0o", 8, OTP_DETAIL_UTF32);
	assert_unknown("\xff\xfe\0", 3, OTP_DETAIL_UTF16);
	assert_unknown("\xfe\xff\0o\0t", 6, OTP_DETAIL_UTF16);
	assert_unknown("o\0t\0p\0", 6, OTP_DETAIL_UTF16);
	assert_unknown("\0o\0t\0p", 6, OTP_DETAIL_UTF16);
	assert_unknown("otpauth\0", 8, OTP_DETAIL_BINARY);
	assert_unknown("\0\0\0\0", 4, OTP_DETAIL_BINARY);
	assert_unknown("o\0tp", 4, OTP_DETAIL_BINARY);
	assert_unknown("o\0", 2, OTP_DETAIL_BINARY);
}

static void
import_kind__knows_a_byte_order_mark(void **state)
{
	(void)state;
	assert_int_equal(otp_import_kind_mark(MARK "x", 4), 3);
	assert_int_equal(otp_import_kind_mark(MARK, 2), 0);
	assert_int_equal(otp_import_kind_mark("abcd", 4), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(import_kind__knows_what_can_be_imported),
		cmocka_unit_test(import_kind__names_what_cannot_be_imported),
		cmocka_unit_test(import_kind__knows_a_byte_order_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
