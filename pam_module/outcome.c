/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_module/outcome.h"

#include <stddef.h>

#include "pam_module/log.h"
#include "pam_module/message.h"
#include "pam_module/notice.h"

/* The only place where a login gets PAM_SUCCESS. */
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
	case OTP_VERDICT_SUSPENDED:
	case OTP_VERDICT_INVITED:
	case OTP_VERDICT_INVITATION_ENDED:
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
	case OTP_ERR_ROLLED_BACK:
	case OTP_ERR_MOVED:
	case OTP_ERR_DATABASE:
	case OTP_ERR_NO_DAEMON:
	case OTP_ERR_DAEMON_VERSION:
	case OTP_ERR_DENIED:
		return PAM_AUTHINFO_UNAVAIL;
	case OTP_OK:
	case OTP_ERR_EXISTS:
	case OTP_ERR_FULL:
	case OTP_ERR_CHANCE:
	case OTP_ERR_SUSPENDED:
		break; /* not returned by anything called here */
	}
	return PAM_SYSTEM_ERR;
}

static int
step_code(const struct otp_login *login, enum otp_step step)
{
	switch (step) {
	case OTP_STEP_VERDICT:
		return verdict_code(login->answer.verdict);
	case OTP_STEP_ERROR:
		return error_code(login->err);
	case OTP_STEP_UNENROLLED:
	case OTP_STEP_NOT_IN_GROUPS:
	case OTP_STEP_EXEMPT_GROUP:
	case OTP_STEP_EXEMPT:
		return PAM_IGNORE;
	case OTP_STEP_CONVERSATION:
		return PAM_CONV_ERR;
	case OTP_STEP_AGAIN:
		return PAM_INCOMPLETE;
	case OTP_STEP_REPEATED:
	case OTP_STEP_UNCONFIRMED:
	case OTP_STEP_OVERTAKEN:
		return PAM_AUTH_ERR;
	case OTP_STEP_CONTINUE:
		break;
	}
	return PAM_SYSTEM_ERR;
}

int
otp_outcome_report(struct otp_login *login, enum otp_step step)
{
	int code = step_code(login, step);

	otp_log_outcome(login, step);
	/*
	 * A message can wait for the user: the owner is told before.  A new
	 * token can be active even if its login failed.
	 */
	if (step == OTP_STEP_VERDICT ||
	    login->answer.told.notice.kind == OTP_NOTICE_INVITATION)
		otp_notice_send(login);
	if (login->quiet)
		return code;
	if (step == OTP_STEP_VERDICT)
		login->told = otp_message_verdict(login);
	else if (step == OTP_STEP_UNENROLLED)
		otp_message_unenrolled(login);
	else if (step == OTP_STEP_EXEMPT)
		otp_message_exempt(login);
	else if (step == OTP_STEP_UNCONFIRMED || step == OTP_STEP_OVERTAKEN)
		otp_message_not_enrolled(login, step);
	else if (code == PAM_AUTHINFO_UNAVAIL)
		otp_message_unavailable(login);
	return code;
}
