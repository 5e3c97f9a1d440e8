/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/txn.h"

#include <string.h>

#include "common/core/calendar.h"
#include "common/core/policy.h"
#include "common/core/recovery.h"
#include "common/core/wipe.h"

static enum otp_err txn_load(struct otp_txn *txn);
static enum otp_err put_ready(struct otp_txn *txn, const struct otp_seed *seed);

void
otp_txn_reset(struct otp_account *account)
{
	account->fault = (struct otp_fault){ 0 };
	account->committed = account->partly = false;
	account->doubtful = 0;
}

enum otp_err
otp_txn_open(struct otp_txn *txn, struct otp_account *account)
{
	enum otp_err err;

	memset(txn, 0, sizeof(*txn));
	txn->account = account;
	otp_txn_reset(account);
	err = otp_store_open(account->host->store, account->subject.account,
	    &txn->store, &account->fault);
	if (err != OTP_OK)
		return err;
	return txn_load(txn);
}

static enum otp_err
txn_load(struct otp_txn *txn)
{
	struct otp_account *account = txn->account;
	enum otp_err err = otp_snapshot_load(&txn->snap, account->host,
	    txn->store, account->subject.uid, &account->fault);

	if (err == OTP_OK && txn->snap.seed_err == OTP_OK)
		err = otp_active_of(&txn->snap.seed, &txn->found);
	return err;
}

void
otp_txn_close(struct otp_txn *txn)
{
	otp_store_close(txn->store);
	otp_wipe(txn, sizeof(*txn));
}

enum otp_err
otp_txn_state_err(const struct otp_txn *txn)
{
	return otp_snapshot_state_err(&txn->snap, &txn->account->fault);
}

enum otp_err
otp_txn_seed_err(const struct otp_txn *txn)
{
	return otp_snapshot_seed_err(&txn->snap, &txn->account->fault);
}

enum otp_err
otp_txn_need_state(struct otp_txn *txn)
{
	struct otp_account *account = txn->account;
	struct otp_state initial = { .uid = account->subject.uid };
	enum otp_err err;

	if (txn->snap.state_err != OTP_ERR_ABSENT)
		return otp_txn_state_err(txn);
	err = otp_store_create(txn->store, &initial, &account->fault);
	if (err != OTP_OK && err != OTP_ERR_EXISTS)
		return err;
	/* The one just created, or another process's. */
	err = txn_load(txn);
	return err == OTP_OK ? otp_txn_state_err(txn) : err;
}

enum otp_err
otp_txn_check_former(const struct otp_txn *txn)
{
	const struct otp_active *former = txn->account->former;
	struct otp_active present;
	enum otp_err err;

	if (former == NULL)
		return OTP_OK;
	err = otp_txn_state_err(txn);
	if (err == OTP_OK)
		err = otp_txn_seed_err(txn);
	if (err == OTP_OK)
		err = otp_active_of(&txn->snap.seed, &present);
	if (err == OTP_ERR_ABSENT ||
	    (err == OTP_OK && memcmp(&present, former, sizeof(present)) != 0))
		err = OTP_ERR_CONFLICT;
	return err;
}

enum otp_err
otp_txn_check_enrolled(const struct otp_txn *txn)
{
	struct otp_account *account = txn->account;
	enum otp_err err = otp_snapshot_enrolled(&txn->snap, &account->fault);

	if (err == OTP_OK)
		err = otp_txn_check_former(txn);
	if (err == OTP_OK && account->by_other && txn->snap.state.suspended)
		err = OTP_ERR_SUSPENDED;
	return err;
}

enum otp_err
otp_txn_commit(struct otp_txn *txn)
{
	struct otp_fault *fault = &txn->account->fault;
	enum otp_err err =
	    otp_store_put(txn->store, &txn->snap.state, OTP_PUT_COMMIT, fault);

	if (err == OTP_OK)
		err = otp_store_load(txn->store, &txn->snap.state, fault);
	return err;
}

enum otp_err
otp_txn_commit_change(struct otp_txn *txn)
{
	enum otp_err err = otp_txn_commit(txn);

	if (otp_store_in_effect(txn->store))
		txn->account->committed = true;
	return err;
}

enum otp_err
otp_txn_put_seed(struct otp_txn *txn, const struct otp_seed *seed)
{
	enum otp_err err =
	    otp_store_put_seed(txn->store, seed, &txn->account->fault);

	if (otp_store_in_effect(txn->store))
		txn->account->committed = true;
	return err;
}

