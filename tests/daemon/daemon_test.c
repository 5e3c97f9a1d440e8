/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pam_otpd on a store of its own, with callers of its three sockets.  Run by
 * root, the callers are users of this machine, of whom there are two; else only
 * the user who runs it, and what needs root is skipped.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/core/frame.h"
#include "common/effects/attempt.h"
#include "common/effects/overview.h"
#include "common/effects/own.h"
#include "common/link/client.h"
#include "common/link/wire.h"
#include "common/qr/symbol.h"
#include "pam_otpd/rights.h"
#include "tests/lib/fake.h"
#include "tests/lib/sample.h"

#define PATH_SIZE 64
#define WAIT	  60000 /* milliseconds, for what is to come */
#define SHORT	  1000	/* for what is not to come yet */
#define RANDOM	  2000	/* datagrams */
#define KILLS	  10
#define RACES	  5
#define RACERS	  6
#define FLOOD	  80 /* connections, more than there is room for */

/* Two users, neither root. */
static struct user {
	char name[64];
	uid_t uid;
} alice, bob;

static struct daemon {
	char root[SAMPLE_ROOT_SIZE];
	char store[PATH_SIZE];
	char sockets[PATH_SIZE];
	char conf[PATH_SIZE];
	char log[PATH_SIZE];
	struct otp_token token; /* alice's, which counts */
	uint64_t counter;	/* of her next code */
	pid_t pid;
} host;

static bool
is_root(void)
{
	return geteuid() == 0;
}

static void
pause_for(long milliseconds)
{
	const struct timespec time = { milliseconds / 1000,
		milliseconds % 1000 * 1000000 };

	(void)nanosleep(&time, NULL);
}

/* --- the host --- */

static void
find_users(void)
{
	const struct passwd *entry;

	if (!is_root()) {
		entry = getpwuid(geteuid());
		assert_non_null(entry);
		(void)snprintf(
		    alice.name, sizeof(alice.name), "%s", entry->pw_name);
		alice.uid = entry->pw_uid;
	}
	setpwent();
	while ((entry = getpwent()) != NULL) {
		struct user *user = alice.name[0] == '\0' ? &alice : &bob;

		if (entry->pw_uid == 0 || entry->pw_uid >= 65534 ||
		    entry->pw_uid == alice.uid || bob.name[0] != '\0')
			continue;
		(void)snprintf(
		    user->name, sizeof(user->name), "%s", entry->pw_name);
		user->uid = entry->pw_uid;
	}
	endpwent();
	assert_true(alice.name[0] != '\0' && bob.name[0] != '\0');
}

static void
configure(const char *more)
{
	char text[3 * PATH_SIZE];
	const int size = snprintf(text, sizeof(text),
	    "store = %s\nsockets = %s\n%s", host.store, host.sockets, more);

	sample_write(host.conf, text, (size_t)size, 0644);
}

/* Run the daemon with ARGUMENT and its configuration. */
static void
daemon_run(const char *argument)
{
	char program[512], conf[PATH_SIZE + 8];
	const char *top = getenv("top_builddir");
	const char *other = getenv("PAM_OTPD");
	const int log =
	    open(host.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	(void)snprintf(program, sizeof(program), "%s/pam_otpd/pam_otpd",
	    top != NULL ? top : ".");
	if (other != NULL)
		(void)snprintf(program, sizeof(program), "%s", other);
	(void)snprintf(conf, sizeof(conf), "--conf=%s", host.conf);
	if (log < 0 || dup2(log, STDERR_FILENO) < 0)
		_exit(99);
	(void)execl(program, program, "--stderr", conf, argument, (char *)NULL);
	_exit(99);
}

static int caller(uid_t uid, const char *name);

/*
 * It listens on the socket "user" last.  That of a daemon that was killed goes
 * first: a process of it may still listen there for a moment.
 */
static void
daemon_start(void)
{
	char path[3 * PATH_SIZE];

	(void)snprintf(path, sizeof(path), "%s/user", host.sockets);
	(void)unlink(path);
	host.pid = fork();
	assert_true(host.pid >= 0);
	if (host.pid == 0)
		daemon_run("--listen");
	for (unsigned i = 0; i < WAIT / 10; i++) {
		int fd = caller(geteuid(), "user");

		if (fd >= 0) {
			(void)close(fd);
			return;
		}
		pause_for(10);
	}
	fail_msg("the daemon does not listen");
}

/* Returns its status. */
static int
daemon_end(int number)
{
	int status = -1;

	if (host.pid > 0) {
		assert_int_equal(kill(host.pid, number), 0);
		assert_int_equal(waitpid(host.pid, &status, 0), host.pid);
	}
	host.pid = 0;
	return status;
}

static int
setup(void **state)
{
	struct otp_seed seed;
	struct otp_state account;

	(void)state;
	memset(&host, 0, sizeof(host));
	sample_folder(host.root);
	assert_int_equal(chmod(host.root, 0755), 0);
	(void)snprintf(host.store, PATH_SIZE, "%s/store", host.root);
	(void)snprintf(host.sockets, PATH_SIZE, "%s/sockets", host.root);
	(void)snprintf(host.conf, PATH_SIZE, "%s/conf", host.root);
	(void)snprintf(host.log, PATH_SIZE, "%s/log", host.root);
	assert_int_equal(mkdir(host.sockets, 0755), 0);
	assert_int_equal(chmod(host.sockets, 0755), 0);
	sample_init(host.store);
	host.token = sample_hotp(1);
	seed = sample_seed(&host.token);
	account = sample_state(&seed, alice.uid, 1);
	sample_enrol(host.store, alice.name, &account, &seed);
	configure("");
	daemon_start();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	(void)daemon_end(SIGKILL);
	sample_remove(host.root);
	return 0;
}

static bool
log_has(const char *text)
{
	char log[65536] = "";
	FILE *file = fopen(host.log, "r");
	size_t size;

	assert_non_null(file);
	size = fread(log, 1, sizeof(log) - 1, file);
	log[size] = '\0';
	(void)fclose(file);
	return strstr(log, text) != NULL;
}

/* --- callers --- */

/* Connected to the socket NAME as UID, or -1. */
static int
caller(uid_t uid, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int result;

	assert_true(fd >= 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s",
	    host.sockets, name);
	if (is_root() && uid != 0)
		assert_int_equal(seteuid(uid), 0);
	result = connect(fd, (struct sockaddr *)&address, sizeof(address));
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	if (result == 0)
		return fd;
	(void)close(fd);
	return -1;
}

static int
call(uid_t uid, const char *name)
{
	const int fd = caller(uid, name);

	assert_true(fd >= 0);
	return fd;
}

static struct otp_wire_request
request_of(enum otp_wire_verb verb, const char *account, uid_t uid)
{
	struct otp_wire_request request;

	memset(&request, 0, sizeof(request));
	request.verb = verb;
	request.request.uid = uid;
	(void)snprintf(
	    request.request.account, OTP_ACCOUNT_SIZE, "%s", account);
	(void)snprintf(request.request.service, OTP_SERVICE_SIZE, "sshd");
	(void)snprintf(request.request.host, OTP_HOST_SIZE, "203.0.113.5");
	return request;
}

static struct otp_wire_request
try_of(const char *typed)
{
	struct otp_wire_request request =
	    request_of(OTP_WIRE_TRY, alice.name, alice.uid);

	(void)snprintf(request.typed, sizeof(request.typed), "%s", typed);
	return request;
}

/* Alice's next code, right. */
static struct otp_wire_request
right(void)
{
	char code[SAMPLE_CODE_SIZE];

	return try_of(sample_code(&host.token, host.counter++, code));
}

static struct otp_wire_request
wrong(void)
{
	char code[SAMPLE_CODE_SIZE];

	return try_of(sample_wrong(&host.token, 0, code));
}

static void
tell(int fd, const struct otp_wire_request *request)
{
	uint8_t data[OTP_WIRE_REQUEST_SIZE];

	assert_int_equal(otp_wire_put_request(request, data), OTP_OK);
	assert_int_equal(
	    send(fd, data, sizeof(data), MSG_NOSIGNAL), sizeof(data));
}

static bool
comes(int fd, int milliseconds)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	return poll(&wait, 1, milliseconds) == 1;
}

/* Whether an answer came; FD is closed then. */
static bool
hear(int fd, struct otp_wire_answer *ret_answer)
{
	uint8_t data[OTP_WIRE_MAX];
	ssize_t size;

	assert_true(comes(fd, WAIT));
	size = recv(fd, data, sizeof(data), 0);
	(void)close(fd);
	if (size <= 0)
		return false;
	assert_int_equal(
	    otp_wire_get_answer(data, (size_t)size, ret_answer), OTP_OK);
	return true;
}

/* The answer to REQUEST of UID. */
static struct otp_wire_answer
ask(uid_t uid, const char *name, const struct otp_wire_request *request)
{
	struct otp_wire_answer answer;
	const int fd = call(uid, name);

	tell(fd, request);
	assert_true(hear(fd, &answer));
	assert_int_equal(answer.verb, request->verb);
	assert_string_equal(answer.account, request->request.account);
	return answer;
}

static bool
is_accepted(const struct otp_wire_answer *answer)
{
	return answer->err == OTP_OK &&
	    answer->answer.verdict == OTP_VERDICT_ACCEPT;
}

/* Whom privileged tests ask as. */
static const char *
quick_socket(void)
{
	return is_root() ? "root" : "user";
}

#define NEEDS_ROOT()            \
	do {                    \
		if (!is_root()) \
			skip(); \
	} while (0)

/* --- messages --- */

/* The socket that takes them. */
static int
post_listen(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/deliver",
	    host.sockets);
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

/* Whether a message came to LISTENER. */
static bool
post_came(int listener, struct otp_message *ret_message)
{
	char frame[OTP_FRAME_MAX + 1];
	size_t size = 0;
	ssize_t got;
	const int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return false;
	while ((got = read(fd, frame + size, sizeof(frame) - size)) > 0)
		size += (size_t)got;
	(void)close(fd);
	assert_int_equal(otp_frame_read(frame, size, ret_message), OTP_OK);
	return true;
}

/* Alice is enrolled anew, with her token and an address. */
static void
give_address(void)
{
	struct otp_seed seed = sample_seed(&host.token);
	struct otp_state account;
	char path[3 * PATH_SIZE];

	strcpy(seed.addresses[0].uri, "mailto:alice@example.org");
	memset(seed.addresses[0].secret, 1, OTP_ADDRESS_SECRET_SIZE);
	seed.addresses_count = 1;
	account = sample_state(&seed, alice.uid, 1);
	(void)snprintf(
	    path, sizeof(path), "%s/state/%s", host.store, alice.name);
	assert_int_equal(unlink(path), 0);
	sample_enrol(host.store, alice.name, &account, &seed);
}

static struct otp_wire_request
send_of(const char *typed)
{
	struct otp_wire_request request =
	    request_of(OTP_WIRE_SEND, alice.name, alice.uid);

	(void)snprintf(request.typed, sizeof(request.typed), "%s", typed);
	return request;
}

/* --- tests --- */

static void
daemon__accepts_a_code_once(void **state)
{
	struct otp_wire_request request = right();
	struct otp_wire_answer answer;

	(void)state;
	answer = ask(alice.uid, "user", &request);
	assert_true(is_accepted(&answer));
	assert_int_equal(answer.answer.kind, OTP_HOTP);
	assert_string_equal(answer.answer.token, host.token.label);
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_OK);
	assert_int_equal(answer.answer.verdict, OTP_VERDICT_REPLAY);
	assert_true(log_has("result=accepted reason=ok user="));
	assert_true(log_has("result=refused reason=replay user="));
}

/* The message has the login's service, address and tag, and a code for it. */
static void
daemon__sends_a_code_for_a_service(void **state)
{
	struct otp_wire_request request = send_of("mail");
	struct otp_message message;
	struct otp_wire_answer answer;
	char code[16];
	int post, fd;

	(void)state;
	give_address();
	post = post_listen();
	answer = ask(geteuid(), "service", &request);
	assert_int_equal(answer.err, OTP_OK);
	assert_int_equal(answer.sent.delivery, OTP_DELIVERY_SENT);
	assert_string_equal(answer.sent.method, "mail");
	assert_true(post_came(post, &message));
	assert_int_equal(message.kind, OTP_MESSAGE_CODE);
	assert_string_equal(message.to.uri, "mailto:alice@example.org");
	assert_string_equal(message.service, "sshd");
	assert_string_equal(message.rhost, "203.0.113.5");
	assert_string_equal(message.tag, answer.sent.tag);
	(void)snprintf(code, sizeof(code), "%.9s", message.text);
	assert_true(log_has("result=sent reason=ok user="));
	assert_true(log_has(" service=sshd rhost=203.0.113.5 tag="));
	assert_false(log_has(code));
	/* Too soon: this is answered at once, as all are. */
	fd = call(geteuid(), "service");
	tell(fd, &request);
	assert_true(comes(fd, SHORT));
	assert_true(hear(fd, &answer));
	assert_int_equal(answer.sent.delivery, OTP_DELIVERY_LIMIT);
	assert_false(post_came(post, &message));
	request = try_of(code);
	answer = ask(geteuid(), "service", &request);
	assert_true(is_accepted(&answer));
	assert_int_equal(answer.answer.kind, OTP_DELIVERED);
	(void)close(post);
}

static void
daemon__sends_what_it_can(void **state)
{
	struct otp_wire_request request = send_of("");
	struct otp_wire_answer answer;

	(void)state;
	give_address();
	answer = ask(geteuid(), "service", &request);
	assert_int_equal(answer.sent.delivery, OTP_DELIVERY_HAS_TOKEN);
	request = send_of("sms");
	answer = ask(geteuid(), "service", &request);
	assert_int_equal(answer.sent.delivery, OTP_DELIVERY_NO_ADDRESS);
	request = send_of("123456");
	answer = ask(geteuid(), "service", &request);
	assert_int_equal(answer.err, OTP_ERR_PARSE);
	assert_false(log_has("123456"));
	request = send_of("send");
	answer = ask(geteuid(), "service", &request);
	assert_int_equal(answer.sent.delivery, OTP_DELIVERY_NO_SOCKET);
	assert_non_null(strstr(answer.fault.where, "/deliver"));
	assert_true(log_has("result=unsent reason=no-socket user="));
	request = request_of(OTP_WIRE_SEND, "no-account-here", OTP_UID_VIRTUAL);
	answer = ask(geteuid(), "service", &request);
	assert_int_equal(answer.sent.delivery, OTP_DELIVERY_UNKNOWN_USER);
	assert_int_equal(answer.sent.tag[0] != '\0', 1);
	assert_false(log_has("no-account-here"));
}

/* A program of the user's may not have asked for a password. */
static void
daemon__sends_nothing_for_a_user(void **state)
{
	struct otp_wire_request request = send_of("send");
	struct otp_message message;
	struct otp_wire_answer answer;
	int post;

	(void)state;
	give_address();
	post = post_listen();
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_DENIED);
	request = wrong();
	request.request.tell = true;
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.answer.verdict, OTP_VERDICT_REJECT);
	assert_false(post_came(post, &message));
	(void)close(post);
}

