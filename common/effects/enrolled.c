/* SPDX-License-Identifier: BSD-2-Clause */
/* What can be changed of an account that is enrolled. */
#include "enrol.h"

#include <string.h>

#include "common/core/code.h"
#include "common/core/mark.h"
#include "common/core/throttle.h"
#include "common/core/wipe.h"
#include "holding.h"

/* What is wrong with the state; to a seed without one it is that. */
static enum otp_err
look_at_state(const struct otp_holding *holding)
{
	if (holding->state_err == OTP_ERR_ABSENT && holding->seed_err == OTP_OK)
		return otp_fault_set(holding->fault, OTP_ERR_NO_STATE, 0, NULL,
		    N_("not adopted yet"));
	return otp_holding_blame_state(holding);
}

/* Open an account that has both seed and state. */
static enum otp_err
open_enrolled(struct otp_holding *holding, const struct otp_host *host,
    const struct otp_subject *subject, struct otp_fault *fault)
{
	enum otp_err err = otp_holding_open(holding, host, subject, fault);

	if (err == OTP_OK)
		err = otp_holding_blame_seed(holding);
	if (err == OTP_OK)
		err = look_at_state(holding);
	return err;
}

enum otp_err
otp_enrol_recovery(const struct otp_host *host,
    const struct otp_subject *subject, unsigned count,
    struct otp_recovery_set *ret_set, struct otp_fault *fault)
{
	struct otp_recovery_set set = { 0 };
	struct otp_holding holding;
	struct otp_seed seed = { 0 };
	enum otp_err err = open_enrolled(&holding, host, subject, fault);

	if (err == OTP_OK) {
		seed = holding.seed;
		err = otp_holding_make_set(host->sys, count, &set);
	}
	if (err == OTP_OK)
		err = otp_holding_recovery(&holding, &set, &seed);
	if (err == OTP_OK)
		err = otp_holding_put(&holding, &seed);
	if (err == OTP_OK)
		*ret_set = set;
	otp_holding_close(&holding);
	otp_wipe(&seed, sizeof(seed));
	otp_wipe(&set, sizeof(set));
	return err;
}

/*
 * `enrolled` goes first: killed in between, the old seed is in force, and
 * nobody is shut out by a state that misses its seed.
 */
static enum otp_err
drop_seed(struct otp_holding *holding)
{
	enum otp_err err = OTP_OK;

	if (holding->state_err == OTP_OK && !holding->state.enrolled)
		err = otp_store_settle(holding->store, holding->fault);
	if (holding->state_err == OTP_OK && holding->state.enrolled) {
		holding->state.enrolled = false;
		err = otp_holding_commit(holding);
	}
	if (err == OTP_OK)
		err = otp_store_drop_seed(holding->store, holding->fault);
	return err;
}

/* Where the token of this id stands now; others may have come and gone. */
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
otp_enrol_remove_token(const struct otp_host *host,
    const struct otp_subject *subject, const uint8_t id[OTP_ID_SIZE],
    struct otp_fault *fault)
{
	struct otp_holding holding;
	struct otp_seed *seed = &holding.seed;
	unsigned index = 0;
	enum otp_err err = open_enrolled(&holding, host, subject, fault);

	if (err == OTP_OK)
		err = find_token(seed, id, &index);
	if (err == OTP_OK && seed->tokens_count == 1) {
		err = drop_seed(&holding);
	} else if (err == OTP_OK) {
		seed->tokens_count--;
		memmove(&seed->tokens[index], &seed->tokens[index + 1],
		    (seed->tokens_count - index) * sizeof(seed->tokens[0]));
		err = otp_store_put_seed(holding.store, seed, fault);
	}
	otp_holding_close(&holding);
	return err;
}

enum otp_err
otp_enrol_remove(const struct otp_host *host, const struct otp_subject *subject,
    bool purge, struct otp_fault *fault)
{
	struct otp_holding holding;
	enum otp_err err = otp_holding_open(&holding, host, subject, fault);

	if (err == OTP_OK && holding.seed_err == OTP_ERR_ABSENT &&
	    (holding.state_err == OTP_ERR_ABSENT ||
		(holding.state_err == OTP_OK && !purge &&
		    !holding.state.enrolled)))
		err = OTP_ERR_ABSENT;
	if (err == OTP_OK && !purge && holding.state_err != OTP_ERR_ABSENT)
		err = otp_holding_blame_state(&holding);
	if (err == OTP_OK)
		err = drop_seed(&holding);
	if (err == OTP_OK && purge)
		err = otp_store_purge(holding.store, fault);
	otp_holding_close(&holding);
	return err;
}

