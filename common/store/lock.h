/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One writer at a time: an open-file-description lock (fcntl(2)) on the whole
 * file, which threads of one process contend for like processes do.
 */
#ifndef OTP_LOCK_H
#define OTP_LOCK_H

#include <stdbool.h>

#include "common/core/err.h"

#define OTP_LOCK_TIMEOUT 5 /* seconds, on the monotonic clock */

/*
 * Lock FD, which is open for writing, waiting for others.
 * Errors: LOCK_TIMEOUT (FAULT names the process that has it locked, if it can
 * be found: LOCKED_BY), LIMIT (no locks left), CLOCK, READ.
 */
enum otp_err otp_lock_take(int fd, struct otp_fault *fault) OTP_MUST_USE;

/* Likewise, if that can be done at once: *RET_LOCKED.  Errors: LIMIT, READ. */
enum otp_err otp_lock_try(
    int fd, bool *ret_locked, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Unlock at once, also if a child of the host process has inherited the
 * description.
 */
void otp_lock_release(int fd);

/*
 * Look, without locking, for a lock on FD's file that another has for a second
 * on end.  Errors: LOCK_TIMEOUT (as above), READ.
 */
enum otp_err otp_lock_check(int fd, struct otp_fault *fault) OTP_MUST_USE;

#endif
