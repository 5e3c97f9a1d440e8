/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/account/token_args.h"

#include <string.h>

#include "common/core/utf8.h"
#include "common/effects/label.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/text.h"

static bool args_are_text(const struct otp_args *args, struct otp_token *token);
static bool is_tame(const char *text);

unsigned
otp_token_args_number(uint64_t number, unsigned otherwise)
{
	return number != OTP_ARGS_NONE ? (unsigned)number : otherwise;
}

bool
otp_token_args_token(const struct otp_args *args, const char *account,
    struct otp_token *ret_token)
{
	memset(ret_token, 0, sizeof(*ret_token));
	ret_token->kind = args->hotp ? OTP_HOTP : OTP_TOTP;
	ret_token->hash =
	    args->algorithm != 0 ? (enum otp_hash)args->algorithm : OTP_SHA1;
	ret_token->digits =
	    otp_token_args_number(args->digits, OTP_DIGITS_DEFAULT);
	if (args->hotp && args->counter != OTP_ARGS_NONE)
		ret_token->counter = args->counter;
	if (!args->hotp)
		ret_token->period =
		    otp_token_args_number(args->period, OTP_PERIOD_DEFAULT);
	if (otp_label_set(args->issuer, args->label, account, ret_token))
		return args_are_text(args, ret_token);
	otp_complain(_("A label or an issuer can be at most 255 bytes long. "
		       "Use a shorter --label or --issuer."));
	return false;
}

/* Apps show both; the name of the account is not checked here. */
static bool
args_are_text(const struct otp_args *args, struct otp_token *token)
{
	const bool given = args->label != NULL || args->issuer != NULL;

	if (given &&
	    (!otp_text_to_utf8(token->label, sizeof(token->label)) ||
		!otp_text_to_utf8(token->issuer, sizeof(token->issuer)))) {
		otp_complain(_("A label or an issuer must be UTF-8, or in the "
			       "encoding of the locale."));
		return false;
	}
	if (given && (!is_tame(token->label) || !is_tame(token->issuer))) {
		otp_complain(
		    _("A label or an issuer cannot contain control characters, "
		      "or characters that change the direction of writing."));
		return false;
	}
	return true;
}

/* TEXT is UTF-8. */
static bool
is_tame(const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		uint32_t c = 0;
		const size_t length = otp_utf8_next(text, left, &c);

		if (length == 0 || !otp_utf8_is_tame(c))
			return false;
		text += length;
		left -= length;
	}
	return true;
}
