/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/pamconf/answers.h"

#include <string.h>

#include "common/core/decimal.h"
#include "otp-enroll/pamconf/module.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define ERRORS "service_err system_err buf_err conv_err user_unknown abort "
#define PASSWORD                                                             \
	ERRORS "success auth_err perm_denied cred_insufficient "             \
	       "authinfo_unavail maxtries new_authtok_reqd acct_expired "    \
	       "cred_err cred_expired authtok_err authtok_recover_err "      \
	       "authtok_lock_busy authtok_expired try_again no_module_data " \
	       "open_err symbol_err session_err cred_unavail bad_item"
#define SOME	  ERRORS "success auth_err perm_denied ignore"
#define YES_OR_NO ERRORS "success auth_err perm_denied"
#define NOT_AUTH  "module_unknown" /* has no function for auth */

static const struct {
	const char *name;
	enum otp_step_kind kind;
	const char *results;
} modules[] = {
	{ "pam_permit", OTP_STEP_PLAIN, "success" },
	{ "pam_deny", OTP_STEP_PLAIN, "auth_err" },
	/* passwords */
	{ "pam_unix", OTP_STEP_PASSWORD, PASSWORD },
	{ "pam_unix2", OTP_STEP_PASSWORD, PASSWORD },
	{ "pam_unix_auth", OTP_STEP_PASSWORD, PASSWORD },
	{ "pam_pwdb", OTP_STEP_PASSWORD, PASSWORD },
	{ "pam_pwdfile", OTP_STEP_PASSWORD, PASSWORD },
	{ "pam_tcb", OTP_STEP_PASSWORD, PASSWORD },
	{ "pam_userdb", OTP_STEP_PASSWORD, PASSWORD },
	{ "pam_sss", OTP_STEP_PASSWORD, PASSWORD },
	{ "pam_ldap", OTP_STEP_PASSWORD, PASSWORD },
	{ "pam_krb5", OTP_STEP_PASSWORD, PASSWORD },
	{ "pam_heimdal", OTP_STEP_PASSWORD, PASSWORD },
	{ "pam_winbind", OTP_STEP_PASSWORD, PASSWORD " ignore" },
	{ "pam_systemd_home", OTP_STEP_PASSWORD, PASSWORD },
	{ "pam_kanidm", OTP_STEP_PASSWORD, PASSWORD " ignore" },
	{ "pam_himmelblau", OTP_STEP_PASSWORD, PASSWORD " ignore" },
	{ "pam_authd", OTP_STEP_PASSWORD, PASSWORD " ignore" },
	{ "pam_radius_auth", OTP_STEP_PASSWORD, PASSWORD },
	{ "pam_tacplus", OTP_STEP_PASSWORD, PASSWORD },
	{ "pam_mysql", OTP_STEP_PASSWORD, PASSWORD },
	{ "pam_pgsql", OTP_STEP_PASSWORD, PASSWORD },
	{ "pam_lsass", OTP_STEP_PASSWORD, PASSWORD },
	{ "pam_vas3", OTP_STEP_PASSWORD, PASSWORD },
	{ "pam_centrifydc", OTP_STEP_PASSWORD, PASSWORD },
	{ "pam_smbpass", OTP_STEP_PASSWORD, PASSWORD },
	/* other factors */
	{ "pam_sss_gss", OTP_STEP_FACTOR, "default" },
	{ "pam_u2f", OTP_STEP_FACTOR, "default" },
	{ "pam_yubico", OTP_STEP_FACTOR, "default" },
	{ "pam_google_authenticator", OTP_STEP_FACTOR, "default" },
	{ "pam_oath", OTP_STEP_FACTOR, "default" },
	{ "pam_duo", OTP_STEP_FACTOR, "default" },
	{ "pam_fprint", OTP_STEP_FACTOR, "default" },
	{ "pam_fprintd", OTP_STEP_FACTOR, "default" },
	{ "pam_howdy", OTP_STEP_FACTOR, "default" },
	{ "pam_pkcs11", OTP_STEP_FACTOR, "default" },
	{ "pam_p11", OTP_STEP_FACTOR, "default" },
	{ "pam_poldi", OTP_STEP_FACTOR, "default" },
	{ "pam_usb", OTP_STEP_FACTOR, "default" },
	{ "pam_ssh", OTP_STEP_FACTOR, "default" },
	{ "pam_ssh_agent_auth", OTP_STEP_FACTOR, "default" },
	{ "pam_timestamp", OTP_STEP_FACTOR, SOME },
	/* conditions */
	{ "pam_access", OTP_STEP_CONDITION, SOME },
	{ "pam_console", OTP_STEP_CONDITION, SOME },
	{ "pam_ftp", OTP_STEP_CONDITION, SOME },
	{ "pam_listfile", OTP_STEP_CONDITION, SOME },
	{ "pam_localuser", OTP_STEP_CONDITION, YES_OR_NO },
	{ "pam_rhosts", OTP_STEP_CONDITION, YES_OR_NO },
	{ "pam_rootok", OTP_STEP_CONDITION, "success auth_err" },
	{ "pam_selinux_permit", OTP_STEP_CONDITION, SOME },
	{ "pam_sepermit", OTP_STEP_CONDITION, SOME },
	{ "pam_succeed_if", OTP_STEP_CONDITION, YES_OR_NO },
	{ "pam_usertype", OTP_STEP_CONDITION, YES_OR_NO },
	{ "pam_wheel", OTP_STEP_CONDITION, SOME },
	/*
	 * Of these, no user is told from another, or all of those who come so
	 * far look the same.
	 */
	{ "pam_cap", OTP_STEP_PLAIN, SOME },
	{ "pam_echo", OTP_STEP_PLAIN, SOME },
	{ "pam_ecryptfs", OTP_STEP_PLAIN, SOME },
	{ "pam_env", OTP_STEP_PLAIN, SOME },
	{ "pam_exec", OTP_STEP_PLAIN, "default" },
	{ "pam_faildelay", OTP_STEP_PLAIN, SOME },
	{ "pam_faillock", OTP_STEP_PLAIN, SOME },
	{ "pam_fscrypt", OTP_STEP_PLAIN, SOME },
	{ "pam_gnome_keyring", OTP_STEP_PLAIN, SOME },
	{ "pam_group", OTP_STEP_PLAIN, SOME },
	{ "pam_issue", OTP_STEP_PLAIN, SOME },
	{ "pam_keyinit", OTP_STEP_PLAIN, SOME },
	{ "pam_kwallet", OTP_STEP_PLAIN, SOME },
	{ "pam_kwallet5", OTP_STEP_PLAIN, SOME },
	{ "pam_lastlog", OTP_STEP_PLAIN, SOME },
	{ "pam_mail", OTP_STEP_PLAIN, SOME },
	{ "pam_mount", OTP_STEP_PLAIN, SOME },
	{ "pam_nologin", OTP_STEP_PLAIN, SOME },
	{ "pam_securetty", OTP_STEP_PLAIN, SOME },
	{ "pam_selinux", OTP_STEP_PLAIN, SOME },
	{ "pam_shells", OTP_STEP_PLAIN, SOME },
	{ "pam_ssh_add", OTP_STEP_PLAIN, SOME },
	{ "pam_systemd_loadkey", OTP_STEP_PLAIN, SOME },
	{ "pam_tally", OTP_STEP_PLAIN, SOME },
	{ "pam_tally2", OTP_STEP_PLAIN, SOME },
	{ "pam_warn", OTP_STEP_PLAIN, "ignore" },
	/* for other types */
	{ "pam_limits", OTP_STEP_PLAIN, NOT_AUTH },
	{ "pam_loginuid", OTP_STEP_PLAIN, NOT_AUTH },
	{ "pam_mkhomedir", OTP_STEP_PLAIN, NOT_AUTH },
	{ "pam_motd", OTP_STEP_PLAIN, NOT_AUTH },
	{ "pam_namespace", OTP_STEP_PLAIN, NOT_AUTH },
	{ "pam_pwhistory", OTP_STEP_PLAIN, NOT_AUTH },
	{ "pam_pwquality", OTP_STEP_PLAIN, NOT_AUTH },
	{ "pam_systemd", OTP_STEP_PLAIN, NOT_AUTH },
	{ "pam_time", OTP_STEP_PLAIN, NOT_AUTH },
	{ "pam_tty_audit", OTP_STEP_PLAIN, NOT_AUTH },
	{ "pam_umask", OTP_STEP_PLAIN, NOT_AUTH },
	{ "pam_xauth", OTP_STEP_PLAIN, NOT_AUTH },
};

