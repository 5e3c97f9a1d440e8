/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of an account before its user is asked, in one look. */
#include "config.h"

#include "tests/effects/world.h"

#include "common/effects/look.h"

#define DAY INT64_C(86400)

static unsigned opened;	      /* how often the store was */
static unsigned locked;	      /* how often a state was */
static enum otp_err seed_err; /* of the next look whether there is a seed */
static bool torn;	      /* the state, when it is read without the lock */

enum otp_err __real_otp_store_open(struct otp_place place, const char *account,
    struct otp_store **ret_store, struct otp_fault *fault);
enum otp_err __wrap_otp_store_open(struct otp_place place, const char *account,
    struct otp_store **ret_store, struct otp_fault *fault);

enum otp_err
__wrap_otp_store_open(struct otp_place place, const char *account,
    struct otp_store **ret_store, struct otp_fault *fault)
{
	opened++;
	return __real_otp_store_open(place, account, ret_store, fault);
}

enum otp_err __real_otp_store_has_seed(
    struct otp_store *store, bool *ret_has, struct otp_fault *fault);
enum otp_err __wrap_otp_store_has_seed(
    struct otp_store *store, bool *ret_has, struct otp_fault *fault);

enum otp_err
__wrap_otp_store_has_seed(
    struct otp_store *store, bool *ret_has, struct otp_fault *fault)
{
	return seed_err != OTP_OK
	    ? seed_err
	    : __real_otp_store_has_seed(store, ret_has, fault);
}

enum otp_err __real_otp_store_load(struct otp_store *store,
    struct otp_state *ret_state, struct otp_fault *fault);
enum otp_err __wrap_otp_store_load(struct otp_store *store,
    struct otp_state *ret_state, struct otp_fault *fault);

enum otp_err
__wrap_otp_store_load(struct otp_store *store, struct otp_state *ret_state,
    struct otp_fault *fault)
{
	locked++;
	return __real_otp_store_load(store, ret_state, fault);
}

enum otp_err __real_otp_store_peek(struct otp_store *store,
    struct otp_state *ret_state, struct otp_fault *fault);
enum otp_err __wrap_otp_store_peek(struct otp_store *store,
    struct otp_state *ret_state, struct otp_fault *fault);

enum otp_err
__wrap_otp_store_peek(struct otp_store *store, struct otp_state *ret_state,
    struct otp_fault *fault)
{
	if (!torn)
		return __real_otp_store_peek(store, ret_state, fault);
	torn = false;
	return OTP_ERR_CHECKSUM;
}

/* Alice is enrolled, and logged in from a device. */
static int
setup(void **unused)
{
	(void)unused;
	seed_err = OTP_OK;
	torn = false;
	world_open(&world);
	memset(world.request.device.id, 0xd1, OTP_DEVICE_ID_SIZE);
	world.request.device.remember_for = 14 * DAY;
	(void)world_token(&world, OTP_TOTP);
	world_enrol(&world);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)

static struct otp_look look;

static void
assert_look(bool want_enrolled, enum otp_err err)
{
	struct otp_fault *fault = &world.account.fault;

	memset(&look, 0xee, sizeof(look));
	*fault = (struct otp_fault){ 0 };
	opened = locked = 0;
	assert_int_equal(otp_look_at(&world.host, &world.request, want_enrolled,
			     &look, fault),
	    err);
}

static void
exempt_alice(void)
{
	struct otp_exemption exemption = { .until = world.now + 60,
		.reason = "phone is lost" };
	bool changed = false;

	assert_int_equal(
	    otp_standing_exempt(&world.account, &exemption, &changed), OTP_OK);
}

static void
look__opens_the_store_once(void **unused)
{
	(void)unused;
	assert_look(true, OTP_OK);
	assert_int_equal(opened, 1);
	assert_int_equal(locked, 0);
	assert_int_equal(look.standing, OTP_STANDING_USUAL);
	assert_int_equal(look.enrolled, OTP_ENROLLED_YES);
	assert_int_equal(look.known.verdict, OTP_VERDICT_ACCEPT);
	assert_int_equal(look.known.device_left, 14 * DAY);
}

/* Most logins have no device, and no nullok. */
static void
look__opens_no_store_for_nothing(void **unused)
{
	(void)unused;
	world.request.device.remember_for = 0;
	assert_look(false, OTP_OK);
	assert_int_equal(opened, 0);
	assert_int_equal(look.standing, OTP_STANDING_USUAL);
	assert_int_equal(look.enrolled, OTP_ENROLLED_UNKNOWN);
	assert_int_equal(look.known.verdict, OTP_VERDICT_REJECT);
	exempt_alice();
	assert_look(false, OTP_OK);
	assert_int_equal(opened, 1);
	assert_int_equal(look.standing, OTP_STANDING_EXEMPT);
	world.request.unknown = true;
	world.request.device.remember_for = 14 * DAY;
	assert_look(true, OTP_OK);
	assert_int_equal(look.enrolled, OTP_ENROLLED_UNKNOWN);
	assert_int_equal(opened, 0);
	assert_int_equal(look.standing, OTP_STANDING_USUAL);
	assert_int_equal(look.known.verdict, OTP_VERDICT_REJECT);
}

