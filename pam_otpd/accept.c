/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with its test in tests/daemon/daemon_test.c:
 *
 * 1. A message that is not exactly a request ends its connection, and nothing
 *    else (daemon__ends_what_is_not_a_request).
 * 2. A connection has one answer (daemon__answers_once).
 * 3. A refusal of "service" or "user" is held, and no worker waits for that
 *    (daemon__holds_a_refusal).
 * 4. One uid has a limited number of connections and tries on "user"
 *    (daemon__limits_a_uid), and of other requests
 *    (daemon__limits_who_asks_without_end), and in a flood of others "root" is
 *    answered (daemon__answers_root_in_a_flood), and so are users
 *    (daemon__answers_users_in_a_flood).
 * 5. A put whose worker gave no answer counts as one that succeeded
 *    (daemon__counts_a_put_of_a_killed_process).
 * 6. A uid of which the user database says nothing keeps no place
 *    (daemon__keeps_places_for_those_it_knows and
 *    daemon__counts_no_put_that_a_database_ended in tests/host/daemon.sh).
 * 7. A try that was read runs to its end
 *    (daemon__finishes_a_try_of_one_who_left, daemon__finishes_at_sigterm).
 */
#include "config.h"

#include "pam_otpd/accept.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/core/wipe.h"
#include "common/link/wire.h"
#include "common/store/path.h"
#include "pam_otpd/child.h"
#include "pam_otpd/connection.h"
#include "pam_otpd/limits.h"
#include "pam_otpd/report.h"

#define CONNECTIONS_UID	 4    /* of one uid on "user" */
#define REQUEST_DEADLINE 5000 /* milliseconds */
#define ANSWER_DEADLINE	 10000
#define HOLD		 2000
#define HOLD_LEFT	 500 /* before the caller waits no longer */
#define STOP_DEADLINE	 15000
#define TRIES		 10  /* of a uid in a minute */
#define LOOKS		 300 /* likewise, of requests that take no lock */
#define PUTS_TRIED	 12  /* of a uid in an hour */
#define PUTS_DONE	 3   /* likewise, that succeed */
#define IDLE		 OTP_LIMITS_MINUTE

/* Everything has a fixed size, however many callers there are. */
static struct acceptor {
	struct otp_sockets sockets;
	const char *conf;
	int64_t now;
	int64_t active; /* when a caller was last there */
	uint64_t order;
	bool stops;
	int64_t stop_due;
	struct otp_limits tries;      /* on "user" */
	struct otp_limits looks;      /* likewise, of all other requests */
	struct otp_limits puts_tried; /* likewise */
	struct otp_limits puts_done;  /* and those that may still succeed */
	struct otp_limits lines;      /* of requests that are refused */
} acceptor;

static volatile sig_atomic_t signalled;

static bool signals_prepare(sigset_t *ret_waiting);
static bool acceptor_wait(const sigset_t *);
static bool acceptor_is_done(bool until_idle);
static void acceptor_stop(void);
static void acceptor_expire(void);
static int64_t acceptor_due(void);
static void listener_accept(enum otp_listener);
static bool uid_has_room(enum otp_listener, uint32_t);
static void listener_dispatch(enum otp_listener);
static void connection_read(enum otp_listener, struct otp_connection *);
static void connection_finish(enum otp_listener, struct otp_connection *);
static unsigned long connection_count(
    enum otp_listener, struct otp_connection *);
static void connection_uncount(
    enum otp_listener, const struct otp_connection *, enum otp_wire_verb, bool);
static void connection_refuse(
    enum otp_listener, struct otp_connection *, const struct otp_fault *);
static void connection_answer(enum otp_listener, struct otp_connection *, bool);
static void connection_send(struct otp_connection *);
static struct otp_limits *limits_of(enum otp_wire_verb);
static bool is_unasked(const struct otp_wire_answer *);
static bool is_put(const struct otp_wire_request *);
static bool is_refusal(const struct otp_wire_answer *);
static bool read_clock(void);

