/* SPDX-License-Identifier: BSD-2-Clause */
/* Check of one account: why are its codes refused? */
#ifndef OTP_CHECK_ACCOUNT_H
#define OTP_CHECK_ACCOUNT_H

#include <stdbool.h>

#include "otp-enroll/cli/command.h"
#include "common/effects/enrol.h"
#include "otp-enroll/check/finding.h"
#include "otp-enroll/check/services.h"

/*
 * Check SUBJECT in TOOL's store.  SERVICES is what is known of the services.
 * *RET_ENROLLED: whether the account has a seed file, or lost one.
 */
void otp_check_account(const struct otp_tool *tool,
    const struct otp_subject *subject,
    const struct otp_check_services *services, bool *ret_enrolled);

#endif
