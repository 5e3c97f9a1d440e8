/* SPDX-License-Identifier: BSD-2-Clause */
/* begin -> show -> confirm -> put in force -> recovery codes */
#include <string.h>

#include "audit.h"
#include "batch.h"
#include "command.h"
#include "common/core/uri.h"
#include "common/core/wipe.h"
#include "common/effects/store.h"
#include "confirm.h"
#include "language.h"
#include "output.h"
#include "parameters.h"
#include "report.h"
#include "secrets.h"
#include "self.h"
#include "signals.h"
#include "subject.h"
#include "terminal.h"
#include "view.h"

/* A secret: wiped at the end of run(). */
struct enrolling {
	const struct otp_tool *tool;
	struct otp_subject subject;
	enum otp_enrol_mode mode;
	bool fresh;  /* there was nothing in force before */
	bool proven; /* --self: of what is in force, a code was typed: */
	struct otp_in_force in_force;
	struct otp_enrolment enrolment;
	struct otp_recovery_set set;
	char uri[OTP_URI_MAX + 1];
};

/* What is wrong with the options alone; what they say of secrets, begin() looks at. */
static bool
check_usage(const struct otp_args *args)
{
	const char *wrong = NULL;

	if (args->self)
		return otp_self_usage(args);
	if (args->hotp && args->totp)
		wrong = N_("--hotp and --totp exclude each other.");
	else if (args->hotp && args->period != OTP_ARGS_NONE)
		wrong =
		    N_("--period is for TOTP; with --hotp there is --counter.");
	else if (!args->hotp && args->counter != OTP_ARGS_NONE)
		wrong = N_("--counter is for --hotp.");
	else if (args->add && args->replace)
		wrong = N_("--add and --replace exclude each other.");
	else if (args->add && args->recovery != OTP_ARGS_NONE)
		wrong = N_("With --add the recovery codes stay as they are.");
	else if (args->json && !args->no_confirm && args->batch == NULL)
		wrong = N_("--json is for scripts: it needs --no-confirm.");
	else if (args->json && otp_args_picture(args))
		wrong = N_("--json and a picture exclude each other.");
	else if (args->label != NULL && args->label[0] == '\0')
		wrong = N_("A label cannot be empty.");
	else if (args->batch != NULL)
		wrong = otp_batch_usage(args);
	if (wrong != NULL)
		otp_complain("%s", _(wrong));
	return wrong == NULL &&
	    (args->batch == NULL || otp_secrets_allowed(args));
}

/* Beside nothing there is nothing to add to: recovery codes are due then. */
static enum otp_err
choose_mode(struct enrolling *enrolling, struct otp_fault *fault)
{
	const struct otp_args *args = &enrolling->tool->args;
	struct otp_store *store = NULL;
	bool has_seed = false;
	enum otp_err err = otp_store_open(enrolling->tool->host.store,
	    enrolling->subject.account, &store, fault);

	if (err == OTP_OK)
		err = otp_store_has_seed(store, &has_seed, fault);
	otp_store_close(store);
	enrolling->fresh = !has_seed;
	if (args->replace || enrolling->proven)
		enrolling->mode = OTP_ENROL_REPLACE;
	else
		enrolling->mode =
		    args->add && has_seed ? OTP_ENROL_ADD : OTP_ENROL_NEW;
	return err;
}

static enum otp_exit
begin(struct enrolling *enrolling)
{
	const struct otp_tool *tool = enrolling->tool;
	const char *account = enrolling->subject.account;
	struct otp_fault fault = { 0 };
	struct otp_token token;
	enum otp_err err;

	if (!otp_parameters_token(&tool->args, account, &token))
		return OTP_EXIT_USAGE;
	err = choose_mode(enrolling, &fault);
	if (err == OTP_OK)
		err = otp_enrol_begin(&tool->host, &enrolling->subject,
		    enrolling->mode, &token, &enrolling->enrolment, &fault);
	if (err != OTP_OK)
		return otp_report(tool, account, err, &fault);
	/* Now that nothing else is in the way, which --print would not mend. */
	if (!otp_secrets_allowed(&tool->args))
		return OTP_EXIT_USAGE;
	enrolling->enrolment.bound = enrolling->proven;
	enrolling->enrolment.former = enrolling->in_force;
	err = otp_uri_format(&enrolling->enrolment.token, enrolling->uri);
	if (err == OTP_OK)
		return OTP_EXIT_DONE;
	otp_complain(
	    _("With this label and issuer the URI would be longer than "
	      "%d bytes."),
	    OTP_URI_MAX);
	return OTP_EXIT_USAGE;
}

