/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is asking to be let in. */
#ifndef OTP_ACCOUNT_H
#define OTP_ACCOUNT_H

#include <stdbool.h>

#include "common/core/err.h"
#include "pam_module/login.h"

/*
 * Fill in LOGIN's request and the name as it was given.  Nobody of that name
 * is no failure: the request then says so.
 *
 * OTP_END_NOT_YET; OTP_END_CONVERSATION or OTP_END_AGAIN where the name had
 * to be asked for; OTP_END_ERROR (READ: the system's user database cannot be
 * read; NOMEM).
 */
enum otp_end otp_account_find(struct otp_login *login) OTP_MUST_USE;

/* Whether PAM_USER is no longer what it was when it was looked up. */
bool otp_account_changed(const struct otp_login *login);

/*
 * For nullok: whether the account's name is the one that its uid has.  A
 * second name of a uid must not be a way around the first one's codes.
 * Errors: READ, NOMEM.
 */
enum otp_err otp_account_is_main(
    struct otp_login *login, bool *ret_is_main) OTP_MUST_USE;

#endif
