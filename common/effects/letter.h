/* SPDX-License-Identifier: BSD-2-Clause */
/* The messages to the owner of an account: pam_otp_deliver(5). */
#ifndef OTP_LETTER_H
#define OTP_LETTER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/core/frame.h"
#include "common/core/tag.h"
#include "common/effects/attempt.h"
#include "common/effects/deliver.h"
#include "common/effects/enrol.h"

/*
 * Write the frame of the message with DISPATCH's code to REQUEST's user.  It is
 * a secret.  Errors: LIMIT, PARSE.
 */
enum otp_err otp_letter_write(const struct otp_request *request,
    const struct otp_dispatch *dispatch, const char tag[OTP_TAG_SIZE],
    char ret_frame[OTP_FRAME_MAX], size_t *ret_size) OTP_MUST_USE;

/*
 * Write the frame of the notice to REQUEST's owner, to address NUMBER, from 0,
 * of those in ANSWER.  Errors: LIMIT, PARSE.
 */
enum otp_err otp_letter_write_notice(const struct otp_request *request,
    const struct otp_answer *answer, unsigned number,
    char ret_frame[OTP_FRAME_MAX], size_t *ret_size) OTP_MUST_USE;

/*
 * Write the frame of the message with PROOF's code, which ACCOUNT's address is
 * sent before it is added: by the user (OWN) or an administrator.  It is a
 * secret.  Errors: LIMIT, PARSE.
 */
enum otp_err otp_letter_write_proof(const char *account,
    const struct otp_address_proof *proof, bool own,
    char ret_frame[OTP_FRAME_MAX], size_t *ret_size) OTP_MUST_USE;

/* Write the text of MESSAGE, whose head is there: that CHANGE was made. */
void otp_letter_change(struct otp_message *message, const char *change);

#endif
