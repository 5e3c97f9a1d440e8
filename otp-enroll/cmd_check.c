/* SPDX-License-Identifier: BSD-2-Clause */
/* "Why can't I log in?": what is wrong, and what to do.  Nothing is written. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account.h"
#include "command.h"
#include "common/effects/store.h"
#include "finding.h"
#include "ground.h"
#include "host.h"
#include "language.h"
#include "output.h"
#include "report.h"
#include "sshd.h"
#include "subject.h"
#include "wiring.h"

struct check {
	struct otp_tool tool; /* the configuration is read here */
	struct otp_findings findings;
	struct otp_wiring wiring;
	bool configured; /* the configuration is understood */
	bool stored;	 /* the store can be used */
	bool looked;	 /* at the account; then it is known whether it is */
	bool enrolled;
};

static void
tell(struct check *check, enum otp_found found, const char *where,
    const char *what)
{
	otp_findings_add(&check->findings, found,
	    (struct otp_words){ .where = where, .what = what });
}

/* --- The host ----------------------------------------------------------- */

static void
check_configuration(struct check *check)
{
	const char *file = otp_host_file(&check->tool);
	char where[OTP_PATH_SIZE + 16];
	char what[OTP_REPORT_SIZE + OTP_ESCAPED_SIZE + 8];
	struct otp_fault fault = { 0 };
	struct otp_reported said;
	enum otp_err err = otp_host_load(&check->tool, &fault);

	check->configured = err == OTP_OK;
	if (err == OTP_OK) {
		tell(check,
		    access(file, F_OK) == 0 ? OTP_FOUND_CONFIGURATION
					    : OTP_FOUND_NO_CONFIGURATION,
		    file, NULL);
		return;
	}
	said = otp_report_what(fault.what);
	(void)snprintf(where, sizeof(where), fault.line != 0 ? "%s:%u" : "%s",
	    file, fault.line);
	if (err != OTP_ERR_OPTION || fault.what[0] == '\0') {
		otp_findings_add_err(&check->findings, err, &fault);
		return;
	}
	if (strcmp(fault.where, file) == 0)
		(void)snprintf(what, sizeof(what), "%s", said.text);
	else
		(void)snprintf(what, sizeof(what), "`%s' %s",
		    otp_escaped(fault.where).text, said.text);
	tell(check, OTP_FOUND_MISCONFIGURED, where, what);
}

static enum otp_err
pass_by(void *context, const char *account)
{
	(void)context;
	(void)account;
	return OTP_OK;
}

static bool
is_anothers(const char *folder)
{
	struct stat status;

	return geteuid() != 0 && stat(folder, &status) == 0 &&
	    status.st_uid != geteuid();
}

static void
check_store(struct check *check)
{
	const char *root = check->wiring.root;
	const char *folder = check->tool.host.store;
	struct otp_fault fault = { 0 };
	enum otp_err err = otp_store_each(folder, pass_by, NULL, &fault);

	if (err != OTP_OK && is_anothers(folder)) {
		tell(check, OTP_FOUND_OTHERS_STORE, folder, NULL);
		return;
	}
	if (err != OTP_OK) {
		if (fault.where[0] != '/')
			(void)snprintf(fault.where, sizeof(fault.where), "%.*s",
			    OTP_FAULT_WHERE_SIZE - 1, folder);
		otp_findings_add_err(&check->findings, err, &fault);
		return;
	}
	check->stored = true;
	tell(check, OTP_FOUND_STORE, folder, NULL);
	otp_ground_check_disk(&check->findings, folder);
	for (unsigned i = 0; i < 3; i++) {
		static const char *const parts[] = { "", "/seed", "/state" };
		char part[OTP_PATH_SIZE + 8];

		(void)snprintf(part, sizeof(part), "%s%s", folder, parts[i]);
		otp_ground_check_mode(&check->findings, part);
		otp_ground_check_label(&check->findings, root, part);
	}
}

static void
check_clock(struct check *check)
{
	const struct otp_sys *sys = check->tool.host.sys;
	struct otp_fault fault = { 0 };
	enum otp_err err = sys->time(sys->context, &check->wiring.now);

	if (err == OTP_OK)
		otp_ground_check_clock(&check->findings, check->wiring.now);
	else
		otp_findings_add_err(&check->findings, err, &fault);
}

/* --- Who it is about ---------------------------------------------------- */