static void
daemon__tells_the_owner_of_a_login_through_a_service(void **state)
{
	struct otp_wire_request request = wrong();
	struct otp_message message;
	struct otp_wire_answer answer;
	int post;

	(void)state;
	give_address();
	post = post_listen();
	answer = ask(geteuid(), "service", &request);
	assert_int_equal(answer.answer.verdict, OTP_VERDICT_REJECT);
	assert_false(post_came(post, &message)); /* no first factor */
	request.request.tell = true;
	answer = ask(geteuid(), "service", &request);
	assert_int_equal(answer.answer.verdict, OTP_VERDICT_REJECT);
	assert_true(post_came(post, &message));
	assert_int_equal(message.kind, OTP_MESSAGE_NOTICE);
	assert_string_equal(message.to.uri, "mailto:alice@example.org");
	assert_string_equal(message.rhost, "203.0.113.5");
	assert_non_null(strstr(message.text, "A wrong code was typed for "));
	assert_true(log_has("result=sent reason=ok user="));
	assert_true(log_has(" notice=wrong-code"));
	/* Where it cannot be sent, the login is judged all the same. */
	(void)close(post);
	for (unsigned i = 0; i < 3; i++)
		answer = ask(geteuid(), "service", &request);
	assert_int_equal(answer.err, OTP_OK);
	assert_true(answer.answer.wait > 0);
	assert_true(log_has("result=unsent reason=no-socket user="));
	assert_true(log_has(" notice=delay"));
}

/* What a peer of "user" says of itself is a claim; nothing of it is kept. */
static void
daemon__logs_what_was_claimed(void **state)
{
	const struct otp_wire_request request = right();
	const struct otp_wire_answer answer = ask(alice.uid, "user", &request);
	char caller_text[64];

	(void)state;
	assert_true(is_accepted(&answer));
	(void)snprintf(caller_text, sizeof(caller_text),
	    " socket=user peer_uid=%u ", (unsigned)alice.uid);
	assert_true(log_has(" claimed_service=sshd claimed_rhost=203.0.113.5"));
	assert_true(log_has(caller_text));
	assert_false(log_has(" rhost="));
	assert_false(log_has(request.typed));
	assert_string_equal(
	    sample_peek(host.store, alice.name).last_success.host, "");
}

static void
daemon__answers_each_verb(void **state)
{
	struct otp_wire_request request = right();
	struct otp_wire_answer answer;

	(void)state;
	NEEDS_ROOT();
	answer = ask(0, "root", &request);
	assert_true(is_accepted(&answer));
	request = wrong();
	answer = ask(0, "root", &request);
	assert_int_equal(answer.answer.verdict, OTP_VERDICT_REJECT);
	assert_int_equal(answer.answer.failures, 1);
	request = right();
	answer = ask(0, "root", &request);
	assert_true(is_accepted(&answer));
	assert_int_equal(answer.answer.unreported, 1);
	request = request_of(OTP_WIRE_TOLD, alice.name, alice.uid);
	request.generation = answer.answer.generation;
	request.unreported = answer.answer.unreported;
	request.replays = answer.answer.replays;
	answer = ask(0, "root", &request);
	assert_true(answer.noted);
	answer = ask(0, "root", &request);
	assert_int_equal(answer.err, OTP_OK);
	request = right();
	answer = ask(0, "root", &request);
	assert_true(is_accepted(&answer));
	assert_int_equal(answer.answer.unreported, 0);
	request = request_of(OTP_WIRE_LOOK, alice.name, alice.uid);
	request.want_enrolled = true;
	answer = ask(0, "root", &request);
	assert_int_equal(answer.err, OTP_OK);
	assert_int_equal(answer.look.standing, OTP_STANDING_USUAL);
	assert_int_equal(answer.look.enrolled, OTP_ENROLLED_YES);
	assert_int_equal(answer.look.known.verdict, OTP_VERDICT_REJECT);
	request = request_of(OTP_WIRE_LOOK, bob.name, bob.uid);
	request.want_enrolled = true;
	answer = ask(0, "root", &request);
	assert_int_equal(answer.look.enrolled, OTP_ENROLLED_NO);
}

static void
daemon__answers_a_service(void **state)
{
	struct otp_wire_request request = right();
	struct otp_wire_answer answer;

	(void)state;
	if (is_root()) /* as the group's member would */
		assert_int_equal(chmod(host.sockets, 0755), 0);
	answer = ask(geteuid(), "service", &request);
	assert_true(is_accepted(&answer));
	assert_true(log_has(" service=sshd rhost=203.0.113.5 socket=service"));
	assert_string_equal(
	    sample_peek(host.store, alice.name).last_success.host,
	    "203.0.113.5");
}

/* Part NUMBER of alice's status, as she sees it. */
static struct otp_wire_answer
status_of(enum otp_wire_part part, uint32_t number)
{
	struct otp_wire_request request =
	    request_of(OTP_WIRE_STATUS, alice.name, alice.uid);

	request.place = (struct otp_wire_place){ part, number };
	return ask(alice.uid, "user", &request);
}

/* Make two devices of alice known, and name them. */
static void
remember_devices(uint8_t ret_ids[2][OTP_DEVICE_ID_SIZE])
{
	const struct otp_seed seed = sample_seed(&host.token);
	struct otp_store *store = sample_open(host.store, alice.name);
	struct otp_state state;
	const int64_t now = (int64_t)time(NULL);

	assert_int_equal(otp_store_load(store, &state, NULL), OTP_OK);
	memset(ret_ids, 0, (size_t)2 * OTP_DEVICE_ID_SIZE);
	assert_int_equal(otp_state_bind_devices(&state, &seed), OTP_OK);
	for (unsigned i = 0; i < 2; i++) {
		ret_ids[i][0] = (uint8_t)(i + 1);
		otp_device_remember(
		    &state.devices, ret_ids[i], now - 60, now + 86400);
	}
	assert_int_equal(
	    otp_store_put(store, &state, OTP_PUT_COMMIT, NULL), OTP_OK);
	otp_store_close(store);
}

static void
daemon__shows_users_their_account(void **state)
{
	uint8_t ids[2][OTP_DEVICE_ID_SIZE];
	struct otp_wire_request request = wrong();
	struct otp_wire_answer answer;
	const struct otp_overview *seen = &answer.overview;

	(void)state;
	remember_devices(ids);
	(void)ask(alice.uid, "user", &request);
	answer = status_of(OTP_PART_WHOLE, 0);
	assert_int_equal(answer.err, OTP_OK);
	assert_true(seen->enrolled);
	assert_int_equal(seen->problem, OTP_OK);
	assert_int_equal(seen->tokens_count, 1);
	assert_int_equal(seen->devices.count, 2);
	assert_int_equal(seen->tally.failures, 0);
	assert_int_equal(seen->others.failures, 1);
	answer = status_of(OTP_PART_TOKEN, 0);
	assert_int_equal(answer.err, OTP_OK);
	assert_string_equal(seen->tokens[0].label, host.token.label);
	assert_int_equal(seen->tokens[0].kind, OTP_HOTP);
	answer = status_of(OTP_PART_DEVICE, 1);
	assert_int_equal(answer.err, OTP_OK);
	assert_memory_equal(seen->devices.list[1].id, ids[1], sizeof(ids[1]));
	/* What is not there is an error, and nothing of it is sent. */
	answer = status_of(OTP_PART_TOKEN, 1);
	assert_int_equal(answer.err, OTP_ERR_CONFLICT);
	answer = status_of(OTP_PART_DEVICE, 2);
	assert_int_equal(answer.err, OTP_ERR_CONFLICT);
	answer = status_of(OTP_PART_ADDRESS, 0);
	assert_int_equal(answer.err, OTP_ERR_CONFLICT);
}

/* An administrator's words about a user are not for the user's programs. */
static void
daemon__tells_users_no_reason(void **state)
{
	struct otp_wire_request request =
	    request_of(OTP_WIRE_LOOK, alice.name, alice.uid);
	struct otp_store *store = sample_open(host.store, alice.name);
	struct otp_wire_answer answer;
	struct otp_state account;

	(void)state;
	assert_int_equal(otp_store_load(store, &account, NULL), OTP_OK);
	account.exemption.until = (int64_t)time(NULL) + 600;
	strcpy(account.exemption.reason, "lost the phone again");
	assert_int_equal(
	    otp_store_put(store, &account, OTP_PUT_COMMIT, NULL), OTP_OK);
	otp_store_close(store);
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.look.standing, OTP_STANDING_EXEMPT);
	assert_true(answer.look.exemption.until > 0);
	assert_string_equal(answer.look.exemption.reason, "");
	request = request_of(OTP_WIRE_STATUS, alice.name, alice.uid);
	answer = ask(alice.uid, "user", &request);
	assert_true(answer.overview.exempt);
	assert_string_equal(answer.look.exemption.reason, "");
	if (!is_root())
		return;
	answer = ask(0, "root", &request);
	assert_string_equal(
	    answer.look.exemption.reason, "lost the phone again");
}

/* No byte of a secret is in an answer, whichever part is asked for. */
static void
daemon__shows_no_secret(void **state)
{
	uint8_t data[OTP_WIRE_ANSWER_SIZE], empty[OTP_WIRE_ANSWER_SIZE];
	struct otp_wire_answer answer = status_of(OTP_PART_TOKEN, 0);

	(void)state;
	assert_int_equal(answer.err, OTP_OK);
	assert_int_equal(otp_wire_put_answer(&answer, data), OTP_OK);
	assert_null(memmem(data, sizeof(data), host.token.secret, 4));
	memset(
	    &answer.overview.tokens[0], 0, sizeof(answer.overview.tokens[0]));
	assert_int_equal(otp_wire_put_answer(&answer, empty), OTP_OK);
	assert_memory_not_equal(data, empty, sizeof(data));
}

static struct otp_wire_answer
forget(const uint8_t *id)
{
	struct otp_wire_request request =
	    request_of(OTP_WIRE_FORGET, alice.name, alice.uid);

	request.all = id == NULL;
	if (id != NULL)
		memcpy(request.forgotten, id, OTP_DEVICE_ID_SIZE);
	return ask(alice.uid, "user", &request);
}

static void
daemon__forgets_devices(void **state)
{
	uint8_t ids[2][OTP_DEVICE_ID_SIZE];
	struct otp_wire_answer answer;
	char line[128];

	(void)state;
	remember_devices(ids);
	answer = forget(ids[1]);
	assert_int_equal(answer.err, OTP_OK);
	assert_int_equal(answer.forgotten, 1);
	(void)snprintf(line, sizeof(line),
	    "action=devices-forgotten user=%s uid=%u socket=user peer_uid=%u\n",
	    alice.name, (unsigned)alice.uid, (unsigned)alice.uid);
	assert_true(log_has(line));
	assert_int_equal(sample_peek(host.store, alice.name).devices.count, 1);
	answer = forget(ids[1]);
	assert_int_equal(answer.err, OTP_ERR_ABSENT);
	answer = forget(NULL);
	assert_int_equal(answer.err, OTP_OK);
	assert_int_equal(answer.forgotten, 1);
	assert_int_equal(sample_peek(host.store, alice.name).devices.count, 0);
}

/* The two codes of alice's device from COUNTER on. */
static struct otp_wire_request
pair_of(uint64_t counter)
{
	struct otp_wire_request request =
	    request_of(OTP_WIRE_RESYNC, alice.name, alice.uid);
	char code[SAMPLE_CODE_SIZE];

	(void)snprintf(request.typed, sizeof(request.typed), "%s",
	    sample_code(&host.token, counter, code));
	(void)snprintf(request.second, sizeof(request.second), "%s",
	    sample_code(&host.token, counter + 1, code));
	return request;
}

/* It takes the lock, and so counts as a try. */
static void
daemon__limits_what_takes_the_lock(void **state)
{
	const struct otp_wire_request pair = pair_of(500);
	struct otp_wire_answer answer;

	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		answer = forget(NULL);
		assert_int_equal(answer.err, OTP_OK);
	}
	answer = forget(NULL);
	assert_int_equal(answer.err, OTP_ERR_LIMIT);
	answer = ask(alice.uid, "user", &pair);
	assert_int_equal(answer.err, OTP_ERR_LIMIT);
	/* To look at it takes no lock. */
	answer = status_of(OTP_PART_WHOLE, 0);
	assert_int_equal(answer.err, OTP_OK);
}

static unsigned
log_count(const char *text)
{
	char log[65536] = "";
	FILE *file = fopen(host.log, "r");
	unsigned count = 0;
	size_t size;

	assert_non_null(file);
	size = fread(log, 1, sizeof(log) - 1, file);
	log[size] = '\0';
	(void)fclose(file);
	for (const char *at = log; (at = strstr(at, text)) != NULL; at++)
		count++;
	return count;
}

/*
 * Three hundred in a minute, of those that take no lock.  The log has one line.  A
 * machine that does not answer so many in a minute says nothing.
 */
static void
daemon__limits_who_asks_without_end(void **state)
{
	const struct otp_wire_request look =
	    request_of(OTP_WIRE_LOOK, alice.name, alice.uid);
	struct otp_wire_request request;
	struct otp_wire_answer answer;
	const time_t begin = time(NULL);

	(void)state;
	for (unsigned i = 0; i < 299; i++) {
		answer = ask(alice.uid, "user", &look);
		assert_int_equal(answer.err, OTP_OK);
	}
	answer = status_of(OTP_PART_WHOLE, 0);
	assert_int_equal(answer.err, OTP_OK);
	if (time(NULL) - begin > 50)
		skip();
	answer = ask(alice.uid, "user", &look);
	assert_int_equal(answer.err, OTP_ERR_LIMIT);
	assert_int_equal(answer.fault.numbers[0], 60);
	answer = status_of(OTP_PART_WHOLE, 0);
	assert_int_equal(answer.err, OTP_ERR_LIMIT);
	assert_int_equal(log_count("reason=limit"), 1);
	/* A code is not a look; nor are others held. */
	request = right();
	answer = ask(alice.uid, "user", &request);
	assert_true(is_accepted(&answer));
	answer = ask(geteuid(), "service", &look);
	assert_int_equal(answer.err, OTP_OK);
	NEEDS_ROOT();
	request = request_of(OTP_WIRE_LOOK, bob.name, bob.uid);
	answer = ask(bob.uid, "user", &request);
	assert_int_equal(answer.err, OTP_OK);
}

/* A device that is far ahead; its next code is accepted then. */
static void
daemon__resynchronises_a_token(void **state)
{
	struct otp_wire_request request = pair_of(500);
	struct otp_wire_answer answer = ask(alice.uid, "user", &request);

	(void)state;
	assert_int_equal(answer.err, OTP_OK);
	assert_int_equal(answer.resync, OTP_VERDICT_ACCEPT);
	assert_true(log_has("action=resynchronised user="));
	assert_false(log_has(request.typed));
	host.counter = 502;
	request = right();
	answer = ask(alice.uid, "user", &request);
	assert_true(is_accepted(&answer));
	/* Never back. */
	request = pair_of(500);
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.resync, OTP_VERDICT_REJECT);
	assert_true(log_has("action=resync-refused user="));
	request.token = 1;
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_ABSENT);
}

/* One try for both codes, of the tally of other callers, with its delays. */
static void
daemon__charges_a_resync_to_other_callers(void **state)
{
	struct otp_wire_request request = pair_of(5000);
	struct otp_wire_answer answer;
	struct otp_state account;
	int64_t begin = (int64_t)time(NULL);

	(void)state;
	configure("delay_after = 2\n");
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.resync, OTP_VERDICT_REJECT);
	assert_true((int64_t)time(NULL) - begin >= 1); /* it is held */
	account = sample_peek(host.store, alice.name);
	assert_int_equal(account.others.failures, 1);
	assert_int_equal(account.tally.failures, 0);
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.resync, OTP_VERDICT_REJECT);
	request = pair_of(500);
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.resync, OTP_VERDICT_WAITING);
	assert_int_equal(
	    sample_peek(host.store, alice.name).others.failures, 2);
	NEEDS_ROOT();
	/* The delay is of other callers alone; a right pair ends its own. */
	answer = ask(0, "root", &request);
	assert_int_equal(answer.resync, OTP_VERDICT_ACCEPT);
	assert_int_equal(
	    sample_peek(host.store, alice.name).others.failures, 2);
}

