/* SPDX-License-Identifier: BSD-2-Clause */
/* Codes that are sent: deliver= on the module's line, and a socket that takes
   them. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "common/core/frame.h"
#include "common/core/send.h"
#include "tests/lib/host.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define KEY "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA\n"

#define FIRST_PROMPT "One-time code (or \"send\"): "
#define AUTO_PROMPT  "One-time code (app, or message "
#define TAG_PROMPT   "Code from message "

/* --- the second for which a login waits ---------------------------------- */

static struct timespec waited; /* until then, on the monotonic clock */
static unsigned waits;

/* The module finds this one first. */
__attribute__((visibility("default"))) int clock_nanosleep(
    clockid_t clock, int flags, const struct timespec *time, struct timespec *);

int
clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
    struct timespec *rest)
{
	(void)rest;
	assert_int_equal(clock, CLOCK_MONOTONIC);
	assert_int_equal(flags, TIMER_ABSTIME);
	waited = *time;
	waits++;
	return waits % 2 == 1 ? EINTR : 0; /* it goes on after a signal */
}

static int64_t
nanoseconds(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

/* --- the socket ----------------------------------------------------------- */

static int listener = -1;
static struct otp_message message; /* the last one that was taken */
static char tag[8];		   /* of the last prompt */

static void
listen_there(struct host *host, int backlog)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char path[HOST_PATH_SIZE];

	host_path(host, path, "run");
	(void)mkdir(path, 0700);
	host_path(host, path, "run/deliver");
	assert_true(strlen(path) < sizeof(address.sun_path));
	strcpy(address.sun_path, path);
	(void)unlink(path);
	listener =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(listener > 2);
	assert_int_equal(
	    bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, backlog), 0);
}

static void
configure(struct host *host, const char *lines)
{
	char text[HOST_PATH_SIZE + 128], run[HOST_PATH_SIZE];

	host_path(host, run, "run");
	(void)snprintf(text, sizeof(text), "sockets = %s\n%s", run, lines);
	host_configure(host, text);
}

/* Whether a message came; it is in 'message'. */
static bool
take_message(void)
{
	char frame[OTP_FRAME_MAX + 1];
	size_t size = 0;
	ssize_t got;
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return false;
	while ((got = read(fd, frame + size, sizeof(frame) - size)) > 0)
		size += (size_t)got;
	assert_int_equal(got, 0); /* and then it was closed */
	(void)close(fd);
	assert_int_equal(otp_frame_read(frame, size, &message), OTP_OK);
	return true;
}

/* The code in the message, without its blank. */
static const char *
sent_code(void)
{
	static char code[9];

	assert_int_equal(message.text[4], ' ');
	(void)snprintf(
	    code, sizeof(code), "%.4s%.4s", message.text, message.text + 5);
	return code;
}

/* --- alice, with two addresses -------------------------------------------- */

static struct otp_seed
addressed_seed(unsigned tokens)
{
	static const char *const uris[] = { "mailto:alice@example.org",
		"sms:+491701234567" };
	struct otp_seed seed = { .tokens_count = tokens };

	seed.tokens[0] = sample_totp(1);
	seed.addresses_count = COUNT(uris);
	for (unsigned i = 0; i < COUNT(uris); i++) {
		strcpy(seed.addresses[i].uri, uris[i]);
		memset(seed.addresses[i].secret, (int)i + 1,
		    OTP_ADDRESS_SECRET_SIZE);
	}
	return seed;
}

static void
use(struct host *host, unsigned tokens)
{
	const struct otp_seed seed = addressed_seed(tokens);

	listen_there(host, 8);
	configure(host, "");
	host_service(host, "deliver=yes");
	host_enrol(host, "alice", HOST_ALICE_UID, &seed);
	host->app.pam_env = KEY;
	host->app.rhost = "192.0.2.1";
	waits = 0;
}

static int
teardown(void **state)
{
	if (listener >= 0)
		(void)close(listener);
	listener = -1;
	return host_teardown(state);
}

static bool came;

/* At the second prompt the message is read, and its code is what is typed. */
static void
read_mail(struct host *host)
{
	const unsigned prompt = host->seen.prompts - 1;

	if (prompt == 0)
		return;
	came = take_message();
	host->app.answers[prompt] = came ? sent_code() : "00000000";
}

/* alice types WORD, and then the code that came. */
static int
login_with(struct host *host, const char *word)
{
	came = false;
	memset(host->app.answers, 0, sizeof(host->app.answers));
	host->app.at_prompt = read_mail;
	return host_login(host, "alice", word);
}

