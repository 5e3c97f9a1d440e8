/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "common/core/wipe.h"
#include "common/store/store.h"
#include "common/effects/snapshot.h"
#include "otp-enroll/account/owner.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/cli/audit.h"
#include "otp-enroll/cli/command.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/signals.h"
#include "otp-enroll/cli/text.h"
#include "otp-enroll/enrol/confirm.h"
#include "otp-enroll/enrol/secrets.h"

/* What --all keeps from one account to the next. */
struct sweep {
	const struct otp_tool *tool;
	enum otp_exit status;
	bool refused; /* secrets may not be shown; it was said */
};

static enum otp_exit adopt_run(const struct otp_tool *tool);
static enum otp_exit adopt_all(const struct otp_tool *tool);
static enum otp_err adopt_visit(void *context, const char *account);
static enum otp_exit adopt_one(
    const struct otp_tool *tool, const struct otp_subject *subject);
static bool adopt_is_allowed(const struct otp_tool *tool);
static enum otp_exit adopt_put(const struct otp_tool *tool,
    struct otp_account *account, const struct otp_recovery_set *set);
static enum otp_exit adopt_commit(const struct otp_tool *tool,
    struct otp_account *account, const struct otp_recovery_set *set);
static enum otp_exit adopt_failed(const struct otp_tool *tool,
    const struct otp_account *account, bool shown, enum otp_err err);
static void adopt_tell(const struct otp_tool *tool,
    const struct otp_subject *subject, const char *change);
static void adopt_print(
    const struct otp_subject *subject, const struct otp_adoption *adoption);
static enum otp_exit adopt_former(
    const struct otp_tool *tool, const struct otp_subject *subject);
static enum otp_exit former_failed(const struct otp_tool *tool,
    const struct otp_subject *subject, enum otp_err err,
    const struct otp_fault *fault);
static void adopt_say_doubtful(const struct otp_subject *);
static enum otp_exit adopt_resync(
    const struct otp_tool *tool, const struct otp_subject *subject);
static enum otp_err find_lost_counter(const struct otp_tool *tool,
    const struct otp_subject *subject, bool *ret_lost,
    uint8_t ret_id[OTP_ID_SIZE], char ret_label[OTP_LABEL_SIZE],
    struct otp_fault *fault);

const struct otp_command otp_command_adopt = {
	.name = "adopt",
	.operands = "[USER | --all]",
	.summary =
	    N_("accept seed files that something else put into the store"),
	.help = N_("  --all        every seed file in the store\n"
		   "  --from=NAME  move what USER had under this former name\n"
		   "  --force      also repair a damaged or missing state, one "
		   "of another uid, and\n"
		   "               times ahead of the clock (set the clock "
		   "right first). No used\n"
		   "               code becomes valid again: recovery codes "
		   "are replaced, and two\n"
		   "               codes of an HOTP token are asked for\n"
		   "  --notify     send a notice to users who have an address\n"
		   "  --print      with --force: show secrets even if this is "
		   "not a terminal\n"),
	.user = true,
	.takes = { "all", "from", "force", "notify", "print" },
	.run = adopt_run,
};

static enum otp_exit
adopt_run(const struct otp_tool *tool)
{
	const struct otp_args *args = &tool->args;
	struct otp_subject subject;
	enum otp_exit status;

	otp_signals_outlive_reader();
	if (args->all && args->user != NULL) {
		otp_complain(_("--all cannot be combined with a user name."));
		return OTP_EXIT_USAGE;
	}
	if (args->all && args->from != NULL) {
		otp_complain(_("--all cannot be combined with --from."));
		return OTP_EXIT_USAGE;
	}
	if (args->all)
		return adopt_all(tool);
	status = otp_subject_find(tool, &subject);
	if (status == OTP_EXIT_DONE && args->from != NULL)
		return adopt_former(tool, &subject);
	if (status == OTP_EXIT_DONE)
		status = adopt_one(tool, &subject);
	if (status == OTP_EXIT_DONE && args->force)
		status = adopt_resync(tool, &subject);
	return status;
}

