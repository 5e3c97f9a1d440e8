/* SPDX-License-Identifier: BSD-2-Clause */
/* Plain exports of apps for phones, each a JSON array of tokens. */
#include "config.h"

#include "otp-enroll/import/format.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "common/core/import_algorithm.h"
#include "common/core/import_number.h"
#include "common/core/import_parameter.h"
#include "common/core/import_secret.h"
#include "common/core/import_uri.h"
#include "common/core/letter.h"
#include "common/core/wipe.h"
#include "common/effects/label.h"
#include "otp-enroll/cli/fault.h"
#include "otp-enroll/cli/i18n.h"

#define KEYS 3 /* that a label may have */

/* Where an app has what; of a token: PART is the object in it, or NULL. */
struct app {
	const char *array[2]; /* from the top: one key, two, or none */
	const char *part;
	const char *labels[KEYS]; /* in the token, or in PART */
	const char *secret, *type, *issuer, *algorithm, *digits, *period,
	    *counter;
};

static const struct app apps[] = {
	{ .array = { "db", "entries" },
	    .part = "info",
	    .labels = { "name" },
	    .secret = "secret",
	    .type = "type",
	    .issuer = "issuer",
	    .algorithm = "algo",
	    .digits = "digits",
	    .period = "period",
	    .counter = "counter" }, /* Aegis */
	{ .array = { "services", NULL },
	    .part = "otp",
	    .labels = { "account", "label", "name" },
	    .secret = "secret",
	    .type = "tokenType",
	    .issuer = "issuer",
	    .algorithm = "algorithm",
	    .digits = "digits",
	    .period = "period",
	    .counter = "counter" }, /* 2FAS */
	{ .array = { "tokens", NULL },
	    .labels = { "label" },
	    .secret = "secret",
	    .type = "type",
	    .issuer = "issuerExt",
	    .algorithm = "algo",
	    .digits = "digits",
	    .period = "period",
	    .counter = "counter" }, /* FreeOTP+ */
	{ .array = { NULL, NULL },
	    .labels = { "label" },
	    .secret = "secret",
	    .type = "type",
	    .issuer = "issuer",
	    .algorithm = "algorithm",
	    .digits = "digits",
	    .period = "period",
	    .counter = "counter" }, /* andOTP */
};

/* What password managers call a URI, or a secret alone. */
#define SECRET_KEY "totp"

/* APP is NULL: TOKENS are otpauth:// URIs. */
struct json_export {
	const struct otp_import_source *source;
	const struct app *app;
	json_t *tokens;
	size_t secrets; /* alone, which are left out: they have no name */
};

static void read_export(struct otp_import *import,
    const struct otp_import_source *source, struct json_export *export);
static bool find_export(json_t *json, struct json_export *export);
static bool has_tokens(const struct app *app, json_t *array);
static bool is_empty(const json_t *json);
static bool collect_uris(json_t *json, struct json_export *export);
static bool is_uri(const json_t *json);
static bool is_secret(const char *key, const json_t *value);
static enum otp_err json_read(const void *context, size_t index,
    const struct otp_import_teller *teller, struct otp_token *ret_token,
    unsigned *ret_line, struct otp_fault *fault);
static enum otp_err read_token(const struct app *app, json_t *object,
    const struct otp_import_teller *teller, struct otp_token *token,
    struct otp_fault *fault);
static enum otp_err read_uri(const struct json_export *export, size_t index,
    const struct otp_import_teller *teller, struct otp_token *ret_token,
    struct otp_fault *fault);
static enum otp_err check_keys(const struct app *app, json_t *object,
    const struct otp_import_teller *teller, struct otp_fault *fault);
static bool is_known(const struct app *app, const char *key);
static enum otp_err read_type(const struct app *app, json_t *object,
    struct otp_token *token, struct otp_fault *fault);
static enum otp_err read_algorithm(const struct app *app, json_t *object,
    const struct otp_import_teller *teller, struct otp_token *token,
    struct otp_fault *fault);
static enum otp_err read_number(const struct app *app, json_t *object,
    const char *key, char ret_text[OTP_FAULT_NAME_SIZE],
    struct otp_fault *fault);
