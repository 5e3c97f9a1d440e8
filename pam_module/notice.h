/* SPDX-License-Identifier: BSD-2-Clause */
/* Notices: what the owner of an account is told of a login (tell.h). */
#ifndef OTP_MODULE_NOTICE_H
#define OTP_MODULE_NOTICE_H

#include "pam_module/login.h"

/*
 * Whether LOGIN's owner can be told: 'notify' says so, and a password or a key
 * was right before, so that strangers cannot have messages sent.
 */
void otp_notice_of_login(struct otp_login *login);

/*
 * Before LOGIN enrolls in the store of HOST: note the addresses that the
 * account has, which the new token replaces.
 */
void otp_notice_note(struct otp_login *login, const struct otp_host *host);

/*
 * Give what LOGIN's owner is to be told to the socket, once for each address,
 * and log what became of it.  It waits for nothing, and changes nothing of the
 * login.
 */
void otp_notice_send(const struct otp_login *login);

#endif
