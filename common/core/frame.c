/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with its test in tests/unit/frame_test.c:
 *
 * 1. Every name is there once, in its order, and no other
 *    (frame__has_each_name_once_in_order).
 * 2. A value is printable ASCII without quotes; what it is of is checked, too
 *    (frame__refuses_bytes_that_are_not_printable,
 *    frame__refuses_values_that_are_not_what_they_are_called).
 * 3. What was cut anywhere is refused (frame__cut_anywhere_is_refused).
 */
#include "config.h"

#include "common/core/frame.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/core/decimal.h"
#include "common/core/line.h"
#include "common/core/wipe.h"

/* A part of a frame: up to a newline, which was there. */
struct value {
	const char *text;
	size_t length;
};

static bool frame_next(
    struct otp_lines *rest, const char *name, struct value *ret_value);
static bool read_kind(struct value value, enum otp_message_kind *ret_kind);
static bool read_escaped(
    struct value value, bool or_empty, char ret_text[OTP_FRAME_VALUE_SIZE]);
static bool read_rhost(struct value value, char ret_text[OTP_FRAME_RHOST_SIZE]);
static bool read_time(struct value value, char ret_text[OTP_FRAME_TIME_SIZE]);
static bool read_tag(struct value value, char ret_text[OTP_FRAME_TAG_SIZE]);
static bool read_text(
    const struct otp_lines *rest, struct value size, char *ret_text);
static void value_copy(struct value value, char *ret_text);

const char *
otp_message_kind_name(enum otp_message_kind kind)
{
	return kind == OTP_MESSAGE_CODE ? "code" : "notice";
}

enum otp_err
otp_frame_write(const struct otp_message *message,
    char ret_frame[OTP_FRAME_MAX], size_t *ret_size)
{
	struct otp_message again;
	enum otp_err err = OTP_ERR_LIMIT;
	char frame[OTP_FRAME_MAX + 1];
	const int size = snprintf(frame, sizeof(frame),
	    "kind=%s\nto=%s\nuser=%s\nhost=%s\nservice=%s\nrhost=%s\n"
	    "time=%s\ntag=%s\nsize=%zu\n\n%s",
	    otp_message_kind_name(message->kind), message->to.uri,
	    message->user, message->host, message->service, message->rhost,
	    message->time, message->tag, strlen(message->text), message->text);

	if (size > 0 && (size_t)size < sizeof(frame))
		err = otp_frame_read(frame, (size_t)size, &again);
	if (err == OTP_OK) {
		memcpy(ret_frame, frame, (size_t)size);
		*ret_size = (size_t)size;
	}
	otp_wipe(frame, sizeof(frame));
	otp_wipe(&again, sizeof(again));
	return err;
}

enum otp_err
otp_frame_read(const char *frame, size_t size, struct otp_message *ret_message)
{
	struct otp_lines rest = { frame, size, 0 };
	struct otp_message message = { .text = "" };
	struct value value;
	const bool sound = size <= OTP_FRAME_MAX &&
	    frame_next(&rest, "kind=", &value) &&
	    read_kind(value, &message.kind) &&
	    frame_next(&rest, "to=", &value) &&
	    otp_address_parse(value.text, value.length, &message.to, NULL) ==
		OTP_OK &&
	    frame_next(&rest, "user=", &value) &&
	    read_escaped(value, false, message.user) &&
	    frame_next(&rest, "host=", &value) &&
	    read_escaped(value, false, message.host) &&
	    frame_next(&rest, "service=", &value) &&
	    read_escaped(value, true, message.service) &&
	    frame_next(&rest, "rhost=", &value) &&
	    read_rhost(value, message.rhost) &&
	    frame_next(&rest, "time=", &value) &&
	    read_time(value, message.time) &&
	    frame_next(&rest, "tag=", &value) && read_tag(value, message.tag) &&
	    frame_next(&rest, "size=", &value) &&
	    read_text(&rest, value, message.text);

	if (sound)
		*ret_message = message;
	otp_wipe(&message, sizeof(message));
	return sound ? OTP_OK : OTP_ERR_PARSE;
}

