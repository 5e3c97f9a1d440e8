/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parse a file of /etc/pam.d as Linux-PAM does (pam.conf(5)): comments,
 * continued lines, controls and arguments in brackets, Debian's @include.
 * The input may be any bytes.
 */
#ifndef OTP_PARSE_H
#define OTP_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/line.h"

#define OTP_STACK_LINE_SIZE 1024 /* of a whole line, the NUL included */
#define OTP_STACK_ARGUMENTS 64
#define OTP_STACK_RESULTS   32 /* PAM_SUCCESS is 0 */

/* The results that are needed by name. */
enum otp_stack_result {
	OTP_STACK_SUCCESS = 0,
	OTP_STACK_SERVICE_ERR = 3,
	OTP_STACK_SYSTEM_ERR = 4,
	OTP_STACK_BUF_ERR = 5,
	OTP_STACK_PERM_DENIED = 6,
	OTP_STACK_AUTH_ERR = 7,
	OTP_STACK_AUTHINFO_UNAVAIL = 9,
	OTP_STACK_NEW_AUTHTOK_REQD = 12, /* success; the password expired */
	OTP_STACK_CONV_ERR = 19,
	OTP_STACK_IGNORE = 25,
	OTP_STACK_UNKNOWN = 28, /* the module cannot be loaded */
	OTP_STACK_INCOMPLETE = 31,
};

enum otp_stack_type {
	OTP_STACK_ANY = 0, /* @include, or a type that is not known */
	OTP_STACK_AUTH,
	OTP_STACK_ACCOUNT,
	OTP_STACK_PASSWORD,
	OTP_STACK_SESSION,
};

enum otp_stack_kind {
	OTP_STACK_MODULE = 0,
	OTP_STACK_INCLUDE,
	OTP_STACK_SUBSTACK,
	OTP_STACK_BROKEN, /* not a line; PAM takes it for PAM_PERM_DENIED */
};

/* Actions on a result; a number above 0 skips that many modules. */
enum otp_stack_action {
	OTP_STACK_PASS = 0, /* "ignore" */
	OTP_STACK_OK = -1,
	OTP_STACK_DONE = -2,
	OTP_STACK_BAD = -3,
	OTP_STACK_DIE = -4,
	OTP_STACK_RESET = -5,
};

/* Has pointers into its own 'text': never copy it by value. */
struct otp_stack_line {
	unsigned number; /* of its first line, from 1 */
	enum otp_stack_type type;
	enum otp_stack_kind kind;
	bool bad_control; /* not understood: every result is a failure */
	int actions[OTP_STACK_RESULTS];
	const char *control;
	const char *name; /* module or file; NULL if BROKEN */
	int argc;
	const char *argv[OTP_STACK_ARGUMENTS];
	char text[OTP_STACK_LINE_SIZE];
};

/* Parse the next line of REST that is not empty; false at the end. */
bool otp_stack_next(struct otp_lines *rest, struct otp_stack_line *ret_line);

/* Whether LINE is an @include, which is of all types. */
bool otp_stack_is_whole(const struct otp_stack_line *line);

/*
 * The results named in WORDS, such as "success auth_err", as a set with a bit
 * for each.  "default" names all of them.
 */
uint32_t otp_stack_results(const char *words);

/* "auth", "account", ...; static. */
const char *otp_stack_type_name(enum otp_stack_type type);

#endif
