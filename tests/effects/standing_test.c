/* SPDX-License-Identifier: BSD-2-Clause */
/* Accounts that an administrator suspended. */
#include "config.h"

#include "tests/effects/world.h"
#include "tests/effects/stop.h"

#include "common/core/calendar.h"
#include "common/effects/look.h"
#include "common/effects/standing.h"

static bool suspended_meanwhile; /* the next state is, once it is loaded */

enum otp_err __real_otp_store_load(struct otp_store *store,
    struct otp_state *ret_state, struct otp_fault *fault);
enum otp_err __wrap_otp_store_load(struct otp_store *store,
    struct otp_state *ret_state, struct otp_fault *fault);

enum otp_err
__wrap_otp_store_load(struct otp_store *store, struct otp_state *ret_state,
    struct otp_fault *fault)
{
	enum otp_err err = __real_otp_store_load(store, ret_state, fault);

	if (err == OTP_OK && suspended_meanwhile)
		ret_state->suspended = true;
	suspended_meanwhile = false;
	return err;
}

static int
setup(void **unused)
{
	(void)unused;
	stop_from(0);
	meanwhile = NULL;
	world_open(&world);
	(void)world_token(&world, OTP_TOTP);
	world_recovery(&world, 1);
	return 0;
}

static int
teardown(void **unused)
{
	(void)unused;
	stop_from(0);
	world_close(&world);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static bool
is_suspended(void)
{
	struct otp_look look;

	assert_int_equal(
	    otp_look_at(&world.host, &world.request, false, &look, NULL),
	    OTP_OK);
	return look.standing == OTP_STANDING_SUSPENDED;
}

static void
suspend(bool suspended, bool is_change)
{
	bool changed = !is_change;

	assert_int_equal(
	    otp_standing_suspend(&world.account, suspended, &changed), OTP_OK);
	assert_int_equal(changed, is_change);
	assert_int_equal(world.account.committed, is_change);
	assert_int_equal(is_suspended(), suspended);
}

static enum otp_err
do_suspend(void)
{
	bool changed = false;

	return otp_standing_suspend(&world.account, true, &changed);
}

static void
suspension__refuses_every_code_and_charges_none(void **unused)
{
	static struct snapshot before;
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	world_enrol(&world);
	assert_false(is_suspended());
	suspend(true, true);
	snapshot_take(&world, &before);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_SUSPENDED);
	assert_int_equal(world_guess(&world), OTP_VERDICT_SUSPENDED);
	assert_int_equal(world_try(&world, world_recovery_text(1, text)),
	    OTP_VERDICT_SUSPENDED);
	assert_unchanged(&world, &before);
	suspend(false, true);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_try(&world, text), OTP_VERDICT_ACCEPT);
}

/* It came between the look and the lock. */
static void
suspension__refuses_under_the_lock(void **unused)
{
	static struct snapshot before;

	(void)unused;
	world_enrol(&world);
	snapshot_take(&world, &before);
	suspended_meanwhile = true;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_SUSPENDED);
	assert_unchanged(&world, &before);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
}

static void
suspension__of_an_account_without_files_makes_a_state(void **unused)
{
	enum otp_enrolled enrolled = OTP_ENROLLED_UNKNOWN;

	(void)unused;
	suspend(false, false);
	assert_false(world_has(&world, "state/alice"));
	suspend(true, true);
	assert_false(world_state(&world)->enrolled);
	assert_false(world_has(&world, "uid/1000"));
	assert_int_equal(world_enrolled(&world, &enrolled), OTP_OK);
	assert_int_equal(enrolled, OTP_ENROLLED_UNKNOWN);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_SUSPENDED);
	suspend(true, false);
	suspend(false, true);
	assert_int_equal(world_enrolled(&world, &enrolled), OTP_OK);
	assert_int_equal(enrolled, OTP_ENROLLED_NO);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_UNENROLLED);
}

static void
suspension__outlives_what_becomes_of_the_tokens(void **unused)
{
	struct otp_token token = world.seed.tokens[0];
	struct otp_enrolment enrolment = { 0 };
	struct otp_recovery_set set = { 0 };

	(void)unused;
	world_enrol(&world);
	suspend(true, true);
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	assert_true(is_suspended());
	assert_int_equal(
	    otp_enrol_begin(&world.account, OTP_ENROL_NEW, &token, &enrolment),
	    OTP_OK);
	assert_int_equal(
	    otp_enrol_put(&world.account, &enrolment, &set), OTP_OK);
	assert_true(world_state(&world)->enrolled);
	assert_true(is_suspended());
	assert_int_equal(otp_enrol_remove(&world.account, true), OTP_OK);
	assert_false(is_suspended()); /* nothing is kept of it */
}

