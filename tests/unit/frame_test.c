/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"

#include <stdlib.h>

#include "common/core/frame.h"

#define TEXT "4821 9930 is your code for message K7.\n"

/* A frame in full. */
static const char whole[] = "kind=code\n"
			    "to=mailto:alice@example.org\n"
			    "user=alice\n"
			    "host=web1\n"
			    "service=sshd\n"
			    "rhost=203.0.113.5\n"
			    "time=2026-11-29T06:05:12Z\n"
			    "tag=K7\n"
			    "size=39\n"
			    "\n" TEXT;

#define LINES 10 /* before the text */

static bool
is_read(const char *frame, size_t size)
{
	struct otp_message message, before;
	char *exact = malloc(size > 0 ? size : 1);
	enum otp_err err;

	assert_non_null(exact);
	memcpy(exact, frame, size);
	memset(&message, 0x77, sizeof(message));
	before = message;
	err = otp_frame_read(exact, size, &message);
	free(exact);
	if (err != OTP_OK) {
		assert_int_equal(err, OTP_ERR_PARSE);
		assert_memory_equal(&message, &before, sizeof(message));
	}
	return err == OTP_OK;
}

/* WHOLE with its line that begins with NAME replaced by LINE. */
static bool
is_read_with(const char *name, const char *line)
{
	const char *at = strstr(whole, name);
	const char *after;
	char frame[2 * OTP_FRAME_MAX];
	int size;

	assert_non_null(at);
	after = strchr(at, '\n');
	size = snprintf(frame, sizeof(frame), "%.*s%s%s", (int)(at - whole),
	    whole, line, after);
	assert_true(size > 0 && (size_t)size < sizeof(frame));
	return is_read(frame, (size_t)size);
}

static struct otp_message
sample(void)
{
	struct otp_message message;

	assert_int_equal(
	    otp_frame_read(whole, sizeof(whole) - 1, &message), OTP_OK);
	return message;
}

static void
frame__is_read_as_it_was_written(void **state)
{
	const struct otp_message message = sample();
	char frame[OTP_FRAME_MAX];
	size_t size = 0;

	(void)state;
	assert_int_equal(message.kind, OTP_MESSAGE_CODE);
	assert_string_equal(message.to.uri, "mailto:alice@example.org");
	assert_string_equal(message.user, "alice");
	assert_string_equal(message.host, "web1");
	assert_string_equal(message.service, "sshd");
	assert_string_equal(message.rhost, "203.0.113.5");
	assert_string_equal(message.time, "2026-11-29T06:05:12Z");
	assert_string_equal(message.tag, "K7");
	assert_string_equal(message.text, TEXT);
	assert_int_equal(otp_frame_write(&message, frame, &size), OTP_OK);
	assert_int_equal(size, sizeof(whole) - 1);
	assert_memory_equal(frame, whole, size);
}

static void
frame__of_a_notice_has_no_tag(void **state)
{
	struct otp_message message = sample();
	char frame[OTP_FRAME_MAX];
	size_t size = 0;

	(void)state;
	message.kind = OTP_MESSAGE_NOTICE;
	message.service[0] = message.rhost[0] = message.tag[0] = '\0';
	assert_int_equal(otp_frame_write(&message, frame, &size), OTP_OK);
	assert_memory_equal(frame, "kind=notice\n", 12);
	assert_int_equal(otp_frame_read(frame, size, &message), OTP_OK);
	assert_int_equal(message.kind, OTP_MESSAGE_NOTICE);
	assert_string_equal(message.service, "");
	assert_string_equal(message.rhost, "");
	assert_string_equal(message.tag, "");
}

static void
frame__cut_anywhere_is_refused(void **state)
{
	(void)state;
	for (size_t size = 0; size < sizeof(whole) - 1; size++)
		assert_false(is_read(whole, size));
	assert_true(is_read(whole, sizeof(whole) - 1));
	assert_false(is_read(whole, sizeof(whole)));
}

