/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One writer at a time: an open-file-description lock (fcntl(2)) on the whole
 * file, which threads of one process contend for like processes do.
 */
#ifndef OTP_LOCK_H
#define OTP_LOCK_H

#include "common/core/err.h"

#define OTP_LOCK_TIMEOUT 5 /* seconds, on the monotonic clock */

/*
 * Wait for the lock on FD, which is open for writing.  Errors: LOCK_TIMEOUT
 * (FAULT's `what` names the process that holds it), LIMIT (no locks left),
 * CLOCK, READ.
 */
enum otp_err otp_lock_take(int fd, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Give it up at once, also where a child of the host process has inherited
 * the description.
 */
void otp_lock_release(int fd);

#endif
