/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"

#include <stdlib.h>

#include "common/core/options.h"
#include "common/link/wire.h"

#define TEXT(field, value) ((void)snprintf(field, sizeof(field), "%s", value))

/* Where fields stand: pam_otpd(8). */
enum {
	AT_VERSION = 4,
	AT_VERB = 8,
	AT_SIZE = 12,

	REQUEST_FLAGS = 16,
	REQUEST_UID = 20,
	REQUEST_REMEMBER_FOR = 24,
	REQUEST_FRESH_FOR = 32,
	REQUEST_GENERATION = 64,
	REQUEST_ACCOUNT = 80,
	REQUEST_SERVICE = 336,
	REQUEST_HOST = 368,
	REQUEST_TYPED = 432,
	REQUEST_PART = 432,
	REQUEST_NUMBER = 436,
	REQUEST_ALL = 432,
	REQUEST_FORGOTTEN = 436,
	REQUEST_FIRST = 436,
	REQUEST_SECOND = 949,
	REQUEST_CHANGE = 432,
	REQUEST_FORMER = 436,
	REQUEST_PROOF = 468,
	REQUEST_SECRET = 981,
	REQUEST_CODE = 1001,
	REQUEST_ADDRESS = 981,
	REQUEST_URI = 985,
	REQUEST_ADDRESS_END = 1233,

	ANSWER_ERR = 16,
	ANSWER_DETAIL = 24,
	ANSWER_STANDING = 48,
	ANSWER_ENROLLED = 52,
	ANSWER_NOTED = 64,
	ANSWER_ACCOUNT = 68,
	ANSWER_WHERE = 324,
	ANSWER_NAME = 596,
	ANSWER_FOREIGN = 660,
	ANSWER_REASON = 756,
	ANSWER_FLAGS = 884,
	ANSWER_VERDICT = 888,
	ANSWER_KIND = 892,
	ANSWER_PASSWORD = 912,
	ANSWER_RECOVERY = 924,
	ANSWER_METHOD = 952,
	ANSWER_TOKEN = 969,
	ANSWER_HOST = 1225,
	ANSWER_JUDGED_END = 1289,

	ANSWER_PART = 884,
	ANSWER_NUMBER = 888,
	ANSWER_STATUS = 892, /* what each part has for itself */
	ANSWER_FORGOTTEN = 884,
	ANSWER_RESYNC = 884,
	ANSWER_DELIVERY = 884,
	ANSWER_SENT_METHOD = 888,
	ANSWER_TAG = 905,
	ANSWER_CHANGED = 884,
	ANSWER_OWN = 888,
	ANSWER_OWN_KIND = 896,
	ANSWER_CODES = 904,
	ANSWER_CODE = 908,
	ANSWER_ADDRESS = 1388,
	ANSWER_ADDRESS_METHOD = 1392,
	ANSWER_ADDRESS_TAG = 1409,
	ANSWER_SIDE = 884,
	ANSWER_ROWS = 888,
	ANSWER_ROWS_END = 1344,
};

static const enum otp_wire_verb verbs[] = { OTP_WIRE_LOOK, OTP_WIRE_TRY,
	OTP_WIRE_TOLD, OTP_WIRE_STATUS, OTP_WIRE_FORGET, OTP_WIRE_RESYNC,
	OTP_WIRE_SEND, OTP_WIRE_PUT, OTP_WIRE_RECOVERY, OTP_WIRE_REMOVE,
	OTP_WIRE_DRAW, OTP_WIRE_ADDRESS, OTP_WIRE_ENROLL };

static bool
is_change(enum otp_wire_verb verb)
{
	return (verb >= OTP_WIRE_PUT && verb <= OTP_WIRE_REMOVE) ||
	    verb == OTP_WIRE_ADDRESS;
}

/* All that a request of VERB can have, each another value. */
static struct otp_wire_request
request_of(enum otp_wire_verb verb)
{
	struct otp_wire_request message;
	struct otp_request *request = &message.request;

	memset(&message, 0, sizeof(message));
	message.version = OTP_WIRE_VERSION;
	message.verb = verb;
	request->uid = 0x01020304;
	request->unknown = true;
	request->tell = true;
	request->owner.is_caller = true;
	request->device.remember_for = 0x667788; /* 77 days */
	request->owner.fresh_for = 600;
	memcpy(request->device.id, "0123456789abcdef", 16);
	memcpy(request->owner.host, "hostmark", 8);
	TEXT(request->account, "alice");
	TEXT(request->service, "sshd");
	TEXT(request->host, "203.0.113.5");
	if (verb == OTP_WIRE_LOOK)
		message.want_enrolled = true;
	if (verb == OTP_WIRE_TRY)
		TEXT(message.typed, "123 456");
	if (verb == OTP_WIRE_TOLD) {
		message.generation = 9;
		message.unreported = 3;
		message.replays = 2;
	}
	if (verb == OTP_WIRE_STATUS)
		message.place = (struct otp_wire_place){ OTP_PART_TOKEN, 7 };
	if (verb == OTP_WIRE_FORGET)
		memcpy(message.forgotten, "fedcba9876543210", 16);
	if (verb == OTP_WIRE_RESYNC) {
		message.token = 7;
		TEXT(message.typed, "123456");
		TEXT(message.second, "234567");
	}
	if (verb == OTP_WIRE_SEND)
		TEXT(message.typed, "send 2");
	if (verb == OTP_WIRE_DRAW)
		TEXT(message.typed, "otpauth://totp/x?secret=A");
	if (is_change(verb)) {
		memcpy(message.change.former.digest, "digested", 8);
		TEXT(message.second, "345678");
	}
	if (verb == OTP_WIRE_ENROLL) {
		TEXT(message.typed, "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF");
		memcpy(message.enrol.secret, "abcdefghijklmnopqrst", 20);
		message.enrol.code = 999999;
		message.enrol.value = 1800000000;
		message.enrol.drift = -30;
		memcpy(message.enrol.kept[0].salt, "salted", 6);
		memcpy(message.enrol.kept[9].hash, "hashed", 6);
	}
	if (verb == OTP_WIRE_REMOVE)
		message.token = 7;
	if (verb == OTP_WIRE_ADDRESS)
		TEXT(message.change.uri, "mailto:alice@example.org");
	if (verb == OTP_WIRE_PUT) {
		message.change.mode = OTP_ENROL_REPLACE;
		memcpy(message.change.secret, "abcdefghijklmnopqrst", 20);
		TEXT(message.typed, "123456");
	}
	return message;
}

static struct otp_answer
judged(void)
{
	struct otp_answer answer;

	memset(&answer, 0, sizeof(answer));
	answer.verdict = OTP_VERDICT_ACCEPT;
	answer.kind = OTP_DELIVERED;
	TEXT(answer.method, "mailto");
	TEXT(answer.token, "host:alice");
	answer.failures = 1;
	answer.month_failures = 2;
	answer.wait = 3;
	answer.drift = -29;
	answer.drift_known = true;
	answer.password_length = 5;
	answer.recovery_known = true;
	answer.recovery_left = 6;
	answer.unreported = 7;
	answer.replays = 8;
	answer.generation = 9;
	answer.last_success = -1;
	answer.device_left = 10;
	TEXT(answer.failure_host, "198.51.100.7");
	return answer;
}

static struct otp_login_mark
mark_of(int64_t time)
{
	struct otp_login_mark mark;

	memset(&mark, 0, sizeof(mark));
	mark.time = time;
	TEXT(mark.service, "sshd");
	TEXT(mark.host, "198.51.100.7");
	return mark;
}

/* All but the parts that there may be several of. */
static struct otp_overview
overview_whole(void)
{
	struct otp_overview overview;

	memset(&overview, 0, sizeof(overview));
	overview.now = 100;
	overview.enrolled = overview.exempt = overview.others.locked = true;
	overview.problem = OTP_ERR_UID;
	overview.chance = 0.000300000000004;
	overview.recovery_total = 16;
	overview.recovery_left = 10;
	overview.recovery_expired = 1;
	overview.tally =
	    (struct otp_overview_tally){ 1, 2, 3, false, mark_of(4) };
	overview.others =
	    (struct otp_overview_tally){ 5, 6, 7, true, mark_of(8) };
	overview.last_success = mark_of(9);
	overview.tokens_count = 8;
	overview.addresses_count = 4;
	overview.devices.count = 8;
	memcpy(overview.active.digest, "digested", 8);
	overview.invited = true;
	overview.invitation_use = OTP_RECOVERY_UNUSED;
	overview.invitation_until = 1800000000;
	return overview;
}

