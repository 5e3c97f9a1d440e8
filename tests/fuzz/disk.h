/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store's two folders between page cache and disk, and system calls that
 * fail.  What changes them passes through here; what was not flushed, a power
 * cut may take back.  One account with two names, whose files are NAME and
 * .NAME.new.
 *
 * Link with $(disk_wrap), which lists the calls.
 */
#ifndef TESTS_FUZZ_DISK_H
#define TESTS_FUZZ_DISK_H

#include <stdbool.h>

#include "tests/fuzz/fuzz.h"

enum disk_fault {
	DISK_PASSES = 0,
	DISK_FAILS, /* the call fails, and does nothing */
	DISK_SHORT, /* a write is short; what follows passes */
	DISK_FULL,  /* a write is short, and then there is no room */
	DISK_DIES,  /* nothing is done from here on, whatever is called */
	DISK_FAULTS,
};

/* The store at PATH, with no file of ACCOUNT's or, its other name, OTHER's. */
void disk_begin(const char *path, const char *account, const char *other);

/* From now on call number AT, from 1, that changes something ends in FAULT. */
void disk_plan(enum disk_fault fault, unsigned at, int errnum);

/* No fault any more; whether there was one. */
bool disk_stop(void);

/* ACCOUNT's seed is TEXT from here on, written and flushed by others. */
void disk_put_seed(const char *account, const char *text, size_t size);

/* What is not on the disk is lost, or not, as CHOICE's bytes say. */
void disk_cut(struct fuzz_input *choice);

#endif
