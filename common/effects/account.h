/* SPDX-License-Identifier: BSD-2-Clause */
/* An account, where it is stored, and the result of a change. */
#ifndef OTP_ACCOUNT_H
#define OTP_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/core/policy.h"
#include "common/effects/sys.h"
#include "common/store/store.h"

#define OTP_ACCOUNT_SIZE 256 /* of a name, the NUL included */

/* The host that verifies codes: its clock, store and policy. */
struct otp_host {
	const struct otp_sys *sys;
	struct otp_place store;
	const struct otp_policy *policy;
};

struct otp_active; /* active.h */

/* The account's name and uid. */
struct otp_subject {
	char account[OTP_ACCOUNT_SIZE];
	uint32_t uid; /* or OTP_UID_VIRTUAL */
};

/*
 * An account to change or inspect (enrol.h, inspect.h).  The caller fills in
 * HOST, SUBJECT, 'by_other' and 'former'; each call sets the rest.
 */
struct otp_account {
	const struct otp_host *host;
	struct otp_subject subject;
	/* Tries are charged to the tally of other callers (state.h). */
	bool by_other;
	/*
	 * What was active when the change was proven, or NULL.  If something
	 * else is by then, the change fails with CONFLICT.
	 */
	const struct otp_active *former;
	struct otp_fault fault; /* if the call failed */
	/*
	 * Nothing is known of a change: pam_otpd(8) was asked, and did not
	 * answer.
	 */
	bool unknown;
	/*
	 * The store has the change, even if the call failed afterwards, for
	 * example in a flush; a crash could then still undo it.
	 */
	bool committed;
	bool partly; /* it has the part that the call's comment names */
	/*
	 * Credentials that were taken for used, as far as that can be, since
	 * the state has forgotten some and may have known them.
	 */
	unsigned doubtful;
};

static inline struct otp_account
otp_account_of(const struct otp_host *host, const struct otp_subject *subject)
{
	return (struct otp_account){ .host = host, .subject = *subject };
}

#endif
