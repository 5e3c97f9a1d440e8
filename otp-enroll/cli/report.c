/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/cli/report.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/core/options.h"
#include "otp-enroll/cli/fault.h"
#include "otp-enroll/cli/fill.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/suggest.h"

#define OPTIONS_MAX 32 /* as options.c has it */

static bool is_not_ours(const struct otp_tool *tool, const char *user);
static void report_other_name(const char *user, const struct otp_fault *fault);
static void make_absolute(struct otp_fault *fault, const char *store);
static void complain(
    const char *user, enum otp_err err, const struct otp_fault *fault);
static void add_suggestion(
    struct otp_reported *reported, const struct otp_fault *fault);
static void add_place(
    struct otp_reported *reported, const char *where, unsigned line);
static void add(struct otp_reported *reported, const char *text);
static void report_sends(unsigned long within);

enum otp_exit
otp_report(const struct otp_tool *tool, const char *user, enum otp_err err,
    const struct otp_fault *fault)
{
	const char *name = user != NULL ? user : "";
	struct otp_fault known = { 0 };

	if (err == OTP_ERR_EXISTS) {
		otp_complain(_("%s is already enrolled. Use --add for another "
			       "device, or --replace to start over."),
		    otp_escaped(name).text);
		return OTP_EXIT_ENROLLED;
	}
	if (err == OTP_ERR_ABSENT) {
		otp_complain(_("%s is not enrolled."), otp_escaped(name).text);
		return OTP_EXIT_UNENROLLED;
	}
	if (is_not_ours(tool, user))
		return OTP_EXIT_FAILED;
	if (err == OTP_ERR_LIMIT && fault->detail == OTP_DETAIL_SENDS) {
		report_sends(fault->numbers[0]);
		return OTP_EXIT_FAILED;
	}
	if (tool->by_daemon && err == OTP_ERR_LIMIT &&
	    fault->numbers[0] == 3600) {
		otp_complain(_("Too many attempts to set up a token or an "
			       "address. Try again in an hour."));
		return OTP_EXIT_FAILED;
	}
	if (tool->by_daemon && err == OTP_ERR_LIMIT && fault->errnum == 0) {
		otp_complain(_("You have asked pam_otpd too often. Wait a "
			       "minute."));
		return OTP_EXIT_FAILED;
	}
	if (fault->detail == OTP_DETAIL_COUNTER_UNKNOWN) {
		otp_complain(_("The counter of this token is unknown. Ask an "
			       "administrator to run 'otp-enroll resync %s'."),
		    otp_escaped(name).text);
		return OTP_EXIT_FAILED;
	}
	if (fault->detail == OTP_DETAIL_OTHER_NAME) {
		report_other_name(name, fault);
		return OTP_EXIT_FAILED;
	}
	/* These are about no file; what is known is of an earlier look. */
	if (err != OTP_ERR_FULL && err != OTP_ERR_CHANCE &&
	    err != OTP_ERR_SUSPENDED)
		known = *fault;
	if (known.where[0] == '\0')
		(void)snprintf(known.where, sizeof(known.where), "%s",
		    err == OTP_ERR_NO_STORE ? tool->host.store.folder : name);
	else if (otp_place_is_folder(tool->host.store.folder))
		make_absolute(&known, tool->host.store.folder);
	complain(user, err, &known);
	return OTP_EXIT_FAILED;
}

/* The account {name} has the uid of USER: is it the former name? */
static void
report_other_name(const char *user, const struct otp_fault *fault)
{
	const struct otp_filling fillings[] = {
		{ "{user}", user, false },
		{ "{name}", fault->name, false },
	};
	struct otp_reported text = { "" };

	otp_fill(text.text, sizeof(text.text),
	    getpwnam(fault->name) != NULL
		? _("{name} has the same uid as {user} and is enrolled. Only "
		    "one account of a uid can be: use that one, or run "
		    "'otp-enroll remove {name}' first.")
		: _("{name} was enrolled with the uid that {user} has. If "
		    "{name} is the former name of {user}, run 'otp-enroll "
		    "adopt {user} --from={name}', otherwise 'otp-enroll "
		    "remove --purge {name}'."),
	    fillings, sizeof(fillings) / sizeof(fillings[0]));
	otp_complain("%s", text.text);
}

