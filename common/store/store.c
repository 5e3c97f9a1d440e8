/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One account of the store: its lock, its state and its seed, as a login reads
 * them.  store_put.c writes the state.
 *
 * MUST, each with the test that fails without it (tests/store/):
 *
 * 1. A state is read for a change only under its lock, and only if, once the
 *    lock is taken, the name still leads to that very file
 *    (lock__follows_the_name_to_a_new_file).
 * 2. The lock is released before the descriptor is closed
 *    (lock__is_not_kept_by_a_child_of_the_host).
 * 3. A call waits for the lock for OTP_LOCK_TIMEOUT at most
 *    (lock__gives_up_after_five_seconds_and_names_the_owner).
 * 4. A resource limit of the host process is noticed before anything is
 *    written, not by a signal in the middle
 *    (put__refuses_under_a_small_file_size_limit).
 */
#include "config.h"

#include "common/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/core/slots.h"
#include "common/core/wipe.h"
#include "common/store/lock.h"
#include "common/store/path.h"
#include "common/store/replace.h"
#include "common/store/store_internal.h"

/* How often a file is locked that has lost its name by then. */
#define LOCK_TRIES 1000

static bool may_have_standing(int fd);
static enum otp_err try_lock(
    struct otp_store *store, bool *ret_locked, struct otp_fault *fault);
static enum otp_err open_state(
    struct otp_store *store, bool create, struct otp_fault *fault);
static enum otp_err open_new_file(
    const struct otp_store *store, int *ret_fd, struct otp_fault *fault);
static enum otp_err check_new_file(int fd, struct otp_fault *fault);
static enum otp_err check_limit(struct otp_fault *fault);
static enum otp_err find_current(const struct otp_store *store,
    const char *name, bool *ret_current, struct otp_fault *fault);
static enum otp_err read_state(
    struct otp_store *store, struct otp_fault *fault);
static bool is_left_over(
    const struct otp_store *store, const char *name, uint32_t uid);
static enum otp_err read_again(
    struct otp_store *store, struct otp_fault *fault);
static enum otp_err read_image(
    const struct otp_store *store, uint8_t *image, struct otp_fault *fault);
static enum otp_err decode_image(
    struct otp_store *store, struct otp_fault *fault);

/* --- An account --------------------------------------------------------- */

enum otp_err
otp_files_open(struct otp_place place, const char *account,
    struct otp_store **ret_store, struct otp_fault *fault)
{
	struct otp_store *store = malloc(sizeof(*store));
	enum otp_err err;

	if (store == NULL)
		return OTP_ERR_NOMEM;
	memset(store, 0, offsetof(struct otp_store, slot));
	store->root = STORE_ROOT_CLOSED;
	store->file = -1;
	err = otp_store_name_escape(account, store->name);
	if (err == OTP_OK)
		err = otp_store_root_open(&store->root, place, fault);
	if (err == OTP_OK)
		*ret_store = store;
	else
		otp_files_close(store);
	return err;
}

void
otp_files_close(struct otp_store *store)
{
	if (store == NULL)
		return;
	otp_store_unlock(store);
	otp_store_root_close(&store->root);
	otp_wipe(store, offsetof(struct otp_store, slot));
	free(store);
}

enum otp_err
otp_store_fault_at(const struct otp_store *store, const char *folder,
    struct otp_fault *fault, enum otp_err err)
{
	if (err != OTP_OK && fault != NULL)
		(void)snprintf(fault->where, sizeof(fault->where), "%s/%s",
		    folder, store->name);
	return err;
}

/* --- Reading ------------------------------------------------------------ */

enum otp_err
otp_files_peek(struct otp_store *store, struct otp_state *ret_state,
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
	return otp_store_fault_at(store, STORE_STATES, fault, err);
}

enum otp_err
otp_files_look(struct otp_store *store, struct otp_state *ret_state,
    struct otp_fault *fault)
{
	bool locked = false;
	enum otp_err err = try_lock(store, &locked, fault);

	if (err != OTP_OK)
		return otp_store_fault_at(store, STORE_STATES, fault, err);
	return locked ? otp_files_load(store, ret_state, fault)
		      : otp_files_peek(store, ret_state, fault);
}

