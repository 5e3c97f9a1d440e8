/* SPDX-License-Identifier: BSD-2-Clause */
/* What must not be interrupted, short of SIGKILL. */
#ifndef OTP_SIGNALS_H
#define OTP_SIGNALS_H

#include <signal.h>

/* Hold what ends or stops a process; *RET_BEFORE is for the release. */
void otp_signals_hold(sigset_t *ret_before);

/* What has come meanwhile and would end us, or 0. */
int otp_signals_came(void);

/* What came meanwhile comes now. */
void otp_signals_release(const sigset_t *before);

#endif