static enum otp_err read_numbers(const struct app *app, json_t *object,
    struct otp_token *token, struct otp_fault *fault);
static enum otp_err read_secret(const struct app *app, json_t *object,
    const struct otp_import_teller *teller, struct otp_token *token,
    struct otp_fault *fault);
static enum otp_err read_bytes(
    json_t *array, struct otp_token *token, struct otp_fault *fault);
static void json_name(
    const void *context, size_t index, char ret_name[OTP_LABEL_SIZE]);
static const char *find_label(const struct app *app, json_t *object);
static enum otp_err copy(
    const char *text, char ret_text[OTP_LABEL_SIZE], struct otp_fault *fault);
static const char *text_of(
    const struct app *app, json_t *object, const char *key);
static json_t *value_of(const struct app *app, json_t *object, const char *key);
static enum otp_err refuse(
    struct otp_fault *fault, enum otp_detail detail, const char *name);

void
otp_import_format_json(
    struct otp_import *import, const struct otp_import_source *source)
{
	json_t *json = json_loadb(
	    source->text, source->size, JSON_REJECT_DUPLICATES, NULL);
	json_t *uris = json_array();
	struct json_export export = { source, NULL, uris, 0 };
	enum otp_detail detail = OTP_DETAIL_NONE;

	if (json == NULL)
		detail = OTP_DETAIL_JSON_INVALID;
	else if (json_is_string(json_object_get(json, "db")))
		detail = OTP_DETAIL_ENCRYPTED; /* of Aegis */
	else if (!find_export(json, &export) && !collect_uris(json, &export))
		otp_import_fail(import);
	else if (export.app == NULL && json_array_size(uris) == 0)
		detail = is_empty(json) ? OTP_DETAIL_NO_TOKEN
					: OTP_DETAIL_JSON_UNKNOWN;
	else if (json_array_size(export.tokens) == 0)
		detail = OTP_DETAIL_NO_TOKEN;
	else
		read_export(import, source, &export);
	if (detail == OTP_DETAIL_NONE && export.secrets > 0)
		otp_import_note(source->file, 0,
		    N_("secrets that are not otpauth:// URIs were skipped: add "
		       "each with 'otp-enroll new USER --add --secret=-'"));
	if (detail != OTP_DETAIL_NONE)
		otp_import_refuse(
		    import, source->file, 0, otp_detail_text(detail));
	json_decref(uris);
	json_decref(json);
}

static void
read_export(struct otp_import *import, const struct otp_import_source *source,
    struct json_export *export)
{
	otp_import_choose(import, source,
	    &(struct otp_import_choices){
		.count = json_array_size(export->tokens),
		.context = export,
		.read = json_read,
		.name = json_name,
	    });
}

static bool
find_export(json_t *json, struct json_export *export)
{
	for (size_t i = 0; i < sizeof(apps) / sizeof(apps[0]); i++) {
		json_t *array = json;

		for (size_t j = 0; j < 2 && apps[i].array[j] != NULL; j++)
			array = json_object_get(array, apps[i].array[j]);
		if (!json_is_array(array) || !has_tokens(&apps[i], array))
			continue;
		export->app = &apps[i];
		export->tokens = array;
		return true;
	}
	return false;
}

/*
 * Whether all are objects, and have the key of a type, if not of an app's own.
 */
static bool
has_tokens(const struct app *app, json_t *array)
{
	size_t index;
	json_t *token;

	json_array_foreach(array, index, token)
	{
		if (!json_is_object(token))
			return false;
		if (app->array[0] == NULL &&
		    json_object_get(token, app->type) == NULL)
			return false;
	}
	return true;
}

static bool
is_empty(const json_t *json)
{
	return json_is_array(json) && json_array_size(json) == 0;
}

/*
 * Add each otpauth:// URI, wherever it is, and count what is a secret alone;
 * false: there is not enough memory.
 */
