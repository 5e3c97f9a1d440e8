/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store as a folder: what makes a folder a store.
 *
 * MUST, each with the test that fails without it (tests/store/):
 *
 * 1. Without the marker a folder is not a store, and no account counts as "not
 *    enrolled" (open__needs_the_marker).
 * 2. On a file system that is not known to be local a code may work twice: it
 *    is refused (open__refuses_what_is_not_known_to_be_local), by init before
 *    anything is made (init__refuses_a_file_system_first).
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/store/file_system.h"
#include "common/store/path.h"
#include "common/store/replace.h"
#include "common/store/store.h"
#include "common/store/store_internal.h"

static enum otp_err check_file_system(
    int folder, const struct otp_place *place, struct otp_fault *fault);
static enum otp_err check_marker(int folder, struct otp_fault *fault);
static enum otp_err open_seeds(
    struct otp_store_root *root, const char *path, struct otp_fault *fault);
static enum otp_err open_states(struct otp_store_root *root,
    const struct otp_place *place, struct otp_fault *fault);
static enum otp_err open_part(int folder, const char *path, const char *name,
    int *ret_fd, struct otp_fault *fault);
static enum otp_err make_store_folder(
    const struct otp_place *place, bool *ret_made, struct otp_fault *fault);
static enum otp_err make_first_folder(int at, const char *name,
    const struct otp_place *place, bool *ret_made, struct otp_fault *fault);
static enum otp_err make_folder(
    int at, const char *name, bool *ret_made, struct otp_fault *fault);
static enum otp_err fill_store(struct otp_store_root *root,
    const struct otp_place *place, bool *ret_made, struct otp_fault *fault);
static enum otp_err forbid_copying(int folder, struct otp_fault *fault);
static enum otp_err mark_store(
    int folder, bool *ret_made, struct otp_fault *fault);
static enum otp_err fault_at(const char *folder, const char *name,
    struct otp_fault *fault, enum otp_err err);

/* --- Opening ------------------------------------------------------------ */

enum otp_err
otp_store_root_open(struct otp_store_root *root, struct otp_place place,
    struct otp_fault *fault)
{
	const char *folder = place.folder;
	enum otp_err err;

	err = otp_path_folder(folder, OTP_PATH_PRIVATE, &root->folder, fault);
	if (err == OTP_ERR_ABSENT)
		return OTP_ERR_NO_STORE;
	if (err != OTP_OK)
		return err;
	err = check_file_system(root->folder, &place, fault);
	if (err != OTP_OK)
		return otp_fault_set(fault, err,
		    fault != NULL ? fault->errnum : 0, folder, OTP_DETAIL_NONE);
	err = check_marker(root->folder, fault);
	if (err != OTP_OK)
		return fault_at(folder, STORE_MARKER, fault, err);
	err = open_seeds(root, folder, fault);
	return err == OTP_OK ? open_states(root, &place, fault) : err;
}

void
otp_store_root_close(struct otp_store_root *root)
{
	otp_path_close(&root->states);
	otp_path_close(&root->seeds);
	otp_path_close(&root->folder);
}

/* Exactly once needs one kernel that does all the locking. */
static enum otp_err
check_file_system(
    int folder, const struct otp_place *place, struct otp_fault *fault)
{
	return place->is_local ? OTP_OK : otp_file_system_check(folder, fault);
}

static enum otp_err
check_marker(int folder, struct otp_fault *fault)
{
	char text[sizeof(STORE_MARKER_TEXT) - 1];
	struct statx status = { 0 };
	size_t size = 0;
	int fd = -1;
	enum otp_err err;

	err = otp_path_file(folder, STORE_MARKER, O_RDONLY, OTP_PATH_PRIVATE,
	    &fd, &status, fault);
	if (err == OTP_ERR_ABSENT)
		return OTP_ERR_NO_STORE;
	if (err == OTP_OK)
		err = otp_path_read(fd, text, sizeof(text), 0, &size, fault);
	if (err == OTP_OK &&
	    (status.stx_size != sizeof(text) || size != sizeof(text) ||
		memcmp(text, STORE_MARKER_TEXT, size) != 0))
		err = otp_fault_set(
		    fault, OTP_ERR_STORE_VERSION, 0, NULL, OTP_DETAIL_NONE);
	otp_path_close(&fd);
	return err;
}

