/* SPDX-License-Identifier: BSD-2-Clause */
/* An account that enrol.h is changing: its state held, its seed read. */
#ifndef OTP_HOLDING_H
#define OTP_HOLDING_H

#include <stdbool.h>
#include <stdint.h>

#include "attempt.h"
#include "common/core/err.h"
#include "common/core/seed.h"
#include "common/core/state.h"
#include "enrol.h"
#include "store.h"

/* A secret, since it has the seed: otp_holding_close() wipes it. */
struct otp_holding {
	const struct otp_host *host;
	const struct otp_subject *subject;
	struct otp_fault *fault;
	struct otp_store *store;
	int64_t now;
	enum otp_err state_err; /* OTP_OK: `state` is there, and held */
	enum otp_err seed_err;	/* OTP_OK: `seed` is there */
	struct otp_fault state_fault;
	struct otp_fault seed_fault;
	struct otp_state state;
	struct otp_seed seed;
};

/*
 * Open the account, hold its state, read seed and clock.  What is wrong with
 * state and seed is told in their _err, for the caller to judge (ABSENT, UID,
 * CHECKSUM, PARSE, ...).  Close it on failure too.
 * Errors: the store's, CLOCK.
 */
enum otp_err otp_holding_open(struct otp_holding *holding,
    const struct otp_host *host, const struct otp_subject *subject,
    struct otp_fault *fault) OTP_MUST_USE;

void otp_holding_close(struct otp_holding *holding);

/* Return state_err, or seed_err, with what is wrong in `fault`. */
enum otp_err otp_holding_blame_state(
    const struct otp_holding *holding) OTP_MUST_USE;
enum otp_err otp_holding_blame_seed(
    const struct otp_holding *holding) OTP_MUST_USE;

/* Whether the state says enrolled, and there is no seed. */
bool otp_holding_lost_seed(const struct otp_holding *holding);

/*
 * Have a state to change: the one that is there, or, where there is none, a
 * new one, held; the seed is read again then.  Errors: state_err, UID.
 */
enum otp_err otp_holding_need_state(struct otp_holding *holding) OTP_MUST_USE;

/* Commit `state`; further changes can follow. */
enum otp_err otp_holding_commit(struct otp_holding *holding) OTP_MUST_USE;

/*
 * The credential's place in `state`, made if need be, SEED being what is to
 * come in force.
 */
enum otp_err otp_holding_claim(struct otp_holding *holding,
    const struct otp_seed *seed, enum otp_kind kind,
    const uint8_t id[OTP_ID_SIZE],
    struct otp_credential **ret_credential) OTP_MUST_USE;

/*
 * COUNT new recovery codes, which are nobody's yet.  *RET_SET is wiped on
 * failure.  Errors: FULL (more than OTP_SEED_RECOVERY), CRYPTO.
 */
enum otp_err otp_holding_make_set(const struct otp_sys *sys, unsigned count,
    struct otp_recovery_set *ret_set) OTP_MUST_USE;

/*
 * Those of SET in SEED, instead of the ones it has, with fresh credentials in
 * `state`.
 */
enum otp_err otp_holding_recovery(struct otp_holding *holding,
    const struct otp_recovery_set *set, struct otp_seed *seed) OTP_MUST_USE;

/*
 * Put SEED in force: `state` committed, so that what it says is spent is
 * spent, then the seed, then `enrolled`.
 */
enum otp_err otp_holding_put(
    struct otp_holding *holding, const struct otp_seed *seed) OTP_MUST_USE;

#endif
