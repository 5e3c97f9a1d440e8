/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/store/lock_owner.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/store/path.h"

#define SEARCH_MAX 1 /* seconds */

static bool has_locked(int process, const struct statx *file);
static bool is_file(int at, const char *name, const struct statx *file);
static void name_owner(
    int process, const char *pid, struct otp_lock_owner *owner);
static bool is_number(const char *name);
static DIR *open_folder(int at, const char *name);
static void read_text(int at, const char *name, char *text, size_t size);

bool
otp_lock_owner_find(int fd, struct otp_lock_owner *ret_owner)
{
	struct timespec begin, now;
	struct statx file = { 0 };
	const struct dirent *entry;
	bool found = false;
	DIR *proc;

	if (otp_path_status(fd, "", &file, NULL) != OTP_OK ||
	    clock_gettime(CLOCK_MONOTONIC, &begin) != 0)
		return false;
	proc = open_folder(AT_FDCWD, "/proc");
	if (proc == NULL)
		return false;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): a stream of our own */
	while (!found && (entry = readdir(proc)) != NULL) {
		int process;

		if (!is_number(entry->d_name))
			continue;
		if (clock_gettime(CLOCK_MONOTONIC, &now) != 0 ||
		    now.tv_sec - begin.tv_sec > SEARCH_MAX)
			break;
		/* NOLINTNEXTLINE(*-unix.StdCLibraryFunctions): it is open */
		process = otp_path_open_at(
		    dirfd(proc), entry->d_name, O_PATH | O_DIRECTORY);
		if (process < 0)
			continue;
		found = has_locked(process, &file);
		if (found)
			name_owner(process, entry->d_name, ret_owner);
		otp_path_close(&process);
	}
	(void)closedir(proc);
	return found;
}

/* Whether the process whose /proc folder is PROCESS has a lock on FILE. */
static bool
has_locked(int process, const struct statx *file)
{
	DIR *descriptors = open_folder(process, "fd");
	const struct dirent *entry;
	bool found = false;

	if (descriptors == NULL)
		return false;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): a stream of our own */
	while (!found && (entry = readdir(descriptors)) != NULL) {
		char path[sizeof("fdinfo/") + NAME_MAX], info[512];

		if (!is_number(entry->d_name) ||
		    !is_file(dirfd(descriptors), entry->d_name, file))
			continue;
		(void)snprintf(path, sizeof(path), "fdinfo/%s", entry->d_name);
		read_text(process, path, info, sizeof(info));
		found = strstr(info, "\nlock:") != NULL;
	}
	(void)closedir(descriptors);
	return found;
}

/*
 * Whether NAME, an open file of some process, is FILE.  That file may be on a
 * server that is gone: the server is not asked.
 */
static bool
is_file(int at, const char *name, const struct statx *file)
{
	struct statx status = { 0 };

	return statx(at, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_INO,
		   &status) == 0 &&
	    otp_path_same(&status, file);
}

/* The owner: the process whose /proc folder is PROCESS, called PID. */
static void
name_owner(int process, const char *pid, struct otp_lock_owner *owner)
{
	read_text(process, "comm", owner->name, sizeof(owner->name));
	owner->name[strcspn(owner->name, "\n")] = '\0';
	owner->pid = strtoul(pid, NULL, 10);
}

/* Names of processes and of descriptors. */
static bool
is_number(const char *name)
{
	if (*name == '\0')
		return false;
	for (; *name != '\0'; name++)
		if (*name < '0' || *name > '9')
			return false;
	return true;
}

static DIR *
open_folder(int at, const char *name)
{
	int fd = otp_path_open_at(at, name, O_RDONLY | O_DIRECTORY);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);

	if (folder == NULL)
		otp_path_close(&fd);
	return folder;
}

/* The beginning of a small file as text; "" if it cannot be read. */
static void
read_text(int at, const char *name, char *text, size_t size)
{
	int fd = otp_path_open_at(at, name, O_RDONLY);
	size_t length = 0;

	if (fd >= 0 &&
	    otp_path_read(fd, text, size - 1, 0, &length, NULL) != OTP_OK)
		length = 0;
	text[length] = '\0';
	otp_path_close(&fd);
}