/* Both prompts were shown, the second with the tag in 'tag'. */
static void
assert_prompts(struct host *host)
{
	const char *second = host->seen.prompt[1].text;

	assert_int_equal(host->seen.prompts, 2);
	assert_string_equal(host->seen.prompt[0].text, FIRST_PROMPT);
	assert_memory_equal(second, TAG_PROMPT, strlen(TAG_PROMPT));
	assert_int_equal(strlen(second), strlen(TAG_PROMPT) + 4);
	assert_string_equal(second + strlen(TAG_PROMPT) + 2, ": ");
	(void)snprintf(tag, sizeof(tag), "%.2s", second + strlen(TAG_PROMPT));
	assert_int_equal(strspn(tag, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"), 2);
}

/* Nothing was sent; the log's first line says why. */
static void
assert_unsent(struct host *host, const char *reason, int level)
{
	char word[64];

	assert_prompts(host);
	assert_false(came);
	(void)snprintf(word, sizeof(word), "reason=%s", reason);
	assert_true(host_line_has(0, "result=unsent"));
	if (!host_line_has(0, word))
		fail_msg("%s", fake.lines[0].text);
	(void)snprintf(word, sizeof(word), "tag=%s", tag);
	assert_true(host_line_has(0, word));
	assert_int_equal(LOG_PRI(fake.lines[0].priority), level);
}

static void
send__lets_in_with_the_code_that_came(void **state)
{
	struct host *host = *state;
	char word[16];

	use(host, 1);
	assert_int_equal(login_with(host, "send"), PAM_SUCCESS);
	assert_true(came);
	assert_prompts(host);
	(void)snprintf(word, sizeof(word), "tag=%s", tag);
	assert_int_equal(fake.lines_count, 2);
	assert_true(host_line_has(0, "result=sent"));
	assert_true(host_line_has(0, "reason=ok"));
	assert_true(host_line_has(0, "user=alice"));
	assert_true(host_line_has(0, "rhost=192.0.2.1"));
	assert_true(host_line_has(0, "method=mail"));
	assert_true(host_line_has(0, word));
	assert_int_equal(LOG_PRI(fake.lines[0].priority), LOG_INFO);
	assert_true(host_line_has(1, "result=accepted"));
	assert_true(host_line_has(1, "method=mail"));
	assert_true(host_line_has(1, word));
	assert_null(strstr(fake.lines[0].text, sent_code()));
	assert_null(strstr(fake.lines[1].text, sent_code()));
}

static void
send__has_the_message_to_the_byte(void **state)
{
	struct host *host = *state;
	char name[256], text[2048];

	use(host, 1);
	assert_int_equal(gethostname(name, sizeof(name)), 0);
	assert_int_equal(login_with(host, "send"), PAM_SUCCESS);
	assert_prompts(host);
	assert_int_equal(message.kind, OTP_MESSAGE_CODE);
	assert_string_equal(message.to.uri, "mailto:alice@example.org");
	assert_string_equal(message.user, "alice");
	assert_string_equal(message.host, name);
	assert_string_equal(message.service, "test");
	assert_string_equal(message.rhost, "192.0.2.1");
	assert_string_equal(message.time, "2026-09-21T14:13:40Z");
	assert_string_equal(message.tag, tag);
	(void)snprintf(text, sizeof(text),
	    "%.4s %s is your code for message %s.\n"
	    "It is for logging in as alice with test on %s from 192.0.2.1,\n"
	    "asked for on 2026-09-21 at 14:13 UTC, and is valid for 5 "
	    "minutes.\n"
	    "\n"
	    "Do not give it to anyone.\n"
	    "Not you? Someone may know your password or have your key: tell "
	    "your\n"
	    "administrator.\n",
	    sent_code(), sent_code() + 4, tag, name);
	assert_string_equal(message.text, text);
}

/* A name is what its owner wants to be read; only an address is an address. */
static void
send__names_no_remote_host_but_an_address(void **state)
{
	static const char *const hosts[] = { "evil.example.org",
		"your.bank says: call", "1.2.3", "fe80::1%eth0", "\x1b[31m" };
	struct host *host = *state;

	use(host, 1);
	for (unsigned i = 0; i < COUNT(hosts); i++) {
		fake.now += 3600;
		host->app.rhost = hosts[i];
		assert_int_equal(login_with(host, "send"), PAM_SUCCESS);
		assert_string_equal(message.rhost, "");
		assert_null(strstr(message.text, " from "));
		assert_null(strstr(message.text, hosts[i]));
	}
	fake.now += 3600;
	host->app.rhost = "2001:DB8::5";
	assert_int_equal(login_with(host, "send"), PAM_SUCCESS);
	assert_string_equal(message.rhost, "2001:db8::5");
}

static void
send__goes_to_the_address_that_was_asked_for(void **state)
{
	static const struct {
		const char *typed, *uri, *method;
	} cases[] = {
		{ "send", "mailto:alice@example.org", "method=mail" },
		{ " SEND\r\n", "mailto:alice@example.org", "method=mail" },
		{ "mail", "mailto:alice@example.org", "method=mail" },
		{ "sms", "sms:+491701234567", "method=sms" },
		{ "send 1", "mailto:alice@example.org", "method=mail" },
		{ "Send 2", "sms:+491701234567", "method=sms" },
	};
	struct host *host = *state;

	use(host, 1);
	for (unsigned i = 0; i < COUNT(cases); i++) {
		fake.now += 60;
		assert_int_equal(login_with(host, cases[i].typed), PAM_SUCCESS);
		assert_string_equal(message.to.uri, cases[i].uri);
		assert_true(host_line_has(0, cases[i].method));
		assert_true(host_line_has(1, cases[i].method));
	}
	fake.now += 60;
	assert_int_equal(login_with(host, "send 3"), PAM_AUTH_ERR);
	assert_unsent(host, "no-address", LOG_NOTICE);
}

static void
send__is_no_word_where_the_line_does_not_say_deliver(void **state)
{
	static const char *const lines[] = { "", "deliver=no" };
	struct host *host = *state;

	use(host, 1);
	for (unsigned i = 0; i < COUNT(lines); i++) {
		host_service(host, lines[i]);
		assert_int_equal(login_with(host, "send"), PAM_AUTH_ERR);
		assert_int_equal(host->seen.prompts, 1);
		assert_string_equal(
		    host->seen.prompt[0].text, "One-time code: ");
		host_logged("refused", "malformed");
		assert_false(take_message());
	}
	assert_int_equal(waits, 0);
}

/* With an app, everything is as ever. */
static void
deliver__still_takes_a_code_of_a_token(void **state)
{
	struct host *host = *state;

	use(host, 1);
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 1);
	assert_string_equal(host->seen.prompt[0].text, FIRST_PROMPT);
	assert_int_equal(waits, 0);
	assert_int_equal(host_login(host, "alice", ""), PAM_AUTH_ERR);
	assert_int_equal(host->seen.prompts, 1);
	assert_int_equal(waits, 0);
	assert_false(take_message());
	host_service(host, "deliver=yes prompt=PIN:");
	assert_int_equal(login_with(host, "send"), PAM_SUCCESS);
	assert_string_equal(host->seen.prompt[0].text, "PIN:");
	assert_memory_equal(
	    host->seen.prompt[1].text, TAG_PROMPT, strlen(TAG_PROMPT));
}

static void
deliver__cannot_be_combined_with_forward_pass(void **state)
{
	struct host *host = *state;

	use(host, 1);
	for (unsigned i = 0; i < 2; i++) {
		host_service(host,
		    i == 0 ? "deliver=yes forward_pass"
			   : "deliver=auto forward_pass");
		assert_int_equal(login_with(host, "send"), PAM_SERVICE_ERR);
		host_logged("misconfigured", "option");
		assert_true(host_line_has(0, "option=deliver"));
	}
	assert_int_equal(waits, 0);
	assert_false(take_message());
}

/* A password that this stack asked for is one, too. */
static void
send__needs_a_first_factor(void **state)
{
	static const char *const infos[] = { NULL, "SSH_AUTH_INFO_0=password\n",
		"SSH_AUTH_INFO_0=xpublickey ssh-ed25519 AAAA\n",
		"SSH_AUTH_INFO_1=publickey ssh-ed25519 AAAA\n" };
	struct host *host = *state;

	use(host, 1);
	for (unsigned i = 0; i < COUNT(infos); i++) {
		host->app.pam_env = infos[i];
		assert_int_equal(login_with(host, "send"), PAM_AUTH_ERR);
		assert_unsent(host, "no-first-factor", LOG_NOTICE);
		assert_int_equal(host_state(host, "alice").sends.moment, 0);
	}
	host->app.pam_env =
	    "SSH_AUTH_INFO_0=password\npublickey ssh-ed25519 AAAA\n";
	assert_int_equal(login_with(host, "send"), PAM_SUCCESS);
	assert_true(came);
}

/* At the third prompt of a stack whose first line asks for the password. */
static void
read_mail_later(struct host *host)
{
	if (host->seen.prompts == 3) {
		came = take_message();
		host->app.answers[2] = came ? sent_code() : "00000000";
	}
}

static void
send__takes_a_password_for_a_first_factor(void **state)
{
	struct host *host = *state;
	const struct otp_token token = sample_totp(1);
	char typed[64], code[SAMPLE_CODE_SIZE];

	use(host, 1);
	host->app.pam_env = NULL;
	host_stack(host,
	    "auth required @MODULE@ forward_pass\n"
	    "auth required @MODULE@ deliver=yes\n"
	    "account required pam_permit.so\n");
	host_code(&token, 0, code);
	(void)snprintf(typed, sizeof(typed), "password%s", code);
	memset(host->app.answers, 0, sizeof(host->app.answers));
	host->app.answers[1] = "send";
	host->app.at_prompt = read_mail_later;
	assert_int_equal(host_login(host, "alice", typed), PAM_SUCCESS);
	assert_true(came);
}

/* --- all see the same ------------------------------------------------------ */

/* The prompts of LOGIN's user but for the tag, and how long they took. */
static void
assert_looks_alike(struct host *host, const char *user)
{
	struct timespec before, after;

	came = false;
	waits = 0;
	memset(host->app.answers, 0, sizeof(host->app.answers));
	host->app.answers[1] = "00000000";
	host->app.at_prompt = NULL;
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &before), 0);
	assert_int_equal(host_login(host, user, "send"), PAM_AUTH_ERR);
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &after), 0);
	assert_prompts(host);
	host_told_nothing(host);
	assert_int_equal(waits, 2);
	assert_true(nanoseconds(&waited) >= nanoseconds(&before) + 1000000000);
	assert_true(nanoseconds(&waited) <= nanoseconds(&after) + 1000000000);
}

