/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logins of programs that are not root, with a pam_otpd(8) that answers whatever
 * the test wants.
 */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "common/effects/options_load.h"
#include "common/link/client.h"
#include "common/link/wire.h"
#include "tests/lib/host.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define UNAVAILABLE                                               \
	"Codes cannot be checked right now. Please contact your " \
	"administrator."

/* --- time, which goes on at once where the module waits ------------------- */

static bool hurry;
static unsigned polls;
static unsigned hang_ups; /* that were waited for */

static bool may_hurry(void);
static void wait_for_hang_up(void);

/*
 * The module finds these first.  (A pragma, for libc may have poll() as an
 * inline function, and clang takes no attribute after that.)
 */
#pragma GCC visibility push(default)

int
poll(struct pollfd *fds, nfds_t count, int timeout)
{
	const struct timespec now = { 0 }, moment = { .tv_nsec = 1000000 };
	const struct timespec patience = { .tv_sec = 20 };

	assert_true(timeout > 0 && timeout <= 10001);
	if (polls++ == 0 && !hurry) {
		errno = EINTR;
		return -1;
	}
	if (fds[0].events == POLLOUT)
		wait_for_hang_up();
	if (!hurry)
		return ppoll(fds, count, &patience, NULL);
	while (!may_hurry())
		if (ppoll(fds, count, &moment, NULL) > 0)
			return 1;
	if (ppoll(fds, count, &now, NULL) > 0)
		return 1;
	fake.ahead += timeout / 1000 + 1;
	return 0;
}

int
nanosleep(const struct timespec *time, struct timespec *rest)
{
	(void)rest;
	assert_true(time->tv_sec == 0 && time->tv_nsec == 10000000);
	fake.ahead++;
	return 0;
}

/* Some kernels raise SIGPIPE on such a socket, and others never do. */
ssize_t
send(int fd, const void *data, size_t size, int flags)
{
	assert_true((flags & MSG_NOSIGNAL) != 0);
	return sendto(fd, data, size, flags, NULL, 0);
}

#pragma GCC visibility pop

/* --- the daemon ------------------------------------------------------------ */

/* What it does with a message of the verb in 'at'. */
enum manner {
	ANSWERS = 0,
	SAYS_NOTHING,
	HANGS_UP,	 /* once it has the message */
	HANGS_UP_UNREAD, /* before */
	ANSWERS_SHORT,
	ANSWERS_LONG,
	ANSWERS_VERY_LONG,
	ANSWERS_NOTHING,    /* no byte */
	ANSWERS_OTHERWISE,  /* of another verb */
	ANSWERS_OF_ANOTHER, /* account */
	ANSWERS_RUBBISH,
	ANSWERS_VERSION, /* its own, which is another */
	FLIPS,		 /* a bit of its answer */
};

/* Shared with the process that is the daemon. */
struct daemon {
	enum manner manner;
	enum otp_wire_verb at;
	unsigned byte; /* FLIPS */
	uint8_t mask;
	struct otp_look look;
	struct otp_answer answer;
	struct otp_sent sent;
	enum otp_err look_err, try_err, send_err;
	struct otp_fault fault;
	/* what it got */
	unsigned connections;
	unsigned messages[OTP_WIRE_SEND + 1];
	unsigned versions; /* messages that asked for it */
	struct otp_wire_request looked, tried, asked_to_send;
	uid_t peer;
	_Atomic bool is_silent; /* and will be */
	_Atomic unsigned hung_up;
};

static struct daemon *there;
static pid_t daemon_pid = -1;
static int listener = -1;

static bool
may_hurry(void)
{
	return there->is_silent;
}

/* So that what is sent then is sent to no one. */
static void
wait_for_hang_up(void)
{
	if (there->manner != HANGS_UP_UNREAD)
		return;
	hang_ups++;
	while (there->hung_up < hang_ups)
		(void)usleep(1000);
}

static size_t
spoil(uint8_t data[OTP_WIRE_MAX + 1], size_t size)
{
	switch (there->manner) {
	case ANSWERS_SHORT:
		return size - 1;
	case ANSWERS_LONG:
		return size + 1;
	case ANSWERS_VERY_LONG:
		return OTP_WIRE_MAX + 1;
	case ANSWERS_RUBBISH:
		memset(data, 'x', size);
		return size;
	case ANSWERS_VERSION:
		otp_wire_put_version(data);
		data[4]++;
		return OTP_WIRE_VERSION_SIZE;
	case FLIPS:
		data[there->byte] ^= there->mask;
		return size;
	case ANSWERS:
	case SAYS_NOTHING:
	case HANGS_UP:
	case HANGS_UP_UNREAD:
	case ANSWERS_NOTHING:
	case ANSWERS_OTHERWISE:
	case ANSWERS_OF_ANOTHER:
		break;
	}
	return size;
}

static size_t
answer_to(const struct otp_wire_request *request, bool spoiled,
    uint8_t data[OTP_WIRE_MAX + 1])
{
	struct otp_wire_answer answer = { .verb = request->verb };

	strcpy(answer.account, request->request.account);
	answer.look = there->look;
	answer.answer = there->answer;
	answer.sent = there->sent;
	answer.noted = true;
	answer.fault = there->fault;
	answer.err =
	    request->verb == OTP_WIRE_LOOK ? there->look_err : there->try_err;
	if (request->verb == OTP_WIRE_SEND) {
		answer.err = there->send_err;
		answer.answer =
		    (struct otp_answer){ .verdict = OTP_VERDICT_REJECT };
	}
	if (request->verb == OTP_WIRE_TOLD)
		answer.answer =
		    (struct otp_answer){ .verdict = OTP_VERDICT_REJECT };
	if (spoiled && there->manner == ANSWERS_OTHERWISE)
		answer.verb = request->verb == OTP_WIRE_LOOK ? OTP_WIRE_TOLD
							     : OTP_WIRE_LOOK;
	if (answer.verb == OTP_WIRE_TOLD)
		answer.answer =
		    (struct otp_answer){ .verdict = OTP_VERDICT_REJECT };
	if (spoiled && there->manner == ANSWERS_OF_ANOTHER)
		strcpy(answer.account, "bob");
	if (otp_wire_put_answer(&answer, data) != OTP_OK)
		_exit(3);
	return spoiled ? spoil(data, OTP_WIRE_ANSWER_SIZE)
		       : OTP_WIRE_ANSWER_SIZE;
}

