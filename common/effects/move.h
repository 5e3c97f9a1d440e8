/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An account moves from one store to another, for example from a host's files
 * to a fleet's database, with all that is known of it.
 *
 * At no time is it accepted in both: the copy is marked 'moved' (state.h) until
 * the original is.  So it is in neither for a moment; wherever this was
 * stopped, running it again finishes it: the id of the move says which copy is
 * of which original.  What stays in the former store has no seed.  An account
 * that has none to begin with, for example because it was removed, moves as
 * well: what it knows does.
 *
 * If the new store has the account with the same tokens, the states are merged:
 * a code that was used in either store is used.  Whether the user is exempt is
 * what the store says in which the account was used last.  If it comes back to
 * where it came from, this counts for its suspension, failures and delays, too.
 */
#ifndef OTP_MOVE_H
#define OTP_MOVE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/store/store.h"

enum otp_move_outcome {
	OTP_MOVE_NOTHING = 0, /* it is not there, or was moved before */
	OTP_MOVE_ROOT,	      /* uid 0's stays in the host's own files */
	/* It has no seed, and nothing was moved; in the new store */
	OTP_MOVE_ELSEWHERE,  /* it is marked, and did not come from there */
	OTP_MOVE_UNFINISHED, /* it has a seed, of a move that was interrupted */
	OTP_MOVE_DONE,	     /* it is in the new store alone */
	OTP_MOVE_MERGED,   /* likewise, with what was there; that seed stays */
	OTP_MOVE_FINISHED, /* it was there; the former seed was removed */
};

struct otp_move {
	struct otp_place from;
	struct otp_place to;
	int64_t now;		 /* seconds since 1970 */
	uint8_t id[OTP_ID_SIZE]; /* random: no other move's */
	/* The results. */
	enum otp_move_outcome outcome;
	uint32_t uid;
	bool in_target; /* an error is the new store's */
	bool begun; /* and it may be in neither store until it is finished */
	struct otp_fault fault;
};

/*
 * Move ACCOUNT as MOVE says; its results are zeroed first.  Errors: NO_STATE (a
 * seed that was never adopted), UID (in the new store it has another uid, or
 * another account has this one), EXISTS (it has other tokens there), MOVED (the
 * new store has lost it), and those of both stores.
 */
enum otp_err otp_move_account(
    struct otp_move *move, const char *account) OTP_MUST_USE;

#endif
