/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"

#include "common/core/import_uri.h"
#include "common/core/uri.h"
#include "tests/unit/notes.h"

#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" /* 12345678901234567890 */
#define TOTP   "otpauth://totp/a:b?secret=" SECRET
#define HOTP   "otpauth://hotp/a:b?secret=" SECRET "&counter=7"

static struct notes notes;

/* LINE as the store would have it, and NOTES what is told of it. */
static void
assert_taken(const char *line, const char *stored, const char *told)
{
	struct otp_import_teller teller = notes_teller(&notes);
	struct otp_fault fault = { 0 };
	struct otp_token token;
	char uri[OTP_URI_MAX + 1];

	if (otp_import_uri_parse(line, strlen(line), "host:eve", &teller,
		&token, &fault) != OTP_OK)
		fail_msg("%s: %s %s", line, unit_detail(&fault), fault.name);
	assert_int_equal(otp_uri_format(&token, uri), OTP_OK);
	assert_string_equal(uri, stored);
	assert_string_equal(notes_text(&notes), told);
	for (unsigned i = 0; i < notes.count; i++)
		assert_int_equal(notes.at[i].line, 7);
}

static void
assert_refused(const char *line, const char *what, const char *name)
{
	struct otp_token token, before;
	struct otp_fault fault = { 0 };

	memset(&before, 0xa5, sizeof(before));
	memcpy(&token, &before, sizeof(token));
	if (otp_import_uri_parse(line, strlen(line), "host:eve", NULL, &token,
		&fault) != OTP_ERR_PARSE)
		fail_msg("%s was taken", line);
	assert_string_equal(unit_detail(&fault), what);
	assert_string_equal(fault.name, name);
	assert_memory_equal(&token, &before, sizeof(token));
	assert_int_equal(otp_import_uri_parse(line, strlen(line), "host:eve",
			     NULL, &token, NULL),
	    OTP_ERR_PARSE);
}

static void
import_uri__takes_what_the_store_writes_and_tells_nothing(void **state)
{
	(void)state;
	assert_taken(TOTP, TOTP, "");
	assert_taken(HOTP, HOTP, "");
	assert_taken(TOTP "&issuer=A%20B&algorithm=SHA512&digits=8&period=60",
	    TOTP "&issuer=A%20B&algorithm=SHA512&digits=8&period=60", "");
}

