/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * On a terminal, a session is three processes: this one is the terminal and
 * the person at it; a shell, which leads the session; and a worker in a
 * process group of its own, which asks.  What shell and worker meet comes as
 * events.  Nothing here waits for time to pass, but for what is to happen.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tests/unit/unit.h"
#include "otp-enroll/cli/signals.h"
#include "otp-enroll/cli/terminal.h"

#define PROMPT	 "Code? "
#define PATIENCE 30000 /* milliseconds until it has failed */

/* What the worker finds set, and what happens to it. */
struct plan {
	bool odd_settings; /* those of a full-screen program */
	bool typed_ahead;  /* begins when there is input */
	bool background;
	bool no_stderr;	    /* standard error is no terminal */
	bool output_held;   /* as by Ctrl-S, once it waits */
	int signal_at_wait; /* comes just before it waits */
	int read_errno;	    /* reading fails so, once */
	bool hung_up;	    /* reads only when the terminal is gone */
	size_t size;
	unsigned asks; /* 1 where it is 0 */
};

enum happening {
	STARTED,
	ANSWERED,
	STOPPED,
	ENDED,
};

struct event {
	enum happening what;
	pid_t worker;
	int status; /* waitpid()'s */
	enum otp_asked asked;
	int errnum;
	char line[64];
	bool wiped;
	bool same_settings, same_actions;
	int left; /* bytes that a shell would now be given */
};

static struct plan plan;
static int events_out = -1;

int __real_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *limit,
    const sigset_t *mask);
int __wrap_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *limit,
    const sigset_t *mask);
int __wrap___ppoll_chk(struct pollfd *fds, nfds_t count,
    const struct timespec *limit, const sigset_t *mask, size_t size);
ssize_t __real_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size);

static void
event_send(const struct event *event)
{
	if (write(events_out, event, sizeof(*event)) != sizeof(*event))
		_exit(99);
}

static void
until_hung_up(void)
{
	struct termios settings;

	while (tcgetattr(STDIN_FILENO, &settings) == 0)
		(void)poll(NULL, 0, 1);
}

int
__wrap_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *limit,
    const sigset_t *mask)
{
	int signum = plan.signal_at_wait;
	int result;

	plan.signal_at_wait = 0;
	if (plan.output_held && tcflow(STDIN_FILENO, TCOOFF) == -1)
		return -1;
	if (signum)
		(void)raise(signum);
	result = __real_ppoll(fds, count, limit, mask);
	if (plan.hung_up) {
		int saved = errno;

		until_hung_up();
		errno = saved;
	}
	return result;
}

int
__wrap___ppoll_chk(struct pollfd *fds, nfds_t count,
    const struct timespec *limit, const sigset_t *mask, size_t size)
{
	(void)size;
	return __wrap_ppoll(fds, count, limit, mask);
}

ssize_t
__wrap_read(int fd, void *bytes, size_t size)
{
	if (fd == STDIN_FILENO && plan.read_errno) {
		errno = plan.read_errno;
		plan.read_errno = 0;
		return -1;
	}
	return __real_read(fd, bytes, size);
}

/* --- Signals' actions --- */

static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM,
	SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT };

struct actions {
	void (*handler[COUNT(signals)])(int);
};

static struct actions
actions_now(void)
{
	struct actions actions = { 0 };

	for (size_t i = 0; i < COUNT(signals); i++) {
		struct sigaction action = { 0 };

		if (sigaction(signals[i], NULL, &action) == -1)
			_exit(99);
		actions.handler[i] = action.sa_handler;
	}
	return actions;
}

static bool
actions_same(const struct actions *one, const struct actions *other)
{
	return memcmp(one, other, sizeof(*one)) == 0;
}

/* --- The worker --- */

static bool
is_zero(const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

/* What there is to be read without a newline, too. */
static int
bytes_left(const struct termios *settings)
{
	struct termios raw = *settings;
	int left = -1;

	raw.c_lflag &= ~(tcflag_t)ICANON;
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) == -1 ||
	    ioctl(STDIN_FILENO, FIONREAD, &left) == -1 ||
	    tcsetattr(STDIN_FILENO, TCSANOW, settings) == -1)
		return -1;
	return left;
}

