/* SPDX-License-Identifier: BSD-2-Clause */
/* Check of pam_otpd(8), which programs that are not root need. */
#ifndef OTP_CHECK_DAEMON_H
#define OTP_CHECK_DAEMON_H

#include "otp-enroll/check/services.h"
#include "otp-enroll/cli/command.h"

/*
 * Does nothing unless one of SERVICES, of this host, needs it, or one of its
 * sockets is there.  Asks it for its version, which starts it.
 */
void otp_check_daemon(
    const struct otp_tool *tool, const struct otp_check_services *services);

#endif
