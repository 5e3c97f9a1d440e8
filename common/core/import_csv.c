/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/import_csv.h"

#include <string.h>

#include "common/core/csv.h"
#include "common/core/import_algorithm.h"
#include "common/core/import_number.h"
#include "common/core/import_parameter.h"
#include "common/core/import_secret.h"
#include "common/core/letter.h"
#include "common/core/wipe.h"

enum column {
	LEFT_OUT = 0,
	USER,
	SERIAL,
	SECRET,
	BASE32,
	HEX,
	LABEL,
	ISSUER,
	KIND,
	ALGORITHM,
	DIGITS,
	PERIOD,
	COUNTER,
	COLUMNS,
};

/* A line in fields, which are in TEXT.  A secret. */
struct fields {
	int count;
	char *at[OTP_IMPORT_CSV_COLUMNS];
	char text[OTP_IMPORT_CSV_LINE + 1];
};

/* The values of a row, each "" if there is none. */
struct values {
	const char *of[COLUMNS];
};

static enum otp_err split(const char *line, size_t length, char separator,
    struct fields *ret_fields, struct otp_fault *fault);
static char find_separator(const char *line, size_t length);
static enum column find_column(const char *name, size_t length);
static bool make_plain(
    const char *text, size_t length, char ret_plain[OTP_FAULT_NAME_SIZE]);
static enum otp_err add_column(struct otp_import_csv *csv, int index,
    const char *name, const struct otp_import_teller *teller,
    struct otp_fault *fault);
static bool is_secret_column(enum column column);
static enum otp_err collect(const struct otp_import_csv *csv,
    struct fields *fields, struct values *ret_values, struct otp_fault *fault);
static enum otp_err read_values(const struct values *values,
    const struct otp_import_teller *teller, struct otp_import_csv_row *row,
    struct otp_fault *fault);
static enum otp_err read_secret(const struct values *values,
    const struct otp_import_teller *teller, struct otp_token *token,
    struct otp_fault *fault);
static enum otp_err read_kind(const struct values *values,
    const struct otp_import_teller *teller, struct otp_token *token,
    struct otp_fault *fault);
static bool find_kind(const char *text, enum otp_kind *ret_kind);
static enum otp_err read_algorithm(const char *text,
    const struct otp_import_teller *teller, struct otp_token *token,
    struct otp_fault *fault);
static enum otp_err copy(
    const char *text, char *ret_text, size_t size, struct otp_fault *fault);

bool
otp_import_csv_is(const char *line, size_t length)
{
	static const char separators[] = ",;\t";

	if (find_separator(line, length) != '\0')
		return true;
	/* A header without a secret: that is the fault to tell. */
	for (const char *sign = separators; *sign != '\0'; sign++) {
		struct fields fields;
		int known = 0;

		if (split(line, length, *sign, &fields, NULL) != OTP_OK)
			continue;
		for (int i = 0; i < fields.count; i++)
			known += find_column(fields.at[i],
				     strlen(fields.at[i])) != LEFT_OUT;
		if (known >= 2)
			return true;
	}
	return false;
}

/* "2308726530001,3132...,TOTP,6,30": a field of it is a secret. */
bool
otp_import_csv_is_headless(const char *line, size_t length)
{
	static const char separators[] = ",;\t";
	bool is = false;

	for (const char *sign = separators; *sign != '\0' && !is; sign++) {
		struct otp_token token = { 0 };
		struct fields fields;

		if (split(line, length, *sign, &fields, NULL) != OTP_OK)
			continue;
		for (int i = 0; i < fields.count && fields.count > 1; i++) {
			const char *text = fields.at[i];

			if (otp_import_secret_base32(text, strlen(text), NULL,
				&token, NULL) == OTP_OK ||
			    otp_import_secret_hex(text, strlen(text), NULL,
				&token, NULL) == OTP_OK)
				is = true;
		}
		otp_wipe(&token, sizeof(token));
		otp_wipe(&fields, sizeof(fields));
	}
	return is;
}

/* A tab may have been trimmed off its end. */
bool
otp_import_csv_is_separator(const char *line, size_t length)
{
	if (length > 2 && line[0] == '"' && line[length - 1] == '"') {
		line++;
		length -= 2;
	}
	if (length == 5 &&
	    (line[4] == ',' || line[4] == ';' || line[4] == '\t'))
		length--;
	return length == 4 && otp_is_word(line, 4, "sep=");
}

bool
otp_import_csv_has_users(const struct otp_import_csv *csv)
{
	for (int i = 0; i < csv->columns; i++)
		if (csv->at[i] == USER)
			return true;
	return false;
}

