/* SPDX-License-Identifier: BSD-2-Clause */
/* What the user is asked and told. */
#ifndef OTP_MESSAGE_H
#define OTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/options.h"
#include "common/effects/enrol.h"
#include "pam_module/login.h"

/* The first prompt, with the login's TAG if OPTIONS say that it has one. */
void otp_message_prompt(const struct otp_options *options, const char *tag,
    char ret_prompt[OTP_PROMPT_SIZE]);

/*
 * The next prompt of LOGIN: that one, or after a code was asked for, another.
 */
void otp_message_prompt_of(
    const struct otp_login *login, char ret_prompt[OTP_PROMPT_SIZE]);

/*
 * What a user who enrolls is shown and asked; a heading has at most 40 columns.
 */
#define OTP_MESSAGE_SET_UP "Add this key to your authenticator app:"
#define OTP_MESSAGE_SCAN   "Scan this in your app, or enter the key:"
#define OTP_MESSAGE_SHOWN  "Enter the 6-digit code the app shows: "
#define OTP_MESSAGE_RECOVERY                                             \
	"Recovery codes. Each one works once, in place of a code. Save " \
	"them now:"
#define OTP_MESSAGE_SAVED "To finish, press Enter when you have saved them: "

/* The account's LABEL and the KEY, to be typed into the app. */
void otp_message_key(
    const char *label, const char *key, char *ret_text, size_t size);

/* Why a first code of TOKEN was not accepted. */
void otp_message_confirmation(const struct otp_token *token,
    const struct otp_confirmation *confirmation,
    char ret_text[PAM_MAX_MSG_SIZE]);

/* Why a user who has an invitation is not enrolled; STEP is how that ended. */
void otp_message_not_enrolled(
    const struct otp_login *login, enum otp_step step);

/* Returns whether the application showed the news of an accepted login. */
bool otp_message_verdict(const struct otp_login *login);
void otp_message_unenrolled(const struct otp_login *login);
void otp_message_exempt(const struct otp_login *login);
void otp_message_unavailable(const struct otp_login *login);

#endif
