/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, with the test that fails without it (tests/effects/known_test.c):
 *
 * 1. A wrong code, a delay and a suspension each end what a device may do,
 *    until its owner gave a right code (known__asks_after_a_wrong_code,
 *    known__asks_during_a_delay, known__asks_the_suspended).
 * 2. A device belongs to the tokens with which it became known
 *    (known__asks_with_other_tokens, known__asks_after_the_tokens_were_away).
 * 3. Root is always asked, and so is a virtual user
 *    (known__asks_root_and_virtual_users).
 * 4. A code is fresh on the host on which its owner gave it, for the owner, for
 *    so long, with these tokens (fresh__is_the_owners_on_this_host,
 *    fresh__ends, fresh__ends_with_other_tokens).
 */
#include "config.h"

#include "common/effects/known.h"

#include <string.h>

#include "common/core/calendar.h"
#include "common/core/throttle.h"
#include "common/effects/txn.h"

#define OWN_PURPOSE "pam_otp own code 1" /* digested with its NUL */

static bool is_fresh(
    const struct otp_snapshot *snapshot, const struct otp_owner *owner);
static enum otp_err own_mark(const struct otp_snapshot *snapshot,
    const struct otp_owner *owner, uint8_t ret_mark[OTP_ID_SIZE]);
static bool is_remembered(uint32_t uid);
static bool has_device(uint32_t uid, const struct otp_caller *caller);
static bool has_owner(uint32_t uid, const struct otp_owner *owner);
static bool is_suspicious(
    const struct otp_snapshot *snapshot, const struct otp_policy *policy);
static unsigned forget(struct otp_devices *devices, const uint8_t *id);

bool
otp_known_is_possible(uint32_t uid, const struct otp_caller *caller,
    const struct otp_owner *owner)
{
	return has_device(uid, caller) || has_owner(uid, owner);
}

bool
otp_known_is(const struct otp_snapshot *snapshot,
    const struct otp_policy *policy, uint32_t uid,
    const struct otp_caller *caller, int64_t *ret_left)
{
	const struct otp_device *device = NULL;
	struct otp_devices known;

	if (has_device(uid, caller) && !is_suspicious(snapshot, policy) &&
	    otp_known_list(snapshot, &known) == OTP_OK)
		device = otp_device_find(&known, caller->id, snapshot->now);
	if (device != NULL)
		*ret_left = device->expires - snapshot->now;
	return device != NULL;
}

int64_t
otp_known_remember(struct otp_snapshot *snapshot, uint32_t uid,
    const struct otp_caller *caller)
{
	struct otp_state *state = &snapshot->state;

	if (!has_device(uid, caller) || snapshot->now < OTP_CALENDAR_EARLIEST ||
	    otp_state_bind_devices(state, &snapshot->seed) != OTP_OK)
		return 0;
	otp_device_remember(&state->devices, caller->id, snapshot->now,
	    snapshot->now + caller->remember_for);
	return caller->remember_for;
}

bool
otp_known_is_fresh(const struct otp_snapshot *snapshot,
    const struct otp_policy *policy, uint32_t uid,
    const struct otp_owner *owner)
{
	return has_owner(uid, owner) && !is_suspicious(snapshot, policy) &&
	    is_fresh(snapshot, owner);
}

/* A code that was given after now: the clock went back. */
static bool
is_fresh(const struct otp_snapshot *snapshot, const struct otp_owner *owner)
{
	const struct otp_own_code *code = &snapshot->state.own_code;
	uint8_t mark[OTP_ID_SIZE];

	return code->time != 0 && code->time <= snapshot->now &&
	    snapshot->now - code->time < owner->fresh_for &&
	    own_mark(snapshot, owner, mark) == OTP_OK &&
	    memcmp(mark, code->mark, sizeof(mark)) == 0;
}

