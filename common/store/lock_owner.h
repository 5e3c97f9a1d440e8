/* SPDX-License-Identifier: BSD-2-Clause */
/* Which process has a file locked: a detail of LOCK_TIMEOUT. */
#ifndef OTP_LOCK_OWNER_H
#define OTP_LOCK_OWNER_H

#include <stdbool.h>

#include "common/core/err.h"

struct otp_lock_owner {
	unsigned long pid; /* 0 = not known */
	/* What the process calls itself: escape it before showing it. */
	char name[OTP_FAULT_NAME_SIZE];
};

/*
 * Find the process that has an open-file-description lock on FD's file.  The
 * kernel names no owner of such locks, so /proc is searched, for at most a
 * second.  False, and *RET_OWNER untouched, if none is found.
 */
bool otp_lock_owner_find(int fd, struct otp_lock_owner *ret_owner);

#endif
