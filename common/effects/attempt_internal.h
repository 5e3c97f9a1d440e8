/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of a try share; only they include this. */
#ifndef OTP_ATTEMPT_INTERNAL_H
#define OTP_ATTEMPT_INTERNAL_H

#include <stdbool.h>

#include "common/core/code.h"
#include "common/core/err.h"
#include "common/core/throttle.h"
#include "common/effects/attempt.h"
#include "common/effects/snapshot.h"
#include "common/store/store.h"

/* One try, from the typed text to the answer.  A secret: wiped at the end. */
struct otp_attempt {
	const struct otp_host *host;
	const struct otp_request *request;
	const char *typed;
	struct otp_code code; /* what TYPED is */
	struct otp_store *store;
	struct otp_snapshot account;
	struct otp_tally *tally; /* of 'account': what the try is charged to */
	struct otp_answer answer;
	bool charged; /* in the store */
	enum otp_err err;
	struct otp_fault *fault;
};

/*
 * Compare the code with the account, which is loaded and not blocked:
 *
 *	charge -> verify -> commit
 *
 * On OTP_OK 'answer' is filled, and what follows from it is in the store.
 * 'charged' says whether a failure has changed the store.
 */
enum otp_err otp_attempt_judge(struct otp_attempt *attempt) OTP_MUST_USE;

/* Whether ANSWER has news, of which the user is told once. */
bool otp_attempt_has_news(const struct otp_answer *answer);

/*
 * Fill the news of a login in that is settled in STATE.  BEFORE: the tallies
 * before it; BY_OTHER: as in the request.
 */
void otp_attempt_fill_news(struct otp_answer *answer,
    const struct otp_state *state, const struct otp_tallies *before,
    bool by_other);

#endif
