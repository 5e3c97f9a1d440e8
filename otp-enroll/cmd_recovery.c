/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "common/core/wipe.h"
#include "common/effects/snapshot.h"
#include "otp-enroll/account/backend.h"
#include "otp-enroll/account/owner.h"
#include "otp-enroll/account/status.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/account/token_args.h"
#include "otp-enroll/cli/audit.h"
#include "otp-enroll/cli/command.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/question.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/signals.h"
#include "otp-enroll/cli/when.h"
#include "otp-enroll/enrol/prove.h"
#include "otp-enroll/enrol/secrets.h"

static enum otp_exit recovery_run(const struct otp_tool *tool);
static bool recovery_check(
    const struct otp_tool *tool, struct otp_recovery_set *set);
static unsigned recovery_count(const struct otp_args *args);
static unsigned recovery_room(const struct otp_snapshot *snapshot);
static enum otp_exit recovery_renew(const struct otp_tool *tool,
    struct otp_account *account, struct otp_recovery_set *set);
static enum otp_exit recovery_renew_own(const struct otp_tool *tool,
    struct otp_account *account, struct otp_recovery_set *set);
static bool recovery_is_meant(const struct otp_tool *tool,
    const struct otp_subject *subject, unsigned old);
static bool recovery_show(const struct otp_tool *tool,
    const struct otp_subject *subject, const struct otp_recovery_set *set);
static enum otp_exit recovery_commit(const struct otp_tool *tool,
    struct otp_account *account, const struct otp_recovery_set *set,
    unsigned old);
static enum otp_exit recovery_conclude(const struct otp_tool *tool,
    const struct otp_subject *subject, const struct otp_recovery_set *set,
    unsigned old);
static void recovery_say_unchanged(const struct otp_subject *subject);
static void recovery_say_unsafe(const struct otp_subject *subject);
static enum otp_exit recovery_failed(const struct otp_tool *tool,
    const struct otp_account *account, enum otp_err err);

const struct otp_command otp_command_recovery = {
	.name = "recovery",
	.operands = "[USER]",
	.summary = N_("create new recovery codes; the old ones stop working"),
	.help = N_("  --count=N  number of recovery codes, 0 to 16 [10]\n"
		   "  --add=N    create this many more; the old ones stay\n"
		   "  --for=TIME how long those work: such as 12h, or up to a "
		   "date\n"
		   "  --print    show secrets even if this is not a terminal\n"
		   "  --json     one JSON object\n"
		   "  --yes      do not ask whether to go on\n"),
	.user = true,
	.takes = { "count", "add", "for", "print", "json", "yes" },
	.by_users = true,
	.users_take = { "print", "json", "yes" },
	.run = recovery_run,
};

static enum otp_exit
recovery_run(const struct otp_tool *tool)
{
	struct otp_recovery_set set = { 0 };
	struct otp_subject subject;
	struct otp_account account;
	enum otp_exit status = OTP_EXIT_USAGE;

	otp_signals_outlive_reader();
	if (recovery_check(tool, &set))
		status = otp_subject_find(tool, &subject);
	if (status == OTP_EXIT_DONE) {
		account = otp_account_of(&tool->host, &subject);
		status = tool->by_daemon
		    ? recovery_renew_own(tool, &account, &set)
		    : recovery_renew(tool, &account, &set);
	}
	otp_wipe(&set, sizeof(set));
	return status;
}

/* False: it was said what is wrong. */
static bool
recovery_check(const struct otp_tool *tool, struct otp_recovery_set *set)
{
	const struct otp_args *args = &tool->args;
	const char *wrong = NULL, *text = args->valid_for;
	uint64_t count = 0;

	set->added = args->add;
	if (!otp_args_read_added(args, &count))
		return false;
	if (args->add && args->count != OTP_ARGS_NONE)
		wrong = N_("--add cannot be combined with --count.");
	else if (text != NULL && !args->add)
		wrong = N_("--for needs --add: a whole set has no end.");
	if (wrong != NULL)
		otp_complain("%s", _(wrong));
	else if (text != NULL)
		return otp_args_read_until(
		    tool->host.sys, "for", text, &set->until);
	return wrong == NULL;
}

static unsigned
recovery_count(const struct otp_args *args)
{
	uint64_t added = 1;

	if (!args->add)
		return otp_token_args_number(args->count, OTP_ENROL_RECOVERY);
	(void)otp_args_read_added(args, &added); /* it was read before */
	return (unsigned)added;
}

/* How many more there can be, once those past their end are gone. */
static unsigned
recovery_room(const struct otp_snapshot *snapshot)
{
	const struct otp_seed *seed = &snapshot->seed;
	unsigned room = OTP_SEED_RECOVERY;

	for (unsigned i = 0; i < seed->recovery_count; i++)
		if (seed->recovery[i].until == 0 ||
		    snapshot->now < seed->recovery[i].until)
			room--;
	return room;
}

/* check -> make the codes -> show them -> commit */
static enum otp_exit
recovery_renew(const struct otp_tool *tool, struct otp_account *account,
    struct otp_recovery_set *set)
{
	const struct otp_subject *subject = &account->subject;
	const bool added = set->added;
	const int64_t until = set->until;
	struct otp_snapshot before;
	unsigned old = 0;
	sigset_t signals;
	enum otp_err err = tool->backend->snapshot(
	    &tool->host, subject->account, &before, &account->fault);

