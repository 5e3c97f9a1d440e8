/* SPDX-License-Identifier: BSD-2-Clause */
/* Whom a line asks by its groups, as the module decides it. */
#ifndef OTP_CHECK_WHOM_H
#define OTP_CHECK_WHOM_H

#include "common/core/options.h"

enum otp_whom {
	OTP_WHOM_UNKNOWN = 0,	/* no groups, no such user or group, ... */
	OTP_WHOM_ASKED,		/* as the groups say */
	OTP_WHOM_NOT_IN_GROUPS, /* of 'groups' */
	OTP_WHOM_EXEMPT_GROUP,	/* in RET_GROUP */
};

/* RET_GROUP: where the answer is EXEMPT_GROUP, which one. */
enum otp_whom otp_whom_is(const struct otp_options *options, const char *user,
    char ret_group[OTP_GROUPS_SIZE]);

#endif
