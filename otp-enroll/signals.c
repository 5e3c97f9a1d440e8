/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>

#include "signals.h"

/* Those that end a process, unless it has other plans. */
static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM };

#define ENDING (sizeof(ending) / sizeof(ending[0]))

void
otp_signals_hold(sigset_t *ret_before)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTSTP);
	for (size_t i = 0; i < ENDING; i++)
		(void)sigaddset(&set, ending[i]);
	(void)sigprocmask(SIG_BLOCK, &set, ret_before);
}

int
otp_signals_came(void)
{
	sigset_t pending;

	if (sigpending(&pending) != 0)
		return 0;
	for (size_t i = 0; i < ENDING; i++)
		if (sigismember(&pending, ending[i]) == 1)
			return ending[i];
	return 0;
}

void
otp_signals_release(const sigset_t *before)
{
	(void)sigprocmask(SIG_SETMASK, before, NULL);
}
