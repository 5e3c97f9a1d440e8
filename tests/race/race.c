/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/race/race.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE    1800 /* seconds; no test waits for them */
#define LONG_ROUNDS 1000

unsigned
race_rounds(unsigned many)
{
	const char *form = getenv("LONG");

	return form && *form ? LONG_ROUNDS : many;
}

static void
make_barrier(pthread_barrier_t *barrier, unsigned count)
{
	pthread_barrierattr_t shared;

	assert_int_equal(pthread_barrierattr_init(&shared), 0);
	assert_int_equal(
	    pthread_barrierattr_setpshared(&shared, PTHREAD_PROCESS_SHARED), 0);
	assert_int_equal(pthread_barrier_init(barrier, &shared, count), 0);
	assert_int_equal(pthread_barrierattr_destroy(&shared), 0);
}

static _Noreturn void
run_lane(struct race *race, struct race_lane *lane,
    void (*run)(const struct race *, struct race_lane *, void *), void *context)
{
	/* Whoever is left alone waits for nobody. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		_exit(1);
	for (;;) {
		(void)pthread_barrier_wait(&race->begin);
		if (race->over)
			_exit(0);
		run(race, lane, context);
		(void)pthread_barrier_wait(&race->end);
	}
}

struct race *
race_start(unsigned processes,
    void (*run)(const struct race *, struct race_lane *, void *), void *context)
{
	struct race *race = mmap(NULL, sizeof(*race), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(race != MAP_FAILED);
	assert_in_range(processes, 1, RACE_PROCESSES);
	race->processes = processes;
	make_barrier(&race->begin, processes + 1);
	make_barrier(&race->end, processes + 1);
	(void)fflush(NULL);
	(void)alarm(PATIENCE);
	for (unsigned i = 0; i < processes; i++) {
		pid_t child = fork();

		if (child == 0)
			run_lane(race, &race->lanes[i], run, context);
		assert_int_not_equal(child, -1);
		race->pids[i] = child;
	}
	return race;
}

void
race_run(struct race *race)
{
	(void)pthread_barrier_wait(&race->begin);
	(void)pthread_barrier_wait(&race->end);
}

void
race_fill(struct race *race, const char *account, const char *code)
{
	for (unsigned i = 0; i < race->processes; i++) {
		struct race_lane *lane = &race->lanes[i];

		memset(lane, 0, sizeof(*lane));
		(void)snprintf(
		    lane->account, sizeof(lane->account), "%s", account);
		(void)snprintf(lane->code, sizeof(lane->code), "%s", code);
	}
}

void
race_end(struct race *race)
{
	race->over = true;
	(void)pthread_barrier_wait(&race->begin);
	for (unsigned i = 0; i < race->processes; i++) {
		int status = 0;

		assert_int_equal(
		    waitpid(race->pids[i], &status, 0), race->pids[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	(void)alarm(0);
	assert_int_equal(munmap(race, sizeof(*race)), 0);
}

void
race_note(struct race_count *count, unsigned yes)
{
	if (yes == 1)
		count->once++;
	else if (yes == 0)
		count->never++;
	else
		count->more++;
}

void
race_tell(
    const struct race *race, const char *what, const struct race_count *count)
{
	print_message("# ran: race of %u processes x %u rounds, %s: "
		      "once=%u never=%u more=%u\n",
	    race->processes, count->once + count->never + count->more, what,
	    count->once, count->never, count->more);
}
