/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/import_secret.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "common/core/base32.h"
#include "common/core/hex.h"
#include "common/core/typed.h"

/* What was done to a secret, a bit each. */
enum {
	SKIPPED = 1,
	LOWERED = 2,
	PADDED = 4,
	SPARE_BITS = 8,
	LOOKED_ALIKE = 16,
};

/* A secret as it is read: BITS are those that are not a whole byte yet. */
struct reading {
	struct otp_token *token;
	unsigned width; /* bits of a character */
	bool google;
	unsigned pending;
	uint32_t bits;
	unsigned long characters;
	unsigned done; /* what was done to it */
};

static enum otp_err read_base32(const char *text, size_t length, bool google,
    const struct otp_import_teller *teller, struct otp_token *token,
    struct otp_fault *fault);
static enum otp_err read_secret(struct reading *reading, const char *text,
    size_t length, const struct otp_import_teller *teller,
    struct otp_fault *fault);
static enum otp_err read_text(struct reading *reading, const char *text,
    size_t length, struct otp_fault *fault);
static size_t skipped_length(const char *text, size_t length);
static size_t blank_at_end(const char *text, size_t length);
static int character_value(struct reading *reading, char c);
static enum otp_err refuse_character(
    struct otp_fault *fault, const char *text, size_t length, size_t at);
static enum otp_err add_character(
    struct reading *reading, unsigned value, struct otp_fault *fault);
static enum otp_err conclude(struct reading *reading, struct otp_fault *fault);
static void tell(
    const struct reading *reading, const struct otp_import_teller *teller);

enum otp_err
otp_import_secret_base32(const char *text, size_t length,
    const struct otp_import_teller *teller, struct otp_token *token,
    struct otp_fault *fault)
{
	return read_base32(text, length, false, teller, token, fault);
}

enum otp_err
otp_import_secret_google(const char *text, size_t length,
    const struct otp_import_teller *teller, struct otp_token *token,
    struct otp_fault *fault)
{
	return read_base32(text, length, true, teller, token, fault);
}

static enum otp_err
read_base32(const char *text, size_t length, bool google,
    const struct otp_import_teller *teller, struct otp_token *token,
    struct otp_fault *fault)
{
	struct reading reading = { token, .width = 5, .google = google };
	size_t blank;

	do {
		blank = blank_at_end(text, length);
		length -= blank;
		if (blank > 0)
			reading.done |= SKIPPED;
		if (blank > 0 || length == 0 || text[length - 1] != '=')
			continue;
		reading.done |= PADDED;
		blank = 1;
		length--;
	} while (blank > 0);
	return read_secret(&reading, text, length, teller, fault);
}

enum otp_err
otp_import_secret_hex(const char *text, size_t length,
    const struct otp_import_teller *teller, struct otp_token *token,
    struct otp_fault *fault)
{
	struct reading reading = { token, .width = 4 };

	return read_secret(&reading, text, length, teller, fault);
}

static enum otp_err
read_secret(struct reading *reading, const char *text, size_t length,
    const struct otp_import_teller *teller, struct otp_fault *fault)
{
	enum otp_err err;

	reading->token->secret_size = 0;
	err = read_text(reading, text, length, fault);
	if (err == OTP_OK)
		err = conclude(reading, fault);
	if (err == OTP_OK)
		tell(reading, teller);
	return err;
}

static enum otp_err
read_text(struct reading *reading, const char *text, size_t length,
    struct otp_fault *fault)
{
	size_t skip;

	for (size_t at = 0; at < length; at += skip) {
		int value;
		enum otp_err err;

		skip = skipped_length(text + at, length - at);
		if (skip > 0) {
			reading->done |= SKIPPED;
			continue;
		}
		skip = 1;
		value = character_value(reading, text[at]);
		if (value < 0)
			return refuse_character(fault, text, length, at);
		if (reading->width == 5 && text[at] >= 'a')
			reading->done |= LOWERED;
		err = add_character(reading, (unsigned)value, fault);
		if (err != OTP_OK)
			return err;
	}
	return OTP_OK;
}

static size_t
skipped_length(const char *text, size_t length)
{
	size_t dash = otp_typed_dash(text, length);

	if (text[0] == '+')
		return 1;
	return dash > 0 ? dash : otp_import_blank(text, length);
}

size_t
otp_import_blank(const char *text, size_t length)
{
	if (length > 0 && (text[0] == '\r' || text[0] == '\n'))
		return 1;
	return otp_typed_blank(text, length);
}

