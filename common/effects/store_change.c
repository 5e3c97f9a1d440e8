/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store's transactions on one account that no login does: making and
 * removing its files.
 *
 * MUST, each with the test that fails without it (tests/store/):
 *
 * 1. A state is written whole and flushed before it has its name, never takes
 *    another's place, and its folder is flushed
 *    (create__makes_a_whole_flushed_file, create__never_replaces_a_state,
 *    create__never_replaces_a_state_that_comes_in_between).
 * 2. Who makes it holds it from before it has its name
 *    (create__is_held_before_it_is_seen).
 * 3. A seed is in force whole or not at all (put_seed__is_whole_or_not_at_all,
 *    put_seed__is_flushed_before_it_has_its_name).
 * 4. A file that a killed process left behind stands in nobody's way
 *    (create__takes_a_left_over_file_over).
 * 5. A seed that moves to another name is under one of the two at any time,
 *    takes nobody's place, and both names are held
 *    (former__revives_nothing_wherever_it_is_stopped,
 *    former__takes_nothing_from_who_is_enrolled).
 * 6. Before a state is written anew, none of its old records counts
 *    (adopt_force__revives_no_old_record_of_a_state_cut_short).
 */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/core/mark.h"
#include "common/core/slots.h"
#include "common/core/wipe.h"
#include "path.h"
#include "store_internal.h"

static enum otp_err
write_fault(struct otp_fault *fault, const char *what)
{
	return otp_fault_set(fault, OTP_ERR_WRITE, errno, NULL, what);
}

/* Signals are the host's business: here they are carried through. */
static int
open_at(int at, const char *name, int flags)
{
	int fd;

	do
		fd = openat(at, name, flags | O_CLOEXEC, S_IRUSR | S_IWUSR);
	while (fd < 0 && errno == EINTR);
	return otp_path_raise(fd);
}

static int
flush(int fd)
{
	int result;

	do
		result = fsync(fd);
	while (result != 0 && errno == EINTR);
	return result;
}

static int
set_size(int fd, off_t size)
{
	int result;

	do
		result = ftruncate(fd, size);
	while (result != 0 && errno == EINTR);
	return result;
}

enum otp_err
otp_store_new_file(
    struct otp_store *store, int *ret_fd, struct otp_fault *fault)
{
	char name[STORE_NEW_SIZE];
	struct stat status;
	enum otp_err err = OTP_OK;
	int fd;

	otp_store_new_name(store->name, name);
	fd = open_at(store->states, name,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return write_fault(fault, N_("cannot make a new file"));
	if (fstat(fd, &status) != 0)
		/* NOLINTNEXTLINE(bugprone-branch-clone): as of fchmod() */
		err = write_fault(fault, NULL);
	else if (!S_ISREG(status.st_mode) || status.st_nlink > 1)
		err = otp_fault_set(fault, OTP_ERR_LINK, 0, NULL, NULL);
	else if (status.st_uid != geteuid())
		err = otp_fault_set(fault, OTP_ERR_OWNER, 0, NULL, NULL);
	else if (fchmod(fd, S_IRUSR | S_IWUSR) != 0) /* whatever the umask */
		err = write_fault(fault, NULL);
	if (err == OTP_OK)
		*ret_fd = fd;
	else
		otp_path_close(&fd);
	return err;
}

enum otp_err
otp_store_flush_folder(int at, struct otp_fault *fault)
{
	enum otp_err err = OTP_OK;
	int fd = open_at(at, ".", O_RDONLY | O_DIRECTORY);

	if (fd < 0 || flush(fd) != 0)
		err = write_fault(fault, N_("cannot flush the folder"));
	otp_path_close(&fd);
	return err;
}

/* Write STATE as the whole content of the file that is held, and flush it. */
static enum otp_err
write_fresh(struct otp_store *store, const struct otp_state *state,
    struct otp_fault *fault)
{
	enum otp_err err = otp_slots_fresh(state, store->image);

	if (err == OTP_OK && set_size(store->file, OTP_SLOTS_FILE_SIZE) != 0)
		err = write_fault(fault, NULL);
	if (err == OTP_OK)
		err = otp_path_write(
		    store->file, store->image, sizeof(store->image), 0, fault);
	if (err == OTP_OK && flush(store->file) != 0)
		err = write_fault(fault, N_("cannot flush"));
	if (err == OTP_OK)
		err =
		    otp_slots_read(store->image, &store->state, &store->slots);
	store->read = err == OTP_OK;
	return err;
}

/* Give the new file its name; from then on it is the account's state. */
static enum otp_err
name_new_file(const struct otp_store *store, struct otp_fault *fault)
{
	char name[STORE_NEW_SIZE];

	otp_store_new_name(store->name, name);
	if (renameat2(store->states, name, store->states, store->name,
		RENAME_NOREPLACE) == 0)
		return OTP_OK;
	return errno == EEXIST
	    ? OTP_ERR_EXISTS
	    : write_fault(fault, N_("cannot name the new file"));
}

/* The new file, which is held, is not to be: what stays is taken over. */
static void
discard_new_file(const struct otp_store *store)
{
	char name[STORE_NEW_SIZE];

	otp_store_new_name(store->name, name);
	(void)unlinkat(store->states, name, 0);
}

enum otp_err
otp_store_create(struct otp_store *store, const struct otp_state *state,
    struct otp_fault *fault)
{
	enum otp_err err;

