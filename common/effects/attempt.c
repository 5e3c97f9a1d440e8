/* SPDX-License-Identifier: BSD-2-Clause */
#include "attempt.h"

#include <errno.h>
#include <string.h>

#include "common/core/code.h"
#include "common/core/mark.h"
#include "common/core/seed.h"
#include "common/core/throttle.h"
#include "common/core/wipe.h"
#include "store.h"

/* One try, from what was typed to the answer.  A secret: wiped at the end. */
struct attempt {
	const struct otp_host *host;
	const struct otp_request *request;
	struct otp_fault *fault;
	struct otp_store *store;
	int64_t now;
	struct otp_code code;
	struct otp_seed seed;
	struct otp_state state;
	struct otp_answer answer;
};

static enum otp_err
read_clock(struct attempt *attempt)
{
	const struct otp_sys *sys = attempt->host->sys;

	return sys->time(sys->context, &attempt->now);
}

/* The state, by peek or load, which must be this account's. */
static enum otp_err
take_state(struct attempt *attempt,
    enum otp_err (*take)(
	struct otp_store *, struct otp_state *, struct otp_fault *))
{
	enum otp_err err =
	    take(attempt->store, &attempt->state, attempt->fault);

	if (err == OTP_OK && attempt->state.uid != attempt->request->uid)
		err = otp_fault_set(attempt->fault, OTP_ERR_UID, 0, NULL,
		    N_("the state is of another account's uid"));
	return err;
}

/* Without a state nobody is enrolled, unless a seed says otherwise. */
static enum otp_err
without_state(struct otp_store *store, struct otp_fault *fault)
{
	bool has_seed = true;
	enum otp_err err = otp_store_has_seed(store, &has_seed, fault);

	if (err == OTP_OK && has_seed)
		err = otp_fault_set(
		    fault, OTP_ERR_NO_STATE, 0, NULL, N_("not adopted yet"));
	return err;
}

/* Without a seed nobody is enrolled, unless the state says otherwise. */
static enum otp_err
without_seed(const struct otp_state *state, struct otp_fault *fault)
{
	if (state->enrolled)
		return otp_fault_set(fault, OTP_ERR_READ, ENOENT, NULL,
		    N_("enrolled, but the seed is gone"));
	return OTP_OK;
}

enum otp_err
otp_attempt_look(const struct otp_host *host, const struct otp_request *request,
    enum otp_ask *ret_ask, struct otp_fault *fault)
{
	struct otp_store *store = NULL;
	struct otp_state state;
	bool enrolled = false;
	enum otp_err err;

	err = otp_store_open(host->store, request->account, &store, fault);
	if (err != OTP_OK)
		return err;
	err = otp_store_peek(store, &state, fault);
	if (err == OTP_ERR_CHECKSUM) /* maybe met a writer, twice */
		err = otp_store_load(store, &state, fault);
	if (err == OTP_ERR_ABSENT) {
		err = without_state(store, fault);
	} else if (err == OTP_OK) {
		err = otp_store_has_seed(store, &enrolled, fault);
		if (err == OTP_OK && !enrolled)
			err = without_seed(&state, fault);
	}
	if (err == OTP_OK)
		*ret_ask = enrolled ? OTP_ASK_CODE : OTP_ASK_UNENROLLED;
	otp_store_close(store);
	return err;
}

/* May no code be compared now?  Then the answer is filled. */
static bool
is_held_off(struct attempt *attempt)
{
	struct otp_answer *answer = &attempt->answer;
	const struct otp_tally *tally = &attempt->state.tally;

	answer->failures = tally->failures;
	answer->month_failures = tally->month_failures;
	if (attempt->code.typed == OTP_TYPED_RECOVERY)
		return false;
	switch (otp_throttle_check(
	    tally, attempt->host->policy, attempt->now, &answer->wait)) {
	case OTP_GATE_OPEN:
		return false;
	case OTP_GATE_WAITING:
		answer->verdict = OTP_VERDICT_WAITING;
		return true;
	case OTP_GATE_LOCKED:
		answer->verdict = OTP_VERDICT_LOCKED;
		return true;
	}
	return true;
}

