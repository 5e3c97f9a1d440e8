/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MUST, each with its test in tests/deliver/program.sh:
 *
 * 1. Nothing about a message is in the arguments
 *    (program__is_told_nothing_by_arguments).
 * 2. The environment is made here (program__has_a_clean_environment).
 * 3. A program ends within ten seconds, and with it all that it started
 *    (program__that_hangs_is_killed, program__that_forks_is_killed_whole,
 *    program__that_leaves_its_group_is_killed).
 * 4. What a program prints is bounded, escaped and has no code
 *    (program__that_floods_is_bounded, program__that_prints_escapes_is_escaped,
 *    program__that_prints_the_message_shows_no_code).
 * 5. The administrator's programs are in a folder that only root can write to
 *    (program__in_a_folder_of_others_is_refused).
 */
#include "config.h"

#include "otp-deliver/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/core/address.h"
#include "common/store/path.h"
#include "places.h"

#define DIGITS_MAX  3		/* in a row that are shown */
#define OUTPUT_MAX  (64 * 1024) /* bytes that are read of it */
#define KILL_ROUNDS 100		/* of 10 ms */
#define SECOND	    INT64_C(1000)

/* Ends of pipes, ours and the program's, -1 when closed. */
struct pipes {
	int text;      /* the program's standard input */
	int output[2]; /* ours, the program's */
	int ended;     /* signals of children that ended */
};

/* What a program printed, as far as it is kept. */
struct printed {
	char text[1024];
	size_t length;
	size_t total;
};

static enum otp_err folder_check(const char *folder, struct otp_fault *fault);
static enum otp_err program_check(const char *path, struct otp_fault *fault);
static enum otp_err program_start(struct otp_program *program,
    const struct otp_message *message, struct pipes *pipes,
    struct otp_fault *fault);
static enum otp_err pipes_open(struct pipes *pipes,
    const struct otp_message *message, struct otp_fault *fault);
static void pipes_close(struct pipes *pipes);
static _Noreturn void program_be(const struct otp_program *program,
    const struct otp_message *message, const struct pipes *pipes);
static void program_wait(
    struct otp_program *program, struct pipes *pipes, struct printed *printed);
static bool program_has_ended(struct otp_program *program);
static void printed_read(struct printed *printed, int *fd);
static void printed_show(const struct printed *printed,
    const struct otp_address *to, char ret_text[OTP_PROGRAM_OUTPUT_SIZE]);
static void hide_digits(char *text, size_t length);
static void hide_address(
    char *text, size_t length, const struct otp_address *to);
static bool wait_all(void);
static void kill_children(void);
static enum otp_err clock_read(int64_t *ret_now, struct otp_fault *fault);
static int64_t clock_left(int64_t deadline);

enum otp_err
otp_program_find(const char *scheme, size_t length,
    struct otp_program *ret_program, struct otp_fault *fault)
{
	static const char *const folders[] = {
		OTP_DELIVER_CONF_DIR "/deliver.d", OTP_DELIVER_DIR
	};
	enum otp_err err = OTP_ERR_ABSENT;

	for (size_t i = 0; i < 2 && err == OTP_ERR_ABSENT; i++) {
		char *path = ret_program->path;
		const int size = snprintf(path, sizeof(ret_program->path),
		    "%s/%.*s", folders[i], (int)length, scheme);

		if (size < 0 || (size_t)size >= sizeof(ret_program->path))
			return otp_fault_set(fault, OTP_ERR_LIMIT, 0,
			    folders[i], OTP_DETAIL_NONE);
		/* The package's is where the package manager put it. */
		err = i == 0 ? folder_check(folders[i], fault) : OTP_OK;
		if (err == OTP_OK)
			err = program_check(path, fault);
	}
	if (err == OTP_OK)
		*fault = (struct otp_fault){ 0 };
	return err;
}

/* It and the folders above are root's: no other user put a program there. */
static enum otp_err
folder_check(const char *folder, struct otp_fault *fault)
{
	int fd = -1;
	enum otp_err err = otp_path_folder(folder, OTP_PATH_ROOTS, &fd, fault);

	otp_path_close(&fd);
	return err;
}

