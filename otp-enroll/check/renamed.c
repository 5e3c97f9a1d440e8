/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "otp-enroll/check/renamed.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "common/effects/snapshot.h"
#include "common/store/store.h"
#include "otp-enroll/account/subject.h"

struct search {
	const struct otp_tool *tool;
	uint32_t uid;
	char name[OTP_ACCOUNT_SIZE]; /* "" = none yet */
};

static enum otp_err look_at(void *context, const char *account);
static bool is_enrolled_as(const struct search *search, const char *account);
static bool is_former(const char *account);

bool
otp_check_renamed(
    const struct otp_tool *tool, uint32_t uid, char ret_name[OTP_ACCOUNT_SIZE])
{
	struct search search = { .tool = tool, .uid = uid };

	if (uid == OTP_UID_VIRTUAL ||
	    otp_store_each(tool->host.store, look_at, &search, NULL) !=
		OTP_OK ||
	    search.name[0] == '\0')
		return false;
	memcpy(ret_name, search.name, OTP_ACCOUNT_SIZE);
	return true;
}

static enum otp_err
look_at(void *context, const char *account)
{
	struct search *search = context;

	if (search->name[0] == '\0' && is_enrolled_as(search, account) &&
	    is_former(account))
		(void)snprintf(
		    search->name, sizeof(search->name), "%s", account);
	return OTP_OK;
}

static bool
is_enrolled_as(const struct search *search, const char *account)
{
	struct otp_snapshot snapshot;
	bool is_same;

	is_same = otp_snapshot_read(&search->tool->host, account, &snapshot,
		      NULL) == OTP_OK &&
	    snapshot.seed_err == OTP_OK && snapshot.state_err == OTP_OK &&
	    snapshot.state.uid == search->uid;
	otp_snapshot_wipe(&snapshot);
	return is_same;
}

/* Where the user database does not answer, a name may well be one of today. */
static bool
is_former(const char *account)
{
	errno = 0;
	return getpwnam(account) == NULL && otp_subject_is_nobody(errno);
}