static size_t
version_of(uint8_t data[OTP_WIRE_MAX + 1])
{
	otp_wire_put_version(data);
	return there->manner == ANSWERS_NOTHING
	    ? 0
	    : spoil(data, OTP_WIRE_VERSION_SIZE);
}

static void
serve(int fd)
{
	struct otp_wire_request request = { 0 };
	struct ucred peer = { 0 };
	socklen_t size = sizeof(peer);
	uint8_t data[OTP_WIRE_MAX + 1] = { 0 };
	bool spoiled;
	ssize_t got;

	there->connections++;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0)
		there->peer = peer.uid;
	if (there->manner == HANGS_UP_UNREAD)
		return;
	got = recv(fd, data, sizeof(data), 0);
	if (got == OTP_WIRE_VERSION_SIZE &&
	    otp_wire_is_other_version(data, (size_t)got)) {
		there->versions++;
		if (there->manner != HANGS_UP)
			(void)send(fd, data, version_of(data), MSG_NOSIGNAL);
		return;
	}
	if (got <= 0 ||
	    otp_wire_get_request(data, (size_t)got, &request) != OTP_OK)
		return;
	there->messages[request.verb]++;
	if (request.verb == OTP_WIRE_LOOK)
		there->looked = request;
	else if (request.verb == OTP_WIRE_TRY)
		there->tried = request;
	else if (request.verb == OTP_WIRE_SEND)
		there->asked_to_send = request;
	memset(data, 0, sizeof(data));
	spoiled = there->manner != ANSWERS && request.verb == there->at;
	if (spoiled && there->manner == HANGS_UP)
		return;
	if (spoiled && there->manner == SAYS_NOTHING) {
		there->is_silent = true;
		(void)recv(fd, data, sizeof(data), 0); /* until it hangs up */
		there->is_silent = false;
		return;
	}
	(void)send(fd, data,
	    spoiled && there->manner == ANSWERS_NOTHING
		? 0
		: answer_to(&request, spoiled, data),
	    MSG_NOSIGNAL);
}

