/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/logline.h"

#include <string.h>

#include "common/core/decimal.h"

#define CUT	   "..."
#define CUT_LENGTH (sizeof(CUT) - 1)

void
otp_logline_begin(struct otp_logline *event)
{
	event->length = 0;
	event->text[0] = '\0';
}

/* Escape BYTE if necessary; return the length. */
static size_t
escape_byte(char byte, char text[4])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char c = (unsigned char)byte;

	if (c >= ' ' && c <= '~' && c != '"' && c != '\\') {
		text[0] = byte;
		return 1;
	}
	text[0] = '\\';
	text[1] = 'x';
	text[2] = digits[c >> 4];
	text[3] = digits[c & 15];
	return 4;
}

void
otp_logline_escape(const char *text, char *ret_text, size_t size)
{
	size_t length = 0;
	size_t room = 0; /* the length up to which "..." still fits */

	if (size == 0)
		return;
	for (; *text != '\0'; text++) {
		char piece[4];
		size_t piece_length = escape_byte(*text, piece);

		if (length + piece_length >= size)
			break;
		memcpy(ret_text + length, piece, piece_length);
		length += piece_length;
		if (length + CUT_LENGTH < size)
			room = length;
	}
	if (*text != '\0' && CUT_LENGTH < size) {
		memcpy(ret_text + room, CUT, CUT_LENGTH);
		length = room + CUT_LENGTH;
	}
	ret_text[length] = '\0';
}

/* Add " key=value" as a whole, or not at all. */
static void
append(struct otp_logline *event, const char *key, const char *value,
    const char *quote)
{
	const char *pieces[] = { event->length > 0 ? " " : "", key, "=", quote,
		value, quote };
	const size_t count = sizeof(pieces) / sizeof(pieces[0]);
	char *to = event->text + event->length;
	size_t length = 0;

	for (size_t i = 0; i < count; i++)
		length += strlen(pieces[i]);
	if (length >= OTP_EVENT_SIZE - event->length)
		return;
	for (size_t i = 0; i < count; i++) {
		size_t piece = strlen(pieces[i]);

		memcpy(to, pieces[i], piece);
		to += piece;
	}
	*to = '\0';
	event->length += length;
}

static void
append_value(struct otp_logline *event, const char *key, const char *value,
    const char *quote)
{
	char escaped[OTP_EVENT_VALUE_SIZE];

	otp_logline_escape(value, escaped, sizeof(escaped));
	append(event, key, escaped, quote);
}

static bool
is_bare(const char *value)
{
	static const char bare[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz"
				   "0123456789_.:@%+/-";

	return value[strspn(value, bare)] == '\0';
}

void
otp_logline_word(struct otp_logline *event, const char *key, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	append_value(event, key, value, is_bare(value) ? "" : "\"");
}

void
otp_logline_quoted(
    struct otp_logline *event, const char *key, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	append_value(event, key, value, "\"");
}

void
otp_logline_number(
    struct otp_logline *event, const char *key, int64_t value, const char *unit)
{
	char text[1 + OTP_DECIMAL_SIZE + OTP_EVENT_UNIT_MAX];
	uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
	size_t length = 0;

	if (value < 0)
		text[length++] = '-';
	length += otp_decimal_write(size, text + length);
	memcpy(text + length, unit, strnlen(unit, OTP_EVENT_UNIT_MAX));
	text[length + strnlen(unit, OTP_EVENT_UNIT_MAX)] = '\0';
	append(event, key, text, "");
}

void
otp_logline_errno(struct otp_logline *event, int errnum)
{
	const char *name = NULL;

	if (errnum == 0)
		return;
#ifdef HAVE_STRERRORNAME_NP
	name = strerrorname_np(errnum);
#endif
	if (name != NULL)
		otp_logline_word(event, "errno", name);
	else
		otp_logline_number(event, "errno", errnum, "");
}
