/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/core/import_oath.h"
#include "tests/unit/oracle.h"

#define KEY  "3132333435363738393031323334353637383930"
#define TIME "2026-01-31T12:34:56L"

static struct otp_import_oath
parsed(const char *line)
{
	struct otp_import_oath import;
	struct otp_fault fault = { 0 };

	if (otp_import_oath_parse(line, strlen(line), NULL, &import, &fault) !=
	    OTP_OK)
		fail_msg("%s: %s", line, unit_detail(&fault));
	return import;
}

static void
assert_refused_bytes(const char *line, size_t length, const char *what)
{
	static const struct otp_import_oath nothing;
	struct otp_import_oath import;
	struct otp_fault fault = { 0 };

	memset(&import, 0xa5, sizeof(import));
	if (otp_import_oath_parse(line, length, NULL, &import, &fault) !=
	    OTP_ERR_PARSE)
		fail_msg("%.100s was taken", line);
	assert_string_equal(unit_detail(&fault), what);
	assert_memory_equal(&import, &nothing, sizeof(import));
	assert_int_equal(
	    otp_import_oath_parse(line, length, NULL, &import, NULL),
	    OTP_ERR_PARSE);
}

static void
assert_refused(const char *line, const char *what)
{
	assert_refused_bytes(line, strlen(line), what);
}

static void
import_oath__takes_every_type(void **state)
{
	static const struct {
		const char *type;
		enum otp_kind kind;
		unsigned digits, period;
	} types[] = {
		{ "HOTP", OTP_HOTP, 6, 0 },
		{ "HOTP/E", OTP_HOTP, 6, 0 },
		{ "HOTP/E/6", OTP_HOTP, 6, 0 },
		{ "HOTP/E/7", OTP_HOTP, 7, 0 },
		{ "HOTP/E/8", OTP_HOTP, 8, 0 },
		{ "HOTP/T30", OTP_TOTP, 6, 30 },
		{ "HOTP/T30/8", OTP_TOTP, 8, 30 },
		{ "HOTP/T60", OTP_TOTP, 6, 60 },
		{ "HOTP/T60/7", OTP_TOTP, 7, 60 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		struct otp_import_oath import;
		char line[128];

		(void)snprintf(line, sizeof(line), "%s\t alice  - " KEY "\r",
		    types[i].type);
		import = parsed(line);
		assert_int_equal(import.token.kind, types[i].kind);
		assert_int_equal(import.token.hash, OTP_SHA1);
		assert_int_equal(import.token.digits, types[i].digits);
		assert_int_equal(import.token.period, types[i].period);
		assert_int_equal(import.token.counter, 0);
		assert_int_equal(import.token.secret_size, 20);
		assert_memory_equal(
		    import.token.secret, "12345678901234567890", 20);
		assert_false(import.code_known);
		assert_false(import.time_known);
	}
}

static void
import_oath__refuses_other_types(void **state)
{
	static const char *const types[] = { "HOTP/6", "HOTP/E/5", "HOTP/E/9",
		"HOTP/E/", "HOTP/T30/", "HOTP/T30/66", "HOTP/T45", "HOTP/T300",
		"HOTP/T", "HOTPX", "hotp", "TOTP", "MOTP" };

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		char line[128];

		(void)snprintf(line, sizeof(line), "%s alice - " KEY, types[i]);
		assert_refused(line, "unknown-type");
	}
}

static void
import_oath__goes_on_behind_the_counter_that_was_used(void **state)
{
	(void)state;
	assert_int_equal(parsed("HOTP alice - " KEY " 7").token.counter, 7);
	assert_int_equal(
	    parsed("HOTP alice - " KEY " 7 755224").token.counter, 8);
	assert_int_equal(
	    parsed("HOTP alice + " KEY " 7 755224 " TIME).token.counter, 8);
	/* The other dialect, with failures before the code. */
	assert_int_equal(parsed("HOTP alice - " KEY " 7 3").token.counter, 7);
	assert_int_equal(
	    parsed("HOTP alice - " KEY " 7 3 755224 " TIME).token.counter, 8);
	assert_int_equal(
	    parsed("HOTP alice - " KEY " 7 3 755224 " TIME " 203.0.113.5")
		.token.counter,
	    8);
}

