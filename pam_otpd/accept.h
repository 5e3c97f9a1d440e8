/* SPDX-License-Identifier: BSD-2-Clause */
/* The loop that accepts callers, and has workers answer them. */
#ifndef OTP_ACCEPT_H
#define OTP_ACCEPT_H

#include <stdbool.h>

#include "pam_otpd/sockets.h"

/*
 * Answer callers of SOCKETS until SIGTERM or SIGINT, and then up to 15 seconds
 * longer, to finish what began.  With UNTIL_IDLE, also until none came for a
 * while, and no limit counts any more.  CONF is the configuration file, or
 * NULL.  Returns false if it cannot go on, with errno.
 */
bool otp_accept_all(
    const struct otp_sockets *sockets, const char *conf, bool until_idle);

#endif
