/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration file, read into options. */
#ifndef OTP_OPTIONS_FILE_H
#define OTP_OPTIONS_FILE_H

#include <stdbool.h>

#include "common/core/err.h"
#include "common/core/options.h"

/*
 * Read PATH (absolute) over OPTIONS.  It must be a regular file of at most
 * 64 KiB that is owned by root or the effective user, not writable by others,
 * and reached without a symbolic link; not empty, and with a newline at its
 * end.  Errors: ABSENT (OPTIONS untouched), OPTION with the line, and path.h's;
 * FAULT's 'where' is PATH, or the option's name.
 */
enum otp_err otp_options_file_read(const char *path,
    struct otp_options *options, struct otp_fault *fault) OTP_MUST_USE;

#endif