static enum otp_err
open_seeds(
    struct otp_store_root *root, const char *path, struct otp_fault *fault)
{
	return open_part(root->folder, path, STORE_SEEDS, &root->seeds, fault);
}

/* They may be a mount of their own, and the locks are in one. */
static enum otp_err
open_states(struct otp_store_root *root, const struct otp_place *place,
    struct otp_fault *fault)
{
	enum otp_err err = open_part(
	    root->folder, place->folder, STORE_STATES, &root->states, fault);

	if (err != OTP_OK)
		return err;
	err = check_file_system(root->states, place, fault);
	return fault_at(place->folder, STORE_STATES, fault, err);
}

/* A subfolder of a store: without it the folder is not a store. */
static enum otp_err
open_part(int folder, const char *path, const char *name, int *ret_fd,
    struct otp_fault *fault)
{
	enum otp_err err =
	    otp_path_subfolder(folder, name, OTP_PATH_PRIVATE, ret_fd, fault);

	if (err == OTP_ERR_ABSENT)
		err = OTP_ERR_NO_STORE;
	return fault_at(path, name, fault, err);
}

/* --- What is in a folder ------------------------------------------------ */

enum otp_err
otp_store_visit_names(int at,
    enum otp_err (*visit)(void *context, const char *name), void *context,
    struct otp_fault *fault)
{
	int fd = otp_path_open_at(at, ".", O_RDONLY | O_DIRECTORY);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	enum otp_err err = OTP_OK;

	if (folder == NULL) {
		err = otp_fault_set(
		    fault, OTP_ERR_READ, errno, NULL, OTP_DETAIL_NONE);
		otp_path_close(&fd);
		return err;
	}
	while (err == OTP_OK) {
		const struct dirent *entry;

		errno = 0;
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): a stream of our own */
		entry = readdir(folder);
		if (entry == NULL && errno != 0)
			err = otp_fault_set(
			    fault, OTP_ERR_READ, errno, NULL, OTP_DETAIL_NONE);
		if (entry == NULL)
			break;
		err = visit(context, entry->d_name);
	}
	(void)closedir(folder);
	return err;
}

/* --- Making ------------------------------------------------------------- */

enum otp_err
otp_files_init(struct otp_place place, bool *ret_made, struct otp_fault *fault)
{
	struct otp_store_root root = STORE_ROOT_CLOSED;
	bool made = false;
	enum otp_err err = make_store_folder(&place, &made, fault);

	if (err == OTP_OK)
		err = fill_store(&root, &place, &made, fault);
	otp_store_root_close(&root);
	if (err == OTP_OK)
		*ret_made = made;
	return err;
}

/* The store's own folder: PATH's last component, in a parent that exists. */
static enum otp_err
make_store_folder(
    const struct otp_place *place, bool *ret_made, struct otp_fault *fault)
{
	const char *path = place->folder;
	const char *name = strrchr(path, '/');
	char parent[PATH_MAX];
	int at = -1;
	enum otp_err err;

	if (name == NULL || name[1] == '\0' ||
	    (size_t)(name - path) >= sizeof(parent) - 1)
		return otp_fault_set(
		    fault, OTP_ERR_NAME, 0, path, OTP_DETAIL_NOT_A_FOLDER_PATH);
	memcpy(parent, path, (size_t)(name - path));
	parent[name - path] = '\0';
	err = otp_path_folder(
	    name == path ? "/" : parent, OTP_PATH_PUBLIC, &at, fault);
	if (err == OTP_OK)
		err = make_first_folder(at, name + 1, place, ret_made, fault);
	otp_path_close(&at);
	return err;
}

/* A new folder is on the file system of AT, the one above it. */
static enum otp_err
make_first_folder(int at, const char *name, const struct otp_place *place,
    bool *ret_made, struct otp_fault *fault)
{
	struct statx status = { 0 };
	enum otp_err err = otp_path_status(at, name, &status, NULL);

	if (err == OTP_ERR_ABSENT)
		err = check_file_system(at, place, fault);
	if (err == OTP_ERR_FILESYSTEM)
		return otp_fault_set(
		    fault, err, 0, place->folder, OTP_DETAIL_NONE);
	return make_folder(at, name, ret_made, fault);
}

