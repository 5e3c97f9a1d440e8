/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/store/store.h"
#include "otp-enroll/account/backend.h"
#include "otp-enroll/account/orphans.h"
#include "otp-enroll/account/status.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/cli/command.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"

struct sweep {
	const struct otp_tool *tool;
	enum otp_exit status;
	unsigned long problems; /* accounts of which no code is accepted */
};

static enum otp_exit status_run(const struct otp_tool *tool);
static enum otp_exit status_show_all(const struct otp_tool *tool);
static enum otp_err status_visit(void *context, const char *name);
static void status_show_row(
    struct sweep *sweep, const char *name, const struct otp_overview *overview);
static enum otp_exit status_show_one(
    const struct otp_tool *tool, const struct otp_subject *subject);
static void status_say_problem(const struct otp_tool *tool,
    const struct otp_subject *subject, const struct otp_overview *overview);

const struct otp_command otp_command_status = {
	.name = "status",
	.operands = "[USER | --all | --exempt | --invited]",
	.summary = N_("show an account's status (no secrets)"),
	.help =
	    N_("  --all      every account in the store, one per line\n"
	       "  --exempt   accounts with an exemption, and when it ends or "
	       "ended\n"
	       "  --invited  accounts with an invitation, and when it ends or "
	       "ended\n"
	       "  --orphans  seed and state files of accounts that no "
	       "longer exist or were\n"
	       "             renamed\n"
	       "  --json     one JSON object per account, one per line\n"
	       "\n"
	       "Exit status: 1 if no code is accepted (the output says "
	       "why), 3 not enrolled.\n"),
	.user = true,
	.takes = { "all", "exempt", "invited", "orphans", "json" },
	.by_users = true,
	.users_take = { "json" },
	.run = status_run,
};

static enum otp_exit
status_run(const struct otp_tool *tool)
{
	const struct otp_args *args = &tool->args;
	struct otp_subject subject;
	enum otp_exit status;

	if (args->orphans + args->all + args->exempt + args->invited +
		(args->user != NULL) >
	    1) {
		otp_complain(_("Give only one of --all, --exempt, --invited, "
			       "--orphans and a user name."));
		return OTP_EXIT_USAGE;
	}
	if (args->json)
		otp_i18n_end();
	if (args->orphans)
		return otp_orphans_show(tool);
	if (args->all || args->exempt || args->invited)
		return status_show_all(tool);
	status = otp_subject_find(tool, &subject);
	return status == OTP_EXIT_DONE ? status_show_one(tool, &subject)
				       : status;
}

static enum otp_exit
status_show_all(const struct otp_tool *tool)
{
	struct sweep sweep = { .tool = tool, .status = OTP_EXIT_DONE };
	struct otp_fault fault = { 0 };
	enum otp_err err;

	if (!tool->args.json && tool->args.all)
		otp_status_print_headings();
	err = otp_store_each(tool->host.store, status_visit, &sweep, &fault);
	if (err != OTP_OK)
		return otp_report(tool, NULL, err, &fault);
	if (sweep.problems == 0)
		return sweep.status;
	otp_complain(ngettext("%lu account has a problem.",
			 "%lu accounts have a problem.", sweep.problems),
	    sweep.problems);
	return OTP_EXIT_FAILED;
}

/* Accounts that were removed in the meantime are skipped. */
static enum otp_err
status_visit(void *context, const char *name)
{
	struct sweep *sweep = context;
	const struct otp_tool *tool = sweep->tool;
	struct otp_fault fault = { 0 };
	struct otp_overview overview;
	struct otp_snapshot snapshot;
	enum otp_err err =
	    otp_snapshot_read(&tool->host, name, &snapshot, &fault);

	if (err != OTP_OK) {
		sweep->status = otp_report(tool, name, err, &fault);
		otp_snapshot_wipe(&snapshot);
		return err == OTP_ERR_NOMEM ? err : OTP_OK;
	}
	otp_overview_of(&tool->host, &snapshot, NULL, &overview);
	if (tool->args.all ||
	    (tool->args.exempt && overview.exemption.until != 0) ||
	    (tool->args.invited && overview.invited))
		status_show_row(sweep, name, &overview);
	otp_snapshot_wipe(&snapshot);
	return OTP_OK;
}

static void
status_show_row(
    struct sweep *sweep, const char *name, const struct otp_overview *overview)
{
	const struct otp_args *args = &sweep->tool->args;

	if (overview->problem != OTP_OK)
		sweep->problems++;
	if (args->json) {
		if (!otp_json_print(otp_status_json(name, overview)))
			sweep->status = OTP_EXIT_FAILED;
	} else if (args->invited) {
		otp_status_print_invitation(name, overview);
	} else if (args->exempt) {
		otp_status_print_exemption(name, overview);
	} else {
		otp_status_print_row(name, overview);
	}
}

static enum otp_exit
status_show_one(const struct otp_tool *tool, const struct otp_subject *subject)
{
	enum otp_exit status = OTP_EXIT_FAILED;
	struct otp_fault fault = { 0 };
	struct otp_overview overview;
	enum otp_err err =
	    tool->backend->overview(tool, subject, &overview, &fault);

	if (err != OTP_OK)
		return otp_report(tool, subject->account, err, &fault);
	if (overview.problem == OTP_OK)
		status =
		    overview.enrolled ? OTP_EXIT_DONE : OTP_EXIT_UNENROLLED;
	if (tool->args.json) {
		if (!otp_json_print(
			otp_status_json(subject->account, &overview)))
			status = OTP_EXIT_FAILED;
		return status;
	}
	if (status != OTP_EXIT_UNENROLLED || overview.suspended ||
	    overview.exempt || overview.invited)
		otp_status_print(subject->account, &overview);
	if (status == OTP_EXIT_UNENROLLED)
		(void)otp_report(
		    tool, subject->account, OTP_ERR_ABSENT, &fault);
	status_say_problem(tool, subject, &overview);
	return status;
}

/* On standard error, with advice. */
static void
status_say_problem(const struct otp_tool *tool,
    const struct otp_subject *subject, const struct otp_overview *overview)
{
	if (overview->problem == OTP_ERR_ABSENT)
		otp_complain(_("Something else removed the seed file of %s. "
			       "Restore it, or run 'otp-enroll new --replace' "
			       "or 'otp-enroll remove'."),
		    otp_escaped(subject->account).text);
	else if (overview->problem != OTP_OK)
		(void)otp_report(tool, subject->account, overview->problem,
		    &overview->fault);
}
