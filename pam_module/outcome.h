/* SPDX-License-Identifier: BSD-2-Clause */
/* What an authentication ends with: a log line, a message, a PAM code. */
#ifndef OTP_OUTCOME_H
#define OTP_OUTCOME_H

#include "common/core/err.h"
#include "pam_module/login.h"

/* Write LOGIN's line to the log, tell the user, and return PAM's code. */
int otp_outcome_report(
    struct otp_login *login, enum otp_step step) OTP_MUST_USE;

#endif
