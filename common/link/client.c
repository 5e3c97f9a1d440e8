/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with the test that fails without it (tests/pam/daemon_test.c):
 *
 * 1. A code is sent to root alone, at the end of a way that is root's
 *    (daemon__of_another_user_gets_nothing, daemon__way_is_roots).
 * 2. An answer has the right size and version, and the verb and the account of
 *    the message (daemon__of_another_account_is_no_answer,
 *    daemon__answer_with_one_byte_changed_never_lets_in).
 * 3. One deadline counts for all of it, whatever the daemon does
 *    (daemon__that_is_stopped_is_left_at_the_deadline).
 * 4. Nothing is sent twice (daemon__is_sent_each_message_once).
 */
#include "config.h"

#include "common/link/client.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>

#include "common/core/wipe.h"
#include "common/store/socket.h"

#define MILLISECOND INT64_C(1000000) /* nanoseconds */

/* The daemon answers a refusal after 2 s, and waits 5 s for a lock. */
#define DEADLINE (10000 * MILLISECOND)
/* For what a login can do without. */
#define SPARE_DEADLINE (2000 * MILLISECOND)
/* From one try to connect to the next, while the daemon is busy. */
#define PAUSE (10 * MILLISECOND)

/* One message and its answer.  A secret: wiped at the end. */
struct exchange {
	struct otp_socket socket;
	int fd;
	int64_t end; /* on the monotonic clock, in nanoseconds */
	struct otp_wire_request request;
	struct otp_wire_answer answer;
	uint8_t sent[OTP_WIRE_REQUEST_SIZE];
	size_t sent_size;
	bool asked; /* it was sent: the daemon does it, heard or not */
	uint8_t got[OTP_WIRE_MAX];
	size_t got_size;
	struct otp_fault *fault;
};

static enum otp_err overview_parts(const struct otp_link *link,
    const struct otp_request *request, enum otp_wire_part part, unsigned count,
    struct otp_overview *overview, struct otp_fault *fault);
static enum otp_err overview_part(const struct otp_link *link,
    const struct otp_request *request, struct otp_wire_place place,
    struct otp_overview *overview, struct otp_fault *fault);
static enum otp_err copy_code(char field[OTP_WIRE_CODE_SIZE], const char *typed,
    const struct exchange *exchange);
static void exchange_begin(struct exchange *exchange,
    const struct otp_link *link, enum otp_wire_verb verb,
    const struct otp_request *request, struct otp_fault *fault);
static void exchange_end(struct exchange *exchange);
static enum otp_err exchange_run(struct exchange *exchange);
static enum otp_err exchange_pass(struct exchange *exchange);
static enum otp_err exchange_connect(struct exchange *exchange);
static enum otp_err exchange_send(struct exchange *exchange);
static enum otp_err exchange_receive(struct exchange *exchange);
static enum otp_err exchange_read(struct exchange *exchange);
static enum otp_err exchange_read_version(struct exchange *exchange);
static bool exchange_wait(const struct exchange *exchange, short events);
static void exchange_done(const struct exchange *exchange, enum otp_err err,
    struct otp_link_done *ret_done);
static enum otp_err no_answer(const struct exchange *exchange, int errnum);
static const char *socket_name(enum otp_link_socket socket);
static int64_t monotonic(void);

enum otp_err
otp_link_look(const struct otp_link *link, const struct otp_request *request,
    bool want_enrolled, struct otp_look *ret_look, struct otp_fault *fault)
{
	struct exchange exchange;
	enum otp_err err;

	exchange_begin(&exchange, link, OTP_WIRE_LOOK, request, fault);
	exchange.request.want_enrolled = want_enrolled;
	err = exchange_run(&exchange);
	if (err == OTP_OK)
		*ret_look = exchange.answer.look;
	exchange_end(&exchange);
	return err;
}

