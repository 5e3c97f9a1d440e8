/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "common/core/address.h"
#include "common/core/recovery.h"

#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" /* "1234567890" twice */

static void
assert_read(const char *typed, const char *uri)
{
	struct otp_address address;
	struct otp_fault fault = { 0 };

	if (otp_address_read(typed, &address, &fault) != OTP_OK)
		fail_msg("\"%s\": %s", typed, unit_detail(&fault));
	assert_string_equal(address.uri, uri);
}

static void
assert_refused(const char *typed, const char *what)
{
	struct otp_address address, before;
	struct otp_fault fault = { 0 };

	memset(&address, 0xa5, sizeof(address));
	before = address;
	if (otp_address_read(typed, &address, &fault) != OTP_ERR_PARSE)
		fail_msg("\"%s\" was taken", typed);
	if (strcmp(unit_detail(&fault), what) != 0)
		fail_msg(
		    "\"%s\": %s, not %s", typed, unit_detail(&fault), what);
	assert_memory_equal(&address, &before, sizeof(address));
}

static void
address_read__takes_what_people_type(void **state)
{
	(void)state;
	assert_read("a@b", "mailto:a@b");
	assert_read("Alice.B_c+d-e9@Mail.example.org",
	    "mailto:Alice.B_c+d-e9@Mail.example.org");
	assert_read("mailto:alice@example.org", "mailto:alice@example.org");
	assert_read("a@1-2.3", "mailto:a@1-2.3");
	assert_read("+49 170 123-4567", "sms:+491701234567");
	assert_read("+1234567", "sms:+1234567");
	assert_read("+123456789012345", "sms:+123456789012345");
	assert_read("sms:+491701234567", "sms:+491701234567");
	assert_read("signal:+49/170?a=b,c", "signal:+49/170?a=b,c");
	assert_read("x-9:~", "x-9:~");
	assert_read("a234567890123456:!", "a234567890123456:!");
}

