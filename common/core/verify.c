/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/verify.h"

#include <string.h>

#include "common/core/oath.h"
#include "common/core/recovery.h"
#include "common/core/wipe.h"

/* What a code is compared with, and what came of it so far. */
struct search {
	const struct otp_seed *seed;
	const struct otp_state *state;
	const struct otp_policy *policy;
	const struct otp_code *code;
	int64_t now;
	struct otp_match match;
	bool last;	/* it is the last one that a HOTP token was used with */
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

static enum otp_err search_recovery(struct search *);
static enum otp_err search_invitation(struct search *);
static enum otp_err search_digits(struct search *);
static enum otp_err search_tokens(struct search *);
static enum otp_err search_totp(struct search *, const struct target *);
static enum otp_err search_hotp(struct search *, const struct target *);
static enum otp_err is_last_hotp(
    const struct search *, const struct target *, uint64_t, bool *);
static enum otp_err explain_drift(struct search *);
static enum otp_err search_past(struct search *, const struct target *);
static enum otp_err shows(
    const struct search *, const struct target *, uint64_t, bool *);
static enum otp_err target_open(
    const struct search *, unsigned, struct target *);
static void found_unused(struct search *, enum otp_kind,
    const uint8_t[OTP_ID_SIZE], unsigned, struct otp_spend);
static void found_used(struct search *, enum otp_kind, unsigned);
static void found_recovery(struct search *, const struct otp_recovery *);
static void found_invitation(struct search *, const struct otp_recovery *);
static void found_stateless(struct search *, unsigned);
static void list_accepted(struct otp_state *, const struct otp_spend *);

enum otp_err
otp_verify(const struct otp_seed *seed, const struct otp_state *state,
    const struct otp_policy *policy, const struct otp_code *code, int64_t now,
    struct otp_match *ret_match, struct otp_fault *fault)
{
	struct search search = {
		.seed = seed,
		.state = state,
		.policy = policy,
		.code = code,
		.now = now,
		.match = { .verdict = OTP_VERDICT_REJECT },
	};
	enum otp_err err;

	if (now < 0)
		return OTP_ERR_CLOCK;
	if (!otp_verify_comparable(seed, code)) {
		search.match.verdict = OTP_VERDICT_MALFORMED;
		*ret_match = search.match;
		return OTP_OK;
	}
	err = otp_verify_repeated(seed, state, code, &search.match);
	if (err == OTP_OK && search.match.verdict == OTP_VERDICT_REJECT)
		err = code->typed == OTP_TYPED_RECOVERY
		    ? search_recovery(&search)
		    : search_digits(&search);
	if (err != OTP_OK)
		return err;
	if (search.stateless && search.match.verdict == OTP_VERDICT_REJECT) {
		if (fault != NULL)
			fault->line = search.line;
		return otp_fault_set(
		    fault, OTP_ERR_NO_STATE, 0, NULL, OTP_DETAIL_NOT_ADOPTED);
	}
	*ret_match = search.match;
	return OTP_OK;
}

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
	return seed->addresses_count > 0 && code->digits == OTP_SEND_DIGITS;
}

/* Compare the code with every token; only then is it known to be right. */
static enum otp_err
search_digits(struct search *search)
{
	const struct otp_match *match = &search->match;
	enum otp_err err = search_tokens(search);

	if (err != OTP_OK)
		return err;
	/* It was used before, even if it is right for another token. */
	if (search->last && match->verdict == OTP_VERDICT_ACCEPT)
		search->match =
		    (struct otp_match){ .verdict = OTP_VERDICT_REJECT };
	if (match->verdict != OTP_VERDICT_REJECT || search->stateless)
		return OTP_OK;
	return search->at_end ? OTP_ERR_LIMIT : explain_drift(search);
}

