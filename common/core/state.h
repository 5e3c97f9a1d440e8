/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is remembered of an account: spent codes, failures, waits.
 * slots.h has its bytes.
 */
#ifndef OTP_STATE_H
#define OTP_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "seed.h"
#include "token.h"

#define OTP_STATE_CREDENTIALS 40
#define OTP_SERVICE_SIZE      32 /* bytes; NUL-padded, cut to fit */
#define OTP_HOST_SIZE	      64 /* likewise */

#define OTP_UID_VIRTUAL UINT32_MAX /* an account that NSS does not know */

/* When, through which service and from where something was tried. */
struct otp_occasion {
	int64_t time; /* seconds since 1970; 0 = never */
	char service[OTP_SERVICE_SIZE];
	char host[OTP_HOST_SIZE];
};

/*
 * The part of the state that a failure changes: what a charge slot holds.
 * Owned by throttle.h; nothing else writes to it.
 */
struct otp_tally {
	uint32_t failures;	 /* in a row */
	uint32_t month_failures; /* since month_since */
	int64_t month_since;	 /* at most 30 days ago, else counted anew */
	uint32_t replays;	 /* of spent codes, not yet told to the user */
	uint32_t wait_length;	 /* seconds; 0 = no wait was begun */
	int64_t wait_until;
	struct otp_occasion last_failure;
};

struct otp_credential {
	uint8_t id[OTP_ID_SIZE];
	enum otp_kind kind;
	int32_t drift; /* of the last use, seconds; negative: a slow clock */
	/*
	 * TOTP: the time at which the highest accepted step ended, only steps
	 * that begin at or after it are accepted.  HOTP: the next counter.
	 * Recovery code: when it was used; 0 = not yet.
	 */
	uint64_t value;
	int64_t created;
	int64_t last_used; /* 0 = never */
};

struct otp_state {
	uint64_t generation; /* of the record it was read from */
	bool enrolled;
	uint32_t uid;	 /* the account's, or OTP_UID_VIRTUAL */
	uint32_t untold; /* failures before the last login, not yet told */
	struct otp_tally tally;
	struct otp_occasion last_success;
	unsigned credentials_count;
	struct otp_credential credentials[OTP_STATE_CREDENTIALS];
};

/* Cut TEXT (NULL = "") to fit and fill OCCASION. */
void otp_occasion_set(struct otp_occasion *occasion, int64_t now,
    const char *service, const char *host);

/* The credential's place, or NULL. */
const struct otp_credential *otp_state_find(const struct otp_state *state,
    enum otp_kind kind, const uint8_t id[OTP_ID_SIZE]);

/*
 * A place for a credential: its own, or a new one, zeroed but for kind, id
 * and `created`.  Where all 40 are taken, the one that was created or used
 * longest ago goes, among those that are neither in SEED, which is to come in
 * force, nor tokens of OLD, which is in force until then (or NULL); recovery
 * codes of OLD, which stays in force where SEED cannot be put there, go last.
 * Errors: FULL (cannot happen: these are at most 24 and 8), CRYPTO.
 */
enum otp_err otp_state_claim(struct otp_state *state,
    const struct otp_seed *seed, const struct otp_seed *old, enum otp_kind kind,
    const uint8_t id[OTP_ID_SIZE], int64_t now,
    struct otp_credential **ret_credential) OTP_MUST_USE;

#endif
