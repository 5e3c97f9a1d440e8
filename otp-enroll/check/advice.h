/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands in what is advised, so that they can be pasted into a shell. */
#ifndef OTP_CHECK_ADVICE_H
#define OTP_CHECK_ADVICE_H

#include "otp-enroll/cli/fill.h"

#define OTP_ADVICE_WORDS 6

/*
 * Append FIX as otp_fill() does; what is filled into a command, which is in
 * quotation marks, is quoted for sh(1) if it has to be.
 */
void otp_advice_fill(char *text, size_t size, const char *fix,
    const struct otp_filling fillings[OTP_ADVICE_WORDS]);

#endif