/* --- The header --------------------------------------------------------- */

enum otp_err
otp_import_csv_header(const char *line, size_t length,
    const struct otp_import_teller *teller, struct otp_import_csv *ret_csv,
    struct otp_fault *fault)
{
	struct otp_import_csv csv = { .separator =
					  find_separator(line, length) };
	enum otp_err err = OTP_OK;
	struct fields fields;

	if (csv.separator == '\0')
		return otp_fault_set(
		    fault, OTP_ERR_PARSE, 0, NULL, OTP_DETAIL_CSV_HEADER);
	err = split(line, length, csv.separator, &fields, fault);
	for (int i = 0; err == OTP_OK && i < fields.count; i++)
		err = add_column(&csv, i, fields.at[i], teller, fault);
	if (err == OTP_OK)
		*ret_csv = csv;
	return err;
}

/* The first separator by which LINE names a column of secrets, or NUL. */
static char
find_separator(const char *line, size_t length)
{
	static const char separators[] = ",;\t";

	for (const char *sign = separators; *sign != '\0'; sign++) {
		struct fields fields;

		if (split(line, length, *sign, &fields, NULL) != OTP_OK)
			continue;
		for (int i = 0; i < fields.count && fields.count > 1; i++)
			if (is_secret_column(find_column(
				fields.at[i], strlen(fields.at[i]))))
				return *sign;
	}
	return '\0';
}

static bool
is_secret_column(enum column column)
{
	return column == SECRET || column == BASE32 || column == HEX;
}

/* Signs between letters are left out: "serial number", "Serial_Number". */
static enum column
find_column(const char *name, size_t length)
{
	static const struct {
		const char *name;
		enum column column;
	} names[] = { { "user", USER }, { "username", USER }, { "upn", USER },
		{ "login", USER }, { "account", USER }, { "serial", SERIAL },
		{ "serialnumber", SERIAL }, { "serialno", SERIAL },
		{ "tokenserial", SERIAL }, { "secret", SECRET },
		{ "secretkey", SECRET }, { "seed", SECRET }, { "key", SECRET },
		{ "tokensecret", SECRET }, { "sharedsecret", SECRET },
		{ "otpsecret", SECRET }, { "totpsecret", SECRET },
		{ "tokenseed", SECRET }, { "secretseed", SECRET },
		{ "base32", BASE32 }, { "secretbase32", BASE32 },
		{ "base32secret", BASE32 }, { "hex", HEX },
		{ "secrethex", HEX }, { "hexsecret", HEX }, { "seedhex", HEX },
		{ "hexseed", HEX }, { "label", LABEL }, { "issuer", ISSUER },
		{ "kind", KIND }, { "type", KIND }, { "tokentype", KIND },
		{ "algorithm", ALGORITHM }, { "hash", ALGORITHM },
		{ "digits", DIGITS }, { "otpdigits", DIGITS },
		{ "otplength", DIGITS }, { "otplen", DIGITS },
		{ "period", PERIOD }, { "interval", PERIOD },
		{ "timeinterval", PERIOD }, { "timestep", PERIOD },
		{ "counter", COUNTER } };
	char plain[OTP_FAULT_NAME_SIZE];

	if (!make_plain(name, length, plain))
		return LEFT_OUT;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(plain, names[i].name) == 0)
			return names[i].column;
	return LEFT_OUT;
}

/* In lower case and without signs; false: it is too long for a known word. */
static bool
make_plain(const char *text, size_t length, char ret_plain[OTP_FAULT_NAME_SIZE])
{
	size_t size = 0;

	for (size_t i = 0; i < length; i++) {
		if (strchr(" _-.()", text[i]) != NULL && text[i] != '\0')
			continue;
		if (size + 1 == OTP_FAULT_NAME_SIZE)
			return false;
		ret_plain[size++] = otp_lower(text[i]);
	}
	ret_plain[size] = '\0';
	return true;
}

static enum otp_err
add_column(struct otp_import_csv *csv, int index, const char *name,
    const struct otp_import_teller *teller, struct otp_fault *fault)
{
	size_t length = strlen(name);
	enum column column = find_column(name, length);

	for (int i = 0; i < index && column != LEFT_OUT; i++)
		if (csv->at[i] == column ||
		    (is_secret_column(csv->at[i]) && is_secret_column(column)))
			return otp_import_refused(
			    fault, OTP_DETAIL_COLUMN_TWICE, name, length);
	if (column == LEFT_OUT &&
	    otp_import_parameter_find(name, length) == OTP_IMPORT_SUSPECT)
		return otp_import_refused(
		    fault, OTP_DETAIL_COLUMN_SUSPECT, name, length);
	if (column == LEFT_OUT)
		otp_import_tell(
		    teller, OTP_DETAIL_CHANGED_COLUMN, name, length);
	csv->at[index] = (unsigned char)column;
	csv->columns = index + 1;
	return OTP_OK;
}

