/* SPDX-License-Identifier: BSD-2-Clause */
/* The user database. */
#ifndef OTP_PAM_OTPD_ACCOUNT_H
#define OTP_PAM_OTPD_ACCOUNT_H

#include "common/core/err.h"
#include "pam_otpd/rights.h"

/*
 * The entry of NAME, or of UID.  One whose name cannot be an account's is not
 * found.  Errors: READ, NOMEM.
 */
enum otp_err otp_entry_by_name(const char *name, struct otp_entry *ret_entry,
    struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_entry_by_uid(uint32_t uid, struct otp_entry *ret_entry,
    struct otp_fault *fault) OTP_MUST_USE;

#endif
