/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store's writes to the state of an account that is open and locked.
 *
 * MUST, each with the test that fails without it (tests/store/):
 *
 * 1. A commit is on the disk before put returns OTP_OK; then a charge notes it
 *    (put__flushes_a_commit_once_and_a_charge_never,
 *    put__notes_a_commit_only_after_its_flush).
 * 2. A record slot is overwritten only if the other one is known to be on the
 *    disk (put__flushes_first_what_a_killed_login_left,
 *    totp__survives_power_cuts_over_five_events).
 * 3. What was not loaded is not written (put__refuses_another_generation).
 * 4. No state says "enrolled", and no seed becomes active, before the names of
 *    both are on the disk, whichever process made them
 *    (tool_and_module__survive_power_cuts_in_long_sequences).
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/core/slots.h"
#include "common/store/path.h"
#include "common/store/replace.h"
#include "common/store/store.h"
#include "common/store/store_internal.h"

static enum otp_err put_commit(struct otp_store *store,
    const struct otp_state *state, struct otp_fault *fault);
static enum otp_err put_charge(struct otp_store *store,
    const struct otp_state *state, struct otp_fault *fault);
static enum otp_err put_record(struct otp_store *store,
    const struct otp_state *state, struct otp_fault *fault);
static enum otp_err settle_names(
    const struct otp_store *store, struct otp_fault *fault);
static enum otp_err settle_record(
    struct otp_store *store, struct otp_fault *fault);
static enum otp_err write_slot(struct otp_store *store,
    const struct otp_slot *slot, struct otp_fault *fault);
static enum otp_err flush_data(
    const struct otp_store *store, struct otp_fault *fault);

enum otp_err
otp_files_put(struct otp_store *store, const struct otp_state *state,
    enum otp_put put, struct otp_fault *fault)
{
	enum otp_err err;

	store->in_effect = false;
	if (put == OTP_PUT_NOTHING)
		return OTP_OK;
	if (!store->locked || !store->read ||
	    state->generation != store->state.generation)
		return OTP_ERR_CONFLICT;
	if (put == OTP_PUT_COMMIT)
		return put_commit(store, state, fault);
	err = put_charge(store, state, fault);
	if (err == OTP_OK) {
		store->state.tally = state->tally;
		store->state.others = state->others;
		store->state.unreported = state->unreported;
	} else {
		store->read = false; /* the file may hold either */
	}
	return otp_store_fault_at(store, STORE_STATES, fault, err);
}

/*
 * An enrolled account is in the index of uids before its state says so, and
 * its former uid is there until the state has the new one.
 */
static enum otp_err
put_commit(struct otp_store *store, const struct otp_state *state,
    struct otp_fault *fault)
{
	const struct otp_state *former = &store->state;
	const uint32_t former_uid = former->uid;
	const bool moves = former->enrolled && former_uid != state->uid;
	enum otp_err err = OTP_OK;

	if (state->enrolled && (moves || !former->enrolled))
		err = otp_files_claim_uid(store, state->uid, fault);
	if (err != OTP_OK)
		return err;
	err = put_record(store, state, fault);
	if (err != OTP_OK) {
		store->read = false; /* the file may hold either */
		return otp_store_fault_at(store, STORE_STATES, fault, err);
	}
	store->state = *state;
	store->state.generation = store->slots.record_generation;
	return moves ? otp_store_release_uid(store, former_uid, fault) : OTP_OK;
}

bool
otp_files_in_effect(const struct otp_store *store)
{
	return store->in_effect;
}

enum otp_err
otp_files_settle(struct otp_store *store, struct otp_fault *fault)
{
	enum otp_err err;

	if (!store->locked || !store->read)
		return OTP_ERR_CONFLICT;
	err = settle_names(store, fault);
	if (err == OTP_OK && !store->slots.on_disk) {
		err = settle_record(store, fault);
		if (err == OTP_OK)
			err = put_charge(store, &store->state, fault);
	}
	if (err != OTP_OK)
		store->read = false;
	return otp_store_fault_at(store, STORE_STATES, fault, err);
}

static enum otp_err
put_charge(struct otp_store *store, const struct otp_state *state,
    struct otp_fault *fault)
{
	struct otp_slots next;
	enum otp_err err;

	err = otp_slots_charge(&store->slots, state, &store->slot, &next);
	if (err == OTP_OK)
		err = write_slot(store, &store->slot, fault);
	if (err == OTP_OK)
		store->slots = next;
	return err;
}

static enum otp_err
put_record(struct otp_store *store, const struct otp_state *state,
    struct otp_fault *fault)
{
	struct otp_slots next;
	enum otp_err err;

	if (!store->state.enrolled) {
		err = settle_names(store, fault);
		if (err != OTP_OK)
			return err;
	}
	if (!store->slots.on_disk) {
		err = settle_record(store, fault);
		if (err != OTP_OK)
			return err;
	}
	err = otp_slots_record(&store->slots, state, &store->slot, &next);
	if (err != OTP_OK)
		return err;
	err = write_slot(store, &store->slot, fault);
	if (err != OTP_OK)
		return err;
	store->slots = next;
	store->in_effect = true;
	err = flush_data(store, fault);
	if (err != OTP_OK)
		return err;
	store->slots.on_disk = true;
	return put_charge(store, state, fault);
}

/*
 * The process that made the state, or put the seed in its place, may have died
 * before the name was on the disk, or failed to flush it.  A login needs this
 * only while the account is not enrolled.
 */
static enum otp_err
settle_names(const struct otp_store *store, struct otp_fault *fault)
{
	enum otp_err err = otp_replace_sync(store->root.states, fault);

	if (err != OTP_OK)
		return err;
	return otp_replace_sync(store->root.seeds, fault);
}

/*
 * The active record may be in the page cache alone: its writer died, or its
 * flush failed.  It is written again before it is flushed, since after a
 * failed flush the kernel takes a page for clean that is not on the disk.
 */
static enum otp_err
settle_record(struct otp_store *store, struct otp_fault *fault)
{
	off_t offset = (off_t)store->slots.record * OTP_SLOTS_RECORD_SIZE;
	enum otp_err err;

	err = otp_path_write(store->file, store->image + offset,
	    store->slots.record_size, offset, fault);
	if (err == OTP_OK)
		err = flush_data(store, fault);
	if (err == OTP_OK)
		store->slots.on_disk = true;
	return err;
}

static enum otp_err
write_slot(struct otp_store *store, const struct otp_slot *slot,
    struct otp_fault *fault)
{
	enum otp_err err = otp_path_write(
	    store->file, slot->bytes, slot->size, (off_t)slot->offset, fault);

	if (err == OTP_OK)
		memcpy(store->image + slot->offset, slot->bytes, slot->size);
	return err;
}

static enum otp_err
flush_data(const struct otp_store *store, struct otp_fault *fault)
{
	while (fdatasync(store->file) != 0)
		if (errno != EINTR)
			return otp_fault_set(fault, OTP_ERR_WRITE, errno, NULL,
			    OTP_DETAIL_FLUSH);
	return OTP_OK;
}
