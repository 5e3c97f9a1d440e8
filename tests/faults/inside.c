/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of tests/store/calls.c as libpam and the module meet them: these find
 * this program's functions before libc's and libcrypto's.  The linker gives
 * each the name of what it stands for (inside_names in local.mk); what it calls
 * in turn is found after this program.
 */
#undef _FORTIFY_SOURCE

#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "common/core/oath.h"
#include "tests/lib/fake.h"
#include "tests/store/calls.h"

#define EXPORTED __attribute__((visibility("default")))

/* Let `really' be the function NAME as it was before this program's. */
#define REALLY(name, type, parameters)   \
	static type(*really) parameters; \
                                         \
	if (really == NULL)              \
	*(void **)&really = dlsym(RTLD_NEXT, name)

#define BEHIND(type, name, parameters, arguments) \
	type __real_##name parameters;            \
	type __real_##name parameters             \
	{                                         \
		REALLY(#name, type, parameters);  \
		return really arguments;          \
	}

BEHIND(int, fstat, (int fd, struct stat *status), (fd, status))
BEHIND(int, fstat64, (int fd, struct stat *status), (fd, status))
BEHIND(int, statx,
    (int at, const char *name, int flags, unsigned mask, struct statx *status),
    (at, name, flags, mask, status))
BEHIND(int, fstatfs, (int fd, struct statfs *status), (fd, status))
BEHIND(int, fstatfs64, (int fd, struct statfs *status), (fd, status))
BEHIND(int, ftruncate, (int fd, off_t size), (fd, size))
BEHIND(int, ftruncate64, (int fd, off_t size), (fd, size))
BEHIND(int, fchmod, (int fd, mode_t mode), (fd, mode))
BEHIND(int, fchmodat, (int at, const char *name, mode_t mode, int flags),
    (at, name, mode, flags))
BEHIND(int, mkdirat, (int at, const char *name, mode_t mode), (at, name, mode))
BEHIND(int, renameat, (int at, const char *name, int to, const char *to_name),
    (at, name, to, to_name))
BEHIND(int, renameat2,
    (int at, const char *name, int to, const char *to_name, unsigned flags),
    (at, name, to, to_name, flags))
BEHIND(int, unlinkat, (int at, const char *name, int flags), (at, name, flags))
BEHIND(int, getrlimit, (int resource, struct rlimit *limit), (resource, limit))
BEHIND(
    int, getrlimit64, (int resource, struct rlimit *limit), (resource, limit))
BEHIND(int, fdatasync, (int fd), (fd))
BEHIND(int, fsync, (int fd), (fd))
BEHIND(ssize_t, pread, (int fd, void *data, size_t size, off_t offset),
    (fd, data, size, offset))
BEHIND(ssize_t, pread64, (int fd, void *data, size_t size, off_t offset),
    (fd, data, size, offset))
BEHIND(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t offset),
    (fd, data, size, offset))
BEHIND(ssize_t, pwrite64, (int fd, const void *data, size_t size, off_t offset),
    (fd, data, size, offset))
BEHIND(
    int, __openat_2, (int at, const char *path, int flags), (at, path, flags))
BEHIND(
    int, __openat64_2, (int at, const char *path, int flags), (at, path, flags))
BEHIND(int, nanosleep, (const struct timespec *rest, struct timespec *left),
    (rest, left))

