/* SPDX-License-Identifier: BSD-2-Clause */
/* The fleet's database that fleet.conf(5) names, as an administrator has it. */
#ifndef OTP_TOOL_FLEET_H
#define OTP_TOOL_FLEET_H

#include "common/fleet/conf.h"
#include "common/fleet/plugin.h"
#include "otp-enroll/cli/command.h"
#include "otp-enroll/cli/output.h"

#define OTP_FLEET_CONF "/etc/pam_otp/fleet.conf"

/* What stopped otp_fleet_open(). */
enum otp_fleet_step {
	OTP_FLEET_STEP_NONE = 0,
	OTP_FLEET_STEP_CONF,
	OTP_FLEET_STEP_PLUGIN,
	OTP_FLEET_STEP_CONNECT,
	OTP_FLEET_STEP_SURVEY,
};

/* Not to be moved while it is open: 'place' points into it. */
struct otp_fleet {
	const char *path; /* the configuration file */
	struct otp_fleet_conf conf;
	struct otp_database_place place;
	const struct otp_plugin *plugin;
	struct otp_admin *admin;
	struct otp_fleet_survey survey;
	enum otp_fleet_step failed;
};

/* The configuration file: --file, or what 'store' names, or OTP_FLEET_CONF. */
const char *otp_fleet_path(const struct otp_tool *tool);

/*
 * Read the configuration, connect within MS milliseconds, which are also for
 * all that is asked, as --role if there is one, and survey.  The caller closes
 * *RET_FLEET, after a failure, too.  *RET_FLEET's 'failed' says what could not
 * be done; errors are of that step.
 */
enum otp_err otp_fleet_open(const struct otp_tool *tool, unsigned ms,
    struct otp_fleet *ret_fleet, struct otp_fault *fault) OTP_MUST_USE;

void otp_fleet_close(struct otp_fleet *fleet);

/* Let the tool's store be used, if it is a database; says what is wrong. */
enum otp_exit otp_fleet_load(const struct otp_tool *tool);

/* What the server or libpq said, with ' for each ", which would be escaped. */
struct otp_escaped otp_fleet_said(const struct otp_fault *fault);

/* Print what stopped otp_fleet_open(). */
enum otp_exit otp_fleet_report(const struct otp_fleet *fleet, enum otp_err err,
    const struct otp_fault *fault);

#endif