static enum otp_err
search_tokens(struct search *search)
{
	for (unsigned i = 0; i < search->seed->tokens_count; i++) {
		struct target target;
		enum otp_err err;

		if (search->seed->tokens[i].digits != search->code->digits)
			continue;
		err = target_open(search, i, &target);
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

/*
 * RFC 6238, section 5.2.  Ascending, so that of several equal unused values the
 * latest is the one that is spent: it is within the window.
 */
static enum otp_err
search_totp(struct search *search, const struct target *target)
{
	const unsigned period = target->token->period;
	const uint64_t current = (uint64_t)search->now / period;
	const unsigned window = search->policy->window;
	uint64_t step = current > window ? current - window : 0;
	struct otp_spend spend = { 0 };
	bool unused = false, used = false;

	for (; step <= current + window; step++) {
		bool same = false;
		enum otp_err err = shows(search, target, step, &same);

		if (err != OTP_OK)
			return err;
		if (!same)
			continue;
		if (target->credential == NULL) {
			found_stateless(
			    search, search->seed->token_lines[target->index]);
		} else if (step * period >= target->credential->value) {
			unused = true;
			spend.value = (step + 1) * period;
			spend.moving = step;
			spend.drift = (int32_t)((int64_t)(step - current) *
			    (int64_t)period);
		} else {
			used = true;
		}
	}
	/* A used code stays used even if an unused step has the same value. */
	if (used)
		found_used(search, OTP_TOTP, target->index);
	else if (unused)
		found_unused(
		    search, OTP_TOTP, target->id, target->index, spend);
	return OTP_OK;
}

/*
 * RFC 4226, section 7.2 (and 7.4 for the look-ahead).  Of several equal values
 * the first is spent, else the device's next codes would all be wrong.  A
 * counter is never below the seed's; the last one has no successor, so it
 * cannot be spent.
 */
static enum otp_err
search_hotp(struct search *search, const struct target *target)
{
	uint64_t counter = target->token->counter;
	bool last = false, same = false;
	enum otp_err err;

	if (target->credential != NULL && target->credential->value > counter)
		counter = target->credential->value;
	err = is_last_hotp(search, target, counter, &last);
	if (err == OTP_OK && last)
		search->last = true;
	if (err != OTP_OK || last)
		return err;
	for (unsigned left = search->policy->lookahead;; counter++) {
		err = shows(search, target, counter, &same);
		if (err != OTP_OK)
			return err;
		if (same || --left == 0 || counter == UINT64_MAX)
			break;
	}
	if (!same)
		return OTP_OK;
	if (target->credential == NULL)
		found_stateless(
		    search, search->seed->token_lines[target->index]);
	else if (counter == UINT64_MAX)
		search->at_end = true;
	else
		found_unused(search, OTP_HOTP, target->id, target->index,
		    (struct otp_spend){
			.value = counter + 1, .moving = counter });
	return OTP_OK;
}

/*
 * Whether the code is the one that was accepted last, of the counter before
 * NEXT.  It stays used even if a later counter has the same value.
 */
static enum otp_err
is_last_hotp(const struct search *search, const struct target *target,
    uint64_t next, bool *ret_last)
{
	if (next == target->token->counter)
		return OTP_OK; /* none was accepted yet */
	return shows(search, target, next - 1, ret_last);
}

/* A wrong code may have been right a while ago. */
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
		err = target_open(search, i, &target);
		if (err == OTP_OK)
			err = search_past(search, &target);
		otp_oath_free(target.oath);
		if (err != OTP_OK || search->match.drift_known)
			return err;
	}
	return OTP_OK;
}

/* Past codes only: to tell of a future one would disclose that it is one. */
static enum otp_err
search_past(struct search *search, const struct target *target)
{
	const uint64_t current = (uint64_t)search->now / target->token->period;
	unsigned back = search->policy->window + 1;

	for (; back <= OTP_DRIFT_STEPS && back <= current; back++) {
		bool same = false;
		enum otp_err err = shows(search, target, current - back, &same);

		if (err != OTP_OK)
			return err;
		if (!same)
			continue;
		search->match.drift = -(int32_t)(back * target->token->period);
		search->match.drift_known = true;
		break;
	}
	return OTP_OK;
}

static enum otp_err
search_recovery(struct search *search)
{
	for (unsigned i = 0; i < search->seed->recovery_count; i++) {
		const struct otp_recovery *recovery =
		    &search->seed->recovery[i];
		bool same = false;
		enum otp_err err =
		    otp_recovery_check(recovery, search->code->recovery, &same);

		if (err != OTP_OK)
			return err;
		if (!same)
			continue;
		if (otp_recovery_is_valid(recovery, search->now))
			found_recovery(search, recovery);
		return OTP_OK;
	}
	return search->seed->invited ? search_invitation(search) : OTP_OK;
}

static enum otp_err
search_invitation(struct search *search)
{
	const struct otp_recovery *invitation = &search->seed->invitation;
	bool same = false;
	enum otp_err err =
	    otp_recovery_check(invitation, search->code->recovery, &same);

	if (err == OTP_OK && same)
		found_invitation(search, invitation);
	return err;
}

static void
found_invitation(struct search *search, const struct otp_recovery *invitation)
{
	struct otp_match *match = &search->match;

	switch (otp_state_invitation(search->state, invitation)) {
	case OTP_RECOVERY_USED:
		found_used(search, OTP_INVITATION, 0);
		return;
	case OTP_RECOVERY_UNKNOWN:
		found_stateless(search, 0);
		return;
	case OTP_RECOVERY_UNUSED:
		match->kind = OTP_INVITATION;
		match->verdict = otp_recovery_is_valid(invitation, search->now)
		    ? OTP_VERDICT_INVITED
		    : OTP_VERDICT_INVITATION_ENDED;
		return;
	}
}

