/* SPDX-License-Identifier: BSD-2-Clause */
/* otp-enroll: finds the command, and does what all of them share. */
#include "config.h"

#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>

#include "common/effects/place.h"
#include "otp-enroll/account/fleet.h"
#include "otp-enroll/account/backend.h"
#include "otp-enroll/cli/args.h"
#include "otp-enroll/cli/command.h"
#include "otp-enroll/cli/settings.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/signals.h"
#include "otp-enroll/cli/suggest.h"
#include "otp-enroll/cli/version.h"

/* In the order of the overview. */
static const struct otp_command *const commands[] = {
	&otp_command_new,
	&otp_command_invite,
	&otp_command_show,
	&otp_command_verify,
	&otp_command_status,
	&otp_command_check,
	&otp_command_recovery,
	&otp_command_unlock,
	&otp_command_suspend,
	&otp_command_resume,
	&otp_command_exempt,
	&otp_command_devices,
	&otp_command_address,
	&otp_command_resync,
	&otp_command_remove,
	&otp_command_adopt,
	&otp_command_import,
	&otp_command_init,
	&otp_command_fleet,
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static enum otp_exit command_run(struct otp_tool *tool);
static enum otp_exit store_choose(struct otp_tool *tool);
static const struct otp_command *command_find(const char *name);
static void show_overview(void);
static void show_help(const struct otp_command *command);
static bool command_check_usage(
    const struct otp_command *command, const struct otp_args *args);
static void refuse_command(const struct otp_args *args);

int
main(int argc, char **argv)
{
	struct otp_tool tool;
	enum otp_exit status;

	/* No core file and no tracer: there are secrets in memory. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	memset(&tool, 0, sizeof(tool));
	otp_output_begin();
	otp_i18n_begin();
	if (otp_args_read(argc, argv, &tool.args)) {
		status = command_run(&tool);
	} else {
		otp_say(_("See 'otp-enroll --help'."));
		status = OTP_EXIT_USAGE;
	}
	if (!otp_output_flush() && status == OTP_EXIT_DONE)
		status = OTP_EXIT_FAILED;
	otp_signals_end();
	return (int)status;
}

static enum otp_exit
command_run(struct otp_tool *tool)
{
	const struct otp_args *args = &tool->args;
	const struct otp_command *command = command_find(args->command);
	enum otp_exit status;

	if (args->version) {
		otp_version_print();
		return OTP_EXIT_DONE;
	}
	if (args->command == NULL) {
		show_overview();
		return args->help ? OTP_EXIT_DONE : OTP_EXIT_USAGE;
	}
	if (args->help && command != NULL) {
		show_help(command);
		return OTP_EXIT_DONE;
	}
	if (!command_check_usage(command, args)) {
		if (command != NULL)
			otp_say(
			    _("See 'otp-enroll %s --help'."), command->name);
		else
			otp_say(_("See 'otp-enroll --help'."));
		return OTP_EXIT_USAGE;
	}
	status = command->lenient ? OTP_EXIT_DONE : otp_settings_read(tool);
	otp_backend_choose(tool, command);
	if (status == OTP_EXIT_DONE && !command->lenient && !tool->by_daemon)
		status = store_choose(tool);
	return status == OTP_EXIT_DONE ? command->run(tool) : status;
}

/* A database; and files for root, whatever the others are in. */
static enum otp_exit
store_choose(struct otp_tool *tool)
{
	const struct passwd *user =
	    tool->args.user == NULL ? NULL : getpwnam(tool->args.user);

	if (user != NULL)
		tool->host.store = otp_place_of(&tool->options, user->pw_uid);
	return otp_fleet_load(tool);
}

static const struct otp_command *
command_find(const char *name)
{
	if (name == NULL)
		return NULL;
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(name, commands[i]->name) == 0)
			return commands[i];
	return NULL;
}

static void
show_overview(void)
{
	otp_print(_("Usage: otp-enroll COMMAND [USER] [OPTION...]; root must "
		    "name the USER\n"));
	for (size_t i = 0; i < COMMANDS; i++)
		otp_print(
		    "  %-9s %s\n", commands[i]->name, _(commands[i]->summary));
	otp_print(_("  --conf=FILE  the configuration file [%s]\n"
		    "  --version    the versions in use, and default paths\n"
		    "  -h, --help   this text; 'otp-enroll help COMMAND' for a "
		    "command's options\n"),
	    OTP_DEFAULT_CONF);
}

static void
show_help(const struct otp_command *command)
{
	otp_print(_("Usage: otp-enroll %s%s%s [OPTION...]\n\n  %s\n\n%s"),
	    command->name, command->operands[0] != '\0' ? " " : "",
	    command->operands, _(command->summary), _(command->help));
}

static bool
command_check_usage(
    const struct otp_command *command, const struct otp_args *args)
{
	const char *other = NULL;

	if (command == NULL)
		refuse_command(args);
	else if (!otp_args_allowed(args, command->takes, &other))
		otp_complain(_("The command '%s' has no option --%s."),
		    command->name, other);
	else if (!command->user && args->user != NULL)
		otp_complain(
		    _("The command '%s' takes no user name."), command->name);
	else
		return true;
	return false;
}

static void
refuse_command(const struct otp_args *args)
{
	const struct otp_escaped word = otp_escaped(args->command);
	const struct otp_command *second = command_find(args->user);
	const char *names[COMMANDS], *nearest;

	for (size_t i = 0; i < COMMANDS; i++)
		names[i] = commands[i]->name;
	nearest = otp_suggest(args->command, names, COMMANDS);
	if (second != NULL || getpwnam(args->command) != NULL)
		otp_complain(_("Unknown command \"%s\". Did you mean "
			       "'otp-enroll %s %s'?"),
		    word.text, second != NULL ? second->name : "new",
		    word.text);
	else if (nearest != NULL)
		otp_complain(_("Unknown command \"%s\". Did you mean "
			       "'otp-enroll %s'?"),
		    word.text, nearest);
	else
		otp_complain(_("Unknown command \"%s\"."), word.text);
}
