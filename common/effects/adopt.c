/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking over seeds that no enrolment made, and states that no login can
 * read.  Nothing here makes a spent code fresh, save, with FORCE, one that was
 * used for a time to come.
 */
#include "enrol.h"

#include <string.h>

#include "common/core/wipe.h"
#include "holding.h"

_Static_assert(OTP_SEED_TOKENS + 2 * OTP_SEED_RECOVERY <= OTP_STATE_CREDENTIALS,
    "a lost state has room for the old recovery codes beside the new");

struct adopting {
	struct otp_holding holding;
	struct otp_seed seed; /* what is to be in force */
	struct otp_adoption adoption;
	struct otp_recovery_set set;
	bool force;
	bool lost;    /* there is no state that can be read */
	bool absent;  /* there is no old state */
	bool changed; /* there is something to commit */
};

/* Have a state: the one there is, a new one, or with `force` a mended one. */
static enum otp_err
have_state(struct adopting *adopting)
{
	struct otp_holding *holding = &adopting->holding;
	const enum otp_err found = holding->state_err;

	if (found == OTP_OK)
		return OTP_OK;
	adopting->changed = true;
	if (!adopting->force && found == OTP_ERR_ABSENT) {
		adopting->adoption.made = true;
		return otp_holding_need_state(holding);
	}
	if (adopting->force && found == OTP_ERR_UID) {
		holding->state.uid = holding->subject->uid;
		return OTP_OK;
	}
	if (adopting->force &&
	    (found == OTP_ERR_ABSENT || found == OTP_ERR_CHECKSUM ||
		found == OTP_ERR_STATE_VERSION)) {
		holding->state =
		    (struct otp_state){ .uid = holding->subject->uid };
		adopting->absent = found == OTP_ERR_ABSENT;
		adopting->lost = adopting->adoption.made = true;
		return OTP_OK;
	}
	return otp_holding_blame_state(holding);
}

/* The time from which on no step is in the window yet. */
static uint64_t
behind_window(const struct otp_holding *holding, unsigned period)
{
	uint64_t step = (uint64_t)holding->now / period;

	return (step + holding->host->policy->window + 1) * period;
}

/* What is taken for spent of a token that nothing is known of. */
static uint64_t
first_value(const struct adopting *adopting, const struct otp_token *token)
{
	if (token->kind == OTP_TOTP)
		return behind_window(&adopting->holding, token->period);
	/* No code is right there: the owner has to show two (resync). */
	return adopting->force ? UINT64_MAX : token->counter;
}

static enum otp_err
adopt_token(struct adopting *adopting, const struct otp_token *token)
{
	struct otp_holding *holding = &adopting->holding;
	struct otp_credential *credential = NULL;
	uint8_t id[OTP_ID_SIZE];
	bool known;
	enum otp_err err = otp_token_id(token, id);

	if (err != OTP_OK)
		return err;
	known = otp_state_find(&holding->state, token->kind, id) != NULL;
	err = otp_holding_claim(
	    holding, &adopting->seed, token->kind, id, &credential);
	if (err != OTP_OK)
		return err;
	if (!known) {
		credential->value = first_value(adopting, token);
		adopting->adoption.adopted++;
		adopting->changed = true;
	} else if (adopting->force && token->kind == OTP_TOTP &&
	    credential->value > behind_window(holding, token->period)) {
		credential->value = behind_window(holding, token->period);
		adopting->changed = true;
	}
	return OTP_OK;
}

static enum otp_err
claim_recovery(struct adopting *adopting, const struct otp_recovery *recovery,
    struct otp_credential **ret_credential)
{
	uint8_t id[OTP_ID_SIZE];

	otp_recovery_id(recovery, id);
	return otp_holding_claim(&adopting->holding, &adopting->seed,
	    OTP_RECOVERY, id, ret_credential);
}

/*
 * New recovery codes, since nobody knows which of the old ones were used.
 * The state has these for used, so that they stay dead where we are killed
 * before the new ones are in force.
 */
static enum otp_err
replace_recovery(struct adopting *adopting)
{
	struct otp_seed *seed = &adopting->seed;
	const int64_t now = adopting->holding.now;
	enum otp_err err;

	for (unsigned i = 0; i < seed->recovery_count; i++) {
		struct otp_credential *credential;

		err = claim_recovery(adopting, &seed->recovery[i], &credential);
		if (err != OTP_OK)
			return err;
		credential->value = now > 0 ? (uint64_t)now : 1;
	}
	adopting->adoption.replaced = adopting->changed = true;
	err = otp_holding_make_set(
	    adopting->holding.host->sys, seed->recovery_count, &adopting->set);
	if (err == OTP_OK)
		err = otp_holding_recovery(
		    &adopting->holding, &adopting->set, seed);
	return err;
}

