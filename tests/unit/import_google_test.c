/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/core/import_google.h"
#include "tests/unit/notes.h"
#include "tests/unit/oracle.h"

#define SECRET "2SH3V3GDW7ZNMGYE\n"
#define TOTP   "\" TOTP_AUTH\n"

static const uint8_t secret[10] = { 0xd4, 0x8f, 0xba, 0xec, 0xc3, 0xb7, 0xf2,
	0xd6, 0x1b, 0x04 };

static struct notes notes;

static struct otp_import_google
parsed(const char *text)
{
	struct otp_import_teller teller = notes_teller(&notes);
	struct otp_import_google import;
	struct otp_fault fault = { 0 };

	if (otp_import_google_parse(
		text, strlen(text), &teller, &import, &fault) != OTP_OK)
		fail_msg(
		    "%.60s: line %u %s", text, fault.line, unit_detail(&fault));
	return import;
}

static void
assert_refused_bytes(
    const char *text, size_t size, unsigned line, const char *what)
{
	static const struct otp_import_google nothing;
	struct otp_import_google import;
	struct otp_fault fault = { 0 };

	memset(&import, 0xa5, sizeof(import));
	if (otp_import_google_parse(text, size, NULL, &import, &fault) !=
	    OTP_ERR_PARSE)
		fail_msg("%.60s was taken", text);
	assert_string_equal(unit_detail(&fault), what);
	assert_int_equal(fault.line, line);
	assert_memory_equal(&import, &nothing, sizeof(import));
	assert_int_equal(
	    otp_import_google_parse(text, size, NULL, &import, NULL),
	    OTP_ERR_PARSE);
}

static void
assert_refused(const char *text, unsigned line, const char *what)
{
	assert_refused_bytes(text, strlen(text), line, what);
}

static void
assert_secret(const char *line)
{
	char text[256];
	struct otp_import_google import;

	(void)snprintf(text, sizeof(text), "%s\n" TOTP, line);
	import = parsed(text);
	assert_int_equal(import.token.secret_size, sizeof(secret));
	assert_memory_equal(import.token.secret, secret, sizeof(secret));
}

static void
import_google__takes_a_token_by_the_clock(void **state)
{
	struct otp_import_google import = parsed(SECRET TOTP);
	char code[16];

	(void)state;
	assert_int_equal(import.token.kind, OTP_TOTP);
	assert_int_equal(import.token.hash, OTP_SHA1);
	assert_int_equal(import.token.digits, 6);
	assert_int_equal(import.token.period, 30);
	assert_int_equal(import.token.counter, 0);
	assert_memory_equal(import.token.secret, secret, sizeof(secret));
	assert_false(import.spent_known);
	assert_int_equal(notes.count, 0);
	assert_int_equal(import.scratch, 0);
	assert_string_equal(
	    oracle_code(&import.token, 300000 / 30, code), "050548");
}

static void
import_google__takes_a_token_that_counts(void **state)
{
	static const struct {
		uint64_t counter;
		const char *code;
	} facts[] = { { 1, "293240" }, { 3, "464407" }, { 4, "374703" },
		{ 5, "932068" } };
	struct otp_import_google import =
	    parsed(SECRET "\" HOTP_COUNTER 17\n" TOTP);
	char code[16];

	(void)state;
	assert_int_equal(import.token.kind, OTP_HOTP);
	assert_int_equal(import.token.period, 0);
	assert_int_equal(import.token.counter, 17);
	assert_true(import.spent_known);
	assert_int_equal(import.spent, 17);
	for (size_t i = 0; i < COUNT(facts); i++)
		assert_string_equal(
		    oracle_code(&import.token, facts[i].counter, code),
		    facts[i].code);
}

static void
import_google__reads_the_secret_as_people_type_it(void **state)
{
	(void)state;
	assert_secret("2SH3V3GDW7ZNMGYE");
	assert_secret("2sh3v3gdw7znmgye");
	assert_secret(" 2SH3-V3GD\tW7ZN MGYE\r");
	/* Bits that make no byte do not count, whatever they are. */
	assert_secret("2SH3V3GDW7ZNMGYE7");
}

static void
import_google__reads_digits_that_look_like_letters(void **state)
{
	struct otp_import_google a = parsed("0180180180180180\n" TOTP);
	struct otp_import_google b = parsed("OLBOLBOLBOLBOLBO\n" TOTP);

	(void)state;
	assert_memory_equal(&a.token, &b.token, sizeof(a.token));
}

