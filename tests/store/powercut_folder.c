/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/store/powercut_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/store/powercut_table.h"
#include "tests/unit/unit.h"

#define SECTOR	    512
#define INODES	    32
#define OPS	    1024
#define PENDING	    32
#define RANDOM_SETS 8
#define NO_INODE    (-1)

enum op_type {
	OP_MAKE,
	OP_RENAME, /* `from' to `name' */
	OP_UNLINK,
	OP_FLUSH_FOLDER,
	OP_RESIZE,
	OP_WRITE,
	OP_FLUSH,
	OP_FAILED_FLUSH,
};

struct op {
	enum op_type type;
	unsigned folder;
	unsigned name;
	unsigned from;
	int inode;
	size_t offset;
	size_t size;
	uint8_t *bytes;
};

/* A file: what is on the disk for sure, and what was done to it since. */
struct inode {
	struct powercut_file durable;
	unsigned pending_count;
	const struct op *pending[PENDING];
	bool missed[PENDING]; /* by a flush that failed */
};

/* A folder: its names on the disk for sure, and each state since then. */
struct folder {
	unsigned states_count;		     /* the first is the durable one */
	int states[PENDING][POWERCUT_NAMES]; /* inodes */
};

struct model {
	struct inode inodes[INODES];
	struct folder folders[POWERCUT_FOLDERS];
};

static struct {
	char path[POWERCUT_FOLDERS][PATH_MAX];
	char names[POWERCUT_NAMES][64];
	struct stat folders[POWERCUT_FOLDERS];
	ino_t numbers[INODES]; /* of the real files */
	int inodes_count;
	struct model first;
	bool on;
	unsigned fault;
	bool half; /* the last write was short: the next one fails */
	unsigned calls;
	unsigned ops_count;
	struct op ops[OPS];
	unsigned modelled; /* operations that the model has, plus 1 */
} record;

enum powercut_lapse powercut_lapse;

static const char *const folders[] = { "seed", "state", "uid" };

static void
must(bool done)
{
	if (!done)
		abort();
}

/* --- recording --- */

int __real_openat64(int at, const char *name, int flags, ...);
int __wrap_openat64(int at, const char *name, int flags, ...);
int __wrap_openat(int at, const char *name, int flags, ...);
int __real_renameat(int at, const char *from, int to_at, const char *to);
int __wrap_renameat(int at, const char *from, int to_at, const char *to);
int __real_renameat2(
    int at, const char *from, int to_at, const char *to, unsigned flags);
int __wrap_renameat2(
    int at, const char *from, int to_at, const char *to, unsigned flags);
int __real_unlinkat(int at, const char *name, int flags);
int __wrap_unlinkat(int at, const char *name, int flags);
int __real_ftruncate64(int fd, off_t size);
int __wrap_ftruncate64(int fd, off_t size);
int __wrap_ftruncate(int fd, off_t size);
ssize_t __real_pwrite64(int fd, const void *data, size_t size, off_t offset);
ssize_t __wrap_pwrite64(int fd, const void *data, size_t size, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t offset);
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);

static bool
fails_now(int errnum)
{
	errno = errnum;
	return ++record.calls == record.fault;
}

static struct op *
add_op(enum op_type type)
{
	must(record.ops_count < OPS);
	record.ops[record.ops_count] = (struct op){ .type = type };
	return &record.ops[record.ops_count++];
}

/* Which of the folders is open as FD; the store has no others to write to. */
static unsigned
folder_of(int fd)
{
	struct stat status;

	must(fstat(fd, &status) == 0);
	for (unsigned i = 0; i < POWERCUT_FOLDERS; i++)
		if (status.st_ino == record.folders[i].st_ino &&
		    status.st_dev == record.folders[i].st_dev)
			return i;
	abort();
}

static unsigned
name_of(const char *name)
{
	for (unsigned i = 0; i < POWERCUT_NAMES; i++)
		if (strcmp(name, record.names[i]) == 0)
			return i;
	abort();
}

/* The newest of that number: a real one may be used again. */
static int
inode_of(int fd)
{
	struct stat status;

	must(fstat(fd, &status) == 0);
	for (int i = record.inodes_count - 1; i >= 0; i--)
		if (record.numbers[i] == status.st_ino)
			return i;
	abort();
}

static int
add_inode(ino_t number)
{
	must(record.inodes_count < INODES);
	record.numbers[record.inodes_count] = number;
	return record.inodes_count++;
}

