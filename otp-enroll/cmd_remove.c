/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>

#include "common/effects/snapshot.h"
#include "common/store/store.h"
#include "otp-enroll/account/backend.h"
#include "otp-enroll/account/owner.h"
#include "otp-enroll/account/select.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/cli/audit.h"
#include "otp-enroll/cli/command.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/question.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/text.h"
#include "otp-enroll/enrol/prove.h"

static enum otp_exit remove_run(const struct otp_tool *tool);
static enum otp_exit remove_find_subject(
    const struct otp_tool *tool, struct otp_subject *ret_subject);
static bool is_gone(const char *name);
static bool find_left(
    const struct otp_tool *tool, const char *name, uint32_t *ret_uid);
static bool find_uid(
    const struct otp_tool *tool, const char *name, uint32_t *ret_uid);
static enum otp_exit remove_token(
    const struct otp_tool *tool, const struct otp_subject *subject);
static enum otp_exit remove_own(const struct otp_tool *tool,
    struct otp_account *account, const struct otp_seed *seed,
    const struct otp_select *selected);
static void remove_say_unsafe(const struct otp_subject *subject);
static enum otp_exit remove_all(
    const struct otp_tool *tool, const struct otp_subject *subject);
static bool is_invited_alone(
    const struct otp_tool *tool, const struct otp_subject *subject);
static bool remove_is_meant(
    const struct otp_tool *tool, const struct otp_subject *subject);

const struct otp_command otp_command_remove = {
	.name = "remove",
	.operands = "[USER]",
	.summary = N_("remove tokens and recovery codes"),
	.help = N_("  --token=WHICH  only this one, by its label or its number "
		   "in 'status'\n"
		   "  --purge        also delete the record of used codes and "
		   "failures\n"
		   "  --force        with --purge: also if a move of the "
		   "account was interrupted\n"
		   "  --yes          do not ask whether to go on\n"
		   "\n"
		   "The question comes on a terminal only. Without --purge, "
		   "restoring an old\n"
		   "seed file does not make used codes valid again.\n"),
	.user = true,
	.takes = { "token", "purge", "force", "yes" },
	.by_users = true,
	.users_take = { "token", "yes" },
	.run = remove_run,
};

static enum otp_exit
remove_run(const struct otp_tool *tool)
{
	struct otp_subject subject;
	enum otp_exit status;

	if (tool->args.token != NULL && tool->args.purge) {
		otp_complain(_("--purge cannot be combined with --token."));
		return OTP_EXIT_USAGE;
	}
	if (tool->args.force && !tool->args.purge) {
		otp_complain(_("--force can only be used with --purge."));
		return OTP_EXIT_USAGE;
	}
	if (tool->by_daemon && tool->args.token == NULL) {
		otp_complain(_("Say which token: --token=WHICH. The last one "
			       "cannot be removed; 'otp-enroll new --replace' "
			       "replaces it."));
		return OTP_EXIT_USAGE;
	}
	status = remove_find_subject(tool, &subject);
	if (status != OTP_EXIT_DONE)
		return status;
	return tool->args.token != NULL ? remove_token(tool, &subject)
					: remove_all(tool, &subject);
}

/* The files of an account that no longer exists can be removed, too. */
static enum otp_exit
remove_find_subject(
    const struct otp_tool *tool, struct otp_subject *ret_subject)
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

static bool
is_gone(const char *name)
{
	errno = 0;
	return getpwnam(name) == NULL && otp_subject_is_nobody(errno);
}

/* Whether the store has files of NAME, and for which uid. */
static bool
find_left(const struct otp_tool *tool, const char *name, uint32_t *ret_uid)
{
	struct otp_fault fault = { 0 };
	struct otp_snapshot snapshot;
	bool found =
	    otp_snapshot_read(&tool->host, name, &snapshot, &fault) == OTP_OK &&
	    (snapshot.seed_err != OTP_ERR_ABSENT ||
		snapshot.state_err != OTP_ERR_ABSENT);

	*ret_uid = OTP_UID_VIRTUAL;
	if (found && snapshot.state_err == OTP_OK)
		*ret_uid = snapshot.state.uid;
	otp_snapshot_wipe(&snapshot);
	return found || (tool->args.purge && find_uid(tool, name, ret_uid));
}

struct indexed {
	const char *account;
	uint32_t uid;
	bool found;
};

static enum otp_err
visit_uid(void *context, uint32_t uid, const char *account)
{
	struct indexed *indexed = context;

	if (strcmp(account, indexed->account) == 0) {
		indexed->found = true;
		indexed->uid = uid;
	}
	return OTP_OK;
}

/* Whether all that is left of NAME is its entry in the index of uids. */
static bool
find_uid(const struct otp_tool *tool, const char *name, uint32_t *ret_uid)
{
	struct indexed indexed = { .account = name };

	if (otp_store_each_uid(tool->host.store, visit_uid, &indexed, NULL) !=
		OTP_OK ||
	    !indexed.found)
		return false;
	*ret_uid = indexed.uid;
	return true;
}

