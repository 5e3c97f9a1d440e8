/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/store/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "common/core/oath.h"

/*
 * clang's sanitizers are linked in, so their own calls come here too, before
 * they are ready to watch anything.
 */
#ifdef __clang__
#pragma clang attribute push( \
    __attribute__((no_sanitize("address", "undefined"))), apply_to = function)
#endif

struct calls calls;

static const char *const names[CALLS] = {
	[CALL_ANY] = "none",
	[CALL_OPENAT] = "openat",
	[CALL_OPENAT2] = "openat2",
	[CALL_FSTAT] = "fstat",
	[CALL_STATX] = "statx",
	[CALL_FSTATFS] = "fstatfs",
	[CALL_FCNTL] = "fcntl",
	[CALL_PREAD] = "pread",
	[CALL_PWRITE] = "pwrite",
	[CALL_FTRUNCATE] = "ftruncate",
	[CALL_FDATASYNC] = "fdatasync",
	[CALL_FSYNC] = "fsync",
	[CALL_FCHMOD] = "fchmod",
	[CALL_FCHMODAT] = "fchmodat",
	[CALL_MKDIRAT] = "mkdirat",
	[CALL_RENAMEAT] = "renameat",
	[CALL_RENAMEAT2] = "renameat2",
	[CALL_UNLINKAT] = "unlinkat",
	[CALL_GETRLIMIT] = "getrlimit",
	[CALL_CALLOC] = "calloc",
	[CALL_MALLOC] = "malloc",
	[CALL_CLOSE] = "close",
	[CALL_GETRANDOM] = "getrandom",
	[CALL_CRYPTO] = "libcrypto",
};

const char *
call_name(enum call call)
{
	return names[call];
}

void
calls_reset(void)
{
	memset(&calls, 0, sizeof(calls));
}

void
calls_start(void)
{
	memset(calls.count, 0, sizeof(calls.count));
	calls.hit = CALL_ANY;
	calls.hit_unlock = false;
	calls.counting = true;
}

void
calls_stop(void)
{
	calls.counting = false;
	calls.at = 0;
}

void
calls_plan(enum call which, unsigned at, enum call_end end, int errnum)
{
	calls.which = which;
	calls.at = at;
	calls.end = end;
	calls.errnum = errnum;
	calls_start();
}

static void
die(void)
{
	(void)raise(SIGKILL);
}

static void
run_hook(enum call call, bool after)
{
	void (*hook)(void *) = calls.hook;

	if (!calls.counting || !hook || calls.hook_on != call ||
	    calls.hook_after != after)
		return;
	calls.counting = false; /* what the hook does is its own */
	calls.hook(calls.hook_context);
	calls.counting = true;
}

enum call_end
call_begin(enum call call)
{
	unsigned number;

	run_hook(call, false);
	if (!calls.counting)
		return CALL_PASSES;
	calls.count[CALL_ANY]++;
	calls.count[call]++;
	number = calls.count[calls.which];
	if (calls.at == 0 ||
	    (calls.lasting ? number < calls.at : number != calls.at) ||
	    (calls.which != CALL_ANY && calls.which != call))
		return CALL_PASSES;
	calls.hit = call;
	calls.hit_reads = calls.count[CALL_PREAD];
	if (calls.end == CALL_KILLS)
		die();
	if (calls.end == CALL_FAILS)
		errno = calls.errnum;
	return calls.end;
}

void
call_finish(enum call call, enum call_end end)
{
	int saved = errno;

	if (end == CALL_KILLS_AFTER || end == CALL_KILLS_HALF)
		die();
	run_hook(call, true);
	errno = saved;
}

static size_t
cut(enum call_end end, size_t size)
{
	if ((end == CALL_IS_SHORT || end == CALL_KILLS_HALF) && size > 1)
		return size / 2;
	return size;
}

/*
 * A function NAME that returns int and has no more to it, under the name that
 * the compiler may have given it for large files too.
 */
#define STAND_IN(call, name, parameters, arguments)   \
	int __real_##name parameters;                 \
	int __wrap_##name parameters;                 \
	int __wrap_##name parameters                  \
	{                                             \
		enum call_end end = call_begin(call); \
		int result;                           \
                                                      \
		if (end == CALL_FAILS)                \
			return -1;                    \
		result = __real_##name arguments;     \
		call_finish(call, end);               \
		return result;                        \
	}

STAND_IN(CALL_FSTAT, fstat, (int fd, struct stat *status), (fd, status))
STAND_IN(CALL_FSTAT, fstat64, (int fd, struct stat *status), (fd, status))

