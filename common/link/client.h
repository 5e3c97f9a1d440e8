/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking pam_otpd(8): one message, one answer, one connection.
 *
 * Without a valid answer each call fails: NO_DAEMON (with errno: no process
 * listens or answers in time, or it is not root's; or the answer is to another
 * message), DAEMON_VERSION.  Other errors are the daemon's own.
 */
#ifndef OTP_CLIENT_H
#define OTP_CLIENT_H

#include <stdbool.h>

#include "common/core/err.h"
#include "common/effects/attempt.h"
#include "common/link/wire.h"

/* Which of its sockets; 0 is none. */
enum otp_link_socket {
	OTP_LINK_NONE = 0,
	OTP_LINK_ROOT,	  /* root alone */
	OTP_LINK_SERVICE, /* group pam_otp: for accounts other than root's */
	OTP_LINK_USER,	  /* all users: for their own account */
};

struct otp_link {
	const char *folder; /* of the sockets */
	enum otp_link_socket socket;
};

/*
 * Before anything is asked: the standing of REQUEST's account, and, if
 * WANT_ENROLLED, whether it is enrolled.
 */
enum otp_err otp_link_look(const struct otp_link *link,
    const struct otp_request *request, bool want_enrolled,
    struct otp_look *ret_look, struct otp_fault *fault) OTP_MUST_USE;

/* otp_attempt_try(). */
enum otp_err otp_link_try(const struct otp_link *link,
    const struct otp_request *request, const char *typed,
    struct otp_answer *ret_answer, struct otp_fault *fault) OTP_MUST_USE;

/*
 * otp_attempt_told(), for root alone.  It is given up 2 seconds after it began:
 * the user is then told again.
 */
bool otp_link_told(const struct otp_link *link,
    const struct otp_request *request, const struct otp_answer *answer);

/*
 * otp_post_code(), of a user who gave a first factor.  It is given up a second
 * after it began: a message may be sent even then.
 */
enum otp_err otp_link_send(const struct otp_link *link,
    const struct otp_request *request, const char *typed,
    struct otp_sent *ret_sent, struct otp_fault *fault) OTP_MUST_USE;

/*
 * TEXT as a QR code; both are secrets, which the caller wipes.  It is given up
 * 2 seconds after it began.  Errors, besides those above: LIMIT (TEXT is too
 * long), NOMEM.
 */
enum otp_err otp_link_draw(const struct otp_link *link,
    const struct otp_request *request, const char *text,
    struct otp_wire_drawing *ret_drawing, struct otp_fault *fault) OTP_MUST_USE;

/* Ask for the daemon's version alone; OK if it is ours. */
enum otp_err otp_link_version(
    const struct otp_link *link, struct otp_fault *fault) OTP_MUST_USE;

/*
 * otp_overview_read(), part by part.  CONFLICT if a part was removed in the
 * meantime.
 */
enum otp_err otp_link_overview(const struct otp_link *link,
    const struct otp_request *request, struct otp_overview *ret_overview,
    struct otp_fault *fault) OTP_MUST_USE;

/* otp_known_forget(): the device ID, or all if ID is NULL. */
enum otp_err otp_link_forget(const struct otp_link *link,
    const struct otp_request *request, const uint8_t *id, unsigned *ret_count,
    struct otp_fault *fault) OTP_MUST_USE;

/* otp_enrol_resync(), of token NUMBER, from 0.  The caller wipes the codes. */
enum otp_err otp_link_resync(const struct otp_link *link,
    const struct otp_request *request, unsigned number, const char *first,
    const char *second, enum otp_verdict *ret_verdict,
    struct otp_fault *fault) OTP_MUST_USE;

/* A change that was asked for.  A secret: the caller wipes it. */
struct otp_link_done {
	struct otp_own_result result;
	bool committed; /* it is active, even with an error */
	bool unknown;	/* no answer came: it may be, now or later */
	struct otp_recovery_set
	    set; /* once it is: new codes, their texts alone */
};

/*
 * otp_own_put() of TOKEN, otp_own_recovery() or otp_own_remove() of token
 * NUMBER, as VERB says (PUT, RECOVERY, REMOVE).  *RET_DONE is filled, even on
 * an error.
 */
enum otp_err otp_link_change(const struct otp_link *link,
    const struct otp_request *request, enum otp_wire_verb verb,
    const struct otp_own_proof *proof, const struct otp_own_token *token,
    unsigned number, struct otp_link_done *ret_done,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * otp_enrol_put() of ENROLMENT, which is confirmed and replaces what the
 * account has, and of SET, by the user who typed INVITATION; for root alone.
 * The daemon tells the owner, if REQUEST says so.  OK: the token is active, and
 * the invitation used; it can be so on an error too.
 * Errors: also CONFLICT, as otp_enrol_begin_invited() has it.
 */
enum otp_err otp_link_enrol(const struct otp_link *link,
    const struct otp_request *request, const char *invitation,
    const struct otp_enrolment *enrolment, const struct otp_recovery_set *set,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * otp_own_add_address() of ADDRESS, otp_own_confirm_address(), or
 * otp_own_remove_address() of address NUMBER, as STEP says.  *RET_DONE as
 * above; *RET_SENT, of ADD: what became of the message.
 */
enum otp_err otp_link_address(const struct otp_link *link,
    const struct otp_request *request, enum otp_own_step step,
    const struct otp_own_proof *proof, const struct otp_address *address,
    unsigned number, struct otp_link_done *ret_done, struct otp_sent *ret_sent,
    struct otp_fault *fault) OTP_MUST_USE;

#endif
