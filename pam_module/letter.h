/* SPDX-License-Identifier: BSD-2-Clause */
/* The messages to the owner of an account: pam_otp_deliver(5). */
#ifndef OTP_MODULE_LETTER_H
#define OTP_MODULE_LETTER_H

#include <stddef.h>

#include "common/core/frame.h"
#include "common/effects/deliver.h"
#include "pam_module/login.h"

/*
 * Write the frame of the message with DISPATCH's code to LOGIN's user.  It is a
 * secret.  Errors: LIMIT, PARSE.
 */
enum otp_err otp_letter_write(const struct otp_login *login,
    const struct otp_dispatch *dispatch, char ret_frame[OTP_FRAME_MAX],
    size_t *ret_size) OTP_MUST_USE;

/*
 * Write the frame of the notice to LOGIN's owner, to address NUMBER, from 0, of
 * those in LOGIN's answer.  Errors: LIMIT, PARSE.
 */
enum otp_err otp_letter_write_notice(const struct otp_login *login,
    unsigned number, char ret_frame[OTP_FRAME_MAX],
    size_t *ret_size) OTP_MUST_USE;

#endif
