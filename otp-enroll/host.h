/* SPDX-License-Identifier: BSD-2-Clause */
/* The host as the configuration file has it. */
#ifndef OTP_TOOL_HOST_H
#define OTP_TOOL_HOST_H

#include "command.h"

/*
 * Fill in TOOL's options and host from the file that its arguments name, or
 * the usual one, which need not be there.  Other than OTP_EXIT_DONE: it was
 * said what is wrong.
 */
enum otp_exit otp_host_read(struct otp_tool *tool);

/*
 * The same without a word.  Errors: OPTION, and those of a file; FAULT as of
 * otp_conffile_read().
 */
enum otp_err otp_host_load(
    struct otp_tool *tool, struct otp_fault *fault) OTP_MUST_USE;

/* The configuration file that TOOL's arguments name, or the usual one. */
const char *otp_host_file(const struct otp_tool *tool);

#endif
