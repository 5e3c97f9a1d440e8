/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/fuzz/wrong.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <security/pam_modules.h>

#define MOST 4 /* calls that fail in one login; an endless EINTR is no case */

static struct fuzz_input *plan;
static bool armed;
static unsigned failed, passes;

static void
read_plan(void)
{
	passes = plan->left > 0 && failed < MOST ? fuzz_byte(plan) : UINT32_MAX;
}

void
wrong_begin(struct fuzz_input *input)
{
	plan = input;
	failed = 0;
	read_plan();
	armed = true;
}

void
wrong_end(void)
{
	armed = false;
}

bool
wrong_was(void)
{
	return failed > 0;
}

bool
wrong_pause(void)
{
	const bool was = armed;

	armed = false;
	return was;
}

void
wrong_resume(bool was)
{
	armed = was;
}

bool
wrong_now(void)
{
	/* Not ENOENT: who hears that a file is not there must believe it. */
	static const int errors[] = { EIO, ENOMEM, EINTR, EACCES, ENOSPC,
		EMFILE, ELOOP, ENOLCK, EAGAIN, EROFS, EINVAL, ENOSYS };

	if (!armed || passes-- > 0)
		return false;
	failed++;
	errno = errors[fuzz_below(plan, COUNT(errors))];
	read_plan();
	return true;
}

/* Bytes to move: less where it goes wrong so; 0 where it fails altogether. */
static size_t
portion(size_t size)
{
	if (!wrong_now())
		return size;
	return errno == EAGAIN || errno == EINVAL ? (size + 1) / 2 : 0;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);

void *
__wrap_malloc(size_t size)
{
	return wrong_now() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return wrong_now() ? NULL : __real_calloc(count, size);
}

char *
__wrap_strdup(const char *text)
{
	return wrong_now() ? NULL : __real_strdup(text);
}

/* --- Files --------------------------------------------------------------- */

int __real_openat(int at, const char *name, int flags, ...);
int __wrap_openat(int at, const char *name, int flags, ...);
int __wrap_openat64(int at, const char *name, int flags, ...);
int __real_statx(int at, const char *name, int flags, unsigned mask,
    struct statx *ret_status);
int __wrap_statx(int at, const char *name, int flags, unsigned mask,
    struct statx *ret_status);
int __real_fstatfs(int fd, struct statfs *ret_status);
int __wrap_fstatfs(int fd, struct statfs *ret_status);
int __wrap_fstatfs64(int fd, struct statfs *ret_status);
int __real_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...);
int __wrap_fcntl64(int fd, int command, ...);
ssize_t __real_pread(int fd, void *data, size_t size, off_t offset);
ssize_t __wrap_pread(int fd, void *data, size_t size, off_t offset);
ssize_t __wrap_pread64(int fd, void *data, size_t size, off_t offset);
ssize_t __real_pwrite(int fd, const void *data, size_t size, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t offset);
ssize_t __wrap_pwrite64(int fd, const void *data, size_t size, off_t offset);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_getrlimit(int which, struct rlimit *ret_limit);
int __wrap_getrlimit(int which, struct rlimit *ret_limit);
int __wrap_getrlimit64(int which, struct rlimit *ret_limit);
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

int
__wrap_openat(int at, const char *name, int flags, ...)
{
	va_list list;
	mode_t mode = 0;

	/* A login makes no file, and leaves none to a child. */
	FUZZ_MUST(
	    !armed || ((flags & O_CREAT) == 0 && (flags & O_CLOEXEC) != 0));
	if ((flags & O_CREAT) != 0) {
		va_start(list, flags);
		mode = va_arg(list, mode_t);
		va_end(list);
	}
	return wrong_now() ? -1 : __real_openat(at, name, flags, mode);
}

