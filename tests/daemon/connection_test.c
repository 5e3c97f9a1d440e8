/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "pam_otpd/connection.h"

#define PEER	 1000
#define OTHER	 1001
#define ROOTS	 8 /* workers of "root" */
#define OF_USERS 4 /* and of the others, each */

static int
setup(void **state)
{
	(void)state;
	otp_connections_prepare();
	return 0;
}

/* Number NUMBER of LISTENER. */
static struct otp_connection *
of(enum otp_listener listener, unsigned number)
{
	return otp_connection_at((unsigned)listener * OTP_CONNECTIONS + number);
}

/* Number NUMBER of LISTENER is of PEER, does STEP until DUE, and came then. */
static struct otp_connection *
at(enum otp_listener listener, unsigned number, enum otp_connection_step step,
    int64_t due)
{
	struct otp_connection *connection = of(listener, number);

	connection->step = step;
	connection->peer = PEER;
	connection->due = due;
	connection->order = (uint64_t)due;
	return connection;
}

/* All of LISTENER do STEP, and end one after the other from 100 on. */
static void
fill(enum otp_listener listener, enum otp_connection_step step)
{
	for (unsigned i = 0; i < OTP_CONNECTIONS; i++)
		(void)at(listener, i, step, 100 + (int64_t)i);
}

static int
open_one(void)
{
	const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static void
connections__are_all_free_and_apart(void **state)
{
	(void)state;
	for (unsigned i = 0; i < OTP_CONNECTIONS_ALL; i++) {
		struct otp_connection *connection = otp_connection_at(i);

		assert_int_equal(connection->step, OTP_CONNECTION_FREE);
		assert_int_equal(connection->fd, -1);
		assert_int_equal(connection->worker, -1);
		connection->order = i;
		connection->request->token = i;
		memset(
		    connection->answer, (int)(i % 251), OTP_WIRE_ANSWER_SIZE);
	}
	for (unsigned i = 0; i < OTP_CONNECTIONS_ALL; i++) {
		struct otp_connection *connection = otp_connection_at(i);

		assert_int_equal(connection->order, i);
		assert_int_equal(connection->request->token, i);
		assert_int_equal(connection->answer[0], i % 251);
		assert_int_equal(
		    connection->answer[OTP_WIRE_ANSWER_SIZE - 1], i % 251);
	}
}

static void
connections__are_busy_while_one_waits_or_works(void **state)
{
	static const enum otp_connection_step steps[] = { OTP_CONNECTION_QUEUED,
		OTP_CONNECTION_WORKING };

	(void)state;
	assert_false(otp_connections_are_busy());
	fill(OTP_LISTENER_ROOT, OTP_CONNECTION_READING);
	fill(OTP_LISTENER_USER, OTP_CONNECTION_HELD);
	assert_false(otp_connections_are_busy());
	for (size_t i = 0; i < COUNT(steps); i++)
		for (unsigned n = 0; n < OTP_CONNECTIONS_ALL; n++) {
			struct otp_connection *one = otp_connection_at(n);
			const enum otp_connection_step before = one->step;

			one->step = steps[i];
			assert_true(otp_connections_are_busy());
			one->step = before;
		}
}

static void
connections__take_a_free_place(void **state)
{
	const enum otp_listener user = OTP_LISTENER_USER;

	(void)state;
	fill(user, OTP_CONNECTION_READING);
	(void)at(user, 40, OTP_CONNECTION_FREE, 1000);
	assert_ptr_equal(otp_connection_place(user), of(user, 40));
	/* Those of another socket are not looked at. */
	assert_ptr_equal(
	    otp_connection_place(OTP_LISTENER_ROOT), of(OTP_LISTENER_ROOT, 0));
	(void)at(user, 40, OTP_CONNECTION_READING, 1000);
	(void)at(user, OTP_CONNECTIONS - 1, OTP_CONNECTION_FREE, 1000);
	assert_ptr_equal(
	    otp_connection_place(user), of(user, OTP_CONNECTIONS - 1));
}

/*
 * A caller that says nothing goes first, then one that may not ask, then one that
 * was refused.
 */
static void
connections__make_room_in_order(void **state)
{
	const enum otp_listener user = OTP_LISTENER_USER;

	(void)state;
	fill(user, OTP_CONNECTION_WORKING);
	assert_null(otp_connection_place(user));
	fill(user, OTP_CONNECTION_QUEUED);
	assert_null(otp_connection_place(user));
	(void)at(user, 20, OTP_CONNECTION_HELD, 50);
	assert_ptr_equal(otp_connection_place(user), of(user, 20));
	at(user, 10, OTP_CONNECTION_HELD, 60)->denied = true;
	assert_ptr_equal(otp_connection_place(user), of(user, 10));
	at(user, 30, OTP_CONNECTION_HELD, 60)->denied = true;
	assert_ptr_equal(otp_connection_place(user), of(user, 10));
	(void)at(user, 30, OTP_CONNECTION_READING, 90);
	assert_ptr_equal(otp_connection_place(user), of(user, 30));
	(void)at(user, 5, OTP_CONNECTION_READING, 91);
	assert_ptr_equal(otp_connection_place(user), of(user, 30));
}

/* Of two alike it is the one that ends first; of equal ones, the first. */
static void
connections__make_room_of_the_oldest(void **state)
{
	static const struct {
		enum otp_connection_step step;
		bool denied;
	} kinds[] = {
		{ OTP_CONNECTION_READING, false },
		{ OTP_CONNECTION_HELD, true },
		{ OTP_CONNECTION_HELD, false },
	};
	const enum otp_listener service = OTP_LISTENER_SERVICE;

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		fill(service, kinds[i].step);
		for (unsigned n = 0; n < OTP_CONNECTIONS; n++)
			of(service, n)->denied = kinds[i].denied;
		of(service, 1)->due = of(service, 63)->due = 99;
		assert_ptr_equal(otp_connection_place(service), of(service, 1));
		of(service, 63)->due = 98;
		assert_ptr_equal(
		    otp_connection_place(service), of(service, 63));
	}
}