/* A user without access to another's store needs this sentence alone. */
static bool
is_not_ours(const struct otp_tool *tool, const char *user)
{
	const struct passwd *owner;
	struct stat status;

	if (tool->by_daemon || geteuid() == 0 ||
	    !otp_place_is_folder(tool->host.store.folder) ||
	    stat(tool->host.store.folder, &status) != 0 ||
	    status.st_uid == geteuid())
		return false;
	owner = getpwuid(status.st_uid);
	otp_complain(
	    _("The store %s belongs to %s: ask an administrator to run "
	      "'otp-enroll %s%s%s', or use sudo."),
	    otp_escaped(tool->host.store.folder).text,
	    owner != NULL ? otp_escaped(owner->pw_name).text
			  : _("another user"),
	    tool->args.command, user != NULL ? " " : "",
	    user != NULL ? otp_escaped(user).text : "");
	return true;
}

/* A file of the store, so that what is advised can be pasted. */
static void
make_absolute(struct otp_fault *fault, const char *store)
{
	char path[sizeof(fault->where)];

	if (fault->where[0] == '/' ||
	    (strncmp(fault->where, "seed/", strlen("seed/")) != 0 &&
		strncmp(fault->where, "state/", strlen("state/")) != 0 &&
		strncmp(fault->where, "uid/", strlen("uid/")) != 0 &&
		strcmp(fault->where, "uid") != 0))
		return;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", store, fault->where) <
	    sizeof(path))
		memcpy(fault->where, path, sizeof(path));
}

void
otp_report_conf(
    const char *path, enum otp_err err, const struct otp_fault *fault)
{
	if (err != OTP_ERR_OPTION)
		complain(NULL, err, fault);
	else
		otp_complain("%s. %s",
		    otp_report_conf_text(path, err, fault).text,
		    _(otp_fault_advice(err, fault)));
}

static void
complain(const char *user, enum otp_err err, const struct otp_fault *fault)
{
	const char *advice = otp_fault_advice(err, fault);
	const struct otp_filling fillings[] = {
		{ "{user}", user != NULL ? user : "USER", false },
		{ "{where}", fault->where, false },
	};
	struct otp_reported help = { "" };

	if (advice == NULL) {
		otp_complain("%s.", otp_report_text(err, fault).text);
		return;
	}
	otp_fill(help.text, sizeof(help.text), _(advice), fillings,
	    sizeof(fillings) / sizeof(fillings[0]));
	otp_complain("%s. %s", otp_report_text(err, fault).text, help.text);
}

struct otp_reported
otp_report_text(enum otp_err err, const struct otp_fault *fault)
{
	const struct otp_fault_text clause = otp_fault_clause(err, fault);
	struct otp_reported reported = { "" };

	add_place(&reported, fault->where, fault->line);
	add(&reported, clause.text);
	add_suggestion(&reported, fault);
	return reported;
}

struct otp_reported
otp_report_conf_text(
    const char *path, enum otp_err err, const struct otp_fault *fault)
{
	const struct otp_fault_text clause = otp_fault_clause(err, fault);
	struct otp_reported reported = { "" };

	if (err != OTP_ERR_OPTION || fault->where[0] == '/' ||
	    fault->where[0] == '\0')
		return otp_report_text(err, fault);
	add_place(&reported, path, fault->line);
	add_place(&reported, fault->where, 0);
	add(&reported, clause.text);
	add_suggestion(&reported, fault);
	return reported;
}

/* " (did you mean nullok?)", where an option is like one that exists. */
static void
add_suggestion(struct otp_reported *reported, const struct otp_fault *fault)
{
	const char *names[OPTIONS_MAX];
	const char *nearest;
	char text[128];
	size_t count = 0;

	if (fault->detail != OTP_DETAIL_UNKNOWN_OPTION)
		return;
	for (; count < otp_options_count && count < OPTIONS_MAX; count++)
		names[count] = otp_options_table[count].name;
	nearest = otp_suggest(fault->where, names, count);
	if (nearest == NULL)
		return;
	(void)snprintf(text, sizeof(text), _(" (did you mean '%s'?)"), nearest);
	add(reported, text);
}

/* "WHERE:LINE: ", as far as there are any. */
static void
add_place(struct otp_reported *reported, const char *where, unsigned line)
{
	char number[16] = "";

	if (where[0] == '\0')
		return;
	if (line != 0)
		(void)snprintf(number, sizeof(number), ":%u", line);
	add(reported, otp_escaped(where).text);
	add(reported, number);
	add(reported, ": ");
}

static void
add(struct otp_reported *reported, const char *text)
{
	otp_append(reported->text, sizeof(reported->text), text);
}

/* WITHIN so many seconds, as many codes were sent as may be. */
static void
report_sends(unsigned long within)
{
	if (within <= 60)
		otp_complain(_("A code was sent less than half a minute ago. "
			       "Wait a moment, then try again."));
	else if (within <= 3600)
		otp_complain(_("Too many codes were sent to your addresses. "
			       "Try again in an hour."));
	else
		otp_complain(_("Too many codes were sent to your addresses. "
			       "Try again tomorrow."));
}