/* Lock the state file if that can be done at once. */
static enum otp_err
try_lock(struct otp_store *store, bool *ret_locked, struct otp_fault *fault)
{
	enum otp_err err = check_limit(fault);

	if (err == OTP_OK)
		err = open_state(store, false, fault);
	if (err == OTP_OK)
		err = otp_lock_try(store->file, &store->locked, fault);
	if (err != OTP_OK || !store->locked)
		return err;
	err = find_current(store, store->name, ret_locked, fault);
	if (err != OTP_OK || !*ret_locked)
		otp_store_unlock(store); /* the name leads elsewhere by now */
	return err;
}

bool
otp_files_may_have_standing(struct otp_place place, const char *account)
{
	char name[OTP_STORE_NAME_SIZE];
	char path[PATH_MAX];
	bool found;
	int fd, size;

	if (otp_store_name_escape(account, name) != OTP_OK)
		return false;
	size = snprintf(
	    path, sizeof(path), "%s/" STORE_STATES "/%s", place.folder, name);
	if (size < 0 || (size_t)size >= sizeof(path))
		return true;
	fd = otp_path_open_at(
	    AT_FDCWD, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return errno != ENOENT;
	found = may_have_standing(fd);
	otp_path_close(&fd);
	return found;
}

/* One read of a slot and of the next one's head takes less time than two. */
static bool
may_have_standing(int fd)
{
	uint8_t slots[OTP_SLOTS_RECORD_SIZE + OTP_SLOTS_HEAD_SIZE];
	size_t size = 0;

	return otp_path_read(fd, slots, sizeof(slots), 0, &size, NULL) !=
	    OTP_OK ||
	    size < sizeof(slots) || otp_slots_has_standing(slots) ||
	    otp_slots_has_standing(slots + OTP_SLOTS_RECORD_SIZE);
}

bool
otp_files_is_settled(const struct otp_store *store, bool by_other)
{
	return by_other ? store->slots.others_settled : store->slots.settled;
}

bool
otp_files_is_locked(const struct otp_store *store)
{
	return store->locked;
}

enum otp_err
otp_files_load(struct otp_store *store, struct otp_state *ret_state,
    struct otp_fault *fault)
{
	enum otp_err err = OTP_OK;

	if (!store->locked)
		err = otp_store_lock(store, false, fault);
	else if (store->read) /* and no other has changed it since */
		goto out;
	if (err == OTP_OK)
		err = read_state(store, fault);
out:
	if (err == OTP_OK)
		*ret_state = store->state;
	return otp_store_fault_at(store, STORE_STATES, fault, err);
}

enum otp_err
otp_files_check_lock(struct otp_store *store, struct otp_fault *fault)
{
	struct statx status = { 0 };
	int fd = -1;
	enum otp_err err = otp_path_file(store->root.states, store->name,
	    O_RDONLY, OTP_PATH_PRIVATE, &fd, &status, fault);

	if (err == OTP_OK)
		err = otp_lock_check(fd, fault);
	otp_path_close(&fd);
	return otp_store_fault_at(store, STORE_STATES, fault, err);
}

enum otp_err
otp_store_lock(struct otp_store *store, bool create, struct otp_fault *fault)
{
	char name[OTP_STORE_NEW_SIZE];
	enum otp_err err = check_limit(fault);

	if (err != OTP_OK)
		return err;
	if (create)
		otp_store_name_new(store->name, name);
	else
		memcpy(name, store->name, sizeof(store->name));
	for (unsigned i = 0; i < LOCK_TRIES; i++) {
		bool current = false;

		err = open_state(store, create, fault);
		if (err != OTP_OK)
			return err;
		err = otp_lock_take(store->file, fault);
		if (err != OTP_OK)
			return err;
		store->locked = true;
		err = find_current(store, name, &current, fault);
		if (err != OTP_OK || current)
			return err;
		otp_store_unlock(store);
	}
	return otp_fault_set(
	    fault, OTP_ERR_READ, 0, NULL, OTP_DETAIL_KEEPS_CHANGING);
}

void
otp_store_unlock(struct otp_store *store)
{
	if (store->locked)
		otp_lock_release(store->file);
	store->locked = false;
	store->read = false;
	otp_path_close(&store->file);
}

/* Do not begin a write that SIGXFSZ would end. */
static enum otp_err
check_limit(struct otp_fault *fault)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) != 0)
		return otp_fault_set(
		    fault, OTP_ERR_READ, errno, NULL, OTP_DETAIL_NONE);
	if (limit.rlim_cur != RLIM_INFINITY &&
	    limit.rlim_cur < OTP_SLOTS_FILE_SIZE)
		return otp_fault_set(
		    fault, OTP_ERR_LIMIT, 0, NULL, OTP_DETAIL_FILE_SIZE_LIMIT);
	return OTP_OK;
}

