/* SPDX-License-Identifier: BSD-2-Clause */
/* What users change of the addresses of their own account: ADDRESS. */
#ifndef OTP_PAM_OTPD_ADDRESS_H
#define OTP_PAM_OTPD_ADDRESS_H

#include "pam_otpd/worker.h"

/*
 * Make the change that JOB, which is allowed, asks for SUBJECT, and log it; the
 * code of a new address goes to the socket in the folder SOCKETS.
 * Errors: those of own.h, otp_post_proof().
 */
enum otp_err otp_own_address_run(const struct otp_job *job,
    const struct otp_host *host, const struct otp_subject *subject,
    const char *sockets, struct otp_wire_answer *answer) OTP_MUST_USE;

/* What the owner is told that STEP did; NULL: nothing. */
const char *otp_own_address_text(enum otp_own_step step);

#endif
