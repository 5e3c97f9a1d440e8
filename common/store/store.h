/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where seeds and states are kept: one account at a time.
 *
 * A transaction opens an account, loads it, puts a later state, and closes.
 * What any implementation promises:
 *
 * - A put succeeds only on the state that was loaded; otherwise it fails with
 *   CONFLICT, and the transaction loads again.  A store of files keeps the
 *   account locked from load to close and never meets a conflict.
 * - A commit, and every change of a seed, is durable when the call returns
 *   OTP_OK.  A charge is seen by every later load, but need not survive a
 *   power cut; a commit never does without the charges before it.
 * - A failed call changed nothing that readers see, unless
 *   otp_store_in_effect() says so.
 * - A load gives a state and, by otp_store_seed(), a seed that belongs
 *   together: while the account is loaded, no other process changes either.
 *   An implementation may fetch both in one round trip and answer
 *   otp_store_seed() and otp_store_has_seed() from it.
 * - No account stays locked while a person is asked: open and load come after
 *   the answer.
 * - Of an account that was moved to another store, peek, look and load fail
 *   with MOVED, so that nothing is accepted twice.  RET_STATE is filled, and
 *   locked by load, for what moves or purges the account.
 *
 * This is the interface; most of this folder implements it with files.  Another
 * kind of store can be registered (store_kind.h).
 * The place of a store, an account's name, a state and a seed are all that
 * callers give, and errors and faults all that they learn beside the data.
 *
 * FAULT may be NULL everywhere.  Besides those named, every function may fail
 * with READ, WRITE, OWNER, MODE, LINK, FILESYSTEM, LIMIT, CRYPTO and NOMEM.
 */
#ifndef OTP_STORE_H
#define OTP_STORE_H

#include <stdbool.h>

#include "common/core/err.h"
#include "common/core/seed.h"
#include "common/core/state.h"
#include "common/core/throttle.h"

struct otp_store;

/* Where a store is. */
struct otp_place {
	/* Absolute; or what another kind of store has, after a prefix. */
	const char *folder;
	bool is_local; /* an administrator answers for its file system */
};

/* Whether FOLDER, of a place, is that of files. */
bool otp_place_is_folder(const char *folder);

/*
 * Open ACCOUNT in the store at PLACE.  Nothing of the account is read yet.
 * The caller closes *RET_STORE.  Errors: NO_STORE, NAME.
 */
enum otp_err otp_store_open(struct otp_place place, const char *account,
    struct otp_store **ret_store, struct otp_fault *fault) OTP_MUST_USE;

/* Unlock the account; wipe and free.  NULL is fine. */
void otp_store_close(struct otp_store *store);

/*
 * The state as it is just now, without waiting for a process that changes it.
 * Errors: ABSENT, CHECKSUM, PARSE.
 */
