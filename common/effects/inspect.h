/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judge a code for the administrator, without using, charging or writing
 * anything.  This discloses future codes and is not limited, so it is only for
 * callers who can read the store, and therefore the secrets, anyway.
 */
#ifndef OTP_INSPECT_H
#define OTP_INSPECT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/core/throttle.h"
#include "common/core/verify.h"
#include "common/effects/enrol.h"

/* A flat value, not a secret. */
struct otp_inspection {
	bool accepted; /* a login with this code would be let in now */
	/*
	 * It was tried instead, as a login does: an accepted code is used, and
	 * a wrong one counts.  otp_inspect() never does that.
	 */
	bool tried;
	enum otp_verdict verdict; /* of the code, whatever the account's delays:
				     ACCEPT, REPLAY, REJECT or MALFORMED; of a
				     try, as a login has it */
	bool no_code;		  /* MALFORMED: of no account's length */
	enum otp_gate gate;	  /* of the account */
	uint32_t wait;		  /* remaining seconds of a delay */
	bool suspended;		  /* whatever the code */
	enum otp_kind kind;	  /* the kind of its token, or 0 */
	char token[OTP_LABEL_SIZE]; /* its label, or "" */
	bool drift_known;	    /* TOTP: right at another time, */
	int32_t drift; /* this many seconds away; negative: a slow clock */
	/*
	 * HOTP: right at a counter this far from the next one; negative: before
	 * it, so used or skipped.
	 */
	bool ahead_known;
	int32_t ahead;
	bool lost; /* the counter of an HOTP token of this length is unknown */
	/* Wrong: what it was compared with. */
	bool by_time;	 /* TOTP tokens */
	bool by_counter; /* HOTP tokens, whose counters are known */
	/*
	 * Wrong or MALFORMED: it could be a code that was sent to an address.
	 * Those are not looked at: each counts for one service and host.
	 */
	bool may_be_sent;
};

/*
 * Judge TYPED as a login would.  If it is wrong, look further: a day either way
 * (TOTP), or OTP_RESYNC_RANGE counters (HOTP).  With an ID, only that token and
 * the recovery codes are compared.
 * Sets ACCOUNT's fault.
 * Errors: the store's, verify.h's, CLOCK, UID, NO_STATE, ABSENT (not
 * enrolled, or no such token).
 */
enum otp_err otp_inspect(struct otp_account *account, const uint8_t *id,
    const char *typed, struct otp_inspection *ret_inspection) OTP_MUST_USE;

#endif