enum otp_err
otp_link_try(const struct otp_link *link, const struct otp_request *request,
    const char *typed, struct otp_answer *ret_answer, struct otp_fault *fault)
{
	const size_t length = strlen(typed);
	struct exchange exchange;
	enum otp_err err = OTP_OK;

	exchange_begin(&exchange, link, OTP_WIRE_TRY, request, fault);
	if (length < sizeof(exchange.request.typed)) {
		memcpy(exchange.request.typed, typed, length + 1);
		err = exchange_run(&exchange);
	} else {
		/* No code, nor a password with one, is as long. */
		exchange.answer.answer.verdict = OTP_VERDICT_MALFORMED;
	}
	if (err == OTP_OK)
		*ret_answer = exchange.answer.answer;
	exchange_end(&exchange);
	return err;
}

bool
otp_link_told(const struct otp_link *link, const struct otp_request *request,
    const struct otp_answer *answer)
{
	struct exchange exchange;
	bool noted;

	exchange_begin(&exchange, link, OTP_WIRE_TOLD, request, NULL);
	exchange.end = monotonic() + SPARE_DEADLINE;
	exchange.request.generation = answer->generation;
	exchange.request.unreported = answer->unreported;
	exchange.request.replays = answer->replays;
	noted = exchange_run(&exchange) == OTP_OK && exchange.answer.noted;
	exchange_end(&exchange);
	return noted;
}

enum otp_err
otp_link_send(const struct otp_link *link, const struct otp_request *request,
    const char *typed, struct otp_sent *ret_sent, struct otp_fault *fault)
{
	struct exchange exchange;
	enum otp_err err;

	exchange_begin(&exchange, link, OTP_WIRE_SEND, request, fault);
	exchange.end = monotonic() + OTP_POST_SECOND;
	(void)snprintf(exchange.request.typed, OTP_WIRE_CODE_SIZE, "%s", typed);
	err = exchange_run(&exchange);
	if (err == OTP_OK)
		*ret_sent = exchange.answer.sent;
	if (err == OTP_OK && fault != NULL)
		*fault = exchange.answer.fault; /* of NO_SOCKET */
	exchange_end(&exchange);
	return err;
}

enum otp_err
otp_link_draw(const struct otp_link *link, const struct otp_request *request,
    const char *text, struct otp_wire_drawing *ret_drawing,
    struct otp_fault *fault)
{
	struct exchange exchange;
	enum otp_err err = OTP_ERR_LIMIT;
	const size_t length = strlen(text);

	exchange_begin(&exchange, link, OTP_WIRE_DRAW, request, fault);
	exchange.end = monotonic() + SPARE_DEADLINE;
	if (length < OTP_WIRE_CODE_SIZE) {
		memcpy(exchange.request.typed, text, length + 1);
		err = exchange_run(&exchange);
	}
	if (err == OTP_OK)
		*ret_drawing = exchange.answer.drawing;
	exchange_end(&exchange);
	return err;
}

enum otp_err
otp_link_version(const struct otp_link *link, struct otp_fault *fault)
{
	const struct otp_request nothing = { .uid = 0 };
	struct exchange exchange;
	enum otp_err err;

	exchange_begin(&exchange, link, OTP_WIRE_LOOK, &nothing, fault);
	otp_wire_ask_version(exchange.sent);
	exchange.sent_size = OTP_WIRE_VERSION_SIZE;
	err = exchange_pass(&exchange);
	if (err == OTP_OK)
		err = exchange_read_version(&exchange);
	exchange_end(&exchange);
	return err;
}

enum otp_err
otp_link_overview(const struct otp_link *link,
    const struct otp_request *request, struct otp_overview *ret_overview,
    struct otp_fault *fault)
{
	struct otp_overview overview = { .now = 0 };
	enum otp_err err =
	    overview_parts(link, request, OTP_WIRE_WHOLE, 1, &overview, fault);

