/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host process: nothing of it is changed, and nothing in it lets anyone
 * in who should not be.
 */
#include "config.h"

#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/store/store.h"
#include "tests/lib/host.h"

extern char **environ;

#define SIGNALS 65
/* make(1) hands down its whole list of tests, more than once. */
#define ENVIRONMENT_SIZE (256 * 1024)

/* Everything that a module could leave changed. */
struct process {
	uid_t uids[3];
	gid_t gids[3];
	gid_t groups[256];
	int groups_count;
	mode_t mask;
	char folder[256];
	sigset_t blocked;
	struct {
		void (*handler)(int);
		int flags;
		uint64_t mask;
	} actions[SIGNALS];
	stack_t signal_stack;
	struct itimerval timers[3];
	char locale[512];
	char environment[ENVIRONMENT_SIZE];
	char descriptors[4096];
	struct rlimit limits[RLIM_NLIMITS];
	int attributes[3]; /* prctl(2) */
	pid_t group, session;
	int niceness;
};

static void
note_descriptors(char *text, size_t size)
{
	char open[512] = "";
	char target[256];

	/* By number, so that the order of the folder does not matter. */
	text[0] = '\0';
	for (int fd = 0; fd < 256; fd++) {
		char path[32];
		ssize_t length = 0;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		length = readlink(path, target, sizeof(target) - 1);
		if (length == -1)
			continue;
		target[length] = '\0';
		snprintf(open, sizeof(open), "%d=%s\n", fd, target);
		assert_true(strlen(text) + strlen(open) < size);
		strcat(text, open);
	}
}

static void
note_environment(char *text, size_t size)
{
	size_t length = 0;

	for (char **at = environ; *at != NULL; at++) {
		assert_true(length + strlen(*at) + 2 < size);
		strcpy(text + length, *at);
		length += strlen(*at);
		text[length++] = '\n';
	}
	text[length] = '\0';
}

/* Of a set's bytes libc fills no more than there are signals. */
static uint64_t
bits(const sigset_t *set)
{
	uint64_t all = 0;

	for (int i = 1; i < SIGNALS; i++)
		if (sigismember(set, i) == 1)
			all |= UINT64_C(1) << (i - 1);
	return all;
}

/* A running timer runs on: only its end is told by when it is looked at. */
static void
note_timers(struct process *process)
{
	for (unsigned i = 0; i < 3; i++) {
		getitimer(i, &process->timers[i]);
		process->timers[i].it_value.tv_usec = 0;
		process->timers[i].it_value.tv_sec /= 1000;
	}
	sigaltstack(NULL, &process->signal_stack);
}

static void
note_process(struct process *process)
{
	memset(process, 0, sizeof(*process));
	getresuid(&process->uids[0], &process->uids[1], &process->uids[2]);
	getresgid(&process->gids[0], &process->gids[1], &process->gids[2]);
	process->groups_count = getgroups(256, process->groups);
	process->mask = umask(0);
	umask(process->mask);
	assert_non_null(getcwd(process->folder, sizeof(process->folder)));
	sigprocmask(SIG_SETMASK, NULL, &process->blocked);
	for (int i = 1; i < SIGNALS; i++) {
		struct sigaction action = { .sa_flags = 0 };

		if (sigaction(i, NULL, &action) != 0)
			continue; /* those that libc keeps for itself */
		process->actions[i].handler = action.sa_handler;
		process->actions[i].flags = action.sa_flags;
		process->actions[i].mask = bits(&action.sa_mask);
	}
	note_timers(process);
	snprintf(process->locale, sizeof(process->locale), "%s",
	    setlocale(LC_ALL, NULL));
	note_environment(process->environment, sizeof(process->environment));
	note_descriptors(process->descriptors, sizeof(process->descriptors));
	for (unsigned i = 0; i < RLIM_NLIMITS; i++)
		getrlimit(i, &process->limits[i]);
	process->attributes[0] = prctl(PR_GET_DUMPABLE);
	process->attributes[1] = prctl(PR_GET_KEEPCAPS);
	process->attributes[2] = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
	process->group = getpgrp();
	process->session = getsid(0);
	process->niceness = getpriority(PRIO_PROCESS, 0);
}

