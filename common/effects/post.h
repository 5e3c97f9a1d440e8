/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sending what is due to the owner of an account: a code that a login asks for,
 * and notices.  No call waits for the message to arrive.
 */
#ifndef OTP_POST_H
#define OTP_POST_H

#include "common/core/tag.h"
#include "common/effects/attempt.h"
#include "common/effects/deliver.h"
#include "common/effects/enrol.h"

#define OTP_POST_SECOND INT64_C(1000000000) /* nanoseconds */

/* A message that is not ready this long after it was asked for is not sent. */
#define OTP_POST_WITHIN (OTP_POST_SECOND / 10 * 9)

/* What became of a request for a code; not a secret. */
struct otp_sent {
	enum otp_delivery delivery;
	char method[OTP_ADDRESS_SCHEME_MAX + 1]; /* SENT: mail, sms ... */
	char tag[OTP_TAG_SIZE];			 /* of the login */
};

/* The time of the monotonic clock, in nanoseconds. */
int64_t otp_post_clock(void);

/* The tag of REQUEST's login now; "??" without a clock or a digest. */
void otp_post_tag(const struct otp_sys *sys, const struct otp_request *request,
    char ret_tag[OTP_TAG_SIZE]);

/*
 * Charge a code for REQUEST and give the message to the socket in the folder
 * SOCKETS, within OTP_POST_WITHIN.  TYPED is what asked for it (send.h), or ""
 * if the user did not ask.
 * Errors: otp_deliver()'s, PARSE (TYPED does not ask for a code), LIMIT.  If
 * the socket takes no message, the delivery is NO_SOCKET, and FAULT says why.
 */
enum otp_err otp_post_code(const struct otp_host *host, const char *sockets,
    const struct otp_request *request, const char *typed,
    struct otp_sent *ret_sent, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Give what ANSWER tells REQUEST's owner to the socket in SOCKETS, once for
 * each address; there must be something to tell.  Errors: of the first one that
 * failed, otp_outbox_put()'s, LIMIT, PARSE.
 */
enum otp_err otp_post_notice(const char *sockets,
    const struct otp_request *request, const struct otp_answer *answer,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Give the message with PROOF's code to the socket in SOCKETS, for the address
 * that ACCOUNT's user adds.  If the socket takes no message, the delivery is
 * NO_SOCKET, and FAULT says why.  Errors: LIMIT, PARSE.
 */
enum otp_err otp_post_proof(const char *sockets, const char *account,
    const struct otp_address_proof *proof, struct otp_sent *ret_sent,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Before a change: fill in the addresses of ACCOUNT.  Where they cannot be
 * read, there are none.
 */
void otp_post_note(const struct otp_host *host, const char *account,
    struct otp_told *ret_told);

/*
 * After it: give the message that CHANGE (in English, such as "a token was
 * added") was made to ACCOUNT to the socket in SOCKETS, once for each address
 * of TOLD.  Errors: as of otp_post_notice().
 */
enum otp_err otp_post_change(const struct otp_sys *sys, const char *sockets,
    const char *account, const struct otp_told *told, const char *change,
    struct otp_fault *fault) OTP_MUST_USE;

#endif
