/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/store/lock_owner.h"

#define MILLISECOND INT64_C(1000000) /* nanoseconds */
#define PAUSE_FIRST (MILLISECOND / 20)
#define PAUSE_MAX   (10 * MILLISECOND)

/* A login has the lock for a moment; only a second on end counts. */
#define CHECKS	    20
#define CHECK_PAUSE (50 * MILLISECOND)

static enum otp_err find_locked(
    int fd, bool *ret_locked, struct otp_fault *fault);
static enum otp_err refuse_locked(int fd, struct otp_fault *fault);
static enum otp_err monotonic(
    int64_t *ret_nanoseconds, struct otp_fault *fault);
static int set_lock(int fd, short type);

/*
 * The kernel has no timed wait for these locks, and a signal of ours would
 * disturb the host process: so try again, ever more seldom.
 */
enum otp_err
otp_lock_take(int fd, struct otp_fault *fault)
{
	int64_t now = 0, deadline = 0;
	int64_t pause = PAUSE_FIRST;

	for (;;) {
		struct timespec rest = { .tv_nsec = (long)pause };
		bool locked = false;
		enum otp_err err = otp_lock_try(fd, &locked, fault);

		if (err != OTP_OK || locked)
			return err;
		err = monotonic(&now, fault);
		if (err != OTP_OK)
			return err;
		if (deadline == 0)
			deadline = now + OTP_LOCK_TIMEOUT * 1000 * MILLISECOND;
		if (now >= deadline)
			return refuse_locked(fd, fault);
		if (nanosleep(&rest, NULL) != 0 && errno != EINTR)
			return otp_fault_set(
			    fault, OTP_ERR_CLOCK, errno, NULL, OTP_DETAIL_NONE);
		if (pause < PAUSE_MAX)
			pause *= 2;
	}
}

enum otp_err
otp_lock_try(int fd, bool *ret_locked, struct otp_fault *fault)
{
	int error = 0;

	do
		error = set_lock(fd, F_WRLCK) == 0 ? 0 : errno;
	while (error == EINTR);
	*ret_locked = error == 0;
	if (error == ENOLCK)
		return otp_fault_set(
		    fault, OTP_ERR_LIMIT, error, NULL, OTP_DETAIL_NO_LOCKS);
	if (error != 0 && error != EAGAIN && error != EACCES)
		return otp_fault_set(
		    fault, OTP_ERR_READ, error, NULL, OTP_DETAIL_LOCK);
	return OTP_OK;
}

void
otp_lock_release(int fd)
{
	int saved = errno;

	/* If this fails, closing the descriptor still unlocks it. */
	(void)set_lock(fd, F_UNLCK);
	errno = saved;
}

enum otp_err
otp_lock_check(int fd, struct otp_fault *fault)
{
	const struct timespec pause = { .tv_nsec = (long)CHECK_PAUSE };

	for (unsigned i = 0; i < CHECKS; i++) {
		bool locked = false;
		enum otp_err err;

		if (i > 0)
			(void)nanosleep(&pause, NULL);
		err = find_locked(fd, &locked, fault);
		if (err != OTP_OK || !locked)
			return err;
	}
	return refuse_locked(fd, fault);
}

static enum otp_err
find_locked(int fd, bool *ret_locked, struct otp_fault *fault)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_OFD_GETLK, &lock) != 0)
		return otp_fault_set(
		    fault, OTP_ERR_READ, errno, NULL, OTP_DETAIL_NONE);
	*ret_locked = lock.l_type != F_UNLCK;
	return OTP_OK;
}

/* Another process has the lock: say which, if it can be found. */
static enum otp_err
refuse_locked(int fd, struct otp_fault *fault)
{
	struct otp_lock_owner owner = { 0 };

	if (fault == NULL)
		return OTP_ERR_LOCK_TIMEOUT;
	fault->detail = OTP_DETAIL_NONE; /* one of an earlier look is over */
	if (!otp_lock_owner_find(fd, &owner))
		return otp_fault_set(
		    fault, OTP_ERR_LOCK_TIMEOUT, 0, NULL, OTP_DETAIL_NONE);
	memcpy(fault->name, owner.name, sizeof(fault->name));
	return otp_fault_set_number(
	    fault, OTP_ERR_LOCK_TIMEOUT, NULL, OTP_DETAIL_LOCKED_BY, owner.pid);
}

static enum otp_err
monotonic(int64_t *ret_nanoseconds, struct otp_fault *fault)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return otp_fault_set(
		    fault, OTP_ERR_CLOCK, errno, NULL, OTP_DETAIL_NONE);
	*ret_nanoseconds = now.tv_sec * 1000 * MILLISECOND + now.tv_nsec;
	return OTP_OK;
}

static int
set_lock(int fd, short type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_SETLK, &lock);
}
