/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What must be answered, and what may be remembered of it, written down
 * independently of what it is held against: the steps and counters that were
 * accepted, failures and waits.  It knows neither stores nor ids, and computes
 * its codes its own way (tests/unit/oracle.h).
 */
#ifndef TESTS_FUZZ_MODEL_H
#define TESTS_FUZZ_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/address.h"
#include "common/core/policy.h"
#include "common/core/recovery.h"
#include "common/core/state.h"
#include "common/core/token.h"
#include "common/effects/deliver.h"

#define MODEL_TOKENS	  12
#define MODEL_CODES	  24
#define MODEL_INVITATIONS 8
#define MODEL_ADDRESSES	  8
#define MODEL_SENDS	  4
#define MODEL_DEVICES	  8

/* 2026: before it, nothing that goes by the clock is right. */
#define MODEL_RELEASE INT64_C(1767225600)

struct model_token {
	struct otp_token token;
	bool in_force;
	bool known;	/* somebody knows what of it is spent: */
	uint64_t next;	/* the first step or counter that is fresh */
	uint64_t least; /* at least so, whatever the power does */
};

struct model_code {
	char text[OTP_RECOVERY_TEXT_SIZE];
	bool in_force;
	int64_t made;  /* as the seed or the state has it; 0 = never there */
	int64_t until; /* 0 = for ever */
	bool known;    /* somebody knows whether it is */
	bool used;
	bool surely; /* used, whatever the power does */
};

struct model_tally {
	uint32_t failures;
	uint32_t told; /* of these, that are news already */
	uint32_t wait; /* seconds; 0 = none */
	int64_t until; /* its end */
};

/* The last codes that a yes, or a confirmation, was said to. */
struct model_accepted {
	unsigned token;	  /* its number, plus 1; 0 = none */
	unsigned address; /* likewise, of a code that was sent */
	uint64_t moving;
};

struct model_address {
	struct otp_address address;
	bool in_force;
};

struct model_send {
	unsigned address; /* its number, plus 1; 0 = none */
	unsigned occasion;
	uint64_t moment;
	int64_t time;
};

struct model_sends {
	struct model_send last[MODEL_SENDS]; /* newest first */
	uint64_t moment;		     /* the highest */
	int64_t hour_since, day_since;
	uint32_t hour, day; /* so many since then */
};

/* Tokens and addresses that are in force together, a bit each. */
typedef uint32_t model_set;

struct model_device {
	unsigned device;
	int64_t made, ends;
};

/* Devices that are known, in the order in which they became so. */
struct model_known {
	unsigned count;
	model_set with; /* 0 if there is none */
	struct model_device list[MODEL_DEVICES];
};

/* The last code that the owner gave. */
struct model_own {
	int64_t time; /* 0 = none */
	unsigned host;
	model_set with;
};

/* Wrong codes since a notice. */
struct model_count {
	int64_t since; /* 0 = none was sent */
	uint64_t codes;
};

struct model_noticed {
	unsigned host; /* its number; 0 = none */
	int64_t time;
};

/* What the owner is told by messages. */
struct model_notices {
	struct model_count wrong, delay;
	struct model_noticed hosts[OTP_NOTICE_HOSTS]; /* newest first */
};

/* What users are told at their next login. */
struct model_news {
	uint32_t wrong; /* codes before the last one */
	uint32_t
	    replays[2]; /* of codes, at most one a minute, of each caller */
	int64_t last_replay[2];
	int64_t last_time; /* the last login */
	unsigned last_host;
};

/* Who logs in, and for how long that is remembered. */
struct model_who {
	unsigned device; /* 0 = none */
	int64_t remember_for;
	bool gives_code, is_caller;
	int64_t fresh_for;
	unsigned host; /* this one, since it runs; 0 = nobody knows */
	bool tell;
};

/* A user who wants a code to be sent. */
struct model_wish {
	unsigned occasion;  /* of the login */
	unsigned number;    /* of the address, from 1; 0: any */
	const char *scheme; /* with a colon, or NULL: any */
	bool unasked;
};

struct model {
	struct otp_policy policy;
	uint32_t uid;	   /* whose it is; 0 = there is no state */
	uint32_t told_uid; /* on the disk */
	bool suspended;
	bool told_suspended;   /* on the disk */
	bool forgotten;	       /* what is not known may have been */
	int64_t recovery_made; /* codes made by then are used */
	bool told_forgotten;   /* both on the disk */
	int64_t told_made;
	struct model_accepted accepted[OTP_STATE_ACCEPTED];
	struct model_accepted told[OTP_STATE_ACCEPTED]; /* on the disk */
	unsigned caller;	     /* 0: root's, 1: another */
	struct model_tally tally[2]; /* of each */
	struct model_tally least[2]; /* what is on the disk, at least */
	struct model_sends sends;
	struct model_sends told_sends; /* on the disk, at least */
	struct model_known known, told_known;
	struct model_own own, told_own;
	int64_t exempt_until, told_exempt;
	struct model_notices notices;
	struct model_news news;
	uint32_t told_wrong; /* of the news, on the disk */
	unsigned tokens_count, codes_count, addresses_count;
	unsigned invitations_count;
	struct model_token tokens[MODEL_TOKENS];
	struct model_code codes[MODEL_CODES];
	struct model_code invitations[MODEL_INVITATIONS]; /* 'made' is 0 */
	struct model_address addresses[MODEL_ADDRESSES];  /* as in the seed */
};