static struct event
worker_ask(void)
{
	struct event event = { .what = ANSWERED };
	struct termios before = { 0 }, after = { 0 };
	struct actions then = actions_now(), now;
	size_t size = plan.size ? plan.size : sizeof(event.line);

	if (tcgetattr(STDIN_FILENO, &before) == -1)
		_exit(99);
	memset(event.line, 'x', sizeof(event.line));
	event.asked = otp_terminal_ask(PROMPT, size, event.line);
	event.errnum = errno;
	now = actions_now();
	event.same_actions = actions_same(&then, &now);
	event.wiped = is_zero(event.line, size);
	if (tcgetattr(STDIN_FILENO, &after) == 0) {
		event.same_settings = !memcmp(&before, &after, sizeof(before));
		event.left = bytes_left(&before);
	}
	return event;
}

static void
worker_settings(void)
{
	struct termios odd;

	if (tcgetattr(STDIN_FILENO, &odd) == -1)
		_exit(99);
	odd.c_lflag &= ~(tcflag_t)(ICANON | ISIG | ECHO);
	odd.c_lflag |= ECHONL;
	odd.c_iflag &= ~(tcflag_t)ICRNL;
	odd.c_iflag |= INLCR | IGNCR;
	if (tcsetattr(STDIN_FILENO, TCSANOW, &odd) == -1)
		_exit(99);
}

static _Noreturn void
worker_run(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	struct event event = { .what = STARTED, .worker = getpid() };

	if (setpgid(0, 0) == -1 ||
	    (!plan.background && tcsetpgrp(STDIN_FILENO, getpid()) == -1))
		_exit(99);
	if (plan.odd_settings)
		worker_settings();
	for (size_t i = 0; i < COUNT(signals); i++)
		if (signal(signals[i], SIG_DFL) == SIG_ERR)
			_exit(99);
	event_send(&event);
	if (plan.typed_ahead && poll(&input, 1, PATIENCE) != 1)
		_exit(99);
	if (plan.no_stderr && !freopen("/dev/null", "w", stderr))
		_exit(99);

	for (unsigned i = 0; i < (plan.asks ? plan.asks : 1); i++) {
		event = worker_ask();
		event_send(&event);
	}
	otp_signals_end();
	_exit(0);
}

/* --- The shell --- */

/* Gives the terminal to a worker that has stopped when it is told to. */
static _Noreturn void
shell_run(const char *path, int commands)
{
	struct event event = { .what = STOPPED };
	int terminal;
	pid_t worker;
	char byte;

	/* Stopping and hanging up are for the worker. */
	if (setsid() == -1 || signal(SIGTTOU, SIG_IGN) == SIG_ERR ||
	    signal(SIGHUP, SIG_IGN) == SIG_ERR)
		_exit(99);
	terminal = open(path, O_RDWR);
	if (terminal == -1 || ioctl(terminal, TIOCSCTTY, 0) == -1 ||
	    dup2(terminal, 0) == -1 || dup2(terminal, 2) == -1)
		_exit(99);
	if (terminal > 2)
		(void)close(terminal);

	worker = fork();
	if (worker == 0)
		worker_run();
	while (waitpid(worker, &event.status, WUNTRACED) == worker &&
	    WIFSTOPPED(event.status)) {
		if (tcsetpgrp(STDIN_FILENO, getpgrp()) == -1)
			_exit(99);
		event_send(&event);
		if (__real_read(commands, &byte, 1) != 1 ||
		    tcsetpgrp(STDIN_FILENO, worker) == -1 ||
		    kill(worker, SIGCONT) == -1)
			_exit(99);
	}
	event.what = ENDED;
	event_send(&event);
	_exit(0);
}

/* --- The terminal --- */

static struct {
	int master, events, commands;
	pid_t shell, worker;
	struct termios before;
	char shown[65536];
	size_t length, seen;
} session;

