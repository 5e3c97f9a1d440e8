/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/check/host.h"

#include <fcntl.h>
#include <limits.h>
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

#include "common/core/calendar.h"
#include "common/store/file_system.h"
#include "common/core/options.h"
#include "common/store/path.h"
#include "otp-enroll/cli/when.h"

#define MIN_FREE_BYTES (1024 * 1024)

/* Not in every <linux/magic.h>. */
#define MAGIC_ZFS      0x2fc12fc1u
#define MAGIC_BCACHEFS 0xca451a4eu
#define MAGIC_NILFS    0x3434u

static const struct {
	unsigned long magic;
	enum otp_found found;
} kinds[] = {
	{ TMPFS_MAGIC, OTP_FOUND_STORE_IN_MEMORY },
	{ RAMFS_MAGIC, OTP_FOUND_STORE_IN_MEMORY },
	{ OVERLAYFS_SUPER_MAGIC, OTP_FOUND_STORE_ON_OVERLAY },
	{ BTRFS_SUPER_MAGIC, OTP_FOUND_STORE_COPIES },
	{ MAGIC_ZFS, OTP_FOUND_STORE_ALWAYS_COPIES },
	{ MAGIC_BCACHEFS, OTP_FOUND_STORE_ALWAYS_COPIES },
	{ MAGIC_NILFS, OTP_FOUND_STORE_ALWAYS_COPIES },
};

/*
 * Types that login programs cannot write to.  A store has var_lib_t if the
 * policy module of contrib/selinux is not loaded.
 */
static const char *const wrong_types[] = { "unlabeled_t", "default_t", "file_t",
	"var_lib_t", "user_home_t", "user_home_dir_t", "admin_home_t",
	"home_root_t", "user_tmp_t", "tmp_t", "mnt_t" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct left {
	struct otp_findings *findings;
	const char *folder;
};

static void add_read_only(struct otp_findings *findings, const char *folder);
static bool is_in_place(const char *folder);
static enum otp_err add_left(void *context, const char *name);

void
otp_check_host_mode(struct otp_findings *findings, const char *folder)
{
	char mode[8];
	struct stat status;

	if (lstat(folder, &status) != 0 ||
	    (status.st_mode & (S_IRWXG | S_IRWXO)) == 0)
		return; /* whether the store can be used is another check */
	(void)snprintf(
	    mode, sizeof(mode), "%04o", (unsigned)status.st_mode & 07777);
	otp_findings_add(findings, OTP_FOUND_STORE_READABLE,
	    (struct otp_words){ .where = folder, .what = mode });
}

void
otp_check_host_disk(struct otp_findings *findings, struct otp_place place)
{
	const char *folder = place.folder;
	char name[OTP_FAULT_NAME_SIZE];
	struct otp_words words = { .where = folder, .what = name };
	struct statvfs room;
	struct statfs status;
	unsigned long magic;

	if (statfs(folder, &status) != 0 || statvfs(folder, &room) != 0)
		return; /* whether the store can be read is another check */
	magic = (unsigned long)status.f_type & UINT32_MAX;
	otp_file_system_name(magic, name);
	if (place.is_local)
		otp_findings_add(findings,
		    otp_file_system_is_local(magic)
			? OTP_FOUND_FILE_SYSTEM_OPTION
			: OTP_FOUND_FILE_SYSTEM_TRUSTED,
		    words);
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (magic != kinds[i].magic ||
		    (kinds[i].found == OTP_FOUND_STORE_COPIES &&
			is_in_place(folder)))
			continue;
		otp_findings_add(findings, kinds[i].found, words);
	}
	if ((room.f_flag & ST_RDONLY) != 0)
		add_read_only(findings, folder);
	else if (room.f_bavail < MIN_FREE_BYTES / room.f_frsize)
		otp_findings_add(findings, OTP_FOUND_DISK_FULL, words);
}

/* With the folder where the disk is mounted. */
static void
add_read_only(struct otp_findings *findings, const char *folder)
{
	char path[OTP_PATH_SIZE];
	struct statx status = { 0 };

	(void)snprintf(path, sizeof(path), "%s", folder);
	while (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, 0, &status) == 0 &&
	    (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0 &&
	    strrchr(path, '/') != path)
		*strrchr(path, '/') = '\0';
	if ((status.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0)
		(void)snprintf(path, sizeof(path), "/");
	otp_findings_add(findings, OTP_FOUND_STORE_READ_ONLY,
	    (struct otp_words){ .where = folder, .more = path });
}

/* Whether new state files in FOLDER, on btrfs, are overwritten in place. */
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

enum otp_err
otp_check_host_left(struct otp_findings *findings, struct otp_place place,
    struct otp_fault *fault)
{
	struct left left = { .findings = findings, .folder = place.folder };
	enum otp_err err = otp_store_each_left(place, add_left, &left, fault);

	if (err != OTP_OK && fault->where[0] != '/') {
		char part[16];

		(void)snprintf(part, sizeof(part), "%.15s", fault->where);
		(void)snprintf(fault->where, sizeof(fault->where), "%.*s/%s",
		    OTP_FAULT_WHERE_SIZE - (int)sizeof(part) - 1, place.folder,
		    part);
	}
	return err;
}

static enum otp_err
add_left(void *context, const char *name)
{
	const struct left *left = context;
	char path[OTP_PATH_SIZE + NAME_MAX + sizeof("/state/")];

	(void)snprintf(path, sizeof(path), "%s/%s", left->folder, name);
	otp_findings_add(left->findings, OTP_FOUND_LEFT_OVER,
	    (struct otp_words){ .where = path });
	return OTP_OK;
}

bool
otp_check_host_has_labels(const char *root)
{
	char selinux[600];

	(void)snprintf(
	    selinux, sizeof(selinux), "%s/sys/fs/selinux/enforce", root);
	return access(selinux, F_OK) == 0;
}

void
otp_check_host_label(
    struct otp_findings *findings, const char *root, const char *path)
{
	char label[256];
	const char *type = label;
	ssize_t size;

	if (!otp_check_host_has_labels(root))
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
			otp_findings_add(findings, OTP_FOUND_SELINUX_LABEL,
			    (struct otp_words){ .where = path, .what = type });
}

void
otp_check_host_clock(struct otp_findings *findings, int64_t now)
{
	struct timex state = { .modes = 0 }; /* read only */
	const struct otp_when moment = otp_when_moment(now);
	int result = adjtimex(&state);
	enum otp_found found = OTP_FOUND_CLOCK;

	if (now < OTP_CALENDAR_EARLIEST)
		found = OTP_FOUND_CLOCK_WRONG;
	else if (result == TIME_ERROR ||
	    (result >= 0 && (state.status & STA_UNSYNC) != 0))
		found = OTP_FOUND_CLOCK_UNSYNCHRONISED;
	otp_findings_add(
	    findings, found, (struct otp_words){ .what = moment.text });
}
