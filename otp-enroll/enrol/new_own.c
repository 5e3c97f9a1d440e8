/* SPDX-License-Identifier: BSD-2-Clause */
/* look -> show -> confirm -> prove -> show recovery codes */
#include "config.h"

#include "otp-enroll/enrol/new_own.h"

#include <string.h>

#include "common/core/uri.h"
#include "common/core/wipe.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/account/token_args.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/enrol/confirm.h"
#include "otp-enroll/enrol/prove.h"
#include "otp-enroll/enrol/secrets.h"

/* Has secrets; otp_new_own() wipes it. */
struct own {
	const struct otp_tool *tool;
	struct otp_account account;
	struct otp_enrolment enrolment;
	struct otp_change change;
	struct otp_recovery_set set;
	char uri[OTP_URI_MAX + 1];
};

static enum otp_exit own_look(struct own *own);
static bool own_may_begin(struct own *own, const struct otp_overview *overview);
static bool own_is_invited(const struct otp_overview *overview);
static enum otp_exit own_make(struct own *own);
static enum otp_exit own_put(struct own *own);
static void own_say_next(const struct own *own);
static void own_conclude(const struct own *own);

enum otp_exit
otp_new_own(const struct otp_tool *tool)
{
	struct own own = { .tool = tool };
	struct otp_subject subject;
	enum otp_exit status = otp_subject_find(tool, &subject);

	if (status == OTP_EXIT_DONE) {
		own.account = otp_account_of(&tool->host, &subject);
		status = own_look(&own);
	}
	/* Asked last, when --print is all that is missing. */
	if (status == OTP_EXIT_DONE && !otp_secrets_allowed(&tool->args))
		status = OTP_EXIT_USAGE;
	if (status == OTP_EXIT_DONE)
		status = own_make(&own);
	if (status == OTP_EXIT_DONE)
		status = own_put(&own);
	otp_wipe(&own, sizeof(own));
	return status;
}

/*
 * Whether there is anything to replace or to add to, and whether that is meant.
 */
static enum otp_exit
own_look(struct own *own)
{
	const struct otp_tool *tool = own->tool;
	struct otp_overview overview;
	enum otp_exit status =
	    otp_prove_look(tool, &own->account.subject, &overview);

	own->change.kind = OTP_CHANGE_PUT;
	if (status == OTP_EXIT_UNENROLLED) {
		own->change.token.mode = OTP_ENROL_NEW;
		return own_may_begin(own, &overview) ? OTP_EXIT_DONE
						     : OTP_EXIT_FAILED;
	}
	if (status != OTP_EXIT_DONE)
		return status;
	if (!tool->args.add && !tool->args.replace)
		return otp_report(tool, own->account.subject.account,
		    OTP_ERR_EXISTS, &(const struct otp_fault){ 0 });
	own->change.token.mode =
	    tool->args.add ? OTP_ENROL_ADD : OTP_ENROL_REPLACE;
	own->change.proof.former = overview.active;
	own->change.token.invited = tool->args.replace &&
	    tool->options.self_enroll == OTP_SELF_INVITED &&
	    own_is_invited(&overview);
	return OTP_EXIT_DONE;
}

static bool
own_may_begin(struct own *own, const struct otp_overview *overview)
{
	const unsigned self = own->tool->options.self_enroll;

	own->change.token.invited = self == OTP_SELF_INVITED;
	if (self == OTP_SELF_YES ||
	    (self != OTP_SELF_NO && own_is_invited(overview)))
		return true;
	if (self == OTP_SELF_NO)
		otp_complain(_("On this host, users cannot enroll themselves. "
			       "Ask an administrator."));
	else if (overview->invited)
		otp_complain(_("Your invitation has expired or was used. Ask "
			       "an administrator for a new one."));
	else
		otp_complain(_("On this host, users need an invitation to "
			       "enroll themselves. Ask an administrator."));
	return false;
}

/* Whether there is an invitation that can be used. */
static bool
own_is_invited(const struct otp_overview *overview)
{
	return overview->invited &&
	    overview->invitation_use == OTP_RECOVERY_UNUSED &&
	    overview->now < overview->invitation_until;
}

/* A token as pam_otpd(8) makes it, with a secret that is made here. */
static enum otp_exit
own_make(struct own *own)
{
	const struct otp_sys *sys = own->tool->host.sys;
	struct otp_token *token = &own->enrolment.token;
	struct otp_own_token *sent = &own->change.token;
	enum otp_err err;

	if (!otp_token_args_token(
		&own->tool->args, own->account.subject.account, token))
		return OTP_EXIT_USAGE;
	err = sys->random(sys->context, sent->secret, sizeof(sent->secret));
	if (err == OTP_OK) {
		memcpy(token->secret, sent->secret, sizeof(sent->secret));
		token->secret_size = sizeof(sent->secret);
		err = otp_uri_format(token, own->uri);
	}
	return err == OTP_OK
	    ? OTP_EXIT_DONE
	    : otp_report(own->tool, own->account.subject.account, err,
		  &(const struct otp_fault){ 0 });
}

static enum otp_exit
own_put(struct own *own)
{
	const struct otp_tool *tool = own->tool;
	const struct otp_subject *subject = &own->account.subject;
	const bool first = own->change.token.mode == OTP_ENROL_NEW;
	enum otp_exit status = OTP_EXIT_FAILED;

	if (otp_secrets_show(&tool->args, &own->enrolment.token, own->uri,
		OTP_SECRETS_NEXT_QUESTION) &&
	    otp_confirm(tool, subject, &own->enrolment)) {
		own_say_next(own);
		status = otp_prove(tool, &own->account, &own->change,
		    &own->enrolment, &own->set);
	}
	if (own->account.committed)
		otp_secrets_recovery(subject, &own->set);
	if (status == OTP_EXIT_DONE)
		own_conclude(own);
	else if (own->account.committed)
		otp_complain(_("%s is enrolled, but not yet safely on disk: a "
			       "crash now could undo it."),
		    otp_escaped(subject->account).text);
	else if (own->account.unknown)
		otp_prove_say_unknown();
	else if (first)
		otp_complain(_("Nothing changed: %s is not enrolled."),
		    otp_escaped(subject->account).text);
	else
		otp_complain(
		    _("Nothing changed. Your existing setup still works."));
	return otp_output_flush() ? status : OTP_EXIT_FAILED;
}

/* What is asked for beside the code of the new token. */
static void
own_say_next(const struct own *own)
{
	const bool invited = own->change.token.invited;

	if (own->change.token.mode != OTP_ENROL_NEW && !invited)
		otp_say(_("Now enter a code of a token that you already have, "
			  "or one of your recovery codes."));
	else if (own->change.token.mode != OTP_ENROL_NEW)
		otp_say(_("Now enter your invitation, a code of a token that "
			  "you already have, or one of your recovery codes."));
	else if (invited)
		otp_say(_("Now enter your invitation."));
}

static void
own_conclude(const struct own *own)
{
	const struct otp_escaped name =
	    otp_escaped(own->account.subject.account);

	otp_print("\n");
	switch (own->change.token.mode) {
	case OTP_ENROL_NEW:
		otp_print_line(_("%s is set up. From now on, services with "
				 "pam_otp.so ask for a code."),
		    name.text);
		break;
	case OTP_ENROL_ADD:
		otp_print_line(_("%s now has another token."), name.text);
		break;
	case OTP_ENROL_REPLACE:
		otp_print_line(_("%s is set up anew. The old tokens and "
				 "recovery codes no longer work."),
		    name.text);
		break;
	}
	otp_print_line(_("Test a login in a second window before you close "
			 "this one."));
}