static enum otp_exit
adopt_all(const struct otp_tool *tool)
{
	struct sweep sweep = { .tool = tool, .status = OTP_EXIT_DONE };
	struct otp_fault fault = { 0 };
	enum otp_err err =
	    otp_store_each(tool->host.store, adopt_visit, &sweep, &fault);

	if (err != OTP_OK)
		return otp_report(tool, NULL, err, &fault);
	return sweep.refused ? OTP_EXIT_USAGE : sweep.status;
}

/* An account that was removed has nothing to adopt. */
static enum otp_err
adopt_visit(void *context, const char *account)
{
	struct sweep *sweep = context;
	struct otp_store *store = NULL;
	struct otp_fault fault = { 0 };
	struct otp_subject subject;
	bool has_seed = false;
	enum otp_exit status = OTP_EXIT_DONE;
	enum otp_err err =
	    otp_store_open(sweep->tool->host.store, account, &store, &fault);

	if (err == OTP_OK)
		err = otp_store_has_seed(store, &has_seed, &fault);
	otp_store_close(store);
	if (err != OTP_OK) {
		status = otp_report(sweep->tool, account, err, &fault);
	} else if (has_seed && !sweep->refused) {
		status = otp_subject_named(sweep->tool, account, &subject);
		if (status == OTP_EXIT_DONE) {
			status = adopt_one(sweep->tool, &subject);
			sweep->refused = status == OTP_EXIT_USAGE;
		}
	}
	if (status != OTP_EXIT_DONE)
		sweep->status = OTP_EXIT_FAILED;
	return OTP_OK;
}

/* OTP_EXIT_USAGE: secrets may not be shown. */
static enum otp_exit
adopt_one(const struct otp_tool *tool, const struct otp_subject *subject)
{
	struct otp_recovery_set set = { 0 };
	struct otp_account account = otp_account_of(&tool->host, subject);
	enum otp_exit status;
	struct otp_snapshot before;
	unsigned count = 0;
	enum otp_err err = otp_snapshot_read(
	    &tool->host, subject->account, &before, &account.fault);

	/* A seed that cannot be read is the error to report. */
	if (err == OTP_OK)
		err = otp_snapshot_seed_err(&before, &account.fault);
	if (err == OTP_OK && tool->args.force)
		count = otp_enrol_adopt_count(&before);
	otp_snapshot_wipe(&before);
	if (err == OTP_OK && !adopt_is_allowed(tool))
		return OTP_EXIT_USAGE;
	if (err == OTP_OK)
		err = otp_enrol_make_set(&account, count, &set);
	status = err == OTP_OK ? adopt_put(tool, &account, &set)
			       : adopt_failed(tool, &account, false, err);
	otp_wipe(&set, sizeof(set));
	return status;
}

/* Recovery codes may have to be replaced, and then shown. */
static bool
adopt_is_allowed(const struct otp_tool *tool)
{
	return !tool->args.force || otp_secrets_allowed(&tool->args);
}

/* New recovery codes are shown before they are active. */
static enum otp_exit
adopt_put(const struct otp_tool *tool, struct otp_account *account,
    const struct otp_recovery_set *set)
{
	enum otp_exit status = OTP_EXIT_FAILED;
	sigset_t before;

	/* A signal takes effect before or after both. */
	otp_signals_block(&before);
	otp_secrets_recovery(&account->subject, set);
	if (set->count == 0 || otp_output_sync())
		status = adopt_commit(tool, account, set);
	else
		otp_complain(_("%s: nothing was adopted."),
		    otp_escaped(account->subject.account).text);
	otp_signals_unblock(&before);
	return status;
}