static void
daemon__resynchronises_nothing_of_the_suspended(void **state)
{
	struct otp_wire_request request = pair_of(500);
	struct otp_store *store = sample_open(host.store, alice.name);
	struct otp_wire_answer answer;
	struct otp_state account;

	(void)state;
	assert_int_equal(otp_store_load(store, &account, NULL), OTP_OK);
	account.suspended = true;
	assert_int_equal(
	    otp_store_put(store, &account, OTP_PUT_COMMIT, NULL), OTP_OK);
	otp_store_close(store);
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_SUSPENDED);
	assert_int_equal(answer.resync, OTP_VERDICT_REJECT);
	assert_int_equal(
	    sample_peek(host.store, alice.name).credentials[0].value, 0);
}

/* Which codes were used is unknown: two of them could be sent. */
static void
daemon__resynchronises_no_unknown_counter(void **state)
{
	struct otp_wire_request request = pair_of(0);

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct otp_store *store = sample_open(host.store, alice.name);
		struct otp_wire_answer answer;
		struct otp_state account;

		assert_int_equal(otp_store_load(store, &account, NULL), OTP_OK);
		account.credentials[0].value = UINT64_MAX;
		account.credentials_count = 1 - i; /* and not adopted */
		assert_int_equal(
		    otp_store_put(store, &account, OTP_PUT_COMMIT, NULL),
		    OTP_OK);
		otp_store_close(store);
		answer = ask(alice.uid, "user", &request);
		assert_int_equal(answer.err, OTP_ERR_NO_STATE);
		assert_int_equal(answer.fault.detail,
		    i == 0 ? OTP_DETAIL_COUNTER_UNKNOWN
			   : OTP_DETAIL_NOT_ADOPTED);
		assert_int_equal(answer.resync, OTP_VERDICT_REJECT);
		assert_int_equal(
		    sample_peek(host.store, alice.name).others.failures, 0);
	}
	NEEDS_ROOT();
	assert_int_equal(ask(0, "root", &request).resync, OTP_VERDICT_ACCEPT);
}

/* A name may have been another person's. */
static void
daemon__shows_nothing_of_a_former_user(void **state)
{
	static const struct otp_overview nothing;
	struct otp_wire_request request =
	    request_of(OTP_WIRE_STATUS, alice.name, alice.uid);
	struct otp_store *store = sample_open(host.store, alice.name);
	struct otp_wire_answer answer;
	struct otp_state account;

	(void)state;
	assert_int_equal(otp_store_load(store, &account, NULL), OTP_OK);
	account.uid++;
	assert_int_equal(
	    otp_store_put(store, &account, OTP_PUT_COMMIT, NULL), OTP_OK);
	otp_store_close(store);
	for (unsigned part = OTP_PART_WHOLE; part <= OTP_PART_DEVICE; part++) {
		request.place.part = (enum otp_wire_part)part;
		answer = ask(alice.uid, "user", &request);
		assert_int_equal(answer.err, OTP_ERR_UID);
		assert_memory_equal(
		    &answer.overview, &nothing, sizeof(nothing));
	}
	request = pair_of(0);
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_UID);
}

/* What the tool's client reads part by part is what the store has. */
static void
daemon__is_asked_by_the_client(void **state)
{
	const struct otp_link link = { .folder = host.sockets,
		.socket = OTP_LINK_USER };
	const struct otp_wire_request message =
	    request_of(OTP_WIRE_STATUS, alice.name, alice.uid);
	const struct otp_request *request = &message.request;
	uint8_t ids[2][OTP_DEVICE_ID_SIZE];
	struct otp_overview seen;
	struct otp_fault fault = { 0 };
	const struct otp_wire_request pair = pair_of(500);
	enum otp_verdict verdicts[2] = { OTP_VERDICT_REJECT };
	char longest[OTP_WIRE_CODE_SIZE + 1];
	enum otp_err errs[7];
	unsigned counts[2] = { 0 };

	(void)state;
	NEEDS_ROOT();
	remember_devices(ids);
	memset(longest, '1', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(seteuid(alice.uid), 0);
	errs[5] = otp_link_resync(
	    &link, request, 0, pair.typed, pair.second, &verdicts[0], &fault);
	errs[6] = otp_link_resync(
	    &link, request, 0, pair.typed, longest, &verdicts[1], &fault);
	errs[0] = otp_link_overview(&link, request, &seen, &fault);
	errs[1] = otp_link_forget(&link, request, ids[0], &counts[0], &fault);
	errs[2] = otp_link_forget(&link, request, NULL, &counts[1], &fault);
	errs[3] = otp_link_forget(&link, request, ids[0], &counts[1], &fault);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(errs[0], OTP_OK);
	assert_true(seen.enrolled);
	assert_int_equal(seen.tokens_count, 1);
	assert_string_equal(seen.tokens[0].label, host.token.label);
	assert_int_equal(seen.devices.count, 2);
	assert_memory_equal(seen.devices.list[0].id, ids[0], sizeof(ids[0]));
	assert_memory_equal(seen.devices.list[1].id, ids[1], sizeof(ids[1]));
	assert_int_equal(errs[5], OTP_OK);
	assert_int_equal(verdicts[0], OTP_VERDICT_ACCEPT);
	assert_int_equal(errs[6], OTP_OK);
	assert_int_equal(verdicts[1], OTP_VERDICT_MALFORMED);
	assert_int_equal(errs[1], OTP_OK);
	assert_int_equal(counts[0], 1);
	assert_int_equal(errs[2], OTP_OK);
	assert_int_equal(counts[1], 1);
	assert_int_equal(errs[3], OTP_ERR_ABSENT);
	(void)daemon_end(SIGKILL);
	errs[4] = otp_link_overview(&link, request, &seen, &fault);
	assert_int_equal(errs[4], OTP_ERR_NO_DAEMON);
}

/* A daemon of root's that answers with another part than it was asked for. */
static void
daemon__of_other_parts_gives_none(void **state)
{
	const struct otp_wire_request message =
	    request_of(OTP_WIRE_STATUS, alice.name, alice.uid);
	struct otp_wire_answer answer = { .verb = OTP_WIRE_STATUS,
		.place = { OTP_PART_TOKEN, 0 } };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct otp_link link = { .folder = host.sockets,
		.socket = OTP_LINK_USER };
	struct otp_overview seen;
	struct otp_fault fault = { 0 };
	uint8_t data[OTP_WIRE_ANSWER_SIZE], asked[OTP_WIRE_REQUEST_SIZE];
	int fd = -1, peer = -1;
	pid_t pid;

	(void)state;
	NEEDS_ROOT();
	(void)daemon_end(SIGKILL);
	(void)snprintf(answer.account, OTP_ACCOUNT_SIZE, "%s", alice.name);
	assert_int_equal(otp_wire_put_answer(&answer, data), OTP_OK);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/user",
	    host.sockets);
	(void)unlink(address.sun_path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		peer = accept(fd, NULL, NULL);
		(void)recv(peer, asked, sizeof(asked), 0);
		(void)send(peer, data, sizeof(data), MSG_NOSIGNAL);
		_exit(0);
	}
	assert_int_equal(
	    otp_link_overview(&link, &message.request, &seen, &fault),
	    OTP_ERR_NO_DAEMON);
	assert_int_equal(fault.errnum, EBADMSG);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	(void)close(fd);
}

static void
daemon__refuses_another_account(void **state)
{
	struct otp_wire_request asked[] = {
		request_of(OTP_WIRE_LOOK, bob.name, bob.uid),
		request_of(OTP_WIRE_TRY, bob.name, bob.uid),
		request_of(OTP_WIRE_TRY, bob.name, alice.uid),
		request_of(OTP_WIRE_STATUS, bob.name, bob.uid),
		request_of(OTP_WIRE_FORGET, bob.name, bob.uid),
		request_of(OTP_WIRE_TOLD, alice.name, alice.uid),
		request_of(OTP_WIRE_RESYNC, bob.name, bob.uid),
	};
	struct otp_wire_request of_root[] = {
		request_of(OTP_WIRE_TRY, "root", 0),
		request_of(OTP_WIRE_LOOK, "root", 0),
		request_of(OTP_WIRE_TOLD, "root", 0),
		request_of(OTP_WIRE_TRY, "root", OTP_UID_VIRTUAL),
		/* The group may look and try. */
		request_of(OTP_WIRE_STATUS, alice.name, alice.uid),
		request_of(OTP_WIRE_FORGET, alice.name, alice.uid),
		request_of(OTP_WIRE_RESYNC, alice.name, alice.uid),
	};
	int fds[COUNT(asked) + COUNT(of_root)];
	size_t count = 0;
	struct otp_wire_answer answer;

	(void)state;
	asked[4].all = of_root[5].all = true;
	for (size_t i = 0; i < COUNT(asked); i++) {
		fds[count] = call(alice.uid, "user");
		tell(fds[count++], &asked[i]);
		if (count == 3) {
			/* A uid has four places. */
			for (size_t n = 0; n < count; n++) {
				assert_true(hear(fds[n], &answer));
				assert_int_equal(answer.err, OTP_ERR_DENIED);
			}
			count = 0;
		}
	}
	for (size_t i = 0; i < COUNT(of_root); i++) {
		fds[count] = call(geteuid(), "service");
		tell(fds[count++], &of_root[i]);
	}
	for (size_t i = 0; i < count; i++) {
		assert_true(hear(fds[i], &answer));
		assert_int_equal(answer.err, OTP_ERR_DENIED);
		assert_int_equal(answer.answer.verdict, OTP_VERDICT_REJECT);
		assert_string_equal(answer.fault.where, "");
	}
	assert_true(log_has("result=refused reason=denied socket="));
}

/* Not even root is answered on "user", and none but root on "root". */
static void
daemon__refuses_another_caller(void **state)
{
	const struct otp_wire_request request = right();
	struct otp_wire_answer answer;

	(void)state;
	if (is_root()) {
		answer = ask(0, "user", &request);
	} else {
		answer = ask(alice.uid, "root", &request);
	}
	assert_int_equal(answer.err, OTP_ERR_DENIED);
	assert_int_equal(answer.answer.verdict, OTP_VERDICT_REJECT);
}

static mode_t
mode_of(const char *name)
{
	char path[3 * PATH_SIZE];
	struct stat status;

	(void)snprintf(path, sizeof(path), "%s/%s", host.sockets, name);
	assert_int_equal(lstat(path, &status), 0);
	assert_true(S_ISSOCK(status.st_mode));
	return status.st_mode & 0777;
}

static void
daemon__creates_sockets_for_each_kind_of_caller(void **state)
{
	(void)state;
	assert_int_equal(mode_of("root"), 0600);
	assert_int_equal(mode_of("user"), 0666);
	/* 0660 if there is the group, and root runs it. */
	assert_int_equal(mode_of("service") & 0607, 0600);
	NEEDS_ROOT();
	assert_int_equal(caller(alice.uid, "root"), -1);
	assert_int_equal(caller(alice.uid, "service"), -1);
}

/* A known device, as root states it, and as others do. */
static void
daemon__does_not_believe_a_caller(void **state)
{
	struct otp_wire_request request = right();
	struct otp_wire_answer answer;

	(void)state;
	NEEDS_ROOT();
	memset(request.request.device.id, 7, OTP_DEVICE_ID_SIZE);
	request.request.device.remember_for = 86400;
	answer = ask(0, "root", &request);
	assert_true(is_accepted(&answer));
	assert_true(answer.answer.device_left > 0);
	request.verb = OTP_WIRE_LOOK;
	request.typed[0] = '\0';
	answer = ask(0, "root", &request);
	assert_int_equal(answer.look.known.verdict, OTP_VERDICT_ACCEPT);
	answer = ask(0, "service", &request);
	assert_int_equal(answer.err, OTP_OK);
	assert_int_equal(answer.look.known.verdict, OTP_VERDICT_REJECT);
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_OK);
	assert_int_equal(answer.look.known.verdict, OTP_VERDICT_REJECT);
	request.request.unknown = true;
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_OK);
}

static void
daemon__refuses_with_a_wrong_configuration(void **state)
{
	struct otp_wire_request request = right();
	struct otp_wire_answer answer;

	(void)state;
	configure("nonsense = 1\n");
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_OPTION);
	assert_int_equal(answer.fault.line, 3);
	assert_true(log_has("result=misconfigured reason=option"));
	configure("delay_after = 5"); /* torn */
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_OPTION);
	/* It is read anew each time. */
	configure("delay_after = 5\n");
	answer = ask(alice.uid, "user", &request);
	assert_true(is_accepted(&answer));
}

static unsigned
daemon_descriptors(void)
{
	char path[64];
	unsigned count = 0;
	DIR *folder;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)host.pid);
	folder = opendir(path);
	if (folder == NULL)
		return 0; /* the kernel shows them to root alone */
	while (readdir(folder) != NULL)
		count++;
	(void)closedir(folder);
	return count;
}

/*
 * Whether it has no more than COUNT; those of the last caller go in a moment.
 * One that goes may have been counted before.
 */
static bool
has_descriptors(unsigned count)
{
	for (unsigned i = 0; i < WAIT / 10 && daemon_descriptors() > count; i++)
		pause_for(10);
	return daemon_descriptors() <= count;
}

/* Whether nothing but the end comes after SIZE bytes of DATA. */
static bool
ends_it(const void *data, size_t size)
{
	const int fd = call(geteuid(), "service");
	uint8_t answer[OTP_WIRE_MAX];
	ssize_t got;

	assert_int_equal(send(fd, data, size, MSG_NOSIGNAL), size);
	assert_true(comes(fd, WAIT));
	got = recv(fd, answer, sizeof(answer), 0);
	(void)close(fd);
	return got <= 0;
}

/* How many it has once whoever called before has gone, which is one turn later. */
static unsigned
descriptors_at_rest(void)
{
	for (unsigned i = 0; i < 3; i++)
		assert_true(ends_it("", 1));
	return daemon_descriptors();
}

static void
daemon__ends_what_is_not_a_request(void **state)
{
	static uint8_t data[3 * OTP_WIRE_MAX];
	const struct otp_wire_request request = right();
	const size_t whole = OTP_WIRE_REQUEST_SIZE;
	struct otp_wire_answer answer;
	unsigned before;
	uint64_t seed = 1;

	(void)state;
	before = descriptors_at_rest();
	assert_int_equal(otp_wire_put_request(&request, data), OTP_OK);
	assert_true(ends_it(data, whole - 1)); /* too short */
	assert_true(ends_it(data, whole + 1)); /* and too long */
	assert_true(ends_it(data, OTP_WIRE_MAX));
	assert_true(ends_it(data, OTP_WIRE_MAX + 1));
	assert_true(ends_it(data, sizeof(data)));
	data[whole - 1] = 1; /* after the NUL */
	assert_true(ends_it(data, whole));
	memset(data + 432, 'x', whole - 432); /* no NUL */
	assert_true(ends_it(data, whole));
	for (unsigned i = 0; i < RANDOM; i++) {
		const size_t size = unit_between(&seed, 1, OTP_WIRE_MAX + 9);

		unit_fill(&seed, data, size);
		assert_true(ends_it(data, size));
	}
	answer = ask(geteuid(), "service", &request);
	assert_true(is_accepted(&answer));
	assert_true(
	    has_descriptors(before + 1)); /* of the process that is kept */
}

static void
daemon__says_its_version_to_another(void **state)
{
	const struct otp_wire_request request = right();
	uint8_t data[OTP_WIRE_REQUEST_SIZE], ours[OTP_WIRE_VERSION_SIZE];
	const int fd = call(alice.uid, "user");

	(void)state;
	assert_int_equal(otp_wire_put_request(&request, data), OTP_OK);
	data[4] = OTP_WIRE_VERSION + 1;
	assert_int_equal(send(fd, data, sizeof(data), 0), sizeof(data));
	assert_true(comes(fd, WAIT));
	assert_int_equal(recv(fd, data, sizeof(data), 0), sizeof(ours));
	otp_wire_put_version(ours);
	assert_memory_equal(data, ours, sizeof(ours));
	assert_int_equal(recv(fd, data, sizeof(data), 0), 0);
	(void)close(fd);
}

