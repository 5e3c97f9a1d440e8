/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/qr/qr.h"

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

static void row_half_blocks(
    const struct otp_qr *qr, enum otp_palette palette, int row, FILE *stream);
static void row_ascii(
    const struct otp_qr *qr, enum otp_palette palette, int row, FILE *stream);
static void put_ink(enum otp_palette palette, FILE *stream);
static void put_dark(enum otp_palette palette, FILE *stream);
static void put(const char *text, FILE *stream);

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
