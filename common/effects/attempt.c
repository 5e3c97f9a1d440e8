/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/attempt.h"

#include "common/core/code.h"
#include "common/core/seed.h"
#include "common/core/throttle.h"
#include "common/core/wipe.h"
#include "common/effects/attempt_internal.h"
#include "common/effects/snapshot.h"
#include "common/store/store.h"

/* What a step of a try leads to.  Zero is a failure. */
enum step {
	STEP_ERROR = 0, /* nothing could be judged: 'err' */
	STEP_ANSWERED,	/* 'answer' */
	STEP_CONTINUE,
};

static enum step attempt_parse(struct otp_attempt *);
static bool can_be_code(struct otp_attempt *);
static enum step attempt_account(struct otp_attempt *);
static enum step attempt_peek(struct otp_attempt *);
static enum step attempt_compare(struct otp_attempt *);
static bool attempt_begin_again(struct otp_attempt *);
static enum step attempt_load(struct otp_attempt *);
static bool may_be_invitation(const struct otp_attempt *);
static enum step attempt_split(struct otp_attempt *);
static enum step attempt_throttle(struct otp_attempt *);
static enum otp_err persist_clamped_delay(struct otp_attempt *);
static enum step attempt_pretend(struct otp_attempt *);

static const struct otp_answer refusal = { .verdict = OTP_VERDICT_REJECT,
	.last_success = -1 };

static enum step
attempt_fail(struct otp_attempt *attempt, enum otp_err err)
{
	attempt->err = err;
	return STEP_ERROR;
}

static enum step
attempt_answer(struct otp_attempt *attempt, enum otp_verdict verdict)
{
	attempt->answer.verdict = verdict;
	return STEP_ANSWERED;
}

/* The time must not show whether an account has a seed. */
static bool
is_decoy_due(enum otp_verdict verdict)
{
	return verdict == OTP_VERDICT_UNKNOWN_USER ||
	    verdict == OTP_VERDICT_UNENROLLED;
}

enum otp_err
otp_attempt_try(const struct otp_host *host, const struct otp_request *request,
    const char *typed, struct otp_answer *ret_answer, struct otp_fault *fault)
{
	struct otp_attempt attempt = {
		.host = host,
		.request = request,
		.typed = typed,
		.answer = refusal,
		.fault = fault,
	};
	enum step step;
	enum otp_err err;

	*ret_answer = refusal;
	attempt.tally =
	    otp_throttle_tally(&attempt.account.state, request->by_other);
	step = attempt_parse(&attempt);
	if (step == STEP_CONTINUE)
		step = request->unknown
		    ? attempt_answer(&attempt, OTP_VERDICT_UNKNOWN_USER)
		    : attempt_account(&attempt);
	if (step == STEP_ANSWERED && is_decoy_due(attempt.answer.verdict))
		step = attempt_pretend(&attempt);
	if (step == STEP_ANSWERED)
		*ret_answer = attempt.answer;
	err = attempt.err;
	otp_store_close(attempt.store);
	otp_wipe(&attempt, sizeof(attempt));
	return err;
}

/* What can be answered from the typed text alone, before any file is read. */
static enum step
attempt_parse(struct otp_attempt *attempt)
{
	otp_code_read(attempt->typed, &attempt->code);
	switch (attempt->code.typed) {
	case OTP_TYPED_WITHHELD:
		return attempt_answer(attempt, OTP_VERDICT_WITHHELD);
	case OTP_TYPED_MALFORMED:
	case OTP_TYPED_DIGITS:
	case OTP_TYPED_RECOVERY:
		if (can_be_code(attempt))
			return STEP_CONTINUE;
		attempt->answer.no_code = true;
		return attempt_answer(attempt, OTP_VERDICT_MALFORMED);
	}
	return attempt_answer(attempt, OTP_VERDICT_REJECT);
}

/* Typed after a password, it has a length that only the seed has. */
static bool
can_be_code(struct otp_attempt *attempt)
{
	size_t password;

	if (!attempt->request->split)
		return attempt->code.typed != OTP_TYPED_MALFORMED;
	attempt->code.typed = OTP_TYPED_MALFORMED;
	return otp_code_split(attempt->typed, OTP_DIGITS_MIN, &password) ==
	    OTP_OK;
}

