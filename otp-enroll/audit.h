/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The audit line: one to the system log for every change.
 *
 *	otp-enroll: action=enrolled user=alice uid=1000 by=0 sudo_uid=1000
 *	token="host:alice"
 */
#ifndef OTP_AUDIT_H
#define OTP_AUDIT_H

#include "common/effects/enrol.h"

/*
 * ACTION (a word) was done to SUBJECT (NULL: to the store); TOKEN is a label,
 * or NULL.  sudo_uid is what sudo claims; it proves nothing.
 */
void otp_audit(
    const char *action, const struct otp_subject *subject, const char *token);

/* Likewise, with the former name of SUBJECT. */
void otp_audit_former(
    const char *action, const struct otp_subject *subject, const char *former);

#endif
