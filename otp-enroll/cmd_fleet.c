/* SPDX-License-Identifier: BSD-2-Clause */
/* 'fleet': the database that the hosts of a fleet share. */
#include "config.h"

#include <glob.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "common/store/path.h"
#include "otp-enroll/account/fleet.h"
#include "otp-enroll/account/fleet_move.h"
#include "otp-enroll/check/fleet.h"
#include "otp-enroll/cli/audit.h"
#include "otp-enroll/cli/command.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/question.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/settings.h"
#include "otp-enroll/cli/when.h"
#include "places.h"

#define DEADLINE   120000	/* milliseconds, for all that is asked */
#define SCRIPT_MAX (256 * 1024) /* bytes of a migration */
#define VERSION	   150000	/* PostgreSQL 15 */
#define SECOND	   1000000	/* microseconds */

static enum otp_exit fleet_run(const struct otp_tool *given);
static enum otp_exit fleet_init(
    const struct otp_tool *tool, struct otp_fleet *fleet);
static enum otp_exit fleet_upgrade(
    const struct otp_tool *tool, struct otp_fleet *fleet);
static enum otp_exit fleet_restored(
    const struct otp_tool *tool, struct otp_fleet *fleet);
static enum otp_exit fleet_check(const struct otp_tool *tool);
static enum otp_exit fleet_import(const struct otp_tool *tool);
static enum otp_exit fleet_export(const struct otp_tool *tool);
static bool is_move(const struct otp_args *args);
static bool are_options_valid(const struct otp_args *args, bool is_check);
static bool are_operands_valid(const struct otp_args *args);
static bool can_migrate(const struct otp_fleet *fleet);
static bool is_empty(const struct otp_fleet *fleet);
static enum otp_exit say_done(const struct otp_fleet *fleet);
static enum otp_exit fleet_migrate(struct otp_fleet *fleet);
static bool read_migration(int number, char *script, char path[OTP_PATH_SIZE]);
static bool find_migration(int number, char path[OTP_PATH_SIZE]);

const struct otp_command otp_command_fleet = {
	.name = "fleet",
	.operands = "init|upgrade|check|restored|import|export",
	.summary = N_("set up the PostgreSQL database that hosts share"),
	.help =
	    N_("  init      make the tables and roles in an empty database\n"
	       "  upgrade   the same for what a later version added\n"
	       "  check     say what is wrong with the database or this "
	       "host's role\n"
	       "  restored  begin the next epoch, after a backup was "
	       "restored\n"
	       "  import    move USER from this host's files to the database\n"
	       "  export    move USER from the database to this host's files\n"
	       "\n"
	       "  --file=FILE  instead of /etc/pam_otp/fleet.conf\n"
	       "  --role=ROLE  connect as this role, a superuser or an "
	       "administrator's\n"
	       "  --all        with import and export: every account\n"
	       "  --yes        do not ask whether to go on\n"
	       "  --json       with check: print one JSON object\n"),
	.user = true,
	.lenient = true, /* the plugin may be what is wrong */
	.takes = { "file", "role", "all", "yes", "json" },
	.run = fleet_run,
};

static const struct {
	const char *name;
	enum otp_exit (*run)(const struct otp_tool *, struct otp_fleet *);
	/* Not as an administrator, or without a server that answers. */
	enum otp_exit (*run_alone)(const struct otp_tool *);
} actions[] = {
	{ "init", fleet_init, NULL },
	{ "upgrade", fleet_upgrade, NULL },
	{ "check", NULL, fleet_check },
	{ "restored", fleet_restored, NULL },
	{ "import", NULL, fleet_import },
	{ "export", NULL, fleet_export },
};

