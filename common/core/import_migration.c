/* SPDX-License-Identifier: BSD-2-Clause */
/* URI -> base64 -> message -> one token of it */
#include "config.h"

#include "common/core/import_migration.h"

#include <string.h>

#include "common/core/decimal.h"
#include "common/core/import_isolate.h"
#include "common/core/import_number.h"
#include "common/core/import_secret.h"
#include "common/core/percent.h"
#include "common/core/wipe.h"

#define SCHEME	    "otpauth-migration://"
#define DATA	    "data="
#define VERSION	    1
#define MD5	    4 /* the app's number for it */
#define BATCHES_MAX 100
#define VARINT_MAX  10 /* bytes of a number */

/* The fields of the message, and of a token in it. */
enum {
	TOKENS = 1,
	VERSION_FIELD,
	BATCH_COUNT,
	BATCH_INDEX,
	BATCH_ID
};
enum {
	SECRET = 1,
	NAME,
	ISSUER,
	ALGORITHM,
	DIGITS,
	TYPE,
	COUNTER,
	UNIQUE_ID, /* of the app's own */
	FIELDS,
};

/* The wire types that the message has. */
enum {
	NUMBER = 0,
	BYTES = 2
};

/* What is left of a message. */
struct message {
	const uint8_t *at;
	size_t left;
};

struct field {
	unsigned number;
	unsigned type;	      /* NUMBER or BYTES */
	uint64_t value;	      /* of NUMBER */
	struct message bytes; /* of BYTES */
};

static const char *find_data(const char *uri, size_t length);
static enum otp_err decode_data(const char *text, size_t length,
    struct otp_import_migration *migration, struct otp_fault *fault);
static bool decode_base64(
    const char *text, struct otp_import_migration *migration);
static int base64_value(char c);
static enum otp_err read_message(
    struct otp_import_migration *migration, struct otp_fault *fault);
static enum otp_err take_field(const struct field *field,
    struct otp_import_migration *migration, struct otp_fault *fault);
static enum otp_err check_tokens(
    const struct otp_import_migration *migration, struct otp_fault *fault);
static enum otp_err read_token(
    struct message message, struct otp_token *token, struct otp_fault *fault);
static enum otp_err check_field(
    const struct field *field, unsigned *seen, struct otp_fault *fault);
static enum otp_err take_bytes(struct message bytes, void *ret_bytes,
    size_t size, size_t *ret_size, struct otp_fault *fault);
static enum otp_err take_name(struct message bytes,
    char ret_name[OTP_LABEL_SIZE], struct otp_fault *fault);
static enum otp_err take_number(const struct field *field,
    struct otp_token *token, struct otp_fault *fault);
static enum otp_err conclude(struct otp_token *token, struct otp_fault *fault);
static bool next_field(struct message *message, struct field *ret_field);
static bool next_number(struct message *message, uint64_t *ret_number);
static enum otp_err refuse(struct otp_fault *fault, enum otp_detail detail);
static enum otp_err refuse_value(
    struct otp_fault *fault, enum otp_detail detail, uint64_t value);
static enum otp_err refuse_number(
    struct otp_fault *fault, enum otp_detail detail, uint64_t number);

bool
otp_import_migration_is(const char *line, size_t length)
{
	return otp_import_isolate_find(line, length, SCHEME) != NULL;
}

enum otp_err
otp_import_migration_parse(const char *line, size_t length,
    const struct otp_import_teller *teller,
    struct otp_import_migration *ret_migration, struct otp_fault *fault)
{
	const char *uri = line, *data = NULL;
	enum otp_err err;

	memset(ret_migration, 0, sizeof(*ret_migration));
	if (length > OTP_IMPORT_MIGRATION_LINE)
		return refuse(fault, OTP_DETAIL_MIGRATION_DATA);
	err = otp_import_isolate(&uri, &length, SCHEME, teller, fault);
	if (err != OTP_OK)
		return err;
	data = find_data(uri, length);
	if (data == NULL)
		return refuse(fault, OTP_DETAIL_MIGRATION_DATA);
	err = decode_data(
	    data, length - (size_t)(data - uri), ret_migration, fault);
	if (err == OTP_OK)
		err = read_message(ret_migration, fault);
	if (err == OTP_OK)
		err = check_tokens(ret_migration, fault);
	if (err != OTP_OK)
		otp_wipe(ret_migration, sizeof(*ret_migration));
	return err;
}

