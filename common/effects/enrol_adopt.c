/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Adopt seeds that otp-enroll did not create, and repair states that cannot be
 * read.  No used code becomes valid again here, except, with FORCE, one that
 * was used for a time in the future.
 */
#include "config.h"

#include <string.h>

#include "common/core/wipe.h"
#include "common/effects/enrol.h"
#include "common/effects/txn.h"

_Static_assert(
    OTP_SEED_TOKENS + 2 * OTP_SEED_RECOVERY + 1 <= OTP_STATE_CREDENTIALS,
    "a lost state has room for the old recovery codes beside the new");

struct adopting {
	struct otp_txn txn;
	struct otp_seed seed; /* what is to be active */
	struct otp_adoption adoption;
	const struct otp_recovery_set *set;
	bool force;
	bool lost;	/* there is no state that can be read */
	bool absent;	/* there is no old state */
	bool forgotten; /* what the state does not know may have been used */
	bool changed;	/* there is something to commit */
};

static enum otp_err adopt_seed(struct adopting *);
static enum otp_err have_state(struct adopting *);
static enum otp_err adopt_token(struct adopting *, const struct otp_token *);
static uint64_t first_value(const struct adopting *, const struct otp_token *);
static enum otp_err adopt_recovery(struct adopting *);
static enum otp_err replace_recovery(struct adopting *);
static enum otp_err adopt_invitation(struct adopting *);
static uint64_t used_now(const struct adopting *);
static enum otp_err adopt_put(struct adopting *);
static enum otp_err adopt_end_pending(struct adopting *adopting);
static enum otp_err adopt_settle(struct otp_txn *);
static enum otp_err replace_state(struct adopting *);
static enum otp_err create_state(struct adopting *);

enum otp_err
otp_enrol_adopt(struct otp_account *account, bool force,
    const struct otp_recovery_set *set, struct otp_adoption *ret_adoption)
{
	struct adopting adopting = { .force = force, .set = set };
	enum otp_err err = otp_txn_open(&adopting.txn, account);

	if (err == OTP_OK)
		err = adopt_seed(&adopting);
	if (err == OTP_OK || account->committed || account->partly)
		*ret_adoption = adopting.adoption;
	otp_txn_close(&adopting.txn);
	otp_wipe(&adopting, sizeof(adopting));
	return err;
}

static enum otp_err
adopt_seed(struct adopting *adopting)
{
	struct otp_txn *txn = &adopting->txn;
	enum otp_err err = otp_txn_seed_err(txn);

	if (err == OTP_OK)
		err = have_state(adopting);
	if (err == OTP_OK) /* read again, where the state is new */
		err = otp_txn_seed_err(txn);
	if (err != OTP_OK)
		return err;
	adopting->seed = txn->snap.seed;
	adopting->forgotten = adopting->force || txn->snap.state.forgotten;
	for (unsigned i = 0; i < adopting->seed.tokens_count; i++) {
		err = adopt_token(adopting, &adopting->seed.tokens[i]);
		if (err != OTP_OK)
			return err;
	}
	err = adopt_recovery(adopting);
	if (err == OTP_OK && adopting->seed.invited)
		err = adopt_invitation(adopting);
	return err == OTP_OK ? adopt_put(adopting) : err;
}

/* Get a state: the existing one, a new one or, with 'force', a repaired one. */
static enum otp_err
have_state(struct adopting *adopting)
{
	struct otp_txn *txn = &adopting->txn;
	const enum otp_err found = txn->snap.state_err;

	if (found == OTP_OK)
		return OTP_OK;
	adopting->changed = true;
	if (!adopting->force && found == OTP_ERR_ABSENT) {
		adopting->adoption.made = true;
		return otp_txn_need_state(txn);
	}
	if (adopting->force && found == OTP_ERR_UID) {
		otp_state_give(&txn->snap.state, txn->account->subject.uid);
		return OTP_OK;
	}
	if (adopting->force &&
	    (found == OTP_ERR_ABSENT || found == OTP_ERR_CHECKSUM ||
		found == OTP_ERR_STATE_VERSION)) {
		txn->snap.state =
		    (struct otp_state){ .uid = txn->account->subject.uid,
			    .forgotten = true };
		adopting->absent = found == OTP_ERR_ABSENT;
		adopting->lost = adopting->adoption.made = true;
		return OTP_OK;
	}
	return otp_txn_state_err(txn);
}

