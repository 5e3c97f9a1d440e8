/* SPDX-License-Identifier: BSD-2-Clause */
#include "import_oath.h"

#include <string.h>

#include "decimal.h"
#include "mark.h"
#include "oath.h"
#include "wipe.h"

#define COLUMNS_MAX 9
/* Counters that resynchronisation may still go through. */
#define COUNTER_MAX (UINT64_MAX - 100000)

struct column {
	const char *text;
	size_t length;
};

/* Where the columns of a record stand; more than COLUMNS_MAX are counted. */
struct columns {
	unsigned count;
	struct column at[COLUMNS_MAX];
};

/* The places of the columns, from 0. */
enum {
	TYPE,
	USER,
	PIN,
	KEY,
	COUNTER,
	SIXTH,
	SEVENTH,
	EIGHTH
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct columns
split(const char *line, size_t length)
{
	struct columns columns = { 0 };

	while (length > 0) {
		size_t size = 0;

		while (size < length && !is_space(line[size]))
			size++;
		if (size > 0 && columns.count < COLUMNS_MAX)
			columns.at[columns.count] =
			    (struct column){ line, size };
		columns.count += size > 0;
		size += size < length; /* the space behind it */
		line += size;
		length -= size;
	}
	return columns;
}

static bool
begins(struct column column, const char *text)
{
	return column.length >= strlen(text) &&
	    memcmp(column.text, text, strlen(text)) == 0;
}

static bool
is(struct column column, const char *text)
{
	return column.length == strlen(text) && begins(column, text);
}

enum otp_import_oath_line
otp_import_oath_look(
    const char *line, size_t length, const char **ret_user, size_t *ret_length)
{
	struct columns columns = split(line, length);

	*ret_user = line;
	*ret_length = 0;
	if (columns.count == 0 || columns.at[TYPE].text[0] == '#')
		return OTP_IMPORT_OATH_NOTHING;
	if (columns.count > USER) {
		*ret_user = columns.at[USER].text;
		*ret_length = columns.at[USER].length;
	}
	/* What looks like a token of a kind that is not known is none to be
	   passed over. */
	if (begins(columns.at[TYPE], "HOTP") ||
	    begins(columns.at[TYPE], "TOTP") ||
	    begins(columns.at[TYPE], "MOTP"))
		return OTP_IMPORT_OATH_RECORD;
	return OTP_IMPORT_OATH_OTHER;
}

static enum otp_err
refuse(struct otp_fault *fault, const char *what)
{
	return otp_fault_set(fault, OTP_ERR_PARSE, 0, NULL, what);
}

static bool
read_type(struct column type, struct otp_token *token)
{
	size_t prefix = 0;

	token->kind = OTP_HOTP;
	token->hash = OTP_SHA1;
	token->digits = OTP_DIGITS_DEFAULT;
	if (is(type, "HOTP"))
		return true;
	if (begins(type, "HOTP/E")) {
		prefix = strlen("HOTP/E");
	} else if (begins(type, "HOTP/T30") || begins(type, "HOTP/T60")) {
		prefix = strlen("HOTP/T30");
		token->kind = OTP_TOTP;
		token->period = begins(type, "HOTP/T30") ? 30 : 60;
	}
	if (prefix == 0)
		return false;
	if (type.length == prefix)
		return true;
	if (type.length != prefix + 2 || type.text[prefix] != '/' ||
	    type.text[prefix + 1] < '6' || type.text[prefix + 1] > '8')
		return false;
	token->digits = (unsigned)(type.text[prefix + 1] - '0');
	return true;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static enum otp_err
read_key(struct column key, struct otp_token *token, struct otp_fault *fault)
{
	if (key.length % 2 != 0)
		return refuse(fault, N_("has a key with half a byte"));
	if (key.length < 2 * OTP_SECRET_MIN)
		return refuse(fault, N_("has a secret of less than 10 bytes"));
	if (key.length > 2 * OTP_SECRET_MAX)
		return refuse(fault, N_("has a secret of more than 64 bytes"));
	for (size_t i = 0; i < key.length; i += 2) {
		int high = hex_value(key.text[i]);
		int low = hex_value(key.text[i + 1]);

		if (high < 0 || low < 0)
			return refuse(fault, N_("has a key that is not hex"));
		token->secret[i / 2] = (uint8_t)(high << 4 | low);
	}
	token->secret_size = key.length / 2;
	return OTP_OK;
}

/* LENGTH digits at TEXT, which may begin with zeros. */
static bool
read_digits(const char *text, size_t length, unsigned *ret_number)
{
	unsigned number = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		number = number * 10 + (unsigned)(text[i] - '0');
	}
	*ret_number = number;
	return true;
}

static bool
read_code(struct column column, struct otp_import_oath *import)
{
	unsigned code = 0;

	if (column.length < OTP_DIGITS_MIN || column.length > OTP_DIGITS_MAX ||
	    !read_digits(column.text, column.length, &code))
		return false;
	import->code = code;
	import->code_digits = (unsigned)column.length;
	import->code_known = true;
	return true;
}

static bool
is_within(unsigned number, unsigned min, unsigned max)
{
	return number >= min && number <= max;
}

/* 2026-01-31T12:00:00L */
static bool
read_time(struct column column, struct otp_import_oath *import)
{
	static const char shape[] = "0000-00-00T00:00:00L";
	struct otp_import_time time = { 0 };
	const char *text = column.text;

	if (column.length != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; i < column.length; i++)
		if (shape[i] != '0' && shape[i] != text[i])
			return false;
	if (!read_digits(text, 4, &time.year) ||
	    !read_digits(text + 5, 2, &time.month) ||
	    !read_digits(text + 8, 2, &time.day) ||
	    !read_digits(text + 11, 2, &time.hour) ||
	    !read_digits(text + 14, 2, &time.minute) ||
	    !read_digits(text + 17, 2, &time.second))
		return false;
	if (!is_within(time.year, 1970, 9999) ||
	    !is_within(time.month, 1, 12) || !is_within(time.day, 1, 31) ||
	    time.hour > 23 || time.minute > 59 || time.second > 59)
		return false;
	import->time = time;
	import->time_known = true;
	return true;
}

/* How often it failed: shorter than a code, which else stands there. */
static bool
is_failures(struct column column)
{
	unsigned number;

	return column.length < OTP_DIGITS_MIN &&
	    read_digits(column.text, column.length, &number);
}

/* A time in column 8 instead of 7 tells mod_authn_otp's dialect. */
static enum otp_err
read_last(const struct columns *columns, struct otp_import_oath *import,
    struct otp_fault *fault)
{
	const struct column *at = columns->at;

