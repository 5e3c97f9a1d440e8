/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/enrol/batch_input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <jansson.h>

#include "common/core/csv.h"
#include "common/core/import_csv.h"
#include "common/core/import_secret.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"

#define BOM	"\xef\xbb\xbf" /* which spreadsheets write before UTF-8 */
#define COLUMNS 16	       /* of a list; no more are named */

enum field {
	USER,
	LABEL,
	KIND,
	ADDRESS,
	FIELDS,
};

static const char *const names[FIELDS] = { "user", "label", "kind", "address" };

enum format {
	UNKNOWN = 0,
	CSV,
	JSON,
};

struct otp_batch_input {
	FILE *file;
	enum format format;
	char separator; /* of CSV */
	unsigned columns;
	enum field column[FIELDS]; /* of CSV: which field is where */
	unsigned long line;
	char text[OTP_BATCH_LINE];
};

static enum otp_batch_read read_line(struct otp_batch_input *input);
static bool is_blank(const char *text);
static bool is_separator(struct otp_batch_input *input);
static enum otp_batch_read find_format(struct otp_batch_input *input);
static enum otp_batch_read read_header(struct otp_batch_input *input);
static bool add_column(struct otp_batch_input *input, const char *name);
static enum otp_batch_read read_csv(
    struct otp_batch_input *input, struct otp_batch_row *ret_row);
static enum otp_batch_read read_json(
    const struct otp_batch_input *input, struct otp_batch_row *ret_row);
static const char *find_other_key(json_t *object);
static bool json_text(json_t *object, const char *key, const char **ret_text);
static enum otp_batch_read make_row(const struct otp_batch_input *input,
    const char *const values[FIELDS], struct otp_batch_row *ret_row);
static bool copy(const char *text, char *ret_text, size_t size);

struct otp_batch_input *
otp_batch_open(const char *name)
{
	struct otp_batch_input *input = calloc(1, sizeof(*input));

	if (input == NULL) {
		otp_complain(_("There is not enough memory."));
		return NULL;
	}
	input->file = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	if (input->file != NULL)
		return input;
	otp_complain(_("%s cannot be opened: %s."), otp_escaped(name).text,
	    strerror(errno));
	free(input);
	return NULL;
}

void
otp_batch_close(struct otp_batch_input *input)
{
	if (input->file != stdin)
		(void)fclose(input->file);
	free(input);
}

enum otp_batch_read
otp_batch_next(struct otp_batch_input *input, struct otp_batch_row *ret_row)
{
	for (;;) {
		bool first = input->format == UNKNOWN;
		enum otp_batch_read result = read_line(input);

		/* Without a header the other lines mean nothing. */
		if (first && result == OTP_BATCH_BAD)
			return OTP_BATCH_FAILED;
		if (result != OTP_BATCH_ROW)
			return result;
		if (is_blank(input->text))
			continue;
		if (first && is_separator(input))
			continue;
		if (first)
			result = find_format(input);
		if (result != OTP_BATCH_ROW)
			return result;
		if (input->format == JSON)
			return read_json(input, ret_row);
		if (!first)
			return read_csv(input, ret_row);
	}
}

/* --- Lines -------------------------------------------------------------- */

/* Read one line; of a longer one, only what there is room for is kept. */
static enum otp_batch_read
read_line(struct otp_batch_input *input)
{
	size_t length = 0;
	bool nul = false;
	int byte;

	while ((byte = getc(input->file)) != EOF && byte != '\n') {
		nul = nul || byte == '\0';
		if (length < sizeof(input->text))
			input->text[length++] = (char)byte;
	}
	if (ferror(input->file)) {
		otp_complain(
		    _("The list cannot be read: %s."), strerror(errno));
		return OTP_BATCH_FAILED;
	}
	if (byte == EOF && length == 0)
		return OTP_BATCH_END;
	input->line++;
	if (length == sizeof(input->text)) {
		otp_complain(_("Line %lu is too long."), input->line);
		return OTP_BATCH_BAD;
	}
	if (nul) {
		otp_complain(_("Line %lu has a NUL byte."), input->line);
		return OTP_BATCH_BAD;
	}
	if (length > 0 && input->text[length - 1] == '\r')
		length--;
	input->text[length] = '\0';
	return OTP_BATCH_ROW;
}

