/* SPDX-License-Identifier: BSD-2-Clause */
/* What an errno says of a file.  Only path.c and path_io.c include this. */
#ifndef OTP_PATH_ERRNO_H
#define OTP_PATH_ERRNO_H

#include "common/core/err.h"

/*
 * Put into FAULT (or NULL) that a call on an open file failed with ERRNUM.
 * WHERE is its path, or NULL.  Return LIMIT, NOMEM, WRITE (a file system that
 * is read-only), or ERR if ERRNUM is none of these.
 */
enum otp_err otp_path_explain_errno(enum otp_err err, int errnum,
    const char *where, struct otp_fault *fault) OTP_MUST_USE;

/* The same for a call on a name, which alone can be ABSENT; READ otherwise. */
enum otp_err otp_path_explain_name(
    int errnum, const char *where, struct otp_fault *fault) OTP_MUST_USE;

#endif
