/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"

#include "common/core/csv.h"
#include "common/core/import_csv.h"
#include "common/core/uri.h"
#include "tests/unit/notes.h"

#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
#define HEX    "3132333435363738393031323334353637383930"

static struct notes notes;

static struct otp_import_csv
header(const char *line)
{
	struct otp_import_teller teller = notes_teller(&notes);
	struct otp_import_csv csv;
	struct otp_fault fault = { 0 };

	if (otp_import_csv_header(line, strlen(line), &teller, &csv, &fault) !=
	    OTP_OK)
		fail_msg("%s: %s %s", line, unit_detail(&fault), fault.name);
	return csv;
}

static void
assert_header_refused(const char *line, const char *what, const char *name)
{
	struct otp_import_csv csv, before;
	struct otp_fault fault = { 0 };

	memset(&before, 0xa5, sizeof(before));
	csv = before;
	if (otp_import_csv_header(line, strlen(line), NULL, &csv, &fault) !=
	    OTP_ERR_PARSE)
		fail_msg("%s was taken", line);
	assert_string_equal(unit_detail(&fault), what);
	assert_string_equal(fault.name, name);
	assert_memory_equal(&csv, &before, sizeof(csv));
}

/* A row under HEAD is "USER SERIAL URI" and tells TOLD. */
static void
assert_row(
    const char *head, const char *line, const char *stored, const char *told)
{
	struct otp_import_csv csv = header(head);
	struct otp_import_teller teller = notes_teller(&notes);
	struct otp_import_csv_row row;
	struct otp_fault fault = { 0 };
	char uri[OTP_URI_MAX + 1], text[2048];

	if (otp_import_csv_parse(
		&csv, line, strlen(line), &teller, &row, &fault) != OTP_OK)
		fail_msg("%s: %s %s", line, unit_detail(&fault), fault.name);
	if (row.token.label[0] == '\0')
		strcpy(row.token.label, "-");
	assert_int_equal(otp_uri_format(&row.token, uri), OTP_OK);
	(void)snprintf(
	    text, sizeof(text), "%s|%s|%s", row.user, row.serial, uri);
	assert_string_equal(text, stored);
	assert_string_equal(notes_text(&notes), told);
}

static void
assert_row_refused(
    const char *head, const char *line, const char *what, const char *name)
{
	static const struct otp_token nothing;
	struct otp_import_csv csv = header(head);
	struct otp_import_csv_row row;
	struct otp_fault fault = { 0 };

	if (otp_import_csv_parse(
		&csv, line, strlen(line), NULL, &row, &fault) != OTP_ERR_PARSE)
		fail_msg("%s was taken", line);
	assert_string_equal(unit_detail(&fault), what);
	assert_string_equal(fault.name, name);
	assert_memory_equal(&row.token, &nothing, sizeof(nothing));
}

static void
csv__splits_fields_in_place(void **state)
{
	char plain[] = "a,,\"b,\"\"c\"\"\"";
	char *fields[2];

	(void)state;
	assert_int_equal(otp_csv_split(plain, ',', fields, 2), 3);
	assert_string_equal(fields[0], "a");
	assert_string_equal(fields[1], "");
	strcpy(plain, "\"x,\"\"y\"");
	assert_int_equal(otp_csv_split(plain, ',', fields, 2), 1);
	assert_string_equal(fields[0], "x,\"y");
	strcpy(plain, "a;\"b;c\"");
	assert_int_equal(otp_csv_split(plain, ';', fields, 2), 2);
	assert_string_equal(fields[1], "b;c");
	strcpy(plain, "\"a");
	assert_int_equal(otp_csv_split(plain, ',', fields, 2), -1);
	strcpy(plain, "a\"b,c");
	assert_int_equal(otp_csv_split(plain, ',', fields, 2), -1);
	strcpy(plain, "\"a\"b,c");
	assert_int_equal(otp_csv_split(plain, ',', fields, 2), -1);
}

