/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses that an administrator gives. */
#ifndef OTP_ADDRESS_ARGS_H
#define OTP_ADDRESS_ARGS_H

#include <stdbool.h>

#include "common/core/address.h"
#include "otp-enroll/cli/command.h"

/* Read what was TYPED.  False: it was said what is wrong. */
bool otp_address_args_read(const char *typed, struct otp_address *ret_address);

/* Whether sms_prefixes allows ADDRESS.  False: it was said why not. */
bool otp_address_args_allowed(
    const struct otp_tool *tool, const struct otp_address *address);

#endif
