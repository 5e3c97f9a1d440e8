/* SPDX-License-Identifier: BSD-2-Clause */
/* `status --orphans': what the store has of accounts that are no more. */
#ifndef OTP_ORPHANS_H
#define OTP_ORPHANS_H

#include "command.h"

/* A line, or with --json an object, for each seed or state without account. */
enum otp_exit otp_orphans_show(const struct otp_tool *tool);

#endif
