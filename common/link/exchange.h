/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One message to pam_otpd(8), and its answer: what the calls of client.h have
 * in common.
 *
 *	begin -> the request's fields -> run -> the answer's fields -> end
 */
#ifndef OTP_EXCHANGE_H
#define OTP_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/link/client.h"
#include "common/link/wire.h"
#include "common/store/socket.h"

/* A secret: wiped at the end. */
struct otp_exchange {
	struct otp_socket socket;
	int fd;
	int64_t end; /* on the monotonic clock, in nanoseconds */
	struct otp_wire_request request;
	struct otp_wire_answer answer;
	uint8_t sent[OTP_WIRE_REQUEST_SIZE];
	size_t sent_size;
	bool asked; /* it was sent: the daemon does it, heard or not */
	uint8_t got[OTP_WIRE_MAX];
	size_t got_size;
	struct otp_fault *fault;
};

/*
 * Fill EXCHANGE for a request of VERB through LINK; FAULT, which may be NULL,
 * is set by what fails.
 */
void otp_exchange_begin(struct otp_exchange *exchange,
    const struct otp_link *link, enum otp_wire_verb verb,
    const struct otp_request *request, struct otp_fault *fault);

/* It is given up after TIME, in nanoseconds from now; by default after 10 s. */
void otp_exchange_within(struct otp_exchange *exchange, int64_t time);

/*
 * Send 'request', and fill 'answer'.  Errors: those of client.h; the daemon's.
 */
enum otp_err otp_exchange_run(struct otp_exchange *exchange) OTP_MUST_USE;

/* Likewise of the bytes in 'sent', and 'got': nothing of them is read. */
enum otp_err otp_exchange_pass(struct otp_exchange *exchange) OTP_MUST_USE;

/*
 * What was got is the daemon's version alone; OK if it is ours.
 * Errors: NO_DAEMON, DAEMON_VERSION.
 */
enum otp_err otp_exchange_read_version(
    struct otp_exchange *exchange) OTP_MUST_USE;

/* There is no answer: return NO_DAEMON, and say why. */
enum otp_err otp_exchange_fail(
    const struct otp_exchange *exchange, int errnum) OTP_MUST_USE;

/* Close the connection, and wipe all of EXCHANGE. */
void otp_exchange_end(struct otp_exchange *exchange);

#endif
