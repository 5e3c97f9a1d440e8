/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/fuzz/ground.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "common/store/store.h"
#include "tests/fuzz/fuzz.h"

#define PREFIX "pam_otp.fuzz-"

static char root[64];
static char store[80];
static pid_t owner;
static int lock = -1; /* on `root', held as long as it is in use */

static int
unlink_one(
    const char *path, const struct stat *status, int type, struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(path);
}

static void
remove_tree(const char *folder)
{
	(void)nftw(folder, unlink_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void
remove_all(void)
{
	if (getpid() == owner)
		remove_tree(root);
}

/* In memory where there is such a folder: a disk's flushes take long. */
static const char *
best_folder(void)
{
	struct statfs status;

	if (statfs("/dev/shm", &status) == 0 && status.f_type == TMPFS_MAGIC &&
	    access("/dev/shm", W_OK) == 0)
		return "/dev/shm";
	return "/tmp";
}

/* FOLDER's lock; -1 where it is not ours, is in use, or has gone meanwhile. */
static int
hold(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;

	if (fd < 0)
		return -1;
	if (fstat(fd, &status) == 0 && status.st_uid == geteuid() &&
	    flock(fd, LOCK_EX | LOCK_NB) == 0 && access(folder, F_OK) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* Take away what others left who were killed before remove_all(). */
static void
sweep(const char *above)
{
	DIR *folders = opendir(above);
	const struct dirent *entry;

	FUZZ_MUST(folders != NULL);
	while ((entry = readdir(folders)) != NULL) {
		char folder[FUZZ_PATH_SIZE];
		int fd;

		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0)
			continue;
		(void)snprintf(
		    folder, sizeof(folder), "%s/%s", above, entry->d_name);
		fd = hold(folder);
		if (fd < 0)
			continue;
		remove_tree(folder);
		(void)close(fd);
	}
	FUZZ_MUST(closedir(folders) == 0);
}

/* Another's sweep may take a new one away before it is held. */
static void
make_root(const char *above)
{
	for (unsigned i = 0; lock < 0 && i < 100; i++) {
		(void)snprintf(
		    root, sizeof(root), "%s/" PREFIX "XXXXXX", above);
		FUZZ_MUST(mkdtemp(root) != NULL);
		lock = hold(root);
	}
	FUZZ_MUST(lock >= 0);
}

const char *
fuzz_store(void)
{
	bool made = false;

	if (owner == getpid())
		return store;
	sweep(best_folder());
	lock = -1; /* another process's, whose memory this is a copy of */
	make_root(best_folder());
	owner = getpid();
	FUZZ_MUST(atexit(remove_all) == 0);
	(void)snprintf(store, sizeof(store), "%s/store", root);
	FUZZ_MUST(otp_store_init((struct otp_place){ .folder = store }, &made,
		      NULL) == OTP_OK &&
	    made);
	return store;
}

void
fuzz_path(char ret_path[FUZZ_PATH_SIZE], const char *format, ...)
{
	va_list arguments;
	int length = snprintf(ret_path, FUZZ_PATH_SIZE, "%s/", root);
	int more;

	va_start(arguments, format);
	more = vsnprintf(ret_path + length, FUZZ_PATH_SIZE - (size_t)length,
	    format, arguments);
	va_end(arguments);
	FUZZ_MUST(length > 0 && more > 0 && length + more < FUZZ_PATH_SIZE);
}

void
fuzz_store_clear(const char *folder)
{
	char path[FUZZ_PATH_SIZE];
	const struct dirent *entry;
	DIR *open_folder;

	fuzz_path(path, "store/%s", folder);
	open_folder = opendir(path);
	FUZZ_MUST(open_folder != NULL);
	while ((entry = readdir(open_folder)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			FUZZ_MUST(unlinkat(dirfd(open_folder), entry->d_name,
				      0) == 0);
	FUZZ_MUST(closedir(open_folder) == 0);
}

unsigned
fuzz_descriptors(void)
{
	unsigned count = 0;
	DIR *folder = opendir("/proc/self/fd");

	FUZZ_MUST(folder != NULL);
	while (readdir(folder) != NULL)
		count++;
	FUZZ_MUST(closedir(folder) == 0);
	return count;
}