static void
address_read__refuses_other_mail_addresses(void **state)
{
	static const char *const bad[] = {
		"mailto:",
		"mailto:a",
		"mailto:@b",
		"mailto:a@",
		"a@b@c",
		"a@b,c@d",
		"a@b?cc=c@d",
		"a@b%0Acc:c@d",
		"a%40c@b",
		"-f@b",
		"-oQ/tmp@b",
		".a@b",
		"|id@b",
		"\"a b\"@c",
		"a b@c",
		"<a@b>",
		"a@b\nBcc: c@d",
		"a@b\r",
		"a\t@b",
		"a@b\x7f",
		"a@\xc3\xa9",
		"\xc3\xa9@b",
		"a@-b",
		"a@b-",
		"a@b.-c",
		"a@.b",
		"a@b.",
		"a@b..c",
		"a@b_c",
		"a@[127.0.0.1]",
		"a@b c",
		"a@b;c",
		"a@b&subject=c",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_refused(bad[i], "mail-address");
}

static void
address_read__refuses_other_numbers(void **state)
{
	static const char *const bad[] = { "+", "+123456", "+1234567890123456",
		"+12345678901234567890123456789", "+49(170)1234567",
		"+49170123456\n", "+4917012345;6", "+49170x23456",
		"sms:491701234567", "sms:+49 1701234567", "sms:", "sms:+",
		"sms:+491701234567?body=x", "sms:+491701234567,+491701234568" };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_refused(bad[i], "phone-number");
}

static void
address_read__refuses_what_is_no_address(void **state)
{
	static const char *const bad[] = { "", "alice", "00491701234567",
		"x:", "X:y", "9x:y", "-x:y", ":y", "x_y:z", "x:a b", "x:a\nb",
		"x:\x1b[0m", "x:\xff", "x:a\"b", "x:a\\b", "../x:y", "x/y:z",
		"a2345678901234567:x", "MAILTO:a", "x:\x7f" };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_refused(bad[i], "address");
}

static void
address_read__bounds_its_parts(void **state)
{
	char typed[400];
	char uri[sizeof(typed) + 16];

	(void)state;
	/* a local part of 64 bytes, and labels of 63 */
	memset(typed, 'a', sizeof(typed));
	typed[64] = '@';
	typed[65 + 63] = '.';
	typed[65 + 63 + 1 + 63] = '\0';
	(void)snprintf(uri, sizeof(uri), "mailto:%s", typed);
	assert_read(typed, uri);
	typed[65 + 63 + 1 + 63] = 'a';
	typed[65 + 63 + 1 + 63 + 1] = '\0';
	assert_refused(typed, "mail-address");
	memset(typed, 'a', 65);
	typed[65] = '@';
	typed[66] = 'b';
	typed[67] = '\0';
	assert_refused(typed, "mail-address");

	/* 247 bytes, then one more */
	memset(typed, 'a', sizeof(typed));
	typed[1] = ':';
	typed[247] = '\0';
	assert_read(typed, typed);
	typed[247] = 'a';
	typed[248] = '\0';
	assert_refused(typed, "address-long");
	for (size_t i = 41; i < 240; i += 40)
		typed[i] = '.';
	typed[1] = '@';
	typed[240] = '\0';
	(void)snprintf(uri, sizeof(uri), "mailto:%s", typed);
	assert_read(typed, uri);
	typed[240] = 'a';
	typed[241] = '\0';
	assert_refused(typed, "address-long");
}

static void
address_parse__takes_no_byte_more_than_it_is_given(void **state)
{
	struct otp_address address;

	(void)state;
	assert_int_equal(
	    otp_address_parse("mailto:a@bc", 10, &address, NULL), OTP_OK);
	assert_string_equal(address.uri, "mailto:a@b");
	assert_int_equal(
	    otp_address_parse("x:a\0b", 5, &address, NULL), OTP_ERR_PARSE);
	assert_int_equal(otp_address_parse("mailto:a@b\0", 11, &address, NULL),
	    OTP_ERR_PARSE);
	/* only people leave the scheme away */
	assert_int_equal(
	    otp_address_parse("a@b", 3, &address, NULL), OTP_ERR_PARSE);
	assert_int_equal(
	    otp_address_parse("+1234567", 8, &address, NULL), OTP_ERR_PARSE);
}

static void
assert_shown(const char *uri, const char *method, const char *masked)
{
	struct otp_address address;
	char got_method[OTP_ADDRESS_SCHEME_MAX + 1];
	char got_masked[OTP_ADDRESS_MASKED_SIZE];

	assert_int_equal(
	    otp_address_parse(uri, strlen(uri), &address, NULL), OTP_OK);
	assert_int_equal(otp_address_scheme(&address), strchr(uri, ':') - uri);
	otp_address_method(&address, got_method);
	assert_string_equal(got_method, method);
	otp_address_mask(&address, got_masked);
	assert_string_equal(got_masked, masked);
}

static void
address_mask__leaves_enough_to_recognise_it(void **state)
{
	char longest[248] = "a234567890123456:";

	(void)state;
	assert_shown("mailto:alice@example.org", "mail", "a***@example.org");
	assert_shown("mailto:a@b", "mail", "a***@b");
	assert_shown("sms:+491701234567", "sms", "+49***567");
	assert_shown("sms:+1234567", "sms", "+12***567");
	assert_shown("signal:secret", "signal", "signal:***");
	memset(longest + strlen(longest), 'x', 247 - strlen(longest));
	assert_shown(longest, "a234567890123456", "a234567890123456:***");
}

static struct otp_address
line(const char *text)
{
	struct otp_address address;

	assert_int_equal(
	    otp_address_parse_line(text, strlen(text), &address, NULL), OTP_OK);
	return address;
}

static void
address_line__is_read_and_written(void **state)
{
	static const char text[] =
	    "deliver:" SECRET ":mailto:alice@example.org";
	char longest[OTP_ADDRESS_LINE_SIZE] = "deliver:" SECRET ":x:";
	char written[OTP_ADDRESS_LINE_SIZE];
	struct otp_address address = line(text);

	(void)state;
	assert_string_equal(address.uri, "mailto:alice@example.org");
	assert_memory_equal(address.secret, "12345678901234567890", 20);
	otp_address_format_line(&address, written);
	assert_string_equal(written, text);
	memset(longest + strlen(longest), 'y',
	    sizeof(longest) - 1 - strlen(longest));
	address = line(longest);
	otp_address_format_line(&address, written);
	assert_string_equal(written, longest);
}

static void
address_line__refuses_everything_else(void **state)
{
	static const struct {
		const char *text;
		const char *what;
	} bad[] = {
		{ "deliver:", "address-secret" },
		{ "deliver:" SECRET, "address-secret" },
		{ "deliver:" SECRET ":", "address" },
		{ "deliver:" SECRET " mailto:a@b", "address-secret" },
		{ "deliver:" SECRET "GE:mailto:a@b", "address-secret" },
		{ "deliver:GEZDGNBVGY3TQOJQ:mailto:a@b", "address-secret" },
		{ "deliver:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1:x:y",
		    "address-secret" },
		{ "deliver:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQO==:x:y",
		    "address-secret" },
		{ "deliver:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA:x:y",
		    "address-secret" },
		{ "Deliver:" SECRET ":x:y", "address-secret" },
		{ "deliver:" SECRET ":a@b", "address" },
		{ "deliver:" SECRET ":mailto:a@b ", "mail-address" },
		{ "deliver:" SECRET ": mailto:a@b", "address" },
		{ "deliver:" SECRET ":sms:+49 1701234567", "phone-number" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct otp_address address;
		struct otp_fault fault = { 0 };

		if (otp_address_parse_line(bad[i].text, strlen(bad[i].text),
			&address, &fault) != OTP_ERR_PARSE)
			fail_msg("%s was taken", bad[i].text);
		assert_string_equal(unit_detail(&fault), bad[i].what);
	}
}

/*
 * { printf 'pam_otp address 1\0'; printf 12345678901234567890;
 *     printf mailto:a@b; } | sha256sum
 */
static void
address_id__is_the_documented_digest(void **state)
{
	static const uint8_t documented[OTP_ID_SIZE] = { 0xf9, 0xd0, 0x70, 0x55,
		0x3e, 0xba, 0x36, 0x9f };
	struct otp_address address = line("deliver:" SECRET ":mailto:a@b");
	uint8_t id[OTP_ID_SIZE], other[OTP_ID_SIZE];

	(void)state;
	assert_int_equal(otp_address_id(&address, id), OTP_OK);
	assert_memory_equal(id, documented, sizeof(id));
	address.secret[19] ^= 1;
	assert_int_equal(otp_address_id(&address, other), OTP_OK);
	assert_memory_not_equal(id, other, sizeof(id));
	address = line("deliver:" SECRET ":mailto:a@c");
	assert_int_equal(otp_address_id(&address, other), OTP_OK);
	assert_memory_not_equal(id, other, sizeof(id));
}

static void
pending_line__is_read_and_written(void **state)
{
	static const char line[] =
	    "pending:1790000000:" SECRET ":mailto:alice@example.org";
	char again[OTP_PENDING_LINE_SIZE], longest[OTP_ADDRESS_SIZE];
	struct otp_pending pending;

	(void)state;
	assert_int_equal(
	    otp_pending_parse_line(line, strlen(line), &pending, NULL), OTP_OK);
	assert_int_equal(pending.until, 1790000000);
	assert_string_equal(pending.address.uri, "mailto:alice@example.org");
	assert_memory_equal(pending.address.secret, "12345678901234567890", 20);
	otp_pending_format_line(&pending, again);
	assert_string_equal(again, line);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[1] = ':';
	longest[sizeof(longest) - 1] = '\0';
	strcpy(pending.address.uri, longest);
	pending.until = OTP_RECOVERY_TIME_MAX;
	otp_pending_format_line(&pending, again);
	assert_int_equal(strlen(again), OTP_PENDING_LINE_SIZE - 1);
	assert_int_equal(
	    otp_pending_parse_line(again, strlen(again), &pending, NULL),
	    OTP_OK);
}

static void
pending_line__refuses_everything_else(void **state)
{
	static const struct {
		const char *line;
		const char *detail;
	} bad[] = {
		{ "", "pending" },
		{ "pending:", "pending" },
		{ "pending:1790000000", "pending" },
		{ "pending::" SECRET ":a:b", "pending" },
		{ "pending:0:" SECRET ":a:b", "pending" },
		{ "pending:01:" SECRET ":a:b", "pending" },
		{ "pending:-1:" SECRET ":a:b", "pending" },
		{ "pending:253402300800:" SECRET ":a:b", "pending" },
		{ "Pending:1:" SECRET ":a:b", "pending" },
		{ "deliver:1:" SECRET ":a:b", "pending" },
		{ "pending:1:", "address-secret" },
		{ "pending:1:" SECRET, "address-secret" },
		{ "pending:1:" SECRET "A:a:b", "address-secret" },
		{ "pending:1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA:a:b",
		    "address-secret" },
		{ "pending:1:" SECRET ":mailto:a@b?c", "mail-address" },
		{ "pending:1:" SECRET ":", "address" },
	};
	struct otp_pending pending, before;

	(void)state;
	memset(&pending, 0xa5, sizeof(pending));
	before = pending;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct otp_fault fault = { 0 };

		if (otp_pending_parse_line(bad[i].line, strlen(bad[i].line),
			&pending, &fault) != OTP_ERR_PARSE)
			fail_msg("\"%s\" was taken", bad[i].line);
		assert_string_equal(unit_detail(&fault), bad[i].detail);
		assert_memory_equal(&pending, &before, sizeof(pending));
	}
}

static bool
is_within(const char *typed, const char *prefixes)
{
	struct otp_address address;

	assert_int_equal(otp_address_read(typed, &address, NULL), OTP_OK);
	return otp_address_is_within(&address, prefixes);
}

static void
prefixes__are_of_telephone_numbers_alone(void **state)
{
	(void)state;
	assert_true(is_within("a@b", ""));
	assert_true(is_within("signal:+49", ""));
	assert_false(is_within("+491701234567", ""));
	assert_true(is_within("+491701234567", "+49"));
	assert_true(is_within("+491701234567", "+43,+49170"));
	assert_true(is_within("+491701234567", "+491701234567,+1"));
	assert_false(is_within("+491701234567", "+4917012345678"));
	assert_false(is_within("+491701234567", "+43"));
	assert_false(is_within("+491701234567", "+43,+1"));
	assert_false(is_within("+491701234567", "49"));
	assert_false(is_within("+491701234567", ","));
	assert_false(is_within("+491701234567", "+43,,"));
}

static void
prefixes__are_plus_and_digits(void **state)
{
	(void)state;
	assert_true(otp_address_are_prefixes(""));
	assert_true(otp_address_are_prefixes("+1"));
	assert_true(otp_address_are_prefixes("+49,+43,+123456789012345"));
	assert_false(otp_address_are_prefixes("+"));
	assert_false(otp_address_are_prefixes("49"));
	assert_false(otp_address_are_prefixes("149"));
	assert_false(otp_address_are_prefixes("+49,0"));
	assert_false(otp_address_are_prefixes("+4 9"));
	assert_false(otp_address_are_prefixes("+1234567890123456"));
	assert_false(otp_address_are_prefixes("all"));
	assert_false(otp_address_are_prefixes(",+49"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_read__takes_what_people_type),
		cmocka_unit_test(address_read__refuses_other_mail_addresses),
		cmocka_unit_test(address_read__refuses_other_numbers),
		cmocka_unit_test(address_read__refuses_what_is_no_address),
		cmocka_unit_test(address_read__bounds_its_parts),
		cmocka_unit_test(
		    address_parse__takes_no_byte_more_than_it_is_given),
		cmocka_unit_test(address_mask__leaves_enough_to_recognise_it),
		cmocka_unit_test(address_line__is_read_and_written),
		cmocka_unit_test(address_line__refuses_everything_else),
		cmocka_unit_test(pending_line__is_read_and_written),
		cmocka_unit_test(pending_line__refuses_everything_else),
		cmocka_unit_test(prefixes__are_of_telephone_numbers_alone),
		cmocka_unit_test(prefixes__are_plus_and_digits),
		cmocka_unit_test(address_id__is_the_documented_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
