/* SPDX-License-Identifier: BSD-2-Clause */
/* Preloaded: the clock is CLOCK_AHEAD seconds ahead. */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int
clock_gettime(clockid_t id, struct timespec *now)
{
	static int (*real)(clockid_t, struct timespec *);
	const char *ahead = getenv("CLOCK_AHEAD");
	int result;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	result = real(id, now);
	if (result == 0 && id == CLOCK_REALTIME && ahead != NULL)
		now->tv_sec += atol(ahead);
	return result;
}
