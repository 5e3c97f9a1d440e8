/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a login is its account's owner's, for the option 'fresh_for'. */
#ifndef OTP_OWNER_H
#define OTP_OWNER_H

#include "pam_module/login.h"

/*
 * Fill the request's 'owner'.  If this host and this boot of it cannot be
 * identified, the user is asked.
 */
void otp_owner_of_login(struct otp_login *login);

/* Before a code is given, which is noted with the host on which it was. */
void otp_owner_note_host(struct otp_login *login);

#endif
