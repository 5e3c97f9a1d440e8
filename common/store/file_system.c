/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, with the test that fails without it (tests/store/):
 *
 * 1. A file system that is not known to be local is refused, whatever it is
 *    (open__refuses_what_is_not_known_to_be_local,
 *    file_system__has_an_allow_list).
 */
#include "config.h"

#include "common/store/file_system.h"

#include <errno.h>
#include <linux/magic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

static enum otp_err file_system_refuse(
    unsigned long magic, struct otp_fault *fault);

/*
 * Not every <linux/magic.h> has all of them.  Those that are not local are here
 * only to be told by name.
 */
static const struct {
	unsigned long magic;
	const char *name;
	bool is_local;
} types[] = {
	{ EXT4_SUPER_MAGIC, "ext4", true }, /* and ext2, ext3 */
	{ 0x58465342, "xfs", true },
	{ BTRFS_SUPER_MAGIC, "btrfs", true },
	{ 0x2fc12fc1, "zfs", true },
	{ 0xf2f52010, "f2fs", true },
	{ 0xca451a4e, "bcachefs", true },
	{ 0x3434, "nilfs", true },
	{ 0x3153464a, "jfs", true },
	{ OVERLAYFS_SUPER_MAGIC, "overlayfs", true },
	{ TMPFS_MAGIC, "tmpfs", true },
	{ RAMFS_MAGIC, "ramfs", true },
	{ NFS_SUPER_MAGIC, "nfs", false },
	{ 0xff534d42, "cifs", false },
	{ 0xfe534d42, "smb2", false },
	{ SMB_SUPER_MAGIC, "smb", false },
	{ V9FS_MAGIC, "9p", false },
	{ 0x65735546, "fuse", false }, /* and virtiofs */
	{ AFS_SUPER_MAGIC, "afs", false },
	{ 0x6b414653, "afs", false }, /* the kernel's own */
	{ CODA_SUPER_MAGIC, "coda", false },
	{ 0x00c36400, "ceph", false },
	{ 0x01161970, "gfs2", false },
	{ 0x7461636f, "ocfs2", false },
	{ 0x0bd00bd0, "lustre", false },
	{ 0x47504653, "gpfs", false },
	{ 0x19830326, "beegfs", false },
	{ 0x20030528, "orangefs", false },
	{ 0x786f4256, "vboxsf", false },
	{ 0xbacbacbc, "vmhgfs", false },
	{ 0x4d44, "vfat", false },
};

#define COUNT (sizeof(types) / sizeof(types[0]))

enum otp_err
otp_file_system_check(int folder, struct otp_fault *fault)
{
	unsigned long magic = 0;
	enum otp_err err = otp_file_system_magic(folder, &magic, fault);

	if (err != OTP_OK)
		return err;
	return otp_file_system_is_local(magic)
	    ? OTP_OK
	    : file_system_refuse(magic, fault);
}

enum otp_err
otp_file_system_magic(
    int folder, unsigned long *ret_magic, struct otp_fault *fault)
{
	struct statfs status;
	int result;

	do
		result = fstatfs(folder, &status);
	while (result != 0 && errno == EINTR);
	if (result != 0)
		return otp_fault_set(
		    fault, OTP_ERR_READ, errno, NULL, OTP_DETAIL_NONE);
	*ret_magic = (unsigned long)status.f_type & UINT32_MAX;
	return OTP_OK;
}

bool
otp_file_system_is_local(unsigned long magic)
{
	for (size_t i = 0; i < COUNT; i++)
		if (types[i].magic == magic)
			return types[i].is_local;
	return false;
}

void
otp_file_system_name(unsigned long magic, char ret_name[OTP_FAULT_NAME_SIZE])
{
	(void)snprintf(ret_name, OTP_FAULT_NAME_SIZE, "0x%lx", magic);
	for (size_t i = 0; i < COUNT; i++)
		if (types[i].magic == magic)
			(void)snprintf(
			    ret_name, OTP_FAULT_NAME_SIZE, "%s", types[i].name);
}

static enum otp_err
file_system_refuse(unsigned long magic, struct otp_fault *fault)
{
	if (fault != NULL)
		otp_file_system_name(magic, fault->name);
	return otp_fault_set(
	    fault, OTP_ERR_FILESYSTEM, 0, NULL, OTP_DETAIL_FILE_SYSTEM);
}