static void
listen_as(struct host *host, uid_t user, const char *name, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char path[HOST_PATH_SIZE];

	host_path(host, path, "run/%s", name);
	strcpy(address.sun_path, path);
	listener = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	assert_true(listener > 2);
	assert_int_equal(
	    bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(seteuid(user), 0);
	assert_int_equal(listen(listener, 8), 0);
	assert_int_equal(seteuid(0), 0);
}

/* From now on it answers on the socket NAME. */
static void
start(struct host *host, const char *name)
{
	listen_as(host, 0, name, SOCK_SEQPACKET);
	daemon_pid = fork();
	assert_true(daemon_pid >= 0);
	if (daemon_pid == 0) {
		for (;;) {
			const int fd = accept(listener, NULL, NULL);

			if (fd < 0)
				_exit(1);
			serve(fd);
			(void)close(fd);
			if (there->manner == HANGS_UP_UNREAD)
				there->hung_up++;
		}
	}
}

static void
stop(void)
{
	if (listener >= 0)
		(void)close(listener);
	listener = -1;
	if (daemon_pid > 0) {
		(void)kill(daemon_pid, SIGKILL);
		(void)waitpid(daemon_pid, NULL, 0);
	}
	daemon_pid = -1;
}

/* --- a host whose store is root's ------------------------------------------- */

/* A daemon that takes every code, of whoever is enrolled. */
static void
usual(void)
{
	*there = (struct daemon){ .manner = ANSWERS, .at = OTP_WIRE_TRY };
	there->look.enrolled = OTP_ENROLLED_YES;
	there->answer.verdict = OTP_VERDICT_ACCEPT;
	there->answer.kind = OTP_TOTP;
	there->answer.last_success = -1;
}

static void
configure(struct host *host, const char *lines)
{
	char text[HOST_PATH_SIZE + 256], run[HOST_PATH_SIZE];

	host_path(host, run, "run");
	(void)snprintf(text, sizeof(text), "sockets = %s\n%s", run, lines);
	host_configure(host, text);
}

/* The store is that of the host's own configuration: there is none, or root's. */
static int
setup(void **state)
{
	struct otp_options options;
	struct otp_fault fault = { 0 };
	struct host *host = host_new();
	char path[HOST_PATH_SIZE];

	*state = host;
	assert_int_equal(chmod(host->root, 0755), 0);
	host_path(host, path, "run");
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(otp_options_load(0, NULL, &options, &fault), OTP_OK);
	assert_true(strlen(options.store) < sizeof(host->store));
	strcpy(host->store, options.store);
	configure(host, "");
	there = mmap(NULL, sizeof(*there), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(there != MAP_FAILED);
	usual();
	hurry = false;
	polls = 0;
	hang_ups = 0;
	return 0;
}

static int
teardown(void **state)
{
	stop();
	(void)munmap(there, sizeof(*there));
	return host_teardown(state);
}

#define DAEMON_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* USER's login in a process of alice's. */
static int
login_as_alice(struct host *host, const char *user, const char *answer)
{
	int result;

	if (geteuid() != 0)
		skip(); /* only root can be two users */
	polls = 0;
	assert_int_equal(seteuid(HOST_ALICE_UID), 0);
	result = host_login(host, user, answer);
	assert_int_equal(seteuid(0), 0);
	return result;
}

static int
login(struct host *host, const char *answer)
{
	return login_as_alice(host, "alice", answer);
}

static void
begin(struct host *host, const char *name)
{
	if (geteuid() != 0)
		skip();
	start(host, name);
}

static void
is_unavailable(struct host *host, const char *reason)
{
	assert_int_equal(login(host, "123456"), PAM_AUTHINFO_UNAVAIL);
	host_told(host, PAM_ERROR_MSG, UNAVAILABLE);
	host_logged("unavailable", reason);
	assert_int_equal(host_level(), LOG_ERR);
	assert_true(host_line_has(0, "user=alice"));
}

/* The only line of the log has TEXT. */
static void
has_text(const char *text)
{
	if (strstr(host_line(), text) == NULL)
		fail_msg("%s", host_line());
}

/* --- what is asked, and of whom ---------------------------------------------- */

static void
daemon__is_asked_by_the_user(void **state)
{
	struct host *host = *state;

	begin(host, "user");
	host->app.rhost = "192.0.2.1";
	assert_int_equal(login(host, "123456"), PAM_SUCCESS);
	host_logged("accepted", "ok");
	assert_true(host_line_has(0, "method=totp"));
	assert_int_equal(there->peer, HOST_ALICE_UID);
	assert_int_equal(there->messages[OTP_WIRE_LOOK], 1);
	assert_int_equal(there->messages[OTP_WIRE_TRY], 1);
	assert_int_equal(there->messages[OTP_WIRE_TOLD], 0);
	assert_int_equal(there->connections, 2);
	assert_false(there->looked.want_enrolled);
	assert_string_equal(there->tried.request.account, "alice");
	assert_int_equal(there->tried.request.uid, HOST_ALICE_UID);
	assert_string_equal(there->tried.request.service, "test");
	assert_string_equal(there->tried.request.host, "192.0.2.1");
	assert_string_equal(there->tried.typed, "123456");
	there->answer.verdict = OTP_VERDICT_REJECT;
	there->answer.failures = 2;
	assert_int_equal(login(host, "654321"), PAM_AUTH_ERR);
	host_logged("refused", "wrong");
	assert_true(host_line_has(0, "failures=2"));
	assert_in_range(host->seen.delay, 1000000, 3000000);
}

/* For another account, and for one that does not exist. */
static void
daemon__is_asked_by_a_service(void **state)
{
	struct host *host = *state;

	begin(host, "service");
	assert_int_equal(login_as_alice(host, "bob", "123456"), PAM_SUCCESS);
	assert_true(host_line_has(0, "user=bob"));
	assert_string_equal(there->tried.request.account, "bob");
	assert_int_equal(there->tried.request.uid, HOST_BOB_UID);
	there->answer.verdict = OTP_VERDICT_UNKNOWN_USER;
	assert_int_equal(
	    login_as_alice(host, "nobody-here", "123456"), PAM_AUTH_ERR);
	assert_true(there->tried.request.unknown);
	assert_string_equal(there->tried.request.account, "");
	/* The own account has another socket. */
	is_unavailable(host, "no-daemon");
}

static void
daemon__is_not_asked_by_the_owner_of_the_store(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	begin(host, "user");
	host_path(host, host->store, "store");
	configure(host, "");
	host_enrol_alice(host);
	assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	assert_int_equal(there->connections, 0);
	host_path(host, host->store, "of-alice");
	configure(host, "");
	assert_int_equal(mkdir(host->store, 0700), 0);
	assert_int_equal(chown(host->store, HOST_ALICE_UID, 0), 0);
	assert_int_equal(seteuid(HOST_ALICE_UID), 0);
	sample_init(host->store);
	host_enrol_alice(host);
	assert_int_equal(seteuid(0), 0);
	host_code(&token, 0, code);
	host_wrong_code(&token, code);
	assert_int_equal(login(host, code), PAM_AUTH_ERR);
	host_logged("refused", "wrong");
	host_code(&token, 0, code);
	assert_int_equal(login(host, code), PAM_SUCCESS);
	assert_int_equal(there->connections, 0);
}

static void
daemon__is_not_asked_about_another_store(void **state)
{
	struct host *host = *state;

	begin(host, "user");
	host_path(host, host->store, "store");
	configure(host, "");
	assert_int_equal(login(host, "123456"), PAM_SERVICE_ERR);
	host_logged("misconfigured", "option");
	assert_true(host_line_has(0, "option=conf"));
	assert_true(host_line_has(0, "detail=other-store"));
	assert_int_equal(host->seen.prompts, 0);
	/* One that is missing is called so. */
	host_path(host, host->store, "none");
	configure(host, "");
	is_unavailable(host, "no-store");
	assert_int_equal(there->connections, 0);
}

/* Each of them would count for nothing. */
static void
daemon__is_not_asked_to_judge_by_other_rules(void **state)
{
	static const struct {
		const char *line, *logged;
	} rules[] = {
		{ "window = 2\n", "option=window" },
		{ "lookahead = 3\n", "option=lookahead" },
		{ "delay_after = 2\n", "option=delay_after" },
		{ "lock_after = 20\n", "option=lock_after" },
		{ "virtual_users\n", "option=virtual_users" },
	};
	struct host *host = *state;

	begin(host, "user");
	for (size_t i = 0; i < COUNT(rules); i++) {
		configure(host, rules[i].line);
		assert_int_equal(login(host, "123456"), PAM_SERVICE_ERR);
		host_logged("misconfigured", "option");
		has_text(rules[i].logged);
		has_text("detail=other-rules");
		assert_int_equal(host->seen.prompts, 0);
	}
	assert_int_equal(there->connections, 0);
	configure(host, "window = 1\nfile_system_is_local\n");
	assert_int_equal(login(host, "123456"), PAM_SUCCESS);
}

/* Root alone can say from which device a login comes. */
static void
daemon__is_told_nothing_that_only_root_can_know(void **state)
{
	struct host *host = *state;
	const struct otp_request *request = &there->tried.request;

	begin(host, "user");
	host_service(host, "remember=key fresh_for=5m notify");
	host->app.pam_env =
	    "SSH_AUTH_INFO_0=publickey ssh-ed25519 "
	    "AAAAC3NzaC1lZDI1NTE5AAAAIB+TFKHwDwHyUsBXhEKUc1rUpftaLvrwV6jY"
	    "0W2uelSo\n";
	host->app.ruser = "alice";
	there->look.known.verdict = OTP_VERDICT_ACCEPT;
	there->look.known.fresh = true;
	there->answer.verdict = OTP_VERDICT_REJECT;
	assert_int_equal(login(host, "123456"), PAM_AUTH_ERR);
	assert_int_equal(host->seen.prompts, 1);
	assert_true(request->same_user);
	assert_false(request->tell);
	assert_int_equal(request->device.remember_for, 0);
	assert_int_equal(request->owner.fresh_for, 0);
	assert_false(request->owner.has_host || request->owner.gives_code ||
	    request->owner.is_caller);
}

static void
send_for_a_service(struct host *host, const char *options)
{
	begin(host, "service");
	host_service(host, options);
	host->app.pam_env = "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA\n";
	host->app.answers[1] = "123456";
	there->sent.delivery = OTP_DELIVERY_SENT;
	strcpy(there->sent.method, "mail");
	strcpy(there->sent.tag, "Q9");
}

static void
daemon__sends_a_code_for_a_service(void **state)
{
	struct host *host = *state;
	const struct otp_wire_request *asked = &there->asked_to_send;

	send_for_a_service(host, "deliver=yes notify");
	assert_int_equal(login_as_alice(host, "bob", "send 2"), PAM_SUCCESS);
	assert_int_equal(there->messages[OTP_WIRE_SEND], 1);
	assert_string_equal(asked->typed, "send 2");
	assert_string_equal(asked->request.account, "bob");
	assert_true(there->tried.request.tell);
	assert_string_equal(
	    host->seen.prompt[1].text, "Code from message Q9: ");
	assert_int_equal(fake.lines_count, 2);
	assert_true(host_line_has(0, "result=sent"));
	assert_true(host_line_has(0, "tag=Q9"));
	assert_true(host_line_has(0, "method=mail"));
	assert_true(host_line_has(1, "result=accepted"));
	/* It is asked for without a word of the user, and the daemon knows. */
	host_service(host, "deliver=auto");
	assert_int_equal(login_as_alice(host, "bob", "123456"), PAM_SUCCESS);
	assert_int_equal(there->messages[OTP_WIRE_SEND], 2);
	assert_string_equal(asked->typed, "");
	/* Before it, there was a password or a key. */
	host->app.pam_env = NULL;
	host_service(host, "deliver=yes notify");
	assert_int_equal(login_as_alice(host, "bob", "send"), PAM_SUCCESS);
	assert_true(host_line_has(0, "reason=no-first-factor"));
	assert_int_equal(there->messages[OTP_WIRE_SEND], 2);
	assert_false(there->tried.request.tell);
}

/* The user is asked for the code all the same, and after the same second. */
static void
daemon__that_sends_nothing_is_not_noticed(void **state)
{
	struct host *host = *state;
	struct timespec before, after;

	send_for_a_service(host, "deliver=yes");
	there->sent.delivery = OTP_DELIVERY_NO_SOCKET;
	strcpy(there->fault.where, "/run/pam_otp/deliver");
	assert_int_equal(login_as_alice(host, "bob", "send"), PAM_SUCCESS);
	assert_true(host_line_has(0, "reason=no-socket"));
	assert_true(host_line_has(0, "file=/run/pam_otp/deliver"));
	there->send_err = OTP_ERR_CHECKSUM;
	assert_int_equal(login_as_alice(host, "bob", "send"), PAM_SUCCESS);
	assert_true(host_line_has(0, "result=unsent"));
	assert_true(host_line_has(0, "reason=checksum"));
	assert_memory_equal(host->seen.prompt[1].text, "Code from message ",
	    sizeof("Code from message ") - 1);
	there->send_err = OTP_OK;
	there->at = OTP_WIRE_SEND;
	there->manner = SAYS_NOTHING;
	hurry = true;
	assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &before), 0);
	assert_int_equal(login_as_alice(host, "bob", "send"), PAM_SUCCESS);
	assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &after), 0);
	assert_true(host_line_has(0, "reason=no-daemon"));
	assert_true(host_line_has(0, "errno=ETIMEDOUT"));
	assert_in_range(fake.ahead, 1, 2);
	assert_in_range(after.tv_sec - before.tv_sec, 0, 4);
}