static bool
is_blank(const char *text)
{
	return text[strspn(text, " \t")] == '\0';
}

/* Spreadsheets may write "sep=;" above the header, which shows it, too. */
static bool
is_separator(struct otp_batch_input *input)
{
	char *text = input->text;

	if (strncmp(text, BOM, strlen(BOM)) == 0)
		memmove(
		    text, text + strlen(BOM), strlen(text + strlen(BOM)) + 1);
	return otp_import_csv_is_separator(text, strlen(text));
}

/* The first other line tells the format of all. */
static enum otp_batch_read
find_format(struct otp_batch_input *input)
{
	char *text = input->text;

	input->format = text[strspn(text, " \t")] == '{' ? JSON : CSV;
	return input->format == CSV ? read_header(input) : OTP_BATCH_ROW;
}

/* --- CSV ---------------------------------------------------------------- */

static enum otp_batch_read
read_header(struct otp_batch_input *input)
{
	const char *sign = strpbrk(input->text, ",;\t");
	char *fields[COLUMNS];
	bool known = false, has_user = false;
	int count = 0;

	input->separator = ',';
	if (sign != NULL)
		input->separator = *sign;
	count = otp_csv_split(input->text, input->separator, fields, COLUMNS);
	known = count > 0 && count <= COLUMNS;
	for (int i = 0; known && i < count; i++) {
		known = add_column(input, fields[i]);
		has_user = has_user || (known && input->column[i] == USER);
	}
	if (known && has_user)
		return OTP_BATCH_ROW;
	if (known)
		otp_complain(
		    _("Line %lu: there is no column \"user\"."), input->line);
	otp_complain(_("The first line must name the columns, such as "
		       "'user,label,kind', or every line must be a JSON "
		       "object."));
	return OTP_BATCH_FAILED;
}

/* False: it was said what is wrong with NAME. */
static bool
add_column(struct otp_batch_input *input, const char *name)
{
	const char *text = name;
	size_t length = strlen(name);
	unsigned field = 0;

	(void)otp_import_trim(&text, &length);
	while (field < FIELDS &&
	    (length != strlen(names[field]) ||
		strncasecmp(text, names[field], length) != 0))
		field++;
	if (field == FIELDS) {
		otp_complain(_("Line %lu: \"%s\" is not a known column."),
		    input->line, otp_escaped(name).text);
		return false;
	}
	for (unsigned i = 0; i < input->columns; i++) {
		if (input->column[i] != (enum field)field)
			continue;
		otp_complain(_("Line %lu: the column \"%s\" appears twice."),
		    input->line, names[field]);
		return false;
	}
	input->column[input->columns++] = (enum field)field;
	return true;
}

static enum otp_batch_read
read_csv(struct otp_batch_input *input, struct otp_batch_row *ret_row)
{
	const char *values[FIELDS] = { NULL };
	char *fields[COLUMNS];
	int count =
	    otp_csv_split(input->text, input->separator, fields, COLUMNS);

	if (count < 0) {
		otp_complain(
		    _("Line %lu: a quotation mark is out of place or missing."),
		    input->line);
		return OTP_BATCH_BAD;
	}
	if ((unsigned)count != input->columns) {
		otp_complain(ngettext("Line %lu: expected %u field, found %d.",
				 "Line %lu: expected %u fields, found %d.",
				 input->columns),
		    input->line, input->columns, count);
		return OTP_BATCH_BAD;
	}
	for (int i = 0; i < count; i++)
		values[input->column[i]] = fields[i];
	return make_row(input, values, ret_row);
}

/* --- JSON --------------------------------------------------------------- */

