/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/link/client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/link/exchange.h"

/* Within which a login has what it can do without; nanoseconds. */
#define SPARE INT64_C(2000000000)

static enum otp_err overview_parts(const struct otp_link *link,
    const struct otp_request *request, enum otp_wire_part part, unsigned count,
    struct otp_overview *overview, struct otp_fault *fault);
static enum otp_err overview_part(const struct otp_link *link,
    const struct otp_request *request, struct otp_wire_place place,
    struct otp_overview *overview, struct otp_fault *fault);
static enum otp_err copy_code(char field[OTP_WIRE_CODE_SIZE], const char *typed,
    const struct otp_exchange *exchange);
static void exchange_done(const struct otp_exchange *exchange, enum otp_err err,
    struct otp_link_done *ret_done);

enum otp_err
otp_link_look(const struct otp_link *link, const struct otp_request *request,
    bool want_enrolled, struct otp_look *ret_look, struct otp_fault *fault)
{
	struct otp_exchange exchange;
	enum otp_err err;

	otp_exchange_begin(&exchange, link, OTP_WIRE_LOOK, request, fault);
	exchange.request.want_enrolled = want_enrolled;
	err = otp_exchange_run(&exchange);
	if (err == OTP_OK)
		*ret_look = exchange.answer.look;
	otp_exchange_end(&exchange);
	return err;
}

enum otp_err
otp_link_try(const struct otp_link *link, const struct otp_request *request,
    const char *typed, struct otp_answer *ret_answer, struct otp_fault *fault)
{
	const size_t length = strlen(typed);
	struct otp_exchange exchange;
	enum otp_err err = OTP_OK;

	otp_exchange_begin(&exchange, link, OTP_WIRE_TRY, request, fault);
	if (length < sizeof(exchange.request.typed)) {
		memcpy(exchange.request.typed, typed, length + 1);
		err = otp_exchange_run(&exchange);
	} else {
		/* No code, nor a password with one, is as long. */
		exchange.answer.answer.verdict = OTP_VERDICT_MALFORMED;
	}
	if (err == OTP_OK)
		*ret_answer = exchange.answer.answer;
	otp_exchange_end(&exchange);
	return err;
}

bool
otp_link_told(const struct otp_link *link, const struct otp_request *request,
    const struct otp_answer *answer)
{
	struct otp_exchange exchange;
	bool noted;

	otp_exchange_begin(&exchange, link, OTP_WIRE_TOLD, request, NULL);
	otp_exchange_within(&exchange, SPARE);
	exchange.request.generation = answer->generation;
	exchange.request.unreported = answer->unreported;
	exchange.request.replays = answer->replays;
	noted = otp_exchange_run(&exchange) == OTP_OK && exchange.answer.noted;
	otp_exchange_end(&exchange);
	return noted;
}

enum otp_err
otp_link_send(const struct otp_link *link, const struct otp_request *request,
    const char *typed, struct otp_sent *ret_sent, struct otp_fault *fault)
{
	struct otp_exchange exchange;
	enum otp_err err;

	otp_exchange_begin(&exchange, link, OTP_WIRE_SEND, request, fault);
	otp_exchange_within(&exchange, OTP_POST_SECOND);
	(void)snprintf(exchange.request.typed, OTP_WIRE_CODE_SIZE, "%s", typed);
	err = otp_exchange_run(&exchange);
	if (err == OTP_OK)
		*ret_sent = exchange.answer.sent;
	if (err == OTP_OK && fault != NULL)
		*fault = exchange.answer.fault; /* of NO_SOCKET */
	otp_exchange_end(&exchange);
	return err;
}

enum otp_err
otp_link_draw(const struct otp_link *link, const struct otp_request *request,
    const char *text, struct otp_wire_drawing *ret_drawing,
    struct otp_fault *fault)
{
	struct otp_exchange exchange;
	enum otp_err err = OTP_ERR_LIMIT;
	const size_t length = strlen(text);

	otp_exchange_begin(&exchange, link, OTP_WIRE_DRAW, request, fault);
	otp_exchange_within(&exchange, SPARE);
	if (length < OTP_WIRE_CODE_SIZE) {
		memcpy(exchange.request.typed, text, length + 1);
		err = otp_exchange_run(&exchange);
	}
	if (err == OTP_OK)
		*ret_drawing = exchange.answer.drawing;
	otp_exchange_end(&exchange);
	return err;
}

