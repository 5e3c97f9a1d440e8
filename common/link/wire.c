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
 *    (wire__with_an_error_never_accepts), and no bit that is flipped makes a yes
 *    of a no (wire__bit_never_makes_a_yes).
 */
#include "config.h"

#include "common/link/wire.h"

#include <string.h>

#include "common/core/options.h"
#include "common/core/wipe.h"

/*
 * A message that is read or written: each part is named once, in its place, for
 * both.  Numbers are little-endian.
 */
struct wire {
	uint8_t bytes[OTP_WIRE_MAX];
	size_t at;
	bool writes;
	bool sound;
};

static const char magic[] = { 'p', 'O', 'T', 'P' };

static void wire_request(struct wire *, struct otp_wire_request *);
static void wire_asked(struct wire *, struct otp_wire_request *);
static bool request_is_sound(const struct otp_wire_request *);
static bool forget_is_sound(const struct otp_wire_request *);
static void wire_answer(struct wire *, struct otp_wire_answer *);
static bool answer_is_sound(const struct otp_wire_answer *);
static void wire_answered(struct wire *, struct otp_wire_answer *);
static void wire_judged(struct wire *, struct otp_answer *);
static void wire_told(struct wire *, struct otp_told *);
static enum otp_verdict wire_verdict(struct wire *, enum otp_verdict);
static bool is_verdict(uint32_t);
static void wire_place(struct wire *, struct otp_wire_place *);
static uint32_t place_most(enum otp_wire_part);
static void wire_whole(struct wire *, struct otp_overview *);
static void wire_tally(struct wire *, struct otp_overview_tally *);
static void wire_mark(struct wire *, struct otp_login_mark *);
static void wire_chance(struct wire *, double *);
static void wire_token(struct wire *, struct otp_overview_token *);
static void wire_device(struct wire *, struct otp_device *);
static void wire_head(struct wire *, enum otp_wire_verb *, uint32_t);
static void wire_flags(struct wire *, bool *const *, size_t);
static void wire_number(struct wire *, unsigned, uint64_t *);
static uint32_t wire_limited(struct wire *, uint32_t, uint32_t);
static void wire_u32(struct wire *, uint32_t *);
static void wire_i32(struct wire *, int32_t *);
static void wire_i64(struct wire *, int64_t *);
static void wire_bytes(struct wire *, void *, size_t);
static void wire_text(struct wire *, char *, size_t);
static void wire_zeros(struct wire *, size_t);

enum otp_err
otp_wire_put_request(const struct otp_wire_request *request,
    uint8_t ret_data[OTP_WIRE_REQUEST_SIZE])
{
	struct otp_wire_request copy = *request;
	struct wire wire = { .writes = true, .sound = true };
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
	struct wire wire = { .writes = false, .sound = true };
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
	struct wire wire = { .writes = true, .sound = true };

	wire_answer(&wire, &copy);
	if (!wire.sound || !answer_is_sound(&copy))
		return OTP_ERR_PARSE;
	memcpy(ret_data, wire.bytes, OTP_WIRE_ANSWER_SIZE);
	return OTP_OK;
}

enum otp_err
otp_wire_get_answer(
    const uint8_t *data, size_t size, struct otp_wire_answer *ret_answer)
{
	struct otp_wire_answer answer = { .err = OTP_OK };
	struct wire wire = { .writes = false, .sound = true };

	if (size != OTP_WIRE_ANSWER_SIZE)
		return OTP_ERR_PARSE;
	memcpy(wire.bytes, data, size);
	wire_answer(&wire, &answer);
	if (!wire.sound || !answer_is_sound(&answer))
		return OTP_ERR_PARSE;
	*ret_answer = answer;
	return OTP_OK;
}

bool
otp_wire_is_other_version(const uint8_t *data, size_t size)
{
	uint8_t ours[OTP_WIRE_VERSION_SIZE];

	otp_wire_put_version(ours);
	return size >= sizeof(ours) &&
	    memcmp(data, magic, sizeof(magic)) == 0 &&
	    memcmp(data, ours, sizeof(ours)) != 0;
}

