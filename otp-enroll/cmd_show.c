/* SPDX-License-Identifier: BSD-2-Clause */
/* A token that is in force, for one more device or another host. */
#include "audit.h"
#include "command.h"
#include "common/core/uri.h"
#include "common/core/wipe.h"
#include "language.h"
#include "output.h"
#include "pick.h"
#include "report.h"
#include "secrets.h"
#include "subject.h"

static bool
check_usage(const struct otp_args *args)
{
	if (args->uri && args->qr != OTP_ARGS_QR_DEFAULT) {
		otp_complain(_("--uri shows the URI alone; it does not go with "
			       "--qr."));
		return false;
	}
	return true;
}

/*
 * A device that is set up now has to begin where the host is: behind what is
 * spent, and never below the seed's counter.
 */
static enum otp_exit
bring_up(const struct otp_tool *tool, const struct otp_subject *subject,
    const struct otp_view *view, struct otp_token *token)
{
	const struct otp_credential *credential = NULL;
	enum otp_err err = OTP_OK;

	if (token->kind != OTP_HOTP)
		return OTP_EXIT_DONE;
	if (view->state_err != OTP_OK && view->state_err != OTP_ERR_ABSENT)
		return otp_report(tool, subject->account, view->state_err,
		    &view->state_fault);
	err = otp_view_credential(view, token, &credential);
	if (err != OTP_OK)
		return otp_report(
		    tool, subject->account, err, &view->state_fault);
	if (credential != NULL && credential->value == UINT64_MAX) {
		otp_complain(_("The counter of \"%s\" is lost: find it first, "
			       "with `otp-enroll resync %s'."),
		    otp_escaped(token->label).text,
		    otp_escaped(subject->account).text);
		return OTP_EXIT_FAILED;
	}
	if (credential != NULL && credential->value > token->counter)
		token->counter = credential->value;
	return OTP_EXIT_DONE;
}

/* Noted first: a secret may have been seen even where showing it failed. */
static enum otp_exit
show(const struct otp_tool *tool, const struct otp_subject *subject,
    const struct otp_token *token)
{
	char uri[OTP_URI_MAX + 1];
	bool shown;

	if (otp_uri_format_any(token, uri) != OTP_OK) {
		otp_complain(_("This token has no URI of %d bytes at most."),
		    OTP_URI_MAX);
		return OTP_EXIT_FAILED;
	}
	otp_audit("shown", subject, token->label);
	if (tool->args.uri) {
		otp_print("%s\n", uri);
		shown = otp_output_flush();
	} else if (otp_args_picture(&tool->args)) {
		shown = otp_secrets_picture(&tool->args, uri);
	} else {
		shown = otp_secrets_show(&tool->args, token, uri);
	}
	otp_wipe(uri, sizeof(uri));
	return shown ? OTP_EXIT_DONE : OTP_EXIT_FAILED;
}

static enum otp_exit
run(const struct otp_tool *tool)
{
	struct otp_subject subject;
	struct otp_pick pick = { 0 };
	struct otp_view view;
	struct otp_token *token;
	enum otp_exit status;

	if (!check_usage(&tool->args))
		return OTP_EXIT_USAGE;
	status = otp_subject_find(tool, &subject);
	if (status != OTP_EXIT_DONE)
		return status;
	status = otp_pick_token(tool, &subject, 0, &view, &pick);
	token = &view.seed.tokens[pick.index];
	if (status == OTP_EXIT_DONE)
		status = bring_up(tool, &subject, &view, token);
	/* Now that nothing else is in the way, which --print would not mend. */
	if (status == OTP_EXIT_DONE && !otp_secrets_allowed(&tool->args))
		status = OTP_EXIT_USAGE;
	if (status == OTP_EXIT_DONE)
		status = show(tool, &subject, token);
	otp_view_wipe(&view);
	return status;
}

const struct otp_command otp_command_show = {
	.name = "show",
	.operands = "[USER]",
	.summary = N_("show the QR code of a token once more"),
	.help = N_(
	    "  --token=WHICH  of several: its label, or its number in "
	    "`status'\n"
	    "  --uri          the URI alone\n"
	    "  --qr=FORM      utf8, ascii, png, svg or none [what the terminal "
	    "can show]\n"
	    "  --print        show secrets although this is no terminal\n"
	    "\n"
	    "A HOTP token is shown with its present counter. Whoever scanned "
	    "it before goes\non having it; where that must end, `new' makes "
	    "another secret.\n"),
	.user = true,
	.takes = { "token", "uri", "qr", "print" },
	.run = run,
};
