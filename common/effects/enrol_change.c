/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes to an account that is enrolled. */
#include "config.h"

#include <string.h>

#include "common/core/code.h"
#include "common/core/throttle.h"
#include "common/core/wipe.h"
#include "common/effects/enrol.h"
#include "common/effects/txn.h"

static enum otp_err add_recovery(
    struct otp_txn *, const struct otp_recovery_set *, struct otp_seed *);
static enum otp_err open_enrolled(struct otp_txn *, struct otp_account *);
static enum otp_err find_token(
    const struct otp_seed *, const uint8_t[OTP_ID_SIZE], unsigned *);
static enum otp_err remove_account(
    struct otp_account *, bool purge, bool even_moving);
static enum otp_err purge_rest(struct otp_txn *);
static enum otp_err drop_seed(struct otp_txn *, bool *);
static struct otp_tally *charged_tally(
    struct otp_state *, const struct otp_txn *);
static enum otp_err check_other(
    struct otp_txn *txn, const uint8_t id[OTP_ID_SIZE]);
static bool may_compare(struct otp_txn *, const struct otp_token *,
    const struct otp_code[2], enum otp_verdict *);
static enum otp_err resync_judge(struct otp_txn *, const struct otp_token *,
    const struct otp_code[2], enum otp_verdict *);
static void resync_accept(struct otp_state *, const uint8_t[OTP_ID_SIZE],
    uint64_t, const struct otp_code[2]);
static uint64_t resync_from(
    const struct otp_token *, const struct otp_credential *);
static enum otp_err find_pair(
    const struct otp_token *, uint64_t, uint32_t, uint32_t, bool *, uint64_t *);

enum otp_err
otp_enrol_recovery(
    struct otp_account *account, const struct otp_recovery_set *set)
{
	struct otp_txn txn;
	struct otp_seed seed = { 0 };
	enum otp_err err = open_enrolled(&txn, account);

	if (err != OTP_OK)
		goto out;
	seed = txn.snap.seed;
	err = set->added ? add_recovery(&txn, set, &seed)
			 : otp_txn_recovery(&txn, set, &seed);
	if (err == OTP_OK)
		err = otp_txn_put(&txn, &seed);
out:
	otp_txn_close(&txn);
	otp_wipe(&seed, sizeof(seed));
	return err;
}

/*
 * Put the recovery codes of SET after those of SEED that have no end, or are
 * not past it.
 */
static enum otp_err
add_recovery(struct otp_txn *txn, const struct otp_recovery_set *set,
    struct otp_seed *seed)
{
	const int64_t now = txn->snap.now;
	struct otp_seed added = { 0 };
	unsigned kept = 0;
	enum otp_err err = OTP_OK;

	if (set->until != 0)
		err = otp_txn_check_clock(now, &txn->account->fault);
	if (err == OTP_OK && set->until != 0 && set->until <= now)
		err = OTP_ERR_CONFLICT;
	if (err != OTP_OK)
		return err;
	for (unsigned i = 0; i < seed->recovery_count; i++)
		if (seed->recovery[i].until == 0 ||
		    now < seed->recovery[i].until)
			seed->recovery[kept++] = seed->recovery[i];
	seed->recovery_count = kept;
	if (set->count > OTP_SEED_RECOVERY - kept)
		return OTP_ERR_FULL;
	err = otp_txn_recovery(txn, set, &added);
	for (unsigned i = 0; i < set->count; i++) {
		struct otp_recovery *recovery = &added.recovery[i];

		recovery->until = set->until;
		/* The clock went back: the time that is left counts. */
		if (set->until != 0 && set->until <= recovery->made)
			recovery->until = recovery->made + (set->until - now);
		seed->recovery[seed->recovery_count++] = *recovery;
	}
	return err;
}

/*
 * Open an account that has both seed and state, and is what was to be changed.
 */
static enum otp_err
open_enrolled(struct otp_txn *txn, struct otp_account *account)
{
	const enum otp_err err = otp_txn_open(txn, account);

	return err == OTP_OK ? otp_txn_check_enrolled(txn) : err;
}

enum otp_err
otp_enrol_remove_token(
    struct otp_account *account, const uint8_t id[OTP_ID_SIZE])
{
	struct otp_txn txn;
	struct otp_seed *seed = &txn.snap.seed;
	unsigned index = 0;
	enum otp_err err = open_enrolled(&txn, account);

