/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/token.h"

#include <string.h>

#include "common/core/digest.h"
#include "common/core/wipe.h"

#define ID_PREFIX    "pam_otp 1" /* with its NUL */
#define ID_KIND_SIZE 5		 /* "totp" or "hotp", with its NUL */

static bool
secret_fits(const struct otp_token *token)
{
	static const uint8_t zeros[OTP_SECRET_MAX];

	return token->secret_size >= OTP_SECRET_MIN &&
	    token->secret_size <= OTP_SECRET_MAX &&
	    !otp_equal(token->secret, zeros, token->secret_size);
}

static bool
hash_fits(enum otp_hash hash)
{
	return hash == OTP_SHA1 || hash == OTP_SHA256 || hash == OTP_SHA512;
}

/* Fields of the other kind must be zero. */
static bool
moving_fits(const struct otp_token *token)
{
	if (token->kind == OTP_HOTP)
		return token->period == 0;
	return token->counter == 0 && token->period >= OTP_PERIOD_MIN &&
	    token->period <= OTP_PERIOD_MAX;
}

/* NONE if everything is within its bounds. */
static enum otp_detail
first_misfit(const struct otp_token *token)
{
	if (token->kind != OTP_TOTP && token->kind != OTP_HOTP)
		return OTP_DETAIL_KIND;
	if (!hash_fits(token->hash))
		return OTP_DETAIL_ALGORITHM;
	if (token->digits < OTP_DIGITS_MIN || token->digits > OTP_DIGITS_MAX)
		return OTP_DETAIL_DIGITS;
	if (!moving_fits(token))
		return OTP_DETAIL_PERIOD_OR_COUNTER;
	if (!secret_fits(token))
		return OTP_DETAIL_SECRET_SIZE;
	if (memchr(token->label, '\0', OTP_LABEL_SIZE) == NULL ||
	    token->label[0] == '\0')
		return OTP_DETAIL_LABEL;
	if (memchr(token->issuer, '\0', OTP_LABEL_SIZE) == NULL)
		return OTP_DETAIL_ISSUER_LONG;
	return OTP_DETAIL_NONE;
}

enum otp_err
otp_token_check(const struct otp_token *token, struct otp_fault *fault)
{
	enum otp_detail misfit = first_misfit(token);

	if (misfit == OTP_DETAIL_NONE)
		return OTP_OK;
	return otp_fault_set(fault, OTP_ERR_PARSE, 0, NULL, misfit);
}

/* The secret's bytes up to the last that is not zero. */
static size_t
secret_length(const struct otp_token *token)
{
	size_t length = token->secret_size;

	while (length > 0 && token->secret[length - 1] == 0)
		length--;
	return length;
}

bool
otp_token_same_secret(const struct otp_token *a, const struct otp_token *b)
{
	const size_t length = secret_length(a);

	return a->kind == b->kind && length == secret_length(b) &&
	    otp_equal(a->secret, b->secret, length);
}

enum otp_err
otp_token_id(const struct otp_token *token, uint8_t ret_id[OTP_ID_SIZE])
{
	uint8_t text[sizeof(ID_PREFIX) + ID_KIND_SIZE + OTP_SECRET_MAX];
	uint8_t digest[OTP_DIGEST_SIZE];
	uint8_t *at = text;
	enum otp_err err = OTP_ERR_CRYPTO;

	if (token->secret_size > OTP_SECRET_MAX ||
	    (token->kind != OTP_TOTP && token->kind != OTP_HOTP))
		return err;
	memcpy(at, ID_PREFIX, sizeof(ID_PREFIX));
	at += sizeof(ID_PREFIX);
	memcpy(at, otp_kind_name(token->kind), ID_KIND_SIZE);
	at += ID_KIND_SIZE;
	memcpy(at, token->secret, secret_length(token));
	at += secret_length(token);

	err = otp_digest(text, (size_t)(at - text), digest);
	if (err == OTP_OK)
		memcpy(ret_id, digest, OTP_ID_SIZE);
	otp_wipe(text, sizeof(text));
	return err;
}

enum otp_err
otp_token_shows(const struct otp_token *token, struct otp_oath *oath,
    uint64_t moving, uint32_t value, bool *ret_shows)
{
	uint32_t shown;
	enum otp_err err = otp_oath_value(oath, moving, token->digits, &shown);

	if (err != OTP_OK)
		return err;
	*ret_shows = otp_equal(&shown, &value, sizeof(value));
	otp_wipe(&shown, sizeof(shown));
	return OTP_OK;
}

const char *
otp_kind_name(enum otp_kind kind)
{
	switch (kind) {
	case OTP_TOTP:
		return "totp";
	case OTP_HOTP:
		return "hotp";
	case OTP_RECOVERY:
		return "recovery";
	case OTP_DELIVERED:
		return "delivered";
	case OTP_INVITATION:
		return "invitation";
	}
	return "unknown";
}

const char *
otp_hash_name(enum otp_hash hash)
{
	switch (hash) {
	case OTP_SHA1:
		return "SHA1";
	case OTP_SHA256:
		return "SHA256";
	case OTP_SHA512:
		return "SHA512";
	}
	return "unknown";
}