/* Of a program that has had the module since before an upgrade. */
static void
daemon__answers_in_the_version_before(void **state)
{
	struct otp_wire_request request = right();
	uint8_t data[OTP_WIRE_REQUEST_SIZE];
	struct otp_wire_answer answer;
	const int fd = call(alice.uid, "user");

	(void)state;
	request.version = OTP_WIRE_VERSION_MIN;
	assert_int_equal(otp_wire_put_request(&request, data), OTP_OK);
	assert_int_equal(send(fd, data, sizeof(data), 0), sizeof(data));
	assert_true(hear(fd, &answer));
	assert_true(is_accepted(&answer));
	assert_int_equal(answer.version, OTP_WIRE_VERSION_MIN);
	(void)close(fd);
}

/* A descriptor that comes with a message is not kept. */
static void
daemon__takes_no_descriptor(void **state)
{
	const struct otp_wire_request request = right();
	uint8_t data[OTP_WIRE_REQUEST_SIZE];
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { .bytes = { 0 } };
	struct iovec vector = { data, sizeof(data) };
	struct msghdr message = { .msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	struct otp_wire_answer answer;
	const unsigned before = descriptors_at_rest();
	const int fd = call(alice.uid, "user");
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(otp_wire_put_request(&request, data), OTP_OK);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &ends[1], sizeof(int));
	assert_int_equal(sendmsg(fd, &message, 0), sizeof(data));
	(void)close(ends[1]);
	assert_true(hear(fd, &answer));
	assert_true(is_accepted(&answer));
	/* All copies of its other end are closed. */
	assert_int_equal(read(ends[0], data, 1), 0);
	(void)close(ends[0]);
	assert_true(
	    has_descriptors(before + 1)); /* of the process that is kept */
}

static void
daemon__answers_once(void **state)
{
	const struct otp_wire_request first = right(), second = right();
	struct otp_wire_answer answer;
	uint8_t data[OTP_WIRE_MAX];
	const int fd = call(alice.uid, "user");
	unsigned answers = 0;

	(void)state;
	tell(fd, &first);
	tell(fd, &second);
	while (comes(fd, WAIT)) {
		const ssize_t size = recv(fd, data, sizeof(data), 0);

		if (size == 0)
			break;
		answers += size > 0;
	}
	(void)close(fd);
	assert_true(answers <= 1);
	/* The second was not even looked at. */
	answer = ask(alice.uid, "user", &second);
	assert_true(is_accepted(&answer));
}

static void
daemon__holds_a_refusal(void **state)
{
	const struct otp_wire_request request = wrong(), code = right();
	struct otp_wire_answer answer;
	const int fd = call(alice.uid, "user");
	const int other = call(geteuid(), "service");
	const int third = call(geteuid(), "service");

	(void)state;
	tell(fd, &request);
	tell(other, &request);
	assert_false(comes(fd, SHORT));
	assert_false(comes(other, 1));
	/* No worker waits: others are answered meanwhile. */
	tell(third, &code);
	assert_true(hear(third, &answer));
	assert_true(is_accepted(&answer));
	assert_false(comes(fd, 1));
	assert_true(hear(fd, &answer));
	assert_int_equal(answer.answer.verdict, OTP_VERDICT_REJECT);
	assert_true(hear(other, &answer));
	assert_int_equal(answer.answer.verdict, OTP_VERDICT_REJECT);
}

/* What a user's programs try never delays the logins through services. */
static void
daemon__charges_the_tally_of_the_callers(void **state)
{
	const struct otp_wire_request request = wrong();
	struct otp_wire_answer answer;
	struct otp_state account;

	(void)state;
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.answer.verdict, OTP_VERDICT_REJECT);
	account = sample_peek(host.store, alice.name);
	assert_int_equal(account.others.failures, 1);
	assert_int_equal(account.tally.failures, 0);
	answer = ask(geteuid(), "service", &request);
	assert_int_equal(answer.answer.verdict, OTP_VERDICT_REJECT);
	account = sample_peek(host.store, alice.name);
	assert_int_equal(account.others.failures, 1);
	assert_int_equal(account.tally.failures, 1);
}

static void
daemon__limits_a_uid(void **state)
{
	struct otp_wire_answer answer;
	struct otp_wire_request request;
	uint8_t byte;
	int fds[4], fifth;

	(void)state;
	for (size_t i = 0; i < COUNT(fds); i++)
		fds[i] = call(alice.uid, "user");
	fifth = call(alice.uid, "user");
	assert_true(comes(fifth, WAIT));
	assert_int_equal(recv(fifth, &byte, 1, 0), 0);
	(void)close(fifth);
	assert_false(comes(fds[0], 1));
	for (size_t i = 0; i < COUNT(fds); i++)
		(void)close(fds[i]);
	for (unsigned i = 0; i < 10; i++) {
		request = right();
		answer = ask(alice.uid, "user", &request);
		assert_true(is_accepted(&answer));
	}
	request = right();
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_LIMIT);
	assert_true(log_has("result=refused reason=limit socket=user"));
	/* Others are not limited by that. */
	answer = ask(geteuid(), "service", &request);
	assert_true(is_accepted(&answer));
}

/*
 * More connections of "user" than there is room for, PER_UID of each uid: some
 * send nothing, and some ask what they may not.  CALLER is answered on SOCKET,
 * each time within so many milliseconds.
 */
static void
is_answered_in_a_flood(
    unsigned per_uid, uid_t caller, const char *socket, int within)
{
	struct otp_wire_request request = right();
	struct otp_wire_answer answer;
	int fds[FLOOD];

	for (unsigned i = 0; i < FLOOD; i++) {
		fds[i] = call(20000 + i / per_uid, "user");
		if (i % 2 == 0)
			tell(fds[i], &request);
	}
	for (unsigned i = 0; i < 3; i++) {
		const int fd = call(caller, socket);

		request = right();
		tell(fd, &request);
		assert_true(comes(fd, within));
		assert_true(hear(fd, &answer));
		assert_true(is_accepted(&answer));
	}
	for (unsigned i = 0; i < FLOOD; i++)
		(void)close(fds[i]);
}

static void
daemon__answers_root_in_a_flood(void **state)
{
	(void)state;
	NEEDS_ROOT();
	is_answered_in_a_flood(4, 0, "root", 5000);
}

/* One user may have thousands of subordinate uids. */
static void
daemon__answers_users_in_a_flood(void **state)
{
	(void)state;
	NEEDS_ROOT();
	is_answered_in_a_flood(1, alice.uid, "user", 1500);
}

/* A caller that sends nothing is closed after 5 seconds; others are served. */
static void
daemon__leaves_who_says_nothing(void **state)
{
	struct otp_wire_request request = right();
	struct otp_wire_answer answer;
	const int fd = call(alice.uid, "user");
	uint8_t byte;

	(void)state;
	answer = ask(alice.uid, "user", &request);
	assert_true(is_accepted(&answer));
	assert_false(comes(fd, SHORT));
	assert_true(comes(fd, WAIT));
	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	(void)close(fd);
}

static bool
was_accepted(void)
{
	for (unsigned i = 0; i < WAIT / 10; i++) {
		if (sample_peek(host.store, alice.name).last_success.time != 0)
			return true;
		pause_for(10);
	}
	return false;
}

static void
daemon__finishes_a_try_of_one_who_left(void **state)
{
	const struct otp_wire_request request = right();
	const int fd = call(alice.uid, "user");

	(void)state;
	tell(fd, &request);
	(void)close(fd);
	assert_true(was_accepted());
}

static void
daemon__finishes_at_sigterm(void **state)
{
	const struct otp_wire_request request = wrong();
	struct otp_wire_answer answer;
	const int fd = call(alice.uid, "user");
	const int silent = call(alice.uid, "user");
	const int late = call(0, "root");
	struct otp_wire_answer heard;
	uint8_t byte;
	char path[3 * PATH_SIZE];
	int status;

	(void)state;
	NEEDS_ROOT();
	tell(fd, &request);
	while (sample_peek(host.store, alice.name).others.failures == 0)
		pause_for(10);
	assert_int_equal(kill(host.pid, SIGTERM), 0);
	pause_for(50);
	tell(late, &request); /* it was accepted before */
	assert_true(hear(late, &heard));
	assert_int_equal(heard.answer.verdict, OTP_VERDICT_REJECT);
	assert_true(comes(silent, WAIT));
	assert_int_equal(recv(silent, &byte, 1, 0), 0);
	(void)close(silent);
	assert_true(hear(fd, &answer));
	assert_int_equal(answer.answer.verdict, OTP_VERDICT_REJECT);
	assert_int_equal(waitpid(host.pid, &status, 0), host.pid);
	host.pid = 0;
	assert_int_equal(status, 0);
	(void)snprintf(path, sizeof(path), "%s/user", host.sockets);
	assert_int_equal(access(path, F_OK), -1);
}

/* Killed at any time: a code works at most once, and costs one try at most. */
static void
daemon__killed_accepts_a_code_once(void **state)
{
	uint64_t seed = 7;

	(void)state;
	NEEDS_ROOT();
	for (unsigned i = 0; i < KILLS; i++) {
		const struct otp_wire_request request = right();
		struct otp_wire_answer answer;
		unsigned accepted = 0;
		const int fd = call(0, "root");

		tell(fd, &request);
		pause_for((long)unit_between(&seed, 0, 8));
		(void)daemon_end(SIGKILL);
		if (hear(fd, &answer) && is_accepted(&answer)) {
			accepted++;
			assert_true(was_accepted());
		}
		daemon_start();
		answer = ask(0, "root", &request);
		accepted += is_accepted(&answer);
		assert_true(accepted <= 1);
		if (!is_accepted(&answer))
			assert_int_equal(
			    answer.answer.verdict, OTP_VERDICT_REPLAY);
		assert_true(answer.answer.failures <= 1);
	}
}

/* A racer: with the daemon, or with the store itself. */
static bool
racer_accepts(const struct otp_wire_request *request, bool direct)
{
	const struct otp_policy policy = OTP_POLICY_DEFAULT;
	const struct otp_host here = { .sys = &otp_sys_host,
		.store = { .folder = host.store },
		.policy = &policy };
	struct otp_answer answer;
	struct otp_wire_answer told;

	if (direct)
		return otp_attempt_try(&here, &request->request, request->typed,
			   &answer, NULL) == OTP_OK &&
		    answer.verdict == OTP_VERDICT_ACCEPT;
	told = ask(geteuid(), quick_socket(), request);
	return is_accepted(&told);
}

static void
daemon__shares_the_store_with_direct_logins(void **state)
{
	(void)state;
	for (unsigned i = 0; i < (is_root() ? RACES : 1); i++) {
		const struct otp_wire_request request = right();
		const unsigned racers = is_root() ? RACERS : 3;
		unsigned accepted = 0;
		pid_t children[RACERS];

		for (unsigned j = 0; j < racers; j++) {
			children[j] = fork();
			assert_true(children[j] >= 0);
			if (children[j] == 0)
				_exit(racer_accepts(&request, j % 2 == 0));
		}
		for (unsigned j = 0; j < racers; j++) {
			int status = -1;

			assert_int_equal(
			    waitpid(children[j], &status, 0), children[j]);
			assert_true(WIFEXITED(status));
			accepted += WEXITSTATUS(status) == 1;
		}
		assert_int_equal(accepted, 1);
	}
}

/* --- how it is started --- */

/* Whether PID has a handler of the signal NUMBER, so that it does not die of it. */
static bool
catches(pid_t pid, int number)
{
	unsigned long long caught = 0;
	char path[PATH_SIZE], line[256];
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "r");
	if (file == NULL)
		return false;
	while (fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "SigCgt: %llx", &caught) == 1)
			break;
	(void)fclose(file);
	return caught >> (number - 1) & 1;
}

/* Its status with NAMES of COUNT sockets that are passed to it. */
static int
passed(const char *names, unsigned count, int type)
{
	const pid_t pid = fork();
	int status = -1;

	assert_true(pid >= 0);
	if (pid == 0) {
		char number[24];

		for (unsigned i = 0; i < count; i++) {
			const int fd = socket(AF_UNIX, type, 0);
			struct sockaddr_un address = { .sun_family = AF_UNIX };

			(void)snprintf(address.sun_path,
			    sizeof(address.sun_path), "%s/passed%u",
			    host.sockets, i);
			(void)unlink(address.sun_path);
			if (fd < 0 ||
			    bind(fd, (struct sockaddr *)&address,
				sizeof(address)) != 0 ||
			    listen(fd, 5) != 0 ||
			    (fd != (int)(3 + i) && dup2(fd, (int)(3 + i)) < 0))
				_exit(98);
		}
		(void)snprintf(number, sizeof(number), "%d", (int)getpid());
		(void)setenv("LISTEN_PID", number, 1);
		(void)snprintf(number, sizeof(number), "%u", count);
		(void)setenv("LISTEN_FDS", number, 1);
		(void)setenv("LISTEN_FDNAMES", names, 1);
		daemon_run(NULL);
	}
	for (unsigned i = 0; i < WAIT / 10; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		pause_for(10);
		if (catches(pid, SIGTERM))
			(void)kill(pid, SIGTERM);
	}
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
	return -1;
}

static void
daemon__takes_the_sockets_of_systemd(void **state)
{
	(void)state;
	(void)daemon_end(SIGKILL);
	for (int fd = 3; fd < 32; fd++)
		(void)close(fd);
	assert_int_equal(passed("user", 1, SOCK_SEQPACKET), 0);
	assert_int_equal(passed("service:user:root", 3, SOCK_SEQPACKET), 0);
	assert_int_equal(passed("", 1, SOCK_SEQPACKET), 1);
	assert_int_equal(passed("other", 1, SOCK_SEQPACKET), 1);
	assert_int_equal(passed("user:user", 2, SOCK_SEQPACKET), 1);
	assert_int_equal(passed("user", 2, SOCK_SEQPACKET), 1);
	assert_int_equal(passed("user:root", 1, SOCK_SEQPACKET), 1);
	assert_int_equal(passed("user", 1, SOCK_STREAM), 1);
	assert_int_equal(passed("user", 0, SOCK_SEQPACKET), 1);
	assert_true(log_has("systemd passed no sockets") ||
	    log_has("no sockets: option: LISTEN_FDS"));
}

#define PROCESSES 16

/* The children of the daemon, as soon as there are COUNT of them. */
static void
processes(unsigned count, pid_t ret_processes[PROCESSES])
{
	char path[PATH_SIZE];
	unsigned found = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	    (int)host.pid, (int)host.pid);
	pause_for(200); /* one that has answered ends */
	for (unsigned i = 0; i < WAIT / 10; i++) {
		FILE *file = fopen(path, "r");

		assert_non_null(file);
		found = 0;
		while (found < PROCESSES &&
		    fscanf(file, "%d", &ret_processes[found]) == 1)
			found++;
		(void)fclose(file);
		if (found == count)
			return;
		pause_for(10);
	}
	assert_int_equal(found, count);
}

/* The one that is ready, while none is kept. */
static pid_t
ready_process(void)
{
	pid_t list[PROCESSES];

	processes(1, list);
	return list[0];
}

static bool
is_among(pid_t pid, const pid_t *list, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (list[i] == pid)
			return true;
	return false;
}

static unsigned
descriptors_of(pid_t pid)
{
	char path[PATH_SIZE];
	unsigned count = 0;
	DIR *folder;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	folder = opendir(path);
	assert_non_null(folder);
	while (readdir(folder) != NULL)
		count++;
	(void)closedir(folder);
	return count - 2;
}

/* One that has ended may be kept until somebody waits for it. */
static bool
is_running(pid_t pid)
{
	char path[PATH_SIZE];
	char letter = 'Z';
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "r");
	if (file == NULL)
		return false;
	if (fscanf(file, "%*d %*s %c", &letter) != 1)
		letter = 'Z';
	(void)fclose(file);
	return letter != 'Z';
}

