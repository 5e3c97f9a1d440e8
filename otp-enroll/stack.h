/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One file of /etc/pam.d, line by line, as Linux-PAM reads it (pam.conf(5)):
 * comments, continued lines, controls in brackets, arguments in brackets,
 * Debian's @include.  Text in, structs out; any bytes will do.
 */
#ifndef OTP_STACK_H
#define OTP_STACK_H

#include <stdbool.h>
#include <stddef.h>

#define OTP_STACK_LINE_SIZE 1024 /* of a whole line, the NUL included */
#define OTP_STACK_ARGUMENTS 64
#define OTP_STACK_RESULTS   32 /* PAM_SUCCESS is 0 */

/* Those that matter by name. */
enum otp_stack_result {
	OTP_STACK_SUCCESS = 0,
	OTP_STACK_PERM_DENIED = 6,
	OTP_STACK_AUTH_ERR = 7,
	OTP_STACK_IGNORE = 25,
	OTP_STACK_UNKNOWN = 28, /* the module cannot be loaded */
};

enum otp_stack_type {
	OTP_STACK_ANY = 0, /* @include, and what is not understood */
	OTP_STACK_AUTH,
	OTP_STACK_ACCOUNT,
	OTP_STACK_PASSWORD,
	OTP_STACK_SESSION,
};

enum otp_stack_kind {
	OTP_STACK_MODULE = 0,
	OTP_STACK_INCLUDE,
	OTP_STACK_SUBSTACK,
	OTP_STACK_BROKEN, /* PAM lets it fail whenever it comes to it */
};

/* What is done on a result; above 0: so many modules are jumped over. */
enum otp_stack_action {
	OTP_STACK_PASS = 0, /* "ignore" */
	OTP_STACK_OK = -1,
	OTP_STACK_DONE = -2,
	OTP_STACK_BAD = -3,
	OTP_STACK_DIE = -4,
	OTP_STACK_RESET = -5,
};

/* Flat but for pointers into its own `text'; never copied by value. */
struct otp_stack_line {
	unsigned number; /* of its first line, from 1 */
	enum otp_stack_type type;
	enum otp_stack_kind kind;
	bool bad_control; /* not understood: whatever comes is bad */
	int actions[OTP_STACK_RESULTS];
	const char *control;
	const char *name; /* the module, or the file; NULL where BROKEN */
	int argc;
	const char *argv[OTP_STACK_ARGUMENTS];
	char text[OTP_STACK_LINE_SIZE];
};

/* A text that is being read. */
struct otp_stack_text {
	const char *text;
	size_t size;
	unsigned line; /* lines read so far */
};

/* The next line that says something; false at the end. */
bool otp_stack_next(
    struct otp_stack_text *text, struct otp_stack_line *ret_line);

/* "auth", "account", ...; static. */
const char *otp_stack_type_name(enum otp_stack_type type);

#endif
