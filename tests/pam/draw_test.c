/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The QR code of a login that enrolls, with a pam_otpd(8) that answers whatever
 * the test wants.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "common/core/base32.h"
#include "common/link/client.h"
#include "common/link/wire.h"
#include "tests/lib/host.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define UNTIL	(HOST_NOW + 86400)
#define SCAN	"Scan this in your app, or enter the key:"
#define SET_UP	"Add this key to your authenticator app:"
#define COLUMNS 80
#define ROWS	24

/* --- time, which goes on at once where the module waits ------------------- */

enum manner {
	DRAWS = 0,
	SAYS_NOTHING,
	HANGS_UP,
	SAYS_RUBBISH,
	FAILS,
	DRAWS_NOTHING, /* without an error, which no daemon of ours does */
	DRAWS_FOR_ANOTHER,
};

/* Shared with the process that is the daemon. */
struct daemon {
	enum manner manner;
	uint32_t side;
	unsigned messages;
	struct otp_wire_request request;
};
static struct daemon *there;
static pid_t daemon_pid = -1;
static int longest; /* milliseconds that the module would have waited at once */

/* The module finds this first. */
#pragma GCC visibility push(default)

int
poll(struct pollfd *fds, nfds_t count, int timeout)
{
	const struct timespec patience = { .tv_sec = 20 };
	const struct timespec moment = { .tv_nsec = 200000000 };
	const int ready = ppoll(fds, count,
	    there->manner == SAYS_NOTHING ? &moment : &patience, NULL);

	if (timeout > longest)
		longest = timeout;
	if (ready == 0)
		fake.ahead += timeout / 1000 + 1;
	return ready;
}

#pragma GCC visibility pop

/* --- the daemon ------------------------------------------------------------ */

static bool
is_dark(uint32_t side, uint32_t x, uint32_t y)
{
	return x < side && y < side && (x * 7 + y * 11) % 5 < 2;
}

static void
serve(int fd)
{
	uint8_t data[OTP_WIRE_ANSWER_SIZE], asked[OTP_WIRE_MAX];
	struct otp_wire_answer answer = { .verb = OTP_WIRE_DRAW };
	const ssize_t got = recv(fd, asked, sizeof(asked), 0);

	there->messages++;
	if (got <= 0 ||
	    otp_wire_get_request(asked, (size_t)got, &there->request) != OTP_OK)
		_exit(2);
	strcpy(answer.account,
	    there->manner == DRAWS_FOR_ANOTHER
		? "bob"
		: there->request.request.account);
	if (there->manner == FAILS) {
		answer.err = OTP_ERR_LIMIT;
	} else {
		answer.drawing.side = there->side;
		for (uint32_t y = 0; y < there->side; y++)
			for (uint32_t x = 0; x < there->side; x++)
				if (is_dark(there->side, x, y))
					answer.drawing.rows[y] |= UINT64_C(1)
					    << x;
	}
	if (there->manner == SAYS_NOTHING)
		(void)recv(fd, asked, sizeof(asked), 0); /* it hangs up */
	if (there->manner == SAYS_NOTHING || there->manner == HANGS_UP)
		return;
	if (otp_wire_put_answer(&answer, data) != OTP_OK)
		_exit(3);
	if (there->manner == SAYS_RUBBISH)
		memset(data, 'x', sizeof(data));
	if (there->manner == DRAWS_NOTHING)
		memset(data + 884, 0, sizeof(data) - 884);
	(void)send(fd, data, sizeof(data), MSG_NOSIGNAL);
}

static void
daemon_start(struct host *host)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char path[HOST_PATH_SIZE];
	const int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	host_path(host, path, "run/root");
	strcpy(address.sun_path, path);
	assert_true(listener > 2);
	assert_int_equal(
	    bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 8), 0);
	daemon_pid = fork();
	assert_true(daemon_pid >= 0);
	while (daemon_pid == 0) {
		const int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			_exit(1);
		serve(fd);
		(void)close(fd);
	}
	(void)close(listener);
}