void
otp_wire_put_version(uint8_t ret_data[OTP_WIRE_VERSION_SIZE])
{
	memcpy(ret_data, magic, sizeof(magic));
	memset(
	    ret_data + sizeof(magic), 0, OTP_WIRE_VERSION_SIZE - sizeof(magic));
	ret_data[sizeof(magic)] = OTP_WIRE_VERSION;
}

void
otp_wire_ask_version(uint8_t ret_data[OTP_WIRE_VERSION_SIZE])
{
	otp_wire_put_version(ret_data);
	ret_data[sizeof(magic)] = 0;
}

static void
wire_request(struct wire *wire, struct otp_wire_request *message)
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

	wire_head(wire, &message->verb, OTP_WIRE_REQUEST_SIZE);
	wire_flags(wire, flags, sizeof(flags) / sizeof(flags[0]));
	wire_u32(wire, &request->uid);
	wire_i64(wire, &request->device.remember_for);
	wire_i64(wire, &request->owner.fresh_for);
	wire_bytes(wire, request->device.id, sizeof(request->device.id));
	wire_bytes(wire, request->owner.host, sizeof(request->owner.host));
	wire_number(wire, sizeof(uint64_t), &message->generation);
	wire_u32(wire, &message->unreported);
	wire_u32(wire, &message->replays);
	wire_text(wire, request->account, sizeof(request->account));
	wire_text(wire, request->service, sizeof(request->service));
	wire_text(wire, request->host, sizeof(request->host));
	wire_asked(wire, message);
	wire_zeros(wire, OTP_WIRE_REQUEST_SIZE);
}

/* The fields that each verb has for itself. */
static void
wire_asked(struct wire *wire, struct otp_wire_request *message)
{
	switch (message->verb) {
	case OTP_WIRE_TRY:
		wire_text(wire, message->typed, sizeof(message->typed));
		break;
	case OTP_WIRE_STATUS:
		wire_place(wire, &message->place);
		break;
	case OTP_WIRE_FORGET:
		message->all = wire_limited(wire, message->all ? 1 : 0, 1) != 0;
		wire_bytes(
		    wire, message->forgotten, sizeof(message->forgotten));
		break;
	case OTP_WIRE_RESYNC:
		message->token =
		    wire_limited(wire, message->token, OTP_SEED_TOKENS - 1);
		wire_text(wire, message->typed, OTP_WIRE_CODE_SIZE);
		wire_text(wire, message->second, sizeof(message->second));
		break;
	case OTP_WIRE_LOOK:
	case OTP_WIRE_TOLD:
		break;
	}
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
		message->typed[0] == '\0') &&
	    (message->verb == OTP_WIRE_RESYNC ||
		(message->token == 0 && message->second[0] == '\0')) &&
	    (message->verb == OTP_WIRE_STATUS ||
		(message->place.part == OTP_WIRE_WHOLE &&
		    message->place.number == 0)) &&
	    forget_is_sound(message) &&
	    (message->verb == OTP_WIRE_TOLD || !has_told);
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

static void
wire_answer(struct wire *wire, struct otp_wire_answer *message)
{
	struct otp_fault *fault = &message->fault;
	struct otp_look *look = &message->look;
	int32_t errnum = fault->errnum;

	wire_head(wire, &message->verb, OTP_WIRE_ANSWER_SIZE);
	message->err = (enum otp_err)wire_limited(
	    wire, (uint32_t)message->err, OTP_ERR_NOMEM);
	wire_i32(wire, &errnum);
	fault->errnum = errnum;
	fault->detail = (enum otp_detail)wire_limited(
	    wire, (uint32_t)fault->detail, OTP_DETAIL_COUNT - 1);
	wire_u32(wire, &fault->line);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t number = fault->numbers[i];

		wire_number(wire, sizeof(number), &number);
		fault->numbers[i] = (unsigned long)number;
		wire->sound = wire->sound && fault->numbers[i] == number;
	}
	look->standing = (enum otp_standing)wire_limited(
	    wire, (uint32_t)look->standing, OTP_STANDING_EXEMPT);
	look->enrolled = (enum otp_enrolled)wire_limited(
	    wire, (uint32_t)look->enrolled, OTP_ENROLLED_NO);
	wire_i64(wire, &look->exemption.until);
	message->noted = wire_limited(wire, message->noted ? 1 : 0, 1) != 0;
	wire_text(wire, message->account, sizeof(message->account));
	wire_text(wire, fault->where, sizeof(fault->where));
	wire_text(wire, fault->name, sizeof(fault->name));
	wire_text(wire, fault->foreign, sizeof(fault->foreign));
	wire_text(wire, look->exemption.reason, sizeof(look->exemption.reason));
	wire_answered(wire, message);
	wire_zeros(wire, OTP_WIRE_ANSWER_SIZE);
}

