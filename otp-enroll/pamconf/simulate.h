/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a stack of auth lines can succeed, whatever its modules return: whether
 * that is possible without a right code, and which lines are the cause.
 */
#ifndef OTP_SIMULATE_H
#define OTP_SIMULATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OTP_SIMULATE_STEPS	256
#define OTP_SIMULATE_LEVELS	16
#define OTP_SIMULATE_CONDITIONS 8

enum otp_step_kind {
	OTP_STEP_PLAIN = 0, /* tells no user from another */
	OTP_STEP_OURS,
	OTP_STEP_PASSWORD,
	OTP_STEP_FACTOR,    /* verifies something else: a key, a finger */
	OTP_STEP_CONDITION, /* tells users, hosts or times apart */
	OTP_STEP_UNKNOWN,   /* may be any of these */
	OTP_STEP_SUBSTACK,  /* the steps that follow, one level deeper */
};

struct otp_step {
	enum otp_step_kind kind;
	unsigned level; /* of substacks, below OTP_SIMULATE_LEVELS */
	/*
	 * The first step with this module and these arguments.  Of factors and
	 * conditions, both succeed or neither does.
	 */
	size_t same;
	const int *actions; /* OTP_STACK_RESULTS of them; unused for SUBSTACK */
	uint32_t results; /* that it may return, a bit each; unused for OURS */
};

enum otp_past {
	OTP_PAST_NONE = 0,
	OTP_PAST_SOME, /* conditions or other factors decide who */
	OTP_PAST_ALL,
};

/* How the stack can succeed. */
struct otp_outcome {
	bool undecided;	  /* too many ways; nothing else is set */
	bool right;	  /* after a right code */
	bool wrong;	  /* although the code was wrong */
	bool unavailable; /* although the code could not be checked */
	bool ignored;	  /* after PAM_IGNORE (nullok) */
	bool alone;	  /* after a right code without a first factor */
	bool early;	  /* after a right code and then a password */
	bool twice;	  /* after two right codes */
	/* steps of our module that are reached after wrong passwords alone */
	bool exposed[OTP_SIMULATE_STEPS];
	enum otp_past past; /* without our module having been called */
	/* SOME: the conditions that decide; ALL: the steps that lead past. */
	bool cause[OTP_SIMULATE_STEPS];
};

/* COUNT is at most OTP_SIMULATE_STEPS. */
void otp_simulate(const struct otp_step *steps, size_t count,
    struct otp_outcome *ret_outcome);

#endif