static int
session_clean(void **state)
{
	(void)state;
	if (session.worker > 0)
		(void)kill(session.worker, SIGKILL);
	if (session.shell > 0) {
		(void)kill(session.shell, SIGKILL);
		(void)waitpid(session.shell, NULL, 0);
	}
	if (session.master > 0)
		(void)close(session.master);
	if (session.events > 0)
		(void)close(session.events);
	if (session.commands > 0)
		(void)close(session.commands);
	memset(&session, 0, sizeof(session));
	memset(&plan, 0, sizeof(plan));
	return 0;
}

static void
shown_take(void)
{
	ssize_t count =
	    __real_read(session.master, session.shown + session.length,
		sizeof(session.shown) - 1 - session.length);

	assert_true(count > 0);
	session.length += (size_t)count;
}

/* Wait until EVENT is filled or, without one, until something is shown. */
static void
session_wait(struct event *event)
{
	struct pollfd inputs[] = {
		{ .fd = session.master, .events = POLLIN },
		{ .fd = event ? session.events : -1, .events = POLLIN },
	};

	for (;;) {
		assert_true(__real_ppoll(inputs, 2,
				&(struct timespec){ .tv_sec = PATIENCE / 1000 },
				NULL) > 0);
		if (inputs[0].revents & POLLIN) {
			shown_take();
			if (!event)
				return;
		} else if (inputs[1].revents) {
			assert_int_equal(
			    __real_read(session.events, event, sizeof(*event)),
			    sizeof(*event));
			return;
		} else {
			/* No process has the terminal open any more. */
			assert_non_null(event);
			inputs[0].fd = -1;
		}
	}
}

static struct event
must_happen(enum happening what)
{
	struct event event = { 0 };

	session_wait(&event);
	assert_int_equal(event.what, what);
	return event;
}

/* TEXT is shown, after all that was seen before. */
static void
must_show(const char *text)
{
	const char *found;

	while (!(found = strstr(session.shown + session.seen, text)))
		session_wait(NULL);
	session.seen = (size_t)(found - session.shown) + strlen(text);
}

static void
session_begin(void)
{
	int events[2], commands[2];
	const char *path;

	session.master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(session.master > 0);
	assert_int_equal(grantpt(session.master), 0);
	assert_int_equal(unlockpt(session.master), 0);
	path = ptsname(session.master);
	assert_non_null(path);
	assert_int_equal(tcgetattr(session.master, &session.before), 0);
	assert_int_equal(pipe(events), 0);
	assert_int_equal(pipe(commands), 0);
	session.shell = fork();
	assert_int_not_equal(session.shell, -1);
	if (session.shell == 0) {
		(void)close(session.master);
		(void)close(events[0]);
		(void)close(commands[1]);
		events_out = events[1];
		shell_run(path, commands[0]);
	}
	(void)close(events[1]);
	(void)close(commands[0]);
	session.events = events[0];
	session.commands = commands[1];
	session.worker = must_happen(STARTED).worker;
}

/* The worker asks, and what is typed now is its answer. */
static void
session_ask(void)
{
	session_begin();
	must_show(PROMPT);
}

static void
type_bytes(const char *bytes, size_t size)
{
	assert_int_equal(write(session.master, bytes, size), (ssize_t)size);
}

static void
type(const char *text)
{
	type_bytes(text, strlen(text));
}

static void
must_be_restored(void)
{
	struct termios now = { 0 };

	assert_int_equal(tcgetattr(session.master, &now), 0);
	assert_memory_equal(&session.before, &now, sizeof(now));
}

/* All is as it was, and with the line goes what was typed of it. */
static struct event
must_answer(enum otp_asked asked)
{
	struct event event = must_happen(ANSWERED);

	assert_int_equal(event.asked, asked);
	assert_true(event.same_settings);
	assert_true(event.same_actions);
	assert_int_equal(event.left, 0);
	assert_int_equal(event.wiped, asked != OTP_ASKED_LINE);
	return event;
}