static void
import_uri__takes_secrets_as_people_write_them(void **state)
{
	static const struct {
		const char *secret, *told;
	} cases[] = {
		{ "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ",
		    "changed-groups()" },
		{ "GEZD+GNBV+GY3T+QOJQ+GEZD+GNBV+GY3T+QOJQ",
		    "changed-groups()" },
		{ "GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ",
		    "changed-groups()" },
		{ "GEZD%20GNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "changed-groups()" },
		{ "GEZD\xc2\xa0GNBVGY3TQOJQGEZDGNBVGY3T\xe2\x80\x8bQOJQ",
		    "changed-groups()" },
		{ "gezdgnbvgy3tqojqgezdgnbvgy3tqojq", "changed-case()" },
		{ SECRET "====", "changed-padding()" },
		{ SECRET "%3D%3D", "changed-padding()" },
		{ "GEZD\xe2\x80\x93GNBV_GY3T\xe3\x80\x80QOJQGEZDGNBVGY3TQOJQ"
		  "%0D%0A",
		    "changed-groups()" },
		{ SECRET "== =", "changed-groups() changed-padding()" },
		{ "gezd gnbv gy3t qojq gezd gnbv gy3t qojq ==",
		    "changed-groups() changed-case() changed-padding()" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char line[256];

		(void)snprintf(line, sizeof(line),
		    "otpauth://totp/a:b?secret=%s", cases[i].secret);
		assert_taken(line, TOTP, cases[i].told);
	}
	assert_taken("otpauth://totp/a:b?secret=ABCDEFGHIJKLMNOPQRSTUVWXYB",
	    "otpauth://totp/a:b?secret=ABCDEFGHIJKLMNOPQRSTUVWXYA",
	    "changed-bits()");
}

static void
import_uri__names_what_is_wrong_with_a_secret(void **state)
{
	(void)state;
	assert_refused("otpauth://totp/a?secret=GEZDGNBVGY3TQ0JQ",
	    "secret-character 14 16", "0");
	assert_refused("otpauth://totp/a?secret=GEZDGNBV\xc3\xa9GY3TQOJQ",
	    "secret-character 9 17", "\xc3\xa9");
	assert_refused("otpauth://totp/a?secret=GEZD=GNBVGY3TQOJQ",
	    "secret-character 5 17", "=");
	assert_refused(
	    "otpauth://totp/a?secret=" SECRET "A", "secret-length 33", "");
	assert_refused(
	    "otpauth://totp/a?secret=GEZDGNBVGY3TQ", "secret-short 8", "");
	assert_refused("otpauth://totp/a?secret=", "no-secret", "");
	assert_refused("otpauth://totp/a?secret==", "no-secret", "");
	assert_refused("otpauth://totp/a?secret", "no-secret", "");
	assert_refused(
	    "otpauth://totp/a?secret=" SECRET "%2", "secret-encoding", "");
	assert_refused(
	    "otpauth://totp/a?secret=" SECRET "%00", "secret-encoding", "");
	assert_refused("otpauth://totp/a?secret=" SECRET SECRET SECRET
		       "GEZDGNAA",
	    "secret-long", "");
	assert_refused("otpauth://totp/a?issuer=b", "no-secret", "");
	assert_refused("otpauth://totp/a", "no-secret", "");
}

static void
import_uri__drops_what_does_not_belong_to_the_type(void **state)
{
	(void)state;
	assert_taken(HOTP "&period=30", HOTP, "changed-kind(period)");
	assert_taken(HOTP "&period=0", HOTP, "changed-kind(period)");
	assert_taken(TOTP "&counter=0&Digits=7", TOTP "&digits=7",
	    "changed-kind(counter)");
}

static void
import_uri__takes_spellings_of_algorithms(void **state)
{
	static const char *const spellings[] = { "HmacSHA256", "HMAC-SHA-256",
		"hmac_sha256", "SHA-256", "sha_256", "Algorithm.sha256",
		"SHA%2D256", "Sha.256" };

	(void)state;
	for (size_t i = 0; i < COUNT(spellings); i++) {
		char line[256];

		(void)snprintf(
		    line, sizeof(line), TOTP "&algorithm=%s", spellings[i]);
		assert_taken(line, TOTP "&algorithm=SHA256",
		    i == 6 ? "changed-algorithm(SHA-256)" : notes_text(&notes));
		assert_int_equal(notes.count, 1);
	}
	assert_taken(TOTP "&algorithm=sha256", TOTP "&algorithm=SHA256", "");
	assert_refused(TOTP "&algorithm=MD5", "unknown-algorithm", "MD5");
	assert_refused(TOTP "&algorithm=", "unknown-algorithm", "");
	assert_refused(
	    TOTP "&algorithm=SHA3-256", "unknown-algorithm", "SHA3-256");
	assert_refused(TOTP "&algorithm=SHA224", "unknown-algorithm", "SHA224");
	assert_refused(TOTP "&algorithm=hmac", "unknown-algorithm", "hmac");
	assert_refused(
	    TOTP "&algorithm=sha1,sha256", "unknown-algorithm", "sha1,sha256");
	assert_refused(TOTP "&algorithm=hmachmachmachmachmachmacsha1",
	    "unknown-algorithm", "...");
}

static void
import_uri__takes_an_empty_issuer_for_none(void **state)
{
	(void)state;
	assert_taken(TOTP "&issuer", TOTP, "changed-issuer()");
	assert_taken(TOTP "&issuer=", TOTP, "changed-issuer()");
	assert_taken(TOTP "&issuer= &digits=6", TOTP, "changed-issuer()");
}

static void
import_uri__tells_what_it_does_not_know(void **state)
{
	(void)state;
	assert_taken(TOTP "&image=http%3A%2F%2Fx&color&&=x", TOTP,
	    "changed-parameter(image) changed-parameter(color) "
	    "changed-parameter()");
	assert_taken(TOTP "&host=elsewhere&issuerInt=x&user=alice&lock=1", TOTP,
	    "changed-parameter(host) changed-parameter(issuerInt) "
	    "changed-parameter(user) changed-parameter(lock)");
	assert_taken(TOTP "&a-name-longer-than-the-known=x", TOTP,
	    "changed-parameter(a-name-longer-than-the-known)");
	/* Known to change no code, whatever the value is. */
	assert_taken(TOTP "&user_name=7&Account=8&id=60", TOTP,
	    "changed-parameter(user_name) changed-parameter(Account) "
	    "changed-parameter(id)");
	/* "secret=" was forgotten: what may be a secret is not shown. */
	assert_refused("otpauth://totp/a?" SECRET, "no-secret", "");
	assert_taken(TOTP "&" SECRET, TOTP, "changed-parameter(...)");
}

static void
import_uri__refuses_what_may_change_the_codes(void **state)
{
	static const char *const names[] = { "encoder", "algo", "alg", "digit",
		"interval", "step", "timeStep", "periodSeconds", "perriod",
		"algoritm", "diigts", "count", "counters", "hash", "t0", "x",
		"seed", "key", "pin", "secre", "secretkey", "length", "Encoder",
		"offset", "time-step", "hashAlgorithm", "otp_length",
		"numberOfDigits", "\"digits\"", "step_size", "otpdigits",
		"initialCounter", "digi\xe2\x80\x8bts", "truncation",
		"checksum", "keyformat", "tokenType", "Secret_Encoding",
		"some-long-words-before-the-period" };
	/* Whatever they are called: numbers, algorithms and types. */
	static const char *const telling[] = { "refresh=60", "ttl=45",
		"fn=SHA256", "fn=HMAC-SHA-512", "variant=hotp", "alphabet=hex",
		"y=Steam", "ticks=%2060", "z= 8 " };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		char line[256];

		(void)snprintf(line, sizeof(line), TOTP "&%s=y", names[i]);
		assert_refused(line, "parameter-suspect", names[i]);
	}
	for (size_t i = 0; i < COUNT(telling); i++) {
		char line[256], name[32];

		(void)snprintf(line, sizeof(line), TOTP "&%s", telling[i]);
		(void)snprintf(name, sizeof(name), "%.*s",
		    (int)strcspn(telling[i], "="), telling[i]);
		assert_refused(line, "parameter-suspect", name);
	}
	assert_refused(TOTP "&al%67o=1", "parameter-suspect", "al%67o");
	assert_refused(TOTP "&digits\xe2\x80\x8b=8", "parameter-suspect",
	    "digits\xe2\x80\x8b");
	assert_refused(TOTP "&amp;digits=8", "parameter-html", "amp;digits");
	assert_refused(TOTP "&amp;issuer=x", "parameter-html", "amp;issuer");
	assert_refused(
	    TOTP "&digits=8&digits=8", "parameter-repeated", "digits");
	assert_refused(TOTP "&SECRET=" SECRET, "parameter-repeated", "SECRET");
}

static void
import_uri__checks_values_as_the_store_does(void **state)
{
	(void)state;
	assert_refused(TOTP "&digits=9", "digits-value", "9");
	assert_refused(TOTP "&digits=", "digits-value", "");
	assert_refused(TOTP "&digits=%zz", "digits-value", "%zz");
	assert_refused(
	    TOTP "&digits=8;period=60", "digits-value", "8;period=60");
	assert_refused(TOTP "&period=14", "period-value", "14");
	assert_refused(TOTP "&period=121", "period-value", "121");
	assert_refused(TOTP "&digits=" SECRET, "digits-value", "...");
	assert_refused(TOTP "&period=30s", "period-value", "30s");
	assert_refused("otpauth://hotp/a?secret=" SECRET, "no-counter", "");
	assert_refused("otpauth://hotp/a?secret=" SECRET "&counter=-1",
	    "counter-value", "-1");
	assert_refused("otpauth://hotp/a?secret=" SECRET
		       "&counter=18446744073709451616",
	    "counter-value", "...");
	assert_taken("otpauth://hotp/a:b?secret=" SECRET
		     "&counter=18446744073709451615",
	    "otpauth://hotp/a:b?secret=" SECRET "&counter=18446744073709451615",
	    "");
	assert_taken(TOTP "&digits=%200%38%20&period=0060",
	    TOTP "&digits=8&period=60", "");
	assert_refused(
	    "otpauth://totp/%zz?secret=" SECRET, "label-encoding", "");
}

static void
import_uri__takes_what_is_around_a_uri(void **state)
{
	(void)state;
	assert_taken("  " TOTP "\t \r", TOTP, "changed-around()");
	assert_taken("\xef\xbb\xbf" TOTP "\xc2\xa0", TOTP, "changed-around()");
	assert_taken("\"" TOTP "\"", TOTP, "changed-around()");
	assert_taken("<" TOTP ">", TOTP, "changed-around()");
	assert_taken("QR-Code:" TOTP, TOTP, "changed-prefix(QR-Code:)");
	assert_taken("URI:  " TOTP, TOTP, "changed-prefix(URI:)");
	assert_taken("My key: '" TOTP "'", TOTP,
	    "changed-around() changed-prefix(My key:)");
	assert_taken("\xe3\x80\x80\xe2\x80\x8f" TOTP "\xe2\x80\x83\f", TOTP,
	    "changed-around()");
	assert_taken(
	    "\xe2\x80\x9c" TOTP "\xe2\x80\x9d", TOTP, "changed-around()");
	assert_taken("\"" TOTP "\",", TOTP, "changed-around()");
	assert_taken("URI = " TOTP, TOTP, "changed-prefix(URI =)");
	assert_taken("- " TOTP, TOTP, "changed-prefix(-)");
	assert_taken("12. " TOTP, TOTP, "changed-prefix(12.)");
	assert_taken("2) " TOTP, TOTP, "changed-prefix(2))");
	assert_refused("2 " TOTP, "text-before", "2");
	assert_refused(". " TOTP, "text-before", ".");
	assert_refused("see " TOTP, "text-before", "see");
	assert_refused("x=y:" TOTP, "text-before", "x=y:");
	assert_refused(SECRET "," TOTP, "text-before", "...");
	assert_refused("a-word-before-it, too:" TOTP, "text-before",
	    "a-word-before-it, too:");
	assert_refused("hello", "not-otpauth", "");
	assert_refused("", "not-otpauth", "");
	assert_refused("otpauth:/totp/a?secret=" SECRET, "not-otpauth", "");
}

static void
import_uri__names_a_token_without_a_label(void **state)
{
	char label[OTP_LABEL_SIZE + 1];
	struct otp_token token;
	struct otp_fault fault = { 0 };

	(void)state;
	assert_taken("otpauth://totp?secret=" SECRET,
	    "otpauth://totp/host:eve?secret=" SECRET,
	    "changed-label(host:eve)");
	assert_taken("otpauth://totp/?secret=" SECRET,
	    "otpauth://totp/host:eve?secret=" SECRET,
	    "changed-label(host:eve)");
	memset(label, 'x', sizeof(label) - 1);
	label[sizeof(label) - 1] = '\0';
	assert_int_equal(otp_import_uri_parse("otpauth://totp?secret=" SECRET,
			     strlen("otpauth://totp?secret=" SECRET), label,
			     NULL, &token, &fault),
	    OTP_ERR_PARSE);
	assert_string_equal(unit_detail(&fault), "label");
	label[sizeof(label) - 2] = '\0';
	assert_int_equal(otp_import_uri_parse("otpauth://totp?secret=" SECRET,
			     strlen("otpauth://totp?secret=" SECRET), label,
			     NULL, &token, &fault),
	    OTP_OK);
	assert_string_equal(token.label, label);
	assert_int_equal(otp_import_uri_parse("otpauth://totp?secret=" SECRET,
			     strlen("otpauth://totp?secret=" SECRET), "", NULL,
			     &token, NULL),
	    OTP_ERR_PARSE);
}

static void
import_uri__names_types_and_characters(void **state)
{
	(void)state;
	assert_refused("otpauth://steam/a?secret=" SECRET, "steam", "steam");
	assert_refused(
	    "otpauth://yaotp/a?secret=" SECRET, "unknown-kind", "yaotp");
	assert_refused("otpauth://", "unknown-kind", "");
	assert_refused(
	    "otpauth://totp2/a?secret=" SECRET, "unknown-kind", "totp2");
	assert_refused(
	    "otpauth://totp/a#b?secret=" SECRET, "stray-character 17", "#");
	assert_refused(TOTP "\x01", "stray-control 59", "\x01");
	assert_refused(TOTP "\x7f", "stray-control 59", "\x7f");
}

static void
import_uri__has_a_longest_line_and_a_longest_uri(void **state)
{
	static char line[OTP_IMPORT_URI_LINE + 2];
	size_t length;

	(void)state;
	/* What is left out does not count. */
	memset(line, 'x', sizeof(line) - 1);
	memcpy(line, TOTP "&image=", strlen(TOTP "&image="));
	line[OTP_IMPORT_URI_LINE] = '\0';
	assert_taken(line, TOTP, "changed-parameter(image)");
	line[OTP_IMPORT_URI_LINE] = 'x';
	assert_refused(line, "line-longer 8191", "");
	length = strlen(TOTP "&issuer=");
	memcpy(line, TOTP "&issuer=", length);
	line[OTP_URI_MAX + 1] = '\0';
	assert_refused(line, "uri-too-long", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    import_uri__takes_what_the_store_writes_and_tells_nothing),
		cmocka_unit_test(
		    import_uri__takes_secrets_as_people_write_them),
		cmocka_unit_test(import_uri__names_what_is_wrong_with_a_secret),
		cmocka_unit_test(
		    import_uri__drops_what_does_not_belong_to_the_type),
		cmocka_unit_test(import_uri__takes_spellings_of_algorithms),
		cmocka_unit_test(import_uri__takes_an_empty_issuer_for_none),
		cmocka_unit_test(import_uri__tells_what_it_does_not_know),
		cmocka_unit_test(import_uri__refuses_what_may_change_the_codes),
		cmocka_unit_test(import_uri__checks_values_as_the_store_does),
		cmocka_unit_test(import_uri__takes_what_is_around_a_uri),
		cmocka_unit_test(import_uri__names_a_token_without_a_label),
		cmocka_unit_test(import_uri__names_types_and_characters),
		cmocka_unit_test(
		    import_uri__has_a_longest_line_and_a_longest_uri),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
