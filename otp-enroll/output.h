/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What people and scripts get to see: data on standard output, messages on
 * standard error.
 *
 * What came from a file, the user database or the command line is shown by way
 * of otp_escaped().  Standard output's buffer is our own and wiped.
 */
#ifndef OTP_OUTPUT_H
#define OTP_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#define OTP_ESCAPED_SIZE 1100 /* a label of which every byte is escaped */

struct otp_escaped {
	char text[OTP_ESCAPED_SIZE];
};

/* TEXT in printable ASCII: otp_escaped(text).text in an argument list. */
struct otp_escaped otp_escaped(const char *text);

/* First of all: standard files that are closed get a stand-in that fails. */
void otp_output_begin(void);

/*
 * Whether everything printed so far was written.  It is said once on standard
 * error when it was not.
 */
bool otp_output_flush(void);

/*
 * Standard output is a picture's: from here on what otp_print() prints goes
 * to standard error, with the messages.
 */
void otp_output_divert(void);

/*
 * The picture is whole: standard output ends, so that a viewer behind a pipe
 * shows it while we go on.  False: it was said what is wrong.
 */
bool otp_output_end(void);

/* To standard output, or where it was diverted to. */
void otp_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How many columns TEXT takes on a terminal; the wider of two such numbers. */
int otp_width(const char *text);
int otp_wider(int a, int b);

/*
 * otp_print() TEXT in so many columns, to their right, or to their left where
 * WIDTH is negative, and BEHIND it.
 */
void otp_print_column(const char *text, int width, const char *behind);

/*
 * otp_print() TEXT and a newline, where INDENT columns stand already: on a
 * terminal broken between words, and indented so; elsewhere as one line.
 */
void otp_print_wrapped(const char *text, int indent);

/* One line to standard error; otp_complain() says whose. */
void otp_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void otp_complain(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* TEXT or, where it is not UTF-8, what otp_escaped() makes of it; "" = null. */
json_t *otp_json_text(const char *text);

/* 2026-01-31T12:00:00Z; a time of 0 is null. */
json_t *otp_json_time(int64_t seconds);

/*
 * OBJECT as one line on standard output; OBJECT is given up.  NULL stands for
 * one that there was no memory for.  False: it was said what is wrong.
 */
bool otp_json_print(json_t *object);

/*
 * Times in the reader's language.  Each is a phrase of its own, since "3 days"
 * need not be part of "3 days ago".
 */
#define OTP_AGO_SIZE 80
struct otp_ago {
	char text[OTP_AGO_SIZE];
};

/* "never", "just now", "3 days ago", or "in 3 days" where the clock went back. */
struct otp_ago otp_ago(int64_t now, int64_t then);

/* "in 3 days" of so many SECONDS; "3 days ago" of less than none. */
struct otp_ago otp_when(int64_t seconds);

/* "45 seconds", "10 minutes", "3 hours": SECONDS, rounded down. */
struct otp_ago otp_span(int64_t seconds);

#endif