static enum otp_exit
fleet_run(const struct otp_tool *given)
{
	const char *name = given->args.user != NULL ? given->args.user : "";
	struct otp_tool own = *given;
	const struct otp_tool *tool = &own;
	struct otp_fleet fleet;
	struct otp_fault fault = { 0 };
	enum otp_exit status = OTP_EXIT_USAGE;
	enum otp_err err;
	size_t i = 0;

	while (i < sizeof(actions) / sizeof(actions[0]) &&
	    strcmp(name, actions[i].name) != 0)
		i++;
	if (i == sizeof(actions) / sizeof(actions[0])) {
		otp_complain(_("Say what to do: 'otp-enroll fleet init', "
			       "'upgrade', 'check', 'restored', 'import' or "
			       "'export'."));
		return OTP_EXIT_USAGE;
	}
	if (!are_operands_valid(&tool->args) ||
	    !are_options_valid(
		&tool->args, actions[i].run_alone == fleet_check))
		return OTP_EXIT_USAGE;
	status = otp_settings_read(&own);
	if (status != OTP_EXIT_DONE)
		return status;
	if (actions[i].run_alone != NULL)
		return actions[i].run_alone(tool);
	err = otp_fleet_open(tool, DEADLINE, &fleet, &fault);
	status = err == OTP_OK ? actions[i].run(tool, &fleet)
			       : otp_fleet_report(&fleet, err, &fault);
	otp_fleet_close(&fleet);
	return status;
}

static bool
is_move(const struct otp_args *args)
{
	return strcmp(args->user, "import") == 0 ||
	    strcmp(args->user, "export") == 0;
}

static bool
are_operands_valid(const struct otp_args *args)
{
	if (!is_move(args) && args->account != NULL) {
		otp_complain(_("Unexpected argument \"%s\"."),
		    otp_escaped(args->account).text);
		return false;
	}
	if (!is_move(args) && args->all) {
		otp_complain(
		    _("--all can only be used with 'import' and 'export'."));
		return false;
	}
	if (is_move(args) && args->role != NULL) {
		otp_complain(_("--role cannot be used with 'import' and "
			       "'export', which use the host's role."));
		return false;
	}
	if (is_move(args) && (args->account != NULL) == args->all) {
		otp_complain(_("Name one account, or use --all."));
		return false;
	}
	return true;
}

static bool
are_options_valid(const struct otp_args *args, bool is_check)
{
	if (args->json && !is_check) {
		otp_complain(_("--json can only be used with 'check'."));
		return false;
	}
	if (args->file != NULL && args->file[0] != '/') {
		otp_complain(_("--file must be an absolute path."));
		return false;
	}
	if (args->role != NULL && args->role[0] == '\0') {
		otp_complain(_("--role needs a value."));
		return false;
	}
	return true;
}

/* --- Accounts that move --------------------------------------------------- */

static enum otp_exit
fleet_import(const struct otp_tool *tool)
{
	return otp_fleet_move(tool, true);
}

static enum otp_exit
fleet_export(const struct otp_tool *tool)
{
	if (!otp_question(&tool->args,
		_("Every other host of the realm refuses the users whose "
		  "accounts are moved. Go on? [y/N] ")))
		return OTP_EXIT_FAILED;
	return otp_fleet_move(tool, false);
}

/* --- Findings ------------------------------------------------------------- */

static enum otp_exit
fleet_check(const struct otp_tool *tool)
{
	struct otp_findings findings = { 0 };
	enum otp_exit status;

	if (tool->args.json)
		otp_i18n_end();
	status =
	    otp_check_fleet(tool, &findings) ? OTP_EXIT_DONE : OTP_EXIT_FAILED;
	if (findings.failed) {
		otp_complain(_("There is not enough memory."));
		status = OTP_EXIT_FAILED;
	}
	if (!tool->args.json)
		otp_findings_print(&findings);
	else if (!otp_findings_print_json(&findings, NULL))
		status = OTP_EXIT_FAILED;
	otp_findings_free(&findings);
	return status;
}

/* --- Migrations ----------------------------------------------------------- */

