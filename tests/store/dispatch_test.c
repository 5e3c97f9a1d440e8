/* SPDX-License-Identifier: BSD-2-Clause */
/* Which kind of store a place is. */
#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/unit.h"
#include "common/store/store_kind.h"

/* A kind that only counts what it is asked. */
struct otp_store {
	struct otp_store_head head;
};

static unsigned opened, closed, looked;

static enum otp_err
count_open(struct otp_place place, const char *account,
    struct otp_store **ret_store, struct otp_fault *fault)
{
	(void)fault;
	assert_string_equal(place.folder, "count:here");
	assert_string_equal(account, "alice");
	*ret_store = calloc(1, sizeof(**ret_store));
	assert_non_null(*ret_store);
	opened++;
	return OTP_OK;
}

static void
count_close(struct otp_store *store)
{
	closed++;
	free(store);
}

static bool
count_standing(struct otp_place place, const char *account)
{
	(void)place;
	(void)account;
	looked++;
	return false;
}

static enum otp_err
count_move(
    struct otp_store *from, struct otp_store *to, struct otp_fault *fault)
{
	(void)from;
	(void)to;
	(void)fault;
	return OTP_OK;
}

static bool moved; /* what the state says */

static enum otp_err
count_read(struct otp_store *store, struct otp_state *ret_state,
    struct otp_fault *fault)
{
	(void)store;
	(void)fault;
	*ret_state = (struct otp_state){ .uid = 7, .moved = moved };
	return OTP_OK;
}

static const struct otp_store_kind count = {
	.open = count_open,
	.close = count_close,
	.peek = count_read,
	.look = count_read,
	.load = count_read,
	.may_have_standing = count_standing,
	.move_seed = count_move,
};

static const struct otp_store_kind others = {
	.open = count_open,
	.close = count_close,
};

static const struct otp_place here = { .folder = "count:here" };

static void
dispatch__asks_the_kind_that_has_the_prefix(void **state)
{
	struct otp_store *store = NULL;

	(void)state;
	otp_store_register("count:", &count);
	assert_int_equal(otp_store_open(here, "alice", &store, NULL), OTP_OK);
	assert_int_equal(opened, 1);
	assert_false(otp_store_may_have_standing(here, "alice"));
	assert_int_equal(looked, 1);
	otp_store_close(store);
	assert_int_equal(closed, 1);
	otp_store_close(NULL);
	assert_int_equal(closed, 1);
}

static enum otp_err
visit_name(void *context, const char *text)
{
	(void)context;
	(void)text;
	return OTP_OK;
}

static enum otp_err
visit_uid(void *context, uint32_t uid, const char *text)
{
	(void)context;
	(void)uid;
	(void)text;
	return OTP_OK;
}

/* Each call: a place that is not understood must not be a folder's. */
static void
assert_no_store(const char *folder)
{
	const struct otp_place place = { .folder = folder, .is_local = true };
	struct otp_fault fault = { 0 };
	struct otp_store *store = NULL;
	bool made = false;

	assert_int_equal(
	    otp_store_open(place, "alice", &store, &fault), OTP_ERR_NO_STORE);
	assert_string_equal(fault.where, folder);
	assert_int_equal(otp_store_init(place, &made, NULL), OTP_ERR_NO_STORE);
	assert_int_equal(
	    otp_store_each(place, visit_name, NULL, NULL), OTP_ERR_NO_STORE);
	assert_int_equal(otp_store_each_left(place, visit_name, NULL, NULL),
	    OTP_ERR_NO_STORE);
	assert_int_equal(
	    otp_store_each_uid(place, visit_uid, NULL, NULL), OTP_ERR_NO_STORE);
	assert_true(otp_store_may_have_standing(place, "alice"));
}

static void
dispatch__finds_no_store_where_there_is_no_kind(void **state)
{
	char base[] = "/tmp/pam_otp-XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(base));
	assert_int_equal(chdir(base), 0);
	otp_store_register(NULL, NULL);
	assert_no_store("count:here");
	assert_no_store("here");
	assert_no_store("");
	otp_store_register("count:", &count);
	assert_no_store("coun");
	assert_no_store("postgresql:/etc/pam_otp/fleet.conf");
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(base), 0); /* which is empty */
}

static void
dispatch__moves_nothing_between_kinds(void **state)
{
	struct otp_store *one = NULL, *other = NULL;

	(void)state;
	otp_store_register("count:", &count);
	assert_int_equal(otp_store_open(here, "alice", &one, NULL), OTP_OK);
	otp_store_register("count:", &others);
	assert_int_equal(otp_store_open(here, "alice", &other, NULL), OTP_OK);
	assert_int_equal(
	    otp_store_move_seed(other, one, NULL), OTP_ERR_CONFLICT);
	assert_int_equal(otp_store_move_seed(one, one, NULL), OTP_OK);
	otp_store_close(one);
	otp_store_close(other);
}

static void
load__of_an_account_that_was_moved_is_refused(void **unused)
{
	struct otp_state state = { 0 };
	struct otp_store *store = NULL;

	(void)unused;
	otp_store_register("count:", &count);
	assert_int_equal(otp_store_open(here, "alice", &store, NULL), OTP_OK);
	moved = false;
	assert_int_equal(otp_store_peek(store, &state, NULL), OTP_OK);
	assert_int_equal(otp_store_look(store, &state, NULL), OTP_OK);
	assert_int_equal(otp_store_load(store, &state, NULL), OTP_OK);
	moved = true;
	state.uid = 0;
	assert_int_equal(otp_store_peek(store, &state, NULL), OTP_ERR_MOVED);
	assert_int_equal(otp_store_look(store, &state, NULL), OTP_ERR_MOVED);
	assert_int_equal(otp_store_load(store, &state, NULL), OTP_ERR_MOVED);
	assert_int_equal(state.uid, 7);
	otp_store_close(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dispatch__asks_the_kind_that_has_the_prefix),
		cmocka_unit_test(
		    dispatch__finds_no_store_where_there_is_no_kind),
		cmocka_unit_test(dispatch__moves_nothing_between_kinds),
		cmocka_unit_test(load__of_an_account_that_was_moved_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