bool
otp_accept_all(
    const struct otp_sockets *sockets, const char *conf, bool until_idle)
{
	sigset_t waiting;

	acceptor.sockets = *sockets;
	acceptor.conf = conf;
	acceptor.tries.most = TRIES;
	acceptor.tries.span = OTP_LIMITS_MINUTE;
	acceptor.looks.most = OTP_LIMITS_MOST;
	acceptor.looks.each = LOOKS / OTP_LIMITS_MOST;
	acceptor.looks.span = OTP_LIMITS_MINUTE;
	acceptor.puts_tried.most = PUTS_TRIED;
	acceptor.puts_tried.span = OTP_LIMITS_HOUR;
	acceptor.puts_done.most = PUTS_DONE;
	acceptor.puts_done.span = OTP_LIMITS_HOUR;
	acceptor.lines.most = 1;
	acceptor.lines.span = OTP_LIMITS_MINUTE;
	otp_connections_prepare();
	if (!signals_prepare(&waiting) || !read_clock())
		return false;
	acceptor.active = acceptor.now;
	for (;;) {
		if (signalled && !acceptor.stops)
			acceptor_stop();
		acceptor_expire();
		for (unsigned i = 0; i < OTP_LISTENERS; i++)
			listener_dispatch((enum otp_listener)i);
		if (acceptor_is_done(until_idle)) {
			otp_child_dismiss();
			return true;
		}
		if (!acceptor.stops && !otp_connections_are_busy())
			(void)otp_child_prepare(&acceptor.sockets, conf);
		if (!acceptor_wait(&waiting))
			return false;
	}
}

static void
on_signal(int number)
{
	(void)number;
	signalled = 1;
}

/*
 * They come only while the loop waits.  The kernel reaps workers: a handler for
 * their end would leave registers on the stack that still hold what was copied
 * last, such as recovery codes.
 */
static bool
signals_prepare(sigset_t *ret_waiting)
{
	static const int numbers[] = { SIGTERM, SIGINT };
	const struct sigaction handled = { .sa_handler = on_signal };
	const struct sigaction ignored = { .sa_handler = SIG_IGN };
	sigset_t ours;

	(void)sigemptyset(&ours);
	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		(void)sigaddset(&ours, numbers[i]);
		if (sigaction(numbers[i], &handled, NULL) != 0)
			return false;
	}
	return sigaction(SIGCHLD, &ignored, NULL) == 0 &&
	    sigaction(SIGPIPE, &ignored, NULL) == 0 &&
	    sigaction(SIGHUP, &ignored, NULL) == 0 &&
	    sigprocmask(SIG_BLOCK, &ours, ret_waiting) == 0 &&
	    sigdelset(ret_waiting, SIGTERM) == 0 &&
	    sigdelset(ret_waiting, SIGINT) == 0;
}

