/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/link/wire_user.h"

#include <string.h>

#include "common/link/wire_field.h"
#include "common/link/wire_own.h"

static bool forget_is_sound(const struct otp_wire_request *);
static void wire_place(struct otp_wire *, struct otp_wire_place *);
static uint32_t place_most(enum otp_wire_part);
static void wire_status(struct otp_wire *, struct otp_wire_answer *);
static void wire_whole(struct otp_wire *, struct otp_overview *);
static void wire_tally(struct otp_wire *, struct otp_overview_tally *);
static void wire_mark(struct otp_wire *, struct otp_login_mark *);
static void wire_chance(struct otp_wire *, double *);
static void wire_token(struct otp_wire *, struct otp_overview_token *);
static void wire_device(struct otp_wire *, struct otp_device *);

void
otp_wire_user_asked(struct otp_wire *wire, struct otp_wire_request *message)
{
	switch (message->verb) {
	case OTP_WIRE_STATUS:
		wire_place(wire, &message->place);
		break;
	case OTP_WIRE_FORGET:
		message->all =
		    otp_wire_limited(wire, message->all ? 1 : 0, 1) != 0;
		otp_wire_bytes(
		    wire, message->forgotten, sizeof(message->forgotten));
		break;
	case OTP_WIRE_RESYNC:
		message->token =
		    otp_wire_limited(wire, message->token, OTP_SEED_TOKENS - 1);
		otp_wire_text(wire, message->typed, OTP_WIRE_CODE_SIZE);
		otp_wire_text(wire, message->second, sizeof(message->second));
		break;
	case OTP_WIRE_LOOK:
	case OTP_WIRE_TRY:
	case OTP_WIRE_TOLD:
	case OTP_WIRE_SEND:
	case OTP_WIRE_PUT:
	case OTP_WIRE_RECOVERY:
	case OTP_WIRE_REMOVE:
	case OTP_WIRE_DRAW:
	case OTP_WIRE_ADDRESS:
	case OTP_WIRE_ENROLL:
		break;
	}
}

bool
otp_wire_user_is_sound(const struct otp_wire_request *message)
{
	return (message->verb == OTP_WIRE_RESYNC ||
		   message->verb == OTP_WIRE_REMOVE ||
		   message->verb == OTP_WIRE_ADDRESS || message->token == 0) &&
	    (message->verb == OTP_WIRE_RESYNC ||
		otp_wire_is_own(message->verb) || message->second[0] == '\0') &&
	    (message->verb == OTP_WIRE_STATUS ||
		(message->place.part == OTP_PART_WHOLE &&
		    message->place.number == 0)) &&
	    forget_is_sound(message);
}

/* One device, or all of them. */
static bool
forget_is_sound(const struct otp_wire_request *message)
{
	static const uint8_t none[OTP_DEVICE_ID_SIZE];
	const bool one = memcmp(message->forgotten, none, sizeof(none)) != 0;

	return message->verb == OTP_WIRE_FORGET ? one != message->all
						: !one && !message->all;
}

void
otp_wire_user_answered(struct otp_wire *wire, struct otp_wire_answer *message)
{
	switch (message->verb) {
	case OTP_WIRE_STATUS:
		wire_status(wire, message);
		break;
	case OTP_WIRE_FORGET:
		message->forgotten =
		    otp_wire_limited(wire, message->forgotten, OTP_DEVICES);
		break;
	case OTP_WIRE_RESYNC:
		message->resync = otp_wire_verdict(wire, message->resync);
		break;
	case OTP_WIRE_LOOK:
	case OTP_WIRE_TRY:
	case OTP_WIRE_TOLD:
	case OTP_WIRE_SEND:
	case OTP_WIRE_PUT:
	case OTP_WIRE_RECOVERY:
	case OTP_WIRE_REMOVE:
	case OTP_WIRE_DRAW:
	case OTP_WIRE_ADDRESS:
	case OTP_WIRE_ENROLL:
		break;
	}
}

static void
wire_status(struct otp_wire *wire, struct otp_wire_answer *message)
{
	struct otp_overview *overview = &message->overview;
	const struct otp_wire_place *place = &message->place;

	wire_place(wire, &message->place);
	if (!wire->sound)
		return;
	switch (place->part) {
	case OTP_PART_WHOLE:
		wire_whole(wire, overview);
		break;
	case OTP_PART_TOKEN:
		wire_token(wire, &overview->tokens[place->number]);
		break;
	case OTP_PART_ADDRESS:
		otp_wire_text(wire, overview->addresses[place->number].method,
		    sizeof(overview->addresses[0].method));
		otp_wire_text(wire, overview->addresses[place->number].masked,
		    sizeof(overview->addresses[0].masked));
		break;
	case OTP_PART_DEVICE:
		wire_device(wire, &overview->devices.list[place->number]);
		break;
	}
}

