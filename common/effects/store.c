/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store's transactions on one account, as a login does them.
 *
 * MUST, each with the test that fails without it (tests/store/):
 *
 * 1. A state is read for a change only under its lock, and only if, once the
 *    lock is had, the name still leads to that very file
 *    (lock__follows_the_name_to_a_new_file).
 * 2. The lock is given up before the descriptor is closed
 *    (lock__is_not_kept_by_a_child_of_the_host).
 * 3. Nobody waits longer than OTP_LOCK_TIMEOUT
 *    (lock__gives_up_after_five_seconds_and_names_the_holder).
 * 4. A commit is on the disk before put says so; then a charge notes it
 *    (put__flushes_a_commit_once_and_a_charge_never,
 *    put__notes_a_commit_only_after_its_flush).
 * 5. A record slot is overwritten only when the other one is known to be on
 *    the disk (put__flushes_first_what_a_killed_login_left,
 *    totp__survives_power_cuts_over_five_events).
 * 6. A resource limit of the host's is met before anything is written, not
 *    by a signal in the middle (put__refuses_under_a_small_file_size_limit).
 * 7. What was not loaded is not written (put__refuses_another_generation).
 * 8. No state says "enrolled", and no seed is put in force, before the names of
 *    both are on the disk, whoever made them
 *    (tool_and_module__survive_power_cuts_in_long_sequences).
 */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/core/mark.h"
#include "common/core/slots.h"
#include "common/core/wipe.h"
#include "lock.h"
#include "path.h"
#include "store_internal.h"

/* How often a lock is taken of files that have lost their name by then. */
#define HOLDS 1000

enum otp_err
otp_store_blame(const struct otp_store *store, const char *folder,
    struct otp_fault *fault, enum otp_err err)
{
	if (err == OTP_OK || !fault)
		return err;
	(void)snprintf(
	    fault->where, sizeof(fault->where), "%s/%s", folder, store->name);
	return err;
}

enum otp_err
otp_store_open(const char *folder, const char *account,
    struct otp_store **ret_store, struct otp_fault *fault)
{
	struct otp_store *store = calloc(1, sizeof(*store));
	enum otp_err err;

	if (!store)
		return OTP_ERR_NOMEM;
	store->folder = store->seeds = store->states = store->file = -1;
	err = otp_store_escape(account, store->name);
	if (err == OTP_OK)
		err = otp_store_enter(store, folder, fault);
	if (err == OTP_OK)
		*ret_store = store;
	else
		otp_store_close(store);
	return err;
}

void
otp_store_close(struct otp_store *store)
{
	if (!store)
		return;
	otp_store_release(store);
	otp_path_close(&store->states);
	otp_path_close(&store->seeds);
	otp_path_close(&store->folder);
	otp_wipe(store, sizeof(*store));
	free(store);
}

void
otp_store_release(struct otp_store *store)
{
	if (store->held)
		otp_lock_release(store->file);
	store->held = false;
	store->read = false;
	otp_path_close(&store->file);
}

/* Open the state, or keep it open: peek and load share the descriptor. */
static enum otp_err
open_state(struct otp_store *store, bool create, struct otp_fault *fault)
{
	enum otp_err err;

	if (store->file >= 0)
		return OTP_OK;
	if (!create)
		return otp_path_file(store->states, store->name, O_RDWR,
		    OTP_PATH_PRIVATE, &store->file, &store->opened, fault);
	err = otp_store_new_file(store, &store->file, fault);
	if (err == OTP_OK)
		err = otp_path_status(store->file, "", &store->opened, fault);
	return err;
}

/* Does the name still lead to the file that is open, and no other name? */
static enum otp_err
is_current(const struct otp_store *store, const char *name, bool *ret_current,
    struct otp_fault *fault)
{
	struct statx named = { 0 };
	enum otp_err err = otp_path_status(store->states, name, &named, fault);

	*ret_current = err == OTP_OK && otp_path_same(&named, &store->opened) &&
	    named.stx_nlink == 1;
	return err == OTP_ERR_ABSENT ? OTP_OK : err;
}

