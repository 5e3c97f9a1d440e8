/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/uri.h"

#include <stdbool.h>
#include <string.h>

#include "common/core/base32.h"
#include "common/core/decimal.h"
#include "common/core/letter.h"
#include "common/core/percent.h"
#include "common/core/wipe.h"

#define SCHEME	      "otpauth://"
#define SCHEME_LENGTH (sizeof(SCHEME) - 1)
#define TYPE_LENGTH   5 /* "totp/" */

#define NAME_SIZE 16 /* of a parameter's name; longer ones are unknown */

/* --- Reading ----------------------------------------------------------- */

static bool
read_secret(const char *value, struct otp_token *token)
{
	return otp_base32_decode(value, strlen(value), token->secret,
		   sizeof(token->secret), &token->secret_size) == OTP_OK;
}

static bool
read_issuer(const char *value, struct otp_token *token)
{
	memcpy(token->issuer, value, strlen(value) + 1);
	return true;
}

static bool
read_algorithm(const char *value, struct otp_token *token)
{
	size_t length = strlen(value);

	if (otp_is_word(value, length, "sha1"))
		token->hash = OTP_SHA1;
	else if (otp_is_word(value, length, "sha256"))
		token->hash = OTP_SHA256;
	else if (otp_is_word(value, length, "sha512"))
		token->hash = OTP_SHA512;
	else
		return false;
	return true;
}

static bool
read_digits(const char *value, struct otp_token *token)
{
	uint64_t digits = 0;

	if (otp_decimal_read(value, strlen(value), OTP_DIGITS_MAX, &digits) !=
		OTP_OK ||
	    digits < OTP_DIGITS_MIN)
		return false;
	token->digits = (unsigned)digits;
	return true;
}

static bool
read_period(const char *value, struct otp_token *token)
{
	uint64_t period = 0;

	if (token->kind != OTP_TOTP ||
	    otp_decimal_read(value, strlen(value), OTP_PERIOD_MAX, &period) !=
		OTP_OK ||
	    period < OTP_PERIOD_MIN)
		return false;
	token->period = (unsigned)period;
	return true;
}

static bool
read_counter(const char *value, struct otp_token *token)
{
	return token->kind == OTP_HOTP &&
	    otp_decimal_read(
		value, strlen(value), UINT64_MAX, &token->counter) == OTP_OK;
}

enum parameter_index {
	SECRET,
	ISSUER,
	ALGORITHM,
	DIGITS,
	PERIOD,
	COUNTER,
	PARAMETERS_COUNT,
};

static const struct {
	const char *name;
	bool (*read)(const char *value, struct otp_token *token);
	enum otp_detail bad; /* what a wrong value is */
} parameters[PARAMETERS_COUNT] = {
	[SECRET] = { "secret", read_secret, OTP_DETAIL_BAD_SECRET },
	[ISSUER] = { "issuer", read_issuer, OTP_DETAIL_ISSUER },
	[ALGORITHM] = { "algorithm", read_algorithm, OTP_DETAIL_ALGORITHM },
	[DIGITS] = { "digits", read_digits, OTP_DETAIL_DIGITS },
	[PERIOD] = { "period", read_period, OTP_DETAIL_PERIOD },
	[COUNTER] = { "counter", read_counter, OTP_DETAIL_COUNTER },
};

static enum parameter_index
find_parameter(const char *text, size_t length)
{
	char name[NAME_SIZE];
	unsigned i;

	if (!otp_percent_decode(text, length, name, sizeof(name)))
		return PARAMETERS_COUNT;
	for (i = 0; i < PARAMETERS_COUNT; i++)
		if (otp_is_word(name, strlen(name), parameters[i].name))
			break;
	return (enum parameter_index)i;
}

