/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/link/wire_own.h"

#include <string.h>

#include "common/link/wire_field.h"
#include "common/link/wire_login.h"

static void wire_address(
    struct otp_wire *wire, struct otp_wire_request *message);
static bool is_answered_so(enum otp_wire_verb verb);
static bool address_is_asked(const struct otp_wire_request *message);
static bool address_is_answered(const struct otp_wire_answer *message);
static bool is_zero(const void *bytes, size_t size);

bool
otp_wire_is_own(enum otp_wire_verb verb)
{
	return verb == OTP_WIRE_PUT || verb == OTP_WIRE_RECOVERY ||
	    verb == OTP_WIRE_REMOVE || verb == OTP_WIRE_ADDRESS;
}

void
otp_wire_own_asked(struct otp_wire *wire, struct otp_wire_request *message)
{
	struct otp_wire_change *change = &message->change;

	if (!otp_wire_is_own(message->verb))
		return;
	if (message->verb == OTP_WIRE_PUT)
		change->mode = (enum otp_enrol_mode)otp_wire_limited(
		    wire, (uint32_t)change->mode, OTP_ENROL_REPLACE);
	else if (message->verb == OTP_WIRE_ADDRESS)
		change->step = (enum otp_own_step)otp_wire_limited(
		    wire, (uint32_t)change->step, OTP_OWN_REMOVE);
	else
		message->token =
		    otp_wire_limited(wire, message->token, OTP_SEED_TOKENS - 1);
	otp_wire_bytes(wire, change->former.digest, OTP_DIGEST_SIZE);
	otp_wire_text(wire, message->second, sizeof(message->second));
	if (message->verb == OTP_WIRE_ADDRESS) {
		wire_address(wire, message);
		return;
	}
	otp_wire_bytes(wire, change->secret, sizeof(change->secret));
	otp_wire_text(wire, message->typed, OTP_WIRE_CODE_SIZE);
}

static void
wire_address(struct otp_wire *wire, struct otp_wire_request *message)
{
	message->token =
	    otp_wire_limited(wire, message->token, OTP_SEED_ADDRESSES - 1);
	otp_wire_text(wire, message->change.uri, sizeof(message->change.uri));
}

bool
otp_wire_own_is_asked(const struct otp_wire_request *message)
{
	const struct otp_wire_change *change = &message->change;
	const bool puts = message->verb == OTP_WIRE_PUT;
	const bool first = puts && change->mode == OTP_ENROL_NEW;

	if (!address_is_asked(message))
		return false;
	if (!puts &&
	    (change->mode != OTP_ENROL_NEW ||
		!is_zero(change->secret, sizeof(change->secret))))
		return false;
	/* Nothing was there before a first token. */
	return (otp_wire_is_own(message->verb) && !first) ||
	    is_zero(change->former.digest, OTP_DIGEST_SIZE);
}

static bool
address_is_asked(const struct otp_wire_request *message)
{
	const struct otp_wire_change *change = &message->change;
	const bool adds =
	    message->verb == OTP_WIRE_ADDRESS && change->step == OTP_OWN_ADD;

	if (adds != (change->uri[0] != '\0'))
		return false;
	if (message->verb != OTP_WIRE_ADDRESS)
		return change->step == OTP_OWN_ADD;
	return change->step == OTP_OWN_REMOVE || message->token == 0;
}

static bool
is_answered_so(enum otp_wire_verb verb)
{
	return otp_wire_is_own(verb) || verb == OTP_WIRE_ENROLL;
}

void
otp_wire_own_answered(struct otp_wire *wire, struct otp_wire_answer *message)
{
	struct otp_own_result *result = &message->own;
	bool *const flags[] = {
		&message->committed,
		&result->of_token,
		&result->drift_known,
		&result->no_code,
	};

	if (!is_answered_so(message->verb))
		return;
	otp_wire_flags(wire, flags, sizeof(flags) / sizeof(flags[0]));
	result->verdict = otp_wire_verdict(wire, result->verdict);
	otp_wire_i32(wire, &result->drift);
	result->kind = (enum otp_kind)otp_wire_limited(
	    wire, (uint32_t)result->kind, OTP_INVITATION);
	otp_wire_u32(wire, &result->wait);
	message->codes_count =
	    otp_wire_limited(wire, message->codes_count, OTP_SEED_RECOVERY);
	for (unsigned i = 0; i < OTP_SEED_RECOVERY; i++)
		otp_wire_text(
		    wire, message->codes[i], sizeof(message->codes[i]));
	if (message->verb == OTP_WIRE_ADDRESS)
		otp_wire_sent(wire, &message->sent);
}

/* Only what is committed was done, or has codes; ENROLL came with its own. */
bool
otp_wire_own_is_answered(const struct otp_wire_answer *message)
{
	const bool done = message->own.verdict == OTP_VERDICT_ACCEPT;

	if (!is_answered_so(message->verb))
		return !done && !message->committed &&
		    message->codes_count == 0;
	return (!done || (message->err == OTP_OK && message->committed)) &&
	    (message->committed || message->codes_count == 0) &&
	    (message->verb != OTP_WIRE_ENROLL || message->codes_count == 0) &&
	    address_is_answered(message);
}

/* A message leaves once its address is kept, and no change of one has codes. */
static bool
address_is_answered(const struct otp_wire_answer *message)
{
	const enum otp_delivery delivery = message->sent.delivery;

	if (message->verb != OTP_WIRE_ADDRESS)
		return true;
	if (message->codes_count > 0)
		return false;
	return delivery == OTP_DELIVERY_NO_ADDRESS ||
	    ((delivery == OTP_DELIVERY_SENT ||
		 delivery == OTP_DELIVERY_NO_SOCKET) &&
		message->own.verdict == OTP_VERDICT_ACCEPT);
}

static bool
is_zero(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < size; i++)
		if (at[i] != 0)
			return false;
	return true;
}
