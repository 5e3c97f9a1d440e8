/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random stacks, with substacks, includes, jumps and lines that are none, run by
 * the real libpam with each combination of results, and followed by check, come
 * to the same.  LONG=yes tries twenty times as many.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <stdlib.h>

#include "tests/pamconf/oracle.h"

#define STACKS 3000
#define BYTES  160

static void
walk__agrees_with_libpam(void **state)
{
	const char *wanted = getenv("LONG");
	bool more = wanted != NULL && strcmp(wanted, "yes") == 0;
	unsigned stacks = more ? 5 * STACKS : STACKS;
	struct oracle_counts counts = { 0 };

	(void)state;
	for (unsigned i = 0; i < stacks; i++) {
		uint64_t seed = i;
		uint8_t bytes[BYTES];
		const char *differs;

		unit_fill(&seed, bytes, sizeof(bytes));
		differs = oracle_try(
		    (struct oracle_source){ bytes, sizeof(bytes) }, &counts);
		if (differs != NULL)
			fail_msg("stack %u: %s", i, differs);
	}
	print_message("# ran: %lu stacks, %lu runs of libpam: right %lu wrong "
		      "%lu unavailable %lu ignored %lu alone %lu early %lu "
		      "twice %lu some %lu all %lu causes %lu undecided %lu\n",
	    counts.stacks, counts.runs, counts.right, counts.wrong,
	    counts.unavailable, counts.ignored, counts.alone, counts.early,
	    counts.twice, counts.some, counts.all, counts.causes,
	    counts.undecided);
	/* Each must have been met, and often. */
	assert_true(counts.right > stacks / 60);
	assert_true(counts.wrong > stacks / 60);
	assert_true(counts.unavailable > stacks / 60);
	assert_true(counts.ignored > stacks / 60);
	assert_true(counts.alone > stacks / 60);
	assert_true(counts.early > stacks / 60);
	assert_true(counts.twice > stacks / 60);
	assert_true(counts.some > stacks / 60);
	assert_true(counts.all > stacks / 60);
	assert_true(counts.causes > stacks / 60);
	assert_true(counts.undecided <= stacks / 100);
}

static int
set_up(void **state)
{
	(void)state;
	return oracle_begin() ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	oracle_end();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walk__agrees_with_libpam),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