static enum otp_err
adopt_token(struct adopting *adopting, const struct otp_token *token)
{
	struct otp_txn *txn = &adopting->txn;
	struct otp_credential *credential = NULL;
	uint8_t id[OTP_ID_SIZE];
	bool known;
	enum otp_err err = otp_token_id(token, id);

	if (err == OTP_OK && token->kind == OTP_TOTP)
		err = otp_txn_check_clock(txn->snap.now, &txn->account->fault);
	if (err != OTP_OK)
		return err;
	known = otp_state_find(&txn->snap.state, token->kind, id) != NULL;
	err = otp_txn_claim(txn, &adopting->seed, token->kind, id, &credential);
	if (err != OTP_OK)
		return err;
	if (!known) {
		credential->value = first_value(adopting, token);
		if (credential->value == UINT64_MAX)
			adopting->txn.account->doubtful++;
		adopting->adoption.adopted++;
		adopting->changed = true;
	} else if (adopting->force && token->kind == OTP_TOTP &&
	    credential->value > otp_txn_after_window(txn, token->period)) {
		credential->value = otp_txn_after_window(txn, token->period);
		adopting->changed = true;
	}
	return OTP_OK;
}

/* Which codes of an unknown token are taken to be used. */
static uint64_t
first_value(const struct adopting *adopting, const struct otp_token *token)
{
	if (token->kind == OTP_TOTP)
		return otp_txn_after_window(&adopting->txn, token->period);
	/* No code is right there: two have to be entered (resync). */
	return adopting->forgotten ? UINT64_MAX : token->counter;
}

static enum otp_err
adopt_recovery(struct adopting *adopting)
{
	const struct otp_seed *seed = &adopting->seed;
	const unsigned count =
	    adopting->force ? otp_enrol_adopt_count(&adopting->txn.snap) : 0;

	/* Those that were shown must be all, and all of them active. */
	if (count != adopting->set->count)
		return OTP_ERR_CONFLICT;
	if (count > 0)
		return replace_recovery(adopting);
	for (unsigned i = 0; i < seed->recovery_count; i++) {
		const struct otp_recovery *recovery = &seed->recovery[i];
		struct otp_credential *credential;
		enum otp_err err;

		if (otp_state_recovery(&adopting->txn.snap.state, recovery) !=
		    OTP_RECOVERY_UNKNOWN)
			continue;
		err = otp_txn_claim_recovery(
		    &adopting->txn, seed, recovery, &credential);
		if (err != OTP_OK)
			return err;
		if (adopting->forgotten) {
			credential->value = used_now(adopting);
			adopting->txn.account->doubtful++;
		}
		adopting->adoption.adopted++;
		adopting->changed = true;
	}
	return OTP_OK;
}

static enum otp_err
adopt_invitation(struct adopting *adopting)
{
	struct otp_txn *txn = &adopting->txn;
	const struct otp_recovery *invitation = &adopting->seed.invitation;
	struct otp_credential *credential = NULL;
	uint8_t id[OTP_ID_SIZE];
	enum otp_err err;

	otp_recovery_id(invitation, id);
	if (otp_state_find(&txn->snap.state, OTP_INVITATION, id) != NULL)
		return OTP_OK;
	err = otp_txn_claim_invitation(
	    txn, &adopting->seed, invitation, &credential);
	if (err != OTP_OK)
		return err;
	if (adopting->forgotten) {
		credential->value = used_now(adopting);
		txn->account->doubtful++;
	}
	adopting->adoption.adopted++;
	adopting->changed = true;
	return OTP_OK;
}

static uint64_t
used_now(const struct adopting *adopting)
{
	const int64_t now = adopting->txn.snap.now;

	return now > 0 ? (uint64_t)now : 1;
}

/*
 * All are replaced where one is not known, or none is left, for example because
 * a forced adoption was stopped before its new ones were active.
 */
unsigned
otp_enrol_adopt_count(const struct otp_snapshot *snapshot)
{
	const struct otp_recovery_count count = otp_snapshot_recovery(snapshot);
	bool replace =
	    count.unknown > 0 || (count.used > 0 && count.unused == 0);

	return replace ? snapshot->seed.recovery_count : 0;
}

/*
 * New recovery codes, since it is not known which of the old ones were used.
 * The state records the old ones as used, so that they stay used if the process
 * is killed before the new ones are active.
 */