int
__wrap_openat64(int at, const char *name, int flags, ...)
{
	struct stat status;
	mode_t mode = 0;
	struct op *op;
	bool is_new;
	int fd;

	if (flags & O_CREAT) {
		va_list arguments;

		va_start(arguments, flags);
		mode = va_arg(arguments, mode_t);
		va_end(arguments);
	}
	if (!record.on || !(flags & O_CREAT))
		return __real_openat64(at, name, flags, mode);
	is_new = fstatat(at, name, &status, AT_SYMLINK_NOFOLLOW) != 0;
	if (fails_now(ENOSPC))
		return -1;
	fd = __real_openat64(at, name, flags, mode);
	if (fd < 0 || !is_new)
		return fd;
	must(fstat(fd, &status) == 0);
	op = add_op(OP_MAKE);
	op->folder = folder_of(at);
	op->name = name_of(name);
	op->inode = add_inode(status.st_ino);
	return fd;
}

int
__wrap_openat(int at, const char *name, int flags, ...)
{
	mode_t mode = 0;

	if (flags & O_CREAT) {
		va_list arguments;

		va_start(arguments, flags);
		mode = va_arg(arguments, mode_t);
		va_end(arguments);
	}
	return __wrap_openat64(at, name, flags, mode);
}

static void
renamed(int at, const char *from, const char *to)
{
	struct op *op = add_op(OP_RENAME);

	op->folder = folder_of(at);
	op->from = name_of(from);
	op->name = name_of(to);
}

int
__wrap_renameat(int at, const char *from, int to_at, const char *to)
{
	int result;

	if (record.on && fails_now(ENOSPC))
		return -1;
	result = __real_renameat(at, from, to_at, to);
	if (record.on && result == 0)
		renamed(at, from, to);
	return result;
}

int
__wrap_renameat2(
    int at, const char *from, int to_at, const char *to, unsigned flags)
{
	int result;

	if (record.on && fails_now(ENOSPC))
		return -1;
	result = __real_renameat2(at, from, to_at, to, flags);
	if (record.on && result == 0)
		renamed(at, from, to);
	return result;
}

int
__wrap_unlinkat(int at, const char *name, int flags)
{
	int result;
	struct op *op;

	if (record.on && fails_now(EIO))
		return -1;
	result = __real_unlinkat(at, name, flags);
	if (!record.on || result != 0)
		return result;
	op = add_op(OP_UNLINK);
	op->folder = folder_of(at);
	op->name = name_of(name);
	return 0;
}

int
__wrap_ftruncate64(int fd, off_t size)
{
	struct op *op;
	int result;

	if (record.on && fails_now(ENOSPC))
		return -1;
	result = __real_ftruncate64(fd, size);
	if (!record.on || result != 0)
		return result;
	op = add_op(OP_RESIZE);
	op->inode = inode_of(fd);
	op->size = (size_t)size;
	return 0;
}

int
__wrap_ftruncate(int fd, off_t size)
{
	return __wrap_ftruncate64(fd, size);
}

ssize_t
__wrap_pwrite64(int fd, const void *data, size_t size, off_t offset)
{
	struct op *op;

	if (!record.on)
		return __real_pwrite64(fd, data, size, offset);
	if (record.half) {
		record.half = false;
		errno = ENOSPC;
		return -1;
	}
	record.half = fails_now(ENOSPC);
	if (record.half)
		size /= 2;
	must(__real_pwrite64(fd, data, size, offset) == (ssize_t)size);
	op = add_op(OP_WRITE);
	op->inode = inode_of(fd);
	op->offset = (size_t)offset;
	op->size = size;
	op->bytes = powercut_grow(NULL, size, 1);
	memcpy(op->bytes, data, size);
	must(op->offset + size <= POWERCUT_FILE_SIZE);
	return (ssize_t)size;
}

ssize_t
__wrap_pwrite(int fd, const void *data, size_t size, off_t offset)
{
	return __wrap_pwrite64(fd, data, size, offset);
}

/* Which of the folders the file FD is in. */
static unsigned
folder_around(int fd)
{
	char link[64], path[PATH_MAX];
	ssize_t length;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	must(length > 0);
	path[length] = '\0';
	*strrchr(path, '/') = '\0';
	for (unsigned i = 0; i < POWERCUT_FOLDERS; i++)
		if (strcmp(path, record.path[i]) == 0)
			return i;
	abort();
}

