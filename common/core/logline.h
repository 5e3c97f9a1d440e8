/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line of escaped key=value text: what the module logs about a code, and
 * the tool about a change.
 *
 *	result=refused reason=replay user=alice rhost=203.0.113.5
 *	token="host:alice" method=totp failures=0
 */
#ifndef OTP_LOGLINE_H
#define OTP_LOGLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OTP_EVENT_SIZE	     1024 /* of a line, the NUL included */
#define OTP_EVENT_VALUE_SIZE 257  /* of a value in it, the NUL included */
#define OTP_EVENT_UNIT_MAX   7	  /* bytes of a number's unit */

/* Caller-owned; begin with otp_logline_begin(). */
struct otp_logline {
	size_t length;
	char text[OTP_EVENT_SIZE]; /* always ends in a NUL */
};

void otp_logline_begin(struct otp_logline *event);

/*
 * Add key=value, after a space unless it is the first.  A value of letters,
 * digits and _.:@%+/- is written as it is; any other is enclosed in double
 * quotes, with '"', '\' and every byte outside printable ASCII as \xHH.  NULL
 * or "" adds nothing.  A value takes at most 256 bytes, and ends in "..." if it
 * was cut; a pair that does not fit into the line is left out.
 * otp_logline_quoted() always adds quotes.
 */
void otp_logline_word(
    struct otp_logline *event, const char *key, const char *value);
void otp_logline_quoted(
    struct otp_logline *event, const char *key, const char *value);

/* Add key=N and a unit ("" or "s") in the same way. */
void otp_logline_number(struct otp_logline *event, const char *key,
    int64_t value, const char *unit);

/*
 * Add errno=NAME, or its number where libc has no name for it; 0 adds nothing.
 */
void otp_logline_errno(struct otp_logline *event, int errnum);

/*
 * TEXT escaped as in a quoted value, without the quotes, for messages to users.
 * SIZE is that of RET_TEXT, the NUL included; a text that was cut ends in
 * "..." if there is room for that.
 */
void otp_logline_escape(const char *text, char *ret_text, size_t size);

#endif
