/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/fuzz/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/core/slots.h"
#include "tests/fuzz/ground.h"

#define SECTOR	      512
#define SIZE_MAX_FILE OTP_SLOTS_FILE_SIZE /* a seed has less */
#define SECTORS	      (SIZE_MAX_FILE / SECTOR)
#define FILES	      128
#define HISTORY	      256
#define FOLDERS	      2
#define NAMES	      4 /* of both names NAME, .NAME.new */
#define NO_FILE	      (-1)

/* What the disk has of a file, and what of it is only in the cache. */
struct file {
	ino_t inode;
	size_t size;
	uint8_t bytes[SIZE_MAX_FILE];
	uint8_t cached[SIZE_MAX_FILE];
	bool dirty[SECTORS];
	bool
	    doomed[SECTORS]; /* its flush failed: the next one passes it over */
};

/* Which file each name of a folder leads to. */
struct names {
	int at[NAMES];
};

/* Names since the folder's last flush; any of these may be on the disk. */
struct folder {
	ino_t inode;
	unsigned count;
	struct names history[HISTORY];
};

static const char *const folder_names[FOLDERS] = { "seed", "state" };
static char names[NAMES][64];
static char store[128];
static struct folder folders[FOLDERS];
static struct file files[FILES];
static int files_count;

static struct {
	enum disk_fault fault;
	unsigned at, calls;
	int errnum;
	bool hit, dead, full;
} plan;

int __real_openat(int at, const char *name, int flags, ...);
int __wrap_openat(int at, const char *name, int flags, ...);
int __wrap_openat64(int at, const char *name, int flags, ...);
ssize_t __real_pwrite(int fd, const void *data, size_t size, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t offset);
ssize_t __wrap_pwrite64(int fd, const void *data, size_t size, off_t offset);
int __real_ftruncate(int fd, off_t size);
int __wrap_ftruncate(int fd, off_t size);
int __wrap_ftruncate64(int fd, off_t size);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);
int __real_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new);
int __real_renameat2(
    int from, const char *old, int to, const char *new, unsigned flags);
int __wrap_renameat2(
    int from, const char *old, int to, const char *new, unsigned flags);
int __real_unlinkat(int at, const char *name, int flags);
int __wrap_unlinkat(int at, const char *name, int flags);

/* --- What there is ------------------------------------------------------ */

static ino_t
inode_of(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 ? status.st_ino : 0;
}

static struct folder *
find_folder(int fd)
{
	const ino_t inode = inode_of(fd);

	for (unsigned i = 0; i < FOLDERS; i++)
		if (folders[i].inode == inode)
			return &folders[i];
	return NULL;
}

