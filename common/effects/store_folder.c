/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store as a folder: what it is called, what makes it one, who is in it.
 *
 * MUST, each with the test that fails without it (tests/store/):
 *
 * 1. Without the marker it is no store, and nobody is "not enrolled"
 *    (open__needs_the_marker).
 * 2. No account's file lies outside, or is another account's
 *    (open__escapes_every_name).
 * 3. On a network file system a code may work twice: it is no store
 *    (open__refuses_a_network_file_system).
 */
#include "common/core/mark.h"
#include "store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "path.h"
#include "store_internal.h"

/* Those that <linux/magic.h> does not have everywhere. */
#define MAGIC_CIFS 0xff534d42u
#define MAGIC_SMB2 0xfe534d42u
#define MAGIC_CEPH 0x00c36400u

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '@' || c == '.' ||
	    c == '-';
}

enum otp_err
otp_store_escape(const char *account, char ret_name[STORE_NAME_SIZE])
{
	static const char hex[] = "0123456789ABCDEF";
	size_t length = 0;

	for (const char *at = account; *at; at++) {
		unsigned char byte = (unsigned char)*at;
		bool plain = is_plain(*at) && !(*at == '.' && at == account);

		if (length + (plain ? 1 : 3) > STORE_NAME_MAX)
			return OTP_ERR_NAME;
		if (plain) {
			ret_name[length++] = *at;
			continue;
		}
		ret_name[length++] = '%';
		ret_name[length++] = hex[byte >> 4];
		ret_name[length++] = hex[byte & 15];
	}
	ret_name[length] = '\0';
	return length > 0 ? OTP_OK : OTP_ERR_NAME;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The account of a file name; false where no account's file is called so. */
static bool
unescape(const char *name, char account[STORE_NAME_SIZE])
{
	char again[STORE_NAME_SIZE];
	size_t length = 0;

	for (const char *at = name; *at; at++) {
		if (length >= STORE_NAME_MAX)
			return false;
		if (*at != '%') {
			account[length++] = *at;
			continue;
		}
		if (hex_digit(at[1]) < 0 || hex_digit(at[2]) < 0)
			return false;
		account[length++] =
		    (char)(hex_digit(at[1]) << 4 | hex_digit(at[2]));
		at += 2;
	}
	account[length] = '\0';
	return otp_store_escape(account, again) == OTP_OK &&
	    strcmp(again, name) == 0;
}

void
otp_store_new_name(const char *name, char ret_name[STORE_NEW_SIZE])
{
	/* An account's name begins with no dot, so no two files collide. */
	(void)snprintf(ret_name, STORE_NEW_SIZE, ".%s.new", name);
}

/* Exactly once needs one kernel that does all the locking. */
static enum otp_err
check_file_system(int folder, struct otp_fault *fault)
{
	struct statfs status;

	if (fstatfs(folder, &status) != 0)
		return otp_fault_set(fault, OTP_ERR_READ, errno, NULL, NULL);
	switch ((unsigned long)status.f_type & UINT32_MAX) {
	case NFS_SUPER_MAGIC:
	case SMB_SUPER_MAGIC:
	case MAGIC_CIFS:
	case MAGIC_SMB2:
	case V9FS_MAGIC:
	case AFS_SUPER_MAGIC:
	case AFS_FS_MAGIC:
	case CODA_SUPER_MAGIC:
	case MAGIC_CEPH:
		return otp_fault_set(fault, OTP_ERR_FILESYSTEM, 0, NULL,
		    N_("a network file system"));
	default:
		return OTP_OK;
	}
}

static enum otp_err
check_marker(int folder, struct otp_fault *fault)
{
	char text[sizeof(STORE_MARKER_TEXT)];
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
	    (size != sizeof(STORE_MARKER_TEXT) - 1 ||
		memcmp(text, STORE_MARKER_TEXT, size) != 0))
		err =
		    otp_fault_set(fault, OTP_ERR_STORE_VERSION, 0, NULL, NULL);
	otp_path_close(&fd);
	return err;
}

