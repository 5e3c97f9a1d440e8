/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/import_google.h"

#include <string.h>

#include "common/core/decimal.h"
#include "common/core/import_secret.h"
#include "common/core/line.h"
#include "common/core/wipe.h"

#define SCRATCH_DIGITS 8
#define STEP_SIZE_MAX  60 /* seconds; google-authenticator's bound */
#define DIGITS	       6
/* Counters that resynchronisation may still go through. */
#define COUNTER_MAX (UINT64_MAX - 100000)

/* What the lines contained so far. */
struct reading {
	struct otp_import_google *import;
	struct otp_import_teller teller;
	struct otp_fault *fault;
	bool has_totp;
	bool has_counter;
	bool has_step;
	bool has_reuse;
	uint64_t counter;
	uint64_t step_size;
	bool used; /* a step is known, the highest being: */
	uint64_t highest;
};

/* A word of a line. */
struct word {
	const char *text;
	size_t length;
};

static enum otp_err
refuse(struct reading *reading, enum otp_detail detail)
{
	if (reading->fault != NULL)
		reading->fault->line = reading->teller.line;
	return otp_fault_set(reading->fault, OTP_ERR_PARSE, 0, NULL, detail);
}

static void
note(struct reading *reading, enum otp_detail what, struct word name)
{
	otp_import_tell(&reading->teller, what, name.text, name.length);
}

/* Its fault has the line. */
static enum otp_err
read_secret(struct reading *reading, struct word line)
{
	if (reading->fault != NULL)
		reading->fault->line = reading->teller.line;
	return otp_import_secret_google(line.text, line.length,
	    &reading->teller, &reading->import->token, reading->fault);
}

/* Take the next word off *LINE; false where there is none. */
static bool
next_word(struct word *line, struct word *ret_word)
{
	while (line->length > 0 &&
	    (line->text[0] == ' ' || line->text[0] == '\t')) {
		line->text++;
		line->length--;
	}
	ret_word->text = line->text;
	ret_word->length = 0;
	while (
	    line->length > 0 && line->text[0] != ' ' && line->text[0] != '\t') {
		line->text++;
		line->length--;
		ret_word->length++;
	}
	return ret_word->length > 0;
}

static bool
is_word(struct word word, const char *text)
{
	return word.length == strlen(text) &&
	    memcmp(word.text, text, word.length) == 0;
}

/* The one number that VALUE is. */
static bool
read_number(struct word value, uint64_t max, uint64_t *ret_number)
{
	struct word word, more;

	return next_word(&value, &word) && !next_word(&value, &more) &&
	    otp_decimal_read(word.text, word.length, max, ret_number) == OTP_OK;
}

static enum otp_err
read_counter(struct reading *reading, struct word value)
{
	if (reading->has_counter)
		return OTP_OK;
	reading->has_counter = true;
	if (!read_number(value, COUNTER_MAX, &reading->counter) ||
	    reading->counter == 0)
		return refuse(reading, OTP_DETAIL_HOTP_COUNTER);
	return OTP_OK;
}

static enum otp_err
read_step_size(struct reading *reading, struct word value)
{
	if (reading->has_step)
		return OTP_OK;
	reading->has_step = true;
	if (!read_number(value, STEP_SIZE_MAX, &reading->step_size))
		return refuse(reading, OTP_DETAIL_STEP_SIZE);
	return OTP_OK;
}

static enum otp_err
read_used(struct reading *reading, struct word value)
{
	struct word word;
	uint64_t step;

	if (reading->has_reuse)
		return OTP_OK;
	reading->has_reuse = true;
	while (next_word(&value, &word)) {
		if (otp_decimal_read(
			word.text, word.length, UINT32_MAX, &step) != OTP_OK)
			return refuse(reading, OTP_DETAIL_USED_STEP);
		if (!reading->used || step > reading->highest)
			reading->highest = step;
		reading->used = true;
	}
	return OTP_OK;
}

static void
note_skew(struct reading *reading, struct word value)
{
	if (!is_word(value, "0"))
		note(reading, OTP_DETAIL_DROPPED_TIME_SKEW, value);
}

/* Options that come and go, and say nothing about used codes. */
static bool
is_transient(struct word name)
{
	return is_word(name, "RESETTING_TIME_SKEW") ||
	    (name.length == 5 && memcmp(name.text, "LAST", 4) == 0 &&
		name.text[4] >= '0' && name.text[4] <= '9');
}

