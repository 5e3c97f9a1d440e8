/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration file, read into options. */
#ifndef OTP_CONFFILE_H
#define OTP_CONFFILE_H

#include <stdbool.h>

#include "common/core/err.h"
#include "common/core/options.h"

/*
 * Read PATH (absolute) over OPTIONS.  Owned by root or the effective user,
 * not writable by others, reached without a symbolic link, regular, at most
 * 64 KiB.  Errors: ABSENT (OPTIONS untouched), OPTION with the line, and
 * path.h's; FAULT's `where` is PATH, or the option's name.
 */
enum otp_err otp_conffile_read(const char *path, struct otp_options *options,
    struct otp_fault *fault) OTP_MUST_USE;

#endif