static void
note_parameters(const struct otp_token *token)
{
	if (token->hash != OTP_SHA1 || token->digits != OTP_DIGITS_DEFAULT ||
	    (token->kind == OTP_TOTP && token->period != OTP_PERIOD_DEFAULT))
		otp_say(
		    _("Note: many apps only do SHA1, 6 digits and 30 seconds,"
		      " whatever the QR code says."));
}

static void
say_unchanged(const struct enrolling *enrolling)
{
	if (enrolling->fresh)
		otp_complain(_("Nothing was changed: %s is not enrolled."),
		    otp_escaped(enrolling->subject.account).text);
	else
		otp_complain(_("Nothing was changed: what %s had is still in "
			       "force."),
		    otp_escaped(enrolling->subject.account).text);
}

static const char *
action(const struct enrolling *enrolling)
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

static void
say_in_force(const struct enrolling *enrolling)
{
	const char *account = enrolling->subject.account;

	otp_complain(
	    _("The new token is in force all the same, until a crash "
	      "maybe; its recovery codes were not shown. When the fault "
	      "is mended, run `otp-enroll new --replace %s'."),
	    otp_escaped(account).text);
}

static enum otp_exit
put(struct enrolling *enrolling)
{
	const struct otp_tool *tool = enrolling->tool;
	const struct otp_subject *subject = &enrolling->subject;
	struct otp_fault fault = { 0 };
	const struct otp_token *token = &enrolling->enrolment.token;
	enum otp_exit status;
	enum otp_err err;
	sigset_t before;
	bool in_force;

	/*
	 * What is in force and what was shown of it belong together: from here
	 * on nobody interrupts.
	 */
	otp_signals_hold(&before);
	err = otp_enrol_put(&tool->host, &enrolling->enrolment,
	    otp_parameters_number(tool->args.recovery, OTP_ENROL_RECOVERY),
	    &enrolling->set, &fault);
	in_force = err == OTP_OK ||
	    otp_view_in_force(&tool->host, subject->account, &token, 1);
	if (in_force)
		otp_audit(action(enrolling), subject, token->label);
	if (err == OTP_OK)
		return OTP_EXIT_DONE;
	status = otp_report(tool, subject->account, err, &fault);
	if (in_force)
		say_in_force(enrolling);
	else if (err == OTP_ERR_EXISTS) /* somebody else was faster */
		otp_complain(_("It was enrolled meanwhile, with another secret "
			       "than this."));
	else
		say_unchanged(enrolling);
	return status;
}

/* Password and code in one prompt need tokens of one length. */
static void
warn_lengths(const struct enrolling *enrolling)
{
	struct otp_fault fault = { 0 };
	struct otp_view view;
	unsigned digits;
	enum otp_err err = otp_view_read(
	    &enrolling->tool->host, enrolling->subject.account, &view, &fault);

	if (err == OTP_OK && view.seed_err == OTP_OK &&
	    otp_seed_digits(&view.seed, &digits) == OTP_ERR_LENGTHS)
		otp_say(_("Note: the tokens' codes differ in length now, which "
			  "services with forward_pass cannot take."));
	otp_view_wipe(&view);
}

static enum otp_exit
conclude(const struct enrolling *enrolling)
{
	const struct otp_args *args = &enrolling->tool->args;
	const char *account = enrolling->subject.account;
	bool shown;

	if (args->json) {
		shown = otp_json_print(otp_secrets_json(
		    &enrolling->subject, enrolling->uri, &enrolling->set));
	} else {
		shown =
		    otp_secrets_recovery(&enrolling->subject, &enrolling->set);
		otp_print(_("Done: the token \"%s\" of %s is in force.\n"),
		    otp_escaped(enrolling->enrolment.token.label).text,
		    otp_escaped(account).text);
		shown = otp_output_flush() && shown;
	}
	if (enrolling->mode == OTP_ENROL_ADD)
		warn_lengths(enrolling);
	if (shown)
		return OTP_EXIT_DONE;
	otp_complain(_("The token is in force, but not all of it was shown: "
		       "`otp-enroll recovery %s' makes new recovery codes."),
	    otp_escaped(account).text);
	return OTP_EXIT_FAILED;
}

