/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stacks made of bytes, which the real libpam runs with each combination of
 * what their modules may return; and what otp-enroll says of the same files.
 */
#ifndef TESTS_ORACLE_H
#define TESTS_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decisions; zeros when they are used up. */
struct oracle_source {
	const uint8_t *at;
	size_t left;
};

struct oracle_counts {
	unsigned long stacks;
	unsigned long runs;	 /* of libpam */
	unsigned long undecided; /* stacks that the walk gave up */
	unsigned long causes;	 /* stacks in which the lines were compared */
	/* stacks of which libpam shows this */
	unsigned long right, wrong, unavailable, ignored, alone, early, twice;
	unsigned long some, all;
};

/* Make the folders.  Returns false if that is not possible. */
bool oracle_begin(void);

void oracle_end(void);

/*
 * Make a stack, have both say what comes of it, and add to COUNTS.  NULL if
 * they agree, or the name of what they do not agree on; the stack is then
 * printed.
 */
const char *oracle_try(
    struct oracle_source source, struct oracle_counts *counts);

/* The stub asks what the line AT returns. */
__attribute__((visibility("default"))) int oracle_answer(unsigned at);

#endif
