/* SPDX-License-Identifier: BSD-2-Clause */
/* begin -> confirm -> put in force */
#include "enrol.h"

#include <errno.h>
#include <string.h>

#include "common/core/code.h"
#include "common/core/mark.h"
#include "common/core/nearby.h"
#include "common/core/policy.h"
#include "common/core/wipe.h"
#include "holding.h"

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

static enum otp_err
digest_seed(const struct otp_seed *seed, struct otp_in_force *ret_in_force)
{
	uint8_t ids[(OTP_SEED_TOKENS + OTP_SEED_RECOVERY) * OTP_ID_SIZE];
	size_t size = 0;

	for (unsigned i = 0; i < seed->tokens_count; i++) {
		enum otp_err err = otp_token_id(&seed->tokens[i], ids + size);

		if (err != OTP_OK)
			return err;
		size += OTP_ID_SIZE;
	}
	for (unsigned i = 0; i < seed->recovery_count; i++) {
		otp_recovery_id(&seed->recovery[i], ids + size);
		size += OTP_ID_SIZE;
	}
	return otp_digest(ids, size, ret_in_force->digest);
}

enum otp_err
otp_enrol_in_force(const struct otp_host *host,
    const struct otp_subject *subject, struct otp_in_force *ret_in_force,
    struct otp_fault *fault)
{
	struct otp_store *store = NULL;
	struct otp_seed seed;
	enum otp_err err =
	    otp_store_open(host->store, subject->account, &store, fault);

	if (err == OTP_OK)
		err = otp_store_seed(store, &seed, fault);
	if (err == OTP_OK)
		err = digest_seed(&seed, ret_in_force);
	otp_store_close(store);
	otp_wipe(&seed, sizeof(seed));
	return err;
}

/* Whether what may be replaced is still what is in force, under the lock. */
static enum otp_err
check_bound(
    const struct otp_holding *holding, const struct otp_enrolment *enrolment)
{
	struct otp_in_force present;
	enum otp_err err = OTP_OK;

	if (!enrolment->bound)
		return OTP_OK;
	err = otp_holding_blame_state(holding);
	if (err == OTP_OK)
		err = otp_holding_blame_seed(holding);
	if (err == OTP_OK)
		err = digest_seed(&holding->seed, &present);
	if (err == OTP_ERR_ABSENT ||
	    (err == OTP_OK &&
		memcmp(&present, &enrolment->former, sizeof(present)) != 0))
		err = OTP_ERR_CONFLICT;
	return err;
}

/*
 * The seed that is to be in force, into SEED, which is empty: TOKEN beside the
 * old ones (ADD), or alone.  What was there is judged as HOLDING found it.
 */
static enum otp_err
join(const struct otp_holding *holding, enum otp_enrol_mode mode,
    const struct otp_token *token, struct otp_seed *seed)
{
	const bool has_seed = holding->seed_err != OTP_ERR_ABSENT;
	const bool lost = otp_holding_lost_seed(holding);

	if (mode == OTP_ENROL_NEW && (has_seed || lost))
		return OTP_ERR_EXISTS; /* what is lost may be found again */

	/* The others would be lost for good. */
	if (mode == OTP_ENROL_ADD && lost)
		return otp_fault_set(holding->fault, OTP_ERR_READ, ENOENT, NULL,
		    N_("enrolled, but the seed is gone"));
	if (mode == OTP_ENROL_ADD && has_seed) {
		if (holding->seed_err != OTP_OK)
			return otp_holding_blame_seed(holding);
		*seed = holding->seed;
	}
	if (seed->tokens_count >= OTP_SEED_TOKENS)
		return OTP_ERR_FULL;
	seed->tokens[seed->tokens_count++] = *token;
	if (otp_policy_chance(holding->host->policy, seed) > OTP_CHANCE_MAX)
		return OTP_ERR_CHANCE;
	return OTP_OK;
}

enum otp_err
otp_enrol_begin(const struct otp_host *host, const struct otp_subject *subject,
    enum otp_enrol_mode mode, const struct otp_token *token,
    struct otp_enrolment *ret_enrolment, struct otp_fault *fault)
{
	const struct otp_sys *sys = host->sys;
	struct otp_enrolment enrolment = {
		.subject = *subject,
		.mode = mode,
		.token = *token,
	};
	struct otp_holding holding;
	struct otp_seed seed = { 0 };
	enum otp_err err;

	if (enrolment.token.secret_size == 0)
		enrolment.token.secret_size = secret_size(token->hash);
	if (enrolment.token.secret_size > OTP_SECRET_MAX)
		return otp_fault_set(
		    fault, OTP_ERR_PARSE, 0, NULL, N_("secret too long"));
	err = sys->random(
	    sys->context, enrolment.token.secret, enrolment.token.secret_size);
	if (err == OTP_OK)
		err = otp_token_check(&enrolment.token, fault);
	if (err != OTP_OK)
		goto out;
	if (enrolment.token.kind == OTP_HOTP)
		enrolment.value = enrolment.token.counter;
	err = otp_holding_open(&holding, host, subject, fault);
	if (err == OTP_OK && holding.state_err != OTP_ERR_ABSENT)
		err = otp_holding_blame_state(&holding);
	if (err == OTP_OK)
		err = join(&holding, mode, &enrolment.token, &seed);
	otp_holding_close(&holding);
	if (err == OTP_OK)
		*ret_enrolment = enrolment;
out:
	otp_wipe(&enrolment, sizeof(enrolment));
	otp_wipe(&seed, sizeof(seed));
	return err;
}

