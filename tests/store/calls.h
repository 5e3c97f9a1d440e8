/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls of what is tested, counted, failing, cut short or fatal as a
 * test wishes.  Link with $(store_wrap), which lists them all.
 */
#ifndef TESTS_CALLS_H
#define TESTS_CALLS_H

#include <stdbool.h>
#include <stdint.h>

enum call {
	CALL_ANY = 0,
	CALL_OPENAT,
	CALL_OPENAT2,
	CALL_FSTAT,
	CALL_STATX,
	CALL_FSTATFS,
	CALL_FCNTL,
	CALL_PREAD,
	CALL_PWRITE,
	CALL_FTRUNCATE,
	CALL_FDATASYNC,
	CALL_FSYNC,
	CALL_FCHMOD,
	CALL_FCHMODAT,
	CALL_MKDIRAT,
	CALL_RENAMEAT,
	CALL_RENAMEAT2,
	CALL_UNLINKAT,
	CALL_GETRLIMIT,
	CALL_CALLOC,
	/* The rest is counted in tests of the module alone: inside.c. */
	CALL_MALLOC,
	CALL_CLOSE,
	CALL_GETRANDOM,
	CALL_CRYPTO,
	CALLS
};

enum call_end {
	CALL_PASSES = 0,
	CALL_FAILS,	  /* with `errnum', and does nothing */
	CALL_IS_SHORT,	  /* moves half of what it should, at least a byte */
	CALL_MOVES_NONE,  /* returns 0 */
	CALL_KILLS,	  /* SIGKILL before the call */
	CALL_KILLS_HALF,  /* ... after half of it, where it moves bytes */
	CALL_KILLS_AFTER, /* ... after the call */
};

struct calls {
	bool counting; /* nothing is counted or touched otherwise */
	unsigned count[CALLS];

	/* Call number `at' (from 1) of kind `which' ends like this. */
	enum call which;
	unsigned at;
	enum call_end end;
	int errnum;
	bool lasting;	    /* ... and so does every one behind it */
	enum call hit;	    /* which it was; CALL_ANY = not come to */
	unsigned hit_reads; /* of CALL_PREAD, until then */
	bool hit_unlock;

	bool no_openat2;	   /* as on an old kernel; not counted then */
	bool no_flush;		   /* a flush succeeds and does nothing */
	uint32_t file_system;	   /* what fstatfs tells; 0 = the truth */
	unsigned file_system_from; /* ... from the how-manieth call on */

	/* Called before, or after, each call of kind `hook_on'. */
	enum call hook_on;
	bool hook_after;
	void (*hook)(void *context);
	void *hook_context;

	unsigned unsynced; /* statx(2) that asks no server, counted always */

	/* A monotonic clock which only sleeping moves on. */
	bool virtual_time;
	int64_t clock_pace; /* and each reading, by so many nanoseconds */
	int64_t slept;	    /* nanoseconds */
	_Atomic unsigned sleeps;

	volatile unsigned *values; /* one more for each code computed */
};

extern struct calls calls;

/* Everything passes, nothing is counted. */
void calls_reset(void);

/* Count from zero, with everything that was set. */
void calls_start(void);
void calls_stop(void);

/* Call number AT of WHICH is to end so; then count from zero. */
void calls_plan(enum call which, unsigned at, enum call_end end, int errnum);

const char *call_name(enum call call);

/* For who stands in for another function: how this call is to end, and then. */
enum call_end call_begin(enum call call);
void call_finish(enum call call, enum call_end end);

#endif
