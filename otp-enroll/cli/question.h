/* SPDX-License-Identifier: BSD-2-Clause */
/* The question before something that cannot be undone. */
#ifndef OTP_TOOL_QUESTION_H
#define OTP_TOOL_QUESTION_H

#include <stdbool.h>

#include "otp-enroll/cli/args.h"

/*
 * Whether the user goes on after QUESTION, a format that ends with "[y/N] ".
 * Where standard input is not a terminal, and with --yes, it is not asked.
 * False: it was said that nothing changed.
 */
bool otp_question(const struct otp_args *args, const char *question, ...)
    __attribute__((format(printf, 2, 3)));

#endif
