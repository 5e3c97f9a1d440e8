/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "common/core/calendar.h"
#include "common/core/seed.h"
#include "common/core/verify.h"
#include "common/effects/attempt_internal.h"
#include "common/effects/known.h"
#include "common/effects/tell.h"

static bool is_comparable(const struct otp_attempt *);
static enum otp_err attempt_repeated(struct otp_attempt *, struct otp_match *);
static bool drop_timed(struct otp_attempt *);
static enum otp_err attempt_untimely(struct otp_attempt *);
static enum otp_err attempt_charge(
    struct otp_attempt *, const struct otp_login_mark *);
static enum otp_err attempt_match(struct otp_attempt *, struct otp_match *);
static bool may_be_sent(const struct otp_attempt *);
static enum otp_err verify_sent(struct otp_attempt *, struct otp_match *);
static enum otp_err attempt_give_back(
    struct otp_attempt *, const struct otp_tallies *, enum otp_err);
static enum otp_err attempt_settle(struct otp_attempt *,
    const struct otp_match *, const struct otp_tallies *,
    const struct otp_login_mark *);
static void settle_accepted(struct otp_attempt *, const struct otp_match *,
    const struct otp_login_mark *);
static bool is_benign(const struct otp_attempt *, const struct otp_match *);
static void fill_last(struct otp_attempt *);
static void fill_answer(struct otp_attempt *, const struct otp_match *);

enum otp_err
otp_attempt_judge(struct otp_attempt *attempt)
{
	struct otp_snapshot *account = &attempt->account;
	const struct otp_tallies before = { account->state.tally,
		account->state.others };
	struct otp_match match = { .verdict = OTP_VERDICT_REJECT };
	struct otp_login_mark mark;
	enum otp_err err;
	bool timed;

	if (!is_comparable(attempt)) {
		attempt->answer.verdict = OTP_VERDICT_MALFORMED;
		return OTP_OK;
	}
	err = attempt_repeated(attempt, &match);
	if (err != OTP_OK || match.verdict == OTP_VERDICT_REPLAY)
		return err;
	timed = drop_timed(attempt);
	if (timed && !is_comparable(attempt))
		return attempt_untimely(attempt);
	otp_login_mark_set(&mark, account->now, attempt->request->service,
	    attempt->request->host);
	err = attempt_charge(attempt, &mark);
	if (err != OTP_OK)
		return err;
	err = attempt_match(attempt, &match);
	if (err != OTP_OK)
		return attempt_give_back(attempt, &before, err);
	attempt->answer.benign = is_benign(attempt, &match);
	err = attempt_settle(attempt, &match, &before, &mark);
	if (err != OTP_OK)
		return err;
	if (timed && match.verdict == OTP_VERDICT_REJECT)
		return attempt_untimely(attempt);
	fill_answer(attempt, &match);
	return OTP_OK;
}

static bool
is_comparable(const struct otp_attempt *attempt)
{
	return otp_verify_comparable(&attempt->account.seed, &attempt->code);
}

/*
 * One of the last accepted codes once more: it is counted, but not charged, so
 * a client that repeats it does not block its user.
 */
static enum otp_err
attempt_repeated(struct otp_attempt *attempt, struct otp_match *match)
{
	struct otp_snapshot *account = &attempt->account;
	enum otp_err err = otp_verify_repeated(
	    &account->seed, &account->state, &attempt->code, match);

	if (err != OTP_OK || match->verdict != OTP_VERDICT_REPLAY)
		return err;
	attempt->answer.benign = is_benign(attempt, match);
	fill_answer(attempt, match);
	if (attempt->answer.benign ||
	    !otp_throttle_replay(attempt->tally, account->now))
		return OTP_OK;
	return otp_store_put(
	    attempt->store, &account->state, OTP_PUT_CHARGE, attempt->fault);
}

/*
 * Where the clock is wrong, no code is compared that would be right by it: it
 * may have been used when that time was.  Returns whether there is a token or
 * an address that the code could be of.
 */
static bool
drop_timed(struct otp_attempt *attempt)
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
static enum otp_err
attempt_untimely(struct otp_attempt *attempt)
{
	return otp_fault_set(
	    attempt->fault, OTP_ERR_CLOCK, 0, NULL, OTP_DETAIL_CLOCK_EARLY);
}

