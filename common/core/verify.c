/* SPDX-License-Identifier: BSD-2-Clause */
#include "mark.h"
#include "verify.h"

#include <string.h>

#include "oath.h"
#include "recovery.h"
#include "wipe.h"

/* What a code is held against, and what came of it so far. */
struct search {
	const struct otp_seed *seed;
	const struct otp_state *state;
	const struct otp_policy *policy;
	const struct otp_code *code;
	int64_t now;
	struct otp_finding finding;
	bool last;	/* it is the one that a HOTP token showed last */
	bool at_end;	/* right for a HOTP counter that has no successor */
	bool stateless; /* right for a credential the state does not know: */
	unsigned line;	/* that one's line in the seed, 0 for a recovery code */
};

/* One token being searched. */
struct target {
	const struct otp_token *token;
	unsigned index; /* in the seed */
	uint8_t id[OTP_ID_SIZE];
	const struct otp_credential *credential; /* NULL: the state has none */
	struct otp_oath *oath;
};

bool
otp_verify_comparable(const struct otp_seed *seed, const struct otp_code *code)
{
	if (code->typed == OTP_TYPED_RECOVERY)
		return true;
	if (code->typed != OTP_TYPED_DIGITS)
		return false;
	for (unsigned i = 0; i < seed->tokens_count; i++)
		if (seed->tokens[i].digits == code->digits)
			return true;
	return false;
}

/* Whether the code is TARGET's value at MOVING, a step or a counter. */
static enum otp_err
is_value_at(const struct search *search, const struct target *target,
    uint64_t moving, bool *ret_same)
{
	uint32_t value;
	enum otp_err err =
	    otp_oath_value(target->oath, moving, target->token->digits, &value);

	if (err != OTP_OK)
		return err;
	*ret_same = otp_equal(&value, &search->code->value, sizeof(value));
	otp_wipe(&value, sizeof(value));
	return OTP_OK;
}

/* The code is right and fresh: SPEND spends it. */
static void
found_fresh(struct search *search, enum otp_kind kind,
    const uint8_t id[OTP_ID_SIZE], unsigned token, struct otp_spend spend)
{
	struct otp_finding *finding = &search->finding;

	if (finding->verdict == OTP_VERDICT_REPLAY)
		return; /* for another token */
	if (finding->verdict != OTP_VERDICT_ACCEPT) {
		finding->verdict = OTP_VERDICT_ACCEPT;
		finding->kind = kind;
		finding->token = token;
		finding->drift = spend.drift;
		finding->drift_known = kind == OTP_TOTP;
	}
	spend.kind = kind;
	memcpy(spend.id, id, OTP_ID_SIZE);
	finding->spends[finding->spends_count++] = spend;
}

/* The code was used before, whatever other token it is right for. */
static void
found_spent(struct search *search, enum otp_kind kind, unsigned token)
{
	search->finding = (struct otp_finding){
		.verdict = OTP_VERDICT_REPLAY, .kind = kind, .token = token
	};
}

/* The code is right for a credential of which nobody knows what is spent. */
static void
found_stateless(struct search *search, unsigned line)
{
	search->stateless = true;
	search->line = line;
}

/*
 * RFC 6238, section 5.2.  Ascending, so that the latest of several equal fresh
 * values is the one that is spent: it is no more than the window away.
 */
static enum otp_err
search_totp(struct search *search, const struct target *target)
{
	const unsigned period = target->token->period;
	const uint64_t current = (uint64_t)search->now / period;
	const unsigned window = search->policy->window;
	uint64_t step = current > window ? current - window : 0;
	struct otp_spend spend = { 0 };
	bool fresh = false, spent = false;

	for (; step <= current + window; step++) {
		bool same = false;
		enum otp_err err = is_value_at(search, target, step, &same);

		if (err != OTP_OK)
			return err;
		if (!same)
			continue;
		if (!target->credential) {
			found_stateless(
			    search, search->seed->token_lines[target->index]);
		} else if (step * period >= target->credential->value) {
			fresh = true;
			spend.value = (step + 1) * period;
			spend.drift = (int32_t)((int64_t)(step - current) *
			    (int64_t)period);
		} else {
			spent = true;
		}
	}
	/* What is spent stays so even if a fresh step has the same value. */
	if (spent)
		found_spent(search, OTP_TOTP, target->index);
	else if (fresh)
		found_fresh(search, OTP_TOTP, target->id, target->index, spend);
	return OTP_OK;
}

/*
 * Whether the code is the one that was accepted last, of the counter before
 * NEXT.  It stays spent even if a counter to come has the same value.
 */