static enum otp_exit
adopt_commit(const struct otp_tool *tool, struct otp_account *account,
    const struct otp_recovery_set *set)
{
	struct otp_adoption adoption = { 0 };
	enum otp_err err =
	    otp_enrol_adopt(account, tool->args.force, set, &adoption);

	if (err != OTP_OK)
		return adopt_failed(tool, account, set->count > 0, err);
	if (adoption.changed) {
		otp_audit("adopted", &account->subject, NULL);
		adopt_tell(tool, &account->subject,
		    adoption.replaced
			? "the recovery codes were replaced"
			: "tokens or recovery codes were adopted");
	}
	adopt_print(&account->subject, &adoption);
	if (account->doubtful > 0 && !tool->args.force)
		adopt_say_doubtful(&account->subject);
	return OTP_EXIT_DONE;
}

static void
adopt_say_doubtful(const struct otp_subject *subject)
{
	const struct otp_escaped name = otp_escaped(subject->account);

	otp_complain(_("%s: the state file has forgotten some credentials, and "
		       "may have known these. Their codes count as used: run "
		       "'otp-enroll resync %s' for an HOTP token, and "
		       "'otp-enroll recovery %s' for new recovery codes."),
	    name.text, name.text, name.text);
}

/* SHOWN: there were recovery codes, which are active only if 'committed'. */
static enum otp_exit
adopt_failed(const struct otp_tool *tool, const struct otp_account *account,
    bool shown, enum otp_err err)
{
	const struct otp_subject *subject = &account->subject;
	enum otp_exit status =
	    otp_report(tool, subject->account, err, &account->fault);

	if (account->committed || account->partly) {
		otp_audit("adopted", subject, NULL);
		adopt_tell(
		    tool, subject, "tokens or recovery codes were adopted");
		otp_complain(_("Adopted, but not yet safely on disk: a crash "
			       "now could undo it. Run this again."));
	}
	if (shown && !account->committed)
		otp_secrets_void(&tool->args, subject);
	return status;
}

/* The addresses are those of the seed, which stays. */
static void
adopt_tell(const struct otp_tool *tool, const struct otp_subject *subject,
    const char *change)
{
	const struct otp_owner_told none = { 0 };

	if (tool->args.notify)
		otp_owner_tell(tool, subject, &none, change);
}

/* Where only a uid or a time was repaired, nothing was adopted. */
static void
adopt_print(
    const struct otp_subject *subject, const struct otp_adoption *adoption)
{
	if (!adoption->changed) {
		otp_print(_("%s: nothing to adopt\n"),
		    otp_escaped(subject->account).text);
		return;
	}
	if (adoption->adopted == 0 && !adoption->made)
		otp_print(
		    _("%s: repaired\n"), otp_escaped(subject->account).text);
	else
		otp_print(
		    ngettext("%s: %u credential adopted\n",
			"%s: %u credentials adopted\n", adoption->adopted),
		    otp_escaped(subject->account).text, adoption->adopted);
	if (adoption->made)
		otp_print(_("%s: new state created\n"),
		    otp_escaped(subject->account).text);
	if (adoption->replaced)
		otp_print(_("%s: recovery codes replaced\n"),
		    otp_escaped(subject->account).text);
}

static enum otp_exit
adopt_former(const struct otp_tool *tool, const struct otp_subject *subject)
{
	const char *former = tool->args.from;
	struct otp_account account = otp_account_of(&tool->host, subject);
	enum otp_exit status;
	enum otp_err err;

	if (strcmp(former, subject->account) == 0) {
		otp_complain(_("--from takes the former name of the user, not "
			       "the current one."));
		return OTP_EXIT_USAGE;
	}
	status = otp_subject_former(former);
	if (status != OTP_EXIT_DONE)
		return status;
	err = otp_enrol_rename(&account, former, tool->args.force);
	if (err != OTP_OK)
		status = former_failed(tool, subject, err, &account.fault);
	if (!account.committed)
		return status;
	otp_audit_former("adopted", subject, former);
	adopt_tell(tool, subject, "the tokens of a former name were adopted");
	if (err != OTP_OK) {
		otp_complain(
		    _("%s has the tokens of %s, but they may not be safely on "
		      "disk. Fix the error, then run 'otp-enroll adopt %s'."),
		    otp_escaped(subject->account).text,
		    otp_escaped(former).text,
		    otp_escaped(subject->account).text);
		return status;
	}
	otp_print(_("%s now has the tokens of %s. Codes already used stay "
		    "invalid.\n"),
	    otp_escaped(subject->account).text, otp_escaped(former).text);
	return OTP_EXIT_DONE;
}