/* A try is charged, in the file, before its code is compared. */
static enum otp_err
attempt_charge(struct otp_attempt *attempt, const struct otp_login_mark *mark)
{
	struct otp_state *state = &attempt->account.state;
	enum otp_err err;

	if (attempt->code.typed == OTP_TYPED_RECOVERY)
		return OTP_OK; /* it cannot be guessed */
	otp_throttle_charge(attempt->tally, attempt->host->policy, mark);
	otp_tell_charge(&attempt->account, attempt->request,
	    attempt->host->policy, &attempt->answer.told);
	err = otp_store_put(
	    attempt->store, state, OTP_PUT_CHARGE, attempt->fault);
	attempt->charged = err == OTP_OK;
	return err;
}

/* Compare the code with all that the account has. */
static enum otp_err
attempt_match(struct otp_attempt *attempt, struct otp_match *match)
{
	const struct otp_snapshot *account = &attempt->account;
	enum otp_err err =
	    otp_verify(&account->seed, &account->state, attempt->host->policy,
		&attempt->code, account->now, match, attempt->fault);

	if (err == OTP_OK && match->verdict == OTP_VERDICT_REJECT &&
	    may_be_sent(attempt))
		err = verify_sent(attempt, match);
	/* What nothing uses up could be accepted again. */
	if (match->verdict == OTP_VERDICT_ACCEPT && match->spends_count == 0)
		match->verdict = OTP_VERDICT_REJECT;
	return err;
}

/*
 * Nothing is sent for a program of the user: a code that it has was sent for
 * another login, and proves no change of the account.
 */
static bool
may_be_sent(const struct otp_attempt *attempt)
{
	return !attempt->request->by_other &&
	    attempt->account.seed.addresses_count > 0;
}

/* No token has the code: it may have been sent for this login. */
static enum otp_err
verify_sent(struct otp_attempt *attempt, struct otp_match *match)
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
attempt_give_back(struct otp_attempt *attempt, const struct otp_tallies *before,
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
attempt_settle(struct otp_attempt *attempt, const struct otp_match *match,
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
	if (match->verdict == OTP_VERDICT_ACCEPT)
		settle_accepted(attempt, match, mark);
	put = otp_throttle_settle(
	    state, attempt->request->by_other, before, match->verdict);
	if (match->verdict == OTP_VERDICT_ACCEPT)
		otp_attempt_fill_news(&attempt->answer, state, before,
		    attempt->request->by_other);
	if (match->verdict == OTP_VERDICT_REPLAY && !attempt->answer.benign)
		(void)otp_throttle_replay(attempt->tally, mark->time);
	err = otp_store_put(attempt->store, state, put, attempt->fault);
	if (err != OTP_OK || !otp_attempt_has_news(&attempt->answer))
		return err;
	err = otp_store_load(attempt->store, state, attempt->fault);
	attempt->answer.generation = state->generation;
	return err;
}

/* The code is used up by its login, which the state remembers. */
static void
settle_accepted(struct otp_attempt *attempt, const struct otp_match *match,
    const struct otp_login_mark *mark)
{
	const struct otp_request *request = attempt->request;
	struct otp_snapshot *account = &attempt->account;
	struct otp_answer *answer = &attempt->answer;

	fill_last(attempt);
	otp_verify_spend(match, account->now, &account->state);
	account->state.last_success = *mark;
	account->state.enrolled = true;
	otp_tell_accept(account, request, match->kind, &answer->told);
	if (match->kind != OTP_RECOVERY)
		answer->device_left =
		    otp_known_remember(account, request->uid, &request->device);
	if (answer->device_left == 0)
		otp_tell_no_device(&answer->told);
	otp_known_note_owner(account, request->uid, &request->owner);
}

/*
 * Whether the code was used a moment ago from the same host, or the local
 * caller already is that user and came from another host: ssh followed by sudo,
 * which does not know the remote host.
 */
static bool
is_benign(const struct otp_attempt *attempt, const struct otp_match *match)
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

/* The login before this one. */
static void
fill_last(struct otp_attempt *attempt)
{
	const int64_t last = attempt->account.state.last_success.time;

	if (last > 0 && last <= attempt->account.now)
		attempt->answer.last_success = attempt->account.now - last;
}

static void
fill_answer(struct otp_attempt *attempt, const struct otp_match *match)
{
	struct otp_answer *answer = &attempt->answer;
	const struct otp_snapshot *account = &attempt->account;
	const struct otp_tally *tally = attempt->tally;

	answer->verdict = match->verdict;
	if (match->verdict == OTP_VERDICT_REJECT &&
	    !otp_snapshot_has_seed(account)) {
		answer->verdict = OTP_VERDICT_UNENROLLED;
		return;
	}
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