static void
import_oath__reads_code_and_time(void **state)
{
	static const char *const lines[] = {
		"HOTP/T30 alice - " KEY " 0 012345 " TIME,
		"HOTP/T30 alice - " KEY " -2 0 012345 " TIME,
		"HOTP/T30 alice - " KEY " -2 0 012345 " TIME " ::1",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct otp_import_oath import = parsed(lines[i]);

		assert_true(import.code_known);
		assert_int_equal(import.code, 12345);
		assert_int_equal(import.code_digits, 6);
		assert_true(import.time_known);
		assert_int_equal(import.time.year, 2026);
		assert_int_equal(import.time.month, 1);
		assert_int_equal(import.time.day, 31);
		assert_int_equal(import.time.hour, 12);
		assert_int_equal(import.time.minute, 34);
		assert_int_equal(import.time.second, 56);
		assert_int_equal(import.token.counter, 0);
	}
}

static void
import_oath__refuses_what_it_cannot_keep(void **state)
{
	(void)state;
	assert_refused("HOTP", "record-columns 1");
	assert_refused("HOTP alice -", "record-columns 3");
	assert_refused("HOTP alice 1234 " KEY, "pin");
	assert_refused("HOTP alice - 00112233445566778", "half-byte");
	assert_refused("HOTP alice - 001122334455667788", "secret-short 9");
	assert_refused(
	    "HOTP alice - " KEY KEY KEY "313233343536373839", "secret-long");
	assert_refused("HOTP alice - 3132333435363738393031323334353637383g",
	    "secret-character 38 38");
	assert_refused("HOTP alice - " KEY " x", "counter-value");
	assert_refused("HOTP alice - " KEY " -1", "counter-value");
	assert_refused(
	    "HOTP alice - " KEY " 18446744073709551615", "counter-value");
	assert_refused("HOTP alice - " KEY " 7 75522x", "last-code 6");
	assert_refused("HOTP alice - " KEY " 7 123456789", "last-code 6");
	assert_refused("HOTP alice - " KEY " 7 3 755224", "last-code 6");
	assert_refused("HOTP alice - " KEY " 7 755224 now", "time 7");
	assert_refused(
	    "HOTP alice - " KEY " 7 755224 2026-13-31T12:34:56L", "time 7");
	assert_refused(
	    "HOTP alice - " KEY " 7 755224 2026-01-31T12:34:56Z", "time 7");
	assert_refused(
	    "HOTP alice - " KEY " 7 755224 755224 " TIME, "failures 6");
	assert_refused("HOTP alice - " KEY " 7 3 755 " TIME, "last-code 7");
	assert_refused("HOTP alice - " KEY " 7 3 755224 now", "time 8");
	assert_refused("HOTP alice - " KEY " 7 3 755224 " TIME " ::1 more",
	    "record-columns 10");
	assert_refused_bytes(
	    "HOTP alice - " KEY " 7\0", 13 + 40 + 3, "nul-byte");
}

static void
import_oath__has_a_longest_line(void **state)
{
	char line[OTP_IMPORT_OATH_LINE + 2];
	struct otp_import_oath import;

	(void)state;
	memset(line, ' ', sizeof(line));
	memcpy(line, "HOTP alice - " KEY, 13 + 40);
	assert_int_equal(otp_import_oath_parse(
			     line, OTP_IMPORT_OATH_LINE, NULL, &import, NULL),
	    OTP_OK);
	assert_refused_bytes(line, OTP_IMPORT_OATH_LINE + 1, "line-too-long");
}

