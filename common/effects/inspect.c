/* SPDX-License-Identifier: BSD-2-Clause */
#include "inspect.h"

#include <errno.h>
#include <string.h>

#include "common/core/code.h"
#include "common/core/mark.h"
#include "common/core/nearby.h"
#include "common/core/oath.h"
#include "common/core/wipe.h"
#include "store.h"

/* A secret: wiped at the end. */
struct inspecting {
	const struct otp_host *host;
	const struct otp_subject *subject;
	struct otp_fault *fault;
	int64_t now;
	struct otp_code code;
	struct otp_seed seed;
	struct otp_state state;
	struct otp_inspection found;
};

/* Nobody is kept waiting: what stands in the files just now will do. */
static enum otp_err
look(struct inspecting *inspecting)
{
	struct otp_fault *fault = inspecting->fault;
	struct otp_store *store = NULL;
	enum otp_err seed_err = OTP_OK;
	enum otp_err err = otp_store_open(inspecting->host->store,
	    inspecting->subject->account, &store, fault);

	if (err == OTP_OK) {
		seed_err = otp_store_seed(store, &inspecting->seed, fault);
		err = otp_store_peek(store, &inspecting->state, fault);
	}
	otp_store_close(store);
	if (err == OTP_ERR_ABSENT && seed_err != OTP_ERR_ABSENT)
		return otp_fault_set(
		    fault, OTP_ERR_NO_STATE, 0, NULL, N_("not adopted yet"));
	if (err != OTP_OK)
		return err;
	if (inspecting->state.uid != inspecting->subject->uid)
		return otp_fault_set(fault, OTP_ERR_UID, 0, NULL,
		    N_("the state is of another account's uid"));
	if (seed_err == OTP_ERR_ABSENT && inspecting->state.enrolled)
		return otp_fault_set(fault, OTP_ERR_READ, ENOENT, NULL,
		    N_("enrolled, but the seed is gone"));
	return seed_err;
}

/* Leave no token but that of ID. */
static enum otp_err
narrow(struct otp_seed *seed, const uint8_t id[OTP_ID_SIZE])
{
	for (unsigned i = 0; i < seed->tokens_count; i++) {
		uint8_t other[OTP_ID_SIZE];
		enum otp_err err = otp_token_id(&seed->tokens[i], other);

		if (err != OTP_OK)
			return err;
		if (memcmp(other, id, OTP_ID_SIZE) != 0)
			continue;
		if (i > 0) {
			seed->tokens[0] = seed->tokens[i];
			seed->token_lines[0] = seed->token_lines[i];
		}
		seed->tokens_count = 1;
		return OTP_OK;
	}
	return OTP_ERR_ABSENT;
}

/* The next counter of a HOTP token; UINT64_MAX: nobody knows. */
static enum otp_err
next_counter(const struct inspecting *inspecting, const struct otp_token *token,
    uint64_t *ret_next)
{
	const struct otp_credential *credential;
	uint8_t id[OTP_ID_SIZE];
	enum otp_err err = otp_token_id(token, id);

	if (err != OTP_OK)
		return err;
	credential = otp_state_find(&inspecting->state, OTP_HOTP, id);
	*ret_next = token->counter;
	if (credential != NULL && credential->value > *ret_next)
		*ret_next = credential->value;
	return OTP_OK;
}

/* What the code is right for, or would be. */
static void
name_token(struct otp_inspection *found, const struct otp_token *token)
{
	found->kind = token->kind;
	memcpy(found->token, token->label, sizeof(found->token));
}

static enum otp_err
look_at_clock(struct inspecting *inspecting, const struct otp_token *token,
    struct otp_oath *oath)
{
	struct otp_inspection *found = &inspecting->found;
	enum otp_err err = otp_nearby_step(oath, token, inspecting->code.value,
	    inspecting->now, OTP_ENROL_DRIFT_MAX, &found->drift_known,
	    &found->drift);

	if (err == OTP_OK && found->drift_known)
		name_token(found, token);
	return err;
}

static enum otp_err
look_at_counter(struct inspecting *inspecting, const struct otp_token *token,
    struct otp_oath *oath)
{
	struct otp_inspection *found = &inspecting->found;
	const uint32_t value = inspecting->code.value;
	uint64_t next = 0, first, counter = 0;
	enum otp_err err = next_counter(inspecting, token, &next);

