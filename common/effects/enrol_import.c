/* SPDX-License-Identifier: BSD-2-Clause */
/* Make tokens of another system active. */
#include "config.h"

#include "common/effects/enrol_import.h"

#include <string.h>

#include "common/core/policy.h"
#include "common/core/wipe.h"
#include "common/effects/txn.h"

struct importing {
	struct otp_txn txn;
	const struct otp_imported *import;
	const struct otp_recovery_set *set;
	struct otp_seed seed; /* what is to be active */
	bool again;	      /* these tokens are already active */
};

static enum otp_err import_run(
    struct importing *, enum otp_enrol_mode, bool, bool *);
static enum otp_err join(struct importing *, enum otp_enrol_mode, bool *);
static bool has_all(const struct otp_seed *, const struct otp_imported *);
static bool is_same(const struct otp_token *, const struct otp_token *);
static enum otp_err check_text(const struct otp_seed *, struct otp_fault *);
static enum otp_err go_on(struct importing *, bool);
static enum otp_err import_put(struct importing *, enum otp_enrol_mode);
static enum otp_err remember_all(struct importing *, bool *);
static enum otp_err remember(struct importing *, unsigned, bool *);
static uint64_t later(uint64_t, uint64_t);

enum otp_err
otp_enrol_import(struct otp_account *account, enum otp_enrol_mode mode,
    const struct otp_imported *import, const struct otp_recovery_set *set,
    bool write, bool *ret_there)
{
	struct importing importing = { .import = import, .set = set };
	bool there = false;
	enum otp_err err = otp_txn_open(&importing.txn, account);

	if (err == OTP_OK)
		err = import_run(&importing, mode, write, &there);
	if (err == OTP_OK)
		*ret_there = there;
	otp_txn_close(&importing.txn);
	otp_wipe(&importing, sizeof(importing));
	return err;
}

static enum otp_err
import_run(struct importing *importing, enum otp_enrol_mode mode, bool write,
    bool *ret_there)
{
	const struct otp_txn *txn = &importing->txn;
	enum otp_err err = OTP_OK;

	if (importing->import->count == 0 ||
	    importing->import->count > OTP_SEED_TOKENS)
		return OTP_ERR_FULL;
	if (txn->snap.state_err != OTP_ERR_ABSENT)
		err = otp_txn_state_err(txn);
	if (err == OTP_OK)
		err = join(importing, mode, ret_there);
	if (err == OTP_OK && *ret_there)
		return go_on(importing, write);
	if (err != OTP_OK || !write)
		return err;
	return importing->set != NULL ? import_put(importing, mode)
				      : OTP_ERR_CONFLICT;
}

/* Prepare the seed, and find out whether the old one is the same. */
static enum otp_err
join(struct importing *importing, enum otp_enrol_mode mode, bool *ret_there)
{
	const struct otp_txn *txn = &importing->txn;
	const struct otp_imported *import = importing->import;
	struct otp_seed *seed = &importing->seed;

	*ret_there = false;
	if (mode == OTP_ENROL_NEW && txn->snap.seed_err == OTP_OK &&
	    has_all(&txn->snap.seed, import)) {
		*ret_there = true;
		*seed = txn->snap.seed;
		return OTP_OK;
	}
	if (mode == OTP_ENROL_NEW &&
	    (otp_snapshot_has_seed(&txn->snap) ||
		otp_snapshot_lost_seed(&txn->snap)))
		return OTP_ERR_EXISTS; /* a lost file may be found again */
	for (unsigned i = 0; i < import->count; i++) {
		enum otp_err err =
		    otp_token_check(&import->tokens[i], &txn->account->fault);

		if (err != OTP_OK)
			return err;
		seed->tokens[i] = import->tokens[i];
	}
	seed->tokens_count = import->count;
	if (otp_policy_chance(txn->account->host->policy, seed) >
	    OTP_CHANCE_MAX)
		return OTP_ERR_CHANCE;
	return check_text(seed, &txn->account->fault);
}

