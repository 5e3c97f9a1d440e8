/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/link/wire_login.h"

#include "common/link/wire_field.h"

void
otp_wire_judged(struct otp_wire *wire, struct otp_answer *answer)
{
	bool *const flags[] = {
		&answer->drift_known,
		&answer->benign,
		&answer->no_code,
		&answer->recovery_known,
		&answer->fresh,
	};
	const uint32_t password = answer->password_length < UINT32_MAX
	    ? (uint32_t)answer->password_length
	    : UINT32_MAX;

	otp_wire_flags(wire, flags, sizeof(flags) / sizeof(flags[0]));
	answer->verdict = otp_wire_verdict(wire, answer->verdict);
	answer->kind = (enum otp_kind)otp_wire_limited(
	    wire, (uint32_t)answer->kind, OTP_INVITATION);
	otp_wire_u32(wire, &answer->failures);
	otp_wire_u32(wire, &answer->month_failures);
	otp_wire_u32(wire, &answer->wait);
	otp_wire_i32(wire, &answer->drift);
	answer->password_length =
	    otp_wire_limited(wire, password, OTP_WIRE_TYPED_SIZE - 1);
	otp_wire_u32(wire, &answer->unreported);
	otp_wire_u32(wire, &answer->replays);
	answer->recovery_left =
	    otp_wire_limited(wire, answer->recovery_left, OTP_SEED_RECOVERY);
	otp_wire_number(wire, sizeof(uint64_t), &answer->generation);
	otp_wire_i64(wire, &answer->last_success);
	otp_wire_i64(wire, &answer->device_left);
	otp_wire_text(wire, answer->method, sizeof(answer->method));
	otp_wire_text(wire, answer->token, sizeof(answer->token));
	otp_wire_text(wire, answer->failure_host, sizeof(answer->failure_host));
}

void
otp_wire_sent(struct otp_wire *wire, struct otp_sent *sent)
{
	sent->delivery = (enum otp_delivery)otp_wire_limited(
	    wire, (uint32_t)sent->delivery, OTP_DELIVERY_SENT);
	otp_wire_text(wire, sent->method, sizeof(sent->method));
	otp_wire_text(wire, sent->tag, sizeof(sent->tag));
}
