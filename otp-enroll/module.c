/* SPDX-License-Identifier: BSD-2-Clause */
#include <elf.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/effects/path.h"
#include "module.h"

/*
 * Where a libpam looks that is another than the one we were built for; a
 * distribution has one of them.
 */
static const char *const folders[] = { OTP_PAM_DIR,
	"/lib/*-linux-gnu*/security", "/usr/lib/*-linux-gnu*/security",
	"/lib64/security", "/usr/lib64/security", "/lib/security",
	"/usr/lib/security" };

/* A folder with one of these is PAM's own. */
static const char *const always_there[] = { "pam_permit.so", "pam_deny.so",
	"pam_unix.so" };

/* These verify nobody, whatever they answer. */
static const char *const conditions[] = { "pam_access", "pam_cap",
	"pam_console", "pam_debug", "pam_echo", "pam_ecryptfs", "pam_env",
	"pam_exec", "pam_faildelay", "pam_faillock", "pam_fscrypt",
	"pam_gnome_keyring", "pam_group", "pam_issue", "pam_keyinit",
	"pam_kwallet", "pam_kwallet5", "pam_lastlog", "pam_limits",
	"pam_listfile", "pam_localuser", "pam_loginuid", "pam_mail",
	"pam_mkhomedir", "pam_motd", "pam_mount", "pam_namespace",
	"pam_nologin", "pam_rootok", "pam_securetty", "pam_selinux",
	"pam_sepermit", "pam_shells", "pam_succeed_if", "pam_tally",
	"pam_tally2", "pam_time", "pam_timestamp", "pam_umask", "pam_usertype",
	"pam_warn", "pam_wheel", "pam_xauth" };

/* These ask for a password. */
static const char *const passwords[] = { "pam_unix", "pam_unix2", "pam_sss",
	"pam_ldap", "pam_krb5", "pam_winbind", "pam_tcb", "pam_userdb",
	"pam_radius_auth", "pam_systemd_home", "pam_tacplus", "pam_mysql",
	"pam_pgsql", "pam_lsass", "pam_vas3", "pam_pwdfile" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *
base_of(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash != NULL ? slash + 1 : name;
}

bool
otp_module_is_ours(const char *name)
{
	return strcmp(base_of(name), OTP_MODULE_NAME) == 0;
}

/* Whether NAME is MODULE, with or without its ".so". */
static bool
is_called(const char *name, const char *module)
{
	size_t length = strlen(module);
	const char *base = base_of(name);

	return strncmp(base, module, length) == 0 &&
	    (base[length] == '\0' || strcmp(base + length, ".so") == 0);
}

enum otp_step_kind
otp_module_kind(const char *name)
{
	if (otp_module_is_ours(name))
		return OTP_STEP_OURS;
	if (is_called(name, "pam_permit"))
		return OTP_STEP_PERMIT;
	if (is_called(name, "pam_deny"))
		return OTP_STEP_DENY;
	for (size_t i = 0; i < COUNT(conditions); i++)
		if (is_called(name, conditions[i]))
			return OTP_STEP_CONDITION;
	return OTP_STEP_PASSWORD;
}

bool
otp_module_is_password(const char *name)
{
	for (size_t i = 0; i < COUNT(passwords); i++)
		if (is_called(name, passwords[i]))
			return true;
	return false;
}

bool
otp_module_is_for_root(const char *name)
{
	return is_called(name, "pam_rootok");
}

/* --- Its file ----------------------------------------------------------- */

static bool
has_modules(const char *folder)
{
	for (size_t i = 0; i < COUNT(always_there); i++) {
		char path[OTP_MODULE_PATH];
		int length = snprintf(
		    path, sizeof(path), "%s/%s", folder, always_there[i]);

		if (length > 0 && (size_t)length < sizeof(path) &&
		    access(path, F_OK) == 0)
			return true;
	}
	return false;
}

/* The folder below ROOT in which PAM looks. */
static bool
find_folder(const char *root, char ret_folder[OTP_MODULE_PATH])
{
	for (size_t i = 0; i < COUNT(folders); i++) {
		char pattern[OTP_MODULE_PATH];
		glob_t found = { .gl_pathc = 0 };
		bool is_it = false;
		int length = snprintf(
		    pattern, sizeof(pattern), "%s%s", root, folders[i]);

		if (length < 0 || (size_t)length >= sizeof(pattern) ||
		    glob(pattern, 0, NULL, &found) != 0)
			continue;
		for (size_t j = 0; !is_it && j < found.gl_pathc; j++) {
			is_it = has_modules(found.gl_pathv[j]);
			if (is_it)
				(void)snprintf(ret_folder, OTP_MODULE_PATH,
				    "%s", found.gl_pathv[j]);
		}
		globfree(&found);
		if (is_it)
			return true;
	}
	return false;
}

/* The first bytes of an ELF file. */
static bool
read_head(const char *path, unsigned char head[EI_NIDENT + 4])
{
	size_t size = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool done = fd >= 0 &&
	    otp_path_read(fd, head, EI_NIDENT + 4, 0, &size, NULL) == OTP_OK &&
	    size == EI_NIDENT + 4 && memcmp(head, ELFMAG, SELFMAG) == 0;

	otp_path_close(&fd);
	return done;
}

/* Of an image, any machine will do. */
static bool
is_module(const char *path, bool of_this_host)
{
	unsigned char head[EI_NIDENT + 4], own[EI_NIDENT + 4];

	if (!read_head(path, head))
		return false;
	if (!of_this_host || !read_head("/proc/self/exe", own))
		return true;
	/* Class, and behind the type the machine. */
	return head[EI_CLASS] == own[EI_CLASS] &&
	    memcmp(head + EI_NIDENT + 2, own + EI_NIDENT + 2, 2) == 0;
}

enum otp_module_state
otp_module_look(
    const char *root, const char *name, char ret_path[OTP_MODULE_PATH])
{
	char folder[OTP_MODULE_PATH] = "";
	struct stat status;
	int length;

	(void)snprintf(ret_path, OTP_MODULE_PATH, "%s", name);
	if (strchr(name, '$') != NULL) /* $ISA is libpam's to know */
		return OTP_MODULE_UNCERTAIN;
	if (name[0] == '/')
		length =
		    snprintf(ret_path, OTP_MODULE_PATH, "%s%s", root, name);
	else if (find_folder(root, folder))
		length =
		    snprintf(ret_path, OTP_MODULE_PATH, "%s/%s", folder, name);
	else
		return OTP_MODULE_UNCERTAIN;
	if (length < 0 || length >= OTP_MODULE_PATH)
		return OTP_MODULE_MISSING;
	if (stat(ret_path, &status) != 0)
		return OTP_MODULE_MISSING;
	if (!S_ISREG(status.st_mode) || !is_module(ret_path, root[0] == '\0'))
		return OTP_MODULE_FOREIGN;
	if ((status.st_uid != 0 && status.st_uid != geteuid()) ||
	    (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return OTP_MODULE_UNSAFE;
	return OTP_MODULE_FINE;
}