/* Until something is in force, or not.  *RET_SIGNAL: to end by. */
static enum otp_exit
enrol(struct enrolling *enrolling, int *ret_signal)
{
	const struct otp_args *args = &enrolling->tool->args;
	const struct otp_token *token = &enrolling->enrolment.token;
	enum otp_exit status = begin(enrolling);

	if (status != OTP_EXIT_DONE)
		return status;
	note_parameters(token);
	if (!args->json && !otp_secrets_show(args, token, enrolling->uri)) {
		say_unchanged(enrolling);
		return OTP_EXIT_FAILED;
	}
	if (!args->no_confirm &&
	    otp_confirm(enrolling->tool, &enrolling->enrolment, ret_signal) !=
		OTP_CONFIRMED_YES) {
		if (*ret_signal != 0)
			otp_say("%s", ""); /* off the prompt's line */
		say_unchanged(enrolling);
		return OTP_EXIT_FAILED;
	}
	status = put(enrolling);
	return status == OTP_EXIT_DONE ? conclude(enrolling) : status;
}

static enum otp_exit
run(const struct otp_tool *tool)
{
	struct enrolling enrolling = { .tool = tool };
	enum otp_exit status;
	int signum = 0;

	if (!check_usage(&tool->args))
		return OTP_EXIT_USAGE;
	if (tool->args.batch != NULL)
		return otp_batch_run(tool);
	status = tool->args.self ? otp_self_find(tool, &enrolling.subject)
				 : otp_subject_find(tool, &enrolling.subject);
	if (status == OTP_EXIT_DONE && tool->args.self)
		status = otp_self_allow(tool, &enrolling.subject,
		    &enrolling.proven, &enrolling.in_force, &signum);
	if (status == OTP_EXIT_DONE)
		status = enrol(&enrolling, &signum);
	otp_wipe(&enrolling, sizeof(enrolling));
	if (signum != 0)
		otp_terminal_die(signum);
	return status;
}

const struct otp_command otp_command_new = {
	.name = "new",
	.operands = "[USER]",
	.summary =
	    N_("set up a token: show its QR code, check a code, put it in "
	       "force"),
	.help = N_(
	    "  --add             beside the tokens there are\n"
	    "  --replace         instead of all there is\n"
	    "  --hotp            a token that counts; --totp, by the clock, is "
	    "usual\n"
	    "  --label=TEXT      what the app calls it [HOST:USER]\n"
	    "  --issuer=TEXT     who it is for [HOST; with --label nobody]\n"
	    "  --algorithm=NAME  SHA1, SHA256 or SHA512 [SHA1]\n"
	    "  --digits=N        6, 7 or 8 [6]\n"
	    "  --period=N        seconds that a code lasts, 15 to 120 [30]\n"
	    "  --counter=N       with --hotp: where to begin [0]\n"
	    "  --qr=FORM         utf8, ascii, png, svg or none [what the "
	    "terminal can show]\n"
	    "  --recovery=N      so many recovery codes, 0 to 16 [10]\n"
	    "  --no-confirm      put it in force without asking for a code\n"
	    "  --print           show secrets although this is no terminal\n"
	    "  --json            with --no-confirm: one JSON object\n"
	    "  --batch=FILE      many users, by CSV or JSON lines; - is "
	    "standard input\n"
	    "  --self            for the user behind sudo, and nobody else\n"
	    "\n"
	    "Nothing is in force before a code was typed back.\n"),
	.user = true,
	.takes = { "add", "replace", "hotp", "totp", "label", "issuer",
	    "algorithm", "digits", "period", "counter", "qr", "recovery",
	    "no-confirm", "print", "json", "batch", "self" },
	.run = run,
};