static void
daemon__sends_no_code_for_programs_of_a_user(void **state)
{
	struct host *host = *state;

	begin(host, "user");
	host_service(host, "deliver=yes");
	host->app.pam_env = "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA\n";
	host->app.answers[1] = "123456";
	assert_int_equal(login(host, "send"), PAM_SUCCESS);
	assert_int_equal(fake.lines_count, 2);
	assert_true(host_line_has(0, "result=unsent"));
	assert_true(host_line_has(0, "reason=not-root"));
	assert_int_equal(fake.lines[0].priority & LOG_PRIMASK, LOG_NOTICE);
	assert_true(host_line_has(1, "result=accepted"));
	host_service(host, "deliver=auto");
	assert_int_equal(login(host, "123456"), PAM_SUCCESS);
	host_logged("accepted", "ok");
	assert_int_equal(there->messages[OTP_WIRE_TRY], 2);
}

static void
daemon__splits_password_and_code(void **state)
{
	struct host *host = *state;

	begin(host, "user");
	host_service(host, "forward_pass");
	there->answer.password_length = 6;
	assert_int_equal(login(host, "secret123456"), PAM_SUCCESS);
	assert_string_equal(fake.authtok, "secret");
	assert_true(there->tried.request.split);
	/* Beyond what was typed: there is no password to forward. */
	fake.authtok_set = false;
	there->answer.password_length = 12;
	assert_int_equal(login(host, "secret123456"), PAM_SYSTEM_ERR);
	there->answer.password_length = OTP_WIRE_TYPED_SIZE - 1;
	assert_int_equal(login(host, "secret123456"), PAM_SYSTEM_ERR);
	assert_false(fake.authtok_set);
}

