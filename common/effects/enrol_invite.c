/* SPDX-License-Identifier: BSD-2-Clause */
/* Invitations: a seed line with which its owner can enroll. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "common/core/code.h"
#include "common/core/wipe.h"
#include "common/effects/enrol.h"
#include "common/effects/txn.h"

static enum otp_err judge_invitation(
    struct otp_txn *, const char *, enum otp_verdict *);
static enum otp_err check_free(struct otp_txn *, bool);
static enum otp_err check_end(const struct otp_txn *, int64_t);
static enum otp_err write_invitation(struct otp_txn *, struct otp_seed *);

enum otp_err
otp_enrol_invite(struct otp_account *account, bool replace,
    const struct otp_recovery_set *set)
{
	struct otp_txn txn;
	struct otp_seed seed = { 0 };
	enum otp_err err = otp_txn_open(&txn, account);

	if (err == OTP_OK)
		err = check_free(&txn, replace);
	if (err == OTP_OK)
		err = otp_txn_need_state(&txn);
	/* Read again, if the state is new. */
	if (err == OTP_OK)
		err = check_free(&txn, replace);
	if (err == OTP_OK)
		err = check_end(&txn, set->until);
	if (err == OTP_OK && txn.snap.seed_err == OTP_OK)
		seed = txn.snap.seed;
	if (err == OTP_OK) {
		seed.invited = true;
		seed.invitation = set->kept[0];
		seed.invitation.until = set->until;
		err = write_invitation(&txn, &seed);
	}
	otp_txn_close(&txn);
	otp_wipe(&seed, sizeof(seed));
	return err;
}

enum otp_err
otp_enrol_begin_invited(struct otp_account *account, const char *typed,
    const struct otp_token *token, struct otp_enrolment *ret_enrolment)
{
	struct otp_enrolment invited = { .mode = OTP_ENROL_REPLACE };
	enum otp_verdict verdict = OTP_VERDICT_REJECT;
	enum otp_err err =
	    otp_enrol_by_invitation(account, typed, &invited, &verdict);

	if (err == OTP_OK && verdict != OTP_VERDICT_INVITED)
		err = OTP_ERR_CONFLICT;
	if (err == OTP_OK)
		err = otp_enrol_begin(
		    account, OTP_ENROL_REPLACE, token, ret_enrolment);
	if (err != OTP_OK)
		return err;
	ret_enrolment->by_user = ret_enrolment->invited = true;
	memcpy(ret_enrolment->invitation, invited.invitation,
	    sizeof(invited.invitation));
	return OTP_OK;
}

enum otp_err
otp_enrol_by_invitation(struct otp_account *account, const char *typed,
    struct otp_enrolment *enrolment, enum otp_verdict *ret_verdict)
{
	struct otp_txn txn;
	const struct otp_seed *seed = &txn.snap.seed;
	enum otp_verdict verdict = OTP_VERDICT_REJECT;
	enum otp_err err = otp_txn_open(&txn, account);

	if (err == OTP_OK)
		err = otp_txn_state_err(&txn);
	if (err == OTP_OK)
		err = otp_txn_seed_err(&txn);
	if (err == OTP_OK && seed->invited)
		err = judge_invitation(&txn, typed, &verdict);
	else if (err == OTP_ERR_ABSENT)
		err = OTP_OK;
	if (err == OTP_OK && verdict == OTP_VERDICT_INVITED) {
		enrolment->by_user = enrolment->invited = true;
		otp_recovery_id(&seed->invitation, enrolment->invitation);
	}
	otp_txn_close(&txn);
	if (err == OTP_OK)
		*ret_verdict = verdict;
	return err;
}

/*
 * As at a login, but without anything else that the account has: an invitation
 * is never accepted here, since it uses nothing up yet.
 */
static enum otp_err
judge_invitation(
    struct otp_txn *txn, const char *typed, enum otp_verdict *ret_verdict)
{
	const struct otp_snapshot *snap = &txn->snap;
	struct otp_account *account = txn->account;
	const struct otp_seed only = { .invited = true,
		.invitation = snap->seed.invitation };
	struct otp_match match = { .verdict = OTP_VERDICT_REJECT };
	struct otp_code code;
	enum otp_err err;

	otp_code_read(typed, &code);
	err = otp_verify(&only, &snap->state, account->host->policy, &code,
	    snap->now, &match, &account->fault);
	otp_wipe(&code, sizeof(code));
	if (err == OTP_OK && match.verdict != OTP_VERDICT_ACCEPT)
		*ret_verdict = match.verdict;
	return err;
}

/* What an invitation replaces must be known, and meant to be replaced. */
static enum otp_err
check_free(struct otp_txn *txn, bool replace)
{
	const struct otp_snapshot *snap = &txn->snap;
	struct otp_fault *fault = &txn->account->fault;
	bool ours = false;
	enum otp_err err = OTP_OK;

	if (snap->seed_err != OTP_OK && snap->seed_err != OTP_ERR_ABSENT)
		return otp_txn_seed_err(txn);
	if (snap->state_err != OTP_OK && snap->state_err != OTP_ERR_ABSENT)
		return otp_txn_state_err(txn);
	if (snap->state_err == OTP_ERR_ABSENT && otp_snapshot_has_seed(snap))
		return otp_snapshot_not_adopted(fault);
	if (!replace &&
	    (otp_snapshot_has_seed(snap) || otp_snapshot_lost_seed(snap)))
		return OTP_ERR_EXISTS;
	err = otp_store_check_uid(
	    txn->store, txn->account->subject.uid, &ours, fault);
	if (err == OTP_OK && ours && snap->state_err == OTP_ERR_ABSENT)
		err = otp_fault_set(fault, OTP_ERR_NO_STATE, ENOENT, NULL,
		    OTP_DETAIL_STATE_GONE);
	return err;
}

static enum otp_err
check_end(const struct otp_txn *txn, int64_t until)
{
	enum otp_err err =
	    otp_txn_check_clock(txn->snap.now, &txn->account->fault);

	return err == OTP_OK && until <= txn->snap.now ? OTP_ERR_CONFLICT : err;
}

/* The state knows the invitation before the seed has it. */
static enum otp_err
write_invitation(struct otp_txn *txn, struct otp_seed *seed)
{
	struct otp_credential *credential = NULL;
	enum otp_err err =
	    otp_txn_claim_invitation(txn, seed, &seed->invitation, &credential);

	if (err == OTP_OK)
		err = otp_txn_end_invitation(txn, seed);
	if (err == OTP_OK)
		err = otp_txn_commit(txn);
	return err == OTP_OK ? otp_txn_put_seed(txn, seed) : err;
}
