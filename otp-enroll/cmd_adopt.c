/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "audit.h"
#include "command.h"
#include "common/core/wipe.h"
#include "common/effects/store.h"
#include "confirm.h"
#include "language.h"
#include "output.h"
#include "report.h"
#include "secrets.h"
#include "subject.h"
#include "terminal.h"
#include "view.h"

/* What --all carries from one account to the next. */
struct sweep {
	const struct otp_tool *tool;
	enum otp_exit status;
	bool refused; /* secrets may not be shown; it was said */
};

/* A uid or a time that was mended leaves nothing to count. */
static void
tell(const struct otp_subject *subject, const struct otp_adoption *adoption)
{
	if (!adoption->changed) {
		otp_print(_("%s: nothing to take over\n"),
		    otp_escaped(subject->account).text);
		return;
	}
	if (adoption->adopted == 0 && !adoption->made)
		otp_print(_("%s: made fit again\n"),
		    otp_escaped(subject->account).text);
	else
		otp_print(ngettext("%s: %u token or recovery code taken over\n",
			      "%s: %u tokens and recovery codes taken over\n",
			      adoption->adopted),
		    otp_escaped(subject->account).text, adoption->adopted);
	if (adoption->made)
		otp_print(_("%s: a state was made\n"),
		    otp_escaped(subject->account).text);
	if (adoption->replaced)
		otp_print(_("%s: the recovery codes were replaced\n"),
		    otp_escaped(subject->account).text);
}

/* Nobody saw the new ones. */
static void
say_not_shown(const struct otp_subject *subject)
{
	otp_complain(_("`otp-enroll recovery %s' makes new recovery codes."),
	    otp_escaped(subject->account).text);
}

/* A failure behind the last step, such as a flush, takes nothing back. */
static enum otp_exit
failed(const struct otp_tool *tool, const struct otp_subject *subject,
    const struct otp_view *before, enum otp_err err,
    const struct otp_fault *fault)
{
	enum otp_exit status = otp_report(tool, subject->account, err, fault);
	struct otp_state now;

	if (otp_view_written(&tool->host, subject->account, before, &now) &&
	    now.enrolled) {
		otp_audit("adopted", subject, NULL);
		otp_complain(_("It is taken over all the same, until a crash "
			       "maybe: run this again."));
	}
	if (otp_view_renewed(&tool->host, subject->account, before))
		say_not_shown(subject);
	return status;
}

/* Recovery codes may have to be replaced, and then shown. */
static bool
is_allowed(const struct otp_tool *tool)
{
	return !tool->args.force || otp_secrets_allowed(&tool->args);
}

/* OTP_EXIT_USAGE: where secrets may not be shown. */
static enum otp_exit
adopt(const struct otp_tool *tool, const struct otp_subject *subject)
{
	struct otp_recovery_set set = { 0 };
	struct otp_adoption adoption = { 0 };
	struct otp_fault fault = { 0 };
	enum otp_exit status = OTP_EXIT_DONE;
	struct otp_view before;
	enum otp_err err =
	    otp_view_read(&tool->host, subject->account, &before, &fault);

	/* Of a seed that cannot be read, that is what there is to say. */
	if (err == OTP_OK && before.seed_err != OTP_OK) {
		err = before.seed_err;
		fault = before.seed_fault;
	}
	if (err == OTP_OK && !is_allowed(tool)) {
		otp_view_wipe(&before);
		return OTP_EXIT_USAGE;
	}
	if (err == OTP_OK)
		err = otp_enrol_adopt(&tool->host, subject, tool->args.force,
		    &adoption, &set, &fault);
	if (err != OTP_OK)
		status = failed(tool, subject, &before, err, &fault);
	otp_view_wipe(&before);
	if (err != OTP_OK)
		return status;
	if (adoption.changed)
		otp_audit("adopted", subject, NULL);
	tell(subject, &adoption);
	if (!otp_secrets_recovery(subject, &set)) {
		say_not_shown(subject);
		status = OTP_EXIT_FAILED;
	}
	otp_wipe(&set, sizeof(set));
	return status;
}

/* The first HOTP token whose counter nobody knows. */
static enum otp_err
find_lost(const struct otp_tool *tool, const struct otp_subject *subject,
    bool *ret_lost, uint8_t ret_id[OTP_ID_SIZE], char ret_label[OTP_LABEL_SIZE],
    struct otp_fault *fault)
{
	struct otp_view view;
	enum otp_err err =
	    otp_view_read(&tool->host, subject->account, &view, fault);

	if (err == OTP_OK)
		err = view.seed_err;
	*ret_lost = false;
	for (unsigned i = 0; err == OTP_OK && i < view.seed.tokens_count; i++) {
		const struct otp_token *token = &view.seed.tokens[i];
		const struct otp_credential *credential = NULL;

		if (token->kind != OTP_HOTP)
			continue;
		err = otp_view_credential(&view, token, &credential);
		if (credential == NULL || credential->value != UINT64_MAX)
			continue;
		err = otp_token_id(token, ret_id);
		*ret_lost = err == OTP_OK;
		memcpy(ret_label, token->label, OTP_LABEL_SIZE);
		break;
	}
	otp_view_wipe(&view);
	return err;
}

