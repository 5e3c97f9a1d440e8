/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/link/wire_enrol.h"

#include "common/core/token.h"

#define CODE_MAX 999999 /* of OTP_DIGITS_DEFAULT digits */

static bool is_zero(const uint8_t *bytes, size_t size);

void
otp_wire_enrol_asked(struct otp_wire *wire, struct otp_wire_request *message)
{
	struct otp_wire_enrol *enrol = &message->enrol;

	if (message->verb != OTP_WIRE_ENROLL)
		return;
	otp_wire_bytes(wire, enrol->secret, sizeof(enrol->secret));
	enrol->code = otp_wire_limited(wire, enrol->code, CODE_MAX);
	otp_wire_number(wire, sizeof(enrol->value), &enrol->value);
	otp_wire_i32(wire, &enrol->drift);
	for (unsigned i = 0; i < OTP_ENROL_RECOVERY; i++) {
		struct otp_recovery *kept = &enrol->kept[i];

		otp_wire_bytes(wire, kept->salt, sizeof(kept->salt));
		otp_wire_bytes(wire, kept->hash, sizeof(kept->hash));
	}
}

/* The value of a credential that was used is the end of a step. */
bool
otp_wire_enrol_is_asked(const struct otp_wire_request *message)
{
	const struct otp_wire_enrol *enrol = &message->enrol;
	bool kept = false;

	for (unsigned i = 0; i < OTP_ENROL_RECOVERY; i++)
		kept = kept ||
		    !is_zero(enrol->kept[i].salt, OTP_RECOVERY_SALT_SIZE) ||
		    !is_zero(enrol->kept[i].hash, OTP_DIGEST_SIZE);
	if (message->verb == OTP_WIRE_ENROLL)
		return kept && enrol->value > 0 &&
		    enrol->value % OTP_PERIOD_DEFAULT == 0 &&
		    enrol->drift >= -OTP_ENROL_DRIFT_MAX &&
		    enrol->drift <= OTP_ENROL_DRIFT_MAX;
	return !kept && enrol->value == 0 && enrol->code == 0 &&
	    enrol->drift == 0 && is_zero(enrol->secret, sizeof(enrol->secret));
}

static bool
is_zero(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}
