/* SPDX-License-Identifier: BSD-2-Clause */
/* isolated -> type and label -> parameter by parameter -> the strict reader */
#include "config.h"

#include "common/core/import_uri.h"

#include <string.h>

#include "common/core/base32.h"
#include "common/core/decimal.h"
#include "common/core/import_algorithm.h"
#include "common/core/import_isolate.h"
#include "common/core/import_number.h"
#include "common/core/import_parameter.h"
#include "common/core/import_secret.h"
#include "common/core/letter.h"
#include "common/core/percent.h"
#include "common/core/uri.h"
#include "common/core/wipe.h"

#define SCHEME	      "otpauth://"
#define SCHEME_LENGTH (sizeof(SCHEME) - 1)
#define PLACE	      "-" /* of a label, until it is known */
#define VALUE_SIZE    512 /* a secret whose every character is encoded */

/* Part of a text. */
struct part {
	const char *text;
	size_t length;
};

/* The URI as the store would have it, as far as it is written.  A secret. */
struct rewriting {
	const struct otp_import_teller *teller;
	struct otp_fault *fault;
	bool hotp;
	bool unlabelled;
	unsigned seen; /* parameters, a bit each */
	size_t length;
	bool full;
	char text[OTP_URI_MAX + 1];
};

static enum otp_err name_token(const struct rewriting *rewriting,
    const char *label, struct otp_token *token);
static enum otp_err rewrite(struct rewriting *rewriting, struct part line);
static enum otp_err check_characters(
    struct rewriting *rewriting, struct part uri);
static enum otp_err rewrite_type(struct rewriting *rewriting, struct part *uri);
static enum otp_err rewrite_label(
    struct rewriting *rewriting, struct part *uri);
static enum otp_err rewrite_query(
    struct rewriting *rewriting, struct part query);
static enum otp_err rewrite_parameter(
    struct rewriting *rewriting, struct part name, struct part value);
static bool belongs(
    const struct rewriting *rewriting, enum otp_import_parameter parameter);
static enum otp_err rewrite_value(struct rewriting *rewriting,
    enum otp_import_parameter parameter, struct part value);
static enum otp_err rewrite_secret(
    struct rewriting *rewriting, struct part value);
static enum otp_err rewrite_algorithm(
    struct rewriting *rewriting, struct part value);
static enum otp_err rewrite_number(struct rewriting *rewriting,
    enum otp_import_parameter parameter, struct part value);
static void put(struct rewriting *rewriting, struct part part);
static void put_text(struct rewriting *rewriting, const char *text);
static struct part cut(struct part *rest, char end);
static enum otp_err refuse(const struct rewriting *rewriting,
    enum otp_detail detail, struct part name);

enum otp_err
otp_import_uri_parse(const char *line, size_t length, const char *label,
    const struct otp_import_teller *teller, struct otp_token *ret_token,
    struct otp_fault *fault)
{
	struct rewriting rewriting = { .teller = teller, .fault = fault };
	struct otp_token token = { 0 };
	enum otp_err err = rewrite(&rewriting, (struct part){ line, length });

	if (err == OTP_OK && rewriting.full)
		err = otp_fault_set(
		    fault, OTP_ERR_PARSE, 0, NULL, OTP_DETAIL_URI_TOO_LONG);
	if (err == OTP_OK)
		err = otp_uri_parse(
		    rewriting.text, rewriting.length, &token, fault);
	if (err == OTP_OK && rewriting.unlabelled)
		err = name_token(&rewriting, label, &token);
	if (err == OTP_OK)
		*ret_token = token;
	otp_wipe(&token, sizeof(token));
	otp_wipe(&rewriting, sizeof(rewriting));
	return err;
}

static enum otp_err
name_token(const struct rewriting *rewriting, const char *label,
    struct otp_token *token)
{
	size_t length = strlen(label);

	if (length == 0 || length >= sizeof(token->label))
		return otp_fault_set(
		    rewriting->fault, OTP_ERR_PARSE, 0, NULL, OTP_DETAIL_LABEL);
	memcpy(token->label, label, length + 1);
	otp_import_tell(
	    rewriting->teller, OTP_DETAIL_CHANGED_LABEL, label, length);
	return OTP_OK;
}

const char *
otp_import_uri_find(const char *line, size_t length)
{
	return otp_import_isolate_find(line, length, SCHEME);
}

static enum otp_err
rewrite(struct rewriting *rewriting, struct part line)
{
	struct part uri = line;
	enum otp_err err;

	if (line.length > OTP_IMPORT_URI_LINE)
		return otp_fault_set_number(rewriting->fault, OTP_ERR_PARSE,
		    NULL, OTP_DETAIL_LINE_LONGER, OTP_IMPORT_URI_LINE);
	err = otp_import_isolate(&uri.text, &uri.length, SCHEME,
	    rewriting->teller, rewriting->fault);
	if (err == OTP_OK)
		err = check_characters(rewriting, uri);
	if (err == OTP_OK)
		err = rewrite_type(rewriting, &uri);
	if (err == OTP_OK)
		err = rewrite_label(rewriting, &uri);
	if (err == OTP_OK)
		err = rewrite_query(rewriting, uri);
	return err;
}

