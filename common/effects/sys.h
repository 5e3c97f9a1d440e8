/* SPDX-License-Identifier: BSD-2-Clause */
/* Clock and random source, which are passed in and never global. */
#ifndef OTP_SYS_H
#define OTP_SYS_H

#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"

struct otp_sys {
	/* Seconds since 1970, UTC.  Errors: CLOCK, also before 1970. */
	enum otp_err (*time)(void *context, int64_t *ret_now);
	/* SIZE random bytes fit for keys.  Errors: CRYPTO. */
	enum otp_err (*random)(void *context, void *bytes, size_t size);
	void *context;
};

/* The machine's own: clock_gettime(CLOCK_REALTIME) and getrandom(2). */
extern const struct otp_sys otp_sys_host;

#endif
