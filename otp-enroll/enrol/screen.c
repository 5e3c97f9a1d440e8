/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/enrol/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/base32.h"
#include "common/core/wipe.h"
#include "otp-enroll/cli/fill.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/text.h"
#include "otp-enroll/cli/wrap.h"

#define BESIDE_COLUMNS 80 /* of a window; in a narrower one, words are above */
#define BETWEEN	       2  /* columns, between the code and the words */
#define ROOM_MIN       26 /* columns of the words beside a code */
#define ROOM_MAX       79 /* columns of words in a window */
#define ROOM_ALL       OTP_WRAP_MAX /* no line is wrapped */
#define ROWS_ABOVE     2	    /* of a code, above the words beside it */
#define FOUR_GROUPS    19	    /* columns: of the key */
#define KEY_SIZE       (2 * OTP_BASE32_SIZE(OTP_SECRET_MAX))
#define WORDS_SIZE     8192 /* bytes; a label can take 70 lines */

enum place {
	BESIDE,
	ABOVE,	 /* the words are above the code */
	NOWHERE, /* no code is drawn */
};

/* Lines, which have the secret. */
struct words {
	int room;   /* columns */
	int spread; /* empty lines before what happens next */
	int rows;
	char text[WORDS_SIZE]; /* each line ended by a newline */
};

static enum place screen_arrange(
    const struct otp_screen *screen, struct words *words);
static bool fits_beside(const struct otp_screen *screen,
    struct otp_terminal_size window, struct words *words);
static bool fits_above(const struct otp_screen *screen,
    struct otp_terminal_size window, struct words *words);
static struct otp_terminal_size size_needed(
    const struct otp_screen *screen, enum otp_qr_form form);
static void print_beside(
    const struct otp_screen *screen, const struct words *words);
static void words_make(
    const struct otp_screen *screen, enum place place, struct words *words);
static void words_add_code(
    const struct otp_screen *screen, enum place place, struct words *words);
static void words_add_misfit(
    const struct otp_screen *screen, struct words *words);
static void words_add_token(
    const struct otp_screen *screen, struct words *words);
static void words_add_key(const struct otp_token *token, struct words *words);
static void words_add_type(const struct otp_token *token, struct words *words);
static bool is_usual(const struct otp_token *token);
static void words_add_field(
    struct words *words, const char *name, const char *value, int room);
static int lead_width(void);
static void words_add(struct words *words, const char *sentence);
static void words_add_lines(
    struct words *words, const char *lead, const char *text, int room);
static void words_add_line(
    struct words *words, const char *lead, bool first, const wchar_t *text);
static size_t part_length(const wchar_t *text, int room);

/* The names in the left column. */
static const char account_name[] = N_("Account");
/* TRANSLATORS: as apps call the secret that is typed into them. */
static const char key_name[] = N_("Key");
/* TRANSLATORS: of a token: time-based or counter-based. */
static const char type_name[] = N_("Type");
static const char uri_name[] = "URI";

bool
otp_screen_print(const struct otp_screen *screen)
{
	struct words words;
	enum place place = screen_arrange(screen, &words);

	otp_print("\n");
	if (place == BESIDE) {
		print_beside(screen, &words);
	} else {
		otp_print("%s", words.text);
		if (place == ABOVE)
			/* otp_output_flush() tells of failures. */
			(void)!otp_qr_print(
			    screen->qr, screen->form, screen->palette, stdout);
	}
	otp_wipe(&words, sizeof(words));
	return place != NOWHERE;
}

static enum place
screen_arrange(const struct otp_screen *screen, struct words *words)
{
	struct otp_terminal_size window;
	bool terminal = otp_output_is_terminal(&window);
	enum place place = NOWHERE;

	words->spread = 1;
	if (terminal && screen->qr != NULL) {
		if (fits_beside(screen, window, words))
			return BESIDE;
		if (fits_above(screen, window, words))
			return ABOVE;
	} else if (screen->qr != NULL) {
		place = ABOVE;
	}
	words->room =
	    terminal ? otp_lesser(window.columns - 1, ROOM_MAX) : ROOM_ALL;
	words_make(screen, place, words);
	return place;
}

/* The last column stays free: not every terminal waits there. */
static bool
fits_beside(const struct otp_screen *screen, struct otp_terminal_size window,
    struct words *words)
{
	struct otp_terminal_size code = otp_qr_size(screen->qr, screen->form);

	words->room = window.columns - code.columns - BETWEEN - 1;
	if (window.columns < BESIDE_COLUMNS || words->room < ROOM_MIN ||
	    code.rows + screen->rows_below > window.rows)
		return false;
	for (words->spread = 3; words->spread > 0; words->spread -= 2) {
		words_make(screen, BESIDE, words);
		if (words->rows <= code.rows)
			return true;
	}
	words->spread = 1;
	return words->rows + screen->rows_below <= window.rows;
}

