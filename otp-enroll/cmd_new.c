/* SPDX-License-Identifier: BSD-2-Clause */
/* begin -> show -> confirm -> show recovery codes -> activate */
#include "config.h"

#include <string.h>

#include "common/core/uri.h"
#include "common/core/wipe.h"
#include "common/effects/snapshot.h"
#include "otp-enroll/account/backend.h"
#include "otp-enroll/account/owner.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/account/token_args.h"
#include "otp-enroll/cli/audit.h"
#include "otp-enroll/cli/command.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/signals.h"
#include "otp-enroll/cli/text.h"
#include "otp-enroll/enrol/batch.h"
#include "otp-enroll/enrol/confirm.h"
#include "otp-enroll/enrol/given.h"
#include "otp-enroll/enrol/new_own.h"
#include "otp-enroll/enrol/secrets.h"

/* Has secrets; new_run() wipes it. */
struct enrolling {
	const struct otp_tool *tool;
	struct otp_subject subject;
	enum otp_enrol_mode mode;
	bool fresh; /* the user had no tokens before */
	struct otp_enrolment enrolment;
	struct otp_recovery_set set;
	char uri[OTP_URI_MAX + 1];
};

static enum otp_exit new_run(const struct otp_tool *tool);
static bool new_check_usage(const struct otp_args *args);
static enum otp_exit new_enroll(struct enrolling *enrolling);
static enum otp_exit new_begin(struct enrolling *enrolling);
static bool new_take_secret(
    struct enrolling *enrolling, const struct otp_token *token);
static enum otp_err new_choose_mode(
    struct enrolling *enrolling, struct otp_fault *fault);
static void new_say_unchanged(const struct enrolling *enrolling);
static enum otp_exit new_put(struct enrolling *enrolling);
static enum otp_err new_make_set(
    struct enrolling *enrolling, struct otp_account *account);
static bool new_hand_out(const struct enrolling *enrolling);
static enum otp_exit new_commit(
    const struct enrolling *enrolling, struct otp_account *account);
static const char *new_action(const struct enrolling *enrolling);
static enum otp_exit new_failed(const struct enrolling *enrolling,
    const struct otp_account *account, enum otp_err err);
static enum otp_exit new_conclude(const struct enrolling *enrolling);
static void new_say_done(const struct enrolling *enrolling);
static void new_warn(const struct enrolling *enrolling);
static void new_warn_lengths(const struct otp_snapshot *snapshot);

const struct otp_command otp_command_new = {
	.name = "new",
	.operands = "[USER]",
	.summary = N_(
	    "enroll a user: show a QR code and confirm it with a first code"),
	.help = N_(
	    "  --add             add another device\n"
	    "  --replace         replace all existing devices and recovery "
	    "codes\n"
	    "  --hotp            counter-based, for a key fob with a button "
	    "[--totp, by time]\n"
	    "  --label=TEXT      name of the token in the app [HOST:USER]\n"
	    "  --issuer=TEXT     name of the service in the app [HOST; none "
	    "with --label]\n"
	    "  --algorithm=NAME  SHA1, SHA256 or SHA512 [SHA1]\n"
	    "  --digits=N        6, 7 or 8 [6]\n"
	    "  --period=N        seconds that a code is valid, 15 to 120 [30]\n"
	    "  --counter=N       with --hotp: first counter [0]\n"
	    "  --qr=FORM         utf8, ascii, png, svg, or none (for screen "
	    "readers)\n"
	    "  --recovery=N      number of recovery codes, 0 to 16 [10]\n"
	    "  --secret=-        a device's secret, from standard input; also "
	    "--allow-weak\n"
	    "  --no-confirm      do not ask for a first code\n"
	    "  --print           show secrets even if this is not a terminal\n"
	    "  --json            with --no-confirm: one JSON object\n"
	    "  --batch=FILE      many users: CSV or JSON lines, or -; --notify "
	    "tells them\n"
	    "\n"
	    "Nothing takes effect until you confirm a code.\n"),
	.user = true,
	.takes = { "add", "replace", "hotp", "totp", "label", "issuer",
	    "algorithm", "digits", "period", "counter", "qr", "recovery",
	    "no-confirm", "print", "json", "batch", "secret", "allow-weak",
	    "notify" },
	.by_users = true,
	.users_take = { "add", "replace", "qr", "print" },
	.run = new_run,
};

