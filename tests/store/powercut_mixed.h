/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What must hold of a store whose two accounts are one person's, under two
 * names, whatever tool and module did to it and however they ended.
 *
 * There is one seed, or none, under one of the names.  The rules, for what a
 * reader finds after a death or a power cut:
 *
 * 1. A state that was made is there, and can be read.
 * 2. The seed in force is whole, and one that may be: the one that the last
 *    answered change left, or one of a change that was not answered since.
 *    It is under one name.
 * 3. Beside it is a state that knows its token and its recovery codes.
 * 4. What is "enrolled" has a seed.
 * 5. What confirmed a token, or was answered with yes, is spent; what nobody
 *    typed is not.  So for recovery codes.  Without a cut, nothing that was
 *    spent is fresh again.
 * 6. Failures whose wait was told are there, and no failure that was none: of
 *    root's callers, and of others.  A try is one of its own caller's, and a
 *    yes ends these alone.
 * 7. The uid's entry is whole, and has the name of what is "enrolled".
 * 8. A code that was sent has the highest moment, and no later one has it
 *    again.  Once it was answered with yes, nobody has sent it.
 * 9. Who is suspended, whose device is known, and who was not yet told of
 *    their failures, is so until something that was answered ends it.
 */
#ifndef TESTS_POWERCUT_MIXED_H
#define TESTS_POWERCUT_MIXED_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/recovery.h"
#include "common/core/state.h"
#include "common/effects/enrol.h"
#include "tests/store/powercut_folder.h"

#define MIXED_TOKENS	 24
#define MIXED_RECOVERY	 2
#define MIXED_CANDIDATES 16
#define MIXED_SENT	 32
#define MIXED_NONE	 (-1)
#define MIXED_UID	 1000
#define MIXED_CALLERS	 2 /* root's, and others */

extern const char *const mixed_accounts[POWERCUT_ACCOUNTS];

struct mixed_token {
	struct otp_token token;
	uint64_t spent;	  /* the credential's value: at least that */
	uint64_t seen;	  /* the same, until the power is cut */
	uint64_t ceiling; /* not more */
	bool was_in_force;
};

struct mixed_set {
	struct otp_recovery_set set;
	bool spent[MIXED_RECOVERY];
	bool typed[MIXED_RECOVERY];
};

/* A seed under a name. */
struct mixed_seed {
	int account; /* or MIXED_NONE, and what follows too */
	int token;
	int set;
	bool address;
};

/* What was answered, of something that is or is not so. */
enum mixed_answer {
	MIXED_UNSURE = 0,
	MIXED_YES,
	MIXED_NO,
};

struct mixed {
	unsigned tokens_count;
	struct mixed_token tokens[MIXED_TOKENS];
	unsigned sets_count;
	struct mixed_set sets[MIXED_TOKENS];
	unsigned candidates_count;
	struct mixed_seed candidates[MIXED_CANDIDATES];
	bool has_state[POWERCUT_ACCOUNTS];
	uint32_t failures_told[POWERCUT_ACCOUNTS][MIXED_CALLERS];
	uint32_t failures_most[POWERCUT_ACCOUNTS][MIXED_CALLERS];
	uint32_t untold[POWERCUT_ACCOUNTS]; /* at least */
	enum mixed_answer suspended[POWERCUT_ACCOUNTS];
	enum mixed_answer device[POWERCUT_ACCOUNTS];
	struct otp_address address; /* the only one */
	uint64_t moment;	    /* the highest that was sent */
	uint32_t day;		    /* so many on its day */
	unsigned used_count;
	uint64_t used[MIXED_SENT]; /* moments of codes that were accepted */
};

/* What a reader finds. */
struct mixed_seen {
	struct mixed_seed seed;
	int64_t made; /* its recovery codes */
	bool has_state[POWERCUT_ACCOUNTS];
	struct otp_state states[POWERCUT_ACCOUNTS];
};

/* The failures of CALLER, 1 = others than root's. */
static inline const struct otp_tally *
mixed_tally(const struct otp_state *state, unsigned caller)
{
	return caller == 1 ? &state->others : &state->tally;
}

/* SEED may be the one in force, too. */
void mixed_candidate(struct mixed *mixed, const struct mixed_seed *seed);

/* The send of MOMENT, in the state of the seed's name; or NULL. */
const struct otp_send *mixed_send(
    const struct mixed_seen *seen, uint64_t moment);

/* What is wrong with LEFT, or NULL; CUT: after a power cut. */
const char *mixed_judge(const struct mixed *mixed,
    const struct powercut_store *left, bool cut, struct mixed_seen *ret_seen);

/* The credential of token or recovery code, in the state of the seed's name. */
const struct otp_credential *mixed_credential(
    const struct mixed_seen *seen, const struct otp_token *token);
const struct otp_credential *mixed_recovery(
    const struct mixed_seen *seen, const struct otp_recovery *recovery);

#endif
