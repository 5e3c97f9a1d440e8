/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/check/fleet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "otp-enroll/account/fleet.h"
#include "otp-enroll/cli/fault.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/report.h"

#define DEADLINE  10000 /* milliseconds */
#define VERSION	  150000
#define CLOCK_MAX 30	  /* seconds between the clocks */
#define SECOND	  1000000 /* microseconds */

/* What is looked at. */
struct examined {
	const struct otp_tool *tool;
	struct otp_findings *findings;
	const struct otp_fleet *fleet;
	const struct otp_fleet_survey *survey;
	struct otp_words
	    words; /* where: the host, what: the role, more: the realm */
};

static bool has_fault(const struct otp_findings *findings, size_t before);
static void add_failure(struct otp_findings *findings,
    const struct otp_fleet *fleet, enum otp_err err,
    const struct otp_fault *fault);
static void add_conf(struct otp_findings *findings, const char *path,
    enum otp_err err, const struct otp_fault *fault);
static enum otp_found found_in_plugin(enum otp_err err);
static void check_schema(const struct examined *examined);
static void check_epoch(const struct examined *examined);
static void check_server(const struct examined *examined);
static void check_clocks(const struct examined *examined);
static void check_role(const struct examined *examined);
static void add(const struct examined *examined, enum otp_found found);

bool
otp_check_fleet(const struct otp_tool *tool, struct otp_findings *findings)
{
	struct otp_fleet fleet;
	struct otp_fault fault = { 0 };
	const size_t before = findings->count;
	const enum otp_err err = otp_fleet_open(tool, DEADLINE, &fleet, &fault);
	const struct examined examined = {
		.tool = tool,
		.findings = findings,
		.fleet = &fleet,
		.survey = &fleet.survey,
		.words = { .where = fleet.place.host,
		    .what = fleet.place.role,
		    .more = fleet.place.realm },
	};

	if (err != OTP_OK) {
		add_failure(findings, &fleet, err, &fault);
	} else {
		check_server(&examined);
		check_clocks(&examined);
		check_schema(&examined);
		check_role(&examined);
	}
	otp_fleet_close(&fleet);
	if (has_fault(findings, before))
		return false;
	add(&examined, OTP_FOUND_FLEET);
	return true;
}

/* Whether there is one after the first BEFORE findings. */
static bool
has_fault(const struct otp_findings *findings, size_t before)
{
	bool has = findings->failed;

	for (size_t i = before; i < findings->count; i++)
		has = has || findings->at[i].level == OTP_LEVEL_FAULT;
	return has;
}

/* --- What could not be done ----------------------------------------------- */

static void
add_failure(struct otp_findings *findings, const struct otp_fleet *fleet,
    enum otp_err err, const struct otp_fault *fault)
{
	const struct otp_escaped said = otp_fleet_said(fault);
	const struct otp_words plugin = { .where = fault->where,
		.what = said.text };
	const struct otp_words database = { .where = fleet->place.host,
		.what = fault->foreign[0] != '\0' ? said.text
						  : otp_err_reason(err) };

	switch (fleet->failed) {
	case OTP_FLEET_STEP_CONF:
		add_conf(findings, fleet->path, err, fault);
		break;
	case OTP_FLEET_STEP_PLUGIN:
		otp_findings_add(findings, found_in_plugin(err), plugin);
		break;
	case OTP_FLEET_STEP_CONNECT:
	case OTP_FLEET_STEP_SURVEY:
	case OTP_FLEET_STEP_NONE:
		otp_findings_add(
		    findings, OTP_FOUND_FLEET_UNREACHABLE, database);
		break;
	}
}

static void
add_conf(struct otp_findings *findings, const char *path, enum otp_err err,
    const struct otp_fault *fault)
{
	struct otp_reported said;

	if (err != OTP_ERR_OPTION) {
		otp_findings_add_err(findings, err, fault);
		return;
	}
	said = otp_report_conf_text(path, err, fault);
	otp_findings_add(findings, OTP_FOUND_FLEET_CONFIGURATION,
	    (struct otp_words){ .what = said.text });
}

