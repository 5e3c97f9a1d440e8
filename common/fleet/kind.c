/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store.h's calls over database.h.  A look is optimistic: the put after it
 * conflicts if another attempt was first.  A load takes the account for this
 * attempt, for 2 seconds from each put on, as files are locked by it.
 *
 * MUST, each with the test that fails without it (tests/store/promise_test.c,
 * over a server):
 *
 * 1. An account that another attempt has taken is not loaded
 *    (load__waits_for_another_attempt).
 * 2. What was loaded is put only if nothing has changed it since
 *    (put__conflicts_with_what_came_in_between).
 * 3. A state of an earlier epoch is not trusted, and one that a host with
 *    another clock loads is not judged (tests/fleet/store.sh:
 *    state__of_an_earlier_epoch_is_refused, clock__that_is_apart_is_refused).
 * 4. All accounts are shown over one connection, or an error is returned
 *    (each__ends_with_its_connection).
 * 5. A commit whose end is not known is an error
 *    (tests/fleet/store.sh: commit__in_doubt_is_a_no).
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "common/core/utf8.h"
#include "common/core/wipe.h"
#include "common/fleet/kind_internal.h"

#define RELEASE_MS   1000
#define TAKE_MS	     5000 /* as long as files are waited for */
#define PAUSE_MAX_MS 20

static enum otp_err take(struct otp_store *store, struct otp_fault *fault);

/* --- An account ---------------------------------------------------------- */

static void
fleet_close(struct otp_store *store)
{
	if (store->kept && otp_session.database != NULL &&
	    otp_session.pid == getpid()) {
		otp_database_begin(otp_session.database, RELEASE_MS);
		/* If it fails, the account is free after 2 seconds. */
		if (otp_database_touch(otp_session.database, &store->row, false,
			false, NULL) == OTP_ERR_WRITE)
			otp_session_close();
	}
	if (otp_session.open > 0)
		otp_session.open--;
	otp_wipe(store, sizeof(*store));
	free(store);
}

/* The connection was kept, and may have been closed by the server meanwhile. */
static enum otp_err
open_account(
    struct otp_store *store, struct otp_place place, struct otp_fault *fault)
{
	bool reused = false;
	enum otp_err err = otp_session_connect(place, &reused, fault);

	if (err == OTP_OK)
		err = otp_session_begin_attempt();
	if (err != OTP_OK)
		return err;
	otp_session.open++;
	if (!reused || otp_session.open > 1)
		return OTP_OK;
	err = otp_fleet_fetch(store, NULL);
	if (err == OTP_OK)
		return OTP_OK;
	otp_session.open--;
	err = otp_session_connect(place, &reused, fault);
	if (err == OTP_OK)
		otp_session.open++;
	return err;
}

static enum otp_err
fleet_open(struct otp_place place, const char *account,
    struct otp_store **ret_store, struct otp_fault *fault)
{
	struct otp_store *store;
	enum otp_err err;

	if (account[0] == '\0' || strlen(account) >= OTP_DATABASE_NAME_SIZE ||
	    !otp_utf8_is(account))
		return OTP_ERR_NAME;
	store = calloc(1, sizeof(*store));
	if (store == NULL)
		return OTP_ERR_NOMEM;
	memcpy(store->account, account, strlen(account) + 1);
	err = open_account(store, place, fault);
	if (err == OTP_OK) {
		*ret_store = store;
		return OTP_OK;
	}
	otp_wipe(store, sizeof(*store));
	free(store);
	return err;
}

/* --- Reading ------------------------------------------------------------- */

static enum otp_err
fleet_peek(struct otp_store *store, struct otp_state *ret_state,
    struct otp_fault *fault)
{
	enum otp_err err = otp_fleet_read(store, fault);

	if (err == OTP_OK)
		*ret_state = store->state;
	return err;
}

static bool
fleet_may_have_standing(struct otp_place place, const char *account)
{
	(void)place;
	(void)account;
	return true;
}

static enum otp_err
fleet_look(struct otp_store *store, struct otp_state *ret_state,
    struct otp_fault *fault)
{
	enum otp_err err = fleet_peek(store, ret_state, fault);

	store->locked = err == OTP_OK && !store->row.is_taken;
	return err;
}

static bool
fleet_is_settled(const struct otp_store *store, bool by_other)
{
	(void)by_other;
	return store->locked || !store->row.is_taken;
}

static bool
fleet_is_locked(const struct otp_store *store)
{
	return store->locked;
}

static int64_t
monotonic_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return INT64_MAX;
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* 1 to 20 milliseconds at random, so that two attempts do not stay in step. */
static void
pause_at_random(void)
{
	struct timespec pause = { .tv_nsec = 1000000 };
	uint8_t byte = 0;

	if (getrandom(&byte, sizeof(byte), 0) == sizeof(byte))
		pause.tv_nsec += byte % PAUSE_MAX_MS * 1000000L;
	(void)nanosleep(&pause, NULL);
}

static enum otp_err
fleet_load(struct otp_store *store, struct otp_state *ret_state,
    struct otp_fault *fault)
{
	enum otp_err err = OTP_OK;

	if (!store->locked)
		err = take(store, fault);
	if (err == OTP_OK)
		*ret_state = store->state;
	return err;
}

