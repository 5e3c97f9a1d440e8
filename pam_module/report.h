/* SPDX-License-Identifier: BSD-2-Clause */
/* How an authentication ended -> log line, message to the user, PAM code. */
#ifndef OTP_REPORT_H
#define OTP_REPORT_H

#include "common/core/err.h"
#include "pam_module/login.h"

/* Write LOGIN's line to the log, tell the user, and return PAM's code. */
int otp_report(const struct otp_login *login, enum otp_end end) OTP_MUST_USE;

#endif