/* NOLINTBEGIN(misc-no-recursion): as deep as jansson reads, 2048 */
static bool
collect_uris(json_t *json, struct json_export *export)
{
	const char *key;
	size_t index;
	json_t *value;

	if (is_uri(json) && json_array_append(export->tokens, json) != 0)
		return false;
	json_array_foreach(json, index, value)
	{
		if (!collect_uris(value, export))
			return false;
	}
	json_object_foreach(json, key, value)
	{
		if (is_secret(key, value))
			export->secrets++;
		if (!collect_uris(value, export))
			return false;
	}
	return true;
}
/* NOLINTEND(misc-no-recursion) */

static bool
is_uri(const json_t *json)
{
	const char *text = json_string_value(json);

	return text != NULL && otp_import_uri_find(text, strlen(text)) == text;
}

static bool
is_secret(const char *key, const json_t *value)
{
	return strcmp(key, SECRET_KEY) == 0 && json_string_length(value) > 0 &&
	    !is_uri(value);
}

/* --- A token ------------------------------------------------------------ */

static enum otp_err
json_read(const void *context, size_t index,
    const struct otp_import_teller *teller, struct otp_token *ret_token,
    unsigned *ret_line, struct otp_fault *fault)
{
	const struct json_export *export = context;
	struct otp_token token = { 0 };
	enum otp_err err;

	*ret_line = 0;
	if (export->app == NULL)
		return read_uri(export, index, teller, ret_token, fault);
	err = read_token(export->app, json_array_get(export->tokens, index),
	    teller, &token, fault);
	if (err == OTP_OK)
		*ret_token = token;
	otp_wipe(&token, sizeof(token));
	return err;
}

static enum otp_err
read_uri(const struct json_export *export, size_t index,
    const struct otp_import_teller *teller, struct otp_token *ret_token,
    struct otp_fault *fault)
{
	json_t *uri = json_array_get(export->tokens, index);
	struct otp_token unnamed = { 0 };

	if (!otp_label_set(NULL, NULL, export->source->user, &unnamed))
		unnamed.label[0] = '\0';
	return otp_import_uri_parse(json_string_value(uri),
	    json_string_length(uri), unnamed.label, teller, ret_token, fault);
}

static enum otp_err
read_token(const struct app *app, json_t *object,
    const struct otp_import_teller *teller, struct otp_token *token,
    struct otp_fault *fault)
{
	const char *issuer = text_of(app, object, app->issuer);
	enum otp_err err = read_type(app, object, token, fault);

	if (err == OTP_OK)
		err = check_keys(app, object, teller, fault);
	if (err == OTP_OK)
		err = read_algorithm(app, object, teller, token, fault);
	if (err == OTP_OK)
		err = read_numbers(app, object, token, fault);
	if (err == OTP_OK)
		err = copy(find_label(app, object), token->label, fault);
	if (err == OTP_OK)
		err = copy(issuer != NULL ? issuer : "", token->issuer, fault);
	if (err == OTP_OK)
		err = read_secret(app, object, teller, token, fault);
	return err;
}

/*
 * What is not known, in the token or its part, must not change the codes.  What
 * an app keeps of its own, such as when a token was last shown, is not told.
 */
static enum otp_err
check_keys(const struct app *app, json_t *object,
    const struct otp_import_teller *teller, struct otp_fault *fault)
{
	json_t *both[] = { object,
		app->part != NULL ? json_object_get(object, app->part) : NULL };

	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		const char *key;
		json_t *value;

		json_object_foreach(both[i], key, value)
		{
			enum otp_import_parameter found =
			    otp_import_parameter_find(key, strlen(key));

			(void)value;
			if (is_known(app, key))
				continue;
			if (found != OTP_IMPORT_OTHER &&
			    found != OTP_IMPORT_HARMLESS)
				return refuse(
				    fault, OTP_DETAIL_PARAMETER_SUSPECT, key);
			if (found == OTP_IMPORT_OTHER)
				otp_import_tell(teller,
				    OTP_DETAIL_CHANGED_JSON_KEY, key,
				    strlen(key));
		}
	}
	return OTP_OK;
}

