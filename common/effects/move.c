/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Both accounts are locked all the time.  In this order, each on the disk
 * before the next: the copy, marked as moved; the original, marked as moved;
 * the copy without its mark; the original without its seed.
 *
 * MUST, each with the test that fails without it (tests/effects/move_test.c;
 * tests/fleet/move.sh kills the tool at each call):
 *
 * 1. Wherever it is stopped, no code is accepted in both stores, and running it
 *    again finishes it (move__stopped_anywhere_accepts_a_code_once,
 *    move__takes_no_account_back_that_went_on).
 * 2. A code that was used in either store is used afterwards
 *    (move__merges_what_two_stores_know).
 * 3. Each step stands on what is on the disk, also of a process that was killed
 *    (move__goes_on_from_what_is_on_the_disk).
 * 4. Nothing takes the place of other tokens (move__replaces_no_other_tokens).
 * 5. A move goes on with its own copy alone (move__goes_on_with_its_own_copy,
 *    move__goes_on_with_no_copy_of_a_later_move).
 * 6. No exemption comes from a store in which the account was not used last
 *    (move__brings_no_exemption_back_that_ended, merge__exempts_nobody); nor
 *    does a suspension, a failure or a delay, if the account is known to have
 *    come from there (move__brings_nothing_back_that_ended,
 *    move__ends_no_suspension_of_another_move).
 * 7. What is said to be moved is not refused in the new store
 *    (move__takes_a_removed_account_back), and an account without a seed ends
 *    no mark but that of its own former place
 *    (move__ends_no_mark_of_an_account_elsewhere), nor of a move that was
 *    interrupted (move__ends_no_move_that_was_interrupted).
 */
#include "config.h"

#include "common/effects/move.h"

#include <string.h>

#include "common/core/wipe.h"
#include "common/effects/merge.h"

/* The account in one of the stores. */
struct side {
	struct otp_store *store;
	enum otp_err state_err; /* OTP_OK, also if it is marked as moved */
	struct otp_state state;
	enum otp_err seed_err; /* OTP_OK or ABSENT */
	struct otp_seed seed;
};

/* A secret. */
struct moving {
	struct otp_move *move;
	struct side from;
	struct side to;
	bool same;	 /* both seeds have the same tokens and addresses */
	bool from_there; /* it came from the new store, and was used since */
};

static enum otp_err move_open(struct moving *moving, const char *account);
static enum otp_err side_open(struct side *side, struct otp_place place,
    const char *account, struct otp_fault *fault);
static enum otp_err move_check(struct moving *moving, bool *ret_ends);
static enum otp_move_outcome check_empty(const struct moving *moving);
static bool is_same_move(const struct side *from, const struct side *to);
static enum otp_err check_target(const struct moving *moving);
static enum otp_err check_again(const struct moving *moving);
static enum otp_err compare_seeds(struct moving *moving);
static enum otp_err move_run(struct moving *moving);
static enum otp_err put_copy(struct moving *moving);
static void forget_ended(const struct moving *moving, struct otp_state *known);
static enum otp_err put_merged(struct moving *moving);
static enum otp_err mark_original(struct moving *moving);
static enum otp_err side_put(
    struct side *side, const struct otp_state *state, struct otp_fault *fault);
static enum otp_err drop_original(struct moving *moving);

enum otp_err
otp_move_account(struct otp_move *move, const char *account)
{
	struct moving moving = { .move = move };
	bool ends = false;
	enum otp_err err;

	move->outcome = OTP_MOVE_NOTHING;
	move->in_target = move->begun = false;
	move->fault = (struct otp_fault){ 0 };
	err = move_open(&moving, account);
	if (err == OTP_OK)
		err = move_check(&moving, &ends);
	if (err == OTP_OK && !ends)
		err = move_run(&moving);
	otp_store_close(moving.to.store);
	otp_store_close(moving.from.store);
	otp_wipe(&moving, sizeof(moving));
	return err;
}

static enum otp_err
move_open(struct moving *moving, const char *account)
{
	struct otp_move *move = moving->move;
	enum otp_err err =
	    side_open(&moving->from, move->from, account, &move->fault);

	if (err != OTP_OK)
		return err;
	move->in_target = true;
	err = side_open(&moving->to, move->to, account, &move->fault);
	move->in_target = err != OTP_OK;
	return err;
}

/* What is marked as moved is read as well. */
static enum otp_err
side_load(struct side *side, struct otp_fault *fault)
{
	enum otp_err err = otp_store_load(side->store, &side->state, fault);

	return err == OTP_ERR_MOVED ? OTP_OK : err;
}