	if (err == OTP_OK)
		err = find_token(seed, id, &index);
	if (err == OTP_OK && seed->tokens_count == 1 &&
	    seed->addresses_count == 0) {
		err = drop_seed(&txn, &account->committed);
	} else if (err == OTP_OK) {
		seed->tokens_count--;
		memmove(&seed->tokens[index], &seed->tokens[index + 1],
		    (seed->tokens_count - index) * sizeof(seed->tokens[0]));
		err = otp_txn_put(&txn, seed);
	}
	otp_txn_close(&txn);
	return err;
}

/* Find the token with this id; its place may have changed. */
static enum otp_err
find_token(const struct otp_seed *seed, const uint8_t id[OTP_ID_SIZE],
    unsigned *ret_index)
{
	for (unsigned i = 0; i < seed->tokens_count; i++) {
		uint8_t other[OTP_ID_SIZE];
		enum otp_err err = otp_token_id(&seed->tokens[i], other);

		if (err != OTP_OK)
			return err;
		if (memcmp(other, id, OTP_ID_SIZE) == 0) {
			*ret_index = i;
			return OTP_OK;
		}
	}
	return OTP_ERR_ABSENT;
}

enum otp_err
otp_enrol_remove(struct otp_account *account, bool purge)
{
	return remove_account(account, purge, false);
}

enum otp_err
otp_enrol_discard(struct otp_account *account)
{
	return remove_account(account, true, true);
}

/* Whether there is nothing to remove. */
static bool
is_removed(const struct otp_snapshot *snap, bool purge)
{
	if (snap->seed_err != OTP_ERR_ABSENT)
		return false;
	return snap->state_err == OTP_ERR_ABSENT ||
	    (snap->state_err == OTP_OK && !purge && !snap->state.enrolled);
}

static enum otp_err
remove_account(struct otp_account *account, bool purge, bool even_moving)
{
	struct otp_txn txn;
	bool dropped = false;
	enum otp_err err = otp_txn_open(&txn, account);

	if (err != OTP_OK)
		goto out;
	if (is_removed(&txn.snap, purge)) {
		err = purge ? purge_rest(&txn) : OTP_ERR_ABSENT;
		goto out;
	}
	if ((!purge && txn.snap.state_err != OTP_ERR_ABSENT) ||
	    (!even_moving && otp_snapshot_is_moving(&txn.snap))) {
		err = otp_txn_state_err(&txn);
		if (err != OTP_OK)
			goto out;
	}
	err = drop_seed(&txn, &dropped);
	account->partly = dropped;
	account->committed =
	    dropped && (!purge || txn.snap.state_err == OTP_ERR_ABSENT);
	if (err != OTP_OK || !purge)
		goto out;
	err = otp_store_purge(txn.store, &account->fault);
	if (otp_store_in_effect(txn.store))
		account->committed = true;
out:
	otp_txn_close(&txn);
	return err;
}

/* What an interrupted process left of an account without seed and state. */
static enum otp_err
purge_rest(struct otp_txn *txn)
{
	struct otp_account *account = txn->account;
	enum otp_err err = otp_store_purge(txn->store, &account->fault);

	account->committed = otp_store_in_effect(txn->store);
	return err == OTP_OK && !account->committed ? OTP_ERR_ABSENT : err;
}

/* Whether a login may follow from STATE: with a code, or without one. */
static bool
has_login(const struct otp_state *state)
{
	return state->enrolled || state->devices.count > 0 ||
	    state->own_code.time != 0;
}

/*
 * Clear 'enrolled' and end an invitation first.  If the process is killed
 * between the two writes, the old seed stays active, and the user is not locked
 * out by a state without its seed.  *RET_DROPPED: there was one, or should have
 * been, and there is none now, even on an error.
 */
static enum otp_err
drop_seed(struct otp_txn *txn, bool *ret_dropped)
{
	struct otp_snapshot *snap = &txn->snap;
	struct otp_fault *fault = &txn->account->fault;
	enum otp_err err = OTP_OK;

	const bool change = has_login(&snap->state) ||
	    (snap->seed_err == OTP_OK && snap->seed.invited);
	const struct otp_seed none = { 0 };

	if (snap->state_err == OTP_OK && !change)
		err = otp_store_settle(txn->store, fault);
	if (snap->state_err == OTP_OK && change)
		err = otp_txn_end_invitation(txn, &none);
	if (err == OTP_OK && snap->state_err == OTP_OK && change) {
		snap->state.enrolled = false;
		memset(&snap->state.devices, 0, sizeof(snap->state.devices));
		snap->state.own_code.time = 0;
		err = otp_txn_commit(txn);
		*ret_dropped = snap->seed_err == OTP_ERR_ABSENT &&
		    otp_store_in_effect(txn->store);
	}
	if (err != OTP_OK)
		return err;
	err = otp_store_drop_seed(txn->store, fault);
	if (otp_store_in_effect(txn->store))
		*ret_dropped = true;
	return err;
}

