/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/cli/audit.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "common/core/decimal.h"
#include "common/core/logline.h"

/* UNTIL, and VALUE, the key KEY's, may be NULL. */
static void
audit_write(const char *action, const struct otp_subject *subject,
    const char *until, const char *key, const char *value)
{
	const char *claimed = getenv("SUDO_UID");
	struct otp_logline line;
	uint64_t uid = 0;

	otp_logline_begin(&line);
	otp_logline_word(&line, "action", action);
	if (subject != NULL) {
		otp_logline_word(&line, "user", subject->account);
		if (subject->uid != OTP_UID_VIRTUAL)
			otp_logline_number(&line, "uid", subject->uid, "");
	}
	otp_logline_number(&line, "by", getuid(), "");
	if (claimed != NULL &&
	    otp_decimal_read(claimed, strlen(claimed), UINT32_MAX, &uid) ==
		OTP_OK)
		otp_logline_number(&line, "sudo_uid", (int64_t)uid, "");
	otp_logline_word(&line, "until", until);
	otp_logline_quoted(&line, key, value);

	openlog("otp-enroll", LOG_PID, LOG_AUTHPRIV);
	syslog(LOG_AUTHPRIV | LOG_NOTICE, "%s", line.text);
	closelog();
}

void
otp_audit(
    const char *action, const struct otp_subject *subject, const char *token)
{
	audit_write(action, subject, NULL, "token", token);
}

void
otp_audit_address(
    const char *action, const struct otp_subject *subject, const char *masked)
{
	audit_write(action, subject, NULL, "address", masked);
}

void
otp_audit_former(
    const char *action, const struct otp_subject *subject, const char *former)
{
	audit_write(action, subject, NULL, "from", former);
}

void
otp_audit_exemption(const char *action, const struct otp_subject *subject,
    const char *until, const char *reason)
{
	audit_write(action, subject, until, "because", reason);
}

void
otp_audit_invitation(
    const char *action, const struct otp_subject *subject, const char *until)
{
	audit_write(action, subject, until, NULL, NULL);
}