static struct otp_overview_token
overview_token(void)
{
	struct otp_overview_token token;

	memset(&token, 0, sizeof(token));
	token.kind = OTP_HOTP;
	token.hash = OTP_SHA512;
	token.digits = 8;
	token.period = 120;
	token.adopted = true;
	token.drift = -30;
	token.created = 11;
	token.last_used = 12;
	TEXT(token.label, "host:alice");
	TEXT(token.issuer, "host");
	return token;
}

static struct otp_wire_answer
answer_of(enum otp_wire_verb verb)
{
	struct otp_wire_answer message;

	memset(&message, 0, sizeof(message));
	message.version = OTP_WIRE_VERSION;
	message.verb = verb;
	TEXT(message.account, "alice");
	message.fault.errnum = -5;
	message.fault.detail = OTP_DETAIL_COUNT - 1;
	message.fault.line = 4;
	message.fault.numbers[0] = 6;
	message.fault.numbers[1] = 7;
	TEXT(message.fault.where, "/etc/security/pam_otp.conf");
	TEXT(message.fault.name, "store");
	TEXT(message.fault.foreign, "a text");
	TEXT(message.look.exemption.reason, "new phone");
	message.look.exemption.until = 14;
	if (verb == OTP_WIRE_LOOK) {
		message.look.enrolled = OTP_ENROLLED_NO;
		message.look.known = judged();
	}
	if (verb == OTP_WIRE_TRY)
		message.answer = judged();
	message.noted = verb == OTP_WIRE_TOLD;
	if (verb == OTP_WIRE_STATUS)
		message.overview = overview_whole();
	if (verb == OTP_WIRE_FORGET)
		message.forgotten = 8;
	if (verb == OTP_WIRE_RESYNC)
		message.resync = OTP_VERDICT_ACCEPT;
	if (verb == OTP_WIRE_SEND) {
		message.sent.delivery = OTP_DELIVERY_SENT;
		TEXT(message.sent.method, "mail");
		TEXT(message.sent.tag, "K7");
	}
	if (verb == OTP_WIRE_DRAW) {
		message.drawing.side = 25;
		message.drawing.rows[0] = 0x155aaff;
		message.drawing.rows[24] = 0x1000001;
	}
	if (is_change(verb)) {
		message.own.verdict = OTP_VERDICT_ACCEPT;
		message.own.drift = -30;
		message.own.drift_known = message.own.no_code = true;
		message.own.kind = OTP_RECOVERY;
		message.own.wait = 15;
		message.committed = true;
	}
	if (verb == OTP_WIRE_ENROLL) {
		message.own.verdict = OTP_VERDICT_ACCEPT;
		message.committed = true;
	}
	if (verb == OTP_WIRE_ADDRESS) {
		message.sent.delivery = OTP_DELIVERY_SENT;
		TEXT(message.sent.method, "mail");
		TEXT(message.sent.tag, "K7");
	} else if (is_change(verb)) {
		message.codes_count = 16;
		TEXT(message.codes[0], "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF");
		TEXT(message.codes[15], "GGGG-HHHH-IIII-JJJJ-KKKK-LLLL");
	}
	return message;
}

static void
request_bytes(enum otp_wire_verb verb, uint8_t data[OTP_WIRE_REQUEST_SIZE])
{
	const struct otp_wire_request request = request_of(verb);

	assert_int_equal(otp_wire_put_request(&request, data), OTP_OK);
}

static void
answer_bytes(enum otp_wire_verb verb, uint8_t data[OTP_WIRE_ANSWER_SIZE])
{
	const struct otp_wire_answer answer = answer_of(verb);

	assert_int_equal(otp_wire_put_answer(&answer, data), OTP_OK);
}

/* What is refused leaves nothing. */
static bool
request_is_read(const uint8_t *data, size_t size)
{
	struct otp_wire_request request, before;
	enum otp_err err;

	memset(&request, 0x77, sizeof(request));
	before = request;
	err = otp_wire_get_request(data, size, &request);
	if (err == OTP_OK)
		return true;
	assert_int_equal(err, OTP_ERR_PARSE);
	assert_memory_equal(&request, &before, sizeof(request));
	return false;
}

static bool
answer_is_read(const uint8_t *data, size_t size)
{
	struct otp_wire_answer answer, before;
	enum otp_err err;

	memset(&answer, 0x77, sizeof(answer));
	before = answer;
	err = otp_wire_get_answer(data, size, &answer);
	if (err == OTP_OK)
		return true;
	assert_int_equal(err, OTP_ERR_PARSE);
	assert_memory_equal(&answer, &before, sizeof(answer));
	return false;
}

static bool
request_is_written(const struct otp_wire_request *request)
{
	uint8_t data[OTP_WIRE_REQUEST_SIZE], before[OTP_WIRE_REQUEST_SIZE];

	memset(data, 0x77, sizeof(data));
	memcpy(before, data, sizeof(before));
	if (otp_wire_put_request(request, data) == OTP_OK)
		return true;
	assert_memory_equal(data, before, sizeof(data));
	return false;
}

static bool
answer_is_written(const struct otp_wire_answer *answer)
{
	uint8_t data[OTP_WIRE_ANSWER_SIZE], before[OTP_WIRE_ANSWER_SIZE];

	memset(data, 0x77, sizeof(data));
	memcpy(before, data, sizeof(before));
	if (otp_wire_put_answer(answer, data) == OTP_OK)
		return true;
	assert_memory_equal(data, before, sizeof(data));
	return false;
}

static void
put_u32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

/* With the word at AT replaced by VALUE. */
static bool
request_is_read_with(enum otp_wire_verb verb, size_t at, uint32_t value)
{
	uint8_t data[OTP_WIRE_REQUEST_SIZE];

	request_bytes(verb, data);
	put_u32(data + at, value);
	return request_is_read(data, sizeof(data));
}

static bool
answer_is_read_with(enum otp_wire_verb verb, size_t at, uint32_t value)
{
	uint8_t data[OTP_WIRE_ANSWER_SIZE];

	answer_bytes(verb, data);
	put_u32(data + at, value);
	return answer_is_read(data, sizeof(data));
}

static void
wire__request_is_read_as_it_was_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(verbs); i++) {
		const struct otp_wire_request sent = request_of(verbs[i]);
		struct otp_wire_request got;
		uint8_t data[OTP_WIRE_REQUEST_SIZE];

		memset(&got, 0, sizeof(got));
		request_bytes(verbs[i], data);
		assert_int_equal(
		    otp_wire_get_request(data, sizeof(data), &got), OTP_OK);
		assert_memory_equal(&got, &sent, sizeof(got));
	}
}

static void
assert_same_judged(const struct otp_answer *a, const struct otp_answer *b)
{
	assert_int_equal(a->verdict, b->verdict);
	assert_int_equal(a->kind, b->kind);
	assert_string_equal(a->method, b->method);
	assert_string_equal(a->token, b->token);
	assert_int_equal(a->failures, b->failures);
	assert_int_equal(a->month_failures, b->month_failures);
	assert_int_equal(a->wait, b->wait);
	assert_int_equal(a->drift, b->drift);
	assert_int_equal(a->drift_known, b->drift_known);
	assert_int_equal(a->benign, b->benign);
	assert_int_equal(a->password_length, b->password_length);
	assert_int_equal(a->no_code, b->no_code);
	assert_int_equal(a->unreported, b->unreported);
	assert_int_equal(a->replays, b->replays);
	assert_int_equal(a->generation, b->generation);
	assert_int_equal(a->last_success, b->last_success);
	assert_string_equal(a->failure_host, b->failure_host);
	assert_int_equal(a->recovery_known, b->recovery_known);
	assert_int_equal(a->recovery_left, b->recovery_left);
	assert_int_equal(a->fresh, b->fresh);
	assert_int_equal(a->device_left, b->device_left);
}

static void
assert_same_mark(const struct otp_login_mark *a, const struct otp_login_mark *b)
{
	assert_int_equal(a->time, b->time);
	assert_string_equal(a->service, b->service);
	assert_string_equal(a->host, b->host);
}