static void
connections__are_counted_for_a_uid(void **state)
{
	const enum otp_listener user = OTP_LISTENER_USER;

	(void)state;
	assert_int_equal(otp_connections_of(user, PEER), 0);
	assert_int_equal(otp_connections_of(user, 0), 0);
	(void)at(user, 0, OTP_CONNECTION_READING, 1);
	(void)at(user, 1, OTP_CONNECTION_HELD, 1);
	(void)at(user, OTP_CONNECTIONS - 1, OTP_CONNECTION_WORKING, 1);
	at(user, 2, OTP_CONNECTION_QUEUED, 1)->peer = OTHER;
	(void)at(user, 3, OTP_CONNECTION_FREE, 1);
	(void)at(OTP_LISTENER_ROOT, 0, OTP_CONNECTION_READING, 1);
	assert_int_equal(otp_connections_of(user, PEER), 3);
	assert_int_equal(otp_connections_of(user, OTHER), 1);
	assert_int_equal(otp_connections_of(OTP_LISTENER_ROOT, PEER), 1);
	/* The next one after those of "service" is of "user". */
	assert_int_equal(otp_connections_of(OTP_LISTENER_SERVICE, PEER), 0);
}

static void
connections__wait_in_the_order_in_which_they_came(void **state)
{
	const enum otp_listener service = OTP_LISTENER_SERVICE;

	(void)state;
	assert_null(otp_connection_next(service));
	fill(service, OTP_CONNECTION_READING);
	assert_null(otp_connection_next(service));
	(void)at(service, 7, OTP_CONNECTION_QUEUED, 5);
	(void)at(service, 3, OTP_CONNECTION_QUEUED, 6);
	(void)at(service, OTP_CONNECTIONS - 1, OTP_CONNECTION_QUEUED, 4);
	assert_ptr_equal(
	    otp_connection_next(service), of(service, OTP_CONNECTIONS - 1));
	(void)at(service, 63, OTP_CONNECTION_FREE, 0);
	assert_ptr_equal(otp_connection_next(service), of(service, 7));
	(void)at(service, 7, OTP_CONNECTION_FREE, 0);
	assert_ptr_equal(otp_connection_next(service), of(service, 3));
	/* Of equal ones it is the first. */
	(void)at(service, 9, OTP_CONNECTION_QUEUED, 6);
	assert_ptr_equal(otp_connection_next(service), of(service, 3));
	/* The next one after those of "root" is of "service". */
	(void)at(service, 0, OTP_CONNECTION_QUEUED, 1);
	assert_null(otp_connection_next(OTP_LISTENER_ROOT));
}