	switch (columns->count) {
	case SIXTH:
	case COUNTER:
		return OTP_OK;
	case SIXTH + 1:
		if (read_code(at[SIXTH], import) || is_failures(at[SIXTH]))
			return OTP_OK;
		return refuse(fault, N_("has no last code in column 6"));
	case SEVENTH + 1:
		if (!read_code(at[SIXTH], import))
			return refuse(
			    fault, N_("has no last code in column 6"));
		if (!read_time(at[SEVENTH], import))
			return refuse(fault, N_("has no time in column 7"));
		return OTP_OK;
	case EIGHTH + 1:
	case EIGHTH + 2: /* and the host it was from */
		if (!is_failures(at[SIXTH]))
			return refuse(fault, N_("has no failures in column 6"));
		if (!read_code(at[SEVENTH], import))
			return refuse(
			    fault, N_("has no last code in column 7"));
		if (!read_time(at[EIGHTH], import))
			return refuse(fault, N_("has no time in column 8"));
		return OTP_OK;
	default:
		return refuse(fault, N_("has too few or too many columns"));
	}
}

/* Of TOTP it means nothing. */
static enum otp_err
read_counter(const struct columns *columns, struct otp_import_oath *import,
    struct otp_fault *fault)
{
	struct otp_token *token = &import->token;
	const struct column *column = &columns->at[COUNTER];

	if (token->kind != OTP_HOTP)
		return OTP_OK;
	if (columns->count > COUNTER &&
	    otp_decimal_read(column->text, column->length, COUNTER_MAX,
		&token->counter) != OTP_OK)
		return refuse(fault, N_("has a counter out of bounds"));
	if (import->code_known)
		token->counter++;
	return OTP_OK;
}

static enum otp_err
read_record(const char *line, size_t length, struct otp_import_oath *import,
    struct otp_fault *fault)
{
	struct columns columns = split(line, length);
	enum otp_err err;

	if (length > OTP_IMPORT_OATH_LINE)
		return refuse(fault, N_("is longer than 1023 bytes"));
	if (memchr(line, '\0', length) != NULL)
		return refuse(fault, N_("has a NUL byte"));
	if (columns.count == 0 || !read_type(columns.at[TYPE], &import->token))
		return refuse(fault, N_("is of a type that is not known"));
	if (columns.count <= KEY)
		return refuse(fault, N_("has too few or too many columns"));
	if (!is(columns.at[PIN], "-") && !is(columns.at[PIN], "+"))
		return refuse(fault, N_("has a PIN, which cannot be kept"));
	err = read_key(columns.at[KEY], &import->token, fault);
	if (err == OTP_OK)
		err = read_last(&columns, import, fault);
	if (err == OTP_OK)
		err = read_counter(&columns, import, fault);
	return err;
}

enum otp_err
otp_import_oath_parse(const char *line, size_t length,
    struct otp_import_oath *ret_import, struct otp_fault *fault)
{
	enum otp_err err;

	memset(ret_import, 0, sizeof(*ret_import));
	err = read_record(line, length, ret_import, fault);
	if (err != OTP_OK)
		otp_wipe(ret_import, sizeof(*ret_import));
	return err;
}

enum otp_err
otp_import_oath_spent(
    const struct otp_import_oath *import, uint64_t at, uint64_t *ret_spent)
{
	const struct otp_token *token = &import->token;
	const uint64_t first = at / token->period;
	uint64_t step = first;
	struct otp_oath *oath = NULL;
	uint32_t modulus = 1;
	enum otp_err err =
	    otp_oath_new(token->hash, token->secret, token->secret_size, &oath);

	/* Of an 8-digit code, the last six were enough. */
	for (unsigned i = 0; i < import->code_digits; i++)
		modulus *= 10;
	for (uint64_t i = 0; err == OTP_OK && i <= OTP_IMPORT_OATH_AHEAD; i++) {
		uint32_t value = 0;

		err = otp_oath_value(oath, first + i, token->digits, &value);
		if (err == OTP_OK && value % modulus == import->code)
			step = first + i;
	}
	otp_oath_free(oath);
	if (err == OTP_OK)
		*ret_spent = (step + 1) * token->period;
	return err;
}
