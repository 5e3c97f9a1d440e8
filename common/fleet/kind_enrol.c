/* SPDX-License-Identifier: BSD-2-Clause */
/* The store's calls that enroll, and those about all accounts. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/wipe.h"
#include "common/fleet/database_enrol.h"
#include "common/fleet/kind_internal.h"

static enum otp_err need_row(struct otp_store *store, struct otp_fault *fault);
static enum otp_err release_uid(
    struct otp_store *store, struct otp_fault *fault);
static enum otp_err find_other(struct otp_store *store, uint32_t uid,
    char other[OTP_DATABASE_NAME_SIZE], bool *ret_ours,
    struct otp_fault *fault);
static bool is_left_over(
    const char *account, uint32_t uid, struct otp_database_row *row);

/* --- The state ----------------------------------------------------------- */

enum otp_err
otp_fleet_create(struct otp_store *store, const struct otp_state *state,
    struct otp_fault *fault)
{
	struct otp_state first = *state;
	enum otp_err err;

	store->in_effect = false;
	first.enrolled = false; /* until it has its uid */
	err = otp_fleet_fetch(store, fault);
	if (err == OTP_OK)
		err = otp_fleet_check_clock(store, fault);
	if (err == OTP_OK && store->row.has_state)
		err = OTP_ERR_EXISTS;
	if (err == OTP_OK)
		err = otp_fleet_encode(store, &first);
	if (err != OTP_OK)
		return err;
	otp_database_begin(otp_session.database, CHANGE_MS);
	err = otp_fleet_changed(store,
	    otp_database_create(otp_session.database, &store->row, fault));
	if (err != OTP_OK)
		return err;
	store->locked = store->taken = true;
	store->state = first;
	store->state.generation = (uint64_t)store->row.generation;
	if (!state->enrolled)
		return OTP_OK;
	err = otp_fleet_claim_uid(store, state->uid, fault);
	if (err == OTP_OK)
		err = otp_fleet_put_state(store, state, OTP_PUT_COMMIT, fault);
	return err;
}

enum otp_err
otp_fleet_rewrite(struct otp_store *store, const struct otp_state *state,
    struct otp_fault *fault)
{
	enum otp_err err;

	store->in_effect = false;
	err = need_row(store, fault);
	if (err == OTP_OK)
		err = otp_fleet_check_clock(store, fault);
	if (err == OTP_OK && !store->row.has_state)
		err = OTP_ERR_ABSENT;
	if (err == OTP_OK)
		err = otp_session_outcome(otp_database_touch(
		    otp_session.database, &store->row, false, true, fault));
	if (err != OTP_OK)
		return err;
	store->locked = store->taken = store->kept = true;
	if (state->enrolled)
		err = otp_fleet_claim_uid(store, state->uid, fault);
	return err == OTP_OK
	    ? otp_fleet_put_state(store, state, OTP_PUT_COMMIT, fault)
	    : err;
}

enum otp_err
otp_fleet_purge(struct otp_store *store, struct otp_fault *fault)
{
	enum otp_err err = need_row(store, fault);

	store->in_effect = false;
	if (err != OTP_OK || !store->row.has_account)
		return err;
	otp_database_begin(otp_session.database, CHANGE_MS);
	err = otp_fleet_changed(store,
	    otp_database_purge(otp_session.database, &store->row, fault));
	store->read = store->locked = store->kept = false;
	return err;
}

/*
 * The row, loaded if it is not yet.  Another account that is open may have lost
 * the connection over which it was.
 */
static enum otp_err
need_row(struct otp_store *store, struct otp_fault *fault)
{
	if (!store->read)
		return otp_fleet_fetch(store, fault);
	return otp_session.database != NULL ? OTP_OK : OTP_ERR_DATABASE;
}

/* --- The seed ------------------------------------------------------------ */

enum otp_err
otp_fleet_put_seed(struct otp_store *store, const struct otp_seed *seed,
    struct otp_fault *fault)
{
	char text[OTP_SEED_SIZE_MAX + 1];
	size_t size = 0;
	enum otp_err err;

	store->in_effect = false;
	if (!store->locked || otp_session.database == NULL)
		return OTP_ERR_CONFLICT;
	err = otp_seed_format(seed, text, &size);
	if (err == OTP_OK) {
		otp_database_begin(otp_session.database, CHANGE_MS);
		err = otp_fleet_changed(store,
		    otp_database_put_seed(
			otp_session.database, &store->row, text, size, fault));
	}
	otp_wipe(text, sizeof(text));
	return err;
}

