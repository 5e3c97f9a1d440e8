/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/conf.h"

#include <stdio.h>
#include <string.h>

#include "common/core/calendar.h"
#include "common/core/decimal.h"
#include "common/core/duration.h"

#define NAME_TOLD 32 /* bytes of an unknown option's name */

/* A piece of the line or argument; it has no NUL of its own. */
struct piece {
	const char *text; /* NULL: not there */
	size_t length;
};

static bool
is_same(struct piece piece, const char *word)
{
	return piece.length == strlen(word) &&
	    memcmp(piece.text, word, piece.length) == 0;
}

/* --- Values: each returns NONE, or what is wrong ------------------------ */

static enum otp_detail
read_flag(struct piece value, bool *field)
{
	if (value.text == NULL || is_same(value, "yes"))
		*field = true;
	else if (is_same(value, "no"))
		*field = false;
	else
		return OTP_DETAIL_NOT_A_FLAG;
	return OTP_DETAIL_NONE;
}

static enum otp_detail
read_number(struct piece value, const struct otp_conf_option *option,
    unsigned *field, struct otp_fault *fault)
{
	uint64_t parsed = 0;

	if (otp_decimal_read(value.text, value.length, option->max, &parsed) ==
		OTP_OK &&
	    parsed >= option->min) {
		*field = (unsigned)parsed;
		return OTP_DETAIL_NONE;
	}
	if (fault != NULL) {
		fault->numbers[0] = option->min;
		fault->numbers[1] = option->max;
	}
	return OTP_DETAIL_RANGE;
}

/* Whether a terminal or a log shows POINT as a character of the line. */
static bool
is_shown(uint32_t point)
{
	return point >= 0x20 && (point < 0x7f || point > 0x9f) &&
	    point != 0x2028 && point != 0x2029;
}

/*
 * The length of the UTF-8 character at AT, where LEFT bytes remain, or 0 if it
 * is invalid (RFC 3629, section 4) or not printable.
 */
