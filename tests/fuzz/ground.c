/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/ground.h"

#include <dirent.h>
#include <ftw.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "common/effects/store.h"
#include "tests/fuzz/fuzz.h"

static char root[64];
static char store[80];
static pid_t owner;

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
remove_all(void)
{
	if (getpid() == owner)
		(void)nftw(root, unlink_one, 8, FTW_DEPTH | FTW_PHYS);
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

const char *
fuzz_store(void)
{
	bool made = false;

	if (owner == getpid())
		return store;
	(void)snprintf(
	    root, sizeof(root), "%s/pam_otp.fuzz.XXXXXX", best_folder());
	FUZZ_MUST(mkdtemp(root) != NULL);
	owner = getpid();
	FUZZ_MUST(atexit(remove_all) == 0);
	(void)snprintf(store, sizeof(store), "%s/store", root);
	FUZZ_MUST(otp_store_init(store, &made, NULL) == OTP_OK && made);
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
