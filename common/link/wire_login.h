/* SPDX-License-Identifier: BSD-2-Clause */
/* What a login is answered. */
#ifndef OTP_WIRE_LOGIN_H
#define OTP_WIRE_LOGIN_H

#include "common/effects/attempt.h"
#include "common/effects/post.h"

struct otp_wire; /* common/link/wire_field.h */

void otp_wire_judged(struct otp_wire *wire, struct otp_answer *answer);
void otp_wire_sent(struct otp_wire *wire, struct otp_sent *sent);

#endif
