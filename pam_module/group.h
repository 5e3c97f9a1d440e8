/* SPDX-License-Identifier: BSD-2-Clause */
/* Which users are asked at all: the options 'groups' and 'exempt_groups'. */
#ifndef OTP_PAM_GROUP_H
#define OTP_PAM_GROUP_H

#include "common/core/err.h"
#include "pam_module/login.h"

/*
 * Whether LOGIN's user is asked.  Users who do not exist are, and so are second
 * names of a uid: else one name would be a way around the codes of the other.
 *
 * Returns OTP_STEP_CONTINUE, OTP_STEP_NOT_IN_GROUPS, OTP_STEP_EXEMPT_GROUP
 * (LOGIN's 'group' has its name), or OTP_STEP_ERROR (OPTION: there is no such
 * group; READ: the groups cannot be looked up; NOMEM).
 */
enum otp_step otp_group_judge(struct otp_login *login) OTP_MUST_USE;

#endif
