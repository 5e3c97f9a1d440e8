/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines of a text.  Each format decides what a last line without a newline,
 * a carriage return or a NUL means; this only reports them.
 */
#ifndef OTP_LINE_H
#define OTP_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* What is left of a text, and how many lines have been cut off it. */
struct otp_lines {
	const char *text;
	size_t size;
	unsigned number;
};

struct otp_line {
	const char *text; /* not followed by a NUL */
	size_t length;	  /* without the newline, with a carriage return */
	bool ended;	  /* by a newline; only the last line can lack it */
	bool has_cr;	  /* its last byte is a carriage return */
	bool has_nul;
};

/* Cut the next line off REST; false where there is none. */
bool otp_line_next(struct otp_lines *rest, struct otp_line *ret_line);

/*
 * If the SIZE bytes of TEXT have carriage returns but no newline, as some
 * programs write CSV, turn them into newlines, in place.
 */
void otp_line_from_returns(char *text, size_t size);

#endif
