/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/account/orphans.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "common/store/store.h"
#include "common/effects/snapshot.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"

struct orphan {
	const char *user;
	const char *kind; /* "gone", "renamed", "uid"; NULL = no orphan */
	bool enrolled;	  /* there is a seed */
	bool uid_known;	  /* the state has a uid: */
	uint32_t uid;
	char account[OTP_ACCOUNT_SIZE]; /* whose it is now, "" = no account's */
};

struct sweep {
	const struct otp_tool *tool;
	enum otp_exit status;
	unsigned long orphans;
};

static bool
check_database(int errnum)
{
	if (otp_subject_is_nobody(errnum))
		return true;
	otp_complain(
	    _("The user database cannot be read: %s."), strerror(errnum));
	return false;
}

static void
take_account(const struct passwd *entry, struct orphan *orphan)
{
	(void)snprintf(
	    orphan->account, sizeof(orphan->account), "%s", entry->pw_name);
}

/*
 * No account has that name; one may have that uid.  False: the user database
 * does not answer, and it was said.
 */
static bool
orphan_find_owner(struct orphan *orphan)
{
	const struct passwd *entry = NULL;

	orphan->kind = "gone";
	if (!orphan->uid_known)
		return true;
	errno = 0;
	entry = getpwuid(orphan->uid);
	if (entry == NULL)
		return check_database(errno);
	orphan->kind = "renamed";
	take_account(entry, orphan);
	return true;
}

/* False: the user database does not answer, and it was said. */
static bool
orphan_judge(struct orphan *orphan)
{
	const struct passwd *entry;

	errno = 0;
	entry = getpwnam(orphan->user);
	if (entry == NULL)
		return check_database(errno) && orphan_find_owner(orphan);
	if (strcmp(entry->pw_name, orphan->user) != 0)
		orphan->kind = "renamed";
	else if (orphan->uid_known && orphan->uid != entry->pw_uid)
		orphan->kind = "uid";
	take_account(entry, orphan);
	return true;
}

static json_t *
orphan_json(const struct orphan *orphan)
{
	return json_pack("{s:o, s:s, s:b, s:o, s:o}", "user",
	    otp_json_text(orphan->user), "orphan", orphan->kind, "enrolled",
	    orphan->enrolled, "uid",
	    orphan->uid_known ? json_integer(orphan->uid) : json_null(),
	    "account", otp_json_text(orphan->account));
}

static void
orphan_print(const struct orphan *orphan)
{
	const char *enrolled = _("enrolled");
	const char *unenrolled = _("not enrolled");

	otp_print_column(otp_escaped(orphan->user).text, -20, "  ");
	otp_print_column(orphan->enrolled ? enrolled : unenrolled,
	    -otp_wider(otp_width(enrolled), otp_width(unenrolled)), "  ");
	if (strcmp(orphan->kind, "gone") == 0)
		otp_print(_("no account has that name\n"));
	else if (strcmp(orphan->kind, "renamed") == 0)
		otp_print(_("the account is %s now\n"),
		    otp_escaped(orphan->account).text);
	else
		otp_print(_("the account no longer has the uid %lu\n"),
		    (unsigned long)orphan->uid);
}

static bool
orphan_read(
    const struct otp_tool *tool, const char *account, struct orphan *orphan)
{
	struct otp_fault fault = { 0 };
	struct otp_snapshot snapshot;
	enum otp_err err =
	    otp_snapshot_read(&tool->host, account, &snapshot, &fault);

	if (err == OTP_OK) {
		orphan->enrolled = snapshot.seed_err != OTP_ERR_ABSENT;
		/* A virtual user's uid belongs to no account. */
		orphan->uid_known = snapshot.state_err == OTP_OK &&
		    snapshot.state.uid != OTP_UID_VIRTUAL;
		orphan->uid = snapshot.state.uid;
	} else {
		(void)otp_report(tool, account, err, &fault);
	}
	otp_snapshot_wipe(&snapshot);
	return err == OTP_OK;
}

static enum otp_err
orphans_visit(void *context, const char *account)
{
	struct sweep *sweep = context;
	struct orphan orphan = { .user = account };

	if (!orphan_read(sweep->tool, account, &orphan) ||
	    !orphan_judge(&orphan)) {
		sweep->status = OTP_EXIT_FAILED;
		return OTP_OK;
	}
	if (orphan.kind == NULL)
		return OTP_OK;
	sweep->orphans++;
	if (!sweep->tool->args.json)
		orphan_print(&orphan);
	else if (!otp_json_print(orphan_json(&orphan)))
		sweep->status = OTP_EXIT_FAILED;
	return OTP_OK;
}

enum otp_exit
otp_orphans_show(const struct otp_tool *tool)
{
	struct sweep sweep = { .tool = tool, .status = OTP_EXIT_DONE };
	struct otp_fault fault = { 0 };
	enum otp_err err;

	if (tool->options.virtual_users) {
		otp_complain(
		    _("With 'virtual_users', names in the store need not be "
		      "accounts of this host, so orphans cannot be "
		      "found."));
		return OTP_EXIT_FAILED;
	}
	err = otp_store_each(tool->host.store, orphans_visit, &sweep, &fault);
	if (err != OTP_OK)
		return otp_report(tool, NULL, err, &fault);
	if (sweep.orphans == 0 && sweep.status == OTP_EXIT_DONE &&
	    !tool->args.json)
		otp_print(
		    _("Every name in the store belongs to an account.\n"));
	return sweep.status;
}