/* --- the user ---------------------------------------------------------------- */

static char invitation[OTP_RECOVERY_TEXT_SIZE];
static char base32[64]; /* the key that was shown last */
static char code[SAMPLE_CODE_SIZE];

static void
phone(struct host *host)
{
	struct otp_token app = sample_totp(1);
	const char *key = NULL;
	size_t length = 0;

	if (host->seen.prompts < 2)
		return;
	for (unsigned i = 0; i < host->seen.messages; i++)
		if (strstr(host->seen.message[i].text, "\n  Key  ") != NULL)
			key = strstr(host->seen.message[i].text, "\n  Key  ");
	assert_non_null(key);
	for (key += strlen("\n  Key  "); *key != '\0'; key++)
		if (*key != ' ')
			base32[length++] = *key;
	base32[length] = '\0';
	assert_int_equal(otp_base32_decode(base32, length, app.secret,
			     sizeof(app.secret), &app.secret_size),
	    OTP_OK);
	host_code(&app, 0, code);
}

/* Alice, as if she had never been enrolled. */
static void
invite(struct host *host)
{
	char path[HOST_PATH_SIZE];

	host_path(host, path, "store/state/alice");
	(void)unlink(path);
	host_path(host, path, "store/uid/%d", HOST_ALICE_UID);
	(void)unlink(path);
	host_invite(host, "alice", HOST_ALICE_UID, NULL, UNTIL, invitation);
}

static int
login_with(struct host *host, const char *arguments)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "enroll=invited %s", arguments);
	host_service(host, text);
	host->app.pam_env = HOST_PUBLIC_KEY;
	host->app.at_prompt = phone;
	host->app.answers[0] = invitation;
	host->app.answers[1] = code;
	host->app.answers[2] = "";
	return host_login(host, "alice", NULL);
}

/* A login that enrolls as without a daemon: the key alone. */
static void
assert_key_alone(struct host *host, const char *arguments)
{
	invite(host);
	assert_int_equal(login_with(host, arguments), PAM_SUCCESS);
	assert_int_equal(host->seen.messages, 4);
	assert_string_equal(host->seen.message[0].text, SET_UP);
}

static void
assert_drawn(struct host *host)
{
	invite(host);
	assert_int_equal(login_with(host, ""), PAM_SUCCESS);
	assert_int_equal(host->seen.messages, 5);
	assert_string_equal(host->seen.message[0].text, SCAN);
}

static void
say_locale(const char *name, const char *value)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG",
		"TERM" };

	for (size_t i = 0; i < COUNT(names); i++)
		assert_int_equal(unsetenv(names[i]), 0);
	if (name != NULL)
		assert_int_equal(setenv(name, value, 1), 0);
}

