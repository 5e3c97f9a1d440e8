/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "path.h"

#define SEARCH_MAX 1 /* seconds */

/* Names of processes and of descriptors. */
static bool
is_number(const char *name)
{
	if (*name == '\0')
		return false;
	for (; *name; name++)
		if (*name < '0' || *name > '9')
			return false;
	return true;
}

static DIR *
open_folder(int at, const char *name)
{
	int fd = otp_path_raise(
	    openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);

	if (!folder)
		otp_path_close(&fd);
	return folder;
}

/* A small file's beginning as text, "" where it cannot be read. */
static void
read_text(int at, const char *name, char *text, size_t size)
{
	int fd = otp_path_raise(openat(at, name, O_RDONLY | O_CLOEXEC));
	size_t length = 0;

	if (fd >= 0 &&
	    otp_path_read(fd, text, size - 1, 0, &length, NULL) != OTP_OK)
		length = 0;
	text[length] = '\0';
	otp_path_close(&fd);
}

/*
 * Whether NAME, somebody's open file, is FILE.  Others' files may be on a
 * server that is gone: it is not asked, and nobody waits for it.
 */
static bool
is_file(int at, const char *name, const struct statx *file)
{
	struct statx status = { 0 };

	return statx(at, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_INO,
		   &status) == 0 &&
	    otp_path_same(&status, file);
}

/* Whether the process whose /proc folder is PROCESS holds a lock on FILE. */
static bool
holds(int process, const struct statx *file)
{
	DIR *descriptors = open_folder(process, "fd");
	const struct dirent *entry;
	bool found = false;

	if (!descriptors)
		return false;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this stream */
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

static void
name_process(int process, const char *pid, char *text, size_t size)
{
	char name[64];

	read_text(process, "comm", name, sizeof(name));
	name[strcspn(name, "\n")] = '\0';
	(void)snprintf(text, size, "held by %.16s[%.16s]", name, pid);
}

void
otp_holder_find(int fd, char *text, size_t size)
{
	struct timespec begin, now;
	struct statx file = { 0 };
	const struct dirent *entry;
	bool found = false;
	DIR *proc;

	if (otp_path_status(fd, "", &file, NULL) != OTP_OK ||
	    clock_gettime(CLOCK_MONOTONIC, &begin) != 0)
		return;
	proc = open_folder(AT_FDCWD, "/proc");
	if (!proc)
		return;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this stream */
	while (!found && (entry = readdir(proc)) != NULL) {
		int process;

		if (!is_number(entry->d_name))
			continue;
		if (clock_gettime(CLOCK_MONOTONIC, &now) != 0 ||
		    now.tv_sec - begin.tv_sec > SEARCH_MAX)
			break;
		/* NOLINTNEXTLINE(*-unix.StdCLibraryFunctions): it is open */
		process = otp_path_raise(openat(dirfd(proc), entry->d_name,
		    O_PATH | O_DIRECTORY | O_CLOEXEC));
		if (process < 0)
			continue;
		found = holds(process, &file);
		if (found)
			name_process(process, entry->d_name, text, size);
		otp_path_close(&process);
	}
	(void)closedir(proc);
}
