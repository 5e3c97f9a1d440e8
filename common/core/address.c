/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/address.h"

#include <string.h>

#include "common/core/base32.h"
#include "common/core/decimal.h"
#include "common/core/digest.h"
#include "common/core/recovery.h"
#include "common/core/wipe.h"

#define LINE_PREFIX    "deliver:"
#define PENDING_PREFIX "pending:"
#define ID_PREFIX      "pam_otp address 1" /* with its NUL */
#define MAILTO	       "mailto"
#define SMS	       "sms"

#define SECRET_CHARS (OTP_BASE32_SIZE(OTP_ADDRESS_SECRET_SIZE) - 1)

#define LOCAL_MAX  64
#define LABEL_MAX  63
#define DIGITS_MIN 7
#define DIGITS_MAX 15

_Static_assert(sizeof(LINE_PREFIX) + SECRET_CHARS + 1 + OTP_ADDRESS_SIZE - 1 <=
	OTP_ADDRESS_LINE_SIZE,
    "a line fits");
_Static_assert(
    OTP_ADDRESS_LINE_SIZE + sizeof("123456789012") <= OTP_PENDING_LINE_SIZE &&
	sizeof(LINE_PREFIX) == sizeof(PENDING_PREFIX),
    "a line with a time fits");
_Static_assert(
    DIGITS_MAX + sizeof(SMS ":+") <= OTP_ADDRESS_SIZE, "a number fits");

/* A part of a text; it has no NUL of its own. */
struct part {
	const char *text;
	size_t length;
};

static enum otp_detail check_uri(struct part uri);
static size_t scheme_length(struct part uri);
static bool is_scheme(struct part part, const char *scheme);
static bool is_mail(struct part part);
static bool is_host(struct part part);
static bool is_label(struct part part);
static bool is_number(struct part part);
static bool is_any(struct part part);
static bool is_letter(char c);
static bool is_mark(char c);
static bool is_digit(char c);
static enum otp_err parse_key(const char *text, size_t length,
    struct otp_address *ret_address, struct otp_fault *fault);
static void format_key(const struct otp_address *address, char *to);
static enum otp_err read_number(const char *typed,
    struct otp_address *ret_address, struct otp_fault *fault);
static enum otp_err read_with(const char *scheme, struct part rest,
    struct otp_address *ret_address, struct otp_fault *fault);

static enum otp_err
refuse(struct otp_fault *fault, enum otp_detail detail)
{
	return otp_fault_set(fault, OTP_ERR_PARSE, 0, NULL, detail);
}

enum otp_err
otp_address_parse(const char *uri, size_t length,
    struct otp_address *ret_address, struct otp_fault *fault)
{
	enum otp_detail bad = check_uri((struct part){ uri, length });

	if (bad != OTP_DETAIL_NONE)
		return refuse(fault, bad);
	memset(ret_address, 0, sizeof(*ret_address));
	memcpy(ret_address->uri, uri, length);
	return OTP_OK;
}

/* NONE, or what is wrong. */
static enum otp_detail
check_uri(struct part uri)
{
	const size_t scheme = scheme_length(uri);
	const struct part name = { uri.text, scheme };
	struct part rest;

	if (uri.length >= OTP_ADDRESS_SIZE)
		return OTP_DETAIL_ADDRESS_LONG;
	if (scheme == 0)
		return OTP_DETAIL_ADDRESS;
	rest = (struct part){ uri.text + scheme + 1, uri.length - scheme - 1 };
	if (is_scheme(name, MAILTO))
		return is_mail(rest) ? OTP_DETAIL_NONE
				     : OTP_DETAIL_MAIL_ADDRESS;
	if (is_scheme(name, SMS))
		return is_number(rest) ? OTP_DETAIL_NONE
				       : OTP_DETAIL_PHONE_NUMBER;
	return is_any(rest) ? OTP_DETAIL_NONE : OTP_DETAIL_ADDRESS;
}

/* The length of the scheme, which a colon follows; 0 if there is none. */
static size_t
scheme_length(struct part uri)
{
	size_t length = 0;

	while (length < uri.length &&
	    ((uri.text[length] >= 'a' && uri.text[length] <= 'z') ||
		(length > 0 &&
		    (is_digit(uri.text[length]) || uri.text[length] == '-'))))
		length++;
	if (length > OTP_ADDRESS_SCHEME_MAX || length == uri.length ||
	    uri.text[length] != ':')
		return 0;
	return length;
}

static bool
is_scheme(struct part part, const char *scheme)
{
	return part.length == strlen(scheme) &&
	    memcmp(part.text, scheme, part.length) == 0;
}

/* LOCAL@DOMAIN */
static bool
is_mail(struct part part)
{
	const char *at = memchr(part.text, '@', part.length);
	const size_t local = at == NULL ? 0 : (size_t)(at - part.text);

	if (local == 0 || local > LOCAL_MAX || part.text[0] == '-' ||
	    part.text[0] == '.')
		return false;
	for (size_t i = 0; i < local; i++)
		if (!is_letter(part.text[i]) && !is_digit(part.text[i]) &&
		    !is_mark(part.text[i]))
			return false;
	return is_host((struct part){ at + 1, part.length - local - 1 });
}