/* A write that SIGXFSZ would end is not begun. */
static enum otp_err
check_limit(struct otp_fault *fault)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) != 0)
		return otp_fault_set(fault, OTP_ERR_READ, errno, NULL, NULL);
	if (limit.rlim_cur != RLIM_INFINITY &&
	    limit.rlim_cur < OTP_SLOTS_FILE_SIZE)
		return otp_fault_set(fault, OTP_ERR_LIMIT, 0, NULL,
		    N_("the file size limit is too small"));
	return OTP_OK;
}

enum otp_err
otp_store_hold(struct otp_store *store, bool create, struct otp_fault *fault)
{
	char name[STORE_NEW_SIZE];
	enum otp_err err = check_limit(fault);

	if (err != OTP_OK)
		return err;
	if (create)
		otp_store_new_name(store->name, name);
	else
		memcpy(name, store->name, sizeof(store->name));
	for (unsigned i = 0; i < HOLDS; i++) {
		bool current = false;

		err = open_state(store, create, fault);
		if (err != OTP_OK)
			return err;
		err = otp_lock_take(store->file, fault);
		if (err != OTP_OK)
			return err;
		store->held = true;
		err = is_current(store, name, &current, fault);
		if (err != OTP_OK || current)
			return err;
		otp_store_release(store);
	}
	return otp_fault_set(
	    fault, OTP_ERR_READ, 0, NULL, N_("is replaced all the time"));
}

/*
 * Read the state file.  What peek has read and nobody has changed since need
 * not be digested again.
 */
static enum otp_err
read_state(struct otp_store *store, struct otp_fault *fault)
{
	uint8_t image[OTP_SLOTS_FILE_SIZE];
	size_t size = 0;
	enum otp_err err;

	err = otp_path_read(store->file, image, sizeof(image), 0, &size, fault);
	if (err != OTP_OK)
		return err;
	if (size != sizeof(image))
		return otp_fault_set(fault, OTP_ERR_CHECKSUM, 0, NULL,
		    N_("the file is cut short"));
	if (store->read && memcmp(image, store->image, sizeof(image)) == 0)
		return OTP_OK;
	store->read = false;
	err = otp_slots_read(image, &store->state, &store->slots);
	if (err != OTP_OK)
		return otp_fault_set(fault, err, 0, NULL, NULL);
	memcpy(store->image, image, sizeof(image));
	store->read = true;
	return OTP_OK;
}

enum otp_err
otp_store_peek(struct otp_store *store, struct otp_state *ret_state,
    struct otp_fault *fault)
{
	enum otp_err err = open_state(store, false, fault);

	if (err == OTP_OK)
		err = read_state(store, fault);
	if (err == OTP_ERR_CHECKSUM)
		/* Two writers, one after the other, may have been met. */
		err = read_state(store, fault);
	if (err == OTP_OK)
		*ret_state = store->state;
	return otp_store_blame(store, STORE_STATES, fault, err);
}

bool
otp_store_is_settled(const struct otp_store *store)
{
	return store->slots.settled;
}

enum otp_err
otp_store_load(struct otp_store *store, struct otp_state *ret_state,
    struct otp_fault *fault)
{
	enum otp_err err = OTP_OK;

	if (!store->held)
		err = otp_store_hold(store, false, fault);
	if (err == OTP_OK)
		err = read_state(store, fault);
	if (err == OTP_OK)
		*ret_state = store->state;
	return otp_store_blame(store, STORE_STATES, fault, err);
}

enum otp_err
otp_store_has_seed(
    struct otp_store *store, bool *ret_has, struct otp_fault *fault)
{
	struct statx status = { 0 };
	enum otp_err err =
	    otp_path_status(store->seeds, store->name, &status, fault);

	if (err == OTP_OK || err == OTP_ERR_ABSENT) {
		*ret_has = err == OTP_OK;
		return OTP_OK;
	}
	return otp_store_blame(store, STORE_SEEDS, fault, err);
}

enum otp_err
otp_store_seed(
    struct otp_store *store, struct otp_seed *ret_seed, struct otp_fault *fault)
{
	char text[OTP_SEED_SIZE_MAX + 1]; /* one more, to see a longer file */
	size_t size = 0;
	struct statx status = { 0 };
	int fd = -1;
	enum otp_err err;