static int
setup(void **state)
{
	char path[HOST_PATH_SIZE], text[HOST_PATH_SIZE + 16];
	struct host *host = host_new();

	*state = host;
	assert_int_equal(chmod(host->root, 0755), 0);
	host_path(host, path, "run");
	assert_int_equal(mkdir(path, 0755), 0);
	(void)snprintf(text, sizeof(text), "sockets = %s\n", path);
	host_configure(host, text);
	there = mmap(NULL, sizeof(*there), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(there != MAP_FAILED);
	there->side = 33;
	longest = 0;
	say_locale(NULL, NULL);
	if (geteuid() == 0)
		daemon_start(host);
	return 0;
}

static int
teardown(void **state)
{
	if (daemon_pid > 0) {
		(void)kill(daemon_pid, SIGKILL);
		(void)waitpid(daemon_pid, NULL, 0);
	}
	daemon_pid = -1;
	(void)munmap(there, sizeof(*there));
	return host_teardown(state);
}

/* The daemon has to be root's. */
#define NEEDS_ROOT()                \
	do {                        \
		if (geteuid() != 0) \
			skip();     \
	} while (0)

/* --- what was drawn ----------------------------------------------------------- */

/* The cell at *AT, which is moved on: whether its upper and lower half are lit. */
static void
read_cell(const char **at, bool ret_lit[2])
{
	static const char *const cells[] = { " ", "\u2580", "\u2584",
		"\u2588" };

	for (unsigned i = 0; i < COUNT(cells); i++)
		if (strncmp(*at, cells[i], strlen(cells[i])) == 0) {
			*at += strlen(cells[i]);
			ret_lit[0] = (i & 1) != 0;
			ret_lit[1] = (i & 2) != 0;
			return;
		}
	fail_msg("another character: %s", *at);
}

/* TEXT is the code of SIDE, lit where it is light, and light around it. */
static void
assert_is_code(const char *text, uint32_t side)
{
	const uint32_t columns = side + 8, rows = (side + 5) / 2;

	assert_true(columns < COLUMNS);
	/* the heading, the account, the key, and the prompt */
	assert_true(rows + 4 <= ROWS);
	for (uint32_t row = 0; row < rows; row++) {
		for (uint32_t x = 0; x < columns; x++) {
			bool lit[2];

			read_cell(&text, lit);
			for (uint32_t half = 0; half < 2; half++)
				/* (Numbers below 0 are large ones.) */
				assert_int_equal(lit[half],
				    !is_dark(side, x - 4, 2 * row + half - 2));
		}
		if (row + 1 < rows)
			assert_int_equal(*text++, '\n');
	}
	assert_string_equal(text, "");
}

static void
drawing__is_shown_above_the_key(void **state)
{
	const struct otp_wire_request *asked = &there->request;
	struct host *host = *state;
	const struct host_shown *shown = host->seen.message;
	char uri[256];

	NEEDS_ROOT();
	for (there->side = 21; there->side <= 33; there->side += 4) {
		assert_drawn(host);
		assert_true(strlen(SCAN) <= 40);
		assert_int_equal(shown[1].style, PAM_TEXT_INFO);
		assert_is_code(shown[1].text, there->side);
		assert_non_null(strstr(shown[2].text, "\n  Key  "));
		assert_int_equal(fake.unwiped, 0);
	}
	assert_int_equal(asked->verb, OTP_WIRE_DRAW);
	assert_string_equal(asked->request.account, "alice");
	assert_int_equal(asked->request.uid, HOST_ALICE_UID);
	(void)snprintf(uri, sizeof(uri), ":alice?secret=%s", base32);
	assert_non_null(strstr(asked->typed, uri));
	assert_string_equal(strstr(asked->typed, uri), uri);
	assert_memory_equal(asked->typed, "otpauth://totp/", 15);
}

static void
drawing__that_is_too_large_leaves_the_key(void **state)
{
	NEEDS_ROOT();
	for (there->side = 37; there->side <= 57; there->side += 4)
		assert_key_alone(*state, "");
	assert_int_equal(there->messages, 6);
}

static void
drawing__that_fails_leaves_the_key(void **state)
{
	struct host *host = *state;
	char path[HOST_PATH_SIZE];

	NEEDS_ROOT();
	for (int i = SAYS_NOTHING; i <= DRAWS_FOR_ANOTHER; i++) {
		const enum manner manner = (enum manner)i;
		const int64_t before = fake.ahead;

		there->manner = manner;
		assert_key_alone(host, "");
		assert_int_equal(there->messages, manner);
		assert_true(longest <= 2001);
		assert_true(fake.ahead - before <= 3);
	}
	there->manner = DRAWS;
	host_path(host, path, "run/root");
	assert_int_equal(unlink(path), 0);
	assert_key_alone(host, "");
	assert_key_alone(host, "debug");
	for (unsigned i = 0; i < fake.lines_count; i++)
		if (strstr(fake.lines[i].text, "qr") != NULL)
			return;
	fail_msg("no line of the log has it");
}

/* As applications may that take PAM_MAX_MSG_SIZE for a limit. */
static void
drawing__that_the_application_refuses_leaves_the_key(void **state)
{
	struct host *host = *state;

	NEEDS_ROOT();
	host->app.messages_longest = PAM_MAX_MSG_SIZE;
	assert_drawn(host);
}

static void
drawing__whose_key_is_not_shown_ends_the_login(void **state)
{
	struct host *host = *state;

	NEEDS_ROOT();
	invite(host);
	for (unsigned after = 1; after <= 2; after++) {
		host->app.messages_fail_after = after;
		assert_int_equal(login_with(host, ""), PAM_CONV_ERR);
	}
}

static void
drawing__is_off_without_the_option(void **state)
{
	NEEDS_ROOT();
	assert_key_alone(*state, "qr=no");
	assert_int_equal(there->messages, 0);
}

/* Where the environment does not say that it has half blocks. */
static void
drawing__needs_half_blocks(void **state)
{
	static const char *const without[][2] = {
		{ "LC_ALL", "C" },
		{ "LC_ALL", "de_DE.ISO-8859-1" },
		{ "LC_CTYPE", "POSIX" },
		{ "LANG", "C" },
		{ "LANG", "de_DE@euro" },
		{ "TERM", "dumb" },
	};
	static const char *const with[][2] = {
		{ NULL, NULL },
		{ "LC_ALL", "C.UTF-8" },
		{ "LC_CTYPE", "de_DE.utf8" },
		{ "LANG", "en_US.UTF-8" },
		{ "LANG", "" },
		{ "TERM", "linux" },
	};

	NEEDS_ROOT();
	for (size_t i = 0; i < COUNT(without); i++) {
		say_locale(without[i][0], without[i][1]);
		assert_key_alone(*state, "");
	}
	assert_int_equal(there->messages, 0);
	for (size_t i = 0; i < COUNT(with); i++) {
		say_locale(with[i][0], with[i][1]);
		assert_drawn(*state);
	}
	/* As setlocale(3) has it: the first of them counts. */
	say_locale("LC_ALL", "C");
	assert_int_equal(setenv("LANG", "C.UTF-8", 1), 0);
	assert_key_alone(*state, "");
}

/* No text is sent that has no room. */
static void
drawing__of_a_long_text_is_not_asked_for(void **state)
{
	struct otp_request request = { .uid = HOST_ALICE_UID };
	struct otp_wire_drawing drawing = { .side = 0 };
	char path[HOST_PATH_SIZE], text[OTP_WIRE_CODE_SIZE + 1];
	struct otp_link link = { .folder = path, .socket = OTP_LINK_ROOT };
	struct otp_fault fault = { 0 };

	NEEDS_ROOT();
	host_path(*state, path, "run");
	strcpy(request.account, "alice");
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(otp_link_draw(&link, &request, text, &drawing, &fault),
	    OTP_ERR_LIMIT);
	assert_int_equal(there->messages, 0);
	text[sizeof(text) - 2] = '\0';
	assert_int_equal(
	    otp_link_draw(&link, &request, text, &drawing, &fault), OTP_OK);
	assert_int_equal(drawing.side, 33);
}

#define DRAW_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DRAW_TEST(drawing__is_shown_above_the_key),
		DRAW_TEST(drawing__that_is_too_large_leaves_the_key),
		DRAW_TEST(drawing__that_fails_leaves_the_key),
		DRAW_TEST(drawing__that_the_application_refuses_leaves_the_key),
		DRAW_TEST(drawing__whose_key_is_not_shown_ends_the_login),
		DRAW_TEST(drawing__is_off_without_the_option),
		DRAW_TEST(drawing__needs_half_blocks),
		DRAW_TEST(drawing__of_a_long_text_is_not_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
