/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A used code is never accepted again, by no sequence of renewals, evictions,
 * restores, adoptions and imports.
 */
#include "config.h"

#include "tests/effects/world.h"
#include "tests/lib/codes.h"

static struct otp_recovery_set set;
static struct otp_adoption adoption;
static char old_seed[OTP_SEED_SIZE_MAX + 1];
static size_t old_size;

static int
setup(void **unused)
{
	(void)unused;
	world_open(&world);
	return 0;
}

static enum otp_err
put(enum otp_enrol_mode mode, enum otp_kind kind, unsigned count)
{
	struct otp_token token = { .kind = kind,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = kind == OTP_TOTP ? 30 : 0,
		.label = "host:alice" };
	struct otp_enrolment enrolment;
	enum otp_err err =
	    otp_enrol_begin(&world.account, mode, &token, &enrolment);

	if (err == OTP_OK)
		err = codes_put(&world.account, &enrolment, count, &set);
	if (err == OTP_OK)
		world_seed(&world, &world.seed);
	return err;
}

static void
enrol(enum otp_enrol_mode mode, enum otp_kind kind, unsigned count)
{
	assert_int_equal(put(mode, kind, count), OTP_OK);
}

/* As configuration management has it, which brings it back later. */
static void
keep_seed(void)
{
	old_size = world_read(&world, "seed/alice", old_seed, sizeof(old_seed));
}

static void
restore_seed(void)
{
	world_write(&world, "seed/alice", old_seed, old_size);
	world_seed(&world, &world.seed);
}

static void
adopt(void)
{
	assert_int_equal(
	    codes_adopt(&world.account, false, &adoption, &set), OTP_OK);
}

/* So many renewals that the state has no room left. */
static void
crowd(void)
{
	struct otp_state state = *world_state(&world);

	while (state.credentials_count < OTP_STATE_CREDENTIALS) {
		const unsigned at = state.credentials_count++;

		state.credentials[at] = (struct otp_credential){
			.kind = OTP_TOTP,
			.id = { 0xff, (uint8_t)at },
			.created = WORLD_NOW + 1000,
		};
	}
	world_put_state(&world, &state);
}

/* HOTP counters 0 to 2, and a recovery code. */
static struct otp_recovery_set used_set;

static void
use_some(void)
{
	enrol(OTP_ENROL_NEW, OTP_HOTP, 10);
	used_set = set;
	keep_seed();
	assert_int_equal(
	    world_try(&world, used_set.text[0]), OTP_VERDICT_ACCEPT);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(world_show(&world, 0, i), OTP_VERDICT_ACCEPT);
}

static void
assert_none_is_right_again(void)
{
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(
		    world_try(&world, used_set.text[i]), OTP_VERDICT_REPLAY);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_not_equal(
		    world_show(&world, 0, i), OTP_VERDICT_ACCEPT);
		world.now += 4000;
	}
}

/* Four renewals took the 40 credentials that there once were. */
static void
once__after_four_renewals_and_the_old_seed(void **unused)
{
	(void)unused;
	use_some();
	for (unsigned i = 0; i < 4; i++) {
		world.now += 60;
		enrol(OTP_ENROL_REPLACE, OTP_TOTP, 10);
	}
	restore_seed();
	adopt();
	assert_int_equal(world.account.doubtful, 0);
	assert_none_is_right_again();
	assert_int_equal(world_show(&world, 0, 3), OTP_VERDICT_ACCEPT);
}

static void
once__after_a_hundred_renewals_and_the_old_seed(void **unused)
{
	(void)unused;
	use_some();
	for (unsigned i = 0; i < 100; i++) {
		world.now += 60;
		enrol(OTP_ENROL_REPLACE, OTP_TOTP, 10);
	}
	assert_true(world_state(&world)->forgotten);
	restore_seed();
	adopt();
	assert_int_equal(world.account.doubtful, 1);
	assert_true(adoption.changed);
	assert_false(adoption.replaced);
	assert_none_is_right_again();
	world.now += 4000;
	/* nor any other, until two in a row */
	assert_int_equal(world_show(&world, 0, 3), OTP_VERDICT_REJECT);
}

/* Also where the old set went without another in its place. */
static void
once__after_a_removal_an_eviction_and_the_old_seed(void **unused)
{
	(void)unused;
	use_some();
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	crowd();
	world.now += 2000;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 10);
	assert_true(world_state(&world)->forgotten);
	assert_int_equal(world_state(&world)->recovery_made, 0);
	restore_seed();
	adopt();
	assert_int_equal(world.account.doubtful, 11);
	assert_none_is_right_again();
	/* and a purge ends it */
	assert_int_equal(otp_enrol_remove(&world.account, true), OTP_OK);
	restore_seed();
	adopt();
	assert_false(world_state(&world)->forgotten);
	assert_int_equal(world.account.doubtful, 0);
	assert_int_equal(world_show(&world, 0, 0), OTP_VERDICT_ACCEPT);
}

