/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/effects/world.h"
#include "tests/lib/codes.h"

#include "common/effects/enrol_import.h"

static struct otp_imported import;
static struct otp_recovery_set set;
static struct snapshot before;
static bool there;

static int
setup(void **unused)
{
	(void)unused;
	world_open(&world);
	memset(&import, 0, sizeof(import));
	return 0;
}

/* One more token to import; world_show() knows it by the same number. */
static void
give(enum otp_kind kind, bool known, uint64_t value)
{
	import.tokens[import.count] = *world_token(&world, kind);
	import.known[import.count] = known;
	import.values[import.count] = value;
	import.count++;
}

static enum otp_err
run(enum otp_enrol_mode mode, unsigned count, bool write)
{
	memset(&world.account.fault, 0, sizeof(world.account.fault));
	return codes_import(
	    &world.account, mode, &import, count, write, &there, &set);
}

static void
imported(void)
{
	there = true;
	assert_int_equal(run(OTP_ENROL_NEW, 0, true), OTP_OK);
	assert_false(there);
}

static uint64_t
value_of(unsigned index)
{
	return world_state(&world)->credentials[index].value;
}

static void
import__spends_what_is_known_to_be_spent(void **unused)
{
	(void)unused;
	give(OTP_TOTP, true, WORLD_STEP * 30); /* the step before this one */
	imported();
	assert_true(world_state(&world)->enrolled);
	assert_int_equal(
	    world_show(&world, 0, WORLD_STEP - 1), OTP_VERDICT_REPLAY);
	assert_int_equal(world_show(&world, 0, WORLD_STEP), OTP_VERDICT_ACCEPT);
}

static void
import__begins_behind_the_window_where_nothing_is_known(void **unused)
{
	(void)unused;
	give(OTP_TOTP, false, 0);
	imported();
	assert_int_equal(value_of(0), (WORLD_STEP + 2) * 30);
	for (uint64_t step = WORLD_STEP - 1; step <= WORLD_STEP + 1; step++)
		assert_int_equal(
		    world_show(&world, 0, step), OTP_VERDICT_REPLAY);
	world.now += 30;
	assert_int_equal(
	    world_show(&world, 0, WORLD_STEP + 2), OTP_VERDICT_ACCEPT);
}

static void
import__spends_more_than_the_window_where_that_is_known(void **unused)
{
	(void)unused;
	give(OTP_TOTP, false, (WORLD_STEP + 9) * 30);
	give(OTP_TOTP, false, WORLD_STEP * 30);
	imported();
	assert_int_equal(value_of(0), (WORLD_STEP + 9) * 30);
	assert_int_equal(value_of(1), (WORLD_STEP + 2) * 30);
}

static void
import__counts_from_the_counter_that_is_known(void **unused)
{
	(void)unused;
	give(OTP_HOTP, true, 5);
	give(OTP_HOTP, false, 0);
	import.tokens[1].counter = 7;
	imported();
	assert_int_equal(value_of(0), 5);
	assert_int_equal(value_of(1), 7);
	assert_int_equal(world_show(&world, 0, 4), OTP_VERDICT_REJECT);
	assert_int_equal(world_show(&world, 0, 5), OTP_VERDICT_ACCEPT);
}

static void
import__keeps_what_was_spent_here(void **unused)
{
	(void)unused;
	give(OTP_HOTP, true, 9);
	give(OTP_TOTP, true, (WORLD_STEP + 1) * 30);
	imported();
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	import.values[0] = 2;
	import.values[1] = 30;
	imported();
	assert_int_equal(value_of(0), 9);
	assert_int_equal(value_of(1), (WORLD_STEP + 1) * 30);
}

static void
import__again_takes_over_what_was_spent_since(void **unused)
{
	(void)unused;
	give(OTP_HOTP, true, 5);
	give(OTP_TOTP, false, 0);
	imported();
	snapshot_take(&world, &before);
	world.now += 3600; /* what is not known is not asked for again */
	assert_int_equal(run(OTP_ENROL_NEW, 3, true), OTP_OK);
	assert_true(there);
	assert_unchanged(&world, &before);
	import.values[0] = 6;
	assert_int_equal(run(OTP_ENROL_NEW, 3, true), OTP_OK);
	assert_true(there);
	assert_int_equal(value_of(0), 6);
}

/* Without codes that were shown: only where none are needed. */
static void
import__without_a_set_only_goes_on(void **unused)
{
	(void)unused;
	give(OTP_HOTP, true, 5);
	assert_int_equal(otp_enrol_import(&world.account, OTP_ENROL_NEW,
			     &import, NULL, true, &there),
	    OTP_ERR_CONFLICT);
	assert_false(world_has(&world, "seed/alice"));
	imported();
	import.values[0] = 6;
	assert_int_equal(otp_enrol_import(&world.account, OTP_ENROL_NEW,
			     &import, NULL, true, &there),
	    OTP_OK);
	assert_true(there);
	assert_int_equal(value_of(0), 6);
	snapshot_take(&world, &before);
	assert_int_equal(otp_enrol_import(&world.account, OTP_ENROL_REPLACE,
			     &import, NULL, true, &there),
	    OTP_ERR_CONFLICT);
	assert_unchanged(&world, &before);
}

