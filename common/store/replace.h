/* SPDX-License-Identifier: BSD-2-Clause */
/* Replacing a file: the old one or the new one, also after a power cut. */
#ifndef OTP_REPLACE_H
#define OTP_REPLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/core/err.h"

/*
 * Write TEXT as the file NAME in the open folder AT: a new file (0600) is
 * flushed, takes the place of the old one, and the folder is flushed.
 * *RET_REPLACED: whether it is in its place, also on failure.  A left-over
 * ".NAME.new" is replaced; the caller keeps others from writing the same NAME
 * at the same time.  Errors: WRITE.
 */
enum otp_err otp_replace_file(int at, const char *name, const void *text,
    size_t size, bool *ret_replaced, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Flush the open folder AT: what was renamed or unlinked in it is on the disk
 * when this returns OTP_OK.  Errors: WRITE.
 */
enum otp_err otp_replace_sync(int at, struct otp_fault *fault) OTP_MUST_USE;

#endif