/* load -> throttle -> charge -> verify -> commit */
static enum step
attempt_account(struct otp_attempt *attempt)
{
	enum step step;

	attempt->err = otp_store_open(attempt->host->store,
	    attempt->request->account, &attempt->store, attempt->fault);
	if (attempt->err != OTP_OK)
		return STEP_ERROR;
	step = attempt_peek(attempt);
	if (step != STEP_CONTINUE)
		return step;
	step = attempt_compare(attempt);
	return step == STEP_ERROR && attempt_begin_again(attempt)
	    ? attempt_compare(attempt)
	    : step;
}

/*
 * Another attempt came in between what was looked at and the first put, which
 * has changed nothing: no code was compared, or one that cannot be guessed.
 * What is loaded now is this attempt's.
 */
static bool
attempt_begin_again(struct otp_attempt *attempt)
{
	if (attempt->err != OTP_ERR_CONFLICT || attempt->charged)
		return false;
	otp_wipe(&attempt->account, sizeof(attempt->account));
	attempt->answer = refusal;
	attempt->err = OTP_OK;
	return attempt_parse(attempt) == STEP_CONTINUE;
}

static enum step
attempt_compare(struct otp_attempt *attempt)
{
	enum step step = attempt_load(attempt);

	if (step != STEP_CONTINUE)
		return step;
	step = attempt_split(attempt);
	if (step != STEP_CONTINUE)
		return step;
	step = attempt_throttle(attempt);
	attempt->err = step == STEP_CONTINUE ? otp_attempt_judge(attempt)
					     : persist_clamped_delay(attempt);
	return attempt->err == OTP_OK ? STEP_ANSWERED : STEP_ERROR;
}

/* FAULT names the file; the error that is set next keeps that. */
static void
keep_fault(struct otp_attempt *attempt, const struct otp_fault *fault)
{
	if (attempt->fault != NULL)
		*attempt->fault = *fault;
}

static enum step
without_state(struct otp_attempt *attempt)
{
	bool has_seed = true;
	enum otp_err err =
	    otp_store_has_seed(attempt->store, &has_seed, attempt->fault);

	if (err == OTP_OK && has_seed) {
		keep_fault(attempt, &attempt->account.state_fault);
		err = otp_snapshot_not_adopted(attempt->fault);
	}
	if (err != OTP_OK)
		return attempt_fail(attempt, err);
	return attempt_answer(attempt, OTP_VERDICT_UNENROLLED);
}

/*
 * Look for a delay or a lockout before taking the lock, so that a process that
 * keeps it cannot make login attempts pile up.
 */
static enum step
attempt_peek(struct otp_attempt *attempt)
{
	const struct otp_sys *sys = attempt->host->sys;
	struct otp_snapshot *account = &attempt->account;
	struct otp_tally tally;
	enum otp_err err = sys->time(sys->context, &account->now);

	if (err != OTP_OK)
		return attempt_fail(attempt, err);
	err = otp_snapshot_peek(account, attempt->store, attempt->request->uid);
	if (err == OTP_ERR_ABSENT)
		return without_state(attempt);
	if (err == OTP_ERR_CHECKSUM)
		return STEP_CONTINUE; /* perhaps it was just being written */
	if (err != OTP_OK)
		return attempt_fail(
		    attempt, otp_snapshot_state_err(account, attempt->fault));
	if (account->state.suspended)
		return attempt_answer(attempt, OTP_VERDICT_SUSPENDED);
	if (!account->state.enrolled)
		return STEP_CONTINUE; /* there may be no seed: load looks */
	tally = *attempt->tally;
	if (otp_throttle_clamp(&tally, account->now))
		return STEP_CONTINUE; /* the clock went back: needs the lock */
	if (!otp_store_is_settled(attempt->store, attempt->request->by_other))
		return STEP_CONTINUE; /* a code being judged may be right */
	return attempt_throttle(attempt);
}