static enum otp_err
side_open(struct side *side, struct otp_place place, const char *account,
    struct otp_fault *fault)
{
	enum otp_err err = otp_store_open(place, account, &side->store, fault);

	if (err != OTP_OK)
		return err;
	side->state_err = side_load(side, fault);
	if (side->state_err != OTP_OK && side->state_err != OTP_ERR_ABSENT)
		return side->state_err;
	side->seed_err = otp_store_seed(side->store, &side->seed, fault);
	if (side->seed_err != OTP_OK && side->seed_err != OTP_ERR_ABSENT)
		return side->seed_err;
	if (side->state_err == OTP_OK || side->seed_err == OTP_ERR_ABSENT) {
		*fault = (struct otp_fault){ 0 };
		return OTP_OK;
	}
	return otp_fault_set(
	    fault, OTP_ERR_NO_STATE, 0, NULL, OTP_DETAIL_NOT_ADOPTED);
}

/* --- Whether it can be ---------------------------------------------------- */

/* *RET_ENDS: there is nothing to move. */
static enum otp_err
move_check(struct moving *moving, bool *ret_ends)
{
	const struct side *from = &moving->from;
	const struct side *to = &moving->to;
	struct otp_move *move = moving->move;
	enum otp_err err;

	*ret_ends = true;
	if (from->state_err != OTP_OK)
		return OTP_OK;
	move->uid = from->state.uid;
	if (from->state.moved && from->seed_err != OTP_OK)
		return OTP_OK;
	if (from->state.uid == 0) {
		move->outcome = OTP_MOVE_ROOT;
		return OTP_OK;
	}
	err = compare_seeds(moving);
	if (err != OTP_OK)
		return err;
	moving->from_there = !from->state.moved && to->state_err == OTP_OK &&
	    to->state.moved && is_same_move(from, to);
	move->outcome = check_empty(moving);
	if (move->outcome != OTP_MOVE_NOTHING)
		return OTP_OK;
	*ret_ends = false;
	move->in_target = true;
	if (to->state_err == OTP_OK && to->state.uid != from->state.uid)
		return otp_fault_set(
		    &move->fault, OTP_ERR_UID, 0, NULL, OTP_DETAIL_OTHER_UID);
	err = from->state.moved ? check_again(moving) : check_target(moving);
	move->in_target = err != OTP_OK;
	return err;
}

static enum otp_err
compare_seeds(struct moving *moving)
{
	uint8_t from[OTP_ID_SIZE] = { 0 }, to[OTP_ID_SIZE] = { 0 };
	enum otp_err err;

	if (moving->from.seed_err != OTP_OK || moving->to.seed_err != OTP_OK)
		return OTP_OK;
	err = otp_seed_tokens_id(&moving->from.seed, from);
	if (err == OTP_OK)
		err = otp_seed_tokens_id(&moving->to.seed, to);
	moving->same = err == OTP_OK && memcmp(from, to, sizeof(from)) == 0;
	return err;
}

static bool
is_same_move(const struct side *from, const struct side *to)
{
	return memcmp(from->state.move, to->state.move, OTP_ID_SIZE) == 0;
}

/* Why an account without a seed stays where it is, or NOTHING. */
static enum otp_move_outcome
check_empty(const struct moving *moving)
{
	const struct side *to = &moving->to;

	if (moving->from.seed_err == OTP_OK || to->state_err != OTP_OK ||
	    !to->state.moved)
		return OTP_MOVE_NOTHING;
	if (to->seed_err == OTP_OK)
		return OTP_MOVE_UNFINISHED;
	return moving->from_there ? OTP_MOVE_NOTHING : OTP_MOVE_ELSEWHERE;
}

/* Other tokens are another user's, or of a move that was interrupted. */
static enum otp_err
check_target(const struct moving *moving)
{
	const struct otp_state *state = &moving->from.state;
	bool ours = false;

	if (moving->from.seed_err == OTP_OK && moving->to.seed_err == OTP_OK &&
	    !moving->same)
		return OTP_ERR_EXISTS;
	return state->enrolled ? otp_store_check_uid(moving->to.store,
				     state->uid, &ours, &moving->move->fault)
			       : OTP_OK;
}

/*
 * The original is marked, so the copy was complete.  If it is not there any
 * more, what is left here is older than what became of it: what is marked or
 * has no seed there is then of another move, to that store or from it.
 */
static enum otp_err
check_again(const struct moving *moving)
{
	const struct side *to = &moving->to;
	bool ours;

	if (to->state_err != OTP_OK)
		return OTP_ERR_MOVED;
	ours = is_same_move(&moving->from, to);
	if (to->state.moved)
		ours = ours && moving->same;
	else
		ours = ours || to->seed_err == OTP_OK;
	return ours ? OTP_OK : OTP_ERR_MOVED;
}

