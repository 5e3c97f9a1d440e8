/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with its test in tests/unit/wire_test.c:
 *
 * 1. A message of another size, version or verb is refused
 *    (wire__of_another_size_is_refused, wire__head_is_exact).
 * 2. A text has its NUL, and zeros after it
 *    (wire__text_has_a_nul_and_zeros_after_it).
 * 3. A number is in its range, and a field that the verb does not have is zero
 *    (wire__numbers_have_their_range, wire__of_a_request_has_its_own_fields).
 * 4. An answer with an error never accepts
 *    (wire__with_an_error_never_accepts), and no bit that is flipped makes a
 *    yes of a no (wire__bit_never_makes_a_yes).
 * 5. A message has what its version has, and is answered in it
 *    (tests/unit/wire_enrol_test.c: wire__of_version_1_has_what_that_has).
 * 6. A QR code has a valid size, and no dark module outside it
 *    (wire__drawing_has_a_size_and_nothing_beyond_it).
 */
#include "config.h"

#include "common/link/wire.h"

#include <string.h>

#include "common/core/options.h"
#include "common/core/wipe.h"
#include "common/link/wire_draw.h"
#include "common/link/wire_enrol.h"
#include "common/link/wire_field.h"
#include "common/link/wire_login.h"
#include "common/link/wire_own.h"
#include "common/link/wire_user.h"

/* What an answer has for an account with an invitation alone. */
#define ENROLLED_INVITED (OTP_ENROLLED_NO + 1)

static void wire_request(struct otp_wire *, struct otp_wire_request *);
static bool request_is_sound(const struct otp_wire_request *);
static bool has_text(enum otp_wire_verb);
static void wire_answer(struct otp_wire *, struct otp_wire_answer *);
static void wire_enrolled(struct otp_wire *, struct otp_look *);
static bool answer_is_sound(const struct otp_wire_answer *);

enum otp_err
otp_wire_put_request(const struct otp_wire_request *request,
    uint8_t ret_data[OTP_WIRE_REQUEST_SIZE])
{
	struct otp_wire_request copy = *request;
	struct otp_wire wire = { .writes = true, .sound = true };
	bool sound;

	wire_request(&wire, &copy);
	sound = wire.sound && request_is_sound(&copy);
	if (sound)
		memcpy(ret_data, wire.bytes, OTP_WIRE_REQUEST_SIZE);
	otp_wipe(&copy, sizeof(copy));
	otp_wipe(&wire, sizeof(wire));
	return sound ? OTP_OK : OTP_ERR_PARSE;
}

enum otp_err
otp_wire_get_request(
    const uint8_t *data, size_t size, struct otp_wire_request *ret_request)
{
	struct otp_wire_request request = { .want_enrolled = false };
	struct otp_wire wire = { .writes = false, .sound = true };
	bool sound = size == OTP_WIRE_REQUEST_SIZE;

	if (!sound)
		return OTP_ERR_PARSE;
	memcpy(wire.bytes, data, size);
	wire_request(&wire, &request);
	sound = wire.sound && request_is_sound(&request);
	if (sound)
		*ret_request = request;
	otp_wipe(&request, sizeof(request));
	otp_wipe(&wire, sizeof(wire));
	return sound ? OTP_OK : OTP_ERR_PARSE;
}

enum otp_err
otp_wire_put_answer(const struct otp_wire_answer *answer,
    uint8_t ret_data[OTP_WIRE_ANSWER_SIZE])
{
	struct otp_wire_answer copy = *answer;
	struct otp_wire wire = { .writes = true, .sound = true };
	bool sound;

	wire_answer(&wire, &copy);
	sound = wire.sound && answer_is_sound(&copy);
	if (sound)
		memcpy(ret_data, wire.bytes, OTP_WIRE_ANSWER_SIZE);
	otp_wipe(&copy, sizeof(copy));
	otp_wipe(&wire, sizeof(wire));
	return sound ? OTP_OK : OTP_ERR_PARSE;
}

