/* SPDX-License-Identifier: BSD-2-Clause */
/* Saying what went wrong: one sentence, where, and what to do. */
#ifndef OTP_TOOL_REPORT_H
#define OTP_TOOL_REPORT_H

#include "otp-enroll/cli/command.h"
#include "common/core/err.h"

/*
 * Reports on standard error that ERR happened with USER (or NULL) during TOOL's
 * command.  Returns the exit status.
 */
enum otp_exit otp_report(const struct otp_tool *tool, const char *user,
    enum otp_err err, const struct otp_fault *fault);

/* The same of the configuration file PATH. */
void otp_report_conf(
    const char *path, enum otp_err err, const struct otp_fault *fault);

/*
 * "/etc/x: others can write to it (mode 0777)", "/etc/x:3: ..."; for a line of
 * a table, too, and for JSON.  In the reader's language, and escaped.
 */
#define OTP_REPORT_SIZE 1024
struct otp_reported {
	char text[OTP_REPORT_SIZE];
};
struct otp_reported otp_report_text(
    enum otp_err err, const struct otp_fault *fault);

/* The same of an option: "PATH:3: nulok: is not an option". */
struct otp_reported otp_report_conf_text(
    const char *path, enum otp_err err, const struct otp_fault *fault);

#endif
