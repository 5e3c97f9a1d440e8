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

#include "common/core/err.h"

enum otp_conf_type {
	OTP_CONF_FLAG,	 /* bool; "name", or "name=yes|no" */
	OTP_CONF_NUMBER, /* unsigned; decimal, MIN to MAX */
	OTP_CONF_TEXT,	 /* char[SIZE]; printable UTF-8, not empty */
	/* char[SIZE]; absolute, no "." or ".." component; after one of WORDS */
	OTP_CONF_PATH,
	OTP_CONF_DATE, /* int64_t, never 0; YYYY-MM-DD -> its start, UTC */
	OTP_CONF_TIME, /* int64_t; seconds, MIN to MAX; as duration.h has it */
	OTP_CONF_CHOICE, /* unsigned; the place of a word among WORDS, from 0 */
	OTP_CONF_LIST, /* char[SIZE]; texts with a comma, alone, between them */
};

/* Where an option is allowed, or is given. */
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
	size_t size;   /* TEXT, PATH, LIST: of the array */
	unsigned min;  /* NUMBER, TIME */
	unsigned max;  /* NUMBER, TIME */
	/* CHOICE; PATH: what it may begin with.  NULL after the last. */
	const char *const *words;
};

/* A table, and which of its options one source (a file, a line) gave so far. */
struct otp_conf {
	const struct otp_conf_option *options;
	size_t count; /* at most 32 */
	enum otp_conf_place place;
	uint32_t seen; /* one bit for each option; 0 at the start of a source */
	void *target;  /* the caller's struct */
};

/*
 * Read one argument: "name" or "name=value", the value taken literally.
 * Errors: OPTION (unknown, not allowed here, bad value, twice), with the
 * option's name in FAULT's where, and the detail.
 */
enum otp_err otp_conf_argument(struct otp_conf *conf, const char *argument,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Read one line of a file, LENGTH bytes without the newline: blank,
 * "# comment", "name", or "name = value".  White space around name and value
 * is dropped; a value in double quotes keeps its own, and cannot contain a
 * quote.  A '#' starts a comment only at the beginning of a line.  Errors:
 * OPTION.
 */
enum otp_err otp_conf_line(struct otp_conf *conf, const char *line,
    size_t length, struct otp_fault *fault) OTP_MUST_USE;

#endif