/* What an administrator decided does not depend on what else is wrong. */
static void
look__ends_with_what_an_administrator_decided(void **unused)
{
	char path[96];
	bool changed = false;

	(void)unused;
	exempt_alice();
	assert_look(true, OTP_OK);
	assert_int_equal(look.standing, OTP_STANDING_EXEMPT);
	assert_string_equal(look.exemption.reason, "phone is lost");
	assert_int_equal(look.enrolled, OTP_ENROLLED_YES);
	assert_int_equal(look.known.verdict, OTP_VERDICT_REJECT);
	world_path(&world, "seed/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_look(true, OTP_OK); /* the seed is lost */
	assert_int_equal(look.standing, OTP_STANDING_EXEMPT);
	assert_int_equal(look.enrolled, OTP_ENROLLED_UNKNOWN);
	assert_int_equal(
	    otp_standing_suspend(&world.account, true, &changed), OTP_OK);
	assert_look(true, OTP_OK);
	assert_int_equal(look.standing, OTP_STANDING_SUSPENDED);
	assert_int_equal(look.enrolled, OTP_ENROLLED_UNKNOWN);
	assert_int_equal(look.known.verdict, OTP_VERDICT_REJECT);
}

static void
look__is_an_error_without_the_seed(void **unused)
{
	char path[96];

	(void)unused;
	world_path(&world, "seed/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_look(true, OTP_ERR_READ);
	assert_int_equal(world.account.fault.detail, OTP_DETAIL_SEED_GONE);
	assert_int_equal(look.enrolled, OTP_ENROLLED_UNKNOWN);
	assert_int_equal(look.known.verdict, OTP_VERDICT_REJECT);
}

/* A state that was being written when it was read is read again. */
static void
look__sees_a_suspension_that_is_being_written(void **unused)
{
	bool changed = false;

	(void)unused;
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	assert_int_equal(
	    otp_standing_suspend(&world.account, true, &changed), OTP_OK);
	torn = true;
	assert_look(true, OTP_OK);
	assert_false(torn);
	assert_int_equal(locked, 1);
	assert_int_equal(look.standing, OTP_STANDING_SUSPENDED);
	assert_int_equal(look.enrolled, OTP_ENROLLED_UNKNOWN);
	/* Without nullok, the lock is not waited for: a try refuses them. */
	torn = true;
	assert_look(false, OTP_OK);
	assert_int_equal(locked, 0);
	assert_int_equal(look.standing, OTP_STANDING_USUAL);
	assert_int_equal(look.known.verdict, OTP_VERDICT_REJECT);
}

/* It is only told to the caller who asks for more than a reason to ask. */
static void
look__is_an_error_only_for_nullok(void **unused)
{
	(void)unused;
	world_write(&world, "state/alice", "torn", 4);
	assert_look(true, OTP_ERR_CHECKSUM);
	assert_non_null(strstr(world.account.fault.where, "state/alice"));
	assert_int_equal(look.standing, OTP_STANDING_USUAL);
	assert_look(false, OTP_OK);
	assert_string_equal(world.account.fault.where, "");
	assert_int_equal(look.known.verdict, OTP_VERDICT_REJECT);
	world.host.store.folder = "/nowhere";
	assert_look(true, OTP_ERR_NO_STORE);
	assert_int_equal(look.enrolled, OTP_ENROLLED_UNKNOWN);
	assert_look(false, OTP_OK);
	assert_string_equal(world.account.fault.where, "");
	assert_int_equal(look.standing, OTP_STANDING_USUAL);
	assert_int_equal(look.known.verdict, OTP_VERDICT_REJECT);
}

static void
look__is_an_error_where_a_seed_cannot_be_seen(void **unused)
{
	(void)unused;
	seed_err = OTP_ERR_LIMIT;
	assert_look(true, OTP_ERR_LIMIT);
	assert_int_equal(look.enrolled, OTP_ENROLLED_UNKNOWN);
	assert_int_equal(look.known.verdict, OTP_VERDICT_REJECT);
	assert_look(false, OTP_OK);
	assert_int_equal(look.known.verdict, OTP_VERDICT_ACCEPT);
}

/* No clock: nothing is exempt or known, and a suspension still is one. */
static void
look__without_a_clock_lets_nobody_by(void **unused)
{
	bool changed = false;

	(void)unused;
	exempt_alice();
	world.clock_fails = true;
	assert_look(true, OTP_OK);
	assert_int_equal(look.standing, OTP_STANDING_USUAL);
	assert_int_equal(look.enrolled, OTP_ENROLLED_YES);
	assert_int_equal(look.known.verdict, OTP_VERDICT_REJECT);
	world.clock_fails = false;
	assert_int_equal(
	    otp_standing_suspend(&world.account, true, &changed), OTP_OK);
	world.clock_fails = true;
	assert_look(true, OTP_OK);
	assert_int_equal(look.standing, OTP_STANDING_SUSPENDED);
	assert_int_equal(look.known.verdict, OTP_VERDICT_REJECT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(look__opens_the_store_once),
		TEST(look__opens_no_store_for_nothing),
		TEST(look__ends_with_what_an_administrator_decided),
		TEST(look__is_an_error_without_the_seed),
		TEST(look__sees_a_suspension_that_is_being_written),
		TEST(look__is_an_error_only_for_nullok),
		TEST(look__is_an_error_where_a_seed_cannot_be_seen),
		TEST(look__without_a_clock_lets_nobody_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