static void
wire_place(struct otp_wire *wire, struct otp_wire_place *place)
{
	place->part = (enum otp_wire_part)otp_wire_limited(
	    wire, (uint32_t)place->part, OTP_PART_DEVICE);
	place->number =
	    otp_wire_limited(wire, place->number, place_most(place->part));
}

/* The highest number of a PART. */
static uint32_t
place_most(enum otp_wire_part part)
{
	switch (part) {
	case OTP_PART_TOKEN:
		return OTP_SEED_TOKENS - 1;
	case OTP_PART_ADDRESS:
		return OTP_SEED_ADDRESSES - 1;
	case OTP_PART_DEVICE:
		return OTP_DEVICES - 1;
	case OTP_PART_WHOLE:
		break;
	}
	return 0;
}

static void
wire_whole(struct otp_wire *wire, struct otp_overview *overview)
{
	bool *const flags[] = {
		&overview->enrolled,
		&overview->suspended,
		&overview->exempt,
		&overview->tally.locked,
		&overview->others.locked,
		&overview->invited,
	};

	otp_wire_flags(wire, flags, sizeof(flags) / sizeof(flags[0]));
	overview->problem = (enum otp_err)otp_wire_limited(
	    wire, (uint32_t)overview->problem, OTP_ERR_NOMEM);
	otp_wire_i64(wire, &overview->now);
	wire_chance(wire, &overview->chance);
	overview->recovery_total =
	    otp_wire_limited(wire, overview->recovery_total, OTP_SEED_RECOVERY);
	overview->recovery_left =
	    otp_wire_limited(wire, overview->recovery_left, OTP_SEED_RECOVERY);
	overview->recovery_expired = otp_wire_limited(
	    wire, overview->recovery_expired, OTP_SEED_RECOVERY);
	overview->tokens_count =
	    otp_wire_limited(wire, overview->tokens_count, OTP_SEED_TOKENS);
	overview->addresses_count = otp_wire_limited(
	    wire, overview->addresses_count, OTP_SEED_ADDRESSES);
	overview->devices.count =
	    otp_wire_limited(wire, overview->devices.count, OTP_DEVICES);
	wire_mark(wire, &overview->last_success);
	wire_tally(wire, &overview->tally);
	wire_tally(wire, &overview->others);
	otp_wire_bytes(wire, overview->active.digest, OTP_DIGEST_SIZE);
	overview->invitation_use = (enum otp_recovery_use)otp_wire_limited(
	    wire, (uint32_t)overview->invitation_use, OTP_RECOVERY_UNUSED);
	otp_wire_i64(wire, &overview->invitation_until);
}

static void
wire_tally(struct otp_wire *wire, struct otp_overview_tally *tally)
{
	otp_wire_u32(wire, &tally->failures);
	otp_wire_u32(wire, &tally->month_failures);
	otp_wire_u32(wire, &tally->wait);
	wire_mark(wire, &tally->last_failure);
}

static void
wire_mark(struct otp_wire *wire, struct otp_login_mark *mark)
{
	otp_wire_i64(wire, &mark->time);
	otp_wire_text(wire, mark->service, sizeof(mark->service));
	otp_wire_text(wire, mark->host, sizeof(mark->host));
}

/* A chance, as parts of 10^15. */
static void
wire_chance(struct otp_wire *wire, double *chance)
{
	const double parts = 1e15;
	uint64_t number = 0;

	if (wire->writes)
		number = (uint64_t)((*chance < 1 ? *chance : 1) * parts + 0.5);
	otp_wire_number(wire, sizeof(number), &number);
	wire->sound = wire->sound && number <= (uint64_t)parts;
	*chance = (double)number / parts;
}

static void
wire_token(struct otp_wire *wire, struct otp_overview_token *token)
{
	bool *const flags[] = { &token->adopted };

	token->kind = (enum otp_kind)otp_wire_limited(
	    wire, (uint32_t)token->kind, OTP_HOTP);
	token->hash = (enum otp_hash)otp_wire_limited(
	    wire, (uint32_t)token->hash, OTP_SHA512);
	token->digits = otp_wire_limited(wire, token->digits, OTP_DIGITS_MAX);
	token->period = otp_wire_limited(wire, token->period, OTP_PERIOD_MAX);
	otp_wire_flags(wire, flags, sizeof(flags) / sizeof(flags[0]));
	otp_wire_i32(wire, &token->drift);
	otp_wire_i64(wire, &token->created);
	otp_wire_i64(wire, &token->last_used);
	otp_wire_text(wire, token->label, sizeof(token->label));
	otp_wire_text(wire, token->issuer, sizeof(token->issuer));
}

static void
wire_device(struct otp_wire *wire, struct otp_device *device)
{
	otp_wire_bytes(wire, device->id, sizeof(device->id));
	otp_wire_i64(wire, &device->created);
	otp_wire_i64(wire, &device->expires);
}