int
__wrap_openat64(int at, const char *name, int flags, ...)
{
	va_list list;
	mode_t mode = 0;

	if ((flags & O_CREAT) != 0) {
		va_start(list, flags);
		mode = va_arg(list, mode_t);
		va_end(list);
	}
	return __wrap_openat(at, name, flags, mode);
}

int
__wrap_statx(int at, const char *name, int flags, unsigned mask,
    struct statx *ret_status)
{
	return wrong_now() ? -1
			   : __real_statx(at, name, flags, mask, ret_status);
}

int
__wrap_fstatfs(int fd, struct statfs *ret_status)
{
	return wrong_now() ? -1 : __real_fstatfs(fd, ret_status);
}

int
__wrap_fstatfs64(int fd, struct statfs *ret_status)
{
	return __wrap_fstatfs(fd, ret_status);
}

int
__wrap_fcntl(int fd, int command, ...)
{
	va_list list;
	void *argument;

	va_start(list, command);
	argument = va_arg(list, void *);
	va_end(list);
	/* A lock that is had never is in five seconds: not here. */
	if (wrong_now() && errno != EAGAIN && errno != EACCES)
		return -1;
	return __real_fcntl(fd, command, argument);
}

int
__wrap_fcntl64(int fd, int command, ...)
{
	va_list list;
	void *argument;

	va_start(list, command);
	argument = va_arg(list, void *);
	va_end(list);
	return __wrap_fcntl(fd, command, argument);
}

ssize_t
__wrap_pread(int fd, void *data, size_t size, off_t offset)
{
	const size_t part = portion(size);

	return part == 0 && size > 0 ? -1
				     : __real_pread(fd, data, part, offset);
}

ssize_t
__wrap_pread64(int fd, void *data, size_t size, off_t offset)
{
	return __wrap_pread(fd, data, size, offset);
}

ssize_t
__wrap_pwrite(int fd, const void *data, size_t size, off_t offset)
{
	const size_t part = portion(size);

	return part == 0 && size > 0 ? -1
				     : __real_pwrite(fd, data, part, offset);
}

ssize_t
__wrap_pwrite64(int fd, const void *data, size_t size, off_t offset)
{
	return __wrap_pwrite(fd, data, size, offset);
}

int
__wrap_fdatasync(int fd)
{
	return wrong_now() ? -1 : __real_fdatasync(fd);
}

int
__wrap_fsync(int fd)
{
	return wrong_now() ? -1 : __real_fsync(fd);
}

int
__wrap_getrlimit(int which, struct rlimit *ret_limit)
{
	return wrong_now() ? -1 : __real_getrlimit(which, ret_limit);
}

int
__wrap_getrlimit64(int which, struct rlimit *ret_limit)
{
	return __wrap_getrlimit(which, ret_limit);
}

/* Of those that have no function of their own, openat2(2) alone is used. */
long
__wrap_syscall(long number, ...)
{
	long argument[4];
	va_list list;

	va_start(list, number);
	for (unsigned i = 0; i < COUNT(argument); i++)
		argument[i] = va_arg(list, long);
	va_end(list);
	FUZZ_MUST(number == SYS_openat2);
	return wrong_now() ? -1
			   : __real_syscall(number, argument[0], argument[1],
				 argument[2], argument[3]);
}

/* --- Randomness, cryptography, PAM ---------------------------------------- */

ssize_t __real_getrandom(void *bytes, size_t size, unsigned flags);
ssize_t __wrap_getrandom(void *bytes, size_t size, unsigned flags);
EVP_MAC *__real_EVP_MAC_fetch(
    OSSL_LIB_CTX *context, const char *name, const char *properties);
EVP_MAC *__wrap_EVP_MAC_fetch(
    OSSL_LIB_CTX *context, const char *name, const char *properties);
EVP_MAC_CTX *__real_EVP_MAC_CTX_new(EVP_MAC *mac);
EVP_MAC_CTX *__wrap_EVP_MAC_CTX_new(EVP_MAC *mac);
int __real_EVP_MAC_init(EVP_MAC_CTX *context, const unsigned char *key,
    size_t size, const OSSL_PARAM parameters[]);
