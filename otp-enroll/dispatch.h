/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can come of a stack of auth lines, whatever its modules answer: every
 * way through it is gone, as Linux-PAM would go it (pam.conf(5)).
 *
 * Ours is right or wrong; of the others each may say anything.  So this tells
 * whether a wrong code can end in a yes, and which line leads past the code.
 */
#ifndef OTP_DISPATCH_H
#define OTP_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "stack.h"

enum otp_step_kind {
	OTP_STEP_OURS = 1,
	OTP_STEP_PASSWORD,  /* asks for a first factor, or verifies one */
	OTP_STEP_CONDITION, /* verifies nobody; may say anything */
	OTP_STEP_PERMIT,    /* always yes */
	OTP_STEP_DENY,	    /* always no */
	OTP_STEP_MISSING,   /* cannot be loaded: always PAM_MODULE_UNKNOWN */
	OTP_STEP_BROKEN,    /* cannot be read: always PAM_PERM_DENIED */
	OTP_STEP_SUBSTACK,  /* those that follow, one level deeper */
};

#define OTP_DISPATCH_STEPS  256
#define OTP_DISPATCH_LEVELS 16

struct otp_step {
	enum otp_step_kind kind;
	unsigned level;	    /* of substacks, below OTP_DISPATCH_LEVELS */
	const int *actions; /* OTP_STACK_RESULTS of them; not of SUBSTACK */
};

/* Which endings there can be. */
struct otp_outcome {
	bool right;	  /* yes, after a right code */
	bool wrong;	  /* yes, although the code was wrong */
	bool unavailable; /* yes, although no answer on the code was possible */
	bool ignored;	  /* yes, after PAM_IGNORE (nullok) */
	bool alone;	  /* yes, after a right code and no first factor */
	bool skipped;	  /* yes, without ours having been asked */
};

/* STEPS has up to OTP_DISPATCH_STEPS, COUNT of them. */
struct otp_outcome otp_dispatch(const struct otp_step *steps, size_t count);

/*
 * Whether what step INDEX answers can lead past ours, and on to a yes:
 * *RET_YES, when it answers PAM_SUCCESS.
 */
bool otp_dispatch_skips(
    const struct otp_step *steps, size_t count, size_t index, bool *ret_yes);

#endif