/* Programs that run as the user who calls them. */
static const char *const callers[] = { "chfn", "chsh", "newrole", "passwd",
	"polkit-1", "run_init", "runuser", "runuser-l", "su", "su-l" };

/* Programs that run as root whoever calls. */
static const char *const servers[] = { "cockpit", "dovecot", "gdm-password",
	"gdm-fingerprint", "gdm-smartcard", "kde", "lightdm", "login", "remote",
	"sddm", "sshd", "vsftpd", "xdm", "xrdp-sesman" };

/* Whether something is so for the one who logs in. */
enum truth {
	FALSE = 0,
	TRUE,
	EITHER,
};

static enum otp_step_kind narrow(const struct otp_stack_line *line,
    const char *service, enum otp_who who, enum otp_step_kind kind,
    uint32_t *results);
static bool has_argument(const struct otp_stack_line *line, const char *text);
static bool is_one_of(const char *word, const char *const *words, size_t count);
static enum truth is_root_caller(const char *service);
static enum truth is_of_type(
    const struct otp_stack_line *line, enum otp_who who);
static enum truth meets(const struct otp_stack_line *line, enum otp_who who);
static enum truth compare(
    const char *left, const char *how, const char *right, enum otp_who who);
static enum truth compare_uid(
    const char *how, const char *right, enum otp_who who);