static void
same_process(const struct process *before)
{
	struct process after;

	note_process(&after);
	assert_memory_equal(before->uids, after.uids, sizeof(after.uids));
	assert_memory_equal(before->gids, after.gids, sizeof(after.gids));
	assert_int_equal(before->groups_count, after.groups_count);
	assert_memory_equal(before->groups, after.groups, sizeof(after.groups));
	assert_int_equal(before->mask, after.mask);
	assert_string_equal(before->folder, after.folder);
	assert_memory_equal(
	    &before->blocked, &after.blocked, sizeof(after.blocked));
	assert_memory_equal(
	    before->actions, after.actions, sizeof(after.actions));
	assert_string_equal(before->locale, after.locale);
	assert_string_equal(before->environment, after.environment);
	assert_string_equal(before->descriptors, after.descriptors);
	assert_memory_equal(before->timers, after.timers, sizeof(after.timers));
	assert_memory_equal(&before->signal_stack, &after.signal_stack,
	    sizeof(after.signal_stack));
	assert_memory_equal(before->limits, after.limits, sizeof(after.limits));
	assert_memory_equal(
	    before->attributes, after.attributes, sizeof(after.attributes));
	assert_int_equal(before->group, after.group);
	assert_int_equal(before->session, after.session);
	assert_int_equal(before->niceness, after.niceness);
	assert_int_equal(fake.log_changes, 0);
}

static void
ignore(int number)
{
	(void)number;
}

/* As a host may be that has made arrangements of its own. */
static void
make_unusual(void)
{
	const struct itimerval long_time = { .it_value = { .tv_sec = 5500 } };
	static char stack[65536];
	const stack_t other = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_handler = ignore };
	sigset_t some;

	umask(0137);
	sigemptyset(&some);
	sigaddset(&some, SIGUSR1);
	sigaddset(&some, SIGCHLD);
	action.sa_mask = some;
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(sigaction(SIGXFSZ, &action, NULL), 0);
	assert_int_equal(sigaction(SIGPIPE, &action, NULL), 0);
	assert_int_equal(sigprocmask(SIG_BLOCK, &some, NULL), 0);
	assert_int_equal(sigaltstack(&other, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &long_time, NULL), 0);
	assert_int_equal(setitimer(ITIMER_PROF, &long_time, NULL), 0);
	(void)setlocale(LC_ALL, "C.UTF-8");
}

static void
same_after(struct host *host, const struct process *before, const char *user,
    const char *typed, int result)
{
	assert_int_equal(host_login(host, user, typed), result);
	same_process(before);
}

/* All that can come of a login; what is damaged last stays so. */
static void
try_every_outcome(struct host *host)
{
	struct otp_token token = sample_totp(1);
	struct process before;
	struct otp_state state;
	char code[SAMPLE_CODE_SIZE];
	char wrong[SAMPLE_CODE_SIZE];
	char both[SAMPLE_CODE_SIZE + 16];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	host_wrong_code(&token, wrong);
	note_process(&before);
	same_after(host, &before, "alice", code, PAM_SUCCESS);
	same_after(host, &before, "alice", code, PAM_AUTH_ERR);
	same_after(host, &before, "alice", wrong, PAM_AUTH_ERR);
	same_after(host, &before, "alice", "rubbish", PAM_AUTH_ERR);
	same_after(host, &before, "alice", "0123-4567-89AB-CDEF-GHJK-MNPQ",
	    PAM_AUTH_ERR);
	same_after(host, &before, "bob", wrong, PAM_AUTH_ERR);
	same_after(host, &before, "nobody-there", wrong, PAM_AUTH_ERR);
	host->app.manner = HOST_FAILS;
	same_after(host, &before, "alice", wrong, PAM_CONV_ERR);
	host->app.manner = HOST_ANSWERS_TEXT;
	host_service(host, "forward_pass debug");
	fake.now += 60;
	host_code(&token, 0, code);
	snprintf(both, sizeof(both), "password%s", code);
	same_after(host, &before, "alice", both, PAM_SUCCESS);
	host_service(host, "nullok");
	/* Ignored, which makes an empty stack of it. */
	same_after(host, &before, "bob", wrong, PAM_PERM_DENIED);
	state = host_state(host, "alice");
	state.tally.failures = 100;
	host_state_put(host, "alice", &state);
	same_after(host, &before, "alice", code, PAM_AUTH_ERR);
	fake.clock_fails = true;
	same_after(host, &before, "alice", code, PAM_AUTHINFO_UNAVAIL);
	fake.clock_fails = false;
	host_seed(host, "alice", "rubbish\n");
	state.tally.failures = 0;
	host_state_put(host, "alice", &state);
	same_after(host, &before, "alice", code, PAM_AUTHINFO_UNAVAIL);
	host_service(host, "nonsense");
	same_after(host, &before, "alice", code, PAM_SERVICE_ERR);
}

