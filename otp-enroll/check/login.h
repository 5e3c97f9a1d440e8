/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What refuses an account whatever its codes: the system's own records of it.
 */
#ifndef OTP_CHECK_LOGIN_H
#define OTP_CHECK_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "otp-enroll/check/finding.h"

/* Check whether only root may log in below ROOT ("" = this host). */
void otp_check_login_closed(struct otp_findings *findings, const char *root);

/* Check the account NAME of this host, at the time NOW. */
void otp_check_login_account(
    struct otp_findings *findings, const char *name, int64_t now);

/*
 * Check whether NAME was asked for a code in the last hour, and gave what
 * cannot be one, as far as the journal can be read.
 */
void otp_check_login_answers(struct otp_findings *findings, const char *name);

/*
 * Whether NAME is an account of the system, which no person logs in to.
 * *RET_SHELL is its shell then, and is valid until the user database is asked
 * again.
 */
bool otp_check_login_is_system(const char *name, const char **ret_shell);

#endif
