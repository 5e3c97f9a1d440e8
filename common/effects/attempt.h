/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verifying transaction:
 *
 *	load -> throttle -> charge -> verify -> commit
 *
 * It knows neither PAM nor files, and asks no questions while it runs.
 */
#ifndef OTP_ATTEMPT_H
#define OTP_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/core/policy.h"
#include "common/core/state.h"
#include "common/core/verify.h"
#include "common/effects/account.h"
#include "common/effects/known.h"
#include "common/effects/sys.h"

/* A user who asks to log in; a flat value. */
struct otp_request {
	char account[OTP_ACCOUNT_SIZE]; /* the name as NSS returns it */
	uint32_t uid;			/* or OTP_UID_VIRTUAL */
	bool unknown; /* there is no such user: refuse, in the usual time */
	char service[OTP_SERVICE_SIZE];
	char host[OTP_HOST_SIZE]; /* the remote host, or "" */
	bool by_other;	/* by a program that runs as the user: charged to the
			 tally of other callers, and no code was sent for it */
	bool same_user; /* the local caller already is that user (sudo) */
	bool tell;	/* the owner is told of this login (tell.h) */
	bool split;	/* password and code were typed as one */
	struct otp_caller device;
	struct otp_owner owner;
};

/* What its owner is told at once, and where. */
struct otp_told {
	struct otp_notice notice;
	unsigned to_count;
	char to[OTP_SEED_ADDRESSES][OTP_ADDRESS_SIZE];
};

/* The answer; a flat value, not a secret. */
struct otp_answer {
	enum otp_verdict verdict; /* REJECT unless something else is known */
	enum otp_kind kind;	  /* what matched, or 0 */
	char method[OTP_ADDRESS_SCHEME_MAX +
	    1];			    /* DELIVERED: by mail, sms ... */
	char token[OTP_LABEL_SIZE]; /* its label, or "" */
	uint32_t failures;	    /* in a row, after this try */
	uint32_t month_failures;    /* in 30 days */
	uint32_t wait;		    /* remaining seconds of a delay */
	int32_t drift;		    /* seconds, where drift_known */
	bool drift_known;
	bool benign; /* REPLAY: within two periods, same host or same_user */
	size_t password_length; /* with 'split': where the code begins */
	bool no_code; /* MALFORMED: the text alone shows it, for any account */
	/* ACCEPT: what the user may want to know */
	uint32_t unreported;  /* wrong codes since the last login */
	uint32_t replays;     /* used codes tried again since then */
	uint64_t generation;  /* of the state, if there are such news */
	int64_t last_success; /* seconds ago; -1 = never */
	char failure_host[OTP_HOST_SIZE]; /* of the last wrong one, or "" */
	bool recovery_known;		  /* the next number is valid */
	unsigned recovery_left;
	bool fresh; /* ACCEPT: not asked, the owner gave a code a while ago */
	int64_t device_left; /* seconds for which the device is known, or 0 */
	struct otp_told told;
};

/*
 * Judge TYPED, which the caller owns and wipes.  A user may be let in only on
 * OTP_OK with OTP_VERDICT_ACCEPT: the use of the code is then on disk.
 * On an error *RET_ANSWER is a refusal.
 * Errors: the store's, verify.h's, CLOCK, UID, NO_STATE, LENGTHS.
 */
enum otp_err otp_attempt_try(const struct otp_host *host,
    const struct otp_request *request, const char *typed,
    struct otp_answer *ret_answer, struct otp_fault *fault) OTP_MUST_USE;

/*
 * The user was told the news of ANSWER, which accepted REQUEST.  Returns
 * whether this could be noted: not if it would have to wait, nor if another
 * login came in between.  They are then told again at the next login.
 */
bool otp_attempt_told(const struct otp_host *host,
    const struct otp_request *request, const struct otp_answer *answer);

#endif
