/* SPDX-License-Identifier: BSD-2-Clause */
/* 'check': why a login fails, and how to fix it.  Writes nothing. */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fleet/load.h"
#include "common/store/store.h"
#include "otp-enroll/account/subject.h"
#include "otp-enroll/check/account.h"
#include "otp-enroll/check/daemon.h"
#include "otp-enroll/check/delivery.h"
#include "otp-enroll/check/finding.h"
#include "otp-enroll/check/fleet.h"
#include "otp-enroll/check/host.h"
#include "otp-enroll/check/login.h"
#include "otp-enroll/check/named.h"
#include "otp-enroll/check/services.h"
#include "otp-enroll/check/sshd.h"
#include "otp-enroll/cli/command.h"
#include "otp-enroll/cli/fault.h"
#include "otp-enroll/cli/settings.h"
#include "otp-enroll/cli/i18n.h"
#include "otp-enroll/cli/output.h"
#include "otp-enroll/cli/report.h"

struct check {
	struct otp_tool tool; /* the configuration is read here */
	struct otp_findings findings;
	struct otp_check_services services;
	bool configured; /* the configuration is valid */
	bool stored;	 /* the store can be used */
	bool checked;	 /* the account was checked, so it is known whether */
	bool enrolled;	 /* it is enrolled */
};

static enum otp_exit run_check(const struct otp_tool *tool);
static bool are_args_valid(const struct otp_args *args);
static bool are_paths_valid(const struct otp_args *args);
static void check_all(struct check *check);
static void check_configuration(struct check *check);
static void check_clock(struct check *check);
static void check_store(struct check *check);
static void check_database(struct check *check);
static enum otp_err accept_account(void *context, const char *account);
static bool belongs_to_another(const char *folder);
static bool find_subject(struct check *check, struct otp_subject *ret_subject);
static void check_login(struct check *check, const char *account);
static enum otp_exit print_check(struct check *check);
static enum otp_exit exit_status(const struct check *check);
static void add_finding(struct check *check, enum otp_found found,
    const char *where, const char *what);

const struct otp_command otp_command_check = {
	.name = "check",
	.operands = "[USER]",
	.summary = N_("say why logins fail and how to fix it; changes nothing"),
	.help = N_("Checks the configuration, store, clock, /etc/pam.d and "
		   "sshd_config, and the\nfiles and devices of USER if "
		   "given.\n"
		   "\n"
		   "  --service=NAME  check only this service of pam.d, such "
		   "as sudo\n"
		   "  --root=DIR      check the pam.d and sshd_config of the "
		   "image in DIR\n"
		   "  --named         only print the lines that name "
		   "pam_otp.so\n"
		   "  --json          print one JSON object\n"
		   "\n"
		   "Exit status 1: there is a fault. 3: there is none, but "
		   "USER is not enrolled.\n"),
	.user = true,
	.lenient = true,
	.takes = { "service", "root", "named", "json" },
	.run = run_check,
};

static enum otp_exit
run_check(const struct otp_tool *tool)
{
	const char *root = tool->args.root;
	enum otp_exit status;
	struct check check = { .tool = *tool };

	if (!are_args_valid(&tool->args))
		return OTP_EXIT_USAGE;
	if (tool->args.json)
		otp_i18n_end();
	check.findings.user = tool->args.user;
	check.services.root =
	    root == NULL || strcmp(root, "/") == 0 ? "" : root;
	if (tool->args.named)
		return otp_check_named(check.services.root);
	check.services.only = tool->args.service;
	check.services.user = tool->args.user;
	check.services.conf = otp_settings_file(&check.tool);
	check.services.findings = &check.findings;
	check_all(&check);
	status = print_check(&check);
	otp_findings_free(&check.findings);
	return status;
}

static bool
are_args_valid(const struct otp_args *args)
{
	if (!are_paths_valid(args))
		return false;
	if (args->user != NULL && args->user[0] == '\0') {
		otp_complain(_("The user name must not be empty."));
		return false;
	}
	if (args->service != NULL &&
	    (args->service[0] == '\0' || strchr(args->service, '/') != NULL)) {
		otp_complain(_("--service must be the name of a file in "
			       "pam.d."));
		return false;
	}
	if (args->named &&
	    (args->user != NULL || args->json || args->service != NULL)) {
		otp_complain(_("--named cannot be combined with --json, "
			       "--service or a user name."));
		return false;
	}
	return true;
}

static bool
are_paths_valid(const struct otp_args *args)
{
	if (args->conf != NULL && args->conf[0] != '/') {
		otp_complain(_("--conf must be an absolute path."));
		return false;
	}
	if (args->root != NULL && args->root[0] != '/') {
		otp_complain(_("--root must be an absolute path."));
		return false;
	}
	if (args->root != NULL && strlen(args->root) > OTP_SERVICE_NAME) {
		otp_complain(_("The path of --root is too long."));
		return false;
	}
	return true;
}

static void
check_all(struct check *check)
{
	struct otp_subject subject = { 0 };
	bool known = false;

	check_configuration(check);
	check_clock(check);
	if (check->configured)
		check_store(check);
	check->services.store =
	    check->configured ? check->tool.host.store.folder : NULL;
	otp_check_login_closed(&check->findings, check->services.root);
	otp_check_services(&check->services);
	if (check->tool.args.user != NULL)
		known = find_subject(check, &subject);
	otp_check_delivery(&check->tool, &check->services,
	    known ? subject.account : NULL, check->stored);
	otp_check_daemon(&check->tool, &check->services);
	otp_check_sshd(
	    &check->services, check->tool.args.user, known && subject.uid == 0);
	if (known)
		check_login(check, subject.account);
	if (known && check->stored) {
		otp_check_account(
		    &check->tool, &subject, &check->services, &check->enrolled);
		check->checked = true;
	}
}