/* What follows "data=", a parameter of URI's. */
static const char *
find_data(const char *uri, size_t length)
{
	for (size_t i = 1; i + strlen(DATA) <= length; i++)
		if (strchr("?&;", uri[i - 1]) != NULL && uri[i - 1] != '\0' &&
		    memcmp(uri + i, DATA, strlen(DATA)) == 0)
			return uri + i + strlen(DATA);
	return NULL;
}

enum otp_err
otp_import_migration_token(const struct otp_import_migration *migration,
    unsigned index, struct otp_token *ret_token, struct otp_fault *fault)
{
	struct message message = { migration->message, migration->size };
	struct otp_token token = { 0 };
	enum otp_err err = OTP_ERR_PARSE;
	struct field field;

	while (next_field(&message, &field)) {
		if (field.number != TOKENS || index-- > 0)
			continue;
		err = read_token(field.bytes, &token, fault);
		break;
	}
	if (err == OTP_OK)
		*ret_token = token;
	otp_wipe(&token, sizeof(token));
	return err;
}

/* --- base64 ------------------------------------------------------------- */

static enum otp_err
decode_data(const char *text, size_t length,
    struct otp_import_migration *migration, struct otp_fault *fault)
{
	char plain[OTP_IMPORT_MIGRATION_LINE + 1];
	const char *end = memchr(text, '&', length);
	bool decoded;

	if (end != NULL)
		length = (size_t)(end - text);
	(void)otp_import_trim(&text, &length);
	decoded = otp_percent_decode(text, length, plain, sizeof(plain)) &&
	    decode_base64(plain, migration);
	otp_wipe(plain, sizeof(plain));
	return decoded ? OTP_OK : refuse(fault, OTP_DETAIL_MIGRATION_DATA);
}

/* Either alphabet, with or without padding. */
static bool
decode_base64(const char *text, struct otp_import_migration *migration)
{
	size_t length = strlen(text);
	unsigned pending = 0;
	uint32_t bits = 0;

	while (length > 0 && text[length - 1] == '=')
		length--;
	if (length % 4 == 1)
		return false;
	for (size_t i = 0; i < length; i++) {
		int value = base64_value(text[i]);

		if (value < 0)
			return false;
		bits = (bits << 6 | (uint32_t)value) & 0xffff;
		pending += 6;
		if (pending < 8)
			continue;
		pending -= 8;
		migration->message[migration->size++] =
		    (uint8_t)(bits >> pending);
	}
	return (bits & ((1U << pending) - 1)) == 0;
}

/* A '+' that went through a form is a blank. */
static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-' || c == ' ')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/* --- The message -------------------------------------------------------- */

static enum otp_err
read_message(struct otp_import_migration *migration, struct otp_fault *fault)
{
	struct message message = { migration->message, migration->size };
	struct field field;

	migration->count = 1;
	while (next_field(&message, &field)) {
		enum otp_err err = take_field(&field, migration, fault);

		if (err != OTP_OK)
			return err;
	}
	if (message.left > 0)
		return refuse(fault, OTP_DETAIL_MIGRATION_DATA);
	if (migration->tokens == 0)
		return refuse(fault, OTP_DETAIL_NO_TOKEN);
	if (migration->index >= migration->count)
		return refuse(fault, OTP_DETAIL_MIGRATION_DATA);
	return OTP_OK;
}

