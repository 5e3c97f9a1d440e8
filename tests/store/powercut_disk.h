/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A state file between page cache and disk, as a power cut may find it.
 *
 * What is written is in the cache at once.  Until it is flushed the disk may
 * take any of it, sector by sector (512 bytes, old or new, whatever was written
 * first), at any time, or nothing.  A flush that succeeds makes what was
 * written since the last one durable, and nothing else; a flush that fails
 * makes nothing durable and leaves the pages clean, so that the next one does
 * not write them: they have to be written again.  A clean page that is not on
 * the disk may also be dropped and read back as the disk has it.
 *
 * A slot that is torn on the disk is set to zeros, since a reader takes
 * neither; every torn slot is given to the reader as it is once, to see that
 * this is so.
 */
#ifndef TESTS_POWERCUT_DISK_H
#define TESTS_POWERCUT_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/slots.h"

#define POWERCUT_SECTOR	 512
#define POWERCUT_SECTORS 36 /* what lies behind the slots is never written */
#define POWERCUT_SLOTS	 4

/* Equal files are equal byte for byte: a flat value without padding. */
struct powercut_disk {
	uint32_t cache[POWERCUT_SECTORS]; /* contents, as a reader gets them */
	uint32_t maybe[POWERCUT_SECTORS]; /* sets of contents: the disk's */
	uint64_t dirty; /* sectors that the next flush writes, a bit each */
};

/* What happens behind the back of those who write. */
enum powercut_loss {
	POWERCUT_CUT,	/* everything is as the disk has it */
	POWERCUT_DROPS, /* some clean pages are */
};

/* Counts of what was looked at. */
struct powercut_disk_count {
	uint64_t torn;	  /* slots, each looked at as it is */
	uint64_t misread; /* of these, taken otherwise than zeros: none */
};
extern struct powercut_disk_count powercut_disk_count;

/* FILE, all of it on the disk. */
void powercut_disk_begin(
    struct powercut_disk *disk, const uint8_t file[OTP_SLOTS_FILE_SIZE]);

/* What a reader gets. */
void powercut_disk_read(
    const struct powercut_disk *disk, uint8_t ret_file[OTP_SLOTS_FILE_SIZE]);

/* The number of a sector's content, and back. */
uint32_t powercut_content(const uint8_t sector[POWERCUT_SECTOR]);

/* Sector NUMBER now has CONTENT. */
void powercut_disk_write(
    struct powercut_disk *disk, unsigned number, uint32_t content);

void powercut_disk_flush(struct powercut_disk *disk, bool succeeds);

/* Call VISIT with each file that LOSS may make of DISK. */
void powercut_disk_lose(const struct powercut_disk *disk,
    enum powercut_loss loss,
    void (*visit)(void *context, const struct powercut_disk *lost),
    void *context);

/* Whether the disk has what the cache has, so that nothing can be lost. */
bool powercut_disk_sure(const struct powercut_disk *disk);

/* Forget all contents. */
void powercut_disk_end(void);

#endif
