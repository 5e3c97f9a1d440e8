/* SPDX-License-Identifier: BSD-2-Clause */
/* Shows an active token again, for another device or host. */
#include "config.h"

#include "common/core/uri.h"
#include "common/core/wipe.h"
#include "otp-enroll/account/select.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/cli/audit.h"
#include "otp-enroll/cli/command.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/text.h"
#include "otp-enroll/enrol/secrets.h"

static enum otp_exit show_run(const struct otp_tool *tool);
static bool show_check_usage(const struct otp_args *args);
static enum otp_exit show_set_counter(const struct otp_tool *tool,
    const struct otp_subject *subject, const struct otp_snapshot *snapshot,
    struct otp_token *token);
static enum otp_exit show_token(const struct otp_tool *tool,
    const struct otp_subject *subject, const struct otp_token *token);

const struct otp_command otp_command_show = {
	.name = "show",
	.operands = "[USER]",
	.summary = N_("show the QR code of a token again"),
	.help =
	    N_("  --token=WHICH  which token, by its label or its number in "
	       "'status'\n"
	       "  --uri          show the URI only\n"
	       "  --qr=FORM      utf8, ascii, png, svg, or none (for screen "
	       "readers)\n"
	       "  --print        show secrets even if this is not a terminal\n"
	       "\n"
	       "An HOTP token is shown with its current counter. Devices that "
	       "already have the\ntoken keep it; a new secret is created by "
	       "'otp-enroll new'.\n"),
	.user = true,
	.takes = { "token", "uri", "qr", "print" },
	.run = show_run,
};

static enum otp_exit
show_run(const struct otp_tool *tool)
{
	struct otp_subject subject;
	struct otp_select selected = { 0 };
	struct otp_snapshot snapshot;
	struct otp_token *token;
	enum otp_exit status;

	if (!show_check_usage(&tool->args))
		return OTP_EXIT_USAGE;
	status = otp_subject_find(tool, &subject);
	if (status != OTP_EXIT_DONE)
		return status;
	status = otp_select_token(tool, &subject, 0, &snapshot, &selected);
	token = &snapshot.seed.tokens[selected.index];
	if (status == OTP_EXIT_DONE)
		status = show_set_counter(tool, &subject, &snapshot, token);
	/* Asked last, when --print is all that is missing. */
	if (status == OTP_EXIT_DONE && !otp_secrets_allowed(&tool->args))
		status = OTP_EXIT_USAGE;
	if (status == OTP_EXIT_DONE)
		status = show_token(tool, &subject, token);
	otp_snapshot_wipe(&snapshot);
	return status;
}

static bool
show_check_usage(const struct otp_args *args)
{
	if (args->uri && args->qr != OTP_ARGS_QR_DEFAULT) {
		otp_complain(_("--uri cannot be combined with --qr."));
		return false;
	}
	return true;
}

/*
 * A device that is set up now has to start after the last used counter, and
 * not before the seed's.
 */
static enum otp_exit
show_set_counter(const struct otp_tool *tool, const struct otp_subject *subject,
    const struct otp_snapshot *snapshot, struct otp_token *token)
{
	const struct otp_credential *credential = NULL;
	enum otp_err err = OTP_OK;

	if (token->kind != OTP_HOTP)
		return OTP_EXIT_DONE;
	if (snapshot->state_err != OTP_OK &&
	    snapshot->state_err != OTP_ERR_ABSENT)
		return otp_report(tool, subject->account, snapshot->state_err,
		    &snapshot->state_fault);
	err = otp_snapshot_credential(snapshot, token, &credential);
	if (err != OTP_OK)
		return otp_report(
		    tool, subject->account, err, &snapshot->state_fault);
	if (credential != NULL && credential->value == UINT64_MAX) {
		otp_complain(_("The counter of \"%s\" is unknown. Find it "
			       "first with 'otp-enroll resync %s'."),
		    otp_text_shown(token->label).text,
		    otp_escaped(subject->account).text);
		return OTP_EXIT_FAILED;
	}
	if (credential != NULL && credential->value > token->counter)
		token->counter = credential->value;
	return OTP_EXIT_DONE;
}

/* Logged first: the secret may have been seen even if showing it fails. */
static enum otp_exit
show_token(const struct otp_tool *tool, const struct otp_subject *subject,
    const struct otp_token *token)
{
	char uri[OTP_URI_MAX + 1];
	bool shown;

	if (otp_uri_format_any(token, uri) != OTP_OK) {
		otp_complain(
		    _("The URI of this token would be longer than %d bytes."),
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
		shown = otp_secrets_show(
		    &tool->args, token, uri, OTP_SECRETS_NEXT_NOTHING);
	}
	otp_wipe(uri, sizeof(uri));
	return shown ? OTP_EXIT_DONE : OTP_EXIT_FAILED;
}