	if (err == OTP_OK)
		err = otp_snapshot_enrolled(&before, &account->fault);
	if (err == OTP_OK && !added)
		old = otp_snapshot_recovery(&before).unused;
	if (err == OTP_OK && added &&
	    recovery_room(&before) < recovery_count(&tool->args))
		err = OTP_ERR_FULL;
	otp_snapshot_wipe(&before);
	/* Asked last, when --print is all that is missing. */
	if (err == OTP_OK && !otp_secrets_allowed(&tool->args))
		return OTP_EXIT_USAGE;
	if (err == OTP_OK && !recovery_is_meant(tool, subject, old))
		return OTP_EXIT_FAILED;
	if (err == OTP_OK)
		err = tool->backend->make_set(
		    account, recovery_count(&tool->args), set);
	if (err != OTP_OK)
		return otp_report(tool, subject->account, err, &account->fault);
	set->added = added;
	set->until = until;
	/* Signals are blocked until the process ends. */
	otp_signals_block(&signals);
	if (recovery_show(tool, subject, set))
		return recovery_commit(tool, account, set, old);
	recovery_say_unchanged(subject);
	return OTP_EXIT_FAILED;
}

static void
recovery_say_unchanged(const struct otp_subject *subject)
{
	otp_complain(_("Nothing changed: the recovery codes of %s are the same "
		       "as before."),
	    otp_escaped(subject->account).text);
}

/* check -> a code of the user's -> commit -> show the codes */
static enum otp_exit
recovery_renew_own(const struct otp_tool *tool, struct otp_account *account,
    struct otp_recovery_set *set)
{
	const struct otp_subject *subject = &account->subject;
	struct otp_change change = { .kind = OTP_CHANGE_RECOVERY };
	struct otp_overview overview;
	enum otp_exit status = otp_prove_look(tool, subject, &overview);

	if (status == OTP_EXIT_UNENROLLED)
		return otp_report(tool, subject->account, OTP_ERR_ABSENT,
		    &(const struct otp_fault){ 0 });
	if (status != OTP_EXIT_DONE)
		return status;
	if (!otp_secrets_allowed(&tool->args))
		return OTP_EXIT_USAGE;
	if (!recovery_is_meant(tool, subject, overview.recovery_left))
		return OTP_EXIT_FAILED;
	otp_say(_("Enter a code of a token, or one of your recovery codes."));
	change.proof.former = overview.active;
	status = otp_prove(tool, account, &change, NULL, set);
	if (account->committed && !recovery_show(tool, subject, set))
		status = OTP_EXIT_FAILED;
	if (status == OTP_EXIT_DONE)
		return recovery_conclude(
		    tool, subject, set, overview.recovery_left);
	if (account->committed)
		recovery_say_unsafe(subject);
	else if (account->unknown)
		otp_prove_say_unknown();
	else
		recovery_say_unchanged(subject);
	return status;
}

static bool
recovery_is_meant(const struct otp_tool *tool,
    const struct otp_subject *subject, unsigned old)
{
	return old == 0 ||
	    otp_question(&tool->args,
		ngettext("%s has %u unused recovery code; it stops working. Go "
			 "on? [y/N] ",
		    "%s has %u unused recovery codes; they stop working. Go "
		    "on? [y/N] ",
		    old),
		otp_escaped(subject->account).text, old);
}

static bool
recovery_show(const struct otp_tool *tool, const struct otp_subject *subject,
    const struct otp_recovery_set *set)
{
	if (!tool->args.json)
		otp_secrets_recovery(subject, set);
	else if (!otp_json_print(otp_secrets_json(subject, NULL, set)))
		return false;
	return otp_output_sync();
}

static enum otp_exit
recovery_commit(const struct otp_tool *tool, struct otp_account *account,
    const struct otp_recovery_set *set, unsigned old)
{
	const struct otp_subject *subject = &account->subject;
	const struct otp_owner_told told = otp_owner_note(tool, subject);
	enum otp_err err = tool->backend->recovery(account, set);

	if (account->committed && set->added)
		otp_audit("recovery-added", subject, NULL);
	else if (account->committed)
		otp_audit("recovery-renewed", subject, NULL);
	if (account->committed)
		otp_owner_tell(tool, subject, &told,
		    set->added ? "recovery codes were added"
			       : "the recovery codes were replaced");
	return err == OTP_OK ? recovery_conclude(tool, subject, set, old)
			     : recovery_failed(tool, account, err);
}

static enum otp_exit
recovery_conclude(const struct otp_tool *tool,
    const struct otp_subject *subject, const struct otp_recovery_set *set,
    unsigned old)
{
	if (tool->args.json)
		return OTP_EXIT_DONE;
	if (set->until != 0)
		otp_print_line(ngettext("It works until %s. The old recovery "
					"codes still work.",
				   "They work until %s. The old recovery codes "
				   "still work.",
				   set->count),
		    otp_when_moment(set->until).text);
	else if (set->added)
		otp_print_line(_("The old recovery codes still work."));
	else if (set->count == 0)
		otp_print_line(_("%s no longer has recovery codes."),
		    otp_escaped(subject->account).text);
	else if (old > 0)
		otp_print_line(ngettext("The %u old code no longer works.",
				   "The %u old codes no longer work.", old),
		    old);
	return OTP_EXIT_DONE;
}

static enum otp_exit
recovery_failed(const struct otp_tool *tool, const struct otp_account *account,
    enum otp_err err)
{
	const struct otp_subject *subject = &account->subject;
	enum otp_exit status =
	    otp_report(tool, subject->account, err, &account->fault);

	if (account->committed)
		recovery_say_unsafe(subject);
	else
		otp_secrets_void(&tool->args, subject);
	return status;
}

static void
recovery_say_unsafe(const struct otp_subject *subject)
{
	otp_complain(_("The new recovery codes of %s are active, but not yet "
		       "safely on disk: a crash now could undo it."),
	    otp_escaped(subject->account).text);
}