/* Control characters, and the '#' of a fragment, which no app writes. */
static enum otp_err
check_characters(struct rewriting *rewriting, struct part uri)
{
	for (size_t i = 0; i < uri.length; i++) {
		unsigned char c = (unsigned char)uri.text[i];

		if (c >= ' ' && c != 0x7f && c != '#')
			continue;
		if (rewriting->fault != NULL)
			rewriting->fault->numbers[0] = i + 1;
		return refuse(rewriting,
		    c == '#' ? OTP_DETAIL_STRAY_CHARACTER
			     : OTP_DETAIL_STRAY_CONTROL,
		    (struct part){ uri.text + i, 1 });
	}
	return OTP_OK;
}

/* --- Type and label ----------------------------------------------------- */

static enum otp_err
rewrite_type(struct rewriting *rewriting, struct part *uri)
{
	struct part rest = { uri->text + SCHEME_LENGTH,
		uri->length - SCHEME_LENGTH };
	struct part type = { rest.text, 0 };

	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): it has a scheme */
	while (type.length < rest.length && type.text[type.length] != '/' &&
	    type.text[type.length] != '?')
		type.length++;
	rewriting->hotp = otp_is_word(type.text, type.length, "hotp");
	if (otp_is_word(type.text, type.length, "steam"))
		return refuse(rewriting, OTP_DETAIL_STEAM, type);
	if (!rewriting->hotp && !otp_is_word(type.text, type.length, "totp"))
		return refuse(rewriting, OTP_DETAIL_UNKNOWN_KIND, type);
	put_text(rewriting, SCHEME);
	put(rewriting, type);
	put_text(rewriting, "/");
	*uri =
	    (struct part){ rest.text + type.length, rest.length - type.length };
	return OTP_OK;
}

/* URI goes on after its '?'. */
static enum otp_err
rewrite_label(struct rewriting *rewriting, struct part *uri)
{
	struct part part;

	if (uri->length > 0 && uri->text[0] == '/')
		*uri = (struct part){ uri->text + 1, uri->length - 1 };
	if (memchr(uri->text, '?', uri->length) == NULL)
		return refuse(
		    rewriting, OTP_DETAIL_NO_SECRET, (struct part){ "", 0 });
	part = cut(uri, '?');
	rewriting->unlabelled = part.length == 0;
	put(rewriting, part);
	if (rewriting->unlabelled)
		put_text(rewriting, PLACE);
	return OTP_OK;
}

/* --- Parameters --------------------------------------------------------- */

static enum otp_err
rewrite_query(struct rewriting *rewriting, struct part query)
{
	put_text(rewriting, "?");
	while (query.length > 0) {
		struct part value = cut(&query, '&');
		struct part name = cut(&value, '=');
		enum otp_err err;

		if (name.length == 0 && value.length == 0)
			continue;
		err = rewrite_parameter(rewriting, name, value);
		if (err != OTP_OK)
			return err;
	}
	return OTP_OK;
}

static enum otp_err
rewrite_parameter(
    struct rewriting *rewriting, struct part name, struct part value)
{
	char plain[OTP_FAULT_NAME_SIZE];
	enum otp_import_parameter found = OTP_IMPORT_OTHER;

	if (otp_percent_decode(name.text, name.length, plain, sizeof(plain)))
		found = otp_import_parameter_find(plain, strlen(plain));
	if (found == OTP_IMPORT_HTML)
		return refuse(rewriting, OTP_DETAIL_PARAMETER_HTML, name);
	if (found == OTP_IMPORT_OTHER &&
	    otp_percent_decode(
		value.text, value.length, plain, sizeof(plain)) &&
	    otp_import_parameter_is_telling(plain, strlen(plain)))
		found = OTP_IMPORT_SUSPECT;
	if (found == OTP_IMPORT_SUSPECT)
		return refuse(rewriting, OTP_DETAIL_PARAMETER_SUSPECT, name);
	if (found == OTP_IMPORT_OTHER || found == OTP_IMPORT_HARMLESS) {
		otp_import_tell(rewriting->teller, OTP_DETAIL_CHANGED_PARAMETER,
		    name.text, name.length);
		return OTP_OK;
	}
	if ((rewriting->seen & 1U << found) != 0)
		return refuse(rewriting, OTP_DETAIL_PARAMETER_REPEATED, name);
	rewriting->seen |= 1U << found;
	if (belongs(rewriting, found))
		return rewrite_value(rewriting, found, value);
	otp_import_tell(
	    rewriting->teller, OTP_DETAIL_CHANGED_KIND, name.text, name.length);
	return OTP_OK;
}

/* Some apps export a period of every token, or a counter. */
static bool
belongs(const struct rewriting *rewriting, enum otp_import_parameter parameter)
{
	return parameter !=
	    (rewriting->hotp ? OTP_IMPORT_PERIOD : OTP_IMPORT_COUNTER);
}

