/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/attempt.h"

#include <string.h>

#include "common/core/calendar.h"
#include "common/core/code.h"
#include "common/core/seed.h"
#include "common/core/throttle.h"
#include "common/core/wipe.h"
#include "common/effects/snapshot.h"
#include "common/effects/tell.h"
#include "common/store/store.h"

/* One try, from the typed text to the answer.  A secret: wiped at the end. */
struct attempt {
	const struct otp_host *host;
	const struct otp_request *request;
	const char *typed;
	struct otp_code code; /* what TYPED is */
	struct otp_store *store;
	struct otp_snapshot account;
	struct otp_answer answer;
	bool charged; /* in the store */
	enum otp_err err;
	struct otp_fault *fault;
};

/* What a step of a try leads to.  Zero is a failure. */
enum step {
	STEP_ERROR = 0, /* nothing could be judged: 'err' */
	STEP_ANSWERED,	/* 'answer' */
	STEP_CONTINUE,
};

static enum step attempt_parse(struct attempt *);
static bool can_be_code(struct attempt *);
static enum step attempt_account(struct attempt *);
static enum step attempt_pretend(struct attempt *);
static enum step attempt_peek(struct attempt *);
static enum step attempt_compare(struct attempt *);
static bool attempt_begin_again(struct attempt *);
static enum step attempt_load(struct attempt *);
static bool may_be_invitation(const struct attempt *);
static enum step attempt_split(struct attempt *);
static enum step attempt_throttle(struct attempt *);
static enum step attempt_judge(struct attempt *);
static enum otp_err attempt_repeat(struct attempt *, const struct otp_match *);
static bool drop_timed(struct attempt *);
static enum step attempt_untimely(struct attempt *);
static enum otp_err attempt_charge(
    struct attempt *, const struct otp_login_mark *);
static enum otp_err attempt_give_back(
    struct attempt *, const struct otp_tallies *, enum otp_err);
static bool may_be_sent(const struct attempt *);
static enum otp_err verify_sent(struct attempt *, struct otp_match *);
static enum otp_err attempt_settle(struct attempt *, const struct otp_match *,
    const struct otp_tallies *, const struct otp_login_mark *);
static bool has_news(const struct otp_answer *);
static enum otp_err persist_clamped_delay(struct attempt *);
static bool is_benign(const struct attempt *, const struct otp_match *);
static struct otp_tally *attempt_tally(struct attempt *);
static void fill_last(struct attempt *);
static void fill_news(struct attempt *, const struct otp_tallies *);
static void fill_answer(struct attempt *, const struct otp_match *);

static enum step
attempt_fail(struct attempt *attempt, enum otp_err err)
{
	attempt->err = err;
	return STEP_ERROR;
}

static enum step
attempt_answer(struct attempt *attempt, enum otp_verdict verdict)
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
	struct attempt attempt = {
		.host = host,
		.request = request,
		.typed = typed,
		.answer = { .verdict = OTP_VERDICT_REJECT, .last_success = -1 },
		.fault = fault,
	};
	enum step step;
	enum otp_err err;

	*ret_answer = attempt.answer;
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
attempt_parse(struct attempt *attempt)
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
can_be_code(struct attempt *attempt)
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
attempt_account(struct attempt *attempt)
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
attempt_begin_again(struct attempt *attempt)
{
	if (attempt->err != OTP_ERR_CONFLICT || attempt->charged)
		return false;
	otp_wipe(&attempt->account, sizeof(attempt->account));
	attempt->answer = (struct otp_answer){ .verdict = OTP_VERDICT_REJECT,
		.last_success = -1 };
	attempt->err = OTP_OK;
	return attempt_parse(attempt) == STEP_CONTINUE;
}

static enum step
attempt_compare(struct attempt *attempt)
{
	enum step step = attempt_load(attempt);

	if (step != STEP_CONTINUE)
		return step;
	step = attempt_split(attempt);
	if (step != STEP_CONTINUE)
		return step;
	step = attempt_throttle(attempt);
	if (step == STEP_CONTINUE)
		return attempt_judge(attempt);
	attempt->err = persist_clamped_delay(attempt);
	return attempt->err == OTP_OK ? step : STEP_ERROR;
}

/* FAULT names the file; what is said of it follows. */
static void
keep_fault(struct attempt *attempt, const struct otp_fault *fault)
{
	if (attempt->fault != NULL)
		*attempt->fault = *fault;
}

static enum step
without_state(struct attempt *attempt)
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
attempt_peek(struct attempt *attempt)
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
	tally = *attempt_tally(attempt);
	if (otp_throttle_clamp(&tally, account->now))
		return STEP_CONTINUE; /* the clock went back: needs the lock */
	if (!otp_store_is_settled(attempt->store, attempt->request->by_other))
		return STEP_CONTINUE; /* a code being judged may be right */
	return attempt_throttle(attempt);
}