static void
assert_same_tally(
    const struct otp_overview_tally *a, const struct otp_overview_tally *b)
{
	assert_int_equal(a->failures, b->failures);
	assert_int_equal(a->month_failures, b->month_failures);
	assert_int_equal(a->wait, b->wait);
	assert_int_equal(a->locked, b->locked);
	assert_same_mark(&a->last_failure, &b->last_failure);
}

static void
assert_same_token(
    const struct otp_overview_token *a, const struct otp_overview_token *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->hash, b->hash);
	assert_int_equal(a->digits, b->digits);
	assert_int_equal(a->period, b->period);
	assert_int_equal(a->adopted, b->adopted);
	assert_int_equal(a->drift, b->drift);
	assert_int_equal(a->created, b->created);
	assert_int_equal(a->last_used, b->last_used);
	assert_string_equal(a->label, b->label);
	assert_string_equal(a->issuer, b->issuer);
}

static void
assert_same_overview(const struct otp_overview *a, const struct otp_overview *b)
{
	assert_int_equal(a->now, b->now);
	assert_int_equal(a->enrolled, b->enrolled);
	assert_int_equal(a->suspended, b->suspended);
	assert_int_equal(a->exempt, b->exempt);
	assert_int_equal(a->problem, b->problem);
	assert_true(a->chance - b->chance < 1e-15);
	assert_true(b->chance - a->chance < 1e-15);
	assert_int_equal(a->recovery_total, b->recovery_total);
	assert_int_equal(a->recovery_left, b->recovery_left);
	assert_int_equal(a->recovery_expired, b->recovery_expired);
	assert_same_tally(&a->tally, &b->tally);
	assert_same_tally(&a->others, &b->others);
	assert_same_mark(&a->last_success, &b->last_success);
	assert_int_equal(a->tokens_count, b->tokens_count);
	assert_int_equal(a->addresses_count, b->addresses_count);
	for (size_t i = 0; i < COUNT(a->tokens); i++)
		assert_same_token(&a->tokens[i], &b->tokens[i]);
	assert_memory_equal(a->addresses, b->addresses, sizeof(a->addresses));
	assert_memory_equal(&a->devices, &b->devices, sizeof(a->devices));
	assert_memory_equal(&a->active, &b->active, sizeof(a->active));
	assert_int_equal(a->invited, b->invited);
	assert_int_equal(a->invitation_use, b->invitation_use);
	assert_int_equal(a->invitation_until, b->invitation_until);
}

static void
assert_same_answer(
    const struct otp_wire_answer *a, const struct otp_wire_answer *b)
{
	assert_int_equal(a->verb, b->verb);
	assert_string_equal(a->account, b->account);
	assert_int_equal(a->err, b->err);
	assert_int_equal(a->fault.errnum, b->fault.errnum);
	assert_int_equal(a->fault.detail, b->fault.detail);
	assert_int_equal(a->fault.line, b->fault.line);
	assert_int_equal(a->fault.numbers[0], b->fault.numbers[0]);
	assert_int_equal(a->fault.numbers[1], b->fault.numbers[1]);
	assert_string_equal(a->fault.where, b->fault.where);
	assert_string_equal(a->fault.name, b->fault.name);
	assert_string_equal(a->fault.foreign, b->fault.foreign);
	assert_int_equal(a->look.standing, b->look.standing);
	assert_int_equal(a->look.enrolled, b->look.enrolled);
	assert_int_equal(a->look.exemption.until, b->look.exemption.until);
	assert_string_equal(a->look.exemption.reason, b->look.exemption.reason);
	assert_same_judged(&a->look.known, &b->look.known);
	assert_same_judged(&a->answer, &b->answer);
	assert_int_equal(a->noted, b->noted);
	assert_int_equal(a->place.part, b->place.part);
	assert_int_equal(a->place.number, b->place.number);
	assert_int_equal(a->forgotten, b->forgotten);
	assert_int_equal(a->resync, b->resync);
	assert_int_equal(a->sent.delivery, b->sent.delivery);
	assert_string_equal(a->sent.method, b->sent.method);
	assert_string_equal(a->sent.tag, b->sent.tag);
	assert_same_overview(&a->overview, &b->overview);
	assert_int_equal(a->own.verdict, b->own.verdict);
	assert_int_equal(a->own.of_token, b->own.of_token);
	assert_int_equal(a->own.drift_known, b->own.drift_known);
	assert_int_equal(a->own.drift, b->own.drift);
	assert_int_equal(a->own.kind, b->own.kind);
	assert_int_equal(a->own.no_code, b->own.no_code);
	assert_int_equal(a->own.wait, b->own.wait);
	assert_int_equal(a->committed, b->committed);
	assert_int_equal(a->codes_count, b->codes_count);
	assert_memory_equal(a->codes, b->codes, sizeof(a->codes));
}

static void
answer_comes_back(const struct otp_wire_answer *sent)
{
	struct otp_wire_answer got;
	uint8_t data[OTP_WIRE_ANSWER_SIZE];

	assert_int_equal(otp_wire_put_answer(sent, data), OTP_OK);
	assert_int_equal(otp_wire_get_answer(data, sizeof(data), &got), OTP_OK);
	assert_same_answer(&got, sent);
}

static void
wire__answer_is_read_as_it_was_written(void **state)
{
	struct otp_wire_answer answer;

	(void)state;
	for (size_t i = 0; i < COUNT(verbs); i++) {
		answer = answer_of(verbs[i]);
		answer_comes_back(&answer);
	}
	answer = answer_of(OTP_WIRE_TRY);
	answer.answer.verdict = OTP_VERDICT_MALFORMED;
	answer.answer.benign = answer.answer.no_code = true;
	answer.answer.drift_known = answer.answer.recovery_known = false;
	answer.answer.fresh = true;
	answer_comes_back(&answer);
	answer = (struct otp_wire_answer){ .verb = OTP_WIRE_LOOK,
		.err = OTP_ERR_OPTION };
	answer_comes_back(&answer);
}

/* The first and the last of each kind. */
static void
wire__parts_of_an_overview_are_read_as_they_were_written(void **state)
{
	struct otp_wire_answer answer = answer_of(OTP_WIRE_STATUS);

	(void)state;
	for (uint32_t i = 0; i < 8; i += 7) {
		memset(&answer.overview, 0, sizeof(answer.overview));
		answer.place = (struct otp_wire_place){ OTP_PART_TOKEN, i };
		answer.overview.tokens[i] = overview_token();
		answer_comes_back(&answer);
	}
	for (uint32_t i = 0; i < 4; i += 3) {
		memset(&answer.overview, 0, sizeof(answer.overview));
		answer.place = (struct otp_wire_place){ OTP_PART_ADDRESS, i };
		TEXT(answer.overview.addresses[i].method, "mailto");
		TEXT(answer.overview.addresses[i].masked, "a***@example.org");
		answer_comes_back(&answer);
	}
	for (uint32_t i = 0; i < 8; i += 7) {
		struct otp_device *device = &answer.overview.devices.list[i];

		memset(&answer.overview, 0, sizeof(answer.overview));
		answer.place = (struct otp_wire_place){ OTP_PART_DEVICE, i };
		memcpy(device->id, "fedcba9876543210", 16);
		device->created = 13;
		device->expires = 14;
		answer_comes_back(&answer);
	}
	/* A probability is at most 1. */
	answer = answer_of(OTP_WIRE_STATUS);
	answer.overview.chance = 1;
	answer_comes_back(&answer);
}

