/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line of escaped `key=value` text: what the module logs of a code and
 * the tool of a change.
 *
 *	result=refused reason=replay user=alice rhost=203.0.113.5
 *	token="host:alice" method=totp failures=0
 */
#ifndef OTP_EVENT_H
#define OTP_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OTP_EVENT_SIZE	     1024 /* of a line, the NUL included */
#define OTP_EVENT_VALUE_SIZE 257  /* of a value in it, the NUL included */
#define OTP_EVENT_UNIT_MAX   7	  /* bytes of a number's unit */

/* Caller-owned; begin with otp_event_begin(). */
struct otp_event {
	size_t length;
	char text[OTP_EVENT_SIZE]; /* always ends in a NUL */
};

void otp_event_begin(struct otp_event *event);

/*
 * Add `key=value`, after a space where something stands before it.  A value of
 * letters, digits and _.:@%+/- stands as it is; any other stands in double
 * quotes, with '"', '\' and every byte outside printable ASCII as \xHH.  NULL
 * or "" adds nothing.  A value takes at most 256 bytes, and ends in "..." where
 * it was cut; what does not fit into the line is left out whole.
 * otp_event_quoted() always quotes.
 */
void otp_event_word(
    struct otp_event *event, const char *key, const char *value);
void otp_event_quoted(
    struct otp_event *event, const char *key, const char *value);

/* Add `key=N` likewise, and a unit ("" or "s"). */
void otp_event_number(
    struct otp_event *event, const char *key, int64_t value, const char *unit);

/*
 * TEXT escaped as in a quoted value, without the quotes, for messages to
 * people.  SIZE is RET_TEXT's, the NUL included; what was cut to fit ends in
 * "...", where there is room for that.
 */
void otp_event_escape(const char *text, char *ret_text, size_t size);

#endif