/* tests/store gives these all the arguments that there can be. */
#define BEHIND_OPEN(name)                                            \
	int __real_##name(int at, const char *path, int flags, ...); \
	int __real_##name(int at, const char *path, int flags, ...)  \
	{                                                            \
		REALLY(#name, int, (int, const char *, int, ...));   \
		va_list arguments;                                   \
		mode_t mode;                                         \
                                                                     \
		va_start(arguments, flags);                          \
		mode = (mode_t)va_arg(arguments, unsigned);          \
		va_end(arguments);                                   \
		return really(at, path, flags, mode);                \
	}

#define BEHIND_CONTROL(name)                          \
	int __real_##name(int fd, int command, ...);  \
	int __real_##name(int fd, int command, ...)   \
	{                                             \
		REALLY(#name, int, (int, int, ...));  \
		va_list arguments;                    \
		void *argument;                       \
                                                      \
		va_start(arguments, command);         \
		argument = va_arg(arguments, void *); \
		va_end(arguments);                    \
		return really(fd, command, argument); \
	}

BEHIND_OPEN(openat)
BEHIND_OPEN(openat64)
BEHIND_CONTROL(fcntl)
BEHIND_CONTROL(fcntl64)

long __real_syscall(long number, ...);
long
__real_syscall(long number, ...)
{
	REALLY("syscall", long, (long, ...));
	long argument[6];
	va_list arguments;

	va_start(arguments, number);
	for (unsigned i = 0; i < 6; i++)
		argument[i] = va_arg(arguments, long);
	va_end(arguments);
	return really(number, argument[0], argument[1], argument[2],
	    argument[3], argument[4], argument[5]);
}

/* --- what tests/store has no use for --- */

EXPORTED int
close(int fd)
{
	REALLY("close", int, (int));
	enum call_end end = call_begin(CALL_CLOSE);
	int result = really(fd);

	if (end == CALL_FAILS) { /* it is closed all the same */
		errno = calls.errnum;
		return -1;
	}
	call_finish(CALL_CLOSE, end);
	return result;
}

EXPORTED ssize_t
getrandom(void *data, size_t size, unsigned flags)
{
	REALLY("getrandom", ssize_t, (void *, size_t, unsigned));
	enum call_end end = call_begin(CALL_GETRANDOM);

	if (end == CALL_FAILS)
		return -1;
	if (end == CALL_IS_SHORT && size > 1)
		size /= 2;
	return really(data, size, flags);
}

static bool
crypto_fails(void)
{
	return call_begin(CALL_CRYPTO) == CALL_FAILS;
}

EXPORTED EVP_MAC *
EVP_MAC_fetch(
    OSSL_LIB_CTX *context, const char *algorithm, const char *properties)
{
	REALLY("EVP_MAC_fetch", EVP_MAC *,
	    (OSSL_LIB_CTX *, const char *, const char *));

	return crypto_fails() ? NULL : really(context, algorithm, properties);
}

EXPORTED EVP_MAC_CTX *
EVP_MAC_CTX_new(EVP_MAC *mac)
{
	REALLY("EVP_MAC_CTX_new", EVP_MAC_CTX *, (EVP_MAC *));

	return crypto_fails() ? NULL : really(mac);
}

EXPORTED int
EVP_MAC_init(EVP_MAC_CTX *context, const unsigned char *key, size_t size,
    const OSSL_PARAM *params)
{
	REALLY("EVP_MAC_init", int,
	    (EVP_MAC_CTX *, const unsigned char *, size_t, const OSSL_PARAM *));

	return crypto_fails() ? 0 : really(context, key, size, params);
}

EXPORTED int
EVP_MAC_update(EVP_MAC_CTX *context, const unsigned char *data, size_t size)
{
	REALLY("EVP_MAC_update", int,
	    (EVP_MAC_CTX *, const unsigned char *, size_t));

	return crypto_fails() ? 0 : really(context, data, size);
}

EXPORTED int
EVP_MAC_final(
    EVP_MAC_CTX *context, unsigned char *out, size_t *ret_size, size_t capacity)
{
	REALLY("EVP_MAC_final", int,
	    (EVP_MAC_CTX *, unsigned char *, size_t *, size_t));

	return crypto_fails() ? 0 : really(context, out, ret_size, capacity);
}

EXPORTED int
EVP_Digest(const void *data, size_t size, unsigned char *digest,
    unsigned *ret_size, const EVP_MD *type, ENGINE *engine)
{
	REALLY("EVP_Digest", int,
	    (const void *, size_t, unsigned char *, unsigned *, const EVP_MD *,
		ENGINE *));

	return crypto_fails()
	    ? 0
	    : really(data, size, digest, ret_size, type, engine);
}

/* --- memory: glibc's under its other name, so that dlsym() can have some --- */

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

#if FAKE_SANITIZED
void *
__real_calloc(size_t count, size_t size)
{
	return calloc(count, size);
}
#else
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

void *
__real_calloc(size_t count, size_t size)
{
	return __libc_calloc(count, size);
}

static bool
memory_fails(void)
{
	if (call_begin(CALL_MALLOC) != CALL_FAILS)
		return false;
	errno = ENOMEM;
	return true;
}

EXPORTED void *
calloc(size_t count, size_t size)
{
	return memory_fails() ? NULL : __wrap_calloc(count, size);
}

EXPORTED void *
malloc(size_t size)
{
	return memory_fails() ? NULL : __libc_malloc(size);
}

EXPORTED void *
realloc(void *memory, size_t size)
{
	return memory_fails() ? NULL : __libc_realloc(memory, size);
}
#endif