/* What does not fit into a message is no code, and not sent. */
static void
daemon__is_sent_no_longer_text_than_fits(void **state)
{
	struct host *host = *state;
	char text[OTP_WIRE_TYPED_SIZE + 1];

	begin(host, "user");
	memset(text, '1', sizeof(text));
	text[OTP_WIRE_TYPED_SIZE - 1] = '\0';
	assert_int_equal(login(host, text), PAM_SUCCESS);
	assert_string_equal(there->tried.typed, text);
	text[OTP_WIRE_TYPED_SIZE - 1] = '1';
	text[OTP_WIRE_TYPED_SIZE] = '\0';
	assert_int_equal(login(host, text), PAM_AUTH_ERR);
	host_logged("refused", "malformed");
	assert_int_equal(there->messages[OTP_WIRE_TRY], 1);
}

/* --- what it says ------------------------------------------------------------ */

static void
daemon__says_who_is_not_asked(void **state)
{
	struct host *host = *state;

	begin(host, "user");
	there->look.standing = OTP_STANDING_SUSPENDED;
	assert_int_equal(login(host, "123456"), PAM_AUTH_ERR);
	host_logged("refused", "suspended");
	assert_int_equal(host->seen.prompts, 0);
	there->look.standing = OTP_STANDING_EXEMPT;
	there->look.exemption.until = 1893456000;
	strcpy(there->look.exemption.reason, "a\n\"new\" phone");
	host_stack(
	    host, "auth required @MODULE@\nauth required pam_permit.so\n");
	assert_int_equal(login(host, "123456"), PAM_SUCCESS);
	host_logged("ignored", "exempt");
	has_text(
	    "until=2030-01-01T00:00Z because=\"a\\x0a\\x22new\\x22 phone\"");
	host_told(host, PAM_TEXT_INFO,
	    "You are not asked for a one-time code until 2030-01-01.");
}

/* nullok: only who is certainly not enrolled is ignored. */
static void
daemon__says_who_is_enrolled(void **state)
{
	struct host *host = *state;

	begin(host, "user");
	host_stack(host,
	    "auth required @MODULE@ nullok\nauth required pam_permit.so\n");
	there->look.enrolled = OTP_ENROLLED_NO;
	assert_int_equal(login(host, "123456"), PAM_SUCCESS);
	host_logged("ignored", "not-enrolled");
	assert_int_equal(host->seen.prompts, 0);
	assert_true(there->looked.want_enrolled);
	assert_int_equal(there->connections, 1);
	there->look.enrolled = OTP_ENROLLED_YES;
	there->answer.verdict = OTP_VERDICT_REJECT;
	assert_int_equal(login(host, "123456"), PAM_AUTH_ERR);
	assert_int_equal(host->seen.prompts, 1);
	there->look.enrolled = OTP_ENROLLED_UNKNOWN;
	assert_int_equal(login(host, "123456"), PAM_SYSTEM_ERR);
	there->look.enrolled = OTP_ENROLLED_NO;
	there->look.standing = OTP_STANDING_SUSPENDED;
	assert_int_equal(login(host, "123456"), PAM_AUTH_ERR);
	host_logged("refused", "suspended");
	there->look.standing = OTP_STANDING_USUAL;
	there->look_err = OTP_ERR_NO_STATE;
	there->fault.detail = OTP_DETAIL_STATE_GONE;
	is_unavailable(host, "no-state");
	assert_true(host_line_has(0, "detail=state-gone"));
}

static void
daemon__says_what_is_wrong(void **state)
{
	struct host *host = *state;

	begin(host, "user");
	there->try_err = OTP_ERR_LOCK_TIMEOUT;
	there->answer.verdict = OTP_VERDICT_REJECT;
	there->fault.detail = OTP_DETAIL_LOCKED_BY;
	there->fault.numbers[0] = 42;
	strcpy(there->fault.name, "a\nb");
	strcpy(there->fault.where, "state/alice");
	is_unavailable(host, "lock-timeout");
	assert_true(host_line_has(0, "file=state/alice"));
	has_text("process=\"a\\x0ab[42]\"");
	there->try_err = OTP_ERR_NO_STORE;
	is_unavailable(host, "no-store");
}