static void
import__with_other_tokens_is_refused(void **unused)
{
	(void)unused;
	give(OTP_HOTP, true, 5);
	imported();
	snapshot_take(&world, &before);
	import.tokens[0].digits = 8;
	assert_int_equal(run(OTP_ENROL_NEW, 0, true), OTP_ERR_EXISTS);
	import.tokens[0].digits = 6;
	give(OTP_TOTP, false, 0);
	assert_int_equal(run(OTP_ENROL_NEW, 0, true), OTP_ERR_EXISTS);
	assert_unchanged(&world, &before);
	assert_int_equal(run(OTP_ENROL_REPLACE, 0, true), OTP_OK);
	world_seed(&world, &world.seed);
	assert_int_equal(world.seed.tokens_count, 2);
}

/* As `new` does: what is lost may be found again. */
static void
import__over_a_lost_seed_is_refused(void **unused)
{
	char path[96];

	(void)unused;
	give(OTP_HOTP, true, 5);
	imported();
	world_path(&world, "seed/alice", path);
	assert_int_equal(unlink(path), 0);
	snapshot_take(&world, &before);
	assert_int_equal(run(OTP_ENROL_NEW, 0, false), OTP_ERR_EXISTS);
	assert_int_equal(run(OTP_ENROL_NEW, 0, true), OTP_ERR_EXISTS);
	assert_unchanged(&world, &before);
	assert_int_equal(run(OTP_ENROL_REPLACE, 0, true), OTP_OK);
	assert_int_equal(value_of(0), 5);
}

static void
import__replacing_trusts_no_time_of_before(void **unused)
{
	(void)unused;
	give(OTP_TOTP, false, 0);
	imported();
	world.now += 3600;
	assert_int_equal(run(OTP_ENROL_REPLACE, 0, true), OTP_OK);
	assert_int_equal(value_of(0), (WORLD_STEP + 122) * 30);
}

static void
import__makes_recovery_codes(void **unused)
{
	(void)unused;
	give(OTP_TOTP, false, 0);
	assert_int_equal(run(OTP_ENROL_NEW, 3, true), OTP_OK);
	assert_int_equal(set.count, 3);
	assert_int_equal(world_try(&world, set.text[2]), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_try(&world, set.text[2]), OTP_VERDICT_REPLAY);
}

static void
import__checks_and_writes_nothing(void **unused)
{
	(void)unused;
	give(OTP_TOTP, false, 0);
	snapshot_take(&world, &before);
	there = true;
	assert_int_equal(run(OTP_ENROL_NEW, 3, false), OTP_OK);
	assert_false(there);
	assert_unchanged(&world, &before);
	imported();
	snapshot_take(&world, &before);
	import.known[0] = true;
	import.values[0] = (WORLD_STEP + 100) * 30;
	assert_int_equal(run(OTP_ENROL_NEW, 3, false), OTP_OK);
	assert_true(there);
	assert_unchanged(&world, &before);
}

static void
assert_refused(enum otp_err err)
{
	snapshot_take(&world, &before);
	assert_int_equal(run(OTP_ENROL_NEW, 0, false), err);
	assert_int_equal(run(OTP_ENROL_NEW, 0, true), err);
	assert_unchanged(&world, &before);
}

static void
import__refuses_what_no_seed_can_be(void **unused)
{
	(void)unused;
	assert_refused(OTP_ERR_FULL); /* nothing */
	import.count = OTP_SEED_TOKENS + 1;
	assert_refused(OTP_ERR_FULL);
	import.count = 0;
	give(OTP_TOTP, false, 0);
	give(OTP_TOTP, false, 0);
	import.tokens[1] = import.tokens[0];
	import.tokens[1].digits = 8;
	assert_refused(OTP_ERR_PARSE);
	import.count = 1;
	import.tokens[0].period = 10;
	assert_refused(OTP_ERR_PARSE);
}

static void
import__refuses_what_is_too_easy_to_guess(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < 5; i++)
		give(OTP_HOTP, true, 0);
	assert_int_equal(run(OTP_ENROL_NEW, 0, false), OTP_OK);
	give(OTP_HOTP, true, 0);
	assert_refused(OTP_ERR_CHANCE);
}

static void
import__leaves_a_state_that_cannot_be_read(void **unused)
{
	(void)unused;
	give(OTP_HOTP, true, 0);
	world_write(&world, "state/alice", "junk", 4);
	assert_refused(OTP_ERR_CHECKSUM);
}

static void
import__leaves_a_seed_without_state_to_adopt(void **unused)
{
	(void)unused;
	give(OTP_HOTP, true, 0);
	world_put_seed(&world);
	assert_refused(OTP_ERR_NO_STATE);
}

static void
import__leaves_the_state_of_another_uid(void **unused)
{
	(void)unused;
	give(OTP_HOTP, true, 0);
	imported();
	world.account.subject.uid++;
	assert_refused(OTP_ERR_UID);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(import__spends_what_is_known_to_be_spent),
		TEST(import__begins_behind_the_window_where_nothing_is_known),
		TEST(import__spends_more_than_the_window_where_that_is_known),
		TEST(import__counts_from_the_counter_that_is_known),
		TEST(import__keeps_what_was_spent_here),
		TEST(import__again_takes_over_what_was_spent_since),
		TEST(import__without_a_set_only_goes_on),
		TEST(import__with_other_tokens_is_refused),
		TEST(import__over_a_lost_seed_is_refused),
		TEST(import__replacing_trusts_no_time_of_before),
		TEST(import__makes_recovery_codes),
		TEST(import__checks_and_writes_nothing),
		TEST(import__refuses_what_no_seed_can_be),
		TEST(import__refuses_what_is_too_easy_to_guess),
		TEST(import__leaves_a_state_that_cannot_be_read),
		TEST(import__leaves_a_seed_without_state_to_adopt),
		TEST(import__leaves_the_state_of_another_uid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
