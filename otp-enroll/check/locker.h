/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that lock a screen: what they do with the module's questions. */
#ifndef OTP_CHECK_LOCKER_H
#define OTP_CHECK_LOCKER_H

#include <stdbool.h>

#include "otp-enroll/check/judged.h"

/* Whether SERVICE is one that runs as its user, and so needs pam_otpd(8). */
bool otp_locker_is_users(const char *service);

/* Whether SERVICE is one that sends one text in answer to every question. */
bool otp_locker_has_one_text(const char *service);

/*
 * Find whether the store of LINE, ours with OPTIONS, is another than
 * pam_otpd's, to which a locker's codes go.
 */
void otp_locker_judge_store(struct otp_judged *judged,
    const struct otp_service_line *line, const struct otp_options *options);

/* Note how codes are typed into it. */
void otp_locker_judge(struct otp_judged *judged);

#endif
