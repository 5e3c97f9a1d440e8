/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>
#include <unistd.h>

#include "common/core/base32.h"
#include "common/core/wipe.h"
#include "language.h"
#include "output.h"
#include "qr.h"
#include "qr_picture.h"
#include "secrets.h"
#include "terminal.h"

bool
otp_secrets_allowed(const struct otp_args *args)
{
	if (otp_args_picture(args) && isatty(STDOUT_FILENO)) {
		otp_complain(_("A terminal shows no picture: send standard "
			       "output to a file, or take --qr=utf8."));
		return false;
	}
	if (args->print || isatty(STDOUT_FILENO))
		return true;
	otp_complain(
	    _("Standard output is no terminal, and secrets would end up "
	      "there; --print allows it."));
	return false;
}

/* In groups of four, as people type it. */
static void
show_secret(const struct otp_token *token)
{
	char text[OTP_BASE32_SIZE(OTP_SECRET_MAX)];
	size_t length;

	otp_base32_encode(token->secret, token->secret_size, text);
	length = strlen(text);
	otp_print(_("Secret:"));
	for (size_t at = 0; at < length; at += 4)
		otp_print(" %.4s", text + at);
	otp_print("\n");
	otp_wipe(text, sizeof(text));
}

/* Whether one is wanted, and of which characters. */
static bool
choose_form(const struct otp_args *args, enum otp_qr_form *ret_form)
{
	switch ((enum otp_args_qr)args->qr) {
	case OTP_ARGS_QR_NONE:
	case OTP_ARGS_QR_PNG:
	case OTP_ARGS_QR_SVG:
		return false;
	case OTP_ARGS_QR_UTF8:
		*ret_form = OTP_QR_HALF_BLOCKS;
		return true;
	case OTP_ARGS_QR_ASCII:
		*ret_form = OTP_QR_ASCII;
		return true;
	case OTP_ARGS_QR_DEFAULT:
		break;
	}
	*ret_form =
	    otp_terminal_half_blocks() ? OTP_QR_HALF_BLOCKS : OTP_QR_ASCII;
	return isatty(STDOUT_FILENO);
}

/* Under the code, since what stands above it is scrolled away. */
static void
check_fit(const struct otp_qr *qr, enum otp_qr_form form)
{
	struct otp_terminal_size window = otp_terminal_size(STDOUT_FILENO);
	struct otp_terminal_size size = otp_qr_size(qr, form);

	if (!isatty(STDOUT_FILENO) ||
	    (size.columns <= window.columns && size.rows < window.rows))
		return;
	otp_say(_("This QR code needs a window of %dx%d: enlarge it, take a "
		  "shorter --label, or type the secret (--qr=none)."),
	    size.columns, size.rows + 1);
}

/* False: it was said. */
static bool
was_drawn(enum otp_err err)
{
	if (err == OTP_OK || err == OTP_ERR_WRITE)
		return otp_output_flush() && err == OTP_OK;
	otp_complain(_("No QR code can be made: %s."), _(otp_err_text(err)));
	return false;
}

static bool
show_qr(const char *uri, enum otp_qr_form form)
{
	struct otp_qr *qr = NULL;
	enum otp_err err = otp_qr_encode(uri, &qr);

	if (err == OTP_OK)
		err = otp_qr_print(
		    qr, form, otp_terminal_palette(STDOUT_FILENO), stdout);
	if (err == OTP_OK)
		check_fit(qr, form);
	otp_qr_free(qr);
	return was_drawn(err);
}

bool
otp_secrets_picture(const struct otp_args *args, const char *uri)
{
	struct otp_qr *qr = NULL;
	enum otp_err err = otp_qr_encode(uri, &qr);

	if (err == OTP_OK && args->qr == OTP_ARGS_QR_PNG)
		err = otp_qr_write_png(qr, stdout);
	else if (err == OTP_OK)
		err = otp_qr_write_svg(qr, stdout);
	otp_qr_free(qr);
	return was_drawn(err) && otp_output_end();
}

bool
otp_secrets_show(
    const struct otp_args *args, const struct otp_token *token, const char *uri)
{
	enum otp_qr_form form = OTP_QR_ASCII;

	if (otp_args_picture(args)) {
		otp_output_divert();
		if (!otp_secrets_picture(args, uri))
			return false;
	}
	otp_print(_("URI:    %s\n"), uri);
	show_secret(token);
	if (!otp_output_flush())
		return false;
	return !choose_form(args, &form) || show_qr(uri, form);
}

bool
otp_secrets_recovery(
    const struct otp_subject *subject, const struct otp_recovery_set *set)
{
	if (set->count == 0)
		return true;
	otp_print(_("\nRecovery codes of %s, each for one login without the "
		    "device:\n\n"),
	    otp_escaped(subject->account).text);
	for (unsigned i = 0; i < set->count; i++)
		otp_print("  %s\n", set->text[i]);
	otp_print(_("\nThey are not shown again. Print them, or keep them in a "
		    "password manager.\n"));
	return otp_output_flush();
}

json_t *
otp_secrets_codes_json(const struct otp_recovery_set *set)
{
	json_t *codes = json_array();

	for (unsigned i = 0; i < set->count; i++)
		if (json_array_append_new(codes, json_string(set->text[i])) !=
		    0) {
			json_decref(codes);
			return NULL;
		}
	return codes;
}

json_t *
otp_secrets_json(const struct otp_subject *subject, const char *uri,
    const struct otp_recovery_set *set)
{
	json_t *codes = otp_secrets_codes_json(set);

	if (uri == NULL)
		return json_pack("{s:o, s:o}", "user",
		    otp_json_text(subject->account), "recovery_codes", codes);
	return json_pack("{s:o, s:s, s:o}", "user",
	    otp_json_text(subject->account), "uri", uri, "recovery_codes",
	    codes);
}
