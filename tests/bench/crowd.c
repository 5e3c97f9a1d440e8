/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logins at once, each process of the crowd with its own user; or all of them
 * one user's, who types the codes in order: each waits at the prompt until the
 * one before has had its answer.
 */
#include "config.h"

#include "tests/bench/bench.h"

#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOGINS_MAX 128 /* of one process */

struct crowd {
	sem_t start;
	sem_t turn[BENCH_PEOPLE]; /* of each process, to answer */
	unsigned let_in;
	double micros[BENCH_PEOPLE * LOGINS_MAX];
};

static struct crowd *crowd;
static unsigned self;
static uint64_t counters[BENCH_PEOPLE]; /* the next of each user */

static void
wait_for(sem_t *semaphore)
{
	while (sem_wait(semaphore) != 0)
		if (errno != EINTR)
			bench_die("sem_wait");
}

static void
wait_for_turn(void)
{
	wait_for(&crowd->turn[self]);
}

static _Noreturn void
log_in(const char *service, unsigned size, unsigned logins, bool many)
{
	struct subject subject = { .name = service };
	char user[32];

	(void)snprintf(user, sizeof(user), "user%u", many ? self : 0);
	bench.user = user;
	bench.at_prompt = many ? NULL : wait_for_turn;
	wait_for(&crowd->start);
	for (unsigned i = 0; i < logins; i++) {
		double begin = bench_now();

		subject.next =
		    many ? counters[self] + i : counters[0] + i * size + self;
		bench_next_code(&subject);
		if (bench_once(&subject, bench_here))
			(void)__atomic_add_fetch(
			    &crowd->let_in, 1, __ATOMIC_SEQ_CST);
		crowd->micros[self * logins + i] = bench_now() - begin;
		if (!many && sem_post(&crowd->turn[(self + 1) % size]) != 0)
			bench_die("sem_post");
	}
	_exit(0);
}

/* LOGINS of each of SIZE processes; what it took, in microseconds. */
static double
gather(const char *service, unsigned size, unsigned logins, bool many)
{
	double begin;

	crowd->let_in = 0;
	if (sem_init(&crowd->start, 1, 0) != 0)
		bench_die("sem_init");
	for (self = 0; self < size; self++) {
		pid_t child;

		if (sem_init(&crowd->turn[self], 1, self == 0) != 0)
			bench_die("sem_init");
		child = fork();
		if (child == 0)
			log_in(service, size, logins, many);
		if (child < 0)
			bench_die("fork");
	}
	begin = bench_now();
	for (unsigned i = 0; i < size; i++)
		if (sem_post(&crowd->start) != 0)
			bench_die("sem_post");
	for (unsigned i = 0; i < size; i++)
		if (wait(NULL) < 0)
			bench_die("wait");
	for (unsigned i = 0; i < (many ? size : 1); i++)
		counters[i] += many ? logins : logins * size;
	return bench_now() - begin;
}

static void
print_crowd(const char *service, unsigned size, bool many)
{
	unsigned logins = bench.rounds / size;
	unsigned all;
	double took;

	if (logins < 2)
		logins = 2;
	if (logins > LOGINS_MAX)
		logins = LOGINS_MAX;
	all = logins * size;
	took = gather(service, size, logins, many);
	(void)printf("  %-22s %9u %9.0f %9.1f %9.1f %8.1f%%\n", service, size,
	    crowd->let_in / took * 1e6, bench_quantile(crowd->micros, all, 0.5),
	    bench_quantile(crowd->micros, all, 0.99),
	    100.0 * (all - crowd->let_in) / all);
}

void
bench_crowds(const char *const *names, unsigned count, uint64_t first)
{
	crowd = mmap(NULL, sizeof(*crowd), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (crowd == MAP_FAILED)
		bench_die("mmap");
	for (unsigned many = 0; many < 2; many++) {
		(void)printf("\nright codes at once, of %s (%u or more)\n",
		    many ? "many users" : "one user, in order", bench.rounds);
		(void)printf("  %-22s %9s %9s %9s %9s %9s\n", "", "at once",
		    "let in/s", "median us", "99% us", "refused");
		for (unsigned i = 0; i < count; i++) {
			const bool own = names[2 * i] != names[2 * i + 1];

			for (unsigned j = 0; j < BENCH_PEOPLE; j++)
				if (many == 0 || own)
					counters[j] = first;
			for (unsigned size = 1; size <= BENCH_PEOPLE; size *= 2)
				print_crowd(names[2 * i + many], size, many);
		}
		(void)fflush(stdout);
	}
	(void)munmap(crowd, sizeof(*crowd));
}
