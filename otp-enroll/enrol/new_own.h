/* SPDX-License-Identifier: BSD-2-Clause */
/* 'new' of users for themselves: pam_otpd(8) makes the token active. */
#ifndef OTP_NEW_OWN_H
#define OTP_NEW_OWN_H

#include "otp-enroll/cli/command.h"

enum otp_exit otp_new_own(const struct otp_tool *tool);

#endif
