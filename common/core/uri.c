/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <string.h>

#include "base32.h"
#include "decimal.h"
#include "mark.h"
#include "uri.h"
#include "wipe.h"

#define SCHEME	      "otpauth://"
#define SCHEME_LENGTH (sizeof(SCHEME) - 1)
#define TYPE_LENGTH   5 /* "totp/" */

#define NAME_SIZE 16 /* of a parameter's name; longer ones are not known */

/* --- Reading ----------------------------------------------------------- */

static char
lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c;
}

/* LENGTH bytes of TEXT are WORD (in lower case), in either case. */
static bool
is_word(const char *text, size_t length, const char *word)
{
	if (length != strlen(word))
		return false;
	for (size_t i = 0; i < length; i++)
		if (lower(text[i]) != word[i])
			return false;
	return true;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decode %XX (never to NUL) into RET_TEXT, which holds SIZE bytes. */
static bool
decode(const char *text, size_t length, char *ret_text, size_t size)
{
	size_t to = 0;

	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		if (c == '%') {
			int high = i + 2 < length ? hex_value(text[i + 1]) : -1;
			int low = i + 2 < length ? hex_value(text[i + 2]) : -1;

			if (high < 0 || low < 0 || (high | low) == 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		}
		if (to + 1 >= size)
			return false;
		ret_text[to++] = c;
	}
	ret_text[to] = '\0';
	return true;
}

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

	if (is_word(value, length, "sha1"))
		token->hash = OTP_SHA1;
	else if (is_word(value, length, "sha256"))
		token->hash = OTP_SHA256;
	else if (is_word(value, length, "sha512"))
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
	const char *bad; /* said of the URI */
} parameters[PARAMETERS_COUNT] = {
	[SECRET] = { "secret", read_secret,
	    N_("has a secret that is not base32 of at most 64 bytes") },
	[ISSUER] = { "issuer", read_issuer, N_("has a bad issuer") },
	[ALGORITHM] = { "algorithm", read_algorithm,
	    N_("has an algorithm other than SHA1, SHA256 and SHA512") },
	[DIGITS] = { "digits", read_digits,
	    N_("has other than 6, 7 or 8 digits") },
	[PERIOD] = { "period", read_period,
	    N_("has a period that is not 15 to 120 s, or is not totp") },
	[COUNTER] = { "counter", read_counter,
	    N_("has a counter that is no 64-bit number, or is not hotp") },
};

static enum parameter_index
find_parameter(const char *text, size_t length)
{
	char name[NAME_SIZE];
	unsigned i;

	if (!decode(text, length, name, sizeof(name)))
		return PARAMETERS_COUNT;
	for (i = 0; i < PARAMETERS_COUNT; i++)
		if (is_word(name, strlen(name), parameters[i].name))
			break;
	return (enum parameter_index)i;
}

/* Read one "name=value".  NULL, or what is wrong. */
static const char *
read_parameter(
    const char *text, size_t length, unsigned *seen, struct otp_token *token)
{
	const char *bad = NULL;
	const char *equals = memchr(text, '=', length);
	size_t name_length = equals == NULL ? length : (size_t)(equals - text);
	enum parameter_index i = find_parameter(text, name_length);
	char value[OTP_LABEL_SIZE];

	if (i == PARAMETERS_COUNT)
		return NULL;
	if ((*seen & 1U << i) != 0)
		return N_("has a parameter twice");
	*seen |= 1U << i;
	if (equals == NULL ||
	    !decode(
		equals + 1, length - name_length - 1, value, sizeof(value)) ||
	    !parameters[i].read(value, token))
		bad = parameters[i].bad;
	otp_wipe(value, sizeof(value));
	return bad;
}

static const char *
read_query(const char *text, size_t length, struct otp_token *token)
{
	const char *bad = NULL;
	unsigned seen = 0;

	while (length > 0 && bad == NULL) {
		const char *end = memchr(text, '&', length);
		size_t part = end == NULL ? length : (size_t)(end - text);

		bad = read_parameter(text, part, &seen, token);
		part += end != NULL;
		text += part;
		length -= part;
	}
	if (bad == NULL && (seen & 1U << SECRET) == 0)
		bad = N_("has no secret");
	if (bad == NULL && token->kind == OTP_HOTP &&
	    (seen & 1U << COUNTER) == 0)
		bad = N_("has no counter");
	return bad;
}

/* Bytes that no app writes: control characters, and a fragment's mark. */
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
	if (is_word(text, TYPE_LENGTH, "totp/")) {
		token->kind = OTP_TOTP;
		token->period = OTP_PERIOD_DEFAULT;
	} else if (is_word(text, TYPE_LENGTH, "hotp/")) {
		token->kind = OTP_HOTP;
	} else {
		return false;
	}
	token->hash = OTP_SHA1;
	token->digits = OTP_DIGITS_DEFAULT;
	return true;
}

static const char *
read_uri(const char *uri, size_t length, struct otp_token *token)
{
	const char *label, *question;
	size_t rest;

	if (length > OTP_URI_MAX)
		return N_("is longer than 1023 bytes");
	if (length < SCHEME_LENGTH || !is_word(uri, SCHEME_LENGTH, SCHEME))
		return N_("is no otpauth:// URI");
	if (has_stray(uri, length))
		return N_("has a control character or a '#'");
	rest = length - SCHEME_LENGTH;
	if (rest < TYPE_LENGTH || !read_type(uri + SCHEME_LENGTH, token))
		return N_("is neither totp nor hotp");
	label = uri + SCHEME_LENGTH + TYPE_LENGTH;
	rest -= TYPE_LENGTH;
	question = memchr(label, '?', rest);
	if (question == NULL)
		return N_("has no secret");
	if (!decode(label, (size_t)(question - label), token->label,
		sizeof(token->label)))
		return N_(
		    "has a label that is badly encoded or over 255 bytes");
	rest -= (size_t)(question - label) + 1;
	return read_query(question + 1, rest, token);
}

enum otp_err
otp_uri_parse(const char *uri, size_t length, struct otp_token *ret_token,
    struct otp_fault *fault)
{
	enum otp_err err = OTP_ERR_PARSE;
	struct otp_token token;
	const char *bad;

	memset(&token, 0, sizeof(token));
	bad = read_uri(uri, length, &token);
	if (bad != NULL)
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

/* What a reader would refuse, or take for something else, as it is. */
static bool
is_special(char c, char end)
{
	return (unsigned char)c < ' ' || c == 0x7f || c == '#' || c == '%' ||
	    c == end;
}

/*
 * Everything but the unreserved characters and those of KEPT as %XX; in brief,
 * what is special where END ends it.
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
