/* SPDX-License-Identifier: BSD-2-Clause */
/* A configuration file, line by line against the caller's table. */
#ifndef OTP_CONF_FILE_H
#define OTP_CONF_FILE_H

#include "common/core/conf.h"
#include "common/core/err.h"

/*
 * Read PATH (absolute) by CONF, which is at its start.  It must be a regular
 * file of at most 64 KiB that is owned by root or the effective user, not
 * writable by others, and reached without a symbolic link; not empty, and with
 * a newline at its end.  After a failure CONF's target may have some of the
 * file.  Errors: ABSENT, OPTION with the line, and path.h's; FAULT's 'where' is
 * PATH, or the option's name.
 */
enum otp_err otp_conf_file_read(const char *path, struct otp_conf *conf,
    struct otp_fault *fault) OTP_MUST_USE;

#endif
