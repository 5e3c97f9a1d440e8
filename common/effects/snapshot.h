/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An account as it is in the store: its seed, its state, and what is wrong
 * with either.
 */
#ifndef OTP_SNAPSHOT_H
#define OTP_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/core/seed.h"
#include "common/core/state.h"
#include "common/effects/account.h"
#include "common/store/store.h"

/* A secret, since the seed is in it: otp_snapshot_wipe() it. */
struct otp_snapshot {
	int64_t now;
	enum otp_err seed_err; /* OTP_OK: 'seed' is there */
	struct otp_fault seed_fault;
	struct otp_seed seed;
	enum otp_err state_err; /* OTP_OK: 'state' is there */
	struct otp_fault state_fault;
	struct otp_state state;
};

/*
 * Read ACCOUNT's seed and state without the lock, and the clock.
 * What is wrong with seed and state is in their _err, for the caller to judge.
 * Errors: the store's, CLOCK.  Wipe it on failure too.
 */
enum otp_err otp_snapshot_read(const struct otp_host *host, const char *account,
    struct otp_snapshot *ret_snapshot, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Likewise for an open STORE, with its state locked until STORE is closed, and
 * bound to UID.  Errors: CLOCK, LOCK_TIMEOUT.
 */
enum otp_err otp_snapshot_load(struct otp_snapshot *snapshot,
    const struct otp_host *host, struct otp_store *store, uint32_t uid,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Only the seed, or only the state, of an open STORE, without the lock.  To use
 * both, read the seed first.
 */
void otp_snapshot_seed(struct otp_snapshot *snapshot, struct otp_store *store);
void otp_snapshot_state(struct otp_snapshot *snapshot, struct otp_store *store);

/* Only the state, without the lock, and bound to UID.  Returns state_err. */
enum otp_err otp_snapshot_peek(struct otp_snapshot *snapshot,
    struct otp_store *store, uint32_t uid) OTP_MUST_USE;

/* If the state has a different uid, it is another account's: set UID. */
void otp_snapshot_bind(struct otp_snapshot *snapshot, uint32_t uid);

void otp_snapshot_wipe(struct otp_snapshot *snapshot);

/* Return state_err, or seed_err; if it is a failure, FAULT says which. */
enum otp_err otp_snapshot_state_err(
    const struct otp_snapshot *snapshot, struct otp_fault *fault) OTP_MUST_USE;
enum otp_err otp_snapshot_seed_err(
    const struct otp_snapshot *snapshot, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Whether there are both such a seed and a state.  Errors: those of the one
 * that cannot be used; ABSENT, NO_STATE.
 */
enum otp_err otp_snapshot_enrolled(
    const struct otp_snapshot *snapshot, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Whether the account is in the middle of a move, as the original or as the
 * copy: only running the move again ends that.
 */
bool otp_snapshot_is_moving(const struct otp_snapshot *snapshot);

/*
 * Whether there is a seed, readable or not, other than one that has an
 * invitation alone.
 */
bool otp_snapshot_has_seed(const struct otp_snapshot *snapshot);

/* Whether the state says enrolled, and there is no such seed. */
bool otp_snapshot_lost_seed(const struct otp_snapshot *snapshot);

/* Return NO_STATE: there is a seed that no state knows. */
enum otp_err otp_snapshot_not_adopted(struct otp_fault *fault) OTP_MUST_USE;

/* Return READ: the state says enrolled, and there is no seed. */
enum otp_err otp_snapshot_seed_gone(struct otp_fault *fault) OTP_MUST_USE;

/* The state's credential of a token, or NULL.  Errors: CRYPTO. */
enum otp_err otp_snapshot_credential(const struct otp_snapshot *snapshot,
    const struct otp_token *token,
    const struct otp_credential **ret_credential) OTP_MUST_USE;

/* Count the seed's recovery codes by what the state knows of them. */
struct otp_recovery_count {
	unsigned unused;
	unsigned used;
	unsigned expired; /* past their end, used or not */
	unsigned unknown;
};

/* Seed and state must be there. */
struct otp_recovery_count otp_snapshot_recovery(
    const struct otp_snapshot *snapshot);

#endif
