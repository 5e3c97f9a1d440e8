/* SPDX-License-Identifier: BSD-2-Clause */
/* Users who list, add or remove the addresses of their own account. */
#ifndef OTP_ADDRESS_OWN_H
#define OTP_ADDRESS_OWN_H

#include "otp-enroll/cli/command.h"
#include "common/effects/account.h"

/*
 * Do what TOOL's arguments say with the addresses of SUBJECT, through
 * pam_otpd(8), with a code of the user's where something is to change.
 */
enum otp_exit otp_address_own(
    const struct otp_tool *tool, const struct otp_subject *subject);

#endif