/* It is root's, and no other user could have written it. */
static enum otp_err
program_check(const char *path, struct otp_fault *fault)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return otp_fault_set(fault,
		    errno == ENOENT ? OTP_ERR_ABSENT : OTP_ERR_READ, errno,
		    path, OTP_DETAIL_NONE);
	if (!S_ISREG(status.st_mode))
		return otp_fault_set(
		    fault, OTP_ERR_MODE, 0, path, OTP_DETAIL_NOT_REGULAR);
	if (status.st_uid != 0)
		return otp_fault_set_number(fault, OTP_ERR_OWNER, path,
		    OTP_DETAIL_OWNER, status.st_uid);
	if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return otp_fault_set_number(fault, OTP_ERR_MODE, path,
		    OTP_DETAIL_WRITABLE_BY_OTHERS, status.st_mode & 07777);
	return OTP_OK;
}

enum otp_err
otp_program_run(struct otp_program *program, const struct otp_message *message,
    struct otp_fault *fault)
{
	struct pipes pipes = { -1, { -1, -1 }, -1 };
	struct printed printed = { .length = 0 };
	enum otp_err err = clock_read(&program->deadline, fault);

	program->deadline += OTP_PROGRAM_TIMEOUT * SECOND;
	if (err == OTP_OK)
		err = program_start(program, message, &pipes, fault);
	if (err == OTP_OK) {
		program_wait(program, &pipes, &printed);
		printed_show(&printed, &message->to, program->output);
	}
	pipes_close(&pipes);
	return err;
}

/* What outlives its parent becomes a child of ours, also outside its group. */
static enum otp_err
program_start(struct otp_program *program, const struct otp_message *message,
    struct pipes *pipes, struct otp_fault *fault)
{
	enum otp_err err = pipes_open(pipes, message, fault);

	if (err != OTP_OK)
		return err;
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	program->leader = fork();
	if (program->leader == -1)
		return otp_fault_set(
		    fault, OTP_ERR_LIMIT, errno, NULL, OTP_DETAIL_NONE);
	if (program->leader == 0)
		program_be(program, message, pipes);
	/* Both do it, so that it is done before either goes on. */
	(void)setpgid(program->leader, program->leader);
	otp_path_close(&pipes->text);
	otp_path_close(&pipes->output[1]);
	return OTP_OK;
}

/* The text is in its pipe, which has room for it, before the program is. */
static enum otp_err
pipes_open(struct pipes *pipes, const struct otp_message *message,
    struct otp_fault *fault)
{
	const size_t size = strlen(message->text);
	int text[2] = { -1, -1 };
	sigset_t child;
	bool done;

	(void)sigemptyset(&child);
	(void)sigaddset(&child, SIGCHLD);
	done = sigprocmask(SIG_BLOCK, &child, NULL) == 0 &&
	    (pipes->ended = signalfd(-1, &child, SFD_CLOEXEC)) != -1 &&
	    pipe2(text, O_CLOEXEC | O_NONBLOCK) == 0 &&
	    write(text[1], message->text, size) == (ssize_t)size &&
	    fcntl(text[0], F_SETFL, 0) == 0 &&
	    pipe2(pipes->output, O_CLOEXEC) == 0 &&
	    fcntl(pipes->output[0], F_SETFL, O_NONBLOCK) == 0;
	pipes->text = text[0];
	if (!done)
		return otp_fault_set(
		    fault, OTP_ERR_LIMIT, errno, NULL, OTP_DETAIL_NONE);
	otp_path_close(&text[1]);
	return OTP_OK;
}

static void
pipes_close(struct pipes *pipes)
{
	otp_path_close(&pipes->text);
	otp_path_close(&pipes->output[0]);
	otp_path_close(&pipes->output[1]);
	otp_path_close(&pipes->ended);
}

/* --- The program -------------------------------------------------------- */

#define VARIABLES 9

