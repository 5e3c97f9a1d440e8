/* SPDX-License-Identifier: BSD-2-Clause */
/* What users change of their own account: PUT, RECOVERY and REMOVE. */
#ifndef OTP_PAM_OTPD_CHANGE_H
#define OTP_PAM_OTPD_CHANGE_H

#include <stdbool.h>

#include "pam_otpd/worker.h"

/*
 * Make the change that JOB, which is allowed, asks for SUBJECT, and log it.
 * SELF: whether users may put a first token (enum otp_self_option).  ANSWER
 * gets recovery codes, and the caller wipes it.  Errors: DENIED, those of
 * own.h.
 */
enum otp_err otp_change_run(const struct otp_job *job,
    const struct otp_host *host, const struct otp_subject *subject,
    unsigned self, struct otp_wire_answer *answer) OTP_MUST_USE;

#endif
