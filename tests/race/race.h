/* SPDX-License-Identifier: BSD-2-Clause */
/* Many processes that all begin at once, round after round. */
#ifndef TESTS_RACE_H
#define TESTS_RACE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define RACE_PROCESSES 64
#define RACE_TEXT_SIZE 64

/* How many rounds: so MANY, or a thousand in the long form (LONG=yes). */
unsigned race_rounds(unsigned many);

/* What one process is to do in a round, and what came of it. */
struct race_lane {
	char account[RACE_TEXT_SIZE];
	char code[RACE_TEXT_SIZE];
	int job; /* the program's own meaning */
	int result;
	int answer;
	char text[RACE_TEXT_SIZE];
};

/* Shared by all processes. */
struct race {
	pthread_barrier_t begin;
	pthread_barrier_t end;
	bool over;
	int64_t now;
	unsigned processes;
	pid_t pids[RACE_PROCESSES];
	struct race_lane lanes[RACE_PROCESSES];
};

/*
 * Start so many PROCESSES, each of which calls RUN with its lane and CONTEXT
 * in each round.  A race that takes minutes ends this process.
 */
struct race *race_start(unsigned processes,
    void (*run)(const struct race *race, struct race_lane *lane, void *context),
    void *context);

/* One round, from start to end. */
void race_run(struct race *race);

/* Give everybody the same to do. */
void race_fill(struct race *race, const char *account, const char *code);

/* End the processes. */
void race_end(struct race *race);

/* How often there was one yes in a round, none, or more than one. */
struct race_count {
	unsigned once;
	unsigned never;
	unsigned more;
};

void race_note(struct race_count *count, unsigned yes);

/* "# ran: race of 64 processes x 20 rounds, WHAT: once=...". */
void race_tell(
    const struct race *race, const char *what, const struct race_count *count);

#endif
