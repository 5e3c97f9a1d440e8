/* SPDX-License-Identifier: BSD-2-Clause */
/* Saying what went wrong: one sentence, where, and what to do. */
#ifndef OTP_TOOL_REPORT_H
#define OTP_TOOL_REPORT_H

#include "command.h"
#include "common/core/err.h"

/*
 * Say on standard error that ERR happened with USER (NULL: nobody in
 * particular) while doing TOOL's command.  What the process is to end with.
 */
enum otp_exit otp_report(const struct otp_tool *tool, const char *user,
    enum otp_err err, const struct otp_fault *fault);

/* The same of the configuration file PATH. */
void otp_report_conf(
    const char *path, enum otp_err err, const struct otp_fault *fault);

/*
 * "the state file is damaged (the file is cut short)", and where: for a line
 * of a table, and for JSON, which is English always.  Escaped.
 */
#define OTP_REPORT_SIZE 1024
struct otp_reported {
	char text[OTP_REPORT_SIZE];
};
struct otp_reported otp_report_text(
    enum otp_err err, const struct otp_fault *fault);
struct otp_reported otp_report_plain(
    enum otp_err err, const struct otp_fault *fault);

/* What a fault says of its matter ("has a NUL byte"), not escaped. */
struct otp_reported otp_report_what(const char *what);

#endif