/* Likewise. */
static void
wire_answered(struct wire *wire, struct otp_wire_answer *message)
{
	struct otp_overview *overview = &message->overview;
	const struct otp_wire_place *place = &message->place;

	switch (message->verb) {
	case OTP_WIRE_LOOK:
		wire_judged(wire, &message->look.known);
		return;
	case OTP_WIRE_TRY:
	case OTP_WIRE_TOLD:
		wire_judged(wire, &message->answer);
		return;
	case OTP_WIRE_FORGET:
		message->forgotten =
		    wire_limited(wire, message->forgotten, OTP_DEVICES);
		return;
	case OTP_WIRE_RESYNC:
		message->resync = wire_verdict(wire, message->resync);
		return;
	case OTP_WIRE_STATUS:
		break;
	}
	wire_place(wire, &message->place);
	if (!wire->sound)
		return;
	switch (place->part) {
	case OTP_WIRE_WHOLE:
		wire_whole(wire, overview);
		break;
	case OTP_WIRE_TOKEN:
		wire_token(wire, &overview->tokens[place->number]);
		break;
	case OTP_WIRE_ADDRESS:
		wire_text(wire, overview->addresses[place->number].method,
		    sizeof(overview->addresses[0].method));
		wire_text(wire, overview->addresses[place->number].masked,
		    sizeof(overview->addresses[0].masked));
		break;
	case OTP_WIRE_DEVICE:
		wire_device(wire, &overview->devices.list[place->number]);
		break;
	}
}

/* Only a try, a look at what is known, and a resynchronisation accept. */
static bool
answer_is_sound(const struct otp_wire_answer *message)
{
	const struct otp_answer *answer = message->verb == OTP_WIRE_LOOK
	    ? &message->look.known
	    : &message->answer;

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

static void
wire_judged(struct wire *wire, struct otp_answer *answer)
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

	wire_flags(wire, flags, sizeof(flags) / sizeof(flags[0]));
	answer->verdict = wire_verdict(wire, answer->verdict);
	answer->kind = (enum otp_kind)wire_limited(
	    wire, (uint32_t)answer->kind, OTP_DELIVERED);
	wire_u32(wire, &answer->failures);
	wire_u32(wire, &answer->month_failures);
	wire_u32(wire, &answer->wait);
	wire_i32(wire, &answer->drift);
	answer->password_length =
	    wire_limited(wire, password, OTP_WIRE_TYPED_SIZE - 1);
	wire_u32(wire, &answer->unreported);
	wire_u32(wire, &answer->replays);
	answer->recovery_left =
	    wire_limited(wire, answer->recovery_left, OTP_SEED_RECOVERY);
	wire_number(wire, sizeof(uint64_t), &answer->generation);
	wire_i64(wire, &answer->last_success);
	wire_i64(wire, &answer->device_left);
	wire_text(wire, answer->method, sizeof(answer->method));
	wire_text(wire, answer->token, sizeof(answer->token));
	wire_text(wire, answer->failure_host, sizeof(answer->failure_host));
	wire_told(wire, &answer->told);
}

static void
wire_told(struct wire *wire, struct otp_told *told)
{
	struct otp_notice *notice = &told->notice;

	notice->kind = (enum otp_notice_kind)wire_limited(
	    wire, (uint32_t)notice->kind, OTP_NOTICE_DEVICE);
	wire_i64(wire, &notice->time);
	wire_number(wire, sizeof(uint64_t), &notice->codes);
	wire_i64(wire, &notice->since);
	told->to_count = wire_limited(wire, told->to_count, OTP_SEED_ADDRESSES);
	for (unsigned i = 0; i < OTP_SEED_ADDRESSES; i++)
		wire_text(wire, told->to[i], sizeof(told->to[i]));
}

