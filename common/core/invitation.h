/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An invitation lets its owner enroll once: a code like a recovery code, which
 * ends.  The seed file keeps it as
 *
 *	invite:sha256$SALT$HASH:UNTIL
 *
 * with SALT and HASH as recovery.h has them, and UNTIL in seconds since 1970.
 * Its struct otp_recovery always has an end, and 0 for 'made'.
 */
#ifndef OTP_INVITATION_H
#define OTP_INVITATION_H

#include <stddef.h>

#include "common/core/err.h"
#include "common/core/recovery.h"

/* "invite:", the hash, ':', 12, NUL */
#define OTP_INVITATION_LINE_SIZE (OTP_RECOVERY_HASH_LENGTH + 21)

/* Read one line of a seed file, LENGTH bytes.  Errors: PARSE. */
enum otp_err otp_invitation_parse(const char *line, size_t length,
    struct otp_recovery *ret_invitation) OTP_MUST_USE;

/* Write the same line, with a NUL and without a newline. */
void otp_invitation_format(const struct otp_recovery *invitation,
    char ret_line[OTP_INVITATION_LINE_SIZE]);

#endif
