/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process that stops at one of its writes: from the call numbered stop_at
 * on (1 = the first), nothing is written, flushed or renamed any more.  Or,
 * with stop_once, that call fails, and those after it do not.  And somebody
 * else, who does something just before a state is made.
 * For one source of a program, linked with $(stop_wraps) of tests/local.mk.
 */
#ifndef OTP_STOP_H
#define OTP_STOP_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/store/path.h"
#include "common/store/store.h"

static unsigned stop_at; /* 0 = never */
static bool stop_once;
static int stop_errno = EIO;
static unsigned stop_calls;
static unsigned flushes;	 /* that were done */
static unsigned flushes_at_move; /* those before what was last moved */
static ino_t watched;		 /* a folder; 0 = none */
static unsigned watched_flushes; /* of its names */

static bool
stopped(void)
{
	errno = stop_errno;
	stop_calls++;
	if (stop_once)
		return stop_calls == stop_at;
	return stop_calls >= stop_at && stop_at != 0;
}

static inline void
stop_from(unsigned call)
{
	stop_at = call;
	stop_once = false;
	stop_calls = flushes = flushes_at_move = watched_flushes = 0;
}

static void (*meanwhile)(void); /* done once; NULL = nothing */

enum otp_err __real_otp_store_create(struct otp_store *store,
    const struct otp_state *state, struct otp_fault *fault);
enum otp_err __wrap_otp_store_create(struct otp_store *store,
    const struct otp_state *state, struct otp_fault *fault);
enum otp_err __real_otp_path_write(int fd, const void *data, size_t size,
    off_t offset, struct otp_fault *fault);
enum otp_err __wrap_otp_path_write(int fd, const void *data, size_t size,
    off_t offset, struct otp_fault *fault);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new);
int __real_renameat2(
    int from, const char *old, int to, const char *new, unsigned flags);
int __wrap_renameat2(
    int from, const char *old, int to, const char *new, unsigned flags);
int __real_unlinkat(int at, const char *name, int flags);
int __wrap_unlinkat(int at, const char *name, int flags);

enum otp_err
__wrap_otp_store_create(struct otp_store *store, const struct otp_state *state,
    struct otp_fault *fault)
{
	void (*const act)(void) = meanwhile;

	meanwhile = NULL;
	if (act)
		act();
	return __real_otp_store_create(store, state, fault);
}

enum otp_err
__wrap_otp_path_write(int fd, const void *data, size_t size, off_t offset,
    struct otp_fault *fault)
{
	if (stopped())
		return otp_fault_set(
		    fault, OTP_ERR_WRITE, errno, NULL, OTP_DETAIL_NONE);
	return __real_otp_path_write(fd, data, size, offset, fault);
}

int
__wrap_fdatasync(int fd)
{
	if (stopped())
		return -1;
	flushes++;
	return __real_fdatasync(fd);
}

int
__wrap_fsync(int fd)
{
	struct stat is;

	if (stopped())
		return -1;
	flushes++;
	if (watched != 0 && fstat(fd, &is) == 0 && is.st_ino == watched)
		watched_flushes++;
	return __real_fsync(fd);
}

int
__wrap_renameat(int from, const char *old, int to, const char *new)
{
	return stopped() ? -1 : __real_renameat(from, old, to, new);
}

int
__wrap_renameat2(
    int from, const char *old, int to, const char *new, unsigned flags)
{
	if (stopped())
		return -1;
	flushes_at_move = flushes;
	return __real_renameat2(from, old, to, new, flags);
}

int
__wrap_unlinkat(int at, const char *name, int flags)
{
	if (!stop_once && stopped())
		return -1;
	return __real_unlinkat(at, name, flags);
}

#endif