static void
must_answer_line(const char *line)
{
	struct event event = must_answer(OTP_ASKED_LINE);

	assert_string_equal(event.line, line);
}

static void
must_end_by(int signum)
{
	int status = must_happen(ENDED).status;

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), signum);
}

/* It tells of SIGNUM, has put all back, and ends by it. */
static void
must_tell_of(int signum)
{
	must_answer(OTP_ASKED_INTERRUPTED);
	must_end_by(signum);
}

static void
must_stop_by(int signum)
{
	int status = must_happen(STOPPED).status;

	assert_true(WIFSTOPPED(status));
	assert_int_equal(WSTOPSIG(status), signum);
}

static void
continue_it(void)
{
	assert_int_equal(write(session.commands, "", 1), 1);
}

/* --- A line --- */

static void
ask__restores_the_terminal_after_a_line(void **state)
{
	(void)state;
	session_ask();
	type("123456\n");
	must_answer_line("123456");
	must_be_restored();
	assert_int_equal(must_happen(ENDED).status, 0);
}

static void
ask__restores_odd_settings(void **state)
{
	(void)state;
	plan.odd_settings = true;
	plan.asks = 2;
	session_ask();
	type("12345\1776\r"); /* the erase key works, Enter ends the line */
	must_answer_line("12346");
	must_show(PROMPT);
	type("1\n");
	must_answer_line("1");
}

static void
ask__shows_what_is_typed(void **state)
{
	(void)state;
	session_ask();
	type("123456\n");
	must_show("123456\r\n");
	must_answer_line("123456");
	assert_int_equal(must_happen(ENDED).status, 0);
	assert_string_equal(session.shown, PROMPT "123456\r\n");
}

static void
ask__throws_away_what_was_typed_before(void **state)
{
	(void)state;
	plan.typed_ahead = true;
	session_begin();
	type("early\n");
	must_show(PROMPT);
	type("123456\n");
	must_answer_line("123456");
}

static void
ask__prompts_on_the_terminal_without_stderr(void **state)
{
	(void)state;
	plan.no_stderr = true;
	session_ask();
	type("1\n");
	must_answer_line("1");
}

static void
ask__takes_an_empty_line_for_one(void **state)
{
	(void)state;
	session_ask();
	type("\n");
	must_answer_line("");
}

