/* SPDX-License-Identifier: BSD-2-Clause */
/* Invitations: a seed line with which its owner can enroll. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "common/core/code.h"
#include "common/core/wipe.h"
#include "common/effects/enrol.h"
#include "common/effects/txn.h"

static enum otp_err find_invitation(
    struct otp_account *, const char *, uint8_t[OTP_ID_SIZE]);
static enum otp_err judge_invitation(
    const struct otp_snapshot *, const char *, uint8_t[OTP_ID_SIZE]);
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
	uint8_t id[OTP_ID_SIZE];
	enum otp_err err = find_invitation(account, typed, id);

	if (err == OTP_OK)
		err = otp_enrol_begin(
		    account, OTP_ENROL_REPLACE, token, ret_enrolment);
	if (err != OTP_OK)
		return err;
	ret_enrolment->by_user = ret_enrolment->invited = true;
	memcpy(ret_enrolment->invitation, id, sizeof(id));
	return OTP_OK;
}

static enum otp_err
find_invitation(
    struct otp_account *account, const char *typed, uint8_t ret_id[OTP_ID_SIZE])
{
	struct otp_txn txn;
	enum otp_err err = otp_txn_open(&txn, account);

	if (err == OTP_OK)
		err = otp_txn_state_err(&txn);
	if (err == OTP_OK)
		err = otp_txn_seed_err(&txn);
	if (err == OTP_OK)
		err = judge_invitation(&txn.snap, typed, ret_id);
	else if (err == OTP_ERR_ABSENT)
		err = OTP_ERR_CONFLICT;
	otp_txn_close(&txn);
	return err;
}

static enum otp_err
judge_invitation(const struct otp_snapshot *snap, const char *typed,
    uint8_t ret_id[OTP_ID_SIZE])
{
	const struct otp_recovery *invitation = &snap->seed.invitation;
	struct otp_code code;
	bool same = false;
	enum otp_err err = OTP_OK;

	otp_code_read(typed, &code);
	if (snap->seed.invited && code.typed == OTP_TYPED_RECOVERY)
		err = otp_recovery_check(invitation, code.recovery, &same);
	otp_wipe(&code, sizeof(code));
	if (err != OTP_OK)
		return err;
	if (!same || !otp_recovery_is_valid(invitation, snap->now) ||
	    otp_state_invitation(&snap->state, invitation) !=
		OTP_RECOVERY_UNUSED)
		return OTP_ERR_CONFLICT;
	otp_recovery_id(invitation, ret_id);
	return OTP_OK;
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