static enum otp_err
take_field(const struct field *field, struct otp_import_migration *migration,
    struct otp_fault *fault)
{
	if ((field->type == BYTES) != (field->number == TOKENS))
		return refuse_number(
		    fault, OTP_DETAIL_MIGRATION_FIELD, field->number);
	switch (field->number) {
	case TOKENS:
		migration->tokens++;
		return OTP_OK;
	case VERSION_FIELD:
		/*
		 * Later versions of the app write 2; the fields are the same.
		 */
		if (field->value > VERSION + 1)
			return refuse_number(
			    fault, OTP_DETAIL_MIGRATION_VERSION, field->value);
		return OTP_OK;
	case BATCH_COUNT:
	case BATCH_INDEX:
		if (field->value > BATCHES_MAX)
			break;
		if (field->number == BATCH_INDEX)
			migration->index = (unsigned)field->value;
		else if (field->value > 0)
			migration->count = (unsigned)field->value;
		return OTP_OK;
	case BATCH_ID:
		migration->id = field->value;
		return OTP_OK;
	default:
		break;
	}
	return refuse_number(fault, OTP_DETAIL_MIGRATION_FIELD, field->number);
}

/* Each can be read, or is whole and of a kind that the store does not have. */
static enum otp_err
check_tokens(
    const struct otp_import_migration *migration, struct otp_fault *fault)
{
	struct message message = { migration->message, migration->size };
	struct field field, inner;

	while (next_field(&message, &field)) {
		unsigned seen = 0;

		if (field.number != TOKENS)
			continue;
		while (next_field(&field.bytes, &inner)) {
			enum otp_err err = check_field(&inner, &seen, fault);

			if (err != OTP_OK)
				return err;
		}
		if (field.bytes.left > 0)
			return refuse(fault, OTP_DETAIL_MIGRATION_DATA);
	}
	return OTP_OK;
}

static enum otp_err
check_field(const struct field *field, unsigned *seen, struct otp_fault *fault)
{
	bool bytes = field->number <= ISSUER || field->number == UNIQUE_ID;

	if (field->number >= FIELDS || bytes != (field->type == BYTES) ||
	    (*seen & 1U << field->number) != 0)
		return refuse_number(
		    fault, OTP_DETAIL_MIGRATION_FIELD, field->number);
	*seen |= 1U << field->number;
	return OTP_OK;
}

/* --- A token ------------------------------------------------------------ */

static enum otp_err
read_token(
    struct message message, struct otp_token *token, struct otp_fault *fault)
{
	struct field field;

	token->hash = OTP_SHA1;
	token->digits = OTP_DIGITS_DEFAULT;
	while (next_field(&message, &field)) {
		enum otp_err err = OTP_OK;

		if (field.number == SECRET)
			err = take_bytes(field.bytes, token->secret,
			    sizeof(token->secret), &token->secret_size, fault);
		else if (field.number == NAME)
			err = take_name(field.bytes, token->label, fault);
		else if (field.number == ISSUER)
			err = take_name(field.bytes, token->issuer, fault);
		else if (field.type == NUMBER)
			err = take_number(&field, token, fault);
		if (err != OTP_OK)
			return err;
	}
	return conclude(token, fault);
}

static enum otp_err
take_bytes(struct message bytes, void *ret_bytes, size_t size, size_t *ret_size,
    struct otp_fault *fault)
{
	if (bytes.left > size)
		return refuse(fault, OTP_DETAIL_SECRET_LONG);
	if (bytes.left > 0)
		memcpy(ret_bytes, bytes.at, bytes.left);
	*ret_size = bytes.left;
	return OTP_OK;
}

static enum otp_err
take_name(struct message bytes, char ret_name[OTP_LABEL_SIZE],
    struct otp_fault *fault)
{
	if (bytes.left >= OTP_LABEL_SIZE)
		return refuse(fault, OTP_DETAIL_LABEL);
	ret_name[bytes.left] = '\0';
	if (bytes.left == 0)
		return OTP_OK;
	if (memchr(bytes.at, '\0', bytes.left) != NULL)
		return refuse(fault, OTP_DETAIL_NUL_BYTE);
	memcpy(ret_name, bytes.at, bytes.left);
	return OTP_OK;
}