static enum otp_verdict
wire_verdict(struct wire *wire, enum otp_verdict verdict)
{
	uint32_t number = verdict;

	wire_u32(wire, &number);
	wire->sound = wire->sound && is_verdict(number);
	return wire->sound ? (enum otp_verdict)number : OTP_VERDICT_REJECT;
}

static bool
is_verdict(uint32_t verdict)
{
	return verdict <= OTP_VERDICT_SUSPENDED ||
	    verdict == OTP_VERDICT_ACCEPT;
}

static void
wire_place(struct wire *wire, struct otp_wire_place *place)
{
	place->part = (enum otp_wire_part)wire_limited(
	    wire, (uint32_t)place->part, OTP_WIRE_DEVICE);
	place->number =
	    wire_limited(wire, place->number, place_most(place->part));
}

/* The highest number of a PART. */
static uint32_t
place_most(enum otp_wire_part part)
{
	switch (part) {
	case OTP_WIRE_TOKEN:
		return OTP_SEED_TOKENS - 1;
	case OTP_WIRE_ADDRESS:
		return OTP_SEED_ADDRESSES - 1;
	case OTP_WIRE_DEVICE:
		return OTP_DEVICES - 1;
	case OTP_WIRE_WHOLE:
		break;
	}
	return 0;
}

static void
wire_whole(struct wire *wire, struct otp_overview *overview)
{
	bool *const flags[] = {
		&overview->enrolled,
		&overview->suspended,
		&overview->exempt,
		&overview->tally.locked,
		&overview->others.locked,
	};

	wire_flags(wire, flags, sizeof(flags) / sizeof(flags[0]));
	overview->problem = (enum otp_err)wire_limited(
	    wire, (uint32_t)overview->problem, OTP_ERR_NOMEM);
	wire_i64(wire, &overview->now);
	wire_chance(wire, &overview->chance);
	overview->recovery_total =
	    wire_limited(wire, overview->recovery_total, OTP_SEED_RECOVERY);
	overview->recovery_left =
	    wire_limited(wire, overview->recovery_left, OTP_SEED_RECOVERY);
	overview->recovery_expired =
	    wire_limited(wire, overview->recovery_expired, OTP_SEED_RECOVERY);
	overview->tokens_count =
	    wire_limited(wire, overview->tokens_count, OTP_SEED_TOKENS);
	overview->addresses_count =
	    wire_limited(wire, overview->addresses_count, OTP_SEED_ADDRESSES);
	overview->devices.count =
	    wire_limited(wire, overview->devices.count, OTP_DEVICES);
	wire_mark(wire, &overview->last_success);
	wire_tally(wire, &overview->tally);
	wire_tally(wire, &overview->others);
}

static void
wire_tally(struct wire *wire, struct otp_overview_tally *tally)
{
	wire_u32(wire, &tally->failures);
	wire_u32(wire, &tally->month_failures);
	wire_u32(wire, &tally->wait);
	wire_mark(wire, &tally->last_failure);
}

static void
wire_mark(struct wire *wire, struct otp_login_mark *mark)
{
	wire_i64(wire, &mark->time);
	wire_text(wire, mark->service, sizeof(mark->service));
	wire_text(wire, mark->host, sizeof(mark->host));
}

/* A chance, as parts of 10^15. */
static void
wire_chance(struct wire *wire, double *chance)
{
	const double parts = 1e15;
	uint64_t number = 0;

	if (wire->writes)
		number = (uint64_t)((*chance < 1 ? *chance : 1) * parts + 0.5);
	wire_number(wire, sizeof(number), &number);
	wire->sound = wire->sound && number <= (uint64_t)parts;
	*chance = (double)number / parts;
}

static void
wire_token(struct wire *wire, struct otp_overview_token *token)
{
	bool *const flags[] = { &token->adopted };

	token->kind =
	    (enum otp_kind)wire_limited(wire, (uint32_t)token->kind, OTP_HOTP);
	token->hash = (enum otp_hash)wire_limited(
	    wire, (uint32_t)token->hash, OTP_SHA512);
	token->digits = wire_limited(wire, token->digits, OTP_DIGITS_MAX);
	token->period = wire_limited(wire, token->period, OTP_PERIOD_MAX);
	wire_flags(wire, flags, sizeof(flags) / sizeof(flags[0]));
	wire_i32(wire, &token->drift);
	wire_i64(wire, &token->created);
	wire_i64(wire, &token->last_used);
	wire_text(wire, token->label, sizeof(token->label));
	wire_text(wire, token->issuer, sizeof(token->issuer));
}

