/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verifying transaction:
 *
 *	load -> throttle -> charge -> verify -> commit
 *
 * It knows neither PAM nor files, and no person is asked while it runs.
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
#include "sys.h"

#define OTP_ACCOUNT_SIZE 256 /* of a name, the NUL included */

/* The host that judges: its clock, its store, its policy. */
struct otp_host {
	const struct otp_sys *sys;
	const char *store; /* absolute */
	const struct otp_policy *policy;
};

/* Who asks to be let in; a flat value. */
struct otp_request {
	char account[OTP_ACCOUNT_SIZE]; /* the name as NSS returns it */
	uint32_t uid;			/* or OTP_UID_VIRTUAL */
	bool unknown; /* nobody has that name: refused, at the usual cost */
	char service[OTP_SERVICE_SIZE];
	char host[OTP_HOST_SIZE]; /* the remote one, "" = here */
	bool own;   /* who asks, here, is that account already (sudo) */
	bool told;  /* the user can be told of failures since the last login */
	bool split; /* password and code were typed as one */
};

/* What is answered; a flat value, and no secret. */
struct otp_answer {
	enum otp_verdict verdict;   /* REJECT unless something else is known */
	enum otp_kind kind;	    /* what matched; 0 = nothing */
	char token[OTP_LABEL_SIZE]; /* its label, or "" */
	uint32_t failures;	    /* in a row, after this try */
	uint32_t month_failures;    /* in 30 days */
	uint32_t wait;		    /* seconds that are left of a wait */
	int32_t drift;		    /* seconds, where drift_known */
	bool drift_known;
	bool benign; /* REPLAY: within two periods, same host or `own` */
	size_t password_length; /* with `split`: where the code begins */
	/* ACCEPT: what the user may want to hear */
	uint32_t untold;      /* wrong codes since the last login */
	uint32_t replays;     /* spent codes tried again since then */
	int64_t last_success; /* seconds ago; -1 = never */
	char failure_host[OTP_HOST_SIZE]; /* of the last wrong one, or "" */
	bool recovery_known;		  /* the next figure means something */
	unsigned recovery_left;
};

enum otp_ask {
	OTP_ASK_NOTHING = 0, /* no answer is possible */
	OTP_ASK_CODE,
	OTP_ASK_UNENROLLED, /* surely so: store there, no seed, no state that
			       says otherwise */
};

/*
 * Before the prompt, for `nullok`: must the user be asked?  An error is
 * never "not enrolled".  Errors: the store's.
 */
enum otp_err otp_attempt_look(const struct otp_host *host,
    const struct otp_request *request, enum otp_ask *ret_ask,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Judge what was TYPED (kept by the caller, who wipes it).  Only
 * OTP_OK with OTP_VERDICT_ACCEPT lets anyone in: then the code is spent on
 * the disk.  On an error *RET_ANSWER is a refusal.
 * Errors: the store's, verify.h's, CLOCK, UID, NO_STATE, LENGTHS.
 */
enum otp_err otp_attempt_try(const struct otp_host *host,
    const struct otp_request *request, const char *typed,
    struct otp_answer *ret_answer, struct otp_fault *fault) OTP_MUST_USE;

#endif