static void
send__looks_the_same_for_every_account(void **state)
{
	struct host *host = *state;
	struct otp_seed seed = addressed_seed(1);
	struct otp_state changed;

	use(host, 1);
	assert_looks_alike(host, "alice"); /* sent, and mistyped */
	assert_true(host_line_has(0, "result=sent"));
	assert_true(take_message());
	assert_looks_alike(host, "alice"); /* too soon */
	assert_true(host_line_has(0, "reason=limit"));
	seed.addresses_count = 0;
	host_enrol(host, "bob", HOST_BOB_UID, &seed); /* no address */
	assert_looks_alike(host, "bob");
	assert_true(host_line_has(0, "reason=no-address"));
	assert_looks_alike(host, "daemon"); /* not enrolled */
	assert_true(host_line_has(0, "reason=not-enrolled"));
	assert_looks_alike(host, "no-such-user");
	assert_true(host_line_has(0, "reason=unknown-user"));
	assert_null(strstr(fake.lines[0].text, "no-such-user"));
	changed = host_state(host, "alice");
	changed.suspended = true;
	host_state_put(host, "alice", &changed);
	assert_false(take_message());
}

static void
send__sends_nothing_while_blocked_or_locked_out(void **state)
{
	struct host *host = *state;
	struct otp_state changed;

	use(host, 1);
	changed = host_state(host, "alice");
	changed.tally.failures = 5;
	changed.tally.wait_length = 30;
	changed.tally.wait_until = fake.now + 30;
	host_state_put(host, "alice", &changed);
	assert_int_equal(login_with(host, "send"), PAM_AUTH_ERR);
	assert_unsent(host, "blocked", LOG_NOTICE);
	changed = host_state(host, "alice");
	changed.tally.failures = 100;
	host_state_put(host, "alice", &changed);
	assert_int_equal(login_with(host, "send"), PAM_AUTH_ERR);
	assert_unsent(host, "locked-out", LOG_NOTICE);
	assert_int_equal(host_state(host, "alice").sends.moment, 0);
}