/* Each line is left out, doubled, or before the one that it is after. */
static void
frame__has_each_name_once_in_order(void **state)
{
	const char *lines[LINES + 1] = { whole };

	(void)state;
	for (size_t i = 1; i <= LINES; i++)
		lines[i] = strchr(lines[i - 1], '\n') + 1;
	for (size_t i = 0; i < LINES; i++) {
		const int before = (int)(lines[i] - whole);
		const int length = (int)(lines[i + 1] - lines[i]);
		char frame[2 * sizeof(whole)];
		int size = snprintf(frame, sizeof(frame), "%.*s%s", before,
		    whole, lines[i + 1]);

		assert_false(is_read(frame, (size_t)size));
		size = snprintf(frame, sizeof(frame), "%.*s%.*s%s", before,
		    whole, length, lines[i], lines[i]);
		assert_false(is_read(frame, (size_t)size));
		if (i == 0)
			continue;
		size = snprintf(frame, sizeof(frame), "%.*s%.*s%.*s%s",
		    (int)(lines[i - 1] - whole), whole, length, lines[i],
		    (int)(lines[i] - lines[i - 1]), lines[i - 1], lines[i + 1]);
		assert_false(is_read(frame, (size_t)size));
	}
	assert_false(is_read_with("tag=", "tag=K7\nbcc=eve@example.org"));
	assert_false(is_read_with("user=", "User=alice"));
	assert_false(is_read_with("user=", "user =alice"));
	assert_false(is_read_with("user=", " user=alice"));
}

static void
frame__refuses_bytes_that_are_not_printable(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(whole) - 1; i++) {
		static const char bytes[] = { '\0', '\t', '\r', '\x1b', '\x7f',
			(char)0x80, (char)0xff };

		for (size_t j = 0; j < sizeof(bytes); j++) {
			char frame[sizeof(whole)];

			memcpy(frame, whole, sizeof(whole));
			frame[i] = bytes[j];
			assert_false(is_read(frame, sizeof(whole) - 1));
		}
	}
}

