/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text has a seed in it.  What is ours is wiped; the library's copies of
 * its input on the heap are out of reach and end with the process.
 */
#include "config.h"

#include "otp-enroll/qr/qr.h"

#include <errno.h>
#include <stdlib.h>
#include <qrencode.h>

#include "common/core/wipe.h"

struct otp_qr {
	QRcode *code;
	QRecLevel level;
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

static enum otp_err raise_level(const char *text, struct otp_qr *qr);
static enum otp_err code_new(
    const char *text, QRecLevel level, QRcode **ret_code);
static void code_free(QRcode *code);
static void row_half_blocks(
    const struct otp_qr *qr, enum otp_palette palette, int row, FILE *stream);
static void row_ascii(
    const struct otp_qr *qr, enum otp_palette palette, int row, FILE *stream);
static void put_ink(enum otp_palette palette, FILE *stream);
static void put_dark(enum otp_palette palette, FILE *stream);
static void put(const char *text, FILE *stream);

enum otp_err
otp_qr_encode(const char *text, struct otp_qr **ret_qr)
{
	enum otp_err err = OTP_ERR_NOMEM;
	struct otp_qr *qr = calloc(1, sizeof(*qr));

	if (qr == NULL)
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

/* Raises QR's error correction as far as the symbol's size allows. */
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

/*
 * The hint makes the library split the text into runs of digits, capitals and
 * bytes, so that a secret in base32 takes 5.5 bits a character.
 */
static enum otp_err
code_new(const char *text, QRecLevel level, QRcode **ret_code)
{
	QRcode *code = QRcode_encodeString(text, 0, level, QR_MODE_8, 1);

	if (code != NULL) {
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

void
otp_qr_free(struct otp_qr *qr)
{
	if (qr == NULL)
		return;

	code_free(qr->code);
	free(qr);
}

static void
code_free(QRcode *code)
{
	if (code == NULL)
		return;

	otp_wipe(code->data, (size_t)code->width * (size_t)code->width);
	QRcode_free(code);
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

enum otp_err
otp_qr_print(const struct otp_qr *qr, enum otp_qr_form form,
    enum otp_palette palette, FILE *stream)
{
	int rows = otp_qr_size(qr, form).rows;

	for (int row = 0; row < rows; row++) {
		otp_qr_print_row(qr, form, palette, row, stream);
		(void)fputc('\n', stream);
	}
	return fflush(stream) == EOF || ferror(stream) ? OTP_ERR_WRITE : OTP_OK;
}

void
otp_qr_print_row(const struct otp_qr *qr, enum otp_qr_form form,
    enum otp_palette palette, int row, FILE *stream)
{
	if (form == OTP_QR_ASCII)
		row_ascii(qr, palette, row, stream);
	else
		row_half_blocks(qr, palette, row, stream);
	if (palette != OTP_PALETTE_NONE)
		put(OWN_COLOURS, stream);
}

/*
 * The side is odd, so the lower half of the last row lies beyond the square;
 * it is light, too.
 */
static void
row_half_blocks(
    const struct otp_qr *qr, enum otp_palette palette, int row, FILE *stream)
{
	static const char *const cells[2][2] = {
		{ " ", "\u2584" },	/* light above: lower half block */
		{ "\u2580", "\u2588" }, /* dark above: upper half, full */
	};
	int side = otp_qr_side(qr);

	put_ink(palette, stream);
	for (int x = 0; x < side; x++) {
		bool above = otp_qr_dark(qr, x, 2 * row);
		bool below = otp_qr_dark(qr, x, 2 * row + 1);

		put(cells[above][below], stream);
	}
}

/*
 * With colours, a dark cell is all black; the characters are for terminals
 * without them and for copies of the text.
 */
static void
row_ascii(
    const struct otp_qr *qr, enum otp_palette palette, int row, FILE *stream)
{
	int side = otp_qr_side(qr);
	bool dark = false;

	put_ink(palette, stream);
	for (int x = 0; x < side; x++) {
		if (otp_qr_dark(qr, x, row) != dark) {
			dark = !dark;
			if (dark)
				put_dark(palette, stream);
			else
				put_ink(palette, stream);
		}
		put(dark ? "##" : "  ", stream);
	}
}

/* Change to the colours in which a character is black on white. */
static void
put_ink(enum otp_palette palette, FILE *stream)
{
	if (palette != OTP_PALETTE_NONE)
		put(BASIC_INK, stream);
	if (palette == OTP_PALETTE_256)
		put(EXACT_INK, stream);
}

/* Change to the colours in which all of a cell is black. */
static void
put_dark(enum otp_palette palette, FILE *stream)
{
	if (palette != OTP_PALETTE_NONE)
		put(BASIC_DARK, stream);
	if (palette == OTP_PALETTE_256)
		put(EXACT_DARK, stream);
}

/* The stream remembers whether it failed. */
static void
put(const char *text, FILE *stream)
{
	(void)fputs(text, stream);
}