/* Where a code is looked for: steps or counters, up or down. */
struct range {
	uint64_t from;
	uint64_t to;
};

/* The first place of RANGE at which the code is right. */
static enum otp_err
find_first(struct otp_oath *oath, const struct otp_enrolment *enrolment,
    const struct otp_code *code, struct range range, bool *ret_found,
    uint64_t *ret_at)
{
	uint64_t at = range.from;

	for (;;) {
		uint32_t value;
		enum otp_err err =
		    otp_oath_value(oath, at, enrolment->token.digits, &value);

		if (err != OTP_OK)
			return err;
		*ret_found = otp_equal(&value, &code->value, sizeof(value));
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

static enum otp_err
confirm_totp(struct otp_enrolment *enrolment, const struct otp_code *code,
    struct otp_oath *oath, int64_t now, unsigned window,
    struct otp_confirmation *confirmation)
{
	const unsigned period = enrolment->token.period;
	const uint64_t current = (uint64_t)now / period;
	/* Of equal codes the latest is spent, and so all of them. */
	struct range range = { current + window,
		current > window ? current - window : 0 };
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
		err = otp_nearby_step(oath, &enrolment->token, code->value, now,
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
	/* Of equal codes the first is spent, lest the next ones be wrong. */
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

enum otp_err
otp_enrol_confirm(const struct otp_host *host, struct otp_enrolment *enrolment,
    const char *typed, struct otp_confirmation *ret_confirmation,
    struct otp_fault *fault)
{
	const struct otp_token *token = &enrolment->token;
	struct otp_confirmation confirmation = {
		.verdict = OTP_VERDICT_REJECT,
	};
	struct otp_oath *oath = NULL;
	struct otp_code code;
	int64_t now = 0;
	enum otp_err err;

	otp_code_read(typed, &code);
	if (code.typed != OTP_TYPED_DIGITS || code.digits != token->digits) {
		confirmation.verdict = OTP_VERDICT_MALFORMED;
		err = OTP_OK;
		goto out;
	}
	err = host->sys->time(host->sys->context, &now);
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
out:
	if (err == OTP_OK)
		*ret_confirmation = confirmation;
	otp_oath_free(oath);
	otp_wipe(&code, sizeof(code));
	return err == OTP_OK ? OTP_OK
			     : otp_fault_set(fault, err, 0, NULL, NULL);
}

/* Let the state know the new token, and what of it is spent. */
static enum otp_err
remember(struct otp_holding *holding, const struct otp_enrolment *enrolment,
    const struct otp_seed *seed)
{
	struct otp_credential *credential = NULL;
	uint8_t id[OTP_ID_SIZE];
	enum otp_err err = otp_token_id(&enrolment->token, id);

	if (err == OTP_OK)
		err = otp_holding_claim(
		    holding, seed, enrolment->token.kind, id, &credential);
	if (err != OTP_OK)
		return err;
	if (enrolment->value > credential->value)
		credential->value = enrolment->value;
	credential->drift = enrolment->drift;
	return OTP_OK;
}

enum otp_err
otp_enrol_make_set(const struct otp_host *host, unsigned count,
    struct otp_recovery_set *ret_set, struct otp_fault *fault)
{
	enum otp_err err = otp_holding_make_set(host->sys, count, ret_set);

	return err == OTP_OK ? OTP_OK
			     : otp_fault_set(fault, err, 0, NULL, NULL);
}

enum otp_err
otp_enrol_put_set(const struct otp_host *host,
    const struct otp_enrolment *enrolment, const struct otp_recovery_set *set,
    struct otp_fault *fault)
{
	struct otp_holding holding;
	struct otp_seed seed = { 0 };
	enum otp_err err;

	err = otp_holding_open(&holding, host, &enrolment->subject, fault);
	if (err == OTP_OK)
		err = check_bound(&holding, enrolment);
	if (err == OTP_OK)
		err = otp_holding_need_state(&holding);
	if (err == OTP_OK)
		err = join(&holding, enrolment->mode, &enrolment->token, &seed);
	if (err == OTP_OK)
		err = remember(&holding, enrolment, &seed);
	if (err == OTP_OK && enrolment->mode != OTP_ENROL_ADD)
		err = otp_holding_recovery(&holding, set, &seed);
	if (err == OTP_OK)
		err = otp_holding_put(&holding, &seed);
	otp_holding_close(&holding);
	otp_wipe(&seed, sizeof(seed));
	return err;
}

enum otp_err
otp_enrol_put(const struct otp_host *host,
    const struct otp_enrolment *enrolment, unsigned count,
    struct otp_recovery_set *ret_set, struct otp_fault *fault)
{
	const bool add = enrolment->mode == OTP_ENROL_ADD;
	struct otp_recovery_set set;
	enum otp_err err =
	    otp_enrol_make_set(host, add ? 0 : count, &set, fault);

	if (err == OTP_OK)
		err = otp_enrol_put_set(host, enrolment, &set, fault);
	if (err == OTP_OK)
		*ret_set = set;
	otp_wipe(&set, sizeof(set));
	return err;
}