/* A text of the daemon's cannot make a line, nor a screen. */
static void
daemon__texts_are_escaped(void **state)
{
	struct host *host = *state;

	begin(host, "user");
	strcpy(there->answer.token, "x\" user=\"root\n\033[2J");
	strcpy(there->answer.failure_host, "h\n\033]0;t");
	there->answer.unreported = 2;
	there->answer.generation = 7;
	assert_int_equal(login(host, "123456"), PAM_SUCCESS);
	assert_null(strchr(host_line(), '\n'));
	assert_null(strchr(host_line(), '\033'));
	has_text("token=\"x\\x22 user=\\x22root\\x0a\\x1b[2J\"");
	host_told(host, PAM_TEXT_INFO,
	    "2 wrong codes before your first login, last from "
	    "h\\x0a\\x1b]0;t.");
	assert_int_equal(there->messages[OTP_WIRE_TOLD], 0);
}

/* --- what is no answer --------------------------------------------------------- */

static const struct {
	enum manner manner;
	const char *reason;
	const char *word;
} no_answers[] = {
	{ SAYS_NOTHING, "no-daemon", "errno=ETIMEDOUT" },
	{ HANGS_UP, "no-daemon", "errno=ECONNRESET" },
	{ ANSWERS_NOTHING, "no-daemon", "errno=ECONNRESET" },
	{ ANSWERS_SHORT, "no-daemon", "errno=EBADMSG" },
	{ ANSWERS_LONG, "no-daemon", "errno=EBADMSG" },
	{ ANSWERS_VERY_LONG, "no-daemon", "errno=EMSGSIZE" },
	{ ANSWERS_OTHERWISE, "no-daemon", "errno=EBADMSG" },
	{ ANSWERS_RUBBISH, "no-daemon", "errno=EBADMSG" },
	{ ANSWERS_VERSION, "daemon-version", "" },
};

static void
is_no_answer(struct host *host, size_t number, enum otp_wire_verb at)
{
	const char *word = no_answers[number].word;

	usual();
	there->manner = no_answers[number].manner;
	there->at = at;
	hurry = there->manner == SAYS_NOTHING;
	is_unavailable(host, no_answers[number].reason);
	if (word[0] != '\0' && !host_line_has(0, word))
		fail_msg("%s", host_line());
	has_text("/run/user");
	hurry = false;
	assert_int_equal(there->messages[at], 1);
	assert_int_equal(
	    there->messages[OTP_WIRE_TRY], at == OTP_WIRE_TRY ? 1 : 0);
}

/* Also with nullok, and where another module would let in. */
static void
daemon__that_does_not_answer_lets_nobody_in(void **state)
{
	struct host *host = *state;

	begin(host, "user");
	for (size_t i = 0; i < COUNT(no_answers); i++) {
		host_service(host, "");
		is_no_answer(host, i, OTP_WIRE_LOOK);
		is_no_answer(host, i, OTP_WIRE_TRY);
		host_stack(host,
		    "auth required @MODULE@ nullok\n"
		    "auth required pam_permit.so\n");
		is_no_answer(host, i, OTP_WIRE_LOOK);
	}
}

static void
daemon__of_another_account_is_no_answer(void **state)
{
	struct host *host = *state;

	begin(host, "user");
	there->manner = ANSWERS_OF_ANOTHER;
	is_unavailable(host, "no-daemon");
	assert_true(host_line_has(0, "errno=EBADMSG"));
}

static void
daemon__is_sent_each_message_once(void **state)
{
	struct host *host = *state;

	begin(host, "user");
	there->manner = HANGS_UP;
	is_unavailable(host, "no-daemon");
	assert_int_equal(there->messages[OTP_WIRE_TRY], 1);
	assert_int_equal(there->connections, 2);
}