int __wrap_EVP_MAC_init(EVP_MAC_CTX *context, const unsigned char *key,
    size_t size, const OSSL_PARAM parameters[]);
int __real_EVP_MAC_update(
    EVP_MAC_CTX *context, const unsigned char *data, size_t size);
int __wrap_EVP_MAC_update(
    EVP_MAC_CTX *context, const unsigned char *data, size_t size);
int __real_EVP_MAC_final(
    EVP_MAC_CTX *context, unsigned char *out, size_t *ret_size, size_t size);
int __wrap_EVP_MAC_final(
    EVP_MAC_CTX *context, unsigned char *out, size_t *ret_size, size_t size);
int __real_EVP_Digest(const void *data, size_t size, unsigned char *digest,
    unsigned *ret_size, const EVP_MD *type, ENGINE *engine);
int __wrap_EVP_Digest(const void *data, size_t size, unsigned char *digest,
    unsigned *ret_size, const EVP_MD *type, ENGINE *engine);
int __real_pam_get_item(
    const pam_handle_t *pamh, int type, const void **ret_item);
int __wrap_pam_get_item(
    const pam_handle_t *pamh, int type, const void **ret_item);
int __real_pam_get_user(
    pam_handle_t *pamh, const char **ret_name, const char *prompt);
int __wrap_pam_get_user(
    pam_handle_t *pamh, const char **ret_name, const char *prompt);

ssize_t
__wrap_getrandom(void *bytes, size_t size, unsigned flags)
{
	const size_t part = portion(size);

	return part == 0 && size > 0 ? -1
				     : __real_getrandom(bytes, part, flags);
}

EVP_MAC *
__wrap_EVP_MAC_fetch(
    OSSL_LIB_CTX *context, const char *name, const char *properties)
{
	return wrong_now() ? NULL
			   : __real_EVP_MAC_fetch(context, name, properties);
}

EVP_MAC_CTX *
__wrap_EVP_MAC_CTX_new(EVP_MAC *mac)
{
	return wrong_now() ? NULL : __real_EVP_MAC_CTX_new(mac);
}

int
__wrap_EVP_MAC_init(EVP_MAC_CTX *context, const unsigned char *key, size_t size,
    const OSSL_PARAM parameters[])
{
	return wrong_now()
	    ? 0
	    : __real_EVP_MAC_init(context, key, size, parameters);
}

int
__wrap_EVP_MAC_update(
    EVP_MAC_CTX *context, const unsigned char *data, size_t size)
{
	return wrong_now() ? 0 : __real_EVP_MAC_update(context, data, size);
}

int
__wrap_EVP_MAC_final(
    EVP_MAC_CTX *context, unsigned char *out, size_t *ret_size, size_t size)
{
	return wrong_now() ? 0
			   : __real_EVP_MAC_final(context, out, ret_size, size);
}

int
__wrap_EVP_Digest(const void *data, size_t size, unsigned char *digest,
    unsigned *ret_size, const EVP_MD *type, ENGINE *engine)
{
	return wrong_now()
	    ? 0
	    : __real_EVP_Digest(data, size, digest, ret_size, type, engine);
}

int
__wrap_pam_get_item(const pam_handle_t *pamh, int type, const void **ret_item)
{
	return wrong_now() ? PAM_BAD_ITEM
			   : __real_pam_get_item(pamh, type, ret_item);
}

int
__wrap_pam_get_user(
    pam_handle_t *pamh, const char **ret_name, const char *prompt)
{
	if (!wrong_now())
		return __real_pam_get_user(pamh, ret_name, prompt);
	return errno == ENOMEM ? PAM_BUF_ERR
	    : errno == EAGAIN  ? PAM_CONV_AGAIN
			       : PAM_CONV_ERR;
}
