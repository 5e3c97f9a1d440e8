/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text has a seed in it.  What is ours is wiped; the library's copies of
 * its input on the heap are out of reach and end with the process.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <qrencode.h>

#include "common/core/wipe.h"
#include "qr.h"

struct otp_qr {
	QRcode *code;
	QRecLevel level;
};

/*
 * A text being made.  It is made twice, first without bytes to learn its
 * length: a buffer that grows would leave copies behind in freed memory.
 */
struct text {
	char *bytes;
	size_t length;
};

/*
 * Colours of a terminal, each string overriding the last one where it is
 * understood.
 *
 * Colours 0 and 7 of the first sixteen are whatever a theme makes of them,
 * but a terminal without 256 colours knows no others, and on all of them 7 is
 * much lighter than 0.  From the 256, 231 is the white of the cube and 232
 * the darkest grey (8, 8, 8); no theme touches them, while 16, the cube's
 * black, is redefined by those of the base16 family (with 17 to 21).  A
 * terminal that does not know "38;5;232" takes the 5 for blinking, hence the
 * 25 after it.
 */
#define BASIC_INK   "\033[0;30;47m"
#define BASIC_DARK  "\033[0;30;40m"
#define EXACT_INK   "\033[38;5;232;48;5;231m\033[25m"
#define EXACT_DARK  "\033[38;5;232;48;5;232m\033[25m"
#define OWN_COLOURS "\033[0m"

static void
code_free(QRcode *code)
{
	if (!code)
		return;

	otp_wipe(code->data, (size_t)code->width * (size_t)code->width);
	QRcode_free(code);
}

/*
 * The hint makes the library split the text into runs of digits, capitals and
 * bytes, so that a secret in base32 takes 5.5 bits a character.
 */
static enum otp_err
code_new(const char *text, QRecLevel level, QRcode **ret_code)
{
	QRcode *code = QRcode_encodeString(text, 0, level, QR_MODE_8, 1);

	if (code) {
		*ret_code = code;
		return OTP_OK;
	}

	switch (errno) {
	case ERANGE:
		return OTP_ERR_LIMIT;
	case EINVAL:
		return OTP_ERR_PARSE;
	default:
		return OTP_ERR_NOMEM;
	}
}

/* Raise QR's error correction as long as that costs no larger symbol. */
static enum otp_err
raise_level(const char *text, struct otp_qr *qr)
{
	for (QRecLevel level = QR_ECLEVEL_M; level <= QR_ECLEVEL_H; level++) {
		QRcode *code = NULL;
		enum otp_err err = code_new(text, level, &code);

		if (err == OTP_ERR_LIMIT)
			break;
		if (err != OTP_OK)
			return err;
		if (code->version > qr->code->version) {
			code_free(code);
			break;
		}
		code_free(qr->code);
		qr->code = code;
		qr->level = level;
	}
	return OTP_OK;
}

enum otp_err
otp_qr_encode(const char *text, struct otp_qr **ret_qr)
{
	enum otp_err err = OTP_ERR_NOMEM;
	struct otp_qr *qr = calloc(1, sizeof(*qr));

	if (!qr)
		goto out;

	qr->level = QR_ECLEVEL_L;
	err = code_new(text, qr->level, &qr->code);
	if (err != OTP_OK)
		goto out;
	err = raise_level(text, qr);
	if (err != OTP_OK)
		goto out;

	*ret_qr = qr;
	qr = NULL;
out:
	otp_qr_free(qr);
	return err;
}

void
otp_qr_free(struct otp_qr *qr)
{
	if (!qr)
		return;

	code_free(qr->code);
	free(qr);
}

int
otp_qr_version(const struct otp_qr *qr)
{
	return qr->code->version;
}

char
otp_qr_level(const struct otp_qr *qr)
{
	static const char letters[] = "LMQH";

	return letters[qr->level];
}

int
otp_qr_side(const struct otp_qr *qr)
{
	return qr->code->width + 2 * OTP_QR_QUIET;
}

bool
otp_qr_dark(const struct otp_qr *qr, int x, int y)
{
	int width = qr->code->width;

	x -= OTP_QR_QUIET;
	y -= OTP_QR_QUIET;
	if (x < 0 || y < 0 || x >= width || y >= width)
		return false;

	return qr->code->data[y * width + x] & 1;
}