	if (err == OTP_OK)
		err = overview_parts(link, request, OTP_WIRE_TOKEN,
		    overview.tokens_count, &overview, fault);
	if (err == OTP_OK)
		err = overview_parts(link, request, OTP_WIRE_ADDRESS,
		    overview.addresses_count, &overview, fault);
	if (err == OTP_OK)
		err = overview_parts(link, request, OTP_WIRE_DEVICE,
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
	struct exchange exchange;
	const struct otp_overview *got = &exchange.answer.overview;
	enum otp_err err;

	exchange_begin(&exchange, link, OTP_WIRE_STATUS, request, fault);
	exchange.request.place = place;
	err = exchange_run(&exchange);
	if (err == OTP_OK &&
	    (exchange.answer.place.part != place.part ||
		exchange.answer.place.number != place.number))
		err = no_answer(&exchange, EBADMSG);
	if (err != OTP_OK) {
		exchange_end(&exchange);
		return err;
	}
	switch (place.part) {
	case OTP_WIRE_WHOLE:
		*overview = *got;
		overview->fault = exchange.answer.fault;
		overview->exemption = exchange.answer.look.exemption;
		break;
	case OTP_WIRE_TOKEN:
		overview->tokens[place.number] = got->tokens[place.number];
		break;
	case OTP_WIRE_ADDRESS:
		overview->addresses[place.number] =
		    got->addresses[place.number];
		break;
	case OTP_WIRE_DEVICE:
		overview->devices.list[place.number] =
		    got->devices.list[place.number];
		break;
	}
	exchange_end(&exchange);
	return OTP_OK;
}

enum otp_err
otp_link_forget(const struct otp_link *link, const struct otp_request *request,
    const uint8_t *id, unsigned *ret_count, struct otp_fault *fault)
{
	struct exchange exchange;
	enum otp_err err;

	exchange_begin(&exchange, link, OTP_WIRE_FORGET, request, fault);
	if (id != NULL)
		memcpy(exchange.request.forgotten, id, OTP_DEVICE_ID_SIZE);
	else
		exchange.request.all = true;
	err = exchange_run(&exchange);
	if (err == OTP_OK)
		*ret_count = exchange.answer.forgotten;
	exchange_end(&exchange);
	return err;
}

enum otp_err
otp_link_resync(const struct otp_link *link, const struct otp_request *request,
    unsigned number, const char *first, const char *second,
    enum otp_verdict *ret_verdict, struct otp_fault *fault)
{
	const size_t lengths[2] = { strlen(first), strlen(second) };
	struct exchange exchange;
	enum otp_err err = OTP_OK;

	exchange_begin(&exchange, link, OTP_WIRE_RESYNC, request, fault);
	exchange.answer.resync = OTP_VERDICT_MALFORMED; /* no code is as long */
	if (lengths[0] < OTP_WIRE_CODE_SIZE &&
	    lengths[1] < OTP_WIRE_CODE_SIZE) {
		exchange.request.token = number;
		memcpy(exchange.request.typed, first, lengths[0] + 1);
		memcpy(exchange.request.second, second, lengths[1] + 1);
		err = exchange_run(&exchange);
	}
	if (err == OTP_OK)
		*ret_verdict = exchange.answer.resync;
	exchange_end(&exchange);
	return err;
}

enum otp_err
otp_link_change(const struct otp_link *link, const struct otp_request *request,
    enum otp_wire_verb verb, const struct otp_own_proof *proof,
    const struct otp_own_token *token, unsigned number,
    struct otp_link_done *ret_done, struct otp_fault *fault)
{
	struct exchange exchange;
	struct otp_wire_request *message = &exchange.request;
	const bool first = verb == OTP_WIRE_PUT && token->mode == OTP_ENROL_NEW;
	enum otp_err err;