/* Take the account, as soon as no other attempt has it. */
static enum otp_err
take(struct otp_store *store, struct otp_fault *fault)
{
	const int64_t end = monotonic_ms() + TAKE_MS;
	enum otp_err err = OTP_ERR_CONFLICT;

	for (;;) {
		store->read = false;
		err = otp_fleet_read(store, fault);
		if (err != OTP_OK)
			return err;
		err = store->row.is_taken
		    ? OTP_ERR_CONFLICT
		    : otp_session_outcome(
			  otp_database_touch(otp_session.database, &store->row,
			      false, true, fault));
		if (err != OTP_ERR_CONFLICT)
			break;
		if (monotonic_ms() >= end)
			return otp_fault_set(fault, OTP_ERR_LOCK_TIMEOUT, 0,
			    store->account, OTP_DETAIL_NONE);
		pause_at_random();
	}
	store->locked = store->taken = store->kept = err == OTP_OK;
	return err;
}

/* The server frees what is taken after 2 seconds. */
static enum otp_err
fleet_check_lock(struct otp_store *store, struct otp_fault *fault)
{
	return otp_fleet_read(store, fault);
}

static enum otp_err
fleet_seed(
    struct otp_store *store, struct otp_seed *ret_seed, struct otp_fault *fault)
{
	enum otp_err err = store->read ? OTP_OK : otp_fleet_fetch(store, fault);

	memset(ret_seed, 0, sizeof(*ret_seed));
	if (err == OTP_OK && !store->row.has_seed)
		err = otp_fault_set(
		    fault, OTP_ERR_ABSENT, 0, store->account, OTP_DETAIL_NONE);
	if (err == OTP_OK)
		err = otp_seed_parse(
		    store->row.seed, store->row.seed_size, ret_seed, fault);
	return err;
}

static enum otp_err
fleet_has_seed(struct otp_store *store, bool *ret_has, struct otp_fault *fault)
{
	enum otp_err err = store->read ? OTP_OK : otp_fleet_fetch(store, fault);

	if (err == OTP_OK)
		*ret_has = store->row.has_seed;
	return err;
}

/* --- The state ----------------------------------------------------------- */

static enum otp_err
fleet_put(struct otp_store *store, const struct otp_state *state,
    enum otp_put put, struct otp_fault *fault)
{
	const bool enrols = put == OTP_PUT_COMMIT && state->enrolled &&
	    (!store->state.enrolled || store->state.uid != state->uid);
	enum otp_err err = OTP_OK;

	store->in_effect = false;
	if (put == OTP_PUT_NOTHING)
		return OTP_OK;
	if (!store->locked || state->generation != store->state.generation)
		return OTP_ERR_CONFLICT;
	if (enrols)
		err = otp_fleet_claim_uid(store, state->uid, fault);
	return err == OTP_OK ? otp_fleet_put_state(store, state, put, fault)
			     : err;
}

static bool
fleet_in_effect(const struct otp_store *store)
{
	return store->in_effect;
}

static enum otp_err
fleet_settle(struct otp_store *store, struct otp_fault *fault)
{
	if (!store->locked || otp_session.database == NULL)
		return OTP_ERR_CONFLICT;
	otp_database_begin(otp_session.database, CHANGE_MS);
	return otp_fleet_changed(store,
	    otp_database_touch(
		otp_session.database, &store->row, true, store->taken, fault));
}

/* --- What there is nothing of -------------------------------------------- */

/* A transaction that was interrupted leaves nothing. */
static enum otp_err
fleet_each_left(struct otp_place place,
    enum otp_err (*visit)(void *context, const char *path), void *context,
    struct otp_fault *fault)
{
	(void)place;
	(void)visit;
	(void)context;
	(void)fault;
	return OTP_OK;
}

/* An administrator's role does that. */
static enum otp_err
fleet_init(struct otp_place place, bool *ret_made, struct otp_fault *fault)
{
	*ret_made = false;
	return otp_fault_set(
	    fault, OTP_ERR_OPTION, 0, place.folder, OTP_DETAIL_FLEET_INIT);
}

const struct otp_store_kind otp_fleet_kind = {
	.open = fleet_open,
	.close = fleet_close,
	.peek = fleet_peek,
	.may_have_standing = fleet_may_have_standing,
	.look = fleet_look,
	.is_settled = fleet_is_settled,
	.is_locked = fleet_is_locked,
	.load = fleet_load,
	.check_lock = fleet_check_lock,
	.seed = fleet_seed,
	.has_seed = fleet_has_seed,
	.put = fleet_put,
	.in_effect = fleet_in_effect,
	.settle = fleet_settle,
	.create = otp_fleet_create,
	.rewrite = otp_fleet_rewrite,
	.put_seed = otp_fleet_put_seed,
	.move_seed = otp_fleet_move_seed,
	.drop_seed = otp_fleet_drop_seed,
	.purge = otp_fleet_purge,
	.check_uid = otp_fleet_check_uid,
	.claim_uid = otp_fleet_claim_uid,
	.each_uid = otp_fleet_each_uid,
	.each_left = fleet_each_left,
	.init = fleet_init,
	.each = otp_fleet_each,
};
