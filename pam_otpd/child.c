/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with its test in tests/daemon/daemon_test.c:
 *
 * 1. A process that has answered one uid on one socket answers no other
 *    (daemon__keeps_a_process_for_one_caller).
 * 2. It ends after any request but a look or a try
 *    (daemon__keeps_no_process_that_did_more).
 * 3. It keeps no secret of what it answered
 *    (daemon__keeps_no_secret_in_a_process).
 */
#include "config.h"

#include "pam_otpd/child.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include "common/core/wipe.h"
#include "common/store/path.h"
#include "pam_otpd/worker.h"

/* What a child is given to do, by a process of the same program. */
struct task {
	enum otp_listener listener;
	uint32_t peer;
	struct otp_wire_request request;
};

static int ready = -1; /* our end of the one that is ready */

/* Those that are kept, and for whom; the first 'count' of them. */
struct kept {
	int fd; /* our end */
	enum otp_listener listener;
	uint32_t peer;
};

static struct {
	unsigned count;
	struct kept list[OTP_WORKERS_ALL];
} kept;

/* In a child: what it answers if the user database does not, and where to. */
static struct {
	int fd;
	uint8_t data[OTP_WIRE_ANSWER_SIZE];
} late;

static int kept_take(enum otp_listener, uint32_t);
static void kept_give_way(enum otp_listener);
static void kept_add(enum otp_listener, uint32_t, int);
static void kept_remove(unsigned);
static bool is_kept_after(enum otp_wire_verb);
static _Noreturn void child_main(struct otp_sockets, const char *, int);
static void kept_leave(void);
static bool child_wait(int, struct task *);
static bool child_answer(int, const struct task *, const char *);
static bool alarm_prepare(int);
static bool alarm_answer(const struct otp_wire_request *);

bool
otp_child_prepare(const struct otp_sockets *sockets, const char *conf)
{
	int ends[2] = { -1, -1 };
	int errnum = 0;
	pid_t pid;

	if (ready >= 0)
		return true;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return false;
	pid = fork();
	if (pid == 0) {
		otp_path_close(&ends[0]);
		child_main(*sockets, conf, ends[1]);
	}
	errnum = errno;
	otp_path_close(&ends[1]);
	if (pid > 0)
		ready = ends[0];
	else
		otp_path_close(&ends[0]);
	errno = errnum;
	return pid > 0;
}

void
otp_child_dismiss(void)
{
	otp_path_close(&ready);
}

/* One that was killed in the meantime is replaced. */
bool
otp_child_start(const struct otp_sockets *sockets, const char *conf,
    enum otp_listener listener, struct otp_connection *connection)
{
	struct task task;
	int fd = kept_take(listener, connection->peer);
	ssize_t sent = -1;

	memset(&task, 0, sizeof(task));
	task.listener = listener;
	task.peer = connection->peer;
	task.request = *connection->request;
	if (fd >= 0)
		sent = send(fd, &task, sizeof(task), MSG_NOSIGNAL);
	for (unsigned i = 0; i < 2 && sent < 0; i++) {
		otp_path_close(&fd);
		kept_give_way(listener);
		if (!otp_child_prepare(sockets, conf))
			break;
		fd = ready;
		ready = -1;
		sent = send(fd, &task, sizeof(task), MSG_NOSIGNAL);
	}
	otp_wipe(&task, sizeof(task));
	if (sent < 0) {
		otp_path_close(&fd);
		return false;
	}
	connection->worker = fd;
	return true;
}

/* Our end of one that is kept for PEER of LISTENER, or -1. */
static int
kept_take(enum otp_listener listener, uint32_t peer)
{
	for (unsigned i = 0; i < kept.count; i++)
		if (kept.list[i].listener == listener &&
		    kept.list[i].peer == peer) {
			const int fd = kept.list[i].fd;

			kept_remove(i);
			return fd;
		}
	return -1;
}

/*
 * LISTENER gets a process for a caller for whom none is kept: the one that was
 * kept first for another ends, so that no socket has more than its workers.
 */
static void
kept_give_way(enum otp_listener listener)
{
	for (unsigned i = 0; i < kept.count; i++)
		if (kept.list[i].listener == listener) {
			otp_path_close(&kept.list[i].fd);
			kept_remove(i);
			return;
		}
}

static void
kept_add(enum otp_listener listener, uint32_t peer, int fd)
{
	if (kept.count < OTP_WORKERS_ALL)
		kept.list[kept.count++] = (struct kept){
			.fd = fd,
			.listener = listener,
			.peer = peer,
		};
	else
		otp_path_close(&fd);
}

