/* SPDX-License-Identifier: BSD-2-Clause */
/* An account for one call, where what becomes of it does not matter. */
#ifndef OTP_TEST_ACCOUNT_H
#define OTP_TEST_ACCOUNT_H

#include "common/effects/account.h"

#define ACCOUNT_OF(where, whose) \
	(&(struct otp_account){ .host = (where), .subject = (whose) })

#endif
