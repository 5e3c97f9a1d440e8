/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/cli/signals.h"

#include <stddef.h>
#include <unistd.h>

/* Those that end a process, unless it has other plans. */
static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM };

#define ENDING (sizeof(ending) / sizeof(ending[0]))

static int noted; /* the first one, or 0 */

void
otp_signals_block(sigset_t *ret_before)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTSTP);
	for (size_t i = 0; i < ENDING; i++)
		(void)sigaddset(&set, ending[i]);
	(void)sigprocmask(SIG_BLOCK, &set, ret_before);
}

void
otp_signals_outlive_reader(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
}

bool
otp_signals_pending(void)
{
	sigset_t pending;

	if (sigpending(&pending) != 0)
		return false;
	for (size_t i = 0; i < ENDING; i++) {
		if (sigismember(&pending, ending[i]) == 1) {
			otp_signals_note(ending[i]);
			return true;
		}
	}
	return false;
}

void
otp_signals_unblock(const sigset_t *before)
{
	(void)sigprocmask(SIG_SETMASK, before, NULL);
}

void
otp_signals_note(int signum)
{
	if (noted == 0)
		noted = signum;
}

/* Even where the signal is ignored or blocked. */
void
otp_signals_end(void)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t open;

	if (noted == 0)
		return;
	(void)sigemptyset(&action.sa_mask);
	(void)sigemptyset(&open);
	(void)sigaddset(&open, noted);
	if (sigaction(noted, &action, NULL) == 0 && raise(noted) == 0)
		(void)sigprocmask(SIG_UNBLOCK, &open, NULL);
	_exit(128 + noted);
}