/* A folder's or a file's; nothing need go to the real disk. */
static int
flush_recorded(int fd, enum powercut_lapse of_state)
{
	static const enum powercut_lapse of_folder[] = {
		POWERCUT_NO_SEEDS_FLUSH, POWERCUT_NO_STATES_FLUSH,
		POWERCUT_NO_UIDS_FLUSH
	};
	const enum powercut_lapse of_file[] = { POWERCUT_NO_SEED_FLUSH,
		of_state, POWERCUT_NO_UID_FLUSH };
	struct stat status;
	bool is_folder, fails;
	unsigned folder;

	must(fstat(fd, &status) == 0);
	is_folder = S_ISDIR(status.st_mode);
	folder = is_folder ? folder_of(fd) : folder_around(fd);
	if (powercut_lapse != POWERCUT_FLUSHES_ALL &&
	    powercut_lapse == (is_folder ? of_folder[folder] : of_file[folder]))
		return 0;
	fails = fails_now(EIO);
	if (!is_folder) {
		int inode = inode_of(fd);

		add_op(fails ? OP_FAILED_FLUSH : OP_FLUSH)->inode = inode;
	} else if (!fails) {
		add_op(OP_FLUSH_FOLDER)->folder = folder;
	}
	errno = EIO;
	return fails ? -1 : 0;
}

int
__wrap_fsync(int fd)
{
	return record.on ? flush_recorded(fd, POWERCUT_NO_STATE_FLUSH) : 0;
}

int
__wrap_fdatasync(int fd)
{
	return record.on ? flush_recorded(fd, POWERCUT_NO_COMMIT_FLUSH) : 0;
}

/* --- beginning and end --- */

static void
read_file(unsigned folder, unsigned name)
{
	char path[PATH_MAX + 64];
	struct stat status;
	struct inode *inode;
	int number, fd;

	record.first.folders[folder].states[0][name] = NO_INODE;
	if (!*record.names[name])
		return;
	(void)snprintf(path, sizeof(path), "%s/%s", record.path[folder],
	    record.names[name]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	must(fstat(fd, &status) == 0);
	number = add_inode(status.st_ino);
	inode = &record.first.inodes[number];
	inode->durable.there = true;
	inode->durable.size = (size_t)status.st_size;
	must(pread(fd, inode->durable.bytes, POWERCUT_FILE_SIZE, 0) ==
	    status.st_size);
	record.first.folders[folder].states[0][name] = number;
	(void)close(fd);
}

void
powercut_folder_begin(const char *path,
    const char *const accounts[POWERCUT_ACCOUNTS], uint32_t uid)
{
	char(*const entry)[64] = &record.names[2 * POWERCUT_ACCOUNTS];

	powercut_folder_end();
	for (unsigned i = 0; i < POWERCUT_ACCOUNTS && accounts[i]; i++) {
		(void)snprintf(record.names[2 * i], sizeof(record.names[0]),
		    "%s", accounts[i]);
		(void)snprintf(record.names[2 * i + 1], sizeof(record.names[0]),
		    ".%s.new", accounts[i]);
	}
	(void)snprintf(entry[0], sizeof(entry[0]), "%u", uid);
	(void)snprintf(entry[1], sizeof(entry[1]), ".%u.new", uid);
	for (unsigned i = 0; i < POWERCUT_FOLDERS; i++) {
		(void)snprintf(record.path[i], sizeof(record.path[i]), "%s/%s",
		    path, folders[i]);
		must(stat(record.path[i], &record.folders[i]) == 0);
		record.first.folders[i].states_count = 1;
		for (unsigned j = 0; j < POWERCUT_NAMES; j++)
			read_file(i, j);
	}
}

void
powercut_folder_record(unsigned fault)
{
	record.fault = fault;
	record.calls = 0;
	record.half = false;
	record.on = true;
}

unsigned
powercut_folder_stop(void)
{
	record.on = false;
	return record.ops_count;
}

void
powercut_folder_end(void)
{
	for (unsigned i = 0; i < record.ops_count; i++)
		free(record.ops[i].bytes);
	memset(&record, 0, sizeof(record));
}

void
powercut_folder_describe(unsigned number, char *ret_text, size_t capacity)
{
	static const char *const names[] = { "make", "rename", "unlink",
		"flush", "resize", "write", "flush", "failed flush" };
	const struct op *op = &record.ops[number];

	must(number < record.ops_count);
	if (op->type <= OP_FLUSH_FOLDER)
		(void)snprintf(ret_text, capacity, "%s %s in %s/",
		    names[op->type],
		    op->type == OP_FLUSH_FOLDER ? "all"
						: record.names[op->name],
		    folders[op->folder]);
	else
		(void)snprintf(ret_text, capacity, "%s file %d: %zu at %zu",
		    names[op->type], op->inode, op->size, op->offset);
}

/* --- the model --- */

static void
write_part(
    struct powercut_file *file, const struct op *op, size_t from, size_t size)
{
	const size_t end = op->offset + from + size;

	memcpy(file->bytes + op->offset + from, op->bytes + from, size);
	if (end > file->size)
		file->size = end;
}

static void
resize(struct powercut_file *file, size_t size)
{
	if (size < file->size)
		memset(file->bytes + size, 0, file->size - size);
	file->size = size;
}

/* All of OP, on what FILE is. */
static void
do_whole(struct powercut_file *file, const struct op *op)
{
	if (op->type == OP_WRITE)
		write_part(file, op, 0, op->size);
	else
		resize(file, op->size);
}

static void
do_name(struct folder *folder, const struct op *op)
{
	int names[POWERCUT_NAMES];

	must(folder->states_count < PENDING);
	memcpy(names, folder->states[folder->states_count - 1], sizeof(names));
	if (op->type == OP_MAKE)
		names[op->name] = op->inode;
	else if (op->type == OP_UNLINK)
		names[op->name] = NO_INODE;
	else
		names[op->name] = names[op->from];
	if (op->type == OP_RENAME)
		names[op->from] = NO_INODE;
	memcpy(folder->states[folder->states_count++], names, sizeof(names));
}

/* Is all that OP wrote written again by LATER? */
static bool
is_covered(const struct op *op, const struct op *later)
{
	return op->type == OP_WRITE && later->type == OP_WRITE &&
	    later->offset <= op->offset &&
	    later->offset + later->size >= op->offset + op->size;
}

/* Forget what was pending before PENDING[COUNT], and is no more. */
static void
drop_covered(struct inode *inode, unsigned *count, const struct op *later)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < *count; i++)
		if (!is_covered(inode->pending[i], later))
			inode->pending[kept++] = inode->pending[i];
	*count = kept;
}

