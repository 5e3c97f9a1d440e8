/* SPDX-License-Identifier: BSD-2-Clause */
/* Which store has an account. */
#ifndef OTP_EFFECTS_PLACE_H
#define OTP_EFFECTS_PLACE_H

#include <stdint.h>

#include "common/core/options.h"
#include "common/store/store.h"

/*
 * The place that OPTIONS, which the caller keeps meanwhile, have for the
 * account of UID: 'store', but where that is a database, uid 0 is always in the
 * host's own files, so that root can log in while it is away.
 */
struct otp_place otp_place_of(const struct otp_options *options, uint32_t uid);

#endif
