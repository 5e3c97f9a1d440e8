/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/import_parameter.h"

#include <string.h>

#include "common/core/decimal.h"
#include "common/core/import_algorithm.h"
#include "common/core/import_secret.h"
#include "common/core/letter.h"
#include "common/core/typed.h"

#define NAME_SIZE    64 /* what is longer is cut */
#define NEAR	     2	/* letters that a name and the one meant differ in */
#define SHORT	     3	/* letters of the shortest abbreviation */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const known[OTP_IMPORT_PARAMETERS] = {
	[OTP_IMPORT_SECRET] = "secret",
	[OTP_IMPORT_ISSUER] = "issuer",
	[OTP_IMPORT_ALGORITHM] = "algorithm",
	[OTP_IMPORT_DIGITS] = "digits",
	[OTP_IMPORT_PERIOD] = "period",
	[OTP_IMPORT_COUNTER] = "counter",
};

static void make_plain(
    const char *name, size_t length, char ret_plain[NAME_SIZE]);
static bool is_harmless(const char *name);
static bool is_suspect(const char *name);
static bool resembles(const char *name, const char *other);
static bool begins(const char *text, const char *beginning);
static size_t distance(const char *one, const char *other);

enum otp_import_parameter
otp_import_parameter_find(const char *name, size_t length)
{
	char plain[NAME_SIZE];

	for (unsigned i = 0; i < OTP_IMPORT_PARAMETERS; i++)
		if (otp_is_word(name, length, known[i]))
			return (enum otp_import_parameter)i;
	if (length >= 4 && otp_is_word(name, 4, "amp;"))
		return OTP_IMPORT_HTML;
	make_plain(name, length, plain);
	if (is_harmless(plain))
		return OTP_IMPORT_HARMLESS;
	return is_suspect(plain) ? OTP_IMPORT_SUSPECT : OTP_IMPORT_OTHER;
}

/* In lower case, without signs between letters and what cannot be seen. */
static void
make_plain(const char *name, size_t length, char ret_plain[NAME_SIZE])
{
	static const char signs[] = ".:;,/'\"()[]{}";
	size_t size = 0, skip;

	for (size_t i = 0; i < length && size < NAME_SIZE - 1; i += skip) {
		skip = otp_import_blank(name + i, length - i);
		if (skip == 0)
			skip = otp_typed_dash(name + i, length - i);
		if (skip > 0)
			continue;
		skip = 1;
		if (name[i] != '\0' && strchr(signs, name[i]) == NULL)
			ret_plain[size++] = otp_lower(name[i]);
	}
	ret_plain[size] = '\0';
}

static bool
is_harmless(const char *name)
{
	static const char *const names[] = { "image", "imageurl", "icon",
		"logo", "color", "colour", "backgroundcolor", "tag", "tags",
		"category", "note", "notes", "comment", "favorite", "favourite",
		"pinned", "uuid", "guid", "id", "group", "groups", "folder",
		"user", "username", "account", "accountname", "name", "label",
		"title", "email", "service", "org", "domain", "url", "website",
		"version", "source", "order", "created", "updated", "lastused",
		"codedisplay", "lock", "serial" };

	for (size_t i = 0; i < COUNT(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* An issuer only names a token: what resembles it changes no code. */
static bool
is_suspect(const char *name)
{
	/* What other programs and their users call what changes the codes. */
	static const char *const others[] = { "type", "kind", "mode", "key",
		"pin", "size", "len", "step", "mac", "sha", "base", "salt",
		"time", "x", "t", "t0", "start", "initial" };
	static const char *const parts[] = { "digit", "length", "otplen",
		"codesize", "algo", "hash", "hmac", "digest", "sha1", "sha256",
		"sha512", "crypt", "secret", "seed", "period", "interval",
		"timestep", "stepsize", "second", "counter", "movingfactor",
		"encod", "format", "radix", "charset", "alphabet", "checksum",
		"truncat", "prefix", "suffix", "offset", "skew", "drift",
		"epoch", "otptype", "tokentype" };

	for (size_t i = 0; i < COUNT(others); i++)
		if (strcmp(name, others[i]) == 0)
			return true;
	for (size_t i = 0; i < COUNT(parts); i++)
		if (strstr(name, parts[i]) != NULL)
			return true;
	for (unsigned i = 0; i < OTP_IMPORT_PARAMETERS; i++)
		if (i != OTP_IMPORT_ISSUER && resembles(name, known[i]))
			return true;
	return false;
}

bool
otp_import_parameter_is_telling(const char *value, size_t length)
{
	static const char *const words[] = { "totp", "hotp", "steam", "hex",
		"base32", "base64" };
	enum otp_hash hash;
	uint64_t number;
	bool usual;

	(void)otp_import_trim(&value, &length);
	for (size_t i = 0; i < COUNT(words); i++)
		if (otp_is_word(value, length, words[i]))
			return true;
	return otp_import_algorithm(value, length, &hash, &usual) ||
	    otp_decimal_read(value, length, UINT64_MAX, &number) == OTP_OK;
}

/* "algo", "digit", "periodSeconds", "perriod" */
static bool
resembles(const char *name, const char *other)
{
	if (strlen(name) >= SHORT && begins(other, name))
		return true;
	return begins(name, other) || distance(name, other) <= NEAR;
}

static bool
begins(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* How many letters to insert, remove or replace to make one of the other. */
static size_t
distance(const char *one, const char *other)
{
	size_t row[NAME_SIZE], length = strlen(other);

	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 1; one[i - 1] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			size_t best = diagonal + (one[i - 1] != other[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[length];
}
