/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/snapshot.h"

#include <errno.h>
#include <string.h>

#include "common/core/recovery.h"
#include "common/core/wipe.h"

void
otp_snapshot_seed(struct otp_snapshot *snapshot, struct otp_store *store)
{
	struct otp_fault fault = { 0 };

	snapshot->seed_err = otp_store_seed(store, &snapshot->seed, &fault);
	snapshot->seed_fault = fault;
}

void
otp_snapshot_state(struct otp_snapshot *snapshot, struct otp_store *store)
{
	struct otp_fault fault = { 0 };

	snapshot->state_err = otp_store_peek(store, &snapshot->state, &fault);
	snapshot->state_fault = fault;
}

/* At the end of a move, the former store has no seed any more. */
static void
note_moving(struct otp_snapshot *snapshot)
{
	if (otp_snapshot_is_moving(snapshot))
		snapshot->state_fault.detail = OTP_DETAIL_MOVING;
}

/*
 * Read the seed first.  Enrolling writes the state first, so the state read
 * here knows the seed's tokens; removing clears 'enrolled' first, so the seed
 * does not seem to be lost.
 */
enum otp_err
otp_snapshot_read(const struct otp_host *host, const char *account,
    struct otp_snapshot *ret_snapshot, struct otp_fault *fault)
{
	struct otp_store *store = NULL;
	enum otp_err err;

	memset(ret_snapshot, 0, sizeof(*ret_snapshot));
	err = host->sys->time(host->sys->context, &ret_snapshot->now);
	if (err == OTP_OK)
		err = otp_store_open(host->store, account, &store, fault);
	if (err != OTP_OK)
		return err;
	otp_snapshot_seed(ret_snapshot, store);
	otp_snapshot_state(ret_snapshot, store);
	note_moving(ret_snapshot);
	otp_store_close(store);
	return OTP_OK;
}

/* Read the clock after locking, which can take seconds. */
enum otp_err
otp_snapshot_load(struct otp_snapshot *snapshot, const struct otp_host *host,
    struct otp_store *store, uint32_t uid, struct otp_fault *fault)
{
	struct otp_fault state_fault = { 0 };
	enum otp_err err;

	snapshot->state_err =
	    otp_store_load(store, &snapshot->state, &state_fault);
	snapshot->state_fault = state_fault;
	if (snapshot->state_err == OTP_ERR_LOCK_TIMEOUT)
		return otp_snapshot_state_err(snapshot, fault);
	otp_snapshot_bind(snapshot, uid);
	err = host->sys->time(host->sys->context, &snapshot->now);
	if (err == OTP_OK)
		otp_snapshot_seed(snapshot, store);
	note_moving(snapshot);
	return err;
}

enum otp_err
otp_snapshot_peek(
    struct otp_snapshot *snapshot, struct otp_store *store, uint32_t uid)
{
	struct otp_fault fault = { 0 };

	snapshot->state_err = otp_store_look(store, &snapshot->state, &fault);
	snapshot->state_fault = fault;
	otp_snapshot_bind(snapshot, uid);
	return snapshot->state_err;
}

void
otp_snapshot_bind(struct otp_snapshot *snapshot, uint32_t uid)
{
	if (snapshot->state_err == OTP_OK && snapshot->state.uid != uid)
		snapshot->state_err = otp_fault_set(&snapshot->state_fault,
		    OTP_ERR_UID, 0, NULL, OTP_DETAIL_OTHER_UID);
}

void
otp_snapshot_wipe(struct otp_snapshot *snapshot)
{
	otp_wipe(snapshot, sizeof(*snapshot));
}

static enum otp_err
tell(enum otp_err err, const struct otp_fault *found, struct otp_fault *fault)
{
	if (err != OTP_OK && fault != NULL)
		*fault = *found;
	return err;
}

enum otp_err
otp_snapshot_state_err(
    const struct otp_snapshot *snapshot, struct otp_fault *fault)
{
	return tell(snapshot->state_err, &snapshot->state_fault, fault);
}

enum otp_err
otp_snapshot_seed_err(
    const struct otp_snapshot *snapshot, struct otp_fault *fault)
{
	return tell(snapshot->seed_err, &snapshot->seed_fault, fault);
}

enum otp_err
otp_snapshot_enrolled(
    const struct otp_snapshot *snapshot, struct otp_fault *fault)
{
	if (snapshot->seed_err != OTP_OK)
		return otp_snapshot_seed_err(snapshot, fault);
	if (!otp_snapshot_has_seed(snapshot))
		return OTP_ERR_ABSENT;
	if (snapshot->state_err == OTP_ERR_ABSENT)
		return otp_snapshot_not_adopted(fault);
	return otp_snapshot_state_err(snapshot, fault);
}

bool
otp_snapshot_has_seed(const struct otp_snapshot *snapshot)
{
	return snapshot->seed_err != OTP_ERR_ABSENT &&
	    (snapshot->seed_err != OTP_OK ||
		otp_seed_is_active(&snapshot->seed));
}

bool
otp_snapshot_is_moving(const struct otp_snapshot *snapshot)
{
	return snapshot->state_err == OTP_ERR_MOVED &&
	    snapshot->seed_err != OTP_ERR_ABSENT;
}

bool
otp_snapshot_lost_seed(const struct otp_snapshot *snapshot)
{
	return !otp_snapshot_has_seed(snapshot) &&
	    snapshot->state_err == OTP_OK && snapshot->state.enrolled;
}

enum otp_err
otp_snapshot_not_adopted(struct otp_fault *fault)
{
	return otp_fault_set(
	    fault, OTP_ERR_NO_STATE, 0, NULL, OTP_DETAIL_NOT_ADOPTED);
}

enum otp_err
otp_snapshot_seed_gone(struct otp_fault *fault)
{
	return otp_fault_set(
	    fault, OTP_ERR_READ, ENOENT, NULL, OTP_DETAIL_SEED_GONE);
}

enum otp_err
otp_snapshot_credential(const struct otp_snapshot *snapshot,
    const struct otp_token *token, const struct otp_credential **ret_credential)
{
	uint8_t id[OTP_ID_SIZE];
	enum otp_err err = otp_token_id(token, id);

	if (err == OTP_OK)
		*ret_credential = snapshot->state_err == OTP_OK
		    ? otp_state_find(&snapshot->state, token->kind, id)
		    : NULL;
	return err;
}

struct otp_recovery_count
otp_snapshot_recovery(const struct otp_snapshot *snapshot)
{
	struct otp_recovery_count count = { 0 };

	for (unsigned i = 0; i < snapshot->seed.recovery_count; i++) {
		const struct otp_recovery *recovery =
		    &snapshot->seed.recovery[i];

		if (!otp_recovery_is_valid(recovery, snapshot->now)) {
			count.expired++;
			continue;
		}
		switch (otp_state_recovery(&snapshot->state, recovery)) {
		case OTP_RECOVERY_USED:
			count.used++;
			break;
		case OTP_RECOVERY_UNKNOWN:
			count.unknown++;
			break;
		case OTP_RECOVERY_UNUSED:
			count.unused++;
			break;
		}
	}
	return count;
}