static void
wire_device(struct wire *wire, struct otp_device *device)
{
	wire_bytes(wire, device->id, sizeof(device->id));
	wire_i64(wire, &device->created);
	wire_i64(wire, &device->expires);
}

static void
wire_head(struct wire *wire, enum otp_wire_verb *verb, uint32_t size)
{
	uint8_t version[OTP_WIRE_VERSION_SIZE];
	uint8_t head[OTP_WIRE_VERSION_SIZE];
	uint32_t said = size;

	otp_wire_put_version(version);
	memcpy(head, version, sizeof(head));
	wire_bytes(wire, head, sizeof(head));
	*verb = (enum otp_wire_verb)wire_limited(
	    wire, (uint32_t)*verb, OTP_WIRE_RESYNC);
	wire_u32(wire, &said);
	wire->sound = wire->sound && said == size && *verb != 0 &&
	    memcmp(head, version, sizeof(head)) == 0;
}

/* A word with a bit for each of COUNT flags, the lowest first. */
static void
wire_flags(struct wire *wire, bool *const *flags, size_t count)
{
	uint32_t word = 0;

	for (size_t i = 0; i < count; i++)
		if (*flags[i])
			word |= UINT32_C(1) << i;
	word = wire_limited(wire, word, (UINT32_C(1) << count) - 1);
	for (size_t i = 0; i < count; i++)
		*flags[i] = (word >> i & 1) != 0;
}

/* A number of SIZE bytes. */
static void
wire_number(struct wire *wire, unsigned size, uint64_t *value)
{
	uint8_t *at = wire->bytes + wire->at;
	uint64_t number = 0;

	for (unsigned i = size; i-- > 0;) {
		if (wire->writes)
			at[i] = (uint8_t)(*value >> (8 * i));
		number = number << 8 | at[i];
	}
	*value = number;
	wire->at += size;
}

/* A word that is at most MAX; its value, or 0 if it is not. */
static uint32_t
wire_limited(struct wire *wire, uint32_t value, uint32_t max)
{
	wire_u32(wire, &value);
	if (value <= max)
		return value;
	wire->sound = false;
	return 0;
}

static void
wire_u32(struct wire *wire, uint32_t *value)
{
	uint64_t number = *value;

	wire_number(wire, sizeof(*value), &number);
	*value = (uint32_t)number;
}

static void
wire_i32(struct wire *wire, int32_t *value)
{
	uint32_t number = (uint32_t)*value;

	wire_u32(wire, &number);
	*value = (int32_t)number;
}

static void
wire_i64(struct wire *wire, int64_t *value)
{
	uint64_t number = (uint64_t)*value;

	wire_number(wire, sizeof(number), &number);
	*value = (int64_t)number;
}

static void
wire_bytes(struct wire *wire, void *data, size_t size)
{
	uint8_t *at = wire->bytes + wire->at;

	if (wire->writes)
		memcpy(at, data, size);
	else
		memcpy(data, at, size);
	wire->at += size;
}

/* A text in a field of SIZE bytes: a NUL is in it, and zeros are after that. */
static void
wire_text(struct wire *wire, char *text, size_t size)
{
	const char *field = (const char *)wire->bytes + wire->at;
	const size_t length = strnlen(wire->writes ? text : field, size);

	if (wire->writes)
		memset(text + length, 0, size - length);
	wire_bytes(wire, text, size);
	wire->sound = wire->sound && length < size;
	for (size_t i = length; i < size; i++)
		wire->sound = wire->sound && text[i] == '\0';
}

/* All that is left of a message of SIZE bytes. */
static void
wire_zeros(struct wire *wire, size_t size)
{
	wire->sound = wire->sound && wire->at <= size;
	for (; wire->at < size; wire->at++)
		wire->sound = wire->sound && wire->bytes[wire->at] == 0;
}