enum otp_err
otp_wire_get_answer(
    const uint8_t *data, size_t size, struct otp_wire_answer *ret_answer)
{
	struct otp_wire_answer answer = { .err = OTP_OK };
	struct otp_wire wire = { .writes = false, .sound = true };
	bool sound = size == OTP_WIRE_ANSWER_SIZE;

	if (!sound)
		return OTP_ERR_PARSE;
	memcpy(wire.bytes, data, size);
	wire_answer(&wire, &answer);
	sound = wire.sound && answer_is_sound(&answer);
	if (sound)
		*ret_answer = answer;
	otp_wipe(&answer, sizeof(answer));
	otp_wipe(&wire, sizeof(wire));
	return sound ? OTP_OK : OTP_ERR_PARSE;
}

static void
wire_request(struct otp_wire *wire, struct otp_wire_request *message)
{
	struct otp_request *request = &message->request;
	bool *const flags[] = {
		&request->unknown,
		&request->same_user,
		&request->tell,
		&request->split,
		&message->want_enrolled,
		&request->owner.has_host,
		&request->owner.gives_code,
		&request->owner.is_caller,
	};

	otp_wire_head(
	    wire, &message->version, &message->verb, OTP_WIRE_REQUEST_SIZE);
	otp_wire_flags(wire, flags, sizeof(flags) / sizeof(flags[0]));
	otp_wire_u32(wire, &request->uid);
	otp_wire_i64(wire, &request->device.remember_for);
	otp_wire_i64(wire, &request->owner.fresh_for);
	otp_wire_bytes(wire, request->device.id, sizeof(request->device.id));
	otp_wire_bytes(wire, request->owner.host, sizeof(request->owner.host));
	otp_wire_number(wire, sizeof(uint64_t), &message->generation);
	otp_wire_u32(wire, &message->unreported);
	otp_wire_u32(wire, &message->replays);
	otp_wire_text(wire, request->account, sizeof(request->account));
	otp_wire_text(wire, request->service, sizeof(request->service));
	otp_wire_text(wire, request->host, sizeof(request->host));
	if (message->verb == OTP_WIRE_TRY)
		otp_wire_text(wire, message->typed, sizeof(message->typed));
	else if (has_text(message->verb))
		otp_wire_text(wire, message->typed, OTP_WIRE_CODE_SIZE);
	otp_wire_user_asked(wire, message);
	otp_wire_own_asked(wire, message);
	otp_wire_enrol_asked(wire, message);
	otp_wire_zeros(wire, OTP_WIRE_REQUEST_SIZE);
}

static bool
request_is_sound(const struct otp_wire_request *message)
{
	const struct otp_request *request = &message->request;
	const bool has_told = message->generation != 0 ||
	    message->unreported != 0 || message->replays != 0;

	return request->device.remember_for >= 0 &&
	    request->device.remember_for <= OTP_REMEMBER_FOR_MAX &&
	    request->owner.fresh_for >= 0 &&
	    request->owner.fresh_for <= OTP_FRESH_FOR_MAX &&
	    (message->verb == OTP_WIRE_LOOK || !message->want_enrolled) &&
	    (message->verb == OTP_WIRE_TRY ||
		message->verb == OTP_WIRE_RESYNC ||
		message->verb == OTP_WIRE_PUT || has_text(message->verb) ||
		message->typed[0] == '\0') &&
	    ((message->verb != OTP_WIRE_DRAW &&
		 message->verb != OTP_WIRE_ENROLL) ||
		message->typed[0] != '\0') &&
	    otp_wire_user_is_sound(message) && otp_wire_own_is_asked(message) &&
	    otp_wire_enrol_is_asked(message) &&
	    (message->verb == OTP_WIRE_TOLD || !has_told);
}

/* Whether the request begins with a text, in a code's field. */
static bool
has_text(enum otp_wire_verb verb)
{
	return verb == OTP_WIRE_SEND || verb == OTP_WIRE_DRAW ||
	    verb == OTP_WIRE_ENROLL;
}

