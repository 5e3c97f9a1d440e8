/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's limits: how many messages of a kind leave in an hour, whoever
 * asked for them.  They are kept in one file of fixed size.
 */
#ifndef OTP_DELIVER_LIMITS_H
#define OTP_DELIVER_LIMITS_H

#include <stdbool.h>

#include "common/core/err.h"
#include "common/core/frame.h"

/* The folder of the file, private to the user that otp-deliver runs as. */
#define OTP_LIMITS_DIR "/run/pam_otp-deliver"

#define OTP_LIMITS_MAX	  OTP_FRAME_HOURLY /* messages of a kind */
#define OTP_LIMITS_PERIOD 3600		   /* seconds */

/*
 * Charge a message of KIND, if there is room for it: *RET_ALLOWED.  The charge
 * stays, whatever becomes of the message.  Errors: CLOCK, WRITE, and those of
 * path.h and lock.h.
 */
enum otp_err otp_limits_charge(enum otp_message_kind kind, bool *ret_allowed,
    struct otp_fault *fault) OTP_MUST_USE;

#endif