enum model_answer {
	MODEL_NO,
	MODEL_YES,
	MODEL_SPENT,
	MODEL_LAST, /* a NO: a HOTP token's last code once more */
	MODEL_HELD, /* in a wait, or locked */
	MODEL_SUSPENDED,
	MODEL_INVITED, /* an invitation that may be used */
	MODEL_INVITATION_ENDED,
	MODEL_MALFORMED,
	MODEL_NOBODY,	   /* not enrolled */
	MODEL_UNTIMELY,	   /* it could be right, if the clock were */
	MODEL_UNTIMELY_NO, /* likewise, and nothing else it could be is */
	MODEL_UNKNOWN,	   /* right, but nobody knows whether it is spent */
};

/*
 * What TYPED, digits or a recovery code, must be answered at NOW by a login on
 * OCCASION, a service and a host.
 */
enum model_answer model_judge(const struct model *model, const char *typed,
    unsigned occasion, int64_t now);

/* After a yes to TYPED: what it spends. */
void model_spend(
    struct model *model, const char *typed, unsigned occasion, int64_t now);

/* Whether TYPED is the invitation: NO, or one that is; of the suspended, too. */
enum model_answer model_judge_invitation(
    const struct model *model, const char *typed, int64_t now);

/* The invitation goes, and is used. */
void model_end_invitation(struct model *model);

/* What must become of WISH at NOW, if there is a state and a clock. */
enum otp_delivery model_deliver(
    const struct model *model, const struct model_wish *wish, int64_t now);

/* The address that WISH is sent to, or MODEL_ADDRESSES. */
unsigned model_address_of(
    const struct model *model, const struct model_wish *wish);

/* A code is sent to ADDRESS. */
void model_send(
    struct model *model, unsigned address, unsigned occasion, int64_t now);

/* The code that was sent to an address at MOMENT. */
const char *model_sent_code(
    const struct model_address *at, uint64_t moment, char text[16]);

/* TOKEN's code at MOVING was accepted, or confirmed it. */
void model_accept(struct model *model, unsigned token, uint64_t moving);

/*
 * A wrong code from HOST (its number, 0 = local) is charged, and may be told:
 * what of it, and how many they were since when.
 */
struct otp_notice model_notice(struct model *model, unsigned host, int64_t now);

/* Whether the owner can be told of a login by a message. */
bool model_tells(const struct model *model, const struct model_who *who,
    const char *typed, int64_t now);

/* What the owner is told of a yes to TYPED; before it is remembered. */
enum otp_notice_kind model_notice_yes(const struct model *model,
    const char *typed, const struct model_who *who, int64_t now);

/* TYPED, which is spent, from HOST: it may be counted. */
void model_replay(
    struct model *model, const char *typed, unsigned host, int64_t now);

/* CALLER's failures end, and become news. */
void model_quit(struct model *model, unsigned caller);

/* A yes: those of its caller end; those of others become news, and stay. */
void model_let_in(struct model *model);

/* What is in force. */
model_set model_in_force(const struct model *model);

/* A yes to TYPED: WHO it came from is remembered. */
void model_remember(struct model *model, const char *typed,
    const struct model_who *who, int64_t now);

/* For how long WHO is known at NOW; 0: they are asked. */
int64_t model_is_known(
    const struct model *model, const struct model_who *who, int64_t now);

/* Whether WHO gave a code just before NOW. */
bool model_is_fresh(
    const struct model *model, const struct model_who *who, int64_t now);

/* Forget the devices that are not known at NOW, and DEVICE; say how many. */
unsigned model_forget(struct model *model, unsigned device, int64_t now);

/* Whether a login is let in without being asked, for a while. */
bool model_is_exempt(const struct model *model, int64_t now);

/*
 * What FROM has goes to TO, an account of UID that has no seed: what either
 * knows to be used is used.
 */
void model_take_over(struct model *to, const struct model *from, uint32_t uid);

/* What one more failure at NOW makes of TALLY. */
struct model_tally model_charge(
    const struct model *model, struct model_tally tally, int64_t now);

/* TALLY at NOW, where the clock may have gone back: no wait is longer. */
struct model_tally model_anchor(struct model_tally tally, int64_t now);

#endif
