/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "language.h"
#include "output.h"
#include "parameters.h"

/* The host's name, up to its first dot. */
static void
host_name(char *ret_name, size_t size)
{
	struct utsname names;

	if (uname(&names) != 0 || names.nodename[0] == '\0' ||
	    names.nodename[0] == '.')
		memcpy(names.nodename, "localhost", sizeof("localhost"));
	names.nodename[strcspn(names.nodename, ".")] = '\0';
	(void)snprintf(ret_name, size, "%s", names.nodename);
}

/* Into an array of OTP_LABEL_SIZE bytes; false where TEXT is longer. */
static bool
copy(const char *text, char *ret_text)
{
	size_t length = strlen(text);

	if (length >= OTP_LABEL_SIZE)
		return false;
	memcpy(ret_text, text, length + 1);
	return true;
}

bool
otp_parameters_name(const char *issuer, const char *label, const char *account,
    struct otp_token *token)
{
	char usual[2 * OTP_LABEL_SIZE];
	char host[OTP_LABEL_SIZE];

	host_name(host, sizeof(host));
	if (issuer == NULL)
		issuer = label == NULL ? host : "";
	(void)snprintf(usual, sizeof(usual), "%s:%s",
	    issuer[0] != '\0' ? issuer : host, account);
	return copy(issuer, token->issuer) &&
	    copy(label != NULL ? label : usual, token->label);
}

unsigned
otp_parameters_number(uint64_t number, unsigned otherwise)
{
	return number != OTP_ARGS_NONE ? (unsigned)number : otherwise;
}

bool
otp_parameters_token(const struct otp_args *args, const char *account,
    struct otp_token *ret_token)
{
	memset(ret_token, 0, sizeof(*ret_token));
	ret_token->kind = args->hotp ? OTP_HOTP : OTP_TOTP;
	ret_token->hash =
	    args->algorithm != 0 ? (enum otp_hash)args->algorithm : OTP_SHA1;
	ret_token->digits =
	    otp_parameters_number(args->digits, OTP_DIGITS_DEFAULT);
	if (args->hotp && args->counter != OTP_ARGS_NONE)
		ret_token->counter = args->counter;
	if (!args->hotp)
		ret_token->period =
		    otp_parameters_number(args->period, OTP_PERIOD_DEFAULT);
	if (otp_parameters_name(args->issuer, args->label, account, ret_token))
		return true;
	otp_complain(_("Label and issuer can have 255 bytes each; take a "
		       "shorter --label or --issuer."));
	return false;
}