/* --- unasked ---------------------------------------------------------------- */

static void
read_mail_at_once(struct host *host)
{
	if (host->seen.prompts == 1) {
		came = take_message();
		if (came)
			host->app.answers[0] = sent_code();
	}
}

/* USER is asked once, and answers with what came, else with ANSWER. */
static int
login_unasked(struct host *host, const char *user, const char *answer)
{
	came = false;
	waits = 0;
	memset(host->app.answers, 0, sizeof(host->app.answers));
	host->app.answers[0] = answer;
	host->app.at_prompt = read_mail_at_once;
	return host_login(host, user, NULL);
}

/* The first prompt has a tag, now in 'tag'; all of it but that is the same. */
static void
assert_auto_prompt(struct host *host)
{
	const char *prompt = host->seen.prompt[0].text;

	assert_true(host->seen.prompts >= 1);
	assert_memory_equal(prompt, AUTO_PROMPT, strlen(AUTO_PROMPT));
	assert_string_equal(prompt + strlen(AUTO_PROMPT) + 2, "): ");
	(void)snprintf(tag, sizeof(tag), "%.2s", prompt + strlen(AUTO_PROMPT));
	assert_int_equal(strspn(tag, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"), 2);
}

static void
use_auto(struct host *host, unsigned tokens)
{
	use(host, tokens);
	host_service(host, "deliver=auto");
}

static void
auto__sends_at_once_to_a_user_without_a_token(void **state)
{
	struct host *host = *state;
	char word[16];

	use_auto(host, 0);
	assert_int_equal(login_unasked(host, "alice", "00000000"), PAM_SUCCESS);
	assert_true(came);
	assert_int_equal(host->seen.prompts, 1);
	assert_auto_prompt(host);
	assert_string_equal(message.tag, tag);
	assert_string_equal(message.to.uri, "mailto:alice@example.org");
	(void)snprintf(word, sizeof(word), "tag=%s", tag);
	assert_int_equal(fake.lines_count, 2);
	assert_true(host_line_has(0, "result=sent"));
	assert_true(host_line_has(0, word));
	assert_true(host_line_has(1, "result=accepted"));
	assert_true(host_line_has(1, "method=mail"));
	assert_true(host_line_has(1, word));
}

static void
auto__sends_nothing_unasked_to_a_user_who_has_a_token(void **state)
{
	struct host *host = *state;
	const struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	use_auto(host, 1);
	host_code(&token, 0, code);
	assert_int_equal(login_unasked(host, "alice", code), PAM_SUCCESS);
	assert_false(came);
	assert_int_equal(waits, 2);
	host_logged("accepted", "ok");
	assert_int_equal(host_state(host, "alice").sends.moment, 0);
	/* who lost the phone can still ask */
	fake.now += 60;
	assert_int_equal(login_with(host, "send"), PAM_SUCCESS);
	assert_true(came);
	assert_auto_prompt(host);
	assert_memory_equal(
	    host->seen.prompt[1].text, TAG_PROMPT, strlen(TAG_PROMPT));
}

/* A wrong code is asked for again, and nothing is sent again. */
static void
auto__sends_once_in_a_login(void **state)
{
	struct host *host = *state;

	use_auto(host, 0);
	host_service(host, "deliver=auto tries=3");
	memset(host->app.answers, 0, sizeof(host->app.answers));
	host->app.at_prompt = NULL;
	host->app.answers[0] = "00000000";
	host->app.answers[1] = "00000001";
	host->app.answers[2] = "00000002";
	assert_int_equal(host_login(host, "alice", NULL), PAM_AUTH_ERR);
	assert_int_equal(host->seen.prompts, 3);
	assert_string_equal(
	    host->seen.prompt[0].text, host->seen.prompt[2].text);
	assert_auto_prompt(host);
	assert_int_equal(waits, 2);
	assert_int_equal(fake.lines_count, 4);
	assert_true(take_message());
	assert_false(take_message());
}

/* The next connection within 30 s has the same tag, and takes the same code. */
static void
auto__takes_the_code_in_the_next_connection(void **state)
{
	struct host *host = *state;
	char code[9], first[8];

	use_auto(host, 0);
	fake.now -= fake.now % 300;
	assert_int_equal(
	    login_unasked(host, "no-such-user", "00000000"), PAM_AUTH_ERR);
	memset(host->app.answers, 0, sizeof(host->app.answers));
	host->app.at_prompt = NULL;
	assert_int_equal(host_login(host, "alice", "00000000"), PAM_AUTH_ERR);
	assert_auto_prompt(host);
	strcpy(first, tag);
	assert_true(take_message());
	strcpy(code, sent_code());
	fake.now += 29;
	assert_int_equal(login_unasked(host, "alice", code), PAM_SUCCESS);
	assert_false(came);
	assert_auto_prompt(host);
	assert_string_equal(tag, first);
	assert_true(host_line_has(0, "result=unsent"));
	assert_true(host_line_has(0, "reason=limit"));
}

static void
auto__needs_a_first_factor(void **state)
{
	struct host *host = *state;

	use_auto(host, 0);
	host->app.pam_env = NULL;
	assert_int_equal(
	    login_unasked(host, "alice", "00000000"), PAM_AUTH_ERR);
	assert_false(came);
	assert_auto_prompt(host);
	assert_int_equal(waits, 2);
	assert_true(host_line_has(0, "result=unsent"));
	assert_true(host_line_has(0, "reason=no-first-factor"));
	assert_int_equal(host_state(host, "alice").sends.moment, 0);
}

static void
auto__shows_a_prompt_of_the_administrator_instead(void **state)
{
	struct host *host = *state;

	use_auto(host, 0);
	host_service(host, "deliver=auto prompt=PIN:");
	assert_int_equal(login_unasked(host, "alice", "00000000"), PAM_SUCCESS);
	assert_true(came);
	assert_string_equal(host->seen.prompt[0].text, "PIN:");
	assert_int_equal(waits, 2);
}

/* One prompt, and a second after the login began. */
static void
assert_asked_alike(struct host *host, const char *user, bool sent)
{
	struct timespec before, after;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &before), 0);
	assert_int_equal(
	    login_unasked(host, user, "1"), sent ? PAM_SUCCESS : PAM_AUTH_ERR);
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &after), 0);
	assert_int_equal(came, sent);
	assert_int_equal(host->seen.prompts, 1);
	assert_auto_prompt(host);
	assert_int_equal(host->seen.prompt[0].style, PAM_PROMPT_ECHO_OFF);
	assert_int_equal(waits, 2);
	assert_true(nanoseconds(&waited) >= nanoseconds(&before) + 1000000000);
	assert_true(nanoseconds(&waited) <= nanoseconds(&after) + 1000000000);
	if (!sent)
		host_told(host, PAM_ERROR_MSG, "A code has 6 to 8 digits.");
}

