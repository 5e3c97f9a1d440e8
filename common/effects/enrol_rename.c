/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An account was renamed: move its seed and its record from the former name to
 * the new one.
 *
 * Both are locked all the time.  First the new name gets a state with
 * everything that the former one's has; then the seed moves, in one step.  So
 * wherever this is stopped, the seed is under one name, and that name has a
 * state that knows the used codes.  Running it again continues: codes that
 * either state knows to be used stay used.
 */
#include "config.h"

#include <string.h>

#include "common/core/wipe.h"
#include "common/effects/enrol.h"
#include "common/effects/merge.h"
#include "common/effects/txn.h"

struct moving {
	struct otp_txn from;
	struct otp_txn to;
};

static enum otp_err open_both(
    struct moving *, struct otp_account *, struct otp_account *);
static enum otp_err check_both(const struct moving *, bool);
static enum otp_err carry_state(struct moving *);
static enum otp_err merge(const struct moving *, struct otp_state *);
static enum otp_err set_enrolled(struct otp_txn *, bool);
static enum otp_err move_seed(struct moving *);
static enum otp_err tell_of_former(
    struct otp_account *, const struct otp_account *, enum otp_err);

enum otp_err
otp_enrol_rename(struct otp_account *account, const char *former, bool force)
{
	struct otp_account old = {
		.host = account->host,
		.subject.uid = account->subject.uid,
	};
	struct moving moving = { 0 };
	size_t length = strlen(former);
	enum otp_err err;

	otp_txn_reset(account);
	if (length >= sizeof(old.subject.account) ||
	    strcmp(former, account->subject.account) == 0)
		return OTP_ERR_NAME;
	memcpy(old.subject.account, former, length); /* its NUL is there */
	err = open_both(&moving, &old, account);
	if (err != OTP_OK)
		goto out;
	err = check_both(&moving, force);
	if (err == OTP_OK)
		err = tell_of_former(
		    account, &old, otp_txn_end_pending(&moving.from));
	if (err != OTP_OK)
		goto out;
	err = carry_state(&moving);
	if (err != OTP_OK)
		goto out;
	err = tell_of_former(account, &old, set_enrolled(&moving.from, false));
	if (err == OTP_OK)
		err = move_seed(&moving);
	if (err == OTP_OK)
		err = set_enrolled(&moving.to, true);
out:
	otp_txn_close(&moving.to);
	otp_txn_close(&moving.from);
	return err;
}

/* Lock in the order of the names, to avoid a deadlock of two of these. */
static enum otp_err
open_both(struct moving *moving, struct otp_account *former,
    struct otp_account *account)
{
	const bool first =
	    strcmp(former->subject.account, account->subject.account) < 0;
	enum otp_err err = OTP_OK;

	if (!first)
		err = otp_txn_open(&moving->to, account);
	if (err != OTP_OK)
		return err;
	err = tell_of_former(
	    account, former, otp_txn_open(&moving->from, former));
	if (err == OTP_OK && first)
		err = otp_txn_open(&moving->to, account);
	return err;
}

static enum otp_err
check_both(const struct moving *moving, bool force)
{
	const struct otp_txn *from = &moving->from, *to = &moving->to;

	if (to->snap.seed_err != OTP_ERR_ABSENT)
		return OTP_ERR_EXISTS;
	if (to->snap.state_err != OTP_OK &&
	    to->snap.state_err != OTP_ERR_ABSENT)
		return otp_txn_state_err(to);
	/* (An account that is only invited is not enrolled.) */
	if (from->snap.state_err == OTP_ERR_UID && force &&
	    otp_snapshot_has_seed(&from->snap))
		return otp_snapshot_seed_err(&from->snap, &to->account->fault);
	return otp_snapshot_enrolled(&from->snap, &to->account->fault);
}

/* Copy what the former name's state knows to the new name's. */
static enum otp_err
carry_state(struct moving *moving)
{
	struct otp_txn *to = &moving->to;
	struct otp_fault *fault = &to->account->fault;
	struct otp_state state = moving->from.snap.state;
	enum otp_err err;

	otp_state_give(&state, to->account->subject.uid);
	state.enrolled = false; /* until there is a seed */
	if (to->snap.state_err == OTP_OK) {
		err = merge(moving, &state);
		if (err != OTP_OK)
			return err;
		to->snap.state = state;
		return otp_txn_commit(to);
	}
	err = otp_store_create(to->store, &state, fault);
	if (err == OTP_ERR_EXISTS) /* waiting here could deadlock */
		return OTP_ERR_CONFLICT;
	if (err == OTP_OK)
		err = otp_store_load(to->store, &to->snap.state, fault);
	return err;
}

/* What an earlier enrolment or an interrupted run left under the new name. */
static enum otp_err
merge(const struct moving *moving, struct otp_state *state)
{
	const struct otp_txn *to = &moving->to;
	const struct otp_state *old = &to->snap.state;

	state->generation = old->generation;
	state->enrolled = old->enrolled;
	return otp_merge_state(
	    state, old, &moving->from.snap.seed, to->snap.now);
}

static enum otp_err
set_enrolled(struct otp_txn *txn, bool enrolled)
{
	if (txn->snap.state.enrolled == enrolled)
		return otp_store_settle(txn->store, &txn->account->fault);
	txn->snap.state.enrolled = enrolled;
	return otp_txn_commit(txn);
}

/* Return ERR, and copy the fault from OLD to ACCOUNT. */
static enum otp_err
tell_of_former(struct otp_account *account, const struct otp_account *old,
    enum otp_err err)
{
	if (err != OTP_OK)
		account->fault = old->fault;
	return err;
}

static enum otp_err
move_seed(struct moving *moving)
{
	struct otp_account *account = moving->to.account;
	enum otp_err err = otp_store_move_seed(
	    moving->from.store, moving->to.store, &account->fault);

	account->committed = otp_store_in_effect(moving->to.store);
	return err;
}