/* The app's numbers; 0 is the default of each. */
static enum otp_err
take_number(
    const struct field *field, struct otp_token *token, struct otp_fault *fault)
{
	static const enum otp_hash hashes[] = { OTP_SHA1, OTP_SHA1, OTP_SHA256,
		OTP_SHA512 };
	static const unsigned digits[] = { 6, 6, 8 };
	const uint64_t value = field->value;

	switch (field->number) {
	case ALGORITHM:
		if (value >= sizeof(hashes) / sizeof(hashes[0]))
			return value == MD5
			    ? otp_import_refused(
				  fault, OTP_DETAIL_UNKNOWN_ALGORITHM, "MD5", 3)
			    : refuse_value(
				  fault, OTP_DETAIL_UNKNOWN_ALGORITHM, value);
		token->hash = hashes[value];
		return OTP_OK;
	case DIGITS:
		if (value >= sizeof(digits) / sizeof(digits[0]))
			return refuse_value(
			    fault, OTP_DETAIL_DIGITS_VALUE, value);
		token->digits = digits[value];
		return OTP_OK;
	case TYPE:
		if (value != 1 && value != 2)
			return refuse(fault, OTP_DETAIL_KIND);
		token->kind = value == 1 ? OTP_HOTP : OTP_TOTP;
		return OTP_OK;
	default:
		if (value > OTP_IMPORT_COUNTER_MAX)
			return refuse_value(
			    fault, OTP_DETAIL_COUNTER_VALUE, value);
		token->counter = value;
		return OTP_OK;
	}
}

static enum otp_err
conclude(struct otp_token *token, struct otp_fault *fault)
{
	if (token->kind != OTP_TOTP && token->kind != OTP_HOTP)
		return refuse(fault, OTP_DETAIL_KIND);
	if (token->secret_size == 0)
		return refuse(fault, OTP_DETAIL_NO_SECRET);
	if (token->secret_size < OTP_SECRET_MIN)
		return refuse_number(
		    fault, OTP_DETAIL_SECRET_SHORT, token->secret_size);
	if (token->kind == OTP_TOTP) {
		token->counter = 0;
		token->period = OTP_PERIOD_DEFAULT;
	}
	return OTP_OK;
}

/* --- Protocol buffers --------------------------------------------------- */

/*
 * Take the next field off MESSAGE.  False: there is none, or, if something is
 * left of MESSAGE, it is not one.
 */
static bool
next_field(struct message *message, struct field *ret_field)
{
	struct message rest = *message;
	struct field field = { 0 };
	uint64_t tag, value;

	if (!next_number(&rest, &tag) || !next_number(&rest, &value))
		return false;
	if (tag >> 3 == 0 || tag > UINT32_MAX)
		return false;
	field.number = (unsigned)(tag >> 3);
	field.type = (unsigned)(tag & 7);
	if (field.type == NUMBER) {
		field.value = value;
	} else if (field.type == BYTES && value <= rest.left) {
		field.bytes = (struct message){ rest.at, (size_t)value };
		rest.at += value;
		rest.left -= (size_t)value;
	} else {
		return false;
	}
	*message = rest;
	*ret_field = field;
	return true;
}

static bool
next_number(struct message *message, uint64_t *ret_number)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < VARINT_MAX && i < message->left; i++) {
		uint64_t part = message->at[i] & 0x7f;

		/* The tenth byte has one bit. */
		if (i == VARINT_MAX - 1 && part > 1)
			return false;
		number |= part << (7 * i);
		if ((message->at[i] & 0x80) != 0)
			continue;
		message->at += i + 1;
		message->left -= i + 1;
		*ret_number = number;
		return true;
	}
	return false;
}

static enum otp_err
refuse(struct otp_fault *fault, enum otp_detail detail)
{
	return otp_fault_set(fault, OTP_ERR_PARSE, 0, NULL, detail);
}

/* The app's number for something that the store does not have. */
static enum otp_err
refuse_value(struct otp_fault *fault, enum otp_detail detail, uint64_t value)
{
	char text[OTP_DECIMAL_SIZE];
	size_t length = otp_decimal_write(value, text);

	return otp_import_refused(fault, detail, text, length);
}

static enum otp_err
refuse_number(struct otp_fault *fault, enum otp_detail detail, uint64_t number)
{
	return otp_fault_set_number(
	    fault, OTP_ERR_PARSE, NULL, detail, (unsigned long)number);
}