static enum otp_exit
new_run(const struct otp_tool *tool)
{
	struct enrolling enrolling = { .tool = tool };
	enum otp_exit status;

	if (!new_check_usage(&tool->args))
		return OTP_EXIT_USAGE;
	otp_signals_outlive_reader();
	if (tool->args.batch != NULL)
		return otp_batch_run(tool);
	if (tool->by_daemon)
		return otp_new_own(tool);
	status = otp_subject_find(tool, &enrolling.subject);
	if (status == OTP_EXIT_DONE)
		status = new_enroll(&enrolling);
	otp_wipe(&enrolling, sizeof(enrolling));
	return status;
}

/* The options alone; new_begin() checks whether secrets may be shown. */
static bool
new_check_usage(const struct otp_args *args)
{
	const char *wrong = NULL;

	if (args->hotp && args->totp)
		wrong = N_("--hotp cannot be combined with --totp.");
	else if (args->hotp && args->period != OTP_ARGS_NONE)
		wrong = N_(
		    "--period is for TOTP and cannot be combined with --hotp.");
	else if (!args->hotp && args->counter != OTP_ARGS_NONE)
		wrong = N_("--counter needs --hotp.");
	else if (args->added != NULL)
		wrong = N_("--add takes no value.");
	else if (args->add && args->replace)
		wrong = N_("--add cannot be combined with --replace.");
	else if (args->add && args->recovery != OTP_ARGS_NONE)
		wrong = N_("--add keeps the recovery codes and cannot be "
			   "combined with --recovery.");
	else if (args->json && !args->no_confirm && args->batch == NULL)
		wrong = N_("--json needs --no-confirm.");
	else if (args->json && otp_args_picture(args))
		wrong =
		    N_("--json cannot be combined with --qr=png or --qr=svg.");
	else if (args->label != NULL && args->label[0] == '\0')
		wrong = N_("A label cannot be empty.");
	else if (args->batch != NULL)
		wrong = otp_batch_usage(args);
	if (wrong == NULL)
		wrong = otp_given_usage(args);
	if (wrong != NULL)
		otp_complain("%s", _(wrong));
	return wrong == NULL &&
	    (args->batch == NULL || otp_secrets_allowed(args));
}

static enum otp_exit
new_enroll(struct enrolling *enrolling)
{
	const struct otp_args *args = &enrolling->tool->args;
	const struct otp_token *token = &enrolling->enrolment.token;
	enum otp_exit status = new_begin(enrolling);

	if (status != OTP_EXIT_DONE)
		return status;
	if ((args->json || !otp_given_shows(args) ||
		otp_secrets_show(args, token, enrolling->uri,
		    args->no_confirm ? OTP_SECRETS_NEXT_CODES
				     : OTP_SECRETS_NEXT_QUESTION)) &&
	    (args->no_confirm ||
		otp_confirm(enrolling->tool, &enrolling->subject,
		    &enrolling->enrolment)))
		return new_put(enrolling);
	new_say_unchanged(enrolling);
	return OTP_EXIT_FAILED;
}

static enum otp_exit
new_begin(struct enrolling *enrolling)
{
	const struct otp_tool *tool = enrolling->tool;
	const char *name = enrolling->subject.account;
	struct otp_account account =
	    otp_account_of(&tool->host, &enrolling->subject);
	struct otp_token token;
	enum otp_err err;

	if (!otp_token_args_token(&tool->args, name, &token))
		return OTP_EXIT_USAGE;
	err = new_choose_mode(enrolling, &account.fault);
	if (err == OTP_OK)
		err = otp_enrol_begin(
		    &account, enrolling->mode, &token, &enrolling->enrolment);
	if (err != OTP_OK)
		return otp_report(tool, name, err, &account.fault);
	/* Asked last, when --print is all that is missing. */
	if ((otp_given_shows(&tool->args) || tool->args.recovery != 0) &&
	    !otp_secrets_allowed(&tool->args))
		return OTP_EXIT_USAGE;
	if (tool->args.secret != NULL && !new_take_secret(enrolling, &token))
		return OTP_EXIT_USAGE;
	err = otp_uri_format(&enrolling->enrolment.token, enrolling->uri);
	if (err == OTP_OK)
		return OTP_EXIT_DONE;
	otp_complain(_("The URI with this label and issuer would be longer "
		       "than %d bytes."),
	    OTP_URI_MAX);
	return OTP_EXIT_USAGE;
}

