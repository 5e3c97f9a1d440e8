/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/core/err.h"

#include <stddef.h>
#include <string.h>

static const char *const reasons[] = {
	[OTP_OK] = "ok",
	[OTP_ERR_ABSENT] = "absent",
	[OTP_ERR_EXISTS] = "exists",
	[OTP_ERR_FULL] = "full",
	[OTP_ERR_CHANCE] = "chance",
	[OTP_ERR_SUSPENDED] = "suspended",
	[OTP_ERR_NAME] = "name",
	[OTP_ERR_OWNER] = "owner",
	[OTP_ERR_MODE] = "mode",
	[OTP_ERR_LINK] = "link",
	[OTP_ERR_PARSE] = "parse",
	[OTP_ERR_CHECKSUM] = "checksum",
	[OTP_ERR_STORE_VERSION] = "store-version",
	[OTP_ERR_STATE_VERSION] = "state-version",
	[OTP_ERR_UID] = "uid",
	[OTP_ERR_FILESYSTEM] = "filesystem",
	[OTP_ERR_NO_STORE] = "no-store",
	[OTP_ERR_NO_STATE] = "no-state",
	[OTP_ERR_LIMIT] = "limit",
	[OTP_ERR_LENGTHS] = "lengths",
	[OTP_ERR_LOCK_TIMEOUT] = "lock-timeout",
	[OTP_ERR_READ] = "read",
	[OTP_ERR_WRITE] = "write",
	[OTP_ERR_CLOCK] = "clock",
	[OTP_ERR_CRYPTO] = "crypto",
	[OTP_ERR_OPTION] = "option",
	[OTP_ERR_NO_DAEMON] = "no-daemon",
	[OTP_ERR_DAEMON_VERSION] = "daemon-version",
	[OTP_ERR_DENIED] = "denied",
	[OTP_ERR_DATABASE] = "no-database",
	[OTP_ERR_CONFLICT] = "conflict",
	[OTP_ERR_ROLLED_BACK] = "rolled-back",
	[OTP_ERR_MOVED] = "moved",
	[OTP_ERR_NOMEM] = "memory",
};

#define REASONS (sizeof(reasons) / sizeof(reasons[0]))

_Static_assert(REASONS == OTP_ERR_NOMEM + 1, "an error has no reason");

enum otp_err
otp_fault_set(struct otp_fault *fault, enum otp_err err, int errnum,
    const char *where, enum otp_detail detail)
{
	if (fault == NULL)
		return err;
	fault->errnum = errnum;
	if (where != NULL) {
		size_t length = strlen(where);

		if (length > sizeof(fault->where) - 1)
			length = sizeof(fault->where) - 1;
		memcpy(fault->where, where, length);
		fault->where[length] = '\0';
	}
	if (detail != OTP_DETAIL_NONE)
		fault->detail = detail;
	return err;
}

enum otp_err
otp_fault_set_number(struct otp_fault *fault, enum otp_err err,
    const char *where, enum otp_detail detail, unsigned long number)
{
	if (fault != NULL)
		fault->numbers[0] = number;
	return otp_fault_set(fault, err, 0, where, detail);
}

const char *
otp_err_reason(enum otp_err err)
{
	return (size_t)err < REASONS ? reasons[err] : "unknown";
}