static void
import_google__takes_the_highest_used_step_for_spent(void **state)
{
	struct otp_import_google import =
	    parsed(SECRET TOTP "\" DISALLOW_REUSE 100 300 200\n");

	(void)state;
	assert_true(import.spent_known);
	assert_int_equal(import.spent, 301 * 30);
	import =
	    parsed(SECRET "\" STEP_SIZE 15\n" TOTP "\" DISALLOW_REUSE 0\r\n");
	assert_true(import.spent_known);
	assert_int_equal(import.token.period, 15);
	assert_int_equal(import.spent, 15);
	import = parsed(SECRET TOTP "\" DISALLOW_REUSE\n");
	assert_false(import.spent_known);
	import = parsed(SECRET TOTP "\" DISALLOW_REUSE 4294967295\n");
	assert_true(import.spent == UINT64_C(4294967296) * 30);
}

static void
import_google__takes_the_first_option_of_a_name(void **state)
{
	struct otp_import_google import = parsed(
	    SECRET "\" HOTP_COUNTER 5\n\" HOTP_COUNTER 9\n\" STEP_SIZE 60\n");

	(void)state;
	assert_int_equal(import.spent, 5);
	import = parsed(SECRET TOTP "\" STEP_SIZE 60\n\" STEP_SIZE 20\n"
				    "\" DISALLOW_REUSE 1\n"
				    "\" DISALLOW_REUSE 7\n");
	assert_int_equal(import.token.period, 60);
	assert_int_equal(import.spent, 120);
}

static void
import_google__tells_what_it_drops(void **state)
{
	struct otp_import_google import =
	    parsed(SECRET "\" RATE_LIMIT 3 30 1 2 3\n\" WINDOW_SIZE 17\n" TOTP
			  "\" TIME_SKEW 4\n\" FLY_TO_THE_MOON\n"
			  "\" RESETTING_TIME_SKEW 1+2\n\" LAST0 12\n\n"
			  "12345678\n87654321\n");
	static const unsigned lines[] = { 2, 3, 5, 6, 10 };

	(void)state;
	assert_int_equal(notes.count, COUNT(lines));
	for (size_t i = 0; i < COUNT(lines); i++)
		assert_int_equal(notes.at[i].line, lines[i]);
	assert_int_equal(notes.at[0].detail, OTP_DETAIL_DROPPED_RATE_LIMIT);
	assert_int_equal(notes.at[1].detail, OTP_DETAIL_DROPPED_WINDOW_SIZE);
	assert_int_equal(notes.at[2].detail, OTP_DETAIL_DROPPED_TIME_SKEW);
	assert_int_equal(notes.at[3].detail, OTP_DETAIL_DROPPED_OPTION);
	assert_int_equal(notes.at[4].detail, OTP_DETAIL_DROPPED_SCRATCH_CODES);
	assert_int_equal(import.scratch, 2);
	import = parsed(SECRET TOTP "\" TIME_SKEW 0\n");
	assert_int_equal(notes.count, 0);
}

static void
import_google__skips_odd_lines_and_tells_each(void **state)
{
	struct otp_import_google import =
	    parsed(SECRET "# my phone\n" TOTP "1234567\n\"\n\"TOTP_AUTH\n"
			  "12345678\n");

	(void)state;
	assert_int_equal(import.token.kind, OTP_TOTP);
	assert_string_equal(notes_text(&notes),
	    "not-google-authenticator() not-google-authenticator() "
	    "not-google-authenticator() not-google-authenticator() "
	    "dropped-scratch-codes()");
	assert_int_equal(notes.at[0].line, 2);
	assert_int_equal(notes.at[1].line, 4);
	assert_int_equal(notes.at[2].line, 5);
	assert_int_equal(notes.at[3].line, 6);
}

static void
import_google__tells_what_it_changes_in_a_secret(void **state)
{
	(void)state;
	(void)parsed(SECRET TOTP);
	assert_int_equal(notes.count, 0);
	(void)parsed("2sh3 v3gdw7znmgye=\n" TOTP);
	assert_string_equal(notes_text(&notes),
	    "changed-groups() changed-case() changed-padding()");
	assert_int_equal(notes.at[0].line, 1);
	(void)parsed("0180180180180180\n" TOTP);
	assert_string_equal(notes_text(&notes), "changed-look-alike()");
	(void)parsed("2SH3V3GDW7ZNMGYEA\n" TOTP);
	assert_string_equal(notes_text(&notes), "changed-bits()");
}

static void
import_google__takes_a_last_line_without_an_end_and_tells_it(void **state)
{
	struct otp_import_google import = parsed(SECRET "\" HOTP_COUNTER 5");

	(void)state;
	assert_int_equal(import.token.counter, 5);
	assert_string_equal(notes_text(&notes), "maybe-cut()");
	assert_int_equal(notes.at[0].line, 2);
}

