/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/inspect.h"

#include <string.h>

#include "common/core/code.h"
#include "common/core/drift.h"
#include "common/core/oath.h"
#include "common/core/send.h"
#include "common/core/wipe.h"
#include "common/effects/snapshot.h"
#include "common/effects/txn.h"

/* A secret: wiped at the end. */
struct inspecting {
	struct otp_account *account;
	struct otp_code code;
	struct otp_snapshot snap;
	struct otp_inspection found;
};

static enum otp_err inspect_read(struct inspecting *);
static enum otp_err narrow(struct otp_seed *, const uint8_t[OTP_ID_SIZE]);
static enum otp_err inspect_judge(struct inspecting *);
static enum otp_err take_match(struct inspecting *, const struct otp_match *);
static enum otp_err explain(struct inspecting *);
static enum otp_err explain_totp(
    struct inspecting *, const struct otp_token *, struct otp_oath *);
static enum otp_err explain_hotp(
    struct inspecting *, const struct otp_token *, struct otp_oath *);
static enum otp_err next_counter(
    const struct inspecting *, const struct otp_token *, uint64_t *);
static void name_token(struct otp_inspection *, const struct otp_token *);

enum otp_err
otp_inspect(struct otp_account *account, const uint8_t *id, const char *typed,
    struct otp_inspection *ret_inspection)
{
	struct inspecting inspecting = { .account = account };
	enum otp_err err;

	account->fault = (struct otp_fault){ 0 };
	account->committed = account->partly = false;
	otp_code_read(typed, &inspecting.code);
	err = inspect_read(&inspecting);
	if (err == OTP_OK && id != NULL)
		err = narrow(&inspecting.snap.seed, id);
	if (err == OTP_OK)
		err = inspect_judge(&inspecting);
	if (err == OTP_OK)
		*ret_inspection = inspecting.found;
	otp_wipe(&inspecting, sizeof(inspecting));
	return err;
}

/* Read without the lock, which is good enough here. */
static enum otp_err
inspect_read(struct inspecting *inspecting)
{
	struct otp_snapshot *snap = &inspecting->snap;
	struct otp_account *account = inspecting->account;
	enum otp_err err = otp_snapshot_read(
	    account->host, account->subject.account, snap, &account->fault);

	if (err != OTP_OK)
		return err;
	otp_snapshot_bind(snap, account->subject.uid);
	if (otp_snapshot_lost_seed(snap))
		return otp_snapshot_seed_gone(&account->fault);
	/* The state first, as a login judges it. */
	if (snap->state_err == OTP_ERR_ABSENT &&
	    snap->seed_err != OTP_ERR_ABSENT)
		return otp_snapshot_not_adopted(&account->fault);
	if (snap->state_err != OTP_OK && snap->state_err != OTP_ERR_ABSENT)
		return otp_snapshot_state_err(snap, &account->fault);
	return otp_snapshot_enrolled(snap, &account->fault);
}

/* Remove all tokens but that with this ID. */
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

static enum otp_err
inspect_judge(struct inspecting *inspecting)
{
	struct otp_inspection *found = &inspecting->found;
	struct otp_match match = { .verdict = OTP_VERDICT_REJECT };
	const bool recovery = inspecting->code.typed == OTP_TYPED_RECOVERY;
	enum otp_err err =
	    otp_verify(&inspecting->snap.seed, &inspecting->snap.state,
		inspecting->account->host->policy, &inspecting->code,
		inspecting->snap.now, &match, &inspecting->account->fault);

	if (err == OTP_OK && match.kind == OTP_TOTP)
		err = otp_txn_check_clock(inspecting->snap.now,
		    &inspecting->account->fault); /* as a login judges it */
	if (err != OTP_OK)
		return err;
	found->verdict = match.verdict;
	found->no_code = inspecting->code.typed == OTP_TYPED_MALFORMED;
	found->gate = otp_throttle_check(&inspecting->snap.state.tally,
	    inspecting->account->host->policy, inspecting->snap.now,
	    &found->wait);
	found->suspended = inspecting->snap.state.suspended;
	found->may_be_sent = match.verdict != OTP_VERDICT_ACCEPT &&
	    match.verdict != OTP_VERDICT_REPLAY &&
	    inspecting->snap.seed.addresses_count > 0 &&
	    inspecting->code.typed == OTP_TYPED_DIGITS &&
	    inspecting->code.digits == OTP_SEND_DIGITS;
	/* A recovery code is right during a delay or a lockout, too. */
	found->accepted = match.verdict == OTP_VERDICT_ACCEPT &&
	    !found->suspended && (recovery || found->gate == OTP_GATE_OPEN);
	if (recovery)
		found->kind = match.kind == OTP_INVITATION ? OTP_INVITATION
							   : OTP_RECOVERY;
	else if (match.verdict == OTP_VERDICT_REJECT)
		return explain(inspecting);
	else if (match.verdict != OTP_VERDICT_MALFORMED)
		return take_match(inspecting, &match);
	return OTP_OK;
}

