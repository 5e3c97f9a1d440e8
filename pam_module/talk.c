/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_module/talk.h"

#include <stdlib.h>

#include "common/core/wipe.h"

/* Send one message.  The caller frees *RET_RESPONSE, which may be NULL. */
static enum otp_talk
converse(pam_handle_t *pamh, int style, const char *text,
    struct pam_response **ret_response)
{
	const struct pam_message message = { .msg_style = style, .msg = text };
	const struct pam_message *messages = &message;
	const struct pam_conv *conv = NULL;
	const void *item = NULL;
	int status = PAM_CONV_ERR;

	if (pam_get_item(pamh, PAM_CONV, &item) != PAM_SUCCESS)
		return OTP_TALK_FAILED;
	conv = item;
	if (conv == NULL || conv->conv == NULL)
		return OTP_TALK_FAILED;
	status = conv->conv(1, &messages, ret_response, conv->appdata_ptr);
	if (status == PAM_CONV_AGAIN)
		return OTP_TALK_AGAIN;
	return status == PAM_SUCCESS ? OTP_TALK_DONE : OTP_TALK_FAILED;
}

enum otp_talk
otp_talk_ask(
    pam_handle_t *pamh, const char *prompt, bool echo, char **ret_typed)
{
	int style = echo ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF;
	struct pam_response *response = NULL;
	enum otp_talk talk = OTP_TALK_FAILED;

	talk = converse(pamh, style, prompt, &response);
	if (response == NULL)
		return talk == OTP_TALK_DONE ? OTP_TALK_FAILED : talk;
	if (talk == OTP_TALK_DONE)
		*ret_typed = response->resp;
	else
		otp_wipe_free(response->resp);
	free(response);
	return talk;
}

bool
otp_talk_tell(pam_handle_t *pamh, int style, const char *text)
{
	struct pam_response *response = NULL;
	const enum otp_talk talk = converse(pamh, style, text, &response);

	if (response != NULL)
		otp_wipe_free(response->resp);
	free(response);
	return talk == OTP_TALK_DONE;
}