/* --- The steps ------------------------------------------------------------ */

static enum otp_err
move_run(struct moving *moving)
{
	struct otp_move *move = moving->move;
	struct side *to = &moving->to;
	const bool again = moving->from.state.moved;
	const bool is_there = to->state_err == OTP_OK && !to->state.moved &&
	    (again || to->seed_err == OTP_OK);
	enum otp_err err = OTP_OK;

	move->in_target = true;
	if (!again)
		err = is_there ? put_merged(moving) : put_copy(moving);
	if (err == OTP_OK)
		err = otp_store_settle(to->store, &move->fault);
	if (err != OTP_OK)
		return err;
	move->in_target = false;
	move->begun = true;
	err = mark_original(moving);
	if (err == OTP_OK && to->state.moved) {
		struct otp_state state = to->state;

		state.moved = false;
		move->in_target = true;
		err = side_put(to, &state, &move->fault);
		move->in_target = err != OTP_OK;
	}
	if (err == OTP_OK)
		err = drop_original(moving);
	if (err != OTP_OK)
		return err;
	move->begun = false;
	move->outcome = again && is_there ? OTP_MOVE_FINISHED
	    : is_there			  ? OTP_MOVE_MERGED
					  : OTP_MOVE_DONE;
	return OTP_OK;
}

/* The copy. */
static enum otp_err
put_copy(struct moving *moving)
{
	const struct side *from = &moving->from;
	struct side *to = &moving->to;
	struct otp_fault *fault = &moving->move->fault;
	struct otp_state state = from->state;
	enum otp_err err = OTP_OK;

	/* Without a seed nothing is accepted of it. */
	state.moved = from->seed_err == OTP_OK;
	memcpy(state.move, moving->move->id, sizeof(state.move));
	if (to->state_err == OTP_OK) {
		struct otp_state known = to->state;

		forget_ended(moving, &known);
		err = otp_merge_state(
		    &state, &known, &from->seed, moving->move->now);
		state.generation = to->state.generation;
		if (err == OTP_OK)
			err = side_put(to, &state, fault);
	} else {
		err = otp_store_create(to->store, &state, fault);
		if (err == OTP_ERR_EXISTS)
			err = OTP_ERR_CONFLICT; /* another process's */
		if (err == OTP_OK)
			err = side_load(to, fault);
	}
	if (err == OTP_OK && from->seed_err == OTP_OK)
		err = otp_store_put_seed(to->store, &from->seed, fault);
	return err;
}

/* Of KNOWN, what may have ended since the account was used there. */
static void
forget_ended(const struct moving *moving, struct otp_state *known)
{
	const struct otp_state *state = &moving->from.state;

	if (known->moved) /* the account was not used there last */
		known->exemption = state->exemption;
	if (moving->from_there) { /* but here */
		known->suspended = state->suspended;
		known->tally = state->tally;
		known->others = state->others;
	}
}

/* The one that is in use learns what the original knows. */
static enum otp_err
put_merged(struct moving *moving)
{
	struct side *to = &moving->to;
	struct otp_state state = to->state, known = moving->from.state;
	enum otp_err err;

	known.exemption = state.exemption;
	err = otp_merge_state(&state, &known, &to->seed, moving->move->now);
	return err == OTP_OK ? side_put(to, &state, &moving->move->fault) : err;
}

static enum otp_err
mark_original(struct moving *moving)
{
	struct side *from = &moving->from;
	struct otp_fault *fault = &moving->move->fault;
	struct otp_state state = from->state;

	if (state.moved)
		return otp_store_settle(from->store, fault);
	state.moved = true;
	memcpy(state.move, moving->move->id, sizeof(state.move));
	return side_put(from, &state, fault);
}

static enum otp_err
side_put(
    struct side *side, const struct otp_state *state, struct otp_fault *fault)
{
	enum otp_err err =
	    otp_store_put(side->store, state, OTP_PUT_COMMIT, fault);

	return err == OTP_OK ? side_load(side, fault) : err;
}

static enum otp_err
drop_original(struct moving *moving)
{
	struct side *from = &moving->from;
	struct otp_fault *fault = &moving->move->fault;
	struct otp_state state = from->state;
	enum otp_err err = OTP_OK;

	if (state.enrolled) {
		state.enrolled = false;
		err = side_put(from, &state, fault);
	}
	return err == OTP_OK ? otp_store_drop_seed(from->store, fault) : err;
}