/* All that no failed flush has missed is on the disk now. */
static void
do_flush(struct inode *inode)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < inode->pending_count; i++) {
		const struct op *op = inode->pending[i];

		if (inode->missed[i]) {
			inode->pending[kept++] = op;
			continue;
		}
		do_whole(&inode->durable, op);
		drop_covered(inode, &kept, op);
	}
	for (unsigned i = 0; i < kept; i++)
		inode->missed[i] = true;
	inode->pending_count = kept;
}

static void
do_op(struct model *model, const struct op *op)
{
	struct folder *folder = &model->folders[op->folder];
	struct inode *inode = &model->inodes[op->inode];

	switch (op->type) {
	case OP_MAKE:
		inode->durable.there = true;
		do_name(folder, op);
		break;
	case OP_RENAME:
	case OP_UNLINK:
		do_name(folder, op);
		break;
	case OP_FLUSH_FOLDER:
		memcpy(folder->states[0],
		    folder->states[folder->states_count - 1],
		    sizeof(folder->states[0]));
		folder->states_count = 1;
		break;
	case OP_RESIZE:
	case OP_WRITE:
		must(inode->pending_count < PENDING);
		inode->missed[inode->pending_count] = false;
		inode->pending[inode->pending_count++] = op;
		break;
	case OP_FLUSH:
		do_flush(inode);
		break;
	case OP_FAILED_FLUSH:
		for (unsigned i = 0; i < inode->pending_count; i++)
			inode->missed[i] = true;
		break;
	}
}

/* Valid until the next call; what was asked for last need not be done again. */
static const struct model *
model_after(unsigned ops)
{
	static struct model model;

	must(ops <= record.ops_count);
	if (record.modelled == 0 || ops + 1 < record.modelled) {
		model = record.first;
		record.modelled = 1;
	}
	for (; record.modelled <= ops; record.modelled++)
		do_op(&model, &record.ops[record.modelled - 1]);
	return &model;
}

/* --- the cut --- */