static enum otp_err
is_last_hotp(const struct search *search, const struct target *target,
    uint64_t next, bool *ret_last)
{
	if (next == target->token->counter)
		return OTP_OK; /* none was accepted yet */
	return is_value_at(search, target, next - 1, ret_last);
}

/*
 * RFC 4226, section 7.2 (and 7.4 for the look-ahead).  Of several equal values
 * the first is spent, else the device's next codes would all be wrong.  A
 * counter is never below the seed's; its last value has no successor, so it
 * cannot be spent.
 */
static enum otp_err
search_hotp(struct search *search, const struct target *target)
{
	uint64_t counter = target->token->counter;
	bool last = false, same = false;
	enum otp_err err;

	if (target->credential && target->credential->value > counter)
		counter = target->credential->value;
	err = is_last_hotp(search, target, counter, &last);
	if (err == OTP_OK && last)
		search->last = true;
	if (err != OTP_OK || last)
		return err;
	for (unsigned left = search->policy->lookahead;; counter++) {
		err = is_value_at(search, target, counter, &same);
		if (err != OTP_OK)
			return err;
		if (same || --left == 0 || counter == UINT64_MAX)
			break;
	}
	if (!same)
		return OTP_OK;
	if (!target->credential)
		found_stateless(
		    search, search->seed->token_lines[target->index]);
	else if (counter == UINT64_MAX)
		search->at_end = true;
	else
		found_fresh(search, OTP_HOTP, target->id, target->index,
		    (struct otp_spend){ .value = counter + 1 });
	return OTP_OK;
}

/* Open token INDEX for a search; the caller frees RET_TARGET's oath. */
static enum otp_err
aim(const struct search *search, unsigned index, struct target *ret_target)
{
	const struct otp_token *token = &search->seed->tokens[index];
	enum otp_err err;

	*ret_target = (struct target){ .token = token, .index = index };
	err = otp_token_id(token, ret_target->id);
	if (err != OTP_OK)
		return err;
	ret_target->credential =
	    otp_state_find(search->state, token->kind, ret_target->id);
	return otp_oath_new(
	    token->hash, token->secret, token->secret_size, &ret_target->oath);
}

static enum otp_err
search_tokens(struct search *search)
{
	for (unsigned i = 0; i < search->seed->tokens_count; i++) {
		struct target target;
		enum otp_err err;

		if (search->seed->tokens[i].digits != search->code->digits)
			continue;
		err = aim(search, i, &target);
		if (err == OTP_OK)
			err = target.token->kind == OTP_TOTP
			    ? search_totp(search, &target)
			    : search_hotp(search, &target);
		otp_oath_free(target.oath);
		if (err != OTP_OK)
			return err;
	}
	return OTP_OK;
}

/* Codes of the past only: a future one would be told to be a code to come. */
static enum otp_err
look_back(struct search *search, const struct target *target)
{
	const uint64_t current = (uint64_t)search->now / target->token->period;

	for (unsigned back = search->policy->window + 1;
	     back <= OTP_DRIFT_STEPS && back <= current; back++) {
		bool same = false;
		enum otp_err err =
		    is_value_at(search, target, current - back, &same);

		if (err != OTP_OK)
			return err;
		if (!same)
			continue;
		search->finding.drift =
		    -(int32_t)(back * target->token->period);
		search->finding.drift_known = true;
		break;
	}
	return OTP_OK;
}

/* A wrong code: was it right a while ago? */
static enum otp_err
explain_drift(struct search *search)
{
	for (unsigned i = 0; i < search->seed->tokens_count; i++) {
		const struct otp_token *token = &search->seed->tokens[i];
		struct target target;
		enum otp_err err;

		if (token->kind != OTP_TOTP ||
		    token->digits != search->code->digits)
			continue;
		err = aim(search, i, &target);
		if (err == OTP_OK)
			err = look_back(search, &target);
		otp_oath_free(target.oath);
		if (err != OTP_OK || search->finding.drift_known)
			return err;
	}
	return OTP_OK;
}

/* Hold the code against every token; only then is it known to be right. */
static enum otp_err
search_digits(struct search *search)
{
	const struct otp_finding *finding = &search->finding;
	enum otp_err err = search_tokens(search);

	if (err != OTP_OK)
		return err;
	/* It was used before, whatever other token it is right for. */
	if (search->last && finding->verdict == OTP_VERDICT_ACCEPT)
		search->finding =
		    (struct otp_finding){ .verdict = OTP_VERDICT_REJECT };
	if (finding->verdict != OTP_VERDICT_REJECT || search->stateless)
		return OTP_OK;
	return search->at_end ? OTP_ERR_LIMIT : explain_drift(search);
}