/*
 * A wait or a lock is seen without waiting for anybody, so that who holds the
 * account cannot make tries queue up.
 */
static enum otp_err
look_first(struct attempt *attempt, bool *ret_done)
{
	struct otp_tally tally;
	enum otp_err err = read_clock(attempt);

	if (err == OTP_OK)
		err = take_state(attempt, otp_store_peek);
	if (err == OTP_ERR_ABSENT) {
		err = without_state(attempt->store, attempt->fault);
		attempt->answer.verdict = OTP_VERDICT_UNENROLLED;
		*ret_done = true;
		return err;
	}
	if (err == OTP_ERR_CHECKSUM)
		return OTP_OK; /* maybe met a writer: under the lock it is told */
	if (err != OTP_OK)
		return err;
	tally = attempt->state.tally;
	if (otp_throttle_anchor(&tally, attempt->now))
		return OTP_OK; /* the clock went back: needs the lock */
	if (!otp_store_is_settled(attempt->store))
		return OTP_OK; /* somebody's code may be right just now */
	/* Whose seed may be gone has to be looked at first. */
	*ret_done = attempt->state.enrolled && is_held_off(attempt);
	return OTP_OK;
}

/* Hold the account, and read what the code is held against. */
static enum otp_err
load(struct attempt *attempt, bool *ret_done)
{
	enum otp_err err = take_state(attempt, otp_store_load);

	if (err == OTP_OK)
		err = read_clock(attempt);
	if (err != OTP_OK)
		return err;
	err = otp_store_seed(attempt->store, &attempt->seed, attempt->fault);
	if (err != OTP_ERR_ABSENT)
		return err;
	err = without_seed(&attempt->state, attempt->fault);
	if (err == OTP_OK) {
		attempt->answer.verdict = OTP_VERDICT_UNENROLLED;
		*ret_done = true;
	}
	return err;
}

/* With password and code typed as one, only the seed tells the length. */
static enum otp_err
split_code(struct attempt *attempt, const char *typed)
{
	unsigned digits = 0;
	size_t password = 0;
	enum otp_err err = otp_seed_digits(&attempt->seed, &digits);

	if (err != OTP_OK)
		return err;
	if (otp_code_split(typed, digits, &password) != OTP_OK)
		return OTP_OK; /* malformed, as the code is so far */
	otp_code_read(typed + password, &attempt->code);
	attempt->answer.password_length = password;
	return OTP_OK;
}

/* Tell the end of a wait anew where the clock went back behind its beginning. */
static enum otp_err
hold_off(struct attempt *attempt)
{
	if (!otp_throttle_anchor(&attempt->state.tally, attempt->now))
		return OTP_OK;
	return otp_store_put(
	    attempt->store, &attempt->state, OTP_PUT_COMMIT, attempt->fault);
}

/*
 * A moment ago, and the same host, or here what somebody does who came from
 * another one: their ssh, and then their sudo, which knows of no host.
 */
static bool
is_benign(const struct attempt *attempt, const struct otp_finding *finding)
{
	const struct otp_occasion *success = &attempt->state.last_success;
	const struct otp_token *token = &attempt->seed.tokens[finding->token];

	return finding->verdict == OTP_VERDICT_REPLAY &&
	    finding->kind == OTP_TOTP && success->time <= attempt->now &&
	    attempt->now - success->time <= 2 * (int64_t)token->period &&
	    (attempt->request->own ||
		strncmp(success->host, attempt->request->host, OTP_HOST_SIZE) ==
		    0);
}

/* What the user may want to hear at this login. */
static void
fill_news(struct attempt *attempt, const struct otp_tally *before)
{
	struct otp_answer *answer = &attempt->answer;
	const struct otp_state *state = &attempt->state;
	const int64_t last = state->last_success.time;

	answer->untold = state->untold + before->failures;
	answer->replays = before->replays;
	if (last > 0 && last <= attempt->now)
		answer->last_success = attempt->now - last;
	memcpy(answer->failure_host, before->last_failure.host, OTP_HOST_SIZE);
}