static enum otp_found
found_in_plugin(enum otp_err err)
{
	if (err == OTP_ERR_ABSENT)
		return OTP_FOUND_FLEET_PLUGIN_ABSENT;
	return err == OTP_ERR_OPTION ? OTP_FOUND_FLEET_PLUGIN_OTHER
				     : OTP_FOUND_FLEET_PLUGIN_BROKEN;
}

/* --- The database --------------------------------------------------------- */

/* What follows migration 3 is known only since then. */
static void
check_schema(const struct examined *examined)
{
	const struct otp_fleet_survey *survey = examined->survey;

	if (!survey->has_schema)
		add(examined, OTP_FOUND_FLEET_EMPTY);
	else if (survey->migration > OTP_FLEET_MIGRATION)
		add(examined, OTP_FOUND_FLEET_LATER);
	else if ((survey->migration != 0 || survey->is_host) &&
	    survey->migration < OTP_FLEET_MIGRATION)
		add(examined, OTP_FOUND_FLEET_EARLIER);
	if (survey->has_schema && survey->has_others)
		add(examined, OTP_FOUND_FLEET_SHARED);
	if (survey->has_standing)
		check_epoch(examined);
}

static void
check_epoch(const struct examined *examined)
{
	if (examined->survey->identifier != examined->survey->cluster)
		add(examined, OTP_FOUND_FLEET_RESTORED);
	if (examined->survey->format > OTP_FLEET_FORMAT)
		add(examined, OTP_FOUND_FLEET_FORMAT);
}

static void
check_server(const struct examined *examined)
{
	if (examined->survey->server_version < VERSION)
		add(examined, OTP_FOUND_FLEET_SERVER);
	if (!examined->survey->has_standby)
		add(examined, OTP_FOUND_FLEET_STANDBY);
	if (examined->fleet->place.host[0] == '/')
		add(examined, OTP_FOUND_FLEET_OWN_HOST);
}

static void
check_clocks(const struct examined *examined)
{
	const struct otp_sys *sys = examined->tool->host.sys;
	struct otp_words words = examined->words;
	char seconds[24];
	int64_t now = 0, apart;

	if (sys->time(sys->context, &now) != OTP_OK)
		return; /* 'otp-enroll check' says so */
	apart = examined->survey->now / SECOND - now;
	if (apart >= -CLOCK_MAX && apart <= CLOCK_MAX)
		return;
	(void)snprintf(seconds, sizeof(seconds), "%lld",
	    (long long)(apart < 0 ? -apart : apart));
	words.what = seconds;
	otp_findings_add(examined->findings,
	    apart < 0 ? OTP_FOUND_FLEET_CLOCK_BEHIND
		      : OTP_FOUND_FLEET_CLOCK_AHEAD,
	    words);
}

/* --- The role ------------------------------------------------------------- */

/* An administrator's, as which --role may connect, has other rights. */
static void
check_role(const struct examined *examined)
{
	const struct otp_fleet_survey *survey = examined->survey;

	if (examined->tool->args.role != NULL || !survey->has_schema)
		return;
	if (survey->is_superuser) {
		add(examined, OTP_FOUND_FLEET_SUPERUSER);
		return;
	}
	if (survey->has_power)
		add(examined, OTP_FOUND_FLEET_POWER);
	if (survey->is_owner)
		add(examined, OTP_FOUND_FLEET_OWNER);
	if (survey->is_admin)
		add(examined, OTP_FOUND_FLEET_ADMIN);
	if (!survey->is_host)
		add(examined, OTP_FOUND_FLEET_NO_HOST);
	else if (survey->access == OTP_FLEET_NOT_ADMITTED)
		add(examined, OTP_FOUND_FLEET_REALM);
}

static void
add(const struct examined *examined, enum otp_found found)
{
	otp_findings_add(examined->findings, found, examined->words);
}
