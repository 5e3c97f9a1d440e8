/* SPDX-License-Identifier: BSD-2-Clause */
/* The fields of ENROLL, which a login makes with an invitation. */
#ifndef OTP_WIRE_ENROL_H
#define OTP_WIRE_ENROL_H

#include <stdbool.h>

#include "common/link/wire_field.h"

/* What MESSAGE asks, after the invitation. */
void otp_wire_enrol_asked(
    struct otp_wire *wire, struct otp_wire_request *message);

/* Whether MESSAGE, as it is read or to be written, has such a part or none. */
bool otp_wire_enrol_is_asked(const struct otp_wire_request *message);

#endif