static int
find_name(const char *name)
{
	for (int i = 0; i < NAMES; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return NO_FILE;
}

static struct names *
present(struct folder *folder)
{
	return &folder->history[folder->count - 1];
}

/* The file FD, which is one that a name leads to; or NULL. */
static struct file *
find_file(int fd)
{
	const ino_t inode = inode_of(fd);

	/* Before disk_begin() there is none. */
	for (unsigned i = 0; i < FOLDERS && folders[i].count > 0; i++)
		for (unsigned j = 0; j < NAMES; j++) {
			int at = present(&folders[i])->at[j];

			if (at != NO_FILE && files[at].inode == inode)
				return &files[at];
		}
	return NULL;
}

static struct names *
change(struct folder *folder)
{
	FUZZ_MUST(folder->count < HISTORY);
	folder->history[folder->count] = *present(folder);
	folder->count++;
	return present(folder);
}

static int
add_file(int fd)
{
	FUZZ_MUST(files_count < FILES);
	memset(&files[files_count], 0, sizeof(files[0]));
	files[files_count].inode = inode_of(fd);
	return files_count++;
}

static void
flush_file(struct file *file, int fd)
{
	struct stat status;

	FUZZ_MUST(fstat(fd, &status) == 0 &&
	    (size_t)status.st_size <= sizeof(file->bytes));
	for (size_t i = 0; i < SECTORS; i++) {
		if (!file->dirty[i] || file->doomed[i])
			continue;
		file->dirty[i] = false;
		memcpy(file->bytes + i * SECTOR, file->cached + i * SECTOR,
		    SECTOR);
	}
	file->size = (size_t)status.st_size;
}

/* --- Faults ------------------------------------------------------------- */

/* Whether the call that is being made is not to be. */
static bool
fails(bool writes)
{
	bool now = ++plan.calls == plan.at && plan.fault != DISK_PASSES;

	plan.hit = plan.hit || now;
	if (plan.dead || plan.full) {
		errno = plan.dead ? EIO : ENOSPC;
		return plan.dead || writes;
	}
	if (!now)
		return false;
	switch (plan.fault) {
	case DISK_FAILS:
		errno = plan.errnum;
		return true;
	case DISK_DIES:
		plan.dead = true;
		errno = EIO;
		return !writes;
	case DISK_PASSES:
	case DISK_SHORT:
	case DISK_FULL:
	case DISK_FAULTS:
		break;
	}
	return false;
}

void
disk_plan(enum disk_fault fault, unsigned at, int errnum)
{
	memset(&plan, 0, sizeof(plan));
	plan.fault = fault;
	plan.at = at;
	plan.errnum = errnum;
}

bool
disk_stop(void)
{
	const bool hit = plan.hit;

	memset(&plan, 0, sizeof(plan));
	return hit;
}

/* --- In place of the C library ------------------------------------------ */

int
__wrap_openat(int at, const char *name, int flags, ...)
{
	struct folder *folder = find_folder(at);
	const int index = find_name(name);
	va_list arguments;
	mode_t mode = 0;
	int fd;

	if ((flags & O_CREAT) == 0)
		return __real_openat(at, name, flags);
	va_start(arguments, flags);
	mode = va_arg(arguments, mode_t);
	va_end(arguments);
	if (fails(false))
		return -1;
	fd = __real_openat(at, name, flags, mode);
	if (fd >= 0 && folder != NULL && index != NO_FILE &&
	    present(folder)->at[index] == NO_FILE) {
		int file = add_file(fd);

		change(folder)->at[index] = file;
	}
	return fd;
}

int
__wrap_openat64(int at, const char *name, int flags, ...)
{
	va_list arguments;
	mode_t mode = 0;

	if ((flags & O_CREAT) != 0) {
		va_start(arguments, flags);
		mode = va_arg(arguments, mode_t);
		va_end(arguments);
	}
	return __wrap_openat(at, name, flags, mode);
}

ssize_t
__wrap_pwrite(int fd, const void *data, size_t size, off_t offset)
{
	struct file *file = find_file(fd);
	const bool alive = !plan.dead;
	ssize_t done;

	if (fails(true))
		return -1;
	if (plan.calls == plan.at && plan.fault >= DISK_SHORT)
		size = size / 2 + 1;
	done = __real_pwrite(fd, data, size, offset);
	if (file == NULL || done <= 0)
		return alive && plan.dead ? -1 : done;
	FUZZ_MUST((size_t)offset + size <= sizeof(file->cached));
	memcpy(file->cached + offset, data, size);
	for (size_t i = 0; i < SECTORS; i++)
		if ((i + 1) * SECTOR > (size_t)offset &&
		    i * SECTOR < (size_t)offset + size) {
			file->dirty[i] = true;
			file->doomed[i] = false;
		}
	if (plan.calls == plan.at && plan.fault == DISK_FULL)
		plan.full = true;
	return alive && plan.dead ? -1 : done;
}

ssize_t
__wrap_pwrite64(int fd, const void *data, size_t size, off_t offset)
{
	return __wrap_pwrite(fd, data, size, offset);
}

int
__wrap_ftruncate(int fd, off_t size)
{
	return fails(false) ? -1 : __real_ftruncate(fd, size);
}

int
__wrap_ftruncate64(int fd, off_t size)
{
	return __wrap_ftruncate(fd, size);
}

/* Nothing of the real disk is needed. */
int
__wrap_fsync(int fd)
{
	struct folder *folder = find_folder(fd);
	struct file *file = find_file(fd);

	if (fails(false)) {
		/* An error is told once, and its pages are clean from then on. */
		if (file != NULL && !plan.dead && errno != EINTR)
			for (size_t i = 0; i < SECTORS; i++)
				file->doomed[i] = file->dirty[i];
		return -1;
	}
	if (file != NULL)
		flush_file(file, fd);
	if (folder != NULL) {
		folder->history[0] = *present(folder);
		folder->count = 1;
	}
	return 0;
}

int
__wrap_fdatasync(int fd)
{
	return __wrap_fsync(fd);
}

static void
note_rename(int at, const char *old, const char *new)
{
	struct folder *folder = find_folder(at);
	int from = find_name(old), to = find_name(new);
	struct names *changed;

	if (folder == NULL) /* the marker's */
		return;
	FUZZ_MUST(from != NO_FILE && to != NO_FILE);
	changed = change(folder);
	changed->at[to] = changed->at[from];
	changed->at[from] = NO_FILE;
}

int
__wrap_renameat(int from, const char *old, int to, const char *new)
{
	int result;

	if (fails(false))
		return -1;
	result = __real_renameat(from, old, to, new);
	if (result == 0)
		note_rename(from, old, new);
	return result;
}

int
__wrap_renameat2(
    int from, const char *old, int to, const char *new, unsigned flags)
{
	int result;

	if (fails(false))
		return -1;
	result = __real_renameat2(from, old, to, new, flags);
	if (result == 0)
		note_rename(from, old, new);
	return result;
}

int
__wrap_unlinkat(int at, const char *name, int flags)
{
	struct folder *folder = find_folder(at);
	const int index = find_name(name);
	int result;

	if (fails(false))
		return -1;
	result = __real_unlinkat(at, name, flags);
	if (result == 0 && folder != NULL && index != NO_FILE)
		change(folder)->at[index] = NO_FILE;
	return result;
}

/* --- The power ---------------------------------------------------------- */

static void
path_of(char path[FUZZ_PATH_SIZE], unsigned folder, int name)
{
	(void)snprintf(path, FUZZ_PATH_SIZE, "%s/%s/%s", store,
	    folder_names[folder], names[name]);
}

void
disk_begin(const char *path, const char *account, const char *other)
{
	struct stat status;

	(void)snprintf(store, sizeof(store), "%s", path);
	(void)snprintf(names[0], sizeof(names[0]), "%s", account);
	(void)snprintf(names[1], sizeof(names[1]), ".%s.new", account);
	(void)snprintf(names[2], sizeof(names[2]), "%s", other);
	(void)snprintf(names[3], sizeof(names[3]), ".%s.new", other);
	memset(&plan, 0, sizeof(plan));
	files_count = 0;
	for (unsigned i = 0; i < FOLDERS; i++) {
		char folder[256];

		(void)snprintf(
		    folder, sizeof(folder), "%s/%s", path, folder_names[i]);
		FUZZ_MUST(stat(folder, &status) == 0);
		folders[i].inode = status.st_ino;
		folders[i].count = 1;
		for (int j = 0; j < NAMES; j++)
			folders[i].history[0].at[j] = NO_FILE;
	}
}

/* The file is again what the disk has of it, or may have. */
static void
settle_file(struct file *file, const char *path, struct fuzz_input *choice)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	struct stat status;
	unsigned bits = 0;

	FUZZ_MUST(
	    fd >= 0 && fstat(fd, &status) == 0 && status.st_ino == file->inode);
	for (unsigned i = 0; i < SECTORS; i++) {
		if (!file->dirty[i])
			continue;
		bits = bits < 2 ? 0x100U | fuzz_byte(choice) : bits;
		if ((bits & 1) != 0) {
			memcpy(file->bytes + i * SECTOR,
			    file->cached + i * SECTOR, SECTOR);
			file->size = (size_t)status.st_size;
		}
		bits >>= 1;
		file->dirty[i] = file->doomed[i] = false;
	}
	memcpy(file->cached, file->bytes, sizeof(file->cached));
	FUZZ_MUST(__real_ftruncate(fd, (off_t)file->size) == 0 &&
	    __real_pwrite(fd, file->bytes, file->size, 0) ==
		(ssize_t)file->size &&
	    close(fd) == 0);
}

