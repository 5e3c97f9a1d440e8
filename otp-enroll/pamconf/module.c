/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/pamconf/module.h"

#include <elf.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/store/path.h"

/*
 * Where libpam looks for modules: ours first, then those of other
 * distributions, each of which uses one of them.
 */
static const char *const folders[] = { OTP_PAM_DIR,
	"/lib/*-linux-gnu*/security", "/usr/lib/*-linux-gnu*/security",
	"/lib64/security", "/usr/lib64/security", "/lib/security",
	"/usr/lib/security" };

/* Modules that show that a directory is PAM's. */
static const char *const always_there[] = { "pam_permit.so", "pam_deny.so",
	"pam_unix.so" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *base_of(const char *name);
static bool find_folder(const char *root, char ret_folder[OTP_MODULE_PATH]);
static bool has_modules(const char *folder);
static bool is_module(const char *path, bool of_this_host);
static bool read_head(const char *path, unsigned char head[EI_NIDENT + 4]);

bool
otp_module_is_ours(const char *name)
{
	return strcmp(base_of(name), OTP_MODULE_NAME) == 0;
}

static const char *
base_of(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash != NULL ? slash + 1 : name;
}

bool
otp_module_is_called(const char *name, const char *module)
{
	size_t length = strlen(module);
	const char *base = base_of(name);

	return strncmp(base, module, length) == 0 &&
	    (base[length] == '\0' || strcmp(base + length, ".so") == 0);
}

enum otp_module_state
otp_module_look(
    const char *root, const char *name, char ret_path[OTP_MODULE_PATH])
{
	char folder[OTP_MODULE_PATH] = "";
	struct stat status;
	int length;

	(void)snprintf(ret_path, OTP_MODULE_PATH, "%s", name);
	if (strchr(name, '$') != NULL) /* only libpam knows $ISA */
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

/* The directory below ROOT in which PAM looks for modules. */
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

/* An image may be for any machine; OF_THIS_HOST: compare with our own. */
static bool
is_module(const char *path, bool of_this_host)
{
	unsigned char head[EI_NIDENT + 4], own[EI_NIDENT + 4];

	if (!read_head(path, head))
		return false;
	if (!of_this_host || !read_head("/proc/self/exe", own))
		return true;
	/* The class and, after the type, the machine. */
	return head[EI_CLASS] == own[EI_CLASS] &&
	    memcmp(head + EI_NIDENT + 2, own + EI_NIDENT + 2, 2) == 0;
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
