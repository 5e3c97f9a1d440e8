/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where seeds and states are kept: one account at a time.
 *
 * A transaction opens an account, loads its state, puts a later one, and
 * closes.  A put succeeds only on the state that was loaded, else it is
 * OTP_ERR_CONFLICT and the transaction loads again; a store of files holds
 * the account from load to close and never sees a conflict.  Nothing is held
 * while a person is being asked: open and load come after the answer.
 *
 * FAULT may be NULL everywhere.  Besides those named, every function may fail
 * with READ, WRITE, OWNER, MODE, LINK, FILESYSTEM, LIMIT, CRYPTO and NOMEM.
 */
#ifndef OTP_STORE_H
#define OTP_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/err.h"
#include "common/core/seed.h"
#include "common/core/state.h"
#include "common/core/throttle.h"

struct otp_store;

/*
 * Open ACCOUNT in the store FOLDER (absolute).  Nothing of the account is
 * read yet.  The caller closes *RET_STORE.  Errors: NO_STORE, NAME.
 */
enum otp_err otp_store_open(const char *folder, const char *account,
    struct otp_store **ret_store, struct otp_fault *fault) OTP_MUST_USE;

/* Give everything up, the account too; wipe and free.  NULL is fine. */
void otp_store_close(struct otp_store *store);

/*
 * The state as it is just now, without waiting for who is changing it.
 * Errors: ABSENT, CHECKSUM, PARSE.
 */
enum otp_err otp_store_peek(struct otp_store *store,
    struct otp_state *ret_state, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Whether what peek saw of failures and a wait is more than the charge of a
 * code that may be being compared just now, and be right.
 */
bool otp_store_is_settled(const struct otp_store *store) OTP_MUST_USE;

/*
 * The state, held until close: waits up to 5 s for others.
 * Errors: ABSENT, CHECKSUM, PARSE, LOCK_TIMEOUT (FAULT's `what` names the
 * process).
 */
enum otp_err otp_store_load(struct otp_store *store,
    struct otp_state *ret_state, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Who has held the state for a second on end, as holder.h tells it; "" =
 * nobody.  Takes nothing.  Errors: ABSENT.
 */
enum otp_err otp_store_holder(struct otp_store *store, char *text, size_t size,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * The seed.  The caller wipes *RET_SEED, on failure too.
 * Errors: ABSENT, PARSE.
 */
enum otp_err otp_store_seed(struct otp_store *store, struct otp_seed *ret_seed,
    struct otp_fault *fault) OTP_MUST_USE;

/* Whether there is a seed, without reading it. */
enum otp_err otp_store_has_seed(struct otp_store *store, bool *ret_has,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Write STATE, which must have been loaded here: PUT is CHARGE or COMMIT;
 * NOTHING does nothing.  A commit is on the disk when this returns OTP_OK;
 * after it, and after any failure, load again before putting more.
 * Errors: CONFLICT.
 */
enum otp_err otp_store_put(struct otp_store *store,
    const struct otp_state *state, enum otp_put put,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Where there is nothing to put: what was loaded is on the disk when this
 * returns OTP_OK, also where who wrote it died before it was.
 * Errors: CONFLICT.
 */
enum otp_err otp_store_settle(
    struct otp_store *store, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Make the account's state, and hold it as if loaded.
 * Errors: EXISTS (load it instead), LOCK_TIMEOUT.
 */
enum otp_err otp_store_create(struct otp_store *store,
    const struct otp_state *state, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Replace a state that cannot be read (CHECKSUM, PARSE) in place, keeping
 * the file.  Held as if loaded.  For `adopt --force` only.
 */
enum otp_err otp_store_remake(struct otp_store *store,
    const struct otp_state *state, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Put SEED in force, whole and on the disk, or leave the old one.  The state
 * must be held.  Errors: CONFLICT (not held).
 */
enum otp_err otp_store_put_seed(struct otp_store *store,
    const struct otp_seed *seed, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Let TO have FROM's seed as it is, in one step: at no time is it under both
 * names, or under none.  Both states must be held.
 * Errors: ABSENT (FROM has none), EXISTS (TO has one), CONFLICT (not held).
 */
enum otp_err otp_store_move_seed(const struct otp_store *from,
    const struct otp_store *to, struct otp_fault *fault) OTP_MUST_USE;

/* Take the seed away; none is fine.  The state must be held, if any. */
enum otp_err otp_store_drop_seed(
    struct otp_store *store, struct otp_fault *fault) OTP_MUST_USE;

/* Take the state away for good; none is fine.  Held, if any. */
enum otp_err otp_store_purge(
    struct otp_store *store, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Make an empty store: folder (0700), seed/, state/ and the marker, each
 * flushed.  What is there already is kept and checked; on btrfs state/ gets
 * the no-copy flag.  *RET_MADE: whether anything was made.
 */
enum otp_err otp_store_init(
    const char *folder, bool *ret_made, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Call VISIT with each account that has a seed or a state, once, in no
 * order, until it returns other than OTP_OK, which is returned.
 * Errors: NO_STORE.
 */
enum otp_err otp_store_each(const char *folder,
    enum otp_err (*visit)(void *context, const char *account), void *context,
    struct otp_fault *fault) OTP_MUST_USE;

#endif
