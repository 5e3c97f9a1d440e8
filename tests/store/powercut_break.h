/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules of a state file, each of which can be broken, to see whether the
 * search finds it.  What is broken is what the store gets back from the C
 * library and from the core, so nothing in either knows.
 *
 * Link with --wrap for otp_slots_read, otp_slots_record, otp_slots_charge and
 * otp_throttle_settle, besides what powercut_login.h asks for.
 */
#ifndef TESTS_POWERCUT_BREAK_H
#define TESTS_POWERCUT_BREAK_H

enum powercut_rule {
	POWERCUT_KEEP_ALL = 0,
	/* see powercut_login.c */
	POWERCUT_BREAK_CHARGE,	/* no charge before the comparison */
	POWERCUT_BREAK_ORDER,	/* the charge comes after it */
	POWERCUT_BREAK_FLUSH,	/* no flush */
	POWERCUT_BREAK_NOTE,	/* "on the disk" is noted before the flush */
	POWERCUT_BREAK_ERROR,	/* a flush that failed is taken for done */
	POWERCUT_BREAK_REWRITE, /* after which only the flush is done again */
	/* see powercut_break.c */
	POWERCUT_BREAK_KNOWN,  /* a slot goes though the other may be lost */
	POWERCUT_BREAK_RECORD, /* the record in force is overwritten */
	POWERCUT_BREAK_SLOT,   /* so is the charge in force */
	POWERCUT_BREAK_VOID, /* a charge counts that rests on another record */
	POWERCUT_BREAK_NEWEST, /* the older of two records is in force */
	POWERCUT_BREAK_DIGEST, /* a torn slot counts */
	POWERCUT_BREAK_WAIT,   /* what begins a wait is only charged */
	POWERCUT_BREAK_COMMIT, /* a yes is only charged */
	POWERCUT_BREAK_OTHERS, /* a charge has root's callers' failures alone */
	POWERCUT_BREAK_TALLY,  /* a yes ends the failures of all callers */
	POWERCUT_RULES
};

/* The one that is broken. */
extern enum powercut_rule powercut_broken;

/* What is done instead. */
const char *powercut_rule_text(enum powercut_rule rule);

#endif
