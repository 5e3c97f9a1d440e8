/* SPDX-License-Identifier: BSD-2-Clause */
#include "command.h"
#include "common/effects/store.h"
#include "language.h"
#include "orphans.h"
#include "output.h"
#include "report.h"
#include "standing.h"
#include "subject.h"
#include "view.h"

/* On standard error, with what to do about it. */
static void
tell_problem(const struct otp_tool *tool, const struct otp_standing *standing)
{
	if (standing->problem == OTP_ERR_ABSENT)
		otp_complain(_("The seed of %s was taken away by other means: "
			       "put it back, or `otp-enroll new --replace' "
			       "makes another, `remove' ends it."),
		    otp_escaped(standing->account).text);
	else if (standing->problem != OTP_OK)
		(void)otp_report(tool, standing->account, standing->problem,
		    &standing->fault);
}

static enum otp_exit
show_one(const struct otp_tool *tool, const struct otp_subject *subject)
{
	enum otp_exit status = OTP_EXIT_FAILED;
	struct otp_fault fault = { 0 };
	struct otp_standing standing;
	struct otp_view view;
	enum otp_err err =
	    otp_view_read(&tool->host, subject->account, &view, &fault);

	if (err != OTP_OK) {
		status = otp_report(tool, subject->account, err, &fault);
		goto out;
	}
	standing = otp_standing_of(
	    &tool->host, &view, subject->account, &subject->uid);
	if (standing.problem == OTP_OK)
		status =
		    standing.enrolled ? OTP_EXIT_DONE : OTP_EXIT_UNENROLLED;
	if (tool->args.json) {
		if (!otp_json_print(otp_standing_json(&standing, &view)))
			status = OTP_EXIT_FAILED;
	} else if (status == OTP_EXIT_UNENROLLED) {
		(void)otp_report(
		    tool, subject->account, OTP_ERR_ABSENT, &fault);
	} else {
		otp_standing_print(&standing, &view);
		tell_problem(tool, &standing);
	}
out:
	otp_view_wipe(&view);
	return status;
}

struct sweep {
	const struct otp_tool *tool;
	enum otp_exit status;
	unsigned long problems; /* accounts for which no code can be right */
};

/* What went away meanwhile is not worth a word. */
static enum otp_err
visit(void *context, const char *account)
{
	struct sweep *sweep = context;
	const struct otp_tool *tool = sweep->tool;
	struct otp_fault fault = { 0 };
	struct otp_standing standing;
	struct otp_view view;
	enum otp_err err = otp_view_read(&tool->host, account, &view, &fault);

	if (err != OTP_OK) {
		sweep->status = otp_report(tool, account, err, &fault);
		otp_view_wipe(&view);
		return err == OTP_ERR_NOMEM ? err : OTP_OK;
	}
	standing = otp_standing_of(&tool->host, &view, account, NULL);
	if (standing.problem != OTP_OK)
		sweep->problems++;
	if (!tool->args.json)
		otp_standing_print_row(&standing, &view);
	else if (!otp_json_print(otp_standing_json(&standing, &view)))
		sweep->status = OTP_EXIT_FAILED;
	otp_view_wipe(&view);
	return OTP_OK;
}

static enum otp_exit
show_all(const struct otp_tool *tool)
{
	struct sweep sweep = { .tool = tool, .status = OTP_EXIT_DONE };
	struct otp_fault fault = { 0 };
	enum otp_err err;

	if (!tool->args.json)
		otp_standing_print_headings();
	err = otp_store_each(tool->host.store, visit, &sweep, &fault);
	if (err != OTP_OK)
		return otp_report(tool, NULL, err, &fault);
	if (sweep.problems == 0)
		return sweep.status;
	otp_complain(ngettext("%lu account has a problem.",
			 "%lu accounts have a problem.", sweep.problems),
	    sweep.problems);
	return OTP_EXIT_FAILED;
}

static enum otp_exit
run(const struct otp_tool *tool)
{
	struct otp_subject subject;
	enum otp_exit status;

	if (tool->args.orphans && (tool->args.all || tool->args.user != NULL)) {
		otp_complain(
		    _("--orphans is of all the store: neither --all nor "
		      "a USER."));
		return OTP_EXIT_USAGE;
	}
	if (tool->args.orphans)
		return otp_orphans_show(tool);
	if (tool->args.all && tool->args.user != NULL) {
		otp_complain(_("--all and a USER exclude each other."));
		return OTP_EXIT_USAGE;
	}
	if (tool->args.all)
		return show_all(tool);
	status = otp_subject_find(tool, &subject);
	return status == OTP_EXIT_DONE ? show_one(tool, &subject) : status;
}

const struct otp_command otp_command_status = {
	.name = "status",
	.operands = "[USER | --all | --orphans]",
	.summary = N_("show how an account stands; never a secret"),
	.help =
	    N_("  --all      every account in the store, a line each\n"
	       "  --orphans  seeds and states of accounts that are gone or "
	       "renamed\n"
	       "  --json     a JSON object for each account, a line each\n"
	       "\n"
	       "Exit status 1: no code can be right, and it says why. 3: not "
	       "enrolled.\n"),
	.user = true,
	.takes = { "all", "orphans", "json" },
	.run = run,
};
