/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading a file or a pipe to its end. */
#ifndef OTP_READ_H
#define OTP_READ_H

#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"

#define OTP_READ_FOREVER (-1)

/*
 * Read FD from where it stands to its end.  *RET_TEXT has *RET_SIZE bytes, at
 * most MAX, and a NUL after them; the caller wipes it if it is secret, and
 * frees it.  PATIENCE is in milliseconds, for all of it, or OTP_READ_FOREVER.
 * Errors: READ (FAULT's errnum says why; ETIMEDOUT after PATIENCE), LIMIT (it
 * is longer than MAX; the rest is not waited for), NOMEM.
 */
enum otp_err otp_read_all(int fd, size_t max, int patience, char **ret_text,
    size_t *ret_size, struct otp_fault *fault) OTP_MUST_USE;

/* Milliseconds on the monotonic clock; -1 if it fails. */
int64_t otp_read_clock(void);

#endif
