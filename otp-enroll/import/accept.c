/* SPDX-License-Identifier: BSD-2-Clause */
/* From a token that was read to a record, or to a message. */
#include "config.h"

#include "otp-enroll/import/format.h"

#include <langinfo.h>
#include <string.h>

#include "common/core/utf8.h"
#include "common/effects/label.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/text.h"
#include "otp-enroll/cli/when.h"

#define WEAK	   16	 /* bytes; with less, a secret is weak */
#define AHEAD_TOLD 600	 /* seconds; a longer delay is worth a word */
#define AHEAD_MAX  86400 /* seconds; more is not a clock's drift */

static bool accept_named(struct otp_import *import,
    const struct otp_import_place *place, struct otp_token *token);
static bool accept_encoding(struct otp_import *import,
    const struct otp_import_place *place, struct otp_token *token);
static const char *accept_trouble(const struct otp_import *import,
    const struct otp_token *token, uint64_t value);
static void say_note(void *context, const struct otp_fault *note);

void
otp_import_accept(struct otp_import *import,
    const struct otp_import_place *place, struct otp_token *token, bool known,
    uint64_t value)
{
	struct otp_fault fault = { 0 };
	const char *what;

	if (!accept_named(import, place, token) ||
	    !accept_encoding(import, place, token))
		return;
	if (otp_token_check(token, &fault) != OTP_OK) {
		otp_import_refuse_fault(
		    import, place->file, place->line, &fault);
		return;
	}
	what = accept_trouble(import, token, value);
	if (what != NULL) {
		otp_import_refuse(import, place->file, place->line, what);
		return;
	}
	if (token->kind == OTP_TOTP &&
	    value > (uint64_t)import->now + AHEAD_TOLD)
		otp_say(_("%s: a code was used that only becomes valid in %s; "
			  "codes up to it are refused."),
		    otp_escaped(place->file).text,
		    otp_when_span((int64_t)value - import->now).text);
	otp_import_keep(import, place->user, token, known, value);
}

void
otp_import_accept_new(struct otp_import *import,
    const struct otp_import_place *place, struct otp_token *token)
{
	otp_import_accept(
	    import, place, token, token->kind == OTP_HOTP, token->counter);
}

/* A token without a label is named as a new one is. */
static bool
accept_named(struct otp_import *import, const struct otp_import_place *place,
    struct otp_token *token)
{
	char issuer[OTP_LABEL_SIZE];

	if (token->label[0] != '\0')
		return true;
	memcpy(issuer, token->issuer, sizeof(issuer));
	if (otp_label_set(
		issuer[0] != '\0' ? issuer : NULL, NULL, place->user, token))
		return true;
	otp_import_refuse(
	    import, place->file, place->line, N_("the user name is too long"));
	return false;
}

/* Apps show UTF-8; what is not is read as the locale's encoding, if any. */
static bool
accept_encoding(struct otp_import *import, const struct otp_import_place *place,
    struct otp_token *token)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	const char *from = nl_langinfo(CODESET);
	const struct otp_import_teller teller = otp_import_teller_of(place);
	const struct otp_fault fault = { .detail = OTP_DETAIL_NOT_UTF8 };

	if (otp_utf8_is(token->label) && otp_utf8_is(token->issuer))
		return true;
	if (otp_text_to_utf8(token->label, sizeof(token->label)) &&
	    otp_text_to_utf8(token->issuer, sizeof(token->issuer))) {
		otp_import_tell(
		    &teller, OTP_DETAIL_CHANGED_ENCODING, from, strlen(from));
		return true;
	}
	otp_import_refuse_fault(import, place->file, place->line, &fault);
	return false;
}

/* NULL, or why the token cannot be imported. */
static const char *
accept_trouble(const struct otp_import *import, const struct otp_token *token,
    uint64_t value)
{
	if (token->secret_size < WEAK && !import->tool->args.allow_weak)
		return N_("the secret has fewer than 16 bytes, which is weak; "
			  "--allow-weak accepts it");
	if (token->kind == OTP_TOTP &&
	    value > (uint64_t)import->now + AHEAD_MAX)
		return N_("a code was used more than a day ahead of this "
			  "host's clock");
	return NULL;
}

struct otp_import_teller
otp_import_teller_of(const struct otp_import_place *place)
{
	return (struct otp_import_teller){ .tell = say_note,
		/* NOLINTNEXTLINE(performance-no-int-to-ptr): takes const off */
		.context = (void *)(uintptr_t)place,
		.line = place->line };
}

static void
say_note(void *context, const struct otp_fault *note)
{
	const struct otp_import_place *place = context;

	otp_import_note_fault(place->file, note->line, note);
}