static bool
is_known(const struct app *app, const char *key)
{
	/* The apps' own notes. */
	static const char *const others[] = { "info", "otp", "icon_mime",
		"icon_hash", "issuer", "issuerExt", "issuerInt", "issuerAlt",
		"labelAlt", "imageAlt", "updatedAt", "badge", "groupId",
		"serviceTypeID", "link", "thumbnail", "last_used",
		"used_frequency" };
	const char *const known[] = { app->secret, app->type, app->algorithm,
		app->digits, app->period, app->counter };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(key, known[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(key, others[i]) == 0)
			return true;
	return false;
}

static enum otp_err
read_type(const struct app *app, json_t *object, struct otp_token *token,
    struct otp_fault *fault)
{
	const char *type = text_of(app, object, app->type);
	size_t length = type != NULL ? strlen(type) : 0;

	if (type == NULL)
		return refuse(fault,
		    value_of(app, object, app->type) == NULL
			? OTP_DETAIL_JSON_MISSING
			: OTP_DETAIL_JSON_VALUE,
		    app->type);
	if (otp_is_word(type, length, "steam"))
		return refuse(fault, OTP_DETAIL_STEAM, type);
	if (otp_is_word(type, length, "motp"))
		return refuse(fault, OTP_DETAIL_MOTP, type);
	if (otp_is_word(type, length, "totp"))
		token->kind = OTP_TOTP;
	else if (otp_is_word(type, length, "hotp"))
		token->kind = OTP_HOTP;
	else
		return refuse(fault, OTP_DETAIL_UNKNOWN_KIND, type);
	return OTP_OK;
}

static enum otp_err
read_algorithm(const struct app *app, json_t *object,
    const struct otp_import_teller *teller, struct otp_token *token,
    struct otp_fault *fault)
{
	const char *text = text_of(app, object, app->algorithm);
	const json_t *value = value_of(app, object, app->algorithm);

	token->hash = OTP_SHA1;
	if (value == NULL || json_is_null(value))
		return OTP_OK;
	if (text == NULL)
		return refuse(fault, OTP_DETAIL_JSON_VALUE, app->algorithm);
	return otp_import_algorithm_read(
	    text, strlen(text), teller, &token->hash, fault);
}

/* Apps write a period of hotp and a counter of totp too, which mean nothing. */
static enum otp_err
read_numbers(const struct app *app, json_t *object, struct otp_token *token,
    struct otp_fault *fault)
{
	const bool hotp = token->kind == OTP_HOTP;
	char digits[OTP_FAULT_NAME_SIZE], moving[OTP_FAULT_NAME_SIZE];
	enum otp_err err = read_number(app, object, app->digits, digits, fault);

	token->digits = OTP_DIGITS_DEFAULT;
	token->period = hotp ? 0 : OTP_PERIOD_DEFAULT;
	if (err == OTP_OK)
		err = read_number(app, object,
		    hotp ? app->counter : app->period, moving, fault);
	if (err == OTP_OK && digits[0] != '\0')
		err = otp_import_digits(
		    digits, strlen(digits), &token->digits, fault);
	if (err != OTP_OK)
		return err;
	if (hotp && moving[0] == '\0')
		return refuse(fault, OTP_DETAIL_NO_COUNTER, "");
	if (hotp)
		return otp_import_counter(
		    moving, strlen(moving), &token->counter, fault);
	if (moving[0] == '\0')
		return OTP_OK;
	return otp_import_period(moving, strlen(moving), &token->period, fault);
}

/* A number, which may be a text; "" if there is none. */
static enum otp_err
read_number(const struct app *app, json_t *object, const char *key,
    char ret_text[OTP_FAULT_NAME_SIZE], struct otp_fault *fault)
{
	const json_t *value = value_of(app, object, key);
	const char *text = json_string_value(value);

	ret_text[0] = '\0';
	if (value == NULL || json_is_null(value))
		return OTP_OK;
	if (json_is_integer(value))
		(void)snprintf(ret_text, OTP_FAULT_NAME_SIZE,
		    "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (text != NULL && text[0] != '\0' &&
	    strlen(text) < OTP_FAULT_NAME_SIZE)
		memcpy(ret_text, text, strlen(text) + 1);
	else
		return refuse(fault, OTP_DETAIL_JSON_VALUE, key);
	return OTP_OK;
}

/* base32, or FreeOTP+'s array of signed bytes. */
static enum otp_err
read_secret(const struct app *app, json_t *object,
    const struct otp_import_teller *teller, struct otp_token *token,
    struct otp_fault *fault)
{
	json_t *secret = value_of(app, object, app->secret);

	if (json_is_array(secret))
		return read_bytes(secret, token, fault);
	if (secret == NULL || json_is_null(secret))
		return refuse(fault, OTP_DETAIL_JSON_MISSING, app->secret);
	if (!json_is_string(secret))
		return refuse(fault, OTP_DETAIL_JSON_VALUE, app->secret);
	return otp_import_secret_base32(json_string_value(secret),
	    json_string_length(secret), teller, token, fault);
}

static enum otp_err
read_bytes(json_t *array, struct otp_token *token, struct otp_fault *fault)
{
	size_t size = json_array_size(array);

	if (size > sizeof(token->secret))
		return refuse(fault, OTP_DETAIL_SECRET_LONG, "");
	if (size < OTP_SECRET_MIN)
		return otp_fault_set_number(
		    fault, OTP_ERR_PARSE, NULL, OTP_DETAIL_SECRET_SHORT, size);
	for (size_t i = 0; i < size; i++) {
		const json_t *byte = json_array_get(array, i);
		json_int_t value = json_integer_value(byte);

		if (json_is_integer(byte) && value >= -128 && value <= 255) {
			token->secret[i] = (uint8_t)(value & 0xff);
			continue;
		}
		if (fault != NULL)
			fault->numbers[1] = size;
		return otp_fault_set_number(
		    fault, OTP_ERR_PARSE, NULL, OTP_DETAIL_JSON_BYTE, i + 1);
	}
	token->secret_size = size;
	return OTP_OK;
}

/* --- Names -------------------------------------------------------------- */

/* "Example:alice" */
static void
json_name(const void *context, size_t index, char ret_name[OTP_LABEL_SIZE])
{
	const struct json_export *export = context;
	json_t *object = json_array_get(export->tokens, index);
	const char *issuer, *label;
	struct otp_token token = { 0 };

	if (export->app == NULL) {
		if (read_uri(export, index, NULL, &token, NULL) != OTP_OK)
			token.label[0] = '\0';
		memcpy(ret_name, token.label, OTP_LABEL_SIZE);
		otp_wipe(&token, sizeof(token));
		return;
	}
	issuer = text_of(export->app, object, export->app->issuer);
	label = find_label(export->app, object);
	(void)snprintf(ret_name, OTP_LABEL_SIZE, "%s%s%s",
	    issuer != NULL ? issuer : "",
	    issuer != NULL && issuer[0] != '\0' ? ":" : "", label);
}

/* The first that is there and not empty, or "". */
static const char *
find_label(const struct app *app, json_t *object)
{
	for (size_t i = 0; i < KEYS && app->labels[i] != NULL; i++) {
		const char *text = text_of(app, object, app->labels[i]);

		if (text != NULL && text[0] != '\0')
			return text;
	}
	return "";
}

static enum otp_err
copy(const char *text, char ret_text[OTP_LABEL_SIZE], struct otp_fault *fault)
{
	size_t length = strlen(text);

	if (length >= OTP_LABEL_SIZE)
		return refuse(fault, OTP_DETAIL_LABEL, "");
	memcpy(ret_text, text, length + 1);
	return OTP_OK;
}

/* --- Values ------------------------------------------------------------- */

static const char *
text_of(const struct app *app, json_t *object, const char *key)
{
	return json_string_value(value_of(app, object, key));
}

/* In the token's part, if it has one with that key, or in the token itself. */
static json_t *
value_of(const struct app *app, json_t *object, const char *key)
{
	json_t *part =
	    app->part != NULL ? json_object_get(object, app->part) : NULL;
	json_t *value = json_object_get(part, key);

	return value != NULL ? value : json_object_get(object, key);
}

static enum otp_err
refuse(struct otp_fault *fault, enum otp_detail detail, const char *name)
{
	return otp_import_refused(fault, detail, name, strlen(name));
}