/* Each socket has its own, so that none waits for another's. */
static void
connections__have_so_many_workers(void **state)
{
	static const unsigned most[OTP_LISTENERS] = {
		[OTP_LISTENER_ROOT] = ROOTS,
		[OTP_LISTENER_SERVICE] = OF_USERS,
		[OTP_LISTENER_USER] = OF_USERS,
	};

	(void)state;
	for (unsigned i = 0; i < OTP_LISTENERS; i++) {
		const enum otp_listener listener = (enum otp_listener)i;

		at(listener, 63, OTP_CONNECTION_QUEUED, 1)->peer = OTHER;
		for (unsigned n = 0; n < most[i]; n++) {
			assert_ptr_equal(
			    otp_connection_next(listener), of(listener, 63));
			at(listener, n, OTP_CONNECTION_WORKING, 1)->peer =
			    2000 + n;
		}
		assert_null(otp_connection_next(listener));
	}
}

/* On "user", a uid has one request at a time, answered or held. */
static void
connections__of_a_uid_wait_for_each_other(void **state)
{
	static const struct {
		enum otp_connection_step step;
		bool busy;
	} steps[] = {
		{ OTP_CONNECTION_FREE, false },
		{ OTP_CONNECTION_READING, false },
		{ OTP_CONNECTION_WORKING, true },
		{ OTP_CONNECTION_HELD, true },
	};
	const enum otp_listener user = OTP_LISTENER_USER;

	(void)state;
	for (size_t i = 0; i < COUNT(steps); i++)
		for (unsigned n = 0; n < OTP_CONNECTIONS; n += 63) {
			otp_connections_prepare();
			(void)at(user, n, steps[i].step, 1);
			(void)at(user, 10, OTP_CONNECTION_QUEUED, 2);
			at(user, 11, OTP_CONNECTION_QUEUED, 3)->peer = OTHER;
			assert_ptr_equal(otp_connection_next(user),
			    of(user, steps[i].busy ? 11 : 10));
			/* What the uid does elsewhere does not count. */
			otp_connections_prepare();
			(void)at(OTP_LISTENER_SERVICE, n, steps[i].step, 1);
			(void)at(OTP_LISTENER_ROOT, n, steps[i].step, 1);
			(void)at(user, 10, OTP_CONNECTION_QUEUED, 2);
			assert_ptr_equal(
			    otp_connection_next(user), of(user, 10));
			(void)at(
			    OTP_LISTENER_ROOT, 9, OTP_CONNECTION_WORKING, 1);
			(void)at(
			    OTP_LISTENER_ROOT, 10, OTP_CONNECTION_QUEUED, 2);
			assert_ptr_equal(otp_connection_next(OTP_LISTENER_ROOT),
			    of(OTP_LISTENER_ROOT, 10));
		}
}

static bool
is_zero(const void *bytes, size_t size)
{
	const uint8_t *byte = bytes;

	while (size > 0 && *byte == 0) {
		byte++;
		size--;
	}
	return size == 0;
}

static void
connections__are_wiped(void **state)
{
	struct otp_connection *connection = of(OTP_LISTENER_USER, 5);
	struct otp_wire_request *request = connection->request;

	(void)state;
	memset(request, 'x', sizeof(*request));
	otp_connection_wipe(connection);
	assert_true(is_zero(request->typed, sizeof(request->typed)));
	assert_true(is_zero(request->second, sizeof(request->second)));
	assert_true(is_zero(&request->change, sizeof(request->change)));
	assert_int_equal(request->request.account[0], 'x');
}

