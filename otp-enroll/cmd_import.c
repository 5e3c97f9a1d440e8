/* SPDX-License-Identifier: BSD-2-Clause */
/* read all -> check all -> put in force, one user after the other */
#include <string.h>

#include "audit.h"
#include "command.h"
#include "common/core/wipe.h"
#include "intake.h"
#include "language.h"
#include "output.h"
#include "report.h"
#include "secrets.h"
#include "signals.h"
#include "terminal.h"
#include "view.h"

/* What was done so far. */
struct tally {
	size_t imported;
	size_t there; /* were imported before */
};

static unsigned
recovery_count(const struct otp_args *args)
{
	return args->recovery != OTP_ARGS_NONE ? (unsigned)args->recovery : 0;
}

static bool
check_usage(const struct otp_args *args)
{
	bool many = args->users != NULL || args->all_users;
	const char *wrong = NULL;

	if (many && args->format != OTP_ARGS_FORMAT_GOOGLE)
		wrong = N_("--users and --all-users are for "
			   "--format=google-authenticator.");
	else if (args->users != NULL && args->all_users)
		wrong = N_("--users and --all-users exclude each other.");
	else if (many && args->user != NULL)
		wrong = N_("A USER excludes --users and --all-users.");
	else if (many && args->file != NULL &&
	    (args->file[0] == '/' || strcmp(args->file, "-") == 0))
		wrong = N_("One file cannot be many users'; --file takes one "
			   "below each home here.");
	else if (args->file != NULL && args->file[0] == '\0')
		wrong = N_("--file takes the name of a file, or \"-\".");
	if (wrong != NULL)
		otp_complain("%s", _(wrong));
	return wrong == NULL;
}

static enum otp_exit
find(struct otp_intake *intake)
{
	const struct otp_args *args = &intake->tool->args;

	if (args->format == OTP_ARGS_FORMAT_OATH)
		return otp_intake_find_oath(intake);
	if (args->users != NULL || args->all_users)
		return otp_intake_find_many(intake);
	return otp_intake_find_one(intake);
}

static enum otp_err
import_one(const struct otp_intake *intake, const struct otp_intake_user *user,
    bool write, bool *ret_there, struct otp_recovery_set *ret_set,
    struct otp_fault *fault)
{
	const struct otp_tool *tool = intake->tool;
	struct otp_import import;
	enum otp_err err;

	otp_intake_of(intake, user, &import);
	err = otp_enrol_import(&tool->host, &user->subject,
	    tool->args.replace ? OTP_ENROL_REPLACE : OTP_ENROL_NEW, &import,
	    recovery_count(&tool->args), write, ret_there, ret_set, fault);
	otp_wipe(&import, sizeof(import));
	return err;
}

static enum otp_exit
report(const struct otp_intake *intake, const char *account, enum otp_err err,
    const struct otp_fault *fault)
{
	struct otp_escaped name = otp_escaped(account);

	if (err == OTP_ERR_EXISTS) {
		otp_complain(_("%s is enrolled already, with other tokens; "
			       "--replace takes these instead."),
		    name.text);
		return OTP_EXIT_ENROLLED;
	}
	if (err == OTP_ERR_CHANCE) {
		otp_complain(
		    _("%s would have so many tokens that a code is too "
		      "easy to guess."),
		    name.text);
		return OTP_EXIT_FAILED;
	}
	return otp_report(intake->tool, account, err, fault);
}

/* Could every user be imported? */
static enum otp_exit
check_all(struct otp_intake *intake)
{
	enum otp_exit status = OTP_EXIT_DONE;

	for (size_t i = 0; i < intake->users_count; i++) {
		struct otp_intake_user *user = &intake->users[i];
		struct otp_recovery_set set;
		struct otp_fault fault = { 0 };
		enum otp_exit reported;
		enum otp_err err =
		    import_one(intake, user, false, &user->there, &set, &fault);

		if (err == OTP_OK)
			continue;
		reported = report(intake, user->subject.account, err, &fault);
		if (status != OTP_EXIT_FAILED)
			status = reported;
		if (err == OTP_ERR_NO_STORE)
			break; /* for all of them */
	}
	return status;
}