/*
 * Whether one is not known, or none is left, as when a forced adoption was
 * stopped before its new ones were in force.
 */
static bool
needs_new_recovery(const struct adopting *adopting)
{
	const unsigned count = adopting->seed.recovery_count;
	unsigned used = 0;

	for (unsigned i = 0; i < count; i++) {
		const struct otp_credential *credential;
		uint8_t id[OTP_ID_SIZE];

		otp_recovery_id(&adopting->seed.recovery[i], id);
		credential =
		    otp_state_find(&adopting->holding.state, OTP_RECOVERY, id);
		if (!credential)
			return true;
		if (credential->value != 0)
			used++;
	}
	return count > 0 && used == count;
}

static enum otp_err
adopt_recovery(struct adopting *adopting)
{
	const struct otp_seed *seed = &adopting->seed;

	if (adopting->force && needs_new_recovery(adopting))
		return replace_recovery(adopting);
	for (unsigned i = 0; i < seed->recovery_count; i++) {
		struct otp_credential *credential;
		uint8_t id[OTP_ID_SIZE];
		enum otp_err err;

		otp_recovery_id(&seed->recovery[i], id);
		if (otp_state_find(&adopting->holding.state, OTP_RECOVERY, id))
			continue;
		err = claim_recovery(adopting, &seed->recovery[i], &credential);
		if (err != OTP_OK)
			return err;
		adopting->adoption.adopted++;
		adopting->changed = true;
	}
	return OTP_OK;
}

/*
 * A state in the place of one that is gone or cannot be read: at once with all
 * that it has to know, so that a plain `adopt` after a kill finds nothing to
 * revive.
 */
static enum otp_err
remake(struct adopting *adopting)
{
	struct otp_holding *holding = &adopting->holding;
	enum otp_err err;

	if (adopting->absent)
		err = otp_store_create(
		    holding->store, &holding->state, holding->fault);
	else
		err = otp_store_remake(
		    holding->store, &holding->state, holding->fault);
	if (err == OTP_ERR_EXISTS) /* somebody else just made one that knows */
		err = OTP_ERR_CONFLICT;
	if (err == OTP_OK)
		err = otp_store_load(
		    holding->store, &holding->state, holding->fault);
	return err;
}

/* Write what changed; an untouched seed is left as its owner wrote it. */
static enum otp_err
put(struct adopting *adopting)
{
	struct otp_holding *holding = &adopting->holding;
	enum otp_err err;

	if (holding->state.enrolled && !adopting->changed)
		return otp_store_settle(holding->store, holding->fault);
	adopting->adoption.changed = true;
	holding->state.enrolled = true;
	err = adopting->lost ? remake(adopting) : otp_holding_commit(holding);
	if (err == OTP_OK && adopting->adoption.replaced)
		err = otp_store_put_seed(
		    holding->store, &adopting->seed, holding->fault);
	return err;
}

static enum otp_err
adopt(struct adopting *adopting)
{
	struct otp_holding *holding = &adopting->holding;
	enum otp_err err = otp_holding_blame_seed(holding);

	if (err == OTP_OK)
		err = have_state(adopting);
	if (err == OTP_OK) /* read again, where the state is new */
		err = otp_holding_blame_seed(holding);
	if (err != OTP_OK)
		return err;
	adopting->seed = holding->seed;
	for (unsigned i = 0; i < adopting->seed.tokens_count; i++) {
		err = adopt_token(adopting, &adopting->seed.tokens[i]);
		if (err != OTP_OK)
			return err;
	}
	err = adopt_recovery(adopting);
	if (err == OTP_OK)
		err = put(adopting);
	return err;
}

enum otp_err
otp_enrol_adopt(const struct otp_host *host, const struct otp_subject *subject,
    bool force, struct otp_adoption *ret_adoption,
    struct otp_recovery_set *ret_set, struct otp_fault *fault)
{
	struct adopting adopting = { .force = force };
	enum otp_err err =
	    otp_holding_open(&adopting.holding, host, subject, fault);

	if (err == OTP_OK)
		err = adopt(&adopting);
	if (err == OTP_OK) {
		*ret_adoption = adopting.adoption;
		*ret_set = adopting.set;
	}
	otp_holding_close(&adopting.holding);
	otp_wipe(&adopting, sizeof(adopting));
	return err;
}
