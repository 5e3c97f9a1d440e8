/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "conf.h"
#include "decimal.h"
#include "mark.h"

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

/* --- Values: each returns NULL, or what is wrong ------------------------ */

static const char *
read_flag(struct piece value, bool *field)
{
	if (value.text == NULL || is_same(value, "yes"))
		*field = true;
	else if (is_same(value, "no"))
		*field = false;
	else
		return N_("takes nothing, yes or no");
	return NULL;
}

static void
append(char *text, size_t size, const char *more)
{
	size_t length = strlen(text);
	size_t room = strnlen(more, size - 1 - length);

	memcpy(text + length, more, room);
	text[length + room] = '\0';
}

static const char *
read_number(struct piece value, const struct otp_conf_option *option,
    unsigned *field, char *what, size_t size)
{
	char number[OTP_DECIMAL_SIZE];
	uint64_t parsed = 0;

	if (otp_decimal_read(value.text, value.length, option->max, &parsed) ==
		OTP_OK &&
	    parsed >= option->min) {
		*field = (unsigned)parsed;
		return NULL;
	}
	what[0] = '\0';
	append(what, size, "takes a number from ");
	(void)otp_decimal_write(option->min, number);
	append(what, size, number);
	append(what, size, " to ");
	(void)otp_decimal_write(option->max, number);
	append(what, size, number);
	return what;
}

/* What a terminal or a log would not show as a character of a line. */
static bool
is_shown(uint32_t point)
{
	return point >= 0x20 && (point < 0x7f || point > 0x9f) &&
	    point != 0x2028 && point != 0x2029;
}

/*
 * The length of the UTF-8 character at AT, of which LEFT bytes are there, or
 * 0 where there is none (RFC 3629, section 4) or it is not shown.
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

static const char *
read_text(struct piece value, char *field, size_t size)
{
	size_t at = 0;

	if (value.length >= size)
		return N_("is too long");
	while (at < value.length) {
		size_t length = utf8_length(value.text + at, value.length - at);

		if (length == 0)
			return N_("is not printable UTF-8");
		at += length;
	}
	memcpy(field, value.text, value.length);
	field[value.length] = '\0';
	return NULL;
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

static const char *
read_path(struct piece value, char *field, size_t size)
{
	if (value.text[0] != '/')
		return N_("is not absolute");
	if (has_dots(value))
		return N_("has a \".\" or \"..\" in it");
	return read_text(value, field, size);
}

/* Digits FROM to FROM + COUNT; the value, or 0 (which no part may be). */
static unsigned
date_part(struct piece value, size_t from, size_t count)
{
	unsigned part = 0;

	for (size_t i = from; i < from + count; i++) {
		if (value.text[i] < '0' || value.text[i] > '9')
			return 0;
		part = part * 10 + (unsigned)(value.text[i] - '0');
	}
	return part;
}

static unsigned
month_length(unsigned year, unsigned month)
{
	static const unsigned char lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31,
		30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : lengths[month - 1];
}

/* Days before YEAR since the year 0 of the proleptic Gregorian calendar. */
static int64_t
days_before(unsigned year)
{
	int64_t before = (int64_t)year - 1;

	return before * 365 + before / 4 - before / 100 + before / 400;
}

static const char *
read_date(struct piece value, int64_t *field)
{
	static const char bad[] = N_("takes a date as 2027-12-31");
	unsigned year, month, day;
	int64_t days;

	if (value.length != 10 || value.text[4] != '-' || value.text[7] != '-')
		return bad;
	year = date_part(value, 0, 4);
	month = date_part(value, 5, 2);
	day = date_part(value, 8, 2);
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > month_length(year, month))
		return bad;
	days = days_before(year) - days_before(1970) + (int64_t)day - 1;
	for (unsigned i = 1; i < month; i++)
		days += month_length(year, i);
	if (days == 0) /* whose number stands for no date at all */
		return bad;
	*field = days * 86400;
	return NULL;
}

/* --- Options ------------------------------------------------------------ */

static const char *
read_value(const struct otp_conf *conf, const struct otp_conf_option *option,
    struct piece value, char *what, size_t size)
{
	/* By way of void *: OFFSET is that of a field of the type named. */
	void *field = (char *)conf->target + option->offset;

	if (option->type == OTP_CONF_FLAG)
		return read_flag(value, field);
	if (value.text == NULL || value.length == 0)
		return N_("needs a value");
	switch (option->type) {
	case OTP_CONF_FLAG:
		break;
	case OTP_CONF_NUMBER:
		return read_number(value, option, field, what, size);
	case OTP_CONF_TEXT:
		return read_text(value, field, option->size);
	case OTP_CONF_PATH:
		return read_path(value, field, option->size);
	case OTP_CONF_DATE:
		return read_date(value, field);
	}
	return N_("is of no known type");
}

/* NULL, or what is wrong with NAME in this place. */
static const char *
set_option(struct otp_conf *conf, struct piece name, struct piece value,
    char *what, size_t size)
{
	const struct otp_conf_option *option;
	const char *bad;
	size_t i = 0;

	while (i < conf->count && !is_same(name, conf->options[i].name))
		i++;
	if (i == conf->count || i >= 8 * sizeof(conf->seen))
		return N_("is not an option");
	option = &conf->options[i];
	if ((option->place & conf->place) == 0)
		return conf->place == OTP_CONF_FILE
		    ? N_("may not stand in the configuration file")
		    : N_("may stand in the configuration file only");
	if ((conf->seen & UINT32_C(1) << i) != 0)
		return N_("is given twice");
	bad = read_value(conf, option, value, what, size);
	if (bad == NULL)
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
 * What looks like an option's name is told, however misspelt, and of the rest
 * no more than that there is one, by a '?': of a file that was named by
 * mistake, say /etc/shadow, nothing is to be seen.
 */
static enum otp_err
refuse(struct piece name, const char *bad, struct otp_fault *fault)
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
	char what[OTP_FAULT_WHAT_SIZE];
	const char *bad = set_option(conf, name, value, what, sizeof(what));

	return bad == NULL ? OTP_OK : refuse(name, bad, fault);
}

/* NAME and, behind the first '=', VALUE. */
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

/* Take the quotes off.  Whether both, or none, were there. */
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
		return refuse(name, N_("has an odd quote"), fault);
	return set(conf, name, value, fault);
}