enum otp_err otp_store_peek(struct otp_store *store,
    struct otp_state *ret_state, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Whether ACCOUNT in the store at PLACE may be suspended or exempt: a look at a
 * few bytes, without opening the store.  Nothing is verified, so "no" must mean
 * no more than that the user is asked, and "yes" that a peek is due.
 */
bool otp_store_may_have_standing(struct otp_place place, const char *account);

/*
 * As load, if no other process has the state locked, and as peek otherwise: a
 * login that nothing delays reads the state once.
 */
enum otp_err otp_store_look(struct otp_store *store,
    struct otp_state *ret_state, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Whether the failures and the delay that peek saw in a tally (throttle.h) are
 * recorded for good.  If not, they may be the charge of a code that is being
 * compared just now, and may be right.
 */
bool otp_store_is_settled(
    const struct otp_store *store, bool by_other) OTP_MUST_USE;

/* Whether look or load has locked the state. */
bool otp_store_is_locked(const struct otp_store *store) OTP_MUST_USE;

/*
 * The state, locked until close: waits up to 5 s for others.
 * Errors: ABSENT, CHECKSUM, PARSE, LOCK_TIMEOUT (FAULT names the process that
 * has it locked, if it can be found: LOCKED_BY).
 */
enum otp_err otp_store_load(struct otp_store *store,
    struct otp_state *ret_state, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Look, without locking, for a lock on the state that another process has for
 * a second on end.  Errors: ABSENT, LOCK_TIMEOUT (as above).
 */
enum otp_err otp_store_check_lock(
    struct otp_store *store, struct otp_fault *fault) OTP_MUST_USE;

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
 * Whether readers see the last commit, the last state or seed that was made or
 * put, moved here or removed: true also if it failed afterwards, by a flush.
 */
bool otp_store_in_effect(const struct otp_store *store) OTP_MUST_USE;

/*
 * For a caller with nothing to put: what was loaded is on the disk when this
 * returns OTP_OK, also if the process that wrote it died before it was.
 * Errors: CONFLICT.
 */
enum otp_err otp_store_settle(
    struct otp_store *store, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Make the account's state, locked as if loaded.
 * Errors: EXISTS (load it instead), LOCK_TIMEOUT.
 */
enum otp_err otp_store_create(struct otp_store *store,
    const struct otp_state *state, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Replace a state that cannot be read (CHECKSUM, PARSE) in place, keeping
 * the file.  Locked as if loaded.  For 'adopt --force' only.
 */
enum otp_err otp_store_rewrite(struct otp_store *store,
    const struct otp_state *state, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Make SEED the active one, whole and on the disk, or leave the old one.  The
 * state must be locked.  Errors: CONFLICT (not locked).
 */
enum otp_err otp_store_put_seed(struct otp_store *store,
    const struct otp_seed *seed, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Move FROM's seed to TO as it is, in one step: at no time is it under both
 * names, or under none.  Both states must be locked.
 * Errors: ABSENT (FROM has none), EXISTS (TO has one), CONFLICT (not locked).
 */
enum otp_err otp_store_move_seed(struct otp_store *from, struct otp_store *to,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Remove the seed, if there is one, and what was left over of making one; then,
 * if the state says "not enrolled", the account's entry in the index of uids.
 * The state must be locked, if any.
 */
enum otp_err otp_store_drop_seed(
    struct otp_store *store, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Remove for good the state, if there is one, and all that is left of the
 * account.  Locked, if any.
 */
enum otp_err otp_store_purge(
    struct otp_store *store, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Whether the account can be enrolled with UID: no other account is.
 * *RET_OURS: the index of uids has the account itself.  If it has no state,
 * that was lost.  Always true for OTP_UID_VIRTUAL, which has no index.
 * Errors: UID (another account is enrolled, or may be: FAULT has its name),
 * NO_STORE, PARSE.
 */
enum otp_err otp_store_check_uid(struct otp_store *store, uint32_t uid,
    bool *ret_ours, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Enter the account as the one with UID.  The state must be locked.  A put that
 * makes the state say "enrolled" does it first; what drops the seed removes the
 * entry.  Errors: as otp_store_check_uid(), CONFLICT, LOCK_TIMEOUT.
 */
enum otp_err otp_store_claim_uid(struct otp_store *store, uint32_t uid,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Call VISIT with each entry of the index of uids, in no order, until it
 * returns an error, which is returned.  Errors: NO_STORE, PARSE.
 */
enum otp_err otp_store_each_uid(struct otp_place place,
    enum otp_err (*visit)(void *context, uint32_t uid, const char *account),
    void *context, struct otp_fault *fault) OTP_MUST_USE;

/*
 * Call VISIT with each file that an interrupted process left over ("seed/
 * .NAME.new"), or that another is just making, in the same way.
 */
enum otp_err otp_store_each_left(struct otp_place place,
    enum otp_err (*visit)(void *context, const char *path), void *context,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Make an empty store: folder (0700), seed/, state/, uid/ and the marker, each
 * flushed.  What exists already is kept and checked; on btrfs state/ gets the
 * no-copy flag.  *RET_MADE: whether anything was made.  Where FILESYSTEM is
 * returned, nothing was.
 */
enum otp_err otp_store_init(struct otp_place place, bool *ret_made,
    struct otp_fault *fault) OTP_MUST_USE;

/*
 * Call VISIT with each account that has a seed or a state, once, in no
 * order, until it returns an error, which is returned.  Errors: NO_STORE.
 */
enum otp_err otp_store_each(struct otp_place place,
    enum otp_err (*visit)(void *context, const char *account), void *context,
    struct otp_fault *fault) OTP_MUST_USE;

#endif