static void
once__after_an_import_into_a_state_that_has_forgotten(void **unused)
{
	struct otp_imported import = { .count = 2 };
	bool there = true;

	(void)unused;
	use_some();
	import.tokens[0] = world.seed.tokens[0];
	import.known[0] = true; /* as the other system has it */
	import.values[0] = 1;
	for (unsigned i = 0; i < 100; i++)
		enrol(OTP_ENROL_REPLACE, OTP_TOTP, 10);
	assert_true(world_state(&world)->forgotten);
	import.tokens[1] = import.tokens[0];
	import.tokens[1].kind = OTP_TOTP;
	import.tokens[1].period = 30;
	assert_int_equal(codes_import(&world.account, OTP_ENROL_REPLACE,
			     &import, 0, true, &there, &set),
	    OTP_OK);
	assert_int_equal(world.account.doubtful, 1);
	world_seed(&world, &world.seed);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_not_equal(
		    world_show(&world, 0, i), OTP_VERDICT_ACCEPT);
		world.now += 4000;
	}
	assert_int_equal(
	    world_show_now(&world, 1), OTP_VERDICT_ACCEPT); /* the other */
	/* again: it is known now */
	assert_int_equal(codes_import(&world.account, OTP_ENROL_REPLACE,
			     &import, 0, true, &there, &set),
	    OTP_OK);
	assert_int_equal(world.account.doubtful, 0);
	assert_int_not_equal(world_show(&world, 0, 1), OTP_VERDICT_ACCEPT);
}

/* A state that was lost knew what is not in the present seed, too. */
static void
once__after_a_lost_state_and_an_older_seed(void **unused)
{
	(void)unused;
	use_some();
	enrol(OTP_ENROL_REPLACE, OTP_TOTP, 2);
	world_write(&world, "state/alice", "x", 1);
	assert_int_equal(
	    codes_adopt(&world.account, true, &adoption, &set), OTP_OK);
	assert_true(world_state(&world)->forgotten);
	restore_seed();
	adopt();
	assert_none_is_right_again();
}

/* A renewed set is later than the old one, whatever the clock says. */
static void
once__though_the_clock_went_back_between_two_sets(void **unused)
{
	const int64_t times[] = { WORLD_NOW, WORLD_NOW - 86400, 0, WORLD_NOW,
		WORLD_NOW + 10 };
	struct otp_recovery_set sets[COUNT(times)];
	int64_t made = 0;

	(void)unused;
	for (unsigned i = 0; i < COUNT(times); i++) {
		world.now = times[i];
		enrol(i == 0 ? OTP_ENROL_NEW : OTP_ENROL_REPLACE, OTP_TOTP, 2);
		sets[i] = set;
		assert_int_equal(world_state(&world)->recovery_made, made);
		assert_true(world.seed.recovery[0].made > made);
		made = world.seed.recovery[0].made;
		assert_int_equal(world.seed.recovery[1].made, made);
		assert_int_equal(
		    world_try(&world, sets[i].text[0]), OTP_VERDICT_ACCEPT);
		if (i == 1) /* one that will be put back */
			keep_seed();
	}
	assert_int_equal(made, WORLD_NOW + 10);
	/* its unused code is used, too, though the state has no entry of it */
	restore_seed();
	adopt();
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(
		    world_try(&world, sets[1].text[i]), OTP_VERDICT_REPLAY);
	assert_false(world.answer.recovery_left > 0);
}

static void
once__where_no_later_time_is_left(void **unused)
{
	struct snapshot before;

	(void)unused;
	world_token(&world, OTP_TOTP);
	world_recovery(&world, 1);
	world.seed.recovery[0].made = OTP_RECOVERY_TIME_MAX;
	world_enrol(&world);
	snapshot_take(&world, &before);
	assert_int_equal(codes_renew(&world.account, 1, &set), OTP_ERR_LIMIT);
	assert_unchanged(&world, &before);
	world.seed.recovery[0].made--;
	world_put_seed(&world);
	assert_int_equal(codes_renew(&world.account, 1, &set), OTP_OK);
	world_seed(&world, &world.seed);
	assert_int_equal(world.seed.recovery[0].made, OTP_RECOVERY_TIME_MAX);
}