/* Fill in a code that a login accepts, or that was used. */
static enum otp_err
take_match(struct inspecting *inspecting, const struct otp_match *match)
{
	struct otp_inspection *found = &inspecting->found;
	uint64_t next = 0;
	enum otp_err err = OTP_OK;

	found->kind = match->kind;
	if (match->kind != OTP_TOTP && match->kind != OTP_HOTP)
		return OTP_OK;
	name_token(found, &inspecting->snap.seed.tokens[match->token]);
	found->drift = match->drift;
	found->drift_known = match->drift_known;
	if (match->kind == OTP_HOTP) {
		err = next_counter(inspecting,
		    &inspecting->snap.seed.tokens[match->token], &next);
		found->ahead = (int32_t)(match->spends[0].value - 1 - next);
		found->ahead_known = err == OTP_OK;
	}
	return err;
}

/* The code is wrong, but may be right at another time or counter. */
static enum otp_err
explain(struct inspecting *inspecting)
{
	const struct otp_seed *seed = &inspecting->snap.seed;
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
			    ? explain_hotp(inspecting, token, oath)
			    : explain_totp(inspecting, token, oath);
		otp_oath_free(oath);
		if (found->drift_known || found->ahead_known)
			break;
	}
	return err;
}

static enum otp_err
explain_totp(struct inspecting *inspecting, const struct otp_token *token,
    struct otp_oath *oath)
{
	struct otp_inspection *found = &inspecting->found;
	enum otp_err err = otp_drift_totp(oath, token, inspecting->code.value,
	    inspecting->snap.now, OTP_ENROL_DRIFT_MAX, &found->drift_known,
	    &found->drift);

	found->by_time = true;
	if (err == OTP_OK && found->drift_known)
		name_token(found, token);
	return err;
}

static enum otp_err
explain_hotp(struct inspecting *inspecting, const struct otp_token *token,
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
	found->by_counter = true;
	first = next > OTP_RESYNC_RANGE ? next - OTP_RESYNC_RANGE : 0;
	err = otp_drift_hotp(oath, token, value, next, OTP_RESYNC_RANGE,
	    &found->ahead_known, &counter);
	if (err == OTP_OK && !found->ahead_known)
		err = otp_drift_hotp(oath, token, value, first, next - first,
		    &found->ahead_known, &counter);
	if (err == OTP_OK && found->ahead_known) {
		found->ahead = (int32_t)((int64_t)counter - (int64_t)next);
		name_token(found, token);
	}
	return err;
}

/* The next counter of an HOTP token, or UINT64_MAX if it is unknown. */
static enum otp_err
next_counter(const struct inspecting *inspecting, const struct otp_token *token,
    uint64_t *ret_next)
{
	const struct otp_credential *credential;
	uint8_t id[OTP_ID_SIZE];
	enum otp_err err = otp_token_id(token, id);

	if (err != OTP_OK)
		return err;
	credential = otp_state_find(&inspecting->snap.state, OTP_HOTP, id);
	*ret_next = token->counter;
	if (credential != NULL && credential->value > *ret_next)
		*ret_next = credential->value;
	return OTP_OK;
}

/* Which token and time or counter the code is right for, or would be. */
static void
name_token(struct otp_inspection *found, const struct otp_token *token)
{
	found->kind = token->kind;
	memcpy(found->token, token->label, sizeof(found->token));
}