/* A file whose name is lost is gone; one whose name comes back is made anew. */
static void
settle_name(unsigned folder, int name, int old, int kept)
{
	char path[FUZZ_PATH_SIZE];
	int fd;

	path_of(path, folder, name);
	if (old == kept)
		return;
	if (old != NO_FILE)
		FUZZ_MUST(unlink(path) == 0);
	if (kept == NO_FILE)
		return;
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FUZZ_MUST(fd >= 0 &&
	    __real_pwrite(fd, files[kept].bytes, files[kept].size, 0) ==
		(ssize_t)files[kept].size);
	files[kept].inode = inode_of(fd);
	memcpy(
	    files[kept].cached, files[kept].bytes, sizeof(files[kept].cached));
	memset(files[kept].dirty, 0, sizeof(files[kept].dirty));
	memset(files[kept].doomed, 0, sizeof(files[kept].doomed));
	FUZZ_MUST(close(fd) == 0);
}

static void
cut_folder(unsigned number, struct fuzz_input *choice)
{
	struct folder *folder = &folders[number];
	const struct names now = *present(folder);
	const struct names kept = folder->history[folder->count == 1
		? 0
		: fuzz_below(choice, folder->count)];

	for (int i = 0; i < NAMES; i++) {
		char path[FUZZ_PATH_SIZE];

		path_of(path, number, i);
		if (now.at[i] != NO_FILE)
			settle_file(&files[now.at[i]], path, choice);
	}
	for (int i = 0; i < NAMES; i++)
		settle_name(number, i, now.at[i], kept.at[i]);
	folder->history[0] = kept;
	folder->count = 1;
}

void
disk_cut(struct fuzz_input *choice)
{
	for (unsigned i = 0; i < FOLDERS; i++)
		cut_folder(i, choice);
}

void
disk_put_seed(const char *account, const char *text, size_t size)
{
	const int name = find_name(account);
	struct folder *folder = &folders[0];
	char path[FUZZ_PATH_SIZE];
	struct file *file;
	int fd;

	FUZZ_MUST(name != NO_FILE);
	path_of(path, 0, name);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	FUZZ_MUST(fd >= 0);
	if (present(folder)->at[name] == NO_FILE)
		present(folder)->at[name] = add_file(fd);
	file = &files[present(folder)->at[name]];
	FUZZ_MUST(__real_ftruncate(fd, (off_t)size) == 0 &&
	    __real_pwrite(fd, text, size, 0) == (ssize_t)size);
	memcpy(file->cached, text, size);
	memset(file->dirty, true, sizeof(file->dirty));
	memset(file->doomed, false, sizeof(file->doomed));
	flush_file(file, fd);
	FUZZ_MUST(close(fd) == 0);
	folder->history[0] = *present(folder);
	folder->count = 1;
}