/* Put the path of what is wrong in FOLDER into FAULT. */
static enum otp_err
blame_folder(const char *folder, const char *name, struct otp_fault *fault,
    enum otp_err err)
{
	if (err != OTP_OK && fault)
		(void)snprintf(
		    fault->where, sizeof(fault->where), "%s/%s", folder, name);
	return err;
}

/*
 * A subfolder of a store: without it the store is none.  It may be a mount of
 * its own; the locks are in one.
 */
static enum otp_err
open_part(int folder, const char *path, const char *name, int *ret_fd,
    struct otp_fault *fault)
{
	enum otp_err err =
	    otp_path_subfolder(folder, name, OTP_PATH_PRIVATE, ret_fd, fault);

	if (err == OTP_ERR_ABSENT)
		err = OTP_ERR_NO_STORE;
	if (err == OTP_OK && strcmp(name, STORE_STATES) == 0)
		err = check_file_system(*ret_fd, fault);
	return blame_folder(path, name, fault, err);
}

enum otp_err
otp_store_enter(
    struct otp_store *store, const char *folder, struct otp_fault *fault)
{
	enum otp_err err;

	err = otp_path_folder(folder, OTP_PATH_PRIVATE, &store->folder, fault);
	if (err == OTP_ERR_ABSENT)
		return OTP_ERR_NO_STORE;
	if (err != OTP_OK)
		return err;
	err = check_file_system(store->folder, fault);
	if (err != OTP_OK)
		return otp_fault_set(
		    fault, err, fault ? fault->errnum : 0, folder, NULL);
	err = check_marker(store->folder, fault);
	if (err != OTP_OK)
		return blame_folder(folder, STORE_MARKER, fault, err);
	err =
	    open_part(store->folder, folder, STORE_SEEDS, &store->seeds, fault);
	if (err == OTP_OK)
		err = open_part(
		    store->folder, folder, STORE_STATES, &store->states, fault);
	return err;
}

/* Make the folder NAME in AT unless it is there; *RET_MADE only turns true. */
static enum otp_err
make_folder(int at, const char *name, bool *ret_made, struct otp_fault *fault)
{
	if (mkdirat(at, name, S_IRWXU) != 0) {
		if (errno == EEXIST)
			return OTP_OK;
		return otp_fault_set(fault, OTP_ERR_WRITE, errno, name,
		    N_("cannot make the folder"));
	}
	*ret_made = true;
	if (fchmodat(at, name, S_IRWXU, 0) != 0) /* whatever the umask */
		return otp_fault_set(fault, OTP_ERR_WRITE, errno, name, NULL);
	return otp_store_flush_folder(at, fault);
}

/* The store's own folder: PATH's last component, in a parent that is there. */
static enum otp_err
make_store_folder(const char *path, bool *ret_made, struct otp_fault *fault)
{
	const char *name = strrchr(path, '/');
	char parent[PATH_MAX];
	int at = -1;
	enum otp_err err;

	if (!name || name[1] == '\0' ||
	    (size_t)(name - path) >= sizeof(parent) - 1)
		return otp_fault_set(fault, OTP_ERR_NAME, 0, path,
		    N_("not a folder's full path"));
	memcpy(parent, path, (size_t)(name - path));
	parent[name - path] = '\0';
	err = otp_path_folder(
	    name == path ? "/" : parent, OTP_PATH_PUBLIC, &at, fault);
	if (err == OTP_OK)
		err = make_folder(at, name + 1, ret_made, fault);
	otp_path_close(&at);
	return err;
}

/*
 * btrfs writes elsewhere what is overwritten, and so needs room for it,
 * unless the file was made in a folder with this flag.
 */
