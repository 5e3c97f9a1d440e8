/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/store/powercut_disk.h"

#include <stdlib.h>
#include <string.h>

#include "common/core/digest.h"
#include "tests/store/powercut_table.h"

#define SLOT_SECTORS 16 /* of a record; a charge has two */
#define SET_MAX	     15

/* What a sector of the disk may hold: contents in ascending order. */
struct set {
	uint32_t count;
	uint32_t contents[SET_MAX];
};

/* What a cut may leave of a slot, found once for each slot's sets. */
struct slot_sets {
	uint32_t sectors;
	uint32_t sets[SLOT_SECTORS];
};
struct outcome {
	uint32_t contents[SLOT_SECTORS];
};
struct outcomes {
	uint32_t count; /* 0 = not yet found */
	struct outcome *list;
};

static const struct {
	unsigned first, sectors;
} slots[POWERCUT_SLOTS] = { { 0, 16 }, { 16, 16 }, { 32, 2 }, { 34, 2 } };

static struct powercut_table contents = POWERCUT_TABLE(POWERCUT_SECTOR);
static struct powercut_table sets = POWERCUT_TABLE(sizeof(struct set));
static struct powercut_table found = POWERCUT_TABLE(sizeof(struct slot_sets));
static struct outcomes *outcomes; /* by the number in `found` */

struct powercut_disk_count powercut_disk_count;

uint32_t
powercut_content(const uint8_t sector[POWERCUT_SECTOR])
{
	return powercut_table_put(&contents, sector, NULL);
}

static uint32_t
zeros(void)
{
	static const uint8_t sector[POWERCUT_SECTOR];

	return powercut_content(sector);
}

static uint32_t
only(uint32_t content)
{
	struct set set = { .count = 1, .contents = { content } };

	return powercut_table_put(&sets, &set, NULL);
}

static struct set
get_set(uint32_t number)
{
	struct set set;

	memcpy(&set, powercut_table_get(&sets, number), sizeof(set));
	return set;
}

/* The set NUMBER and CONTENT. */
static uint32_t
with(uint32_t number, uint32_t content)
{
	struct set set = get_set(number);
	uint32_t at = 0;

	while (at < set.count && set.contents[at] < content)
		at++;
	if (at < set.count && set.contents[at] == content)
		return number;
	if (set.count == SET_MAX)
		abort();
	memmove(&set.contents[at + 1], &set.contents[at],
	    (set.count - at) * sizeof(set.contents[0]));
	set.contents[at] = content;
	set.count++;
	return powercut_table_put(&sets, &set, NULL);
}

void
powercut_disk_begin(
    struct powercut_disk *disk, const uint8_t file[OTP_SLOTS_FILE_SIZE])
{
	memset(disk, 0, sizeof(*disk));
	for (unsigned i = 0; i < POWERCUT_SECTORS; i++) {
		disk->cache[i] =
		    powercut_content(file + (size_t)i * POWERCUT_SECTOR);
		disk->maybe[i] = only(disk->cache[i]);
	}
}

void
powercut_disk_read(
    const struct powercut_disk *disk, uint8_t ret_file[OTP_SLOTS_FILE_SIZE])
{
	memset(ret_file, 0, OTP_SLOTS_FILE_SIZE);
	for (unsigned i = 0; i < POWERCUT_SECTORS; i++)
		memcpy(ret_file + (size_t)i * POWERCUT_SECTOR,
		    powercut_table_get(&contents, disk->cache[i]),
		    POWERCUT_SECTOR);
}

void
powercut_disk_write(
    struct powercut_disk *disk, unsigned number, uint32_t content)
{
	disk->cache[number] = content;
	disk->maybe[number] = with(disk->maybe[number], content);
	disk->dirty |= UINT64_C(1) << number;
}

void
powercut_disk_flush(struct powercut_disk *disk, bool succeeds)
{
	for (unsigned i = 0; succeeds && i < POWERCUT_SECTORS; i++)
		if (disk->dirty >> i & 1)
			disk->maybe[i] = only(disk->cache[i]);
	disk->dirty = 0;
}

/* Is SLOT one that was written whole?  An opinion of our own. */
static bool
is_whole(const uint8_t *slot, size_t size)
{
	uint8_t digest[OTP_DIGEST_SIZE];
	const size_t length = slot[24] | (size_t)slot[25] << 8;

	if (length > size - sizeof(digest))
		return false;
	if (otp_digest(slot, length, digest) != OTP_OK)
		abort();
	return memcmp(slot + length, digest, sizeof(digest)) == 0;
}

/* Let the reader see a file whose slot is torn, and one where it is zeros. */
static void
compare_torn(const struct powercut_disk *disk, unsigned slot,
    const uint8_t *torn, size_t size)
{
	uint8_t file[OTP_SLOTS_FILE_SIZE];
	struct otp_state state[2];
	struct otp_slots read[2];
	enum otp_err err[2];

	memset(state, 0, sizeof(state));
	memset(read, 0, sizeof(read));
	powercut_disk_read(disk, file);
	for (unsigned i = 0; i < 2; i++) {
		uint8_t *at =
		    file + (size_t)slots[slot].first * POWERCUT_SECTOR;

		if (i == 0)
			memcpy(at, torn, size);
		else
			memset(at, 0, size);
		err[i] = otp_slots_read(file, &state[i], &read[i]);
	}
	powercut_disk_count.torn++;
	if (err[0] != err[1] ||
	    memcmp(&state[0], &state[1], sizeof(state[0])) ||
	    memcmp(&read[0], &read[1], sizeof(read[0])))
		powercut_disk_count.misread++;
}