static bool
is_host(struct part part)
{
	const char *dot;

	while ((dot = memchr(part.text, '.', part.length)) != NULL) {
		const size_t length = (size_t)(dot - part.text);

		if (!is_label((struct part){ part.text, length }))
			return false;
		part = (struct part){ dot + 1, part.length - length - 1 };
	}
	return is_label(part);
}

static bool
is_label(struct part part)
{
	if (part.length == 0 || part.length > LABEL_MAX ||
	    part.text[0] == '-' || part.text[part.length - 1] == '-')
		return false;
	for (size_t i = 0; i < part.length; i++)
		if (!is_letter(part.text[i]) && !is_digit(part.text[i]) &&
		    part.text[i] != '-')
			return false;
	return true;
}

static bool
is_number(struct part part)
{
	if (part.length < 1 + DIGITS_MIN || part.length > 1 + DIGITS_MAX ||
	    part.text[0] != '+')
		return false;
	for (size_t i = 1; i < part.length; i++)
		if (!is_digit(part.text[i]))
			return false;
	return true;
}

static bool
is_any(struct part part)
{
	for (size_t i = 0; i < part.length; i++)
		if (part.text[i] <= ' ' || part.text[i] > '~' ||
		    part.text[i] == '"' || part.text[i] == '\\')
			return false;
	return part.length > 0;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Beside letters and digits, before the '@'. */
static bool
is_mark(char c)
{
	return c == '.' || c == '_' || c == '+' || c == '-';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

enum otp_err
otp_address_read(
    const char *typed, struct otp_address *ret_address, struct otp_fault *fault)
{
	const struct part whole = { typed, strlen(typed) };

	if (typed[0] == '+')
		return read_number(typed, ret_address, fault);
	if (scheme_length(whole) == 0 && strchr(typed, '@') != NULL)
		return read_with(MAILTO ":", whole, ret_address, fault);
	return otp_address_parse(typed, whole.length, ret_address, fault);
}

static enum otp_err
read_number(
    const char *typed, struct otp_address *ret_address, struct otp_fault *fault)
{
	char number[1 + DIGITS_MAX + 1];
	size_t length = 0;

	for (; *typed != '\0'; typed++) {
		if (*typed == ' ' || *typed == '-')
			continue;
		if (length == sizeof(number))
			break; /* too long already */
		number[length++] = *typed;
	}
	return read_with(
	    SMS ":", (struct part){ number, length }, ret_address, fault);
}

static enum otp_err
read_with(const char *scheme, struct part rest, struct otp_address *ret_address,
    struct otp_fault *fault)
{
	const size_t length = strlen(scheme);
	char uri[OTP_ADDRESS_SIZE];

	if (rest.length >= sizeof(uri) - length)
		return refuse(fault, OTP_DETAIL_ADDRESS_LONG);
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): it is counted */
	memcpy(uri, scheme, length);
	memcpy(uri + length, rest.text, rest.length);
	return otp_address_parse(uri, length + rest.length, ret_address, fault);
}

size_t
otp_address_scheme(const struct otp_address *address)
{
	return scheme_length(
	    (struct part){ address->uri, strlen(address->uri) });
}

bool
otp_address_is_mail(const struct otp_address *address)
{
	return is_scheme(
	    (struct part){ address->uri, otp_address_scheme(address) }, MAILTO);
}

bool
otp_address_is_within(const struct otp_address *address, const char *prefixes)
{
	const size_t scheme = otp_address_scheme(address);
	const char *number = address->uri + scheme + 1;

	if (!is_scheme((struct part){ address->uri, scheme }, SMS))
		return true;
	while (*prefixes != '\0') {
		const size_t length = strcspn(prefixes, ",");

		if (length > 0 && strncmp(number, prefixes, length) == 0)
			return true;
		prefixes += length + strspn(prefixes + length, ",");
	}
	return false;
}

bool
otp_address_are_prefixes(const char *prefixes)
{
	while (*prefixes != '\0') {
		const size_t length = strcspn(prefixes, ",");

		if (length < 2 || length > 1 + DIGITS_MAX || prefixes[0] != '+')
			return false;
		for (size_t i = 1; i < length; i++)
			if (!is_digit(prefixes[i]))
				return false;
		prefixes += length + strspn(prefixes + length, ",");
	}
	return true;
}

void
otp_address_method(const struct otp_address *address,
    char ret_method[OTP_ADDRESS_SCHEME_MAX + 1])
{
	size_t length = otp_address_scheme(address);

	if (is_scheme((struct part){ address->uri, length }, MAILTO))
		length = sizeof("mail") - 1;
	memcpy(ret_method, address->uri, length);
	ret_method[length] = '\0';
}

void
otp_address_mask(
    const struct otp_address *address, char ret_masked[OTP_ADDRESS_MASKED_SIZE])
{
	const char *uri = address->uri;
	const size_t scheme = otp_address_scheme(address);
	struct part before = { uri, scheme + 1 };
	struct part after = { "", 0 };

	if (is_scheme((struct part){ uri, scheme }, MAILTO)) {
		before = (struct part){ uri + scheme + 1, 1 };
		after.text = strchr(uri, '@');
	} else if (is_scheme((struct part){ uri, scheme }, SMS)) {
		before = (struct part){ uri + scheme + 1, 3 };
		after.text = uri + strlen(uri) - 3;
	}
	after.length = strlen(after.text);
	memcpy(ret_masked, before.text, before.length);
	memset(ret_masked + before.length, '*', 3);
	memcpy(ret_masked + before.length + 3, after.text, after.length + 1);
}

enum otp_err
otp_address_parse_line(const char *line, size_t length,
    struct otp_address *ret_address, struct otp_fault *fault)
{
	const size_t prefix = sizeof(LINE_PREFIX) - 1;

	if (length < prefix || memcmp(line, LINE_PREFIX, prefix) != 0)
		return refuse(fault, OTP_DETAIL_ADDRESS_SECRET);
	return parse_key(line + prefix, length - prefix, ret_address, fault);
}

/* SECRET:URI */
static enum otp_err
parse_key(const char *text, size_t length, struct otp_address *ret_address,
    struct otp_fault *fault)
{
	static const uint8_t zeros[OTP_ADDRESS_SECRET_SIZE];
	const size_t uri = SECRET_CHARS + 1;
	uint8_t secret[OTP_ADDRESS_SECRET_SIZE];
	size_t size = 0;
	enum otp_err err;

	if (length < uri || text[uri - 1] != ':' ||
	    otp_base32_decode(
		text, SECRET_CHARS, secret, sizeof(secret), &size) != OTP_OK ||
	    size != sizeof(secret) ||
	    otp_equal(secret, zeros, sizeof(secret))) {
		otp_wipe(secret, sizeof(secret));
		return refuse(fault, OTP_DETAIL_ADDRESS_SECRET);
	}
	err = otp_address_parse(text + uri, length - uri, ret_address, fault);
	if (err == OTP_OK)
		memcpy(ret_address->secret, secret, sizeof(secret));
	otp_wipe(secret, sizeof(secret));
	return err;
}

void
otp_address_format_line(
    const struct otp_address *address, char ret_line[OTP_ADDRESS_LINE_SIZE])
{
	format_key(address, stpcpy(ret_line, LINE_PREFIX));
}

static void
format_key(const struct otp_address *address, char *to)
{
	otp_base32_encode(address->secret, sizeof(address->secret), to);
	to[SECRET_CHARS] = ':';
	memcpy(to + SECRET_CHARS + 1, address->uri, strlen(address->uri) + 1);
}

enum otp_err
otp_pending_parse_line(const char *line, size_t length,
    struct otp_pending *ret_pending, struct otp_fault *fault)
{
	const size_t prefix = sizeof(PENDING_PREFIX) - 1;
	const char *end = length < prefix
	    ? NULL
	    : memchr(line + prefix, ':', length - prefix);
	struct otp_pending pending = { .until = 0 };
	uint64_t until = 0;
	enum otp_err err;

	if (end == NULL || memcmp(line, PENDING_PREFIX, prefix) != 0 ||
	    otp_decimal_read(line + prefix, (size_t)(end - line) - prefix,
		OTP_RECOVERY_TIME_MAX, &until) != OTP_OK ||
	    until == 0)
		return refuse(fault, OTP_DETAIL_PENDING);
	err = parse_key(end + 1, length - (size_t)(end + 1 - line),
	    &pending.address, fault);
	if (err == OTP_OK) {
		pending.until = (int64_t)until;
		*ret_pending = pending;
	}
	otp_wipe(&pending, sizeof(pending));
	return err;
}

void
otp_pending_format_line(
    const struct otp_pending *pending, char ret_line[OTP_PENDING_LINE_SIZE])
{
	char *to = stpcpy(ret_line, PENDING_PREFIX);

	to += otp_decimal_write((uint64_t)pending->until, to);
	*to++ = ':';
	format_key(&pending->address, to);
}

enum otp_err
otp_address_id(const struct otp_address *address, uint8_t ret_id[OTP_ID_SIZE])
{
	uint8_t text[sizeof(ID_PREFIX) + OTP_ADDRESS_SECRET_SIZE +
	    OTP_ADDRESS_SIZE];
	const size_t length = strlen(address->uri);
	uint8_t digest[OTP_DIGEST_SIZE];
	uint8_t *at = text;
	enum otp_err err;

	memcpy(at, ID_PREFIX, sizeof(ID_PREFIX));
	at += sizeof(ID_PREFIX);
	memcpy(at, address->secret, OTP_ADDRESS_SECRET_SIZE);
	at += OTP_ADDRESS_SECRET_SIZE;
	memcpy(at, address->uri, length);
	at += length;
	err = otp_digest(text, (size_t)(at - text), digest);
	if (err == OTP_OK)
		memcpy(ret_id, digest, OTP_ID_SIZE);
	otp_wipe(text, sizeof(text));
	return err;
}
