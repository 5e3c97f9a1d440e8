/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <string.h>

#include "mark.h"
#include "seed.h"
#include "uri.h"
#include "wipe.h"

_Static_assert(OTP_URI_MAX == OTP_SEED_LINE_MAX, "a URI is a line");
_Static_assert(OTP_SEED_TOKENS *(OTP_URI_MAX + 1) +
	    OTP_SEED_RECOVERY * OTP_RECOVERY_LINE_SIZE <=
	OTP_SEED_SIZE_MAX,
    "a full seed fits");

#define RECOVERY_PREFIX "recovery:"

static enum otp_err
refuse(struct otp_fault *fault, unsigned line, const char *what)
{
	if (fault != NULL)
		fault->line = line;
	return otp_fault_set(fault, OTP_ERR_PARSE, 0, NULL, what);
}

/*
 * An id is a function of kind and secret: comparing those instead saves a
 * digest a credential at every login.
 */
static bool
has_token(const struct otp_seed *seed, const struct otp_token *token)
{
	for (unsigned i = 0; i < seed->tokens_count; i++) {
		const struct otp_token *other = &seed->tokens[i];

		if (other->kind == token->kind &&
		    other->secret_size == token->secret_size &&
		    otp_equal(other->secret, token->secret, token->secret_size))
			return true;
	}
	return false;
}

static bool
has_recovery(const struct otp_seed *seed, const struct otp_recovery *recovery)
{
	for (unsigned i = 0; i < seed->recovery_count; i++)
		if (memcmp(seed->recovery[i].hash, recovery->hash,
			OTP_ID_SIZE) == 0)
			return true;
	return false;
}

/* The next place is filled first and counted last. */
static enum otp_err
add_token(struct otp_seed *seed, const char *text, size_t length, unsigned line,
    struct otp_fault *fault)
{
	struct otp_token *token = &seed->tokens[seed->tokens_count];
	enum otp_err err;

	if (seed->tokens_count == OTP_SEED_TOKENS)
		return refuse(fault, line, N_("is one token too many"));
	err = otp_uri_parse(text, length, token, fault);
	if (err != OTP_OK) {
		if (fault != NULL)
			fault->line = line;
		return err;
	}
	if (has_token(seed, token))
		return refuse(
		    fault, line, N_("has the secret of a line above"));
	seed->token_lines[seed->tokens_count++] = line;
	return OTP_OK;
}

static enum otp_err
add_recovery(struct otp_seed *seed, const char *text, size_t length,
    unsigned line, struct otp_fault *fault)
{
	struct otp_recovery *recovery = &seed->recovery[seed->recovery_count];

	if (seed->recovery_count == OTP_SEED_RECOVERY)
		return refuse(fault, line, N_("is one recovery code too many"));
	if (otp_recovery_parse(text, length, recovery) != OTP_OK)
		return refuse(fault, line, N_("is no sound recovery line"));
	if (has_recovery(seed, recovery))
		return refuse(fault, line, N_("repeats a recovery code"));
	seed->recovery_count++;
	return OTP_OK;
}

static bool
is_blank(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] != ' ' && text[i] != '\t')
			return false;
	return true;
}

static enum otp_err
parse_line(struct otp_seed *seed, const char *text, size_t length,
    unsigned line, struct otp_fault *fault)
{
	const size_t prefix = sizeof(RECOVERY_PREFIX) - 1;

	if (length > OTP_SEED_LINE_MAX)
		return refuse(fault, line, N_("is longer than 1023 bytes"));
	if (memchr(text, '\0', length) != NULL)
		return refuse(fault, line, N_("has a NUL byte"));
	if (length > 0 && text[length - 1] == '\r')
		return refuse(fault, line, N_("ends in a carriage return"));
	if (is_blank(text, length) || text[0] == '#')
		return OTP_OK;
	if (length >= prefix && memcmp(text, RECOVERY_PREFIX, prefix) == 0)
		return add_recovery(seed, text, length, line, fault);
	return add_token(seed, text, length, line, fault);
}

static enum otp_err
parse_lines(struct otp_seed *seed, const char *text, size_t size,
    struct otp_fault *fault)
{
	for (unsigned line = 1; size > 0; line++) {
		const char *end = memchr(text, '\n', size);
		size_t length = end == NULL ? size : (size_t)(end - text);
		enum otp_err err;

		if (end == NULL)
			return refuse(
			    fault, line, N_("does not end in a newline"));
		err = parse_line(seed, text, length, line, fault);
		if (err != OTP_OK)
			return err;
		text += length + 1;
		size -= length + 1;
	}
	if (seed->tokens_count == 0)
		return refuse(fault, 0, N_("holds no token"));
	return OTP_OK;
}

enum otp_err
otp_seed_parse(const char *text, size_t size, struct otp_seed *ret_seed,
    struct otp_fault *fault)
{
	enum otp_err err;

	memset(ret_seed, 0, sizeof(*ret_seed));
	if (size > OTP_SEED_SIZE_MAX)
		return refuse(fault, 0, N_("is larger than 16 KiB"));
	err = parse_lines(ret_seed, text, size, fault);
	if (err != OTP_OK)
		otp_wipe(ret_seed, sizeof(*ret_seed));
	return err;
}

/* Whether what was made in memory could be read back. */
static bool
is_sound(const struct otp_seed *seed)
{
	struct otp_seed above;
	bool sound = seed->tokens_count >= 1 &&
	    seed->tokens_count <= OTP_SEED_TOKENS &&
	    seed->recovery_count <= OTP_SEED_RECOVERY;

	memcpy(&above, seed, sizeof(above));
	while (sound && above.tokens_count > 0) {
		above.tokens_count--;
		sound = !has_token(&above, &seed->tokens[above.tokens_count]);
	}
	while (sound && above.recovery_count > 0) {
		above.recovery_count--;
		sound = !has_recovery(
		    &above, &seed->recovery[above.recovery_count]);
	}
	otp_wipe(&above, sizeof(above));
	return sound;
}

enum otp_err
otp_seed_format(const struct otp_seed *seed,
    char ret_text[OTP_SEED_SIZE_MAX + 1], size_t *ret_size)
{
	char *to = ret_text;

	if (!is_sound(seed))
		return OTP_ERR_PARSE;
	for (unsigned i = 0; i < seed->tokens_count; i++) {
		enum otp_err err = otp_uri_format_any(&seed->tokens[i], to);

		if (err != OTP_OK) {
			otp_wipe(ret_text, (size_t)(to - ret_text));
			return err;
		}
		to += strlen(to);
		*to++ = '\n';
	}
	for (unsigned i = 0; i < seed->recovery_count; i++) {
		otp_recovery_format(&seed->recovery[i], to);
		to += strlen(to);
		*to++ = '\n';
	}
	*to = '\0';
	*ret_size = (size_t)(to - ret_text);
	return OTP_OK;
}

enum otp_err
otp_seed_digits(const struct otp_seed *seed, unsigned *ret_digits)
{
	if (seed->tokens_count == 0)
		return OTP_ERR_LENGTHS;
	for (unsigned i = 1; i < seed->tokens_count; i++)
		if (seed->tokens[i].digits != seed->tokens[0].digits)
			return OTP_ERR_LENGTHS;
	*ret_digits = seed->tokens[0].digits;
	return OTP_OK;
}