enum otp_err
otp_link_version(const struct otp_link *link, struct otp_fault *fault)
{
	const struct otp_request nothing = { .uid = 0 };
	struct otp_exchange exchange;
	enum otp_err err;

	otp_exchange_begin(&exchange, link, OTP_WIRE_LOOK, &nothing, fault);
	otp_wire_ask_version(exchange.sent);
	exchange.sent_size = OTP_WIRE_VERSION_SIZE;
	err = otp_exchange_pass(&exchange);
	if (err == OTP_OK)
		err = otp_exchange_read_version(&exchange);
	otp_exchange_end(&exchange);
	return err;
}

enum otp_err
otp_link_overview(const struct otp_link *link,
    const struct otp_request *request, struct otp_overview *ret_overview,
    struct otp_fault *fault)
{
	struct otp_overview overview = { .now = 0 };
	enum otp_err err =
	    overview_parts(link, request, OTP_PART_WHOLE, 1, &overview, fault);

	if (err == OTP_OK)
		err = overview_parts(link, request, OTP_PART_TOKEN,
		    overview.tokens_count, &overview, fault);
	if (err == OTP_OK)
		err = overview_parts(link, request, OTP_PART_ADDRESS,
		    overview.addresses_count, &overview, fault);
	if (err == OTP_OK)
		err = overview_parts(link, request, OTP_PART_DEVICE,
		    overview.devices.count, &overview, fault);
	if (err == OTP_OK)
		*ret_overview = overview;
	return err;
}

static enum otp_err
overview_parts(const struct otp_link *link, const struct otp_request *request,
    enum otp_wire_part part, unsigned count, struct otp_overview *overview,
    struct otp_fault *fault)
{
	enum otp_err err = OTP_OK;

	for (unsigned i = 0; i < count && err == OTP_OK; i++)
		err = overview_part(link, request,
		    (struct otp_wire_place){ part, i }, overview, fault);
	return err;
}

/* The one at PLACE, into OVERVIEW. */
static enum otp_err
overview_part(const struct otp_link *link, const struct otp_request *request,
    struct otp_wire_place place, struct otp_overview *overview,
    struct otp_fault *fault)
{
	struct otp_exchange exchange;
	const struct otp_overview *got = &exchange.answer.overview;
	enum otp_err err;

	otp_exchange_begin(&exchange, link, OTP_WIRE_STATUS, request, fault);
	exchange.request.place = place;
	err = otp_exchange_run(&exchange);
	if (err == OTP_OK &&
	    (exchange.answer.place.part != place.part ||
		exchange.answer.place.number != place.number))
		err = otp_exchange_fail(&exchange, EBADMSG);
	if (err != OTP_OK) {
		otp_exchange_end(&exchange);
		return err;
	}
	switch (place.part) {
	case OTP_PART_WHOLE:
		*overview = *got;
		overview->fault = exchange.answer.fault;
		overview->exemption = exchange.answer.look.exemption;
		break;
	case OTP_PART_TOKEN:
		overview->tokens[place.number] = got->tokens[place.number];
		break;
	case OTP_PART_ADDRESS:
		overview->addresses[place.number] =
		    got->addresses[place.number];
		break;
	case OTP_PART_DEVICE:
		overview->devices.list[place.number] =
		    got->devices.list[place.number];
		break;
	}
	otp_exchange_end(&exchange);
	return OTP_OK;
}

enum otp_err
otp_link_forget(const struct otp_link *link, const struct otp_request *request,
    const uint8_t *id, unsigned *ret_count, struct otp_fault *fault)
{
	struct otp_exchange exchange;
	enum otp_err err;

	otp_exchange_begin(&exchange, link, OTP_WIRE_FORGET, request, fault);
	if (id != NULL)
		memcpy(exchange.request.forgotten, id, OTP_DEVICE_ID_SIZE);
	else
		exchange.request.all = true;
	err = otp_exchange_run(&exchange);
	if (err == OTP_OK)
		*ret_count = exchange.answer.forgotten;
	otp_exchange_end(&exchange);
	return err;
}

enum otp_err
otp_link_resync(const struct otp_link *link, const struct otp_request *request,
    unsigned number, const char *first, const char *second,
    enum otp_verdict *ret_verdict, struct otp_fault *fault)
{
	const size_t lengths[2] = { strlen(first), strlen(second) };
	struct otp_exchange exchange;
	enum otp_err err = OTP_OK;

	otp_exchange_begin(&exchange, link, OTP_WIRE_RESYNC, request, fault);
	exchange.answer.resync = OTP_VERDICT_MALFORMED; /* no code is as long */
	if (lengths[0] < OTP_WIRE_CODE_SIZE &&
	    lengths[1] < OTP_WIRE_CODE_SIZE) {
		exchange.request.token = number;
		memcpy(exchange.request.typed, first, lengths[0] + 1);
		memcpy(exchange.request.second, second, lengths[1] + 1);
		err = otp_exchange_run(&exchange);
	}
	if (err == OTP_OK)
		*ret_verdict = exchange.answer.resync;
	otp_exchange_end(&exchange);
	return err;
}