/* The next line, which must be NAME (with its '=') and a value. */
static bool
frame_next(struct otp_lines *rest, const char *name, struct value *ret_value)
{
	const size_t length = strlen(name);
	struct otp_line line;

	if (!otp_line_next(rest, &line) || !line.ended ||
	    line.length < length || memcmp(line.text, name, length) != 0)
		return false;
	*ret_value = (struct value){ line.text + length, line.length - length };
	return true;
}

static bool
is_value(struct value value, const char *text)
{
	return value.length == strlen(text) &&
	    memcmp(value.text, text, value.length) == 0;
}

static bool
read_kind(struct value value, enum otp_message_kind *ret_kind)
{
	*ret_kind = OTP_MESSAGE_NOTICE;
	if (is_value(value, otp_message_kind_name(OTP_MESSAGE_CODE)))
		*ret_kind = OTP_MESSAGE_CODE;
	return is_value(value, otp_message_kind_name(*ret_kind));
}

static bool
is_escaped_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* Each backslash begins \xHH; no quote stands for itself. */
static bool
read_escaped(
    struct value value, bool or_empty, char ret_text[OTP_FRAME_VALUE_SIZE])
{
	const char *text = value.text;

	if (value.length >= OTP_FRAME_VALUE_SIZE ||
	    (value.length == 0 && !or_empty))
		return false;
	for (size_t i = 0; i < value.length; i++) {
		if (text[i] < ' ' || text[i] > '~' || text[i] == '"')
			return false;
		if (text[i] != '\\')
			continue;
		if (value.length - i < 4 || text[i + 1] != 'x' ||
		    !is_escaped_hex(text[i + 2]) ||
		    !is_escaped_hex(text[i + 3]))
			return false;
		i += 3;
	}
	value_copy(value, ret_text);
	return true;
}

static bool
read_rhost(struct value value, char ret_text[OTP_FRAME_RHOST_SIZE])
{
	unsigned char address[sizeof(struct in6_addr)];

	if (value.length >= OTP_FRAME_RHOST_SIZE ||
	    memchr(value.text, '\0', value.length) != NULL)
		return false;
	value_copy(value, ret_text);
	return value.length == 0 ||
	    inet_pton(AF_INET, ret_text, address) == 1 ||
	    inet_pton(AF_INET6, ret_text, address) == 1;
}

static bool
read_time(struct value value, char ret_text[OTP_FRAME_TIME_SIZE])
{
	static const char form[] = "0000-00-00T00:00:00Z";

	if (value.length != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < value.length; i++) {
		const char c = value.text[i];

		if (form[i] == '0' ? c < '0' || c > '9' : c != form[i])
			return false;
	}
	value_copy(value, ret_text);
	return true;
}

static bool
read_tag(struct value value, char ret_text[OTP_FRAME_TAG_SIZE])
{
	static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

	if (value.length != 0 && value.length != OTP_FRAME_TAG_SIZE - 1)
		return false;
	for (size_t i = 0; i < value.length; i++)
		if (value.text[i] == '\0' ||
		    strchr(letters, value.text[i]) == NULL)
			return false;
	value_copy(value, ret_text);
	return true;
}

/* An empty line, and the text with as many bytes as were said. */
static bool
read_text(const struct otp_lines *rest, struct value size, char *ret_text)
{
	struct otp_lines after = *rest;
	struct otp_line empty;
	uint64_t bytes = 0;

	if (otp_decimal_read(
		size.text, size.length, OTP_FRAME_MAX - 1, &bytes) != OTP_OK ||
	    !otp_line_next(&after, &empty) || !empty.ended ||
	    empty.length != 0 || after.size != bytes || bytes == 0 ||
	    after.text[after.size - 1] != '\n')
		return false;
	for (size_t i = 0; i < after.size; i++)
		if ((after.text[i] < ' ' || after.text[i] > '~') &&
		    after.text[i] != '\n')
			return false;
	value_copy((struct value){ after.text, after.size }, ret_text);
	return true;
}

static void
value_copy(struct value value, char *ret_text)
{
	memcpy(ret_text, value.text, value.length);
	ret_text[value.length] = '\0';
}