/* A place is looked at before what it has is written there. */
static void
wire__part_is_one_that_there_may_be(void **state)
{
	static const uint32_t most[] = { 0, OTP_SEED_TOKENS - 1,
		OTP_SEED_ADDRESSES - 1, OTP_DEVICES - 1 };
	uint8_t request[OTP_WIRE_REQUEST_SIZE], answer[OTP_WIRE_ANSWER_SIZE];

	(void)state;
	request_bytes(OTP_WIRE_STATUS, request);
	answer_bytes(OTP_WIRE_STATUS, answer);
	memset(answer + ANSWER_PART, 0, sizeof(answer) - ANSWER_PART);
	for (uint32_t part = 0; part < COUNT(most); part++) {
		put_u32(request + REQUEST_PART, part);
		put_u32(answer + ANSWER_PART, part);
		for (uint32_t i = 0; i < 10; i++) {
			put_u32(request + REQUEST_NUMBER, i);
			put_u32(answer + ANSWER_NUMBER, i);
			assert_int_equal(
			    request_is_read(request, sizeof(request)),
			    i <= most[part]);
			assert_int_equal(answer_is_read(answer, sizeof(answer)),
			    i <= most[part]);
		}
	}
	put_u32(request + REQUEST_NUMBER, 0);
	put_u32(request + REQUEST_PART, (uint32_t)COUNT(most));
	put_u32(answer + ANSWER_NUMBER, 0);
	put_u32(answer + ANSWER_PART, (uint32_t)COUNT(most));
	assert_false(request_is_read(request, sizeof(request)));
	assert_false(answer_is_read(answer, sizeof(answer)));
}

/* The last bytes of each answer, and nothing after them: pam_otpd(8). */
static void
wire__answers_end_where_the_page_says(void **state)
{
	static const struct {
		enum otp_wire_verb verb;
		uint32_t part;
		size_t end;
	} ends[] = {
		{ OTP_WIRE_STATUS, OTP_PART_WHOLE, 1320 },
		{ OTP_WIRE_STATUS, OTP_PART_TOKEN, 1444 },
		{ OTP_WIRE_STATUS, OTP_PART_ADDRESS, 1157 },
		{ OTP_WIRE_STATUS, OTP_PART_DEVICE, 924 },
		{ OTP_WIRE_FORGET, 8, 888 },
		{ OTP_WIRE_RESYNC, OTP_VERDICT_ACCEPT, 888 },
		{ OTP_WIRE_SEND, OTP_DELIVERY_SENT, 908 },
		{ OTP_WIRE_PUT, 5, 1388 },
		{ OTP_WIRE_DRAW, OTP_WIRE_SIDE_MAX, ANSWER_ROWS_END },
		{ OTP_WIRE_ADDRESS, 5, 1412 },
	};
	uint8_t data[OTP_WIRE_ANSWER_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++) {
		answer_bytes(ends[i].verb, data);
		memset(data + ANSWER_PART, 0, sizeof(data) - ANSWER_PART);
		put_u32(data + ANSWER_PART, ends[i].part);
		if (ends[i].part == OTP_PART_TOKEN)
			memset(data + 1188, 'x', 255);
		if (ends[i].part == OTP_PART_ADDRESS)
			memset(data + 909, 'x', 247);
		if (ends[i].part == OTP_PART_WHOLE)
			data[1319] = 1;
		if (ends[i].part == OTP_PART_DEVICE)
			data[923] = 1;
		if (ends[i].verb == OTP_WIRE_SEND)
			data[905] = 'x';
		if (ends[i].verb == OTP_WIRE_PUT)
			memset(data + 1358, 'x', 29);
		if (ends[i].verb == OTP_WIRE_ADDRESS)
			memset(data + ANSWER_ADDRESS_TAG, 'x', 2);
		if (ends[i].verb == OTP_WIRE_DRAW)
			data[ANSWER_ROWS_END - 1] = 1; /* column 56 */
		assert_true(answer_is_read(data, sizeof(data)));
		for (size_t at = ends[i].end; at < sizeof(data); at++) {
			data[at] = 1;
			assert_false(answer_is_read(data, sizeof(data)));
			data[at] = 0;
		}
	}
}

/* One device, or all of them, and never none. */
static void
wire__forgets_one_or_all(void **state)
{
	struct otp_wire_request request = request_of(OTP_WIRE_FORGET);

	(void)state;
	request.all = true;
	assert_false(request_is_written(&request));
	memset(request.forgotten, 0, sizeof(request.forgotten));
	assert_true(request_is_written(&request));
	request.all = false;
	assert_false(request_is_written(&request));
	assert_false(request_is_read_with(OTP_WIRE_FORGET, REQUEST_ALL, 2));
	assert_true(
	    request_is_read_with(OTP_WIRE_FORGET, REQUEST_FORGOTTEN, 0));
}

/* A first token is bound to nothing.  Whether it is proven is for the daemon. */
static void
wire__first_token_is_bound_to_nothing(void **state)
{
	struct otp_wire_request request = request_of(OTP_WIRE_PUT);

	(void)state;
	request.change.mode = OTP_ENROL_NEW;
	assert_false(request_is_written(&request));
	memset(&request.change.former, 0, sizeof(request.change.former));
	assert_true(request_is_written(&request));
	memset(request.second, 0, sizeof(request.second));
	assert_true(request_is_written(&request));
	request.change.mode = OTP_ENROL_REPLACE;
	assert_true(request_is_written(&request)); /* the daemon judges that */
	assert_true(request_is_read_with(OTP_WIRE_PUT, REQUEST_CHANGE, 1));
	assert_false(request_is_read_with(OTP_WIRE_PUT, REQUEST_CHANGE, 3));
	assert_false(request_is_read_with(
	    OTP_WIRE_REMOVE, REQUEST_CHANGE, OTP_SEED_TOKENS));
}

/* An address to be added, the number of one to be removed, and never both. */
static void
wire__address_is_added_confirmed_or_removed(void **state)
{
	struct otp_wire_request request = request_of(OTP_WIRE_ADDRESS);
	uint8_t data[OTP_WIRE_REQUEST_SIZE];

	(void)state;
	TEXT(request.change.uri, "");
	assert_false(request_is_written(&request));
	for (int step = OTP_OWN_CONFIRM; step <= OTP_OWN_REMOVE; step++) {
		request = request_of(OTP_WIRE_ADDRESS);
		request.change.step = (enum otp_own_step)step;
		assert_false(request_is_written(&request));
		TEXT(request.change.uri, "");
		assert_true(request_is_written(&request));
		request.token = OTP_SEED_ADDRESSES - 1;
		assert_int_equal(
		    request_is_written(&request), step == OTP_OWN_REMOVE);
		request.token = OTP_SEED_ADDRESSES;
		assert_false(request_is_written(&request));
	}
	request.token = 0;
	request.change.step = (enum otp_own_step)(OTP_OWN_REMOVE + 1);
	assert_false(request_is_written(&request));
	for (size_t i = 0; i < COUNT(verbs); i++) {
		request = request_of(verbs[i]);
		TEXT(request.change.uri, "a:b");
		assert_int_equal(
		    request_is_written(&request), verbs[i] == OTP_WIRE_ADDRESS);
		request = request_of(verbs[i]);
		request.change.step = OTP_OWN_CONFIRM;
		assert_false(request_is_written(&request));
	}
	request_bytes(OTP_WIRE_ADDRESS, data);
	memset(data + REQUEST_URI, 'x', 247);
	assert_true(request_is_read(data, sizeof(data)));
	data[REQUEST_URI + 247] = 'x';
	assert_false(request_is_read(data, sizeof(data)));
	data[REQUEST_URI + 247] = 0;
	for (size_t at = REQUEST_ADDRESS_END; at < sizeof(data); at++) {
		data[at] = 1;
		assert_false(request_is_read(data, sizeof(data)));
		data[at] = 0;
	}
}

/* A message is sent once an address is kept; its codes are not answered. */
static void
wire__message_leaves_once_its_address_is_kept(void **state)
{
	static const enum otp_delivery deliveries[] = { OTP_DELIVERY_NO_ADDRESS,
		OTP_DELIVERY_NO_SOCKET, OTP_DELIVERY_SENT };
	struct otp_wire_answer answer = answer_of(OTP_WIRE_ADDRESS);

	(void)state;
	for (int delivery = 0; delivery <= OTP_DELIVERY_SENT; delivery++) {
		bool known = false;

		answer.sent.delivery = (enum otp_delivery)delivery;
		for (size_t i = 0; i < COUNT(deliveries); i++)
			known |= deliveries[i] == answer.sent.delivery;
		answer.own.verdict = OTP_VERDICT_ACCEPT;
		assert_int_equal(answer_is_written(&answer), known);
		answer.own.verdict = OTP_VERDICT_REJECT;
		assert_int_equal(answer_is_written(&answer),
		    answer.sent.delivery == OTP_DELIVERY_NO_ADDRESS);
	}
	answer = answer_of(OTP_WIRE_ADDRESS);
	answer.codes_count = 1;
	assert_false(answer_is_written(&answer));
}