static void
found_recovery(struct search *search, const struct otp_recovery *recovery)
{
	/* never 0, which is "not used" */
	const struct otp_spend spend = {
		.value = search->now > 0 ? (uint64_t)search->now : 1,
	};
	uint8_t id[OTP_ID_SIZE];

	otp_recovery_id(recovery, id);
	switch (otp_state_recovery(search->state, recovery)) {
	case OTP_RECOVERY_USED:
		found_used(search, OTP_RECOVERY, 0);
		return;
	case OTP_RECOVERY_UNKNOWN:
		found_stateless(search, 0);
		return;
	case OTP_RECOVERY_UNUSED:
		found_unused(search, OTP_RECOVERY, id, 0, spend);
		return;
	}
}

/* Whether the code is TARGET's at MOVING, a step or a counter. */
static enum otp_err
shows(const struct search *search, const struct target *target, uint64_t moving,
    bool *ret_same)
{
	return otp_token_shows(
	    target->token, target->oath, moving, search->code->value, ret_same);
}

/* Open token INDEX for a search; the caller frees RET_TARGET's oath. */
static enum otp_err
target_open(
    const struct search *search, unsigned index, struct target *ret_target)
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

/* The code is right and unused: SPEND uses it. */
static void
found_unused(struct search *search, enum otp_kind kind,
    const uint8_t id[OTP_ID_SIZE], unsigned token, struct otp_spend spend)
{
	struct otp_match *match = &search->match;

	if (match->verdict == OTP_VERDICT_REPLAY)
		return; /* for another token */
	if (match->verdict != OTP_VERDICT_ACCEPT) {
		match->verdict = OTP_VERDICT_ACCEPT;
		match->kind = kind;
		match->token = token;
		match->drift = spend.drift;
		match->drift_known = kind == OTP_TOTP;
	}
	spend.kind = kind;
	spend.code = search->code->value;
	memcpy(spend.id, id, OTP_ID_SIZE);
	match->spends[match->spends_count++] = spend;
}

/* The code was used before, whatever other token it is right for. */
static void
found_used(struct search *search, enum otp_kind kind, unsigned token)
{
	search->match = (struct otp_match){
		.verdict = OTP_VERDICT_REPLAY, .kind = kind, .token = token
	};
}

/* The code is right for a credential whose used codes are not known. */
static void
found_stateless(struct search *search, unsigned line)
{
	search->stateless = true;
	search->line = line;
}

void
otp_verify_spend(
    const struct otp_match *match, int64_t now, struct otp_state *state)
{
	for (unsigned i = 0; i < match->spends_count; i++) {
		const struct otp_spend *spend = &match->spends[i];

		list_accepted(state, spend);
		if (spend->kind == OTP_DELIVERED)
			otp_send_accept(&state->sends, spend->moving);
		else
			otp_send_clear_hour(&state->sends);
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

/* List the code of SPEND among the last that were accepted. */
static void
list_accepted(struct otp_state *state, const struct otp_spend *spend)
{
	struct otp_accepted accepted = {
		.kind = (uint32_t)spend->kind,
		.value = spend->code,
		.moving = spend->moving,
	};

	if (spend->kind == OTP_RECOVERY)
		return; /* its credential says so for good */
	memcpy(accepted.id, spend->id, OTP_ID_SIZE);
	otp_state_accept(state, &accepted);
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
	struct otp_match match;
	enum otp_err err;

	memcpy(seed.tokens[0].secret, secret, 20);
	err = otp_token_id(&seed.tokens[0], state.credentials[0].id);
	if (err == OTP_OK)
		err =
		    otp_verify(&seed, &state, policy, code, now, &match, NULL);
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
		return "blocked";
	case OTP_VERDICT_LOCKED:
		return "locked-out";
	case OTP_VERDICT_UNENROLLED:
		return "not-enrolled";
	case OTP_VERDICT_UNKNOWN_USER:
		return "unknown-user";
	case OTP_VERDICT_CHANGED_USER:
		return "changed-user";
	case OTP_VERDICT_SUSPENDED:
		return "suspended";
	case OTP_VERDICT_INVITED:
		return "invited";
	case OTP_VERDICT_INVITATION_ENDED:
		return "invitation-expired";
	case OTP_VERDICT_ACCEPT:
		return "ok";
	}
	return "wrong";
}
