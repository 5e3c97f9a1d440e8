/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "batch_input.h"
#include "language.h"
#include "output.h"

#define BOM "\xef\xbb\xbf" /* as spreadsheets put before UTF-8 */

enum field {
	USER,
	LABEL,
	KIND,
	FIELDS,
};

static const char *const names[FIELDS] = { "user", "label", "kind" };

enum format {
	UNKNOWN = 0,
	CSV,
	JSON,
};

struct otp_batch_input {
	FILE *file;
	enum format format;
	unsigned columns;
	enum field column[FIELDS]; /* of CSV: what stands where */
	unsigned long line;
	char text[OTP_BATCH_LINE];
};

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

static enum otp_batch_read
bad(const struct otp_batch_input *input, const char *why)
{
	/* TRANSLATORS: Line 3 "is too long", "names no user", ... */
	otp_complain(_("Line %lu %s."), input->line, _(why));
	return OTP_BATCH_BAD;
}

/* --- Lines -------------------------------------------------------------- */

/* One line, of which no more is kept than there is room for. */
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
	if (length == sizeof(input->text))
		return bad(input, N_("is too long"));
	if (nul)
		return bad(input, N_("has a NUL byte in it"));
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

static bool
copy(const char *text, char *ret_text, size_t size)
{
	size_t length = strlen(text);

	if (length >= size)
		return false;
	memcpy(ret_text, text, length + 1);
	return true;
}

/* A row of what the fields say; NULL is one that is not given. */
static enum otp_batch_read
take_row(const struct otp_batch_input *input, const char *const values[FIELDS],
    struct otp_batch_row *ret_row)
{
	struct otp_batch_row row = { .line = input->line };
	const char *kind = values[KIND] != NULL ? values[KIND] : "";

	if (values[USER] == NULL || values[USER][0] == '\0')
		return bad(input, N_("names no user"));
	if (!copy(values[USER], row.user, sizeof(row.user)))
		return bad(input, N_("has a user's name that is too long"));
	if (values[LABEL] != NULL &&
	    !copy(values[LABEL], row.label, sizeof(row.label)))
		return bad(input, N_("has a label of more than 255 bytes"));
	if (strcasecmp(kind, "totp") == 0)
		row.kind = OTP_TOTP;
	else if (strcasecmp(kind, "hotp") == 0)
		row.kind = OTP_HOTP;
	else if (kind[0] != '\0')
		return bad(
		    input, N_("has a kind that is neither totp nor hotp"));
	*ret_row = row;
	return OTP_BATCH_ROW;
}

/* --- JSON --------------------------------------------------------------- */

static const char *
take_value(json_t *object, const char *key, const char **ret_value)
{
	const json_t *value = json_object_get(object, key);

	if (value == NULL || json_is_null(value))
		return NULL;
	if (!json_is_string(value))
		return N_("has a value that is no text");
	*ret_value = json_string_value(value);
	return NULL;
}

static bool
has_other_keys(json_t *object)
{
	size_t known = 0;

	for (unsigned i = 0; i < FIELDS; i++)
		if (json_object_get(object, names[i]) != NULL)
			known++;
	return known != json_object_size(object);
}

static enum otp_batch_read
read_json(const struct otp_batch_input *input, struct otp_batch_row *ret_row)
{
	const char *values[FIELDS] = { NULL };
	enum otp_batch_read result;
	const char *why = NULL;
	json_t *object = json_loads(input->text, JSON_REJECT_DUPLICATES, NULL);

	if (!json_is_object(object))
		why = N_("is no JSON object");
	else if (has_other_keys(object))
		why = N_("has a key other than user, label and kind");
	for (unsigned i = 0; i < FIELDS && why == NULL; i++)
		why = take_value(object, names[i], &values[i]);
	result =
	    why != NULL ? bad(input, why) : take_row(input, values, ret_row);
	json_decref(object);
	return result;
}

/* --- CSV ---------------------------------------------------------------- */

