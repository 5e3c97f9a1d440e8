/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/sys.h"

#include <errno.h>
#include <sys/random.h>
#include <time.h>

static enum otp_err
host_time(void *context, int64_t *ret_now)
{
	struct timespec now;

	(void)context;
	if (clock_gettime(CLOCK_REALTIME, &now) != 0 || now.tv_sec < 0)
		return OTP_ERR_CLOCK;
	*ret_now = now.tv_sec;
	return OTP_OK;
}

static enum otp_err
host_random(void *context, void *bytes, size_t size)
{
	size_t done = 0;

	(void)context;
	while (done < size) {
		ssize_t got = getrandom((char *)bytes + done, size - done, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return OTP_ERR_CRYPTO;
		done += (size_t)got;
	}
	return OTP_OK;
}

const struct otp_sys otp_sys_host = {
	.time = host_time,
	.random = host_random,
	.context = NULL,
};