/* Open the state, or keep it open: peek and load share the descriptor. */
static enum otp_err
open_state(struct otp_store *store, bool create, struct otp_fault *fault)
{
	enum otp_err err;

	if (store->file >= 0)
		return OTP_OK;
	if (!create)
		return otp_path_file(store->root.states, store->name, O_RDWR,
		    OTP_PATH_PRIVATE, &store->file, &store->opened, fault);
	err = open_new_file(store, &store->file, fault);
	if (err == OTP_OK)
		err = otp_path_status(store->file, "", &store->opened, fault);
	return err;
}

/* The account's state file under its ".NAME.new", made or left over. */
static enum otp_err
open_new_file(
    const struct otp_store *store, int *ret_fd, struct otp_fault *fault)
{
	char name[OTP_STORE_NEW_SIZE];
	enum otp_err err;
	int fd;

	otp_store_name_new(store->name, name);
	fd = otp_path_open_at(store->root.states, name,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return otp_fault_set(
		    fault, OTP_ERR_WRITE, errno, NULL, OTP_DETAIL_CREATE_FILE);
	err = check_new_file(fd, fault);
	if (err == OTP_OK)
		*ret_fd = fd;
	else
		otp_path_close(&fd);
	return err;
}

static enum otp_err
check_new_file(int fd, struct otp_fault *fault)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return otp_fault_set(
		    fault, OTP_ERR_WRITE, errno, NULL, OTP_DETAIL_NONE);
	if (!S_ISREG(status.st_mode) || status.st_nlink > 1)
		return otp_fault_set(
		    fault, OTP_ERR_LINK, 0, NULL, OTP_DETAIL_NONE);
	if (status.st_uid != geteuid())
		return otp_fault_set(
		    fault, OTP_ERR_OWNER, 0, NULL, OTP_DETAIL_NONE);
	if (fchmod(fd, S_IRUSR | S_IWUSR) != 0) /* whatever the umask is */
		return otp_fault_set(
		    fault, OTP_ERR_WRITE, errno, NULL, OTP_DETAIL_NONE);
	return OTP_OK;
}

/* Find out whether NAME, and no other name, still leads to the open file. */
static enum otp_err
find_current(const struct otp_store *store, const char *name, bool *ret_current,
    struct otp_fault *fault)
{
	struct statx named = { 0 };
	enum otp_err err =
	    otp_path_status(store->root.states, name, &named, fault);

	*ret_current = err == OTP_OK && otp_path_same(&named, &store->opened) &&
	    named.stx_nlink == 1;
	return err == OTP_ERR_ABSENT ? OTP_OK : err;
}

/*
 * Read the state file.  What peek has read, and what has not changed since,
 * need not be digested again.
 */
static enum otp_err
read_state(struct otp_store *store, struct otp_fault *fault)
{
	enum otp_err err;

	if (store->read)
		return read_again(store, fault);
	err = read_image(store, store->image, fault);
	return err == OTP_OK ? decode_image(store, fault) : err;
}

static enum otp_err
read_again(struct otp_store *store, struct otp_fault *fault)
{
	uint8_t image[sizeof(store->image)];
	enum otp_err err = read_image(store, image, fault);

	if (err != OTP_OK ||
	    memcmp(image, store->image, OTP_SLOTS_FILE_SIZE) == 0)
		return err;
	memcpy(store->image, image, OTP_SLOTS_FILE_SIZE);
	return decode_image(store, fault);
}

