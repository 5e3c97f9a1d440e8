/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/enrol/given.h"

#include <errno.h>
#include <string.h>

#include "common/core/import_secret.h"
#include "common/core/wipe.h"
#include "common/store/store.h"
#include "otp-enroll/cli/fault.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/terminal.h"

#define LINE_SIZE 512 /* of a secret in groups, the NUL included */
#define WEAK	  16  /* bytes; with less, a secret is weak */

static bool given_parse(
    const char *line, struct otp_token *token, struct otp_fault *fault);
static bool given_is_hex(const char *line);
static void given_tell(void *context, const struct otp_fault *note);

const char *
otp_given_usage(const struct otp_args *args)
{
	if (args->secret == NULL)
		return args->allow_weak ? N_("--allow-weak needs --secret=-.")
					: NULL;
	if (strcmp(args->secret, "-") != 0)
		return N_("--secret only takes \"-\": other users can see what "
			  "is on a command line. The secret is read from "
			  "standard input.");
	if (args->batch != NULL)
		return N_("--secret cannot be combined with --batch.");
	return NULL;
}

bool
otp_given_read(const struct otp_tool *tool, struct otp_token *token)
{
	char line[LINE_SIZE];
	struct otp_fault fault = { 0 };
	bool done = false;

	switch (otp_terminal_ask(
	    _("Secret, in base32 or hexadecimal: "), sizeof(line), line)) {
	case OTP_ASKED_LINE:
		done = given_parse(line, token, &fault);
		if (!done)
			otp_complain("%s.",
			    otp_fault_clause(OTP_ERR_PARSE, &fault).text);
		break;
	case OTP_ASKED_ERROR:
		otp_complain(
		    _("Cannot ask for the secret: %s."), strerror(errno));
		break;
	case OTP_ASKED_EOF:
	case OTP_ASKED_TOO_LONG:
	case OTP_ASKED_MALFORMED:
	case OTP_ASKED_INTERRUPTED:
		otp_complain(_("No secret was entered."));
		break;
	}
	otp_wipe(line, sizeof(line));
	if (!done || token->secret_size >= WEAK || tool->args.allow_weak)
		return done;
	otp_complain(_("The secret has fewer than 16 bytes, which is weak; "
		       "--allow-weak accepts it."));
	return false;
}

static bool
given_parse(const char *line, struct otp_token *token, struct otp_fault *fault)
{
	const struct otp_import_teller teller = { .tell = given_tell };
	size_t length = strlen(line);

	return (given_is_hex(line) ? otp_import_secret_hex(
					 line, length, &teller, token, fault)
				   : otp_import_secret_base32(line, length,
					 &teller, token, fault)) == OTP_OK;
}

/* Base32 has no 0, 1, 8 and 9, and hexadecimal no letter after F. */
static bool
given_is_hex(const char *line)
{
	return strpbrk(line, "0189") != NULL &&
	    strpbrk(line, "GHIJKLMNOPQRSTUVWXYZghijklmnopqrstuvwxyz") == NULL;
}

static void
given_tell(void *context, const struct otp_fault *note)
{
	(void)context;
	otp_say("%s.", otp_fault_clause(OTP_ERR_PARSE, note).text);
}

bool
otp_given_shows(const struct otp_args *args)
{
	return args->secret == NULL || args->print || args->json ||
	    args->qr != OTP_ARGS_QR_DEFAULT;
}

enum otp_err
otp_given_set(const struct otp_tool *tool, const struct otp_token *token,
    struct otp_enrolment *enrolment)
{
	const struct otp_host *host = &tool->host;
	const unsigned period = token->period;
	int64_t now = 0;
	enum otp_err err = host->sys->time(host->sys->context, &now);

	if (err != OTP_OK)
		return err;
	memcpy(enrolment->token.secret, token->secret, sizeof(token->secret));
	enrolment->token.secret_size = token->secret_size;
	if (tool->args.no_confirm && token->kind == OTP_TOTP)
		enrolment->value =
		    ((uint64_t)now / period + host->policy->window + 1) *
		    period;
	return OTP_OK;
}