static void
check_configuration(struct check *check)
{
	const char *file = otp_settings_file(&check->tool);
	struct otp_fault fault = { 0 };
	struct otp_reported said;
	enum otp_err err = otp_settings_load(&check->tool, &fault);

	check->configured = err == OTP_OK;
	if (err == OTP_OK) {
		add_finding(check,
		    access(file, F_OK) == 0 ? OTP_FOUND_CONFIGURATION
					    : OTP_FOUND_NO_CONFIGURATION,
		    file, NULL);
		return;
	}
	if (err != OTP_ERR_OPTION) {
		otp_findings_add_err(&check->findings, err, &fault);
		return;
	}
	said = otp_report_conf_text(file, err, &fault);
	otp_findings_add(&check->findings, OTP_FOUND_CONFIGURATION_INVALID,
	    (struct otp_words){
		.what = said.text, .more = _(otp_fault_advice(err, &fault)) });
}

static void
check_clock(struct check *check)
{
	const struct otp_sys *sys = check->tool.host.sys;
	struct otp_fault fault = { 0 };
	enum otp_err err = sys->time(sys->context, &check->services.now);

	if (err == OTP_OK)
		otp_check_host_clock(&check->findings, check->services.now);
	else
		otp_findings_add_err(&check->findings, err, &fault);
}

static void
check_store(struct check *check)
{
	const char *root = check->services.root;
	const char *folder = check->tool.host.store.folder;
	struct otp_fault fault = { 0 };
	enum otp_err err;

	if (!otp_place_is_folder(folder)) {
		check_database(check);
		return;
	}
	err = otp_store_each(
	    check->tool.host.store, accept_account, NULL, &fault);
	if (err == OTP_OK)
		err = otp_check_host_left(
		    &check->findings, check->tool.host.store, &fault);
	if (err != OTP_OK && belongs_to_another(folder)) {
		add_finding(check, OTP_FOUND_STORE_NOT_CHECKED, folder, NULL);
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
	add_finding(check, OTP_FOUND_STORE, folder, NULL);
	otp_check_host_disk(&check->findings, check->tool.host.store);
	for (unsigned i = 0; i < 4; i++) {
		static const char *const parts[] = { "", "/seed", "/state",
			"/uid" };
		char part[OTP_PATH_SIZE + 8];

		(void)snprintf(part, sizeof(part), "%s%s", folder, parts[i]);
		otp_check_host_mode(&check->findings, part);
		otp_check_host_label(&check->findings, root, part);
	}
}

static void
check_database(struct check *check)
{
	const char *store = check->tool.host.store.folder;
	struct otp_fault fault = { 0 };
	enum otp_err err;

	if (belongs_to_another(store)) {
		add_finding(check, OTP_FOUND_STORE_NOT_CHECKED, store, NULL);
		return;
	}
	if (!otp_check_fleet(&check->tool, &check->findings))
		return;
	err = otp_fleet_use(store, &fault);
	if (err != OTP_OK) {
		otp_findings_add_err(&check->findings, err, &fault);
		return;
	}
	check->stored = true;
	add_finding(check, OTP_FOUND_STORE, store, NULL);
}

static enum otp_err
accept_account(void *context, const char *account)
{
	(void)context;
	(void)account;
	return OTP_OK;
}

static bool
belongs_to_another(const char *folder)
{
	struct stat status;

	return geteuid() != 0 &&
	    (!otp_place_is_folder(folder) ||
		(stat(folder, &status) == 0 && status.st_uid != geteuid()));
}

/* Returns false if there is no such user, with a finding. */
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
		add_finding(check, OTP_FOUND_UNKNOWN_USER, NULL, name);
		return false;
	}
	memcpy(ret_subject->account, account, length + 1);
	if (strcmp(account, name) != 0)
		add_finding(check, OTP_FOUND_OTHER_NAME, name, account);
	return true;
}

/* What an ordinary user sees of it is what the system lets them. */
static void
check_login(struct check *check, const char *account)
{
	otp_check_login_account(&check->findings, account, check->services.now);
	otp_check_login_answers(&check->findings, account);
}

static enum otp_exit
print_check(struct check *check)
{
	enum otp_exit status = exit_status(check);

	if (check->findings.failed) {
		otp_complain(_("There is not enough memory."));
		status = OTP_EXIT_FAILED;
	}
	if (!check->tool.args.json)
		otp_findings_print(&check->findings);
	else if (!otp_findings_print_json(&check->findings,
		     check->checked ? &check->enrolled : NULL))
		status = OTP_EXIT_FAILED;
	return status;
}

static enum otp_exit
exit_status(const struct check *check)
{
	bool unenrolled = check->checked && !check->enrolled;
	size_t faults = 0;

	for (size_t i = 0; i < check->findings.count; i++)
		faults += check->findings.at[i].level == OTP_LEVEL_FAULT &&
		    strcmp(check->findings.at[i].id, "not-enrolled") != 0;
	if (faults > 0)
		return OTP_EXIT_FAILED;
	return unenrolled ? OTP_EXIT_UNENROLLED : OTP_EXIT_DONE;
}

static void
add_finding(struct check *check, enum otp_found found, const char *where,
    const char *what)
{
	otp_findings_add(&check->findings, found,
	    (struct otp_words){ .where = where, .what = what });
}