enum otp_err
otp_fleet_move_seed(
    struct otp_store *from, struct otp_store *to, struct otp_fault *fault)
{
	enum otp_err err;

	to->in_effect = false;
	if (!from->locked || !to->locked || otp_session.database == NULL)
		return OTP_ERR_CONFLICT;
	if (!from->row.has_seed)
		return OTP_ERR_ABSENT;
	otp_database_begin(otp_session.database, CHANGE_MS);
	err = otp_fleet_changed(to,
	    otp_database_move_seed(
		otp_session.database, &from->row, &to->row, fault));
	from->kept = err == OTP_OK;
	return err;
}

enum otp_err
otp_fleet_drop_seed(struct otp_store *store, struct otp_fault *fault)
{
	enum otp_err err = need_row(store, fault);
	bool dropped = false;

	store->in_effect = false;
	if (err == OTP_OK && store->row.has_seed) {
		otp_database_begin(otp_session.database, CHANGE_MS);
		err = otp_fleet_changed(store,
		    otp_database_put_seed(
			otp_session.database, &store->row, NULL, 0, fault));
		dropped = store->in_effect;
	}
	if (err == OTP_OK && store->locked && !store->state.enrolled)
		err = release_uid(store, fault);
	store->in_effect = dropped;
	return err;
}

/* --- Whose a uid is ------------------------------------------------------ */

static enum otp_err
release_uid(struct otp_store *store, struct otp_fault *fault)
{
	char other[OTP_DATABASE_NAME_SIZE] = "";

	otp_database_begin(otp_session.database, CHANGE_MS);
	return otp_fleet_changed(store,
	    otp_database_put_uid(
		otp_session.database, &store->row, false, 0, other, fault));
}

static enum otp_err
refuse_other(const char *other, struct otp_fault *fault)
{
	if (fault != NULL)
		(void)snprintf(fault->name, sizeof(fault->name), "%.*s",
		    (int)sizeof(fault->name) - 1, other);
	return otp_fault_set(
	    fault, OTP_ERR_UID, 0, NULL, OTP_DETAIL_OTHER_NAME);
}

/* OTHER is the account that has UID, or "" if none has. */
static enum otp_err
find_other(struct otp_store *store, uint32_t uid,
    char other[OTP_DATABASE_NAME_SIZE], bool *ret_ours, struct otp_fault *fault)
{
	enum otp_err err = OTP_ERR_DATABASE;

	if (otp_session.database != NULL) {
		otp_database_begin(otp_session.database, CHANGE_MS);
		err = otp_session_outcome(otp_database_uid_name(
		    otp_session.database, uid, other, fault));
	}
	*ret_ours = err == OTP_OK && strcmp(other, store->account) == 0;
	return err;
}

enum otp_err
otp_fleet_check_uid(struct otp_store *store, uint32_t uid, bool *ret_ours,
    struct otp_fault *fault)
{
	char other[OTP_DATABASE_NAME_SIZE] = "";
	struct otp_database_row *row = NULL;
	bool ours = false, left_over = true;
	enum otp_err err = OTP_OK;

	if (uid != OTP_UID_VIRTUAL)
		err = find_other(store, uid, other, &ours, fault);
	if (err != OTP_OK)
		return err;
	if (!ours && other[0] != '\0') {
		row = calloc(1, sizeof(*row));
		left_over = row != NULL && is_left_over(other, uid, row);
		if (row != NULL)
			otp_wipe(row, sizeof(*row));
		free(row);
	}
	if (!left_over)
		return refuse_other(other, fault);
	*ret_ours = ours;
	return OTP_OK;
}

/*
 * Whether ACCOUNT was interrupted when it entered UID: it can be seen to be not
 * enrolled.  ROW is its row.
 */
static bool
is_left_over(const char *account, uint32_t uid, struct otp_database_row *row)
{
	struct otp_store *other = calloc(1, sizeof(*other));
	bool left_over = false;

	if (other == NULL)
		return false;
	memcpy(other->account, account, strlen(account) + 1);
	if (otp_fleet_read(other, NULL) == OTP_OK && !other->row.is_taken)
		left_over = other->state.uid != uid ||
		    (!other->state.enrolled && !other->row.has_seed);
	*row = other->row;
	otp_wipe(other, sizeof(*other));
	free(other);
	return left_over;
}