/* They have no connection, and end with the daemon, however that ends. */
static void
daemon__keeps_one_process_ready(void **state)
{
	struct otp_wire_request request = right();
	struct otp_wire_answer answer;
	const int open = call(geteuid(), quick_socket());
	pid_t list[PROCESSES];

	(void)state;
	NEEDS_ROOT();
	for (unsigned i = 0; i < 2; i++) {
		request = right();
		answer = ask(geteuid(), quick_socket(), &request);
		assert_true(is_accepted(&answer));
		processes(2, list);
		pause_for(50);
		/* Neither the 3 sockets nor a connection nor another's end. */
		for (unsigned j = 0; j < 2; j++)
			assert_int_equal(descriptors_of(list[j]),
			    descriptors_of(host.pid) - 5);
		/* Both are replaced. */
		for (unsigned j = 0; j < 2 && i == 0; j++)
			assert_int_equal(kill(list[j], SIGKILL), 0);
		pause_for(50);
	}
	(void)daemon_end(SIGKILL);
	for (unsigned i = 0; i < WAIT / 10; i++)
		if (is_running(list[0]) || is_running(list[1]))
			pause_for(10);
	assert_false(is_running(list[0]));
	assert_false(is_running(list[1]));
	(void)close(open);
}

/* The one of AFTER that is not in BEFORE. */
static pid_t
newcomer(const pid_t *before, unsigned count, const pid_t *after)
{
	for (unsigned i = 0; i <= count; i++)
		if (!is_among(after[i], before, count))
			return after[i];
	fail();
	return 0;
}

static void
daemon__keeps_a_process_for_one_caller(void **state)
{
	struct otp_wire_request request;
	pid_t first[PROCESSES], list[PROCESSES], more[PROCESSES];
	pid_t alices = 0;

	(void)state;
	NEEDS_ROOT();
	request = request_of(OTP_WIRE_LOOK, alice.name, alice.uid);
	(void)ask(0, "root", &request);
	processes(2, first);
	request = right();
	(void)ask(0, "root", &request);
	processes(2, list);
	assert_memory_equal(list, first, 2 * sizeof(list[0]));
	/* The same uid on another socket: the one that was ready. */
	request = request_of(OTP_WIRE_LOOK, alice.name, alice.uid);
	(void)ask(0, "service", &request);
	processes(3, list);
	assert_true(is_among(first[0], list, 3));
	assert_true(is_among(first[1], list, 3));
	alices = newcomer(first, 2, list);
	(void)ask(alice.uid, "user", &request);
	processes(4, more);
	(void)ask(alice.uid, "user", &request);
	processes(4, list);
	assert_memory_equal(list, more, 4 * sizeof(list[0]));
	/* Another uid on the same socket: hers gives way. */
	request = request_of(OTP_WIRE_LOOK, bob.name, bob.uid);
	(void)ask(bob.uid, "user", &request);
	processes(4, list);
	assert_false(is_among(alices, list, 4));
}

static void
daemon__keeps_no_process_that_did_more(void **state)
{
	struct otp_wire_request request =
	    request_of(OTP_WIRE_LOOK, alice.name, alice.uid);
	pid_t list[PROCESSES];

	(void)state;
	NEEDS_ROOT();
	(void)ask(alice.uid, "user", &request);
	processes(2, list);
	request.verb = OTP_WIRE_STATUS;
	(void)ask(alice.uid, "user", &request);
	processes(1, list);
	/* Nor one that met an error: alice may not ask about bob. */
	request = request_of(OTP_WIRE_LOOK, bob.name, bob.uid);
	(void)ask(alice.uid, "user", &request);
	processes(1, list);
}

/* --- changes that users make to their own account --- */

/* The token that she sets up, which her program made the secret of. */
static const struct otp_token own_token = { .kind = OTP_TOTP,
	.hash = OTP_SHA1,
	.digits = 6,
	.period = 30,
	.secret_size = OTP_OWN_SECRET_SIZE,
	.secret = "a secret of her own" };

static struct otp_active
active_of_alice(void)
{
	return status_of(OTP_PART_WHOLE, 0).overview.active;
}

/* Proven by her next code; for what she has now. */
static struct otp_wire_request
change_of(enum otp_wire_verb verb)
{
	struct otp_wire_request request =
	    request_of(verb, alice.name, alice.uid);
	char code[SAMPLE_CODE_SIZE];

	request.change.former = active_of_alice();
	(void)snprintf(request.second, sizeof(request.second), "%s",
	    sample_code(&host.token, host.counter++, code));
	return request;
}

static struct otp_wire_request
put_of(enum otp_enrol_mode mode)
{
	struct otp_wire_request request = mode == OTP_ENROL_NEW
	    ? request_of(OTP_WIRE_PUT, alice.name, alice.uid)
	    : change_of(OTP_WIRE_PUT);
	char code[SAMPLE_CODE_SIZE];

	request.change.mode = mode;
	memcpy(request.change.secret, own_token.secret,
	    sizeof(request.change.secret));
	(void)snprintf(request.typed, sizeof(request.typed), "%s",
	    sample_code(&own_token, (uint64_t)time(NULL) / 30, code));
	return request;
}

static bool
is_made(const struct otp_wire_answer *answer)
{
	return answer->err == OTP_OK && answer->committed &&
	    answer->own.verdict == OTP_VERDICT_ACCEPT;
}

/* What alice has, which is nothing if there is no seed. */
static struct otp_seed
seed_of_alice(void)
{
	struct otp_store *store = sample_open(host.store, alice.name);
	struct otp_seed seed;

	if (otp_store_seed(store, &seed, NULL) != OTP_OK)
		memset(&seed, 0, sizeof(seed));
	otp_store_close(store);
	return seed;
}

static void
forget_alice(void)
{
	const struct otp_policy policy = OTP_POLICY_DEFAULT;
	const struct otp_host here = { .sys = &otp_sys_host,
		.store = { .folder = host.store },
		.policy = &policy };
	struct otp_subject subject = { .uid = alice.uid };
	struct otp_account account;
	enum otp_err err;

	memcpy(subject.account, alice.name, sizeof(alice.name));
	account = otp_account_of(&here, &subject);
	err = otp_enrol_remove(&account, true);
	assert_true(err == OTP_OK || err == OTP_ERR_ABSENT);
}

static void
assert_nothing_secret_logged(const struct otp_wire_request *request,
    const struct otp_wire_answer *answer)
{
	assert_false(log_has("a secret of her own"));
	assert_false(log_has("MEQHGZLDOJSXIIDPMYQGQZLS")); /* in base32 */
	assert_false(request->typed[0] != '\0' && log_has(request->typed));
	assert_false(request->second[0] != '\0' && log_has(request->second));
	for (unsigned i = 0; i < answer->codes_count; i++)
		assert_false(log_has(answer->codes[i]));
}

static void
daemon__puts_a_first_token_where_users_may(void **state)
{
	struct otp_wire_request request = put_of(OTP_ENROL_NEW);
	struct otp_wire_answer answer;
	struct otp_seed seed;

	(void)state;
	forget_alice();
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_DENIED);
	assert_false(answer.committed);
	assert_int_equal(seed_of_alice().tokens_count, 0);
	configure("self_enroll = yes\n");
	request = put_of(OTP_ENROL_NEW);
	answer = ask(alice.uid, "user", &request);
	assert_true(is_made(&answer));
	assert_int_equal(answer.codes_count, OTP_ENROL_RECOVERY);
	seed = seed_of_alice();
	assert_int_equal(seed.tokens_count, 1);
	assert_memory_equal(
	    seed.tokens[0].secret, own_token.secret, OTP_OWN_SECRET_SIZE);
	assert_int_equal(seed.recovery_count, OTP_ENROL_RECOVERY);
	assert_true(log_has("action=enrolled user="));
	assert_nothing_secret_logged(&request, &answer);
	/* The codes that were told are hers, and once is once. */
	request = try_of(answer.codes[9]);
	answer = ask(alice.uid, "user", &request);
	assert_true(is_accepted(&answer));
	request = put_of(OTP_ENROL_NEW);
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_EXISTS);
}

static void
daemon__replaces_a_token_after_a_code_of_it(void **state)
{
	struct otp_wire_request request = put_of(OTP_ENROL_REPLACE);
	struct otp_wire_answer answer;
	char wrong_code[SAMPLE_CODE_SIZE];
	const int64_t begin = (int64_t)time(NULL);

	(void)state;
	(void)snprintf(request.second, sizeof(request.second), "%s",
	    sample_wrong(&host.token, 0, wrong_code));
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_OK);
	assert_false(answer.committed);
	assert_int_equal(answer.own.verdict, OTP_VERDICT_REJECT);
	assert_true((int64_t)time(NULL) - begin >= 1); /* it is held */
	assert_int_equal(answer.codes_count, 0);
	assert_int_equal(seed_of_alice().tokens[0].kind, OTP_HOTP);
	assert_int_equal(
	    sample_peek(host.store, alice.name).others.failures, 1);
	assert_true(log_has("action=enroll-refused user="));
	assert_true(log_has("reason=wrong socket=user"));
	request = put_of(OTP_ENROL_REPLACE);
	answer = ask(alice.uid, "user", &request);
	assert_true(is_made(&answer));
	assert_int_equal(answer.codes_count, OTP_ENROL_RECOVERY);
	assert_int_equal(seed_of_alice().tokens_count, 1);
	assert_int_equal(seed_of_alice().tokens[0].kind, OTP_TOTP);
	assert_true(log_has("action=replaced user="));
	assert_nothing_secret_logged(&request, &answer);
}

static void
daemon__changes_what_was_seen_alone(void **state)
{
	struct otp_wire_request request = put_of(OTP_ENROL_REPLACE);
	struct otp_wire_answer answer;

	(void)state;
	request.change.former.digest[31] ^= 1;
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_CONFLICT);
	assert_false(answer.committed);
	assert_int_equal(seed_of_alice().tokens[0].kind, OTP_HOTP);
	/* Its code was not compared: it is still good. */
	request.change.former.digest[31] ^= 1;
	answer = ask(alice.uid, "user", &request);
	assert_true(is_made(&answer));
}

static void
daemon__adds_and_removes_but_the_last_token(void **state)
{
	struct otp_wire_request request = put_of(OTP_ENROL_ADD);
	struct otp_wire_answer answer = ask(alice.uid, "user", &request);

	(void)state;
	assert_true(is_made(&answer));
	assert_int_equal(answer.codes_count, 0);
	assert_int_equal(seed_of_alice().tokens_count, 2);
	assert_true(log_has("action=added user="));
	request = change_of(OTP_WIRE_REMOVE);
	request.token = 2;
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_ABSENT);
	request.token = 1;
	answer = ask(alice.uid, "user", &request);
	assert_true(is_made(&answer));
	assert_int_equal(seed_of_alice().tokens_count, 1);
	assert_true(log_has("action=removed user="));
	request = change_of(OTP_WIRE_REMOVE);
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_CONFLICT);
	assert_int_equal(seed_of_alice().tokens_count, 1);
}

static void
daemon__answers_with_new_recovery_codes(void **state)
{
	struct otp_wire_request request = change_of(OTP_WIRE_RECOVERY);
	struct otp_wire_answer answer = ask(alice.uid, "user", &request);

	(void)state;
	assert_true(is_made(&answer));
	assert_int_equal(answer.codes_count, OTP_ENROL_RECOVERY);
	assert_true(log_has("action=recovery-renewed user="));
	assert_nothing_secret_logged(&request, &answer);
	request = try_of(answer.codes[0]);
	answer = ask(alice.uid, "user", &request);
	assert_true(is_accepted(&answer));
	request = change_of(OTP_WIRE_RECOVERY);
	(void)snprintf(request.second, sizeof(request.second), "123");
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.own.verdict, OTP_VERDICT_MALFORMED);
	assert_true(log_has("action=recovery-refused user="));
}

/* At the addresses that the account had before, and without what she claims. */
static void
daemon__changes_what_the_client_asks_for(void **state)
{
	const struct otp_link link = { .folder = host.sockets,
		.socket = OTP_LINK_USER };
	const struct otp_wire_request message = put_of(OTP_ENROL_REPLACE);
	struct otp_own_proof proof = { .former = message.change.former,
		.typed = message.second };
	struct otp_own_token token = { .mode = OTP_ENROL_REPLACE,
		.typed = message.typed };
	char longest[OTP_WIRE_CODE_SIZE + 1];
	struct otp_fault fault = { 0 };
	struct otp_link_done done[3];
	enum otp_err errs[3];

	(void)state;
	NEEDS_ROOT();
	memset(longest, '1', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	memcpy(token.secret, message.change.secret, sizeof(token.secret));
	assert_int_equal(seteuid(alice.uid), 0);
	errs[0] = otp_link_change(&link, &message.request, OTP_WIRE_REMOVE,
	    &proof, NULL, 0, &done[0], &fault);
	errs[1] = otp_link_change(&link, &message.request, OTP_WIRE_PUT, &proof,
	    &token, 0, &done[1], &fault);
	proof.typed = longest;
	errs[2] = otp_link_change(&link, &message.request, OTP_WIRE_RECOVERY,
	    &proof, NULL, 0, &done[2], &fault);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(errs[0], OTP_ERR_CONFLICT); /* the last one */
	assert_false(done[0].committed || done[0].unknown);
	assert_int_equal(errs[1], OTP_OK);
	assert_true(done[1].committed);
	assert_int_equal(done[1].result.verdict, OTP_VERDICT_ACCEPT);
	assert_int_equal(done[1].set.count, OTP_ENROL_RECOVERY);
	assert_int_equal(seed_of_alice().tokens[0].kind, OTP_TOTP);
	assert_int_equal(errs[2], OTP_ERR_NO_DAEMON); /* it was not sent */
	assert_false(done[2].committed || done[2].unknown);
}

static void
daemon__tells_the_owner_of_changes(void **state)
{
	struct otp_wire_request request;
	struct otp_message message;
	struct otp_wire_answer answer;
	int post;

	(void)state;
	give_address();
	post = post_listen();
	request = change_of(OTP_WIRE_RECOVERY);
	answer = ask(alice.uid, "user", &request);
	assert_true(is_made(&answer));
	assert_false(post_came(post, &message)); /* without 'notify' */
	configure("notify = yes\n");
	request = change_of(OTP_WIRE_RECOVERY);
	(void)snprintf(request.second, sizeof(request.second), "123");
	answer = ask(alice.uid, "user", &request);
	assert_false(answer.committed);
	assert_false(post_came(post, &message));
	request = put_of(OTP_ENROL_REPLACE);
	answer = ask(alice.uid, "user", &request);
	assert_true(is_made(&answer));
	assert_true(post_came(post, &message));
	assert_int_equal(message.kind, OTP_MESSAGE_NOTICE);
	assert_string_equal(message.to.uri, "mailto:alice@example.org");
	assert_string_equal(message.user, alice.name);
	assert_string_equal(message.service, "");
	assert_string_equal(message.rhost, "");
	assert_non_null(strstr(message.text,
	    "all tokens, recovery codes and addresses were replaced\n"));
	assert_true(log_has("result=sent reason=ok user="));
	assert_true(log_has(" notice=change"));
	(void)close(post);
}

/* --- their addresses --- */

#define NEW_ADDRESS "new.alice@example.org"

static struct otp_wire_request
address_of(enum otp_own_step step)
{
	struct otp_wire_request request = change_of(OTP_WIRE_ADDRESS);

	request.change.step = step;
	if (step == OTP_OWN_ADD)
		(void)snprintf(request.change.uri, sizeof(request.change.uri),
		    "mailto:" NEW_ADDRESS);
	return request;
}

/* With the code of MESSAGE, instead of one of her token. */
static struct otp_wire_request
confirm_of(const struct otp_message *message)
{
	struct otp_wire_request request =
	    request_of(OTP_WIRE_ADDRESS, alice.name, alice.uid);

	request.change.step = OTP_OWN_CONFIRM;
	request.change.former = active_of_alice();
	(void)snprintf(
	    request.second, sizeof(request.second), "%.9s", message->text);
	return request;
}

/* An address that is kept; its message, and with 'notify' that to the owner. */
static struct otp_message
keep_address(int post, struct otp_message *ret_notice)
{
	struct otp_wire_request request = address_of(OTP_OWN_ADD);
	struct otp_wire_answer answer = ask(alice.uid, "user", &request);
	struct otp_message message;

	assert_true(is_made(&answer));
	assert_int_equal(answer.sent.delivery, OTP_DELIVERY_SENT);
	assert_string_equal(answer.sent.method, "mail");
	assert_true(post_came(post, &message));
	assert_string_equal(answer.sent.tag, message.tag);
	if (ret_notice != NULL)
		assert_true(post_came(post, ret_notice));
	assert_false(post_came(post, &(struct otp_message){ 0 }));
	return message;
}

static void
daemon__adds_an_address_whose_code_came_back(void **state)
{
	struct otp_wire_request request;
	struct otp_wire_answer answer;
	struct otp_message message, notice;
	int post;

	(void)state;
	give_address();
	configure("notify = yes\n");
	post = post_listen();
	message = keep_address(post, &notice);
	assert_int_equal(message.kind, OTP_MESSAGE_CODE);
	assert_string_equal(message.to.uri, "mailto:" NEW_ADDRESS);
	assert_string_equal(message.user, alice.name);
	assert_string_equal(message.service, "");
	assert_string_equal(message.rhost, "");
	assert_non_null(strstr(message.text, "and is valid for 15 minutes.\n"));
	assert_true(log_has("action=address-asked user="));
	assert_int_equal(notice.kind, OTP_MESSAGE_NOTICE);
	assert_string_equal(notice.to.uri, "mailto:alice@example.org");
	assert_non_null(strstr(notice.text,
	    "a code was sent to an address that is to be added\n"));
	assert_int_equal(sample_peek(host.store, alice.name).sends.day, 1);
	assert_int_equal(seed_of_alice().addresses_count, 1);
	assert_int_equal(
	    status_of(OTP_PART_WHOLE, 0).overview.addresses_count, 1);
	request = confirm_of(&message);
	request.second[0] = request.second[0] == '9' ? '0' : '9';
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_OK);
	assert_int_equal(answer.own.verdict, OTP_VERDICT_REJECT);
	assert_false(answer.committed);
	assert_int_equal(
	    sample_peek(host.store, alice.name).others.failures, 1);
	assert_true(log_has("action=address-refused user="));
	request = confirm_of(&message);
	answer = ask(alice.uid, "user", &request);
	assert_true(is_made(&answer));
	assert_int_equal(seed_of_alice().addresses_count, 2);
	assert_true(log_has("action=address-added user="));
	/* The owner is told where codes went before. */
	assert_true(post_came(post, &message));
	assert_int_equal(message.kind, OTP_MESSAGE_NOTICE);
	assert_string_equal(message.to.uri, "mailto:alice@example.org");
	assert_non_null(strstr(message.text, "an address was added\n"));
	request = address_of(OTP_OWN_REMOVE);
	request.token = 1;
	answer = ask(alice.uid, "user", &request);
	assert_true(is_made(&answer));
	assert_int_equal(seed_of_alice().addresses_count, 1);
	assert_true(log_has("action=address-removed user="));
	assert_true(post_came(post, &message));
	assert_non_null(strstr(message.text, "an address was removed\n"));
	(void)close(post);
}