/* The secret that is given, in place of the one that was made for TOKEN. */
static bool
new_take_secret(struct enrolling *enrolling, const struct otp_token *token)
{
	struct otp_token given = *token;
	enum otp_err err;
	bool read = otp_given_read(enrolling->tool, &given);

	if (read) {
		err = otp_given_set(
		    enrolling->tool, &given, &enrolling->enrolment);
		read = err == OTP_OK;
		if (!read)
			(void)otp_report(enrolling->tool,
			    enrolling->subject.account, err,
			    &(const struct otp_fault){ 0 });
	}
	otp_wipe(&given, sizeof(given));
	return read;
}

/* --add to a user without tokens creates recovery codes as well. */
static enum otp_err
new_choose_mode(struct enrolling *enrolling, struct otp_fault *fault)
{
	const struct otp_args *args = &enrolling->tool->args;
	struct otp_snapshot snapshot;
	const enum otp_err err = otp_snapshot_read(&enrolling->tool->host,
	    enrolling->subject.account, &snapshot, fault);
	const bool has_seed = err == OTP_OK && otp_snapshot_has_seed(&snapshot);

	otp_snapshot_wipe(&snapshot);
	enrolling->fresh = !has_seed;
	if (args->replace)
		enrolling->mode = OTP_ENROL_REPLACE;
	else
		enrolling->mode =
		    args->add && has_seed ? OTP_ENROL_ADD : OTP_ENROL_NEW;
	return err;
}

static void
new_say_unchanged(const struct enrolling *enrolling)
{
	if (enrolling->fresh)
		otp_complain(_("Nothing changed: %s is not enrolled."),
		    otp_escaped(enrolling->subject.account).text);
	else
		otp_complain(
		    _("Nothing changed: the existing setup of %s still works."),
		    otp_escaped(enrolling->subject.account).text);
}

/*
 * What the user is given is shown before it is active, so that nothing is
 * active that was not shown.
 */
static enum otp_exit
new_put(struct enrolling *enrolling)
{
	const struct otp_tool *tool = enrolling->tool;
	const char *name = enrolling->subject.account;
	struct otp_account account =
	    otp_account_of(&tool->host, &enrolling->subject);
	enum otp_exit status = OTP_EXIT_FAILED;
	enum otp_err err = new_make_set(enrolling, &account);
	sigset_t before;

	/* From here on, signals are blocked until the process ends. */
	otp_signals_block(&before);
	if (err != OTP_OK)
		status = otp_report(tool, name, err, &account.fault);
	else if (new_hand_out(enrolling))
		return new_commit(enrolling, &account);
	new_say_unchanged(enrolling);
	return status;
}

/* --add keeps the recovery codes. */
static enum otp_err
new_make_set(struct enrolling *enrolling, struct otp_account *account)
{
	const struct otp_tool *tool = enrolling->tool;
	unsigned count =
	    otp_token_args_number(tool->args.recovery, OTP_ENROL_RECOVERY);

	if (enrolling->mode == OTP_ENROL_ADD)
		count = 0;
	return tool->backend->make_set(account, count, &enrolling->set);
}

static bool
new_hand_out(const struct enrolling *enrolling)
{
	const struct otp_subject *subject = &enrolling->subject;

	if (!enrolling->tool->args.json)
		otp_secrets_recovery(subject, &enrolling->set);
	else if (!otp_json_print(otp_secrets_json(
		     subject, enrolling->uri, &enrolling->set)))
		return false;
	return otp_output_sync();
}