/* --- Rows --------------------------------------------------------------- */

enum otp_err
otp_import_csv_parse(const struct otp_import_csv *csv, const char *line,
    size_t length, const struct otp_import_teller *teller,
    struct otp_import_csv_row *ret_row, struct otp_fault *fault)
{
	struct values values;
	struct fields fields;
	enum otp_err err = split(line, length, csv->separator, &fields, fault);

	memset(ret_row, 0, sizeof(*ret_row));
	if (err == OTP_OK)
		err = collect(csv, &fields, &values, fault);
	if (err == OTP_OK)
		err = read_values(&values, teller, ret_row, fault);
	if (err != OTP_OK)
		otp_wipe(&ret_row->token, sizeof(ret_row->token));
	otp_wipe(&fields, sizeof(fields));
	return err;
}

static enum otp_err
split(const char *line, size_t length, char separator,
    struct fields *ret_fields, struct otp_fault *fault)
{
	ret_fields->count = 0;
	(void)otp_import_trim(&line, &length);
	if (length >= sizeof(ret_fields->text))
		return otp_fault_set_number(fault, OTP_ERR_PARSE, NULL,
		    OTP_DETAIL_LINE_LONGER, OTP_IMPORT_CSV_LINE);
	memcpy(ret_fields->text, line, length);
	ret_fields->text[length] = '\0';
	if (strlen(ret_fields->text) != length)
		return otp_fault_set(
		    fault, OTP_ERR_PARSE, 0, NULL, OTP_DETAIL_NUL_BYTE);
	ret_fields->count = otp_csv_split(ret_fields->text, separator,
	    ret_fields->at, OTP_IMPORT_CSV_COLUMNS);
	if (ret_fields->count >= 0 &&
	    ret_fields->count <= OTP_IMPORT_CSV_COLUMNS)
		return OTP_OK;
	if (ret_fields->count < 0)
		return otp_fault_set(
		    fault, OTP_ERR_PARSE, 0, NULL, OTP_DETAIL_ODD_QUOTE);
	return otp_fault_set_number(fault, OTP_ERR_PARSE, NULL,
	    OTP_DETAIL_COLUMNS, OTP_IMPORT_CSV_COLUMNS);
}

static enum otp_err
collect(const struct otp_import_csv *csv, struct fields *fields,
    struct values *ret_values, struct otp_fault *fault)
{
	if (fields->count != csv->columns) {
		if (fault != NULL)
			fault->numbers[1] = (unsigned long)fields->count;
		return otp_fault_set_number(fault, OTP_ERR_PARSE, NULL,
		    OTP_DETAIL_FIELDS, (unsigned long)csv->columns);
	}
	for (int i = 0; i < COLUMNS; i++)
		ret_values->of[i] = "";
	for (int i = 0; i < fields->count; i++) {
		const char *text = fields->at[i];
		size_t length = strlen(text);

		(void)otp_import_trim(&text, &length);
		fields->at[i] += text - fields->at[i];
		fields->at[i][length] = '\0';
		ret_values->of[csv->at[i]] = fields->at[i];
	}
	return OTP_OK;
}

static enum otp_err
read_values(const struct values *values, const struct otp_import_teller *teller,
    struct otp_import_csv_row *row, struct otp_fault *fault)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): all are set */
	const char *label = values->of[LABEL];
	struct otp_token *token = &row->token;
	const char *digits = values->of[DIGITS];
	enum otp_err err;

	if (label[0] == '\0')
		label = values->of[SERIAL];
	err = copy(values->of[USER], row->user, sizeof(row->user), fault);
	if (err == OTP_OK)
		err = copy(values->of[SERIAL], row->serial, sizeof(row->serial),
		    fault);
	if (err == OTP_OK)
		err = copy(label, token->label, sizeof(token->label), fault);
	if (err == OTP_OK)
		err = copy(values->of[ISSUER], token->issuer,
		    sizeof(token->issuer), fault);
	if (err == OTP_OK)
		err = read_kind(values, teller, token, fault);
	if (err == OTP_OK)
		err =
		    read_algorithm(values->of[ALGORITHM], teller, token, fault);
	token->digits = OTP_DIGITS_DEFAULT;
	if (err == OTP_OK && digits[0] != '\0')
		err = otp_import_digits(
		    digits, strlen(digits), &token->digits, fault);
	if (err == OTP_OK)
		err = read_secret(values, teller, token, fault);
	return err;
}