/* Neither in the log nor in an answer, whatever comes of it. */
static void
daemon__tells_no_one_an_address(void **state)
{
	static const char *const secrets[] = { NEW_ADDRESS, "new.alice",
		"alice@example.org" };
	struct otp_wire_request requests[4];
	uint8_t data[OTP_WIRE_ANSWER_SIZE];
	struct otp_message message;
	int post;

	(void)state;
	give_address();
	post = post_listen();
	message = keep_address(post, NULL);
	requests[0] = address_of(OTP_OWN_ADD); /* too soon */
	requests[1] = address_of(OTP_OWN_ADD);
	(void)snprintf(requests[1].change.uri, sizeof(requests[1].change.uri),
	    "mailto:new.alice");
	requests[2] = confirm_of(&message);
	requests[3] = address_of(OTP_OWN_REMOVE);
	for (unsigned i = 0; i < 4; i++) {
		const struct otp_wire_answer answer =
		    ask(alice.uid, "user", &requests[i]);

		assert_int_equal(answer.err,
		    i == 0	 ? OTP_ERR_LIMIT
			: i == 1 ? OTP_ERR_PARSE
			: i == 2 ? OTP_OK
				 : OTP_ERR_CONFLICT);
		assert_int_equal(otp_wire_put_answer(&answer, data), OTP_OK);
		for (unsigned j = 0; j < COUNT(secrets); j++)
			assert_null(memmem(data, sizeof(data), secrets[j],
			    strlen(secrets[j])));
		assert_null(memmem(data, sizeof(data), message.text, 9));
	}
	for (unsigned j = 0; j < COUNT(secrets); j++)
		assert_false(log_has(secrets[j]));
	message.text[9] = '\0';
	assert_false(log_has(message.text));
	assert_true(log_has("result=sent reason=ok user="));
	(void)close(post);
}

/* The disk fills up between the charge and the message. */
static void
daemon__sends_no_code_of_what_is_not_kept(void **state)
{
	struct otp_wire_request request;
	struct otp_wire_answer answer;
	struct otp_message message;
	char path[3 * PATH_SIZE];
	int post;

	(void)state;
	give_address();
	post = post_listen();
	(void)snprintf(
	    path, sizeof(path), "%s/seed/.%s.new", host.store, alice.name);
	assert_int_equal(mkdir(path, 0700), 0);
	request = address_of(OTP_OWN_ADD);
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_WRITE);
	assert_false(answer.committed);
	assert_int_equal(answer.sent.delivery, OTP_DELIVERY_NO_ADDRESS);
	assert_false(post_came(post, &message));
	assert_int_equal(sample_peek(host.store, alice.name).sends.day, 1);
	assert_true(log_has("action=address-refused user="));
	assert_int_equal(rmdir(path), 0);
	(void)close(post);
}

/*
 * A service states for which program it asks, and the mailbox may be read by
 * others: the code is good for that service alone, whatever it called itself.
 */
static void
daemon__takes_no_code_of_a_login_for_a_change(void **state)
{
	static const char *const names[] = { "otp-enroll", "" };
	struct otp_wire_request request, try;
	struct otp_wire_answer answer;
	struct otp_message message;
	int post;

	(void)state;
	give_address();
	post = post_listen();
	for (unsigned i = 0; i < COUNT(names); i++) {
		request = send_of("mail");
		strcpy(request.request.service, names[i]);
		request.request.host[0] = '\0';
		answer = ask(geteuid(), "service", &request);
		assert_int_equal(answer.sent.delivery, OTP_DELIVERY_SENT);
		assert_true(post_came(post, &message));
		message.text[9] = '\0';
		try = try_of(message.text);
		strcpy(try.request.service, names[i]);
		try.request.host[0] = '\0';
		answer = ask(alice.uid, "user", &try);
		assert_int_equal(answer.answer.verdict, OTP_VERDICT_REJECT);
		request = change_of(OTP_WIRE_RECOVERY);
		(void)snprintf(request.second, sizeof(request.second), "%.9s",
		    message.text);
		answer = ask(alice.uid, "user", &request);
		assert_int_equal(answer.err, OTP_OK);
		assert_int_equal(answer.own.verdict, OTP_VERDICT_REJECT);
		assert_false(answer.committed || answer.codes_count > 0);
		assert_int_equal(seed_of_alice().recovery_count, 0);
		answer = ask(geteuid(), "service", &try);
		assert_true(is_accepted(&answer));
		give_address(); /* another may be sent at once */
	}
	assert_true(log_has("action=recovery-refused user="));
	(void)close(post);
}

/* It is counted, and its user is told that none is on its way. */
static void
daemon__says_that_a_code_cannot_be_sent(void **state)
{
	struct otp_wire_request request = address_of(OTP_OWN_ADD);
	const struct otp_wire_answer answer = ask(alice.uid, "user", &request);

	(void)state;
	assert_true(is_made(&answer));
	assert_int_equal(answer.sent.delivery, OTP_DELIVERY_NO_SOCKET);
	assert_int_equal(sample_peek(host.store, alice.name).sends.day, 1);
	assert_true(log_has("result=unsent reason=no-socket user="));
}

/* What the message does not decide, whatever it says. */
static void
daemon__adds_no_address_of_root_or_of_another(void **state)
{
	struct otp_wire_request request = address_of(OTP_OWN_ADD);
	struct otp_wire_answer answer;
	struct otp_message message;
	const int post = post_listen();

	(void)state;
	(void)snprintf(request.change.uri, sizeof(request.change.uri),
	    "sms:+491701234567");
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_DENIED);
	/* The code was not used. */
	(void)snprintf(request.change.uri, sizeof(request.change.uri),
	    "mailto:" NEW_ADDRESS);
	request.change.former.digest[0] ^= 1;
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_CONFLICT);
	request.change.former.digest[0] ^= 1;
	request.request.uid = bob.uid;
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_DENIED);
	strcpy(request.request.account, bob.name);
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_DENIED);
	assert_false(post_came(post, &message));
	request.request.uid = alice.uid;
	strcpy(request.request.account, alice.name);
	answer = ask(alice.uid, "user", &request);
	assert_true(is_made(&answer));
	assert_true(post_came(post, &message));
	(void)close(post);
}

/* Confirm it in the store itself, as a process of the daemon does.  Its status. */
static int
confirm_directly(const struct otp_wire_request *request)
{
	const struct otp_policy policy = OTP_POLICY_DEFAULT;
	const struct otp_host here = { .sys = &otp_sys_host,
		.store = { .folder = host.store },
		.policy = &policy };
	const struct otp_own_proof proof = { .former = request->change.former,
		.typed = request->second };
	struct otp_subject subject = { .uid = alice.uid };
	struct otp_own_result result;
	struct otp_account account;
	enum otp_err err;

	memcpy(subject.account, alice.name, sizeof(alice.name));
	account = otp_account_of(&here, &subject);
	account.by_other = true;
	err = otp_own_confirm_address(&account, &proof, &result);
	if (err == OTP_OK && result.verdict == OTP_VERDICT_ACCEPT)
		return 0;
	return err == OTP_ERR_CONFLICT ? 1 : 2;
}

/* Of all that confirm it at once, one does, and the others change nothing. */
static void
daemon__adds_an_address_once(void **state)
{
	struct otp_wire_request request;
	struct otp_wire_answer answer;
	struct otp_message message;
	unsigned made = 0, refused = 0;
	int post, status = 0;

	(void)state;
	give_address();
	post = post_listen();
	message = keep_address(post, NULL);
	request = confirm_of(&message);
	for (unsigned i = 0; i < RACERS; i++) {
		const pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0)
			_exit(confirm_directly(&request));
	}
	answer = ask(alice.uid, "user", &request);
	made += is_made(&answer);
	refused += answer.err == OTP_ERR_CONFLICT;
	for (unsigned i = 0; i < RACERS; i++) {
		assert_true(wait(&status) > 0 && WIFEXITED(status));
		made += WEXITSTATUS(status) == 0;
		refused += WEXITSTATUS(status) == 1;
	}
	assert_int_equal(made, 1);
	assert_int_equal(refused, RACERS);
	assert_int_equal(seed_of_alice().addresses_count, 2);
	assert_int_equal(
	    sample_peek(host.store, alice.name).others.failures, 0);
	(void)close(post);
}

/* --- invitations on the socket "user" --- */

/* Which invitation alice has, who has nothing else. */
enum invitation {
	NO_INVITATION,
	VALID_INVITATION,
	EXPIRED_INVITATION,
	USED_INVITATION,
	INVITATIONS
};

static enum otp_err
two_days_ago(void *context, int64_t *ret_now)
{
	(void)context;
	*ret_now = (int64_t)time(NULL) - 172800;
	return OTP_OK;
}

static enum otp_err
host_random(void *context, void *bytes, size_t size)
{
	(void)context;
	return otp_sys_host.random(otp_sys_host.context, bytes, size);
}

/* Alice's account, as root's programs have it, by the clock of SYS. */
static struct otp_account
account_of_alice(const struct otp_sys *sys)
{
	static const struct otp_policy policy = OTP_POLICY_DEFAULT;
	static struct otp_host here;
	struct otp_subject subject = { .uid = alice.uid };

	here = (struct otp_host){
		.sys = sys, .store = { .folder = host.store }, .policy = &policy
	};
	memcpy(subject.account, alice.name, sizeof(alice.name));
	return otp_account_of(&here, &subject);
}

/* The text is that of no invitation if alice has none. */
static void
invite_alice(
    enum invitation which, bool replaces, char text[OTP_RECOVERY_TEXT_SIZE])
{
	const struct otp_sys past = { two_days_ago, host_random, NULL };
	struct otp_account account = account_of_alice(
	    which == EXPIRED_INVITATION ? &past : &otp_sys_host);
	struct otp_recovery_set set;
	struct otp_seed seed;
	struct otp_state known;
	struct otp_store *store;
	int64_t now = 0;

	assert_int_equal(otp_enrol_make_set(&account, 1, &set), OTP_OK);
	memcpy(text, set.text[0], OTP_RECOVERY_TEXT_SIZE);
	if (which == NO_INVITATION)
		return;
	assert_int_equal(
	    account.host->sys->time(account.host->sys->context, &now), OTP_OK);
	set.until = now + 86400;
	assert_int_equal(otp_enrol_invite(&account, replaces, &set), OTP_OK);
	if (which != USED_INVITATION)
		return;
	seed = seed_of_alice();
	assert_int_equal(otp_enrol_remove(&account, false), OTP_OK);
	store = sample_open(host.store, alice.name);
	assert_int_equal(otp_store_load(store, &known, NULL), OTP_OK);
	assert_int_equal(otp_store_put_seed(store, &seed, NULL), OTP_OK);
	otp_store_close(store);
}

/* Limits begin anew with the daemon. */
static void
begin_again(const char *more)
{
	(void)daemon_end(SIGKILL);
	configure(more);
	daemon_start();
}

static struct otp_wire_request
put_invited(const char *text)
{
	struct otp_wire_request request = put_of(OTP_ENROL_NEW);

	(void)snprintf(request.second, sizeof(request.second), "%s", text);
	return request;
}

/* Each setting, with each invitation, of which the right one is typed. */
static void
daemon__takes_an_invitation_where_it_is_asked_for(void **state)
{
	static const char *const settings[] = { "self_enroll = no\n",
		"self_enroll = yes\n", "self_enroll = invited\n" };
	static const enum otp_verdict invited[INVITATIONS] = {
		[NO_INVITATION] = OTP_VERDICT_REJECT,
		[VALID_INVITATION] = OTP_VERDICT_ACCEPT,
		[EXPIRED_INVITATION] = OTP_VERDICT_INVITATION_ENDED,
		[USED_INVITATION] = OTP_VERDICT_REPLAY,
	};
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)state;
	for (unsigned i = 0; i < COUNT(settings) * INVITATIONS; i++) {
		const unsigned setting = i / INVITATIONS;
		const enum invitation which = i % INVITATIONS;
		const bool made =
		    setting == 1 || (setting == 2 && which == VALID_INVITATION);
		struct otp_wire_request request;
		struct otp_wire_answer answer;

		begin_again(settings[setting]);
		forget_alice();
		invite_alice(which, false, text);
		request = put_invited(text);
		answer = ask(alice.uid, "user", &request);
		assert_int_equal(is_made(&answer), made);
		assert_int_equal(answer.committed, made);
		assert_int_equal(seed_of_alice().tokens_count, made);
		assert_int_equal(
		    answer.codes_count, made ? OTP_ENROL_RECOVERY : 0);
		assert_int_equal(
		    answer.err, setting == 0 ? OTP_ERR_DENIED : OTP_OK);
		if (setting == 2)
			assert_int_equal(answer.own.verdict, invited[which]);
		assert_nothing_secret_logged(&request, &answer);
	}
	assert_true(log_has("action=enroll-refused user="));
	assert_true(log_has("reason=invitation-expired socket=user"));
	assert_true(log_has("method=invitation\n"));
}

