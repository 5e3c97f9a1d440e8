/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * QR codes (ISO/IEC 18004): a text as a square of dark and light modules, and
 * that square as characters.  Pictures are further renderers of the same
 * square; otp_qr_side() and otp_qr_dark() are all that one needs.
 */
#ifndef OTP_QR_H
#define OTP_QR_H

#include <stdbool.h>
#include <stdio.h>

#include "common/core/err.h"
#include "otp-enroll/cli/terminal.h"

/* Light modules that a scanner needs around the symbol on every side. */
#define OTP_QR_QUIET 4

struct otp_qr;

/* The characters that draw the square. */
enum otp_qr_form {
	OTP_QR_HALF_BLOCKS, /* UTF-8: a column and half a row a module */
	OTP_QR_ASCII,	    /* two columns and a row a module */
};

/*
 * Encodes TEXT as the smallest symbol that it fits into, with the highest error
 * correction that this size allows.  The caller frees *RET_QR with
 * otp_qr_free().  Errors: PARSE (TEXT is empty), LIMIT (no symbol is large
 * enough; about 2900 bytes), NOMEM.
 */
enum otp_err otp_qr_encode(
    const char *text, struct otp_qr **ret_qr) OTP_MUST_USE;

/* Wipes and frees QR, which has the text's secret; NULL is allowed. */
void otp_qr_free(struct otp_qr *qr);

/* The symbol's version, 1 to 40. */
int otp_qr_version(const struct otp_qr *qr);

/* The symbol's level of error correction: 'L', 'M', 'Q' or 'H'. */
char otp_qr_level(const struct otp_qr *qr);

/* Modules in a side of the square, the quiet zone of both ends included. */
int otp_qr_side(const struct otp_qr *qr);

/*
 * Whether the module in column X and row Y is dark, counted from 0 at the
 * upper left corner of the quiet zone.  All beyond the symbol is light.
 */
bool otp_qr_dark(const struct otp_qr *qr, int x, int y);

/*
 * Columns and rows that QR takes on a terminal in this form.  The line for a
 * prompt under it is not counted.
 */
struct otp_terminal_size otp_qr_size(
    const struct otp_qr *qr, enum otp_qr_form form);

/*
 * Write QR to STREAM, each row ended by a newline, and flush it.  With a palette
 * it is black on white whatever the terminal's own colours are, and every row
 * puts them back at its end.  With OTP_PALETTE_NONE there is no escape: the
 * characters are the dark modules, so half blocks scan where text is dark on
 * light (paper, most windows that show a file) and are inverted elsewhere;
 * ASCII leaves gaps that not every scanner bridges.  The stream's buffer is the
 * caller's: what it held may stay in memory.  Errors: WRITE (errno says why).
 */
enum otp_err otp_qr_print(const struct otp_qr *qr, enum otp_qr_form form,
    enum otp_palette palette, FILE *stream) OTP_MUST_USE;

/*
 * One ROW of it, counted from 0, without its newline: a terminal that scrolls
 * fills the new row with the current colour.  The caller looks at ferror().
 */
void otp_qr_print_row(const struct otp_qr *qr, enum otp_qr_form form,
    enum otp_palette palette, int row, FILE *stream);

#endif
