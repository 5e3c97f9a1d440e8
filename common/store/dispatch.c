/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which kind of store a place is, and the calls of store.h, each of which is
 * passed on to it.
 *
 * MUST, with the test that fails without it (tests/store/dispatch_test.c):
 *
 * 1. A place whose kind is not registered has no store, and nothing is made
 *    there (dispatch__finds_no_store_where_there_is_no_kind).
 * 2. Nothing is accepted of an account that was moved to another store
 *    (load__of_an_account_that_was_moved_is_refused).
 */
#include "config.h"

#include <string.h>

#include "common/store/store.h"
#include "common/store/store_files.h"
#include "common/store/store_kind.h"

static const struct otp_store_kind files = {
	.open = otp_files_open,
	.close = otp_files_close,
	.peek = otp_files_peek,
	.may_have_standing = otp_files_may_have_standing,
	.look = otp_files_look,
	.is_settled = otp_files_is_settled,
	.is_locked = otp_files_is_locked,
	.load = otp_files_load,
	.check_lock = otp_files_check_lock,
	.seed = otp_files_seed,
	.has_seed = otp_files_has_seed,
	.put = otp_files_put,
	.in_effect = otp_files_in_effect,
	.settle = otp_files_settle,
	.create = otp_files_create,
	.rewrite = otp_files_rewrite,
	.put_seed = otp_files_put_seed,
	.move_seed = otp_files_move_seed,
	.drop_seed = otp_files_drop_seed,
	.purge = otp_files_purge,
	.check_uid = otp_files_check_uid,
	.claim_uid = otp_files_claim_uid,
	.each_uid = otp_files_each_uid,
	.each_left = otp_files_each_left,
	.init = otp_files_init,
	.each = otp_files_each,
};

/* Beside the files; the module never has one. */
static struct {
	const char *prefix;
	const struct otp_store_kind *kind;
} other;

void
otp_store_register(const char *prefix, const struct otp_store_kind *kind)
{
	other.prefix = prefix;
	other.kind = kind;
}

bool
otp_place_is_folder(const char *folder)
{
	return folder[0] == '/';
}

/* The kind of PLACE, or NULL. */
static const struct otp_store_kind *
kind_at(struct otp_place place)
{
	if (otp_place_is_folder(place.folder))
		return &files;
	if (other.kind != NULL &&
	    strncmp(place.folder, other.prefix, strlen(other.prefix)) == 0)
		return other.kind;
	return NULL;
}

static enum otp_err
no_kind(struct otp_place place, struct otp_fault *fault)
{
	return otp_fault_set(
	    fault, OTP_ERR_NO_STORE, 0, place.folder, OTP_DETAIL_NONE);
}

static struct otp_store_head *
head_of(struct otp_store *store)
{
	return (struct otp_store_head *)(void *)store;
}

static const struct otp_store_kind *
kind_of(const struct otp_store *store)
{
	return ((const struct otp_store_head *)(const void *)store)->kind;
}

/* --- Of a place ---------------------------------------------------------- */

enum otp_err
otp_store_open(struct otp_place place, const char *account,
    struct otp_store **ret_store, struct otp_fault *fault)
{
	const struct otp_store_kind *kind = kind_at(place);
	enum otp_err err;

	if (kind == NULL)
		return no_kind(place, fault);
	err = kind->open(place, account, ret_store, fault);
	if (err == OTP_OK)
		head_of(*ret_store)->kind = kind;
	return err;
}

bool
otp_store_may_have_standing(struct otp_place place, const char *account)
{
	const struct otp_store_kind *kind = kind_at(place);

	return kind == NULL || kind->may_have_standing(place, account);
}

enum otp_err
otp_store_each_uid(struct otp_place place,
    enum otp_err (*visit)(void *context, uint32_t uid, const char *account),
    void *context, struct otp_fault *fault)
{
	const struct otp_store_kind *kind = kind_at(place);

	return kind == NULL ? no_kind(place, fault)
			    : kind->each_uid(place, visit, context, fault);
}

enum otp_err
otp_store_each_left(struct otp_place place,
    enum otp_err (*visit)(void *context, const char *path), void *context,
    struct otp_fault *fault)
{
	const struct otp_store_kind *kind = kind_at(place);

	return kind == NULL ? no_kind(place, fault)
			    : kind->each_left(place, visit, context, fault);
}