/* Whether SEED has every token of IMPORT, under any label. */
static bool
has_all(const struct otp_seed *seed, const struct otp_imported *import)
{
	for (unsigned i = 0; i < import->count; i++) {
		bool found = false;

		for (unsigned j = 0; j < seed->tokens_count; j++)
			if (is_same(&seed->tokens[j], &import->tokens[i]))
				found = true;
		if (!found)
			return false;
	}
	return true;
}

static bool
is_same(const struct otp_token *a, const struct otp_token *b)
{
	return a->hash == b->hash && a->digits == b->digits &&
	    a->period == b->period && otp_token_same_secret(a, b);
}

/* Whether SEED can be written: two tokens must not have the same secret. */
static enum otp_err
check_text(const struct otp_seed *seed, struct otp_fault *fault)
{
	char text[OTP_SEED_SIZE_MAX + 1];
	size_t size = 0;
	enum otp_err err = otp_seed_format(seed, text, &size);

	if (err == OTP_OK)
		otp_wipe(text, size);
	else
		err = otp_fault_set(
		    fault, err, 0, NULL, OTP_DETAIL_LABEL_OR_SECRET);
	return err;
}

/* A repeated import: only what was used since is recorded. */
static enum otp_err
go_on(struct importing *importing, bool write)
{
	struct otp_txn *txn = &importing->txn;
	bool changed = false;
	enum otp_err err;

	importing->again = true;
	if (txn->snap.state_err == OTP_ERR_ABSENT)
		return otp_snapshot_not_adopted(&txn->account->fault);
	err = remember_all(importing, &changed);
	if (err != OTP_OK || !write)
		return err;
	if (!changed && txn->snap.state.enrolled)
		return otp_store_settle(txn->store, &txn->account->fault);
	txn->snap.state.enrolled = true;
	return otp_txn_commit_change(txn);
}

static enum otp_err
import_put(struct importing *importing, enum otp_enrol_mode mode)
{
	struct otp_txn *txn = &importing->txn;
	bool there = false, changed = false;
	enum otp_err err = otp_txn_need_state(txn);

	if (err != OTP_OK)
		return err;
	err = join(importing, mode, &there); /* again: the state may be new */
	if (err != OTP_OK)
		return err;
	if (there)
		return go_on(importing, true);
	err = remember_all(importing, &changed);
	if (err != OTP_OK)
		return err;
	err = otp_txn_recovery(txn, importing->set, &importing->seed);
	if (err == OTP_OK)
		err = otp_txn_put(txn, &importing->seed);
	return err;
}

static enum otp_err
remember_all(struct importing *importing, bool *ret_changed)
{
	for (unsigned i = 0; i < importing->import->count; i++) {
		enum otp_err err = remember(importing, i, ret_changed);

		if (err != OTP_OK)
			return err;
	}
	return OTP_OK;
}

/*
 * Record a token and its used codes in the state; *RET_CHANGED if they were not
 * there.
 */
static enum otp_err
remember(struct importing *importing, unsigned index, bool *ret_changed)
{
	struct otp_txn *txn = &importing->txn;
	const struct otp_imported *import = importing->import;
	const struct otp_token *token = &import->tokens[index];
	struct otp_credential *credential = NULL;
	uint64_t value = import->values[index];
	uint8_t id[OTP_ID_SIZE];
	bool known = false;
	enum otp_err err = otp_token_id(token, id);

	if (err == OTP_OK && token->kind == OTP_TOTP)
		err = otp_txn_check_clock(txn->snap.now, &txn->account->fault);
	if (err == OTP_OK) {
		known =
		    otp_state_find(&txn->snap.state, token->kind, id) != NULL;
		err = otp_txn_claim(
		    txn, &importing->seed, token->kind, id, &credential);
	}
	if (err != OTP_OK)
		return err;
	if (!import->known[index] && token->kind == OTP_HOTP)
		value = token->counter;
	else if (!import->known[index] && !(known && importing->again))
		value = later(value, otp_txn_after_window(txn, token->period));
	if (token->kind == OTP_HOTP && !known && txn->snap.state.forgotten) {
		value = UINT64_MAX; /* until two codes are entered */
		txn->account->doubtful++;
	}
	if (known && value <= credential->value)
		return OTP_OK;
	credential->value = value;
	*ret_changed = true;
	return OTP_OK;
}

static uint64_t
later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}
