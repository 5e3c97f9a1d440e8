/* SPDX-License-Identifier: BSD-2-Clause */
#include "import_google.h"

#include <string.h>

#include "decimal.h"
#include "mark.h"
#include "wipe.h"

#define SCRATCH_DIGITS 8
#define STEP_SIZE_MAX  60 /* seconds; google-authenticator's bound */
#define DIGITS	       6
/* Counters that resynchronisation may still go through. */
#define COUNTER_MAX (UINT64_MAX - 100000)

/* What the lines said so far. */
struct reading {
	struct otp_import_google *import;
	struct otp_fault *fault;
	unsigned line;
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
refuse(struct reading *reading, const char *what)
{
	if (reading->fault != NULL)
		reading->fault->line = reading->line;
	return otp_fault_set(reading->fault, OTP_ERR_PARSE, 0, NULL, what);
}

static void
note(struct reading *reading, const char *what)
{
	struct otp_import_google *import = reading->import;

	if (import->notes_count == OTP_IMPORT_GOOGLE_NOTES)
		return;
	import->notes[import->notes_count].line = reading->line;
	import->notes[import->notes_count].what = what;
	import->notes_count++;
}

/* Its value in base32; -1: skipped; -2: not understood. */
static int
char_value(char c)
{
	switch (c) {
	case ' ':
	case '\t':
	case '\r':
	case '-':
		return -1;
	case '0':
		c = 'O';
		break;
	case '1':
		c = 'L';
		break;
	case '8':
		c = 'B';
		break;
	default:
		break;
	}
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= '2' && c <= '7')
		return c - '2' + 26;
	return -2;
}

/* Whole bytes count; bits that are left over do not, whatever they are. */
static enum otp_err
read_secret(struct reading *reading, struct word line)
{
	struct otp_token *token = &reading->import->token;
	unsigned pending = 0;
	uint32_t bits = 0;

	for (size_t i = 0; i < line.length; i++) {
		int value = char_value(line.text[i]);

		if (value == -1)
			continue;
		if (value < 0)
			return refuse(reading, N_("is no secret in base32"));
		bits = (bits << 5 | (uint32_t)value) & 0xfff;
		pending += 5;
		if (pending < 8)
			continue;
		if (token->secret_size == OTP_SECRET_MAX)
			return refuse(
			    reading, N_("has a secret of more than 64 bytes"));
		pending -= 8;
		token->secret[token->secret_size++] =
		    (uint8_t)(bits >> pending);
	}
	if (token->secret_size < OTP_SECRET_MIN)
		return refuse(
		    reading, N_("has a secret of less than 10 bytes"));
	return OTP_OK;
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
		return refuse(reading, N_("has a HOTP_COUNTER out of bounds"));
	return OTP_OK;
}

static enum otp_err
read_step_size(struct reading *reading, struct word value)
{
	if (reading->has_step)
		return OTP_OK;
	reading->has_step = true;
	if (!read_number(value, STEP_SIZE_MAX, &reading->step_size))
		return refuse(reading, N_("has a STEP_SIZE out of bounds"));
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
			return refuse(
			    reading, N_("has a used step out of bounds"));
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
		note(reading,
		    N_("TIME_SKEW is dropped: the clocks must be right here"));
}

/* Comes and goes by itself, and says nothing of what is spent. */
static bool
is_transient(struct word name)
{
	return is_word(name, "RESETTING_TIME_SKEW") ||
	    (name.length == 5 && memcmp(name.text, "LAST", 4) == 0 &&
		name.text[4] >= '0' && name.text[4] <= '9');
}

/* LINE is what stands behind the quote and its space. */
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
		note(reading,
		    N_("WINDOW_SIZE is dropped: the host has a window"));
	else if (is_word(name, "RATE_LIMIT"))
		note(reading, N_("RATE_LIMIT is dropped: the host has waits"));
	else if (is_word(name, "TIME_SKEW"))
		note_skew(reading, value);
	else if (!is_transient(name))
		note(reading, N_("an option that is not known is dropped"));
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

static enum otp_err
read_line(struct reading *reading, struct word line)
{
	if (line.length > 0 && line.text[line.length - 1] == '\r')
		line.length--;
	if (reading->line == 1)
		return read_secret(reading, line);
	if (is_blank(line))
		return OTP_OK;
	if (line.length > 2 && line.text[0] == '"' && line.text[1] == ' ')
		return read_option(
		    reading, (struct word){ line.text + 2, line.length - 2 });
	if (!is_scratch(line))
		return refuse(
		    reading, N_("is neither an option nor a scratch code"));
	if (reading->import->scratch++ == 0)
		note(reading,
		    N_("scratch codes from here on are dropped, being too "
		       "weak"));
	return OTP_OK;
}

/* What the lines together make. */
static enum otp_err
conclude(struct reading *reading)
{
	struct otp_import_google *import = reading->import;
	struct otp_token *token = &import->token;

	reading->line = 0;
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
		return refuse(reading,
		    N_("has neither TOTP_AUTH nor HOTP_COUNTER: no code of its "
		       "secret was ever right"));
	token->kind = OTP_TOTP;
	token->period = OTP_PERIOD_DEFAULT;
	if (reading->has_step && reading->step_size < OTP_PERIOD_MIN)
		return refuse(reading, N_("has a STEP_SIZE of less than 15 s"));
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
	if (size > OTP_IMPORT_GOOGLE_MAX)
		return refuse(reading, N_("is larger than 64 KiB"));
	if (size == 0)
		return refuse(reading, N_("is empty"));
	if (memchr(text, '\0', size) != NULL)
		return refuse(reading, N_("has a NUL byte"));
	while (size > 0) {
		const char *end = memchr(text, '\n', size);
		enum otp_err err;

		reading->line++;
		if (end == NULL)
			return refuse(reading, N_("does not end in a newline"));
		err = read_line(
		    reading, (struct word){ text, (size_t)(end - text) });
		if (err != OTP_OK)
			return err;
		size -= (size_t)(end - text) + 1;
		text = end + 1;
	}
	return conclude(reading);
}

enum otp_err
otp_import_google_parse(const char *text, size_t size,
    struct otp_import_google *ret_import, struct otp_fault *fault)
{
	struct reading reading = { .import = ret_import, .fault = fault };
	enum otp_err err;

	memset(ret_import, 0, sizeof(*ret_import));
	err = read_lines(&reading, text, size);
	if (err != OTP_OK)
		otp_wipe(ret_import, sizeof(*ret_import));
	return err;
}
