/* SPDX-License-Identifier: BSD-2-Clause */
/* read all -> check all -> import one user after the other */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "common/core/wipe.h"
#include "otp-enroll/account/owner.h"
#include "otp-enroll/cli/audit.h"
#include "otp-enroll/cli/command.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/signals.h"
#include "otp-enroll/cli/text.h"
#include "otp-enroll/enrol/secrets.h"
#include "otp-enroll/import/records.h"
#include "otp-enroll/import/source.h"

/* So many users so far. */
struct tally {
	size_t imported;
	size_t there; /* already imported */
};

static enum otp_exit import_run(const struct otp_tool *tool);
static bool import_check_usage(const struct otp_args *args);
static enum otp_exit import_all(struct otp_import *import);
static enum otp_exit import_find(struct otp_import *import);
static enum otp_exit import_check_all(struct otp_import *import);
static enum otp_err import_one(const struct otp_import *import,
    struct otp_account *account, const struct otp_import_user *user,
    const struct otp_recovery_set *set, bool write, bool *ret_there);
static unsigned recovery_count(const struct otp_args *args);
static enum otp_exit import_report(const struct otp_import *import,
    const char *account, enum otp_err err, const struct otp_fault *fault);
static bool import_is_allowed(const struct otp_args *args);
static enum otp_exit import_show_plan(
    const struct otp_import *import, struct tally *tally);
static bool import_print(const struct otp_import *import,
    const struct otp_import_user *user, const struct otp_recovery_set *set);
static void import_print_plan(
    const struct otp_import *import, const struct otp_import_user *user);
static void import_print_token(const struct otp_token *token);
static json_t *import_json(const struct otp_import *import,
    const struct otp_import_user *user, const struct otp_recovery_set *set);
static json_t *import_tokens_json(
    const struct otp_import *import, const struct otp_import_user *user);
static json_t *import_token_json(const struct otp_token *token);
static const char *import_result(
    const struct otp_import *import, const struct otp_import_user *user);
static enum otp_exit import_put_all(
    struct otp_import *import, struct tally *tally);
static enum otp_exit import_put(struct otp_import *import,
    struct otp_import_user *user, struct tally *tally);
static bool import_hand_out(const struct otp_import *import,
    const struct otp_import_user *user, const struct otp_recovery_set *set);
static enum otp_exit import_commit(struct otp_import *import,
    struct otp_import_user *user, const struct otp_recovery_set *set,
    struct tally *tally);
static void import_audit(
    const struct otp_import *import, const struct otp_import_user *user);
static void import_say_rest(
    const struct otp_import *import, const struct tally *tally);
static void import_conclude(
    const struct otp_import *import, const struct tally *tally);

const struct otp_command otp_command_import = {
	.name = "import",
	.operands = "[USER]",
	.summary = N_("import tokens from other programs, apps and lists"),
	.help = N_(
	    "  --format=NAME  uri, google-authenticator, users.oath, csv or "
	    "json\n"
	    "                 [found by the content]\n"
	    "  --file=FILE    the file to read, \"-\" for standard input; a "
	    "relative path is\n"
	    "                 below the USER's home directory [standard input, "
	    "or for\n"
	    "                 google-authenticator .google_authenticator]\n"
	    "  --users=FILE   google-authenticator: the users named in FILE, "
	    "or \"-\"\n"
	    "  --all-users    google-authenticator: every user on this host\n"
	    "  --except=USER  not this user; may be repeated\n"
	    "  --pick=TOKEN   of several tokens, the one with this name, "
	    "serial "
	    "number or\n"
	    "                 place in the list; may be repeated\n"
	    "  --replace      replace existing tokens\n"
	    "  --allow-weak   accept secrets of 10 to 15 bytes\n"
	    "  --recovery=N   number of new recovery codes, 0 to 16 [0]\n"
	    "  --notify       send a notice to users who have an address\n"
	    "  --dry-run      only say what would be done\n"
	    "  --print        show recovery codes even if this is not a "
	    "terminal\n"
	    "  --json         one JSON object per user, one per line\n"
	    "\n"
	    "Codes already used stay invalid. If anything cannot be imported, "
	    "nothing is.\n"),
	.user = true,
	.takes = { "format", "file", "users", "all-users", "except", "pick",
	    "replace", "allow-weak", "recovery", "notify", "dry-run", "print",
	    "json" },
	.run = import_run,
};

static enum otp_exit
import_run(const struct otp_tool *tool)
{
	struct otp_fault fault = { 0 };
	struct otp_import import;
	enum otp_exit status;
	enum otp_err err;

	if (!import_check_usage(&tool->args))
		return OTP_EXIT_USAGE;
	otp_signals_outlive_reader();
	err = otp_import_begin(
	    &import, tool, otp_import_reads_homes(&tool->args), &fault);
	if (err != OTP_OK)
		return otp_report(tool, NULL, err, &fault);
	status = import_all(&import);
	otp_import_end(&import);
	return status;
}

