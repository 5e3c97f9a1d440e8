/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The square of a QR code as characters.  Pictures are further renderers of the
 * same square.
 */
#ifndef OTP_QR_H
#define OTP_QR_H

#include <stdbool.h>
#include <stdio.h>

#include "common/core/err.h"
#include "common/qr/symbol.h"
#include "otp-enroll/cli/terminal.h"

/* The characters that draw the square. */
enum otp_qr_form {
	OTP_QR_HALF_BLOCKS, /* UTF-8: a column and half a row a module */
	OTP_QR_ASCII,	    /* two columns and a row a module */
};

/*
 * Columns and rows that QR takes on a terminal in this form.  The line for a
 * prompt under it is not counted.
 */
struct otp_terminal_size otp_qr_size(
    const struct otp_qr *qr, enum otp_qr_form form);

/*
 * Write QR to STREAM, each row ended by a newline, and flush it.  With a
 * palette it is black on white whatever the terminal's own colours are, and
 * every row puts them back at its end.  With OTP_PALETTE_NONE it has no
 * escapes: the characters are the dark modules, so half blocks scan where text
 * is dark on light (paper, most windows that show a file) and are inverted
 * elsewhere; ASCII leaves gaps that not every scanner bridges.  The stream's
 * buffer is the caller's: what it held may stay in memory.  Errors: WRITE
 * (errno says why).
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
