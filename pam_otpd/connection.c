/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_otpd/connection.h"

#include <stddef.h>

#include "common/core/wipe.h"
#include "common/store/path.h"

struct messages {
	struct otp_wire_request request;
	uint8_t answer[OTP_WIRE_ANSWER_SIZE];
};

/* How many workers a socket has. */
static const unsigned workers_most[OTP_LISTENERS] = {
	[OTP_LISTENER_ROOT] = 8,
	[OTP_LISTENER_SERVICE] = 4,
	[OTP_LISTENER_USER] = 4,
};

static struct otp_connection connections[OTP_LISTENERS][OTP_CONNECTIONS];
static struct messages messages[OTP_CONNECTIONS_ALL];

static bool uid_is_busy(uint32_t);

void
otp_connections_prepare(void)
{
	for (unsigned i = 0; i < OTP_CONNECTIONS_ALL; i++)
		*otp_connection_at(i) = (struct otp_connection){
			.fd = -1,
			.worker = -1,
			.request = &messages[i].request,
			.answer = messages[i].answer,
		};
}

struct otp_connection *
otp_connection_at(unsigned number)
{
	return &connections[number / OTP_CONNECTIONS][number % OTP_CONNECTIONS];
}

bool
otp_connections_are_busy(void)
{
	for (unsigned i = 0; i < OTP_CONNECTIONS_ALL; i++) {
		const enum otp_connection_step step =
		    otp_connection_at(i)->step;

		if (step == OTP_CONNECTION_QUEUED ||
		    step == OTP_CONNECTION_WORKING)
			return true;
	}
	return false;
}

struct otp_connection *
otp_connection_place(enum otp_listener listener)
{
	struct otp_connection *place = NULL;
	unsigned rank = 0;

	for (unsigned i = 0; i < OTP_CONNECTIONS; i++) {
		struct otp_connection *connection = &connections[listener][i];
		unsigned its_rank = 0;

		if (connection->step == OTP_CONNECTION_FREE)
			return connection;
		if (connection->step == OTP_CONNECTION_READING)
			its_rank = 3;
		else if (connection->step == OTP_CONNECTION_HELD)
			its_rank = connection->denied ? 2 : 1;
		if (its_rank > rank ||
		    (place != NULL && its_rank == rank &&
			connection->due < place->due)) {
			place = connection;
			rank = its_rank;
		}
	}
	return place;
}

unsigned
otp_connections_of(enum otp_listener listener, uint32_t peer)
{
	unsigned count = 0;

	for (unsigned i = 0; i < OTP_CONNECTIONS; i++)
		if (connections[listener][i].step != OTP_CONNECTION_FREE &&
		    connections[listener][i].peer == peer)
			count++;
	return count;
}

struct otp_connection *
otp_connection_next(enum otp_listener listener)
{
	struct otp_connection *next = NULL;
	unsigned workers = 0;

	for (unsigned i = 0; i < OTP_CONNECTIONS; i++) {
		struct otp_connection *connection = &connections[listener][i];

		if (connection->step == OTP_CONNECTION_WORKING)
			workers++;
		if (connection->step == OTP_CONNECTION_QUEUED &&
		    (next == NULL || connection->order < next->order) &&
		    (listener != OTP_LISTENER_USER ||
			!uid_is_busy(connection->peer)))
			next = connection;
	}
	return workers < workers_most[listener] ? next : NULL;
}

/* Whether a request of UID is in flight on "user". */
static bool
uid_is_busy(uint32_t uid)
{
	for (unsigned i = 0; i < OTP_CONNECTIONS; i++) {
		const struct otp_connection *connection =
		    &connections[OTP_LISTENER_USER][i];

		if (connection->peer == uid &&
		    (connection->step == OTP_CONNECTION_WORKING ||
			connection->step == OTP_CONNECTION_HELD))
			return true;
	}
	return false;
}

void
otp_connection_wipe(struct otp_connection *connection)
{
	struct otp_wire_request *request = connection->request;

	otp_wipe(request->typed, sizeof(request->typed));
	otp_wipe(request->second, sizeof(request->second));
	otp_wipe(&request->change, sizeof(request->change));
}

void
otp_connection_close(struct otp_connection *connection)
{
	struct otp_wire_request *request = connection->request;
	uint8_t *answer = connection->answer;

	otp_path_close(&connection->fd);
	otp_path_close(&connection->worker);
	otp_wipe(request, sizeof(*request));
	otp_wipe(answer, OTP_WIRE_ANSWER_SIZE);
	*connection = (struct otp_connection){
		.fd = -1, .worker = -1, .request = request, .answer = answer
	};
}

/* A write, of -1 too, would copy the page. */
void
otp_connections_leave(void)
{
	for (unsigned i = 0; i < OTP_CONNECTIONS_ALL; i++) {
		struct otp_connection *connection = otp_connection_at(i);

		if (connection->fd >= 0)
			otp_path_close(&connection->fd);
		if (connection->worker >= 0)
			otp_path_close(&connection->worker);
	}
}
