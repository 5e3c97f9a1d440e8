/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The conversation.  It is called directly, because pam_prompt(3) does not wipe
 * an answer that comes with an error, and does not say what was missing.
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
 * Ask the user.  *RET_TYPED is the answer, of any length, or NULL if the
 * application's response has no text.  The caller frees it with
 * otp_wipe_free().
 */
enum otp_talk otp_talk_ask(pam_handle_t *pamh, const char *prompt, bool echo,
    char **ret_typed) OTP_MUST_USE;

/*
 * Show TEXT; STYLE is PAM_TEXT_INFO or PAM_ERROR_MSG.  Returns whether the
 * application says that it did; if it did not, that is not an error.
 */
bool otp_talk_tell(pam_handle_t *pamh, int style, const char *text);

#endif