/* Make the folder NAME in AT unless it exists; *RET_MADE only turns true. */
static enum otp_err
make_folder(int at, const char *name, bool *ret_made, struct otp_fault *fault)
{
	if (mkdirat(at, name, S_IRWXU) != 0) {
		if (errno == EEXIST)
			return OTP_OK;
		return otp_fault_set(fault, OTP_ERR_WRITE, errno, name,
		    OTP_DETAIL_CREATE_FOLDER);
	}
	*ret_made = true;
	if (fchmodat(at, name, S_IRWXU, 0) != 0) /* whatever the umask is */
		return otp_fault_set(
		    fault, OTP_ERR_WRITE, errno, name, OTP_DETAIL_NONE);
	return otp_replace_sync(at, fault);
}

static enum otp_err
fill_store(struct otp_store_root *root, const struct otp_place *place,
    bool *ret_made, struct otp_fault *fault)
{
	const char *path = place->folder;
	enum otp_err err;

	err = otp_path_folder(path, OTP_PATH_PRIVATE, &root->folder, fault);
	if (err != OTP_OK)
		return err;
	err = check_file_system(root->folder, place, fault);
	if (err != OTP_OK)
		return otp_fault_set(fault, err,
		    fault != NULL ? fault->errnum : 0, path, OTP_DETAIL_NONE);
	/* First what may be refused. */
	err = make_folder(root->folder, STORE_STATES, ret_made, fault);
	if (err != OTP_OK)
		return err;
	err = open_states(root, place, fault);
	if (err != OTP_OK)
		return err;
	err = make_folder(root->folder, STORE_SEEDS, ret_made, fault);
	if (err != OTP_OK)
		return err;
	err = open_seeds(root, path, fault);
	if (err != OTP_OK)
		return err;
	err = make_folder(root->folder, STORE_UIDS, ret_made, fault);
	if (err != OTP_OK)
		return err;
	err = forbid_copying(root->states, fault);
	if (err != OTP_OK)
		return err;
	/* The marker comes last: a store that has it is complete. */
	err = mark_store(root->folder, ret_made, fault);
	return fault_at(path, STORE_MARKER, fault, err);
}

/*
 * btrfs writes overwritten data elsewhere, and so needs room for it, unless
 * the file was made in a folder with this flag.
 */
static enum otp_err
forbid_copying(int folder, struct otp_fault *fault)
{
	unsigned long magic = 0;
	enum otp_err err = otp_file_system_magic(folder, &magic, fault);
	int flags = 0;
	int fd;

	if (err != OTP_OK || magic != BTRFS_SUPER_MAGIC)
		return err;
	fd = otp_path_open_at(folder, ".", O_RDONLY | O_DIRECTORY);
	if (fd < 0 || ioctl(fd, FS_IOC_GETFLAGS, &flags) != 0)
		err = otp_fault_set(
		    fault, OTP_ERR_READ, errno, NULL, OTP_DETAIL_NONE);
	flags |= FS_NOCOW_FL;
	if (err == OTP_OK && ioctl(fd, FS_IOC_SETFLAGS, &flags) != 0)
		err = otp_fault_set(
		    fault, OTP_ERR_WRITE, errno, NULL, OTP_DETAIL_NO_COPY_FLAG);
	otp_path_close(&fd);
	return err;
}

static enum otp_err
mark_store(int folder, bool *ret_made, struct otp_fault *fault)
{
	bool replaced;
	enum otp_err err = check_marker(folder, fault);

	if (err != OTP_ERR_NO_STORE)
		return err;
	*ret_made = true;
	return otp_replace_file(folder, STORE_MARKER, STORE_MARKER_TEXT,
	    sizeof(STORE_MARKER_TEXT) - 1, &replaced, fault);
}

/* Put "FOLDER/NAME" into FAULT, if ERR is an error; return ERR. */
static enum otp_err
fault_at(const char *folder, const char *name, struct otp_fault *fault,
    enum otp_err err)
{
	if (err != OTP_OK && fault != NULL)
		(void)snprintf(
		    fault->where, sizeof(fault->where), "%s/%s", folder, name);
	return err;
}