static size_t
utf8_length(const char *at, size_t left)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = (unsigned char)at[0];
	size_t length = first < 0x80 ? 1
	    : first >= 0xf0	     ? 4
	    : first >= 0xe0	     ? 3
				     : 2;
	uint32_t point = length == 1 ? first : first & (0x7fU >> length);

	if (length > left || (first >= 0x80 && first < 0xc0) || first > 0xf4)
		return 0;
	for (size_t i = 1; i < length; i++) {
		unsigned char next = (unsigned char)at[i];

		if ((next & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (next & 0x3f);
	}
	if (point < least[length] || point > 0x10ffff ||
	    (point >= 0xd800 && point <= 0xdfff) || !is_shown(point))
		return 0;
	return length;
}

static enum otp_detail
read_text(struct piece value, char *field, size_t size)
{
	size_t at = 0;

	if (value.length >= size)
		return OTP_DETAIL_TOO_LONG;
	while (at < value.length) {
		size_t length = utf8_length(value.text + at, value.length - at);

		if (length == 0)
			return OTP_DETAIL_NOT_PRINTABLE;
		at += length;
	}
	memcpy(field, value.text, value.length);
	field[value.length] = '\0';
	return OTP_DETAIL_NONE;
}

/* "." or ".." between slashes. */
static bool
has_dots(struct piece path)
{
	while (path.length > 0) {
		const char *slash = memchr(path.text, '/', path.length);
		struct piece part = { path.text,
			slash == NULL ? path.length
				      : (size_t)(slash - path.text) };

		if (is_same(part, ".") || is_same(part, ".."))
			return true;
		part.length += slash != NULL;
		path.text += part.length;
		path.length -= part.length;
	}
	return false;
}

/* VALUE without the one of WORDS with which it begins, if it does. */
static struct piece
cut_prefix(struct piece value, const char *const *words)
{
	for (; words != NULL && *words != NULL; words++) {
		const size_t length = strlen(*words);

		if (value.length > length &&
		    memcmp(value.text, *words, length) == 0)
			return (struct piece){ value.text + length,
				value.length - length };
	}
	return value;
}

static enum otp_detail
read_path(struct piece value, const struct otp_conf_option *option, char *field)
{
	const struct piece path = cut_prefix(value, option->words);

	if (path.text[0] != '/')
		return OTP_DETAIL_NOT_ABSOLUTE;
	if (has_dots(path))
		return OTP_DETAIL_DOTS;
	return read_text(value, field, option->size);
}

static enum otp_detail
read_date(struct piece value, int64_t *field)
{
	return otp_calendar_read(value.text, value.length, field) == OTP_OK
	    ? OTP_DETAIL_NONE
	    : OTP_DETAIL_NOT_A_DATE;
}

static enum otp_detail
read_time(struct piece value, const struct otp_conf_option *option,
    int64_t *field, struct otp_fault *fault)
{
	char least[OTP_DURATION_SIZE], most[OTP_DURATION_SIZE];
	int64_t seconds = 0;

	if (otp_duration_read(value.text, value.length, &seconds) == OTP_OK &&
	    seconds >= option->min && seconds <= option->max) {
		*field = seconds;
		return OTP_DETAIL_NONE;
	}
	otp_duration_write(option->min, least);
	otp_duration_write(option->max, most);
	if (fault != NULL)
		(void)snprintf(
		    fault->name, sizeof(fault->name), "%s-%s", least, most);
	return OTP_DETAIL_TIME_RANGE;
}

static enum otp_detail
read_choice(
    struct piece value, const struct otp_conf_option *option, unsigned *field)
{
	for (unsigned i = 0; option->words[i] != NULL; i++) {
		if (!is_same(value, option->words[i]))
			continue;
		*field = i;
		return OTP_DETAIL_NONE;
	}
	return OTP_DETAIL_NOT_A_CHOICE;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

static struct piece
trim(struct piece piece)
{
	while (piece.length > 0 && is_space(piece.text[0])) {
		piece.text++;
		piece.length--;
	}
	while (piece.length > 0 && is_space(piece.text[piece.length - 1]))
		piece.length--;
	return piece;
}

/*
 * The text before the first comma of REST, which has no text where none is
 * left.
 */
static struct piece
cut_text(struct piece *rest)
{
	const char *comma = memchr(rest->text, ',', rest->length);
	struct piece text = *rest;

	if (comma == NULL) {
		rest->text = NULL;
		return trim(text);
	}
	text.length = (size_t)(comma - rest->text);
	rest->text = comma + 1;
	rest->length -= text.length + 1;
	return trim(text);
}

/* Blanks around a text of the list are dropped, as they are around a value. */
static enum otp_detail
read_list(struct piece value, char *field, size_t size)
{
	enum otp_detail bad;

	for (struct piece rest = value; rest.text != NULL;)
		if (cut_text(&rest).length == 0)
			return OTP_DETAIL_NOT_A_LIST;
	bad = read_text(value, field, size);
	if (bad != OTP_DETAIL_NONE)
		return bad;
	for (struct piece rest = value; rest.text != NULL;) {
		const struct piece text = cut_text(&rest);

		memcpy(field, text.text, text.length);
		field += text.length;
		*field++ = rest.text != NULL ? ',' : '\0';
	}
	return OTP_DETAIL_NONE;
}

/* --- Options ------------------------------------------------------------ */

static enum otp_detail
read_value(const struct otp_conf *conf, const struct otp_conf_option *option,
    struct piece value, struct otp_fault *fault)
{
	/* Through void *: OFFSET is that of a field of the option's type. */
	void *field = (char *)conf->target + option->offset;

	if (option->type == OTP_CONF_FLAG)
		return read_flag(value, field);
	if (value.text == NULL || value.length == 0)
		return OTP_DETAIL_NO_VALUE;
	switch (option->type) {
	case OTP_CONF_FLAG:
		break;
	case OTP_CONF_NUMBER:
		return read_number(value, option, field, fault);
	case OTP_CONF_TEXT:
		return read_text(value, field, option->size);
	case OTP_CONF_PATH:
		return read_path(value, option, field);
	case OTP_CONF_DATE:
		return read_date(value, field);
	case OTP_CONF_TIME:
		return read_time(value, option, field, fault);
	case OTP_CONF_CHOICE:
		return read_choice(value, option, field);
	case OTP_CONF_LIST:
		return read_list(value, field, option->size);
	}
	return OTP_DETAIL_UNKNOWN_TYPE;
}

/* NONE, or what is wrong with NAME in this place. */
static enum otp_detail
set_option(struct otp_conf *conf, struct piece name, struct piece value,
    struct otp_fault *fault)
{
	const struct otp_conf_option *option;
	enum otp_detail bad;
	size_t i = 0;

	while (i < conf->count && !is_same(name, conf->options[i].name))
		i++;
	if (i == conf->count || i >= 8 * sizeof(conf->seen))
		return OTP_DETAIL_UNKNOWN_OPTION;
	option = &conf->options[i];
	if ((option->place & conf->place) == 0)
		return conf->place == OTP_CONF_FILE ? OTP_DETAIL_ARGUMENT_ONLY
						    : OTP_DETAIL_FILE_ONLY;
	if ((conf->seen & UINT32_C(1) << i) != 0)
		return OTP_DETAIL_TWICE;
	bad = read_value(conf, option, value, fault);
	if (bad == OTP_DETAIL_NONE)
		conf->seen |= UINT32_C(1) << i;
	return bad;
}

static bool
is_of_a_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/*
 * Report what looks like an option's name, and only a '?' for whatever follows
 * it: if conf= names the wrong file, say /etc/shadow, its content must not
 * reach the log.
 */
static enum otp_err
refuse(struct piece name, enum otp_detail bad, struct otp_fault *fault)
{
	char where[NAME_TOLD + sizeof("?")] = "";
	size_t told = 0;

	while (told < name.length && told < NAME_TOLD &&
	    is_of_a_name(name.text[told]))
		told++;
	memcpy(where, name.text, told);
	if (told < name.length)
		where[told] = '?';
	return otp_fault_set(fault, OTP_ERR_OPTION, 0, where, bad);
}

static enum otp_err
set(struct otp_conf *conf, struct piece name, struct piece value,
    struct otp_fault *fault)
{
	enum otp_detail bad = set_option(conf, name, value, fault);

	return bad == OTP_DETAIL_NONE ? OTP_OK : refuse(name, bad, fault);
}

/* NAME and, after the first '=', VALUE. */
static void
split(struct piece whole, struct piece *name, struct piece *value)
{
	const char *equals = memchr(whole.text, '=', whole.length);

	*name = whole;
	*value = (struct piece){ NULL, 0 };
	if (equals == NULL)
		return;
	name->length = (size_t)(equals - whole.text);
	value->text = equals + 1;
	value->length = whole.length - name->length - 1;
}

enum otp_err
otp_conf_argument(
    struct otp_conf *conf, const char *argument, struct otp_fault *fault)
{
	struct piece whole = { argument, strlen(argument) };
	struct piece name, value;

	split(whole, &name, &value);
	return set(conf, name, value, fault);
}

/* Remove the quotes.  False if only one of them is there. */
static bool
unquote(struct piece *value)
{
	if (value->length == 0 || value->text[0] != '"')
		return true;
	if (value->length < 2 || value->text[value->length - 1] != '"')
		return false;
	value->text++;
	value->length -= 2;
	return memchr(value->text, '"', value->length) == NULL;
}

enum otp_err
otp_conf_line(struct otp_conf *conf, const char *line, size_t length,
    struct otp_fault *fault)
{
	struct piece whole = trim((struct piece){ line, length });
	struct piece name, value;

	if (whole.length == 0 || whole.text[0] == '#')
		return OTP_OK;
	split(whole, &name, &value);
	name = trim(name);
	if (value.text != NULL)
		value = trim(value);
	if (!unquote(&value))
		return refuse(name, OTP_DETAIL_ODD_QUOTE, fault);
	return set(conf, name, value, fault);
}
