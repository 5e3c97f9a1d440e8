/* SPDX-License-Identifier: BSD-2-Clause */
/* The settings of the configuration file. */
#ifndef OTP_SETTINGS_H
#define OTP_SETTINGS_H

#include "otp-enroll/cli/command.h"

/*
 * Reads TOOL's options and host from the file that its arguments name, or from
 * the default one, which may be absent.  The result is OTP_EXIT_DONE, or the
 * error was reported.
 */
enum otp_exit otp_settings_read(struct otp_tool *tool);

/*
 * Likewise, without reporting errors.  Errors: OPTION, and those of a file;
 * FAULT as of otp_options_file_read().
 */
enum otp_err otp_settings_load(
    struct otp_tool *tool, struct otp_fault *fault) OTP_MUST_USE;

/* The configuration file that TOOL's arguments name, or the default one. */
const char *otp_settings_file(const struct otp_tool *tool);

#endif
