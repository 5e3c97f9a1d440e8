/* SPDX-License-Identifier: BSD-2-Clause */
/* otp-enroll: which command it is, and what all of them share. */
#include <string.h>
#include <sys/prctl.h>

#include "args.h"
#include "command.h"
#include "host.h"
#include "language.h"
#include "output.h"
#include "version.h"

/* In the order of the overview.  The first one is meant where none is named. */
static const struct otp_command *const commands[] = {
	&otp_command_new,
	&otp_command_show,
	&otp_command_verify,
	&otp_command_status,
	&otp_command_check,
	&otp_command_recovery,
	&otp_command_unlock,
	&otp_command_resync,
	&otp_command_remove,
	&otp_command_adopt,
	&otp_command_import,
	&otp_command_init,
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct otp_command *
find_command(const char *name)
{
	if (name == NULL)
		return commands[0];
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(name, commands[i]->name) == 0)
			return commands[i];
	return NULL;
}

static void
show_overview(void)
{
	otp_print(_("Usage: otp-enroll [COMMAND [USER] [OPTION...]]\n\n"
		    "Manages what pam_otp asks users for: one-time codes of an "
		    "app or device.\n\n"));
	for (size_t i = 0; i < COMMANDS; i++)
		otp_print(
		    "  %-9s %s\n", commands[i]->name, _(commands[i]->summary));
	otp_print(
	    _("\nWithout a command: `%s', for oneself. Root names the USER "
	      "always.\n\n"
	      "  --conf=FILE  the configuration file [%s]\n"
	      "  --help       this text, or the options of a COMMAND; also "
	      "--version\n\n"
	      "Exit status: 0 done, 1 failed, 2 wrong usage, 3 not "
	      "enrolled, 4 it is already.\n"),
	    commands[0]->name, OTP_DEFAULT_CONF);
}

static void
show_help(const struct otp_command *command)
{
	otp_print(_("Usage: otp-enroll %s%s%s [OPTION...]\n\n  %s\n\n%s"),
	    command->name, command->operands[0] != '\0' ? " " : "",
	    command->operands, _(command->summary), _(command->help));
}

static bool
check_usage(const struct otp_command *command, const struct otp_args *args)
{
	const char *other = NULL;

	if (command == NULL)
		otp_complain(_("There is no command \"%s\"."),
		    otp_escaped(args->command).text);
	else if (!otp_args_allowed(args, command->takes, &other))
		otp_complain(
		    _("`%s' has no option --%s."), command->name, other);
	else if (!command->user && args->user != NULL)
		otp_complain(_("`%s' takes no USER."), command->name);
	else
		return true;
	return false;
}

static enum otp_exit
run(struct otp_tool *tool)
{
	const struct otp_args *args = &tool->args;
	const struct otp_command *command = find_command(args->command);
	enum otp_exit status;

	if (args->version) {
		otp_version_print();
		return OTP_EXIT_DONE;
	}
	if (args->help && args->command == NULL) {
		show_overview();
		return OTP_EXIT_DONE;
	}
	if (args->help && command != NULL) {
		show_help(command);
		return OTP_EXIT_DONE;
	}
	if (!check_usage(command, args)) {
		if (command != NULL)
			otp_say(
			    _("See `otp-enroll %s --help'."), command->name);
		else
			otp_say(_("See `otp-enroll --help'."));
		return OTP_EXIT_USAGE;
	}
	status = command->lenient ? OTP_EXIT_DONE : otp_host_read(tool);
	return status == OTP_EXIT_DONE ? command->run(tool) : status;
}

int
main(int argc, char **argv)
{
	struct otp_tool tool;
	enum otp_exit status;

	/* No core file, and nobody looks on: there are secrets in memory. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	memset(&tool, 0, sizeof(tool));
	otp_output_begin();
	otp_language_begin();
	if (otp_args_read(argc, argv, &tool.args)) {
		status = run(&tool);
	} else {
		otp_say(_("See `otp-enroll --help'."));
		status = OTP_EXIT_USAGE;
	}
	if (!otp_output_flush() && status == OTP_EXIT_DONE)
		status = OTP_EXIT_FAILED;
	return (int)status;
}
