/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The conversation: called directly, since pam_prompt(3) neither wipes an
 * answer that comes with an error nor tells apart what was missing.
 */
#ifndef OTP_TALK_H
#define OTP_TALK_H

#include <stdbool.h>

#include <security/pam_modules.h>

#include "common/core/err.h"

enum otp_talk {
	OTP_TALK_FAILED = 0,
	OTP_TALK_AGAIN, /* an event-driven application is not ready */
	OTP_TALK_DONE,
};

/*
 * Ask.  *RET_TYPED is the answer, of any length, or NULL where the
 * application gave a response without text; the caller frees it with
 * otp_wipe_free().
 */
enum otp_talk otp_talk_ask(pam_handle_t *pamh, const char *prompt, bool echo,
    char **ret_typed) OTP_MUST_USE;

/*
 * Show TEXT; STYLE is PAM_TEXT_INFO or PAM_ERROR_MSG.  Whether it could be
 * shown changes nothing, and is not told.
 */
void otp_talk_tell(pam_handle_t *pamh, int style, const char *text);

#endif