static void
suspension__keeps_users_from_enrolling_themselves(void **unused)
{
	struct otp_token token = world.seed.tokens[0];
	struct otp_enrolment enrolment = { 0 };
	struct otp_recovery_set set = { 0 };

	(void)unused;
	assert_int_equal(
	    otp_enrol_begin(&world.account, OTP_ENROL_NEW, &token, &enrolment),
	    OTP_OK);
	enrolment.by_user = true;
	suspend(true, true);
	assert_int_equal(
	    otp_enrol_put(&world.account, &enrolment, &set), OTP_ERR_SUSPENDED);
	assert_false(world.account.committed);
	assert_false(world_has(&world, "seed/alice"));
	suspend(false, true);
	assert_int_equal(
	    otp_enrol_put(&world.account, &enrolment, &set), OTP_OK);
}

static void
suspension__forgets_the_owners_last_code(void **unused)
{
	struct otp_state state;
	bool changed = false;

	(void)unused;
	world_enrol(&world);
	state = *world_state(&world);
	state.own_code.time = WORLD_NOW;
	world_put_state(&world, &state);
	assert_int_equal(
	    otp_standing_suspend(&world.account, true, &changed), OTP_OK);
	assert_true(world_state(&world)->own_code.time == 0);
	assert_int_equal(
	    otp_standing_suspend(&world.account, false, &changed), OTP_OK);
	assert_true(world_state(&world)->own_code.time == 0);
}

static void
suspension__forgets_known_devices(void **unused)
{
	(void)unused;
	memset(world.request.device.id, 0xd1, OTP_DEVICE_ID_SIZE);
	world.request.device.remember_for = 14 * INT64_C(86400);
	world_enrol(&world);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_state(&world)->devices.count, 1);
	suspend(true, true);
	suspend(false, true);
	assert_int_equal(world_state(&world)->devices.count, 0);
	world_known(&world, &world.answer);
	assert_int_equal(world.answer.verdict, OTP_VERDICT_REJECT);
}

