/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log line: whatever its values are it is one line of printable ASCII, and
 * they can be read out of it again.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "common/core/logline.h"

static int
hex(char c)
{
	const char *digits = "0123456789abcdef", *at = strchr(digits, c);

	FUZZ_MUST(c != '\0' && at != NULL);
	return (int)(at - digits);
}

/* Undo the escapes of LENGTH bytes; the length of what is left. */
static size_t
unescape(const char *text, size_t length, char *ret_plain)
{
	size_t to = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] != '\\') {
			ret_plain[to++] = text[i];
			continue;
		}
		FUZZ_MUST(i + 3 < length && text[i + 1] == 'x');
		ret_plain[to++] =
		    (char)(hex(text[i + 2]) << 4 | hex(text[i + 3]));
		i += 3;
	}
	return to;
}

/* ESCAPED is VALUE, or its beginning and "...". */
static void
check_escaped(const char *escaped, size_t length, const char *value)
{
	char plain[OTP_EVENT_SIZE];
	size_t count;
	bool cut = false;

	FUZZ_MUST(length < sizeof(plain));
	count = unescape(escaped, length, plain);
	if (count != strlen(value) || memcmp(plain, value, count) != 0) {
		FUZZ_MUST(
		    length >= 3 && memcmp(escaped + length - 3, "...", 3) == 0);
		count = unescape(escaped, length - 3, plain);
		cut = true;
	}
	FUZZ_MUST(count <= strlen(value) && memcmp(plain, value, count) == 0);
	FUZZ_MUST(!cut || count < strlen(value));
}

static void
check_escape(const char *text, size_t size)
{
	char escaped[OTP_EVENT_SIZE];

	memset(escaped, FUZZ_MARK, sizeof(escaped));
	otp_logline_escape(text, escaped, size);
	FUZZ_MUST(fuzz_untouched(escaped + size, sizeof(escaped) - size));
	if (size == 0)
		return;
	FUZZ_MUST(memchr(escaped, '\0', size) != NULL);
	FUZZ_MUST(fuzz_is_printable(escaped) && strchr(escaped, '"') == NULL);
	if (size > 4)
		check_escaped(escaped, strlen(escaped), text);
}

/* The value that was added last, which may have found no room. */
static void
check_added(const struct otp_logline *event, size_t before, const char *value)
{
	const char *at = event->text + before;
	size_t length = event->length - before;

	FUZZ_MUST(event->length < OTP_EVENT_SIZE &&
	    strlen(event->text) == event->length);
	FUZZ_MUST(fuzz_is_printable(event->text));
	if (length == 0)
		return;
	FUZZ_MUST(before == 0 || *at == ' ');
	at += before > 0;
	length -= before > 0;
	FUZZ_MUST(length > 4 && memcmp(at, "key=", 4) == 0);
	at += 4;
	length -= 4;
	if (*at == '"') {
		FUZZ_MUST(length >= 2 && at[length - 1] == '"');
		at++;
		length -= 2;
		FUZZ_MUST(memchr(at, '"', length) == NULL);
	} else {
		FUZZ_MUST(memchr(at, ' ', length) == NULL);
	}
	FUZZ_MUST(length < OTP_EVENT_VALUE_SIZE);
	check_escaped(at, length, value);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct otp_logline event;

	otp_logline_begin(&event);
	while (input.left > 0) {
		const unsigned how = fuzz_byte(&input);
		size_t before = event.length;
		size_t length = (size_t)fuzz_number(&input, 2) % 600;
		char *value;

		if (how % 4 == 3) {
			otp_logline_number(&event, "key",
			    (int64_t)fuzz_number(&input, 8), "s");
			FUZZ_MUST(fuzz_is_printable(event.text) &&
			    strlen(event.text) == event.length);
			continue;
		}
		if (length > input.left)
			length = input.left;
		value = fuzz_text(input.at, length);
		input.at += length;
		input.left -= length;
		if (how % 4 == 0)
			otp_logline_word(&event, "key", value);
		else if (how % 4 == 1)
			otp_logline_quoted(&event, "key", value);
		else
			check_escape(value, how);
		check_added(&event, before, value);
		free(value);
	}
	return 0;
}
