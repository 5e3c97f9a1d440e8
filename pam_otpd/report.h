/* SPDX-License-Identifier: BSD-2-Clause */
/* The daemon's lines in the log. */
#ifndef OTP_PAM_OTPD_REPORT_H
#define OTP_PAM_OTPD_REPORT_H

#include <stdbool.h>

#include "pam_otpd/worker.h"

/* Log to syslog(3), LOG_AUTHPRIV, or instead to standard error. */
void otp_report_begin(bool to_stderr);

/*
 * How JOB's try ended.  REQUEST is what counted of its request: names of users
 * who may not exist are left out, since they may be passwords.
 */
void otp_report_try(const struct otp_job *job,
    const struct otp_request *request, const struct otp_wire_answer *answer);

/* What became of a code that JOB asked to be sent for REQUEST. */
void otp_report_sent(const struct otp_job *job,
    const struct otp_request *request, const struct otp_wire_answer *answer);

/*
 * Whether JOB's notice, which the log calls NOTICE, was taken for all
 * addresses, or ERR and FAULT.
 */
void otp_report_notice(const struct otp_job *job,
    const struct otp_request *request, const char *notice, enum otp_err err,
    const struct otp_fault *fault);

/*
 * JOB made a change to SUBJECT's account: ACTION, a word as otp-enroll logs it.
 * REASON: why it was refused, or NULL.  METHOD: what it was made with, or NULL.
 */
void otp_report_change(const struct otp_job *job,
    const struct otp_subject *subject, const char *action, const char *reason,
    const char *method);

/* A caller was refused, or a request of any other kind failed. */
void otp_report_refused(enum otp_listener listener, uint32_t peer,
    enum otp_err err, const struct otp_fault *fault);

#endif
