/* SPDX-License-Identifier: BSD-2-Clause */
/* Why the codes of one account are refused, if they are. */
#ifndef OTP_CHECK_ACCOUNT_H
#define OTP_CHECK_ACCOUNT_H

#include <stdbool.h>

#include "command.h"
#include "common/effects/enrol.h"
#include "finding.h"
#include "wiring.h"

/*
 * Look at SUBJECT in TOOL's store; WIRING is what is known of the services.
 * *RET_ENROLLED: whether there is a seed, or was one.
 */
void otp_account_check(const struct otp_tool *tool,
    const struct otp_subject *subject, const struct otp_wiring *wiring,
    bool *ret_enrolled);

#endif