struct otp_terminal_size
otp_qr_size(const struct otp_qr *qr, enum otp_qr_form form)
{
	int side = otp_qr_side(qr);

	if (form == OTP_QR_ASCII)
		return (struct otp_terminal_size){ 2 * side, side };

	return (struct otp_terminal_size){ side, (side + 1) / 2 };
}

static void
text_add(struct text *text, const char *more)
{
	size_t length = strlen(more);

	if (text->bytes)
		memcpy(text->bytes + text->length, more, length);
	text->length += length;
}

/* Change to the colours in which a character is black on white. */
static void
text_add_ink(struct text *text, enum otp_palette palette)
{
	if (palette == OTP_PALETTE_NONE)
		return;

	text_add(text, BASIC_INK);
	if (palette == OTP_PALETTE_256)
		text_add(text, EXACT_INK);
}

/* Change to the colours in which all of a cell is black. */
static void
text_add_dark(struct text *text, enum otp_palette palette)
{
	if (palette == OTP_PALETTE_NONE)
		return;

	text_add(text, BASIC_DARK);
	if (palette == OTP_PALETTE_256)
		text_add(text, EXACT_DARK);
}

/*
 * The newline comes after the terminal has its own colours back: one that
 * scrolls fills the new row with the colour in force.
 */
static void
text_add_end(struct text *text, enum otp_palette palette)
{
	if (palette != OTP_PALETTE_NONE)
		text_add(text, OWN_COLOURS);
	text_add(text, "\n");
}

/*
 * The side is odd, so the lower half of the last row lies beyond the square;
 * it is light, too.
 */
static void
draw_half_blocks(
    const struct otp_qr *qr, enum otp_palette palette, struct text *text)
{
	static const char *const cells[2][2] = {
		{ " ", "\u2584" },	/* light above: lower half block */
		{ "\u2580", "\u2588" }, /* dark above: upper half, full */
	};
	int side = otp_qr_side(qr);

	for (int y = 0; y < side; y += 2) {
		text_add_ink(text, palette);
		for (int x = 0; x < side; x++) {
			bool above = otp_qr_dark(qr, x, y);
			bool below = otp_qr_dark(qr, x, y + 1);

			text_add(text, cells[above][below]);
		}
		text_add_end(text, palette);
	}
}

/*
 * Where colours work, a dark cell is black all over; the characters are for
 * what knows no colours, and for whoever copies the text elsewhere.
 */
static void
draw_ascii(const struct otp_qr *qr, enum otp_palette palette, struct text *text)
{
	int side = otp_qr_side(qr);

	for (int y = 0; y < side; y++) {
		bool dark = false;

		text_add_ink(text, palette);
		for (int x = 0; x < side; x++) {
			if (otp_qr_dark(qr, x, y) != dark) {
				dark = !dark;
				if (dark)
					text_add_dark(text, palette);
				else
					text_add_ink(text, palette);
			}
			text_add(text, dark ? "##" : "  ");
		}
		text_add_end(text, palette);
	}
}

static void
draw(const struct otp_qr *qr, enum otp_qr_form form, enum otp_palette palette,
    struct text *text)
{
	if (form == OTP_QR_ASCII)
		draw_ascii(qr, palette, text);
	else
		draw_half_blocks(qr, palette, text);
}

enum otp_err
otp_qr_render(const struct otp_qr *qr, enum otp_qr_form form,
    enum otp_palette palette, char **ret_text)
{
	struct text text = { NULL, 0 };

	draw(qr, form, palette, &text);
	text.bytes = malloc(text.length + 1);
	if (!text.bytes)
		return OTP_ERR_NOMEM;

	text.length = 0;
	draw(qr, form, palette, &text);
	text.bytes[text.length] = '\0';
	*ret_text = text.bytes;
	return OTP_OK;
}

enum otp_err
otp_qr_print(const struct otp_qr *qr, enum otp_qr_form form,
    enum otp_palette palette, FILE *stream)
{
	char *text = NULL;
	enum otp_err err = otp_qr_render(qr, form, palette, &text);

	if (err != OTP_OK)
		return err;

	if (fputs(text, stream) == EOF || fflush(stream) == EOF)
		err = OTP_ERR_WRITE;
	otp_wipe_free(text);
	return err;
}
