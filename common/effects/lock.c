/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/core/mark.h"
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "holder.h"

#define MILLISECOND INT64_C(1000000) /* nanoseconds */
#define PAUSE_FIRST (MILLISECOND / 20)
#define PAUSE_MAX   (10 * MILLISECOND)

static enum otp_err
monotonic(int64_t *ret_nanoseconds, struct otp_fault *fault)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return otp_fault_set(fault, OTP_ERR_CLOCK, errno, NULL, NULL);
	*ret_nanoseconds = now.tv_sec * 1000 * MILLISECOND + now.tv_nsec;
	return OTP_OK;
}

static int
set_lock(int fd, short type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_SETLK, &lock);
}

/*
 * The kernel has no timed wait for these locks, and a signal of ours would be
 * the host's business: so ask again, ever more seldom.
 */
enum otp_err
otp_lock_take(int fd, struct otp_fault *fault)
{
	int64_t now = 0, deadline = 0;
	int64_t pause = PAUSE_FIRST;

	while (set_lock(fd, F_WRLCK) != 0) {
		struct timespec rest = { .tv_nsec = pause };
		enum otp_err err;

		if (errno == EINTR)
			continue;
		if (errno == ENOLCK)
			return otp_fault_set(fault, OTP_ERR_LIMIT, errno, NULL,
			    N_("no locks left"));
		if (errno != EAGAIN && errno != EACCES)
			return otp_fault_set(fault, OTP_ERR_READ, errno, NULL,
			    N_("cannot lock"));
		err = monotonic(&now, fault);
		if (err != OTP_OK)
			return err;
		if (deadline == 0)
			deadline = now + OTP_LOCK_TIMEOUT * 1000 * MILLISECOND;
		if (now >= deadline) {
			char holder[OTP_FAULT_WHAT_SIZE] = "";

			otp_holder_find(fd, holder, sizeof(holder));
			return otp_fault_set(
			    fault, OTP_ERR_LOCK_TIMEOUT, 0, NULL, holder);
		}
		if (nanosleep(&rest, NULL) != 0 && errno != EINTR)
			return otp_fault_set(
			    fault, OTP_ERR_CLOCK, errno, NULL, NULL);
		if (pause < PAUSE_MAX)
			pause *= 2;
	}
	return OTP_OK;
}

void
otp_lock_release(int fd)
{
	int saved = errno;

	/* Where this fails, closing the descriptor is what is left to do. */
	(void)set_lock(fd, F_UNLCK);
	errno = saved;
}
