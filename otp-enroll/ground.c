/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "common/effects/path.h"
#include "ground.h"

#define LITTLE (1024 * 1024) /* bytes of room */
/* 2026-01-01: a clock before it has lost its battery. */
#define EARLIEST INT64_C(1767225600)

/* Those that <linux/magic.h> does not have everywhere. */
#define MAGIC_ZFS      0x2fc12fc1u
#define MAGIC_BCACHEFS 0xca451a4eu
#define MAGIC_NILFS    0x3434u

static const struct {
	unsigned long magic;
	enum otp_found found;
	const char *name;
} kinds[] = {
	{ TMPFS_MAGIC, OTP_FOUND_FORGETFUL, "tmpfs" },
	{ RAMFS_MAGIC, OTP_FOUND_FORGETFUL, "ramfs" },
	{ OVERLAYFS_SUPER_MAGIC, OTP_FOUND_LAYERED, "overlayfs" },
	{ BTRFS_SUPER_MAGIC, OTP_FOUND_COPYING, "btrfs" },
	{ MAGIC_ZFS, OTP_FOUND_COPYING_ALWAYS, "zfs" },
	{ MAGIC_BCACHEFS, OTP_FOUND_COPYING_ALWAYS, "bcachefs" },
	{ MAGIC_NILFS, OTP_FOUND_COPYING_ALWAYS, "nilfs" },
};

/*
 * Types that no program which lets people in may write to.  var_lib_t is what a
 * store gets where nobody loaded contrib/selinux.
 */
static const char *const wrong_types[] = { "unlabeled_t", "default_t", "file_t",
	"var_lib_t", "user_home_t", "user_home_dir_t", "admin_home_t",
	"home_root_t", "user_tmp_t", "tmp_t", "mnt_t" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- The folder --------------------------------------------------------- */

void
otp_ground_check_mode(struct otp_findings *findings, const char *folder)
{
	char mode[8];
	struct stat status;

	if (lstat(folder, &status) != 0 ||
	    (status.st_mode & (S_IRWXG | S_IRWXO)) == 0)
		return; /* that the store can be used was seen before */
	(void)snprintf(
	    mode, sizeof(mode), "%04o", (unsigned)status.st_mode & 07777);
	otp_findings_add(findings, OTP_FOUND_OPEN_STORE,
	    (struct otp_words){ .where = folder, .what = mode });
}

/* --- The disk ----------------------------------------------------------- */

/* Whether new states in FOLDER are overwritten in place, on btrfs. */
static bool
is_in_place(const char *folder)
{
	char path[600];
	int flags = 0;
	int length = snprintf(path, sizeof(path), "%s/state", folder);
	int fd;
	bool in_place;

	if (length < 0 || (size_t)length >= sizeof(path))
		return true;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	in_place = fd < 0 || ioctl(fd, FS_IOC_GETFLAGS, &flags) != 0 ||
	    (flags & FS_NOCOW_FL) != 0;
	otp_path_close(&fd);
	return in_place;
}

void
otp_ground_check_disk(struct otp_findings *findings, const char *folder)
{
	struct otp_words words = { .where = folder };
	struct statvfs room;
	struct statfs status;

	if (statfs(folder, &status) != 0 || statvfs(folder, &room) != 0)
		return; /* that the store can be read was seen before */
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (((unsigned long)status.f_type & UINT32_MAX) !=
			kinds[i].magic ||
		    (kinds[i].found == OTP_FOUND_COPYING &&
			is_in_place(folder)))
			continue;
		words.what = kinds[i].name;
		otp_findings_add(findings, kinds[i].found, words);
	}
	if ((room.f_flag & ST_RDONLY) != 0)
		otp_findings_add(findings, OTP_FOUND_READ_ONLY, words);
	else if (room.f_bavail < LITTLE / room.f_frsize)
		otp_findings_add(findings, OTP_FOUND_DISK_FULL, words);
}

/* --- Labels ------------------------------------------------------------- */

bool
otp_ground_has_labels(const char *root)
{
	char selinux[600];

	(void)snprintf(
	    selinux, sizeof(selinux), "%s/sys/fs/selinux/enforce", root);
	return access(selinux, F_OK) == 0;
}

void
otp_ground_check_label(
    struct otp_findings *findings, const char *root, const char *path)
{
	char label[256];
	const char *type = label;
	ssize_t size;

	if (!otp_ground_has_labels(root))
		return;
	size = lgetxattr(path, "security.selinux", label, sizeof(label) - 1);
	if (size < 0)
		return;
	label[size] = '\0';
	/* user:role:type:level */
	for (int i = 0; type != NULL && i < 2; i++) {
		type = strchr(type, ':');
		type = type != NULL ? type + 1 : NULL;
	}
	if (type == NULL)
		return;
	label[(size_t)(type - label) + strcspn(type, ":")] = '\0';
	for (size_t i = 0; i < COUNT(wrong_types); i++)
		if (strcmp(type, wrong_types[i]) == 0)
			otp_findings_add(findings, OTP_FOUND_LABEL,
			    (struct otp_words){ .where = path, .what = type });
}

/* --- The clock ---------------------------------------------------------- */

struct otp_moment
otp_moment(int64_t seconds)
{
	struct otp_moment moment = { "" };
	time_t at = (time_t)seconds;
	struct tm parts;

	if (gmtime_r(&at, &parts) == NULL ||
	    strftime(moment.text, sizeof(moment.text), "%Y-%m-%d %H:%M:%S UTC",
		&parts) == 0)
		moment.text[0] = '\0';
	return moment;
}

void
otp_ground_check_clock(struct otp_findings *findings, int64_t now)
{
	struct timex state = { .modes = 0 }; /* asks, and sets nothing */
	const struct otp_moment moment = otp_moment(now);
	int result = adjtimex(&state);
	enum otp_found found = OTP_FOUND_CLOCK;

	if (now < EARLIEST)
		found = OTP_FOUND_CLOCK_WRONG;
	else if (result == TIME_ERROR ||
	    (result >= 0 && (state.status & STA_UNSYNC) != 0))
		found = OTP_FOUND_CLOCK_FREE;
	otp_findings_add(
	    findings, found, (struct otp_words){ .what = moment.text });
}