static enum otp_batch_read
read_json(const struct otp_batch_input *input, struct otp_batch_row *ret_row)
{
	const char *values[FIELDS] = { NULL };
	enum otp_batch_read result = OTP_BATCH_BAD;
	const char *other = NULL;
	json_t *object = json_loads(input->text, JSON_REJECT_DUPLICATES, NULL);

	if (!json_is_object(object)) {
		otp_complain(_("Line %lu is not a JSON object."), input->line);
		goto out;
	}
	other = find_other_key(object);
	if (other != NULL) {
		otp_complain(_("Line %lu: \"%s\" is not a known key."),
		    input->line, otp_escaped(other).text);
		goto out;
	}
	for (unsigned i = 0; i < FIELDS; i++) {
		if (!json_text(object, names[i], &values[i])) {
			otp_complain(_("Line %lu: the value of \"%s\" is not "
				       "a string."),
			    input->line, names[i]);
			goto out;
		}
	}
	result = make_row(input, values, ret_row);
out:
	json_decref(object);
	return result;
}

/* A key of OBJECT's that a list does not have, or NULL. */
static const char *
find_other_key(json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		bool known = false;

		for (unsigned i = 0; i < FIELDS; i++)
			known = known || strcmp(key, names[i]) == 0;
		if (!known)
			return key;
	}
	return NULL;
}

/* KEY's text, if it is there and not null.  False: it is not a string. */
static bool
json_text(json_t *object, const char *key, const char **ret_text)
{
	const json_t *value = json_object_get(object, key);

	if (value == NULL || json_is_null(value))
		return true;
	if (!json_is_string(value))
		return false;
	*ret_text = json_string_value(value);
	return true;
}

/* --- Rows --------------------------------------------------------------- */

/* A row of the fields' VALUES; NULL is one that is not given. */
static enum otp_batch_read
make_row(const struct otp_batch_input *input, const char *const values[FIELDS],
    struct otp_batch_row *ret_row)
{
	struct otp_batch_row row = { .line = input->line };
	const char *kind = values[KIND] != NULL ? values[KIND] : "";

	if (values[USER] == NULL || values[USER][0] == '\0') {
		otp_complain(_("Line %lu has no user name."), input->line);
		return OTP_BATCH_BAD;
	}
	if (!otp_import_name_is_plain(values[USER])) {
		otp_complain(
		    _("Line %lu: the user name \"%s\" contains a blank "
		      "at an end or an invisible character."),
		    input->line, otp_escaped(values[USER]).text);
		return OTP_BATCH_BAD;
	}
	if (!copy(values[USER], row.user, sizeof(row.user))) {
		otp_complain(
		    _("Line %lu: the user name is too long."), input->line);
		return OTP_BATCH_BAD;
	}
	if (values[LABEL] != NULL &&
	    !copy(values[LABEL], row.label, sizeof(row.label))) {
		otp_complain(_("Line %lu: the label is longer than %d bytes."),
		    input->line, OTP_LABEL_SIZE - 1);
		return OTP_BATCH_BAD;
	}
	if (values[ADDRESS] != NULL &&
	    !copy(values[ADDRESS], row.address, sizeof(row.address))) {
		otp_complain(
		    _("Line %lu: the address is longer than %d bytes."),
		    input->line, OTP_ADDRESS_SIZE - 1);
		return OTP_BATCH_BAD;
	}
	if (strcasecmp(kind, "totp") == 0) {
		row.kind = OTP_TOTP;
	} else if (strcasecmp(kind, "hotp") == 0) {
		row.kind = OTP_HOTP;
	} else if (kind[0] != '\0') {
		otp_complain(_("Line %lu: the kind is \"%s\", not \"totp\" or "
			       "\"hotp\"."),
		    input->line, otp_escaped(kind).text);
		return OTP_BATCH_BAD;
	}
	*ret_row = row;
	return OTP_BATCH_ROW;
}

static bool
copy(const char *text, char *ret_text, size_t size)
{
	size_t length = strlen(text);

	if (length >= size)
		return false;
	memcpy(ret_text, text, length + 1);
	return true;
}
