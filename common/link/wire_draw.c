/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/link/wire_draw.h"

#include "common/link/wire_field.h"

static bool is_side(uint32_t side);

void
otp_wire_drawn(struct otp_wire *wire, struct otp_wire_drawing *drawing)
{
	otp_wire_u32(wire, &drawing->side);
	for (unsigned y = 0; y < OTP_WIRE_SIDE_MAX; y++)
		otp_wire_number(wire, sizeof(uint64_t), &drawing->rows[y]);
}

bool
otp_wire_is_drawn(const struct otp_wire_answer *message)
{
	const struct otp_wire_drawing *drawing = &message->drawing;
	const bool drawn =
	    message->verb == OTP_WIRE_DRAW && message->err == OTP_OK;

	if (drawn ? !is_side(drawing->side) : drawing->side != 0)
		return false;
	for (unsigned y = 0; y < OTP_WIRE_SIDE_MAX; y++) {
		const uint64_t row = drawing->rows[y];

		if (y < drawing->side ? row >> drawing->side != 0 : row != 0)
			return false;
	}
	return true;
}

/* Each version has 4 more than the one before. */
static bool
is_side(uint32_t side)
{
	return side >= OTP_WIRE_SIDE_MIN && side <= OTP_WIRE_SIDE_MAX &&
	    (side - OTP_WIRE_SIDE_MIN) % 4 == 0;
}
