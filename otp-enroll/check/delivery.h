/* SPDX-License-Identifier: BSD-2-Clause */
/* Check of what takes codes that are to be sent, and of what sends them. */
#ifndef OTP_CHECK_DELIVERY_H
#define OTP_CHECK_DELIVERY_H

#include <stdbool.h>

#include "otp-enroll/check/services.h"
#include "otp-enroll/cli/command.h"

/*
 * Does nothing unless SERVICES, of this host, send codes.  If the store can be
 * used (STORED), the addresses of ACCOUNT, or of all accounts if it is NULL,
 * are checked too.
 */
void otp_check_delivery(const struct otp_tool *tool,
    const struct otp_check_services *services, const char *account,
    bool stored);

#endif
