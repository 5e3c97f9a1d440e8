/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <locale.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "language.h"
#include "output.h"
#include "report.h"

#define HELD_BY "held by "

/* What to do, "%s" being the user's name; NULL where there is nothing. */
static const char *
advice_for(enum otp_err err)
{
	static const char *const advices[] = {
		[OTP_ERR_FULL] = N_("Take one away first: `otp-enroll remove "
				    "--token=NUMBER %s'."),
		[OTP_ERR_CHANCE] = N_("Take --digits=8, or take another token "
				      "away first."),
		[OTP_ERR_OWNER] = N_("A store belongs to who runs this (root, "
				     "as a rule), and so do its files."),
		[OTP_ERR_MODE] = N_("Files are to have mode 0600, folders "
				    "0700, and nobody else may write above "
				    "them."),
		[OTP_ERR_LINK] = N_("Put the file itself there, under one "
				    "name."),
		[OTP_ERR_PARSE] = N_("Mend the file, or begin anew with "
				     "`otp-enroll new --replace %s'."),
		[OTP_ERR_CHECKSUM] = N_("`otp-enroll adopt --force %s' makes a "
					"new one, in which no code is fresh "
					"again; where the seed is lost for "
					"good, `remove --purge' takes it "
					"away."),
		[OTP_ERR_STORE_VERSION] = N_("Install the later pam_otp that "
					     "made it; if none did, its one "
					     "line is `pam_otp store 1'."),
		[OTP_ERR_STATE_VERSION] = N_("Install the later pam_otp that "
					     "made it, or `otp-enroll adopt "
					     "--force %s' makes a new one, in "
					     "which no code is fresh again; "
					     "where the seed is lost for good, "
					     "`remove --purge' takes it "
					     "away."),
		[OTP_ERR_UID] = N_("If it is the same person, `otp-enroll "
				   "adopt --force %s' takes it over; if not, "
				   "`remove --purge' takes it away."),
		[OTP_ERR_FILESYSTEM] = N_("Name a folder on a disk of this "
					  "host as `store' in the "
					  "configuration file."),
		[OTP_ERR_NO_STORE] = N_("`otp-enroll init' makes one; if there "
					"should be one, its disk is not "
					"mounted."),
		[OTP_ERR_NO_STATE] = N_("`otp-enroll adopt %s' takes the seed "
					"over; if a state was lost, `adopt "
					"--force', else used codes are fresh "
					"again."),
		[OTP_ERR_LIMIT] = N_("See whether a limit of this shell "
				     "(ulimit -a) is too low."),
		[OTP_ERR_LOCK_TIMEOUT] = N_("Try again; `kill -KILL' ends a "
					    "login that is stopped."),
		[OTP_ERR_CONFLICT] = N_("Try again."),
		[OTP_ERR_OPTION] = N_("See pam_otp.conf(5)."),
	};

	if ((size_t)err >= sizeof(advices) / sizeof(advices[0]))
		return NULL;
	return advices[err];
}

static const char *
advice_on(enum otp_err err, const struct otp_fault *fault)
{
	bool denied = fault->errnum == EACCES || fault->errnum == EPERM;

	if (denied && geteuid() == 0)
		return N_("Root was refused: look for a denial of SELinux or "
			  "AppArmor.");
	if (fault->errnum == ENOSPC || fault->errnum == EDQUOT)
		return N_("Make room on that disk.");
	if (fault->errnum == EROFS)
		return N_("Mount that disk for writing.");
	return advice_for(err);
}

/* Add to a text that is cut to fit. */
static void
add(struct otp_reported *reported, const char *before, const char *text,
    const char *after)
{
	size_t length = strlen(reported->text);

	if (text == NULL || text[0] == '\0')
		return;
	if (snprintf(reported->text + length, sizeof(reported->text) - length,
		"%s%s%s", before, text, after) < 0)
		reported->text[length] = '\0';
}

/* TEXT, with NAME where it has "%s", if it has. */
static struct otp_reported
fill(const char *text, const char *name)
{
	struct otp_reported filled = { "" };
	const char *gap = strstr(text, "%s");
	size_t before = gap != NULL ? (size_t)(gap - text) : strlen(text);

	(void)snprintf(
	    filled.text, sizeof(filled.text), "%.*s", (int)before, text);
	if (gap != NULL)
		add(&filled, "", name, gap + strlen("%s"));
	return filled;
}

/*
 * The words with a number or a name in them cannot be looked up as they are;
 * what is known of no catalog stays as it is.
 */
struct otp_reported
otp_report_what(const char *what)
{
	struct otp_reported said = { "" };
	unsigned least, most, mode;
	unsigned long uid;
	int at = 0;

	/* NOLINTBEGIN(cert-err34-c): this program wrote the numbers itself */
	if (sscanf(what, "takes a number from %u to %u", &least, &most) == 2)
		(void)snprintf(said.text, sizeof(said.text),
		    _("takes a number from %u to %u"), least, most);
	else if (sscanf(what, "belongs to uid %lu", &uid) == 1)
		(void)snprintf(
		    said.text, sizeof(said.text), _("belongs to uid %lu"), uid);
	else if (sscanf(what, "has mode %o: %n", &mode, &at) == 1 && at > 0)
		(void)snprintf(said.text, sizeof(said.text),
		    _("has mode %04o: %s"), mode, _(what + at));
	/* NOLINTEND(cert-err34-c) */
	else if (strncmp(what, HELD_BY, strlen(HELD_BY)) == 0)
		said = fill(
		    _("held by %s"), otp_escaped(what + strlen(HELD_BY)).text);
	else if (what[0] != '\0')
		add(&said, "", _(what), "");
	return said;
}

