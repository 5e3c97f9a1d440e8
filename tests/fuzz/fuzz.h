/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every target includes: a function that takes any bytes, does something
 * with them, and asserts what must hold whatever they are.  libFuzzer calls it
 * with bytes of its own making (make fuzz), replay.c with those of the corpus
 * (make check).
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/err.h"
#include "common/core/token.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* End the process, and so the run, where CONDITION does not hold. */
#define FUZZ_MUST(condition) \
	((condition) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #condition))

static inline _Noreturn void
fuzz_broken(const char *file, int line, const char *condition)
{
	(void)fprintf(
	    stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

/* Bytes that are used up as decisions are needed; then come zeros. */
struct fuzz_input {
	const uint8_t *at;
	size_t left;
};

static inline uint8_t
fuzz_byte(struct fuzz_input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->at++;
}

/* A number below LIMIT, which is at most 256. */
static inline unsigned
fuzz_below(struct fuzz_input *input, unsigned limit)
{
	return fuzz_byte(input) % limit;
}

static inline uint64_t
fuzz_number(struct fuzz_input *input, unsigned bytes)
{
	uint64_t number = 0;

	while (bytes-- > 0)
		number = number << 8 | fuzz_byte(input);
	return number;
}

/* SIZE bytes as a text, cut at a NUL; the caller frees it. */
static inline char *
fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	FUZZ_MUST(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/* What an output holds before a call, and after one that was refused. */
#define FUZZ_MARK 0xee

static inline bool
fuzz_untouched(const void *data, size_t size)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i++)
		if (bytes[i] != FUZZ_MARK)
			return false;
	return true;
}

static inline bool
fuzz_is_zero(const void *data, size_t size)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

/* Whether TEXT is one line of printable ASCII. */
static inline bool
fuzz_is_printable(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

/*
 * Whether FAULT, of a refusal, can be shown, and is ended within its bounds.
 * (Its name may come from the text; who shows it escapes it.)
 */
static inline bool
fuzz_is_sound(const struct otp_fault *fault)
{
	return memchr(fault->where, '\0', sizeof(fault->where)) != NULL &&
	    memchr(fault->name, '\0', sizeof(fault->name)) != NULL &&
	    fault->detail < OTP_DETAIL_COUNT && fault->foreign[0] == '\0' &&
	    fuzz_is_printable(fault->where);
}

/* What the tool would say: one line that can be shown. */
static inline __attribute__((format(printf, 1, 0))) void
fuzz_message(const char *format, va_list arguments)
{
	char text[4096];
	int length = vsnprintf(text, sizeof(text), format, arguments);

	FUZZ_MUST(length > 0 && (size_t)length < sizeof(text));
	FUZZ_MUST(fuzz_is_printable(text));
}

/*
 * Whether TOKEN is sound but for its label, which it gets later, and a secret
 * of zeros.
 */
static inline bool
fuzz_is_sound_unnamed(const struct otp_token *token)
{
	struct otp_token named = *token;

	strcpy(named.label, "host:alice");
	return otp_token_check(&named, NULL) == OTP_OK ||
	    fuzz_is_zero(token->secret, token->secret_size);
}

static inline bool
fuzz_same_token(const struct otp_token *one, const struct otp_token *other)
{
	return one->kind == other->kind && one->hash == other->hash &&
	    one->digits == other->digits && one->period == other->period &&
	    one->counter == other->counter &&
	    one->secret_size == other->secret_size &&
	    memcmp(one->secret, other->secret, one->secret_size) == 0 &&
	    strcmp(one->label, other->label) == 0 &&
	    strcmp(one->issuer, other->issuer) == 0;
}

#endif
