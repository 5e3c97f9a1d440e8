/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processes that answer.  A login asks twice, to look and to try: a process
 * that has done only that is kept for the next request of the same uid on the
 * same socket, and ends after any other.  One that has answered nothing yet is
 * kept ready for any caller.  So a request seldom waits until there is one.
 */
#ifndef OTP_CHILD_H
#define OTP_CHILD_H

#include <stdbool.h>

#include "pam_otpd/connection.h"
#include "pam_otpd/sockets.h"

/*
 * Have one ready, which closes SOCKETS, and reads the configuration file CONF,
 * or the default one for NULL, at its request.  Returns false, with errno, if
 * there can be none now.
 */
bool otp_child_prepare(const struct otp_sockets *sockets, const char *conf);

/* None is ready any more. */
void otp_child_dismiss(void);

/*
 * Have one answer CONNECTION of LISTENER, which then has a 'worker' to read
 * from.  Returns false, with errno, if there can be none now.
 */
bool otp_child_start(const struct otp_sockets *sockets, const char *conf,
    enum otp_listener listener, struct otp_connection *connection);

/*
 * The worker of CONNECTION of LISTENER has answered, all at once, or has ended
 * without that: read the answer.  Returns false if there is none.
 */
bool otp_child_finish(enum otp_listener listener,
    struct otp_connection *connection, struct otp_wire_answer *ret_answer);

#endif