	if (err != OTP_OK)
		return err;
	if (next == UINT64_MAX) {
		found->lost = true;
		return OTP_OK;
	}
	first = next > OTP_RESYNC_RANGE ? next - OTP_RESYNC_RANGE : 0;
	err = otp_nearby_counter(oath, token, value, next, OTP_RESYNC_RANGE,
	    &found->ahead_known, &counter);
	if (err == OTP_OK && !found->ahead_known)
		err = otp_nearby_counter(oath, token, value, first,
		    next - first, &found->ahead_known, &counter);
	if (err == OTP_OK && found->ahead_known) {
		found->ahead = (int32_t)((int64_t)counter - (int64_t)next);
		name_token(found, token);
	}
	return err;
}

/* The code is wrong: of which token could it be all the same? */
static enum otp_err
explain(struct inspecting *inspecting)
{
	const struct otp_seed *seed = &inspecting->seed;
	const struct otp_inspection *found = &inspecting->found;
	enum otp_err err = OTP_OK;

	for (unsigned i = 0; err == OTP_OK && i < seed->tokens_count; i++) {
		const struct otp_token *token = &seed->tokens[i];
		struct otp_oath *oath = NULL;

		if (token->digits != inspecting->code.digits)
			continue;
		err = otp_oath_new(
		    token->hash, token->secret, token->secret_size, &oath);
		if (err == OTP_OK)
			err = token->kind == OTP_HOTP
			    ? look_at_counter(inspecting, token, oath)
			    : look_at_clock(inspecting, token, oath);
		otp_oath_free(oath);
		if (found->drift_known || found->ahead_known)
			break;
	}
	return err;
}

/* What the login's own judgement says of a code that is, or was, right. */
static enum otp_err
take(struct inspecting *inspecting, const struct otp_finding *finding)
{
	struct otp_inspection *found = &inspecting->found;
	uint64_t next = 0;
	enum otp_err err = OTP_OK;

	found->kind = finding->kind;
	if (finding->kind != OTP_TOTP && finding->kind != OTP_HOTP)
		return OTP_OK;
	name_token(found, &inspecting->seed.tokens[finding->token]);
	found->drift = finding->drift;
	found->drift_known = finding->drift_known;
	if (finding->kind == OTP_HOTP) {
		err = next_counter(inspecting,
		    &inspecting->seed.tokens[finding->token], &next);
		found->ahead = (int32_t)(finding->spends[0].value - 1 - next);
		found->ahead_known = err == OTP_OK;
	}
	return err;
}

static enum otp_err
judge(struct inspecting *inspecting)
{
	struct otp_inspection *found = &inspecting->found;
	struct otp_finding finding = { .verdict = OTP_VERDICT_REJECT };
	const bool recovery = inspecting->code.typed == OTP_TYPED_RECOVERY;
	enum otp_err err = otp_verify(&inspecting->seed, &inspecting->state,
	    inspecting->host->policy, &inspecting->code, inspecting->now,
	    &finding, inspecting->fault);

	if (err != OTP_OK)
		return err;
	found->verdict = finding.verdict;
	found->gate = otp_throttle_check(&inspecting->state.tally,
	    inspecting->host->policy, inspecting->now, &found->wait);
	/* A recovery code is right during waits and locks, too. */
	found->accepted = finding.verdict == OTP_VERDICT_ACCEPT &&
	    (recovery || found->gate == OTP_GATE_OPEN);
	if (recovery)
		found->kind = OTP_RECOVERY;
	else if (finding.verdict == OTP_VERDICT_REJECT)
		return explain(inspecting);
	else if (finding.verdict != OTP_VERDICT_MALFORMED)
		return take(inspecting, &finding);
	return OTP_OK;
}

enum otp_err
otp_inspect(const struct otp_host *host, const struct otp_subject *subject,
    const uint8_t *id, const char *typed, struct otp_inspection *ret_inspection,
    struct otp_fault *fault)
{
	struct inspecting inspecting = {
		.host = host,
		.subject = subject,
		.fault = fault,
	};
	enum otp_err err = host->sys->time(host->sys->context, &inspecting.now);

	otp_code_read(typed, &inspecting.code);
	if (err == OTP_OK)
		err = look(&inspecting);
	if (err == OTP_OK && id != NULL)
		err = narrow(&inspecting.seed, id);
	if (err == OTP_OK)
		err = judge(&inspecting);
	if (err == OTP_OK)
		*ret_inspection = inspecting.found;
	otp_wipe(&inspecting, sizeof(inspecting));
	return err;
}