static void
import_csv__reads_what_vendors_write(void **state)
{
	(void)state;
	assert_row("upn,serial number,secret key,time interval,manufacturer",
	    "alice,1234567," SECRET ",30,V",
	    "alice|1234567|otpauth://totp/1234567?secret=" SECRET, "");
	(void)header("upn,serial number,secret key,time interval,manufacturer");
	assert_string_equal(notes_text(&notes), "changed-column(manufacturer)");
	assert_row("serial;hex;kind;digits;period",
	    "2308726530001;" HEX ";TOTP;6;60",
	    "|2308726530001|otpauth://totp/2308726530001?secret=" SECRET
	    "&period=60",
	    "");
	assert_row("User\tSeed\tType\tCounter\tHash\tOTP length",
	    "bob\t" HEX "\tevent\t9\tHmacSHA256\t8",
	    "bob||otpauth://hotp/-?secret=" SECRET
	    "&algorithm=SHA256&digits=8&counter=9",
	    "changed-algorithm(HmacSHA256)");
	assert_row("label,issuer,base32", "\"My, key\",\"I\"," SECRET,
	    "||otpauth://totp/My%2C%20key?secret=" SECRET "&issuer=I", "");
	assert_row("user,secret,counter,kind", "a," SECRET ",,HOTP",
	    "a||otpauth://hotp/-?secret=" SECRET "&counter=0", "");
	assert_row("user, secret", " a , gezd gnbv gy3t qojq ",
	    "a||otpauth://totp/-?secret=GEZDGNBVGY3TQOJQ",
	    "changed-groups() changed-case()");
	assert_row("user,secret,period,counter,kind", "a," SECRET ",30,,hotp",
	    "a||otpauth://hotp/-?secret=" SECRET "&counter=0",
	    "changed-kind(period)");
	assert_row("user,totp_secret,kind,digits,period",
	    "a," SECRET ",OATH-TOTP,08, 060 ",
	    "a||otpauth://totp/-?secret=" SECRET "&digits=8&period=60", "");
	assert_row("user,shared secret,kind,counter",
	    "a," SECRET ",event-based,007",
	    "a||otpauth://hotp/-?secret=" SECRET "&counter=7", "");
	assert_row("user,secret,period,counter,kind", "a," SECRET ",,0,time",
	    "a||otpauth://totp/-?secret=" SECRET, "changed-kind(counter)");
}

static void
import_csv__tells_base32_from_hexadecimal(void **state)
{
	(void)state;
	assert_row(
	    "user,secret", "a," HEX, "a||otpauth://totp/-?secret=" SECRET, "");
	assert_row("user,secret", "a,0a0B0c0d0e0f0a0b0c0d",
	    "a||otpauth://totp/-?secret=BIFQYDIOB4FAWDAN", "");
	assert_row_refused("user,secret", "a,ABCDEF234567ABCDEF234567",
	    "secret-ambiguous", "");
	assert_row("user,hex", "a,ABCDEF234567ABCDEF234567",
	    "a||otpauth://totp/-?secret=VPG66I2FM6V433ZDIVTQ", "");
	assert_row("user,base32", "a,ABCDEF234567ABCDEF234567",
	    "a||otpauth://totp/-?secret=ABCDEF234567ABCDEF234567", "");
	assert_row("user,secret", "a,ABCDEF234567ABCDEF23456G",
	    "a||otpauth://totp/-?secret=ABCDEF234567ABCDEF23456G", "");
	assert_row_refused(
	    "user,secret", "a,0BCDEF234567ABCDEF23456", "half-byte", "");
	assert_row_refused("user,hex", "a,3132x33435363738393031",
	    "secret-character 5 22", "x");
	assert_row_refused(
	    "user,secret", "a,GEZDGNBV8Y3TQOJQ", "secret-character 9 16", "8");
	assert_row_refused(
	    "user,hex", "a,313233343536373839", "secret-short 9", "");
}

static void
import_csv__refuses_headers(void **state)
{
	(void)state;
	assert_header_refused("user,label", "csv-header", "");
	assert_header_refused("secret", "csv-header", "");
	assert_header_refused("", "csv-header", "");
	assert_header_refused("user,secret,User", "column-twice", "User");
	assert_header_refused("secret,key", "column-twice", "key");
	assert_header_refused("secret,hex", "column-twice", "hex");
	assert_header_refused("user,secret,offset", "column-suspect", "offset");
	assert_header_refused("user,secret,pin", "column-suspect", "pin");
	assert_header_refused(
	    "a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,"
	    "a,a,a,a,a,a,a,secret",
	    "csv-header", "");
	assert_header_refused("\"user,secret", "csv-header", "");
}

