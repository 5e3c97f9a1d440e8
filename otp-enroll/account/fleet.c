/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/account/fleet.h"

#include <string.h>
#include <unistd.h>

#include "common/fleet/kind.h"
#include "common/fleet/load.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/report.h"

static enum otp_exit report_plugin(
    enum otp_err err, const struct otp_fault *fault);

const char *
otp_fleet_path(const struct otp_tool *tool)
{
	const char *store = tool->options.store;

	if (tool->args.file != NULL)
		return tool->args.file;
	if (strncmp(store, OTP_FLEET_PREFIX, strlen(OTP_FLEET_PREFIX)) == 0)
		return store + strlen(OTP_FLEET_PREFIX);
	return OTP_FLEET_CONF;
}

enum otp_exit
otp_fleet_load(const struct otp_tool *tool)
{
	struct otp_fault fault = { 0 };
	enum otp_err err;

	if (tool->host.store.folder == NULL ||
	    otp_place_is_folder(tool->host.store.folder))
		return OTP_EXIT_DONE;
	err = otp_fleet_use(tool->host.store.folder, &fault);
	if (err == OTP_ERR_OPTION && access(fault.where, F_OK) != 0)
		err = OTP_ERR_ABSENT;
	return err == OTP_OK ? OTP_EXIT_DONE : report_plugin(err, &fault);
}

enum otp_err
otp_fleet_open(const struct otp_tool *tool, unsigned ms,
    struct otp_fleet *ret_fleet, struct otp_fault *fault)
{
	struct otp_fleet *fleet = ret_fleet;
	enum otp_err err;

	memset(fleet, 0, sizeof(*fleet));
	fleet->path = otp_fleet_path(tool);
	fleet->failed = OTP_FLEET_STEP_CONF;
	err = otp_fleet_conf_read(fleet->path, &fleet->conf, fault);
	if (err != OTP_OK)
		return err;
	fleet->place = otp_fleet_conf_place(&fleet->conf);
	if (tool->args.role != NULL)
		fleet->place.role = tool->args.role;
	fleet->failed = OTP_FLEET_STEP_PLUGIN;
	err = otp_plugin_load(&fleet->plugin, fault);
	if (err != OTP_OK)
		return err;
	fleet->failed = OTP_FLEET_STEP_CONNECT;
	err =
	    fleet->plugin->admin->open(&fleet->place, ms, &fleet->admin, fault);
	if (err != OTP_OK)
		return err;
	fleet->failed = OTP_FLEET_STEP_SURVEY;
	err = fleet->plugin->admin->survey(fleet->admin, &fleet->survey, fault);
	if (err == OTP_OK)
		fleet->failed = OTP_FLEET_STEP_NONE;
	return err;
}

void
otp_fleet_close(struct otp_fleet *fleet)
{
	if (fleet->admin != NULL)
		fleet->plugin->admin->close(fleet->admin);
	fleet->admin = NULL;
}

enum otp_exit
otp_fleet_report(const struct otp_fleet *fleet, enum otp_err err,
    const struct otp_fault *fault)
{
	switch (fleet->failed) {
	case OTP_FLEET_STEP_CONF:
		otp_report_conf(fleet->path, err, fault);
		return OTP_EXIT_USAGE;
	case OTP_FLEET_STEP_PLUGIN:
		return report_plugin(err, fault);
	case OTP_FLEET_STEP_CONNECT:
	case OTP_FLEET_STEP_SURVEY:
	case OTP_FLEET_STEP_NONE:
		break;
	}
	if (fault->foreign[0] == '\0')
		otp_complain("%s.", otp_report_text(err, fault).text);
	else
		otp_complain(_("The database %s on %s cannot be used: %s."),
		    otp_escaped(fleet->place.database).text,
		    otp_escaped(fleet->place.host).text,
		    otp_fleet_said(fault).text);
	return OTP_EXIT_FAILED;
}

struct otp_escaped
otp_fleet_said(const struct otp_fault *fault)
{
	char text[OTP_FAULT_FOREIGN_SIZE];

	memcpy(text, fault->foreign, sizeof(text));
	for (char *quote = text; (quote = strchr(quote, '"')) != NULL;)
		*quote = '\'';
	return otp_escaped(text);
}

static enum otp_exit
report_plugin(enum otp_err err, const struct otp_fault *fault)
{
	if (err == OTP_ERR_ABSENT)
		otp_complain(_("%s is not installed; without it, otp-enroll "
			       "cannot use PostgreSQL."),
		    otp_escaped(fault->where).text);
	else if (err == OTP_ERR_OPTION)
		otp_complain(_("%s is of another version of pam_otp than "
			       "otp-enroll. Install both of one version."),
		    otp_escaped(fault->where).text);
	else
		otp_complain("%s.", otp_report_text(err, fault).text);
	return OTP_EXIT_FAILED;
}