static void
daemon__that_hangs_up_raises_no_signal(void **state)
{
	struct host *host = *state;

	begin(host, "user");
	assert_true(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
	there->manner = HANGS_UP_UNREAD;
	for (unsigned i = 0; i < 20; i++)
		is_unavailable(host, "no-daemon");
}

static void
daemon__that_is_stopped_is_left_at_the_deadline(void **state)
{
	struct host *host = *state;
	int64_t before;

	begin(host, "user");
	hurry = true;
	assert_int_equal(kill(daemon_pid, SIGSTOP), 0);
	there->is_silent = true;
	for (unsigned i = 0; i < 12; i++) { /* more than it has room for */
		before = fake.ahead;
		is_unavailable(host, "no-daemon");
		assert_true(host_line_has(0, "errno=ETIMEDOUT"));
		assert_true(fake.ahead - before >= 9);
		assert_true(fake.ahead - before <= 12);
	}
	assert_int_equal(kill(daemon_pid, SIGCONT), 0);
}

/* Mark the bytes in which the messages of ANSWER and OTHER differ. */
static void
mark(const struct otp_wire_answer *answer, const struct otp_wire_answer *other,
    bool marked[OTP_WIRE_ANSWER_SIZE])
{
	uint8_t a[OTP_WIRE_ANSWER_SIZE], b[OTP_WIRE_ANSWER_SIZE];

	assert_int_equal(otp_wire_put_answer(answer, a), OTP_OK);
	assert_int_equal(otp_wire_put_answer(other, b), OTP_OK);
	for (unsigned i = 0; i < OTP_WIRE_ANSWER_SIZE; i++)
		marked[i] = marked[i] || a[i] != b[i];
}

/* Head, verb, account, error and verdict. */
static void
mark_all(bool marked[OTP_WIRE_ANSWER_SIZE])
{
	const struct otp_wire_answer none = { .verb = OTP_WIRE_TRY };
	struct otp_wire_answer other = none;

	memset(marked, true, 8);
	other.verb = OTP_WIRE_TOLD;
	mark(&none, &other, marked);
	other = none;
	memset(other.account, 'x', sizeof(other.account) - 1);
	mark(&none, &other, marked);
	other = none;
	other.err = OTP_ERR_NOMEM;
	mark(&none, &other, marked);
	other = none;
	other.answer.verdict = OTP_VERDICT_ACCEPT;
	mark(&none, &other, marked);
}

/* Each bit of the answer to a wrong code: none makes it right. */
static void
daemon__answer_with_one_byte_changed_never_lets_in(void **state)
{
	const struct otp_request request = {
		.account = "alice", .uid = HOST_ALICE_UID, .service = "test"
	};
	struct host *host = *state;
	struct otp_answer answer;
	struct otp_fault fault = { 0 };
	char run[HOST_PATH_SIZE];
	const struct otp_link link = { .folder = run, .socket = OTP_LINK_USER };
	bool marked[OTP_WIRE_ANSWER_SIZE] = { false };

	begin(host, "user");
	mark_all(marked);
	host_path(host, run, "run");
	there->answer.verdict = OTP_VERDICT_REJECT;
	there->manner = FLIPS;
	for (unsigned i = 0; i < OTP_WIRE_ANSWER_SIZE; i++) {
		there->byte = i;
		there->mask = (uint8_t)(1 << i % 8);
		answer = (struct otp_answer){ .verdict = OTP_VERDICT_REJECT };
		polls = 1;
		if (otp_link_try(&link, &request, "1", &answer, &fault) ==
		    OTP_OK)
			assert_int_not_equal(
			    answer.verdict, OTP_VERDICT_ACCEPT);
	}
	/* Of a right one: what decides is not changed. */
	there->answer.verdict = OTP_VERDICT_ACCEPT;
	for (unsigned i = 0; i < OTP_WIRE_ANSWER_SIZE; i++) {
		there->byte = i;
		there->mask = 0xff;
		answer = (struct otp_answer){ .verdict = OTP_VERDICT_REJECT };
		if (otp_link_try(&link, &request, "1", &answer, &fault) ==
		    OTP_OK)
			assert_true(
			    answer.verdict != OTP_VERDICT_ACCEPT || !marked[i]);
	}
}

/* --- the way to the socket ------------------------------------------------------ */

static void
daemon__that_is_not_there_lets_nobody_in(void **state)
{
	struct host *host = *state;
	char path[HOST_PATH_SIZE], run[HOST_PATH_SIZE];

	is_unavailable(host, "no-daemon");
	assert_true(host_line_has(0, "errno=ENOENT"));
	listen_as(host, 0, "user", SOCK_SEQPACKET);
	host_path(host, path, "run/user");
	assert_int_equal(chmod(path, 0600), 0);
	is_unavailable(host, "no-daemon");
	assert_true(host_line_has(0, "errno=EACCES"));
	assert_int_equal(chmod(path, 0666), 0);
	stop();
	is_unavailable(host, "no-daemon");
	assert_true(host_line_has(0, "errno=ECONNREFUSED"));
	assert_int_equal(unlink(path), 0);
	listen_as(host, 0, "user", SOCK_STREAM);
	is_unavailable(host, "no-daemon");
	assert_true(host_line_has(0, "errno=EPROTOTYPE"));
	stop();
	assert_int_equal(unlink(path), 0);
	sample_write(path, "", 0, 0666);
	is_unavailable(host, "no-daemon");
	assert_true(host_line_has(0, "detail=not-a-socket"));
	assert_int_equal(unlink(path), 0);
	host_path(host, run, "run");
	assert_int_equal(rmdir(run), 0);
	is_unavailable(host, "no-daemon");
	assert_true(host_line_has(0, "errno=ENOENT"));
}

static void
daemon__way_is_roots(void **state)
{
	struct host *host = *state;
	char run[HOST_PATH_SIZE], path[HOST_PATH_SIZE], away[HOST_PATH_SIZE];

	begin(host, "user");
	host_path(host, run, "run");
	host_path(host, path, "run/user");
	host_path(host, away, "away");
	assert_int_equal(chmod(run, 0777), 0);
	is_unavailable(host, "no-daemon");
	assert_true(host_line_has(0, "detail=writable-by-others"));
	assert_int_equal(chmod(run, 0755), 0);
	for (uid_t uid = HOST_ALICE_UID; uid <= HOST_BOB_UID; uid++) {
		assert_int_equal(chown(run, uid, 0), 0);
		is_unavailable(host, "no-daemon");
		assert_true(host_line_has(0, "detail=owner"));
		assert_int_equal(chown(run, 0, 0), 0);
		assert_int_equal(chown(path, uid, 0), 0);
		is_unavailable(host, "no-daemon");
		assert_int_equal(chown(path, 0, 0), 0);
	}
	assert_int_equal(chown(host->root, HOST_ALICE_UID, 0), 0);
	is_unavailable(host, "no-daemon");
	assert_true(host_line_has(0, "detail=owner"));
	assert_int_equal(chown(host->root, 0, 0), 0);
	assert_int_equal(rename(run, away), 0);
	assert_int_equal(symlink(away, run), 0);
	is_unavailable(host, "no-daemon");
	assert_true(host_line_has(0, "detail=symbolic-link"));
	assert_int_equal(unlink(run), 0);
	assert_int_equal(rename(away, run), 0);
	assert_int_equal(rename(path, away), 0);
	assert_int_equal(symlink(away, path), 0);
	is_unavailable(host, "no-daemon");
	assert_true(host_line_has(0, "detail=symbolic-link"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rename(away, path), 0);
	assert_int_equal(there->connections, 0);
	assert_int_equal(login(host, "123456"), PAM_SUCCESS);
}

/* The socket is root's file, and alice's or bob's process listens there. */
static void
daemon__of_another_user_gets_nothing(void **state)
{
	struct host *host = *state;
	char path[HOST_PATH_SIZE];

	if (geteuid() != 0)
		skip();
	host_path(host, path, "run/user");
	for (uid_t uid = HOST_ALICE_UID; uid <= HOST_BOB_UID; uid++) {
		char data[OTP_WIRE_MAX];
		int fd;

		listen_as(host, uid, "user", SOCK_SEQPACKET);
		is_unavailable(host, "no-daemon");
		assert_true(host_line_has(0, "errno=EPERM"));
		fd = accept(listener, NULL, NULL);
		assert_true(fd >= 0);
		assert_int_equal(recv(fd, data, sizeof(data), 0), 0);
		(void)close(fd);
		stop();
		assert_int_equal(unlink(path), 0);
	}
}

static enum otp_err
version(struct host *host, enum otp_link_socket socket, struct otp_fault *fault)
{
	char folder[HOST_PATH_SIZE];
	const struct otp_link link = { .folder = folder, .socket = socket };

	host_path(host, folder, "run");
	memset(fault, 0, sizeof(*fault));
	return otp_link_version(&link, fault);
}

/* FLIPS: each bit of it. */
static void
daemon__says_its_version(void **state)
{
	static const enum manner bad[] = { HANGS_UP, ANSWERS_NOTHING,
		ANSWERS_SHORT, ANSWERS_LONG, ANSWERS_RUBBISH,
		ANSWERS_VERY_LONG };
	struct host *host = *state;
	struct otp_fault fault;

	begin(host, "user");
	assert_int_equal(version(host, OTP_LINK_USER, &fault), OTP_OK);
	assert_int_equal(there->versions, 1);
	assert_int_equal(there->messages[OTP_WIRE_LOOK], 0);
	assert_int_equal(
	    version(host, OTP_LINK_SERVICE, &fault), OTP_ERR_NO_DAEMON);
	assert_int_equal(fault.errnum, ENOENT);
	for (unsigned i = 0; i < COUNT(bad); i++) {
		there->manner = bad[i];
		assert_int_equal(
		    version(host, OTP_LINK_USER, &fault), OTP_ERR_NO_DAEMON);
		assert_int_not_equal(fault.errnum, 0);
	}
	there->manner = FLIPS;
	there->mask = 1;
	for (; there->byte < OTP_WIRE_VERSION_SIZE; there->byte++)
		assert_int_equal(version(host, OTP_LINK_USER, &fault),
		    there->byte < 4 ? OTP_ERR_NO_DAEMON
				    : OTP_ERR_DAEMON_VERSION);
	there->manner = ANSWERS_VERSION;
	assert_int_equal(
	    version(host, OTP_LINK_USER, &fault), OTP_ERR_DAEMON_VERSION);
	assert_non_null(strstr(fault.where, "/run/user"));
	stop();
	assert_int_equal(
	    version(host, OTP_LINK_USER, &fault), OTP_ERR_NO_DAEMON);
	assert_int_equal(fault.errnum, ECONNREFUSED);
}

/* Users may not read it where the tree is built, as below /root. */
static int
keep_module(void **state)
{
	(void)state;
	return dlopen(getenv("PAM_OTP_SO"), RTLD_NOW) != NULL ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DAEMON_TEST(daemon__is_asked_by_the_user),
		DAEMON_TEST(daemon__is_asked_by_a_service),
		DAEMON_TEST(daemon__is_not_asked_by_the_owner_of_the_store),
		DAEMON_TEST(daemon__is_not_asked_about_another_store),
		DAEMON_TEST(daemon__is_not_asked_to_judge_by_other_rules),
		DAEMON_TEST(daemon__is_told_nothing_that_only_root_can_know),
		DAEMON_TEST(daemon__sends_a_code_for_a_service),
		DAEMON_TEST(daemon__that_sends_nothing_is_not_noticed),
		DAEMON_TEST(daemon__sends_no_code_for_programs_of_a_user),
		DAEMON_TEST(daemon__splits_password_and_code),
		DAEMON_TEST(daemon__is_sent_no_longer_text_than_fits),
		DAEMON_TEST(daemon__says_who_is_not_asked),
		DAEMON_TEST(daemon__says_who_is_enrolled),
		DAEMON_TEST(daemon__says_what_is_wrong),
		DAEMON_TEST(daemon__texts_are_escaped),
		DAEMON_TEST(daemon__that_does_not_answer_lets_nobody_in),
		DAEMON_TEST(daemon__of_another_account_is_no_answer),
		DAEMON_TEST(daemon__is_sent_each_message_once),
		DAEMON_TEST(daemon__that_hangs_up_raises_no_signal),
		DAEMON_TEST(daemon__that_is_stopped_is_left_at_the_deadline),
		DAEMON_TEST(daemon__answer_with_one_byte_changed_never_lets_in),
		DAEMON_TEST(daemon__that_is_not_there_lets_nobody_in),
		DAEMON_TEST(daemon__way_is_roots),
		DAEMON_TEST(daemon__of_another_user_gets_nothing),
		DAEMON_TEST(daemon__says_its_version),
	};

	return cmocka_run_group_tests(tests, keep_module, NULL);
}
