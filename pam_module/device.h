/* SPDX-License-Identifier: BSD-2-Clause */
/* The device that a login comes from, where the service remembers devices. */
#ifndef OTP_PAM_DEVICE_H
#define OTP_PAM_DEVICE_H

#include <stdbool.h>

#include "pam_module/login.h"

/*
 * Fill the request's 'device' and the login's 'device_name' if the options
 * say so, and sshd(8) names exactly one public key.  Without a device the user
 * is asked.
 */
void otp_device_of_login(struct otp_login *login);

/*
 * Whether LOGIN's user already gave a password to PAM, or sshd(8) names a
 * public key.
 */
bool otp_device_has_first_factor(const struct otp_login *login);

#endif