	otp_store_release(store);
	err = otp_store_hold(store, true, fault);
	if (err != OTP_OK)
		goto out;
	err = write_fresh(store, state, fault);
	if (err == OTP_OK)
		err = name_new_file(store, fault);
	if (err != OTP_OK)
		discard_new_file(store);
	else
		err = otp_store_flush_folder(store->states, fault);
out:
	if (err != OTP_OK)
		otp_store_release(store);
	return otp_store_blame(store, STORE_STATES, fault, err);
}

/*
 * Of a state that was cut short, an old record may be whole, and would count
 * as soon as the file has its size again.
 */
static enum otp_err
blot_records(const struct otp_store *store, struct otp_fault *fault)
{
	static const uint8_t zeros[2 * OTP_SLOTS_RECORD_SIZE];
	enum otp_err err =
	    otp_path_write(store->file, zeros, sizeof(zeros), 0, fault);

	if (err == OTP_OK && flush(store->file) != 0)
		err = write_fault(fault, N_("cannot flush"));
	return err;
}

enum otp_err
otp_store_remake(struct otp_store *store, const struct otp_state *state,
    struct otp_fault *fault)
{
	enum otp_err err = OTP_OK;

	if (!store->held)
		err = otp_store_hold(store, false, fault);
	if (err == OTP_OK)
		err = blot_records(store, fault);
	if (err == OTP_OK)
		err = write_fresh(store, state, fault);
	return otp_store_blame(store, STORE_STATES, fault, err);
}

enum otp_err
otp_store_place(int at, const char *name, const void *text, size_t size,
    struct otp_fault *fault)
{
	char new_name[STORE_NEW_SIZE];
	enum otp_err err = OTP_OK;
	int fd = -1;

	otp_store_new_name(name, new_name);
	if (unlinkat(at, new_name, 0) != 0 && errno != ENOENT)
		return write_fault(fault, N_("cannot remove a left-over file"));
	fd = open_at(at, new_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
	if (fd < 0)
		return write_fault(fault, N_("cannot make a new file"));
	if (fchmod(fd, S_IRUSR | S_IWUSR) != 0) /* whatever the umask */
		err = write_fault(fault, NULL);
	if (err == OTP_OK)
		err = otp_path_write(fd, text, size, 0, fault);
	if (err == OTP_OK && flush(fd) != 0)
		err = write_fault(fault, N_("cannot flush"));
	otp_path_close(&fd);
	if (err == OTP_OK && renameat(at, new_name, at, name) != 0)
		err = write_fault(fault, N_("cannot name the new file"));
	if (err != OTP_OK) {
		(void)unlinkat(at, new_name, 0); /* else: see unlinkat above */
		return err;
	}
	return otp_store_flush_folder(at, fault);
}

enum otp_err
otp_store_put_seed(struct otp_store *store, const struct otp_seed *seed,
    struct otp_fault *fault)
{
	char text[OTP_SEED_SIZE_MAX + 1];
	size_t size = 0;
	enum otp_err err;

	if (!store->held)
		return OTP_ERR_CONFLICT;
	err = otp_seed_format(seed, text, &size);
	if (err == OTP_OK)
		err = otp_store_place(
		    store->seeds, store->name, text, size, fault);
	otp_wipe(text, sizeof(text));
	return otp_store_blame(store, STORE_SEEDS, fault, err);
}

enum otp_err
otp_store_move_seed(const struct otp_store *from, const struct otp_store *to,
    struct otp_fault *fault)
{
	enum otp_err err;

	if (!from->held || !to->held)
		return OTP_ERR_CONFLICT;
	if (renameat2(from->seeds, from->name, to->seeds, to->name,
		RENAME_NOREPLACE) == 0)
		err = otp_store_flush_folder(to->seeds, fault);
	else if (errno == ENOENT)
		return OTP_ERR_ABSENT;
	else if (errno == EEXIST)
		return OTP_ERR_EXISTS;
	else
		err = write_fault(fault, N_("cannot rename the file"));
	return otp_store_blame(to, STORE_SEEDS, fault, err);
}

/* Unlink the account's file in AT, if it has one. */
static enum otp_err
drop(const struct otp_store *store, int at, struct otp_fault *fault)
{
	if (unlinkat(at, store->name, 0) != 0) {
		if (errno == ENOENT)
			return OTP_OK;
		return write_fault(fault, N_("cannot remove the file"));
	}
	return otp_store_flush_folder(at, fault);
}

enum otp_err
otp_store_drop_seed(struct otp_store *store, struct otp_fault *fault)
{
	return otp_store_blame(
	    store, STORE_SEEDS, fault, drop(store, store->seeds, fault));
}

enum otp_err
otp_store_purge(struct otp_store *store, struct otp_fault *fault)
{
	return otp_store_blame(
	    store, STORE_STATES, fault, drop(store, store->states, fault));
}