	memset(ret_seed, 0, sizeof(*ret_seed));
	err = otp_path_file(store->seeds, store->name, O_RDONLY,
	    OTP_PATH_PRIVATE, &fd, &status, fault);
	if (err == OTP_OK)
		err = otp_path_read(fd, text, sizeof(text), 0, &size, fault);
	if (err == OTP_OK)
		err = otp_seed_parse(text, size, ret_seed, fault);
	otp_wipe(text, err == OTP_OK ? size : sizeof(text));
	otp_path_close(&fd);
	return otp_store_blame(store, STORE_SEEDS, fault, err);
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
flush(const struct otp_store *store, struct otp_fault *fault)
{
	while (fdatasync(store->file) != 0)
		if (errno != EINTR)
			return otp_fault_set(fault, OTP_ERR_WRITE, errno, NULL,
			    N_("cannot flush"));
	return OTP_OK;
}

static enum otp_err
put_charge(struct otp_store *store, const struct otp_state *state,
    struct otp_fault *fault)
{
	struct otp_slots next;
	struct otp_slot slot;
	enum otp_err err;

	err = otp_slots_charge(&store->slots, state, &slot, &next);
	if (err == OTP_OK)
		err = write_slot(store, &slot, fault);
	if (err == OTP_OK)
		store->slots = next;
	return err;
}

/*
 * The record in force may be in the page cache alone: whoever wrote it died,
 * or its flush failed.  It is written again before it is flushed, since after
 * a failed flush the kernel takes a page for clean that is not on the disk.
 */
static enum otp_err
settle_record(struct otp_store *store, struct otp_fault *fault)
{
	off_t offset = (off_t)store->slots.record * OTP_SLOTS_RECORD_SIZE;
	enum otp_err err;

	err = otp_path_write(store->file, store->image + offset,
	    OTP_SLOTS_RECORD_SIZE, offset, fault);
	if (err == OTP_OK)
		err = flush(store, fault);
	if (err == OTP_OK)
		store->slots.on_disk = true;
	return err;
}

/*
 * Where nobody is enrolled yet, whoever made the state, or put the seed in its
 * place, may have died before the name was on the disk.
 */
static enum otp_err
settle_names(const struct otp_store *store, struct otp_fault *fault)
{
	enum otp_err err = otp_store_flush_folder(store->states, fault);

	return err == OTP_OK ? otp_store_flush_folder(store->seeds, fault)
			     : err;
}

static enum otp_err
put_record(struct otp_store *store, const struct otp_state *state,
    struct otp_fault *fault)
{
	struct otp_slots next;
	struct otp_slot slot;
	enum otp_err err = OTP_OK;

	if (!store->state.enrolled)
		err = settle_names(store, fault);
	if (err == OTP_OK && !store->slots.on_disk)
		err = settle_record(store, fault);
	if (err == OTP_OK)
		err = otp_slots_record(&store->slots, state, &slot, &next);
	if (err == OTP_OK)
		err = write_slot(store, &slot, fault);
	if (err != OTP_OK)
		return err;
	store->slots = next;
	err = flush(store, fault);
	if (err != OTP_OK)
		return err;
	store->slots.on_disk = true;
	return put_charge(store, state, fault);
}

enum otp_err
otp_store_put(struct otp_store *store, const struct otp_state *state,
    enum otp_put put, struct otp_fault *fault)
{
	enum otp_err err = OTP_OK;

	if (put == OTP_PUT_NOTHING)
		return OTP_OK;
	if (!store->held || !store->read ||
	    state->generation != store->state.generation)
		return OTP_ERR_CONFLICT;
	if (put == OTP_PUT_CHARGE)
		err = put_charge(store, state, fault);
	else
		err = put_record(store, state, fault);
	if (err == OTP_OK && put == OTP_PUT_CHARGE) {
		store->state.tally = state->tally;
	} else if (err == OTP_OK) {
		store->state = *state;
		store->state.generation = store->slots.record_generation;
	} else {
		store->read = false; /* who knows what is in the file now */
	}
	return otp_store_blame(store, STORE_STATES, fault, err);
}

enum otp_err
otp_store_settle(struct otp_store *store, struct otp_fault *fault)
{
	enum otp_err err = OTP_OK;

	if (!store->held || !store->read)
		return OTP_ERR_CONFLICT;
	if (store->slots.on_disk)
		return OTP_OK;
	err = settle_record(store, fault);
	if (err == OTP_OK)
		err = put_charge(store, &store->state, fault);
	if (err != OTP_OK)
		store->read = false;
	return otp_store_blame(store, STORE_STATES, fault, err);
}