static enum otp_exit
resynchronise(const struct otp_tool *tool, const struct otp_subject *subject)
{
	for (unsigned tries = 0; tries < OTP_CONFIRM_TRIES;) {
		uint8_t id[OTP_ID_SIZE] = { 0 };
		char label[OTP_LABEL_SIZE];
		struct otp_fault fault = { 0 };
		enum otp_confirmed confirmed;
		bool lost = false;
		int signum = 0;
		enum otp_err err =
		    find_lost(tool, subject, &lost, id, label, &fault);

		if (err != OTP_OK)
			return otp_report(tool, subject->account, err, &fault);
		if (!lost)
			return OTP_EXIT_DONE;
		otp_say(
		    _("The counter of \"%s\" is lost; type two codes of it, "
		      "one after the other."),
		    otp_escaped(label).text);
		confirmed = otp_confirm_pair(tool, subject, id, label, &signum);
		if (confirmed == OTP_CONFIRMED_SIGNAL)
			otp_terminal_die(signum);
		if (confirmed == OTP_CONFIRMED_YES) {
			tries = 0;
			continue;
		}
		tries++;
	}
	otp_complain(_("No code of that token is right until its counter is "
		       "known: run this again."));
	return OTP_EXIT_FAILED;
}

/* What `remove' left behind is nothing to take over, whoever it was. */
static enum otp_err
visit(void *context, const char *account)
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
			status = adopt(sweep->tool, &subject);
			sweep->refused = status == OTP_EXIT_USAGE;
		}
	}
	if (status != OTP_EXIT_DONE)
		sweep->status = OTP_EXIT_FAILED;
	return OTP_OK;
}

static enum otp_exit
adopt_all(const struct otp_tool *tool)
{
	struct sweep sweep = { .tool = tool, .status = OTP_EXIT_DONE };
	struct otp_fault fault = { 0 };
	enum otp_err err =
	    otp_store_each(tool->host.store, visit, &sweep, &fault);

	if (err != OTP_OK)
		return otp_report(tool, NULL, err, &fault);
	return sweep.refused ? OTP_EXIT_USAGE : sweep.status;
}

/* What is said of an error that has two names in it. */
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
		    _("What %s had is of another uid than %s. If it is "
		      "the same person, add --force."),
		    former.text, name.text);
	else if (err == OTP_ERR_NO_STATE)
		otp_complain(_("%s has a seed alone, which was not taken over: "
			       "rename it in the store, and run `otp-enroll "
			       "adopt %s'."),
		    former.text, name.text);
	else
		return otp_report(tool, subject->account, err, fault);
	return OTP_EXIT_FAILED;
}

/* A failure behind the last step takes nothing back. */
static bool
has_seed(const struct otp_tool *tool, const struct otp_subject *subject)
{
	struct otp_store *store = NULL;
	bool has = false;
	enum otp_err err =
	    otp_store_open(tool->host.store, subject->account, &store, NULL);

	if (err == OTP_OK)
		err = otp_store_has_seed(store, &has, NULL);
	otp_store_close(store);
	return err == OTP_OK && has;
}

static enum otp_exit
adopt_former(const struct otp_tool *tool, const struct otp_subject *subject)
{
	const char *former = tool->args.from;
	struct otp_fault fault = { 0 };
	enum otp_exit status;
	enum otp_err err;

	if (strcmp(former, subject->account) == 0) {
		otp_complain(_("--from takes the former name, not the present "
			       "one."));
		return OTP_EXIT_USAGE;
	}
	status = otp_subject_former(former);
	if (status != OTP_EXIT_DONE)
		return status;
	err = otp_enrol_adopt_former(
	    &tool->host, subject, former, tool->args.force, &fault);
	if (err != OTP_OK)
		status = former_failed(tool, subject, err, &fault);
	if (err != OTP_OK &&
	    (err == OTP_ERR_EXISTS || !has_seed(tool, subject)))
		return status;
	otp_audit_former("adopted", subject, former);
	if (err != OTP_OK) {
		otp_complain(
		    _("%s has what %s had all the same; when the fault "
		      "is mended, run `otp-enroll adopt %s'."),
		    otp_escaped(subject->account).text,
		    otp_escaped(former).text,
		    otp_escaped(subject->account).text);
		return status;
	}
	otp_print(_("%s has what %s had; what was used stays used.\n"),
	    otp_escaped(subject->account).text, otp_escaped(former).text);
	return OTP_EXIT_DONE;
}

static enum otp_exit
run(const struct otp_tool *tool)
{
	const struct otp_args *args = &tool->args;
	struct otp_subject subject;
	enum otp_exit status;

	if (args->all && args->user != NULL) {
		otp_complain(_("--all and a USER exclude each other."));
		return OTP_EXIT_USAGE;
	}
	if (args->all && args->from != NULL) {
		otp_complain(_("--all and --from exclude each other."));
		return OTP_EXIT_USAGE;
	}
	if (args->all)
		return adopt_all(tool);
	status = otp_subject_find(tool, &subject);
	if (status == OTP_EXIT_DONE && args->from != NULL)
		return adopt_former(tool, &subject);
	if (status == OTP_EXIT_DONE)
		status = adopt(tool, &subject);
	if (status == OTP_EXIT_DONE && args->force)
		status = resynchronise(tool, &subject);
	return status;
}

const struct otp_command otp_command_adopt = {
	.name = "adopt",
	.operands = "[USER | --all]",
	.summary =
	    N_("take over seeds that were put into the store by other means"),
	.help = N_(
	    "  --all        every seed in the store\n"
	    "  --from=NAME  what USER had under this former name\n"
	    "  --force      also make fit again: a damaged state, one of "
	    "another uid, times\n"
	    "               ahead of the clock (set that right before). Of a "
	    "lost state no\n"
	    "               code is fresh again: recovery codes are replaced, "
	    "and two\n"
	    "               codes of a HOTP token are asked for\n"
	    "  --print      with --force: show secrets although this is no "
	    "terminal\n"),
	.user = true,
	.takes = { "all", "from", "force", "print" },
	.run = run,
};
