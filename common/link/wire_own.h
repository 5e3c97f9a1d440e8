/* SPDX-License-Identifier: BSD-2-Clause */
/* How users change their own account. */
#ifndef OTP_WIRE_OWN_H
#define OTP_WIRE_OWN_H

#include <stdbool.h>

#include "common/link/wire.h"

struct otp_wire; /* common/link/wire_field.h */

/* The fields that only the verbs of own.h have; none with another verb. */
void otp_wire_own_asked(
    struct otp_wire *wire, struct otp_wire_request *message);
void otp_wire_own_answered(
    struct otp_wire *wire, struct otp_wire_answer *message);

/* Whether those of MESSAGE can be together, and are empty with another verb. */
bool otp_wire_own_is_asked(const struct otp_wire_request *message);
bool otp_wire_own_is_answered(const struct otp_wire_answer *message);

#endif
