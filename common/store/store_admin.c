/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store's transactions that no login does: making and removing the files
 * of an account, and a walk over all accounts.
 *
 * MUST, each with the test that fails without it (tests/store/):
 *
 * 1. A state is written whole and flushed before it has its name, never takes
 *    another's place, and its folder is flushed
 *    (create__makes_a_whole_flushed_file, create__never_replaces_a_state,
 *    create__never_replaces_a_state_that_comes_in_between).
 * 2. The process that makes a state has it locked from before it has its name
 *    (create__is_locked_before_it_is_seen).
 * 3. A seed becomes active whole or not at all
 *    (put_seed__is_whole_or_not_at_all,
 *    put_seed__is_flushed_before_it_has_its_name).
 * 4. A file that a killed process left over does not block anything
 *    (create__takes_a_left_over_file_over).
 * 5. A seed that moves to another name is under one of the two at any time,
 *    never takes another's place, and both names are locked
 *    (former__revives_nothing_wherever_it_is_stopped,
 *    former__takes_nothing_from_who_is_enrolled).
 * 6. Before a state is rewritten, none of its old records counts
 *    (adopt_force__revives_no_old_record_of_a_state_cut_short).
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/core/slots.h"
#include "common/core/wipe.h"
#include "common/store/path.h"
#include "common/store/replace.h"
#include "common/store/store.h"
#include "common/store/store_internal.h"

static enum otp_err write_init_image(struct otp_store *store,
    const struct otp_state *state, struct otp_fault *fault);
static enum otp_err set_size(int fd, off_t size, struct otp_fault *fault);
static enum otp_err name_new_file(
    const struct otp_store *store, struct otp_fault *fault);
static void discard_new_file(const struct otp_store *store);
static enum otp_err zero_records(
    const struct otp_store *store, struct otp_fault *fault);
static enum otp_err settle_move(const struct otp_store *from,
    const struct otp_store *to, struct otp_fault *fault);
static enum otp_err drop_left(const struct otp_store *store, int at,
    const char *folder, bool *ret_dropped, struct otp_fault *fault);
static enum otp_err drop_file(
    struct otp_store *store, int at, struct otp_fault *fault);
static enum otp_err visit_account(void *context, const char *name);
static enum otp_err visit_left(void *context, const char *name);

static enum otp_err
write_fault(struct otp_fault *fault, enum otp_detail detail)
{
	return otp_fault_set(fault, OTP_ERR_WRITE, errno, NULL, detail);
}

/* --- The state ---------------------------------------------------------- */

enum otp_err
otp_files_create(struct otp_store *store, const struct otp_state *state,
    struct otp_fault *fault)
{
	enum otp_err err;

	store->in_effect = false;
	otp_store_unlock(store);
	err = otp_store_lock(store, true, fault);
	if (err != OTP_OK)
		goto out;
	if (state->enrolled) {
		err = otp_files_claim_uid(store, state->uid, fault);
		if (err != OTP_OK) {
			discard_new_file(store);
			otp_store_unlock(store);
			return err;
		}
	}
	err = write_init_image(store, state, fault);
	if (err == OTP_OK)
		err = name_new_file(store, fault);
	store->in_effect = err == OTP_OK;
	if (err != OTP_OK)
		discard_new_file(store);
	else
		err = otp_replace_sync(store->root.states, fault);
out:
	if (err != OTP_OK)
		otp_store_unlock(store);
	return otp_store_fault_at(store, STORE_STATES, fault, err);
}

enum otp_err
otp_files_rewrite(struct otp_store *store, const struct otp_state *state,
    struct otp_fault *fault)
{
	enum otp_err err = OTP_OK;

	store->in_effect = false;
	if (!store->locked)
		err = otp_store_lock(store, false, fault);
	if (err == OTP_OK && state->enrolled) {
		err = otp_files_claim_uid(store, state->uid, fault);
		if (err != OTP_OK)
			return err;
	}
	if (err == OTP_OK)
		err = zero_records(store, fault);
	if (err == OTP_OK)
		err = write_init_image(store, state, fault);
	return otp_store_fault_at(store, STORE_STATES, fault, err);
}

/* Write STATE as the whole content of the locked file, and flush it. */
static enum otp_err
write_init_image(struct otp_store *store, const struct otp_state *state,
    struct otp_fault *fault)
{
	enum otp_err err;

	store->read = false;
	err = otp_slots_init_image(state, store->image);
	if (err != OTP_OK)
		return err;
	err = set_size(store->file, OTP_SLOTS_FILE_SIZE, fault);
	if (err != OTP_OK)
		return err;
	err = otp_path_write(
	    store->file, store->image, OTP_SLOTS_FILE_SIZE, 0, fault);
	if (err != OTP_OK)
		return err;
	store->in_effect = true;
	err = otp_path_flush(store->file, OTP_DETAIL_FLUSH, fault);
	if (err != OTP_OK)
		return err;
	err = otp_slots_read(store->image, &store->state, &store->slots);
	store->read = err == OTP_OK;
	return err;
}