/* Read one "name=value".  NONE, or what is wrong. */
static enum otp_detail
read_parameter(
    const char *text, size_t length, unsigned *seen, struct otp_token *token)
{
	enum otp_detail bad = OTP_DETAIL_NONE;
	const char *equals = memchr(text, '=', length);
	size_t name_length = equals == NULL ? length : (size_t)(equals - text);
	enum parameter_index i = find_parameter(text, name_length);
	char value[OTP_LABEL_SIZE];

	if (i == PARAMETERS_COUNT)
		return OTP_DETAIL_NONE;
	if ((*seen & 1U << i) != 0)
		return OTP_DETAIL_PARAMETER_TWICE;
	*seen |= 1U << i;
	if (equals == NULL ||
	    !otp_percent_decode(
		equals + 1, length - name_length - 1, value, sizeof(value)) ||
	    !parameters[i].read(value, token))
		bad = parameters[i].bad;
	otp_wipe(value, sizeof(value));
	return bad;
}

static enum otp_detail
read_query(const char *text, size_t length, struct otp_token *token)
{
	enum otp_detail bad = OTP_DETAIL_NONE;
	unsigned seen = 0;

	while (length > 0 && bad == OTP_DETAIL_NONE) {
		const char *end = memchr(text, '&', length);
		size_t part = end == NULL ? length : (size_t)(end - text);

		bad = read_parameter(text, part, &seen, token);
		part += end != NULL;
		text += part;
		length -= part;
	}
	if (bad == OTP_DETAIL_NONE && (seen & 1U << SECRET) == 0)
		bad = OTP_DETAIL_NO_SECRET;
	if (bad == OTP_DETAIL_NONE && token->kind == OTP_HOTP &&
	    (seen & 1U << COUNTER) == 0)
		bad = OTP_DETAIL_NO_COUNTER;
	return bad;
}

/* Bytes that no app writes: control characters, and the '#' of a fragment. */
static bool
has_stray(const char *uri, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)uri[i];

		if (c < ' ' || c == 0x7f || c == '#')
			return true;
	}
	return false;
}

static bool
read_type(const char *text, struct otp_token *token)
{
	if (otp_is_word(text, TYPE_LENGTH, "totp/")) {
		token->kind = OTP_TOTP;
		token->period = OTP_PERIOD_DEFAULT;
	} else if (otp_is_word(text, TYPE_LENGTH, "hotp/")) {
		token->kind = OTP_HOTP;
	} else {
		return false;
	}
	token->hash = OTP_SHA1;
	token->digits = OTP_DIGITS_DEFAULT;
	return true;
}

static enum otp_detail
read_uri(const char *uri, size_t length, struct otp_token *token)
{
	const char *label, *question;
	size_t rest;

	if (length > OTP_URI_MAX)
		return OTP_DETAIL_LINE_TOO_LONG;
	if (length < SCHEME_LENGTH || !otp_is_word(uri, SCHEME_LENGTH, SCHEME))
		return OTP_DETAIL_NOT_OTPAUTH;
	if (has_stray(uri, length))
		return OTP_DETAIL_CONTROL_CHARACTER;
	rest = length - SCHEME_LENGTH;
	if (rest < TYPE_LENGTH || !read_type(uri + SCHEME_LENGTH, token))
		return OTP_DETAIL_KIND;
	label = uri + SCHEME_LENGTH + TYPE_LENGTH;
	rest -= TYPE_LENGTH;
	question = memchr(label, '?', rest);
	if (question == NULL)
		return OTP_DETAIL_NO_SECRET;
	if (!otp_percent_decode(label, (size_t)(question - label), token->label,
		sizeof(token->label)))
		return OTP_DETAIL_LABEL_ENCODING;
	rest -= (size_t)(question - label) + 1;
	return read_query(question + 1, rest, token);
}

enum otp_err
otp_uri_parse(const char *uri, size_t length, struct otp_token *ret_token,
    struct otp_fault *fault)
{
	enum otp_err err = OTP_ERR_PARSE;
	struct otp_token token;
	enum otp_detail bad;