static void
wire_answer(struct otp_wire *wire, struct otp_wire_answer *message)
{
	struct otp_fault *fault = &message->fault;
	struct otp_look *look = &message->look;
	int32_t errnum = fault->errnum;

	otp_wire_head(
	    wire, &message->version, &message->verb, OTP_WIRE_ANSWER_SIZE);
	message->err = (enum otp_err)otp_wire_limited(
	    wire, (uint32_t)message->err, OTP_ERR_NOMEM);
	otp_wire_i32(wire, &errnum);
	fault->errnum = errnum;
	fault->detail = (enum otp_detail)otp_wire_limited(
	    wire, (uint32_t)fault->detail, OTP_DETAIL_COUNT - 1);
	otp_wire_u32(wire, &fault->line);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t number = fault->numbers[i];

		otp_wire_number(wire, sizeof(number), &number);
		fault->numbers[i] = (unsigned long)number;
		wire->sound = wire->sound && fault->numbers[i] == number;
	}
	look->standing = (enum otp_standing)otp_wire_limited(
	    wire, (uint32_t)look->standing, OTP_STANDING_EXEMPT);
	wire_enrolled(wire, look);
	otp_wire_i64(wire, &look->exemption.until);
	message->noted = otp_wire_limited(wire, message->noted ? 1 : 0, 1) != 0;
	otp_wire_text(wire, message->account, sizeof(message->account));
	otp_wire_text(wire, fault->where, sizeof(fault->where));
	otp_wire_text(wire, fault->name, sizeof(fault->name));
	otp_wire_text(wire, fault->foreign, sizeof(fault->foreign));
	otp_wire_text(
	    wire, look->exemption.reason, sizeof(look->exemption.reason));
	if (message->verb == OTP_WIRE_LOOK)
		otp_wire_judged(wire, &look->known);
	else if (message->verb == OTP_WIRE_TRY ||
	    message->verb == OTP_WIRE_TOLD)
		otp_wire_judged(wire, &message->answer);
	else if (message->verb == OTP_WIRE_SEND)
		otp_wire_sent(wire, &message->sent);
	else if (message->verb == OTP_WIRE_DRAW)
		otp_wire_drawn(wire, &message->drawing);
	otp_wire_user_answered(wire, message);
	otp_wire_own_answered(wire, message);
	otp_wire_zeros(wire, OTP_WIRE_ANSWER_SIZE);
}

/* An invitation is one more word: NO, but invited.  Version 1 has none. */
static void
wire_enrolled(struct otp_wire *wire, struct otp_look *look)
{
	const bool has_word = wire->version > 1;
	const uint32_t word = look->invited && has_word
	    ? ENROLLED_INVITED
	    : (uint32_t)look->enrolled;
	const uint32_t got = otp_wire_limited(
	    wire, word, has_word ? ENROLLED_INVITED : OTP_ENROLLED_NO);

	look->invited = got == ENROLLED_INVITED;
	look->enrolled =
	    look->invited ? OTP_ENROLLED_NO : (enum otp_enrolled)got;
}

/*
 * Only a try, a look at what is known, a resynchronisation and a change of
 * one's own account accept.
 */
static bool
answer_is_sound(const struct otp_wire_answer *message)
{
	const struct otp_answer *answer = message->verb == OTP_WIRE_LOOK
	    ? &message->look.known
	    : &message->answer;

	if (!otp_wire_own_is_answered(message) || !otp_wire_is_drawn(message))
		return false;
	if (message->resync == OTP_VERDICT_ACCEPT &&
	    (message->err != OTP_OK || message->verb != OTP_WIRE_RESYNC))
		return false;
	if (answer->verdict != OTP_VERDICT_ACCEPT)
		return true;
	return message->err == OTP_OK &&
	    (message->verb == OTP_WIRE_TRY ||
		(message->verb == OTP_WIRE_LOOK &&
		    message->look.standing == OTP_STANDING_USUAL));
}
