/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/import_kind.h"

#include <stdbool.h>
#include <string.h>

#include "common/core/import_csv.h"
#include "common/core/import_migration.h"
#include "common/core/import_oath.h"
#include "common/core/import_secret.h"
#include "common/core/import_uri.h"
#include "common/core/letter.h"
#include "common/core/line.h"
#include "common/core/wipe.h"

#define SCRATCH_DIGITS 8

/* What the lines of a text are; blank ones and comments do not count. */
struct survey {
	unsigned lines;
	struct otp_line first;
	bool uri;
	bool oath;
	bool option; /* of google-authenticator's */
	bool google; /* what follows a secret in google-authenticator's file */
};

static enum otp_detail find_binary(const char *text, size_t size);
static bool is_utf32(const char *text, size_t size);
static bool is_utf16(const char *text, size_t size);
static bool begins(const char *text, size_t size, const char *beginning);
static bool has(const char *text, size_t size, const char *part);
static bool is_json(const char *text, size_t size);
static struct survey look(const char *text, size_t size);
static bool is_of_google(const struct otp_line *line);
static bool is_significant(const struct otp_line *line);
static enum otp_import_kind judge(
    const struct survey *survey, enum otp_detail *ret_detail);
static enum otp_detail find_foreign(const char *text, size_t size);
static enum otp_detail find_foreign_line(const struct otp_line *line);
static bool is_secret(const char *text, size_t length);

enum otp_import_kind
otp_import_kind_find(const char *text, size_t size, enum otp_detail *ret_detail)
{
	size_t mark = otp_import_kind_mark(text, size);
	struct survey survey;

	*ret_detail = find_binary(text, size);
	if (*ret_detail != OTP_DETAIL_NONE)
		return OTP_IMPORT_KIND_UNKNOWN;
	text += mark;
	size -= mark;
	survey = look(text, size);
	if (survey.uri && !is_json(text, size))
		return OTP_IMPORT_KIND_URI;
	*ret_detail = find_foreign(text, size);
	if (*ret_detail != OTP_DETAIL_NONE)
		return OTP_IMPORT_KIND_UNKNOWN;
	return is_json(text, size) ? OTP_IMPORT_KIND_JSON
				   : judge(&survey, ret_detail);
}

size_t
otp_import_kind_mark(const char *text, size_t size)
{
	static const char mark[] = "\xef\xbb\xbf";

	return begins(text, size, mark) ? strlen(mark) : 0;
}

/* --- What is not a text ------------------------------------------------- */