static void
import_csv__refuses_rows(void **state)
{
	static const char head[] =
	    "user,secret,kind,digits,period,counter,algorithm";
	char line[OTP_IMPORT_CSV_LINE + 2];

	(void)state;
	assert_row_refused(head, "a," SECRET ",,,,", "fields 7 6", "");
	assert_row_refused(head, "a," SECRET ",,,,,,", "fields 7 8", "");
	assert_row_refused(head, "a,,,,,,", "no-secret", "");
	assert_row_refused(
	    head, "a," SECRET ",motp,,,,", "unknown-kind", "motp");
	assert_row_refused(head, "a," SECRET ",,,,5,", "unknown-kind", "");
	assert_row_refused(head, "a," SECRET ",,5,,,", "digits-value", "5");
	assert_row_refused(head, "a," SECRET ",,9,,,", "digits-value", "9");
	assert_row_refused(head, "a," SECRET ",,,14,,", "period-value", "14");
	assert_row_refused(head, "a," SECRET ",,,121,,", "period-value", "121");
	assert_row_refused(
	    head, "a," SECRET ",hotp,,,x,", "counter-value", "x");
	assert_row_refused(head, "a," SECRET ",hotp,,,18446744073709551615,",
	    "counter-value", "...");
	/* Columns that are one off: the secret is not shown. */
	assert_row_refused(head, "a,x," SECRET ",,,,", "unknown-kind", "...");
	assert_row_refused(head, "a,x,," HEX ",,,", "digits-value", "...");
	assert_row_refused(head, "a,x,,,,," SECRET, "unknown-algorithm", "...");
	assert_row_refused(
	    head, "a," SECRET ",,,,,MD5", "unknown-algorithm", "MD5");
	assert_row_refused(head, "\"a," SECRET ",,,,,", "odd-quote", "");
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	assert_row_refused(head, line, "line-longer 1023", "");
	line[257] = '\0';
	memcpy(line + 256, ",", 1);
	strcpy(line + 257, SECRET ",,,,,");
	assert_row_refused(head, line, "too-long", "");
	strcpy(line + 255, "," SECRET ",,,,,");
	{
		struct otp_import_csv csv = header(head);
		struct otp_import_csv_row row;

		assert_int_equal(otp_import_csv_parse(&csv, line, strlen(line),
				     NULL, &row, NULL),
		    OTP_OK);
		assert_int_equal(strlen(row.user), 255);
		assert_int_equal(
		    otp_import_csv_parse(&csv, "a\0,b", 4, NULL, &row, NULL),
		    OTP_ERR_PARSE);
	}
}

static void
import_csv__knows_whose_a_refused_row_is(void **state)
{
	struct otp_import_csv csv = header("user,serial,secret");
	struct otp_import_csv_row row;

	(void)state;
	assert_true(otp_import_csv_has_users(&csv));
	assert_int_equal(
	    otp_import_csv_parse(&csv, "a,1,x", 5, NULL, &row, NULL),
	    OTP_ERR_PARSE);
	assert_string_equal(row.user, "a");
	assert_string_equal(row.serial, "1");
	csv = header("serial,secret");
	assert_false(otp_import_csv_has_users(&csv));
}

static void
import_csv__is_known_by_its_header(void **state)
{
	static const char *const yes[] = { "user,secret", "SERIAL;Hex",
		"upn,serial number,secret key,time interval,manufacturer",
		"a\tkey", "user,label", "serial;type" };
	static const char *const no[] = { "secret", "user,x", "", "a,b",
		"otpauth://totp/a?secret=b" };
	static const char *const headless[] = {
		"2308726530001," HEX ",TOTP,6,30", "1;" SECRET, "a\t" HEX
	};

	(void)state;
	for (size_t i = 0; i < COUNT(yes); i++)
		assert_true(otp_import_csv_is(yes[i], strlen(yes[i])));
	for (size_t i = 0; i < COUNT(no); i++) {
		assert_false(otp_import_csv_is(no[i], strlen(no[i])));
		assert_false(otp_import_csv_is_headless(no[i], strlen(no[i])));
	}
	for (size_t i = 0; i < COUNT(headless); i++)
		assert_true(otp_import_csv_is_headless(
		    headless[i], strlen(headless[i])));
	assert_false(otp_import_csv_is_headless(SECRET, strlen(SECRET)));
}

static void
import_csv__knows_a_line_with_the_separator(void **state)
{
	static const char *const yes[] = { "sep=;", "SEP=,", "sep=\t",
		"sep=", "\"sep=;\"" };
	static const char *const no[] = { "", "sep", "sep=|", "sep=;;", "sap=;",
		"\"sep=;", "sep=;\"", "\"\"", "\"", "user;secret" };

	(void)state;
	for (size_t i = 0; i < COUNT(yes); i++) {
		assert_true(
		    otp_import_csv_is_separator(yes[i], strlen(yes[i])));
		assert_false(otp_import_csv_is(yes[i], strlen(yes[i])));
	}
	for (size_t i = 0; i < COUNT(no); i++)
		if (otp_import_csv_is_separator(no[i], strlen(no[i])))
			fail_msg("%s", no[i]);
	assert_false(otp_import_csv_is_separator("sep=\0", 5));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv__splits_fields_in_place),
		cmocka_unit_test(import_csv__reads_what_vendors_write),
		cmocka_unit_test(import_csv__tells_base32_from_hexadecimal),
		cmocka_unit_test(import_csv__refuses_headers),
		cmocka_unit_test(import_csv__refuses_rows),
		cmocka_unit_test(import_csv__knows_whose_a_refused_row_is),
		cmocka_unit_test(import_csv__is_known_by_its_header),
		cmocka_unit_test(import_csv__knows_a_line_with_the_separator),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