/* As the program, with nothing of the caller's but descriptors 0 to 2. */
static _Noreturn void
program_be(const struct otp_program *program, const struct otp_message *message,
    const struct pipes *pipes)
{
	const char *slash = strrchr(program->path, '/');
	const char *const pairs[VARIABLES][2] = {
		{ "PATH", "/usr/sbin:/usr/bin:/sbin:/bin" },
		{ "OTP_KIND", otp_message_kind_name(message->kind) },
		{ "OTP_TO",
		    message->to.uri + otp_address_scheme(&message->to) + 1 },
		{ "OTP_USER", message->user },
		{ "OTP_HOST", message->host },
		{ "OTP_SERVICE", message->service },
		{ "OTP_RHOST", message->rhost },
		{ "OTP_TIME", message->time },
		{ "OTP_TAG", message->tag },
	};
	char texts[VARIABLES][16 + OTP_FRAME_VALUE_SIZE];
	char *environment[VARIABLES + 1] = { NULL };
	char *arguments[2] = { NULL, NULL };
	char name[OTP_ADDRESS_SCHEME_MAX + 1];
	const struct sigaction standard = { .sa_handler = SIG_DFL };
	const struct rlimit no_core = { 0, 0 };
	const struct rlimit seconds = { OTP_PROGRAM_TIMEOUT,
		OTP_PROGRAM_TIMEOUT };
	const struct rlimit descriptors = { 256, 256 };
	sigset_t none;

	for (size_t i = 0; i < VARIABLES; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]), "%s=%s", pairs[i][0],
		    pairs[i][1]);
		environment[i] = texts[i];
	}
	(void)snprintf(name, sizeof(name), "%s", slash + 1);
	arguments[0] = name;
	for (int number = 1; number < NSIG; number++)
		(void)sigaction(number, &standard, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)setrlimit(RLIMIT_CORE, &no_core);
	(void)setrlimit(RLIMIT_CPU, &seconds);
	(void)setrlimit(RLIMIT_NOFILE, &descriptors);
	(void)umask(S_IRWXG | S_IRWXO);
	if (setpgid(0, 0) == 0 && chdir("/") == 0 &&
	    dup2(pipes->text, STDIN_FILENO) != -1 &&
	    dup2(pipes->output[1], STDOUT_FILENO) != -1 &&
	    dup2(pipes->output[1], STDERR_FILENO) != -1)
		(void)execve(program->path, arguments, environment);
	(void)dprintf(pipes->output[1], "cannot be run: %s", strerror(errno));
	_exit(127);
}

/* --- Its end ------------------------------------------------------------ */

static void
program_wait(
    struct otp_program *program, struct pipes *pipes, struct printed *printed)
{
	struct signalfd_siginfo child;
	int64_t left = 0;

	program->end = OTP_PROGRAM_TIMED_OUT;
	program->number = 0;
	while (!program_has_ended(program) &&
	    (left = clock_left(program->deadline)) > 0) {
		struct pollfd ready[] = {
			{ .fd = pipes->ended, .events = POLLIN },
			{ .fd = pipes->output[0], .events = POLLIN },
		};

		if (poll(ready, 2, (int)left) <= 0)
			continue;
		if (ready[0].revents != 0)
			(void)!read(pipes->ended, &child, sizeof(child));
		if (ready[1].revents != 0)
			printed_read(printed, &pipes->output[0]);
	}
	while (pipes->output[0] != -1 && printed->total < OUTPUT_MAX) {
		const size_t before = printed->total;

		printed_read(printed, &pipes->output[0]);
		if (printed->total == before)
			break;
	}
}

/* Also reaps what else it started and has ended. */
static bool
program_has_ended(struct otp_program *program)
{
	int status = 0;
	pid_t ended;

	while ((ended = waitpid(-1, &status, WNOHANG)) > 0) {
		if (ended != program->leader)
			continue;
		program->end =
		    WIFEXITED(status) ? OTP_PROGRAM_EXITED : OTP_PROGRAM_KILLED;
		program->number =
		    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
	}
	return program->end != OTP_PROGRAM_TIMED_OUT;
}

