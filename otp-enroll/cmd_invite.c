/* SPDX-License-Identifier: BSD-2-Clause */
/* make an invitation -> show it -> commit; for one account, or for a list */
#include "config.h"

#include <string.h>

#include "common/core/wipe.h"
#include "common/effects/enrol.h"
#include "otp-enroll/account/owner.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/cli/audit.h"
#include "otp-enroll/cli/command.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/signals.h"
#include "otp-enroll/cli/when.h"
#include "otp-enroll/enrol/batch_input.h"
#include "otp-enroll/enrol/secrets.h"

#define UNTIL_DEFAULT "7d"

/* The first line of CSV. */
static const char columns[] = "user,invitation,until";

struct inviting {
	const struct otp_tool *tool;
	int64_t until;
	unsigned long invited;
	unsigned long skipped; /* are enrolled */
	unsigned long failed;
};

static enum otp_exit invite_run(const struct otp_tool *tool);
static bool invite_check(const struct otp_args *args);
static enum otp_exit invite_list(struct inviting *inviting);
static bool invite_next(
    struct inviting *inviting, struct otp_batch_input *input);
static enum otp_exit invite_row(
    const struct inviting *inviting, const struct otp_batch_row *row);
static enum otp_exit invite_one(
    const struct inviting *inviting, const struct otp_subject *subject);
static enum otp_exit invite_put(const struct inviting *inviting,
    struct otp_account *account, struct otp_recovery_set *set);
static bool invite_show(const struct inviting *inviting,
    const struct otp_subject *subject, const char *code);
static void print_csv(const struct inviting *inviting,
    const struct otp_subject *subject, const char *code);
static enum otp_exit invite_failed(const struct inviting *inviting,
    const struct otp_account *account, enum otp_err err);
static void invite_void(
    const struct inviting *inviting, const struct otp_subject *subject);

const struct otp_command otp_command_invite = {
	.name = "invite",
	.operands = "USER",
	.summary = N_("invite a user to enroll at a login"),
	.help =
	    N_("  --until=TIME  such as 8h or 14d from now, or a date such "
	       "as 2027-01-31 [7d]\n"
	       "  --replace     also if enrolled; the old setup works until "
	       "then\n"
	       "  --batch=FILE  many users: CSV or JSON lines, or -; the "
	       "output is CSV\n"
	       "  --print       show secrets even if this is not a "
	       "terminal\n"
	       "  --json        JSON, one object per user\n"
	       "\n"
	       "Where a service has 'enroll=invited', the user types the "
	       "invitation in place\n"
	       "of a code and sets up a device. A new invitation replaces "
	       "the old one.\n"),
	.user = true,
	.takes = { "until", "replace", "batch", "print", "json" },
	.run = invite_run,
};

static enum otp_exit
invite_run(const struct otp_tool *tool)
{
	const struct otp_args *args = &tool->args;
	struct inviting inviting = { .tool = tool };
	struct otp_subject subject;
	enum otp_exit status;

	otp_signals_outlive_reader();
	if (!invite_check(args) ||
	    !otp_args_read_until(tool->host.sys, "until",
		args->until != NULL ? args->until : UNTIL_DEFAULT,
		&inviting.until))
		return OTP_EXIT_USAGE;
	if (args->batch != NULL)
		return invite_list(&inviting);
	status = otp_subject_find(tool, &subject);
	return status == OTP_EXIT_DONE ? invite_one(&inviting, &subject)
				       : status;
}

/* False: it was said what is wrong. */
static bool
invite_check(const struct otp_args *args)
{
	const char *wrong = NULL;

	if (args->batch != NULL && args->user != NULL)
		wrong = N_("--batch cannot be combined with a user name.");
	else if (args->batch != NULL && args->replace)
		wrong = N_("--batch cannot be combined with --replace.");
	else if (args->batch == NULL && args->user == NULL)
		wrong = N_("Give a user name, or --batch.");
	if (wrong == NULL)
		return otp_secrets_allowed(args);
	otp_complain("%s", _(wrong));
	return false;
}

static enum otp_exit
invite_list(struct inviting *inviting)
{
	const struct otp_args *args = &inviting->tool->args;
	struct otp_batch_input *input = otp_batch_open(args->batch);

	if (input == NULL)
		return OTP_EXIT_USAGE;
	if (!args->json)
		otp_print("%s\n", columns);
	while (invite_next(inviting, input))
		;
	otp_batch_close(input);
	otp_say(_("%lu invited, %lu already enrolled, %lu failed."),
	    inviting->invited, inviting->skipped, inviting->failed);
	return inviting->failed == 0 ? OTP_EXIT_DONE : OTP_EXIT_FAILED;
}

/* Read and invite the next row.  False: there is none. */
static bool
invite_next(struct inviting *inviting, struct otp_batch_input *input)
{
	enum otp_exit status = OTP_EXIT_FAILED;
	struct otp_batch_row row;

	switch (otp_batch_next(input, &row)) {
	case OTP_BATCH_END:
		return false;
	case OTP_BATCH_FAILED:
		inviting->failed++;
		return false;
	case OTP_BATCH_BAD:
		break;
	case OTP_BATCH_ROW:
		status = invite_row(inviting, &row);
		break;
	}
	if (status == OTP_EXIT_DONE)
		inviting->invited++;
	else if (status == OTP_EXIT_ENROLLED)
		inviting->skipped++;
	else
		inviting->failed++;
	return otp_output_flush();
}