static bool
fits_above(const struct otp_screen *screen, struct otp_terminal_size window,
    struct words *words)
{
	struct otp_terminal_size code = otp_qr_size(screen->qr, screen->form);

	words->room = otp_lesser(window.columns - 1, ROOM_MAX);
	words_make(screen, ABOVE, words);
	return code.columns <= window.columns &&
	    words->rows + code.rows + screen->rows_below <= window.rows;
}

/* NOLINTBEGIN(misc-no-recursion): a misfit has no words beside a code */
/* Of a window in which the words are beside a code of this FORM. */
static struct otp_terminal_size
size_needed(const struct otp_screen *screen, enum otp_qr_form form)
{
	struct otp_terminal_size size = otp_qr_size(screen->qr, form);
	struct words words = { .spread = 1 };

	words.room =
	    otp_wider(BESIDE_COLUMNS - size.columns - BETWEEN - 1, ROOM_MIN);
	words_make(screen, BESIDE, &words);
	size.columns += BETWEEN + words.room + 1;
	size.rows = otp_wider(size.rows, words.rows) + screen->rows_below;
	otp_wipe(&words, sizeof(words));
	return size;
}

static void
print_beside(const struct otp_screen *screen, const struct words *words)
{
	struct otp_terminal_size code = otp_qr_size(screen->qr, screen->form);
	const char *at = words->text;
	int first = words->rows + ROWS_ABOVE > code.rows ? 0 : ROWS_ABOVE;

	for (int row = 0; row < code.rows || *at != '\0'; row++) {
		int length = row < first ? 0 : (int)strcspn(at, "\n");

		if (row < code.rows)
			otp_qr_print_row(screen->qr, screen->form,
			    screen->palette, row, stdout);
		else
			otp_print("%*s", code.columns, "");
		if (length > 0)
			otp_print("%*s%.*s", BETWEEN, "", length, at);
		otp_print("\n");
		at += length;
		at += row >= first && *at == '\n';
	}
}

static void
words_make(
    const struct otp_screen *screen, enum place place, struct words *words)
{
	words->rows = 0;
	words->text[0] = '\0';
	words_add_code(screen, place, words);
	words_add(words, "");
	words_add_token(screen, words);
	if (place == NOWHERE)
		words_add_misfit(screen, words);
	if (!is_usual(screen->token)) {
		words_add(words, "");
		words_add(words,
		    _("Many apps silently support only SHA1, 6 digits and 30 "
		      "seconds."));
	}
	if (!screen->asks)
		return;
	for (int i = 0; i < words->spread; i++)
		words_add(words, "");
	words_add(words,
	    _("Nothing changes until you confirm a code; Ctrl-C leaves."));
}

static void
words_add_code(
    const struct otp_screen *screen, enum place place, struct words *words)
{
	if (place == NOWHERE && !screen->picture) {
		words_add(words,
		    _("Add an account by hand in your authenticator app:"));
		return;
	}
	words_add(words,
	    screen->picture ? _("Scan the picture with your authenticator app.")
			    : _("Scan this code with your authenticator app."));
	words_add(words, "");
	words_add(words, _("No camera? Add an account by hand:"));
}

/* Why no code is drawn. */
static void
words_add_misfit(const struct otp_screen *screen, struct words *words)
{
	struct otp_terminal_size window, size, small;
	char text[512];

	if (screen->colourless) {
		words_add(words, "");
		words_add(words,
		    _("This terminal has no colours, so no QR code is drawn. "
		      "--qr=utf8 and --qr=ascii draw one without colours."));
	}
	if (screen->qr == NULL)
		return;
	(void)otp_output_is_terminal(&window);
	size = size_needed(screen, screen->form);
	small = size_needed(screen, OTP_QR_HALF_BLOCKS);
	if (screen->form == OTP_QR_HALF_BLOCKS)
		(void)snprintf(text, sizeof(text),
		    _("The QR code does not fit this window (%dx%d; it needs "
		      "%dx%d)."),
		    window.columns, window.rows, size.columns, size.rows);
	else
		(void)snprintf(text, sizeof(text),
		    _("The QR code does not fit this window (%dx%d; it needs "
		      "%dx%d). On a terminal that shows UTF-8, run this again "
		      "with --qr=utf8, which needs %dx%d."),
		    window.columns, window.rows, size.columns, size.rows,
		    small.columns, small.rows);
	words_add(words, "");
	words_add(words, text);
}
/* NOLINTEND(misc-no-recursion) */

