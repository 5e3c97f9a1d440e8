/* SPDX-License-Identifier: BSD-2-Clause */
/* The name that an account had before. */
#ifndef OTP_CHECK_RENAMED_H
#define OTP_CHECK_RENAMED_H

#include <stdbool.h>
#include <stdint.h>

#include "common/effects/account.h"
#include "otp-enroll/cli/command.h"

/*
 * Look in TOOL's store for an enrolled name of UID that no account of this host
 * has any more.  False: there is none, or it cannot be known.
 */
bool otp_check_renamed(
    const struct otp_tool *tool, uint32_t uid, char ret_name[OTP_ACCOUNT_SIZE]);

#endif
