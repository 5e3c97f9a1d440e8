/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of an account (life_fuzz.c): the machine, which fails where it is
 * told to, what is in the store, and what may be there after a step.
 *
 * Where a step was done, its outcome is the model's, exactly; where it failed
 * or was killed, each thing is as before or as after.
 */
#ifndef TESTS_FUZZ_LIFE_H
#define TESTS_FUZZ_LIFE_H

#include "tests/fuzz/fuzz.h"

#include "common/core/recovery.h"
#include "common/core/seed.h"
#include "common/core/state.h"
#include "common/core/verify.h"
#include "common/effects/account.h"
#include "common/effects/attempt.h"
#include "common/effects/enrol.h"
#include "common/effects/sys.h"
#include "tests/fuzz/disk.h"
#include "tests/fuzz/model.h"

#define LIFE_ACCOUNT "alice"
#define LIFE_OTHER   "bob" /* its other name */
#define LIFE_UID     1000
#define LIFE_UIDS    2			 /* this and the next */
#define LIFE_LATEST  INT64_C(4102444800) /* 2100 */

#define LIFE_OCCASIONS 4
#define LIFE_SENT      16
#define LIFE_SETS      128
#define LIFE_DEVICES   9 /* one more than an account has */
#define LIFE_HOSTS     3 /* the first: nobody knows which */

/* What is in the store. */
struct seen {
	bool has_state, has_seed; /* a seed with more than an invitation */
	bool has_file;		  /* any seed */
	struct otp_state state;
	struct otp_seed seed;
};

/* Which seed has an id of its tokens and addresses. */
struct life_set {
	model_set set;
	uint8_t id[OTP_ID_SIZE];
};

/* What is under a name that the account does not have now. */
struct life_name {
	char name[8];
	struct model model;
	struct seen seen;
	bool by_hand, wavering, told, unsure, noted;
};

struct life {
	struct fuzz_input input;
	int64_t now;
	uint64_t random;
	bool clock_fails, clock_hit;
	struct otp_host host;
	struct otp_subject subject;
	struct model model;
	struct otp_recovery kept[MODEL_CODES];
	struct otp_recovery kept_invitations[MODEL_INVITATIONS];
	struct seen seen;
	bool by_hand;  /* a seed was put there that nobody adopted yet */
	bool wavering; /* which seed the disk has is not sure */
	bool told;     /* that there is a state is */
	bool unsure;   /* which record the disk has */
	bool others;   /* other callers try, too */
	struct model_who who;
	struct life_set sets[LIFE_SETS];
	unsigned sets_count;
	char last[OTP_RECOVERY_TEXT_SIZE]; /* what was typed */
	char old_seed[OTP_SEED_SIZE_MAX + 1];
	size_t old_size;
	struct model_send sent[LIFE_SENT]; /* what was sent last */
	unsigned sent_count;
	uint64_t moment;	/* the highest of these */
	struct otp_answer news; /* of the last yes that has some */
	bool noted;		/* they were told, perhaps not on the disk */
	struct life_name other;
	/* the step */
	enum disk_fault fault;
	bool hit; /* by its fault */
};
extern struct life life;

extern const struct otp_sys life_machine;

/* Plan what happens to the step that comes. */
void life_arm(void);

/* Whether ERR, of a step that is over, is what somebody was told. */
bool life_was_told(enum otp_err err);

/* What is in the store, in the model's terms. */
struct model life_see(void);

/* Each thing that is in the store is as one of COUNT models has it. */
void life_hold_against(const struct model *may, unsigned count);

/*
 * A step that makes AFTER of the model is over; MIDDLE is what it may leave
 * besides (or NULL).  TOLD: it was said to be done.
 */
void life_settle(
    bool told, const struct model *after, const struct model *middle);

bool life_same_known(
    const struct model_known *one, const struct model_known *other);
bool life_same_own(const struct model_own *one, const struct model_own *other);

/* The whole record is on the disk, as far as anybody was told. */
void life_flushed(void);

/* What VERDICT is in the model. */
enum model_answer life_answer(enum otp_verdict verdict);

/* A service and a remote host. */
struct otp_request life_request(unsigned occasion);

/* The number of the remote host of OCCASION; 0: it is local. */
unsigned life_host(unsigned occasion);

/* Log in with TYPED. */
void life_try(const char *typed, unsigned occasion);

/* A step that writes the seed is over. */
void life_settle_seed(bool told, const struct model *after);

/* A seed is written: devices that became known with another go. */
void life_bind(struct model *after);

/* DEVICE as it is remembered; of 0, zeros. */
void life_device(unsigned device, uint8_t ret_id[OTP_DEVICE_ID_SIZE]);

/* Users who are not asked (life_known.c). */
void step_who(void);
void step_known(void);
void step_forget(void);
void step_exempt(void);
void step_told(void);

/* The account has its other name from here on (life_name.c). */
void life_swap(void);

/* Whether the index has the account's name for UID. */
bool life_is_entered(uint32_t uid);

/* Whether the index has the other name for the uid, and that may have a seed. */
bool life_is_second(void);

/* The uid that an account has after another change. */
uint32_t life_other_uid(void);

/* Another name. */
void step_rename(void);

/* Invitations (life_invited.c). */
void step_invite(void);
void step_redeem(void);

/* Whether a code AWAY steps from now, or from the first counter, confirms. */
bool life_confirm(struct otp_enrolment *enrolment, int away);

/*
 * The model has the token of ENROLMENT and the codes of SET from here on; what it
 * is once they are in force.  HOST: of the login, if there is an invitation.
 */
struct model life_after_put(const struct otp_enrolment *enrolment,
    const struct otp_recovery_set *set, unsigned host);

/* Put them in force.  Whether it was told to be done. */
bool life_put(const struct otp_enrolment *enrolment,
    const struct otp_recovery_set *set, unsigned host);

/* Codes that are sent (life_sent.c). */
void step_address(void);
void step_send(void);
void step_sent(void);

#endif
