/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An account that has another name now: its seed and what is known of it go
 * from the former name to the new one.
 *
 * Both are held all the time.  First the new name gets a state that has all
 * that the former one's has; then the seed moves, in one step.  So wherever
 * this is stopped, the seed is under one name, and beside it lies a state that
 * knows what is spent.  Done again, it goes on: what either state knows to be
 * spent stays spent.
 */
#include "enrol.h"

#include <string.h>

#include "common/core/mark.h"
#include "common/core/wipe.h"
#include "holding.h"

struct moving {
	struct otp_holding from;
	struct otp_holding to;
};

/* In the order of their names, whoever moves what where at the same time. */
static enum otp_err
open_both(struct moving *moving, const struct otp_host *host,
    const struct otp_subject *former, const struct otp_subject *subject,
    struct otp_fault *fault)
{
	const bool first = strcmp(former->account, subject->account) < 0;
	enum otp_err err = first
	    ? otp_holding_open(&moving->from, host, former, fault)
	    : otp_holding_open(&moving->to, host, subject, fault);

	if (err != OTP_OK)
		return err;
	return first ? otp_holding_open(&moving->to, host, subject, fault)
		     : otp_holding_open(&moving->from, host, former, fault);
}

static enum otp_err
check(const struct moving *moving, bool force)
{
	const struct otp_holding *from = &moving->from, *to = &moving->to;

	if (to->seed_err != OTP_ERR_ABSENT)
		return OTP_ERR_EXISTS;
	if (to->state_err != OTP_OK && to->state_err != OTP_ERR_ABSENT)
		return otp_holding_blame_state(to);
	if (from->seed_err != OTP_OK)
		return otp_holding_blame_seed(from);
	if (from->state_err == OTP_ERR_ABSENT)
		return otp_fault_set(from->fault, OTP_ERR_NO_STATE, 0, NULL,
		    N_("not adopted yet"));
	if (from->state_err == OTP_ERR_UID && force)
		return OTP_OK;
	return otp_holding_blame_state(from);
}

/* The more failures, and the longer wait. */
static void
merge_tally(struct otp_tally *tally, const struct otp_tally *old)
{
	const struct otp_tally *waiting =
	    tally->wait_until < old->wait_until ? old : tally;
	const struct otp_tally *failed =
	    tally->failures < old->failures ? old : tally;
	struct otp_tally worse = *failed;

	worse.wait_until = waiting->wait_until;
	worse.wait_length = waiting->wait_length;
	*tally = worse;
}

/* What was left under the new name by an earlier enrolment, or by a stop. */
static enum otp_err
merge(const struct moving *moving, struct otp_state *state)
{
	const struct otp_state *old = &moving->to.state;

	for (unsigned i = 0; i < old->credentials_count; i++) {
		const struct otp_credential *credential = &old->credentials[i];
		struct otp_credential *place = NULL;
		const bool known = otp_state_find(state, credential->kind,
				       credential->id) != NULL;
		enum otp_err err = otp_state_claim(state, &moving->from.seed,
		    NULL, credential->kind, credential->id, moving->to.now,
		    &place);

		if (err != OTP_OK)
			return err;
		if (!known)
			*place = *credential;
		else if (place->value < credential->value)
			place->value = credential->value;
	}
	merge_tally(&state->tally, &old->tally);
	if (state->last_success.time < old->last_success.time)
		state->last_success = old->last_success;
	state->generation = old->generation;
	state->enrolled = old->enrolled;
	return OTP_OK;
}

/* Let the new name know all that the former one does. */
static enum otp_err
carry_state(struct moving *moving)
{
	struct otp_holding *to = &moving->to;
	struct otp_state state = moving->from.state;
	enum otp_err err;

	state.uid = to->subject->uid;
	state.enrolled = false; /* until there is a seed */
	if (to->state_err == OTP_OK) {
		err = merge(moving, &state);
		if (err != OTP_OK)
			return err;
		to->state = state;
		return otp_holding_commit(to);
	}
	err = otp_store_create(to->store, &state, to->fault);
	if (err == OTP_ERR_EXISTS) /* to wait for it now could be for ever */
		return OTP_ERR_CONFLICT;
	if (err == OTP_OK)
		err = otp_store_load(to->store, &to->state, to->fault);
	return err;
}

static enum otp_err
set_enrolled(struct otp_holding *holding, bool enrolled)
{
	if (holding->state.enrolled == enrolled)
		return otp_store_settle(holding->store, holding->fault);
	holding->state.enrolled = enrolled;
	return otp_holding_commit(holding);
}

enum otp_err
otp_enrol_adopt_former(const struct otp_host *host,
    const struct otp_subject *subject, const char *name, bool force,
    struct otp_fault *fault)
{
	struct otp_subject former = { .uid = subject->uid };
	struct moving moving = { 0 };
	size_t length = strlen(name);
	enum otp_err err;

	if (length >= sizeof(former.account) ||
	    strcmp(name, subject->account) == 0)
		return otp_fault_set(fault, OTP_ERR_NAME, 0, NULL, NULL);
	memcpy(former.account, name, length); /* its NUL is there */
	err = open_both(&moving, host, &former, subject, fault);
	if (err == OTP_OK)
		err = check(&moving, force);
	if (err == OTP_OK)
		err = carry_state(&moving);
	if (err == OTP_OK)
		err = set_enrolled(&moving.from, false);
	if (err == OTP_OK)
		err = otp_store_move_seed(
		    moving.from.store, moving.to.store, fault);
	if (err == OTP_OK)
		err = set_enrolled(&moving.to, true);
	otp_holding_close(&moving.to);
	otp_holding_close(&moving.from);
	return err;
}