/* Whether an answer with DRAWING is written, and read. */
static bool
is_drawn(const struct otp_wire_drawing *drawing, enum otp_err err)
{
	struct otp_wire_answer answer = answer_of(OTP_WIRE_DRAW);
	uint8_t data[OTP_WIRE_ANSWER_SIZE];
	bool written;

	answer.drawing = *drawing;
	answer.err = err;
	written = answer_is_written(&answer);
	answer_bytes(OTP_WIRE_DRAW, data);
	put_u32(data + ANSWER_ERR, err);
	put_u32(data + ANSWER_SIDE, drawing->side);
	for (size_t y = 0; y < OTP_WIRE_SIDE_MAX; y++) {
		uint8_t *row = data + ANSWER_ROWS + 8 * y;

		put_u32(row, (uint32_t)drawing->rows[y]);
		put_u32(row + 4, (uint32_t)(drawing->rows[y] >> 32));
	}
	assert_int_equal(answer_is_read(data, sizeof(data)), written);
	return written;
}

static void
wire__drawing_has_a_size_and_nothing_beyond_it(void **state)
{
	struct otp_wire_drawing drawing = { .side = 0 };
	struct otp_wire_answer answer;

	(void)state;
	for (uint32_t side = 0; side <= 200; side++) {
		drawing.side = side;
		assert_int_equal(is_drawn(&drawing, OTP_OK),
		    side >= 21 && side <= 57 && side % 4 == 1);
		/* With an error there is none. */
		assert_int_equal(is_drawn(&drawing, OTP_ERR_LIMIT), side == 0);
	}
	drawing.side = 25;
	drawing.rows[24] = UINT64_C(1) << 24;
	assert_true(is_drawn(&drawing, OTP_OK));
	for (unsigned x = 25; x < 64; x++) {
		drawing.rows[24] = UINT64_C(1) << x;
		assert_false(is_drawn(&drawing, OTP_OK));
	}
	drawing.rows[24] = 0;
	for (unsigned y = 0; y < OTP_WIRE_SIDE_MAX; y++) {
		drawing.rows[y] = 1;
		assert_int_equal(is_drawn(&drawing, OTP_OK), y < 25);
		drawing.rows[y] = 0;
	}
	for (size_t i = 0; i < COUNT(verbs); i++) {
		answer = answer_of(verbs[i]);
		answer.drawing.side = 25;
		assert_int_equal(
		    answer_is_written(&answer), verbs[i] == OTP_WIRE_DRAW);
	}
}

/* Only what is committed was done, and has codes. */
static void
wire__change_is_done_once_it_is_committed(void **state)
{
	struct otp_wire_answer answer;

	(void)state;
	for (size_t i = 0; i < COUNT(verbs); i++) {
		answer = answer_of(verbs[i]);
		answer.committed = true;
		assert_int_equal(answer_is_written(&answer),
		    is_change(verbs[i]) || verbs[i] == OTP_WIRE_ENROLL);
		answer = answer_of(verbs[i]);
		answer.codes_count = 1;
		assert_int_equal(answer_is_written(&answer),
		    is_change(verbs[i]) && verbs[i] != OTP_WIRE_ADDRESS);
		answer = answer_of(verbs[i]);
		answer.own.verdict = OTP_VERDICT_ACCEPT;
		assert_int_equal(answer_is_written(&answer),
		    is_change(verbs[i]) || verbs[i] == OTP_WIRE_ENROLL);
	}
	answer = answer_of(OTP_WIRE_PUT);
	answer.err = OTP_ERR_WRITE;
	assert_false(answer_is_written(&answer));
	answer.own.verdict = OTP_VERDICT_REJECT;
	assert_true(answer_is_written(&answer));
	answer.committed = false;
	assert_false(answer_is_written(&answer));
	answer.codes_count = 0;
	assert_true(answer_is_written(&answer));
	answer.err = OTP_OK;
	answer.own.verdict = OTP_VERDICT_ACCEPT;
	assert_false(answer_is_written(&answer));
	for (unsigned bit = 0; bit < 32; bit++)
		assert_int_equal(answer_is_read_with(OTP_WIRE_PUT, ANSWER_OWN,
				     OTP_VERDICT_ACCEPT ^ UINT32_C(1) << bit),
		    (OTP_VERDICT_ACCEPT ^ UINT32_C(1) << bit) <=
			OTP_VERDICT_INVITATION_ENDED);
	assert_false(answer_is_read_with(OTP_WIRE_PUT, ANSWER_CHANGED, 0x10));
	assert_false(answer_is_read_with(
	    OTP_WIRE_PUT, ANSWER_OWN_KIND, OTP_INVITATION + 1));
	assert_false(answer_is_read_with(
	    OTP_WIRE_PUT, ANSWER_CODES, OTP_SEED_RECOVERY + 1));
}

/* The other end may be of another build, or another architecture. */
static void
wire__has_its_places(void **state)
{
	uint8_t data[OTP_WIRE_MAX];

	(void)state;
	request_bytes(OTP_WIRE_TRY, data);
	assert_memory_equal(data,
	    "pOTP\2\0\0\0\2\0\0\0\xb0\x09\0\0"
	    "\x85\0\0\0\x04\x03\x02\x01\x88\x77\x66\0\0\0\0\0"
	    "\x58\x02\0\0\0\0\0\0"
	    "0123456789abcdefhostmark",
	    64);
	assert_string_equal((char *)data + REQUEST_ACCOUNT, "alice");
	assert_string_equal((char *)data + REQUEST_SERVICE, "sshd");
	assert_string_equal((char *)data + REQUEST_HOST, "203.0.113.5");
	assert_string_equal((char *)data + REQUEST_TYPED, "123 456");
	request_bytes(OTP_WIRE_TOLD, data);
	assert_memory_equal(data + REQUEST_GENERATION,
	    "\x09\0\0\0\0\0\0\0\3\0\0\0\2\0\0\0", 16);
	request_bytes(OTP_WIRE_STATUS, data);
	assert_memory_equal(data + REQUEST_PART, "\1\0\0\0\7\0\0\0\0", 9);
	request_bytes(OTP_WIRE_FORGET, data);
	assert_memory_equal(
	    data + REQUEST_ALL, "\0\0\0\0fedcba9876543210\0", 21);
	answer_bytes(OTP_WIRE_FORGET, data);
	assert_memory_equal(data + ANSWER_FORGOTTEN, "\x08\0\0\0\0", 5);
	request_bytes(OTP_WIRE_SEND, data);
	assert_string_equal((char *)data + REQUEST_TYPED, "send 2");
	answer_bytes(OTP_WIRE_SEND, data);
	assert_memory_equal(data + ANSWER_DELIVERY, "\x0b\0\0\0", 4);
	assert_string_equal((char *)data + ANSWER_SENT_METHOD, "mail");
	assert_string_equal((char *)data + ANSWER_TAG, "K7");
	request_bytes(OTP_WIRE_DRAW, data);
	assert_memory_equal(data, "pOTP\2\0\0\0\x0b\0\0\0", 12);
	assert_string_equal(
	    (char *)data + REQUEST_TYPED, "otpauth://totp/x?secret=A");
	answer_bytes(OTP_WIRE_DRAW, data);
	assert_memory_equal(
	    data + ANSWER_SIDE, "\x19\0\0\0\xff\xaa\x55\1\0\0\0\0\0", 13);
	assert_memory_equal(
	    data + ANSWER_ROWS + 8 * 24, "\1\0\0\1\0\0\0\0\0", 9);
	request_bytes(OTP_WIRE_PUT, data);
	assert_memory_equal(data + REQUEST_CHANGE, "\2\0\0\0digested", 12);
	assert_string_equal((char *)data + REQUEST_PROOF, "345678");
	assert_memory_equal(
	    data + REQUEST_SECRET, "abcdefghijklmnopqrst123456\0", 27);
	request_bytes(OTP_WIRE_REMOVE, data);
	assert_memory_equal(data + REQUEST_CHANGE, "\7\0\0\0digested", 12);
	request_bytes(OTP_WIRE_ADDRESS, data);
	assert_memory_equal(data, "pOTP\2\0\0\0\x0c\0\0\0", 12);
	assert_memory_equal(data + REQUEST_CHANGE, "\0\0\0\0digested", 12);
	assert_string_equal((char *)data + REQUEST_PROOF, "345678");
	assert_memory_equal(data + REQUEST_ADDRESS, "\0\0\0\0mailto:", 11);
	assert_string_equal(
	    (char *)data + REQUEST_URI, "mailto:alice@example.org");
	answer_bytes(OTP_WIRE_ADDRESS, data);
	assert_memory_equal(data + ANSWER_CODES, "\0\0\0\0\0", 5);
	assert_memory_equal(data + ANSWER_ADDRESS, "\x0b\0\0\0mail\0", 9);
	assert_string_equal((char *)data + ANSWER_ADDRESS_TAG, "K7");
	answer_bytes(OTP_WIRE_PUT, data);
	assert_memory_equal(data + ANSWER_CHANGED,
	    "\x0d\0\0\0\xe6\xb3\xa9\x5c\xe2\xff\xff\xff\3\0\0\0"
	    "\x0f\0\0\0\x10\0\0\0AAAA-BBBB",
	    33);
	answer_bytes(OTP_WIRE_STATUS, data);
	assert_memory_equal(data + ANSWER_STATUS,
	    "\x35\0\0\0\x0e\0\0\0\x64\0\0\0\0\0\0\0"
	    "\x04\xb8\x64\xd9\x45\0\0\0\x10\0\0\0\x0a\0\0\0",
	    32);
	answer_bytes(OTP_WIRE_TRY, data);
	assert_memory_equal(data, "pOTP\2\0\0\0\2\0\0\0\x09\x09\0\0", 16);
	assert_string_equal((char *)data + ANSWER_ACCOUNT, "alice");
	assert_string_equal((char *)data + ANSWER_NAME, "store");
	assert_string_equal((char *)data + ANSWER_FOREIGN, "a text");
	assert_string_equal((char *)data + ANSWER_REASON, "new phone");
	assert_memory_equal(data + ANSWER_VERDICT, "\xe6\xb3\xa9\x5c", 4);
	assert_string_equal((char *)data + ANSWER_METHOD, "mailto");
	assert_string_equal((char *)data + ANSWER_TOKEN, "host:alice");
	assert_string_equal((char *)data + ANSWER_HOST, "198.51.100.7");
	for (size_t at = ANSWER_JUDGED_END; at < OTP_WIRE_ANSWER_SIZE; at++)
		assert_int_equal(data[at], 0);
}

