/* SPDX-License-Identifier: BSD-2-Clause */
/* The connections of callers: a table of fixed size, however many there are. */
#ifndef OTP_CONNECTION_H
#define OTP_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/link/wire.h"
#include "pam_otpd/rights.h"

#define OTP_CONNECTIONS	    64 /* of each socket */
#define OTP_CONNECTIONS_ALL (OTP_LISTENERS * OTP_CONNECTIONS)
#define OTP_WORKERS_ALL	    16 /* of all sockets together */

enum otp_connection_step {
	OTP_CONNECTION_FREE = 0,
	OTP_CONNECTION_READING, /* no message came yet */
	OTP_CONNECTION_QUEUED,	/* it waits for a worker */
	OTP_CONNECTION_WORKING,
	OTP_CONNECTION_HELD, /* the answer, until 'due' */
};

/*
 * Messages are elsewhere, so that all connections are on few pages, which are
 * looked through often and copied for each worker.
 */
struct otp_connection {
	enum otp_connection_step step;
	int fd;	    /* of the caller; -1: they are not answered any more */
	int worker; /* WORKING: the end to read from, else -1 */
	uint32_t peer;
	bool denied;	/* HELD: the request was not allowed */
	bool is_put;	/* it counts as one of the few of an hour */
	int64_t due;	/* when the step ends, if nothing else ends it */
	uint64_t order; /* of those that wait for a worker */
	struct otp_wire_request *request;
	uint8_t *answer; /* OTP_WIRE_ANSWER_SIZE bytes */
};

/* All are free.  Once, before anything else here. */
void otp_connections_prepare(void);

/* Connection NUMBER, of those of all sockets, in the order of the sockets. */
struct otp_connection *otp_connection_at(unsigned number);

/* Whether a request waits for a worker or is answered by one. */
bool otp_connections_are_busy(void);

/*
 * A place for one more connection of LISTENER, or NULL.  If all are taken, it
 * is that of the oldest that sent nothing, which any caller does at once; else
 * of the oldest answer that is held, first of those that say no to a caller who
 * may not ask.
 */
struct otp_connection *otp_connection_place(enum otp_listener listener);

/* How many connections of LISTENER are of the uid PEER. */
unsigned otp_connections_of(enum otp_listener listener, uint32_t peer);

/*
 * The next of LISTENER that a worker is to answer, in the order in which they
 * came, or NULL if there is none or no worker for it.  On "user", a uid has one
 * request at a time.
 */
struct otp_connection *otp_connection_next(enum otp_listener listener);

/* Wipe the secrets: what is not started any more needs none. */
void otp_connection_wipe(struct otp_connection *connection);

/* Close and wipe it; its place is free. */
void otp_connection_close(struct otp_connection *connection);

/* In a worker: close the descriptors alone. */
void otp_connections_leave(void);

#endif