static enum otp_err
set_size(int fd, off_t size, struct otp_fault *fault)
{
	while (ftruncate(fd, size) != 0)
		if (errno != EINTR)
			return write_fault(fault, OTP_DETAIL_NONE);
	return OTP_OK;
}

/* Give the new file its name; from then on it is the account's state. */
static enum otp_err
name_new_file(const struct otp_store *store, struct otp_fault *fault)
{
	char name[OTP_STORE_NEW_SIZE];

	otp_store_name_new(store->name, name);
	if (renameat2(store->root.states, name, store->root.states, store->name,
		RENAME_NOREPLACE) == 0)
		return OTP_OK;
	return errno == EEXIST ? OTP_ERR_EXISTS
			       : write_fault(fault, OTP_DETAIL_NAME_FILE);
}

/* Remove the new file, which is locked; the next create reuses a left-over. */
static void
discard_new_file(const struct otp_store *store)
{
	char name[OTP_STORE_NEW_SIZE];

	otp_store_name_new(store->name, name);
	(void)unlinkat(store->root.states, name, 0);
}

/*
 * Of a state that was cut short, an old record may be whole, and would count
 * as soon as the file has its size again.
 */
static enum otp_err
zero_records(const struct otp_store *store, struct otp_fault *fault)
{
	static const uint8_t zeros[2 * OTP_SLOTS_RECORD_SIZE];
	enum otp_err err =
	    otp_path_write(store->file, zeros, sizeof(zeros), 0, fault);

	if (err == OTP_OK)
		err = otp_path_flush(store->file, OTP_DETAIL_FLUSH, fault);
	return err;
}

enum otp_err
otp_files_purge(struct otp_store *store, struct otp_fault *fault)
{
	bool forgot = false, left = false;
	enum otp_err err;

	/* The state last: without it, the rest would be of a lost one. */
	store->in_effect = false;
	if (store->read)
		err = otp_store_release_uid(store, store->state.uid, fault);
	else /* there is no state that knows the uid */
		err = otp_store_forget_uids(store, &forgot, fault);
	if (err != OTP_OK)
		return err;
	err = drop_left(store, store->root.seeds, STORE_SEEDS, &left, fault);
	if (err == OTP_OK)
		err = drop_left(
		    store, store->root.states, STORE_STATES, &left, fault);
	if (err != OTP_OK)
		return err;
	err = drop_file(store, store->root.states, fault);
	store->in_effect = store->in_effect || forgot || left;
	return otp_store_fault_at(store, STORE_STATES, fault, err);
}

/*
 * Unlink what a process that was interrupted left over of making the account's
 * file in AT, which is FOLDER; a seed's has secrets.
 */
static enum otp_err
drop_left(const struct otp_store *store, int at, const char *folder,
    bool *ret_dropped, struct otp_fault *fault)
{
	char name[OTP_STORE_NEW_SIZE];

	otp_store_name_new(store->name, name);
	if (unlinkat(at, name, 0) == 0) {
		*ret_dropped = true;
		return otp_store_fault_at(
		    store, folder, fault, otp_replace_sync(at, fault));
	}
	return errno == ENOENT
	    ? OTP_OK
	    : otp_store_fault_at(store, folder, fault,
		  write_fault(fault, OTP_DETAIL_REMOVE_LEFTOVER));
}

/* Unlink the account's file in AT, if it has one. */
static enum otp_err
drop_file(struct otp_store *store, int at, struct otp_fault *fault)
{
	store->in_effect = unlinkat(at, store->name, 0) == 0;
	if (!store->in_effect) {
		if (errno == ENOENT)
			return OTP_OK;
		return write_fault(fault, OTP_DETAIL_REMOVE);
	}
	return otp_replace_sync(at, fault);
}

/* --- The seed ----------------------------------------------------------- */

enum otp_err
otp_files_put_seed(struct otp_store *store, const struct otp_seed *seed,
    struct otp_fault *fault)
{
	char text[OTP_SEED_SIZE_MAX + 1];
	size_t size = 0;
	enum otp_err err;

	store->in_effect = false;
	if (!store->locked)
		return OTP_ERR_CONFLICT;
	err = otp_seed_format(seed, text, &size);
	if (err == OTP_OK)
		err = otp_replace_file(store->root.seeds, store->name, text,
		    size, &store->in_effect, fault);
	otp_wipe(text, sizeof(text));
	return otp_store_fault_at(store, STORE_SEEDS, fault, err);
}

enum otp_err
otp_files_move_seed(
    struct otp_store *from, struct otp_store *to, struct otp_fault *fault)
{
	enum otp_err err;