static bool
import_check_usage(const struct otp_args *args)
{
	bool many = args->users != NULL || args->all_users;
	const char *wrong = NULL;

	if (many && args->format != OTP_ARGS_FORMAT_DEFAULT &&
	    args->format != OTP_ARGS_FORMAT_GOOGLE)
		wrong = N_("--users and --all-users read the files of "
			   "google-authenticator and no other --format.");
	else if (many && args->pick.count > 0)
		wrong = N_("--pick cannot be combined with --users or "
			   "--all-users.");
	else if (args->users != NULL && args->all_users)
		wrong = N_("--users cannot be combined with --all-users.");
	else if (many && args->user != NULL)
		wrong = N_("--users and --all-users cannot be combined with a "
			   "user name.");
	else if (many && args->file != NULL &&
	    (args->file[0] == '/' || strcmp(args->file, "-") == 0))
		wrong = N_("With several users, --file must be a path below "
			   "each home directory.");
	else if (args->file != NULL && args->file[0] == '\0')
		wrong = N_("--file takes the name of a file, or \"-\" for "
			   "standard input.");
	if (wrong != NULL)
		otp_complain("%s", _(wrong));
	return wrong == NULL;
}

static enum otp_exit
import_all(struct otp_import *import)
{
	struct tally tally = { 0, 0 };
	enum otp_exit status = import_find(import);

	if (status == OTP_EXIT_DONE && import->failed)
		status = OTP_EXIT_FAILED;
	if (import->refused > 0)
		status = OTP_EXIT_USAGE;
	if (status == OTP_EXIT_DONE)
		status = otp_import_group(import);
	if (status == OTP_EXIT_DONE)
		status = import_check_all(import);
	/* Asked last, when --print is all that is missing. */
	if (status == OTP_EXIT_DONE && !import_is_allowed(&import->tool->args))
		status = OTP_EXIT_USAGE;
	if (status != OTP_EXIT_DONE) {
		otp_complain(_("Nothing was imported."));
		return status;
	}
	status = import->tool->args.dry_run ? import_show_plan(import, &tally)
					    : import_put_all(import, &tally);
	if (status == OTP_EXIT_DONE)
		import_conclude(import, &tally);
	return status;
}

static enum otp_exit
import_find(struct otp_import *import)
{
	const struct otp_args *args = &import->tool->args;

	if (args->users != NULL || args->all_users)
		return otp_import_find_homes(import);
	return otp_import_find_source(import);
}

/* Whether every user can be imported. */
static enum otp_exit
import_check_all(struct otp_import *import)
{
	enum otp_exit status = OTP_EXIT_DONE;

	for (size_t i = 0; i < import->users_count; i++) {
		struct otp_import_user *user = &import->users[i];
		struct otp_account account;
		enum otp_exit reported;
		enum otp_err err = import_one(
		    import, &account, user, NULL, false, &user->there);

		if (err == OTP_OK)
			continue;
		reported = import_report(
		    import, user->subject.account, err, &account.fault);
		if (status != OTP_EXIT_FAILED)
			status = reported;
		if (err == OTP_ERR_NO_STORE)
			break; /* for all of them */
	}
	return status;
}

static enum otp_err
import_one(const struct otp_import *import, struct otp_account *account,
    const struct otp_import_user *user, const struct otp_recovery_set *set,
    bool write, bool *ret_there)
{
	const struct otp_tool *tool = import->tool;
	struct otp_imported imported;
	enum otp_err err;

	otp_import_of(import, user, &imported);
	*account = otp_account_of(&tool->host, &user->subject);
	err = otp_enrol_import(account,
	    tool->args.replace ? OTP_ENROL_REPLACE : OTP_ENROL_NEW, &imported,
	    set, write, ret_there);
	otp_wipe(&imported, sizeof(imported));
	return err;
}

static unsigned
recovery_count(const struct otp_args *args)
{
	return args->recovery != OTP_ARGS_NONE ? (unsigned)args->recovery : 0;
}

static enum otp_exit
import_report(const struct otp_import *import, const char *account,
    enum otp_err err, const struct otp_fault *fault)
{
	struct otp_escaped name = otp_escaped(account);

	if (err == OTP_ERR_EXISTS) {
		otp_complain(_("%s is already enrolled, with other tokens. Use "
			       "--replace to replace them."),
		    name.text);
		return OTP_EXIT_ENROLLED;
	}
	if (err == OTP_ERR_CHANCE) {
		otp_complain(_("%s would have too many tokens: a code would be "
			       "too easy to guess."),
		    name.text);
		return OTP_EXIT_FAILED;
	}
	return otp_report(import->tool, account, err, fault);
}