static enum otp_err
forbid_copying(int folder, struct otp_fault *fault)
{
	struct statfs status;
	enum otp_err err = OTP_OK;
	int flags = 0;
	int fd;

	if (fstatfs(folder, &status) != 0)
		return otp_fault_set(fault, OTP_ERR_READ, errno, NULL, NULL);
	if (((unsigned long)status.f_type & UINT32_MAX) != BTRFS_SUPER_MAGIC)
		return OTP_OK;
	fd = otp_path_raise(
	    openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (fd < 0 || ioctl(fd, FS_IOC_GETFLAGS, &flags) != 0)
		err = otp_fault_set(fault, OTP_ERR_READ, errno, NULL, NULL);
	flags |= FS_NOCOW_FL;
	if (err == OTP_OK && ioctl(fd, FS_IOC_SETFLAGS, &flags) != 0)
		err = otp_fault_set(fault, OTP_ERR_WRITE, errno, NULL,
		    N_("cannot set the no-copy flag"));
	otp_path_close(&fd);
	return err;
}

/* The marker comes last: what is marked is whole. */
static enum otp_err
fill_store(struct otp_store *store, const char *path, bool *ret_made,
    struct otp_fault *fault)
{
	enum otp_err err;

	err = otp_path_folder(path, OTP_PATH_PRIVATE, &store->folder, fault);
	if (err == OTP_OK)
		err = check_file_system(store->folder, fault);
	if (err == OTP_OK)
		err = make_folder(store->folder, STORE_SEEDS, ret_made, fault);
	if (err == OTP_OK)
		err = make_folder(store->folder, STORE_STATES, ret_made, fault);
	if (err == OTP_OK)
		err = open_part(
		    store->folder, path, STORE_SEEDS, &store->seeds, fault);
	if (err == OTP_OK)
		err = open_part(
		    store->folder, path, STORE_STATES, &store->states, fault);
	if (err == OTP_OK)
		err = forbid_copying(store->states, fault);
	if (err != OTP_OK)
		return err;
	err = check_marker(store->folder, fault);
	if (err != OTP_ERR_NO_STORE)
		return blame_folder(path, STORE_MARKER, fault, err);
	*ret_made = true;
	return blame_folder(path, STORE_MARKER, fault,
	    otp_store_place(store->folder, STORE_MARKER, STORE_MARKER_TEXT,
		sizeof(STORE_MARKER_TEXT) - 1, fault));
}

enum otp_err
otp_store_init(const char *folder, bool *ret_made, struct otp_fault *fault)
{
	struct otp_store store = {
		.folder = -1, .seeds = -1, .states = -1, .file = -1
	};
	bool made = false;
	enum otp_err err = make_store_folder(folder, &made, fault);

	if (err == OTP_OK)
		err = fill_store(&store, folder, &made, fault);
	otp_path_close(&store.states);
	otp_path_close(&store.seeds);
	otp_path_close(&store.folder);
	if (err == OTP_OK)
		*ret_made = made;
	return err;
}

/*
 * Visit the accounts that have a file in AT, save those that have one in
 * SKIP too (-1 = none), who were visited before.
 */
static enum otp_err
visit_folder(int at, int skip,
    enum otp_err (*visit)(void *context, const char *account), void *context,
    struct otp_fault *fault)
{
	int fd =
	    otp_path_raise(openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	enum otp_err err = OTP_OK;

	if (!folder) {
		err = otp_fault_set(fault, OTP_ERR_READ, errno, NULL, NULL);
		otp_path_close(&fd);
		return err;
	}
	while (err == OTP_OK) {
		char account[STORE_NAME_SIZE];
		const struct dirent *entry;
		struct stat status;

		errno = 0;
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): a stream of our own */
		entry = readdir(folder);
		if (!entry && errno != 0)
			err = otp_fault_set(
			    fault, OTP_ERR_READ, errno, NULL, NULL);
		if (!entry)
			break;
		if (!unescape(entry->d_name, account))
			continue;
		if (skip >= 0 &&
		    fstatat(
			skip, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0)
			continue;
		err = visit(context, account);
	}
	(void)closedir(folder);
	return err;
}

enum otp_err
otp_store_each(const char *folder,
    enum otp_err (*visit)(void *context, const char *account), void *context,
    struct otp_fault *fault)
{
	struct otp_store store = {
		.folder = -1, .seeds = -1, .states = -1, .file = -1
	};
	enum otp_err err = otp_store_enter(&store, folder, fault);

	if (err == OTP_OK)
		err = visit_folder(store.seeds, -1, visit, context, fault);
	if (err == OTP_OK)
		err = visit_folder(
		    store.states, store.seeds, visit, context, fault);
	otp_path_close(&store.states);
	otp_path_close(&store.seeds);
	otp_path_close(&store.folder);
	return err;
}
