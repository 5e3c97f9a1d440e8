/* SPDX-License-Identifier: BSD-2-Clause */
/* Putting tokens in force that another system had. */
#include "import.h"

#include <string.h>

#include "common/core/mark.h"
#include "common/core/policy.h"
#include "common/core/wipe.h"
#include "holding.h"

struct importing {
	struct otp_holding holding;
	const struct otp_import *import;
	struct otp_seed seed; /* what is to be in force */
	struct otp_recovery_set set;
	bool again; /* these tokens are in force already */
};

static bool
is_same(const struct otp_token *a, const struct otp_token *b)
{
	return a->kind == b->kind && a->hash == b->hash &&
	    a->digits == b->digits && a->period == b->period &&
	    a->secret_size == b->secret_size &&
	    otp_equal(a->secret, b->secret, a->secret_size);
}

/* Whether SEED has every token of IMPORT, whatever they are called. */
static bool
has_all(const struct otp_seed *seed, const struct otp_import *import)
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

/* Whether SEED can be written: two tokens of one secret cannot. */
static enum otp_err
check_text(const struct otp_seed *seed, struct otp_fault *fault)
{
	char text[OTP_SEED_SIZE_MAX + 1];
	size_t size = 0;
	enum otp_err err = otp_seed_format(seed, text, &size);

	if (err == OTP_OK)
		otp_wipe(text, size);
	else
		err = otp_fault_set(fault, err, 0, NULL,
		    N_("a label is too long, or a secret comes twice"));
	return err;
}

/* The seed that is to be in force, and whether the old one does as well. */
static enum otp_err
join(struct importing *importing, enum otp_enrol_mode mode, bool *ret_there)
{
	const struct otp_holding *holding = &importing->holding;
	const struct otp_import *import = importing->import;
	struct otp_seed *seed = &importing->seed;

	*ret_there = false;
	if (mode == OTP_ENROL_NEW && holding->seed_err == OTP_OK &&
	    has_all(&holding->seed, import)) {
		*ret_there = true;
		*seed = holding->seed;
		return OTP_OK;
	}
	if (mode == OTP_ENROL_NEW &&
	    (holding->seed_err != OTP_ERR_ABSENT ||
		otp_holding_lost_seed(holding)))
		return OTP_ERR_EXISTS; /* what is lost may be found again */
	for (unsigned i = 0; i < import->count; i++) {
		enum otp_err err =
		    otp_token_check(&import->tokens[i], holding->fault);

		if (err != OTP_OK)
			return err;
		seed->tokens[i] = import->tokens[i];
	}
	seed->tokens_count = import->count;
	if (otp_policy_chance(holding->host->policy, seed) > OTP_CHANCE_MAX)
		return OTP_ERR_CHANCE;
	return check_text(seed, holding->fault);
}

/* The time from which on no step is in the window yet. */
static uint64_t
behind_window(const struct otp_holding *holding, unsigned period)
{
	uint64_t step = (uint64_t)holding->now / period;

	return (step + holding->host->policy->window + 1) * period;
}

static uint64_t
later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Let the state know a token and what of it is spent; *RET_CHANGED if it did
   not. */
static enum otp_err
remember(struct importing *importing, unsigned index, bool *ret_changed)
{
	struct otp_holding *holding = &importing->holding;
	const struct otp_import *import = importing->import;
	const struct otp_token *token = &import->tokens[index];
	struct otp_credential *credential = NULL;
	uint64_t value = import->values[index];
	uint8_t id[OTP_ID_SIZE];
	bool known = false;
	enum otp_err err = otp_token_id(token, id);

	if (err == OTP_OK) {
		known =
		    otp_state_find(&holding->state, token->kind, id) != NULL;
		err = otp_holding_claim(
		    holding, &importing->seed, token->kind, id, &credential);
	}
	if (err != OTP_OK)
		return err;
	if (!import->known[index] && token->kind == OTP_HOTP)
		value = token->counter;
	else if (!import->known[index] && !(known && importing->again))
		value = later(value, behind_window(holding, token->period));
	if (known && value <= credential->value)
		return OTP_OK;
	credential->value = value;
	*ret_changed = true;
	return OTP_OK;
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

/* An import that went this far before: only what is spent since counts. */
static enum otp_err
go_on(struct importing *importing, bool write)
{
	struct otp_holding *holding = &importing->holding;
	bool changed = false;
	enum otp_err err;

	importing->again = true;
	if (holding->state_err == OTP_ERR_ABSENT)
		return otp_fault_set(holding->fault, OTP_ERR_NO_STATE, 0, NULL,
		    N_("not adopted yet"));
	err = remember_all(importing, &changed);
	if (err != OTP_OK || !write)
		return err;
	if (!changed && holding->state.enrolled)
		return otp_store_settle(holding->store, holding->fault);
	holding->state.enrolled = true;
	return otp_holding_commit(holding);
}

static enum otp_err
put(struct importing *importing, enum otp_enrol_mode mode, unsigned count)
{
	struct otp_holding *holding = &importing->holding;
	bool there = false, changed = false;
	enum otp_err err = otp_holding_need_state(holding);

	/* Read again where the state is new. */
	if (err == OTP_OK)
		err = join(importing, mode, &there);
	if (err == OTP_OK && there)
		return go_on(importing, true);
	if (err == OTP_OK)
		err = remember_all(importing, &changed);
	if (err == OTP_OK)
		err = otp_holding_make_set(
		    holding->host->sys, count, &importing->set);
	if (err == OTP_OK)
		err = otp_holding_recovery(
		    holding, &importing->set, &importing->seed);
	if (err == OTP_OK)
		err = otp_holding_put(holding, &importing->seed);
	return err;
}

static enum otp_err
import_held(struct importing *importing, enum otp_enrol_mode mode,
    unsigned count, bool write, bool *ret_there)
{
	const struct otp_holding *holding = &importing->holding;
	enum otp_err err = OTP_OK;

	if (importing->import->count == 0 ||
	    importing->import->count > OTP_SEED_TOKENS)
		return OTP_ERR_FULL;
	if (holding->state_err != OTP_ERR_ABSENT)
		err = otp_holding_blame_state(holding);
	if (err == OTP_OK)
		err = join(importing, mode, ret_there);
	if (err == OTP_OK && *ret_there)
		return go_on(importing, write);
	if (err == OTP_OK && write)
		err = put(importing, mode, count);
	return err;
}

enum otp_err
otp_enrol_import(const struct otp_host *host, const struct otp_subject *subject,
    enum otp_enrol_mode mode, const struct otp_import *import, unsigned count,
    bool write, bool *ret_there, struct otp_recovery_set *ret_set,
    struct otp_fault *fault)
{
	struct importing importing = { .import = import };
	bool there = false;
	enum otp_err err =
	    otp_holding_open(&importing.holding, host, subject, fault);

	if (err == OTP_OK)
		err = import_held(&importing, mode, count, write, &there);
	if (err == OTP_OK) {
		*ret_there = there;
		*ret_set = importing.set;
	}
	otp_holding_close(&importing.holding);
	otp_wipe(&importing, sizeof(importing));
	return err;
}