static enum otp_err
replace_recovery(struct adopting *adopting)
{
	struct otp_seed *seed = &adopting->seed;

	for (unsigned i = 0; i < seed->recovery_count; i++) {
		struct otp_credential *credential;
		enum otp_err err = otp_txn_claim_recovery(
		    &adopting->txn, seed, &seed->recovery[i], &credential);

		if (err != OTP_OK)
			return err;
		credential->value = used_now(adopting);
	}
	adopting->adoption.replaced = adopting->changed = true;
	return otp_txn_recovery(&adopting->txn, adopting->set, seed);
}

/* Write what changed; an untouched seed is left as its owner wrote it. */
static enum otp_err
adopt_put(struct adopting *adopting)
{
	struct otp_txn *txn = &adopting->txn;
	struct otp_account *account = txn->account;
	const bool active = otp_seed_is_active(&adopting->seed);
	const bool done =
	    (txn->snap.state.enrolled || !active) && !adopting->changed;
	bool in_effect;
	enum otp_err err = OTP_OK;

	/* A state that is lost is not locked yet: see below. */
	if (!adopting->lost && (adopting->force || !done))
		err = adopt_end_pending(adopting);
	if (err != OTP_OK)
		return err;
	if (done)
		return adopt_settle(txn);
	adopting->adoption.changed = true;
	if (active)
		txn->snap.state.enrolled = true;
	err = adopting->lost ? replace_state(adopting) : otp_txn_commit(txn);
	in_effect = otp_store_in_effect(txn->store) &&
	    (txn->snap.state.enrolled || !active);
	account->partly = in_effect;
	account->committed = in_effect && !adopting->adoption.replaced;
	if (err == OTP_OK)
		err = adopt_end_pending(adopting);
	if (err == OTP_OK && adopting->adoption.replaced)
		err = otp_txn_put_seed(txn, &adopting->seed);
	if (err == OTP_OK && adopting->adoption.replaced)
		err = otp_txn_finish(txn, &adopting->seed);
	return err;
}

/* The tokens by which it was asked for may have come from elsewhere. */
static enum otp_err
adopt_end_pending(struct adopting *adopting)
{
	struct otp_seed *seed = &adopting->seed;

	otp_wipe(&seed->pending, sizeof(seed->pending));
	return otp_txn_end_pending(&adopting->txn);
}

/* Nothing changed, but the index of uids may have been lost. */
static enum otp_err
adopt_settle(struct otp_txn *txn)
{
	struct otp_fault *fault = &txn->account->fault;
	const uint32_t uid = txn->snap.state.uid;
	bool ours = false;
	enum otp_err err = otp_store_check_uid(txn->store, uid, &ours, fault);

	if (err == OTP_OK && !ours && txn->snap.state.enrolled)
		err = otp_store_claim_uid(txn->store, uid, fault);
	return err == OTP_OK ? otp_store_settle(txn->store, fault) : err;
}

/*
 * Replace a state that is missing or cannot be read, at once with everything
 * that it must know, so that a plain 'adopt' after a kill does not make used
 * codes valid again.
 */
static enum otp_err
replace_state(struct adopting *adopting)
{
	struct otp_txn *txn = &adopting->txn;
	struct otp_state *state = &txn->snap.state;
	struct otp_fault *fault = &txn->account->fault;
	enum otp_err err;

	if (adopting->absent)
		return create_state(adopting);
	err = otp_store_rewrite(txn->store, state, fault);
	return err == OTP_OK ? otp_store_load(txn->store, state, fault) : err;
}

/*
 * It says "enrolled" only once its name is on the disk: a login does not flush
 * the name of an account that is enrolled.
 */
static enum otp_err
create_state(struct adopting *adopting)
{
	struct otp_txn *txn = &adopting->txn;
	struct otp_state *state = &txn->snap.state;
	struct otp_fault *fault = &txn->account->fault;
	const bool enrolled = state->enrolled;
	enum otp_err err;

	state->enrolled = false;
	err = otp_store_create(txn->store, state, fault);
	if (err == OTP_ERR_EXISTS) /* another process just created one */
		return OTP_ERR_CONFLICT;
	if (err == OTP_OK)
		err = otp_store_load(txn->store, state, fault);
	if (err != OTP_OK || !enrolled)
		return err;
	state->enrolled = true;
	return otp_txn_commit(txn);
}