/* With a further token the codes stay, and with one less. */
static void
once__renews_no_recovery_codes_that_stay(void **unused)
{
	struct otp_recovery_set first;

	(void)unused;
	enrol(OTP_ENROL_NEW, OTP_TOTP, 2);
	first = set;
	enrol(OTP_ENROL_ADD, OTP_HOTP, 0);
	assert_int_equal(world_state(&world)->recovery_made, 0);
	assert_int_equal(
	    otp_enrol_remove_token(&world.account, world_id(&world, 0)),
	    OTP_OK);
	assert_int_equal(world_state(&world)->recovery_made, 0);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(
		    world_try(&world, first.text[i]), OTP_VERDICT_ACCEPT);
}

static void
once__under_another_name(void **unused)
{
	struct otp_state state = { .uid = WORLD_UID,
		.forgotten = true,
		.suspended = true,
		.exemption = { WORLD_NOW + 60, "bob" },
		.recovery_made = WORLD_NOW };
	const struct otp_subject alice = world.account.subject;
	uint8_t file[OTP_SLOTS_FILE_SIZE];
	struct otp_store *store;

	(void)unused;
	use_some();
	assert_int_equal(otp_slots_init_image(&state, file), OTP_OK);
	world_write(&world, "state/bob", file, sizeof(file));
	strcpy(world.account.subject.account, "bob");
	strcpy(world.request.account, "bob");
	assert_int_equal(
	    otp_enrol_rename(&world.account, alice.account, false), OTP_OK);
	store = sample_open(world.store, "bob");
	assert_int_equal(otp_store_peek(store, &state, NULL), OTP_OK);
	otp_store_close(store);
	assert_true(state.forgotten && state.suspended);
	assert_string_equal(state.exemption.reason, "bob");
	assert_int_equal(state.recovery_made, WORLD_NOW);
	for (unsigned i = 0; i < 10; i++)
		assert_int_not_equal(
		    world_try(&world, used_set.text[i]), OTP_VERDICT_ACCEPT);
}

/* Two secrets that differ in zero bytes at their end make the same codes. */
static void
once__with_zero_bytes_after_the_secret(void **unused)
{
	struct otp_token *token;

	(void)unused;
	token = world_token(&world, OTP_HOTP);
	world_enrol(&world);
	assert_int_equal(world_show(&world, 0, 0), OTP_VERDICT_ACCEPT);
	memset(token->secret + token->secret_size, 0, 2);
	for (unsigned i = 0; i < 2; i++) {
		token->secret_size++;
		world_put_seed(&world);
		adopt();
		assert_false(adoption.changed);
		assert_int_equal(world_show(&world, 0, 0), OTP_VERDICT_REPLAY);
		assert_int_equal(
		    world_show(&world, 0, 1 + i), OTP_VERDICT_ACCEPT);
	}
	world.seed.tokens[1] = *token;
	world.seed.tokens[1].secret_size--;
	world.seed.tokens_count = 2;
	assert_int_equal(
	    otp_seed_format(&world.seed, old_seed, &old_size), OTP_ERR_PARSE);
}

static void
once__until_its_end(void **unused)
{
	char text[OTP_RECOVERY_TEXT_SIZE];
	struct otp_state state;

	(void)unused;
	world_token(&world, OTP_TOTP);
	world_recovery(&world, 1);
	world_recovery(&world, 2);
	world_recovery(&world, 3);
	world.seed.recovery[0].until = world.now + 1;
	world.seed.recovery[1].until = world.now;
	world_enrol(&world);
	assert_int_equal(world_try(&world, world_recovery_text(2, text)),
	    OTP_VERDICT_REJECT);
	assert_int_equal(world_state(&world)->tally.failures, 0);
	assert_int_equal(world_try(&world, world_recovery_text(1, text)),
	    OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.recovery_left, 1); /* the third */
	state = *world_state(&world);
	world.now++;
	assert_int_equal(world_try(&world, world_recovery_text(1, text)),
	    OTP_VERDICT_REJECT); /* as if it had never been */
	assert_memory_equal(world_state(&world)->credentials, state.credentials,
	    sizeof(state.credentials));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(once__after_four_renewals_and_the_old_seed),
		TEST(once__after_a_hundred_renewals_and_the_old_seed),
		TEST(once__after_a_removal_an_eviction_and_the_old_seed),
		TEST(once__after_an_import_into_a_state_that_has_forgotten),
		TEST(once__after_a_lost_state_and_an_older_seed),
		TEST(once__though_the_clock_went_back_between_two_sets),
		TEST(once__where_no_later_time_is_left),
		TEST(once__renews_no_recovery_codes_that_stay),
		TEST(once__under_another_name),
		TEST(once__with_zero_bytes_after_the_secret),
		TEST(once__until_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