static bool
import_is_allowed(const struct otp_args *args)
{
	return recovery_count(args) == 0 || args->dry_run ||
	    otp_secrets_allowed(args);
}

static enum otp_exit
import_show_plan(const struct otp_import *import, struct tally *tally)
{
	const struct otp_recovery_set none = { 0 };

	for (size_t i = 0; i < import->users_count; i++) {
		tally->there += import->users[i].there;
		tally->imported += !import->users[i].there;
		if (!import_print(import, &import->users[i], &none))
			return OTP_EXIT_FAILED;
	}
	return OTP_EXIT_DONE;
}

/* False: it could not be written. */
static bool
import_print(const struct otp_import *import,
    const struct otp_import_user *user, const struct otp_recovery_set *set)
{
	if (import->tool->args.json)
		return otp_json_print(import_json(import, user, set));
	if (user->there)
		otp_print(_("%s: already imported\n"),
		    otp_escaped(user->subject.account).text);
	else if (import->tool->args.dry_run)
		import_print_plan(import, user);
	else
		otp_print(ngettext("%s: %zu token imported\n",
			      "%s: %zu tokens imported\n", user->count),
		    otp_escaped(user->subject.account).text, user->count);
	return otp_output_flush();
}

/* What would come: a line for each token, never a secret. */
static void
import_print_plan(
    const struct otp_import *import, const struct otp_import_user *user)
{
	otp_print(ngettext("%s: %zu token can be imported\n",
		      "%s: %zu tokens can be imported\n", user->count),
	    otp_escaped(user->subject.account).text, user->count);
	for (size_t i = 0; i < user->count; i++)
		import_print_token(&import->records[user->first + i]->token);
}

static void
import_print_token(const struct otp_token *token)
{
	char moving[64];

	if (token->kind == OTP_TOTP)
		(void)snprintf(
		    moving, sizeof(moving), _("%u s"), token->period);
	else
		(void)snprintf(moving, sizeof(moving), _("counter %llu"),
		    (unsigned long long)token->counter);
	otp_print("  %s  ", otp_kind_name(token->kind));
	otp_print_column(otp_hash_name(token->hash), -6, "  ");
	otp_print(
	    ngettext("%u digit", "%u digits", token->digits), token->digits);
	otp_print("  ");
	otp_print_column(moving, -12, "  ");
	otp_print("%s\n", otp_text_shown(token->label).text);
}

static json_t *
import_json(const struct otp_import *import, const struct otp_import_user *user,
    const struct otp_recovery_set *set)
{
	return json_pack("{s:o, s:s, s:o, s:o}", "user",
	    otp_json_text(user->subject.account), "result",
	    import_result(import, user), "tokens",
	    import_tokens_json(import, user), "recovery_codes",
	    otp_secrets_codes_json(set));
}

/* As in status, never a secret; NULL: there is not enough memory. */
static json_t *
import_tokens_json(
    const struct otp_import *import, const struct otp_import_user *user)
{
	json_t *tokens = json_array();

	for (size_t i = 0; i < user->count; i++) {
		const struct otp_token *token =
		    &import->records[user->first + i]->token;

		if (json_array_append_new(tokens, import_token_json(token)) ==
		    0)
			continue;
		json_decref(tokens);
		return NULL;
	}
	return tokens;
}

/* A counter beyond what JSON's readers take for a number is null. */
static json_t *
import_token_json(const struct otp_token *token)
{
	const bool totp = token->kind == OTP_TOTP;

	return json_pack("{s:s, s:s, s:i, s:o, s:o, s:o, s:o}", "kind",
	    otp_kind_name(token->kind), "algorithm", otp_hash_name(token->hash),
	    "digits", (int)token->digits, "period",
	    totp ? json_integer(token->period) : json_null(), "counter",
	    totp || token->counter > INT64_MAX
		? json_null()
		: json_integer((json_int_t)token->counter),
	    "label", otp_json_text(token->label), "issuer",
	    otp_json_text(token->issuer));
}

static const char *
import_result(
    const struct otp_import *import, const struct otp_import_user *user)
{
	if (user->there)
		return "already";
	return import->tool->args.dry_run ? "possible" : "imported";
}

