/* SPDX-License-Identifier: BSD-2-Clause */
/* Which user is logging in. */
#ifndef OTP_USER_H
#define OTP_USER_H

#include <stdbool.h>

#include "common/core/err.h"
#include "pam_module/login.h"

/*
 * Fill in LOGIN's request and the name as it was given.  An unknown user is not
 * a failure; the request then says so.
 *
 * Returns OTP_STEP_CONTINUE; OTP_STEP_CONVERSATION or OTP_STEP_AGAIN if the
 * name had to be asked for; or OTP_STEP_ERROR (READ: the system's user database
 * cannot be read; NOMEM).
 */
enum otp_step otp_user_find(struct otp_login *login) OTP_MUST_USE;

/* Whether PAM_USER has changed since it was looked up. */
bool otp_user_changed(const struct otp_login *login);

/*
 * For nullok and groups: whether the account's name is the main one of its uid.
 * A second name of the same uid must not be a way around the codes of the main
 * one.  Errors: READ, NOMEM.
 */
enum otp_err otp_user_is_main(
    struct otp_login *login, bool *ret_is_main) OTP_MUST_USE;

#endif
