/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options: one line of the configuration file, or one argument of a pam.d
 * line, against the caller's table.
 */
#ifndef OTP_CONF_H
#define OTP_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum otp_conf_type {
	OTP_CONF_FLAG,	 /* bool; "name", or "name=yes|no" */
	OTP_CONF_NUMBER, /* unsigned; decimal, MIN to MAX */
	OTP_CONF_TEXT,	 /* char[SIZE]; printable UTF-8, not empty */
	OTP_CONF_PATH,	 /* char[SIZE]; absolute, no "." or ".." component */
	OTP_CONF_DATE,	 /* int64_t, never 0; YYYY-MM-DD -> its start, UTC */
};

/* Where an option may stand, or stands. */
enum otp_conf_place {
	OTP_CONF_FILE = 1,
	OTP_CONF_ARGUMENT = 2,
	OTP_CONF_BOTH = OTP_CONF_FILE | OTP_CONF_ARGUMENT,
};

struct otp_conf_option {
	const char *name;
	enum otp_conf_type type;
	enum otp_conf_place place;
	size_t offset; /* of the field in the caller's struct */
	size_t size;   /* TEXT, PATH: of the array */
	unsigned min;  /* NUMBER */
	unsigned max;  /* NUMBER */
};

/* One table, and what of it one source (a file, a pam.d line) named so far. */
struct otp_conf {
	const struct otp_conf_option *options;
	size_t count; /* at most 32 */
	enum otp_conf_place place;
	uint32_t seen; /* a bit an option; 0 at a source's beginning */
	void *target;  /* the caller's struct */
};

/*
 * One argument: "name" or "name=value", the value as it is.  Errors: OPTION
 * (unknown, not allowed here, bad value, twice), with the option's name in
 * FAULT's `where` and the reason in `what`.
 */
enum otp_err otp_conf_argument(struct otp_conf *conf, const char *argument,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * One line of a file, LENGTH bytes without the newline: blank, "# comment",
 * "name", or "name = value"; white space around both is dropped, and a value
 * may stand in double quotes to keep its own (there is no quote within).  A
 * '#' begins a comment only at a line's beginning.  Errors: OPTION.
 */
enum otp_err otp_conf_line(struct otp_conf *conf, const char *line,
    size_t length, struct otp_fault *fault) OTP_MUST_USE;

#endif
