/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-deliver/request.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "common/core/wipe.h"

#define SECOND INT64_C(1000) /* milliseconds */

static enum otp_err request_bytes(int fd, char *data, size_t capacity,
    size_t *ret_size, struct otp_fault *fault);
static int request_wait(int fd, int64_t deadline);
static int64_t request_clock(void);

enum otp_err
otp_request_read(
    int fd, struct otp_message *ret_message, struct otp_fault *fault)
{
	char frame[OTP_FRAME_MAX + 1]; /* one more tells that it is too large */
	size_t size = 0;
	enum otp_err err =
	    request_bytes(fd, frame, sizeof(frame), &size, fault);

	if (err == OTP_OK)
		err = otp_frame_read(frame, size, ret_message);
	otp_wipe(frame, sizeof(frame));
	return err;
}

/* As many bytes as there are, and fit. */
static enum otp_err
request_bytes(int fd, char *data, size_t capacity, size_t *ret_size,
    struct otp_fault *fault)
{
	const int64_t deadline = request_clock() + OTP_REQUEST_TIMEOUT * SECOND;
	size_t size = 0;

	while (size < capacity) {
		int errnum = request_wait(fd, deadline);
		ssize_t got = 0;

		if (errnum == 0) {
			got = read(fd, data + size, capacity - size);
			errnum = got == -1 ? errno : 0;
		}
		if (errnum == EINTR || errnum == EAGAIN)
			continue;
		if (errnum != 0)
			return otp_fault_set(
			    fault, OTP_ERR_READ, errnum, NULL, OTP_DETAIL_NONE);
		if (got == 0)
			break;
		size += (size_t)got;
	}
	*ret_size = size;
	return OTP_OK;
}

/* 0 when there is something to read, or an error. */
static int
request_wait(int fd, int64_t deadline)
{
	struct pollfd input = { .fd = fd, .events = POLLIN };
	const int64_t left = deadline - request_clock();
	int ready;

	if (left <= 0)
		return ETIMEDOUT;
	ready = poll(&input, 1, (int)left);
	if (ready == -1)
		return errno;
	return ready == 0 ? ETIMEDOUT : 0;
}

/* Milliseconds; a clock that fails makes every deadline pass. */
static int64_t
request_clock(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return INT64_MAX / 2;
	return now.tv_sec * SECOND + now.tv_nsec / 1000000;
}