static void
every_outcome__leaves_the_process_as_it_was(void **state)
{
	try_every_outcome(*state);
}

/* The last test, since it stays so. */
static void
every_outcome__leaves_an_unusual_process_as_it_was(void **state)
{
	make_unusual();
	try_every_outcome(*state);
}

/* Run BODY in a child: its exit status, or minus the signal it died of. */
static int
in_child(struct host *host, int (*body)(struct host *host, const char *code))
{
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];
	int status = 0;
	pid_t child = 0;

	host_code(&token, 0, code);
	fflush(stdout);
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0)
		_exit(body(host, code));
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int
with_open_umask(struct host *host, const char *code)
{
	char path[HOST_PATH_SIZE];
	struct stat stat_of;

	umask(0);
	if (host_login(host, "alice", code) != PAM_SUCCESS)
		return 1;
	host_path(host, path, "store/state/alice");
	return stat(path, &stat_of) == 0 && (stat_of.st_mode & 077) == 0 ? 0
									 : 2;
}

static int
without_folder(struct host *host, const char *code)
{
	char path[HOST_PATH_SIZE];

	host_path(host, path, "gone");
	if (mkdir(path, 0700) != 0 || chdir(path) != 0 || rmdir(path) != 0)
		return 1;
	return host_login(host, "alice", code);
}

/* A descriptor below 3 would be somebody's standard output. */
static int
without_descriptors(struct host *host, const char *code)
{
	int result = PAM_ABORT;

	close(0);
	close(1);
	close(2);
	result = host_login(host, "alice", code);
	return fcntl(0, F_GETFD) == -1 && fcntl(1, F_GETFD) == -1 &&
		fcntl(2, F_GETFD) == -1
	    ? result
	    : 99;
}

static void
odd_processes__get_the_same_answer(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	assert_int_equal(in_child(host, with_open_umask), PAM_SUCCESS);
	fake.now += 60;
	assert_int_equal(in_child(host, without_folder), PAM_SUCCESS);
	fake.now += 60;
	assert_int_equal(in_child(host, without_descriptors), PAM_SUCCESS);
}

static int
without_file_size(struct host *host, const char *code)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_FSIZE, &none) != 0)
		return 99;
	return host_login(host, "alice", code);
}

/* As a process that was told nothing else about it. */
static int
with_file_size_signal(struct host *host, const char *code)
{
	signal(SIGXFSZ, SIG_DFL);
	return without_file_size(host, code);
}

static int
without_file_size_signal(struct host *host, const char *code)
{
	signal(SIGXFSZ, SIG_IGN);
	return without_file_size(host, code);
}

static int
with_few_descriptors(struct host *host, const char *code)
{
	const struct rlimit many = { 1024, 4096 };

	/* Whatever the one who runs the tests has left open does not count. */
	if (close_range(3, ~0U, 0) != 0)
		return 99;
	for (rlim_t count = 4; count < 16; count++) {
		const struct rlimit few = { count, 4096 };
		pam_handle_t *pamh = NULL;
		int result = PAM_ABORT;

		/* What libpam has open for a moment it needs first. */
		if (setrlimit(RLIMIT_NOFILE, &many) != 0)
			return 99;
		host->app.answers[0] = code;
		pamh = host_start(host, "alice");
		if (setrlimit(RLIMIT_NOFILE, &few) != 0)
			return 99;
		result = pam_authenticate(pamh, 0);
		pam_end(pamh, result);
		if (result == PAM_SUCCESS)
			return count > 4 ? 0 : 98;
		if (result == PAM_IGNORE)
			return 97;
	}
	return 96;
}

static void
limits__never_let_in(void **state)
{
	struct host *host = *state;
	struct host_bytes before;

	host_enrol_alice(host);
	before = host_bytes(host, "alice");
	assert_int_equal(
	    in_child(host, with_file_size_signal), PAM_AUTHINFO_UNAVAIL);
	host_unchanged(host, "alice", &before);
	assert_int_equal(
	    in_child(host, without_file_size_signal), PAM_AUTHINFO_UNAVAIL);
	host_unchanged(host, "alice", &before);
	assert_int_equal(in_child(host, with_few_descriptors), 0);
}

