/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message to the owner of an account, and the frame in which a login or the
 * tool gives it to otp-deliver(8): pam_otp_deliver(5).
 *
 *	kind=code
 *	to=mailto:alice@example.org
 *	user=alice
 *	host=web1
 *	service=sshd
 *	rhost=203.0.113.5
 *	time=2026-11-29T06:05:12Z
 *	tag=K7
 *	size=39
 *
 *	4821 9930 is your code for message K7.
 */
#ifndef OTP_FRAME_H
#define OTP_FRAME_H

#include <stddef.h>

#include "common/core/address.h"
#include "common/core/err.h"
#include "common/core/logline.h"

#define OTP_FRAME_MAX	 4096 /* bytes of a frame */
#define OTP_FRAME_HOURLY 100  /* messages of a kind that a host delivers */

/* Bytes of values, the NUL included. */
#define OTP_FRAME_VALUE_SIZE (OTP_EVENT_VALUE_SIZE - 1)
#define OTP_FRAME_RHOST_SIZE 46
#define OTP_FRAME_TIME_SIZE  21
#define OTP_FRAME_TAG_SIZE   3

enum otp_message_kind {
	OTP_MESSAGE_CODE = 1,
	OTP_MESSAGE_NOTICE,
};

/*
 * Each value is a text as it stands in the frame.  User, host and service are
 * escaped, and cut where they are long: otp_logline_escape().
 */
struct otp_message {
	enum otp_message_kind kind;
	struct otp_address to; /* without a secret */
	char user[OTP_FRAME_VALUE_SIZE];
	char host[OTP_FRAME_VALUE_SIZE];
	char service[OTP_FRAME_VALUE_SIZE]; /* or "" */
	char rhost[OTP_FRAME_RHOST_SIZE];   /* an IP address, or "" */
	char time[OTP_FRAME_TIME_SIZE];	    /* UTC, YYYY-MM-DDThh:mm:ssZ */
	char tag[OTP_FRAME_TAG_SIZE];	    /* or "" */
	char text[OTP_FRAME_MAX];	    /* lines of printable ASCII */
};

/* "code" or "notice". */
const char *otp_message_kind_name(enum otp_message_kind kind);

/*
 * Write MESSAGE.  Errors: LIMIT (larger than OTP_FRAME_MAX), PARSE (a reader
 * would refuse it).
 */
enum otp_err otp_frame_write(const struct otp_message *message,
    char ret_frame[OTP_FRAME_MAX], size_t *ret_size) OTP_MUST_USE;

/*
 * Read the SIZE bytes of a frame: just what otp_frame_write() writes.  Errors:
 * PARSE.
 */
enum otp_err otp_frame_read(const char *frame, size_t size,
    struct otp_message *ret_message) OTP_MUST_USE;

#endif
