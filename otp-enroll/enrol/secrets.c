/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/enrol/secrets.h"

#include <unistd.h>

#include "otp-enroll/cli/fault.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/terminal.h"
#include "otp-enroll/enrol/screen.h"
#include "otp-enroll/qr/qr.h"
#include "otp-enroll/qr/qr_picture.h"

#define CODES_COLUMNS 75 /* of a window that has two codes in a row */

/* A QR code and its key are in the window, and are not needed any more. */
static bool key_in_view;

static bool choose_form(const struct otp_args *args, struct otp_screen *screen);
static int recovery_rows(const struct otp_args *args);
static bool report_drawn(enum otp_err err);
static enum otp_err write_picture(
    const struct otp_args *args, const struct otp_qr *qr);
static void clear_window(int rows);

bool
otp_secrets_allowed(const struct otp_args *args)
{
	if (otp_args_picture(args) && isatty(STDOUT_FILENO)) {
		otp_complain(_("A terminal cannot show a picture. Redirect "
			       "standard output to a file, or use --qr=utf8."));
		return false;
	}
	if (args->print || isatty(STDOUT_FILENO))
		return true;
	otp_complain(
	    _("Refusing to write secrets to a file or pipe. Add --print if "
	      "you mean it."));
	return false;
}

bool
otp_secrets_show(const struct otp_args *args, const struct otp_token *token,
    const char *uri, enum otp_secrets_next next)
{
	struct otp_terminal_size window;
	struct otp_screen screen = {
		.token = token,
		.picture = otp_args_picture(args),
		.asks = next == OTP_SECRETS_NEXT_QUESTION,
		.rows_below = 1,
	};
	struct otp_qr *qr = NULL;
	enum otp_err err = OTP_OK;

	if (screen.picture) {
		otp_output_divert();
		if (!otp_secrets_picture(args, uri))
			return false;
	}
	if (next == OTP_SECRETS_NEXT_CODES)
		screen.rows_below = recovery_rows(args);
	if (!otp_output_is_terminal(&window))
		screen.uri = uri;
	if (choose_form(args, &screen))
		err = otp_qr_encode(uri, &qr);
	screen.qr = qr;
	if (err == OTP_OK)
		key_in_view = otp_screen_print(&screen) && screen.asks;
	otp_qr_free(qr);
	return report_drawn(err);
}

/* Whether a QR code is drawn, and with which characters. */
static bool
choose_form(const struct otp_args *args, struct otp_screen *screen)
{
	screen->palette = otp_terminal_palette(STDOUT_FILENO);
	screen->form =
	    otp_terminal_half_blocks() ? OTP_QR_HALF_BLOCKS : OTP_QR_ASCII;
	switch ((enum otp_args_qr)args->qr) {
	case OTP_ARGS_QR_NONE:
#ifdef OTP_PNG
	case OTP_ARGS_QR_PNG:
#endif
	case OTP_ARGS_QR_SVG:
		return false;
	case OTP_ARGS_QR_UTF8:
		screen->form = OTP_QR_HALF_BLOCKS;
		return true;
	case OTP_ARGS_QR_ASCII:
		screen->form = OTP_QR_ASCII;
		return true;
	case OTP_ARGS_QR_DEFAULT:
		break;
	}
	screen->colourless =
	    isatty(STDOUT_FILENO) && screen->palette == OTP_PALETTE_NONE;
	return isatty(STDOUT_FILENO) && !screen->colourless;
}

/* About as many rows as the recovery codes take, and the last words. */
static int
recovery_rows(const struct otp_args *args)
{
	uint64_t count = args->recovery == OTP_ARGS_NONE ? OTP_ENROL_RECOVERY
							 : args->recovery;

	return 9 + (int)((count + 1) / 2);
}

/* Whether the QR code was made and written; if not, it was said. */
static bool
report_drawn(enum otp_err err)
{
	if (err == OTP_OK || err == OTP_ERR_WRITE)
		return otp_output_flush() && err == OTP_OK;
	otp_complain(_("The QR code cannot be created: %s."),
	    otp_fault_clause(err, &(struct otp_fault){ 0 }).text);
	return false;
}

bool
otp_secrets_picture(const struct otp_args *args, const char *uri)
{
	struct otp_qr *qr = NULL;
	enum otp_err err = otp_qr_encode(uri, &qr);

	if (err == OTP_OK)
		err = write_picture(args, qr);
	otp_qr_free(qr);
	return report_drawn(err) && otp_output_end();
}

static enum otp_err
write_picture(const struct otp_args *args, const struct otp_qr *qr)
{
#ifdef OTP_PNG
	if (args->qr == OTP_ARGS_QR_PNG)
		return otp_qr_write_png(qr, stdout);
#else
	(void)args;
#endif
	return otp_qr_write_svg(qr, stdout);
}

void
otp_secrets_recovery(
    const struct otp_subject *subject, const struct otp_recovery_set *set)
{
	struct otp_terminal_size window;
	bool narrow =
	    otp_output_is_terminal(&window) && window.columns < CODES_COLUMNS;
	unsigned rows = narrow ? set->count : (set->count + 1) / 2;

	if (set->count == 0)
		return;
	if (key_in_view)
		clear_window(window.rows);
	otp_print("\n");
	otp_print_line(_("Recovery codes for %s. Each one works once, in place "
			 "of a code:"),
	    otp_escaped(subject->account).text);
	otp_print("\n");
	for (unsigned i = 0; i < rows; i++) {
		otp_print("  %2u  %s", i + 1, set->text[i]);
		if (i + rows < set->count)
			otp_print(
			    "    %2u  %s", i + rows + 1, set->text[i + rows]);
		otp_print("\n");
	}
	otp_print("\n");
	otp_print_line("%s",
	    _("You will not see them again: print them or save them in a "
	      "password manager."));
}

/*
 * The code and the key scroll out of the window, so that half of them does not
 * stay beside what follows.
 */
static void
clear_window(int rows)
{
	for (int i = 0; i < rows; i++)
		otp_print("\n");
	key_in_view = false;
}

void
otp_secrets_void(const struct otp_args *args, const struct otp_subject *subject)
{
	if (args->json || args->batch != NULL)
		(void)otp_json_print(json_pack("{s:o, s:b}", "user",
		    otp_json_text(subject->account), "valid", 0));
	otp_complain(_("The secrets that were printed for %s are not valid."),
	    otp_escaped(subject->account).text);
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