static enum otp_err
copy(const char *text, char *ret_text, size_t size, struct otp_fault *fault)
{
	size_t length = strlen(text);

	if (length >= size)
		return otp_fault_set(
		    fault, OTP_ERR_PARSE, 0, NULL, OTP_DETAIL_TOO_LONG);
	memcpy(ret_text, text, length + 1);
	return OTP_OK;
}

/* "TOTP", "event"; without a kind by the clock, unless there is a counter. */
static enum otp_err
read_kind(const struct values *values, const struct otp_import_teller *teller,
    struct otp_token *token, struct otp_fault *fault)
{
	const char *kind = values->of[KIND];
	const char *period = values->of[PERIOD], *counter = values->of[COUNTER];
	bool known = find_kind(kind, &token->kind);

	if (known && token->kind == OTP_HOTP) {
		if (period[0] != '\0')
			otp_import_tell(teller, OTP_DETAIL_CHANGED_KIND,
			    "period", strlen("period"));
		if (counter[0] == '\0')
			return OTP_OK;
		return otp_import_counter(
		    counter, strlen(counter), &token->counter, fault);
	}
	if (!known && (kind[0] != '\0' || counter[0] != '\0'))
		return otp_import_refused(
		    fault, OTP_DETAIL_UNKNOWN_KIND, kind, strlen(kind));
	token->kind = OTP_TOTP;
	if (counter[0] != '\0')
		otp_import_tell(teller, OTP_DETAIL_CHANGED_KIND, "counter",
		    strlen("counter"));
	token->period = OTP_PERIOD_DEFAULT;
	if (period[0] == '\0')
		return OTP_OK;
	return otp_import_period(period, strlen(period), &token->period, fault);
}

/* "OATH-TOTP", "time-based", "event"; or neither. */
static bool
find_kind(const char *text, enum otp_kind *ret_kind)
{
	static const struct {
		const char *name;
		enum otp_kind kind;
	} kinds[] = { { "totp", OTP_TOTP }, { "time", OTP_TOTP },
		{ "timebased", OTP_TOTP }, { "oathtotp", OTP_TOTP },
		{ "hotp", OTP_HOTP }, { "event", OTP_HOTP },
		{ "eventbased", OTP_HOTP }, { "counter", OTP_HOTP },
		{ "counterbased", OTP_HOTP }, { "oathhotp", OTP_HOTP } };
	char plain[OTP_FAULT_NAME_SIZE];

	if (!make_plain(text, strlen(text), plain))
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(plain, kinds[i].name) != 0)
			continue;
		*ret_kind = kinds[i].kind;
		return true;
	}
	return false;
}

static enum otp_err
read_algorithm(const char *text, const struct otp_import_teller *teller,
    struct otp_token *token, struct otp_fault *fault)
{
	token->hash = OTP_SHA1;
	if (text[0] == '\0')
		return OTP_OK;
	return otp_import_algorithm_read(
	    text, strlen(text), teller, &token->hash, fault);
}

/*
 * A digit of 0, 1, 8 and 9 is not base32's, a letter after F not hexadecimal.
 */
static enum otp_err
read_secret(const struct values *values, const struct otp_import_teller *teller,
    struct otp_token *token, struct otp_fault *fault)
{
	const char *text = values->of[SECRET];
	bool hex = values->of[HEX][0] != '\0', base32 = !hex;

	if (hex)
		text = values->of[HEX];
	if (values->of[BASE32][0] != '\0')
		text = values->of[BASE32];
	if (text[0] == '\0')
		return otp_fault_set(
		    fault, OTP_ERR_PARSE, 0, NULL, OTP_DETAIL_NO_SECRET);
	if (text == values->of[SECRET]) {
		hex = strpbrk(text, "0189") != NULL;
		base32 = strpbrk(text,
			     "GHIJKLMNOPQRSTUVWXYZ"
			     "ghijklmnopqrstuvwxyz=") != NULL;
		if (!hex && !base32)
			return otp_fault_set(fault, OTP_ERR_PARSE, 0, NULL,
			    OTP_DETAIL_SECRET_AMBIGUOUS);
	}
	return base32
	    ? otp_import_secret_base32(text, strlen(text), teller, token, fault)
	    : otp_import_secret_hex(text, strlen(text), teller, token, fault);
}