static enum otp_err
read_image(
    const struct otp_store *store, uint8_t *image, struct otp_fault *fault)
{
	size_t size = 0;
	enum otp_err err = otp_path_read_file(store->file, &store->opened,
	    image, OTP_SLOTS_FILE_SIZE + 1, &size, fault);

	if (err != OTP_OK)
		return err;
	if (size < OTP_SLOTS_FILE_SIZE)
		return otp_fault_set(
		    fault, OTP_ERR_CHECKSUM, 0, NULL, OTP_DETAIL_CUT_SHORT);
	if (size > OTP_SLOTS_FILE_SIZE)
		return otp_fault_set_number(fault, OTP_ERR_CHECKSUM, NULL,
		    OTP_DETAIL_TOO_LARGE, OTP_SLOTS_FILE_SIZE / 1024);
	return OTP_OK;
}

static enum otp_err
decode_image(struct otp_store *store, struct otp_fault *fault)
{
	enum otp_err err =
	    otp_slots_read(store->image, &store->state, &store->slots);

	store->read = err == OTP_OK;
	return store->read
	    ? OTP_OK
	    : otp_fault_set(fault, err, 0, NULL, OTP_DETAIL_NONE);
}

enum otp_err
otp_files_seed(
    struct otp_store *store, struct otp_seed *ret_seed, struct otp_fault *fault)
{
	char text[OTP_SEED_SIZE_MAX + 1]; /* one more, to see a longer file */
	size_t size = 0;
	struct statx status = { 0 };
	int fd = -1;
	enum otp_err err;

	memset(ret_seed, 0, sizeof(*ret_seed));
	err = otp_path_file(store->root.seeds, store->name, O_RDONLY,
	    OTP_PATH_PRIVATE, &fd, &status, fault);
	if (err == OTP_OK)
		err = otp_path_read_file(
		    fd, &status, text, sizeof(text), &size, fault);
	if (err == OTP_OK)
		err = otp_seed_parse(text, size, ret_seed, fault);
	otp_wipe(text, err == OTP_OK ? size : sizeof(text));
	otp_path_close(&fd);
	return otp_store_fault_at(store, STORE_SEEDS, fault, err);
}

enum otp_err
otp_files_has_seed(
    struct otp_store *store, bool *ret_has, struct otp_fault *fault)
{
	struct statx status = { 0 };
	enum otp_err err =
	    otp_path_status(store->root.seeds, store->name, &status, fault);

	if (err == OTP_OK || err == OTP_ERR_ABSENT) {
		*ret_has = err == OTP_OK;
		return OTP_OK;
	}
	return otp_store_fault_at(store, STORE_SEEDS, fault, err);
}

/* --- Whose a uid is ------------------------------------------------------ */

enum otp_err
otp_files_check_uid(struct otp_store *store, uint32_t uid, bool *ret_ours,
    struct otp_fault *fault)
{
	return otp_store_find_uid(store, uid, is_left_over, ret_ours, fault);
}

enum otp_err
otp_files_claim_uid(
    struct otp_store *store, uint32_t uid, struct otp_fault *fault)
{
	if (!store->locked && uid != OTP_UID_VIRTUAL)
		return OTP_ERR_CONFLICT;
	return otp_store_enter_uid(store, uid, is_left_over, fault);
}

/*
 * Whether the entry of the account NAME was left over by a process that was
 * interrupted: the account can be seen to be not enrolled, or has another uid.
 * Nothing that cannot be read, or is missing, shows this.
 */
static bool
is_left_over(const struct otp_store *store, const char *name, uint32_t uid)
{
	struct otp_store *other = calloc(1, sizeof(*other));
	struct otp_state state;
	bool has_seed = true, left_over = false;

	if (other == NULL)
		return false;
	other->root = store->root; /* and is closed there */
	other->file = -1;
	memcpy(other->name, name, strlen(name) + 1);
	if (otp_files_peek(other, &state, NULL) == OTP_OK)
		left_over = state.uid != uid ||
		    (!state.enrolled &&
			otp_files_has_seed(other, &has_seed, NULL) == OTP_OK &&
			!has_seed);
	otp_path_close(&other->file);
	otp_wipe(other, sizeof(*other));
	free(other);
	return left_over;
}
