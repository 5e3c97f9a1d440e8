/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is remembered of an account: used codes, failures, delays.
 * slots.h has its bytes.
 */
#ifndef OTP_STATE_H
#define OTP_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/device.h"
#include "common/core/err.h"
#include "common/core/notice.h"
#include "common/core/seed.h"
#include "common/core/send.h"
#include "common/core/token.h"

#define OTP_STATE_CREDENTIALS 72
#define OTP_STATE_ACCEPTED    8
#define OTP_SERVICE_SIZE      32 /* bytes; NUL-padded, cut to fit */
#define OTP_HOST_SIZE	      64 /* likewise */

#define OTP_EXEMPTION_SIZE 128 /* of its reason, the NUL included */

#define OTP_UID_VIRTUAL UINT32_MAX /* an account that NSS does not know */

/* When, through which service and from where something was tried. */
struct otp_login_mark {
	int64_t time; /* seconds since 1970; 0 = never */
	char service[OTP_SERVICE_SIZE];
	char host[OTP_HOST_SIZE];
};

/*
 * The part of the state that a failure changes.  A charge slot holds it, and
 * what the user was not yet told.
 * Owned by throttle.h; nothing else writes to it.
 */
struct otp_tally {
	uint32_t failures;	 /* in a row */
	uint32_t month_failures; /* since month_since */
	int64_t month_since;	 /* at most 30 days ago, else counted anew */
	uint32_t replays;     /* of used codes, not yet reported to the user */
	int64_t last_replay;  /* when one of these was last counted */
	uint32_t wait_length; /* seconds; 0 = no delay was begun */
	int64_t wait_until;
	struct otp_login_mark last_failure;
	/* of these failures, those that are in 'unreported'; others' alone */
	uint32_t told;
	struct otp_notices notices; /* of both; in the main tally alone */
};

struct otp_credential {
	uint8_t id[OTP_ID_SIZE];
	enum otp_kind kind;
	int32_t drift; /* of the last use, seconds; negative: a slow clock */
	/*
	 * TOTP: the time at which the highest accepted step ended, only steps
	 * that begin at or after it are accepted.  HOTP: the next counter.
	 * Recovery code, invitation: when it was used; 0 = not yet.
	 */
	uint64_t value;
	int64_t created;   /* when it became known; recovery code: was made */
	int64_t last_used; /* 0 = never */
};

/*
 * A code that was accepted, or that confirmed its token.  It is told apart from
 * a wrong one, so that a client that repeats it does not block its user.
 */
struct otp_accepted {
	uint8_t id[OTP_ID_SIZE]; /* of its token, or of its address */
	uint32_t kind;	 /* OTP_TOTP, OTP_HOTP, OTP_DELIVERED, or 0: none */
	uint32_t value;	 /* the code, as a number */
	uint64_t moving; /* its step, counter or moment */
};

/* The last code that the account's owner gave (known.h). */
struct otp_own_code {
	int64_t time; /* 0 = none */
	uint8_t mark[OTP_ID_SIZE];
};

/* The user is not asked, by an administrator's decision. */
struct otp_exemption {
	int64_t until; /* 0: none */
	char reason[OTP_EXEMPTION_SIZE];
};

struct otp_state {
	uint64_t generation; /* of the record it was read from */
	bool enrolled;
	bool suspended; /* refused, whatever the code */
	/*
	 * The account is in another store, or moves from there to here just
	 * now: nothing but a move uses this state (store.h).
	 */
	bool moved;
	/*
	 * The last move's id, the same in the original and in the copy; of an
	 * account that is used, that of the move by which it came, or zeros.
	 */
	uint8_t move[OTP_ID_SIZE];
	/*
	 * Credentials went, and used codes with them: what is not known may
	 * have been.  Only a purge clears this.
	 */
	bool forgotten;
	uint32_t uid; /* the account's, or OTP_UID_VIRTUAL */
	uint32_t
	    unreported; /* failures before the last login, not yet reported */
	struct otp_tally tally;	 /* of root, and of the store's owner */
	struct otp_tally others; /* of other callers */
	struct otp_login_mark last_success;
	/* Recovery codes made by then are used, and need no credential. */
	int64_t recovery_made;
	struct otp_accepted accepted[OTP_STATE_ACCEPTED]; /* newest first */
	/* otp_seed_tokens_id() of the seed; kept only with devices */
	uint8_t devices_of[OTP_ID_SIZE];
	struct otp_devices devices; /* known with that seed alone */
	struct otp_sends sends;
	struct otp_own_code own_code;
	struct otp_exemption exemption;
	unsigned credentials_count;
	struct otp_credential credentials[OTP_STATE_CREDENTIALS];
};

/*
 * The account is UID's from now on.  Another user's exemption and last code are
 * not theirs and go; a suspension and what was used stay.
 */
void otp_state_give(struct otp_state *state, uint32_t uid);

/*
 * SEED is active, or becomes it: forget the devices that became known with
 * other tokens.  Errors: CRYPTO.
 */
enum otp_err otp_state_bind_devices(
    struct otp_state *state, const struct otp_seed *seed) OTP_MUST_USE;

/* Whether other callers ever failed or replayed: else nothing is stored. */
bool otp_state_has_others(const struct otp_state *state);

/* Cut TEXT (NULL = "") to fit and fill MARK. */
void otp_login_mark_set(struct otp_login_mark *mark, int64_t now,
    const char *service, const char *host);

/* The credential's place, or NULL. */
const struct otp_credential *otp_state_find(const struct otp_state *state,
    enum otp_kind kind, const uint8_t id[OTP_ID_SIZE]);

/* Put a code that was accepted before those that were; the oldest goes. */
void otp_state_accept(
    struct otp_state *state, const struct otp_accepted *accepted);

/*
 * A place for a credential: its own, or a new one, zeroed but for kind, id
 * and 'created'.  If all are taken, the one that was created or used longest
 * ago goes, among those that are neither in SEED, which is to become active,
 * nor in OLD, which is active until then (or NULL); 'forgotten' is set.
 * Errors: FULL (cannot happen: these are at most 50), CRYPTO.
 */
enum otp_err otp_state_claim(struct otp_state *state,
    const struct otp_seed *seed, const struct otp_seed *old, enum otp_kind kind,
    const uint8_t id[OTP_ID_SIZE], int64_t created,
    struct otp_credential **ret_credential) OTP_MUST_USE;

/* Whether RECOVERY is used as far as STATE knows; it may also be unknown. */
enum otp_recovery_use {
	OTP_RECOVERY_USED = 0,
	OTP_RECOVERY_UNKNOWN,
	OTP_RECOVERY_UNUSED,
};
enum otp_recovery_use otp_state_recovery(
    const struct otp_state *state, const struct otp_recovery *recovery);

/*
 * The same of INVITATION.  One that is not known may have been used if
 * credentials were forgotten, and is used then.
 */
enum otp_recovery_use otp_state_invitation(
    const struct otp_state *state, const struct otp_recovery *invitation);

/*
 * Recovery codes made at MADE or earlier are used from now on, and their
 * credentials go.  MADE is never lowered.
 */
void otp_state_retire(struct otp_state *state, int64_t made);

#endif