static enum otp_exit
invite_row(const struct inviting *inviting, const struct otp_batch_row *row)
{
	struct otp_subject subject = { .uid = 0 };
	enum otp_exit status = OTP_EXIT_FAILED;

	if (row->label[0] != '\0' || row->kind != 0 || row->address[0] != '\0')
		otp_complain(
		    _("A list for invitations can only have the column user."));
	else
		status = otp_subject_named(inviting->tool, row->user, &subject);
	if (status == OTP_EXIT_DONE && subject.uid == 0) {
		otp_complain(_("A user with uid 0 is not invited by a list. "
			       "Run 'otp-enroll invite USER'."));
		status = OTP_EXIT_FAILED;
	}
	if (status == OTP_EXIT_DONE)
		status = invite_one(inviting, &subject);
	if (status != OTP_EXIT_DONE && status != OTP_EXIT_ENROLLED)
		otp_complain(_("Line %lu: %s was not invited."), row->line,
		    otp_escaped(row->user).text);
	return status;
}

static enum otp_exit
invite_one(const struct inviting *inviting, const struct otp_subject *subject)
{
	const struct otp_tool *tool = inviting->tool;
	struct otp_account account = otp_account_of(&tool->host, subject);
	struct otp_recovery_set set = { 0 };
	struct otp_snapshot before;
	enum otp_exit status;
	enum otp_err err = otp_snapshot_read(
	    &tool->host, subject->account, &before, &account.fault);

	/* Nothing is shown of an invitation that will be refused. */
	if (err == OTP_OK && !tool->args.replace &&
	    (otp_snapshot_has_seed(&before) || otp_snapshot_lost_seed(&before)))
		err = OTP_ERR_EXISTS;
	otp_snapshot_wipe(&before);
	if (err == OTP_OK)
		err = otp_enrol_make_set(&account, 1, &set);
	set.until = inviting->until;
	status = err == OTP_OK ? invite_put(inviting, &account, &set)
			       : invite_failed(inviting, &account, err);
	otp_wipe(&set, sizeof(set));
	return status;
}

/* A signal takes effect before or after both. */
static enum otp_exit
invite_put(const struct inviting *inviting, struct otp_account *account,
    struct otp_recovery_set *set)
{
	const struct otp_tool *tool = inviting->tool;
	const struct otp_subject *subject = &account->subject;
	const struct otp_owner_told told = otp_owner_note(tool, subject);
	const struct otp_when until = otp_when_iso(inviting->until);
	enum otp_err err;
	sigset_t before;

	otp_signals_block(&before);
	if (!invite_show(inviting, subject, set->text[0])) {
		otp_signals_unblock(&before);
		return OTP_EXIT_FAILED;
	}
	err = otp_enrol_invite(account, tool->args.replace, set);
	if (account->committed) {
		otp_audit_invitation("invited", subject, until.text);
		otp_owner_tell(
		    tool, subject, &told, "an invitation was created");
	}
	if (err != OTP_OK && !account->committed)
		invite_void(inviting, subject);
	otp_signals_unblock(&before);
	return err == OTP_OK ? OTP_EXIT_DONE
			     : invite_failed(inviting, account, err);
}

/* False: it could not be written. */
static bool
invite_show(const struct inviting *inviting, const struct otp_subject *subject,
    const char *code)
{
	const struct otp_args *args = &inviting->tool->args;

	if (args->json) {
		if (!otp_json_print(json_pack("{s:o, s:s, s:o}", "user",
			otp_json_text(subject->account), "invitation", code,
			"until", otp_json_time(inviting->until))))
			return false;
	} else if (args->batch != NULL) {
		print_csv(inviting, subject, code);
	} else {
		otp_print_line(_("Invitation for %s, until %s:"),
		    otp_escaped(subject->account).text,
		    otp_when_moment(inviting->until).text);
		otp_print("\n  %s\n\n", code);
		otp_print_line(_("Give it to the user: it works once, at a "
				 "service with 'enroll=invited'. You will not "
				 "see it again."));
	}
	return otp_output_sync();
}

/* A name is quoted, since it may have a comma. */
static void
print_csv(const struct inviting *inviting, const struct otp_subject *subject,
    const char *code)
{
	otp_print("\"");
	for (const char *at = subject->account; *at != '\0'; at++)
		otp_print("%s%c", *at == '"' ? "\"" : "", *at);
	otp_print("\",%s,%s\n", code, otp_when_iso(inviting->until).text);
}

static enum otp_exit
invite_failed(const struct inviting *inviting,
    const struct otp_account *account, enum otp_err err)
{
	const struct otp_tool *tool = inviting->tool;
	const char *name = account->subject.account;
	enum otp_exit status = OTP_EXIT_ENROLLED;

	if (err != OTP_ERR_EXISTS)
		status = otp_report(tool, name, err, &account->fault);
	else if (tool->args.batch == NULL)
		otp_complain(_("%s is already enrolled. Use --replace for an "
			       "invitation to start over."),
		    otp_escaped(name).text);
	if (account->committed)
		otp_complain(_("The invitation of %s is valid, but not yet "
			       "safely on disk: a crash now could undo it."),
		    otp_escaped(name).text);
	return status;
}

/* What was printed for SUBJECT is not valid. */
static void
invite_void(const struct inviting *inviting, const struct otp_subject *subject)
{
	const struct otp_args *args = &inviting->tool->args;

	if (args->batch == NULL || args->json) {
		otp_secrets_void(args, subject);
		return;
	}
	print_csv(inviting, subject, "");
	otp_complain(_("The secrets that were printed for %s are not valid."),
	    otp_escaped(subject->account).text);
}
