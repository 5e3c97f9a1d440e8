/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_otpd/account.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_SIZE \
	(1024 * 1024) /* of an entry; the kernel gives what is used */

static enum otp_err entry_find(
    const char *, uint32_t, struct otp_entry *, struct otp_fault *);
static int entry_ask(
    const char *, uint32_t, struct passwd *, char *, struct passwd **);

enum otp_err
otp_entry_by_name(
    const char *name, struct otp_entry *ret_entry, struct otp_fault *fault)
{
	return entry_find(name, 0, ret_entry, fault);
}

enum otp_err
otp_entry_by_uid(
    uint32_t uid, struct otp_entry *ret_entry, struct otp_fault *fault)
{
	return entry_find(NULL, uid, ret_entry, fault);
}

/* By NAME, or by UID if it is NULL. */
static enum otp_err
entry_find(const char *name, uint32_t uid, struct otp_entry *ret_entry,
    struct otp_fault *fault)
{
	struct otp_entry entry = { .found = false };
	struct passwd user = { 0 };
	struct passwd *found = NULL;
	char *buffer = malloc(BUFFER_SIZE);
	int errnum;

	if (buffer == NULL)
		return otp_fault_set(fault, OTP_ERR_NOMEM, ENOMEM, NULL,
		    OTP_DETAIL_USER_DATABASE);
	errnum = entry_ask(name, uid, &user, buffer, &found);
	if (errnum == 0 && found != NULL &&
	    (found->pw_uid == OTP_UID_VIRTUAL ||
		strlen(found->pw_name) >= sizeof(entry.name))) {
		free(buffer);
		return OTP_ERR_DENIED; /* it is there, and no account's */
	}
	if (errnum == 0 && found != NULL) {
		entry.found = true;
		entry.uid = found->pw_uid;
		memcpy(entry.name, found->pw_name, strlen(found->pw_name) + 1);
	}
	free(buffer);
	if (errnum != 0 && errnum != ENOENT && errnum != ESRCH)
		return otp_fault_set(fault, OTP_ERR_READ, errnum, NULL,
		    OTP_DETAIL_USER_DATABASE);
	*ret_entry = entry;
	return OTP_OK;
}

static int
entry_ask(const char *name, uint32_t uid, struct passwd *user, char *buffer,
    struct passwd **ret_found)
{
	int errnum = 0;

	do {
		*ret_found = NULL;
		errnum = name != NULL
		    ? getpwnam_r(name, user, buffer, BUFFER_SIZE, ret_found)
		    : getpwuid_r(uid, user, buffer, BUFFER_SIZE, ret_found);
	} while (errnum == EINTR);
	return errnum;
}