static void
auto__looks_the_same_for_every_account(void **state)
{
	static const char *const lines[] = { "deliver=auto",
		"deliver=auto nullok" };
	struct host *host = *state;
	const struct otp_seed both = addressed_seed(1);
	struct otp_seed token = both;
	struct otp_state changed, usual;

	use_auto(host, 0);
	token.addresses_count = 0;
	host_enrol(host, "bob", HOST_BOB_UID, &token);
	host_enrol(host, "bin", 2, &both);
	for (unsigned i = 0; i < COUNT(lines); i++) {
		host_service(host, lines[i]);
		fake.now += 86400;
		assert_asked_alike(host, "alice", true);
		assert_true(host_line_has(0, "result=sent"));
		host->app.at_prompt = NULL;
		assert_int_equal(
		    host_login(host, "alice", "00000000"), PAM_AUTH_ERR);
		assert_true(take_message());
		assert_asked_alike(host, "alice", false); /* too soon */
		assert_true(host_line_has(0, "reason=limit"));
		assert_asked_alike(host, "bob", false);
		host_logged("refused", "malformed");
		assert_asked_alike(host, "bin", false);
		host_logged("refused", "malformed");
		usual = host_state(host, "alice");
		changed = usual;
		changed.tally.failures = 5;
		changed.tally.wait_length = 30;
		changed.tally.wait_until = fake.now + 30;
		host_state_put(host, "alice", &changed);
		assert_asked_alike(host, "alice", false);
		assert_true(host_line_has(0, "reason=blocked"));
		changed = host_state(host, "alice");
		changed.tally.failures = 100;
		host_state_put(host, "alice", &changed);
		assert_asked_alike(host, "alice", false);
		assert_true(host_line_has(0, "reason=locked-out"));
		changed = host_state(host, "alice");
		changed.tally = usual.tally;
		host_state_put(host, "alice", &changed);
		assert_asked_alike(host, "no-such-user", false);
		host_logged("refused", "malformed");
		assert_null(strstr(fake.lines[0].text, "no-such-user"));
	}
	/* the rest is not asked with nullok */
	assert_int_equal(login_unasked(host, "daemon", "1"), PAM_PERM_DENIED);
	host_logged("ignored", "not-enrolled");
	assert_int_equal(host->seen.prompts, 0);
	assert_int_equal(waits, 0);
	host_service(host, lines[0]);
	assert_asked_alike(host, "daemon", false);
	host_logged("refused", "malformed");
}