static enum otp_exit
new_commit(const struct enrolling *enrolling, struct otp_account *account)
{
	const struct otp_enrolment *enrolment = &enrolling->enrolment;
	const struct otp_tool *tool = enrolling->tool;
	const struct otp_subject *subject = &enrolling->subject;
	const struct otp_owner_told told = otp_owner_note(tool, subject);
	enum otp_err err =
	    tool->backend->put(account, enrolment, &enrolling->set);

	if (account->committed) {
		otp_audit(
		    new_action(enrolling), subject, enrolment->token.label);
		otp_owner_tell(tool, subject, &told,
		    enrolling->mode == OTP_ENROL_REPLACE
			? "all tokens, recovery codes and addresses were "
			  "replaced"
			: "a token was added");
	}
	return err == OTP_OK ? new_conclude(enrolling)
			     : new_failed(enrolling, account, err);
}

static const char *
new_action(const struct enrolling *enrolling)
{
	switch (enrolling->mode) {
	case OTP_ENROL_NEW:
		break;
	case OTP_ENROL_ADD:
		return "added";
	case OTP_ENROL_REPLACE:
		return enrolling->fresh ? "enrolled" : "replaced";
	}
	return "enrolled";
}

static enum otp_exit
new_failed(const struct enrolling *enrolling, const struct otp_account *account,
    enum otp_err err)
{
	const struct otp_tool *tool = enrolling->tool;
	const struct otp_subject *subject = &enrolling->subject;
	enum otp_exit status =
	    otp_report(tool, subject->account, err, &account->fault);

	if (account->committed) {
		otp_complain(
		    _("%s is enrolled, but not yet safely on disk: a crash now "
		      "could undo it."),
		    otp_escaped(subject->account).text);
		return status;
	}
	otp_secrets_void(&tool->args, subject);
	/* Otherwise another process changed something. */
	if (err != OTP_ERR_EXISTS && err != OTP_ERR_CONFLICT)
		new_say_unchanged(enrolling);
	return status;
}

static enum otp_exit
new_conclude(const struct enrolling *enrolling)
{
	const char *account = enrolling->subject.account;

	if (!enrolling->tool->args.json)
		new_say_done(enrolling);
	new_warn(enrolling);
	if (otp_output_flush())
		return OTP_EXIT_DONE;
	otp_complain(_("%s is set up; the secrets were printed before that."),
	    otp_escaped(account).text);
	return OTP_EXIT_FAILED;
}

static void
new_say_done(const struct enrolling *enrolling)
{
	const struct otp_escaped name = otp_escaped(enrolling->subject.account);

	otp_print("\n");
	if (enrolling->mode == OTP_ENROL_ADD)
		otp_print_line(_("%s is set up with another token, \"%s\"."),
		    name.text,
		    otp_text_shown(enrolling->enrolment.token.label).text);
	else if (enrolling->fresh)
		otp_print_line(_("%s is set up. From now on, services with "
				 "pam_otp.so ask for a code."),
		    name.text);
	else
		otp_print_line(_("%s is set up anew. The old tokens and "
				 "recovery codes no longer work."),
		    name.text);
	otp_print_line(_("Test it in a second window before you close this "
			 "one: 'otp-enroll check %s'."),
	    name.text);
}

/* What keeps the codes from being accepted. */
static void
new_warn(const struct enrolling *enrolling)
{
	const char *name = enrolling->subject.account;
	struct otp_fault fault = { 0 };
	struct otp_snapshot snapshot;
	enum otp_err err = enrolling->tool->backend->snapshot(
	    &enrolling->tool->host, name, &snapshot, &fault);

	if (err == OTP_OK && enrolling->mode == OTP_ENROL_ADD)
		new_warn_lengths(&snapshot);
	if (err == OTP_OK && snapshot.state_err == OTP_OK &&
	    snapshot.state.suspended)
		otp_say(_("Note: %s is suspended: no code is accepted until "
			  "'otp-enroll resume %s'."),
		    otp_escaped(name).text, otp_escaped(name).text);
	otp_snapshot_wipe(&snapshot);
}

/* Password and code in one prompt need codes of one length. */
static void
new_warn_lengths(const struct otp_snapshot *snapshot)
{
	unsigned digits;

	if (snapshot->seed_err == OTP_OK &&
	    otp_seed_digits(&snapshot->seed, &digits) == OTP_ERR_LENGTHS)
		otp_say(_("Note: the codes of these tokens now differ in "
			  "length, which does not work with 'forward_pass'."));
}
