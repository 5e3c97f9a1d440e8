/* SPDX-License-Identifier: BSD-2-Clause */
/* begin -> confirm -> make active */
#include "config.h"

#include "common/effects/enrol.h"

#include <errno.h>
#include <string.h>

#include "common/core/code.h"
#include "common/core/drift.h"
#include "common/core/policy.h"
#include "common/core/wipe.h"
#include "common/effects/txn.h"

/* Where to look for a code: steps or counters, up or down. */
struct range {
	uint64_t from;
	uint64_t to;
};

static size_t secret_size(enum otp_hash);
static enum otp_err join(const struct otp_txn *, enum otp_enrol_mode,
    const struct otp_token *, struct otp_seed *);
static enum otp_err confirm_totp(struct otp_enrolment *,
    const struct otp_code *, struct otp_oath *, int64_t, unsigned,
    struct otp_confirmation *);
static enum otp_err confirm_hotp(struct otp_enrolment *,
    const struct otp_code *, struct otp_oath *, unsigned,
    struct otp_confirmation *);
static enum otp_err find_first(struct otp_oath *, const struct otp_enrolment *,
    const struct otp_code *, struct range, bool *, uint64_t *);
static int32_t drift_of(uint64_t, uint64_t, unsigned);
static enum otp_err check_lost(
    const struct otp_txn *, const struct otp_enrolment *);
static enum otp_err check_invited(
    const struct otp_txn *, const struct otp_enrolment *);
static enum otp_err remember(
    struct otp_txn *, const struct otp_enrolment *, const struct otp_seed *);
static void accept(struct otp_state *, const struct otp_enrolment *,
    const uint8_t[OTP_ID_SIZE]);

enum otp_err
otp_enrol_begin(struct otp_account *account, enum otp_enrol_mode mode,
    const struct otp_token *token, struct otp_enrolment *ret_enrolment)
{
	const struct otp_sys *sys = account->host->sys;
	struct otp_enrolment enrolment = { .mode = mode, .token = *token };
	struct otp_token *made = &enrolment.token;
	struct otp_txn txn = { 0 };
	struct otp_seed seed = { 0 };
	bool ours = false; /* a lost state's entry is taken over */
	enum otp_err err;

	otp_txn_reset(account);
	if (made->secret_size == 0)
		made->secret_size = secret_size(token->hash);
	if (made->secret_size > OTP_SECRET_MAX)
		return otp_fault_set(&account->fault, OTP_ERR_PARSE, 0, NULL,
		    OTP_DETAIL_SECRET_LONG);
	err = sys->random(sys->context, made->secret, made->secret_size);
	if (err == OTP_OK)
		err = otp_token_check(made, &account->fault);
	if (err != OTP_OK)
		goto out;
	if (made->kind == OTP_HOTP)
		enrolment.value = made->counter;
	err = otp_txn_open(&txn, account);
	if (err == OTP_OK && txn.snap.state_err != OTP_ERR_ABSENT)
		err = otp_txn_state_err(&txn);
	if (err == OTP_OK && !txn.snap.state.enrolled)
		err = otp_store_check_uid(
		    txn.store, account->subject.uid, &ours, &account->fault);
	if (err == OTP_OK)
		err = join(&txn, mode, made, &seed);
	if (err == OTP_OK)
		*ret_enrolment = enrolment;
out:
	otp_txn_close(&txn);
	otp_wipe(&enrolment, sizeof(enrolment));
	otp_wipe(&seed, sizeof(seed));
	return err;
}

static size_t
secret_size(enum otp_hash hash)
{
	switch (hash) {
	case OTP_SHA1:
		return 20;
	case OTP_SHA256:
		return 32;
	case OTP_SHA512:
		return 64;
	}
	return 0;
}

/*
 * Fill SEED, which is empty, with what is to be active: TOKEN and the old ones
 * (ADD), or TOKEN alone.  What was there is judged as TXN found it.
 */
static enum otp_err
join(const struct otp_txn *txn, enum otp_enrol_mode mode,
    const struct otp_token *token, struct otp_seed *seed)
{
	const bool has_seed = otp_snapshot_has_seed(&txn->snap);
	const bool lost = otp_snapshot_lost_seed(&txn->snap);

	if (mode == OTP_ENROL_NEW && (has_seed || lost))
		return OTP_ERR_EXISTS; /* a lost file may be found again */

	/* The others would be lost for good. */
	if (mode == OTP_ENROL_ADD && lost)
		return otp_snapshot_seed_gone(&txn->account->fault);
	if (mode == OTP_ENROL_ADD && has_seed) {
		if (txn->snap.seed_err != OTP_OK)
			return otp_txn_seed_err(txn);
		*seed = txn->snap.seed;
	}
	if (seed->tokens_count >= OTP_SEED_TOKENS)
		return OTP_ERR_FULL;
	seed->tokens[seed->tokens_count++] = *token;
	if (otp_policy_chance(txn->account->host->policy, seed) >
	    OTP_CHANCE_MAX)
		return OTP_ERR_CHANCE;
	return OTP_OK;
}

