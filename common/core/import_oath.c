/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/import_oath.h"

#include <string.h>

#include "common/core/import_number.h"
#include "common/core/import_note.h"
#include "common/core/import_secret.h"
#include "common/core/oath.h"
#include "common/core/wipe.h"

#define COLUMNS_MAX 9

struct column {
	const char *text;
	size_t length;
};

/* The columns of a record; those beyond COLUMNS_MAX are only counted. */
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
		size += size < length; /* the space after it */
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
	/* A token of an unknown kind must be reported, not skipped. */
	if (begins(columns.at[TYPE], "HOTP") ||
	    begins(columns.at[TYPE], "TOTP") ||
	    begins(columns.at[TYPE], "MOTP"))
		return OTP_IMPORT_OATH_RECORD;
	return OTP_IMPORT_OATH_OTHER;
}

static enum otp_err
refuse(struct otp_fault *fault, enum otp_detail detail)
{
	return otp_fault_set(fault, OTP_ERR_PARSE, 0, NULL, detail);
}

/* The column at INDEX is not what it must be. */
static enum otp_err
refuse_column(struct otp_fault *fault, enum otp_detail detail, unsigned index)
{
	return otp_fault_set_number(
	    fault, OTP_ERR_PARSE, NULL, detail, index + 1);
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

/* A number of failures is shorter than a code, the alternative. */
static bool
is_failures(struct column column)
{
	unsigned number;

	return column.length < OTP_DIGITS_MIN &&
	    read_digits(column.text, column.length, &number);
}

/* A time in column 8 instead of 7 is mod_authn_otp's dialect. */
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
		return refuse_column(fault, OTP_DETAIL_LAST_CODE, SIXTH);
	case SEVENTH + 1:
		if (!read_code(at[SIXTH], import))
			return refuse_column(
			    fault, OTP_DETAIL_LAST_CODE, SIXTH);
		if (!read_time(at[SEVENTH], import))
			return refuse_column(fault, OTP_DETAIL_TIME, SEVENTH);
		return OTP_OK;
	case EIGHTH + 1:
	case EIGHTH + 2: /* and the host it was from */
		if (!is_failures(at[SIXTH]))
			return refuse_column(fault, OTP_DETAIL_FAILURES, SIXTH);
		if (!read_code(at[SEVENTH], import))
			return refuse_column(
			    fault, OTP_DETAIL_LAST_CODE, SEVENTH);
		if (!read_time(at[EIGHTH], import))
			return refuse_column(fault, OTP_DETAIL_TIME, EIGHTH);
		return OTP_OK;
	default:
		return otp_fault_set_number(fault, OTP_ERR_PARSE, NULL,
		    OTP_DETAIL_RECORD_COLUMNS, columns->count);
	}
}

/* It means nothing for TOTP. */
static enum otp_err
read_counter(const struct columns *columns, struct otp_import_oath *import,
    struct otp_fault *fault)
{
	struct otp_token *token = &import->token;
	const struct column *column = &columns->at[COUNTER];

	if (token->kind != OTP_HOTP)
		return OTP_OK;
	if (columns->count > COUNTER) {
		enum otp_err err = otp_import_counter(
		    column->text, column->length, &token->counter, fault);

		if (err != OTP_OK)
			return err;
	}
	token->counter += import->code_known;
	return OTP_OK;
}

static enum otp_err
read_record(const char *line, size_t length,
    const struct otp_import_teller *teller, struct otp_import_oath *import,
    struct otp_fault *fault)
{
	struct columns columns = split(line, length);
	enum otp_err err;

	if (length > OTP_IMPORT_OATH_LINE)
		return refuse(fault, OTP_DETAIL_LINE_TOO_LONG);
	if (memchr(line, '\0', length) != NULL)
		return refuse(fault, OTP_DETAIL_NUL_BYTE);
	if (columns.count == 0 || !read_type(columns.at[TYPE], &import->token))
		return otp_import_refused(fault, OTP_DETAIL_UNKNOWN_TYPE,
		    columns.count == 0 ? "" : columns.at[TYPE].text,
		    columns.count == 0 ? 0 : columns.at[TYPE].length);
	if (columns.count <= KEY)
		return otp_fault_set_number(fault, OTP_ERR_PARSE, NULL,
		    OTP_DETAIL_RECORD_COLUMNS, columns.count);
	if (!is(columns.at[PIN], "-") && !is(columns.at[PIN], "+"))
		return refuse(fault, OTP_DETAIL_PIN);
	import->pin_elsewhere = is(columns.at[PIN], "+");
	err = otp_import_secret_hex(columns.at[KEY].text,
	    columns.at[KEY].length, teller, &import->token, fault);
	if (err == OTP_OK)
		err = read_last(&columns, import, fault);
	if (err == OTP_OK)
		err = read_counter(&columns, import, fault);
	return err;
}

enum otp_err
otp_import_oath_parse(const char *line, size_t length,
    const struct otp_import_teller *teller, struct otp_import_oath *ret_import,
    struct otp_fault *fault)
{
	enum otp_err err;

	memset(ret_import, 0, sizeof(*ret_import));
	err = read_record(line, length, teller, ret_import, fault);
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

	/* pam_oath accepts the last six digits of an 8-digit code. */
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