static void
ask__drains_a_line_that_is_too_long(void **state)
{
	char line[2001];

	(void)state;
	memset(line, '7', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	plan.size = 8;
	plan.asks = 4;
	session_ask();
	type(line);
	type("\n");
	must_answer(OTP_ASKED_TOO_LONG);
	must_show(PROMPT);
	type("12345678\n"); /* one more than there is room for */
	must_answer(OTP_ASKED_TOO_LONG);
	must_show(PROMPT);
	type("1234567\n");
	must_answer_line("1234567");
	must_show(PROMPT);
	type("1\n");
	must_answer_line("1");
}

static void
ask__refuses_a_nul_byte(void **state)
{
	(void)state;
	plan.asks = 2;
	session_ask();
	type_bytes("12\0003456\n", 8);
	must_answer(OTP_ASKED_MALFORMED);
	must_show(PROMPT);
	type("1\n");
	must_answer_line("1");
}

static void
ask__restores_the_terminal_after_the_end(void **state)
{
	(void)state;
	session_ask();
	type("\004");
	must_answer(OTP_ASKED_EOF);
	must_be_restored();
}

/* --- Signals --- */

static void
ask__tells_of_an_interrupt(void **state)
{
	(void)state;
	session_ask();
	type("12\003");
	must_tell_of(SIGINT);
	must_be_restored();
}

static void
ask__tells_of_quit(void **state)
{
	(void)state;
	session_ask();
	type("12\034");
	must_tell_of(SIGQUIT);
	must_be_restored();
}

/* Half a line does not end up in a shell. */
static void
ask__tells_of_signals_in_the_middle_of_a_line(void **state)
{
	static const int sent[] = { SIGTERM, SIGHUP, SIGINT, SIGALRM };

	for (size_t i = 0; i < COUNT(sent); i++) {
		session_ask();
		type("12");
		must_show("12");
		assert_int_equal(kill(session.worker, sent[i]), 0);
		must_tell_of(sent[i]);
		must_be_restored();
		assert_int_equal(session_clean(state), 0);
	}
}

static void
ask__sees_a_signal_just_before_it_waits(void **state)
{
	(void)state;
	plan.signal_at_wait = SIGTERM;
	session_ask();
	must_tell_of(SIGTERM);
	must_be_restored();
}

static void
ask__tells_of_a_signal_while_output_is_held(void **state)
{
	(void)state;
	plan.output_held = true;
	plan.signal_at_wait = SIGTERM;
	session_ask();
	must_tell_of(SIGTERM);
	must_be_restored();
}

/* Reading fails before SIGHUP comes, which may be never. */
static void
ask__tells_of_a_hang_up_that_reading_meets_first(void **state)
{
	(void)state;
	plan.read_errno = EIO;
	session_ask();
	type("1\n");
	must_tell_of(SIGHUP);
}

static void
ask__tells_of_a_terminal_that_is_gone(void **state)
{
	struct event event;

	(void)state;
	plan.hung_up = true;
	session_ask();
	assert_int_equal(close(session.master), 0);
	session.master = -1;
	event = must_happen(ANSWERED);
	assert_int_equal(event.asked, OTP_ASKED_INTERRUPTED);
	assert_true(event.same_actions);
	must_end_by(SIGHUP);
}

static void
ask__restores_the_terminal_while_stopped(void **state)
{
	(void)state;
	session_ask();
	type("12\032");
	must_stop_by(SIGTSTP);
	must_be_restored();
	continue_it();
	must_show(PROMPT);
	type("345\n");
	must_answer_line("345");
	must_be_restored();
}

static void
ask__asks_again_however_often_it_is_stopped(void **state)
{
	(void)state;
	session_ask();
	for (int i = 0; i < 3; i++) {
		type("\032");
		must_stop_by(SIGTSTP);
		continue_it();
		must_show(PROMPT);
	}
	/* This stop cannot be caught, only its end. */
	assert_int_equal(kill(session.worker, SIGSTOP), 0);
	must_stop_by(SIGSTOP);
	continue_it();
	must_show(PROMPT);
	type("\003");
	must_tell_of(SIGINT);
	must_be_restored();
}

static void
ask__waits_in_the_background_for_its_turn(void **state)
{
	(void)state;
	plan.background = true;
	session_begin();
	must_stop_by(SIGTTOU);
	must_be_restored();
	assert_int_equal(session.length, 0);
	continue_it();
	must_show(PROMPT);
	type("123456\n");
	must_answer_line("123456");
	must_be_restored();
}

static void
ask__goes_on_after_an_interruption(void **state)
{
	static const int errors[] = { EINTR, EAGAIN };

	for (size_t i = 0; i < COUNT(errors); i++) {
		plan.read_errno = errors[i];
		session_ask();
		type("123456\n");
		must_answer_line("123456");
		assert_int_equal(session_clean(state), 0);
	}
}

/* --- From a pipe --- */

static struct {
	int input, error; /* this program's own */
	struct actions actions;
	char line[16];
	int errnum;
} piped;

/* Standard input is a pipe with these bytes, standard error is a file. */
static void
pipe_begin(const char *bytes, size_t size)
{
	int ends[2], said = memfd_create("said", MFD_CLOEXEC);

	assert_true(said >= 0);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], bytes, size), (ssize_t)size);
	assert_int_equal(close(ends[1]), 0);
	piped.input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	piped.error = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	assert_true(piped.input > 0 && piped.error > 0);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(dup2(said, STDERR_FILENO), STDERR_FILENO);
	assert_int_equal(close(said), 0);
}

