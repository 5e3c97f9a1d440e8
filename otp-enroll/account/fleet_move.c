/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/account/fleet_move.h"

#include <stdio.h>
#include <string.h>

#include "common/effects/move.h"
#include "common/fleet/kind.h"
#include "otp-enroll/account/fleet.h"
#include "otp-enroll/cli/audit.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"
#include "otp-enroll/cli/signals.h"
#include "places.h"

struct moving {
	struct otp_tool from; /* with the stores' places */
	struct otp_tool to;
	bool to_database;
	bool all;
	enum otp_exit status;
	unsigned count; /* of accounts that were moved */
};

static enum otp_exit move_all(struct moving *moving);
static enum otp_err move_visit(void *context, const char *account);
static enum otp_exit move_one(struct moving *moving, const char *account);
static void move_audit(const struct moving *moving, const char *account,
    const struct otp_move *move);
static enum otp_exit move_say(const struct moving *moving, const char *account,
    enum otp_move_outcome outcome);
static enum otp_exit move_say_stays(const struct moving *moving,
    const char *name, enum otp_move_outcome outcome);
static enum otp_exit move_failed(const struct moving *moving,
    const char *account, const struct otp_move *move, enum otp_err err);
static void say_what_next(const struct moving *moving);

enum otp_exit
otp_fleet_move(const struct otp_tool *tool, bool to_database)
{
	static char database[sizeof(OTP_FLEET_PREFIX) + OTP_PATH_SIZE];
	struct otp_tool files = *tool, fleet = *tool;
	struct moving moving = { .to_database = to_database,
		.all = tool->args.all,
		.status = OTP_EXIT_DONE };
	enum otp_exit status;

	otp_signals_outlive_reader();
	if ((size_t)snprintf(database, sizeof(database), "%s%s",
		OTP_FLEET_PREFIX, otp_fleet_path(tool)) >= sizeof(database)) {
		otp_complain(_("--file is too long."));
		return OTP_EXIT_USAGE;
	}
	if (!otp_place_is_folder(tool->options.store))
		files.host.store.folder = OTP_STORE_DIR;
	fleet.host.store.folder = database;
	status = otp_fleet_load(&fleet);
	if (status != OTP_EXIT_DONE)
		return status;
	moving.from = to_database ? files : fleet;
	moving.to = to_database ? fleet : files;
	status = moving.all ? move_all(&moving)
			    : move_one(&moving, tool->args.account);
	if (moving.count > 0)
		say_what_next(&moving);
	return status;
}

static enum otp_exit
move_all(struct moving *moving)
{
	struct otp_fault fault = { 0 };
	enum otp_err err =
	    otp_store_each(moving->from.host.store, move_visit, moving, &fault);

	if (err != OTP_OK)
		return otp_report(&moving->from, NULL, err, &fault);
	if (moving->count == 0 && moving->status == OTP_EXIT_DONE)
		otp_print_line(_("There is no account to move."));
	return moving->status;
}

static enum otp_err
move_visit(void *context, const char *account)
{
	struct moving *moving = context;

	if (move_one(moving, account) != OTP_EXIT_DONE)
		moving->status = OTP_EXIT_FAILED;
	return OTP_OK;
}

/* A signal ends the tool before or after an account, not within. */
static enum otp_exit
move_one(struct moving *moving, const char *account)
{
	const struct otp_host *host = &moving->from.host;
	struct otp_move move = { .from = host->store,
		.to = moving->to.host.store };
	enum otp_exit status;
	sigset_t before;
	enum otp_err err;

	otp_signals_block(&before);
	err = host->sys->time(host->sys->context, &move.now);
	if (err == OTP_OK)
		err = host->sys->random(
		    host->sys->context, move.id, sizeof(move.id));
	if (err == OTP_OK)
		err = otp_move_account(&move, account);
	if (move.begun || move.outcome >= OTP_MOVE_DONE)
		move_audit(moving, account, &move);
	if (err == OTP_OK && move.outcome >= OTP_MOVE_DONE)
		moving->count++;
	status = err == OTP_OK ? move_say(moving, account, move.outcome)
			       : move_failed(moving, account, &move, err);
	otp_signals_unblock(&before);
	return status;
}

static void
move_audit(const struct moving *moving, const char *account,
    const struct otp_move *move)
{
	struct otp_subject subject = { .uid = move->uid };

	(void)snprintf(subject.account, sizeof(subject.account), "%s", account);
	otp_audit(moving->to_database ? "fleet-imported" : "fleet-exported",
	    &subject, NULL);
}

