/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>

#include "signals.h"

void
otp_signals_hold(sigset_t *ret_before)
{
	static const int held[] = { SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM,
		SIGTSTP };
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++)
		(void)sigaddset(&set, held[i]);
	(void)sigprocmask(SIG_BLOCK, &set, ret_before);
}

void
otp_signals_release(const sigset_t *before)
{
	(void)sigprocmask(SIG_SETMASK, before, NULL);
}
