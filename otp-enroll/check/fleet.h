/* SPDX-License-Identifier: BSD-2-Clause */
/* The fleet's database, as the role of this host sees it. */
#ifndef OTP_CHECK_FLEET_H
#define OTP_CHECK_FLEET_H

#include <stdbool.h>

#include "otp-enroll/check/finding.h"
#include "otp-enroll/cli/command.h"

/*
 * Writes nothing.  Connects as --role if there is one.  Returns whether there
 * is no fault.
 */
bool otp_check_fleet(
    const struct otp_tool *tool, struct otp_findings *findings);

#endif
