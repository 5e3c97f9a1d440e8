/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules by which the tool puts seeds in force, each of which can be broken,
 * to see whether it is found out.  What is broken is what the transactions get
 * from the store, and the store from the C library: neither knows.
 *
 * Link with --wrap for otp_store_load, otp_store_put, otp_store_put_seed,
 * otp_store_drop_seed, otp_store_move_seed and otp_store_enter_uid, besides what
 * powercut_folder.h asks for.
 */
#ifndef TESTS_POWERCUT_MIXED_BREAK_H
#define TESTS_POWERCUT_MIXED_BREAK_H

enum mixed_rule {
	MIXED_KEEP_ALL = 0,
	MIXED_BREAK_SEED_FLUSH,
	MIXED_BREAK_STATE_FLUSH,
	MIXED_BREAK_COMMIT_FLUSH,
	MIXED_BREAK_SEEDS_FLUSH,
	MIXED_BREAK_STATES_FLUSH,
	MIXED_BREAK_ORDER,    /* the seed comes before what it has spent */
	MIXED_BREAK_ENROLLED, /* the flag comes before the seed */
	MIXED_BREAK_PLACE,    /* the seed is written over the old one */
	MIXED_BREAK_DROP,     /* the seed goes before the flag */
	MIXED_BREAK_KEEP,     /* the state goes with the seed */
	MIXED_BREAK_MOVE,     /* the seed is copied, then removed */
	MIXED_BREAK_UID_FLUSH,
	MIXED_BREAK_UIDS_FLUSH,
	MIXED_BREAK_CLAIM,    /* the uid's entry comes after the flag */
	MIXED_BREAK_RELEASE,  /* it goes before the flag */
	MIXED_BREAK_SEND,     /* a send is only charged */
	MIXED_BREAK_SENT,     /* the code is used, but what was sent stays */
	MIXED_BREAK_STANDING, /* a suspension is only charged */
	MIXED_BREAK_DEVICE,   /* a device is not forgotten */
	MIXED_BREAK_DAY,      /* a send's count is forgotten */
	MIXED_BREAK_TOLD,     /* users count as told before they are */
	MIXED_BREAK_CALLER,   /* a try is charged to root's callers */
	MIXED_BREAK_OTHERS,   /* a commit forgets the others' failures */
	MIXED_BREAK_TALLY,    /* a yes ends the failures of all callers */
	MIXED_RULES
};

/* The one that is broken. */
extern enum mixed_rule mixed_broken;

void mixed_break(enum mixed_rule rule);

/* ACCOUNT is going to be changed. */
void mixed_break_begin(const char *account);

/* What is done instead. */
const char *mixed_rule_text(enum mixed_rule rule);

#endif