static void
connections__are_closed_and_free(void **state)
{
	struct otp_connection *connection =
	    at(OTP_LISTENER_USER, 5, OTP_CONNECTION_HELD, 7);
	struct otp_wire_request *request = connection->request;
	uint8_t *answer = connection->answer;
	const int fd = open_one(), worker = open_one();

	(void)state;
	connection->fd = fd;
	connection->worker = worker;
	connection->denied = true;
	memset(request, 'x', sizeof(*request));
	memset(answer, 'x', OTP_WIRE_ANSWER_SIZE);
	otp_connection_close(connection);
	assert_false(is_open(fd));
	assert_false(is_open(worker));
	assert_int_equal(connection->step, OTP_CONNECTION_FREE);
	assert_int_equal(connection->fd, -1);
	assert_int_equal(connection->worker, -1);
	assert_false(connection->denied);
	assert_ptr_equal(connection->request, request);
	assert_ptr_equal(connection->answer, answer);
	assert_true(is_zero(request, sizeof(*request)));
	assert_true(is_zero(answer, OTP_WIRE_ANSWER_SIZE));
}

/* A process that answers has none of them; the rest of each is as it was. */
static void
connections__are_left_by_a_worker(void **state)
{
	int fds[4];

	(void)state;
	for (size_t i = 0; i < COUNT(fds); i++)
		fds[i] = open_one();
	of(OTP_LISTENER_ROOT, 0)->fd = fds[0];
	of(OTP_LISTENER_USER, OTP_CONNECTIONS - 1)->worker = fds[1];
	at(OTP_LISTENER_SERVICE, 3, OTP_CONNECTION_WORKING, 9)->fd = fds[2];
	of(OTP_LISTENER_SERVICE, 3)->worker = fds[3];
	otp_connections_leave();
	for (size_t i = 0; i < COUNT(fds); i++)
		assert_false(is_open(fds[i]));
	assert_int_equal(
	    of(OTP_LISTENER_SERVICE, 3)->step, OTP_CONNECTION_WORKING);
	assert_int_equal(of(OTP_LISTENER_SERVICE, 3)->due, 9);
}

/* Descriptor 0 is one like others: a daemon may be started without. */
static void
connections__with_the_descriptor_0_are_left(void **state)
{
	const int kept = dup(0);

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		(void)close(0);
		assert_int_equal(open("/dev/null", O_RDONLY), 0);
		if (i == 0)
			of(OTP_LISTENER_USER, 1)->fd = 0;
		else
			of(OTP_LISTENER_USER, 1)->worker = 0;
		otp_connections_leave();
		assert_false(is_open(0));
	}
	if (kept >= 0)
		assert_int_equal(dup2(kept, 0), 0);
	if (kept >= 0)
		(void)close(kept);
}

#define CONNECTIONS_TEST(test) cmocka_unit_test_setup(test, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CONNECTIONS_TEST(connections__are_all_free_and_apart),
		CONNECTIONS_TEST(
		    connections__are_busy_while_one_waits_or_works),
		CONNECTIONS_TEST(connections__take_a_free_place),
		CONNECTIONS_TEST(connections__make_room_in_order),
		CONNECTIONS_TEST(connections__make_room_of_the_oldest),
		CONNECTIONS_TEST(connections__are_counted_for_a_uid),
		CONNECTIONS_TEST(
		    connections__wait_in_the_order_in_which_they_came),
		CONNECTIONS_TEST(connections__have_so_many_workers),
		CONNECTIONS_TEST(connections__of_a_uid_wait_for_each_other),
		CONNECTIONS_TEST(connections__are_wiped),
		CONNECTIONS_TEST(connections__are_closed_and_free),
		CONNECTIONS_TEST(connections__are_left_by_a_worker),
		CONNECTIONS_TEST(connections__with_the_descriptor_0_are_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