static bool
read_clock(void)
{
	struct timespec time;

	if (clock_gettime(CLOCK_MONOTONIC, &time) != 0)
		return false;
	acceptor.now = (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
	return true;
}

/* What the loop waits for, and whose it is. */
struct waits {
	nfds_t count;
	struct pollfd fds[OTP_LISTENERS * (OTP_CONNECTIONS + 1)];
	enum otp_listener listeners[OTP_LISTENERS * (OTP_CONNECTIONS + 1)];
	struct otp_connection
	    *connections[OTP_LISTENERS * (OTP_CONNECTIONS + 1)];
};

static void
wait_for(struct waits *waits, int fd, unsigned listener,
    struct otp_connection *connection)
{
	if (fd < 0)
		return;
	waits->fds[waits->count] =
	    (struct pollfd){ .fd = fd, .events = POLLIN };
	waits->listeners[waits->count] = (enum otp_listener)listener;
	waits->connections[waits->count] = connection;
	waits->count++;
}

/*
 * Closed connections are handled before new ones.  A socket without a place for
 * one is not looked at.
 */
static void
waits_fill(struct waits *waits)
{
	waits->count = 0;
	for (unsigned i = 0; i < OTP_CONNECTIONS_ALL; i++) {
		struct otp_connection *connection = otp_connection_at(i);

		if (connection->step == OTP_CONNECTION_READING)
			wait_for(waits, connection->fd, i / OTP_CONNECTIONS,
			    connection);
		else if (connection->step == OTP_CONNECTION_WORKING)
			wait_for(waits, connection->worker, i / OTP_CONNECTIONS,
			    connection);
	}
	for (unsigned i = 0; i < OTP_LISTENERS; i++)
		if (otp_connection_place((enum otp_listener)i) != NULL)
			wait_for(waits, acceptor.sockets.fds[i], i, NULL);
}

static bool
acceptor_wait(const sigset_t *waiting)
{
	static struct waits waits;
	const int64_t due = acceptor_due();
	const int64_t left = due > acceptor.now ? due - acceptor.now : 0;
	const struct timespec time = { .tv_sec = (time_t)(left / 1000),
		.tv_nsec = (long)(left % 1000) * 1000000 };
	int ready;

	waits_fill(&waits);
	ready = ppoll(waits.fds, waits.count, &time, waiting);
	if ((ready < 0 && errno != EINTR) || !read_clock())
		return false;
	for (nfds_t i = 0; ready > 0 && i < waits.count; i++) {
		struct otp_connection *connection = waits.connections[i];

		if (waits.fds[i].revents == 0)
			continue;
		acceptor.active = acceptor.now;
		if (connection == NULL)
			listener_accept(waits.listeners[i]);
		else if (connection->step == OTP_CONNECTION_READING)
			connection_read(waits.listeners[i], connection);
		else
			connection_finish(waits.listeners[i], connection);
	}
	return true;
}

static bool
acceptor_is_done(bool until_idle)
{
	if (acceptor.stops && acceptor.now >= acceptor.stop_due)
		return true;
	for (unsigned i = 0; i < OTP_CONNECTIONS_ALL; i++)
		if (otp_connection_at(i)->step != OTP_CONNECTION_FREE)
			return false;
	return acceptor.stops ||
	    (until_idle && acceptor.now - acceptor.active >= IDLE &&
		otp_limits_lapsed(&acceptor.tries, acceptor.now) &&
		otp_limits_lapsed(&acceptor.looks, acceptor.now) &&
		otp_limits_lapsed(&acceptor.puts_tried, acceptor.now) &&
		otp_limits_lapsed(&acceptor.puts_done, acceptor.now) &&
		otp_limits_lapsed(&acceptor.lines, acceptor.now));
}

/*
 * No connection is accepted any more.  Those that were have their answer: their
 * callers ask only once.
 */
static void
acceptor_stop(void)
{
	acceptor.stops = true;
	acceptor.stop_due = acceptor.now + STOP_DEADLINE;
	otp_child_dismiss();
	for (unsigned i = 0; i < OTP_LISTENERS; i++)
		otp_path_close(&acceptor.sockets.fds[i]);
}

static void
acceptor_expire(void)
{
	for (unsigned i = 0; i < OTP_CONNECTIONS_ALL; i++) {
		struct otp_connection *connection = otp_connection_at(i);

		if (connection->step == OTP_CONNECTION_FREE ||
		    acceptor.now < connection->due)
			continue;
		if (connection->step == OTP_CONNECTION_HELD)
			connection_send(connection);
		else if (connection->step == OTP_CONNECTION_READING)
			otp_connection_close(connection);
		else /* what was read is done, but the caller has left */
			otp_path_close(&connection->fd);
	}
}

/* When something ends by itself. */
static int64_t
acceptor_due(void)
{
	int64_t due = acceptor.now + IDLE;

	if (acceptor.stops)
		due = acceptor.stop_due;
	for (unsigned i = 0; i < OTP_CONNECTIONS_ALL; i++) {
		const struct otp_connection *connection = otp_connection_at(i);

		if (connection->step != OTP_CONNECTION_FREE &&
		    connection->fd >= 0 && connection->due < due)
			due = connection->due;
	}
	return due;
}

static void
listener_accept(enum otp_listener listener)
{
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t size = sizeof(peer);
	struct otp_connection *connection;
	int fd = accept4(acceptor.sockets.fds[listener], NULL, NULL,
	    SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return; /* it was closed again, or no descriptor is left */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
	    !uid_has_room(listener, peer.uid) ||
	    (connection = otp_connection_place(listener)) == NULL) {
		otp_path_close(&fd);
		return;
	}
	if (connection->step == OTP_CONNECTION_HELD)
		connection_send(connection);
	else if (connection->step == OTP_CONNECTION_READING)
		otp_connection_close(connection);
	connection->step = OTP_CONNECTION_READING;
	connection->fd = fd;
	connection->peer = peer.uid;
	connection->due = acceptor.now + REQUEST_DEADLINE;
	connection_read(listener, connection); /* if it is there already */
}

static bool
uid_has_room(enum otp_listener listener, uint32_t peer)
{
	static const struct otp_fault none;

	if (listener != OTP_LISTENER_USER ||
	    otp_connections_of(listener, peer) < CONNECTIONS_UID)
		return true;
	if (otp_limits_log(&acceptor.lines, peer, acceptor.now))
		otp_report_refused(listener, peer, OTP_ERR_LIMIT, &none);
	return false;
}

static void
connection_read(enum otp_listener listener, struct otp_connection *connection)
{
	uint8_t data[OTP_WIRE_MAX];
	const ssize_t size =
	    recv(connection->fd, data, sizeof(data), MSG_DONTWAIT | MSG_TRUNC);
	unsigned long reached;

	if (size < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (size > 0 && (size_t)size <= sizeof(data) &&
	    otp_wire_get_request(data, (size_t)size, connection->request) ==
		OTP_OK) {
		connection->step = OTP_CONNECTION_QUEUED;
		connection->due = acceptor.now + ANSWER_DEADLINE;
		connection->order = ++acceptor.order;
	} else if (size > 0 && (size_t)size <= sizeof(data) &&
	    otp_wire_is_other_version(data, (size_t)size)) {
		uint8_t version[OTP_WIRE_VERSION_SIZE];

		otp_wire_put_version(version);
		(void)send(connection->fd, version, sizeof(version),
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	otp_wipe(data, sizeof(data));
	if (connection->step != OTP_CONNECTION_QUEUED)
		otp_connection_close(connection);
	else if ((reached = connection_count(listener, connection)) > 0)
		connection_refuse(listener, connection,
		    &(const struct otp_fault){ .numbers = { reached } });
}

/*
 * Count what CONNECTION asks for, before any file is opened.  Returns the time
 * in seconds of a limit that is reached, or 0.
 */
static unsigned long
connection_count(enum otp_listener listener, struct otp_connection *connection)
{
	const enum otp_wire_verb verb = connection->request->verb;
	const uint32_t peer = connection->peer;
	const int64_t now = acceptor.now;

	if (listener != OTP_LISTENER_USER)
		return 0;
	connection->is_put = is_put(connection->request);
	if (!otp_limits_count(limits_of(verb), peer, now))
		return OTP_LIMITS_MINUTE / 1000;
	if (!connection->is_put)
		return 0;
	/* It may succeed, and so counts until it has not. */
	if (!otp_limits_count(&acceptor.puts_done, peer, now))
		return OTP_LIMITS_HOUR / 1000;
	if (otp_limits_count(&acceptor.puts_tried, peer, now))
		return 0;
	otp_limits_return(&acceptor.puts_done, peer);
	return OTP_LIMITS_HOUR / 1000;
}

/* Give workers to those that wait, in the order in which they came. */
static void
listener_dispatch(enum otp_listener listener)
{
	struct otp_connection *next;

	while ((next = otp_connection_next(listener)) != NULL)
		if (next->fd < 0 && otp_wire_is_own(next->request->verb)) {
			/* Its user was told that it is not known. */
			connection_uncount(
			    listener, next, next->request->verb, true);
			otp_connection_close(next);
		} else if (otp_child_start(&acceptor.sockets, acceptor.conf,
			       listener, next)) {
			next->step = OTP_CONNECTION_WORKING;
			otp_connection_wipe(next);
		} else {
			const struct otp_fault fault = { .errnum = errno };

			connection_uncount(
			    listener, next, next->request->verb, false);
			connection_refuse(listener, next, &fault);
		}
}

/* The worker has answered, all at once, or has ended without that. */
static void
connection_finish(enum otp_listener listener, struct otp_connection *connection)
{
	struct otp_wire_answer answer;

	if (!otp_child_finish(listener, connection, &answer)) {
		/*
		 * It may have changed tokens before it was killed: it counts.
		 */
		otp_connection_close(connection);
		return;
	}
	if (answer.err != OTP_OK &&
	    ((answer.verb != OTP_WIRE_TRY && answer.verb != OTP_WIRE_SEND) ||
		answer.err == OTP_ERR_DENIED) &&
	    otp_limits_log(&acceptor.lines, connection->peer, acceptor.now))
		otp_report_refused(
		    listener, connection->peer, answer.err, &answer.fault);
	connection->denied = answer.err == OTP_ERR_DENIED;
	if (!answer.committed)
		connection_uncount(listener, connection, answer.verb,
		    connection->denied || is_unasked(&answer));
	connection_answer(listener, connection, is_refusal(&answer));
	otp_wipe(&answer, sizeof(answer));
}

/*
 * Whether the user database did not say who asks, so that nothing was done.  A
 * user can have thousands of uids without an account (subuid(5)): if each of
 * them kept a place, none would be left for users whom another database knows.
 */
static bool
is_unasked(const struct otp_wire_answer *answer)
{
	return answer->err != OTP_OK &&
	    answer->fault.detail == OTP_DETAIL_USER_DATABASE;
}

/* VERB changed no tokens, or was DENIED altogether. */
static void
connection_uncount(enum otp_listener listener,
    const struct otp_connection *connection, enum otp_wire_verb verb,
    bool denied)
{
	if (listener != OTP_LISTENER_USER)
		return;
	if (connection->is_put)
		otp_limits_return(&acceptor.puts_done, connection->peer);
	if (connection->is_put && denied)
		otp_limits_return(&acceptor.puts_tried, connection->peer);
	if (denied)
		otp_limits_return(limits_of(verb), connection->peer);
}

/*
 * What takes the lock of a state is limited as a try; the rest costs a process.
 */
static struct otp_limits *
limits_of(enum otp_wire_verb verb)
{
	return verb == OTP_WIRE_TRY || verb == OTP_WIRE_FORGET ||
		verb == OTP_WIRE_RESYNC || otp_wire_is_own(verb)
	    ? &acceptor.tries
	    : &acceptor.looks;
}

/* A message to an address that is not the account's yet counts as well. */
static bool
is_put(const struct otp_wire_request *request)
{
	return request->verb == OTP_WIRE_PUT ||
	    (request->verb == OTP_WIRE_ADDRESS &&
		request->change.step == OTP_OWN_ADD);
}

/* A send that is allowed is answered at once, whatever became of it. */
static bool
is_refusal(const struct otp_wire_answer *answer)
{
	if (answer->verb == OTP_WIRE_SEND)
		return answer->err == OTP_ERR_DENIED;
	return answer->err != OTP_OK ||
	    (answer->verb == OTP_WIRE_TRY &&
		answer->answer.verdict != OTP_VERDICT_ACCEPT) ||
	    (answer->verb == OTP_WIRE_RESYNC &&
		answer->resync != OTP_VERDICT_ACCEPT) ||
	    (otp_wire_is_own(answer->verb) &&
		answer->own.verdict != OTP_VERDICT_ACCEPT);
}

/* A limit is reached: answer without a worker. */
static void
connection_refuse(enum otp_listener listener, struct otp_connection *connection,
    const struct otp_fault *fault)
{
	struct otp_wire_answer answer = {
		.version = connection->request->version,
		.verb = connection->request->verb,
		.err = OTP_ERR_LIMIT,
		.fault = *fault,
	};

	memcpy(answer.account, connection->request->request.account,
	    sizeof(answer.account));
	otp_connection_wipe(connection);
	if (otp_limits_log(&acceptor.lines, connection->peer, acceptor.now))
		otp_report_refused(
		    listener, connection->peer, answer.err, &answer.fault);
	if (otp_wire_put_answer(&answer, connection->answer) != OTP_OK)
		otp_connection_close(connection);
	else
		connection_answer(listener, connection, true);
}

static void
connection_answer(
    enum otp_listener listener, struct otp_connection *connection, bool refused)
{
	const int64_t last = connection->due - HOLD_LEFT;

	connection->step = OTP_CONNECTION_HELD;
	connection->due = acceptor.now + HOLD;
	if (connection->due > last)
		connection->due = last;
	if (!refused || listener == OTP_LISTENER_ROOT || connection->fd < 0)
		connection_send(connection);
}

/* At once, or not at all. */
static void
connection_send(struct otp_connection *connection)
{
	if (connection->fd >= 0)
		(void)send(connection->fd, connection->answer,
		    OTP_WIRE_ANSWER_SIZE, MSG_DONTWAIT | MSG_NOSIGNAL);
	otp_connection_close(connection);
}