/* False: nobody has that name; it was told. */
static bool
find_subject(struct check *check, struct otp_subject *ret_subject)
{
	const char *name = check->tool.args.user;
	const struct passwd *entry;
	const char *account = name;
	size_t length;

	errno = 0;
	entry = getpwnam(name);
	if (entry == NULL && !otp_subject_is_nobody(errno)) {
		struct otp_fault fault = { .errnum = errno };

		(void)snprintf(fault.where, sizeof(fault.where), "getpwnam");
		otp_findings_add_err(&check->findings, OTP_ERR_READ, &fault);
		return false;
	}
	*ret_subject = (struct otp_subject){ .uid = OTP_UID_VIRTUAL };
	if (entry != NULL) {
		account = entry->pw_name;
		ret_subject->uid = entry->pw_uid;
	}
	length = strlen(account);
	if ((entry == NULL && !check->tool.options.virtual_users) ||
	    length == 0 || length >= sizeof(ret_subject->account)) {
		tell(check, OTP_FOUND_UNKNOWN_USER, NULL, name);
		return false;
	}
	memcpy(ret_subject->account, account, length + 1);
	if (strcmp(account, name) != 0)
		tell(check, OTP_FOUND_SPELLING, name, account);
	return true;
}

static void
check_sshd(struct check *check, bool is_root)
{
	const char *user = check->tool.args.user;
	const char *why = NULL;
	struct otp_sshd sshd;

	if (!check->wiring.sshd)
		return;
	if (otp_sshd_read(check->wiring.root, user, &sshd, &why))
		otp_sshd_judge(&sshd, &check->wiring, is_root);
	else if (why != NULL)
		tell(check, OTP_FOUND_SSHD_UNREAD, sshd.where, why);
}

static void
check_all(struct check *check)
{
	struct otp_subject subject;
	bool known = false;

	check_configuration(check);
	check_clock(check);
	if (check->configured)
		check_store(check);
	check->wiring.store = check->configured ? check->tool.host.store : NULL;
	otp_wiring_judge(&check->wiring);
	if (check->tool.args.user != NULL)
		known = find_subject(check, &subject);
	/* cppcheck-suppress uninitvar; `known' says that it was filled */
	check_sshd(check, known && subject.uid == 0);
	if (known && check->stored) {
		otp_account_check(
		    &check->tool, &subject, &check->wiring, &check->enrolled);
		check->looked = true;
	}
}

/* --- What comes of it --------------------------------------------------- */

static enum otp_exit
exit_status(const struct check *check)
{
	bool unenrolled = check->looked && !check->enrolled;
	size_t faults = 0;

	for (size_t i = 0; i < check->findings.count; i++)
		faults += check->findings.at[i].level == OTP_LEVEL_FAULT &&
		    strcmp(check->findings.at[i].id, "not-enrolled") != 0;
	if (faults > 0)
		return OTP_EXIT_FAILED;
	return unenrolled ? OTP_EXIT_UNENROLLED : OTP_EXIT_DONE;
}

static enum otp_exit
show(struct check *check)
{
	enum otp_exit status = exit_status(check);

	if (check->findings.failed) {
		otp_complain(_("There is not enough memory."));
		status = OTP_EXIT_FAILED;
	}
	if (!check->tool.args.json)
		otp_findings_print(&check->findings);
	else if (!otp_findings_print_json(
		     &check->findings, check->looked ? &check->enrolled : NULL))
		status = OTP_EXIT_FAILED;
	return status;
}

static bool
is_usable(const struct otp_args *args)
{
	if (args->conf != NULL && args->conf[0] != '/') {
		otp_complain(_("--conf takes an absolute path."));
		return false;
	}
	if (args->root != NULL && args->root[0] != '/') {
		otp_complain(_("--root takes an absolute path."));
		return false;
	}
	if (args->root != NULL && strlen(args->root) > OTP_SERVICE_NAME) {
		otp_complain(_("The path of --root is too long."));
		return false;
	}
	if (args->user != NULL && args->user[0] == '\0') {
		otp_complain(_("A user's name cannot be empty."));
		return false;
	}
	return true;
}

static enum otp_exit
run(const struct otp_tool *tool)
{
	const char *root = tool->args.root;
	enum otp_exit status;
	struct check check = { .tool = *tool };

	if (!is_usable(&tool->args))
		return OTP_EXIT_USAGE;
	if (tool->args.json)
		otp_language_end();
	check.findings.user = tool->args.user;
	check.wiring.root = root == NULL || strcmp(root, "/") == 0 ? "" : root;
	check.wiring.conf = otp_host_file(&check.tool);
	check.wiring.findings = &check.findings;
	check_all(&check);
	status = show(&check);
	otp_findings_free(&check.findings);
	return status;
}

const struct otp_command otp_command_check = {
	.name = "check",
	.operands = "[USER]",
	.summary = N_("say why a login fails, and what to do; changes nothing"),
	.help = N_("Looks at configuration, store, clock, /etc/pam.d and "
		   "sshd_config and, of a USER,\nat seed, state, waits and "
		   "devices.\n"
		   "\n"
		   "  --root=DIR  look at the pam.d and sshd_config below DIR, "
		   "of an image\n"
		   "  --json      one JSON object\n"
		   "\n"
		   "Exit status 1: something is at fault. 3: nothing, but USER "
		   "is not enrolled.\n"),
	.user = true,
	.lenient = true,
	.takes = { "root", "json" },
	.run = run,
};