static void
wire__of_another_size_is_refused(void **state)
{
	uint8_t request[OTP_WIRE_REQUEST_SIZE], answer[OTP_WIRE_ANSWER_SIZE];

	(void)state;
	request_bytes(OTP_WIRE_TRY, request);
	answer_bytes(OTP_WIRE_TRY, answer);
	for (size_t size = 0; size <= OTP_WIRE_MAX + 1; size++) {
		/* Of just its size, so that reading beyond it is seen. */
		uint8_t *exact = calloc(1, size > 0 ? size : 1);

		assert_non_null(exact);
		memcpy(exact, request,
		    size < sizeof(request) ? size : sizeof(request));
		assert_int_equal(request_is_read(exact, size),
		    size == OTP_WIRE_REQUEST_SIZE);
		memcpy(exact, answer,
		    size < sizeof(answer) ? size : sizeof(answer));
		assert_int_equal(
		    answer_is_read(exact, size), size == OTP_WIRE_ANSWER_SIZE);
		free(exact);
	}
}

/* Each byte of the head is another: but for the verb, none is taken. */
static void
wire__head_is_exact(void **state)
{
	uint8_t request[OTP_WIRE_REQUEST_SIZE], answer[OTP_WIRE_ANSWER_SIZE];

	(void)state;
	request_bytes(OTP_WIRE_TRY, request);
	answer_bytes(OTP_WIRE_TRY, answer);
	for (size_t at = 0; at < 16; at++) {
		for (unsigned value = 0; value < 256; value++) {
			const uint8_t before = request[at];
			const uint8_t former = answer[at];

			if (at == AT_VERB && value >= 1 && value <= 11)
				continue;
			if (at == AT_VERSION && value == OTP_WIRE_VERSION_MIN)
				continue;
			request[at] = (uint8_t)value;
			answer[at] = (uint8_t)value;
			assert_int_equal(
			    request_is_read(request, sizeof(request)),
			    value == before);
			assert_int_equal(answer_is_read(answer, sizeof(answer)),
			    value == former);
			request[at] = before;
			answer[at] = former;
		}
	}
	assert_false(request_is_read_with(OTP_WIRE_TRY, AT_VERB, 0));
	assert_false(request_is_read_with(OTP_WIRE_TRY, AT_VERB, 12));
	assert_false(answer_is_read_with(OTP_WIRE_TRY, AT_VERB, 0));
}

/* A field of SIZE bytes at AT. */
struct field {
	size_t at;
	size_t size;
};

static void
text_is_checked(uint8_t *data, size_t size, const struct field *field,
    bool (*is_read)(const uint8_t *, size_t))
{
	uint8_t kept[OTP_ACCOUNT_SIZE + OTP_WIRE_TYPED_SIZE];
	uint8_t *at = data + field->at;

	memcpy(kept, at, field->size);
	memset(at, 'x', field->size);
	assert_false(is_read(data, size));
	at[field->size - 1] = '\0';
	assert_true(is_read(data, size));
	at[field->size - 2] = '\0';
	assert_true(is_read(data, size));
	at[field->size - 1] = 'x';
	assert_false(is_read(data, size));
	memset(at, 0, field->size);
	at[0] = 'x';
	assert_true(is_read(data, size));
	at[2] = 'x';
	assert_false(is_read(data, size));
	memcpy(at, kept, field->size);
	assert_true(is_read(data, size));
}

static void
wire__text_has_a_nul_and_zeros_after_it(void **state)
{
	static const struct field of_request[] = {
		{ REQUEST_ACCOUNT, OTP_ACCOUNT_SIZE },
		{ REQUEST_SERVICE, OTP_SERVICE_SIZE },
		{ REQUEST_HOST, OTP_HOST_SIZE },
		{ REQUEST_TYPED, OTP_WIRE_TYPED_SIZE },
	};
	static const struct field of_answer[] = {
		{ ANSWER_ACCOUNT, OTP_ACCOUNT_SIZE },
		{ ANSWER_WHERE, OTP_FAULT_WHERE_SIZE },
		{ ANSWER_NAME, OTP_FAULT_NAME_SIZE },
		{ ANSWER_FOREIGN, OTP_FAULT_FOREIGN_SIZE },
		{ ANSWER_REASON, OTP_EXEMPTION_SIZE },
		{ ANSWER_METHOD, OTP_ADDRESS_SCHEME_MAX + 1 },
		{ ANSWER_TOKEN, OTP_LABEL_SIZE },
		{ ANSWER_HOST, OTP_HOST_SIZE },
	};
	struct otp_wire_request request = request_of(OTP_WIRE_TRY);
	struct otp_wire_answer answer = answer_of(OTP_WIRE_TRY);
	uint8_t data[OTP_WIRE_MAX];

	(void)state;
	request_bytes(OTP_WIRE_TRY, data);
	for (size_t i = 0; i < COUNT(of_request); i++)
		text_is_checked(data, OTP_WIRE_REQUEST_SIZE, &of_request[i],
		    request_is_read);
	answer_bytes(OTP_WIRE_TRY, data);
	for (size_t i = 0; i < COUNT(of_answer); i++)
		text_is_checked(
		    data, OTP_WIRE_ANSWER_SIZE, &of_answer[i], answer_is_read);
	request_bytes(OTP_WIRE_RESYNC, data);
	text_is_checked(data, OTP_WIRE_REQUEST_SIZE,
	    &(const struct field){ REQUEST_FIRST, OTP_WIRE_CODE_SIZE },
	    request_is_read);
	text_is_checked(data, OTP_WIRE_REQUEST_SIZE,
	    &(const struct field){ REQUEST_SECOND, OTP_WIRE_CODE_SIZE },
	    request_is_read);
	request_bytes(OTP_WIRE_SEND, data);
	text_is_checked(data, OTP_WIRE_REQUEST_SIZE,
	    &(const struct field){ REQUEST_TYPED, OTP_WIRE_CODE_SIZE },
	    request_is_read);
	answer_bytes(OTP_WIRE_SEND, data);
	text_is_checked(data, OTP_WIRE_ANSWER_SIZE,
	    &(const struct field){ ANSWER_TAG, OTP_TAG_SIZE }, answer_is_read);
	assert_false(request_is_read_with(
	    OTP_WIRE_RESYNC, REQUEST_PART, OTP_SEED_TOKENS));
	assert_true(answer_is_read_with(
	    OTP_WIRE_SEND, ANSWER_DELIVERY, OTP_DELIVERY_NO_ADDRESS));
	assert_false(answer_is_read_with(
	    OTP_WIRE_SEND, ANSWER_DELIVERY, OTP_DELIVERY_SENT + 1));
	request_bytes(OTP_WIRE_PUT, data);
	text_is_checked(data, OTP_WIRE_REQUEST_SIZE,
	    &(const struct field){ REQUEST_PROOF, OTP_WIRE_CODE_SIZE },
	    request_is_read);
	text_is_checked(data, OTP_WIRE_REQUEST_SIZE,
	    &(const struct field){ REQUEST_CODE, OTP_WIRE_CODE_SIZE },
	    request_is_read);
	answer_bytes(OTP_WIRE_PUT, data);
	text_is_checked(data, OTP_WIRE_ANSWER_SIZE,
	    &(const struct field){ ANSWER_CODE, OTP_RECOVERY_TEXT_SIZE },
	    answer_is_read);
	memset(request.typed, 'x', sizeof(request.typed));
	assert_false(request_is_written(&request));
	memset(answer.answer.token, 'x', sizeof(answer.answer.token));
	assert_false(answer_is_written(&answer));
}