/* A state in its place would say that nothing was used. */
static void
suspension__does_not_replace_a_lost_state(void **unused)
{
	char path[96];

	(void)unused;
	world_put_seed(&world);
	assert_int_equal(do_suspend(), OTP_ERR_NO_STATE);
	assert_int_equal(world.account.fault.detail, OTP_DETAIL_NOT_ADOPTED);
	world_write(&world, "uid/1000", "alice\n", 6);
	world_path(&world, "seed/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(do_suspend(), OTP_ERR_NO_STATE);
	assert_int_equal(world.account.fault.detail, OTP_DETAIL_STATE_GONE);
	world_write(&world, "uid/1000", "beth\n", 5);
	world_write(&world, "state/beth", "", 0);
	assert_int_equal(do_suspend(), OTP_ERR_UID);
	assert_false(world_has(&world, "state/alice"));
	assert_false(is_suspended());
}

static void
suspension__is_not_of_a_state_that_cannot_be_used(void **unused)
{
	(void)unused;
	world_enrol(&world);
	world.account.subject.uid++;
	assert_int_equal(do_suspend(), OTP_ERR_UID);
	world.account.subject.uid--;
	world_write(&world, "state/alice", "x", 1);
	assert_int_equal(do_suspend(), OTP_ERR_CHECKSUM);
	assert_false(is_suspended());
	assert_false(world.account.committed);
	world.host.store.folder = "/nowhere";
	assert_false(is_suspended());
}

/* Also where it was made by a process that died before it was. */
static void
suspension__is_on_the_disk_before_it_is_told(void **unused)
{
	(void)unused;
	world_enrol(&world);
	stop_from(3); /* the record and its flush */
	assert_int_equal(do_suspend(), OTP_ERR_WRITE);
	stop_from(0);
	assert_true(is_suspended());
	assert_int_equal(do_suspend(), OTP_OK);
	/* both folders each time, and once the record */
	assert_int_equal(flushes, 3);
	assert_int_equal(do_suspend(), OTP_OK);
	assert_int_equal(flushes, 5);
}

static enum otp_standing
standing_now(struct otp_exemption *ret_exemption)
{
	struct otp_look look;

	assert_int_equal(
	    otp_look_at(&world.host, &world.request, false, &look, NULL),
	    OTP_OK);
	*ret_exemption = look.exemption;
	return look.standing;
}

static enum otp_err
exempt(int64_t until, const char *reason, bool is_change)
{
	struct otp_exemption exemption = { .until = until };
	bool changed = !is_change;
	enum otp_err err;

	(void)snprintf(
	    exemption.reason, sizeof(exemption.reason), "%s", reason);
	err = otp_standing_exempt(&world.account, &exemption, &changed);
	if (err == OTP_OK)
		assert_int_equal(changed, is_change);
	assert_int_equal(world.account.committed, err == OTP_OK && is_change);
	return err;
}

static void
exemption__ends(void **unused)
{
	const int64_t until = world.now + 60;
	struct otp_exemption seen;

	(void)unused;
	assert_int_equal(exempt(0, "", false), OTP_OK);
	assert_false(world_has(&world, "state/alice"));
	assert_int_equal(exempt(until, "phone is lost", true), OTP_OK);
	assert_int_equal(exempt(until, "phone is lost", false), OTP_OK);
	assert_int_equal(standing_now(&seen), OTP_STANDING_EXEMPT);
	assert_int_equal(seen.until, until);
	assert_string_equal(seen.reason, "phone is lost");
	world.now = until - 1;
	assert_int_equal(standing_now(&seen), OTP_STANDING_EXEMPT);
	world.now = until;
	assert_int_equal(standing_now(&seen), OTP_STANDING_USUAL);
	assert_int_equal(seen.until, 0);
	assert_int_equal(exempt(until + 60, "again", true), OTP_OK);
	assert_int_equal(standing_now(&seen), OTP_STANDING_EXEMPT);
	assert_int_equal(exempt(0, "", true), OTP_OK);
	assert_int_equal(standing_now(&seen), OTP_STANDING_USUAL);
	assert_int_equal(exempt(0, "", false), OTP_OK);
}

/* A wrong clock, another uid's state and a suspension. */
static void
exemption__counts_for_nothing_else(void **unused)
{
	const int64_t now = world.now;
	struct otp_exemption seen;

	(void)unused;
	world_enrol(&world);
	assert_int_equal(exempt(now + 60, "x", true), OTP_OK);
	world.now = OTP_CALENDAR_EARLIEST - 1;
	assert_int_equal(standing_now(&seen), OTP_STANDING_USUAL);
	assert_int_equal(exempt(now + 90, "x", true), OTP_ERR_CLOCK);
	world.clock_fails = true;
	assert_int_equal(standing_now(&seen), OTP_STANDING_USUAL);
	assert_int_equal(exempt(now + 90, "x", true), OTP_ERR_CLOCK);
	world.clock_fails = false;
	world.now = OTP_CALENDAR_EARLIEST;
	assert_int_equal(standing_now(&seen), OTP_STANDING_EXEMPT);
	world.now = now;
	world.request.uid++;
	assert_int_equal(standing_now(&seen), OTP_STANDING_USUAL);
	world.request.uid--;
	assert_int_equal(standing_now(&seen), OTP_STANDING_EXEMPT);
	suspend(true, true);
	assert_int_equal(standing_now(&seen), OTP_STANDING_SUSPENDED);
	suspend(false, true);
	assert_int_equal(standing_now(&seen), OTP_STANDING_EXEMPT);
	/* It changes nothing of what a code is worth. */
	assert_int_equal(world_guess(&world), OTP_VERDICT_REJECT);
	assert_int_equal(world_state(&world)->exemption.until, now + 60);
}

static void
standing__of_an_unknown_user_is_not_looked_up(void **unused)
{
	(void)unused;
	world_enrol(&world);
	suspend(true, true);
	world.request.unknown = true;
	assert_false(is_suspended());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(suspension__refuses_every_code_and_charges_none),
		TEST(suspension__refuses_under_the_lock),
		TEST(suspension__of_an_account_without_files_makes_a_state),
		TEST(suspension__outlives_what_becomes_of_the_tokens),
		TEST(suspension__keeps_users_from_enrolling_themselves),
		TEST(suspension__forgets_known_devices),
		TEST(suspension__forgets_the_owners_last_code),
		TEST(suspension__does_not_replace_a_lost_state),
		TEST(suspension__is_not_of_a_state_that_cannot_be_used),
		TEST(suspension__is_on_the_disk_before_it_is_told),
		TEST(exemption__ends),
		TEST(exemption__counts_for_nothing_else),
		TEST(standing__of_an_unknown_user_is_not_looked_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
