/* SPDX-License-Identifier: BSD-2-Clause */
/* What is logged: by pam_syslog(3), to the facility LOG_AUTHPRIV. */
#ifndef OTP_LOG_H
#define OTP_LOG_H

#include "common/effects/post.h"
#include "pam_module/login.h"

/* The reason of a login that was not asked, since its device is known. */
#define OTP_REASON_KNOWN_DEVICE "known-device"
/* The same, since the owner gave a code a while ago. */
#define OTP_REASON_FRESH_LOGIN "fresh-login"
#define OTP_REASON_ENROLLED    "enrolled"
#define OTP_REASON_UNCONFIRMED "not-confirmed"
#define OTP_REASON_OVERTAKEN   "invitation-ended"
/* The reasons of logins whose users are not asked. */
#define OTP_REASON_NOT_IN_GROUPS "not-in-groups"
#define OTP_REASON_EXEMPT_GROUP	 "exempt-group"

#define OTP_REASON_EXEMPT "exempt"

/*
 * Log how LOGIN ended, and a warning if there were many wrong codes.  Names of
 * users who may not exist are left out, since they may be passwords.
 */
void otp_log_outcome(const struct otp_login *login, enum otp_step step);

/*
 * Log what became of a code that LOGIN's user asked for: as SENT says, or
 * LOGIN's error.
 */
void otp_log_delivery(
    const struct otp_login *login, const struct otp_sent *sent);

/*
 * Log whether the notice to LOGIN's owner was taken for all addresses, or ERR
 * and FAULT.
 */
void otp_log_notice(const struct otp_login *login, enum otp_err err,
    const struct otp_fault *fault);

/* With 'debug', log how far LOGIN has come, but never what was typed. */
void otp_log_debug(
    const struct otp_login *login, const char *step, const char *detail);

#endif