enum otp_err
otp_store_init(struct otp_place place, bool *ret_made, struct otp_fault *fault)
{
	const struct otp_store_kind *kind = kind_at(place);

	return kind == NULL ? no_kind(place, fault)
			    : kind->init(place, ret_made, fault);
}

enum otp_err
otp_store_each(struct otp_place place,
    enum otp_err (*visit)(void *context, const char *account), void *context,
    struct otp_fault *fault)
{
	const struct otp_store_kind *kind = kind_at(place);

	return kind == NULL ? no_kind(place, fault)
			    : kind->each(place, visit, context, fault);
}

/* --- Of an account ------------------------------------------------------- */

void
otp_store_close(struct otp_store *store)
{
	if (store != NULL)
		kind_of(store)->close(store);
}

static enum otp_err
refuse_moved(enum otp_err err, const struct otp_state *state)
{
	return err == OTP_OK && state->moved ? OTP_ERR_MOVED : err;
}

enum otp_err
otp_store_peek(struct otp_store *store, struct otp_state *ret_state,
    struct otp_fault *fault)
{
	return refuse_moved(
	    kind_of(store)->peek(store, ret_state, fault), ret_state);
}

enum otp_err
otp_store_look(struct otp_store *store, struct otp_state *ret_state,
    struct otp_fault *fault)
{
	return refuse_moved(
	    kind_of(store)->look(store, ret_state, fault), ret_state);
}

bool
otp_store_is_settled(const struct otp_store *store, bool by_other)
{
	return kind_of(store)->is_settled(store, by_other);
}

bool
otp_store_is_locked(const struct otp_store *store)
{
	return kind_of(store)->is_locked(store);
}

enum otp_err
otp_store_load(struct otp_store *store, struct otp_state *ret_state,
    struct otp_fault *fault)
{
	return refuse_moved(
	    kind_of(store)->load(store, ret_state, fault), ret_state);
}

enum otp_err
otp_store_check_lock(struct otp_store *store, struct otp_fault *fault)
{
	return kind_of(store)->check_lock(store, fault);
}

enum otp_err
otp_store_seed(
    struct otp_store *store, struct otp_seed *ret_seed, struct otp_fault *fault)
{
	return kind_of(store)->seed(store, ret_seed, fault);
}

enum otp_err
otp_store_has_seed(
    struct otp_store *store, bool *ret_has, struct otp_fault *fault)
{
	return kind_of(store)->has_seed(store, ret_has, fault);
}

enum otp_err
otp_store_put(struct otp_store *store, const struct otp_state *state,
    enum otp_put put, struct otp_fault *fault)
{
	return kind_of(store)->put(store, state, put, fault);
}

bool
otp_store_in_effect(const struct otp_store *store)
{
	return kind_of(store)->in_effect(store);
}

enum otp_err
otp_store_settle(struct otp_store *store, struct otp_fault *fault)
{
	return kind_of(store)->settle(store, fault);
}

enum otp_err
otp_store_create(struct otp_store *store, const struct otp_state *state,
    struct otp_fault *fault)
{
	return kind_of(store)->create(store, state, fault);
}

enum otp_err
otp_store_rewrite(struct otp_store *store, const struct otp_state *state,
    struct otp_fault *fault)
{
	return kind_of(store)->rewrite(store, state, fault);
}

enum otp_err
otp_store_put_seed(struct otp_store *store, const struct otp_seed *seed,
    struct otp_fault *fault)
{
	return kind_of(store)->put_seed(store, seed, fault);
}

enum otp_err
otp_store_move_seed(
    struct otp_store *from, struct otp_store *to, struct otp_fault *fault)
{
	return kind_of(from) == kind_of(to)
	    ? kind_of(to)->move_seed(from, to, fault)
	    : OTP_ERR_CONFLICT;
}

enum otp_err
otp_store_drop_seed(struct otp_store *store, struct otp_fault *fault)
{
	return kind_of(store)->drop_seed(store, fault);
}

enum otp_err
otp_store_purge(struct otp_store *store, struct otp_fault *fault)
{
	return kind_of(store)->purge(store, fault);
}

enum otp_err
otp_store_check_uid(struct otp_store *store, uint32_t uid, bool *ret_ours,
    struct otp_fault *fault)
{
	return kind_of(store)->check_uid(store, uid, ret_ours, fault);
}

enum otp_err
otp_store_claim_uid(
    struct otp_store *store, uint32_t uid, struct otp_fault *fault)
{
	return kind_of(store)->claim_uid(store, uid, fault);
}