/* Nothing is taken for an invitation that is not hers, and that is free. */
static void
daemon__enrolls_with_ones_own_invitation_once(void **state)
{
	char text[OTP_RECOVERY_TEXT_SIZE], other[OTP_RECOVERY_TEXT_SIZE];
	struct otp_wire_request request;
	struct otp_wire_answer answer;
	char line[256];

	(void)state;
	configure("self_enroll = invited\n");
	forget_alice();
	invite_alice(VALID_INVITATION, false, other);
	invite_alice(VALID_INVITATION, false, text); /* in its place */
	request = put_invited("");
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.own.verdict, OTP_VERDICT_MALFORMED);
	request = put_invited(other);
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.own.verdict, OTP_VERDICT_REJECT);
	assert_false(answer.committed);
	request = put_invited(text);
	answer = ask(alice.uid, "user", &request);
	assert_true(is_made(&answer));
	assert_int_equal(
	    sample_peek(host.store, alice.name).others.failures, 0);
	(void)snprintf(line, sizeof(line),
	    "action=enrolled user=%s uid=%u socket=user peer_uid=%u "
	    "method=invitation\n",
	    alice.name, (unsigned)alice.uid, (unsigned)alice.uid);
	assert_true(log_has(line));
	assert_nothing_secret_logged(&request, &answer);
	answer = ask(alice.uid, "user", &request);
	assert_false(is_made(&answer) || answer.committed);
	assert_int_equal(seed_of_alice().tokens_count, 1);
}

/* An invitation that replaces; the notice goes where codes were sent before. */
static void
daemon__tells_of_an_invitation_that_replaced(void **state)
{
	char text[OTP_RECOVERY_TEXT_SIZE];
	struct otp_wire_request request;
	struct otp_message message;
	struct otp_wire_answer answer;
	int post;

	(void)state;
	give_address();
	post = post_listen();
	configure("notify = yes\nself_enroll = yes\n");
	invite_alice(VALID_INVITATION, true, text);
	request = put_of(OTP_ENROL_REPLACE);
	host.counter--;
	(void)snprintf(request.second, sizeof(request.second), "%s", text);
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.own.verdict, OTP_VERDICT_INVITED);
	assert_false(answer.committed);
	assert_false(post_came(post, &message));
	configure("notify = yes\nself_enroll = invited\n");
	answer = ask(alice.uid, "user", &request);
	assert_true(is_made(&answer));
	assert_int_equal(seed_of_alice().tokens_count, 1);
	assert_int_equal(seed_of_alice().addresses_count, 0);
	assert_true(post_came(post, &message));
	assert_string_equal(message.to.uri, "mailto:alice@example.org");
	assert_non_null(strstr(message.text, "an invitation was used"));
	assert_true(log_has("action=replaced user="));
	assert_true(log_has("method=invitation\n"));
	(void)close(post);
}

/* As a login of root's module does, in a process of its own, once START ends. */
static pid_t
login_invited(const char *text, const int start[2])
{
	const struct otp_token made = { .kind = OTP_TOTP,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = 30,
		.label = "by a login" };
	struct otp_account account = account_of_alice(&otp_sys_host);
	struct otp_enrolment enrolment;
	struct otp_recovery_set set;
	enum otp_err err;
	char none;
	const pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	(void)close(start[1]);
	(void)!read(start[0], &none, 1);
	err = otp_enrol_begin_invited(&account, text, &made, &enrolment);
	if (err == OTP_OK)
		err = otp_enrol_make_set(&account, 1, &set);
	if (err == OTP_OK)
		err = otp_enrol_put(&account, &enrolment, &set);
	_exit(err == OTP_OK && account.committed ? 0 : 1);
}

/* Logins and `otp-enroll new' with one invitation at once: one of them enrolls. */
static void
daemon__races_with_logins_for_an_invitation(void **state)
{
	char text[OTP_RECOVERY_TEXT_SIZE];
	unsigned by_login = 0, by_user = 0;

	(void)state;
	for (unsigned i = 0; i < RACES; i++) {
		struct otp_wire_request request;
		struct otp_wire_answer answer;
		pid_t logins[RACERS];
		unsigned made = 0;
		int status = -1;
		int start[2], fd;

		begin_again("self_enroll = invited\n");
		forget_alice();
		invite_alice(VALID_INVITATION, false, text);
		request = put_invited(text);
		fd = call(alice.uid, "user");
		assert_int_equal(pipe(start), 0);
		for (unsigned login = 0; login < RACERS; login++)
			logins[login] = login_invited(text, start);
		tell(fd, &request);
		pause_for((long)i); /* the daemon has more to do */
		(void)close(start[0]);
		(void)close(start[1]);
		for (unsigned login = 0; login < RACERS; login++) {
			assert_int_equal(
			    waitpid(logins[login], &status, 0), logins[login]);
			assert_true(WIFEXITED(status));
			made += WEXITSTATUS(status) == 0;
		}
		by_login += made;
		assert_true(hear(fd, &answer));
		by_user += is_made(&answer);
		made += is_made(&answer);
		assert_int_equal(made, 1);
		assert_int_equal(answer.committed, is_made(&answer));
		assert_int_equal(seed_of_alice().tokens_count, 1);
		assert_int_equal(
		    memcmp(seed_of_alice().tokens[0].secret, own_token.secret,
			OTP_OWN_SECRET_SIZE) == 0,
		    is_made(&answer));
	}
	print_message("# %u by a login, %u by a user\n", by_login, by_user);
}

/* A put of another secret each time, so that all of them could succeed. */
static struct otp_wire_request
put_another(uint8_t number)
{
	struct otp_wire_request request = put_of(OTP_ENROL_ADD);
	struct otp_token made = own_token;
	char code[SAMPLE_CODE_SIZE];

	made.secret[0] = request.change.secret[0] = number;
	(void)snprintf(request.typed, sizeof(request.typed), "%s",
	    sample_code(&made, (uint64_t)time(NULL) / 30, code));
	return request;
}

/* As many tokens as there can be: her code is used, and nothing is added. */
static void
daemon__logs_a_code_that_was_used_for_nothing(void **state)
{
	struct otp_seed seed = sample_seed(&host.token);
	struct otp_state account;
	struct otp_wire_request request;
	struct otp_wire_answer answer;
	char path[3 * PATH_SIZE], line[256];

	(void)state;
	for (unsigned i = 1; i < OTP_SEED_TOKENS; i++)
		seed.tokens[i] = sample_hotp(i + 1);
	seed.tokens_count = OTP_SEED_TOKENS;
	account = sample_state(&seed, alice.uid, 1);
	(void)snprintf(
	    path, sizeof(path), "%s/state/%s", host.store, alice.name);
	assert_int_equal(unlink(path), 0);
	sample_enrol(host.store, alice.name, &account, &seed);
	request = put_of(OTP_ENROL_ADD);
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_FULL);
	assert_false(answer.committed);
	assert_int_equal(answer.codes_count, 0);
	(void)snprintf(line, sizeof(line),
	    "action=enroll-refused user=%s uid=%u reason=full socket=user "
	    "peer_uid=%u\n",
	    alice.name, (unsigned)alice.uid, (unsigned)alice.uid);
	assert_true(log_has(line));
	assert_nothing_secret_logged(&request, &answer);
	request = try_of(request.second);
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.answer.verdict, OTP_VERDICT_REPLAY);
}

/* A code that was not compared is still valid, and is not logged. */
static void
daemon__logs_no_code_that_was_not_used(void **state)
{
	struct otp_wire_request request = change_of(OTP_WIRE_REMOVE);
	struct otp_wire_answer answer = ask(alice.uid, "user", &request);

	(void)state;
	assert_int_equal(answer.err, OTP_ERR_CONFLICT); /* the last one */
	assert_false(log_has("action="));
	request = try_of(request.second);
	answer = ask(alice.uid, "user", &request);
	assert_true(is_accepted(&answer));
}

/*
 * No process reads the log, so that one which has made its change waits there:
 * killed, it has no answer, and the put counts as one that succeeded.
 */
static void
daemon__counts_a_put_of_a_killed_process(void **state)
{
	struct otp_wire_request request;
	struct otp_wire_answer answer;
	char lines[512];
	pid_t worker;
	int log, fd;

	(void)state;
	NEEDS_ROOT();
	(void)daemon_end(SIGKILL);
	assert_int_equal(unlink(host.log), 0);
	assert_int_equal(mkfifo(host.log, 0600), 0);
	log = open(host.log, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(log >= 0);
	daemon_start();
	request = put_another(0);
	worker = ready_process(); /* which is given it */
	assert_true(worker > 0);
	while (write(log, "", 1) == 1)
		continue;
	fd = call(alice.uid, "user");
	tell(fd, &request);
	while (seed_of_alice().tokens_count == 1)
		pause_for(10);
	assert_int_equal(kill(worker, SIGKILL), 0);
	assert_false(hear(fd, &answer));
	while (read(log, lines, sizeof(lines)) > 0)
		continue;
	for (uint8_t i = 1; i < 3; i++) {
		request = put_another(i);
		answer = ask(alice.uid, "user", &request);
		assert_true(is_made(&answer));
	}
	request = put_another(3);
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_LIMIT);
	assert_int_equal(answer.fault.numbers[0], 3600);
	assert_int_equal(seed_of_alice().tokens_count, 4);
	(void)close(log);
}

/* Three that succeed in an hour; a refused one opens no file. */
static void
daemon__limits_puts_that_succeed(void **state)
{
	struct otp_wire_request request;
	struct otp_wire_answer answer;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		/* One that does not is not counted here. */
		request = put_of(OTP_ENROL_ADD);
		(void)snprintf(request.typed, sizeof(request.typed), "123");
		answer = ask(alice.uid, "user", &request);
		assert_int_equal(answer.err, OTP_OK);
		assert_true(answer.own.of_token);
		host.counter--; /* no code of hers was compared */
		/* A message to a new address counts as well. */
		request =
		    i == 0 ? address_of(OTP_OWN_ADD) : put_another((uint8_t)i);
		answer = ask(alice.uid, "user", &request);
		assert_true(is_made(&answer));
	}
	request = put_of(OTP_ENROL_ADD);
	sample_remove(host.store);
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_LIMIT);
	assert_int_equal(answer.fault.numbers[0], 3600);
	/* Of the requests in a minute there is one left, for others than put. */
	request = right();
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_NO_STORE);
}

/* Twelve that are tried, of which ten in a minute. */
static void
daemon__limits_puts_that_are_tried(void **state)
{
	struct otp_wire_request request = put_of(OTP_ENROL_REPLACE);
	struct otp_wire_answer answer;

	(void)state;
	if (getenv("LONG") == NULL || strcmp(getenv("LONG"), "yes") != 0)
		skip();
	(void)snprintf(request.typed, sizeof(request.typed), "123");
	for (unsigned i = 0; i < 12; i++) {
		if (i == 10) {
			answer = ask(alice.uid, "user", &request);
			assert_int_equal(answer.err, OTP_ERR_LIMIT);
			assert_int_equal(answer.fault.numbers[0], 60);
			pause_for(61000);
		}
		answer = ask(alice.uid, "user", &request);
		assert_int_equal(answer.err, OTP_OK);
		assert_int_equal(answer.own.verdict, OTP_VERDICT_MALFORMED);
	}
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_LIMIT);
	assert_int_equal(answer.fault.numbers[0], 3600);
}

/*
 * What a caller gave up waiting for is not done later.  Two requests that wait for
 * the lock of the account are before it.
 */
static void
daemon__starts_no_change_of_one_who_left(void **state)
{
	const struct otp_wire_request before = wrong();
	const struct otp_wire_request request = put_of(OTP_ENROL_REPLACE);
	struct otp_store *store = NULL;
	struct otp_state held;
	int first, second, third;

	(void)state;
	if (getenv("LONG") == NULL || strcmp(getenv("LONG"), "yes") != 0)
		skip();
	store = sample_open(host.store, alice.name);
	assert_int_equal(otp_store_load(store, &held, NULL), OTP_OK);
	first = call(alice.uid, "user");
	tell(first, &before);
	second = call(alice.uid, "user");
	tell(second, &before);
	third = call(alice.uid, "user");
	tell(third, &request);
	pause_for(
	    12000); /* an answer has 10 s, a lock 5 s, a refusal 2 s more */
	otp_store_close(store);
	pause_for(6000);
	assert_int_equal(seed_of_alice().tokens[0].kind, OTP_HOTP);
	(void)close(first);
	(void)close(second);
	(void)close(third);
}

/* Root changes tokens in the store itself; services change none. */
static void
daemon__changes_nothing_on_other_sockets(void **state)
{
	static const char *const sockets[] = { "root", "service" };
	struct otp_wire_request request = put_of(OTP_ENROL_REPLACE);
	struct otp_wire_answer answer;

	(void)state;
	NEEDS_ROOT();
	for (size_t i = 0; i < COUNT(sockets); i++) {
		answer = ask(0, sockets[i], &request);
		assert_int_equal(answer.err, OTP_ERR_DENIED);
	}
	answer = ask(bob.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_DENIED);
	assert_int_equal(seed_of_alice().tokens[0].kind, OTP_HOTP);
}

/* Whether process PID has SIZE bytes like those at BYTES in what it can write. */
static bool
memory_has(pid_t pid, const void *bytes, size_t size)
{
	static uint8_t block[1 << 20];
	char path[PATH_SIZE], line[512], access[8];
	unsigned long from, to;
	bool found = false;
	FILE *maps;
	int memory;

	(void)snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps = fopen(path, "r");
	(void)snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	memory = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(maps != NULL && memory >= 0);
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%lx-%lx %7s", &from, &to, access) != 3 ||
		    access[1] != 'w')
			continue;
		/* Blocks overlap, so that it can be anywhere. */
		for (; from < to; from += sizeof(block) - size) {
			const size_t left = to - from;
			const ssize_t got = pread(memory, block,
			    left < sizeof(block) ? left : sizeof(block),
			    (off_t)from);

			found = found ||
			    (got > 0 &&
				memmem(block, (size_t)got, bytes, size) !=
				    NULL);
		}
	}
	(void)fclose(maps);
	(void)close(memory);
	return found;
}

static void
daemon__keeps_no_secret_of_a_put(void **state)
{
	struct otp_wire_request request = put_of(OTP_ENROL_REPLACE);
	struct otp_wire_answer answer;

	(void)state;
	NEEDS_ROOT();
	if (FAKE_SANITIZED) /* which maps terabytes */
		skip();
	answer = ask(alice.uid, "user", &request);
	assert_true(is_made(&answer));
	pause_for(200); /* it wipes what it has sent */
	/* The scan finds what is there. */
	assert_true(memory_has(host.pid, host.conf, strlen(host.conf)));
	assert_false(
	    memory_has(host.pid, own_token.secret, OTP_OWN_SECRET_SIZE));
	for (unsigned i = 0; i < OTP_ENROL_RECOVERY; i++)
		assert_false(memory_has(
		    host.pid, answer.codes[i], strlen(answer.codes[i])));
}