/* An administrator's decision needs no second. */
static void
auto__sends_nothing_to_a_suspended_user(void **state)
{
	struct host *host = *state;
	struct otp_state changed;

	use_auto(host, 0);
	changed = host_state(host, "alice");
	changed.suspended = true;
	host_state_put(host, "alice", &changed);
	assert_int_equal(login_unasked(host, "alice", "1"), PAM_AUTH_ERR);
	assert_int_equal(host->seen.prompts, 0);
	assert_int_equal(waits, 0);
	host_logged("refused", "suspended");
	assert_false(take_message());
}

/* --- the limits ------------------------------------------------------------ */

/* Ask for a code, and mistype nothing: give none. */
static bool
sends(struct host *host)
{
	memset(host->app.answers, 0, sizeof(host->app.answers));
	host->app.at_prompt = NULL;
	host->app.answers[1] = "";
	assert_int_equal(host_login(host, "alice", "send"), PAM_AUTH_ERR);
	return take_message();
}

static void
send__is_limited(void **state)
{
	struct host *host = *state;
	const struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];
	unsigned sent = 0;

	use(host, 1);
	assert_true(sends(host));
	fake.now += 29;
	assert_false(sends(host));
	assert_true(host_line_has(0, "reason=limit"));
	fake.now += 1;
	for (unsigned i = 0; i < 10; i++, fake.now += 30)
		sent += sends(host);
	assert_int_equal(sent, 4); /* and one before */
	assert_false(sends(host));
	/* a code of the app shows that the owner is there */
	host_code(&token, 0, code);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	assert_true(sends(host));
	/* what a send does not do is reset failures */
	host_wrong_code(&token, code);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	fake.now += 30;
	assert_true(sends(host));
	assert_int_equal(host_state(host, "alice").tally.failures, 1);
}

static void
send__is_given_back_to_the_hour_when_its_code_was_right(void **state)
{
	struct host *host = *state;

	use(host, 1);
	for (unsigned i = 0; i < 20; i++, fake.now += 30)
		assert_int_equal(login_with(host, "send"), PAM_SUCCESS);
	assert_int_equal(login_with(host, "send"), PAM_AUTH_ERR);
	assert_unsent(host, "limit", LOG_NOTICE); /* of a day */
}