enum otp_err
otp_enrol_confirm(struct otp_account *account, struct otp_enrolment *enrolment,
    const char *typed, struct otp_confirmation *ret_confirmation)
{
	const struct otp_host *host = account->host;
	const struct otp_token *token = &enrolment->token;
	struct otp_confirmation confirmation = {
		.verdict = OTP_VERDICT_REJECT,
	};
	struct otp_oath *oath = NULL;
	struct otp_code code;
	int64_t now = 0;
	enum otp_err err;

	otp_txn_reset(account);
	otp_code_read(typed, &code);
	if (code.typed != OTP_TYPED_DIGITS || code.digits != token->digits) {
		confirmation.verdict = OTP_VERDICT_MALFORMED;
		err = OTP_OK;
		goto out;
	}
	err = host->sys->time(host->sys->context, &now);
	if (err == OTP_OK && token->kind == OTP_TOTP)
		err = otp_txn_check_clock(now, &account->fault);
	if (err == OTP_OK)
		err = otp_oath_new(
		    token->hash, token->secret, token->secret_size, &oath);
	if (err != OTP_OK)
		goto out;
	if (token->kind == OTP_HOTP)
		err = confirm_hotp(enrolment, &code, oath,
		    host->policy->lookahead, &confirmation);
	else /* a neighbouring step is fine, whatever the policy */
		err = confirm_totp(enrolment, &code, oath, now,
		    host->policy->window > 0 ? host->policy->window : 1,
		    &confirmation);
	enrolment->code = code.value;
out:
	if (err == OTP_OK)
		*ret_confirmation = confirmation;
	otp_oath_free(oath);
	otp_wipe(&code, sizeof(code));
	return err;
}

static enum otp_err
confirm_totp(struct otp_enrolment *enrolment, const struct otp_code *code,
    struct otp_oath *oath, int64_t now, unsigned window,
    struct otp_confirmation *confirmation)
{
	const unsigned period = enrolment->token.period;
	const uint64_t current = (uint64_t)now / period;
	/* Of equal codes the latest becomes used, and so all of them do.  The
	   clock is past the earliest date, many steps after 1970. */
	struct range range = { current + window, current - window };
	bool found = false;
	uint64_t step = 0;
	enum otp_err err;

	err = find_first(oath, enrolment, code, range, &found, &step);
	if (err == OTP_OK && found) {
		enrolment->value = (step + 1) * period;
		enrolment->drift = drift_of(step, current, period);
		enrolment->confirmed = true;
		confirmation->verdict = OTP_VERDICT_ACCEPT;
		return OTP_OK;
	}
	if (err == OTP_OK)
		err = otp_drift_totp(oath, &enrolment->token, code->value, now,
		    OTP_ENROL_DRIFT_MAX, &confirmation->drift_known,
		    &confirmation->drift);
	return err;
}

static enum otp_err
confirm_hotp(struct otp_enrolment *enrolment, const struct otp_code *code,
    struct otp_oath *oath, unsigned lookahead,
    struct otp_confirmation *confirmation)
{
	const uint64_t first = enrolment->token.counter;
	/*
	 * Of equal codes use the first; otherwise the next ones would be wrong.
	 */
	struct range range = { first, first + lookahead - 1 };
	bool found = false;
	uint64_t counter = 0;
	enum otp_err err;

	if (first > UINT64_MAX - lookahead)
		return OTP_ERR_LIMIT;
	err = find_first(oath, enrolment, code, range, &found, &counter);
	if (err == OTP_OK && found) {
		enrolment->value = counter + 1;
		enrolment->confirmed = true;
		confirmation->verdict = OTP_VERDICT_ACCEPT;
	}
	return err;
}

/* The first place of RANGE at which the code is right. */
static enum otp_err
find_first(struct otp_oath *oath, const struct otp_enrolment *enrolment,
    const struct otp_code *code, struct range range, bool *ret_found,
    uint64_t *ret_at)
{
	uint64_t at = range.from;

	for (;;) {
		enum otp_err err = otp_token_shows(
		    &enrolment->token, oath, at, code->value, ret_found);

		if (err != OTP_OK)
			return err;
		*ret_at = at;
		if (*ret_found || at == range.to)
			return OTP_OK;
		at = range.from < range.to ? at + 1 : at - 1;
	}
}

static int32_t
drift_of(uint64_t step, uint64_t current, unsigned period)
{
	return (int32_t)((int64_t)(step - current) * (int64_t)period);
}

enum otp_err
otp_enrol_make_set(struct otp_account *account, unsigned count,
    struct otp_recovery_set *ret_set)
{
	otp_txn_reset(account);
	return otp_txn_make_set(account->host->sys, count, ret_set);
}

