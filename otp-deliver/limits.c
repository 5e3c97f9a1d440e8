/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file has the times of the last hundred messages of each kind, as 8 bytes
 * each: seconds since the start of the host, or 0.  A message takes a place
 * that is free or has a time of more than an hour ago.  So one place is
 * written, nothing has to be flushed, and a process that is killed leaves a
 * charge or none.  A time in the future is from an earlier boot.
 *
 * MUST:
 *
 * 1. A message is charged before it leaves
 *    (limits__charge_a_message_that_fails).
 * 2. Two processes never take one place
 *    (limits__let_one_at_a_time_take_a_place,
 *    limits__let_a_hundred_of_many_at_once_pass).
 * 3. The kinds have a limit each (limits__of_notices_starve_no_code).
 */
#include "config.h"

#include "otp-deliver/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <time.h>

#include "common/store/lock.h"
#include "common/store/path.h"

#define FILE_NAME "limits"

static enum otp_err limits_open(int *ret_fd, struct otp_fault *fault);
static enum otp_err limits_take(int fd, enum otp_message_kind kind,
    bool *ret_allowed, struct otp_fault *fault);
static enum otp_err limits_clock(int64_t *ret_now, struct otp_fault *fault);
static unsigned limits_free(const int64_t times[OTP_LIMITS_MAX], int64_t now);
static bool is_counted(int64_t time, int64_t now);

enum otp_err
otp_limits_charge(
    enum otp_message_kind kind, bool *ret_allowed, struct otp_fault *fault)
{
	int fd = -1;
	enum otp_err err = limits_open(&fd, fault);

	if (err == OTP_OK)
		err = otp_lock_take(fd, fault);
	if (err == OTP_OK)
		err = limits_take(fd, kind, ret_allowed, fault);
	otp_path_close(&fd); /* and so the lock */
	return err;
}

static enum otp_err
limits_open(int *ret_fd, struct otp_fault *fault)
{
	int folder = -1;
	enum otp_err err =
	    otp_path_folder(OTP_LIMITS_DIR, OTP_PATH_PRIVATE, &folder, fault);

	if (err != OTP_OK)
		return err;
	*ret_fd = otp_path_open_at(
	    folder, FILE_NAME, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC);
	if (*ret_fd == -1)
		err = otp_fault_set(fault, OTP_ERR_WRITE, errno,
		    OTP_LIMITS_DIR "/" FILE_NAME, OTP_DETAIL_CREATE_FILE);
	otp_path_close(&folder);
	return err;
}

static enum otp_err
limits_take(int fd, enum otp_message_kind kind, bool *ret_allowed,
    struct otp_fault *fault)
{
	const off_t start = kind == OTP_MESSAGE_CODE
	    ? 0
	    : (off_t)(OTP_LIMITS_MAX * sizeof(int64_t));
	int64_t times[OTP_LIMITS_MAX] = { 0 };
	int64_t now = 0;
	size_t size = 0;
	unsigned place;
	enum otp_err err = limits_clock(&now, fault);

	if (err == OTP_OK)
		err = otp_path_read(
		    fd, times, sizeof(times), start, &size, fault);
	if (err != OTP_OK)
		return err;
	place = limits_free(times, now);
	*ret_allowed = place < OTP_LIMITS_MAX;
	if (!*ret_allowed)
		return OTP_OK;
	return otp_path_write(
	    fd, &now, sizeof(now), start + (off_t)(place * sizeof(now)), fault);
}

/* Time on which the host sleeps counts; no user can set this clock. */
static enum otp_err
limits_clock(int64_t *ret_now, struct otp_fault *fault)
{
	struct timespec now;

	if (clock_gettime(CLOCK_BOOTTIME, &now) != 0)
		return otp_fault_set(
		    fault, OTP_ERR_CLOCK, errno, NULL, OTP_DETAIL_NONE);
	*ret_now = now.tv_sec + 1;
	return OTP_OK;
}

/* A place that is free, or OTP_LIMITS_MAX. */
static unsigned
limits_free(const int64_t times[OTP_LIMITS_MAX], int64_t now)
{
	unsigned i = 0;

	while (i < OTP_LIMITS_MAX && is_counted(times[i], now))
		i++;
	return i;
}

static bool
is_counted(int64_t time, int64_t now)
{
	return time > 0 && time <= now && now - time < OTP_LIMITS_PERIOD;
}
