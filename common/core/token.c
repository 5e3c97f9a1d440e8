/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "digest.h"
#include "mark.h"
#include "token.h"
#include "wipe.h"

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

/* What belongs to the other kind must be zero. */
static bool
moving_fits(const struct otp_token *token)
{
	if (token->kind == OTP_HOTP)
		return token->period == 0;
	return token->counter == 0 && token->period >= OTP_PERIOD_MIN &&
	    token->period <= OTP_PERIOD_MAX;
}

/* NULL where everything is within its bounds. */
static const char *
first_misfit(const struct otp_token *token)
{
	if (token->kind != OTP_TOTP && token->kind != OTP_HOTP)
		return N_("is neither totp nor hotp");
	if (!hash_fits(token->hash))
		return N_("has an unknown algorithm");
	if (token->digits < OTP_DIGITS_MIN || token->digits > OTP_DIGITS_MAX)
		return N_("has other than 6, 7 or 8 digits");
	if (!moving_fits(token))
		return N_("has a period or counter that does not fit");
	if (!secret_fits(token))
		return N_("has a secret of less than 10 or more than 64 bytes, "
			  "or all zeros");
	if (memchr(token->label, '\0', OTP_LABEL_SIZE) == NULL ||
	    token->label[0] == '\0')
		return N_("has no label, or one of more than 255 bytes");
	if (memchr(token->issuer, '\0', OTP_LABEL_SIZE) == NULL)
		return N_("has an issuer of more than 255 bytes");
	return NULL;
}

enum otp_err
otp_token_check(const struct otp_token *token, struct otp_fault *fault)
{
	const char *what = first_misfit(token);

	if (what == NULL)
		return OTP_OK;
	return otp_fault_set(fault, OTP_ERR_PARSE, 0, NULL, what);
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
	memcpy(at, token->secret, token->secret_size);
	at += token->secret_size;

	err = otp_digest(text, (size_t)(at - text), digest);
	if (err == OTP_OK)
		memcpy(ret_id, digest, OTP_ID_SIZE);
	otp_wipe(text, sizeof(text));
	return err;
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