int __real_statx(
    int at, const char *name, int flags, unsigned mask, struct statx *status);
int __wrap_statx(
    int at, const char *name, int flags, unsigned mask, struct statx *status);

int
__wrap_statx(
    int at, const char *name, int flags, unsigned mask, struct statx *status)
{
	enum call_end end = call_begin(CALL_STATX);
	int result;

	if (end == CALL_FAILS)
		return -1;
	if ((flags & AT_STATX_DONT_SYNC) != 0)
		calls.unsynced++;
	result = __real_statx(at, name, flags, mask, status);
	call_finish(CALL_STATX, end);
	return result;
}

STAND_IN(CALL_FTRUNCATE, ftruncate, (int fd, off_t size), (fd, size))
STAND_IN(CALL_FTRUNCATE, ftruncate64, (int fd, off_t size), (fd, size))
STAND_IN(CALL_FCHMOD, fchmod, (int fd, mode_t mode), (fd, mode))
STAND_IN(CALL_FCHMODAT, fchmodat,
    (int at, const char *name, mode_t mode, int flags), (at, name, mode, flags))
STAND_IN(CALL_MKDIRAT, mkdirat, (int at, const char *name, mode_t mode),
    (at, name, mode))
STAND_IN(CALL_RENAMEAT, renameat,
    (int at, const char *name, int to, const char *to_name),
    (at, name, to, to_name))
STAND_IN(CALL_RENAMEAT2, renameat2,
    (int at, const char *name, int to, const char *to_name, unsigned flags),
    (at, name, to, to_name, flags))
STAND_IN(CALL_UNLINKAT, unlinkat, (int at, const char *name, int flags),
    (at, name, flags))
STAND_IN(CALL_GETRLIMIT, getrlimit, (int resource, struct rlimit *limit),
    (resource, limit))
STAND_IN(CALL_GETRLIMIT, getrlimit64, (int resource, struct rlimit *limit),
    (resource, limit))

#define FILE_SYSTEM(name)                                                \
	int __real_##name(int fd, struct statfs *status);                \
	int __wrap_##name(int fd, struct statfs *status);                \
	int __wrap_##name(int fd, struct statfs *status)                 \
	{                                                                \
		enum call_end end = call_begin(CALL_FSTATFS);            \
		int result;                                              \
                                                                         \
		if (end == CALL_FAILS)                                   \
			return -1;                                       \
		result = __real_##name(fd, status);                      \
		if (calls.counting && calls.file_system != 0 &&          \
		    calls.count[CALL_FSTATFS] >= calls.file_system_from) \
			status->f_type = (__fsword_t)calls.file_system;  \
		call_finish(CALL_FSTATFS, end);                          \
		return result;                                           \
	}

FILE_SYSTEM(fstatfs)
FILE_SYSTEM(fstatfs64)

#define FLUSH(call, name)                                        \
	int __real_##name(int fd);                               \
	int __wrap_##name(int fd);                               \
	int __wrap_##name(int fd)                                \
	{                                                        \
		enum call_end end = call_begin(call);            \
		int result;                                      \
                                                                 \
		if (end == CALL_FAILS)                           \
			return -1;                               \
		result = calls.no_flush ? 0 : __real_##name(fd); \
		call_finish(call, end);                          \
		return result;                                   \
	}

FLUSH(CALL_FDATASYNC, fdatasync)
FLUSH(CALL_FSYNC, fsync)

#define MOVE(call, name, type)                                                \
	ssize_t __real_##name(int fd, type *data, size_t size, off_t offset); \
	ssize_t __wrap_##name(int fd, type *data, size_t size, off_t offset); \
	ssize_t __wrap_##name(int fd, type *data, size_t size, off_t offset)  \
	{                                                                     \
		enum call_end end = call_begin(call);                         \
		ssize_t result;                                               \
                                                                              \
		if (end == CALL_FAILS)                                        \
			return -1;                                            \
		if (end == CALL_MOVES_NONE)                                   \
			return 0;                                             \
		result = __real_##name(fd, data, cut(end, size), offset);     \
		call_finish(call, end);                                       \
		return result;                                                \
	}

MOVE(CALL_PREAD, pread, void)
MOVE(CALL_PREAD, pread64, void)
MOVE(CALL_PWRITE, pwrite, const void)
MOVE(CALL_PWRITE, pwrite64, const void)

