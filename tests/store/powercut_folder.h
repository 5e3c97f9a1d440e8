/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A store's folders between page cache and disk, for two accounts at most, of
 * one uid: seeds, states and the uid's entry, and the files they are made in
 * (".NAME.new").
 *
 * What is done to them is recorded as it really happens.  A power cut then
 * leaves, of each folder, the names as some operation since its last flush
 * left them; of each file, what was flushed, and of each write since then
 * nothing, all, or some sectors of it; a file that was never flushed may be
 * empty, or as long as it was but zeros.  What a flush that failed should have
 * written no later one writes.
 *
 * Link with --wrap for openat, renameat, renameat2, unlinkat, ftruncate,
 * pwrite, fsync and fdatasync, and those with 64 at their end.
 */
#ifndef TESTS_POWERCUT_FOLDER_H
#define TESTS_POWERCUT_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/digest.h"

#define POWERCUT_FOLDERS   3 /* seed, state, uid */
#define POWERCUT_ACCOUNTS  2
#define POWERCUT_NAMES	   6 /* of each account NAME, .NAME.new; and of the uid */
#define POWERCUT_FILE_SIZE 20480

struct powercut_file {
	bool there;
	size_t size;
	uint8_t bytes[POWERCUT_FILE_SIZE];
};

/* All there is on the disk. */
struct powercut_store {
	struct powercut_file files[POWERCUT_FOLDERS][POWERCUT_NAMES];
};

/* What a store that breaks a rule leaves out. */
enum powercut_lapse {
	POWERCUT_FLUSHES_ALL = 0,
	POWERCUT_NO_SEED_FLUSH,	  /* of a new seed, before it has its name */
	POWERCUT_NO_STATE_FLUSH,  /* of a new state */
	POWERCUT_NO_COMMIT_FLUSH, /* of a state that is there */
	POWERCUT_NO_SEEDS_FLUSH,  /* of the folder */
	POWERCUT_NO_STATES_FLUSH,
	POWERCUT_NO_UID_FLUSH, /* of an entry, before it has its name */
	POWERCUT_NO_UIDS_FLUSH,
};
extern enum powercut_lapse powercut_lapse;

/* Take the store at PATH, with the files of ACCOUNTS (NULL: of no more) and of
   UID as they are, as flushed. */
void powercut_folder_begin(const char *path,
    const char *const accounts[POWERCUT_ACCOUNTS], uint32_t uid);

/*
 * Record from now on.  FAULT, from 1: that operation fails (ENOSPC, EIO), after
 * half of it where it writes; 0 = none.
 */
void powercut_folder_record(unsigned fault);

/* End recording; how many operations there were since the beginning. */
unsigned powercut_folder_stop(void);

/* What operation NUMBER, from 0, was. */
void powercut_folder_describe(unsigned number, char *ret_text, size_t capacity);

/* Call VISIT with all that a cut after OPS operations may leave. */
void powercut_folder_cut(unsigned ops,
    void (*visit)(void *context, const struct powercut_store *left),
    void *context);

/* What a reader sees after OPS operations. */
void powercut_folder_see(unsigned ops, struct powercut_store *ret_store);

/* At random one of those that powercut_folder_cut() visits. */
void powercut_folder_sample(
    unsigned ops, uint64_t *random, struct powercut_store *ret_store);

/* Let no more than OPS operations have happened, on the real files too. */
void powercut_folder_keep(unsigned ops);

/* A digest of what is there. */
void powercut_folder_digest(
    const struct powercut_store *store, uint8_t ret_digest[OTP_DIGEST_SIZE]);

/* Make the real files so. */
void powercut_folder_put(const struct powercut_store *store);

void powercut_folder_end(void);

#endif
