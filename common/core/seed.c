/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/seed.h"

#include <stdbool.h>
#include <string.h>

#include "common/core/digest.h"
#include "common/core/line.h"
#include "common/core/uri.h"
#include "common/core/wipe.h"

_Static_assert(OTP_URI_MAX == OTP_SEED_LINE_MAX, "a URI is a line");
_Static_assert(OTP_SEED_TOKENS *(OTP_URI_MAX + 1) +
	    OTP_SEED_RECOVERY * OTP_RECOVERY_LINE_SIZE +
	    OTP_SEED_ADDRESSES * OTP_ADDRESS_LINE_SIZE + OTP_PENDING_LINE_SIZE +
	    OTP_INVITATION_LINE_SIZE <=
	OTP_SEED_SIZE_MAX,
    "a full seed fits");

#define RECOVERY_PREFIX "recovery:"
#define ADDRESS_PREFIX	"deliver:"
#define INVITE_PREFIX	"invite:"
#define PENDING_PREFIX	"pending:"
#define TOKENS_PREFIX	"pam_otp tokens 1"

static enum otp_err parse_lines(struct otp_seed *seed, const char *text,
    size_t size, struct otp_fault *fault);
static enum otp_err parse_line(struct otp_seed *seed,
    const struct otp_line *whole, unsigned line, struct otp_fault *fault);
static bool is_blank(const char *text, size_t length);
static enum otp_err add_token(struct otp_seed *seed, const char *text,
    size_t length, unsigned line, struct otp_fault *fault);
static enum otp_err add_recovery(struct otp_seed *seed, const char *text,
    size_t length, unsigned line, struct otp_fault *fault);
static enum otp_err add_invitation(struct otp_seed *seed, const char *text,
    size_t length, unsigned line, struct otp_fault *fault);
static enum otp_err add_address(struct otp_seed *seed, const char *text,
    size_t length, unsigned line, struct otp_fault *fault);
static enum otp_err add_pending(struct otp_seed *seed, const char *text,
    size_t length, unsigned line, struct otp_fault *fault);
static bool begins_with(const char *text, size_t length, const char *prefix);
static bool is_sound(const struct otp_seed *seed);
static bool is_sound_address(const struct otp_address *address);
static bool has_token(
    const struct otp_seed *seed, const struct otp_token *token);
static bool has_address(
    const struct otp_seed *seed, const struct otp_address *address);
static bool has_end(const struct otp_seed *seed);
static bool has_times(const struct otp_recovery *recovery);
static bool is_sound_pending(const struct otp_pending *pending);
static bool has_recovery(
    const struct otp_seed *seed, const struct otp_recovery *recovery);
static enum otp_err refuse(
    struct otp_fault *fault, unsigned line, enum otp_detail detail);

enum otp_err
otp_seed_parse(const char *text, size_t size, struct otp_seed *ret_seed,
    struct otp_fault *fault)
{
	enum otp_err err;

	memset(ret_seed, 0, sizeof(*ret_seed));
	if (size > OTP_SEED_SIZE_MAX)
		return otp_fault_set_number(fault, OTP_ERR_PARSE, NULL,
		    OTP_DETAIL_TOO_LARGE, OTP_SEED_SIZE_MAX / 1024);
	err = parse_lines(ret_seed, text, size, fault);
	if (err != OTP_OK)
		otp_wipe(ret_seed, sizeof(*ret_seed));
	return err;
}

static enum otp_err
parse_lines(struct otp_seed *seed, const char *text, size_t size,
    struct otp_fault *fault)
{
	struct otp_lines rest = { text, size, 0 };
	struct otp_line line;

	while (otp_line_next(&rest, &line)) {
		enum otp_err err;

		if (!line.ended)
			return refuse(
			    fault, rest.number, OTP_DETAIL_NO_NEWLINE);
		err = parse_line(seed, &line, rest.number, fault);
		if (err != OTP_OK)
			return err;
	}
	if (!otp_seed_is_active(seed) && !seed->invited)
		return refuse(fault, 0, OTP_DETAIL_NO_TOKEN);
	return OTP_OK;
}

static enum otp_err
parse_line(struct otp_seed *seed, const struct otp_line *whole, unsigned line,
    struct otp_fault *fault)
{
	const char *text = whole->text;
	const size_t length = whole->length;