/* Nor of a try, in the process that is kept for the next one. */
static void
daemon__keeps_no_secret_in_a_process(void **state)
{
	struct otp_wire_request request = right();
	struct otp_wire_answer answer;
	pid_t list[PROCESSES];

	(void)state;
	NEEDS_ROOT();
	if (FAKE_SANITIZED) /* which maps terabytes */
		skip();
	for (unsigned i = 0; i < 2; i++) {
		request = i == 0 ? right() : wrong();
		answer = ask(0, "root", &request);
		assert_int_equal(is_accepted(&answer), i == 0);
		processes(2, list);
		for (unsigned j = 0; j < 2; j++) {
			/* The scan finds what is there. */
			assert_true(
			    memory_has(list[j], host.conf, strlen(host.conf)));
			assert_false(memory_has(
			    list[j], request.typed, strlen(request.typed)));
			assert_false(memory_has(list[j], host.token.secret,
			    host.token.secret_size));
		}
	}
}

/* A login that sets up an app with the invitation TEXT. */
static struct otp_wire_request
enroll_of(const char *text)
{
	struct otp_account account = account_of_alice(&otp_sys_host);
	const struct otp_token app = sample_totp(2);
	const uint64_t step = (uint64_t)time(NULL) / 30;
	struct otp_wire_request request =
	    request_of(OTP_WIRE_ENROLL, alice.name, alice.uid);
	struct otp_recovery_set set;
	char code[SAMPLE_CODE_SIZE];

	assert_int_equal(
	    otp_enrol_make_set(&account, OTP_ENROL_RECOVERY, &set), OTP_OK);
	memcpy(request.enrol.kept, set.kept, sizeof(request.enrol.kept));
	memcpy(request.enrol.secret, app.secret, sizeof(request.enrol.secret));
	request.enrol.code =
	    (uint32_t)strtoul(sample_code(&app, step, code), NULL, 10);
	request.enrol.value = (step + 1) * 30;
	(void)snprintf(request.typed, sizeof(request.typed), "%s", text);
	return request;
}

/* Users enroll themselves with their invitation by other requests. */
/* As the module asks for it. */
static enum otp_err
enroll_by_client(const struct otp_wire_request *message)
{
	const struct otp_link link = { .folder = host.sockets,
		.socket = OTP_LINK_ROOT };
	const struct otp_wire_enrol *enrol = &message->enrol;
	struct otp_enrolment enrolment = { .code = enrol->code,
		.value = enrol->value,
		.drift = enrol->drift };
	struct otp_recovery_set set = { .count = OTP_ENROL_RECOVERY };
	struct otp_fault fault = { 0 };

	memcpy(enrolment.token.secret, enrol->secret, sizeof(enrol->secret));
	memcpy(set.kept, enrol->kept, sizeof(enrol->kept));
	return otp_link_enrol(
	    &link, &message->request, message->typed, &enrolment, &set, &fault);
}

/* A wrong code, of which the user was told. */
static void
daemon__notes_for_the_client_what_was_told(void **state)
{
	const struct otp_link link = { .folder = host.sockets,
		.socket = OTP_LINK_ROOT };
	struct otp_wire_request request = wrong();
	struct otp_wire_answer answer;
	struct otp_fault fault = { 0 };

	(void)state;
	NEEDS_ROOT();
	assert_int_equal(otp_link_version(&link, &fault), OTP_OK);
	answer = ask(0, "root", &request);
	assert_int_equal(answer.answer.verdict, OTP_VERDICT_REJECT);
	request = right();
	answer = ask(0, "root", &request);
	assert_int_equal(answer.answer.unreported, 1);
	assert_true(otp_link_told(&link, &request.request, &answer.answer));
	answer.answer.generation++; /* another login came in between */
	assert_false(otp_link_told(&link, &request.request, &answer.answer));
}

static void
daemon__enrolls_in_a_login_for_root_alone(void **state)
{
	char text[OTP_RECOVERY_TEXT_SIZE];
	struct otp_wire_request request;
	struct otp_wire_answer answer;

	(void)state;
	begin_again("self_enroll = yes\n");
	invite_alice(VALID_INVITATION, true, text);
	request = enroll_of(text);
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_DENIED);
	assert_false(answer.committed);
	NEEDS_ROOT();
	answer = ask(bob.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_DENIED);
	answer = ask(0, "service", &request);
	assert_int_equal(answer.err, OTP_ERR_DENIED);
	assert_int_equal(seed_of_alice().tokens[0].kind, OTP_HOTP);
	assert_int_equal(enroll_by_client(&request), OTP_OK);
	assert_int_equal(seed_of_alice().tokens[0].kind, OTP_TOTP);
	assert_int_not_equal(enroll_by_client(&request), OTP_OK);
}

static struct otp_wire_request
draw_of(const char *text)
{
	struct otp_wire_request request =
	    request_of(OTP_WIRE_DRAW, alice.name, alice.uid);

	(void)snprintf(request.typed, sizeof(request.typed), "%s", text);
	return request;
}

#define DRAWN                                                           \
	"otpauth://totp/web1:alice?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK" \
	"3PXP"

static void
daemon__draws_for_root(void **state)
{
	struct otp_wire_request request = draw_of(DRAWN);
	struct otp_wire_answer answer;
	const struct otp_wire_drawing *drawing = &answer.drawing;
	struct otp_qr *qr = NULL;

	(void)state;
	NEEDS_ROOT();
	answer = ask(0, "root", &request);
	assert_int_equal(answer.err, OTP_OK);
	assert_int_equal(otp_qr_encode(DRAWN, &qr), OTP_OK);
	assert_int_equal(drawing->side, otp_qr_side(qr) - 2 * OTP_QR_QUIET);
	for (int y = 0; y < (int)drawing->side; y++)
		for (int x = 0; x < (int)drawing->side; x++)
			assert_int_equal(drawing->rows[y] >> x & 1,
			    otp_qr_dark(
				qr, x + OTP_QR_QUIET, y + OTP_QR_QUIET));
	otp_qr_free(qr);
	assert_false(log_has("otpauth"));
	/* Also for an account that does not exist: nothing of an account is read. */
	strcpy(request.request.account, "no-account-here");
	request.request.uid = OTP_UID_VIRTUAL;
	answer = ask(0, "root", &request);
	assert_int_equal(answer.err, OTP_OK);
}

static void
daemon__draws_for_root_alone(void **state)
{
	const struct otp_wire_request request = draw_of(DRAWN);
	struct otp_wire_answer answer;

	(void)state;
	answer = ask(alice.uid, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_DENIED);
	assert_int_equal(answer.drawing.side, 0);
	NEEDS_ROOT();
	answer = ask(0, "service", &request);
	assert_int_equal(answer.err, OTP_ERR_DENIED);
	answer = ask(0, "user", &request);
	assert_int_equal(answer.err, OTP_ERR_DENIED);
}

/* Version 10 has 271 bytes at most. */
static void
daemon__draws_what_fits(void **state)
{
	char text[OTP_WIRE_CODE_SIZE] = "";
	struct otp_wire_answer answer;

	(void)state;
	NEEDS_ROOT();
	for (size_t length = 1; length < sizeof(text); length++) {
		struct otp_wire_request request;

		memset(text, 'x', length);
		if (length % 64 != 1 && length != 271 && length != 272 &&
		    length + 1 != sizeof(text))
			continue;
		text[length] = '\0';
		request = draw_of(text);
		answer = ask(0, "root", &request);
		assert_int_equal(
		    answer.err, length <= 271 ? OTP_OK : OTP_ERR_LIMIT);
		assert_int_equal(answer.drawing.side == 0, length > 271);
	}
}

static void
daemon__keeps_no_secret_that_it_drew(void **state)
{
	const struct otp_wire_request request = draw_of(DRAWN);
	struct otp_wire_answer answer;
	const uint64_t *rows = answer.drawing.rows;

	(void)state;
	NEEDS_ROOT();
	if (FAKE_SANITIZED) /* which maps terabytes */
		skip();
	answer = ask(0, "root", &request);
	assert_int_equal(answer.err, OTP_OK);
	pause_for(200); /* it wipes what it has sent */
	assert_true(memory_has(host.pid, host.conf, strlen(host.conf)));
	assert_false(memory_has(host.pid, "JBSWY3DPEHPK3PXP", 16));
	for (unsigned y = 0; y + 1 < answer.drawing.side; y++)
		assert_false(
		    memory_has(host.pid, &rows[y], 2 * sizeof(rows[y])));
}

/* At each step: all of the new setup is there, or all of the old one. */
static void
daemon__killed_puts_all_or_nothing(void **state)
{
	uint64_t seed = 11;
	unsigned killed = 0, made = 0;

	(void)state;
	for (unsigned i = 0; i < 5 * KILLS; i++) {
		struct otp_wire_request request;
		struct otp_wire_answer answer;
		struct otp_seed now;
		pid_t worker;
		int fd;

		(void)teardown(state);
		(void)setup(state);
		request = put_of(OTP_ENROL_REPLACE);
		worker = ready_process(); /* which is given it */
		fd = call(alice.uid, "user");
		tell(fd, &request);
		(void)usleep((useconds_t)unit_between(&seed, 0, 5000));
		killed += worker > 0 && kill(worker, SIGKILL) == 0;
		if (hear(fd, &answer))
			assert_true(is_made(&answer));
		now = seed_of_alice();
		assert_int_equal(now.tokens_count, 1);
		if (now.tokens[0].kind == OTP_HOTP)
			continue;
		made++;
		assert_int_equal(now.recovery_count, OTP_ENROL_RECOVERY);
		assert_memory_equal(now.tokens[0].secret, own_token.secret,
		    OTP_OWN_SECRET_SIZE);
		/* The code that confirmed it is used. */
		request = try_of(request.typed);
		answer = ask(alice.uid, "user", &request);
		assert_int_equal(answer.answer.verdict, OTP_VERDICT_REPLAY);
	}
	print_message(
	    "# ran: %u puts, %u killed, %u made\n", 5 * KILLS, killed, made);
}

static int
users(void **state)
{
	(void)state;
	find_users();
	return 0;
}

#define DAEMON_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DAEMON_TEST(daemon__accepts_a_code_once),
		DAEMON_TEST(daemon__logs_what_was_claimed),
		DAEMON_TEST(daemon__sends_a_code_for_a_service),
		DAEMON_TEST(daemon__sends_what_it_can),
		DAEMON_TEST(daemon__sends_nothing_for_a_user),
		DAEMON_TEST(
		    daemon__tells_the_owner_of_a_login_through_a_service),
		DAEMON_TEST(daemon__answers_each_verb),
		DAEMON_TEST(daemon__answers_a_service),
		DAEMON_TEST(daemon__notes_for_the_client_what_was_told),
		DAEMON_TEST(daemon__enrolls_in_a_login_for_root_alone),
		DAEMON_TEST(daemon__draws_for_root),
		DAEMON_TEST(daemon__draws_for_root_alone),
		DAEMON_TEST(daemon__draws_what_fits),
		DAEMON_TEST(daemon__keeps_no_secret_that_it_drew),
		DAEMON_TEST(daemon__shows_users_their_account),
		DAEMON_TEST(daemon__tells_users_no_reason),
		DAEMON_TEST(daemon__shows_no_secret),
		DAEMON_TEST(daemon__forgets_devices),
		DAEMON_TEST(daemon__limits_what_takes_the_lock),
		DAEMON_TEST(daemon__limits_who_asks_without_end),
		DAEMON_TEST(daemon__resynchronises_a_token),
		DAEMON_TEST(daemon__charges_a_resync_to_other_callers),
		DAEMON_TEST(daemon__resynchronises_nothing_of_the_suspended),
		DAEMON_TEST(daemon__resynchronises_no_unknown_counter),
		DAEMON_TEST(daemon__shows_nothing_of_a_former_user),
		DAEMON_TEST(daemon__is_asked_by_the_client),
		DAEMON_TEST(daemon__changes_what_the_client_asks_for),
		DAEMON_TEST(daemon__of_other_parts_gives_none),
		DAEMON_TEST(daemon__refuses_another_account),
		DAEMON_TEST(daemon__refuses_another_caller),
		DAEMON_TEST(daemon__creates_sockets_for_each_kind_of_caller),
		DAEMON_TEST(daemon__does_not_believe_a_caller),
		DAEMON_TEST(daemon__refuses_with_a_wrong_configuration),
		DAEMON_TEST(daemon__ends_what_is_not_a_request),
		DAEMON_TEST(daemon__says_its_version_to_another),
		DAEMON_TEST(daemon__answers_in_the_version_before),
		DAEMON_TEST(daemon__takes_no_descriptor),
		DAEMON_TEST(daemon__answers_once),
		DAEMON_TEST(daemon__holds_a_refusal),
		DAEMON_TEST(daemon__charges_the_tally_of_the_callers),
		DAEMON_TEST(daemon__limits_a_uid),
		DAEMON_TEST(daemon__answers_root_in_a_flood),
		DAEMON_TEST(daemon__answers_users_in_a_flood),
		DAEMON_TEST(daemon__leaves_who_says_nothing),
		DAEMON_TEST(daemon__finishes_a_try_of_one_who_left),
		DAEMON_TEST(daemon__finishes_at_sigterm),
		DAEMON_TEST(daemon__killed_accepts_a_code_once),
		DAEMON_TEST(daemon__shares_the_store_with_direct_logins),
		DAEMON_TEST(daemon__keeps_one_process_ready),
		DAEMON_TEST(daemon__takes_the_sockets_of_systemd),
		DAEMON_TEST(daemon__puts_a_first_token_where_users_may),
		DAEMON_TEST(daemon__replaces_a_token_after_a_code_of_it),
		DAEMON_TEST(daemon__changes_what_was_seen_alone),
		DAEMON_TEST(daemon__adds_and_removes_but_the_last_token),
		DAEMON_TEST(daemon__answers_with_new_recovery_codes),
		DAEMON_TEST(daemon__tells_the_owner_of_changes),
		DAEMON_TEST(daemon__adds_an_address_whose_code_came_back),
		DAEMON_TEST(daemon__tells_no_one_an_address),
		DAEMON_TEST(daemon__sends_no_code_of_what_is_not_kept),
		DAEMON_TEST(daemon__takes_no_code_of_a_login_for_a_change),
		DAEMON_TEST(daemon__says_that_a_code_cannot_be_sent),
		DAEMON_TEST(daemon__adds_no_address_of_root_or_of_another),
		DAEMON_TEST(daemon__adds_an_address_once),
		DAEMON_TEST(daemon__takes_an_invitation_where_it_is_asked_for),
		DAEMON_TEST(daemon__enrolls_with_ones_own_invitation_once),
		DAEMON_TEST(daemon__tells_of_an_invitation_that_replaced),
		DAEMON_TEST(daemon__races_with_logins_for_an_invitation),
		DAEMON_TEST(daemon__logs_a_code_that_was_used_for_nothing),
		DAEMON_TEST(daemon__logs_no_code_that_was_not_used),
		DAEMON_TEST(daemon__counts_a_put_of_a_killed_process),
		DAEMON_TEST(daemon__limits_puts_that_succeed),
		DAEMON_TEST(daemon__limits_puts_that_are_tried),
		DAEMON_TEST(daemon__starts_no_change_of_one_who_left),
		DAEMON_TEST(daemon__changes_nothing_on_other_sockets),
		DAEMON_TEST(daemon__keeps_no_secret_of_a_put),
		DAEMON_TEST(daemon__keeps_no_secret_in_a_process),
		DAEMON_TEST(daemon__keeps_a_process_for_one_caller),
		DAEMON_TEST(daemon__keeps_no_process_that_did_more),
		DAEMON_TEST(daemon__killed_puts_all_or_nothing),
	};

	/* valgrind.sh has some of them alone, and another program. */
	if (getenv("DAEMON_TESTS") != NULL)
		cmocka_set_test_filter(getenv("DAEMON_TESTS"));
	return cmocka_run_group_tests(tests, users, NULL);
}