static void
frame__refuses_values_that_are_not_what_they_are_called(void **state)
{
	static const char *const wrong[][2] = {
		{ "kind=", "kind=" },
		{ "kind=", "kind=codes" },
		{ "kind=", "kind=cod" },
		{ "kind=", "kind=Code" },
		{ "to=", "to=" },
		{ "to=", "to=alice@example.org" },
		{ "to=", "to=mailto:alice@example.org?cc=eve@example.org" },
		{ "to=", "to=mailto:alice@example.org,eve@example.org" },
		{ "to=", "to=mailto:alice@example.org%0ABcc:eve@example.org" },
		{ "to=", "to=mailto:-oQ/tmp@example.org" },
		{ "to=", "to=mailto:|id@example.org" },
		{ "to=", "to=../../bin/sh:x" },
		{ "to=", "to=sms:+49 170" },
		{ "user=", "user=" },
		{ "user=", "user=a\"b" },
		{ "user=", "user=a\\b" },
		{ "user=", "user=a\\x4" },
		{ "user=", "user=a\\x4G" },
		{ "user=", "user=a\\xC3" },
		{ "user=", "user=a\\X41" },
		{ "host=", "host=" },
		{ "rhost=", "rhost=evil.example.org" },
		{ "rhost=", "rhost=203.0.113.5 " },
		{ "rhost=", "rhost=203.0.113.05x" },
		{ "rhost=", "rhost=fe80::1%eth0" },
		{ "rhost=",
		    "rhost=1111:2222:3333:4444:5555:6666:7777:8888:9999" },
		{ "time=", "time=" },
		{ "time=", "time=2026-11-29 06:05:12Z" },
		{ "time=", "time=2026-11-29T06:05:12" },
		{ "time=", "time=2026-1a-29T06:05:12Z" },
		{ "tag=", "tag=K" },
		{ "tag=", "tag=K7K" },
		{ "tag=", "tag=k7" },
		{ "tag=", "tag=O7" },
		{ "tag=", "tag=I7" },
		{ "tag=", "tag=K0" },
		{ "tag=", "tag=K1" },
		{ "size=", "size=" },
		{ "size=", "size=0" },
		{ "size=", "size=039" },
		{ "size=", "size=38" },
		{ "size=", "size=40" },
		{ "size=", "size=-1" },
		{ "size=", "size=18446744073709551655" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_false(is_read_with(wrong[i][0], wrong[i][1]));
	assert_true(is_read_with("user=", "user=a\\xc3\\xa4\\x5c"));
	assert_true(is_read_with("rhost=", "rhost=2001:db8::1"));
	assert_true(is_read_with("to=", "to=sms:+491701234567"));
}

/* As long as it may be, and one byte more. */
static void
frame__has_bounds(void **state)
{
	char line[512] = "user=";

	(void)state;
	memset(line + 5, 'a', 255);
	line[5 + 255] = '\0';
	assert_true(is_read_with("user=", line));
	line[5 + 255] = 'a';
	line[5 + 256] = '\0';
	assert_false(is_read_with("user=", line));
}

/* As large as it may be, and one byte more; and what no reader would take. */
static void
frame__that_would_be_refused_is_not_written(void **state)
{
	struct otp_message message = sample();
	char frame[OTP_FRAME_MAX];
	size_t size = 0, text = 0;

	(void)state;
	/* "size=" has two digits more. */
	text = sizeof(frame) - (sizeof(whole) - sizeof(TEXT)) - 2;
	memset(message.text, 'x', text);
	message.text[text - 1] = '\n';
	message.text[text] = '\0';
	assert_int_equal(otp_frame_write(&message, frame, &size), OTP_OK);
	assert_int_equal(size, sizeof(frame));
	assert_true(is_read(frame, size));
	message.text[text - 1] = 'x';
	message.text[text] = '\n';
	message.text[text + 1] = '\0';
	assert_int_equal(
	    otp_frame_write(&message, frame, &size), OTP_ERR_LIMIT);
	strcpy(message.text, "no newline");
	assert_int_equal(
	    otp_frame_write(&message, frame, &size), OTP_ERR_PARSE);
	message = sample();
	strcpy(message.user, "alice\nto=sms:+49170123456");
	assert_int_equal(
	    otp_frame_write(&message, frame, &size), OTP_ERR_PARSE);
	assert_int_equal(size, sizeof(frame)); /* as it was left */
}

/* What otp_logline_escape() makes of any text is a value. */
static void
frame__takes_what_is_escaped_for_the_log(void **state)
{
	struct otp_message message = sample();
	char frame[OTP_FRAME_MAX];
	size_t size = 0;
	uint64_t seed = 1;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		char name[600];

		unit_fill(&seed, name, sizeof(name));
		name[0] = 'a';
		name[unit_between(&seed, 1, sizeof(name) - 1)] = '\0';
		name[sizeof(name) - 1] = '\0';
		otp_logline_escape(name, message.user, sizeof(message.user));
		assert_int_equal(
		    otp_frame_write(&message, frame, &size), OTP_OK);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frame__is_read_as_it_was_written),
		cmocka_unit_test(frame__of_a_notice_has_no_tag),
		cmocka_unit_test(frame__cut_anywhere_is_refused),
		cmocka_unit_test(frame__has_each_name_once_in_order),
		cmocka_unit_test(frame__refuses_bytes_that_are_not_printable),
		cmocka_unit_test(
		    frame__refuses_values_that_are_not_what_they_are_called),
		cmocka_unit_test(frame__has_bounds),
		cmocka_unit_test(frame__that_would_be_refused_is_not_written),
		cmocka_unit_test(frame__takes_what_is_escaped_for_the_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
