/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines that name the module, wherever PAM would read them.  A package's
 * scripts ask before they remove the module, whose absence would make each of
 * these stacks refuse every login.
 */
#ifndef OTP_CHECK_NAMED_H
#define OTP_CHECK_NAMED_H

#include "otp-enroll/cli/command.h"

/*
 * Prints FILE:LINE of each, once.  OTP_EXIT_FAILED if a file cannot be read, so
 * that the lines may not be all.
 */
enum otp_exit otp_check_named(const char *root);

#endif