static enum truth is_within(enum otp_who who, uint64_t from, uint64_t to);
static enum truth negate(enum truth truth);
static uint32_t only(enum truth truth, uint32_t results);

enum otp_step_kind
otp_answers(const struct otp_stack_line *line, const char *service,
    enum otp_who who, uint32_t *ret_results)
{
	*ret_results = UINT32_MAX;
	if (otp_module_is_ours(line->name))
		return OTP_STEP_OURS;
	for (size_t i = 0; i < COUNT(modules); i++) {
		if (!otp_module_is_called(line->name, modules[i].name))
			continue;
		*ret_results = otp_stack_results(modules[i].results);
		return narrow(line, service, who, modules[i].kind, ret_results);
	}
	return OTP_STEP_UNKNOWN;
}

/* Leave of RESULTS what the arguments, the service and the user leave. */
static enum otp_step_kind
narrow(const struct otp_stack_line *line, const char *service, enum otp_who who,
    enum otp_step_kind kind, uint32_t *results)
{
	const char *name = line->name;
	enum truth truth = EITHER;

	if (otp_module_is_called(name, "pam_faillock") &&
	    has_argument(line, "authfail"))
		*results = otp_stack_results("auth_err ignore " ERRORS);
	else if (otp_module_is_called(name, "pam_sss") &&
	    has_argument(line, "ignore_unknown_user"))
		*results |= otp_stack_results("ignore");
	else if (otp_module_is_called(name, "pam_rootok"))
		truth = is_root_caller(service);
	else if (otp_module_is_called(name, "pam_usertype"))
		truth = is_of_type(line, who);
	else if (otp_module_is_called(name, "pam_succeed_if"))
		truth = meets(line, who);
	*results = only(truth, *results);
	return kind;
}

static bool
has_argument(const struct otp_stack_line *line, const char *text)
{
	return is_one_of(text, line->argv, (size_t)line->argc);
}