static enum otp_err
search_recovery(struct search *search)
{
	for (unsigned i = 0; i < search->seed->recovery_count; i++) {
		const struct otp_recovery *recovery =
		    &search->seed->recovery[i];
		const struct otp_credential *credential;
		uint8_t id[OTP_ID_SIZE];
		bool same = false;
		enum otp_err err =
		    otp_recovery_check(recovery, search->code->recovery, &same);

		if (err != OTP_OK)
			return err;
		if (!same)
			continue;
		otp_recovery_id(recovery, id);
		credential = otp_state_find(search->state, OTP_RECOVERY, id);
		if (!credential)
			found_stateless(search, 0);
		else if (credential->value != 0)
			found_spent(search, OTP_RECOVERY, 0);
		else
			found_fresh(search, OTP_RECOVERY, id, 0,
			    (struct otp_spend){
				/* never 0, which is "not used" */
				.value =
				    search->now > 0 ? (uint64_t)search->now : 1,
			    });
		break;
	}
	return OTP_OK;
}

enum otp_err
otp_verify(const struct otp_seed *seed, const struct otp_state *state,
    const struct otp_policy *policy, const struct otp_code *code, int64_t now,
    struct otp_finding *ret_finding, struct otp_fault *fault)
{
	struct search search = {
		.seed = seed,
		.state = state,
		.policy = policy,
		.code = code,
		.now = now,
		.finding = { .verdict = OTP_VERDICT_REJECT },
	};
	enum otp_err err;

	if (now < 0)
		return OTP_ERR_CLOCK;
	if (!otp_verify_comparable(seed, code)) {
		search.finding.verdict = OTP_VERDICT_MALFORMED;
		*ret_finding = search.finding;
		return OTP_OK;
	}
	err = code->typed == OTP_TYPED_RECOVERY ? search_recovery(&search)
						: search_digits(&search);
	if (err != OTP_OK)
		return err;
	if (search.stateless && search.finding.verdict == OTP_VERDICT_REJECT) {
		if (fault)
			fault->line = search.line;
		return otp_fault_set(
		    fault, OTP_ERR_NO_STATE, 0, NULL, N_("not adopted yet"));
	}
	*ret_finding = search.finding;
	return OTP_OK;
}

void
otp_verify_spend(
    const struct otp_finding *finding, int64_t now, struct otp_state *state)
{
	for (unsigned i = 0; i < finding->spends_count; i++) {
		const struct otp_spend *spend = &finding->spends[i];

		for (unsigned j = 0; j < state->credentials_count; j++) {
			struct otp_credential *credential =
			    &state->credentials[j];

			if (credential->kind != spend->kind ||
			    memcmp(credential->id, spend->id, OTP_ID_SIZE) != 0)
				continue;
			credential->value = spend->value;
			credential->drift = spend->drift;
			credential->last_used = now;
		}
	}
}

enum otp_err
otp_verify_decoy(const uint8_t secret[20], const struct otp_policy *policy,
    const struct otp_code *code, int64_t now)
{
	struct otp_seed seed = {
		.tokens_count = 1,
		.tokens = { {
		    .kind = OTP_TOTP,
		    .hash = OTP_SHA1,
		    .digits = OTP_DIGITS_DEFAULT,
		    .period = OTP_PERIOD_DEFAULT,
		    .secret_size = 20,
		} },
	};
	struct otp_state state = {
		.credentials_count = 1,
		.credentials = { { .kind = OTP_TOTP, .value = UINT64_MAX } },
	};
	struct otp_finding finding;
	enum otp_err err;

	memcpy(seed.tokens[0].secret, secret, 20);
	err = otp_token_id(&seed.tokens[0], state.credentials[0].id);
	if (err == OTP_OK)
		err = otp_verify(
		    &seed, &state, policy, code, now, &finding, NULL);
	otp_wipe(&seed, sizeof(seed));
	return err;
}

const char *
otp_verdict_reason(enum otp_verdict verdict)
{
	switch (verdict) {
	case OTP_VERDICT_REJECT:
		return "wrong";
	case OTP_VERDICT_MALFORMED:
		return "malformed";
	case OTP_VERDICT_WITHHELD:
		return "withheld-by-sshd";
	case OTP_VERDICT_REPLAY:
		return "replay";
	case OTP_VERDICT_WAITING:
		return "waiting";
	case OTP_VERDICT_LOCKED:
		return "locked";
	case OTP_VERDICT_UNENROLLED:
		return "unenrolled";
	case OTP_VERDICT_UNKNOWN_USER:
		return "unknown-user";
	case OTP_VERDICT_CHANGED_USER:
		return "changed-user";
	case OTP_VERDICT_ACCEPT:
		return "ok";
	}
	return "wrong";
}