static enum otp_exit
import_put_all(struct otp_import *import, struct tally *tally)
{
	enum otp_exit status = OTP_EXIT_DONE;
	sigset_t before;

	otp_signals_block(&before);
	for (size_t i = 0; i < import->users_count; i++) {
		status = otp_signals_pending()
		    ? OTP_EXIT_FAILED
		    : import_put(import, &import->users[i], tally);
		if (status != OTP_EXIT_DONE) {
			import_say_rest(import, tally);
			return OTP_EXIT_FAILED;
		}
	}
	return status;
}

/* Recovery codes are made and shown first, and then become active. */
static enum otp_exit
import_put(struct otp_import *import, struct otp_import_user *user,
    struct tally *tally)
{
	const struct otp_tool *tool = import->tool;
	struct otp_recovery_set set = { 0 };
	struct otp_account account =
	    otp_account_of(&tool->host, &user->subject);
	enum otp_exit status = OTP_EXIT_FAILED;
	enum otp_err err = otp_enrol_make_set(
	    &account, user->there ? 0 : recovery_count(&tool->args), &set);

	if (err != OTP_OK)
		status = import_report(
		    import, user->subject.account, err, &account.fault);
	else if (import_hand_out(import, user, &set))
		status = import_commit(import, user, &set, tally);
	otp_wipe(&set, sizeof(set));
	return status;
}

/* A JSON object has the codes in it; what has none is printed afterwards. */
static bool
import_hand_out(const struct otp_import *import,
    const struct otp_import_user *user, const struct otp_recovery_set *set)
{
	if (set->count == 0)
		return true;
	if (!import->tool->args.json)
		otp_secrets_recovery(&user->subject, set);
	else if (!otp_json_print(import_json(import, user, set)))
		return false;
	return otp_output_sync();
}

static enum otp_exit
import_commit(struct otp_import *import, struct otp_import_user *user,
    const struct otp_recovery_set *set, struct tally *tally)
{
	const struct otp_args *args = &import->tool->args;
	const char *name = user->subject.account;
	const bool shown = set->count > 0;
	struct otp_owner_told told = { 0 };
	struct otp_account account;
	enum otp_exit status = OTP_EXIT_DONE;
	enum otp_err err;

	if (args->notify)
		told = otp_owner_note(import->tool, &user->subject);
	err = import_one(import, &account, user, user->there ? NULL : set, true,
	    &user->there);
	if (err != OTP_OK)
		status = import_report(import, name, err, &account.fault);
	if (shown && (user->there || (err != OTP_OK && !account.committed)))
		otp_secrets_void(args, &user->subject);
	if (err != OTP_OK && !account.committed)
		return status;
	if (err != OTP_OK)
		otp_complain(_("%s is imported, but not yet safely on disk: a "
			       "crash now could undo it."),
		    otp_escaped(name).text);
	if (account.doubtful > 0)
		otp_complain(
		    _("%s: the state file has forgotten some credentials, and "
		      "may have known the HOTP token. Its codes count as used: "
		      "run 'otp-enroll resync %s'."),
		    otp_escaped(name).text, otp_escaped(name).text);
	tally->there += user->there;
	tally->imported += !user->there;
	if (!user->there) {
		import_audit(import, user);
		if (args->notify)
			otp_owner_tell(import->tool, &user->subject, &told,
			    args->replace ? "all tokens, recovery codes and "
					    "addresses were replaced"
					  : "tokens were added");
	}
	if (err == OTP_OK && !(shown && args->json) &&
	    !import_print(import, user, set)) {
		otp_complain(_("%s is imported, but that could not be "
			       "printed."),
		    otp_escaped(name).text);
		status = OTP_EXIT_FAILED;
	}
	return status;
}

static void
import_audit(
    const struct otp_import *import, const struct otp_import_user *user)
{
	const char *label = import->records[user->first]->token.label;

	otp_audit("imported", &user->subject, user->count == 1 ? label : NULL);
}

/* It ended early: says which users are imported and which are not. */
static void
import_say_rest(const struct otp_import *import, const struct tally *tally)
{
	size_t done = tally->imported + tally->there;

	if (tally->imported == 0)
		otp_complain(_("Nothing was imported."));
	else
		for (size_t i = 0; i < done; i++)
			otp_say(import->users[i].there
				? _("%s: already imported")
				: _("%s: imported"),
			    otp_escaped(import->users[i].subject.account).text);
	for (size_t i = done; i < import->users_count; i++)
		otp_say(_("%s: not imported"),
		    otp_escaped(import->users[i].subject.account).text);
	otp_complain(_("Fix the error, then run this again. Users who are "
		       "already imported are skipped."));
}

static void
import_conclude(const struct otp_import *import, const struct tally *tally)
{
	otp_say(import->tool->args.dry_run
		? _("Users that can be imported: %zu, already imported: %zu.")
		: _("Users imported: %zu, already imported: %zu."),
	    tally->imported, tally->there);
}
