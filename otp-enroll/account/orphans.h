/* SPDX-License-Identifier: BSD-2-Clause */
/* 'status --orphans': names in the store that no account has any more. */
#ifndef OTP_ORPHANS_H
#define OTP_ORPHANS_H

#include "otp-enroll/cli/command.h"

/* A line, or with --json an object, for each name without an account. */
enum otp_exit otp_orphans_show(const struct otp_tool *tool);

#endif