static int
pipe_clean(void **state)
{
	(void)state;
	if (piped.input > 0) {
		(void)dup2(piped.input, STDIN_FILENO);
		(void)close(piped.input);
	}
	if (piped.error > 0) {
		(void)dup2(piped.error, STDERR_FILENO);
		(void)close(piped.error);
	}
	memset(&piped, 0, sizeof(piped));
	memset(&plan, 0, sizeof(plan));
	(void)signal(SIGTERM, SIG_DFL);
	return 0;
}

static enum otp_asked
pipe_ask(void)
{
	struct actions before = actions_now(), after;
	enum otp_asked asked;

	memset(piped.line, 'x', sizeof(piped.line));
	asked = otp_terminal_ask(PROMPT, sizeof(piped.line), piped.line);
	piped.errnum = errno;
	after = actions_now();
	assert_true(actions_same(&before, &after));
	if (asked != OTP_ASKED_LINE)
		assert_true(is_zero(piped.line, sizeof(piped.line)));
	return asked;
}

static void
pipe_must_answer_line(const char *line)
{
	assert_int_equal(pipe_ask(), OTP_ASKED_LINE);
	assert_string_equal(piped.line, line);
}

static void
ask__takes_one_line_at_a_time_from_a_pipe(void **state)
{
	static const char lines[] = "one\ntwo\n\nlast";
	int left = 0;

	(void)state;
	pipe_begin(lines, strlen(lines));
	pipe_must_answer_line("one");
	assert_int_equal(ioctl(STDIN_FILENO, FIONREAD, &left), 0);
	assert_int_equal(left, strlen("two\n\nlast"));
	pipe_must_answer_line("two");
	pipe_must_answer_line("");
	pipe_must_answer_line("last");
	assert_int_equal(pipe_ask(), OTP_ASKED_EOF);
	assert_int_equal(pipe_ask(), OTP_ASKED_EOF);
}

/* Neither for a line nor for its end. */
static void
ask__prompts_no_pipe(void **state)
{
	(void)state;
	pipe_begin("one\n", 4);
	pipe_must_answer_line("one");
	assert_int_equal(pipe_ask(), OTP_ASKED_EOF);
	assert_int_equal(lseek(STDERR_FILENO, 0, SEEK_END), 0);
}

static void
ask__refuses_from_a_pipe_what_is_no_line(void **state)
{
	static const char lines[] = "123456789012345\n1234567890123456\n"
				    "1\0002\n\0001234567890123456789\n3\n";

	(void)state;
	pipe_begin(lines, sizeof(lines) - 1);
	pipe_must_answer_line("123456789012345");
	assert_int_equal(pipe_ask(), OTP_ASKED_TOO_LONG);
	assert_int_equal(pipe_ask(), OTP_ASKED_MALFORMED);
	assert_int_equal(pipe_ask(), OTP_ASKED_MALFORMED);
	pipe_must_answer_line("3");
}

static void
ask__tells_of_a_signal_at_a_pipe(void **state)
{
	(void)state;
	pipe_begin("1\n", 2);
	plan.signal_at_wait = SIGTERM;
	assert_int_equal(pipe_ask(), OTP_ASKED_INTERRUPTED);
}

static void
ask__leaves_ignored_signals_alone(void **state)
{
	(void)state;
	pipe_begin("1\n", 2);
	assert_true(signal(SIGTERM, SIG_IGN) != SIG_ERR);
	plan.signal_at_wait = SIGTERM;
	pipe_must_answer_line("1");
}

static void
ask__tells_why_it_cannot_read(void **state)
{
	(void)state;
	pipe_begin("", 0);
	plan.read_errno = EBADF;
	assert_int_equal(pipe_ask(), OTP_ASKED_ERROR);
	assert_int_equal(piped.errnum, EBADF);
}

/* --- How it ends --- */