static void
words_add_token(const struct otp_screen *screen, struct words *words)
{
	words_add_field(words, _(account_name),
	    otp_text_shown(screen->token->label).text, words->room);
	words_add_key(screen->token, words);
	words_add_type(screen->token, words);
	if (screen->uri != NULL)
		words_add_field(words, uri_name, screen->uri, words->room);
}

/* In groups of four, since users type it, and as many in each line. */
static void
words_add_key(const struct otp_token *token, struct words *words)
{
	char base32[OTP_BASE32_SIZE(OTP_SECRET_MAX)];
	char key[KEY_SIZE] = "";
	int room = words->room;

	otp_base32_encode(token->secret, token->secret_size, base32);
	for (size_t at = 0; base32[at] != '\0'; at++) {
		const char character[] = { base32[at], '\0' };

		if (at > 0 && at % 4 == 0)
			otp_append(key, sizeof(key), " ");
		otp_append(key, sizeof(key), character);
	}
	if (lead_width() + otp_width(key) > room)
		room = otp_lesser(room, lead_width() + FOUR_GROUPS);
	words_add_field(words, _(key_name), key, room);
	otp_wipe(base32, sizeof(base32));
	otp_wipe(key, sizeof(key));
}

static void
words_add_type(const struct otp_token *token, struct words *words)
{
	const unsigned long long counter = token->counter;
	const char *hash = otp_hash_name(token->hash);
	char type[256];

	if (token->kind == OTP_HOTP && is_usual(token))
		(void)snprintf(type, sizeof(type),
		    _("counter-based, %u digits, counter %llu"), token->digits,
		    counter);
	else if (token->kind == OTP_HOTP)
		(void)snprintf(type, sizeof(type),
		    _("counter-based, %u digits, counter %llu, %s"),
		    token->digits, counter, hash);
	else if (is_usual(token))
		(void)snprintf(type, sizeof(type), _("time-based, %u digits"),
		    token->digits);
	else
		(void)snprintf(type, sizeof(type),
		    _("time-based, %u digits, %u s, %s"), token->digits,
		    token->period, hash);
	words_add_field(words, _(type_name), type, words->room);
}

/* What every app can do. */
static bool
is_usual(const struct otp_token *token)
{
	return token->hash == OTP_SHA1 && token->digits == OTP_DIGITS_DEFAULT &&
	    (token->kind == OTP_HOTP || token->period == OTP_PERIOD_DEFAULT);
}

static void
words_add_field(
    struct words *words, const char *name, const char *value, int room)
{
	char lead[256];

	(void)snprintf(lead, sizeof(lead), "  %s%*s", name,
	    lead_width() - 2 - otp_width(name), "");
	words_add_lines(words, lead, value, room - lead_width());
}

/* The columns before the values. */
static int
lead_width(void)
{
	int width = otp_wider(otp_width(_(account_name)), otp_width(uri_name));

	width = otp_wider(width, otp_width(_(key_name)));
	width = otp_wider(width, otp_width(_(type_name)));
	return 2 + width + 2;
}

static void
words_add(struct words *words, const char *sentence)
{
	words_add_lines(words, "", sentence, words->room);
}

/* TEXT in ROOM columns, after LEAD and below itself. */
static void
words_add_lines(
    struct words *words, const char *lead, const char *text, int room)
{
	wchar_t wide[OTP_WRAP_MAX];
	wchar_t *at = wide;

	if (mbstowcs(wide, text, OTP_WRAP_MAX) >= OTP_WRAP_MAX)
		wide[0] = L'\0';
	do {
		size_t length = part_length(at, room);
		wchar_t end = at[length];

		at[length] = L'\0';
		words_add_line(words, lead, at == wide, at);
		at[length] = end;
		at += length;
		at += *at == L' ';
	} while (*at != L'\0');
	otp_wipe(wide, sizeof(wide));
}

static void
words_add_line(
    struct words *words, const char *lead, bool first, const wchar_t *text)
{
	char line[WORDS_SIZE] = "";

	if (first)
		otp_append(line, sizeof(line), lead);
	else
		(void)snprintf(line, sizeof(line), "%*s", otp_width(lead), "");
	otp_append(words->text, sizeof(words->text), line);
	if (wcstombs(line, text, sizeof(line)) < sizeof(line))
		otp_append(words->text, sizeof(words->text), line);
	otp_append(words->text, sizeof(words->text), "\n");
	words->rows++;
	otp_wipe(line, sizeof(line));
}

/* What of TEXT goes into a line: whole words, unless one is too long. */
static size_t
part_length(const wchar_t *text, int room)
{
	size_t length = otp_wrap_line(text, room);

	while (length > 1 && otp_wrap_width(text, length) > room)
		length--;
	return length;
}