/* --- the code --------------------------------------------------------------- */

static void
delivered_code__works_once(void **state)
{
	struct host *host = *state;
	char code[9];

	use(host, 1);
	assert_int_equal(login_with(host, "send"), PAM_SUCCESS);
	strcpy(code, sent_code());
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_logged("refused", "replay");
	host_told(host, PAM_ERROR_MSG,
	    "That code was already used. Type \"send\" for a new one.");
	assert_int_equal(host_state(host, "alice").tally.failures, 0);
	/* A service that sends none does not say how to get one. */
	host_service(host, "nodelay");
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_logged("refused", "replay");
	host_told(host, PAM_ERROR_MSG, "That code was already used.");
	host_service(host, "deliver=auto");
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_logged("refused", "replay");
	host_told(host, PAM_ERROR_MSG,
	    "That code was already used. Type \"send\" for a new one.");
	host_service(host, "deliver=yes");
	fake.now += 30;
	assert_true(sends(host));
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_logged("refused", "replay");
}

/* A typing error, a hang-up and a new connection: the code is still right. */
static void
delivered_code__survives_a_typing_error_and_a_reconnect(void **state)
{
	struct host *host = *state;
	char code[9];

	use(host, 0);
	assert_true(sends(host));
	strcpy(code, sent_code());
	assert_int_equal(host_login(host, "alice", "12345678"), PAM_AUTH_ERR);
	assert_int_equal(host_state(host, "alice").tally.failures, 1);
	fake.now += 299;
	host->app.answers[0] = NULL;
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	assert_int_equal(host_state(host, "alice").tally.failures, 0);
}

static void
delivered_code__expires_to_the_second(void **state)
{
	struct host *host = *state;
	char code[9];

	use(host, 0);
	assert_true(sends(host));
	strcpy(code, sent_code());
	fake.now += 300;
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_logged("refused", "wrong");
	fake.now -= 301; /* before it was sent */
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	fake.now += 300;
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
}

static void
delivered_code__is_of_its_own_service_and_host(void **state)
{
	struct host *host = *state;
	char code[9];

	use(host, 0);
	assert_true(sends(host));
	strcpy(code, sent_code());
	host->app.rhost = "192.0.2.2";
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host->app.rhost = NULL;
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host->app.rhost = "192.0.2.1";
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
}

static void
delivered_code__goes_with_its_address(void **state)
{
	struct host *host = *state;
	char code[9];

	use(host, 0);
	assert_true(sends(host));
	strcpy(code, sent_code());
	host_seed(host, "alice",
	    "deliver:AEBAGBAFAYDQQCIKBMGA2DQPCAIREEYU:mailto:alice@example.org"
	    "\n");
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_logged("refused", "wrong");
}

/* Of many processes that give the code at the same time, one is let in. */
static void
delivered_code__lets_in_one_of_many(void **state)
{
	struct host *host = *state;
	pid_t children[16];
	unsigned accepted = 0;
	char code[9];

	use(host, 0);
	assert_true(sends(host));
	strcpy(code, sent_code());
	host->app.answers[1] = NULL;
	for (unsigned i = 0; i < COUNT(children); i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0)
			_exit(host_login(host, "alice", code) != PAM_SUCCESS);
	}
	for (unsigned i = 0; i < COUNT(children); i++) {
		int status = -1;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_true(WIFEXITED(status));
		accepted += WEXITSTATUS(status) == 0;
	}
	assert_int_equal(accepted, 1);
}

/* Wherever a clock shows a time before the release. */
static void
send__needs_a_clock(void **state)
{
	struct host *host = *state;

	use(host, 1);
	fake.now = 1000;
	assert_int_equal(login_with(host, "send"), PAM_AUTHINFO_UNAVAIL);
	assert_unsent(host, "clock", LOG_ERR);
	assert_true(host_line_has(1, "reason=clock"));
	assert_int_equal(host_state(host, "alice").sends.moment, 0);
}

/* --- the socket ------------------------------------------------------------- */

static void
send__is_unsent_without_a_socket(void **state)
{
	struct host *host = *state;
	char path[HOST_PATH_SIZE];

	use(host, 1);
	(void)close(listener);
	assert_int_equal(login_with(host, "send"), PAM_AUTH_ERR);
	assert_unsent(host, "no-socket", LOG_ERR);
	assert_true(host_line_has(0, "errno=ECONNREFUSED"));
	assert_true(host_state(host, "alice").sends.moment != 0);
	host_path(host, path, "run/deliver");
	assert_int_equal(unlink(path), 0);
	fake.now += 30;
	assert_int_equal(login_with(host, "send"), PAM_AUTH_ERR);
	assert_unsent(host, "no-socket", LOG_ERR);
	assert_true(host_line_has(0, "errno=ENOENT"));
	listen_there(host, 8);
	host_path(host, path, "run");
	assert_int_equal(chmod(path, 0777), 0);
	fake.now += 30;
	assert_int_equal(login_with(host, "send"), PAM_AUTH_ERR);
	assert_unsent(host, "no-socket", LOG_ERR);
	assert_int_equal(chmod(path, 0700), 0);
	assert_false(take_message());
	fake.now += 30;
	assert_int_equal(login_with(host, "send"), PAM_SUCCESS);
}