bool
otp_import_trim(const char **text, size_t *length)
{
	const size_t before = *length;
	size_t blank;

	while ((blank = otp_import_blank(*text, *length)) > 0) {
		*text += blank;
		*length -= blank;
	}
	while ((blank = blank_at_end(*text, *length)) > 0)
		*length -= blank;
	return *length != before;
}

/* The length of the one that TEXT ends with, or 0. */
static size_t
blank_at_end(const char *text, size_t length)
{
	for (size_t size = 1; size <= 4 && size <= length; size++)
		if (otp_import_blank(text + length - size, size) == size)
			return size;
	return 0;
}

bool
otp_import_name_is_plain(const char *name)
{
	size_t length = strlen(name);

	if (length > 0 && (name[0] == ' ' || name[length - 1] == ' '))
		return false;
	for (size_t i = 0; i < length; i++)
		if (name[i] != ' ' &&
		    otp_import_blank(name + i, length - i) > 0)
			return false;
	return true;
}

static int
character_value(struct reading *reading, char c)
{
	static const char digits[] = "018", letters[] = "OLB";
	const char *digit = strchr(digits, c);

	if (reading->width == 4)
		return otp_hex_value(c);
	if (!reading->google || digit == NULL || c == '\0')
		return otp_base32_value(c);
	reading->done |= LOOKED_ALIKE;
	return otp_base32_value(letters[digit - digits]);
}

/* The character at AT, all bytes of it, and its place among all of them. */
static enum otp_err
refuse_character(
    struct otp_fault *fault, const char *text, size_t length, size_t at)
{
	size_t size = 1;
	unsigned long place = 0, all = 0;

	while (at + size < length &&
	    ((unsigned char)text[at + size] & 0xc0) == 0x80)
		size++;
	for (size_t i = 0; i < length; i++) {
		bool begins = ((unsigned char)text[i] & 0xc0) != 0x80;

		place += begins && i <= at;
		all += begins;
	}
	if (fault != NULL) {
		fault->numbers[0] = place;
		fault->numbers[1] = all;
	}
	return otp_import_refused(
	    fault, OTP_DETAIL_SECRET_CHARACTER, text + at, size);
}

static enum otp_err
add_character(struct reading *reading, unsigned value, struct otp_fault *fault)
{
	struct otp_token *token = reading->token;

	reading->characters++;
	reading->bits = (reading->bits << reading->width | value) & 0xfff;
	reading->pending += reading->width;
	if (reading->pending < 8)
		return OTP_OK;
	if (token->secret_size == sizeof(token->secret))
		return otp_fault_set(
		    fault, OTP_ERR_PARSE, 0, NULL, OTP_DETAIL_SECRET_LONG);
	reading->pending -= 8;
	token->secret[token->secret_size++] =
	    (uint8_t)(reading->bits >> reading->pending);
	return OTP_OK;
}

/* Whole bytes end after 2, 4, 5, 7 or 8 characters of base32. */
static enum otp_err
conclude(struct reading *reading, struct otp_fault *fault)
{
	if (reading->width == 4 && reading->pending != 0)
		return otp_fault_set(
		    fault, OTP_ERR_PARSE, 0, NULL, OTP_DETAIL_HALF_BYTE);
	if (reading->pending >= 5 && !reading->google)
		return otp_fault_set_number(fault, OTP_ERR_PARSE, NULL,
		    OTP_DETAIL_SECRET_LENGTH, reading->characters);
	if (reading->pending >= 5 ||
	    (reading->bits & ((1U << reading->pending) - 1)) != 0)
		reading->done |= SPARE_BITS;
	if (reading->token->secret_size == 0)
		return otp_fault_set(
		    fault, OTP_ERR_PARSE, 0, NULL, OTP_DETAIL_NO_SECRET);
	if (reading->token->secret_size < OTP_SECRET_MIN)
		return otp_fault_set_number(fault, OTP_ERR_PARSE, NULL,
		    OTP_DETAIL_SECRET_SHORT, reading->token->secret_size);
	return OTP_OK;
}

static void
tell(const struct reading *reading, const struct otp_import_teller *teller)
{
	static const struct {
		unsigned what;
		enum otp_detail detail;
	} notes[] = {
		{ SKIPPED, OTP_DETAIL_CHANGED_GROUPS },
		{ LOWERED, OTP_DETAIL_CHANGED_CASE },
		{ PADDED, OTP_DETAIL_CHANGED_PADDING },
		{ SPARE_BITS, OTP_DETAIL_CHANGED_BITS },
		{ LOOKED_ALIKE, OTP_DETAIL_CHANGED_LOOKALIKE },
	};

	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		if ((reading->done & notes[i].what) != 0)
			otp_import_tell(teller, notes[i].detail, "", 0);
}
