/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For /etc/ld.so.preload of a host of its own (ground.sh): what shows the time
 * of day is ahead of it by as many seconds as OFFSET says.
 */
#include "config.h"

#include <stdio.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define OFFSET "/etc/clock-offset"

int clock_gettime(clockid_t clock, struct timespec *now);
int gettimeofday(struct timeval *restrict now, void *restrict zone);
time_t time(time_t *ret_now);

static long
offset(void)
{
	FILE *file = fopen(OFFSET, "re");
	long seconds = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%ld", &seconds) != 1)
		seconds = 0;
	(void)fclose(file);
	return seconds;
}

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	const long result = syscall(SYS_clock_gettime, clock, now);

	if (result == 0 && clock == CLOCK_REALTIME)
		now->tv_sec += offset();
	return (int)result;
}

int
gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec time = { 0 };

	(void)zone;
	(void)clock_gettime(CLOCK_REALTIME, &time);
	now->tv_sec = time.tv_sec;
	now->tv_usec = time.tv_nsec / 1000;
	return 0;
}

time_t
time(time_t *ret_now)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (ret_now != NULL)
		*ret_now = now.tv_sec;
	return now.tv_sec;
}
