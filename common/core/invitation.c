/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/invitation.h"

#include <string.h>

#include "common/core/decimal.h"

#define LINE_PREFIX "invite:"

enum otp_err
otp_invitation_parse(
    const char *line, size_t length, struct otp_recovery *ret_invitation)
{
	const char *hash = line + sizeof(LINE_PREFIX) - 1;
	const char *until = hash + OTP_RECOVERY_HASH_LENGTH + 1;
	struct otp_recovery invitation = { .made = 0 };
	uint64_t time = 0;

	if (length <= (size_t)(until - line) ||
	    memcmp(line, LINE_PREFIX, sizeof(LINE_PREFIX) - 1) != 0 ||
	    until[-1] != ':' || !otp_recovery_read_hash(hash, &invitation) ||
	    otp_decimal_read(until, length - (size_t)(until - line),
		OTP_RECOVERY_TIME_MAX, &time) != OTP_OK ||
	    time == 0)
		return OTP_ERR_PARSE;
	invitation.until = (int64_t)time;
	*ret_invitation = invitation;
	return OTP_OK;
}

void
otp_invitation_format(const struct otp_recovery *invitation,
    char ret_line[OTP_INVITATION_LINE_SIZE])
{
	char until[OTP_DECIMAL_SIZE];
	char *to = stpcpy(ret_line, LINE_PREFIX);

	to = otp_recovery_write_hash(invitation, to);
	*to++ = ':';
	(void)otp_decimal_write((uint64_t)invitation->until, until);
	memcpy(to, until, strlen(until) + 1);
}
