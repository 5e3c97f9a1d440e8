/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/import_isolate.h"

#include <stdbool.h>
#include <string.h>

#include "common/core/import_secret.h"
#include "common/core/letter.h"

#define PREFIX_MAX 32 /* bytes of a word before the URI */

/* Part of a text. */
struct part {
	const char *text;
	size_t length;
};

static bool cut_quotes(struct part *before, struct part *uri);
static bool begins(struct part part, const char *text);
static bool ends(struct part part, const char *text);
static bool is_prefix(struct part part);
static bool is_mark(struct part part);

const char *
otp_import_isolate_find(const char *line, size_t length, const char *scheme)
{
	const size_t size = strlen(scheme);

	for (size_t i = 0; i + size <= length; i++)
		if (otp_is_word(line + i, size, scheme))
			return line + i;
	return NULL;
}

enum otp_err
otp_import_isolate(const char **text, size_t *length, const char *scheme,
    const struct otp_import_teller *teller, struct otp_fault *fault)
{
	bool around = otp_import_trim(text, length);
	const char *begin = otp_import_isolate_find(*text, *length, scheme);
	struct part before = { *text, 0 }, uri = { begin, 0 };

	if (begin == NULL)
		return otp_import_refused(fault, OTP_DETAIL_NOT_OTPAUTH, "", 0);
	before.length = (size_t)(begin - *text);
	uri.length = *length - before.length;
	around = cut_quotes(&before, &uri) || around;
	(void)otp_import_trim(&before.text, &before.length);
	if (before.length > 0 && !is_prefix(before) && !is_mark(before))
		return otp_import_refused(
		    fault, OTP_DETAIL_TEXT_BEFORE, before.text, before.length);
	if (around)
		otp_import_tell(teller, OTP_DETAIL_CHANGED_AROUND, "", 0);
	if (before.length > 0)
		otp_import_tell(teller, OTP_DETAIL_CHANGED_PREFIX, before.text,
		    before.length);
	*text = uri.text;
	*length = uri.length;
	return OTP_OK;
}

/*
 * A quote before URI, and what belongs to it at the end; a list's comma, too.
 */
static bool
cut_quotes(struct part *before, struct part *uri)
{
	static const char *const pairs[][2] = { { "\"", "\"" }, { "'", "'" },
		{ "`", "`" }, { "<", ">" }, { "(", ")" }, { "[", "]" },
		{ "\xe2\x80\x9c", "\xe2\x80\x9d" },
		{ "\xe2\x80\x9e", "\xe2\x80\x9c" },
		{ "\xe2\x80\x9e", "\xe2\x80\x9d" },
		{ "\xe2\x80\x98", "\xe2\x80\x99" },
		{ "\xc2\xab", "\xc2\xbb" } };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct part rest = *uri;

		while (ends(rest, ",") || ends(rest, ";"))
			rest.length--;
		if (!ends(*before, pairs[i][0]) || !ends(rest, pairs[i][1]))
			continue;
		before->length -= strlen(pairs[i][0]);
		uri->length = rest.length - strlen(pairs[i][1]);
		return true;
	}
	return false;
}

static bool
begins(struct part part, const char *text)
{
	return part.length >= strlen(text) &&
	    memcmp(part.text, text, strlen(text)) == 0;
}

static bool
ends(struct part part, const char *text)
{
	const size_t size = strlen(text);

	return part.length >= size &&
	    memcmp(part.text + part.length - size, text, size) == 0;
}

/* "QR-Code:", "URI =" */
static bool
is_prefix(struct part part)
{
	if (part.length > PREFIX_MAX || (!ends(part, ":") && !ends(part, "=")))
		return false;
	for (size_t i = 0; i + 1 < part.length; i++) {
		char c = otp_lower(part.text[i]);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    (strchr(" -_", c) == NULL || c == '\0'))
			return false;
	}
	return true;
}

/* Of a list or of a quotation: "-", "2." */
static bool
is_mark(struct part part)
{
	static const char *const marks[] = { "-", "*", "+", ">", "$",
		"\xe2\x80\xa2" };
	size_t digits = 0;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (part.length == strlen(marks[i]) && begins(part, marks[i]))
			return true;
	while (digits < part.length && part.text[digits] >= '0' &&
	    part.text[digits] <= '9')
		digits++;
	return digits > 0 && digits + 1 == part.length &&
	    (ends(part, ".") || ends(part, ")"));
}
