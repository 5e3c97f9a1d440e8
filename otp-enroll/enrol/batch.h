/* SPDX-License-Identifier: BSD-2-Clause */
/* 'new --batch': many users, without asking for codes. */
#ifndef OTP_BATCH_H
#define OTP_BATCH_H

#include "otp-enroll/cli/command.h"

/* A sentence on what in ARGS cannot be combined with --batch, or NULL. */
const char *otp_batch_usage(const struct otp_args *args);

/*
 * Enroll all users of the list.  For each, a JSON line is written before the
 * seed, so that no user has a token that was not handed out.
 */
enum otp_exit otp_batch_run(const struct otp_tool *tool);

#endif
