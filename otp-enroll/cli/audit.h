/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The audit line, written to the system log for every change.
 *
 *	otp-enroll: action=enrolled user=alice uid=1000 by=0 sudo_uid=1000
 *	token="host:alice"
 */
#ifndef OTP_AUDIT_H
#define OTP_AUDIT_H

#include "common/effects/enrol.h"

/*
 * Logs that ACTION (a word) was done to SUBJECT (NULL: to the store); TOKEN is
 * a label, or NULL.  sudo_uid is what sudo claims; it proves nothing.
 */
void otp_audit(
    const char *action, const struct otp_subject *subject, const char *token);

/* Likewise, with an address, MASKED. */
void otp_audit_address(
    const char *action, const struct otp_subject *subject, const char *masked);

/* Likewise, with the former name of SUBJECT. */
void otp_audit_former(
    const char *action, const struct otp_subject *subject, const char *former);

/* Likewise, with the end of an invitation. */
void otp_audit_invitation(
    const char *action, const struct otp_subject *subject, const char *until);

/* Likewise, with the end of an exemption and why there is one, or "". */
void otp_audit_exemption(const char *action, const struct otp_subject *subject,
    const char *until, const char *reason);

#endif