#define OPEN(name)                                                   \
	int __real_##name(int at, const char *path, int flags, ...); \
	int __wrap_##name(int at, const char *path, int flags, ...); \
	int __wrap_##name(int at, const char *path, int flags, ...)  \
	{                                                            \
		enum call_end end = call_begin(CALL_OPENAT);         \
		mode_t mode = 0;                                     \
		va_list arguments;                                   \
		int fd;                                              \
                                                                     \
		if (end == CALL_FAILS)                               \
			return -1;                                   \
		if ((flags & O_CREAT) != 0) {                        \
			va_start(arguments, flags);                  \
			mode = (mode_t)va_arg(arguments, unsigned);  \
			va_end(arguments);                           \
		}                                                    \
		fd = __real_##name(at, path, flags, mode);           \
		call_finish(CALL_OPENAT, end);                       \
		return fd;                                           \
	}

OPEN(openat)
OPEN(openat64)

/* What openat becomes with _FORTIFY_SOURCE where the flags are no constant. */
STAND_IN(CALL_OPENAT, __openat_2, (int at, const char *path, int flags),
    (at, path, flags))
STAND_IN(CALL_OPENAT, __openat64_2, (int at, const char *path, int flags),
    (at, path, flags))

/* openat2 has no other name yet. */
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
long
__wrap_syscall(long number, ...)
{
	enum call_end end = CALL_PASSES;
	long argument[6], result;
	va_list arguments;

	va_start(arguments, number);
	for (unsigned i = 0; i < 6; i++)
		argument[i] = va_arg(arguments, long);
	va_end(arguments);
	if (number == SYS_openat2 && calls.no_openat2) {
		errno = ENOSYS;
		return -1;
	}
	if (number == SYS_openat2)
		end = call_begin(CALL_OPENAT2);
	if (end == CALL_FAILS)
		return -1;
	result = __real_syscall(number, argument[0], argument[1], argument[2],
	    argument[3], argument[4], argument[5]);
	if (number == SYS_openat2)
		call_finish(CALL_OPENAT2, end);
	return result;
}

/* Every use here has an argument, and that is a pointer or an int. */
#define CONTROL(name)                                                   \
	int __real_##name(int fd, int command, ...);                    \
	int __wrap_##name(int fd, int command, ...);                    \
	int __wrap_##name(int fd, int command, ...)                     \
	{                                                               \
		enum call_end end = call_begin(CALL_FCNTL);             \
		void *argument;                                         \
		va_list arguments;                                      \
		int result;                                             \
                                                                        \
		va_start(arguments, command);                           \
		argument = va_arg(arguments, void *);                   \
		va_end(arguments);                                      \
		if (end != CALL_PASSES && command == F_OFD_SETLK)       \
			calls.hit_unlock =                              \
			    ((const struct flock *)argument)->l_type == \
			    F_UNLCK;                                    \
		if (end == CALL_FAILS)                                  \
			return -1;                                      \
		result = __real_##name(fd, command, argument);          \
		call_finish(CALL_FCNTL, end);                           \
		return result;                                          \
	}

CONTROL(fcntl)
CONTROL(fcntl64)

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *
__wrap_calloc(size_t count, size_t size)
{
	enum call_end end = call_begin(CALL_CALLOC);
	void *memory;

	if (end == CALL_FAILS)
		return NULL;
	memory = __real_calloc(count, size);
	call_finish(CALL_CALLOC, end);
	return memory;
}

int __real_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int
__wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
	if (!calls.virtual_time || clock != CLOCK_MONOTONIC)
		return __real_clock_gettime(clock, time);
	calls.slept += calls.clock_pace;
	time->tv_sec = 1000 + calls.slept / 1000000000;
	time->tv_nsec = (long)(calls.slept % 1000000000);
	return 0;
}

int __real_nanosleep(const struct timespec *rest, struct timespec *left);
int __wrap_nanosleep(const struct timespec *rest, struct timespec *left);
int
__wrap_nanosleep(const struct timespec *rest, struct timespec *left)
{
	calls.sleeps++;
	if (!calls.virtual_time)
		return __real_nanosleep(rest, left);
	calls.slept += rest->tv_sec * INT64_C(1000000000) + rest->tv_nsec;
	return 0;
}

/* Once a code is computed, it can be compared. */
enum otp_err __real_otp_oath_value(struct otp_oath *oath, uint64_t moving,
    unsigned digits, uint32_t *ret_value);
enum otp_err __wrap_otp_oath_value(struct otp_oath *oath, uint64_t moving,
    unsigned digits, uint32_t *ret_value);
enum otp_err
__wrap_otp_oath_value(struct otp_oath *oath, uint64_t moving, unsigned digits,
    uint32_t *ret_value)
{
	if (calls.values)
		++*calls.values;
	return __real_otp_oath_value(oath, moving, digits, ret_value);
}

#ifdef __clang__
#pragma clang attribute pop
#endif