/* What stands in a buffer after a text is not sent. */
static void
wire__sends_nothing_that_is_after_a_text(void **state)
{
	struct otp_wire_request request = request_of(OTP_WIRE_TRY);
	struct otp_wire_answer answer = answer_of(OTP_WIRE_TRY);
	uint8_t data[OTP_WIRE_MAX];

	(void)state;
	strcpy(request.typed + 100, "an older one");
	assert_int_equal(otp_wire_put_request(&request, data), OTP_OK);
	assert_true(request_is_read(data, OTP_WIRE_REQUEST_SIZE));
	strcpy(answer.account + 100, "an older one");
	assert_int_equal(otp_wire_put_answer(&answer, data), OTP_OK);
	assert_true(answer_is_read(data, OTP_WIRE_ANSWER_SIZE));
}

static void
wire__numbers_have_their_range(void **state)
{
	static const struct {
		size_t at;
		uint32_t most;
	} of_answer[] = {
		{ ANSWER_DETAIL, OTP_DETAIL_COUNT - 1 },
		{ ANSWER_STANDING, OTP_STANDING_EXEMPT },
		{ ANSWER_ENROLLED, OTP_ENROLLED_NO + 1 }, /* invited */
		{ ANSWER_NOTED, 1 },
		{ ANSWER_FLAGS, 0x1f },
		{ ANSWER_KIND, OTP_INVITATION },
		{ ANSWER_PASSWORD, OTP_WIRE_TYPED_SIZE - 1 },
		{ ANSWER_RECOVERY, OTP_SEED_RECOVERY },
	};
	/* From ANSWER_STATUS on. */
	static const struct {
		size_t at;
		uint32_t most;
	} of_whole[] = {
		{ 0, 0x3f },		   /* flags */
		{ 4, OTP_ERR_NOMEM },	   /* problem */
		{ 20, 232829 },		   /* 10^15 parts: the upper half */
		{ 24, OTP_SEED_RECOVERY }, /* codes */
		{ 28, OTP_SEED_RECOVERY }, /* left */
		{ 32, OTP_SEED_RECOVERY }, /* expired */
		{ 36, OTP_SEED_TOKENS },
		{ 40, OTP_SEED_ADDRESSES },
		{ 44, OTP_DEVICES },
		{ 416, OTP_RECOVERY_UNUSED },
	};
	struct otp_wire_request request = request_of(OTP_WIRE_LOOK);
	struct otp_wire_answer answer = answer_of(OTP_WIRE_TOLD);

	(void)state;
	for (size_t i = 0; i < COUNT(of_answer); i++) {
		const uint32_t most = of_answer[i].most;

		assert_true(
		    answer_is_read_with(OTP_WIRE_TRY, of_answer[i].at, most));
		assert_false(answer_is_read_with(
		    OTP_WIRE_TRY, of_answer[i].at, most + 1));
		assert_false(answer_is_read_with(
		    OTP_WIRE_TRY, of_answer[i].at, UINT32_MAX));
	}
	assert_true(
	    answer_is_read_with(OTP_WIRE_TOLD, ANSWER_ERR, OTP_ERR_NOMEM));
	assert_false(
	    answer_is_read_with(OTP_WIRE_TOLD, ANSWER_ERR, OTP_ERR_NOMEM + 1));
	assert_true(request_is_read_with(OTP_WIRE_LOOK, REQUEST_FLAGS, 0xff));
	assert_false(request_is_read_with(OTP_WIRE_LOOK, REQUEST_FLAGS, 0x100));
	assert_false(request_is_read_with(
	    OTP_WIRE_LOOK, REQUEST_REMEMBER_FOR + 4, 0x80000000));
	assert_false(request_is_read_with(
	    OTP_WIRE_LOOK, REQUEST_FRESH_FOR + 4, 0x80000000));
	assert_true(request_is_read_with(
	    OTP_WIRE_LOOK, REQUEST_FRESH_FOR, OTP_FRESH_FOR_MAX));
	assert_false(request_is_read_with(
	    OTP_WIRE_LOOK, REQUEST_FRESH_FOR, OTP_FRESH_FOR_MAX + 1));
	for (size_t i = 0; i < COUNT(of_whole); i++) {
		assert_true(answer_is_read_with(OTP_WIRE_STATUS,
		    ANSWER_STATUS + of_whole[i].at, of_whole[i].most));
		assert_false(answer_is_read_with(OTP_WIRE_STATUS,
		    ANSWER_STATUS + of_whole[i].at, of_whole[i].most + 1));
	}
	assert_true(answer_is_read_with(
	    OTP_WIRE_FORGET, ANSWER_FORGOTTEN, OTP_DEVICES));
	assert_false(answer_is_read_with(
	    OTP_WIRE_FORGET, ANSWER_FORGOTTEN, OTP_DEVICES + 1));
	request.request.device.remember_for = -1;
	assert_false(request_is_written(&request));
	request.request.device.remember_for = OTP_REMEMBER_FOR_MAX + 1;
	assert_false(request_is_written(&request));
	request.request.device.remember_for = OTP_REMEMBER_FOR_MAX;
	assert_true(request_is_written(&request));
	answer.err = (enum otp_err)(OTP_ERR_NOMEM + 1);
	assert_false(answer_is_written(&answer));
	answer = answer_of(OTP_WIRE_TRY);
	answer.answer.password_length = OTP_WIRE_TYPED_SIZE;
	assert_false(answer_is_written(&answer));
	answer.answer.password_length = SIZE_MAX;
	assert_false(answer_is_written(&answer));
#if SIZE_MAX > UINT32_MAX
	answer.answer.password_length = (size_t)UINT32_MAX + 6;
	assert_false(answer_is_written(&answer));
#endif
}