/* Errors that are about two names. */
static enum otp_exit
former_failed(const struct otp_tool *tool, const struct otp_subject *subject,
    enum otp_err err, const struct otp_fault *fault)
{
	const struct otp_escaped former = otp_escaped(tool->args.from);
	const struct otp_escaped name = otp_escaped(subject->account);

	if (err == OTP_ERR_ABSENT)
		return otp_report(tool, tool->args.from, err, fault);
	if (err == OTP_ERR_UID)
		otp_complain(
		    _("The state file of %s has a different uid than %s now "
		      "has. If both are the same person, add --force."),
		    former.text, name.text);
	else if (err == OTP_ERR_NO_STATE)
		otp_complain(_("%s has only a seed file, which was never "
			       "adopted. Rename that file in the store, then "
			       "run 'otp-enroll adopt %s'."),
		    former.text, name.text);
	else
		return otp_report(tool, subject->account, err, fault);
	return OTP_EXIT_FAILED;
}

static enum otp_exit
adopt_resync(const struct otp_tool *tool, const struct otp_subject *subject)
{
	for (unsigned tries = 0; tries < OTP_CONFIRM_TRIES;) {
		struct otp_select selected = { 0 };
		char label[OTP_LABEL_SIZE];
		struct otp_fault fault = { 0 };
		enum otp_confirmed confirmed;
		bool lost = false;
		enum otp_err err = find_lost_counter(
		    tool, subject, &lost, selected.id, label, &fault);

		if (err != OTP_OK)
			return otp_report(tool, subject->account, err, &fault);
		if (!lost)
			return OTP_EXIT_DONE;
		otp_say(_("The counter of \"%s\" is unknown. Enter two "
			  "consecutive codes of that device."),
		    otp_text_shown(label).text);
		confirmed = otp_confirm_pair(tool, subject, &selected, label);
		if (confirmed == OTP_CONFIRMED_NOT_ASKED)
			break;
		if (confirmed == OTP_CONFIRMED_YES) {
			tries = 0;
			continue;
		}
		tries++;
	}
	otp_complain(_("No code of that token is accepted until its counter is "
		       "known. Run this again."));
	return OTP_EXIT_FAILED;
}

/* Finds the first HOTP token whose counter is unknown. */
static enum otp_err
find_lost_counter(const struct otp_tool *tool,
    const struct otp_subject *subject, bool *ret_lost,
    uint8_t ret_id[OTP_ID_SIZE], char ret_label[OTP_LABEL_SIZE],
    struct otp_fault *fault)
{
	struct otp_snapshot snapshot;
	unsigned count;
	enum otp_err err =
	    otp_snapshot_read(&tool->host, subject->account, &snapshot, fault);

	if (err == OTP_OK)
		err = snapshot.seed_err;
	*ret_lost = false;
	count = err == OTP_OK ? snapshot.seed.tokens_count : 0;
	for (unsigned i = 0; err == OTP_OK && i < count; i++) {
		const struct otp_token *token = &snapshot.seed.tokens[i];
		const struct otp_credential *credential = NULL;

		if (token->kind != OTP_HOTP)
			continue;
		err = otp_snapshot_credential(&snapshot, token, &credential);
		if (credential == NULL || credential->value != UINT64_MAX)
			continue;
		err = otp_token_id(token, ret_id);
		*ret_lost = err == OTP_OK;
		memcpy(ret_label, token->label, OTP_LABEL_SIZE);
		break;
	}
	otp_snapshot_wipe(&snapshot);
	return err;
}
