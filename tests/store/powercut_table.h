/* SPDX-License-Identifier: BSD-2-Clause */
/* Values of one size, each kept once and known by a number from 0. */
#ifndef TESTS_POWERCUT_TABLE_H
#define TESTS_POWERCUT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct powercut_table {
	size_t size; /* bytes of a value; without padding, or zeroed */
	uint32_t count;
	uint32_t capacity;
	unsigned char *values;
	uint32_t places_count; /* a power of two */
	uint32_t *places;      /* number + 1; 0 = free */
};

/* An empty table for values of SIZE bytes; free it with _clear(). */
/* clang-format off */
#define POWERCUT_TABLE(bytes) \
	{                     \
		.size = bytes \
	}
/* clang-format on */

/* VALUE's number; *RET_NEW (or NULL): it was not known.  Aborts when full. */
uint32_t powercut_table_put(
    struct powercut_table *table, const void *value, bool *ret_new);

/* Valid until the next put. */
const void *powercut_table_get(
    const struct powercut_table *table, uint32_t number);

void powercut_table_clear(struct powercut_table *table);

/* realloc(3) for COUNT values of SIZE bytes, or the end of the test. */
void *powercut_grow(void *memory, size_t count, size_t size);

#endif