enum otp_err
otp_enrol_unlock(struct otp_account *account, uint32_t *ret_failures)
{
	struct otp_txn txn;
	struct otp_snapshot *snap = &txn.snap;
	uint32_t failures = 0;
	bool changed = false;
	enum otp_err err = otp_txn_open(&txn, account);

	if (err == OTP_OK && snap->state_err == OTP_ERR_ABSENT &&
	    snap->seed_err == OTP_OK)
		err = otp_snapshot_not_adopted(&account->fault);
	else if (err == OTP_OK)
		err = otp_txn_state_err(&txn);
	if (err == OTP_OK) {
		failures =
		    snap->state.tally.failures + snap->state.others.failures;
		changed = failures > 0 || snap->state.devices.count > 0 ||
		    snap->state.sends.day > 0 || snap->state.own_code.time != 0;
		otp_throttle_unlock(&snap->state);
		memset(&snap->state.devices, 0, sizeof(snap->state.devices));
		snap->state.own_code.time = 0;
		err = changed ? otp_txn_commit_change(&txn)
			      : otp_store_settle(txn.store, &account->fault);
	}
	if (err == OTP_OK)
		*ret_failures = failures;
	otp_txn_close(&txn);
	return err;
}

enum otp_err
otp_enrol_resync(struct otp_account *account, const uint8_t id[OTP_ID_SIZE],
    const char *first, const char *second, enum otp_verdict *ret_verdict)
{
	enum otp_verdict verdict = OTP_VERDICT_REJECT;
	struct otp_txn txn;
	const struct otp_token *token = NULL;
	struct otp_code code[2];
	unsigned index = 0;
	enum otp_err err = open_enrolled(&txn, account);

	otp_code_read(first, &code[0]);
	otp_code_read(second, &code[1]);
	if (err == OTP_OK)
		err = find_token(&txn.snap.seed, id, &index);
	if (err != OTP_OK)
		goto out;
	token = &txn.snap.seed.tokens[index];
	if (token->kind != OTP_HOTP) {
		err = OTP_ERR_ABSENT;
		goto out;
	}
	if (account->by_other)
		err = check_other(&txn, id);
	if (err != OTP_OK)
		goto out;
	if (may_compare(&txn, token, code, &verdict))
		err = resync_judge(&txn, token, code, &verdict);
	if (err == OTP_OK)
		*ret_verdict = verdict;
out:
	otp_wipe(code, sizeof(code));
	otp_txn_close(&txn);
	return err;
}

/*
 * Where it is not known which codes of the token were used, only an
 * administrator decides from where on they are looked for: two used ones could
 * be sent.
 */
static enum otp_err
check_other(struct otp_txn *txn, const uint8_t id[OTP_ID_SIZE])
{
	const struct otp_credential *known =
	    otp_state_find(&txn->snap.state, OTP_HOTP, id);

	if (known == NULL)
		return otp_snapshot_not_adopted(&txn->account->fault);
	if (known->value == UINT64_MAX)
		return otp_fault_set(&txn->account->fault, OTP_ERR_NO_STATE, 0,
		    NULL, OTP_DETAIL_COUNTER_UNKNOWN);
	return OTP_OK;
}

/*
 * Whether a code may be compared now, and these can be codes of TOKEN; if not,
 * *RET_VERDICT says why.
 */
static bool
may_compare(struct otp_txn *txn, const struct otp_token *token,
    const struct otp_code code[2], enum otp_verdict *ret_verdict)
{
	uint32_t seconds;

	for (unsigned i = 0; i < 2; i++)
		if (code[i].typed != OTP_TYPED_DIGITS ||
		    code[i].digits != token->digits) {
			*ret_verdict = OTP_VERDICT_MALFORMED;
			return false;
		}
	switch (otp_throttle_check(charged_tally(&txn->snap.state, txn),
	    txn->account->host->policy, txn->snap.now, &seconds)) {
	case OTP_GATE_OPEN:
		return true;
	case OTP_GATE_WAITING:
		*ret_verdict = OTP_VERDICT_WAITING;
		return false;
	case OTP_GATE_LOCKED:
		break;
	}
	*ret_verdict = OTP_VERDICT_LOCKED;
	return false;
}

