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

#include "common/link/exchange.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>

#include "common/core/wipe.h"

#define MILLISECOND INT64_C(1000000) /* nanoseconds */

/* The daemon answers a refusal after 2 s, and waits 5 s for a lock. */
#define DEADLINE (10000 * MILLISECOND)
/* From one try to connect to the next, while the daemon is busy. */
#define PAUSE (10 * MILLISECOND)

static enum otp_err exchange_connect(struct otp_exchange *exchange);
static enum otp_err exchange_send(struct otp_exchange *exchange);
static enum otp_err exchange_receive(struct otp_exchange *exchange);
static enum otp_err exchange_read(struct otp_exchange *exchange);
static bool exchange_wait(const struct otp_exchange *exchange, short events);
static const char *socket_name(enum otp_link_socket socket);
static int64_t monotonic(void);

void
otp_exchange_begin(struct otp_exchange *exchange, const struct otp_link *link,
    enum otp_wire_verb verb, const struct otp_request *request,
    struct otp_fault *fault)
{
	*exchange = (struct otp_exchange){
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

void
otp_exchange_within(struct otp_exchange *exchange, int64_t time)
{
	exchange->end = monotonic() + time;
}

void
otp_exchange_end(struct otp_exchange *exchange)
{
	otp_path_close(&exchange->fd);
	otp_wipe(exchange, sizeof(*exchange));
}

enum otp_err
otp_exchange_run(struct otp_exchange *exchange)
{
	enum otp_err err =
	    otp_wire_put_request(&exchange->request, exchange->sent);

	if (err != OTP_OK)
		return otp_exchange_fail(exchange, EMSGSIZE);
	exchange->sent_size = sizeof(exchange->sent);
	err = otp_exchange_pass(exchange);
	return err == OTP_OK ? exchange_read(exchange) : err;
}

/* The message there, the answer back. */
enum otp_err
otp_exchange_pass(struct otp_exchange *exchange)
{
	enum otp_err err = exchange_connect(exchange);

	if (err == OTP_OK)
		err = exchange_send(exchange);
	return err == OTP_OK ? exchange_receive(exchange) : err;
}

/* Nothing was sent yet: a daemon that has no room is asked again. */
static enum otp_err
exchange_connect(struct otp_exchange *exchange)
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
			return otp_exchange_fail(exchange, ETIMEDOUT);
		(void)nanosleep(&pause, NULL);
	}
}

/* A message is sent as a whole, or not at all. */
static enum otp_err
exchange_send(struct otp_exchange *exchange)
{
	ssize_t sent = -1;
	bool in_time = monotonic() < exchange->end;

	while (sent < 0) {
		if (!in_time)
			return otp_exchange_fail(exchange, ETIMEDOUT);
		sent = send(exchange->fd, exchange->sent, exchange->sent_size,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return otp_exchange_fail(exchange, errno);
		in_time = sent >= 0 || exchange_wait(exchange, POLLOUT);
	}
	exchange->asked = sent == (ssize_t)exchange->sent_size;
	return exchange->asked ? OTP_OK : otp_exchange_fail(exchange, EMSGSIZE);
}

/* Descriptors that come with it are closed by the kernel. */
static enum otp_err
exchange_receive(struct otp_exchange *exchange)
{
	ssize_t got = -1;

	while (got < 0) {
		if (!exchange_wait(exchange, POLLIN))
			return otp_exchange_fail(exchange, ETIMEDOUT);
		got = recv(exchange->fd, exchange->got, sizeof(exchange->got),
		    MSG_DONTWAIT | MSG_TRUNC);
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return otp_exchange_fail(exchange, errno);
	}
	if (got == 0) /* it hung up */
		return otp_exchange_fail(exchange, ECONNRESET);
	if ((size_t)got > sizeof(exchange->got))
		return otp_exchange_fail(exchange, EMSGSIZE);
	exchange->got_size = (size_t)got;
	return OTP_OK;
}

static enum otp_err
exchange_read(struct otp_exchange *exchange)
{
	struct otp_wire_answer *answer = &exchange->answer;
	const struct otp_wire_request *request = &exchange->request;
	const enum otp_err err =
	    otp_wire_get_answer(exchange->got, exchange->got_size, answer);

	if (err != OTP_OK &&
	    otp_wire_is_other_version(exchange->got, exchange->got_size))
		return otp_socket_fault(&exchange->socket,
		    OTP_ERR_DAEMON_VERSION, 0, exchange->fault);
	if (err != OTP_OK || answer->version != OTP_WIRE_VERSION ||
	    answer->verb != request->verb ||
	    strcmp(answer->account, request->request.account) != 0)
		return otp_exchange_fail(exchange, EBADMSG);
	if (answer->err != OTP_OK && exchange->fault != NULL)
		*exchange->fault = answer->fault;
	return answer->err;
}

enum otp_err
otp_exchange_read_version(struct otp_exchange *exchange)
{
	uint8_t ours[OTP_WIRE_VERSION_SIZE];

	otp_wire_put_version(ours);
	if (exchange->got_size == sizeof(ours) &&
	    memcmp(exchange->got, ours, sizeof(ours)) == 0)
		return OTP_OK;
	if (otp_wire_is_other_version(exchange->got, exchange->got_size))
		return otp_socket_fault(&exchange->socket,
		    OTP_ERR_DAEMON_VERSION, 0, exchange->fault);
	return otp_exchange_fail(exchange, EBADMSG);
}

/* Until EVENTS, an error or the deadline; false at the last. */
static bool
exchange_wait(const struct otp_exchange *exchange, short events)
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

enum otp_err
otp_exchange_fail(const struct otp_exchange *exchange, int errnum)
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
