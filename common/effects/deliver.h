/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sending transaction:
 *
 *	load -> throttle -> charge -> code
 *
 * The front sends what it returns: nothing leaves before it is charged.
 */
#ifndef OTP_DELIVER_H
#define OTP_DELIVER_H

#include <stdint.h>

#include "common/core/address.h"
#include "common/core/err.h"
#include "common/core/send.h"
#include "common/effects/account.h"
#include "common/effects/attempt.h"

/* What became of a request for a code.  Zero: nothing is sent. */
enum otp_delivery {
	OTP_DELIVERY_NO_ADDRESS = 0, /* of that kind or number */
	OTP_DELIVERY_LIMIT,	     /* too many, or too soon, or too slow */
	OTP_DELIVERY_BLOCKED,
	OTP_DELIVERY_LOCKED_OUT,
	OTP_DELIVERY_UNENROLLED,
	OTP_DELIVERY_UNKNOWN_USER,
	OTP_DELIVERY_SUSPENDED,
	OTP_DELIVERY_NO_FIRST_FACTOR,
	OTP_DELIVERY_NO_SOCKET, /* the message was not taken */
	OTP_DELIVERY_HAS_TOKEN, /* and did not ask */
	OTP_DELIVERY_NOT_ROOT,	/* the store is another user's */
	OTP_DELIVERY_SENT,
};

/* The log's word for it ("limit", ...); static. */
const char *otp_delivery_reason(enum otp_delivery delivery);

/* What is to be sent.  A secret: the caller wipes it. */
struct otp_dispatch {
	enum otp_delivery delivery; /* SENT: send the code now */
	struct otp_address to;	    /* without its secret */
	char code[OTP_SEND_TEXT_SIZE];
	int64_t time;
};

/*
 * Charge a code for REQUEST, to the address of CHOICE.  It does not wait for
 * another process that has the account locked.
 * Errors: the store's, CLOCK, UID, LOCK_TIMEOUT (try again), NO_STATE, CRYPTO.
 */
enum otp_err otp_deliver(const struct otp_host *host,
    const struct otp_request *request, const struct otp_send_choice *choice,
    struct otp_dispatch *ret_dispatch, struct otp_fault *fault) OTP_MUST_USE;

#endif
