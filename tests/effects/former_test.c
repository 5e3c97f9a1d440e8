/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/effects/stop.h"
#include "tests/effects/world.h"

static struct world world;
static struct snapshot before;
static struct otp_subject bob;

/* alice, with a TOTP and a HOTP token and two recovery codes. */
static void
begin(void)
{
	stop_from(0);
	world_open(&world);
	world_token(&world, OTP_TOTP);
	world_token(&world, OTP_HOTP);
	world_recovery(&world, 1);
	world_recovery(&world, 2);
	world_enrol(&world);
	bob = world.subject;
	strcpy(bob.account, "bob");
}

static int
setup(void **unused)
{
	(void)unused;
	begin();
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

static enum otp_err
adopt_former(bool force)
{
	memset(&world.fault, 0, sizeof(world.fault));
	return otp_enrol_adopt_former(
	    &world.host, &bob, "alice", force, &world.fault);
}

static void
as(const char *account)
{
	strcpy(world.request.account, account);
}

static struct otp_state
state_of(const char *account)
{
	struct otp_store *store = NULL;
	struct otp_state state;

	assert_int_equal(
	    otp_store_open(world.store, account, &store, NULL), OTP_OK);
	assert_int_equal(otp_store_peek(store, &state, NULL), OTP_OK);
	otp_store_close(store);
	return state;
}

/* Whether CODE lets anybody in under that name. */
static bool
lets_in(const char *account, const char *code)
{
	as(account);
	return world_try_text(&world, code) == OTP_OK &&
	    world.answer.verdict == OTP_VERDICT_ACCEPT;
}

static void
former__gives_seed_and_state_to_the_new_name(void **unused)
{
	char seed[2000], after[2000], text[OTP_RECOVERY_TEXT_SIZE];
	size_t size = world_read(&world, "seed/alice", seed, sizeof(seed));

	(void)unused;
	assert_int_equal(world_show(&world, 0, WORLD_STEP), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_show(&world, 1, 5), OTP_VERDICT_ACCEPT);
	(void)world_guess(&world);
	assert_int_equal(adopt_former(false), OTP_OK);
	assert_false(world_has(&world, "seed/alice"));
	assert_int_equal(
	    world_read(&world, "seed/bob", after, sizeof(after)), size);
	assert_memory_equal(after, seed, size);
	assert_true(state_of("bob").enrolled);
	assert_int_equal(state_of("bob").uid, WORLD_UID);
	assert_int_equal(state_of("bob").tally.failures, 1);
	assert_false(state_of("alice").enrolled);
	as("bob");
	assert_int_equal(world_show(&world, 0, WORLD_STEP), OTP_VERDICT_REPLAY);
	assert_int_equal(world_show(&world, 1, 5), OTP_VERDICT_REJECT);
	assert_int_equal(world_show(&world, 1, 6), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_try(&world, world_recovery_text(1, text)),
	    OTP_VERDICT_ACCEPT);
	as("alice");
	assert_int_equal(world_show(&world, 1, 7), OTP_VERDICT_UNENROLLED);
}

static void
former__takes_nothing_from_who_is_enrolled(void **unused)
{
	char path[96], other[96];

	(void)unused;
	world_path(&world, "seed/alice", path);
	world_path(&world, "seed/bob", other);
	assert_int_equal(link(path, other), 0);
	snapshot_take(&world, &before);
	assert_int_equal(adopt_former(false), OTP_ERR_EXISTS);
	assert_int_equal(adopt_former(true), OTP_ERR_EXISTS);
	assert_unchanged(&world, &before);
}

static void
former__takes_another_uid_only_by_force(void **unused)
{
	(void)unused;
	bob.uid = world.request.uid = 2000;
	snapshot_take(&world, &before);
	assert_int_equal(adopt_former(false), OTP_ERR_UID);
	assert_unchanged(&world, &before);
	assert_int_equal(adopt_former(true), OTP_OK);
	assert_int_equal(state_of("bob").uid, 2000);
	as("bob");
	assert_int_equal(world_show(&world, 1, 6), OTP_VERDICT_ACCEPT);
}

static void
former__changes_nothing_where_it_cannot(void **unused)
{
	char path[96];

	(void)unused;
	snapshot_take(&world, &before);
	assert_int_equal(
	    otp_enrol_adopt_former(&world.host, &bob, "bob", false, NULL),
	    OTP_ERR_NAME);
	assert_int_equal(
	    otp_enrol_adopt_former(&world.host, &bob, "carol", false, NULL),
	    OTP_ERR_ABSENT);
	assert_unchanged(&world, &before);
	world_write(&world, "state/alice", "damaged", 7);
	snapshot_take(&world, &before);
	assert_int_equal(adopt_former(true), OTP_ERR_CHECKSUM);
	assert_unchanged(&world, &before);
	world_path(&world, "state/alice", path);
	assert_int_equal(unlink(path), 0);
	snapshot_take(&world, &before);
	assert_int_equal(adopt_former(true), OTP_ERR_NO_STATE);
	assert_unchanged(&world, &before);
}

/* alice, then bob, then alice again: a state of hers is left. */
static void
former__forgets_nothing_that_either_name_knows(void **unused)
{
	const struct otp_subject alice = world.subject;

	(void)unused;
	assert_int_equal(world_show(&world, 1, 5), OTP_VERDICT_ACCEPT);
	assert_int_equal(adopt_former(false), OTP_OK);
	as("bob");
	assert_int_equal(world_show(&world, 1, 9), OTP_VERDICT_ACCEPT);
	(void)world_guess(&world);
	assert_int_equal(
	    otp_enrol_adopt_former(&world.host, &alice, "bob", false, NULL),
	    OTP_OK);
	as("alice");
	assert_int_equal(state_of("alice").tally.failures, 1);
	assert_int_equal(world_show(&world, 1, 9), OTP_VERDICT_REJECT);
	assert_int_equal(world_show(&world, 1, 10), OTP_VERDICT_ACCEPT);
}

static void
former__keeps_what_the_new_name_had_spent(void **unused)
{
	struct otp_state state = state_of("alice");
	uint8_t file[OTP_SLOTS_FILE_SIZE];

	(void)unused;
	state.enrolled = false;
	state.credentials[1].value = 30;
	state.credentials[2].value = WORLD_NOW;
	state.tally.failures = 3;
	assert_int_equal(otp_slots_fresh(&state, file), OTP_OK);
	world_write(&world, "state/bob", file, sizeof(file));
	assert_int_equal(adopt_former(false), OTP_OK);
	assert_int_equal(state_of("bob").credentials_count, 4);
	assert_int_equal(state_of("bob").credentials[1].value, 30);
	assert_int_equal(state_of("bob").credentials[2].value, WORLD_NOW);
	assert_int_equal(state_of("bob").credentials[3].value, 0);
	assert_int_equal(state_of("bob").tally.failures, 3);
}

/*
 * Wherever it stops: one name has the seed, no spent code is fresh under
 * either, what one lets in the other does not, and it can be done again.
 */
static void
former__revives_nothing_wherever_it_is_stopped(void **unused)
{
	enum otp_err err = OTP_ERR_WRITE;
	unsigned kept = 0, moved = 0;

	(void)unused;
	for (unsigned call = 1; err != OTP_OK; call++) {
		char spent[16], used[OTP_RECOVERY_TEXT_SIZE], fresh[16];
		const char *in_force, *other;

		assert_true(call < 100);
		world_close(&world);
		begin();
		oracle_code(&world.seed.tokens[1], 5, spent);
		oracle_code(&world.seed.tokens[1], 6, fresh);
		assert_true(lets_in("alice", spent));
		assert_true(lets_in("alice", world_recovery_text(1, used)));
		stop_from(call);
		err = adopt_former(false);
		stop_from(0);
		assert_int_not_equal(world_has(&world, "seed/alice"),
		    world_has(&world, "seed/bob"));
		in_force = world_has(&world, "seed/bob") ? "bob" : "alice";
		other = world_has(&world, "seed/bob") ? "alice" : "bob";
		if (world_has(&world, "seed/bob"))
			moved++;
		else
			kept++;
		assert_false(lets_in("alice", spent));
		assert_false(lets_in("bob", spent));
		assert_false(lets_in("alice", used));
		assert_false(lets_in("bob", used));
		assert_false(lets_in(other, fresh));
		assert_true(lets_in(in_force, fresh));
		if (!world_has(&world, "seed/bob"))
			assert_int_equal(adopt_former(false), OTP_OK);
		assert_false(lets_in("bob", fresh));
		assert_false(lets_in("bob", used));
		oracle_code(&world.seed.tokens[1], 7, fresh);
		assert_true(lets_in("bob", fresh));
		assert_false(lets_in("alice", fresh));
	}
	assert_true(kept > 2 && moved > 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(former__gives_seed_and_state_to_the_new_name),
		TEST(former__takes_nothing_from_who_is_enrolled),
		TEST(former__takes_another_uid_only_by_force),
		TEST(former__changes_nothing_where_it_cannot),
		TEST(former__forgets_nothing_that_either_name_knows),
		TEST(former__keeps_what_the_new_name_had_spent),
		TEST(former__revives_nothing_wherever_it_is_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
