/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with the test that fails without it (tests/pam/draw_test.c):
 *
 * 1. Without a QR code the login goes on, with the key alone
 *    (drawing__that_fails_leaves_the_key,
 *    drawing__that_the_application_refuses_leaves_the_key).
 * 2. A QR code that an 80x24 terminal has no room for is not shown
 *    (drawing__that_is_too_large_leaves_the_key).
 */
#include "config.h"

#include "pam_module/draw.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/core/uri.h"
#include "common/core/wipe.h"
#include "common/link/client.h"
#include "pam_module/log.h"

/*
 * Light modules on each side of the code; above and below it, two fewer than
 * the standard asks for.
 */
#define QUIET_COLUMNS 4
#define QUIET_ROWS    2

static bool shows_blocks(void);
static bool is_utf8(const char *locale);
static enum otp_err draw_ask(const struct otp_login *login,
    const struct otp_token *token, struct otp_wire_drawing *ret_drawing);
static bool draw_fits(const struct otp_wire_drawing *drawing);
static void draw_rows(
    const struct otp_wire_drawing *drawing, char ret_text[OTP_DRAW_SIZE]);
static bool is_light(const struct otp_wire_drawing *drawing, int x, int y);

bool
otp_draw(const struct otp_login *login, const struct otp_token *token,
    char ret_text[OTP_DRAW_SIZE])
{
	struct otp_wire_drawing drawing = { .side = 0 };
	enum otp_err err = OTP_OK;
	bool drawn = false;

	if (!login->options.qr)
		return false;
	if (!shows_blocks()) {
		otp_log_debug(login, "qr", "not in this locale or terminal");
		return false;
	}
	err = draw_ask(login, token, &drawing);
	if (err != OTP_OK) {
		otp_log_debug(login, "qr", otp_err_reason(err));
	} else if (!draw_fits(&drawing)) {
		otp_log_debug(login, "qr", "too large");
	} else {
		draw_rows(&drawing, ret_text);
		drawn = true;
	}
	otp_wipe(&drawing, sizeof(drawing));
	return drawn;
}

/*
 * What the environment says, as setlocale(3) reads it.  In sshd(8) that is the
 * server's, since it does not know its clients' terminals.  If it names no
 * locale, the terminal most likely has UTF-8.
 */
static bool
shows_blocks(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): no thread may change it here */
	const char *terminal = getenv("TERM");

	if (terminal != NULL && strcmp(terminal, "dumb") == 0)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): as above */
		const char *locale = getenv(names[i]);

		if (locale != NULL && locale[0] != '\0')
			return is_utf8(locale);
	}
	return true;
}

static bool
is_utf8(const char *locale)
{
	const char *encoding = strchr(locale, '.');

	return encoding != NULL &&
	    (strncasecmp(encoding, ".UTF-8", 6) == 0 ||
		strncasecmp(encoding, ".UTF8", 5) == 0);
}

/* Without an issuer: apps find it in the label, and the code is smaller. */
static enum otp_err
draw_ask(const struct otp_login *login, const struct otp_token *token,
    struct otp_wire_drawing *ret_drawing)
{
	const struct otp_link link = { .folder = login->options.sockets,
		.socket = OTP_LINK_ROOT };
	struct otp_request request = { .uid = login->request.uid };
	struct otp_token small = *token;
	struct otp_fault fault = { 0 };
	char uri[OTP_URI_MAX + 1];
	enum otp_err err;

	memcpy(request.account, login->request.account, OTP_ACCOUNT_SIZE);
	small.issuer[0] = '\0';
	err = otp_uri_format(&small, uri);
	if (err == OTP_OK)
		err = otp_link_draw(&link, &request, uri, ret_drawing, &fault);
	otp_wipe(&small, sizeof(small));
	otp_wipe(uri, sizeof(uri));
	return err;
}

static bool
draw_fits(const struct otp_wire_drawing *drawing)
{
	return drawing->side + 2 * QUIET_COLUMNS <= OTP_DRAW_COLUMNS &&
	    (drawing->side + 2 * QUIET_ROWS + 1) / 2 <= OTP_DRAW_ROWS;
}

/*
 * The blocks are the light modules, since most terminals on which users log in
 * are dark.
 */
static void
draw_rows(const struct otp_wire_drawing *drawing, char ret_text[OTP_DRAW_SIZE])
{
	static const char *const cells[2][2] = {
		{ " ", "\u2584" },	/* dark above: lower half block */
		{ "\u2580", "\u2588" }, /* light above: upper half, full */
	};
	const int side = (int)drawing->side;
	char *to = ret_text;

	for (int y = -QUIET_ROWS; y < side + QUIET_ROWS; y += 2) {
		if (y > -QUIET_ROWS)
			*to++ = '\n';
		for (int x = -QUIET_COLUMNS; x < side + QUIET_COLUMNS; x++)
			to = stpcpy(to,
			    cells[is_light(drawing, x, y)]
				 [is_light(drawing, x, y + 1)]);
	}
}

/* Everything outside the code is light. */
static bool
is_light(const struct otp_wire_drawing *drawing, int x, int y)
{
	const int side = (int)drawing->side;

	return x < 0 || y < 0 || x >= side || y >= side ||
	    (drawing->rows[y] >> x & 1) == 0;
}