static void
import_google__refuses_what_it_cannot_keep(void **state)
{
	(void)state;
	assert_refused("", 0, "empty");
	assert_refused("\n" TOTP, 1, "no-secret");
	assert_refused("2SH3V3GDW7ZNMGY\n" TOTP, 1, "secret-short 9");
	assert_refused("2SH3V3GDW7ZNMG9E\n" TOTP, 1, "secret-character 15 16");
	assert_refused(SECRET, 0, "no-kind");
	assert_refused(SECRET "\" totp_auth\n", 0, "no-kind");
	assert_refused(SECRET TOTP "\" STEP_SIZE 14\n", 0, "step-size-short");
	assert_refused(SECRET TOTP "\" STEP_SIZE 61\n", 3, "step-size");
	assert_refused(SECRET TOTP "\" STEP_SIZE 30 30\n", 3, "step-size");
	assert_refused(SECRET TOTP "\" STEP_SIZE\n", 3, "step-size");
	assert_refused(SECRET TOTP "\" HOTP_COUNTER 0\n", 3, "hotp-counter");
	assert_refused(SECRET TOTP "\" HOTP_COUNTER 18446744073709551615\n", 3,
	    "hotp-counter");
	assert_refused(SECRET TOTP "\" HOTP_COUNTER -1\n", 3, "hotp-counter");
	assert_refused(SECRET TOTP "\" DISALLOW_REUSE 1 x\n", 3, "used-step");
	assert_refused(
	    SECRET TOTP "\" DISALLOW_REUSE 4294967296\n", 3, "used-step");
	assert_refused_bytes(
	    SECRET TOTP "\0\n", sizeof(SECRET TOTP) + 1, 0, "nul-byte");
}

static void
import_google__refuses_secrets_that_are_too_long(void **state)
{
	char text[256];

	(void)state;
	memset(text, 'M', 103); /* 64 bytes, and 3 bits */
	strcpy(text + 103, "\n" TOTP);
	assert_int_equal(parsed(text).token.secret_size, 64);
	memset(text, 'M', 104);
	strcpy(text + 104, "\n" TOTP);
	assert_refused(text, 1, "secret-long");
}

static void
import_google__has_a_largest_file(void **state)
{
	char *text = malloc(OTP_IMPORT_GOOGLE_MAX + 2);
	struct otp_import_google import;

	(void)state;
	assert_non_null(text);
	memset(text, '\n', OTP_IMPORT_GOOGLE_MAX + 1);
	memcpy(text, SECRET TOTP, sizeof(SECRET TOTP) - 1);
	assert_int_equal(otp_import_google_parse(
			     text, OTP_IMPORT_GOOGLE_MAX, NULL, &import, NULL),
	    OTP_OK);
	assert_refused_bytes(
	    text, OTP_IMPORT_GOOGLE_MAX + 1, 0, "too-large 64");
	free(text);
}

static void
import_google__survives_every_byte_changed(void **state)
{
	static const char good[] = SECRET "\" RATE_LIMIT 3 30\n" TOTP
					  "\" DISALLOW_REUSE 1 2\n12345678\r\n";
	struct otp_import_google import;
	struct otp_fault fault;

	(void)state;
	for (size_t at = 0; at < sizeof(good) - 1; at++) {
		for (unsigned byte = 0; byte < 256; byte++) {
			char text[sizeof(good)];
			enum otp_err err;

			memcpy(text, good, sizeof(good));
			text[at] = (char)byte;
			err = otp_import_google_parse(
			    text, sizeof(good) - 1, NULL, &import, &fault);
			assert_true(err == OTP_OK || err == OTP_ERR_PARSE);
			err = otp_import_google_parse(
			    text, at, NULL, &import, &fault);
			assert_true(err == OTP_OK || err == OTP_ERR_PARSE);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(import_google__takes_a_token_by_the_clock),
		cmocka_unit_test(import_google__takes_a_token_that_counts),
		cmocka_unit_test(
		    import_google__reads_the_secret_as_people_type_it),
		cmocka_unit_test(
		    import_google__reads_digits_that_look_like_letters),
		cmocka_unit_test(
		    import_google__takes_the_highest_used_step_for_spent),
		cmocka_unit_test(
		    import_google__takes_the_first_option_of_a_name),
		cmocka_unit_test(import_google__tells_what_it_drops),
		cmocka_unit_test(import_google__skips_odd_lines_and_tells_each),
		cmocka_unit_test(
		    import_google__tells_what_it_changes_in_a_secret),
		cmocka_unit_test(
		    import_google__takes_a_last_line_without_an_end_and_tells_it),
		cmocka_unit_test(import_google__refuses_what_it_cannot_keep),
		cmocka_unit_test(
		    import_google__refuses_secrets_that_are_too_long),
		cmocka_unit_test(import_google__has_a_largest_file),
		cmocka_unit_test(import_google__survives_every_byte_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