static unsigned
sectors_of(const struct op *op)
{
	return (unsigned)((op->size + SECTOR - 1) / SECTOR);
}

/*
 * Ways of being torn: nothing; all; the size alone; then for each sector: those
 * before it, those from it on, all but it, it alone; and some at random.
 */
static unsigned
ways(const struct op *op)
{
	if (op->type == OP_RESIZE)
		return 2;
	return 3 + 4 * sectors_of(op) + RANDOM_SETS;
}

static bool
has_sector(const struct op *op, unsigned way, unsigned sector)
{
	const unsigned about = (way - 3) / 4;
	uint64_t random = way;

	if (way < 3)
		return way == 1;
	if (about >= sectors_of(op)) {
		for (unsigned i = 0; i <= sector; i++)
			(void)unit_random(&random);
		return (unit_random(&random) & 1) != 0;
	}
	switch ((way - 3) % 4) {
	case 0:
		return sector < about;
	case 1:
		return sector >= about;
	case 2:
		return sector != about;
	default:
		return sector == about;
	}
}

/* OP on FILE, as far as that WAY has it. */
static void
do_torn(struct powercut_file *file, const struct op *op, unsigned way)
{
	if (op->type == OP_RESIZE && way == 1)
		resize(file, op->size);
	if (op->type == OP_RESIZE || way == 0)
		return;
	for (unsigned i = 0; i < sectors_of(op); i++) {
		size_t from = (size_t)i * SECTOR;
		size_t rest = op->size - from;

		if (has_sector(op, way, i))
			write_part(
			    file, op, from, rest < SECTOR ? rest : SECTOR);
	}
	if (way == 2 && op->offset + op->size > file->size)
		file->size = op->offset + op->size;
}

/* What is being left, file by file. */
struct leaving {
	const struct model *model;
	const int *names[POWERCUT_FOLDERS];
	struct powercut_store store;
	void (*visit)(void *context, const struct powercut_store *left);
	void *context;
};

/* Let file NUMBER, of all in all folders, be torn in every way; then the next. */
static void
leave_file(struct leaving *leaving, unsigned number)
{
	const unsigned folder = number / POWERCUT_NAMES;
	const unsigned name = number % POWERCUT_NAMES;
	unsigned way[PENDING] = { 0 };
	unsigned at = 0;
	const struct inode *inode;
	struct powercut_file *file;

	if (number == POWERCUT_FOLDERS * POWERCUT_NAMES) {
		leaving->visit(leaving->context, &leaving->store);
		return;
	}
	file = &leaving->store.files[folder][name];
	if (leaving->names[folder][name] == NO_INODE) {
		memset(file, 0, sizeof(*file));
		leave_file(leaving, number + 1);
		return;
	}
	inode = &leaving->model->inodes[leaving->names[folder][name]];
	while (at < inode->pending_count || at == 0) {
		*file = inode->durable;
		for (unsigned i = 0; i < inode->pending_count; i++)
			do_torn(file, inode->pending[i], way[i]);
		leave_file(leaving, number + 1);
		for (at = 0; at < inode->pending_count; at++) {
			if (++way[at] < ways(inode->pending[at]))
				break;
			way[at] = 0;
		}
		if (at == inode->pending_count)
			break;
	}
}

void
powercut_folder_cut(unsigned ops,
    void (*visit)(void *context, const struct powercut_store *left),
    void *context)
{
	const struct model *model = model_after(ops);
	const struct folder *const all = model->folders;
	struct leaving *leaving = powercut_grow(NULL, 1, sizeof(*leaving));

	leaving->model = model;
	leaving->visit = visit;
	leaving->context = context;
	for (unsigned i = 0; i < all[0].states_count; i++)
		for (unsigned j = 0; j < all[1].states_count; j++)
			for (unsigned k = 0; k < all[2].states_count; k++) {
				leaving->names[0] = all[0].states[i];
				leaving->names[1] = all[1].states[j];
				leaving->names[2] = all[2].states[k];
				leave_file(leaving, 0);
			}
	free(leaving);
}

/* Of INODE, what a cut may leave, at RANDOM. */
static void
sample_file(
    const struct inode *inode, uint64_t *random, struct powercut_file *ret_file)
{
	*ret_file = inode->durable;
	for (unsigned i = 0; i < inode->pending_count; i++) {
		const struct op *op = inode->pending[i];
		uint64_t way = unit_random(random) >> 8;

		/* Half of them whole or not at all: so much can be in a row. */
		do_torn(ret_file, op,
		    (unsigned)(way & 1 ? way / 2 % 2 : way / 2 % ways(op)));
	}
}

