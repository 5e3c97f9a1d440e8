/* SPDX-License-Identifier: BSD-2-Clause */
/* What the user is asked and told. */
#ifndef OTP_MESSAGE_H
#define OTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/options.h"
#include "pam_module/login.h"

/* The first prompt, with the login's TAG if OPTIONS say that it has one. */
void otp_message_prompt(const struct otp_options *options, const char *tag,
    char ret_prompt[OTP_PROMPT_SIZE]);

/* The next prompt of LOGIN: that one, or after a code was asked for, another. */
void otp_message_prompt_of(
    const struct otp_login *login, char ret_prompt[OTP_PROMPT_SIZE]);

/* Returns whether the application showed the news of an accepted login. */
bool otp_message_verdict(const struct otp_login *login);
void otp_message_unenrolled(const struct otp_login *login);
void otp_message_exempt(const struct otp_login *login);
void otp_message_unavailable(const struct otp_login *login);

#endif
