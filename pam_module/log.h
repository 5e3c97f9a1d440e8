/* SPDX-License-Identifier: BSD-2-Clause */
/* What the log is told: pam_syslog(3), facility LOG_AUTHPRIV. */
#ifndef OTP_LOG_H
#define OTP_LOG_H

#include "pam_module/login.h"

/*
 * The line for how LOGIN ended, and another one where wrong codes pile up.
 * Nobody is named who may not exist: people type passwords as names.
 */
void otp_log_end(const struct otp_login *login, enum otp_end end);

/* With `debug': how far LOGIN has come.  Never what was typed. */
void otp_log_debug(
    const struct otp_login *login, const char *step, const char *detail);

#endif