/* The tally of STATE, which is that of TXN, to which its caller's tries go. */
static struct otp_tally *
charged_tally(struct otp_state *state, const struct otp_txn *txn)
{
	return txn->account->by_other ? &state->others : &state->tally;
}

/* Charge two codes as one try, compare them and commit. */
static enum otp_err
resync_judge(struct otp_txn *txn, const struct otp_token *token,
    const struct otp_code code[2], enum otp_verdict *ret_verdict)
{
	struct otp_state *state = &txn->snap.state;
	struct otp_fault *fault = &txn->account->fault;
	const struct otp_tallies before = { state->tally, state->others };
	enum otp_verdict verdict = OTP_VERDICT_REJECT;
	struct otp_credential *credential = NULL;
	struct otp_login_mark mark;
	uint8_t id[OTP_ID_SIZE];
	uint64_t next = 0;
	bool found = false;
	enum otp_err err = otp_token_id(token, id);

	if (err != OTP_OK)
		return err;
	otp_login_mark_set(&mark, txn->snap.now, "otp-enroll", NULL);
	otp_throttle_charge(
	    charged_tally(state, txn), txn->account->host->policy, &mark);
	err = otp_store_put(txn->store, state, OTP_PUT_CHARGE, fault);
	if (err != OTP_OK)
		return err;
	err = find_pair(token,
	    resync_from(token, otp_state_find(state, OTP_HOTP, id)),
	    code[0].value, code[1].value, &found, &next);
	if (err == OTP_OK && found) /* a refused try adopts nothing */
		err = otp_txn_claim(
		    txn, &txn->snap.seed, OTP_HOTP, id, &credential);
	if (err != OTP_OK)
		return err;
	if (found) {
		verdict = OTP_VERDICT_ACCEPT;
		credential->value = next;
		credential->last_used = txn->snap.now;
		resync_accept(state, id, next, code);
	}
	err = otp_store_put(txn->store, state,
	    otp_throttle_settle(
		state, txn->account->by_other, &before, verdict),
	    fault);
	txn->account->committed = found && otp_store_in_effect(txn->store);
	if (err == OTP_OK)
		*ret_verdict = verdict;
	return err;
}

/* The two codes before NEXT were entered. */
static void
resync_accept(struct otp_state *state, const uint8_t id[OTP_ID_SIZE],
    uint64_t next, const struct otp_code code[2])
{
	for (unsigned i = 0; i < 2; i++) {
		struct otp_accepted accepted = {
			.kind = OTP_HOTP,
			.value = code[i].value,
			.moving = next - 2 + i,
		};

		memcpy(accepted.id, id, OTP_ID_SIZE);
		otp_state_accept(state, &accepted);
	}
}

/* Start at the first unused counter or, if that is unknown, the seed's. */
static uint64_t
resync_from(
    const struct otp_token *token, const struct otp_credential *credential)
{
	if (credential == NULL || credential->value == UINT64_MAX ||
	    credential->value < token->counter)
		return token->counter;
	return credential->value;
}

/* Find two consecutive codes from NEXT on; *RET_NEXT is after the second. */
static enum otp_err
find_pair(const struct otp_token *token, uint64_t next, uint32_t first,
    uint32_t second, bool *ret_found, uint64_t *ret_next)
{
	struct otp_oath *oath = NULL;
	uint32_t value = 0, before = 0;
	enum otp_err err =
	    otp_oath_new(token->hash, token->secret, token->secret_size, &oath);

	for (unsigned i = 0; err == OTP_OK && i <= OTP_RESYNC_RANGE; i++) {
		if (next + i == UINT64_MAX) {
			err = OTP_ERR_LIMIT;
			break;
		}
		before = value;
		err = otp_oath_value(oath, next + i, token->digits, &value);
		if (err == OTP_OK && i > 0 &&
		    otp_equal(&before, &first, sizeof(first)) &&
		    otp_equal(&value, &second, sizeof(second))) {
			*ret_found = true;
			*ret_next = next + i + 1;
			break;
		}
	}
	otp_oath_free(oath);
	otp_wipe(&value, sizeof(value));
	otp_wipe(&before, sizeof(before));
	return err;
}