static void
count_recovery(struct attempt *attempt)
{
	const struct otp_seed *seed = &attempt->seed;
	struct otp_answer *answer = &attempt->answer;

	answer->recovery_known = seed->recovery_count > 0;
	for (unsigned i = 0; i < seed->recovery_count; i++) {
		const struct otp_credential *credential;
		uint8_t id[OTP_ID_SIZE];

		otp_recovery_id(&seed->recovery[i], id);
		credential = otp_state_find(&attempt->state, OTP_RECOVERY, id);
		if (credential && credential->value == 0)
			answer->recovery_left++;
	}
}

/* Put the finding, all but its verdict, into the answer. */
static void
fill_answer(struct attempt *attempt, const struct otp_finding *finding)
{
	struct otp_answer *answer = &attempt->answer;

	answer->kind = finding->kind;
	if (finding->kind == OTP_TOTP || finding->kind == OTP_HOTP)
		memcpy(answer->token,
		    attempt->seed.tokens[finding->token].label, OTP_LABEL_SIZE);
	answer->drift = finding->drift;
	answer->drift_known = finding->drift_known;
	answer->failures = attempt->state.tally.failures;
	answer->month_failures = attempt->state.tally.month_failures;
	(void)otp_throttle_check(&attempt->state.tally, attempt->host->policy,
	    attempt->now, &answer->wait);
	count_recovery(attempt);
}

/* A try is paid for, on the file, before its code is compared. */
static enum otp_err
charge(struct attempt *attempt, const struct otp_occasion *occasion)
{
	if (attempt->code.typed == OTP_TYPED_RECOVERY)
		return OTP_OK; /* it cannot be guessed */
	otp_throttle_charge(
	    &attempt->state.tally, attempt->host->policy, occasion);
	return otp_store_put(
	    attempt->store, &attempt->state, OTP_PUT_CHARGE, attempt->fault);
}

/*
 * The code was right, but cannot be judged: no guess, so nothing is owed.
 * (After any other error the charge stands: a caller who can make us run out
 * of memory must not get his guesses back.)
 */
static enum otp_err
give_back(struct attempt *attempt, const struct otp_tally *before,
    enum otp_err verified)
{
	enum otp_err err;

	if (verified != OTP_ERR_NO_STATE && verified != OTP_ERR_LIMIT)
		return verified;
	if (attempt->code.typed == OTP_TYPED_RECOVERY)
		return verified;
	attempt->state.tally = *before;
	err = otp_store_put(
	    attempt->store, &attempt->state, OTP_PUT_CHARGE, attempt->fault);
	return err == OTP_OK ? verified : err;
}

/* Write what the verdict means; only then may it be answered. */
static enum otp_err
settle(struct attempt *attempt, const struct otp_finding *finding,
    const struct otp_tally *before, const struct otp_occasion *occasion)
{
	struct otp_state *state = &attempt->state;
	enum otp_put put;

	if (finding->verdict != OTP_VERDICT_ACCEPT &&
	    attempt->code.typed == OTP_TYPED_RECOVERY)
		return OTP_OK; /* nothing was charged */
	if (finding->verdict == OTP_VERDICT_ACCEPT) {
		fill_news(attempt, before);
		otp_verify_spend(finding, attempt->now, state);
		state->last_success = *occasion;
		state->enrolled = true;
	}
	put = otp_throttle_settle(state, before, finding->verdict,
	    attempt->request->told, is_benign(attempt, finding));
	return otp_store_put(attempt->store, state, put, attempt->fault);
}

/* charge -> verify -> commit */
static enum otp_err
judge(struct attempt *attempt)
{
	const struct otp_tally before = attempt->state.tally;
	struct otp_finding finding = { .verdict = OTP_VERDICT_REJECT };
	struct otp_occasion occasion;
	enum otp_err err;

	otp_occasion_set(&occasion, attempt->now, attempt->request->service,
	    attempt->request->host);
	err = charge(attempt, &occasion);
	if (err != OTP_OK)
		return err;
	err = otp_verify(&attempt->seed, &attempt->state, attempt->host->policy,
	    &attempt->code, attempt->now, &finding, attempt->fault);
	if (err != OTP_OK)
		return give_back(attempt, &before, err);
	attempt->answer.benign = is_benign(attempt, &finding);
	err = settle(attempt, &finding, &before, &occasion);
	if (err != OTP_OK)
		return err;
	fill_answer(attempt, &finding);
	attempt->answer.verdict = finding.verdict;
	return OTP_OK;
}