static void
import_oath__tells_records_from_other_lines(void **state)
{
	static const struct {
		const char *line;
		enum otp_import_oath_line what;
		const char *user;
	} lines[] = {
		{ "", OTP_IMPORT_OATH_NOTHING, "" },
		{ " \t\r", OTP_IMPORT_OATH_NOTHING, "" },
		{ "# HOTP alice", OTP_IMPORT_OATH_NOTHING, "" },
		{ "HOTP", OTP_IMPORT_OATH_RECORD, "" },
		{ " HOTP\talice -", OTP_IMPORT_OATH_RECORD, "alice" },
		{ "HOTP/T45 bob", OTP_IMPORT_OATH_RECORD, "bob" },
		{ "MOTP bob", OTP_IMPORT_OATH_RECORD, "bob" },
		{ "dummy bob", OTP_IMPORT_OATH_OTHER, "bob" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		const char *user = NULL;
		size_t length = 99;

		assert_int_equal(otp_import_oath_look(lines[i].line,
				     strlen(lines[i].line), &user, &length),
		    lines[i].what);
		assert_int_equal(length, strlen(lines[i].user));
		assert_memory_equal(user, lines[i].user, length);
	}
}

/* The value after a code of STEP was used at AT. */
static uint64_t
spent(unsigned digits, unsigned code_digits, uint64_t at, uint64_t step)
{
	struct otp_import_oath import = parsed("HOTP/T30 alice - " KEY);
	uint64_t value = 0;
	char code[16];

	import.token.digits = digits;
	oracle_code(&import.token, step, code);
	import.code_known = import.time_known = true;
	import.code_digits = code_digits;
	import.code = (uint32_t)strtoul(code + digits - code_digits, NULL, 10);
	assert_int_equal(otp_import_oath_spent(&import, at, &value), OTP_OK);
	return value;
}

static void
import_oath__takes_the_step_of_its_time_for_spent(void **state)
{
	(void)state;
	assert_int_equal(spent(6, 6, 30000 + 29, 1000), 30030);
	assert_int_equal(spent(6, 6, 30000, 1000), 30030);
	/* A slow device's code: the time says more than it does. */
	assert_int_equal(spent(6, 6, 30000, 995), 30030);
}

static void
import_oath__takes_a_later_step_that_was_used_for_spent(void **state)
{
	(void)state;
	assert_int_equal(spent(6, 6, 30000, 1001), 30060);
	assert_int_equal(spent(6, 6, 30000, 1100), 33030);
	assert_int_equal(spent(6, 6, 30000, 1101), 30030);
	assert_int_equal(spent(8, 8, 30000, 1010), 30330);
	/* Of eight digits pam_oath takes the last six. */
	assert_int_equal(spent(8, 6, 30000, 1010), 30330);
}

static void
import_oath__survives_every_byte_changed(void **state)
{
	static const char good[] =
	    "HOTP/T30/6 alice - " KEY " 7 3 755224 " TIME " ::1";
	struct otp_import_oath import;
	struct otp_fault fault;

	(void)state;
	for (size_t at = 0; at < sizeof(good) - 1; at++) {
		for (unsigned byte = 0; byte < 256; byte++) {
			char line[sizeof(good)];
			const char *user;
			size_t length;
			enum otp_err err;

			memcpy(line, good, sizeof(good));
			line[at] = (char)byte;
			err = otp_import_oath_parse(
			    line, sizeof(good) - 1, NULL, &import, &fault);
			assert_true(err == OTP_OK || err == OTP_ERR_PARSE);
			err = otp_import_oath_parse(
			    line, at, NULL, &import, &fault);
			assert_true(err == OTP_OK || err == OTP_ERR_PARSE);
			(void)otp_import_oath_look(line, at, &user, &length);
			assert_true(length <= at);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(import_oath__takes_every_type),
		cmocka_unit_test(import_oath__refuses_other_types),
		cmocka_unit_test(
		    import_oath__goes_on_behind_the_counter_that_was_used),
		cmocka_unit_test(import_oath__reads_code_and_time),
		cmocka_unit_test(import_oath__refuses_what_it_cannot_keep),
		cmocka_unit_test(import_oath__has_a_longest_line),
		cmocka_unit_test(import_oath__tells_records_from_other_lines),
		cmocka_unit_test(
		    import_oath__takes_the_step_of_its_time_for_spent),
		cmocka_unit_test(
		    import_oath__takes_a_later_step_that_was_used_for_spent),
		cmocka_unit_test(import_oath__survives_every_byte_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
