/* SPDX-License-Identifier: BSD-2-Clause */
/* Preloaded: the clock is CLOCK_AHEAD seconds ahead. */
#include "config.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static long ahead;

/* At once: sshd asks PAM in a child without an environment. */
__attribute__((constructor)) static void
begin(void)
{
	const char *seconds = getenv("CLOCK_AHEAD");

	if (seconds != NULL)
		ahead = atol(seconds);
}

int
clock_gettime(clockid_t id, struct timespec *now)
{
	static int (*real)(clockid_t, struct timespec *);
	int result;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	result = real(id, now);
	if (result == 0 && id == CLOCK_REALTIME)
		now->tv_sec += ahead;
	return result;
}