enum otp_err
otp_txn_end_pending(struct otp_txn *txn)
{
	struct otp_seed *seed = &txn->snap.seed;

	if (txn->snap.seed_err != OTP_OK || seed->pending.until == 0)
		return OTP_OK;
	otp_wipe(&seed->pending, sizeof(seed->pending));
	return otp_store_put_seed(txn->store, seed, &txn->account->fault);
}

enum otp_err
otp_txn_claim(struct otp_txn *txn, const struct otp_seed *seed,
    enum otp_kind kind, const uint8_t id[OTP_ID_SIZE],
    struct otp_credential **ret_credential)
{
	struct otp_snapshot *snap = &txn->snap;

	return otp_state_claim(&snap->state, seed,
	    snap->seed_err == OTP_OK ? &snap->seed : NULL, kind, id, snap->now,
	    ret_credential);
}

enum otp_err
otp_txn_check_clock(int64_t now, struct otp_fault *fault)
{
	return now >= OTP_CALENDAR_EARLIEST
	    ? OTP_OK
	    : otp_fault_set(
		  fault, OTP_ERR_CLOCK, 0, NULL, OTP_DETAIL_CLOCK_EARLY);
}

uint64_t
otp_txn_after_window(const struct otp_txn *txn, unsigned period)
{
	uint64_t step = (uint64_t)txn->snap.now / period;

	return (step + txn->account->host->policy->window + 1) * period;
}

/* Create one code: its text, and what the seed stores of it. */
static enum otp_err
make_code(const struct otp_sys *sys, char text[OTP_RECOVERY_TEXT_SIZE],
    struct otp_recovery *ret_recovery)
{
	uint8_t code[OTP_RECOVERY_CODE_SIZE];
	uint8_t salt[OTP_RECOVERY_SALT_SIZE];
	enum otp_err err = sys->random(sys->context, code, sizeof(code));

	if (err == OTP_OK)
		err = sys->random(sys->context, salt, sizeof(salt));
	if (err == OTP_OK)
		err = otp_recovery_make(code, salt, ret_recovery);
	if (err == OTP_OK)
		otp_recovery_text(code, text);
	otp_wipe(code, sizeof(code));
	return err;
}

enum otp_err
otp_txn_make_set(
    const struct otp_sys *sys, unsigned count, struct otp_recovery_set *ret_set)
{
	enum otp_err err = OTP_OK;

	memset(ret_set, 0, sizeof(*ret_set));
	if (count > OTP_SEED_RECOVERY)
		return OTP_ERR_FULL;
	for (unsigned i = 0; i < count && err == OTP_OK; i++)
		err = make_code(sys, ret_set->text[i], &ret_set->kept[i]);
	if (err == OTP_OK)
		ret_set->count = count;
	else
		otp_wipe(ret_set, sizeof(*ret_set));
	return err;
}

enum otp_err
otp_txn_claim_recovery(struct otp_txn *txn, const struct otp_seed *seed,
    const struct otp_recovery *recovery, struct otp_credential **ret_credential)
{
	const struct otp_snapshot *snap = &txn->snap;
	uint8_t id[OTP_ID_SIZE];

	otp_recovery_id(recovery, id);
	return otp_state_claim(&txn->snap.state, seed,
	    snap->seed_err == OTP_OK ? &snap->seed : NULL, OTP_RECOVERY, id,
	    recovery->made, ret_credential);
}

enum otp_err
otp_txn_claim_invitation(struct otp_txn *txn, const struct otp_seed *seed,
    const struct otp_recovery *invitation,
    struct otp_credential **ret_credential)
{
	uint8_t id[OTP_ID_SIZE];

	otp_recovery_id(invitation, id);
	return otp_txn_claim(txn, seed, OTP_INVITATION, id, ret_credential);
}

enum otp_err
otp_txn_end_invitation(struct otp_txn *txn, const struct otp_seed *seed)
{
	const struct otp_seed *old = &txn->snap.seed;
	struct otp_credential *credential = NULL;
	enum otp_err err;

	if (txn->snap.seed_err != OTP_OK || !old->invited ||
	    (seed->invited &&
		memcmp(old->invitation.hash, seed->invitation.hash,
		    sizeof(seed->invitation.hash)) == 0))
		return OTP_OK;
	err =
	    otp_txn_claim_invitation(txn, seed, &old->invitation, &credential);
	if (err == OTP_OK && credential->value == 0)
		credential->value =
		    txn->snap.now > 0 ? (uint64_t)txn->snap.now : 1;
	return err;
}

/* When the newest of SEED's recovery codes was made; 0 if it has none. */
static int64_t
newest_made(const struct otp_seed *seed)
{
	int64_t made = 0;

	for (unsigned i = 0; i < seed->recovery_count; i++)
		if (seed->recovery[i].made > made)
			made = seed->recovery[i].made;
	return made;
}