/* Other tokens, another host, or the next boot make another mark. */
static enum otp_err
own_mark(const struct otp_snapshot *snapshot, const struct otp_owner *owner,
    uint8_t ret_mark[OTP_ID_SIZE])
{
	uint8_t bytes[sizeof(OWN_PURPOSE) + 2 * OTP_ID_SIZE] = OWN_PURPOSE;
	uint8_t *at = bytes + sizeof(OWN_PURPOSE);
	uint8_t digest[OTP_DIGEST_SIZE];
	enum otp_err err = otp_seed_tokens_id(&snapshot->seed, at);

	memcpy(at + OTP_ID_SIZE, owner->host, OTP_ID_SIZE);
	if (err == OTP_OK)
		err = otp_digest(bytes, sizeof(bytes), digest);
	if (err == OTP_OK)
		memcpy(ret_mark, digest, OTP_ID_SIZE);
	return err;
}

void
otp_known_note_owner(
    struct otp_snapshot *snapshot, uint32_t uid, const struct otp_owner *owner)
{
	struct otp_own_code *code = &snapshot->state.own_code;

	if (!owner->gives_code || !owner->has_host || !is_remembered(uid) ||
	    snapshot->now < OTP_CALENDAR_EARLIEST)
		return;
	code->time = 0;
	if (own_mark(snapshot, owner, code->mark) == OTP_OK)
		code->time = snapshot->now;
}

enum otp_err
otp_known_list(
    const struct otp_snapshot *snapshot, struct otp_devices *ret_devices)
{
	struct otp_state state = snapshot->state;
	struct otp_devices *devices = &state.devices;
	enum otp_err err = otp_state_bind_devices(&state, &snapshot->seed);

	if (err != OTP_OK)
		return err;
	for (unsigned i = devices->count; i-- > 0;)
		if (otp_device_find(
			devices, devices->list[i].id, snapshot->now) == NULL)
			otp_device_forget(devices, i);
	*ret_devices = *devices;
	return OTP_OK;
}

enum otp_err
otp_known_forget(
    struct otp_account *account, const uint8_t *id, unsigned *ret_count)
{
	struct otp_devices known = { 0 };
	struct otp_txn txn;
	struct otp_state *state = &txn.snap.state;
	unsigned count = 0;
	bool changed = false;
	enum otp_err err = otp_txn_open(&txn, account);

	if (err == OTP_OK)
		err = otp_snapshot_enrolled(&txn.snap, &account->fault);
	if (err == OTP_OK)
		err = otp_known_list(&txn.snap, &known);
	if (err != OTP_OK)
		goto out;
	count = forget(&known, id);
	/* All: also those that another clock or other tokens make known. */
	changed = count > 0 ||
	    (id == NULL &&
		(state->devices.count > 0 || state->own_code.time != 0));
	state->devices = known;
	state->own_code.time = 0;
	if (changed)
		err = otp_txn_commit_change(&txn);
	else if (id != NULL)
		err = OTP_ERR_ABSENT;
	if (err == OTP_OK)
		*ret_count = count;
out:
	otp_txn_close(&txn);
	return err;
}

/* A name that no user of the system has can be typed by anyone. */
static bool
is_remembered(uint32_t uid)
{
	return uid != 0 && uid != OTP_UID_VIRTUAL;
}

static bool
has_device(uint32_t uid, const struct otp_caller *caller)
{
	return caller->remember_for > 0 && is_remembered(uid);
}

static bool
has_owner(uint32_t uid, const struct otp_owner *owner)
{
	return owner->fresh_for > 0 && owner->is_caller && owner->has_host &&
	    is_remembered(uid);
}

static bool
is_suspicious(
    const struct otp_snapshot *snapshot, const struct otp_policy *policy)
{
	const struct otp_state *state = &snapshot->state;
	uint32_t wait = 0;

	return snapshot->now < OTP_CALENDAR_EARLIEST ||
	    snapshot->state_err != OTP_OK || snapshot->seed_err != OTP_OK ||
	    !state->enrolled || state->suspended || state->tally.failures > 0 ||
	    otp_throttle_check(&state->tally, policy, snapshot->now, &wait) !=
	    OTP_GATE_OPEN;
}

/* The device with this ID, or all (NULL); return how many that were. */
static unsigned
forget(struct otp_devices *devices, const uint8_t *id)
{
	const unsigned before = devices->count;

	for (unsigned i = devices->count; i-- > 0;)
		if (id == NULL ||
		    memcmp(devices->list[i].id, id, OTP_DEVICE_ID_SIZE) == 0)
			otp_device_forget(devices, i);
	return before - devices->count;
}