static enum otp_detail
find_binary(const char *text, size_t size)
{
	static const struct {
		const char *beginning;
		enum otp_detail detail;
	} files[] = {
		{ "\x89PNG", OTP_DETAIL_PICTURE },
		{ "\xff\xd8\xff", OTP_DETAIL_PICTURE },
		{ "GIF8", OTP_DETAIL_PICTURE },
		{ "RIFF", OTP_DETAIL_PICTURE },
		{ "<svg", OTP_DETAIL_PICTURE },
		{ "%PDF", OTP_DETAIL_PICTURE },
		{ "PK\x03\x04", OTP_DETAIL_BINARY },
		{ "\x1f\x8b", OTP_DETAIL_BINARY },
		{ "$ANSIBLE_VAULT", OTP_DETAIL_ENCRYPTED },
		{ "Salted__", OTP_DETAIL_ENCRYPTED },
		{ "age-encryption.org/", OTP_DETAIL_ENCRYPTED },
		{ "-----BEGIN AGE", OTP_DETAIL_ENCRYPTED },
		{ "-----BEGIN PGP", OTP_DETAIL_ENCRYPTED },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (begins(text, size, files[i].beginning))
			return files[i].detail;
	if (is_utf32(text, size))
		return OTP_DETAIL_UTF32;
	if (is_utf16(text, size))
		return OTP_DETAIL_UTF16;
	if (memchr(text, '\0', size) != NULL)
		return OTP_DETAIL_BINARY;
	return OTP_DETAIL_NONE;
}

/* With a mark. */
static bool
is_utf32(const char *text, size_t size)
{
	return size >= 4 &&
	    (memcmp(text, "\xff\xfe\0", 4) == 0 ||
		memcmp(text, "\0\0\xfe\xff", 4) == 0);
}

/* With a mark, or ASCII of which every other byte is 0. */
static bool
is_utf16(const char *text, size_t size)
{
	if (begins(text, size, "\xff\xfe") || begins(text, size, "\xfe\xff"))
		return true;
	return size >= 4 && (text[0] == '\0') != (text[1] == '\0') &&
	    (text[0] == '\0') == (text[2] == '\0') &&
	    (text[1] == '\0') == (text[3] == '\0');
}

static bool
begins(const char *text, size_t size, const char *beginning)
{
	return size >= strlen(beginning) &&
	    memcmp(text, beginning, strlen(beginning)) == 0;
}

static bool
has(const char *text, size_t size, const char *part)
{
	return memmem(text, size, part, strlen(part)) != NULL;
}

/* An object or an array of them or of texts, whatever follows. */
static bool
is_json(const char *text, size_t size)
{
	bool array = false;

	(void)otp_import_trim(&text, &size);
	if (size > 0 && *text == '[') {
		array = true;
		text++;
		size--;
		(void)otp_import_trim(&text, &size);
	}
	return size > 0 && (*text == '{' || (array && strchr("\"]", *text)));
}

/* --- Lines -------------------------------------------------------------- */

static struct survey
look(const char *text, size_t size)
{
	struct survey survey = { 0 };
	struct otp_lines rest = { text, size, 0 };
	struct otp_line line;

	while (otp_line_next(&rest, &line)) {
		const char *user;
		size_t length;

		if (!is_significant(&line))
			continue;
		if (survey.lines++ == 0)
			survey.first = line;
		survey.uri = survey.uri ||
		    otp_import_uri_find(line.text, line.length) != NULL ||
		    otp_import_migration_is(line.text, line.length);
		survey.oath = survey.oath ||
		    otp_import_oath_look(line.text, line.length, &user,
			&length) == OTP_IMPORT_OATH_RECORD;
		survey.option =
		    survey.option || begins(line.text, line.length, "\" ");
		survey.google =
		    survey.google || (survey.lines > 1 && is_of_google(&line));
	}
	return survey;
}

/* An option, however it is written, or a scratch code. */
static bool
is_of_google(const struct otp_line *line)
{
	const char *text = line->text;
	size_t length = line->length, digits = 0;

	(void)otp_import_trim(&text, &length);
	while (digits < length && text[digits] >= '0' && text[digits] <= '9')
		digits++;
	return begins(text, length, "\"") || has(text, length, "TOTP_AUTH") ||
	    has(text, length, "HOTP_COUNTER") ||
	    (digits == SCRATCH_DIGITS && digits == length);
}

static bool
is_significant(const struct otp_line *line)
{
	const char *text = line->text;
	size_t length = line->length;

	(void)otp_import_trim(&text, &length);
	return length > 0 && text[0] != '#' &&
	    !otp_import_csv_is_separator(text, length);
}

static enum otp_import_kind
judge(const struct survey *survey, enum otp_detail *ret_detail)
{
	const struct otp_line *first = &survey->first;
	bool secret;

	*ret_detail = OTP_DETAIL_EMPTY;
	if (survey->lines == 0)
		return OTP_IMPORT_KIND_UNKNOWN;
	secret = is_secret(first->text, first->length);
	if (survey->option || (survey->google && secret))
		return OTP_IMPORT_KIND_GOOGLE;
	if (survey->oath)
		return OTP_IMPORT_KIND_OATH;
	if (otp_import_csv_is(first->text, first->length))
		return OTP_IMPORT_KIND_CSV;
	*ret_detail = find_foreign_line(first);
	if (*ret_detail == OTP_DETAIL_NONE)
		*ret_detail = secret && survey->lines == 1
		    ? OTP_DETAIL_SECRET_ALONE
		    : OTP_DETAIL_NOT_RECOGNISED;
	return OTP_IMPORT_KIND_UNKNOWN;
}

/* --- What cannot be read ------------------------------------------------ */

/* Formats of others, by a part that only they have. */
static enum otp_detail
find_foreign(const char *text, size_t size)
{
	static const struct {
		const char *part;
		enum otp_detail detail;
	} formats[] = {
		{ "KeyContainer", OTP_DETAIL_PSKC },
		{ "authenticator_tokens", OTP_DETAIL_AUTHY },
		{ "encrypted_seed", OTP_DETAIL_AUTHY },
		{ "\"shared_secret\"", OTP_DETAIL_STEAM },
		{ "\"servicesEncrypted\"", OTP_DETAIL_ENCRYPTED },
		{ "\"encrypted\": true", OTP_DETAIL_ENCRYPTED },
		{ "\"encrypted\":true", OTP_DETAIL_ENCRYPTED },
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (has(text, size, formats[i].part))
			return formats[i].detail;
	return OTP_DETAIL_NONE;
}

static enum otp_detail
find_foreign_line(const struct otp_line *line)
{
	static const struct {
		const char *beginning;
		enum otp_detail detail;
	} lines[] = {
		{ "steam://", OTP_DETAIL_STEAM },
		{ "battlenet", OTP_DETAIL_BATTLE_NET },
		{ "bnet", OTP_DETAIL_BATTLE_NET },
		{ "us-", OTP_DETAIL_BATTLE_NET },
		{ "eu-", OTP_DETAIL_BATTLE_NET },
		{ "kr-", OTP_DETAIL_BATTLE_NET },
		{ "cn-", OTP_DETAIL_BATTLE_NET },
		{ "otpauth", OTP_DETAIL_NOT_OTPAUTH },
		{ "authy", OTP_DETAIL_AUTHY },
		{ "phonefactor://", OTP_DETAIL_APP_PUSH },
		{ "duo://", OTP_DETAIL_APP_PUSH },
		{ "motp://", OTP_DETAIL_MOTP },
		{ "<?xml", OTP_DETAIL_XML },
	};
	const char *text = line->text;
	size_t length = line->length;

	(void)otp_import_trim(&text, &length);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		size_t size = strlen(lines[i].beginning);

		if (length >= size &&
		    otp_is_word(text, size, lines[i].beginning))
			return lines[i].detail;
	}
	return otp_import_csv_is_headless(text, length)
	    ? OTP_DETAIL_CSV_HEADLESS
	    : OTP_DETAIL_NONE;
}

/* Whether TEXT is a secret and nothing else, in base32 or in hexadecimal. */
static bool
is_secret(const char *text, size_t length)
{
	struct otp_token token = { 0 };
	bool is = otp_import_secret_google(text, length, NULL, &token, NULL) ==
		OTP_OK ||
	    otp_import_secret_hex(text, length, NULL, &token, NULL) == OTP_OK;

	otp_wipe(&token, sizeof(token));
	return is;
}
