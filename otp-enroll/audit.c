/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "audit.h"
#include "common/core/decimal.h"
#include "common/core/event.h"

/* KEY says what VALUE is; it may be NULL. */
static void
write_line(const char *action, const struct otp_subject *subject,
    const char *key, const char *value)
{
	const char *claimed = getenv("SUDO_UID");
	struct otp_event event;
	uint64_t uid = 0;

	otp_event_begin(&event);
	otp_event_word(&event, "action", action);
	if (subject != NULL) {
		otp_event_word(&event, "user", subject->account);
		if (subject->uid != OTP_UID_VIRTUAL)
			otp_event_number(&event, "uid", subject->uid, "");
	}
	otp_event_number(&event, "by", getuid(), "");
	if (claimed != NULL &&
	    otp_decimal_read(claimed, strlen(claimed), UINT32_MAX, &uid) ==
		OTP_OK)
		otp_event_number(&event, "sudo_uid", (int64_t)uid, "");
	otp_event_quoted(&event, key, value);

	openlog("otp-enroll", LOG_PID, LOG_AUTHPRIV);
	syslog(LOG_AUTHPRIV | LOG_NOTICE, "%s", event.text);
	closelog();
}

void
otp_audit(
    const char *action, const struct otp_subject *subject, const char *token)
{
	write_line(action, subject, "token", token);
}

void
otp_audit_former(
    const char *action, const struct otp_subject *subject, const char *former)
{
	write_line(action, subject, "from", former);
}