static void
wire__of_a_request_has_its_own_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(verbs); i++) {
		struct otp_wire_request request = request_of(verbs[i]);

		request.want_enrolled = true;
		assert_int_equal(
		    request_is_written(&request), verbs[i] == OTP_WIRE_LOOK);
		request = request_of(verbs[i]);
		TEXT(request.typed, "1");
		assert_int_equal(request_is_written(&request),
		    verbs[i] == OTP_WIRE_TRY || verbs[i] == OTP_WIRE_RESYNC ||
			verbs[i] == OTP_WIRE_PUT || verbs[i] == OTP_WIRE_SEND ||
			verbs[i] == OTP_WIRE_DRAW ||
			verbs[i] == OTP_WIRE_ENROLL);
		request = request_of(verbs[i]);
		TEXT(request.typed, "");
		assert_int_equal(request_is_written(&request),
		    verbs[i] != OTP_WIRE_DRAW && verbs[i] != OTP_WIRE_ENROLL);
		request = request_of(verbs[i]);
		TEXT(request.second, "1");
		assert_int_equal(request_is_written(&request),
		    verbs[i] == OTP_WIRE_RESYNC || is_change(verbs[i]));
		request = request_of(verbs[i]);
		request.token = 1;
		assert_int_equal(request_is_written(&request),
		    verbs[i] == OTP_WIRE_RESYNC || verbs[i] == OTP_WIRE_REMOVE);
		request = request_of(verbs[i]);
		request.change.mode = OTP_ENROL_ADD;
		assert_int_equal(
		    request_is_written(&request), verbs[i] == OTP_WIRE_PUT);
		request = request_of(verbs[i]);
		request.change.secret[19] = 1;
		assert_int_equal(
		    request_is_written(&request), verbs[i] == OTP_WIRE_PUT);
		request = request_of(verbs[i]);
		request.change.former.digest[31] = 1;
		assert_int_equal(
		    request_is_written(&request), is_change(verbs[i]));
		request = request_of(verbs[i]);
		request.generation = 1;
		assert_int_equal(
		    request_is_written(&request), verbs[i] == OTP_WIRE_TOLD);
		request = request_of(verbs[i]);
		request.place.part = OTP_PART_TOKEN;
		assert_int_equal(
		    request_is_written(&request), verbs[i] == OTP_WIRE_STATUS);
		request.place = (struct otp_wire_place){ 0, 1 };
		assert_false(request_is_written(&request));
		request = request_of(verbs[i]);
		request.all = true;
		assert_false(request_is_written(&request));
		request = request_of(verbs[i]);
		request.forgotten[15] = 1;
		assert_int_equal(
		    request_is_written(&request), verbs[i] == OTP_WIRE_FORGET);
		request = request_of(verbs[i]);
		request.unreported = 1;
		assert_int_equal(
		    request_is_written(&request), verbs[i] == OTP_WIRE_TOLD);
		request = request_of(verbs[i]);
		request.replays = 1;
		assert_int_equal(
		    request_is_written(&request), verbs[i] == OTP_WIRE_TOLD);
	}
}

static void
wire__with_an_error_never_accepts(void **state)
{
	struct otp_wire_answer answer = answer_of(OTP_WIRE_TRY);

	(void)state;
	assert_true(answer_is_written(&answer));
	for (uint32_t err = 1; err <= OTP_ERR_NOMEM; err++) {
		assert_false(
		    answer_is_read_with(OTP_WIRE_TRY, ANSWER_ERR, err));
		assert_false(
		    answer_is_read_with(OTP_WIRE_LOOK, ANSWER_ERR, err));
	}
	answer.err = OTP_ERR_READ;
	assert_false(answer_is_written(&answer));
	answer.answer.verdict = OTP_VERDICT_REJECT;
	assert_true(answer_is_written(&answer));
	for (uint32_t err = 1; err <= OTP_ERR_NOMEM; err++)
		assert_false(
		    answer_is_read_with(OTP_WIRE_RESYNC, ANSWER_ERR, err));
	for (unsigned bit = 0; bit < 32; bit++)
		assert_int_equal(
		    answer_is_read_with(OTP_WIRE_RESYNC, ANSWER_RESYNC,
			OTP_VERDICT_ACCEPT ^ UINT32_C(1) << bit),
		    (OTP_VERDICT_ACCEPT ^ UINT32_C(1) << bit) <=
			OTP_VERDICT_SUSPENDED);
	/* Nothing was judged. */
	assert_false(answer_is_read_with(
	    OTP_WIRE_TOLD, ANSWER_VERDICT, OTP_VERDICT_ACCEPT));
	/* A suspended account is let in by no device. */
	assert_false(answer_is_read_with(
	    OTP_WIRE_LOOK, ANSWER_STANDING, OTP_STANDING_SUSPENDED));
}

static bool
accepts(const uint8_t data[OTP_WIRE_ANSWER_SIZE])
{
	struct otp_wire_answer answer;

	return otp_wire_get_answer(data, OTP_WIRE_ANSWER_SIZE, &answer) ==
	    OTP_OK &&
	    (answer.answer.verdict == OTP_VERDICT_ACCEPT ||
		answer.look.known.verdict == OTP_VERDICT_ACCEPT);
}

static void
wire__bit_never_makes_a_yes(void **state)
{
	const uint32_t last = OTP_VERDICT_INVITATION_ENDED;

	(void)state;
	for (uint32_t verdict = 0; verdict <= last; verdict++) {
		uint8_t data[OTP_WIRE_ANSWER_SIZE];

		answer_bytes(OTP_WIRE_TRY, data);
		assert_true(accepts(data));
		put_u32(data + ANSWER_VERDICT, verdict);
		assert_true(answer_is_read(data, sizeof(data)));
		for (size_t bit = 0; bit < 8 * sizeof(data); bit++) {
			data[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_false(accepts(data));
			data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
	for (unsigned bit = 0; bit < 32; bit++)
		assert_false(answer_is_read_with(OTP_WIRE_TRY, ANSWER_VERDICT,
		    OTP_VERDICT_ACCEPT ^ UINT32_C(1) << bit));
	assert_false(answer_is_read_with(
	    OTP_WIRE_TRY, ANSWER_VERDICT, OTP_VERDICT_INVITATION_ENDED + 1));
}

static void
wire__tells_another_version(void **state)
{
	uint8_t data[OTP_WIRE_REQUEST_SIZE];

	(void)state;
	request_bytes(OTP_WIRE_TRY, data);
	assert_false(otp_wire_is_other_version(data, sizeof(data)));
	for (size_t at = AT_VERSION; at < AT_VERB; at++) {
		data[at] ^= 2;
		assert_true(otp_wire_is_other_version(data, sizeof(data)));
		assert_true(
		    otp_wire_is_other_version(data, OTP_WIRE_VERSION_SIZE));
		assert_false(
		    otp_wire_is_other_version(data, OTP_WIRE_VERSION_SIZE - 1));
		data[at] ^= 2;
	}
	data[AT_VERSION] = 1;
	assert_true(otp_wire_is_other_version(data, sizeof(data)));
	data[0] = 'q';
	assert_false(otp_wire_is_other_version(data, sizeof(data)));
	otp_wire_put_version(data);
	assert_memory_equal(data, "pOTP\2\0\0\0", OTP_WIRE_VERSION_SIZE);
	otp_wire_ask_version(data);
	assert_memory_equal(data, "pOTP\0\0\0\0", OTP_WIRE_VERSION_SIZE);
	assert_true(otp_wire_is_other_version(data, OTP_WIRE_VERSION_SIZE));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wire__request_is_read_as_it_was_written),
		cmocka_unit_test(wire__answer_is_read_as_it_was_written),
		cmocka_unit_test(
		    wire__parts_of_an_overview_are_read_as_they_were_written),
		cmocka_unit_test(wire__part_is_one_that_there_may_be),
		cmocka_unit_test(wire__answers_end_where_the_page_says),
		cmocka_unit_test(wire__forgets_one_or_all),
		cmocka_unit_test(wire__address_is_added_confirmed_or_removed),
		cmocka_unit_test(wire__message_leaves_once_its_address_is_kept),
		cmocka_unit_test(wire__first_token_is_bound_to_nothing),
		cmocka_unit_test(
		    wire__drawing_has_a_size_and_nothing_beyond_it),
		cmocka_unit_test(wire__change_is_done_once_it_is_committed),
		cmocka_unit_test(wire__has_its_places),
		cmocka_unit_test(wire__of_another_size_is_refused),
		cmocka_unit_test(wire__head_is_exact),
		cmocka_unit_test(wire__text_has_a_nul_and_zeros_after_it),
		cmocka_unit_test(wire__sends_nothing_that_is_after_a_text),
		cmocka_unit_test(wire__numbers_have_their_range),
		cmocka_unit_test(wire__of_a_request_has_its_own_fields),
		cmocka_unit_test(wire__with_an_error_never_accepts),
		cmocka_unit_test(wire__bit_never_makes_a_yes),
		cmocka_unit_test(wire__tells_another_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
