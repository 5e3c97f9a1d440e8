/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A user database that has the account "stuck", and never answers pam_otpd about
 * it; nor about the uid 200000, and fails for others from 100000 on:
 * libnss_stuck.so.2.
 */
#include "config.h"

#include <errno.h>
#include <nss.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

enum nss_status _nss_stuck_getpwnam_r(const char *name, struct passwd *entry,
    char *buffer, size_t size, int *errnum);

enum nss_status _nss_stuck_getpwuid_r(
    uid_t uid, struct passwd *entry, char *buffer, size_t size, int *errnum);

EXPORTED enum nss_status
_nss_stuck_getpwuid_r(
    uid_t uid, struct passwd *entry, char *buffer, size_t size, int *errnum)
{
	(void)entry;
	(void)buffer;
	(void)size;
	while (uid == 200000 &&
	    strcmp(program_invocation_short_name, "pam_otpd") == 0)
		(void)pause();
	*errnum = uid >= 100000 ? EIO : ENOENT;
	return uid >= 100000 ? NSS_STATUS_UNAVAIL : NSS_STATUS_NOTFOUND;
}

EXPORTED enum nss_status
_nss_stuck_getpwnam_r(const char *name, struct passwd *entry, char *buffer,
    size_t size, int *errnum)
{
	static const char texts[] = "stuck\0*\0/\0/bin/false";

	if (strcmp(name, texts) != 0) {
		*errnum = ENOENT;
		return NSS_STATUS_NOTFOUND;
	}
	while (strcmp(program_invocation_short_name, "pam_otpd") == 0)
		(void)pause();
	if (size < sizeof(texts)) {
		*errnum = ERANGE;
		return NSS_STATUS_TRYAGAIN;
	}
	memcpy(buffer, texts, sizeof(texts));
	*entry = (struct passwd){ .pw_name = buffer,
		.pw_passwd = buffer + 6,
		.pw_uid = 2999,
		.pw_gid = 2999,
		.pw_gecos = buffer + 7,
		.pw_dir = buffer + 8,
		.pw_shell = buffer + 10 };
	return NSS_STATUS_SUCCESS;
}
