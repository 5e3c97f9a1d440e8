/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stacks of PAM: what check says of one is what the real libpam does with it,
 * whatever its modules return.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "tests/pamconf/oracle.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct oracle_counts counts;
	const char *differs;

	if (counts.stacks == 0) {
		FUZZ_MUST(oracle_begin());
		FUZZ_MUST(atexit(oracle_end) == 0);
	}
	differs = oracle_try((struct oracle_source){ data, size }, &counts);
	if (differs != NULL)
		(void)fprintf(stderr, "they differ: %s\n", differs);
	FUZZ_MUST(differs == NULL);
	return 0;
}