static enum otp_exit
fleet_init(const struct otp_tool *tool, struct otp_fleet *fleet)
{
	const int last = (int)fleet->survey.migration;
	enum otp_exit status;

	(void)tool;
	if (!can_migrate(fleet))
		return OTP_EXIT_FAILED;
	if (fleet->survey.has_schema && last == OTP_FLEET_MIGRATION)
		return say_done(fleet);
	if (fleet->survey.has_schema) {
		otp_complain(_("The database %s has migration %d of %d. Run "
			       "'otp-enroll fleet upgrade'."),
		    otp_escaped(fleet->place.database).text, last,
		    OTP_FLEET_MIGRATION);
		return OTP_EXIT_FAILED;
	}
	if (!is_empty(fleet))
		return OTP_EXIT_FAILED;
	status = fleet_migrate(fleet);
	if (status == OTP_EXIT_DONE)
		otp_audit("fleet-made", NULL, NULL);
	return status;
}

static enum otp_exit
fleet_upgrade(const struct otp_tool *tool, struct otp_fleet *fleet)
{
	enum otp_exit status;

	(void)tool;
	if (!can_migrate(fleet))
		return OTP_EXIT_FAILED;
	if (!fleet->survey.has_schema) {
		otp_complain(_("The database %s has none of pam_otp's tables. "
			       "Run 'otp-enroll fleet init'."),
		    otp_escaped(fleet->place.database).text);
		return OTP_EXIT_FAILED;
	}
	if (fleet->survey.migration == OTP_FLEET_MIGRATION)
		return say_done(fleet);
	status = fleet_migrate(fleet);
	if (status == OTP_EXIT_DONE)
		otp_audit("fleet-upgraded", NULL, NULL);
	return status;
}

static bool
can_migrate(const struct otp_fleet *fleet)
{
	if (!fleet->survey.is_superuser) {
		otp_complain(_("The role %s is not a superuser, which this "
			       "needs. Name one with --role."),
		    otp_escaped(fleet->place.role).text);
		return false;
	}
	if (fleet->survey.server_version < VERSION) {
		otp_complain(_("The server on %s is PostgreSQL %d; pam_otp "
			       "needs 15 or later."),
		    otp_escaped(fleet->place.host).text,
		    fleet->survey.server_version / 10000);
		return false;
	}
	if (fleet->survey.migration > OTP_FLEET_MIGRATION) {
		otp_complain(_("The database %s is of a later version of "
			       "pam_otp. Use that version's otp-enroll."),
		    otp_escaped(fleet->place.database).text);
		return false;
	}
	return true;
}

/* The first migration takes from PUBLIC what others may need. */
static bool
is_empty(const struct otp_fleet *fleet)
{
	if (fleet->survey.is_utf8 && !fleet->survey.has_others)
		return true;
	otp_complain(fleet->survey.has_others
		? _("The database %s is used for something else. Create one "
		    "for pam_otp alone, with the encoding UTF8: 'createdb -E "
		    "UTF8 -T template0 otp'.")
		: _("The database %s has another encoding than UTF8. Create "
		    "one for pam_otp alone: 'createdb -E UTF8 -T template0 "
		    "otp'."),
	    otp_escaped(fleet->place.database).text);
	return false;
}

static enum otp_exit
say_done(const struct otp_fleet *fleet)
{
	otp_print_line(_("The database %s already has all %d migrations."),
	    otp_escaped(fleet->place.database).text, OTP_FLEET_MIGRATION);
	return OTP_EXIT_DONE;
}

/* Those that are missing, each in a transaction of its own. */
static enum otp_exit
fleet_migrate(struct otp_fleet *fleet)
{
	char *script = malloc(SCRIPT_MAX + 1);
	enum otp_exit status = script != NULL ? OTP_EXIT_DONE : OTP_EXIT_FAILED;
	int number = fleet->survey.migration;

	if (script == NULL)
		otp_complain(_("There is not enough memory."));
	while (status == OTP_EXIT_DONE && ++number <= OTP_FLEET_MIGRATION) {
		char path[OTP_PATH_SIZE] = "";
		struct otp_fault fault = { 0 };

		status = OTP_EXIT_FAILED;
		if (!read_migration(number, script, path))
			break;
		if (fleet->plugin->admin->migrate(
			fleet->admin, script, &fault) != OTP_OK) {
			otp_complain(_("%s failed: %s."),
			    otp_escaped(path).text,
			    otp_fleet_said(&fault).text);
			break;
		}
		otp_print_line(_("Migration %d of %d: done."), number,
		    OTP_FLEET_MIGRATION);
		status = OTP_EXIT_DONE;
	}
	free(script);
	return status;
}

