/* SPDX-License-Identifier: BSD-2-Clause */
/* A login that enrolls, of a program that runs as root: ENROLL. */
#ifndef OTP_PAM_OTPD_ENROLL_H
#define OTP_PAM_OTPD_ENROLL_H

#include "pam_otpd/worker.h"

/*
 * Make the token of JOB active, which is allowed, for REQUEST's account, and
 * log it.  The module saw its code come back and showed the recovery codes.
 * ANSWER has what the owner is to be told, even on an error.
 * Errors: CONFLICT (the invitation is not valid any more), otp_enrol_put()'s.
 */
enum otp_err otp_enroll_run(const struct otp_job *job,
    const struct otp_host *host, const struct otp_request *request,
    struct otp_wire_answer *answer) OTP_MUST_USE;

#endif
