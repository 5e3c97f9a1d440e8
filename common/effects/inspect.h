/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a code is worth, for the administrator: nothing is spent, charged or
 * written.  It can tell codes to come, and it can be asked as often as one
 * likes: it is for who may read the store, and who can read the secrets anyway.
 */
#ifndef OTP_INSPECT_H
#define OTP_INSPECT_H

#include <stdbool.h>
#include <stdint.h>

#include "attempt.h"
#include "common/core/err.h"
#include "common/core/throttle.h"
#include "common/core/verify.h"
#include "enrol.h"

/* A flat value, and no secret. */
struct otp_inspection {
	bool accepted; /* a login with this code would be let in now */
	enum otp_verdict verdict; /* of the code, whatever the account's waits:
				     ACCEPT, REPLAY, REJECT or MALFORMED */
	enum otp_gate gate;	  /* of the account */
	uint32_t wait;		  /* seconds that are left of a wait */
	enum otp_kind kind;	  /* what it is, or would be, a code of; or 0 */
	char token[OTP_LABEL_SIZE]; /* its label, or "" */
	bool drift_known;	    /* TOTP: right at the time, which is */
	int32_t drift; /* away by so many seconds; negative: a slow clock */
	/*
	 * HOTP: right at a counter so far from the next one; negative: behind
	 * it, which is used or passed over.
	 */
	bool ahead_known;
	int32_t ahead;
	bool lost; /* nobody knows the counter of a HOTP token of this length */
};

/*
 * Judge TYPED as a login would, and where it is wrong, look further: a day
 * either side (TOTP), OTP_RESYNC_RANGE counters (HOTP).  ID: of this token
 * only, besides the recovery codes; NULL = of any.
 * Errors: the store's, verify.h's, CLOCK, UID, NO_STATE, ABSENT (not
 * enrolled, or no such token).
 */
enum otp_err otp_inspect(const struct otp_host *host,
    const struct otp_subject *subject, const uint8_t *id, const char *typed,
    struct otp_inspection *ret_inspection,
    struct otp_fault *fault) OTP_MUST_USE;

#endif