	*ret_done = (struct otp_link_done){ .committed = false };
	exchange_begin(&exchange, link, verb, request, fault);
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
		err = exchange_run(&exchange);
	exchange_done(&exchange, err, ret_done);
	exchange_end(&exchange);
	return err;
}

static void
exchange_done(const struct exchange *exchange, enum otp_err err,
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
otp_link_address(const struct otp_link *link, const struct otp_request *request,
    enum otp_own_step step, const struct otp_own_proof *proof,
    const struct otp_address *address, unsigned number,
    struct otp_link_done *ret_done, struct otp_sent *ret_sent,
    struct otp_fault *fault)
{
	struct exchange exchange;
	struct otp_wire_request *message = &exchange.request;
	enum otp_err err;

	*ret_done = (struct otp_link_done){ .committed = false };
	exchange_begin(&exchange, link, OTP_WIRE_POSTAL, request, fault);
	message->change.step = step;
	message->change.former = proof->former;
	err = copy_code(message->second, proof->typed, &exchange);
	if (step == OTP_OWN_ADD)
		memcpy(message->change.uri, address->uri,
		    sizeof(message->change.uri));
	else if (step == OTP_OWN_REMOVE)
		message->token = number;
	if (err == OTP_OK)
		err = exchange_run(&exchange);
	exchange_done(&exchange, err, ret_done);
	*ret_sent = exchange.answer.sent;
	if (err == OTP_OK && fault != NULL)
		*fault = exchange.answer.fault; /* of NO_SOCKET */
	exchange_end(&exchange);
	return err;
}

/* No code is longer than its field. */
static enum otp_err
copy_code(char field[OTP_WIRE_CODE_SIZE], const char *typed,
    const struct exchange *exchange)
{
	const size_t length = strlen(typed);

	if (length >= OTP_WIRE_CODE_SIZE)
		return no_answer(exchange, EMSGSIZE);
	memcpy(field, typed, length + 1);
	return OTP_OK;
}

static void
exchange_begin(struct exchange *exchange, const struct otp_link *link,
    enum otp_wire_verb verb, const struct otp_request *request,
    struct otp_fault *fault)
{
	*exchange = (struct exchange){
		.socket = { .folder = link->folder,
		    .name = socket_name(link->socket),
		    .type = SOCK_SEQPACKET,
		    .trust = OTP_PATH_ROOTS },
		.fd = -1,
		.end = monotonic() + DEADLINE,
		.request = { .verb = verb, .request = *request },
		.fault = fault,
	};
}

static void
exchange_end(struct exchange *exchange)
{
	otp_path_close(&exchange->fd);
	otp_wipe(exchange, sizeof(*exchange));
}

static enum otp_err
exchange_run(struct exchange *exchange)
{
	enum otp_err err =
	    otp_wire_put_request(&exchange->request, exchange->sent);

	if (err != OTP_OK)
		return no_answer(exchange, EMSGSIZE);
	exchange->sent_size = sizeof(exchange->sent);
	err = exchange_pass(exchange);
	return err == OTP_OK ? exchange_read(exchange) : err;
}

/* The message there, the answer back. */
static enum otp_err
exchange_pass(struct exchange *exchange)
{
	enum otp_err err = exchange_connect(exchange);

	if (err == OTP_OK)
		err = exchange_send(exchange);
	return err == OTP_OK ? exchange_receive(exchange) : err;
}

/* Nothing was sent yet: a daemon that has no room is asked again. */
static enum otp_err
exchange_connect(struct exchange *exchange)
{
	const struct timespec pause = { .tv_nsec = (long)PAUSE };

	for (;;) {
		struct otp_fault fault = { 0 };
		const enum otp_err err =
		    otp_socket_open(&exchange->socket, &exchange->fd, &fault);

		if (err == OTP_OK)
			return OTP_OK;
		if (fault.errnum != EAGAIN && fault.errnum != EINTR) {
			if (exchange->fault != NULL)
				*exchange->fault = fault;
			return OTP_ERR_NO_DAEMON;
		}
		if (monotonic() + PAUSE >= exchange->end)
			return no_answer(exchange, ETIMEDOUT);
		(void)nanosleep(&pause, NULL);
	}
}

/* A message is sent as a whole, or not at all. */
static enum otp_err
exchange_send(struct exchange *exchange)
{
	ssize_t sent = -1;

	while (sent < 0) {
		if (!exchange_wait(exchange, POLLOUT))
			return no_answer(exchange, ETIMEDOUT);
		sent = send(exchange->fd, exchange->sent, exchange->sent_size,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return no_answer(exchange, errno);
	}
	exchange->asked = sent == (ssize_t)exchange->sent_size;
	return exchange->asked ? OTP_OK : no_answer(exchange, EMSGSIZE);
}

/* Descriptors that come with it are closed by the kernel. */
static enum otp_err
exchange_receive(struct exchange *exchange)
{
	ssize_t got = -1;

	while (got < 0) {
		if (!exchange_wait(exchange, POLLIN))
			return no_answer(exchange, ETIMEDOUT);
		got = recv(exchange->fd, exchange->got, sizeof(exchange->got),
		    MSG_DONTWAIT | MSG_TRUNC);
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return no_answer(exchange, errno);
	}
	if (got == 0) /* it hung up */
		return no_answer(exchange, ECONNRESET);
	if ((size_t)got > sizeof(exchange->got))
		return no_answer(exchange, EMSGSIZE);
	exchange->got_size = (size_t)got;
	return OTP_OK;
}

static enum otp_err
exchange_read(struct exchange *exchange)
{
	struct otp_wire_answer *answer = &exchange->answer;
	const struct otp_wire_request *request = &exchange->request;
	const enum otp_err err =
	    otp_wire_get_answer(exchange->got, exchange->got_size, answer);

	if (err != OTP_OK &&
	    otp_wire_is_other_version(exchange->got, exchange->got_size))
		return otp_socket_fault(&exchange->socket,
		    OTP_ERR_DAEMON_VERSION, 0, exchange->fault);
	if (err != OTP_OK || answer->verb != request->verb ||
	    strcmp(answer->account, request->request.account) != 0)
		return no_answer(exchange, EBADMSG);
	if (answer->err != OTP_OK && exchange->fault != NULL)
		*exchange->fault = answer->fault;
	return answer->err;
}

static enum otp_err
exchange_read_version(struct exchange *exchange)
{
	uint8_t ours[OTP_WIRE_VERSION_SIZE];

	otp_wire_put_version(ours);
	if (exchange->got_size == sizeof(ours) &&
	    memcmp(exchange->got, ours, sizeof(ours)) == 0)
		return OTP_OK;
	if (otp_wire_is_other_version(exchange->got, exchange->got_size))
		return otp_socket_fault(&exchange->socket,
		    OTP_ERR_DAEMON_VERSION, 0, exchange->fault);
	return no_answer(exchange, EBADMSG);
}

/* Until EVENTS, an error or the deadline; false at the last. */
static bool
exchange_wait(const struct exchange *exchange, short events)
{
	struct pollfd poll_on = { .fd = exchange->fd, .events = events };

	for (;;) {
		const int64_t left = exchange->end - monotonic();
		int ready;

		if (left <= 0)
			return false;
		ready = poll(&poll_on, 1, (int)(left / MILLISECOND) + 1);
		if (ready > 0)
			return true;
		if (ready < 0 && errno != EINTR)
			return false;
	}
}

static enum otp_err
no_answer(const struct exchange *exchange, int errnum)
{
	return otp_socket_fault(
	    &exchange->socket, OTP_ERR_NO_DAEMON, errnum, exchange->fault);
}

/* No socket has the name "", so that NONE gets no answer. */
static const char *
socket_name(enum otp_link_socket socket)
{
	switch (socket) {
	case OTP_LINK_ROOT:
		return "root";
	case OTP_LINK_SERVICE:
		return "service";
	case OTP_LINK_USER:
		return "user";
	case OTP_LINK_NONE:
		break;
	}
	return "";
}

static int64_t
monotonic(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 * MILLISECOND + now.tv_nsec;
}