	memset(&token, 0, sizeof(token));
	bad = read_uri(uri, length, &token);
	if (bad != OTP_DETAIL_NONE)
		err = otp_fault_set(fault, err, 0, NULL, bad);
	else
		err = otp_token_check(&token, fault);
	if (err == OTP_OK)
		*ret_token = token;
	otp_wipe(&token, sizeof(token));
	return err;
}

/* --- Writing ----------------------------------------------------------- */

struct writer {
	size_t length;
	bool full;
	bool brief; /* encode what has to be, and no more */
	char text[OTP_URI_MAX + 1];
};

static void
put(struct writer *writer, const char *text)
{
	size_t length = strlen(text);

	if (writer->full || length > OTP_URI_MAX - writer->length) {
		writer->full = true;
		return;
	}
	memcpy(writer->text + writer->length, text, length + 1);
	writer->length += length;
}

static void
put_number(struct writer *writer, uint64_t number)
{
	char text[OTP_DECIMAL_SIZE];

	(void)otp_decimal_write(number, text);
	put(writer, text);
}

/* RFC 3986, section 2.3. */
static bool
is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	    c == '~';
}

/* Whether a reader would refuse C unencoded, or misunderstand it. */
static bool
is_special(char c, char end)
{
	return (unsigned char)c < ' ' || c == 0x7f || c == '#' || c == '%' ||
	    c == end;
}

/*
 * Write %XX for everything but the unreserved characters and those of KEPT; in
 * a brief URI, only for what is special in a part that END ends.
 */
static void
put_encoded(struct writer *writer, const char *text, const char *kept, char end)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		char plain[] = { *text, '\0' };
		char encoded[] = { '%', digits[c >> 4], digits[c & 15], '\0' };
		bool keep = writer->brief
		    ? !is_special(*text, end)
		    : is_unreserved(*text) || strchr(kept, *text) != NULL;

		put(writer, keep ? plain : encoded);
	}
}

static void
put_token(struct writer *writer, const struct otp_token *token)
{
	char secret[OTP_BASE32_SIZE(OTP_SECRET_MAX)];

	put(writer, SCHEME);
	put(writer, otp_kind_name(token->kind));
	put(writer, "/");
	put_encoded(writer, token->label, ":@", '?');
	put(writer, "?secret=");
	otp_base32_encode(token->secret, token->secret_size, secret);
	put(writer, secret);
	otp_wipe(secret, sizeof(secret));
	if (token->issuer[0] != '\0') {
		put(writer, "&issuer=");
		put_encoded(writer, token->issuer, "", '&');
	}
	if (token->hash != OTP_SHA1) {
		put(writer, "&algorithm=");
		put(writer, otp_hash_name(token->hash));
	}
	if (token->digits != OTP_DIGITS_DEFAULT) {
		put(writer, "&digits=");
		put_number(writer, token->digits);
	}
	if (token->kind == OTP_HOTP) {
		put(writer, "&counter=");
		put_number(writer, token->counter);
	} else if (token->period != OTP_PERIOD_DEFAULT) {
		put(writer, "&period=");
		put_number(writer, token->period);
	}
}

static enum otp_err
format(const struct otp_token *token, bool brief, char ret_uri[OTP_URI_MAX + 1])
{
	enum otp_err err = otp_token_check(token, NULL);
	struct writer writer;

	if (err != OTP_OK)
		return err;
	memset(&writer, 0, sizeof(writer));
	writer.brief = brief;
	put_token(&writer, token);
	if (writer.full)
		err = OTP_ERR_PARSE;
	else
		memcpy(ret_uri, writer.text, writer.length + 1);
	otp_wipe(&writer, sizeof(writer));
	return err;
}

enum otp_err
otp_uri_format(const struct otp_token *token, char ret_uri[OTP_URI_MAX + 1])
{
	return format(token, false, ret_uri);
}

enum otp_err
otp_uri_format_any(const struct otp_token *token, char ret_uri[OTP_URI_MAX + 1])
{
	enum otp_err err = format(token, false, ret_uri);

	return err == OTP_OK ? err : format(token, true, ret_uri);
}