/* Now, but later than any recovery code that is used or active. */
static int64_t
next_made(const struct otp_txn *txn)
{
	const struct otp_snapshot *snap = &txn->snap;
	int64_t before = snap->state.recovery_made;

	if (snap->seed_err == OTP_OK && newest_made(&snap->seed) > before)
		before = newest_made(&snap->seed);
	return snap->now > before ? snap->now : before + 1;
}

enum otp_err
otp_txn_recovery(struct otp_txn *txn, const struct otp_recovery_set *set,
    struct otp_seed *seed)
{
	const int64_t made = next_made(txn);

	if (made > OTP_RECOVERY_TIME_MAX)
		return OTP_ERR_LIMIT;
	memcpy(seed->recovery, set->kept, sizeof(set->kept));
	seed->recovery_count = set->count;
	for (unsigned i = 0; i < set->count; i++) {
		struct otp_credential *credential;
		enum otp_err err;

		seed->recovery[i].made = made;
		err = otp_txn_claim_recovery(
		    txn, seed, &seed->recovery[i], &credential);
		if (err != OTP_OK)
			return err;
	}
	return OTP_OK;
}

/* Whether the active seed has an invitation that can still be used. */
static bool
has_invitation(const struct otp_snapshot *snap)
{
	return snap->seed_err == OTP_OK && snap->seed.invited &&
	    otp_state_invitation(&snap->state, &snap->seed.invitation) ==
	    OTP_RECOVERY_UNUSED;
}

/*
 * SEED could not be written, and the former one stays active: its invitation
 * works again, unless this fails as well.
 */
static void
revive_invitation(struct otp_txn *txn, const struct otp_seed *seed)
{
	const struct otp_fault fault = txn->account->fault;
	struct otp_credential *credential = NULL;
	enum otp_err err = otp_txn_claim_invitation(
	    txn, seed, &txn->snap.seed.invitation, &credential);

	if (err == OTP_OK) {
		credential->value = 0;
		err = otp_txn_commit(txn);
	}
	if (err != OTP_OK)
		txn->account->fault = fault; /* the first one is told */
}

enum otp_err
otp_txn_put(struct otp_txn *txn, const struct otp_seed *seed)
{
	struct otp_seed ready = *seed;
	struct otp_active active;
	enum otp_err err = otp_active_of(seed, &active);

	if (err == OTP_OK && memcmp(&active, &txn->found, sizeof(active)) != 0)
		otp_wipe(&ready.pending, sizeof(ready.pending));
	if (err == OTP_OK)
		err = put_ready(txn, &ready);
	otp_wipe(&ready, sizeof(ready));
	return err;
}

static enum otp_err
put_ready(struct otp_txn *txn, const struct otp_seed *seed)
{
	const bool invited = has_invitation(&txn->snap);
	enum otp_err err = otp_state_bind_devices(&txn->snap.state, seed);

	if (err == OTP_OK)
		err = otp_txn_end_invitation(txn, seed);

	/*
	 * A commit that sets 'enrolled' would do it, but with the seed there.
	 */
	if (err == OTP_OK && !txn->snap.state.enrolled)
		err = otp_store_claim_uid(
		    txn->store, txn->snap.state.uid, &txn->account->fault);
	if (err == OTP_OK)
		err = otp_txn_commit(txn);
	if (err != OTP_OK)
		return err;
	err = otp_txn_put_seed(txn, seed);
	if (err == OTP_OK)
		return otp_txn_finish(txn, seed);
	if (invited && !txn->account->committed)
		revive_invitation(txn, seed);
	return err;
}

/*
 * When the newest of the recovery codes was made that SEED replaces, or 0.
 * They are all used only now: until SEED was active, they were still valid.
 */
static int64_t
replaced_made(const struct otp_txn *txn, const struct otp_seed *seed)
{
	const struct otp_seed *old = &txn->snap.seed;
	int64_t made;

	if (txn->snap.seed_err != OTP_OK)
		return 0;
	made = newest_made(old);
	for (unsigned i = 0; i < seed->recovery_count; i++)
		if (seed->recovery[i].made <= made)
			return 0; /* it has some of them still */
	return made;
}

enum otp_err
otp_txn_finish(struct otp_txn *txn, const struct otp_seed *seed)
{
	struct otp_state *state = &txn->snap.state;
	const int64_t made = replaced_made(txn, seed);
	const bool logs_in = txn->login.time != 0;

	if (state->enrolled && made <= state->recovery_made && !logs_in)
		return OTP_OK;
	state->enrolled = true;
	if (logs_in)
		state->last_success = txn->login;
	otp_state_retire(state, made);
	return otp_txn_commit(txn);
}
