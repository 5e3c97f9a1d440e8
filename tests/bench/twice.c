/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each round several processes ask to be let in with one code.  They meet at
 * the prompt, so that all answers are given at the same moment.
 */
#include "config.h"

#include "tests/bench/bench.h"

#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned *arrived; /* at the prompt; shared */
static unsigned racers;

static void
meet(void)
{
	(void)__atomic_add_fetch(arrived, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(arrived, __ATOMIC_SEQ_CST) < racers)
		(void)sched_yield();
}

/* How many were let in. */
static unsigned
race(const struct subject *subject)
{
	unsigned let_in = 0;

	*arrived = 0;
	bench_next_code(subject);
	for (unsigned i = 0; i < racers; i++) {
		pid_t child = fork();

		if (child == 0)
			_exit(bench_once(subject, bench_here) ? 0 : 1);
		if (child < 0)
			bench_die("fork");
	}
	for (unsigned i = 0; i < racers; i++) {
		int status;

		if (wait(&status) < 0)
			bench_die("wait");
		let_in += WIFEXITED(status) && WEXITSTATUS(status) == 0;
	}
	return let_in;
}

static void
print_races(struct subject *subject)
{
	unsigned once = 0, twice = 0;

	for (unsigned round = 0; round < bench.rounds; round++) {
		unsigned let_in = race(subject);

		once += let_in == 1;
		twice += let_in > 1;
		subject->next++;
	}
	(void)printf("  %-22s %9u %9u %9u %9u %8.1f%%\n", subject->name, racers,
	    bench.rounds - once - twice, once, twice,
	    100.0 * twice / bench.rounds);
	(void)fflush(stdout);
}

void
bench_races(struct subject *subjects, unsigned count)
{
	arrived = mmap(NULL, sizeof(*arrived), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (arrived == MAP_FAILED)
		bench_die("mmap");
	(void)printf(
	    "\none code, several logins (rounds of %u)\n", bench.rounds);
	(void)printf("  %-22s %9s %9s %9s %9s %9s\n", "", "at once", "never",
	    "once", "twice", "twice");
	bench.at_prompt = meet;
	for (unsigned i = 0; i < count; i++)
		for (racers = 2; subjects[i].asks && racers <= 8; racers *= 4)
			print_races(&subjects[i]);
	bench.at_prompt = NULL;
	(void)munmap(arrived, sizeof(*arrived));
}