/* " (the file is cut short; line 3; No such file or directory)" */
static void
add_details(struct otp_reported *reported, const char *const details[3])
{
	const char *between = " (";

	for (size_t i = 0; i < 3; i++) {
		if (details[i][0] == '\0')
			continue;
		add(reported, between, details[i], "");
		between = "; ";
	}
	if (between[0] == ';')
		add(reported, "", ")", "");
}

/* That there is no such file need not be said twice. */
static bool
has_news(enum otp_err err, const struct otp_fault *fault)
{
	return fault->errnum != 0 &&
	    !(err == OTP_ERR_ABSENT && fault->errnum == ENOENT);
}

struct otp_reported
otp_report_text(enum otp_err err, const struct otp_fault *fault)
{
	const struct otp_reported what = otp_report_what(fault->what);
	const bool foreign = strcmp(what.text, fault->what) == 0;
	struct otp_reported reported = { "" };
	char line[64] = "";
	const char *const details[] = {
		foreign ? otp_escaped(fault->what).text : what.text,
		line,
		has_news(err, fault) ? strerror(fault->errnum) : "",
	};

	if (fault->line != 0)
		(void)snprintf(line, sizeof(line), _("line %u"), fault->line);
	add(&reported, "", otp_escaped(fault->where).text, ": ");
	add(&reported, "", _(otp_err_text(err)), "");
	add_details(&reported, details);
	return reported;
}

struct otp_reported
otp_report_plain(enum otp_err err, const struct otp_fault *fault)
{
	struct otp_reported reported = { "" };
	locale_t english = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	char line[32] = "";
	const char *const details[] = {
		otp_escaped(fault->what).text,
		line,
		has_news(err, fault) && english != (locale_t)0
		    ? strerror_l(fault->errnum, english)
		    : "",
	};

	if (fault->line != 0)
		(void)snprintf(line, sizeof(line), "line %u", fault->line);
	add(&reported, "", otp_escaped(fault->where).text, ": ");
	add(&reported, "", otp_err_text(err), "");
	add_details(&reported, details);
	if (english != (locale_t)0)
		freelocale(english);
	return reported;
}

static void
complain(const char *user, enum otp_err err, const struct otp_fault *fault)
{
	const char *advice = advice_on(err, fault);
	const char *name = user != NULL ? user : "USER";

	if (advice == NULL)
		otp_complain("%s.", otp_report_text(err, fault).text);
	else
		otp_complain("%s. %s", otp_report_text(err, fault).text,
		    fill(_(advice), otp_escaped(name).text).text);
}

/* Not root, and the store is somebody else's: one sentence says it all. */
static bool
is_not_ours(const struct otp_tool *tool, const char *user)
{
	const struct passwd *owner;
	struct stat status;

	if (geteuid() == 0 || stat(tool->host.store, &status) != 0 ||
	    status.st_uid == geteuid())
		return false;
	owner = getpwuid(status.st_uid);
	otp_complain(
	    _("The store %s belongs to %s: ask an administrator to run "
	      "`otp-enroll %s%s%s', or use sudo."),
	    otp_escaped(tool->host.store).text,
	    owner != NULL ? otp_escaped(owner->pw_name).text
			  : _("somebody else"),
	    tool->args.command != NULL ? tool->args.command : "new",
	    user != NULL ? " " : "",
	    user != NULL ? otp_escaped(user).text : "");
	return true;
}

enum otp_exit
otp_report(const struct otp_tool *tool, const char *user, enum otp_err err,
    const struct otp_fault *fault)
{
	const char *name = user != NULL ? user : "";
	struct otp_fault known = { 0 };

	if (err == OTP_ERR_EXISTS) {
		otp_complain(_("%s is enrolled already; --add sets up one more "
			       "token, --replace begins anew."),
		    otp_escaped(name).text);
		return OTP_EXIT_ENROLLED;
	}
	if (err == OTP_ERR_ABSENT) {
		otp_complain(_("%s is not enrolled."), otp_escaped(name).text);
		return OTP_EXIT_UNENROLLED;
	}
	if (is_not_ours(tool, user))
		return OTP_EXIT_FAILED;
	/* These are about no file; what is known is of an earlier look. */
	if (err != OTP_ERR_FULL && err != OTP_ERR_CHANCE)
		known = *fault;
	if (known.where[0] == '\0')
		(void)snprintf(known.where, sizeof(known.where), "%s",
		    err == OTP_ERR_NO_STORE ? tool->host.store : name);
	complain(user, err, &known);
	return OTP_EXIT_FAILED;
}

void
otp_report_conf(
    const char *path, enum otp_err err, const struct otp_fault *fault)
{
	const struct otp_reported what = otp_report_what(fault->what);

	if (err != OTP_ERR_OPTION || what.text[0] == '\0')
		complain(NULL, err, fault);
	else if (strcmp(fault->where, path) == 0)
		/* TRANSLATORS: /etc/x.conf "is larger than 64 KiB" */
		otp_complain(_("%s %s."), otp_escaped(path).text, what.text);
	else if (fault->line == 0)
		/* TRANSLATORS: an option's name, and "needs a value" */
		otp_complain(_("%s: `%s' %s; see pam_otp.conf(5)."),
		    otp_escaped(path).text, otp_escaped(fault->where).text,
		    what.text);
	else
		otp_complain(_("%s, line %u: `%s' %s; see pam_otp.conf(5)."),
		    otp_escaped(path).text, fault->line,
		    otp_escaped(fault->where).text, what.text);
}