void
powercut_folder_sample(
    unsigned ops, uint64_t *random, struct powercut_store *ret_store)
{
	const struct model *model = model_after(ops);

	memset(ret_store, 0, sizeof(*ret_store));
	for (unsigned i = 0; i < POWERCUT_FOLDERS; i++) {
		const struct folder *folder = &model->folders[i];
		const int *names = folder->states[(unit_random(random) >> 8) %
		    folder->states_count];

		for (unsigned j = 0; j < POWERCUT_NAMES; j++)
			if (names[j] != NO_INODE)
				sample_file(&model->inodes[names[j]], random,
				    &ret_store->files[i][j]);
	}
}

void
powercut_folder_see(unsigned ops, struct powercut_store *ret_store)
{
	const struct model *model = model_after(ops);

	memset(ret_store, 0, sizeof(*ret_store));
	for (unsigned i = 0; i < POWERCUT_FOLDERS; i++) {
		const struct folder *folder = &model->folders[i];

		for (unsigned j = 0; j < POWERCUT_NAMES; j++) {
			int number =
			    folder->states[folder->states_count - 1][j];
			struct powercut_file *file = &ret_store->files[i][j];
			const struct inode *inode;

			if (number == NO_INODE)
				continue;
			inode = &model->inodes[number];
			*file = inode->durable;
			for (unsigned k = 0; k < inode->pending_count; k++)
				do_whole(file, inode->pending[k]);
		}
	}
}

void
powercut_folder_put(const struct powercut_store *store)
{
	for (unsigned i = 0; i < POWERCUT_FOLDERS; i++) {
		for (unsigned j = 0; j < POWERCUT_NAMES; j++) {
			const struct powercut_file *file = &store->files[i][j];
			char path[PATH_MAX + 64];
			int fd;

			if (!*record.names[j])
				continue;
			(void)snprintf(path, sizeof(path), "%s/%s",
			    record.path[i], record.names[j]);
			if (!file->there) {
				must(unlink(path) == 0 || errno == ENOENT);
				continue;
			}
			fd = open(path,
			    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
			must(fd >= 0);
			must(pwrite(fd, file->bytes, file->size, 0) ==
			    (ssize_t)file->size);
			must(close(fd) == 0);
		}
	}
}

/* Know the real files again: each of them by the name it has. */
static void
number_files(void)
{
	const struct model *model = model_after(record.ops_count);

	memset(record.numbers, 0, sizeof(record.numbers));
	for (unsigned i = 0; i < POWERCUT_FOLDERS; i++) {
		const struct folder *folder = &model->folders[i];
		const int *names = folder->states[folder->states_count - 1];

		for (unsigned j = 0; j < POWERCUT_NAMES; j++) {
			char path[PATH_MAX + 64];
			struct stat status;

			if (names[j] == NO_INODE)
				continue;
			(void)snprintf(path, sizeof(path), "%s/%s",
			    record.path[i], record.names[j]);
			must(stat(path, &status) == 0);
			record.numbers[names[j]] = status.st_ino;
		}
	}
}

void
powercut_folder_keep(unsigned ops)
{
	struct powercut_store *store = powercut_grow(NULL, 1, sizeof(*store));

	must(ops <= record.ops_count);
	record.modelled = 0;
	while (record.ops_count > ops)
		free(record.ops[--record.ops_count].bytes);
	powercut_folder_see(ops, store);
	powercut_folder_put(store);
	number_files();
	free(store);
}

void
powercut_folder_digest(
    const struct powercut_store *store, uint8_t ret_digest[OTP_DIGEST_SIZE])
{
	static uint8_t bytes[sizeof(*store)];
	size_t size = 0;

	for (unsigned i = 0; i < POWERCUT_FOLDERS; i++) {
		for (unsigned j = 0; j < POWERCUT_NAMES; j++) {
			const struct powercut_file *file = &store->files[i][j];
			const uint16_t head[2] = { file->there,
				(uint16_t)file->size };

			memcpy(bytes + size, head, sizeof(head));
			memcpy(bytes + size + sizeof(head), file->bytes,
			    file->size);
			size += sizeof(head) + file->size;
		}
	}
	must(otp_digest(bytes, size, ret_digest) == OTP_OK);
}