static enum otp_exit
remove_token(const struct otp_tool *tool, const struct otp_subject *subject)
{
	struct otp_account account = otp_account_of(&tool->host, subject);
	struct otp_select selected = { 0 };
	struct otp_snapshot snapshot;
	const struct otp_owner_told told = otp_owner_note(tool, subject);
	enum otp_exit status =
	    otp_select_token(tool, subject, 0, &snapshot, &selected);
	const char *label = snapshot.seed.tokens[selected.index].label;
	enum otp_err err = OTP_OK;

	if (status == OTP_EXIT_DONE &&
	    !otp_question(&tool->args,
		_("The token \"%s\" of %s stops working. Go on? [y/N] "),
		otp_text_shown(label).text, otp_escaped(subject->account).text))
		status = OTP_EXIT_FAILED;
	else if (status == OTP_EXIT_DONE && tool->by_daemon)
		status = remove_own(tool, &account, &snapshot.seed, &selected);
	else if (status == OTP_EXIT_DONE)
		err = tool->backend->remove_token(&account, selected.id);
	if (account.committed && !tool->by_daemon) {
		otp_audit("removed", subject, label);
		otp_owner_tell(tool, subject, &told, "a token was removed");
	}
	if (err != OTP_OK) {
		status = otp_select_failed(tool, subject, err, &account.fault);
		if (account.committed)
			remove_say_unsafe(subject);
	} else if (status == OTP_EXIT_DONE) {
		otp_print_line(snapshot.seed.tokens_count == 1 &&
			    snapshot.seed.addresses_count == 0
			? _("Removed the last token, \"%s\": %s is no longer "
			    "enrolled.")
			: _("Removed the token \"%s\" of %s."),
		    otp_text_shown(label).text,
		    otp_escaped(subject->account).text);
	}
	otp_snapshot_wipe(&snapshot);
	return status;
}

/* With a code of the user's.  Other than OTP_EXIT_DONE: it was said why not. */
static enum otp_exit
remove_own(const struct otp_tool *tool, struct otp_account *account,
    const struct otp_seed *seed, const struct otp_select *selected)
{
	struct otp_change change = {
		.kind = OTP_CHANGE_REMOVE,
		.proof = { .former = selected->former },
		.number = selected->index,
	};
	struct otp_recovery_set none;
	enum otp_exit status;

	if (seed->tokens_count == 1) {
		otp_complain(_("The last token can be replaced, not removed: "
			       "run 'otp-enroll new --replace'."));
		return OTP_EXIT_FAILED;
	}
	otp_say(_("Enter a code of a token, or one of your recovery codes."));
	status = otp_prove(tool, account, &change, NULL, &none);
	if (status != OTP_EXIT_DONE && account->committed)
		remove_say_unsafe(&account->subject);
	else if (status != OTP_EXIT_DONE && account->unknown)
		otp_prove_say_unknown();
	else if (status != OTP_EXIT_DONE)
		otp_complain(
		    _("Nothing changed. Your existing setup still works."));
	return status;
}

static void
remove_say_unsafe(const struct otp_subject *subject)
{
	otp_complain(_("Removed, but not yet safely on disk: a crash now could "
		       "undo it. Fix the error, then check with 'otp-enroll "
		       "status %s'."),
	    otp_escaped(subject->account).text);
}

static enum otp_exit
remove_all(const struct otp_tool *tool, const struct otp_subject *subject)
{
	const bool purge = tool->args.purge;
	struct otp_account account = otp_account_of(&tool->host, subject);
	const struct otp_owner_told told = otp_owner_note(tool, subject);
	const bool invited = is_invited_alone(tool, subject);
	enum otp_exit status = OTP_EXIT_DONE;
	enum otp_err err;

	if (!remove_is_meant(tool, subject))
		return OTP_EXIT_FAILED;
	err = tool->args.force ? otp_enrol_discard(&account)
			       : otp_enrol_remove(&account, purge);
	if (account.committed || account.partly) {
		otp_audit(purge && account.committed ? "purged" : "removed",
		    subject, NULL);
		otp_owner_tell(tool, subject, &told,
		    "all tokens, recovery codes and addresses were removed");
	}
	if (err != OTP_OK) {
		status =
		    otp_report(tool, subject->account, err, &account.fault);
		if (account.committed || account.partly)
			remove_say_unsafe(subject);
	} else if (invited && !purge) {
		otp_print_line(_("The invitation of %s no longer works."),
		    otp_escaped(subject->account).text);
	} else {
		otp_print_line(purge
			? _("%s is no longer enrolled. The record of "
			    "used codes and failures was deleted.")
			: _("%s is no longer enrolled. The record of "
			    "used codes and failures was kept."),
		    otp_escaped(subject->account).text);
	}
	return status;
}

/* Whether an invitation is all that is removed. */
static bool
is_invited_alone(const struct otp_tool *tool, const struct otp_subject *subject)
{
	struct otp_fault fault = { 0 };
	struct otp_snapshot snapshot;
	const enum otp_err err =
	    otp_snapshot_read(&tool->host, subject->account, &snapshot, &fault);
	const bool alone = err == OTP_OK && snapshot.seed_err == OTP_OK &&
	    !otp_snapshot_has_seed(&snapshot) &&
	    !otp_snapshot_lost_seed(&snapshot);

	otp_snapshot_wipe(&snapshot);
	return alone;
}

/* Where there is nothing to lose, nothing is asked. */
static bool
remove_is_meant(const struct otp_tool *tool, const struct otp_subject *subject)
{
	struct otp_fault fault = { 0 };
	struct otp_snapshot snapshot;
	const enum otp_err err = tool->backend->snapshot(
	    &tool->host, subject->account, &snapshot, &fault);
	const bool no_seed = err != OTP_OK || !otp_snapshot_has_seed(&snapshot);
	const bool no_state =
	    err != OTP_OK || snapshot.state_err == OTP_ERR_ABSENT;

	otp_snapshot_wipe(&snapshot);
	if (no_seed && (no_state || !tool->args.purge))
		return true;
	return otp_question(&tool->args,
	    tool->args.purge
		? _("All tokens and recovery codes of %s stop working, and "
		    "the record of used codes is deleted. Go on? [y/N] ")
		: _("All tokens and recovery codes of %s stop working. Go on? "
		    "[y/N] "),
	    otp_escaped(subject->account).text);
}