	if (length > OTP_SEED_LINE_MAX)
		return refuse(fault, line, OTP_DETAIL_LINE_TOO_LONG);
	if (whole->has_nul)
		return refuse(fault, line, OTP_DETAIL_NUL_BYTE);
	if (whole->has_cr)
		return refuse(fault, line, OTP_DETAIL_CARRIAGE_RETURN);
	if (is_blank(text, length) || text[0] == '#')
		return OTP_OK;
	if (begins_with(text, length, RECOVERY_PREFIX))
		return add_recovery(seed, text, length, line, fault);
	if (begins_with(text, length, ADDRESS_PREFIX))
		return add_address(seed, text, length, line, fault);
	if (begins_with(text, length, INVITE_PREFIX))
		return add_invitation(seed, text, length, line, fault);
	if (begins_with(text, length, PENDING_PREFIX))
		return add_pending(seed, text, length, line, fault);
	return add_token(seed, text, length, line, fault);
}

static bool
is_blank(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] != ' ' && text[i] != '\t')
			return false;
	return true;
}

static bool
begins_with(const char *text, size_t length, const char *prefix)
{
	return length >= strlen(prefix) &&
	    memcmp(text, prefix, strlen(prefix)) == 0;
}

/* The next place is filled first and counted last. */
static enum otp_err
add_token(struct otp_seed *seed, const char *text, size_t length, unsigned line,
    struct otp_fault *fault)
{
	struct otp_token *token = &seed->tokens[seed->tokens_count];
	enum otp_err err;

	if (seed->tokens_count == OTP_SEED_TOKENS)
		return refuse(fault, line, OTP_DETAIL_TOO_MANY_TOKENS);
	err = otp_uri_parse(text, length, token, fault);
	if (err != OTP_OK) {
		if (fault != NULL)
			fault->line = line;
		return err;
	}
	if (has_token(seed, token))
		return refuse(fault, line, OTP_DETAIL_SAME_SECRET);
	seed->token_lines[seed->tokens_count++] = line;
	return OTP_OK;
}

static enum otp_err
add_recovery(struct otp_seed *seed, const char *text, size_t length,
    unsigned line, struct otp_fault *fault)
{
	struct otp_recovery *recovery = &seed->recovery[seed->recovery_count];

	if (seed->recovery_count == OTP_SEED_RECOVERY)
		return refuse(fault, line, OTP_DETAIL_TOO_MANY_RECOVERY_CODES);
	if (otp_recovery_parse(text, length, recovery) != OTP_OK)
		return refuse(fault, line, OTP_DETAIL_BAD_RECOVERY_CODE);
	if (has_recovery(seed, recovery))
		return refuse(fault, line, OTP_DETAIL_SAME_RECOVERY_CODE);
	seed->recovery_count++;
	return OTP_OK;
}

static enum otp_err
add_invitation(struct otp_seed *seed, const char *text, size_t length,
    unsigned line, struct otp_fault *fault)
{
	if (seed->invited)
		return refuse(fault, line, OTP_DETAIL_SECOND_INVITATION);
	if (otp_invitation_parse(text, length, &seed->invitation) != OTP_OK)
		return refuse(fault, line, OTP_DETAIL_BAD_INVITATION);
	seed->invited = true;
	return OTP_OK;
}

static enum otp_err
add_address(struct otp_seed *seed, const char *text, size_t length,
    unsigned line, struct otp_fault *fault)
{
	struct otp_address *address = &seed->addresses[seed->addresses_count];
	enum otp_err err;

	if (seed->addresses_count == OTP_SEED_ADDRESSES)
		return refuse(fault, line, OTP_DETAIL_TOO_MANY_ADDRESSES);
	err = otp_address_parse_line(text, length, address, fault);
	if (err != OTP_OK) {
		if (fault != NULL)
			fault->line = line;
		return err;
	}
	if (has_address(seed, address))
		return refuse(fault, line, OTP_DETAIL_SAME_ADDRESS);
	seed->addresses_count++;
	return OTP_OK;
}

static enum otp_err
add_pending(struct otp_seed *seed, const char *text, size_t length,
    unsigned line, struct otp_fault *fault)
{
	enum otp_err err;

	if (seed->pending.until != 0)
		return refuse(fault, line, OTP_DETAIL_PENDING);
	err = otp_pending_parse_line(text, length, &seed->pending, fault);
	if (err != OTP_OK && fault != NULL)
		fault->line = line;
	return err;
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
	for (unsigned i = 0; i < seed->addresses_count; i++) {
		otp_address_format_line(&seed->addresses[i], to);
		to += strlen(to);
		*to++ = '\n';
	}
	if (seed->pending.until != 0) {
		otp_pending_format_line(&seed->pending, to);
		to += strlen(to);
		*to++ = '\n';
	}
	if (seed->invited) {
		otp_invitation_format(&seed->invitation, to);
		to += strlen(to);
		*to++ = '\n';
	}
	*to = '\0';
	*ret_size = (size_t)(to - ret_text);
	return OTP_OK;
}