/* Even where the caller has blocked and ignored it.  The first one counts. */
static void
signals__end_by_the_one_noted(void **state)
{
	static const int by[] = { SIGHUP, SIGINT, SIGTERM, SIGPIPE };

	(void)state;
	for (size_t i = 0; i < COUNT(by); i++) {
		int status = 0;
		pid_t child = fork();

		if (child == 0) {
			sigset_t blocked;

			sigemptyset(&blocked);
			sigaddset(&blocked, by[i]);
			if (signal(by[i], SIG_IGN) == SIG_ERR ||
			    sigprocmask(SIG_BLOCK, &blocked, NULL) == -1)
				_exit(99);
			otp_signals_note(by[i]);
			otp_signals_note(SIGKILL);
			otp_signals_end();
			_exit(98);
		}
		assert_int_not_equal(child, -1);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), by[i]);
	}
}

static void
signals__note_what_came_while_they_were_blocked(void **state)
{
	int status = 0;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		sigset_t before;

		otp_signals_block(&before);
		otp_signals_end(); /* nothing came yet */
		if (otp_signals_pending() || raise(SIGTERM) != 0 ||
		    !otp_signals_pending())
			_exit(99);
		otp_signals_end();
		_exit(98);
	}
	assert_int_not_equal(child, -1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
}

/* --- What there is of a terminal --- */

/* A terminal that nobody sits at, and its master. */
static int
terminal_open(void)
{
	int fd;

	session.master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(session.master > 0);
	assert_int_equal(grantpt(session.master), 0);
	assert_int_equal(unlockpt(session.master), 0);
	fd = open(ptsname(session.master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(fd > 0);
	return fd;
}

static void
size__is_that_of_the_window_or_80x24(void **state)
{
	static const struct {
		unsigned short columns, rows;
		int told_columns, told_rows;
	} cases[] = {
		{ 132, 50, 132, 50 },
		{ 1, 1, 1, 1 },
		{ 0, 0, 80, 24 },
		{ 0, 50, 80, 50 },
		{ 132, 0, 132, 24 },
		{ 65535, 65535, 65535, 65535 },
	};
	int fd = terminal_open();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct winsize window = { .ws_col = cases[i].columns,
			.ws_row = cases[i].rows };
		struct otp_terminal_size size;

		assert_int_equal(ioctl(fd, TIOCSWINSZ, &window), 0);
		size = otp_terminal_size(fd);
		assert_int_equal(size.columns, cases[i].told_columns);
		assert_int_equal(size.rows, cases[i].told_rows);
	}
	assert_int_equal(close(fd), 0);
}

static void
size__is_80x24_without_a_terminal(void **state)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(otp_terminal_size(fd).columns, 80);
	assert_int_equal(otp_terminal_size(fd).rows, 24);
	assert_int_equal(close(fd), 0);
	assert_int_equal(otp_terminal_size(-1).columns, 80);
	assert_int_equal(otp_terminal_size(-1).rows, 24);
}

static void
palette__follows_term(void **state)
{
	static const struct {
		const char *term;
		enum otp_palette palette;
	} cases[] = {
		{ NULL, OTP_PALETTE_NONE },
		{ "", OTP_PALETTE_NONE },
		{ "dumb", OTP_PALETTE_NONE },
		{ "linux", OTP_PALETTE_8 },
		{ "xterm", OTP_PALETTE_256 },
		{ "xterm-256color", OTP_PALETTE_256 },
		{ "tmux-256color", OTP_PALETTE_256 },
		{ "screen", OTP_PALETTE_256 },
		{ "linux-m", OTP_PALETTE_256 },
	};
	int fd = terminal_open(),
	    null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(null >= 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (cases[i].term)
			assert_int_equal(setenv("TERM", cases[i].term, 1), 0);
		else
			assert_int_equal(unsetenv("TERM"), 0);
		assert_int_equal(otp_terminal_palette(fd), cases[i].palette);
		assert_int_equal(otp_terminal_palette(null), OTP_PALETTE_NONE);
	}
	assert_int_equal(close(null), 0);
	assert_int_equal(close(fd), 0);
}