enum otp_err
otp_enrol_put(struct otp_account *account,
    const struct otp_enrolment *enrolment, const struct otp_recovery_set *set)
{
	struct otp_txn txn;
	struct otp_seed seed = { 0 };
	enum otp_err err;

	err = otp_txn_open(&txn, account);
	if (err != OTP_OK)
		goto out;
	err = otp_txn_check_former(&txn);
	if (err == OTP_OK)
		err = check_invited(&txn, enrolment);
	if (err == OTP_OK)
		err = check_lost(&txn, enrolment);
	if (err != OTP_OK)
		goto out;
	err = otp_txn_need_state(&txn);
	if (err == OTP_OK && enrolment->by_user && txn.snap.state.suspended)
		err = OTP_ERR_SUSPENDED;
	if (err != OTP_OK)
		goto out;
	err = join(&txn, enrolment->mode, &enrolment->token, &seed);
	if (err != OTP_OK)
		goto out;
	if (enrolment->mode == OTP_ENROL_NEW &&
	    enrolment->address.uri[0] != '\0')
		seed.addresses[seed.addresses_count++] = enrolment->address;
	err = remember(&txn, enrolment, &seed);
	if (err == OTP_OK && enrolment->mode != OTP_ENROL_ADD)
		err = otp_txn_recovery(&txn, set, &seed);
	if (enrolment->invited) {
		txn.login = enrolment->login;
		txn.login.time = txn.snap.now;
	}
	if (err == OTP_OK)
		err = otp_txn_put(&txn, &seed);
out:
	otp_txn_close(&txn);
	otp_wipe(&seed, sizeof(seed));
	return err;
}

/*
 * Where the state is lost, the account is not new: its user does not make it
 * so, or they could also end a suspension.
 */
static enum otp_err
check_lost(const struct otp_txn *txn, const struct otp_enrolment *enrolment)
{
	struct otp_account *account = txn->account;
	bool ours = false;
	enum otp_err err;

	if (!enrolment->by_user || txn->snap.state_err != OTP_ERR_ABSENT)
		return OTP_OK;
	if (otp_snapshot_has_seed(&txn->snap))
		return otp_snapshot_not_adopted(&account->fault);
	err = otp_store_check_uid(
	    txn->store, account->subject.uid, &ours, &account->fault);
	if (err == OTP_OK && ours)
		err = otp_fault_set(&account->fault, OTP_ERR_NO_STATE, ENOENT,
		    NULL, OTP_DETAIL_STATE_GONE);
	return err;
}

/*
 * Whether the invitation that the user gave is still there and unused, now
 * under the lock: of two logins with it, one enrolls.
 */
static enum otp_err
check_invited(const struct otp_txn *txn, const struct otp_enrolment *enrolment)
{
	const struct otp_snapshot *snap = &txn->snap;
	const struct otp_recovery *invitation = &snap->seed.invitation;
	uint8_t id[OTP_ID_SIZE];
	enum otp_err err;

	if (!enrolment->invited)
		return OTP_OK;
	err = otp_txn_state_err(txn);
	if (err == OTP_OK)
		err = otp_txn_seed_err(txn);
	if (err != OTP_OK)
		return err == OTP_ERR_ABSENT ? OTP_ERR_CONFLICT : err;
	otp_recovery_id(invitation, id);
	return snap->seed.invited &&
		memcmp(id, enrolment->invitation, sizeof(id)) == 0 &&
		otp_state_invitation(&snap->state, invitation) ==
		    OTP_RECOVERY_UNUSED &&
		otp_recovery_is_valid(invitation, snap->now)
	    ? OTP_OK
	    : OTP_ERR_CONFLICT;
}

/* Record the new token and its used code in the state. */
static enum otp_err
remember(struct otp_txn *txn, const struct otp_enrolment *enrolment,
    const struct otp_seed *seed)
{
	struct otp_credential *credential = NULL;
	uint8_t id[OTP_ID_SIZE];
	enum otp_err err = otp_token_id(&enrolment->token, id);

	if (err == OTP_OK)
		err = otp_txn_claim(
		    txn, seed, enrolment->token.kind, id, &credential);
	if (err != OTP_OK)
		return err;
	if (enrolment->value > credential->value)
		credential->value = enrolment->value;
	credential->drift = enrolment->drift;
	if (enrolment->confirmed)
		accept(&txn->snap.state, enrolment, id);
	return OTP_OK;
}

/* The confirming code was entered, and is used. */
static void
accept(struct otp_state *state, const struct otp_enrolment *enrolment,
    const uint8_t id[OTP_ID_SIZE])
{
	const struct otp_token *token = &enrolment->token;
	struct otp_accepted accepted = {
		.kind = (uint32_t)token->kind,
		.value = enrolment->code,
		.moving = token->kind == OTP_TOTP
		    ? enrolment->value / token->period - 1
		    : enrolment->value - 1,
	};

	memcpy(accepted.id, id, OTP_ID_SIZE);
	otp_state_accept(state, &accepted);
}