/* LINE is what follows the quote and its space. */
static enum otp_err
read_option(struct reading *reading, struct word line)
{
	struct word name = { line.text, 0 }, value;

	while (name.length < line.length && line.text[name.length] != ' ' &&
	    line.text[name.length] != '\t')
		name.length++;
	value =
	    (struct word){ line.text + name.length, line.length - name.length };
	while (value.length > 0 &&
	    (value.text[0] == ' ' || value.text[0] == '\t')) {
		value.text++;
		value.length--;
	}
	if (is_word(name, "TOTP_AUTH"))
		reading->has_totp = true;
	else if (is_word(name, "HOTP_COUNTER"))
		return read_counter(reading, value);
	else if (is_word(name, "STEP_SIZE"))
		return read_step_size(reading, value);
	else if (is_word(name, "DISALLOW_REUSE"))
		return read_used(reading, value);
	else if (is_word(name, "WINDOW_SIZE"))
		note(reading, OTP_DETAIL_DROPPED_WINDOW_SIZE, name);
	else if (is_word(name, "RATE_LIMIT"))
		note(reading, OTP_DETAIL_DROPPED_RATE_LIMIT, name);
	else if (is_word(name, "TIME_SKEW"))
		note_skew(reading, value);
	else if (!is_transient(name))
		note(reading, OTP_DETAIL_DROPPED_OPTION, name);
	return OTP_OK;
}

static bool
is_blank(struct word line)
{
	struct word word;

	return !next_word(&line, &word);
}

static bool
is_scratch(struct word line)
{
	struct word word, more;
	uint64_t number;

	return next_word(&line, &word) && !next_word(&line, &more) &&
	    word.length == SCRATCH_DIGITS &&
	    otp_decimal_read(word.text, word.length, 99999999, &number) ==
	    OTP_OK;
}

/* google-authenticator's module skips what it does not know, too. */
static enum otp_err
read_line(struct reading *reading, struct word line)
{
	const struct word none = { "", 0 };

	if (reading->teller.line == 1)
		return read_secret(reading, line);
	if (is_blank(line))
		return OTP_OK;
	if (line.length > 2 && line.text[0] == '"' && line.text[1] == ' ')
		return read_option(
		    reading, (struct word){ line.text + 2, line.length - 2 });
	if (!is_scratch(line))
		note(reading, OTP_DETAIL_NOT_GOOGLE, none);
	else if (reading->import->scratch++ == 0)
		note(reading, OTP_DETAIL_DROPPED_SCRATCH_CODES, none);
	return OTP_OK;
}

/* Make a token of what the lines contained. */
static enum otp_err
conclude(struct reading *reading)
{
	struct otp_import_google *import = reading->import;
	struct otp_token *token = &import->token;

	reading->teller.line = 0;
	token->hash = OTP_SHA1;
	token->digits = DIGITS;
	if (reading->has_counter) {
		token->kind = OTP_HOTP;
		token->counter = reading->counter;
		import->spent = reading->counter;
		import->spent_known = true;
		return OTP_OK;
	}
	if (!reading->has_totp)
		return refuse(reading, OTP_DETAIL_NO_KIND);
	token->kind = OTP_TOTP;
	token->period = OTP_PERIOD_DEFAULT;
	if (reading->has_step && reading->step_size < OTP_PERIOD_MIN)
		return refuse(reading, OTP_DETAIL_STEP_SIZE_SHORT);
	if (reading->has_step)
		token->period = (unsigned)reading->step_size;
	import->spent_known = reading->used;
	if (reading->used)
		import->spent = (reading->highest + 1) * token->period;
	return OTP_OK;
}

static enum otp_err
read_lines(struct reading *reading, const char *text, size_t size)
{
	struct otp_lines rest = { text, size, 0 };
	struct otp_line line;

	if (size > OTP_IMPORT_GOOGLE_MAX)
		return otp_fault_set_number(reading->fault, OTP_ERR_PARSE, NULL,
		    OTP_DETAIL_TOO_LARGE, OTP_IMPORT_GOOGLE_MAX / 1024);
	if (size == 0)
		return refuse(reading, OTP_DETAIL_EMPTY);
	if (memchr(text, '\0', size) != NULL)
		return refuse(reading, OTP_DETAIL_NUL_BYTE);
	while (otp_line_next(&rest, &line)) {
		enum otp_err err;

		reading->teller.line = rest.number;
		err = read_line(reading,
		    (struct word){ line.text, line.length - line.has_cr });
		if (err != OTP_OK)
			return err;
		if (!line.ended)
			note(reading, OTP_DETAIL_MAYBE_CUT,
			    (struct word){ "", 0 });
	}
	return conclude(reading);
}

enum otp_err
otp_import_google_parse(const char *text, size_t size,
    const struct otp_import_teller *teller,
    struct otp_import_google *ret_import, struct otp_fault *fault)
{
	struct reading reading = { .import = ret_import, .fault = fault };
	enum otp_err err;

	if (teller != NULL)
		reading.teller = *teller;
	memset(ret_import, 0, sizeof(*ret_import));
	err = read_lines(&reading, text, size);
	if (err != OTP_OK)
		otp_wipe(ret_import, sizeof(*ret_import));
	return err;
}
