/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What decides about a login: the store, or pam_otpd(8) where the store is
 * another user's.  All that a login has to do with either passes through here.
 *
 * Errors of what follows are those of the functions that they name, or of
 * client.h.
 */
#ifndef OTP_DECIDE_H
#define OTP_DECIDE_H

#include <stdbool.h>

#include "common/effects/enrol.h"
#include "common/effects/look.h"
#include "common/effects/post.h"
#include "pam_module/login.h"

/*
 * Choose the way to the store, once: LOGIN's 'way' and 'socket'.
 * Errors: OPTION (the line's configuration names another store than that of
 * pam_otpd(8), or other rules for codes).
 */
enum otp_err otp_decide_way(struct otp_login *login) OTP_MUST_USE;

/*
 * Before anything is asked: otp_look_at().  The daemon takes neither a device
 * nor an earlier code from programs that are not root, so their users are
 * asked.
 */
enum otp_err otp_decide_look(struct otp_login *login, bool want_enrolled,
    struct otp_look *ret_look) OTP_MUST_USE;

/* Set LOGIN's answer to TYPED: otp_attempt_try(). */
enum otp_err otp_decide_try(
    struct otp_login *login, const char *typed) OTP_MUST_USE;

/* Clock, policy and store of LOGIN; only its 'way' DIRECT reads the store. */
void otp_decide_host(const struct otp_login *login, struct otp_host *ret_host);

/* Whether LOGIN's user can enroll: root's programs write the store, or ask. */
bool otp_decide_can_enrol(const struct otp_login *login);

/*
 * otp_enrol_begin_invited() of TOKEN, for the invitation that LOGIN's user
 * typed and that a try accepted as one.  The daemon judges it again when the
 * token is put.
 */
enum otp_err otp_decide_begin(const struct otp_login *login,
    struct otp_account *account, const struct otp_token *token,
    struct otp_enrolment *ret_enrolment) OTP_MUST_USE;

/* otp_enrol_put(); the daemon sends its notice itself. */
enum otp_err otp_decide_put(const struct otp_login *login,
    struct otp_account *account, const struct otp_enrolment *enrolment,
    const struct otp_recovery_set *set) OTP_MUST_USE;

/* The user saw the news of LOGIN's answer: otp_attempt_told(). */
bool otp_decide_told(const struct otp_login *login);

/*
 * After a first factor, send a code that TYPED asks for: otp_post_code().  The
 * daemon does not believe a user's own programs that there was one: for them
 * nothing is sent.
 */
enum otp_err otp_decide_send(struct otp_login *login, const char *typed,
    struct otp_sent *ret_sent) OTP_MUST_USE;

#endif
