/* SPDX-License-Identifier: BSD-2-Clause */
/* The socket that takes messages: otp-deliver(8) is started by it. */
#ifndef OTP_OUTBOX_H
#define OTP_OUTBOX_H

#include <stddef.h>

#include "common/core/err.h"
#include "common/core/frame.h"

#define OTP_OUTBOX_NAME "deliver"

/* Fill in ACCOUNT, the name of this host, and TIME. */
void otp_outbox_head(
    struct otp_message *message, const char *account, int64_t time);

/*
 * Give SIZE bytes of FRAME (frame.h) to the socket OTP_OUTBOX_NAME in FOLDER,
 * and wait for nothing: one that is full is a failure.  No part of the way to
 * it is a link, or writable for another user.
 * Errors: ABSENT, OWNER, MODE, LINK, NAME, READ, LIMIT, NOMEM (the folder's),
 * WRITE (with errno).
 */
enum otp_err otp_outbox_put(const char *folder, const char *frame, size_t size,
    struct otp_fault *fault) OTP_MUST_USE;

#endif