/* A QR code is not adorned with its colours: it needs them. */
static void
colours__heed_no_color_and_the_palette_does_not(void **state)
{
	int fd = terminal_open(),
	    null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(null >= 0);
	assert_int_equal(setenv("TERM", "xterm", 1), 0);
	assert_int_equal(unsetenv("NO_COLOR"), 0);
	assert_true(otp_terminal_colours(fd));
	assert_false(otp_terminal_colours(null));
	assert_int_equal(setenv("NO_COLOR", "", 1), 0);
	assert_true(otp_terminal_colours(fd));
	assert_int_equal(setenv("NO_COLOR", "1", 1), 0);
	assert_false(otp_terminal_colours(fd));
	assert_int_equal(otp_terminal_palette(fd), OTP_PALETTE_256);
	assert_int_equal(unsetenv("NO_COLOR"), 0);
	assert_int_equal(setenv("TERM", "dumb", 1), 0);
	assert_false(otp_terminal_colours(fd));
	assert_int_equal(close(null), 0);
	assert_int_equal(close(fd), 0);
}

static void
half_blocks__need_utf_8(void **state)
{
	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C"));
	assert_false(otp_terminal_half_blocks());
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	assert_true(otp_terminal_half_blocks());
	assert_non_null(setlocale(LC_CTYPE, "C"));
}

#define ON_A_TERMINAL(test) cmocka_unit_test_teardown(test, session_clean)
#define AT_A_PIPE(test)	    cmocka_unit_test_teardown(test, pipe_clean)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		/* First: a signal once noted stays so. */
		cmocka_unit_test(signals__end_by_the_one_noted),
		cmocka_unit_test(
		    signals__note_what_came_while_they_were_blocked),
		ON_A_TERMINAL(ask__restores_the_terminal_after_a_line),
		ON_A_TERMINAL(ask__restores_odd_settings),
		ON_A_TERMINAL(ask__shows_what_is_typed),
		ON_A_TERMINAL(ask__throws_away_what_was_typed_before),
		ON_A_TERMINAL(ask__prompts_on_the_terminal_without_stderr),
		ON_A_TERMINAL(ask__takes_an_empty_line_for_one),
		ON_A_TERMINAL(ask__drains_a_line_that_is_too_long),
		ON_A_TERMINAL(ask__refuses_a_nul_byte),
		ON_A_TERMINAL(ask__restores_the_terminal_after_the_end),
		ON_A_TERMINAL(ask__tells_of_an_interrupt),
		ON_A_TERMINAL(ask__tells_of_quit),
		ON_A_TERMINAL(ask__tells_of_signals_in_the_middle_of_a_line),
		ON_A_TERMINAL(ask__sees_a_signal_just_before_it_waits),
		ON_A_TERMINAL(ask__tells_of_a_signal_while_output_is_held),
		ON_A_TERMINAL(ask__tells_of_a_hang_up_that_reading_meets_first),
		ON_A_TERMINAL(ask__tells_of_a_terminal_that_is_gone),
		ON_A_TERMINAL(ask__restores_the_terminal_while_stopped),
		ON_A_TERMINAL(ask__asks_again_however_often_it_is_stopped),
		ON_A_TERMINAL(ask__waits_in_the_background_for_its_turn),
		ON_A_TERMINAL(ask__goes_on_after_an_interruption),
		AT_A_PIPE(ask__takes_one_line_at_a_time_from_a_pipe),
		AT_A_PIPE(ask__prompts_no_pipe),
		AT_A_PIPE(ask__refuses_from_a_pipe_what_is_no_line),
		AT_A_PIPE(ask__tells_of_a_signal_at_a_pipe),
		AT_A_PIPE(ask__leaves_ignored_signals_alone),
		AT_A_PIPE(ask__tells_why_it_cannot_read),
		ON_A_TERMINAL(size__is_that_of_the_window_or_80x24),
		cmocka_unit_test(size__is_80x24_without_a_terminal),
		ON_A_TERMINAL(palette__follows_term),
		ON_A_TERMINAL(colours__heed_no_color_and_the_palette_does_not),
		cmocka_unit_test(half_blocks__need_utf_8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
