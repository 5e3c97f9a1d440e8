/* SPDX-License-Identifier: BSD-2-Clause */
/* What a dialogue needs of a terminal: its size, its colours, a line. */
#ifndef OTP_TERMINAL_H
#define OTP_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/core/err.h"

/* In character cells. */
struct otp_terminal_size {
	int columns;
	int rows;
};

/* Which escape sequences for colours may be sent. */
enum otp_palette {
	OTP_PALETTE_NONE, /* none at all */
	OTP_PALETTE_8,	  /* the first eight only */
	OTP_PALETTE_256,  /* the 256 as well; where unknown they do no harm */
};

/* The result of asking for a line. */
enum otp_asked {
	OTP_ASKED_ERROR,       /* the system failed; see errno */
	OTP_ASKED_LINE,	       /* a line, which may be empty */
	OTP_ASKED_EOF,	       /* no line, and none will come */
	OTP_ASKED_TOO_LONG,    /* the whole line was read, none of it is kept */
	OTP_ASKED_MALFORMED,   /* likewise: it had a NUL byte in it */
	OTP_ASKED_INTERRUPTED, /* by a signal that main() will end by */
};

/*
 * The window of the terminal FD; 80 columns and 24 rows if it is not
 * a terminal or does not know.
 */
struct otp_terminal_size otp_terminal_size(int fd);

/*
 * Whether half blocks can be shown: the locale (LC_CTYPE; the caller has
 * called setlocale()) is UTF-8, and gives them one column each.
 */
bool otp_terminal_half_blocks(void);

/*
 * The colours that FD understands: none unless it is a terminal and TERM
 * names one with escape sequences.  NO_COLOR has no say here: this is for
 * what does not work without colours, as a QR code does not.
 */
enum otp_palette otp_terminal_palette(int fd);

/* Whether FD may be adorned with colours: a palette, and no NO_COLOR. */
bool otp_terminal_colours(int fd);

/*
 * Reads a line from standard input into RET_LINE, without its newline and with
 * a NUL: at most SIZE - 1 bytes (SIZE is 1 or more).  RET_LINE is wiped unless
 * the result is OTP_ASKED_LINE.
 *
 * From a terminal: what was typed before is dropped; PROMPT goes to standard
 * error, or to the controlling terminal where standard error is not one;
 * stopped and continued, it asks again.  When this returns, the terminal's
 * settings and the signals' actions are again what they were.  Interrupted, the
 * cursor is still on the prompt's line; a signal was noted (see signals.h).
 *
 * From elsewhere: PROMPT is not shown; exactly one line is taken, and a last
 * one may lack its newline.  (So standard input must not be read with stdio,
 * too.)
 */
enum otp_asked otp_terminal_ask(
    const char *prompt, size_t size, char *ret_line) OTP_MUST_USE;

#endif
