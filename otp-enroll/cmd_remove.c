/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <pwd.h>
#include <string.h>

#include "audit.h"
#include "command.h"
#include "language.h"
#include "output.h"
#include "pick.h"
#include "report.h"
#include "subject.h"
#include "view.h"

/* Whether there is less now than BEFORE. */
static bool
is_less(const struct otp_view *now, const struct otp_view *before)
{
	if (now->seed_err == OTP_ERR_ABSENT)
		return before->seed_err != OTP_ERR_ABSENT;
	return now->seed_err == OTP_OK && before->seed_err == OTP_OK &&
	    now->seed.tokens_count < before->seed.tokens_count;
}

static bool
is_purged(const struct otp_view *now, const struct otp_view *before)
{
	return now->state_err == OTP_ERR_ABSENT &&
	    before->state_err != OTP_ERR_ABSENT;
}

/* A failure behind the last step, such as a flush, takes nothing back. */
static void
say_what_is_left(const struct otp_tool *tool, const struct otp_subject *subject,
    const struct otp_view *before, const char *label)
{
	struct otp_fault fault = { 0 };
	struct otp_view now;
	enum otp_err err =
	    otp_view_read(&tool->host, subject->account, &now, &fault);
	const bool purged = err == OTP_OK && is_purged(&now, before);

	if (purged || (err == OTP_OK && is_less(&now, before))) {
		otp_audit(purged ? "purged" : "removed", subject, label);
		otp_complain(_("It is removed all the same, until a crash "
			       "maybe. When the fault is mended, see "
			       "`otp-enroll status %s'."),
		    otp_escaped(subject->account).text);
	}
	otp_view_wipe(&now);
}

static enum otp_exit
remove_token(const struct otp_tool *tool, const struct otp_subject *subject)
{
	struct otp_fault fault = { 0 };
	struct otp_pick pick = { 0 };
	struct otp_view view;
	enum otp_exit status = otp_pick_token(tool, subject, 0, &view, &pick);
	const char *label = view.seed.tokens[pick.index].label;
	enum otp_err err = OTP_OK;

	if (status == OTP_EXIT_DONE)
		err = otp_enrol_remove_token(
		    &tool->host, subject, pick.id, &fault);
	if (err != OTP_OK) {
		status = otp_pick_failed(tool, subject, err, &fault);
		say_what_is_left(tool, subject, &view, label);
	} else if (status == OTP_EXIT_DONE) {
		otp_audit("removed", subject, label);
		otp_print(view.seed.tokens_count == 1
			? _("The token \"%s\" of %s is removed, the last one: "
			    "no longer enrolled.\n")
			: _("The token \"%s\" of %s is removed.\n"),
		    otp_escaped(label).text,
		    otp_escaped(subject->account).text);
	}
	otp_view_wipe(&view);
	return status;
}

static enum otp_exit
remove_all(const struct otp_tool *tool, const struct otp_subject *subject)
{
	const bool purge = tool->args.purge;
	struct otp_fault fault = { 0 };
	enum otp_exit status = OTP_EXIT_DONE;
	struct otp_view before;
	enum otp_err err =
	    otp_view_read(&tool->host, subject->account, &before, &fault);
	const bool seen = err == OTP_OK;

	if (seen)
		err = otp_enrol_remove(&tool->host, subject, purge, &fault);
	if (err != OTP_OK) {
		status = otp_report(tool, subject->account, err, &fault);
		if (seen)
			say_what_is_left(tool, subject, &before, NULL);
	} else {
		otp_audit(purge ? "purged" : "removed", subject, NULL);
		otp_print(purge
			? _("%s is no longer enrolled; failures and used codes "
			    "are forgotten.\n")
			: _("%s is no longer enrolled; failures and used codes "
			    "are kept.\n"),
		    otp_escaped(subject->account).text);
	}
	otp_view_wipe(&before);
	return status;
}

static bool
is_gone(const char *name)
{
	errno = 0;
	return getpwnam(name) == NULL && otp_subject_is_nobody(errno);
}

/* Whether the store has anything of NAME, and of which uid. */
static bool
find_left(const struct otp_tool *tool, const char *name, uint32_t *ret_uid)
{
	struct otp_fault fault = { 0 };
	struct otp_view view;
	bool found =
	    otp_view_read(&tool->host, name, &view, &fault) == OTP_OK &&
	    (view.seed_err != OTP_ERR_ABSENT ||
		view.state_err != OTP_ERR_ABSENT);

	*ret_uid = OTP_UID_VIRTUAL;
	if (found && view.state_err == OTP_OK)
		*ret_uid = view.state.uid;
	otp_view_wipe(&view);
	return found;
}

/* Whose account is gone leaves files, which this is to take away. */
static enum otp_exit
find_subject(const struct otp_tool *tool, struct otp_subject *ret_subject)
{
	const char *name = tool->args.user;
	struct otp_subject subject = { 0 };

	if (name == NULL || strlen(name) >= sizeof(subject.account) ||
	    !is_gone(name) || !find_left(tool, name, &subject.uid))
		return otp_subject_find(tool, ret_subject);
	memcpy(subject.account, name, strlen(name) + 1);
	*ret_subject = subject;
	return OTP_EXIT_DONE;
}

static enum otp_exit
run(const struct otp_tool *tool)
{
	struct otp_subject subject;
	enum otp_exit status;

	if (tool->args.token != NULL && tool->args.purge) {
		otp_complain(
		    _("--purge takes all there is; it does not go with "
		      "--token."));
		return OTP_EXIT_USAGE;
	}
	status = find_subject(tool, &subject);
	if (status != OTP_EXIT_DONE)
		return status;
	return tool->args.token != NULL ? remove_token(tool, &subject)
					: remove_all(tool, &subject);
}

const struct otp_command otp_command_remove = {
	.name = "remove",
	.operands = "[USER]",
	.summary = N_("take tokens and recovery codes away"),
	.help = N_(
	    "  --token=WHICH  this one only: its label, or its number in "
	    "`status'\n"
	    "  --purge        forget failures and used codes too\n"
	    "\n"
	    "Nothing is asked. Without --purge what was used stays known, so "
	    "that an old\nseed brought back revives no code.\n"),
	.user = true,
	.takes = { "token", "purge" },
	.run = run,
};
