/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/cli/read.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "common/core/wipe.h"

static bool wait_for_input(int fd, int64_t until);

enum otp_err
otp_read_all(int fd, size_t max, int patience, char **ret_text,
    size_t *ret_size, struct otp_fault *fault)
{
	const int64_t until =
	    patience < 0 ? OTP_READ_FOREVER : otp_read_clock() + patience;
	/* One byte more shows that there is too much; and the NUL. */
	char *text = malloc(max + 2);
	size_t size = 0;
	ssize_t got = 1;
	int errnum;

	if (text == NULL)
		return otp_fault_set(
		    fault, OTP_ERR_NOMEM, 0, NULL, OTP_DETAIL_NONE);
	while (got > 0 && size <= max) {
		got = -1;
		if (wait_for_input(fd, until))
			got = read(fd, text + size, max + 1 - size);
		if (got > 0)
			size += (size_t)got;
		else if (got < 0 && errno == EINTR)
			got = 1;
	}
	if (got == 0) {
		text[size] = '\0';
		*ret_text = text;
		*ret_size = size;
		return OTP_OK;
	}
	errnum = errno;
	otp_wipe(text, size);
	free(text);
	if (size > max)
		return otp_fault_set(
		    fault, OTP_ERR_LIMIT, 0, NULL, OTP_DETAIL_NONE);
	return otp_fault_set(
	    fault, OTP_ERR_READ, errnum, NULL, OTP_DETAIL_NONE);
}

static bool
wait_for_input(int fd, int64_t until)
{
	struct pollfd waiting = { .fd = fd, .events = POLLIN };

	for (;;) {
		int64_t left = until < 0 ? -1 : until - otp_read_clock();
		int ready;

		if (until >= 0 && left <= 0) {
			errno = ETIMEDOUT;
			return false;
		}
		ready = poll(&waiting, 1, (int)left);
		if (ready > 0)
			return true;
		if (ready < 0 && errno != EINTR)
			return false;
	}
}

int64_t
otp_read_clock(void)
{
	struct timespec time;

	if (clock_gettime(CLOCK_MONOTONIC, &time) != 0)
		return -1;
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}
