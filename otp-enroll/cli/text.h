/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of tokens and services, which people read and apps show: UTF-8. */
#ifndef OTP_TEXT_H
#define OTP_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "otp-enroll/cli/output.h"

/*
 * Convert TEXT, of SIZE bytes with its NUL, from the locale's encoding, unless
 * it is UTF-8 already.  False: it is neither, or does not fit.
 */
bool otp_text_to_utf8(char *text, size_t size);

/*
 * As otp_escaped(); but where the locale's encoding is UTF-8, letters and other
 * visible characters stay as they are.
 */
struct otp_escaped otp_text_shown(const char *text);

#endif