static const char *
result_of(const struct otp_intake *intake, const struct otp_intake_user *user)
{
	if (user->there)
		return "already";
	return intake->tool->args.dry_run ? "possible" : "imported";
}

static json_t *
to_json(const struct otp_intake *intake, const struct otp_intake_user *user,
    const struct otp_recovery_set *set)
{
	return json_pack("{s:o, s:s, s:I, s:o}", "user",
	    otp_json_text(user->subject.account), "result",
	    result_of(intake, user), "tokens", (json_int_t)user->count,
	    "recovery_codes", otp_secrets_codes_json(set));
}

/* False: it could not be written. */
static bool
tell(const struct otp_intake *intake, const struct otp_intake_user *user,
    const struct otp_recovery_set *set)
{
	if (intake->tool->args.json)
		return otp_json_print(to_json(intake, user, set));
	if (user->there)
		otp_print(_("%s: imported already\n"),
		    otp_escaped(user->subject.account).text);
	else if (intake->tool->args.dry_run)
		otp_print(ngettext("%s: %zu token can be imported\n",
			      "%s: %zu tokens can be imported\n", user->count),
		    otp_escaped(user->subject.account).text, user->count);
	else
		otp_print(ngettext("%s: %zu token imported\n",
			      "%s: %zu tokens imported\n", user->count),
		    otp_escaped(user->subject.account).text, user->count);
	return otp_secrets_recovery(&user->subject, set) && otp_output_flush();
}

/* A failure behind the last step, such as a flush, takes nothing back. */
static bool
is_in_force(const struct otp_intake *intake, const struct otp_intake_user *user)
{
	const struct otp_token *tokens[OTP_SEED_TOKENS];
	size_t count = 0;

	for (; count < user->count && count < OTP_SEED_TOKENS; count++)
		tokens[count] = &intake->records[user->first + count]->token;
	return otp_view_in_force(
	    &intake->tool->host, user->subject.account, tokens, count);
}

static void
audit(const struct otp_intake *intake, const struct otp_intake_user *user)
{
	const char *label = intake->records[user->first]->token.label;

	otp_audit("imported", &user->subject, user->count == 1 ? label : NULL);
}

static enum otp_exit
put(struct otp_intake *intake, struct otp_intake_user *user,
    struct tally *tally)
{
	struct otp_recovery_set set = { 0 };
	struct otp_fault fault = { 0 };
	enum otp_exit status = OTP_EXIT_DONE;
	enum otp_err err =
	    import_one(intake, user, true, &user->there, &set, &fault);

	if (err != OTP_OK) {
		status = report(intake, user->subject.account, err, &fault);
		if (!is_in_force(intake, user))
			return status;
		otp_complain(_("The tokens of %s are in force all the same, "
			       "until a crash maybe."),
		    otp_escaped(user->subject.account).text);
	}
	tally->there += user->there;
	tally->imported += !user->there;
	if (!user->there)
		audit(intake, user);
	if (err == OTP_OK && !tell(intake, user, &set)) {
		otp_complain(_("What was made of %s was not shown."),
		    otp_escaped(user->subject.account).text);
		status = OTP_EXIT_FAILED;
	}
	otp_wipe(&set, sizeof(set));
	return status;
}

/* It ended behind user LAST: who has it, and who has not. */
static void
say_rest(const struct otp_intake *intake, const struct tally *tally)
{
	size_t done = tally->imported + tally->there;

	if (tally->imported == 0)
		otp_complain(_("Nothing was imported."));
	else
		for (size_t i = 0; i < done; i++)
			otp_say(intake->users[i].there
				? _("%s: imported already")
				: _("%s: imported"),
			    otp_escaped(intake->users[i].subject.account).text);
	for (size_t i = done; i < intake->users_count; i++)
		otp_say(_("%s: not imported"),
		    otp_escaped(intake->users[i].subject.account).text);
	otp_complain(_("Run it again when the fault is mended; who is imported "
		       "is passed over."));
}

static enum otp_exit
put_all(struct otp_intake *intake, struct tally *tally, int *ret_signal)
{
	enum otp_exit status = OTP_EXIT_DONE;
	sigset_t before;

	otp_signals_hold(&before);
	for (size_t i = 0; i < intake->users_count; i++) {
		*ret_signal = otp_signals_came();
		if (*ret_signal == 0)
			status = put(intake, &intake->users[i], tally);
		if (*ret_signal == 0 && status == OTP_EXIT_DONE)
			continue;
		say_rest(intake, tally);
		return OTP_EXIT_FAILED;
	}
	return status;
}

