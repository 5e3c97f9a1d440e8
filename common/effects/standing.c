/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/standing.h"

#include <errno.h>
#include <string.h>

#include "common/core/calendar.h"
#include "common/effects/snapshot.h"
#include "common/effects/txn.h"

static enum otp_err standing_open(struct otp_txn *, struct otp_account *, bool);
static enum otp_err standing_check_lost(struct otp_txn *);
static enum otp_err standing_close(
    struct otp_txn *, enum otp_err, bool, bool *);

enum otp_standing
otp_standing_judge(const struct otp_state *state, uint32_t uid, int64_t now)
{
	if (state->suspended)
		return OTP_STANDING_SUSPENDED;
	return otp_standing_is_exempt(state, uid, now) ? OTP_STANDING_EXEMPT
						       : OTP_STANDING_USUAL;
}

bool
otp_standing_is_exempt(const struct otp_state *state, uint32_t uid, int64_t now)
{
	return state->uid == uid && now >= OTP_CALENDAR_EARLIEST &&
	    now < state->exemption.until;
}

enum otp_err
otp_standing_suspend(
    struct otp_account *account, bool suspended, bool *ret_changed)
{
	struct otp_txn txn;
	struct otp_state *state = &txn.snap.state;
	bool change = false;
	enum otp_err err = standing_open(&txn, account, suspended);

	if (err == OTP_OK && state->suspended && !suspended)
		err = otp_txn_end_pending(&txn);
	if (err == OTP_OK) {
		change = state->suspended != suspended;
		state->suspended = suspended;
		if (suspended) {
			memset(&state->devices, 0, sizeof(state->devices));
			state->own_code.time = 0;
		}
	}
	return standing_close(&txn, err, change, ret_changed);
}

enum otp_err
otp_standing_exempt(struct otp_account *account,
    const struct otp_exemption *exemption, bool *ret_changed)
{
	struct otp_txn txn;
	struct otp_exemption *present = &txn.snap.state.exemption;
	bool change = false;
	enum otp_err err = standing_open(&txn, account, exemption->until != 0);

	if (err == OTP_OK && exemption->until != 0)
		err = otp_txn_check_clock(txn.snap.now, &account->fault);
	if (err == OTP_OK) {
		change = memcmp(present, exemption, sizeof(*exemption)) != 0;
		*present = *exemption;
	}
	return standing_close(&txn, err, change, ret_changed);
}

/* Write what changed, or make sure that what is there is on the disk. */
static enum otp_err
standing_close(
    struct otp_txn *txn, enum otp_err err, bool change, bool *ret_changed)
{
	if (err == OTP_OK && change)
		err = otp_txn_commit_change(txn);
	else if (err == OTP_OK && txn->snap.state_err == OTP_OK)
		err = otp_store_settle(txn->store, &txn->account->fault);
	if (err == OTP_OK)
		*ret_changed = change;
	otp_txn_close(txn);
	return err;
}

/*
 * Open ACCOUNT, which may have neither seed nor state; MAKE one then.  Without
 * a state, what is in TXN says that nothing was decided.
 */
static enum otp_err
standing_open(struct otp_txn *txn, struct otp_account *account, bool make)
{
	enum otp_err err = otp_txn_open(txn, account);

	if (err == OTP_OK && txn->snap.state_err == OTP_ERR_ABSENT)
		err = standing_check_lost(txn);
	if (err == OTP_OK && (make || txn->snap.state_err != OTP_ERR_ABSENT))
		err = otp_txn_need_state(txn);
	return err;
}

/* A new state in place of a lost one would hide that codes were used. */
static enum otp_err
standing_check_lost(struct otp_txn *txn)
{
	struct otp_fault *fault = &txn->account->fault;
	bool ours = false;
	enum otp_err err;

	if (txn->snap.seed_err != OTP_ERR_ABSENT)
		return otp_snapshot_not_adopted(fault);
	err = otp_store_check_uid(
	    txn->store, txn->account->subject.uid, &ours, fault);
	if (err == OTP_OK && ours)
		err = otp_fault_set(fault, OTP_ERR_NO_STATE, ENOENT, NULL,
		    OTP_DETAIL_STATE_GONE);
	return err;
}
