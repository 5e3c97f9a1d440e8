/* SPDX-License-Identifier: BSD-2-Clause */
/* What users ask for their own account, and are answered. */
#ifndef OTP_WIRE_USER_H
#define OTP_WIRE_USER_H

#include <stdbool.h>

#include "common/link/wire.h"

struct otp_wire; /* common/link/wire_field.h */

/* The fields that only these verbs have; none with another verb. */
void otp_wire_user_asked(
    struct otp_wire *wire, struct otp_wire_request *message);
void otp_wire_user_answered(
    struct otp_wire *wire, struct otp_wire_answer *message);

/* Whether those of MESSAGE can be together, and are empty with another verb. */
bool otp_wire_user_is_sound(const struct otp_wire_request *message);

#endif