/* Its output is closed at its end, or when it is too much. */
static void
printed_read(struct printed *printed, int *fd)
{
	char piece[4096];
	const size_t room = sizeof(printed->text) - printed->length;
	const ssize_t got = read(*fd, piece, sizeof(piece));

	if (got == -1 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got > 0) {
		const size_t kept = (size_t)got < room ? (size_t)got : room;

		memcpy(printed->text + printed->length, piece, kept);
		printed->length += kept;
		printed->total += (size_t)got;
	}
	if (got <= 0 || printed->total >= OUTPUT_MAX)
		otp_path_close(fd);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Where more was kept than is shown, a row that is cut is seen whole. */
static void
printed_show(const struct printed *printed, const struct otp_address *to,
    char ret_text[OTP_PROGRAM_OUTPUT_SIZE])
{
	char text[sizeof(printed->text)];
	size_t length = printed->length;

	memcpy(text, printed->text, length);
	hide_digits(text, length);
	hide_address(text, length, to);
	for (size_t i = 0; i < length; i++)
		if (text[i] == '\0')
			text[i] = ' ';
	while (length > 0 && text[length - 1] == '\n')
		length--;
	if (length >= OTP_PROGRAM_OUTPUT_SIZE)
		length = OTP_PROGRAM_OUTPUT_SIZE - 1;
	memcpy(ret_text, text, length);
	ret_text[length] = '\0';
}

/* A row that is long enough to be a code. */
static void
hide_digits(char *text, size_t length)
{
	size_t row = 0; /* of digits before I */

	for (size_t i = 0; i <= length; i++) {
		if (i < length && is_digit(text[i])) {
			row++;
			continue;
		}
		if (row > DIGITS_MAX)
			memset(text + i - row, '#', row);
		row = 0;
	}
}

/* Mail servers name the recipient that they refuse. */
static void
hide_address(char *text, size_t length, const struct otp_address *to)
{
	const char *address = to->uri + otp_address_scheme(to) + 1;
	const size_t size = strlen(address);

	for (size_t i = 0; i + size <= length; i++)
		if (strncasecmp(text + i, address, size) == 0)
			memset(text + i, '#', size);
}

void
otp_program_finish(const struct otp_program *program)
{
	const struct timespec pause = { .tv_nsec = 10000000 };

	if (program->end != OTP_PROGRAM_TIMED_OUT)
		while (!wait_all() && clock_left(program->deadline) > 0)
			(void)nanosleep(&pause, NULL);
	else if (program->leader > 0)
		(void)kill(-program->leader, SIGKILL);
	for (int round = 0; round < KILL_ROUNDS && !wait_all(); round++) {
		kill_children();
		(void)nanosleep(&pause, NULL);
	}
}

/* Whether no process is left. */
static bool
wait_all(void)
{
	pid_t ended;

	do
		ended = waitpid(-1, NULL, WNOHANG);
	while (ended > 0);
	return ended == -1 && errno == ECHILD;
}

/*
 * Whatever has lost its parent is a child of this process, whether or not it
 * has left the group; what it started follows in the next round.
 */
static void
kill_children(void)
{
	char path[64], list[4096];
	char *at = list, *end = list;
	FILE *children;

	(void)snprintf(
	    path, sizeof(path), "/proc/self/task/%ld/children", (long)getpid());
	children = fopen(path, "re");
	if (children == NULL)
		return;
	list[fread(list, 1, sizeof(list) - 1, children)] = '\0';
	(void)fclose(children);
	for (;;) {
		const long child = strtol(at, &end, 10);

		/* The last one may have been cut. */
		if (end == at || *end == '\0')
			break;
		if (child > 1)
			(void)kill((pid_t)child, SIGKILL);
		at = end;
	}
}

/* --- The clock ---------------------------------------------------------- */

static enum otp_err
clock_read(int64_t *ret_now, struct otp_fault *fault)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return otp_fault_set(
		    fault, OTP_ERR_CLOCK, errno, NULL, OTP_DETAIL_NONE);
	*ret_now = now.tv_sec * SECOND + now.tv_nsec / 1000000;
	return OTP_OK;
}

/* None where the clock fails. */
static int64_t
clock_left(int64_t deadline)
{
	int64_t now = 0;

	if (clock_read(&now, NULL) != OTP_OK || now >= deadline)
		return 0;
	return deadline - now;
}
