/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Real logins on a real store, each write and flush recorded.
 *
 * Link with --wrap for pwrite, pwrite64, fdatasync and otp_verify.
 */
#ifndef TESTS_POWERCUT_LOGIN_H
#define TESTS_POWERCUT_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/policy.h"
#include "common/core/state.h"
#include "common/core/verify.h"
#include "tests/store/powercut_disk.h"

/* Codes are counted: 0 is spent at the beginning, 1 is the next one. */
#define POWERCUT_START INT64_C(1800000000) /* when code 0 was shown; TOTP */
#define POWERCUT_CODES 64

enum powercut_op_type {
	POWERCUT_WRITE,
	POWERCUT_FLUSH,
	POWERCUT_FAILED_FLUSH,
	POWERCUT_COMPARE, /* the code is held against the seed */
};

/* One thing a login does; a WRITE may end within a sector. */
struct powercut_op {
	enum powercut_op_type type;
	unsigned first; /* sector */
	unsigned count;
	uint32_t contents[16]; /* of these sectors, once written */
};

/* One login, from its beginning to its answer. */
struct powercut_run {
	unsigned fault; /* the call that failed, from 1; 0 = none */
	uint32_t first_op;
	unsigned ops;
	enum otp_err err;
	enum otp_verdict verdict;
};

/* All that a login can do: RUNS[0] has no fault, each other one has one. */
struct powercut_runs {
	uint32_t count;
	struct powercut_run *list;
};

/* How often what was called. */
struct powercut_login_count {
	uint64_t logins;
	uint64_t faults;
};
extern struct powercut_login_count powercut_login_count;

/* Failures of the callers that do not try. */
#define POWERCUT_ASIDE 3

/*
 * A store with one account of KIND, whose state begins as it is after an
 * enrolment, with FAILURES of those who try: root's callers or, BY_OTHER,
 * others.  Aborts when it cannot.
 */
void powercut_login_begin(enum otp_kind kind, const struct otp_policy *policy,
    uint32_t failures, bool by_other, struct powercut_disk *ret_disk);
void powercut_login_end(void);

/* When TOTP code INDEX is shown first; for HOTP, always the start. */
int64_t powercut_code_time(unsigned index);

/* The code that is shown at NOW (TOTP). */
unsigned powercut_code_at(int64_t now);

/* The highest code that STATE takes for spent, plus 1. */
uint64_t powercut_spent(const struct otp_state *state);

/* The codes that were accepted, a bit each. */
uint64_t powercut_accepted(const struct otp_state *state);

/*
 * Log in at NOW, on the file as DISK's cache has it, with code INDEX (-1: with
 * a wrong one): once well, with every write short and carried on, and once
 * for each call that fails, where a write that fails is half done.
 */
const struct powercut_runs *powercut_login(
    const struct powercut_disk *disk, int64_t now, int index);

const struct powercut_op *powercut_login_op(
    const struct powercut_run *run, unsigned number);

#endif
