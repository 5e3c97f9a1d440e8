/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What must hold whatever happens, said without the store's words.
 *
 * It knows what was typed, what was answered and which flush succeeded; of the
 * file it sees only what a reader would.  Its rules:
 *
 * 1. The file can be read, always.
 * 2. A code is accepted when it is right and not spent, and only then; a
 *    login that met no fault gives no error.
 * 3. What was spent when a flush succeeded, or a yes was given, stays spent.
 * 4. Each comparison of a wrong code leaves one failure more, however the
 *    login ends; only a right code ends failures.
 * 5. A wrong code that begins a wait (the delay_after-th in a row, and each
 *    after it) has, once it was answered, been flushed, and with it all before
 *    it: no cut forgets it, nor its wait.  So a cut forgets, of what was
 *    answered, at most delay_after - 1 failures; and besides only those of
 *    logins that died, or failed, before they answered anything.
 * 6. No wait is longer than its failures say, and none is looked into.
 * 7. The failures of callers of another kind stay what they are.
 */
#ifndef TESTS_POWERCUT_ORACLE_H
#define TESTS_POWERCUT_ORACLE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/policy.h"
#include "tests/store/powercut_login.h"

/* What a reader sees of a file. */
struct powercut_seen {
	bool readable;
	uint32_t failures;
	uint32_t aside; /* of the callers that do not try */
	int64_t wait_until;
	uint64_t spent;	   /* the highest code, plus 1 */
	uint64_t accepted; /* these codes, a bit each */
};

/* What happened so far; a flat value without padding. */
struct powercut_oracle {
	int64_t now;
	int64_t answered_wait;	    /* a wait must not end before */
	uint32_t answered_failures; /* never fewer */
	uint32_t flushed_spent;	    /* the highest such code, plus 1 */
	uint32_t next;		    /* the code not shown yet */
	uint32_t last;		    /* the right code typed last */
};

/* One login, while it goes on. */
struct powercut_try {
	struct otp_policy policy;
	enum otp_kind kind;
	int index; /* of the code typed, -1 = a wrong one */
	struct powercut_seen before;
	uint32_t spent_before; /* for sure: the oracle's flushed_spent */
	bool compared;
	bool wrote; /* after comparing */
};

/* How long to wait after FAILURES in a row: 30 s, doubling to an hour. */
int64_t powercut_wait(const struct otp_policy *policy, uint32_t failures);

/* What a login must answer if nothing fails. */
enum otp_verdict powercut_expect(
    const struct powercut_try *try, const struct powercut_oracle *oracle);

/* TRY has done OP; AFTER is what a reader sees now. */
void powercut_note(struct powercut_try *try, struct powercut_oracle *oracle,
    const struct powercut_op *op, const struct powercut_seen *after);

/*
 * TRY has been answered, as RUN says.  These three return what is wrong, or
 * NULL.
 */
const char *powercut_judge_answer(const struct powercut_try *try,
    struct powercut_oracle *oracle, const struct powercut_run *run,
    const struct powercut_seen *after);

/* TRY may have died here. */
const char *powercut_judge_death(const struct powercut_try *try,
    const struct powercut_oracle *oracle, const struct powercut_seen *after);

/* Whatever happened. */
const char *powercut_judge_file(const struct otp_policy *policy,
    const struct powercut_oracle *oracle, const struct powercut_seen *after);

#endif
