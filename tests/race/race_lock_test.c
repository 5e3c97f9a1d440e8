/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A login that is stopped, and then killed, while it has the account locked:
 * the others get an answer, the log names it, and what it charged or used stays
 * so.
 */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/race/race.h"
#include "tests/lib/host.h"

#define WAITING	 8
#define STEP	 30
#define RECORDS	 16384 /* bytes of the state, before its charges */
#define TIMEOUT	 5000  /* milliseconds: when a login stops waiting */
#define PATIENCE 20000

#define EXPORTED __attribute__((visibility("default")))

/* Where this process stops itself: behind a write at or before that offset. */
static enum manner {
	RUNS_ON,
	STOPS_AT_CHARGE,
	STOPS_AT_RECORD
} manner;

/* The module finds this one before libc's. */
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset);

EXPORTED ssize_t
pwrite64(int fd, const void *data, size_t size, off64_t offset)
{
	ssize_t done = syscall(SYS_pwrite64, fd, data, size, offset);

	if (manner == (offset < RECORDS ? STOPS_AT_RECORD : STOPS_AT_CHARGE))
		(void)raise(SIGSTOP);
	return done;
}

static int64_t
milliseconds(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Log in with the lane's code; its text is the process that was named. */
static void
run(const struct race *race, struct race_lane *lane, void *context)
{
	int64_t begin = milliseconds();
	const char *named;

	fake.now = race->now;
	lane->result = host_login(context, lane->account, lane->code);
	lane->answer = (int)(milliseconds() - begin);
	named = strstr(host_line(), "lock-timeout");
	(void)snprintf(lane->text, sizeof(lane->text), "%.*s",
	    (int)sizeof(lane->text) - 1,
	    named && strstr(named, "process=") ? strstr(named, "process=")
					       : "");
}

/* A login with CODE that stopped where it should. */
static pid_t
stopped_login(struct host *host, const char *code, enum manner where)
{
	int status = 0;
	pid_t child;

	(void)fflush(NULL);
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		manner = where;
		(void)host_login(host, "alice", code);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	assert_true(WIFSTOPPED(status));
	return child;
}

/* While OWNER is stopped no login succeeds, and each gets an answer. */
static void
assert_answered(struct race *race, const char *code, pid_t owner)
{
	char name[32];
	int longest = 0;

	(void)snprintf(name, sizeof(name), "%d", (int)owner);
	race_fill(race, "alice", code);
	race_run(race);
	for (unsigned i = 0; i < race->processes; i++) {
		const struct race_lane *lane = &race->lanes[i];

		assert_int_equal(lane->result, PAM_AUTHINFO_UNAVAIL);
		assert_non_null(strstr(lane->text, name));
		assert_in_range(lane->answer, TIMEOUT, PATIENCE);
		longest = lane->answer > longest ? lane->answer : longest;
	}
	print_message("# ran: race of %u processes for an account that a "
		      "stopped one has locked: all answered within %d ms\n",
	    race->processes, longest);
}

static void
end_owner(pid_t owner)
{
	assert_int_equal(kill(owner, SIGKILL), 0);
	assert_int_equal(waitpid(owner, NULL, 0), owner);
}

static void
lock_owner__that_is_stopped_and_killed_locks_no_user_out(void **state)
{
	struct host *host = *state;
	const struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE], wrong[SAMPLE_CODE_SIZE];
	struct race *race;
	pid_t owner;

	host_service(host, "nodelay");
	host_enrol_alice(host);
	host_code(&token, 0, code);
	host_wrong_code(&token, wrong);
	race = race_start(WAITING, run, host);
	race->now = fake.now;

	owner = stopped_login(host, wrong, STOPS_AT_CHARGE);
	assert_answered(race, code, owner);
	end_owner(owner);
	assert_int_equal(host_state(host, "alice").tally.failures, 1);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);

	/* Killed before it could accept: the code is used nevertheless. */
	fake.now += STEP;
	host_code(&token, 0, code);
	owner = stopped_login(host, code, STOPS_AT_RECORD);
	end_owner(owner);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_logged("refused", "replay");
	host_code(&token, 1, code);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	race_end(race);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(
		    lock_owner__that_is_stopped_and_killed_locks_no_user_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
