/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A walk through a stack of auth lines on every path that Linux-PAM may take
 * (pam.conf(5)).
 */
#ifndef OTP_WALK_H
#define OTP_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "otp-enroll/pamconf/simulate.h"

/* What happened on the way to a place. */
enum otp_happened {
	OTP_HAPPENED_ASKED = 1,	   /* our module was called */
	OTP_HAPPENED_FACTOR = 2,   /* a first factor was right */
	OTP_HAPPENED_NAKED = 4,	   /* our module was called before that */
	OTP_HAPPENED_EARLY = 8,	   /* and then a password was right */
	OTP_HAPPENED_TWICE = 16,   /* our module was called again */
	OTP_HAPPENED_REFUSED = 32, /* a password was wrong */
};

/*
 * The state of PAM before a step, and how it came there.  Two places are
 * compared as bytes, so there is no padding.
 */
struct otp_place {
	uint32_t entered; /* impressions at the start of each substack */
	uint16_t known;	  /* conditions that were evaluated */
	uint16_t holding; /* those of them that succeeded */
	uint16_t passed;  /* 1 + the step that last led past our module */
	uint8_t impression;
	uint8_t happened;
};

#define OTP_WALK_PLACES 1024

/* Different ones. */
struct otp_places {
	size_t count;
	/*
	 * calls of our module, a step each, after nothing but wrong passwords
	 */
	bool exposed[OTP_SIMULATE_STEPS];
	struct otp_place at[OTP_WALK_PLACES];
};

#define OTP_WALK_NUMBERLESS UINT8_MAX

/*
 * Find the places at the end of COUNT steps in which PAM returns success, while
 * our module returns one of the results OURS.  NUMBERS has the number of each
 * step's condition, or OTP_WALK_NUMBERLESS.  Returns false if there are too
 * many places before a step, or there is not enough memory.
 */
bool otp_walk(const struct otp_step *steps, size_t count,
    const uint8_t *numbers, uint32_t ours, struct otp_places *ret_ends);

/*
 * Skip JUMP steps after step INDEX, a substack counting as one; *RET_NEXT is
 * the step that follows, or COUNT.  Returns false if there are fewer in INDEX's
 * level: the stack then fails, unless a "reset" follows.
 */
bool otp_walk_jump(const struct otp_step *steps, size_t count, size_t index,
    int jump, size_t *ret_next);

#endif