static void
add_outcome(struct outcomes *all, const struct outcome *outcome)
{
	for (uint32_t i = 0; i < all->count; i++)
		if (memcmp(&all->list[i], outcome, sizeof(*outcome)) == 0)
			return;
	all->list = powercut_grow(all->list, all->count + 1, sizeof(*outcome));
	all->list[all->count++] = *outcome;
}

/* One file out of all: for each sector, which of its set. */
static void
find_outcome(const struct powercut_disk *disk, unsigned slot,
    const struct set set[SLOT_SECTORS], const uint32_t which[SLOT_SECTORS],
    struct outcomes *all)
{
	const unsigned sectors = slots[slot].sectors;
	uint8_t bytes[SLOT_SECTORS * POWERCUT_SECTOR];
	struct outcome outcome = { 0 };
	bool empty = true;

	for (unsigned i = 0; i < sectors; i++) {
		outcome.contents[i] = set[i].contents[which[i]];
		empty = empty && outcome.contents[i] == zeros();
		memcpy(bytes + (size_t)i * POWERCUT_SECTOR,
		    powercut_table_get(&contents, outcome.contents[i]),
		    POWERCUT_SECTOR);
	}
	if (!empty && !is_whole(bytes, (size_t)sectors * POWERCUT_SECTOR)) {
		compare_torn(
		    disk, slot, bytes, (size_t)sectors * POWERCUT_SECTOR);
		for (unsigned i = 0; i < sectors; i++)
			outcome.contents[i] = zeros();
	}
	add_outcome(all, &outcome);
}

/* Every combination of what SLOT's sectors may hold. */
static struct outcomes
find_outcomes(const struct powercut_disk *disk, unsigned slot)
{
	uint32_t which[SLOT_SECTORS] = { 0 };
	struct outcomes all = { 0 };
	struct set set[SLOT_SECTORS];
	unsigned at = 0;

	for (unsigned i = 0; i < slots[slot].sectors; i++)
		set[i] = get_set(disk->maybe[slots[slot].first + i]);
	while (at < slots[slot].sectors) {
		find_outcome(disk, slot, set, which, &all);
		for (at = 0; at < slots[slot].sectors; at++) {
			if (++which[at] < set[at].count)
				break;
			which[at] = 0;
		}
	}
	return all;
}

static struct outcomes
get_outcomes(const struct powercut_disk *disk, unsigned slot)
{
	struct slot_sets key = { .sectors = slots[slot].sectors };
	uint32_t number;
	bool is_new = false;

	memcpy(key.sets, disk->maybe + slots[slot].first,
	    slots[slot].sectors * sizeof(key.sets[0]));
	number = powercut_table_put(&found, &key, &is_new);
	if (is_new) {
		outcomes = powercut_grow(
		    outcomes, (size_t)number + 1, sizeof(*outcomes));
		outcomes[number] = find_outcomes(disk, slot);
	}
	return outcomes[number];
}

/* May SLOT's page be dropped?  Not while any of it is to be written. */
static bool
is_clean(const struct powercut_disk *disk, unsigned slot)
{
	const uint64_t pages[POWERCUT_SLOTS] = { 0xffff, 0xffff0000,
		UINT64_C(0xf00000000), UINT64_C(0xf00000000) };

	return (disk->dirty & pages[slot]) == 0;
}

/* SLOT is now as the disk has it: that OUTCOME. */
static void
settle_on(
    struct powercut_disk *disk, unsigned slot, const struct outcome *outcome)
{
	for (unsigned i = 0; i < slots[slot].sectors; i++) {
		disk->cache[slots[slot].first + i] = outcome->contents[i];
		disk->maybe[slots[slot].first + i] = only(outcome->contents[i]);
	}
}

void
powercut_disk_lose(const struct powercut_disk *disk, enum powercut_loss loss,
    void (*visit)(void *context, const struct powercut_disk *lost),
    void *context)
{
	struct outcomes all[POWERCUT_SLOTS];
	uint32_t which[POWERCUT_SLOTS] = { 0 };
	uint32_t choices[POWERCUT_SLOTS];
	/* What is dropped may also stay: that is choice 0. */
	const uint32_t stays = loss == POWERCUT_DROPS ? 1 : 0;
	unsigned at = 0;

	for (unsigned i = 0; i < POWERCUT_SLOTS; i++) {
		all[i] = get_outcomes(disk, i);
		choices[i] = stays + all[i].count;
		if (stays && (!is_clean(disk, i) || all[i].count == 1))
			choices[i] = 1;
	}
	while (at < POWERCUT_SLOTS) {
		struct powercut_disk lost = *disk;

		if (loss == POWERCUT_CUT)
			lost.dirty = 0;
		for (unsigned i = 0; i < POWERCUT_SLOTS; i++)
			if (which[i] >= stays)
				settle_on(
				    &lost, i, &all[i].list[which[i] - stays]);
		visit(context, &lost);
		for (at = 0; at < POWERCUT_SLOTS; at++) {
			if (++which[at] < choices[at])
				break;
			which[at] = 0;
		}
	}
}

bool
powercut_disk_sure(const struct powercut_disk *disk)
{
	for (unsigned i = 0; i < POWERCUT_SECTORS; i++)
		if (disk->maybe[i] != only(disk->cache[i]))
			return false;
	return true;
}

void
powercut_disk_end(void)
{
	for (uint32_t i = 0; i < found.count; i++)
		free(outcomes[i].list);
	free(outcomes);
	outcomes = NULL;
	powercut_table_clear(&found);
	powercut_table_clear(&sets);
	powercut_table_clear(&contents);
}