	to->in_effect = false;
	if (!from->locked || !to->locked)
		return OTP_ERR_CONFLICT;
	to->in_effect = renameat2(from->root.seeds, from->name, to->root.seeds,
			    to->name, RENAME_NOREPLACE) == 0;
	if (to->in_effect)
		err = settle_move(from, to, fault);
	else if (errno == ENOENT)
		return OTP_ERR_ABSENT;
	else if (errno == EEXIST)
		return OTP_ERR_EXISTS;
	else
		err = write_fault(fault, OTP_DETAIL_RENAME);
	return otp_store_fault_at(to, STORE_SEEDS, fault, err);
}

/* Of the former name nothing is left with secrets, or a uid of its own. */
static enum otp_err
settle_move(const struct otp_store *from, const struct otp_store *to,
    struct otp_fault *fault)
{
	bool left = false;
	enum otp_err err = otp_replace_sync(to->root.seeds, fault);

	if (err == OTP_OK)
		err = drop_left(
		    from, from->root.seeds, STORE_SEEDS, &left, fault);
	if (err == OTP_OK && from->state.uid != to->state.uid)
		err = otp_store_release_uid(from, from->state.uid, fault);
	return err;
}

enum otp_err
otp_files_drop_seed(struct otp_store *store, struct otp_fault *fault)
{
	bool left = false;
	enum otp_err err;

	store->in_effect = false;
	err = drop_left(store, store->root.seeds, STORE_SEEDS, &left, fault);
	if (err == OTP_OK)
		err = otp_store_fault_at(store, STORE_SEEDS, fault,
		    drop_file(store, store->root.seeds, fault));
	if (err == OTP_OK && store->read && !store->state.enrolled)
		err = otp_store_release_uid(store, store->state.uid, fault);
	return err;
}

/* --- All accounts ------------------------------------------------------- */

struct visiting {
	enum otp_err (*visit)(void *context, const char *text);
	void *context;
	int skip;	    /* the folder whose names were visited; -1 = none */
	const char *folder; /* what the names are in */
};

enum otp_err
otp_files_each(struct otp_place place,
    enum otp_err (*visit)(void *context, const char *account), void *context,
    struct otp_fault *fault)
{
	struct otp_store_root root = STORE_ROOT_CLOSED;
	struct visiting visiting = {
		.visit = visit, .context = context, .skip = -1
	};
	enum otp_err err = otp_store_root_open(&root, place, fault);

	if (err == OTP_OK)
		err = otp_store_visit_names(
		    root.seeds, visit_account, &visiting, fault);
	visiting.skip = root.seeds;
	if (err == OTP_OK)
		err = otp_store_visit_names(
		    root.states, visit_account, &visiting, fault);
	otp_store_root_close(&root);
	return err;
}

/* The account of the file NAME, if it is an account's and not in SKIP. */
static enum otp_err
visit_account(void *context, const char *name)
{
	const struct visiting *visiting = context;
	char account[OTP_STORE_NAME_SIZE];
	struct stat status;

	if (!otp_store_name_unescape(name, account))
		return OTP_OK;
	if (visiting->skip >= 0 &&
	    fstatat(visiting->skip, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
		return OTP_OK;
	return visiting->visit(visiting->context, account);
}

enum otp_err
otp_files_each_left(struct otp_place place,
    enum otp_err (*visit)(void *context, const char *path), void *context,
    struct otp_fault *fault)
{
	static const char *const folders[] = { STORE_SEEDS, STORE_STATES,
		STORE_UIDS };
	struct otp_store_root root = STORE_ROOT_CLOSED;
	struct visiting visiting = { .visit = visit, .context = context };
	enum otp_err err = otp_store_root_open(&root, place, fault);

	for (size_t i = 0; err == OTP_OK && i < 3; i++) {
		int fd = -1;

		err = otp_path_subfolder(
		    root.folder, folders[i], OTP_PATH_PRIVATE, &fd, fault);
		if (err == OTP_ERR_ABSENT)
			err = OTP_ERR_NO_STORE;
		visiting.folder = folders[i];
		if (err == OTP_OK)
			err = otp_store_visit_names(
			    fd, visit_left, &visiting, fault);
		otp_path_close(&fd);
	}
	otp_store_root_close(&root);
	return err;
}

/* A name that otp_store_name_new() makes. */
static enum otp_err
visit_left(void *context, const char *name)
{
	static const char end[] = ".new";
	const struct visiting *visiting = context;
	const size_t length = strlen(name);
	char path[sizeof(STORE_STATES) + NAME_MAX + 1];

	if (name[0] != '.' || length <= strlen(end) ||
	    strcmp(name + length - strlen(end), end) != 0)
		return OTP_OK;
	(void)snprintf(path, sizeof(path), "%s/%s", visiting->folder, name);
	return visiting->visit(visiting->context, path);
}