enum otp_err
otp_enrol_unlock(const struct otp_host *host, const struct otp_subject *subject,
    uint32_t *ret_failures, struct otp_fault *fault)
{
	struct otp_holding holding;
	uint32_t failures = 0;
	enum otp_err err = otp_holding_open(&holding, host, subject, fault);

	if (err == OTP_OK)
		err = look_at_state(&holding);
	if (err == OTP_OK) {
		failures = holding.state.tally.failures;
		otp_throttle_unlock(&holding.state);
		err = failures > 0
		    ? otp_holding_commit(&holding)
		    : otp_store_settle(holding.store, holding.fault);
	}
	if (err == OTP_OK)
		*ret_failures = failures;
	otp_holding_close(&holding);
	return err;
}

/* Find two successive codes from NEXT on; *RET_NEXT is behind the second. */
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

/* Where to look from: behind what is spent, or where nobody knows, the seed's. */
static uint64_t
resync_from(
    const struct otp_token *token, const struct otp_credential *credential)
{
	if (!credential || credential->value == UINT64_MAX ||
	    credential->value < token->counter)
		return token->counter;
	return credential->value;
}

/* Two codes, charged as one try, compared, and settled. */
static enum otp_err
resync(struct otp_holding *holding, const struct otp_token *token,
    const struct otp_code code[2], enum otp_verdict *ret_verdict)
{
	const struct otp_tally before = holding->state.tally;
	struct otp_credential *credential = NULL;
	struct otp_occasion occasion;
	uint8_t id[OTP_ID_SIZE];
	uint64_t next = 0;
	bool found = false;
	enum otp_put put;
	enum otp_err err = otp_token_id(token, id);

	if (err != OTP_OK)
		return err;
	otp_occasion_set(&occasion, holding->now, "otp-enroll", NULL);
	otp_throttle_charge(
	    &holding->state.tally, holding->host->policy, &occasion);
	err = otp_store_put(
	    holding->store, &holding->state, OTP_PUT_CHARGE, holding->fault);
	if (err == OTP_OK)
		err = find_pair(token,
		    resync_from(
			token, otp_state_find(&holding->state, OTP_HOTP, id)),
		    code[0].value, code[1].value, &found, &next);
	if (err == OTP_OK && found) /* a refused try adopts nothing */
		err = otp_holding_claim(
		    holding, &holding->seed, OTP_HOTP, id, &credential);
	if (err != OTP_OK)
		return err;
	if (found) {
		credential->value = next;
		credential->last_used = holding->now;
	}
	put = otp_throttle_settle(&holding->state, &before,
	    found ? OTP_VERDICT_ACCEPT : OTP_VERDICT_REJECT, false, false);
	err =
	    otp_store_put(holding->store, &holding->state, put, holding->fault);
	if (err == OTP_OK)
		*ret_verdict = found ? OTP_VERDICT_ACCEPT : OTP_VERDICT_REJECT;
	return err;
}

/* May a code be compared now, and are these two codes of TOKEN at all? */
static enum otp_verdict
check_pair(const struct otp_holding *holding, const struct otp_token *token,
    const struct otp_code code[2])
{
	uint32_t seconds;

	for (unsigned i = 0; i < 2; i++)
		if (code[i].typed != OTP_TYPED_DIGITS ||
		    code[i].digits != token->digits)
			return OTP_VERDICT_MALFORMED;
	switch (otp_throttle_check(&holding->state.tally, holding->host->policy,
	    holding->now, &seconds)) {
	case OTP_GATE_LOCKED:
		return OTP_VERDICT_LOCKED;
	case OTP_GATE_WAITING:
		return OTP_VERDICT_WAITING;
	case OTP_GATE_OPEN:
		return OTP_VERDICT_ACCEPT;
	}
	return OTP_VERDICT_LOCKED;
}

enum otp_err
otp_enrol_resync(const struct otp_host *host, const struct otp_subject *subject,
    const uint8_t id[OTP_ID_SIZE], const char *first, const char *second,
    enum otp_verdict *ret_verdict, struct otp_fault *fault)
{
	enum otp_verdict verdict = OTP_VERDICT_REJECT;
	struct otp_holding holding;
	struct otp_code code[2];
	unsigned index = 0;
	enum otp_err err = open_enrolled(&holding, host, subject, fault);

	otp_code_read(first, &code[0]);
	otp_code_read(second, &code[1]);
	if (err == OTP_OK)
		err = find_token(&holding.seed, id, &index);
	if (err == OTP_OK && holding.seed.tokens[index].kind != OTP_HOTP)
		err = OTP_ERR_ABSENT;
	if (err == OTP_OK)
		verdict =
		    check_pair(&holding, &holding.seed.tokens[index], code);
	if (err == OTP_OK && verdict == OTP_VERDICT_ACCEPT) {
		verdict = OTP_VERDICT_REJECT;
		err = resync(
		    &holding, &holding.seed.tokens[index], code, &verdict);
	}
	if (err == OTP_OK)
		*ret_verdict = verdict;
	otp_wipe(code, sizeof(code));
	otp_holding_close(&holding);
	return err;
}