/* load -> throttle -> charge -> verify -> commit */
static enum otp_err
try_account(struct attempt *attempt, const char *typed)
{
	bool done = false;
	enum otp_err err;

	err = otp_store_open(attempt->host->store, attempt->request->account,
	    &attempt->store, attempt->fault);
	if (err == OTP_OK)
		err = look_first(attempt, &done);
	if (err == OTP_OK && !done)
		err = load(attempt, &done);
	if (err == OTP_OK && !done && attempt->request->split)
		err = split_code(attempt, typed);
	if (err != OTP_OK || done)
		return err;
	if (is_held_off(attempt))
		return hold_off(attempt);
	if (!otp_verify_comparable(&attempt->seed, &attempt->code)) {
		attempt->answer.verdict = OTP_VERDICT_MALFORMED;
		return OTP_OK;
	}
	return judge(attempt);
}

/* Who has no seed must not be told apart by the time it takes. */
static enum otp_err
pretend(struct attempt *attempt, const char *typed)
{
	const struct otp_sys *sys = attempt->host->sys;
	uint8_t secret[20]; /* nobody's */
	size_t password;
	enum otp_err err = sys->random(sys->context, secret, sizeof(secret));

	/* That the account's files are absent is no fault, nor where one is. */
	if (attempt->fault)
		*attempt->fault = (struct otp_fault){ 0 };
	if (attempt->request->split &&
	    otp_code_split(typed, OTP_DIGITS_DEFAULT, &password) == OTP_OK)
		otp_code_read(typed + password, &attempt->code);
	if (err == OTP_OK)
		err = read_clock(attempt);
	if (err == OTP_OK)
		err = otp_verify_decoy(secret, attempt->host->policy,
		    &attempt->code, attempt->now);
	return err;
}

/* What can be answered from the typed text alone, before any file is read. */
static bool
is_no_code(struct attempt *attempt, const char *typed)
{
	otp_code_read(typed, &attempt->code);
	switch (attempt->code.typed) {
	case OTP_TYPED_WITHHELD:
		attempt->answer.verdict = OTP_VERDICT_WITHHELD;
		return true;
	case OTP_TYPED_MALFORMED:
		attempt->answer.verdict = OTP_VERDICT_MALFORMED;
		return !attempt->request->split;
	case OTP_TYPED_DIGITS:
	case OTP_TYPED_RECOVERY:
		if (attempt->request->split) /* the end of it is the code */
			attempt->code.typed = OTP_TYPED_MALFORMED;
		return false;
	}
	return true;
}

enum otp_err
otp_attempt_try(const struct otp_host *host, const struct otp_request *request,
    const char *typed, struct otp_answer *ret_answer, struct otp_fault *fault)
{
	struct attempt attempt = {
		.host = host,
		.request = request,
		.fault = fault,
		.answer = { .verdict = OTP_VERDICT_REJECT, .last_success = -1 },
	};
	enum otp_err err = OTP_OK;

	*ret_answer = attempt.answer;
	if (is_no_code(&attempt, typed))
		goto out;
	if (request->unknown)
		attempt.answer.verdict = OTP_VERDICT_UNKNOWN_USER;
	else
		err = try_account(&attempt, typed);
	if (err == OTP_OK &&
	    (attempt.answer.verdict == OTP_VERDICT_UNKNOWN_USER ||
		attempt.answer.verdict == OTP_VERDICT_UNENROLLED))
		err = pretend(&attempt, typed);
out:
	if (err == OTP_OK)
		*ret_answer = attempt.answer;
	otp_store_close(attempt.store);
	otp_wipe(&attempt, sizeof(attempt));
	return err;
}
