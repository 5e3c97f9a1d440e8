/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processes that answer, one a request.  One that has nothing to do yet is
 * kept ready, so that no caller waits until it is there.
 */
#ifndef OTP_CHILD_H
#define OTP_CHILD_H

#include <stdbool.h>

#include "pam_otpd/connection.h"
#include "pam_otpd/sockets.h"

/*
 * Have one ready, which closes SOCKETS, and reads the configuration file CONF, or
 * the default one for NULL, at its request.  Returns false, with errno, if there
 * can be none now.
 */
bool otp_child_prepare(const struct otp_sockets *sockets, const char *conf);

/* None is ready any more. */
void otp_child_dismiss(void);

/*
 * Have one answer CONNECTION of LISTENER, which then has a 'worker' to read from.
 * Returns false, with errno, if there can be none now.
 */
bool otp_child_start(const struct otp_sockets *sockets, const char *conf,
    enum otp_listener listener, struct otp_connection *connection);

/*
 * The worker of CONNECTION has answered, all at once, or has ended without that:
 * read the answer.  Returns false if there is none.
 */
bool otp_child_finish(
    struct otp_connection *connection, struct otp_wire_answer *ret_answer);

#endif
