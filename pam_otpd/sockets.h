/* SPDX-License-Identifier: BSD-2-Clause */
/* The three sockets: systemd's, or those that the daemon creates itself. */
#ifndef OTP_SOCKETS_H
#define OTP_SOCKETS_H

#include <stdbool.h>

#include "common/core/err.h"
#include "pam_otpd/rights.h"

#define OTP_SOCKETS_GROUP "pam_otp" /* of the socket "service" */

/* The listening sockets, by enum otp_listener; -1: there is none. */
struct otp_sockets {
	int fds[OTP_LISTENERS];
};

/*
 * Take the sockets that systemd passed to this process, by the variables
 * LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES (sd_listen_fds(3)), which are then
 * unset.  Each is one of ours, once, by its name, and a listening socket of the
 * right type.
 * Errors: ABSENT (none was passed), OPTION (anything else is wrong), READ.
 */
enum otp_err otp_sockets_take(
    struct otp_sockets *ret_sockets, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Create them in FOLDER, which no other user can write to; sockets of an
 * earlier daemon are replaced.  "service" is for the group OTP_SOCKETS_GROUP;
 * if there is none, for root alone.
 * Errors: those of a folder (path.h), NAME, WRITE.
 */
enum otp_err otp_sockets_create(const char *folder,
    struct otp_sockets *ret_sockets, struct otp_fault *fault) OTP_MUST_USE;

/* Remove the sockets that were created in FOLDER. */
void otp_sockets_remove(const char *folder);

#endif
