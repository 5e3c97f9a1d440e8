/* SPDX-License-Identifier: BSD-2-Clause */
/* Codes that are sent to a user. */
#ifndef OTP_MODULE_DELIVER_H
#define OTP_MODULE_DELIVER_H

#include <stdbool.h>

#include "pam_module/login.h"

/* Whether 'deliver' allows it, and what was typed asks for a code. */
bool otp_deliver_is_asked(const struct otp_login *login);

/*
 * Send LOGIN's user the code they asked for, if one can be sent, and log what
 * became of it.  It returns one second after it was called, for every user and
 * whatever became of it, and sets LOGIN's tag.
 */
void otp_deliver_answer(struct otp_login *login);

/*
 * The same where 'deliver' is auto, before the user is asked: one who has a
 * token is sent nothing.  No line is logged for such a user, nor for one who is
 * unknown or not enrolled.
 */
void otp_deliver_unasked(struct otp_login *login);

#endif