/* A login of somebody else's that was stopped while it held the account. */
static pid_t
stopped_login(struct host *host)
{
	struct otp_store *store = NULL;
	struct otp_state held;
	pid_t child = fork();
	int status = 0;

	assert_int_not_equal(child, -1);
	if (child == 0) {
		if (otp_store_open((struct otp_place){ .folder = host->store },
			"alice", &store, NULL) != OTP_OK ||
		    otp_store_load(store, &held, NULL) != OTP_OK)
			_exit(1);
		raise(SIGSTOP);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	assert_true(WIFSTOPPED(status));
	return child;
}

static void
held_account__is_no_answer_until_it_is_let_go(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	struct host_bytes before;
	char code[SAMPLE_CODE_SIZE];
	char holder[32];
	pid_t child = 0;

	host_enrol_alice(host);
	host_code(&token, 0, code);
	before = host_bytes(host, "alice");
	child = stopped_login(host);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTHINFO_UNAVAIL);
	host_logged("unavailable", "lock-timeout");
	snprintf(holder, sizeof(holder), "%d", (int)child);
	assert_non_null(strstr(host_line(), holder));
	host_unchanged(host, "alice", &before);

	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
}

/* --- a host that cancels its threads --- */

/* In which of the module's calls; it finds these before libc's. */
enum {
	CANCEL_NOWHERE,
	CANCEL_OPEN,
	CANCEL_LOCK,
	CANCEL_FLUSH
};

static int cancels;

static void
cancel_in(int call)
{
	if (cancels == call)
		assert_int_equal(pthread_cancel(pthread_self()), 0);
}

__attribute__((visibility("default"))) int
statx(int at, const char *name, int flags, unsigned mask, struct statx *status)
{
	cancel_in(CANCEL_OPEN);
	return (int)syscall(SYS_statx, at, name, flags, mask, status);
}

__attribute__((visibility("default"))) int
fcntl64(int fd, int command, ...)
{
	unsigned long argument;
	va_list list;

	va_start(list, command);
	argument = va_arg(list, unsigned long);
	va_end(list);
	if (command == F_OFD_SETLK)
		cancel_in(CANCEL_LOCK);
	return (int)syscall(SYS_fcntl, fd, command, argument);
}

__attribute__((visibility("default"))) int
fdatasync(int fd)
{
	cancel_in(CANCEL_FLUSH);
	return (int)syscall(SYS_fdatasync, fd);
}

struct threaded {
	struct host *host;
	const char *user; /* NULL: the application is asked for the name */
	char code[SAMPLE_CODE_SIZE];
};

static void *
log_in_threaded(void *data)
{
	struct threaded *threaded = data;

	(void)host_login(threaded->host, threaded->user, threaded->code);
	pthread_testcancel();
	return NULL;
}

/* A login in a thread that is cancelled in CALL. */
static void
cancel_login(struct host *host, const char *user, const char *code, int call)
{
	struct threaded threaded = { .host = host, .user = user };
	pthread_t thread;
	void *ended = NULL;

	strcpy(threaded.code, code);
	cancels = call;
	assert_int_equal(
	    pthread_create(&thread, NULL, log_in_threaded, &threaded), 0);
	assert_int_equal(pthread_join(thread, &ended), 0);
	cancels = CANCEL_NOWHERE;
	assert_ptr_equal(ended, PTHREAD_CANCELED);
	host->pamh = NULL; /* libpam's handle is lost with the thread */
}

static void
cancelled_thread__lets_the_account_go(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	if (FAKE_SANITIZED)
		skip(); /* a lost handle is a leak */
	host_enrol_alice(host);
	for (int call = CANCEL_OPEN; call <= CANCEL_FLUSH; call++) {
		host_code(&token, 0, code);
		cancel_login(host, "alice", code, call);
		fake.now += 30;
		host_code(&token, 0, code);
		assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
		fake.now += 30;
	}
}