enum otp_err
otp_link_change(const struct otp_link *link, const struct otp_request *request,
    enum otp_wire_verb verb, const struct otp_own_proof *proof,
    const struct otp_own_token *token, unsigned number,
    struct otp_link_done *ret_done, struct otp_fault *fault)
{
	struct otp_exchange exchange;
	struct otp_wire_request *message = &exchange.request;
	const bool first = verb == OTP_WIRE_PUT && token->mode == OTP_ENROL_NEW;
	enum otp_err err;

	*ret_done = (struct otp_link_done){ .committed = false };
	otp_exchange_begin(&exchange, link, verb, request, fault);
	if (!first)
		message->change.former = proof->former;
	err = copy_code(message->second, proof->typed, &exchange);
	if (err == OTP_OK && verb == OTP_WIRE_PUT) {
		message->change.mode = token->mode;
		memcpy(message->change.secret, token->secret,
		    sizeof(message->change.secret));
		err = copy_code(message->typed, token->typed, &exchange);
	}
	if (verb == OTP_WIRE_REMOVE)
		message->token = number;
	if (err == OTP_OK)
		err = otp_exchange_run(&exchange);
	exchange_done(&exchange, err, ret_done);
	otp_exchange_end(&exchange);
	return err;
}

static void
exchange_done(const struct otp_exchange *exchange, enum otp_err err,
    struct otp_link_done *ret_done)
{
	const struct otp_wire_answer *answer = &exchange->answer;

	ret_done->unknown = err == OTP_ERR_NO_DAEMON && exchange->asked;
	ret_done->result = answer->own;
	ret_done->committed = answer->committed;
	ret_done->set.count = answer->codes_count;
	memcpy(ret_done->set.text, answer->codes, sizeof(answer->codes));
}

enum otp_err
otp_link_enrol(const struct otp_link *link, const struct otp_request *request,
    const char *invitation, const struct otp_enrolment *enrolment,
    const struct otp_recovery_set *set, struct otp_fault *fault)
{
	struct otp_exchange exchange;
	struct otp_wire_enrol *enrol = &exchange.request.enrol;
	enum otp_err err;

	otp_exchange_begin(&exchange, link, OTP_WIRE_ENROLL, request, fault);
	memcpy(enrol->secret, enrolment->token.secret, sizeof(enrol->secret));
	memcpy(enrol->kept, set->kept, sizeof(enrol->kept));
	enrol->code = enrolment->code;
	enrol->value = enrolment->value;
	enrol->drift = enrolment->drift;
	err = copy_code(exchange.request.typed, invitation, &exchange);
	if (err == OTP_OK)
		err = otp_exchange_run(&exchange);
	if (err == OTP_OK && exchange.answer.own.verdict != OTP_VERDICT_ACCEPT)
		err = OTP_ERR_CONFLICT;
	otp_exchange_end(&exchange);
	return err;
}

enum otp_err
otp_link_address(const struct otp_link *link, const struct otp_request *request,
    enum otp_own_step step, const struct otp_own_proof *proof,
    const struct otp_address *address, unsigned number,
    struct otp_link_done *ret_done, struct otp_sent *ret_sent,
    struct otp_fault *fault)
{
	struct otp_exchange exchange;
	struct otp_wire_request *message = &exchange.request;
	enum otp_err err;

	*ret_done = (struct otp_link_done){ .committed = false };
	otp_exchange_begin(&exchange, link, OTP_WIRE_ADDRESS, request, fault);
	message->change.step = step;
	message->change.former = proof->former;
	err = copy_code(message->second, proof->typed, &exchange);
	if (step == OTP_OWN_ADD)
		memcpy(message->change.uri, address->uri,
		    sizeof(message->change.uri));
	else if (step == OTP_OWN_REMOVE)
		message->token = number;
	if (err == OTP_OK)
		err = otp_exchange_run(&exchange);
	exchange_done(&exchange, err, ret_done);
	*ret_sent = exchange.answer.sent;
	if (err == OTP_OK && fault != NULL)
		*fault = exchange.answer.fault; /* of NO_SOCKET */
	otp_exchange_end(&exchange);
	return err;
}

/* No code is longer than its field. */
static enum otp_err
copy_code(char field[OTP_WIRE_CODE_SIZE], const char *typed,
    const struct otp_exchange *exchange)
{
	const size_t length = strlen(typed);

	if (length >= OTP_WIRE_CODE_SIZE)
		return otp_exchange_fail(exchange, EMSGSIZE);
	memcpy(field, typed, length + 1);
	return OTP_OK;
}