/* A superuser runs it, so others must not be able to write to it. */
static bool
read_migration(int number, char *script, char path[OTP_PATH_SIZE])
{
	struct otp_fault fault = { 0 };
	struct statx status = { 0 };
	size_t size = 0;
	int fd = -1;
	enum otp_err err;

	if (!find_migration(number, path)) {
		otp_complain(_("Migration %d is not in %s."), number,
		    OTP_DATA_DIR "/postgresql");
		return false;
	}
	err = otp_path_open(path, OTP_PATH_PUBLIC, &fd, &status, &fault);
	if (err == OTP_OK)
		err =
		    otp_path_read(fd, script, SCRIPT_MAX + 1, 0, &size, &fault);
	otp_path_close(&fd);
	if (err == OTP_OK && size > SCRIPT_MAX)
		err = otp_fault_set_number(&fault, OTP_ERR_PARSE, path,
		    OTP_DETAIL_TOO_LARGE, SCRIPT_MAX / 1024);
	if (err != OTP_OK) {
		otp_report_conf(path, err, &fault);
		return false;
	}
	script[size] = '\0';
	return true;
}

static bool
find_migration(int number, char path[OTP_PATH_SIZE])
{
	char pattern[OTP_PATH_SIZE];
	glob_t found = { 0 };
	bool is_one;

	(void)snprintf(pattern, sizeof(pattern), "%s/%04d-*.sql",
	    OTP_DATA_DIR "/postgresql", number);
	is_one = glob(pattern, GLOB_ERR, NULL, &found) == 0 &&
	    found.gl_pathc == 1 &&
	    (size_t)snprintf(path, OTP_PATH_SIZE, "%s", found.gl_pathv[0]) <
		OTP_PATH_SIZE;
	globfree(&found);
	return is_one;
}

/* --- Epochs --------------------------------------------------------------- */

static enum otp_exit
fleet_restored(const struct otp_tool *tool, struct otp_fleet *fleet)
{
	struct otp_fault fault = { 0 };
	int64_t epoch = 0;

	if (!fleet->survey.has_standing || !fleet->survey.is_admin) {
		otp_complain(_("The role %s is not a member of otp_admin, "
			       "which this needs. Name one with --role."),
		    otp_escaped(fleet->place.role).text);
		return OTP_EXIT_FAILED;
	}
	if (!otp_question(&tool->args,
		_("The database %s is in epoch %lld, since %s. If a backup was "
		  "restored, hosts refuse it until the next epoch. What was "
		  "done since the backup is lost: codes that were used since "
		  "may be accepted once more, and removed tokens work again. "
		  "No server with a later state may still be in use. Begin "
		  "the next epoch? [y/N] "),
		otp_escaped(fleet->place.database).text,
		(long long)fleet->survey.epoch,
		otp_when_moment(fleet->survey.since / SECOND).text))
		return OTP_EXIT_FAILED;
	if (fleet->plugin->admin->begin_epoch(fleet->admin, &epoch, &fault) !=
	    OTP_OK) {
		otp_complain(_("The next epoch may not have begun: %s. Run "
			       "this again."),
		    otp_fleet_said(&fault).text);
		return OTP_EXIT_FAILED;
	}
	otp_audit("fleet-restored", NULL, NULL);
	otp_print_line(_("Epoch %lld of the database %s has begun."),
	    (long long)epoch, otp_escaped(fleet->place.database).text);
	return OTP_EXIT_DONE;
}
