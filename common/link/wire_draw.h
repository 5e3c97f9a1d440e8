/* SPDX-License-Identifier: BSD-2-Clause */
/* A QR code in an answer. */
#ifndef OTP_WIRE_DRAW_H
#define OTP_WIRE_DRAW_H

#include <stdbool.h>

#include "common/link/wire.h"

struct otp_wire; /* common/link/wire_field.h */

void otp_wire_drawn(struct otp_wire *wire, struct otp_wire_drawing *drawing);

/*
 * Whether MESSAGE has a valid QR code if it answers DRAW without an error, and
 * none otherwise.
 */
bool otp_wire_is_drawn(const struct otp_wire_answer *message);

#endif
