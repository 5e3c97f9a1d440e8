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

/* What came of asking for a line. */
enum otp_asked {
	OTP_ASKED_ERROR,     /* the system failed; errno is told */
	OTP_ASKED_LINE,	     /* a line, perhaps an empty one */
	OTP_ASKED_EOF,	     /* no line, and none will come */
	OTP_ASKED_TOO_LONG,  /* all of the line was read, none is kept */
	OTP_ASKED_MALFORMED, /* likewise: it had a NUL byte in it */
	OTP_ASKED_SIGNAL,    /* asked to end; the signal's number is told */
};

/*
 * The window of the terminal FD; 80 columns and 24 rows where it is no
 * terminal or does not know.
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
 * Show PROMPT, and read a line from standard input into RET_LINE, without
 * its newline and with a NUL: at most SIZE - 1 bytes (SIZE is 1 or more).
 *
 * From a terminal: what was typed before is thrown away; the line is shown
 * while it is typed only if ECHO; the prompt goes to standard error, or to
 * the controlling terminal where standard error is none; stopped and
 * continued, it asks again.  When this returns, the terminal's settings and
 * the signals' actions are again what they were.  With OTP_ASKED_SIGNAL the
 * cursor is still on the prompt's line.
 *
 * From elsewhere: exactly one line is taken, a last one may lack its
 * newline.  (So do not read standard input with stdio as well.)
 *
 * *RET_WHY is the signal's number with OTP_ASKED_SIGNAL, errno with
 * OTP_ASKED_ERROR, else untouched.  RET_LINE is wiped unless there is a
 * line.  After OTP_ASKED_SIGNAL, tidy up and call otp_terminal_die().
 */
enum otp_asked otp_terminal_ask(const char *prompt, bool echo, size_t size,
    char *ret_line, int *ret_why) OTP_MUST_USE;

/* End the process by the signal SIGNUM, so that whoever waits sees it. */
_Noreturn void otp_terminal_die(int signum);

#endif
