/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Data on standard output, messages on standard error.
 *
 * Text from a file, the user database or the command line is printed through
 * otp_escaped().  Standard output's buffer is the tool's own, and wiped.
 */
#ifndef OTP_OUTPUT_H
#define OTP_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "otp-enroll/cli/terminal.h"

#define OTP_ESCAPED_SIZE 1100 /* a label of which every byte is escaped */

struct otp_escaped {
	char text[OTP_ESCAPED_SIZE];
};

/* TEXT in printable ASCII: otp_escaped(text).text in an argument list. */
struct otp_escaped otp_escaped(const char *text);

/* Called first: standard files that are closed are replaced by failing ones. */
void otp_output_begin(void);

/*
 * Whether everything printed so far was written.  A failure is reported once.
 */
bool otp_output_flush(void);

/*
 * Likewise, and where it goes to a file, whether it is safely on disk.  Called
 * before the change is committed that the output belongs to.
 */
bool otp_output_sync(void);

/*
 * Standard output is for a picture: from here on otp_print() prints to standard
 * error.
 */
void otp_output_divert(void);

/*
 * The picture is complete: standard output is closed, so that a viewer at the
 * other end of a pipe can show it already.  False: the error was reported.
 */
bool otp_output_end(void);

/* Whether otp_print() prints to a terminal; its window's size, else 80x24. */
bool otp_output_is_terminal(struct otp_terminal_size *ret_size);

/* Prints to standard output, or where that was diverted to. */
void otp_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The columns that TEXT takes on a terminal; the greater, lesser of widths. */
int otp_width(const char *text);
int otp_wider(int a, int b);
int otp_lesser(int a, int b);

/*
 * Prints TEXT in WIDTH columns, aligned to the right, or to the left if WIDTH
 * is negative, and AFTER it.
 */
void otp_print_column(const char *text, int width, const char *after);

/*
 * Prints TEXT and a newline after INDENT columns: on a terminal wrapped between
 * words and indented, elsewhere as one line.
 */
void otp_print_wrapped(const char *text, int indent);

/* Prints a sentence as otp_print_wrapped() does.  It is not a secret. */
void otp_print_line(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/*
 * Prints a line to standard error, wrapped likewise; otp_complain() with the
 * program's name.
 */
void otp_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void otp_complain(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* TEXT or, where it is not UTF-8, what otp_escaped() makes of it; "" = null. */
json_t *otp_json_text(const char *text);

/* 2026-01-31T12:00:00Z; a time of 0 is null. */
json_t *otp_json_time(int64_t seconds);

/*
 * Print OBJECT as one line on standard output, with the key "version" before
 * its own.  Takes ownership of OBJECT, which is NULL if it could not be
 * allocated.  False: the error was reported.  The version changes when a key is
 * removed or changes its meaning, not when one is added.
 */
#define OTP_JSON_VERSION 1
bool otp_json_print(json_t *object);

#endif
