/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/report.h"

#include <stddef.h>

#include "pam_module/log.h"
#include "pam_module/message.h"

/* The only way to PAM_SUCCESS. */
static int
verdict_code(enum otp_verdict verdict)
{
	switch (verdict) {
	case OTP_VERDICT_ACCEPT:
		return PAM_SUCCESS;
	case OTP_VERDICT_REJECT:
	case OTP_VERDICT_MALFORMED:
	case OTP_VERDICT_WITHHELD:
	case OTP_VERDICT_REPLAY:
	case OTP_VERDICT_WAITING:
	case OTP_VERDICT_LOCKED:
	case OTP_VERDICT_UNENROLLED:
	case OTP_VERDICT_UNKNOWN_USER:
	case OTP_VERDICT_CHANGED_USER:
		return PAM_AUTH_ERR;
	}
	return PAM_SYSTEM_ERR;
}

static int
error_code(enum otp_err err)
{
	switch (err) {
	case OTP_ERR_OPTION:
		return PAM_SERVICE_ERR;
	case OTP_ERR_NOMEM:
		return PAM_BUF_ERR;
	case OTP_ERR_ABSENT:
	case OTP_ERR_NAME:
	case OTP_ERR_OWNER:
	case OTP_ERR_MODE:
	case OTP_ERR_LINK:
	case OTP_ERR_PARSE:
	case OTP_ERR_CHECKSUM:
	case OTP_ERR_STORE_VERSION:
	case OTP_ERR_STATE_VERSION:
	case OTP_ERR_UID:
	case OTP_ERR_FILESYSTEM:
	case OTP_ERR_NO_STORE:
	case OTP_ERR_NO_STATE:
	case OTP_ERR_LIMIT:
	case OTP_ERR_LENGTHS:
	case OTP_ERR_LOCK_TIMEOUT:
	case OTP_ERR_READ:
	case OTP_ERR_WRITE:
	case OTP_ERR_CLOCK:
	case OTP_ERR_CRYPTO:
	case OTP_ERR_CONFLICT:
		return PAM_AUTHINFO_UNAVAIL;
	case OTP_OK:
	case OTP_ERR_EXISTS:
	case OTP_ERR_FULL:
	case OTP_ERR_CHANCE:
		break; /* nothing here says so */
	}
	return PAM_SYSTEM_ERR;
}

static int
end_code(const struct otp_login *login, enum otp_end end)
{
	switch (end) {
	case OTP_END_VERDICT:
		return verdict_code(login->answer.verdict);
	case OTP_END_ERROR:
		return error_code(login->err);
	case OTP_END_UNENROLLED:
		return PAM_IGNORE;
	case OTP_END_CONVERSATION:
		return PAM_CONV_ERR;
	case OTP_END_AGAIN:
		return PAM_INCOMPLETE;
	case OTP_END_REPEATED:
		return PAM_AUTH_ERR;
	case OTP_END_NOT_YET:
		break;
	}
	return PAM_SYSTEM_ERR;
}

int
otp_report(const struct otp_login *login, enum otp_end end)
{
	int code = end_code(login, end);

	otp_log_end(login, end);
	if (login->quiet)
		return code;
	if (end == OTP_END_VERDICT)
		otp_message_verdict(login);
	else if (end == OTP_END_UNENROLLED)
		otp_message_unenrolled(login);
	else if (code == PAM_AUTHINFO_UNAVAIL)
		otp_message_unavailable(login);
	return code;
}
