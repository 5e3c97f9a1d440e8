/* SPDX-License-Identifier: BSD-2-Clause */
/* A login that enrolls: its user has an invitation. */
#ifndef OTP_MODULE_ENROLL_H
#define OTP_MODULE_ENROLL_H

#include <stdbool.h>

#include "pam_module/login.h"

/*
 * Whether LOGIN's service takes invitations, shows messages, and writes the
 * store itself or has pam_otpd(8) write it for root.
 */
bool otp_enroll_is_offered(const struct otp_login *login);

/*
 * Whether what was typed is an invitation, which STEP and LOGIN's answer say.
 */
bool otp_enroll_is_due(const struct otp_login *login, enum otp_step step);

/*
 * Have the user set up a token:
 *
 *	secret -> key shown -> code -> recovery codes shown -> Enter -> active
 *
 * Until the last step nothing changes, whenever the user or the application
 * goes away.  VERDICT with ACCEPT: the token is active, and the invitation
 * used.
 */
enum otp_step otp_enroll_run(struct otp_login *login);

#endif