/* Take from an account what is left over there. */
static enum otp_err
clear_other(const char *account, uint32_t uid, struct otp_fault *fault)
{
	struct otp_database_row *row = calloc(1, sizeof(*row));
	char other[OTP_DATABASE_NAME_SIZE] = "";
	enum otp_err err = OTP_ERR_NOMEM;

	if (row == NULL)
		return err;
	if (!is_left_over(account, uid, row) || otp_session.database == NULL) {
		err = refuse_other(account, fault);
	} else {
		otp_database_begin(otp_session.database, CHANGE_MS);
		err = otp_session_outcome(otp_database_put_uid(
		    otp_session.database, row, false, 0, other, fault));
		if (err == OTP_OK)
			err = otp_session_outcome(otp_database_touch(
			    otp_session.database, row, false, false, fault));
	}
	otp_wipe(row, sizeof(*row));
	free(row);
	return err;
}

enum otp_err
otp_fleet_claim_uid(
    struct otp_store *store, uint32_t uid, struct otp_fault *fault)
{
	char other[OTP_DATABASE_NAME_SIZE] = "";
	enum otp_err err = OTP_ERR_UID;

	if (uid == OTP_UID_VIRTUAL)
		return OTP_OK;
	if (!store->locked || otp_session.database == NULL)
		return OTP_ERR_CONFLICT;
	/*
	 * Also one that it has, as loaded: no number tells that it was taken.
	 */
	for (unsigned i = 0; i < 2 && err == OTP_ERR_UID; i++) {
		otp_database_begin(otp_session.database, CHANGE_MS);
		err = otp_database_put_uid(
		    otp_session.database, &store->row, true, uid, other, fault);
		if (err == OTP_ERR_UID && i == 0) {
			err = clear_other(other, uid, fault);
			if (err != OTP_OK)
				return err;
			err = OTP_ERR_UID;
		}
	}
	if (err == OTP_ERR_UID)
		return refuse_other(other, fault);
	err = otp_fleet_changed(store, err);
	store->in_effect = false;
	return err;
}

/* --- All accounts -------------------------------------------------------- */

/* What all accounts are shown to, over connection NUMBER of the session. */
struct visitor {
	enum otp_err (*visit)(void *context, const char *account);
	enum otp_err (*visit_uid)(
	    void *context, uint32_t uid, const char *account);
	void *context;
	unsigned number;
};

/*
 * A visitor opens accounts on the same connection, and goes on where one of
 * them cannot be read, after which there is another connection, or none.
 */
static enum otp_err
check_connection(const struct visitor *visitor, enum otp_err err)
{
	if (err == OTP_OK &&
	    (otp_session.database == NULL ||
		otp_session.number != visitor->number))
		return OTP_ERR_DATABASE;
	return err;
}

static enum otp_err
visit_account(void *context, const char *account)
{
	const struct visitor *visitor = context;

	return check_connection(
	    visitor, visitor->visit(visitor->context, account));
}

static enum otp_err
visit_uid(void *context, uint32_t uid, const char *account)
{
	const struct visitor *visitor = context;

	return check_connection(
	    visitor, visitor->visit_uid(visitor->context, uid, account));
}

enum otp_err
otp_fleet_each(struct otp_place place,
    enum otp_err (*visit)(void *context, const char *account), void *context,
    struct otp_fault *fault)
{
	struct visitor visitor = { .visit = visit, .context = context };
	bool reused = false;
	enum otp_err err = otp_session_connect(place, &reused, fault);

	if (err != OTP_OK)
		return err;
	visitor.number = otp_session.number;
	err = otp_database_each(
	    otp_session.database, LOAD_MS, visit_account, &visitor, fault);
	return err == OTP_ERR_READ ? otp_session_outcome(err) : err;
}

enum otp_err
otp_fleet_each_uid(struct otp_place place,
    enum otp_err (*visit)(void *context, uint32_t uid, const char *account),
    void *context, struct otp_fault *fault)
{
	struct visitor visitor = { .visit_uid = visit, .context = context };
	bool reused = false;
	enum otp_err err = otp_session_connect(place, &reused, fault);

	if (err != OTP_OK)
		return err;
	visitor.number = otp_session.number;
	err = otp_database_each_uid(
	    otp_session.database, LOAD_MS, visit_uid, &visitor, fault);
	return err == OTP_ERR_READ ? otp_session_outcome(err) : err;
}
