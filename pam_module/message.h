/* SPDX-License-Identifier: BSD-2-Clause */
/* What the user is told. */
#ifndef OTP_MESSAGE_H
#define OTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/verify.h"
#include "pam_module/login.h"

/* "3 days ago" in RET_TEXT: no time zone is read. */
#define OTP_AGO_SIZE 40
void otp_message_ago(int64_t seconds, char ret_text[OTP_AGO_SIZE]);

/*
 * "2026-12-31", the day in UTC, for years 1970 to 9999.  (The size is for any
 * three int, which is all that compilers know of them.)
 */
#define OTP_DATE_SIZE 36
void otp_message_date(int64_t time, char ret_text[OTP_DATE_SIZE]);

void otp_message_verdict(const struct otp_login *login);
void otp_message_unenrolled(const struct otp_login *login);
void otp_message_unavailable(const struct otp_login *login);

/*
 * Whether nothing is told of VERDICT.  Accounts that are not there are among
 * these, and so are asked again just as after a wrong code.
 */
bool otp_message_is_mute(enum otp_verdict verdict);

#endif
