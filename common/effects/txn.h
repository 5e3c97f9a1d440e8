/* SPDX-License-Identifier: BSD-2-Clause */
/* A transaction of enrol.h: an account, its state locked, its seed read. */
#ifndef OTP_TXN_H
#define OTP_TXN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/core/seed.h"
#include "common/core/state.h"
#include "common/effects/account.h"
#include "common/effects/active.h"
#include "common/effects/enrol.h"
#include "common/effects/snapshot.h"
#include "common/store/store.h"

/* A secret, since it has the seed: otp_txn_close() wipes it. */
struct otp_txn {
	struct otp_account *account;
	struct otp_store *store;
	struct otp_snapshot snap;    /* as found, and then changed */
	struct otp_active found;     /* of its seed, if there is one */
	struct otp_login_mark login; /* that this completes; time 0: none */
};

/* Reset what the last call left in ACCOUNT. */
void otp_txn_reset(struct otp_account *account);

/*
 * Open the account, lock its state, read seed and clock.  What is wrong with
 * state and seed is in 'snap', for the caller to judge (ABSENT, UID, CHECKSUM,
 * PARSE, ...).  Close it on failure too.  Errors: the store's, CLOCK.
 */
enum otp_err otp_txn_open(
    struct otp_txn *txn, struct otp_account *account) OTP_MUST_USE;

void otp_txn_close(struct otp_txn *txn);

/* Return the snapshot's state_err, or seed_err, and what is wrong. */
enum otp_err otp_txn_state_err(const struct otp_txn *txn) OTP_MUST_USE;
enum otp_err otp_txn_seed_err(const struct otp_txn *txn) OTP_MUST_USE;

/*
 * Get a state to change: the existing one or, if there is none, a new one,
 * locked; the seed is then read again.  Errors: state_err, UID.
 */
enum otp_err otp_txn_need_state(struct otp_txn *txn) OTP_MUST_USE;

/*
 * Whether the seed is still account->former, if there is one.
 * Errors: CONFLICT, and those of state and seed.
 */
enum otp_err otp_txn_check_former(const struct otp_txn *txn) OTP_MUST_USE;

/*
 * Likewise whether the account is enrolled, for a change of what it has.
 * Programs of users ('by_other') change nothing of the suspended.
 * Errors: ABSENT, CONFLICT, SUSPENDED, and those of state and seed.
 */
enum otp_err otp_txn_check_enrolled(const struct otp_txn *txn) OTP_MUST_USE;

/*
 * Commit the state; further changes can follow.  otp_store_in_effect() says
 * whether readers see it.
 */
enum otp_err otp_txn_commit(struct otp_txn *txn) OTP_MUST_USE;

/* Likewise, if this is the change: sets account->committed. */
enum otp_err otp_txn_commit_change(struct otp_txn *txn) OTP_MUST_USE;

/* Replace the seed by SEED, which is the change: sets account->committed. */
enum otp_err otp_txn_put_seed(
    struct otp_txn *txn, const struct otp_seed *seed) OTP_MUST_USE;

/*
 * Find the credential in the state, or create it there; SEED is what becomes
 * active.
 */
enum otp_err otp_txn_claim(struct otp_txn *txn, const struct otp_seed *seed,
    enum otp_kind kind, const uint8_t id[OTP_ID_SIZE],
    struct otp_credential **ret_credential) OTP_MUST_USE;

/*
 * Check that NOW can be the time, before it says which TOTP codes are used.
 * Errors: CLOCK.
 */
enum otp_err otp_txn_check_clock(
    int64_t now, struct otp_fault *fault) OTP_MUST_USE;

/*
 * The first time whose step of PERIOD seconds is not yet in the policy's
 * window.
 */
uint64_t otp_txn_after_window(const struct otp_txn *txn, unsigned period);

/*
 * Create COUNT recovery codes, which are not active yet.  *RET_SET is wiped on
 * failure.  Errors: FULL (more than OTP_SEED_RECOVERY), CRYPTO.
 */
enum otp_err otp_txn_make_set(const struct otp_sys *sys, unsigned count,
    struct otp_recovery_set *ret_set) OTP_MUST_USE;

/* Likewise for a recovery code. */
enum otp_err otp_txn_claim_recovery(struct otp_txn *txn,
    const struct otp_seed *seed, const struct otp_recovery *recovery,
    struct otp_credential **ret_credential) OTP_MUST_USE;

/* Likewise for an invitation. */
enum otp_err otp_txn_claim_invitation(struct otp_txn *txn,
    const struct otp_seed *seed, const struct otp_recovery *invitation,
    struct otp_credential **ret_credential) OTP_MUST_USE;

/*
 * The invitation that was active, unless SEED has it too, is used from the next
 * commit on.
 */
enum otp_err otp_txn_end_invitation(
    struct otp_txn *txn, const struct otp_seed *seed) OTP_MUST_USE;

/*
 * Replace SEED's codes by those of SET, with credentials in the state.  They
 * are made later than any that were replaced, even if the clock went back.
 * Errors: LIMIT (there is no later time).
 */
enum otp_err otp_txn_recovery(struct otp_txn *txn,
    const struct otp_recovery_set *set, struct otp_seed *seed) OTP_MUST_USE;

/*
 * An address that is kept but not yet active was asked for by means of what the
 * account had, and ends with that: remove it from the seed, if there is one.
 * The state must be locked.
 */
enum otp_err otp_txn_end_pending(struct otp_txn *txn) OTP_MUST_USE;

/*
 * Make SEED active: commit the state first, so that used codes, and an
 * invitation that SEED does not have any more (which is undone if SEED cannot
 * be written), are recorded,
 * then write the seed, then set 'enrolled', and let the recovery codes that
 * were replaced be used.  If something else was active before, SEED's pending
 * address is not written.
 */
enum otp_err otp_txn_put(
    struct otp_txn *txn, const struct otp_seed *seed) OTP_MUST_USE;

/* The last step of this: SEED is active, and the former one is in 'snap'. */
enum otp_err otp_txn_finish(
    struct otp_txn *txn, const struct otp_seed *seed) OTP_MUST_USE;

#endif