/* Nobody takes what is sent, and no login waits for that. */
static void
send__does_not_wait_for_a_full_socket(void **state)
{
	struct host *host = *state;
	unsigned sent = 0;

	use(host, 1);
	(void)close(listener);
	listen_there(host, 0);
	for (unsigned i = 0; i < 4; i++, fake.now += 86400) {
		memset(host->app.answers, 0, sizeof(host->app.answers));
		host->app.at_prompt = NULL;
		host->app.answers[1] = "";
		assert_int_equal(
		    host_login(host, "alice", "send"), PAM_AUTH_ERR);
		sent += host_line_has(0, "result=sent");
	}
	assert_true(sent >= 1 && sent < 4);
	assert_true(host_line_has(0, "reason=no-socket"));
	assert_true(host_line_has(0, "errno=EAGAIN"));
}

/* Of those who ask again and again, each time is one of three. */
static void
send__can_be_asked_for_three_times_in_a_login(void **state)
{
	struct host *host = *state;

	use(host, 1);
	host->app.at_prompt = NULL;
	memset(host->app.answers, 0, sizeof(host->app.answers));
	for (unsigned i = 1; i < HOST_ANSWERS; i++)
		host->app.answers[i] = "send";
	assert_int_equal(host_login(host, "alice", "send"), PAM_AUTH_ERR);
	assert_int_equal(host->seen.prompts, 4);
	assert_int_equal(fake.lines_count, 4);
	assert_true(host_line_has(0, "result=sent"));
	assert_true(host_line_has(1, "result=unsent"));
	assert_true(host_line_has(2, "result=unsent"));
	assert_true(host_line_has(3, "reason=malformed"));
	assert_true(take_message());
	assert_false(take_message());
}

/* The tag is that of the login, for five minutes. */
static void
tag__tells_logins_apart(void **state)
{
	struct host *host = *state;
	char first[8];

	use(host, 1);
	fake.now -= fake.now % 300;
	(void)sends(host);
	assert_prompts(host);
	strcpy(first, tag);
	fake.now += 299;
	(void)sends(host);
	assert_prompts(host);
	assert_string_equal(tag, first);
	fake.now += 1;
	(void)sends(host);
	assert_prompts(host);
	assert_string_not_equal(tag, first);
	strcpy(first, tag);
	host->app.rhost = "192.0.2.9";
	(void)sends(host);
	assert_prompts(host);
	assert_string_not_equal(tag, first);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, host_setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(send__lets_in_with_the_code_that_came),
		TEST(send__has_the_message_to_the_byte),
		TEST(send__names_no_remote_host_but_an_address),
		TEST(send__goes_to_the_address_that_was_asked_for),
		TEST(send__is_no_word_where_the_line_does_not_say_deliver),
		TEST(deliver__still_takes_a_code_of_a_token),
		TEST(deliver__cannot_be_combined_with_forward_pass),
		TEST(send__needs_a_first_factor),
		TEST(send__takes_a_password_for_a_first_factor),
		TEST(send__looks_the_same_for_every_account),
		TEST(send__sends_nothing_while_blocked_or_locked_out),
		TEST(auto__sends_at_once_to_a_user_without_a_token),
		TEST(auto__sends_nothing_unasked_to_a_user_who_has_a_token),
		TEST(auto__sends_once_in_a_login),
		TEST(auto__takes_the_code_in_the_next_connection),
		TEST(auto__needs_a_first_factor),
		TEST(auto__shows_a_prompt_of_the_administrator_instead),
		TEST(auto__looks_the_same_for_every_account),
		TEST(auto__sends_nothing_to_a_suspended_user),
		TEST(send__is_limited),
		TEST(send__is_given_back_to_the_hour_when_its_code_was_right),
		TEST(delivered_code__works_once),
		TEST(delivered_code__survives_a_typing_error_and_a_reconnect),
		TEST(delivered_code__expires_to_the_second),
		TEST(delivered_code__is_of_its_own_service_and_host),
		TEST(delivered_code__goes_with_its_address),
		TEST(delivered_code__lets_in_one_of_many),
		TEST(send__needs_a_clock),
		TEST(send__is_unsent_without_a_socket),
		TEST(send__does_not_wait_for_a_full_socket),
		TEST(send__can_be_asked_for_three_times_in_a_login),
		TEST(tag__tells_logins_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