/* Of all accounts, those that stay where they are are no failure. */
static enum otp_exit
move_say(const struct moving *moving, const char *account,
    enum otp_move_outcome outcome)
{
	const struct otp_escaped name = otp_escaped(account);

	switch (outcome) {
	case OTP_MOVE_NOTHING:
		if (moving->all)
			return OTP_EXIT_DONE;
		otp_complain(moving->to_database
			? _("%s is not in this host's files.")
			: _("%s is not in the database."),
		    name.text);
		return OTP_EXIT_UNENROLLED;
	case OTP_MOVE_ROOT:
	case OTP_MOVE_ELSEWHERE:
	case OTP_MOVE_UNFINISHED:
		return move_say_stays(moving, name.text, outcome);
	case OTP_MOVE_DONE:
		otp_print_line(moving->to_database
			? _("%s is in the database now.")
			: _("%s is in this host's files now."),
		    name.text);
		break;
	case OTP_MOVE_MERGED:
		otp_print_line(_("%s was there already, with the same tokens. "
				 "Codes that were used in either place are "
				 "used; the recovery codes there stay."),
		    name.text);
		break;
	case OTP_MOVE_FINISHED:
		otp_print_line(_("%s was moved before; what was left of it was "
				 "removed."),
		    name.text);
		break;
	}
	return OTP_EXIT_DONE;
}

/* Why nothing was moved. */
static enum otp_exit
move_say_stays(const struct moving *moving, const char *name,
    enum otp_move_outcome outcome)
{
	if (outcome == OTP_MOVE_ROOT)
		otp_complain(_("%s has the uid 0, and so is always in each "
			       "host's own files. It was not moved."),
		    name);
	else if (outcome == OTP_MOVE_ELSEWHERE)
		otp_complain(moving->to_database
			? _("%s has no tokens in this host's files, and was "
			    "moved from the database to another host. Nothing "
			    "was moved. If the account is on no other host "
			    "either, remove it from the database, with "
			    "'otp-enroll remove --purge %s', then run this "
			    "again.")
			: _("%s has no tokens in the database, and was moved "
			    "from this host's files to another database. "
			    "Nothing was moved. If the account is in no other "
			    "database, remove it from this host's files, with "
			    "'otp-enroll remove --purge %s', then run this "
			    "again."),
		    name, name);
	else
		otp_complain(moving->to_database
			? _("%s has no tokens in this host's files, and a move "
			    "of the account was interrupted in the database. "
			    "Nothing was moved. Run 'otp-enroll fleet export "
			    "%s' first, then this again.")
			: _("%s has no tokens in the database, and a move of "
			    "the account was interrupted in this host's files. "
			    "Nothing was moved. Run 'otp-enroll fleet import "
			    "%s' first, then this again."),
		    name, name);
	return moving->all && outcome != OTP_MOVE_UNFINISHED ? OTP_EXIT_DONE
							     : OTP_EXIT_FAILED;
}

static enum otp_exit
move_failed(const struct moving *moving, const char *account,
    const struct otp_move *move, enum otp_err err)
{
	const struct otp_escaped name = otp_escaped(account);

	if (err == OTP_ERR_EXISTS)
		otp_complain(
		    _("%s is there already, with other tokens. Nothing "
		      "was moved. Remove the account from the place "
		      "that is wrong, with 'otp-enroll remove %s'."),
		    name.text, name.text);
	else if (err == OTP_ERR_UID &&
	    move->fault.detail == OTP_DETAIL_OTHER_UID)
		otp_complain(_("%s has another uid there. Nothing was moved. "
			       "Hosts that share accounts must give a user "
			       "the same uid."),
		    name.text);
	else if (err == OTP_ERR_MOVED)
		otp_complain(
		    _("%s was moved before, and the account is not there any "
		      "more. What is left is older and works nowhere. Remove "
		      "it, with 'otp-enroll remove --purge --force %s', and "
		      "enroll the user again."),
		    name.text, name.text);
	else
		(void)otp_report(move->in_target ? &moving->to : &moving->from,
		    account, err, &move->fault);
	if (move->begun)
		otp_complain(
		    _("The move of %s has begun, and no code of theirs "
		      "may be accepted until it ends. Fix the error, "
		      "then run this again."),
		    name.text);
	return OTP_EXIT_FAILED;
}

/* Until then this host refuses those whose accounts were moved. */
static void
say_what_next(const struct moving *moving)
{
	const char *store = moving->to.options.store;

	if (strcmp(store, moving->to.host.store.folder) != 0)
		otp_say(_("Now let pam_otp.conf(5) say 'store = %s'. Until "
			  "then this host refuses these users."),
		    otp_escaped(moving->to.host.store.folder).text);
}