/* "a ""b""" at *AT as a "b", in place; *AT goes behind it.  NULL: no end. */
static char *
unquote(char **at)
{
	char *begin = *at, *to = *at;
	const char *from = begin + 1;

	for (;; from++) {
		if (*from == '\0')
			return NULL;
		/* NOLINTNEXTLINE(bugprone-inc-dec-in-conditions): && is in order */
		if (*from == '"' && *++from != '"')
			break;
		*to++ = *from;
	}
	*at = begin + (from - begin);
	if (**at != ',' && **at != '\0')
		return NULL;
	/* TO is not beyond FROM: the comma, or the end, is still needed. */
	if (**at == ',')
		(*at)++;
	else
		*at = NULL;
	*to = '\0';
	return begin;
}

static char *
next_field(char **at)
{
	char *begin = *at;

	if (*begin == '"')
		return unquote(at);
	*at = strchr(begin, ',');
	if (*at != NULL)
		*(*at)++ = '\0';
	return strchr(begin, '"') == NULL ? begin : NULL;
}

/* Split TEXT into at most FIELDS; -1: it is not CSV, or has more. */
static int
split(char *text, char *ret_fields[FIELDS])
{
	char *at = text;
	int count = 0;

	while (at != NULL) {
		if (count == FIELDS)
			return -1;
		ret_fields[count] = next_field(&at);
		if (ret_fields[count++] == NULL)
			return -1;
	}
	return count;
}

static bool
take_column(struct otp_batch_input *input, const char *name)
{
	for (unsigned i = 0; i < FIELDS; i++) {
		if (strcasecmp(name, names[i]) != 0)
			continue;
		for (unsigned j = 0; j < input->columns; j++)
			if (input->column[j] == (enum field)i)
				return false;
		input->column[input->columns++] = (enum field)i;
		return true;
	}
	return false;
}

static enum otp_batch_read
read_header(struct otp_batch_input *input)
{
	char *fields[FIELDS];
	int count = split(input->text, fields);
	bool has_user = false;

	for (int i = 0; i < count; i++) {
		if (!take_column(input, fields[i]))
			count = -1;
		else if (input->column[i] == USER)
			has_user = true;
	}
	if (count > 0 && has_user)
		return OTP_BATCH_ROW;
	otp_complain(_("The list has to begin with the names of its columns, "
		       "`user,label,kind', or be a JSON object a line."));
	return OTP_BATCH_FAILED;
}

static enum otp_batch_read
read_csv(struct otp_batch_input *input, struct otp_batch_row *ret_row)
{
	const char *values[FIELDS] = { NULL };
	char *fields[FIELDS];
	int count = split(input->text, fields);

	if (count < 0)
		return bad(input, N_("is no CSV of three columns"));
	if ((unsigned)count != input->columns)
		return bad(input, N_("has not as many fields as the header"));
	for (int i = 0; i < count; i++)
		values[input->column[i]] = fields[i];
	return take_row(input, values, ret_row);
}

/* --- All of it ---------------------------------------------------------- */

/* What the first line says of those to come. */
static enum otp_batch_read
find_format(struct otp_batch_input *input)
{
	char *text = input->text;

	if (strncmp(text, BOM, strlen(BOM)) == 0)
		memmove(
		    text, text + strlen(BOM), strlen(text + strlen(BOM)) + 1);
	input->format = text[strspn(text, " \t")] == '{' ? JSON : CSV;
	return input->format == CSV ? read_header(input) : OTP_BATCH_ROW;
}

enum otp_batch_read
otp_batch_next(struct otp_batch_input *input, struct otp_batch_row *ret_row)
{
	for (;;) {
		bool first = input->format == UNKNOWN;
		enum otp_batch_read result = read_line(input);

		/* Without a header nobody knows what the others mean. */
		if (first && result == OTP_BATCH_BAD)
			return OTP_BATCH_FAILED;
		if (result != OTP_BATCH_ROW)
			return result;
		if (is_blank(input->text))
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
