/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known of an account before its user is asked:
 *
 *	standing -> enrolled -> known
 *
 * The files are opened and read once, without the lock; nothing is written.
 * A suspension or an exemption is looked at first, and goes before the rest.
 */
#ifndef OTP_LOOK_H
#define OTP_LOOK_H

#include <stdbool.h>

#include "common/core/err.h"
#include "common/core/state.h"
#include "common/effects/account.h"
#include "common/effects/attempt.h"
#include "common/effects/standing.h"

enum otp_enrolled {
	OTP_ENROLLED_UNKNOWN = 0,
	OTP_ENROLLED_YES,
	OTP_ENROLLED_NO, /* certainly: there is a store, but no seed in it, or
			    one with an invitation alone, no state that says
			    otherwise, and no other account that is enrolled
			    with the uid */
};

/* A flat value, not a secret. */
struct otp_look {
	enum otp_standing standing;	/* not USUAL: no device is known */
	struct otp_exemption exemption; /* if 'standing' is EXEMPT */
	/* UNKNOWN if it is not asked for, or the account is suspended */
	enum otp_enrolled enrolled;
	bool invited; /* NO: there is an invitation, which may have ended */
	/*
	 * Its verdict is ACCEPT if the request comes from a known device, or
	 * the owner gave a code a while ago (known.h): the user is not asked.
	 * Else it is REJECT, which means that the user is to be asked.
	 */
	struct otp_answer known;
};

/*
 * Look at REQUEST's account, and at whether it is enrolled if WANT_ENROLLED
 * ('nullok').  Where standing and devices cannot be read, the standing is
 * USUAL and no device is known: the user is asked, and otp_attempt_try() says
 * what is wrong.  If the clock is wrong, no user is exempt and no device is
 * known.  Nothing is looked at for a user who is 'unknown'.
 *
 * An error is about 'enrolled' alone, so it is returned only with WANT_ENROLLED
 * and for the USUAL standing, and never means "not enrolled".  No device is
 * known then.  Errors: the store's, NO_STATE, UID (enrolled under another name,
 * which FAULT has).
 */
enum otp_err otp_look_at(const struct otp_host *host,
    const struct otp_request *request, bool want_enrolled,
    struct otp_look *ret_look, struct otp_fault *fault) OTP_MUST_USE;

#endif
