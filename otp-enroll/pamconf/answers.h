/* SPDX-License-Identifier: BSD-2-Clause */
/* What the modules of others may return to pam_authenticate(3). */
#ifndef OTP_ANSWERS_H
#define OTP_ANSWERS_H

#include <stdint.h>

#include "otp-enroll/pamconf/parse.h"
#include "otp-enroll/pamconf/simulate.h"

/* The user that logs in. */
enum otp_who {
	OTP_WHO_ANYONE = 0,
	OTP_WHO_ROOT,
	OTP_WHO_ORDINARY, /* neither root nor a user of the system's */
};

/*
 * The kind of the module in LINE, and in *RET_RESULTS what it may return for
 * the user in SERVICE, a bit each.  The caller of su(1) and the like is not
 * root.
 */
enum otp_step_kind otp_answers(const struct otp_stack_line *line,
    const char *service, enum otp_who who, uint32_t *ret_results);

#endif
