/* SPDX-License-Identifier: BSD-2-Clause */
/* `new --batch': many users, nobody asked. */
#ifndef OTP_BATCH_H
#define OTP_BATCH_H

#include "command.h"

/* What of ARGS does not go with --batch, as a sentence; NULL = all does. */
const char *otp_batch_usage(const struct otp_args *args);

/*
 * Enrol everybody on the list.  For each, a JSON line is written before the
 * seed is in force, so that nothing is in force that nobody was given.
 */
enum otp_exit otp_batch_run(const struct otp_tool *tool);

#endif