/* NUMBER is not in the list any more; the others keep their order. */
static void
kept_remove(unsigned number)
{
	kept.count--;
	memmove(&kept.list[number], &kept.list[number + 1],
	    (kept.count - number) * sizeof(kept.list[0]));
}

static bool
is_kept_after(enum otp_wire_verb verb)
{
	return verb == OTP_WIRE_LOOK || verb == OTP_WIRE_TRY ||
	    verb == OTP_WIRE_TOLD;
}

/*
 * A child keeps no connection open, and finishes what it has read, whatever the
 * caller or the acceptor does.
 */
static _Noreturn void
child_main(struct otp_sockets sockets, const char *conf, int fd)
{
	const struct sigaction ignored = { .sa_handler = SIG_IGN };
	struct task task;
	bool goes_on = alarm_prepare(fd);

	(void)sigaction(SIGTERM, &ignored, NULL);
	(void)sigaction(SIGINT, &ignored, NULL);
	for (unsigned i = 0; i < OTP_LISTENERS; i++)
		otp_path_close(&sockets.fds[i]);
	otp_connections_leave();
	kept_leave();
	while (goes_on && child_wait(fd, &task)) {
		goes_on = child_answer(fd, &task, conf) &&
		    is_kept_after(task.request.verb);
		otp_wipe(&task, sizeof(task));
	}
	_exit(0);
}

/* A sibling's answers are not for this process. */
static void
kept_leave(void)
{
	for (unsigned i = 0; i < kept.count; i++)
		otp_path_close(&kept.list[i].fd);
}

/* Returns false if there is nothing to do any more. */
static bool
child_wait(int fd, struct task *ret_task)
{
	ssize_t size = -1;

	do
		size = recv(fd, ret_task, sizeof(*ret_task), 0);
	while (size < 0 && errno == EINTR);
	return size == (ssize_t)sizeof(*ret_task);
}

static bool
child_answer(int fd, const struct task *task, const char *conf)
{
	const struct otp_job job = {
		.listener = task->listener,
		.peer = task->peer,
		.conf = conf,
		.request = &task->request,
	};
	struct otp_wire_answer answer;
	uint8_t data[OTP_WIRE_ANSWER_SIZE];
	bool written = false;

	if (!alarm_answer(&task->request))
		return false;
	otp_worker_run(&job, &answer);
	written = otp_wire_put_answer(&answer, data) == OTP_OK &&
	    send(fd, data, sizeof(data), MSG_NOSIGNAL) == (ssize_t)sizeof(data);
	otp_wipe(&answer, sizeof(answer));
	otp_wipe(data, sizeof(data));
	return written;
}

/* So far nothing was done, and so nothing is left undone. */
static void
on_alarm(int number)
{
	(void)number;
	(void)send(late.fd, late.data, sizeof(late.data), MSG_NOSIGNAL);
	_exit(1);
}

/* A user database that hangs cannot be left in another way. */
static bool
alarm_prepare(int fd)
{
	const struct sigaction ending = { .sa_handler = on_alarm };

	late.fd = fd;
	return sigaction(SIGALRM, &ending, NULL) == 0;
}

static bool
alarm_answer(const struct otp_wire_request *request)
{
	struct otp_wire_answer answer = {
		.version = request->version,
		.verb = request->verb,
		.err = OTP_ERR_READ,
		.fault = { .errnum = ETIMEDOUT,
		    .detail = OTP_DETAIL_USER_DATABASE },
	};

	memcpy(
	    answer.account, request->request.account, sizeof(answer.account));
	return otp_wire_put_answer(&answer, late.data) == OTP_OK;
}

bool
otp_child_finish(enum otp_listener listener, struct otp_connection *connection,
    struct otp_wire_answer *ret_answer)
{
	ssize_t size = -1;
	bool answered = false;

	do
		size = recv(connection->worker, connection->answer,
		    OTP_WIRE_ANSWER_SIZE, 0);
	while (size < 0 && errno == EINTR);
	answered = size > 0 &&
	    otp_wire_get_answer(connection->answer, (size_t)size, ret_answer) ==
		OTP_OK;
	/* One that met an error may have ended with it. */
	if (answered && ret_answer->err == OTP_OK &&
	    is_kept_after(ret_answer->verb))
		kept_add(listener, connection->peer, connection->worker);
	else
		otp_path_close(&connection->worker);
	connection->worker = -1;
	return answered;
}