/* Lock the account, and read what the code is compared with. */
static enum step
attempt_load(struct attempt *attempt)
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
may_be_invitation(const struct attempt *attempt)
{
	return attempt->account.seed_err == OTP_OK &&
	    attempt->code.typed == OTP_TYPED_RECOVERY;
}

/* If password and code were typed as one, only the seed has the length. */
static enum step
attempt_split(struct attempt *attempt)
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
attempt_throttle(struct attempt *attempt)
{
	struct otp_answer *answer = &attempt->answer;
	const struct otp_tally *tally = attempt_tally(attempt);

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
persist_clamped_delay(struct attempt *attempt)
{
	struct otp_state *state = &attempt->account.state;

	if (!otp_throttle_clamp(attempt_tally(attempt), attempt->account.now))
		return OTP_OK;
	return otp_store_put(
	    attempt->store, state, OTP_PUT_COMMIT, attempt->fault);
}

/* charge -> verify -> commit */
static enum step
attempt_judge(struct attempt *attempt)
{
	struct otp_snapshot *account = &attempt->account;
	const struct otp_tallies before = { account->state.tally,
		account->state.others };
	struct otp_match match = { .verdict = OTP_VERDICT_REJECT };
	struct otp_login_mark mark;
	enum otp_err err;
	bool timed;

	if (!otp_verify_comparable(&account->seed, &attempt->code))
		return attempt_answer(attempt, OTP_VERDICT_MALFORMED);
	err = otp_verify_repeated(
	    &account->seed, &account->state, &attempt->code, &match);
	if (err == OTP_OK && match.verdict == OTP_VERDICT_REPLAY)
		err = attempt_repeat(attempt, &match);
	if (err != OTP_OK)
		return attempt_fail(attempt, err);
	if (match.verdict == OTP_VERDICT_REPLAY)
		return attempt_answer(attempt, match.verdict);
	timed = drop_timed(attempt);
	if (timed && !otp_verify_comparable(&account->seed, &attempt->code))
		return attempt_untimely(attempt);
	otp_login_mark_set(&mark, account->now, attempt->request->service,
	    attempt->request->host);
	err = attempt_charge(attempt, &mark);
	if (err != OTP_OK)
		return attempt_fail(attempt, err);
	err = otp_verify(&account->seed, &account->state, attempt->host->policy,
	    &attempt->code, account->now, &match, attempt->fault);
	if (err == OTP_OK && match.verdict == OTP_VERDICT_REJECT &&
	    may_be_sent(attempt))
		err = verify_sent(attempt, &match);
	/* What nothing uses up could be accepted again. */
	if (match.verdict == OTP_VERDICT_ACCEPT && match.spends_count == 0)
		match.verdict = OTP_VERDICT_REJECT;
	if (err != OTP_OK)
		return attempt_fail(
		    attempt, attempt_give_back(attempt, &before, err));
	attempt->answer.benign = is_benign(attempt, &match);
	err = attempt_settle(attempt, &match, &before, &mark);
	if (err != OTP_OK)
		return attempt_fail(attempt, err);
	if (timed && match.verdict == OTP_VERDICT_REJECT)
		return attempt_untimely(attempt);
	if (match.verdict == OTP_VERDICT_REJECT &&
	    !otp_snapshot_has_seed(account))
		return attempt_answer(attempt, OTP_VERDICT_UNENROLLED);
	fill_answer(attempt, &match);
	return attempt_answer(attempt, match.verdict);
}

/*
 * Where the clock is wrong, no code is compared that would be right by it: it
 * may have been used when that time was.  Returns whether there is a token or
 * an address that the code could be of.
 */
static bool
drop_timed(struct attempt *attempt)
{
	struct otp_seed *seed = &attempt->account.seed;
	unsigned kept = 0;
	bool dropped = false;

	if (attempt->account.now >= OTP_CALENDAR_EARLIEST ||
	    attempt->code.typed != OTP_TYPED_DIGITS)
		return false;
	for (unsigned i = 0; i < seed->tokens_count; i++) {
		if (seed->tokens[i].kind != OTP_TOTP)
			seed->tokens[kept++] = seed->tokens[i];
		else if (seed->tokens[i].digits == attempt->code.digits)
			dropped = true;
	}
	seed->tokens_count = kept;
	if (seed->addresses_count > 0 &&
	    attempt->code.digits == OTP_SEND_DIGITS)
		dropped = true;
	seed->addresses_count = 0;
	return dropped;
}

/* A code of other tokens was charged: without that, guesses would be free. */
static enum step
attempt_untimely(struct attempt *attempt)
{
	return attempt_fail(attempt,
	    otp_fault_set(attempt->fault, OTP_ERR_CLOCK, 0, NULL,
		OTP_DETAIL_CLOCK_EARLY));
}

/*
 * One of the last accepted codes once more: it is counted, but not charged, so
 * a client that repeats it does not block its user.
 */
static enum otp_err
attempt_repeat(struct attempt *attempt, const struct otp_match *match)
{
	struct otp_state *state = &attempt->account.state;
	const int64_t now = attempt->account.now;

	attempt->answer.benign = is_benign(attempt, match);
	fill_answer(attempt, match);
	if (attempt->answer.benign ||
	    !otp_throttle_replay(attempt_tally(attempt), now))
		return OTP_OK;
	return otp_store_put(
	    attempt->store, state, OTP_PUT_CHARGE, attempt->fault);
}

/* A try is charged, in the file, before its code is compared. */
static enum otp_err
attempt_charge(struct attempt *attempt, const struct otp_login_mark *mark)
{
	struct otp_state *state = &attempt->account.state;
	enum otp_err err;

	if (attempt->code.typed == OTP_TYPED_RECOVERY)
		return OTP_OK; /* it cannot be guessed */
	otp_throttle_charge(
	    attempt_tally(attempt), attempt->host->policy, mark);
	otp_tell_charge(&attempt->account, attempt->request,
	    attempt->host->policy, &attempt->answer.told);
	err = otp_store_put(
	    attempt->store, state, OTP_PUT_CHARGE, attempt->fault);
	attempt->charged = err == OTP_OK;
	return err;
}

/*
 * Nothing is sent for a program of the user: a code that it has was sent for
 * another login, and proves no change of the account.
 */
static bool
may_be_sent(const struct attempt *attempt)
{
	return !attempt->request->by_other &&
	    attempt->account.seed.addresses_count > 0;
}

/* No token has the code: it may have been sent for this login. */
static enum otp_err
verify_sent(struct attempt *attempt, struct otp_match *match)
{
	const struct otp_snapshot *account = &attempt->account;
	uint8_t occasion[OTP_OCCASION_SIZE];
	struct otp_match sent = { .verdict = OTP_VERDICT_REJECT };
	enum otp_err err = otp_send_occasion(
	    attempt->request->service, attempt->request->host, occasion);

	if (err == OTP_OK)
		err = otp_verify_sent(&account->seed, &account->state,
		    &attempt->code, occasion, account->now, &sent);
	if (err == OTP_OK && sent.verdict == OTP_VERDICT_ACCEPT)
		*match = sent;
	return err;
}

/*
 * The code was right, but cannot be judged: that is not a guess, so the charge
 * is given back.  On any other error the charge stands; otherwise a caller who
 * can force an allocation failure could guess for free.
 */
static enum otp_err
attempt_give_back(struct attempt *attempt, const struct otp_tallies *before,
    enum otp_err verified)
{
	struct otp_state *state = &attempt->account.state;
	enum otp_err err;

	if (verified != OTP_ERR_NO_STATE && verified != OTP_ERR_LIMIT)
		return verified;
	if (attempt->code.typed == OTP_TYPED_RECOVERY)
		return verified;
	state->tally = before->tally;
	state->others = before->others;
	err = otp_store_put(
	    attempt->store, state, OTP_PUT_CHARGE, attempt->fault);
	return err == OTP_OK ? verified : err;
}

/* Write what follows from the verdict, before it is returned. */
static enum otp_err
attempt_settle(struct attempt *attempt, const struct otp_match *match,
    const struct otp_tallies *before, const struct otp_login_mark *mark)
{
	struct otp_state *state = &attempt->account.state;
	enum otp_put put;
	enum otp_err err;

	if (match->verdict != OTP_VERDICT_REJECT)
		attempt->answer.told.notice.kind = OTP_NOTICE_NONE;
	if (match->verdict != OTP_VERDICT_ACCEPT &&
	    attempt->code.typed == OTP_TYPED_RECOVERY)
		return OTP_OK; /* nothing was charged */
	if (match->verdict == OTP_VERDICT_ACCEPT) {
		fill_last(attempt);
		otp_verify_spend(match, attempt->account.now, state);
		state->last_success = *mark;
		state->enrolled = true;
		otp_tell_accept(&attempt->account, attempt->request,
		    match->kind, &attempt->answer.told);
		if (match->kind != OTP_RECOVERY)
			attempt->answer.device_left = otp_known_remember(
			    &attempt->account, attempt->request->uid,
			    &attempt->request->device);
		if (attempt->answer.device_left == 0)
			otp_tell_no_device(&attempt->answer.told);
		otp_known_note_owner(&attempt->account, attempt->request->uid,
		    &attempt->request->owner);
	}
	put = otp_throttle_settle(
	    state, attempt->request->by_other, before, match->verdict);
	if (match->verdict == OTP_VERDICT_ACCEPT)
		fill_news(attempt, before);
	if (match->verdict == OTP_VERDICT_REPLAY && !attempt->answer.benign)
		(void)otp_throttle_replay(attempt_tally(attempt), mark->time);
	err = otp_store_put(attempt->store, state, put, attempt->fault);
	if (err == OTP_OK && has_news(&attempt->answer))
		err = otp_store_load(attempt->store, state, attempt->fault);
	if (err == OTP_OK && has_news(&attempt->answer))
		attempt->answer.generation = state->generation;
	return err;
}

static bool
has_news(const struct otp_answer *answer)
{
	return answer->unreported > 0 || answer->replays > 0;
}

/*
 * Whether the code was used a moment ago from the same host, or the local
 * caller already is that user and came from another host: ssh followed by sudo,
 * which does not know the remote host.
 */
static bool
is_benign(const struct attempt *attempt, const struct otp_match *match)
{
	const struct otp_snapshot *account = &attempt->account;
	const struct otp_login_mark *success = &account->state.last_success;
	const struct otp_token *token = &account->seed.tokens[match->token];

	return match->verdict == OTP_VERDICT_REPLAY &&
	    match->kind == OTP_TOTP && success->time <= account->now &&
	    account->now - success->time <= 2 * (int64_t)token->period &&
	    (attempt->request->same_user ||
		strncmp(success->host, attempt->request->host, OTP_HOST_SIZE) ==
		    0);
}

/* The one under which this is tried. */
static struct otp_tally *
attempt_tally(struct attempt *attempt)
{
	return otp_throttle_tally(
	    &attempt->account.state, attempt->request->by_other);
}

/* The login before this one. */
static void
fill_last(struct attempt *attempt)
{
	const int64_t last = attempt->account.state.last_success.time;

	if (last > 0 && last <= attempt->account.now)
		attempt->answer.last_success = attempt->account.now - last;
}

/*
 * What the user may want to know at this login, which is settled.  Where wrong
 * codes of root's callers ended, the host is that of the last one of these.
 */
static void
fill_news(struct attempt *attempt, const struct otp_tallies *before)
{
	struct otp_answer *answer = &attempt->answer;
	const struct otp_state *state = &attempt->account.state;
	const struct otp_tally *last = &state->tally;

	if ((attempt->request->by_other || before->tally.failures == 0) &&
	    last->last_failure.time < state->others.last_failure.time)
		last = &state->others;
	answer->unreported = state->unreported;
	answer->replays = state->tally.replays + state->others.replays;
	memcpy(answer->failure_host, last->last_failure.host, OTP_HOST_SIZE);
}

/* Everything but the verdict. */
static void
fill_answer(struct attempt *attempt, const struct otp_match *match)
{
	struct otp_answer *answer = &attempt->answer;
	const struct otp_snapshot *account = &attempt->account;
	const struct otp_tally *tally = attempt_tally(attempt);

	answer->kind = match->kind;
	if (match->kind == OTP_TOTP || match->kind == OTP_HOTP)
		memcpy(answer->token, account->seed.tokens[match->token].label,
		    OTP_LABEL_SIZE);
	else if (match->kind == OTP_DELIVERED)
		otp_address_method(
		    &account->seed.addresses[match->token], answer->method);
	answer->drift = match->drift;
	answer->drift_known = match->drift_known;
	answer->failures = tally->failures;
	answer->month_failures = tally->month_failures;
	(void)otp_throttle_check(
	    tally, attempt->host->policy, account->now, &answer->wait);
	answer->recovery_known = account->seed.recovery_count > 0;
	answer->recovery_left = otp_snapshot_recovery(account).unused;
}

/*
 * This comes after the login is decided, so it must not wait: another process
 * may have the account locked.  A charge is enough: if a power cut takes it,
 * the user is told twice.
 */
bool
otp_attempt_told(const struct otp_host *host, const struct otp_request *request,
    const struct otp_answer *answer)
{
	struct otp_store *store = NULL;
	struct otp_state state;
	bool noted = false;

	if (!has_news(answer) ||
	    otp_store_open(host->store, request->account, &store, NULL) !=
		OTP_OK)
		return false;
	if (otp_store_look(store, &state, NULL) == OTP_OK &&
	    otp_store_is_locked(store) &&
	    state.generation == answer->generation) {
		otp_throttle_told(&state, answer->replays);
		noted = otp_store_put(store, &state, OTP_PUT_CHARGE, NULL) ==
		    OTP_OK;
	}
	otp_store_close(store);
	return noted;
}

/* Do the same work as for an account, so that the time is the same. */
static enum step
attempt_pretend(struct attempt *attempt)
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