/* Whether what was made in memory could be read back. */
static bool
is_sound(const struct otp_seed *seed)
{
	struct otp_seed above;
	bool sound = (otp_seed_is_active(seed) || has_end(seed)) &&
	    seed->tokens_count <= OTP_SEED_TOKENS &&
	    seed->recovery_count <= OTP_SEED_RECOVERY &&
	    seed->addresses_count <= OTP_SEED_ADDRESSES &&
	    (!seed->invited || has_end(seed)) &&
	    is_sound_pending(&seed->pending);

	memcpy(&above, seed, sizeof(above));
	while (sound && above.tokens_count > 0) {
		above.tokens_count--;
		sound = !has_token(&above, &seed->tokens[above.tokens_count]);
	}
	while (sound && above.recovery_count > 0) {
		above.recovery_count--;
		sound = has_times(&seed->recovery[above.recovery_count]) &&
		    !has_recovery(
			&above, &seed->recovery[above.recovery_count]);
	}
	while (sound && above.addresses_count > 0) {
		above.addresses_count--;
		sound =
		    is_sound_address(&seed->addresses[above.addresses_count]) &&
		    !has_address(
			&above, &seed->addresses[above.addresses_count]);
	}
	otp_wipe(&above, sizeof(above));
	return sound;
}

/*
 * An id is a function of kind and secret: comparing these saves a digest for
 * each credential at every login.
 */
static bool
has_token(const struct otp_seed *seed, const struct otp_token *token)
{
	for (unsigned i = 0; i < seed->tokens_count; i++)
		if (otp_token_same_secret(&seed->tokens[i], token))
			return true;
	return false;
}

static bool
is_sound_address(const struct otp_address *address)
{
	char line[OTP_ADDRESS_LINE_SIZE];
	struct otp_address again;
	bool sound = false;

	if (memchr(address->uri, '\0', sizeof(address->uri)) != NULL) {
		otp_address_format_line(address, line);
		sound = otp_address_parse_line(
			    line, strlen(line), &again, NULL) == OTP_OK;
		otp_wipe(line, sizeof(line));
		otp_wipe(&again, sizeof(again));
	}
	return sound;
}

static bool
has_address(const struct otp_seed *seed, const struct otp_address *address)
{
	for (unsigned i = 0; i < seed->addresses_count; i++) {
		const struct otp_address *other = &seed->addresses[i];

		if (strcmp(other->uri, address->uri) == 0 ||
		    otp_equal(other->secret, address->secret,
			sizeof(address->secret)))
			return true;
	}
	return false;
}

/* Whether there is an invitation, with an end that can be read back. */
static bool
has_end(const struct otp_seed *seed)
{
	return seed->invited && seed->invitation.until >= 1 &&
	    seed->invitation.until <= OTP_RECOVERY_TIME_MAX;
}

static bool
is_sound_pending(const struct otp_pending *pending)
{
	return pending->until == 0 ||
	    (pending->until > 0 && pending->until <= OTP_RECOVERY_TIME_MAX &&
		is_sound_address(&pending->address));
}

/* Whether its times could be read back. */
static bool
has_times(const struct otp_recovery *recovery)
{
	return recovery->made >= 1 && recovery->made <= OTP_RECOVERY_TIME_MAX &&
	    recovery->until <= OTP_RECOVERY_TIME_MAX &&
	    (recovery->until == 0 || recovery->until > recovery->made);
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

bool
otp_seed_is_active(const struct otp_seed *seed)
{
	return seed->tokens_count > 0 || seed->addresses_count > 0;
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

static enum otp_err
refuse(struct otp_fault *fault, unsigned line, enum otp_detail detail)
{
	if (fault != NULL)
		fault->line = line;
	return otp_fault_set(fault, OTP_ERR_PARSE, 0, NULL, detail);
}

enum otp_err
otp_seed_tokens_id(const struct otp_seed *seed, uint8_t ret_id[OTP_ID_SIZE])
{
	uint8_t ids[sizeof(TOKENS_PREFIX) +
	    (OTP_SEED_TOKENS + OTP_SEED_ADDRESSES) * OTP_ID_SIZE] =
	    TOKENS_PREFIX;
	uint8_t digest[OTP_DIGEST_SIZE];
	size_t size = sizeof(TOKENS_PREFIX); /* the NUL included */
	enum otp_err err = OTP_OK;

	for (unsigned i = 0; err == OTP_OK && i < seed->tokens_count; i++) {
		err = otp_token_id(&seed->tokens[i], ids + size);
		size += OTP_ID_SIZE;
	}
	for (unsigned i = 0; err == OTP_OK && i < seed->addresses_count; i++) {
		err = otp_address_id(&seed->addresses[i], ids + size);
		size += OTP_ID_SIZE;
	}
	if (err == OTP_OK)
		err = otp_digest(ids, size, digest);
	if (err == OTP_OK)
		memcpy(ret_id, digest, OTP_ID_SIZE);
	return err;
}
