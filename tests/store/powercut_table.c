/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/store/powercut_table.h"

#include <stdlib.h>
#include <string.h>

void *
powercut_grow(void *memory, size_t count, size_t size)
{
	void *grown = reallocarray(memory, count, size);

	if (!grown)
		abort();
	return grown;
}

static uint64_t
mix(uint64_t hash)
{
	hash = (hash ^ hash >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	hash = (hash ^ hash >> 27) * UINT64_C(0x94d049bb133111eb);
	return hash ^ hash >> 31;
}

static uint32_t
place_of(const struct powercut_table *table, const void *value)
{
	const unsigned char *bytes = value;
	uint64_t hash = table->size;

	for (size_t i = 0; i < table->size; i += sizeof(uint64_t)) {
		size_t rest = table->size - i;
		uint64_t word = 0;

		memcpy(&word, bytes + i,
		    rest < sizeof(word) ? rest : sizeof(word));
		hash = mix(hash ^ word) + i;
	}
	return (uint32_t)hash & (table->places_count - 1);
}

const void *
powercut_table_get(const struct powercut_table *table, uint32_t number)
{
	if (number >= table->count)
		abort();
	return table->values + (size_t)number * table->size;
}

/* The place where VALUE is, or would be. */
static uint32_t
find(const struct powercut_table *table, const void *value)
{
	uint32_t place = place_of(table, value);

	while (table->places[place] != 0 &&
	    memcmp(powercut_table_get(table, table->places[place] - 1), value,
		table->size) != 0)
		place = (place + 1) & (table->places_count - 1);
	return place;
}

static void
grow(struct powercut_table *table)
{
	if (table->count == UINT32_MAX / 8)
		abort();
	table->capacity = table->capacity ? 2 * table->capacity : 64;
	table->values =
	    powercut_grow(table->values, table->capacity, table->size);
	table->places_count = 2 * table->capacity;
	table->places = powercut_grow(
	    table->places, table->places_count, sizeof(*table->places));
	memset(table->places, 0, table->places_count * sizeof(*table->places));
	for (uint32_t i = 0; i < table->count; i++)
		table->places[find(table, powercut_table_get(table, i))] =
		    i + 1;
}

uint32_t
powercut_table_put(
    struct powercut_table *table, const void *value, bool *ret_new)
{
	uint32_t place;

	if (table->count == table->capacity)
		grow(table);
	place = find(table, value);
	if (ret_new)
		*ret_new = table->places[place] == 0;
	if (table->places[place] == 0) {
		memcpy(table->values + (size_t)table->count * table->size,
		    value, table->size);
		table->places[place] = ++table->count;
	}
	return table->places[place] - 1;
}

void
powercut_table_clear(struct powercut_table *table)
{
	free(table->values);
	free(table->places);
	*table = (struct powercut_table){ .size = table->size };
}