static enum otp_err
rewrite_value(struct rewriting *rewriting, enum otp_import_parameter parameter,
    struct part value)
{
	(void)otp_import_trim(&value.text, &value.length);
	if (parameter == OTP_IMPORT_SECRET)
		return rewrite_secret(rewriting, value);
	if (parameter == OTP_IMPORT_ALGORITHM)
		return rewrite_algorithm(rewriting, value);
	if (parameter != OTP_IMPORT_ISSUER)
		return rewrite_number(rewriting, parameter, value);
	if (value.length == 0) {
		otp_import_tell(
		    rewriting->teller, OTP_DETAIL_CHANGED_ISSUER, "", 0);
		return OTP_OK;
	}
	put_text(rewriting, "&issuer=");
	put(rewriting, value);
	return OTP_OK;
}

static enum otp_err
rewrite_secret(struct rewriting *rewriting, struct part value)
{
	char plain[VALUE_SIZE], encoded[OTP_BASE32_SIZE(OTP_SECRET_MAX)];
	struct otp_token token = { 0 };
	enum otp_err err;

	if (value.length >= sizeof(plain))
		return refuse(
		    rewriting, OTP_DETAIL_SECRET_LONG, (struct part){ "", 0 });
	if (!otp_percent_decode(value.text, value.length, plain, sizeof(plain)))
		return refuse(rewriting, OTP_DETAIL_SECRET_ENCODING,
		    (struct part){ "", 0 });
	err = otp_import_secret_base32(
	    plain, strlen(plain), rewriting->teller, &token, rewriting->fault);
	if (err == OTP_OK) {
		otp_base32_encode(token.secret, token.secret_size, encoded);
		put_text(rewriting, "&secret=");
		put_text(rewriting, encoded);
	}
	otp_wipe(plain, sizeof(plain));
	otp_wipe(encoded, sizeof(encoded));
	otp_wipe(&token, sizeof(token));
	return err;
}

static enum otp_err
rewrite_algorithm(struct rewriting *rewriting, struct part value)
{
	char plain[OTP_FAULT_NAME_SIZE];
	enum otp_hash hash = OTP_SHA1;
	enum otp_err err;

	/* What cannot be decoded is not an algorithm. */
	if (otp_percent_decode(value.text, value.length, plain, sizeof(plain)))
		value = (struct part){ plain, strlen(plain) };
	err = otp_import_algorithm_read(value.text, value.length,
	    rewriting->teller, &hash, rewriting->fault);
	if (err != OTP_OK)
		return err;
	put_text(rewriting, "&algorithm=");
	put_text(rewriting, otp_hash_name(hash));
	return OTP_OK;
}

static enum otp_err
rewrite_number(struct rewriting *rewriting, enum otp_import_parameter parameter,
    struct part value)
{
	char plain[OTP_FAULT_NAME_SIZE], number[OTP_DECIMAL_SIZE];
	uint64_t counter = 0;
	unsigned small = 0;
	enum otp_err err;

	/* What cannot be decoded is not a number, and is refused as it is. */
	if (otp_percent_decode(value.text, value.length, plain, sizeof(plain)))
		value = (struct part){ plain, strlen(plain) };
	if (parameter == OTP_IMPORT_DIGITS)
		err = otp_import_digits(
		    value.text, value.length, &small, rewriting->fault);
	else if (parameter == OTP_IMPORT_PERIOD)
		err = otp_import_period(
		    value.text, value.length, &small, rewriting->fault);
	else
		err = otp_import_counter(
		    value.text, value.length, &counter, rewriting->fault);
	if (err != OTP_OK)
		return err;
	(void)otp_decimal_write(
	    parameter == OTP_IMPORT_COUNTER ? counter : small, number);
	put_text(rewriting,
	    parameter == OTP_IMPORT_DIGITS	 ? "&digits="
		: parameter == OTP_IMPORT_PERIOD ? "&period="
						 : "&counter=");
	put_text(rewriting, number);
	return OTP_OK;
}

/* --- Texts -------------------------------------------------------------- */

static void
put(struct rewriting *rewriting, struct part part)
{
	if (rewriting->full || part.length > OTP_URI_MAX - rewriting->length) {
		rewriting->full = true;
		return;
	}
	memcpy(rewriting->text + rewriting->length, part.text, part.length);
	rewriting->length += part.length;
}

static void
put_text(struct rewriting *rewriting, const char *text)
{
	put(rewriting, (struct part){ text, strlen(text) });
}

/* What is before END in REST, which goes on after it; or all of REST. */
static struct part
cut(struct part *rest, char end)
{
	const char *found = memchr(rest->text, end, rest->length);
	struct part part = *rest;

	if (found == NULL) {
		*rest = (struct part){ rest->text + rest->length, 0 };
		return part;
	}
	part.length = (size_t)(found - rest->text);
	*rest = (struct part){ found + 1, rest->length - part.length - 1 };
	return part;
}

static enum otp_err
refuse(
    const struct rewriting *rewriting, enum otp_detail detail, struct part name)
{
	return otp_import_refused(
	    rewriting->fault, detail, name.text, name.length);
}
