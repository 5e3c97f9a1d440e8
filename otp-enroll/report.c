/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"
#include "report.h"

/* What to do: BEFORE and, where there is an AFTER, the user's name between. */
struct advice {
	const char *before;
	const char *after;
};

static struct advice
advice_for(enum otp_err err)
{
	static const struct advice advices[] = {
		[OTP_ERR_FULL] = { "Take one away first: `otp-enroll remove "
				   "--token=NUMBER ",
		    "'." },
		[OTP_ERR_CHANCE] = { "Take --digits=8, or take another token "
				     "away first.",
		    NULL },
		[OTP_ERR_OWNER] = { "A store belongs to who runs this (root, "
				    "as a rule), and so do its files.",
		    NULL },
		[OTP_ERR_MODE] = { "Files are to have mode 0600, folders 0700, "
				   "and nobody else may write above them.",
		    NULL },
		[OTP_ERR_LINK] = { "Put the file itself there, under one name.",
		    NULL },
		[OTP_ERR_PARSE] = { "Mend the file, or begin anew with "
				    "`otp-enroll new --replace ",
		    "'." },
		[OTP_ERR_CHECKSUM] = { "`otp-enroll adopt --force ",
		    "' makes a new one, in which no code is fresh again." },
		[OTP_ERR_UID] = { "If it is the same person, `otp-enroll adopt "
				  "--force ",
		    "' takes it over." },
		[OTP_ERR_FILESYSTEM] = { "Name a folder on a disk of this host "
					 "as `store' in the configuration "
					 "file.",
		    NULL },
		[OTP_ERR_NO_STORE] = { "`otp-enroll init' makes one; if there "
				       "should be one, its disk is not "
				       "mounted.",
		    NULL },
		[OTP_ERR_NO_STATE] = { "`otp-enroll adopt ",
		    "' takes the seed over." },
		[OTP_ERR_LIMIT] = { "See whether a limit of this shell "
				    "(ulimit -a) is too low.",
		    NULL },
		[OTP_ERR_LOCK_TIMEOUT] = { "Try again; a login that is stopped "
					   "can be killed.",
		    NULL },
		[OTP_ERR_CONFLICT] = { "Try again.", NULL },
		[OTP_ERR_OPTION] = { "See pam_otp.conf(5).", NULL },
	};

	if ((size_t)err >= sizeof(advices) / sizeof(advices[0]))
		return (struct advice){ NULL, NULL };
	return advices[err];
}

static struct advice
advice_on(enum otp_err err, const struct otp_fault *fault)
{
	bool denied = fault->errnum == EACCES || fault->errnum == EPERM;

	if (denied && geteuid() == 0)
		return (struct advice){
			"Root was refused: look for a denial of SELinux or "
			"AppArmor.",
			NULL
		};
	if (fault->errnum == ENOSPC || fault->errnum == EDQUOT)
		return (struct advice){ "Make room on that disk.", NULL };
	if (fault->errnum == EROFS)
		return (struct advice){ "Mount that disk for writing.", NULL };
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

/* " (the file is cut short; line 3; No such file or directory)" */
static void
add_detail(struct otp_reported *reported, enum otp_err err,
    const struct otp_fault *fault)
{
	/* That there is no such file need not be said twice. */
	bool tell = fault->errnum != 0 &&
	    !(err == OTP_ERR_ABSENT && fault->errnum == ENOENT);
	char line[32] = "";
	const char *const details[] = {
		fault->what,
		line,
		tell ? strerror(fault->errnum) : "",
	};
	const char *between = " (";

	if (fault->line != 0)
		(void)snprintf(line, sizeof(line), "line %u", fault->line);
	for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++) {
		if (details[i][0] == '\0')
			continue;
		add(reported, between, otp_escaped(details[i]).text, "");
		between = "; ";
	}
	if (between[0] == ';')
		add(reported, "", ")", "");
}

struct otp_reported
otp_report_text(enum otp_err err, const struct otp_fault *fault)
{
	struct otp_reported reported = { "" };

	add(&reported, "", otp_escaped(fault->where).text, ": ");
	add(&reported, "", otp_err_text(err), "");
	add_detail(&reported, err, fault);
	return reported;
}

static void
complain(const char *user, enum otp_err err, const struct otp_fault *fault)
{
	struct advice advice = advice_on(err, fault);
	const char *before = advice.before != NULL ? advice.before : "";
	const char *after = advice.after != NULL ? advice.after : "";
	const char *name = user != NULL ? user : "USER";

	otp_complain("%s.%s%s%s%s", otp_report_text(err, fault).text,
	    before[0] != '\0' ? " " : "", before,
	    advice.after != NULL ? otp_escaped(name).text : "", after);
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
	otp_complain("The store %s belongs to %s: ask an administrator to run "
		     "`otp-enroll %s%s%s', or use sudo.",
	    otp_escaped(tool->host.store).text,
	    owner != NULL ? otp_escaped(owner->pw_name).text : "somebody else",
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
		otp_complain("%s is enrolled already; --add sets up one more "
			     "token, --replace begins anew.",
		    otp_escaped(name).text);
		return OTP_EXIT_ENROLLED;
	}
	if (err == OTP_ERR_ABSENT) {
		otp_complain("%s is not enrolled.", otp_escaped(name).text);
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
	char line[32] = "";

	if (err != OTP_ERR_OPTION || fault->what[0] == '\0') {
		complain(NULL, err, fault);
		return;
	}
	if (fault->line != 0)
		(void)snprintf(line, sizeof(line), ", line %u", fault->line);
	if (strcmp(fault->where, path) == 0)
		otp_complain("%s %s.", otp_escaped(path).text, fault->what);
	else
		otp_complain("%s%s: `%s' %s; see pam_otp.conf(5).",
		    otp_escaped(path).text, line,
		    otp_escaped(fault->where).text, fault->what);
}
