/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/check/login.h"

#include <pwd.h>
#include <shadow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "otp-enroll/check/run.h"
#include "otp-enroll/cli/when.h"

#define DAY	  (24 * 60 * 60) /* seconds */
#define DATE	  10		 /* characters of 2026-01-31 */
#define PERSONS	  1000		 /* the first uid that is given to persons */
#define JOURNAL	  "/usr/bin/journalctl"
#define LINES_MAX (4 * 1024 * 1024) /* bytes */

static void check_shadow(struct otp_findings *findings, const char *name,
    const struct spwd *entry, int64_t today);
static bool is_inactive(const struct spwd *entry, int64_t today);
static void check_password(
    struct otp_findings *findings, const char *name, const char *password);
static void check_shell(
    struct otp_findings *findings, const struct passwd *entry);
static const char *shell_of(const struct passwd *entry);
static bool ends_sessions(const char *shell);
static bool is_malformed(const char *line, const char *name);
static void add_finding(struct otp_findings *findings, enum otp_found found,
    const char *where, const char *what);

/* --- The host ----------------------------------------------------------- */

void
otp_check_login_closed(struct otp_findings *findings, const char *root)
{
	/* as pam_nologin(8) has them */
	static const char *const files[] = { "/run/nologin", "/etc/nologin" };
	char path[600];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", root, files[i]);
		if (access(path, F_OK) == 0)
			add_finding(findings, OTP_FOUND_CLOSED, path, NULL);
	}
}

/* --- The account -------------------------------------------------------- */

void
otp_check_login_account(
    struct otp_findings *findings, const char *name, int64_t now)
{
	const struct passwd *entry = getpwnam(name);
	const struct spwd *shadow;

	if (entry == NULL)
		return; /* a virtual user */
	check_shell(findings, entry);
	shadow = getspnam(name); /* only root can read it */
	if (shadow != NULL)
		check_shadow(findings, name, shadow, now / DAY);
	/* Many hosts have no password for root. */
	if (shadow != NULL && entry->pw_uid != 0)
		check_password(findings, name, shadow->sp_pwdp);
}

static void
check_shadow(struct otp_findings *findings, const char *name,
    const struct spwd *entry, int64_t today)
{
	char date[DATE + 1];

	if (entry->sp_expire >= 0 && today >= entry->sp_expire) {
		(void)snprintf(date, sizeof(date), "%.*s", DATE,
		    otp_when_iso((int64_t)entry->sp_expire * DAY).text);
		add_finding(findings, OTP_FOUND_EXPIRED, date, name);
	} else if (is_inactive(entry, today)) {
		add_finding(findings, OTP_FOUND_PASSWORD_EXPIRED, NULL, name);
	}
}

/* Whether the password was too old for so long that pam_unix(8) refuses. */
static bool
is_inactive(const struct spwd *entry, int64_t today)
{
	return entry->sp_lstchg > 0 && entry->sp_max >= 0 &&
	    entry->sp_inact >= 0 &&
	    today > (int64_t)entry->sp_lstchg + entry->sp_max + entry->sp_inact;
}

static void
check_password(
    struct otp_findings *findings, const char *name, const char *password)
{
	if (password[0] == '\0')
		add_finding(findings, OTP_FOUND_PASSWORD_EMPTY, NULL, name);
	else if (password[0] == '*' || password[strspn(password, "!*")] == '\0')
		add_finding(findings, OTP_FOUND_NO_PASSWORD, NULL, name);
	else if (password[0] == '!')
		add_finding(findings, OTP_FOUND_PASSWORD_LOCKED, NULL, name);
}

static void
check_shell(struct otp_findings *findings, const struct passwd *entry)
{
	const char *shell = shell_of(entry);

	if (ends_sessions(shell))
		add_finding(
		    findings, OTP_FOUND_NO_SHELL, shell, entry->pw_name);
	else if (access(shell, X_OK) != 0)
		add_finding(
		    findings, OTP_FOUND_SHELL_MISSING, shell, entry->pw_name);
}

/* An empty one is that of sh(1). */
static const char *
shell_of(const struct passwd *entry)
{
	return entry->pw_shell[0] != '\0' ? entry->pw_shell : "/bin/sh";
}

static bool
ends_sessions(const char *shell)
{
	const char *slash = strrchr(shell, '/');
	const char *name = slash != NULL ? slash + 1 : shell;

	return strcmp(name, "nologin") == 0 || strcmp(name, "false") == 0;
}

bool
otp_check_login_is_system(const char *name, const char **ret_shell)
{
	const struct passwd *entry = getpwnam(name);

	if (entry == NULL || entry->pw_uid == 0 || entry->pw_uid >= PERSONS ||
	    !ends_sessions(shell_of(entry)))
		return false;
	*ret_shell = shell_of(entry);
	return true;
}

/* --- What was answered -------------------------------------------------- */

void
otp_check_login_answers(struct otp_findings *findings, const char *name)
{
	/* The facility of authpriv, to which the module logs. */
	static const char *const arguments[] = { JOURNAL, "--quiet",
		"--no-pager", "--output=cat", "--since=-1h", "--lines=5000",
		"SYSLOG_FACILITY=10", NULL };
	char *text = NULL, *rest;
	const char *line;
	char number[16];
	unsigned count = 0;
	int status = 0;

	if (access(JOURNAL, X_OK) != 0 ||
	    !otp_run(arguments, OTP_RUN_STDOUT, LINES_MAX, &text, &status))
		return;
	rest = text;
	while ((line = strsep(&rest, "\n")) != NULL)
		count += is_malformed(line, name) ? 1 : 0;
	free(text);
	(void)snprintf(number, sizeof(number), "%u", count);
	if (status == 0 && count > 0)
		add_finding(findings, OTP_FOUND_MALFORMED, number, name);
}

/* "pam_otp(sshd:auth): result=refused reason=malformed user=NAME ..." */
static bool
is_malformed(const char *line, const char *name)
{
	static const char text[] = "): result=refused reason=malformed user=";
	const char *at = strstr(line, text);
	size_t length = strlen(name);

	if (strncmp(line, "pam_otp(", strlen("pam_otp(")) != 0 || at == NULL)
		return false;
	at += strlen(text);
	return strncmp(at, name, length) == 0 &&
	    (at[length] == ' ' || at[length] == '\0');
}

static void
add_finding(struct otp_findings *findings, enum otp_found found,
    const char *where, const char *what)
{
	otp_findings_add(findings, found,
	    (struct otp_words){ .where = where, .what = what });
}