/* With nullok the store is looked at before anybody is asked. */
static void
cancelled_look__leaves_nothing_open(void **state)
{
	struct host *host = *state;
	char path[HOST_PATH_SIZE], descriptors[4096];

	if (FAKE_SANITIZED)
		skip(); /* a lost handle is a leak */
	host_enrol_alice(host);
	host_service(host, "nullok");
	host_path(host, path, "store/state/alice");
	assert_int_equal(truncate(path, 0), 0); /* so that it locks to look */
	for (int call = CANCEL_OPEN; call <= CANCEL_LOCK; call++) {
		struct flock lock = { .l_type = F_WRLCK };
		int fd;

		cancel_login(host, "alice", "123456", call);
		note_descriptors(descriptors, sizeof(descriptors));
		assert_null(strstr(descriptors, "/store"));
		fd = open(path, O_RDWR | O_CLOEXEC);
		assert_int_not_equal(fd, -1);
		assert_int_equal(fcntl(fd, F_OFD_GETLK, &lock), 0);
		assert_int_equal(lock.l_type, F_UNLCK);
		close(fd);
	}
}

static bool went_on;

static void
cancel_at_prompt(struct host *host)
{
	(void)host;
	assert_int_equal(pthread_cancel(pthread_self()), 0);
	pthread_testcancel();
	went_on = true;
}

/* Nobody may ever answer: at either prompt the thread ends there. */
static void
asking_thread__can_be_cancelled(void **state)
{
	static const char *const users[] = { NULL, "alice" };
	struct host *host = *state;

	if (FAKE_SANITIZED)
		skip(); /* a lost handle is a leak */
	host_enrol_alice(host);
	host->app.at_prompt = cancel_at_prompt;
	for (unsigned i = 0; i < 2; i++) {
		went_on = false;
		cancel_login(host, users[i], "123456", CANCEL_NOWHERE);
		assert_false(went_on);
		assert_int_equal(host->seen.prompts, 1);
	}
}

/* Set before the program starts, since libraries read them but once. */
static int
with_hostile_environment(struct host *host, const char *code)
{
	char openssl[HOST_PATH_SIZE];

	host_path(host, openssl, "openssl.cnf");
	sample_write(
	    openssl, "openssl_conf = x\n[x]\nalg_section = y\n", 37, 0644);
	setenv("TZ", "../../../../etc/passwd", 1);
	setenv("LANG", "xx_XX.%n", 1);
	setenv("LC_ALL", "xx_XX.%n", 1);
	setenv("HOME", "/nonexistent", 1);
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	setenv("TMPDIR", "/nonexistent", 1);
	setenv("OPENSSL_CONF", openssl, 1);
	setenv("OPENSSL_MODULES", "/nonexistent", 1);
	setenv("PAM_OTP_CONF", "/nonexistent", 1);
	setenv("HOST_ROOT", host->root, 1);
	setenv("HOST_CODE", code, 1);
	execl("/proc/self/exe", "host_process_test", "--login", NULL);
	return 99;
}

/* The same program, started anew: one login on the host that was made. */
static int
login_anew(void)
{
	struct host host = { .pamh = NULL };

	fake.now = HOST_NOW;
	fake.users[0] = (struct fake_user){ "alice", "alice", HOST_ALICE_UID };
	snprintf(host.root, sizeof(host.root), "%s", getenv("HOST_ROOT"));
	host_path(&host, host.pamd, "pam.d");
	return host_login(&host, "alice", getenv("HOST_CODE"));
}

static void
hostile_environment__lets_nobody_in_wrongly(void **state)
{
	struct host *host = *state;
	int result = 0;

	host_enrol_alice(host);
	result = in_child(host, with_hostile_environment);
	if (result != PAM_AUTHINFO_UNAVAIL)
		assert_int_equal(result, PAM_SUCCESS);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(every_outcome__leaves_the_process_as_it_was),
		HOST_TEST(odd_processes__get_the_same_answer),
		HOST_TEST(limits__never_let_in),
		HOST_TEST(held_account__is_no_answer_until_it_is_let_go),
		HOST_TEST(cancelled_thread__lets_the_account_go),
		HOST_TEST(cancelled_look__leaves_nothing_open),
		HOST_TEST(asking_thread__can_be_cancelled),
		HOST_TEST(hostile_environment__lets_nobody_in_wrongly),
		HOST_TEST(every_outcome__leaves_an_unusual_process_as_it_was),
	};

	if (argc == 2 && strcmp(argv[1], "--login") == 0)
		return login_anew();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