/* Lock the account, and read what the code is compared with. */
static enum step
attempt_load(struct otp_attempt *attempt)
{
	struct otp_snapshot *account = &attempt->account;
	enum otp_err err = otp_snapshot_load(account, attempt->host,
	    attempt->store, attempt->request->uid, attempt->fault);

	if (err == OTP_OK)
		err = otp_snapshot_state_err(account, attempt->fault);
	if (err == OTP_OK && account->state.suspended)
		return attempt_answer(attempt, OTP_VERDICT_SUSPENDED);
	if (err == OTP_OK && otp_snapshot_lost_seed(account) &&
	    !may_be_invitation(attempt)) {
		keep_fault(attempt, &account->seed_fault);
		err = otp_snapshot_seed_gone(attempt->fault);
	}
	if (err != OTP_OK)
		return attempt_fail(attempt, err);
	if (!otp_snapshot_has_seed(account) && !may_be_invitation(attempt))
		return attempt_answer(attempt, OTP_VERDICT_UNENROLLED);
	if (account->seed_err != OTP_OK)
		return attempt_fail(
		    attempt, otp_snapshot_seed_err(account, attempt->fault));
	return STEP_CONTINUE;
}

/* A seed without tokens and addresses has an invitation, which is compared. */
static bool
may_be_invitation(const struct otp_attempt *attempt)
{
	return attempt->account.seed_err == OTP_OK &&
	    attempt->code.typed == OTP_TYPED_RECOVERY;
}

/* If password and code were typed as one, only the seed has the length. */
static enum step
attempt_split(struct otp_attempt *attempt)
{
	unsigned digits = 0;
	size_t password = 0;
	enum otp_err err;

	if (!attempt->request->split)
		return STEP_CONTINUE;
	if (attempt->account.seed.tokens_count == 0)
		return STEP_CONTINUE; /* it has no code of this kind */
	err = otp_seed_digits(&attempt->account.seed, &digits);
	if (err != OTP_OK)
		return attempt_fail(attempt, err);
	if (otp_code_split(attempt->typed, digits, &password) != OTP_OK)
		return STEP_CONTINUE; /* still malformed */
	otp_code_read(attempt->typed + password, &attempt->code);
	attempt->answer.password_length = password;
	return STEP_CONTINUE;
}

/* During a delay or a lockout only a recovery code is compared. */
static enum step
attempt_throttle(struct otp_attempt *attempt)
{
	struct otp_answer *answer = &attempt->answer;
	const struct otp_tally *tally = attempt->tally;

	answer->failures = tally->failures;
	answer->month_failures = tally->month_failures;
	if (attempt->code.typed == OTP_TYPED_RECOVERY)
		return STEP_CONTINUE;
	switch (otp_throttle_check(tally, attempt->host->policy,
	    attempt->account.now, &answer->wait)) {
	case OTP_GATE_OPEN:
		return STEP_CONTINUE;
	case OTP_GATE_WAITING:
		return attempt_answer(attempt, OTP_VERDICT_WAITING);
	case OTP_GATE_LOCKED:
		return attempt_answer(attempt, OTP_VERDICT_LOCKED);
	}
	return attempt_answer(attempt, OTP_VERDICT_REJECT);
}

/* If the clock was set back to before the delay began, keep its new end. */
static enum otp_err
persist_clamped_delay(struct otp_attempt *attempt)
{
	struct otp_state *state = &attempt->account.state;

	if (!otp_throttle_clamp(attempt->tally, attempt->account.now))
		return OTP_OK;
	return otp_store_put(
	    attempt->store, state, OTP_PUT_COMMIT, attempt->fault);
}

/* Do the same work as for an account, so that the time is the same. */
static enum step
attempt_pretend(struct otp_attempt *attempt)
{
	const struct otp_sys *sys = attempt->host->sys;
	uint8_t secret[20]; /* not an account's */
	size_t password;
	enum otp_err err = sys->random(sys->context, secret, sizeof(secret));

	/* A missing file is not a fault here. */
	if (attempt->fault != NULL)
		*attempt->fault = (struct otp_fault){ 0 };
	if (attempt->request->split &&
	    otp_code_split(attempt->typed, OTP_DIGITS_DEFAULT, &password) ==
		OTP_OK)
		otp_code_read(attempt->typed + password, &attempt->code);
	if (err == OTP_OK)
		err = sys->time(sys->context, &attempt->account.now);
	if (err == OTP_OK)
		err = otp_verify_decoy(secret, attempt->host->policy,
		    &attempt->code, attempt->account.now);
	return err == OTP_OK ? STEP_ANSWERED : attempt_fail(attempt, err);
}
