/* SPDX-License-Identifier: BSD-2-Clause */
/* The frame on standard input. */
#ifndef OTP_DELIVER_REQUEST_H
#define OTP_DELIVER_REQUEST_H

#include <stddef.h>

#include "common/core/err.h"
#include "common/core/frame.h"

#define OTP_REQUEST_TIMEOUT 5 /* seconds */

/*
 * Read the frame from FD up to its end.  Errors: PARSE (not a frame, or too
 * large), READ (also after OTP_REQUEST_TIMEOUT).
 */
enum otp_err otp_request_read(int fd, struct otp_message *ret_message,
    struct otp_fault *fault) OTP_MUST_USE;

#endif