static enum otp_exit
show_plan(const struct otp_intake *intake, struct tally *tally)
{
	const struct otp_recovery_set none = { 0 };

	for (size_t i = 0; i < intake->users_count; i++) {
		tally->there += intake->users[i].there;
		tally->imported += !intake->users[i].there;
		if (!tell(intake, &intake->users[i], &none))
			return OTP_EXIT_FAILED;
	}
	return OTP_EXIT_DONE;
}

static void
conclude(const struct otp_intake *intake, const struct tally *tally)
{
	otp_say(intake->tool->args.dry_run
		? _("Users that can be imported: %zu, imported already: %zu.")
		: _("Users imported: %zu, imported already: %zu."),
	    tally->imported, tally->there);
}

static bool
is_allowed(const struct otp_args *args)
{
	return recovery_count(args) == 0 || args->dry_run ||
	    otp_secrets_allowed(args);
}

static enum otp_exit
import(struct otp_intake *intake, int *ret_signal)
{
	struct tally tally = { 0, 0 };
	enum otp_exit status = find(intake);

	if (status == OTP_EXIT_DONE && intake->failed)
		status = OTP_EXIT_FAILED;
	if (intake->refused > 0)
		status = OTP_EXIT_USAGE;
	if (status == OTP_EXIT_DONE)
		status = otp_intake_group(intake);
	if (status == OTP_EXIT_DONE)
		status = check_all(intake);
	/* Now that nothing else is in the way, which --print would not mend. */
	if (status == OTP_EXIT_DONE && !is_allowed(&intake->tool->args))
		status = OTP_EXIT_USAGE;
	if (status != OTP_EXIT_DONE) {
		otp_complain(_("Nothing was imported."));
		return status;
	}
	status = intake->tool->args.dry_run
	    ? show_plan(intake, &tally)
	    : put_all(intake, &tally, ret_signal);
	if (status == OTP_EXIT_DONE)
		conclude(intake, &tally);
	return status;
}

static enum otp_exit
run(const struct otp_tool *tool)
{
	struct otp_intake intake;
	enum otp_exit status;
	enum otp_err err;
	int signum = 0;

	if (!check_usage(&tool->args))
		return OTP_EXIT_USAGE;
	err = otp_intake_begin(&intake, tool);
	if (err != OTP_OK) {
		const struct otp_fault fault = { 0 };

		return otp_report(tool, NULL, err, &fault);
	}
	status = import(&intake, &signum);
	otp_intake_end(&intake);
	if (signum != 0)
		otp_terminal_die(signum);
	return status;
}

const struct otp_command otp_command_import = {
	.name = "import",
	.operands = "[USER]",
	.summary = N_("take over tokens from elsewhere: all of them, or none"),
	.help = N_(
	    "  --format=NAME  uri, google-authenticator or users.oath [uri]\n"
	    "  --file=FILE    what to read, \"-\" for standard input; of a "
	    "USER, "
	    "below the\n"
	    "                 home [standard input; with google-authenticator\n"
	    "                 .google_authenticator]\n"
	    "  --users=FILE   google-authenticator: of the users named in "
	    "FILE, "
	    "or \"-\"\n"
	    "  --all-users    google-authenticator: of every user on this "
	    "host\n"
	    "  --except=USER  not of this one; may be given again\n"
	    "  --replace      instead of what is in force\n"
	    "  --allow-weak   secrets of 10 to 15 bytes, too\n"
	    "  --recovery=N   make so many recovery codes, 0 to 16 [0]\n"
	    "  --dry-run      only say what would be done\n"
	    "  --print        show recovery codes although this is no "
	    "terminal\n"
	    "  --json         one JSON object for each user, a line each\n"
	    "\n"
	    "What was used stays used. What cannot be kept is refused, and "
	    "then "
	    "nothing is\nimported.\n"),
	.user = true,
	.takes = { "format", "file", "users", "all-users", "except", "replace",
	    "allow-weak", "recovery", "dry-run", "print", "json" },
	.run = run,
};
