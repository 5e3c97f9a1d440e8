/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals that would end the tool.  Over a change of the store they are
 * blocked; while a code is asked for they are noted.  A command that is
 * interrupted tidies up and returns as usual, and main() ends by the signal.
 */
#ifndef OTP_SIGNALS_H
#define OTP_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* Blocks what ends or stops a process; *RET_BEFORE is for unblocking. */
void otp_signals_block(sigset_t *ret_before);

/*
 * A reader that has gone is a failure to write, which is reported, and not the
 * end: for a command whose output belongs to a change.
 */
void otp_signals_outlive_reader(void);

/* Whether one of those that end a process came since; if so it is noted. */
bool otp_signals_pending(void);

/* What came since takes effect now. */
void otp_signals_unblock(const sigset_t *before);

/* The process is to end by SIGNUM. */
void otp_signals_note(int signum);

/* Ends the process by the signal that was noted, if one was. */
void otp_signals_end(void);

#endif