static bool
is_one_of(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

static enum truth
is_root_caller(const char *service)
{
	if (is_one_of(service, callers, COUNT(callers)))
		return FALSE;
	return is_one_of(service, servers, COUNT(servers)) ? TRUE : EITHER;
}

static enum truth
is_of_type(const struct otp_stack_line *line, enum otp_who who)
{
	bool regular = has_argument(line, "isregular");

	if (who == OTP_WHO_ANYONE || regular == has_argument(line, "issystem"))
		return EITHER;
	return regular == (who == OTP_WHO_ORDINARY) ? TRUE : FALSE;
}

/* The tests of pam_succeed_if, all of which must be met. */
static enum truth
meets(const struct otp_stack_line *line, enum otp_who who)
{
	static const char *const flags[] = { "debug", "quiet", "quiet_fail",
		"quiet_success", "audit" };
	enum truth all = TRUE;

	if (has_argument(line, "use_uid")) /* about the caller */
		return EITHER;
	for (int i = 0; i < line->argc;) {
		enum truth one = EITHER;

		if (is_one_of(line->argv[i], flags, COUNT(flags))) {
			i++;
			continue;
		}
		if (line->argc - i >= 3)
			one = compare(line->argv[i], line->argv[i + 1],
			    line->argv[i + 2], who);
		if (one == FALSE)
			return FALSE;
		if (one == EITHER)
			all = EITHER;
		i += 3;
	}
	return all;
}

static enum truth
compare(const char *left, const char *how, const char *right, enum otp_who who)
{
	bool root = who == OTP_WHO_ROOT;

	if (strcmp(left, "uid") == 0)
		return compare_uid(how, right, who);
	if (strcmp(left, "user") != 0 || who == OTP_WHO_ANYONE ||
	    (!root && strcmp(right, "root") != 0))
		return EITHER;
	if (strcmp(how, "=") == 0)
		return root && strcmp(right, "root") == 0 ? TRUE : FALSE;
	if (strcmp(how, "!=") == 0)
		return root && strcmp(right, "root") == 0 ? FALSE : TRUE;
	return EITHER;
}

static enum truth
compare_uid(const char *how, const char *right, enum otp_who who)
{
	uint64_t uid = 0;

	if (otp_decimal_read(right, strlen(right), UINT32_MAX, &uid) != OTP_OK)
		return EITHER;
	if (strcmp(how, "<") == 0 || strcmp(how, "lt") == 0)
		return uid > 0 ? is_within(who, 0, uid - 1) : FALSE;
	if (strcmp(how, "<=") == 0 || strcmp(how, "le") == 0)
		return is_within(who, 0, uid);
	if (strcmp(how, ">=") == 0 || strcmp(how, "ge") == 0)
		return is_within(who, uid, UINT32_MAX);
	if (strcmp(how, ">") == 0 || strcmp(how, "gt") == 0)
		return is_within(who, uid + 1, UINT32_MAX);
	if (strcmp(how, "=") == 0 || strcmp(how, "eq") == 0)
		return is_within(who, uid, uid);
	if (strcmp(how, "!=") == 0 || strcmp(how, "ne") == 0)
		return negate(is_within(who, uid, uid));
	return EITHER;
}

/* Whether the uid is at least FROM and at most TO. */
static enum truth
is_within(enum otp_who who, uint64_t from, uint64_t to)
{
	static const struct {
		uint64_t least, greatest;
	} uids[] = {
		[OTP_WHO_ANYONE] = { 0, UINT32_MAX },
		[OTP_WHO_ROOT] = { 0, 0 },
		[OTP_WHO_ORDINARY] = { 1000, 60000 },
	};

	if (uids[who].greatest < from || uids[who].least > to)
		return FALSE;
	if (uids[who].least >= from && uids[who].greatest <= to)
		return TRUE;
	return EITHER;
}

static enum truth
negate(enum truth truth)
{
	if (truth == EITHER)
		return EITHER;
	return truth == TRUE ? FALSE : TRUE;
}

/* RESULTS of a module that succeeds if TRUTH. */
static uint32_t
only(enum truth truth, uint32_t results)
{
	const uint32_t success = UINT32_C(1) << OTP_STACK_SUCCESS;

	if (truth == TRUE)
		return success;
	return truth == FALSE ? results & ~success : results;
}
