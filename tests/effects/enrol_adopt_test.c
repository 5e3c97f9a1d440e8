/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/effects/stop.h"
#include "tests/effects/world.h"
#include "tests/lib/codes.h"

#include "common/core/calendar.h"

static struct snapshot before;
static struct otp_adoption adoption;
static struct otp_recovery_set set;

static enum otp_err
adopt(bool force)
{
	memset(&adoption, 0xee, sizeof(adoption));
	memset(&set, 0xee, sizeof(set));
	memset(&world.account.fault, 0, sizeof(world.account.fault));
	return codes_adopt(&world.account, force, &adoption, &set);
}

static void
assert_adopts(bool force, bool made, unsigned adopted, bool replaced)
{
	assert_int_equal(adopt(force), OTP_OK);
	assert_int_equal(adoption.made, made);
	assert_int_equal(adoption.adopted, adopted);
	assert_int_equal(adoption.replaced, replaced);
	if (!replaced)
		assert_int_equal(set.count, 0);
}

/* A seed of one TOTP and one HOTP token and two recovery codes, no state. */
static int
setup(void **unused)
{
	(void)unused;
	stop_from(0);
	world_open(&world);
	world_token(&world, OTP_TOTP);
	world_token(&world, OTP_HOTP)->counter = 40;
	world_recovery(&world, 1);
	world_recovery(&world, 2);
	world_put_seed(&world);
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

static void
damage_state(void)
{
	world_write(&world, "state/alice", "damaged", 7);
}

/* Every step in the window is taken for spent, and the next one is not. */
static void
assert_totp_from_now_on(void)
{
	for (int away = -2; away <= 1; away++)
		assert_int_not_equal(
		    world_show(&world, 0, (uint64_t)(WORLD_STEP + away)),
		    OTP_VERDICT_ACCEPT);
	world.now += 30;
	assert_int_equal(
	    world_show(&world, 0, WORLD_STEP + 2), OTP_VERDICT_ACCEPT);
}

static void
adopt__takes_over_a_seed_without_a_state(void **unused)
{
	const struct otp_state *state;
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	assert_adopts(false, true, 4, false);
	state = world_state(&world);
	assert_true(state->enrolled);
	assert_int_equal(state->uid, WORLD_UID);
	assert_int_equal(state->credentials_count, 4);
	assert_int_equal(state->credentials[0].value, (WORLD_STEP + 2) * 30);
	assert_int_equal(state->credentials[1].value, 40);
	assert_int_equal(state->credentials[2].value, 0);
	assert_int_equal(state->credentials[0].created, WORLD_NOW);
	assert_totp_from_now_on();
	assert_int_equal(world_show(&world, 1, 39), OTP_VERDICT_REJECT);
	assert_int_equal(world_show(&world, 1, 40), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_try(&world, world_recovery_text(1, text)),
	    OTP_VERDICT_ACCEPT);
	assert_int_equal(world_try(&world, world_recovery_text(1, text)),
	    OTP_VERDICT_REPLAY);
}

static void
adopt__goes_by_the_window_of_the_policy(void **unused)
{
	(void)unused;
	world.policy.window = 2;
	assert_adopts(false, true, 4, false);
	assert_int_equal(
	    world_state(&world)->credentials[0].value, (WORLD_STEP + 3) * 30);
}

static void
adopt__changes_nothing_the_second_time(void **unused)
{
	(void)unused;
	assert_adopts(false, true, 4, false);
	snapshot_take(&world, &before);
	for (unsigned i = 0; i < 3; i++) {
		assert_adopts(i == 2, false, 0, false);
		assert_unchanged(&world, &before);
		world.now += 1000;
	}
}

static void
adopt__leaves_the_seed_as_its_owner_wrote_it(void **unused)
{
	char text[4096], after[4096];
	size_t size = world_read(&world, "seed/alice", text, 2000);

	(void)unused;
	memmove(text + 8, text, size);
	memcpy(text, "# hers\n\n", 8);
	world_write(&world, "seed/alice", text, size + 8);
	assert_adopts(false, true, 4, false);
	assert_int_equal(
	    world_read(&world, "seed/alice", after, sizeof(after)), size + 8);
	assert_memory_equal(after, text, size + 8);
}

static void
adopt__adds_what_the_state_does_not_know(void **unused)
{
	uint64_t value;

	(void)unused;
	assert_adopts(false, true, 4, false);
	assert_int_equal(world_show(&world, 1, 45), OTP_VERDICT_ACCEPT);
	value = world_state(&world)->credentials[0].value;
	world.now += 1000;
	world_token(&world, OTP_HOTP)->counter = 7;
	world_put_seed(&world);
	assert_adopts(false, false, 1, false);
	assert_int_equal(world_state(&world)->credentials_count, 5);
	world_recovery(&world, 3);
	world_put_seed(&world);
	assert_adopts(false, false, 1, false);
	assert_int_equal(world_state(&world)->credentials_count, 6);
	assert_int_equal(world_state(&world)->credentials[0].value, value);
	assert_int_equal(world_state(&world)->credentials[1].value, 46);
	assert_int_equal(world_show(&world, 1, 45), OTP_VERDICT_REPLAY);
	assert_int_equal(world_show(&world, 2, 6), OTP_VERDICT_REJECT);
	assert_int_equal(world_show(&world, 2, 7), OTP_VERDICT_ACCEPT);
}

static void
adopt__sets_enrolled_where_all_else_is_known(void **unused)
{
	struct otp_state state;

	(void)unused;
	assert_adopts(false, true, 4, false);
	state = *world_state(&world);
	state.enrolled = false;
	world_put_state(&world, &state);
	assert_adopts(false, false, 0, false);
	assert_true(world_state(&world)->enrolled);
}

static void
adopt__refuses_without_force_what_it_would_have_to_repair(void **unused)
{
	struct otp_state state;

	(void)unused;
	assert_adopts(false, true, 4, false);
	state = *world_state(&world);
	state.exemption.until = WORLD_NOW + 9; /* of another user then */
	world_put_state(&world, &state);
	world.account.subject.uid++;
	snapshot_take(&world, &before);
	assert_int_equal(adopt(false), OTP_ERR_UID);
	assert_unchanged(&world, &before);
	assert_int_equal(adopt(true), OTP_OK);
	assert_int_equal(world_state(&world)->uid, world.account.subject.uid);
	assert_int_equal(world_state(&world)->exemption.until, 0);
	damage_state();
	snapshot_take(&world, &before);
	assert_int_equal(adopt(false), OTP_ERR_CHECKSUM);
	assert_unchanged(&world, &before);
	assert_int_equal(((unsigned char *)&adoption)[0], 0xee);
}

static void
adopt__needs_a_seed_that_can_be_read(void **unused)
{
	(void)unused;
	for (unsigned force = 0; force < 2; force++) {
		strcpy(world.account.subject.account, "bob");
		snapshot_take(&world, &before);
		assert_int_equal(adopt(force), OTP_ERR_ABSENT);
		assert_unchanged(&world, &before);
		strcpy(world.account.subject.account, "alice");
		world_write(&world, "seed/alice", "junk\n", 5);
		damage_state();
		snapshot_take(&world, &before);
		assert_int_equal(adopt(force), OTP_ERR_PARSE);
		assert_unchanged(&world, &before);
	}
}

static void
adopt_force__takes_over_another_uid_and_keeps_what_is_spent(void **unused)
{
	(void)unused;
	assert_adopts(false, true, 4, false);
	assert_int_equal(world_show(&world, 1, 45), OTP_VERDICT_ACCEPT);
	world.account.subject.uid = world.request.uid = 2000;
	assert_adopts(true, false, 0, false);
	assert_int_equal(world_state(&world)->uid, 2000);
	assert_int_equal(world_show(&world, 1, 45), OTP_VERDICT_REPLAY);
	assert_int_equal(world_show(&world, 1, 46), OTP_VERDICT_ACCEPT);
	assert_totp_from_now_on();
}

static void
adopt_force__brings_a_value_ahead_of_the_clock_back(void **unused)
{
	uint64_t value;

	(void)unused;
	world_enrol(&world);
	world.now += 86400; /* a clock that went wrong */
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
	world.now = WORLD_NOW;
	value = world_state(&world)->credentials[0].value;
	assert_adopts(false, false, 0, false);
	assert_int_equal(world_state(&world)->credentials[0].value, value);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_REPLAY);
	assert_adopts(true, false, 0, false);
	assert_int_equal(
	    world_state(&world)->credentials[0].value, (WORLD_STEP + 2) * 30);
	assert_totp_from_now_on();
}

static void
adopt_force__moves_no_value_that_is_not_ahead(void **unused)
{
	static const int64_t ends[] = { 0, 1, 2 };

	(void)unused;
	for (unsigned i = 0; i < COUNT(ends); i++) {
		struct otp_state state;
		uint64_t value = (uint64_t)(WORLD_STEP + ends[i]) * 30;

		world_enrol(&world);
		state = *world_state(&world);
		state.credentials[0].value = value;
		world_put_state(&world, &state);
		snapshot_take(&world, &before);
		assert_adopts(true, false, 0, false);
		assert_unchanged(&world, &before);
	}
}

/* What was spent is in a state that nobody can read any more. */
static void
assert_force_revives_nothing(void)
{
	enum otp_verdict verdict = OTP_VERDICT_REJECT;
	char text[OTP_RECOVERY_TEXT_SIZE], first[16], second[16];

	assert_adopts(true, true, 2, true);
	assert_true(world_state(&world)->enrolled);
	assert_int_equal(set.count, 2);
	/* the old recovery codes are dead, the new ones are right */
	for (uint8_t i = 1; i <= 2; i++)
		assert_int_equal(
		    world_try(&world, world_recovery_text(i, text)),
		    OTP_VERDICT_REJECT);
	assert_int_equal(world_try(&world, set.text[0]), OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.recovery_left, 1);
	assert_totp_from_now_on();
	/* no HOTP code is right until two successive ones were shown */
	for (uint64_t counter = 0; counter < 60; counter++) {
		assert_int_not_equal(
		    world_show(&world, 1, counter), OTP_VERDICT_ACCEPT);
		world.now += 4000;
		if (counter % 20 == 0)
			assert_int_equal(
			    otp_enrol_unlock(&world.account, &(uint32_t){ 0 }),
			    OTP_OK);
	}
	assert_adopts(false, false, 0, false);
	assert_int_not_equal(world_show(&world, 1, 40), OTP_VERDICT_ACCEPT);
	world.now += 4000;
	assert_int_equal(
	    otp_enrol_resync(&world.account, world_id(&world, 1),
		oracle_code(&world.seed.tokens[1], 100, first),
		oracle_code(&world.seed.tokens[1], 101, second), &verdict),
	    OTP_OK);
	assert_int_equal(verdict, OTP_VERDICT_ACCEPT);
	assert_int_equal(world_show(&world, 1, 101), OTP_VERDICT_REPLAY);
	assert_int_equal(world_show(&world, 1, 102), OTP_VERDICT_ACCEPT);
	assert_true(world_state(&world)->forgotten);
}

static void
adopt_force__mends_a_damaged_state_and_revives_nothing(void **unused)
{
	(void)unused;
	damage_state();
	assert_force_revives_nothing();
}

static void
adopt_force__makes_a_state_that_is_gone_and_revives_nothing(void **unused)
{
	(void)unused;
	assert_force_revives_nothing();
}

static void
adopt_force__mends_a_state_of_a_version_it_does_not_know(void **unused)
{
	uint8_t file[OTP_SLOTS_FILE_SIZE];

	(void)unused;
	world_enrol(&world);
	world_read(&world, "state/alice", file, sizeof(file));
	file[8] = 2;
	world_seal(file);
	world_write(&world, "state/alice", file, sizeof(file));
	assert_int_equal(adopt(false), OTP_ERR_STATE_VERSION);
	assert_adopts(true, true, 2, true);
	assert_totp_from_now_on();
}

static void
adopt_force__makes_no_recovery_codes_where_there_were_none(void **unused)
{
	(void)unused;
	world.seed.recovery_count = 0;
	world_put_seed(&world);
	damage_state();
	assert_adopts(true, true, 2, false);
	assert_int_equal(world_state(&world)->credentials_count, 2);
}

/* But where all are used there are new ones, and then no more. */
static void
adopt_force__replaces_recovery_codes_if_none_is_left(void **unused)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	world.seed.recovery_count = 1;
	world_enrol(&world);
	assert_adopts(true, false, 0, false);
	assert_int_equal(world_try(&world, world_recovery_text(1, text)),
	    OTP_VERDICT_ACCEPT);
	assert_adopts(true, false, 0, true);
	assert_int_equal(set.count, 1);
	memcpy(text, set.text[0], sizeof(text));
	assert_adopts(true, false, 0, false);
	assert_int_equal(world_try(&world, text), OTP_VERDICT_ACCEPT);
}

static void
adopt_force__finds_room_for_a_full_seed(void **unused)
{
	(void)unused;
	while (world.seed.tokens_count < OTP_SEED_TOKENS)
		world_token(&world, OTP_TOTP);
	for (uint8_t i = 3; i <= OTP_SEED_RECOVERY; i++)
		world_recovery(&world, i);
	world_put_seed(&world);
	damage_state();
	assert_adopts(true, true, 8, true);
	assert_int_equal(set.count, OTP_SEED_RECOVERY);
	for (unsigned i = 0; i < set.count; i++)
		assert_int_equal(
		    world_try(&world, set.text[i]), OTP_VERDICT_ACCEPT);
}

/*
 * Wherever it stops, whoever adopts next: what may have been spent before the
 * state was lost is not fresh again.
 */
static void
adopt_force__revives_nothing_wherever_it_is_stopped(void **unused)
{
	enum otp_err err = OTP_ERR_WRITE;

	(void)unused;
	for (unsigned call = 1; err != OTP_OK; call++) {
		assert_true(call < 100);
		for (unsigned again = 0; again < 3; again++) {
			char text[OTP_RECOVERY_TEXT_SIZE];

			world_put_seed(&world);
			damage_state();
			stop_from(call);
			err = adopt(true);
			stop_from(0);
			if (again > 0 && adopt(false) != OTP_OK)
				assert_int_equal(adopt(true), OTP_OK);
			if (again > 1)
				assert_int_equal(adopt(true), OTP_OK);
			for (uint8_t i = 1; i <= 2; i++)
				if (world_try_text(&world,
					world_recovery_text(i, text)) == OTP_OK)
					assert_int_not_equal(
					    world.answer.verdict,
					    OTP_VERDICT_ACCEPT);
			if (world_try_text(&world,
				oracle_code(&world.seed.tokens[1], 41, text)) ==
			    OTP_OK)
				assert_int_not_equal(
				    world.answer.verdict, OTP_VERDICT_ACCEPT);
			if (world_try_text(&world,
				oracle_code(&world.seed.tokens[0], WORLD_STEP,
				    text)) == OTP_OK)
				assert_int_not_equal(
				    world.answer.verdict, OTP_VERDICT_ACCEPT);
		}
	}
}

/* Likewise where it is gone: no state at all, or one that has it for spent. */
static void
adopt_force__makes_no_state_in_which_anything_is_fresh(void **unused)
{
	char path[PATH_MAX];
	enum otp_err err = OTP_ERR_WRITE;

	(void)unused;
	(void)snprintf(path, sizeof(path), "%s/state/alice", world.store);
	for (unsigned call = 1; err != OTP_OK; call++) {
		char text[OTP_RECOVERY_TEXT_SIZE];

		assert_true(call < 100);
		world_put_seed(&world);
		(void)unlink(path);
		stop_from(call);
		err = adopt(true);
		stop_from(0);
		if (access(path, F_OK) != 0)
			continue;
		assert_int_equal(adopt(false), OTP_OK);
		assert_int_not_equal(
		    world_try(&world, world_recovery_text(1, text)),
		    OTP_VERDICT_ACCEPT);
		assert_int_not_equal(
		    world_show(&world, 1, 41), OTP_VERDICT_ACCEPT);
		assert_int_not_equal(
		    world_show(&world, 0, WORLD_STEP), OTP_VERDICT_ACCEPT);
	}
}

/* A login flushes no name of an account that is enrolled. */
static void
adopt_force__enrols_once_the_name_of_the_state_is_on_the_disk(void **unused)
{
	char folder[PATH_MAX], path[2 * PATH_MAX];
	enum otp_err err = OTP_ERR_WRITE;
	struct stat is;

	(void)unused;
	(void)snprintf(folder, sizeof(folder), "%s/state", world.store);
	(void)snprintf(path, sizeof(path), "%s/alice", folder);
	assert_int_equal(stat(folder, &is), 0);
	assert_int_equal(adopt(true), OTP_OK); /* the uid has its entry now */
	watched = is.st_ino;
	for (unsigned call = 1; err != OTP_OK; call++) {
		assert_true(call < 100);
		world_put_seed(&world);
		(void)unlink(path);
		stop_from(call);
		err = adopt(true);
		if (access(path, F_OK) == 0 && world_state(&world)->enrolled)
			assert_true(watched_flushes > 0);
		stop_from(0);
	}
	watched = 0;
	assert_true(world_state(&world)->enrolled);
}

/*
 * The state was lost, and something else made another one since, which does
 * not know what was spent either.
 */
static void
adopt_force__takes_for_spent_what_a_younger_state_does_not_know(void **unused)
{
	const struct otp_state younger = { .enrolled = true, .uid = WORLD_UID };
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	for (unsigned call = 0; call < 20; call++) {
		world_put_seed(&world);
		world_put_state(&world, &younger);
		if (call == 0) {
			assert_adopts(true, false, 2, true);
			assert_int_equal(set.count, 2);
			assert_int_equal(
			    world_try(&world, set.text[0]), OTP_VERDICT_ACCEPT);
			world_put_seed(&world);
		} else {
			stop_from(call);
			(void)adopt(true);
			stop_from(0);
			assert_int_equal(adopt(true), OTP_OK);
		}
		for (uint8_t i = 1; i <= 2; i++)
			assert_int_not_equal(
			    world_try(&world, world_recovery_text(i, text)),
			    OTP_VERDICT_ACCEPT);
		for (uint64_t counter = 40; counter < 42; counter++)
			assert_int_not_equal(
			    world_show(&world, 1, counter), OTP_VERDICT_ACCEPT);
	}
}

/* One of them alone is not known: it may have been lost with others. */
static void
adopt_force__replaces_all_recovery_codes_if_one_is_not_known(void **unused)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	world_enrol(&world);
	world_recovery(&world, 3);
	world_put_seed(&world);
	assert_adopts(true, false, 0, true);
	assert_int_equal(set.count, 3);
	for (uint8_t i = 1; i <= 3; i++)
		assert_int_not_equal(
		    world_try(&world, world_recovery_text(i, text)),
		    OTP_VERDICT_ACCEPT);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(
		    world_try(&world, set.text[i]), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_show(&world, 1, 40), OTP_VERDICT_ACCEPT);
}

/* Codes that were shown are all active afterwards, or nothing changes. */
static void
adopt__takes_as_many_recovery_codes_as_it_needs(void **unused)
{
	struct otp_recovery_set two, three, none = { 0 };

	(void)unused;
	assert_int_equal(otp_enrol_make_set(&world.account, 2, &two), OTP_OK);
	assert_int_equal(otp_enrol_make_set(&world.account, 3, &three), OTP_OK);
	world_enrol(&world);
	snapshot_take(&world, &before);
	assert_int_equal(otp_enrol_adopt(&world.account, true, &two, &adoption),
	    OTP_ERR_CONFLICT);
	assert_int_equal(
	    otp_enrol_adopt(&world.account, false, &two, &adoption),
	    OTP_ERR_CONFLICT);
	assert_unchanged(&world, &before);
	damage_state();
	snapshot_take(&world, &before);
	assert_int_equal(
	    otp_enrol_adopt(&world.account, true, &none, &adoption),
	    OTP_ERR_CONFLICT);
	assert_int_equal(
	    otp_enrol_adopt(&world.account, true, &three, &adoption),
	    OTP_ERR_CONFLICT);
	assert_unchanged(&world, &before);
	assert_int_equal(
	    otp_enrol_adopt(&world.account, true, &two, &adoption), OTP_OK);
	assert_int_equal(world_try(&world, two.text[1]), OTP_VERDICT_ACCEPT);
}

/* It was stopped before the new ones were in force: the next one makes them. */
static void
adopt_force__leaves_nobody_without_recovery_codes(void **unused)
{
	char text[OTP_RECOVERY_TEXT_SIZE];
	unsigned early = 0, late = 0;
	enum otp_err err = OTP_ERR_WRITE;

	(void)unused;
	for (unsigned call = 1; err != OTP_OK; call++) {
		assert_true(call < 100);
		world_put_seed(&world);
		damage_state();
		stop_from(call);
		err = adopt(true);
		stop_from(0);
		if (err == OTP_OK)
			break;
		assert_int_equal(adopt(true), OTP_OK);
		if (set.count == 0) { /* new ones were in force by then */
			assert_int_equal(
			    world_try(&world, world_recovery_text(1, text)),
			    OTP_VERDICT_REJECT);
			early++;
			continue;
		}
		assert_int_equal(set.count, 2);
		late++;
		for (unsigned i = 0; i < set.count; i++)
			assert_int_equal(
			    world_try(&world, set.text[i]), OTP_VERDICT_ACCEPT);
	}
	assert_int_not_equal(early, 0);
	assert_int_not_equal(late, 0);
}

/* Its new record is lost with the end, and an old one is whole. */
static void
adopt_force__revives_no_old_record_of_a_state_cut_short(void **unused)
{
	char path[96], text[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	world_path(&world, "state/alice", path);
	(void)world_recovery_text(1, text);
	for (unsigned call = 1; call < 20; call++) {
		world_enrol(&world);
		assert_int_equal(world_try(&world, text), OTP_VERDICT_ACCEPT);
		assert_int_equal(truncate(path, 4096), 0);
		stop_from(call);
		(void)adopt(true);
		stop_from(0);
		if (world_try_text(&world, text) == OTP_OK)
			assert_int_not_equal(
			    world.answer.verdict, OTP_VERDICT_ACCEPT);
	}
}

static void
adopt__answers_nothing_without_clock_or_random_bytes(void **unused)
{
	(void)unused;
	damage_state();
	snapshot_take(&world, &before);
	world.clock_fails = true;
	assert_int_equal(adopt(true), OTP_ERR_CLOCK);
	assert_unchanged(&world, &before);
	world.clock_fails = false;
	world.random_fails = true;
	assert_int_equal(adopt(true), OTP_ERR_CRYPTO);
	assert_unchanged(&world, &before);
}

static void
adopt__takes_no_totp_token_by_a_clock_before_the_release(void **unused)
{
	const struct otp_recovery_set none = { 0 };

	(void)unused;
	world.now = OTP_CALENDAR_EARLIEST - 1;
	assert_int_equal(
	    otp_enrol_adopt(&world.account, false, &none, &adoption),
	    OTP_ERR_CLOCK);
	assert_int_equal(world.account.fault.errnum, 0);
	assert_int_equal(world.account.fault.detail, OTP_DETAIL_CLOCK_EARLY);
	assert_false(world.account.committed);
}

/* Used is every time but 0, also where the clock says no more. */
static void
adopt__takes_recovery_codes_for_used_at_the_clocks_begin(void **unused)
{
	const struct otp_recovery_set none = { 0 };
	const struct otp_state lost = { .uid = WORLD_UID, .forgotten = true };
	const struct otp_state *state;
	unsigned used = 0;

	(void)unused;
	world.seed.tokens[0] = world.seed.tokens[1]; /* HOTP */
	world.seed.tokens_count = 1;
	world_put_seed(&world);
	world_put_state(&world, &lost);
	world.now = 0;
	assert_int_equal(
	    otp_enrol_adopt(&world.account, false, &none, &adoption), OTP_OK);
	state = world_state(&world);
	for (unsigned i = 0; i < state->credentials_count; i++)
		if (state->credentials[i].kind == OTP_RECOVERY &&
		    state->credentials[i].value == 1)
			used++;
	assert_int_equal(used, 2);
}

static void
adopt__brings_a_lost_entry_of_the_uid_back(void **unused)
{
	const struct otp_recovery_set none = { 0 };
	char path[96];

	(void)unused;
	world_enrol(&world);
	world_path(&world, "uid/1000", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(
	    otp_enrol_adopt(&world.account, false, &none, &adoption), OTP_OK);
	assert_false(adoption.changed);
	assert_true(world_has(&world, "uid/1000"));
}

static void
adopt__succeeds_only_with_an_entry_of_the_uid(void **unused)
{
	char path[96];
	unsigned failed = 0;

	(void)unused;
	world_enrol(&world);
	world_path(&world, "uid/1000", path);
	do {
		(void)unlink(path);
		assert_true(failed < 100);
		stop_from(++failed);
	} while (adopt(false) != OTP_OK);
	stop_from(0);
	assert_true(failed > 1);
	assert_true(world_has(&world, "uid/1000"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* Codes that are past their end say nothing of what a state has forgotten. */
static void
adopt_count__replaces_no_recovery_codes_for_their_end(void **unused)
{
	static struct otp_snapshot snapshot;

	(void)unused;
	snapshot.now = 2000;
	snapshot.seed.recovery_count = 1;
	snapshot.seed.recovery[0].made = 1000;
	snapshot.seed.recovery[0].until = 1999;
	assert_int_equal(otp_enrol_adopt_count(&snapshot), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(adopt__takes_over_a_seed_without_a_state),
		TEST(adopt__takes_no_totp_token_by_a_clock_before_the_release),
		TEST(adopt__takes_recovery_codes_for_used_at_the_clocks_begin),
		TEST(adopt__brings_a_lost_entry_of_the_uid_back),
		TEST(adopt__succeeds_only_with_an_entry_of_the_uid),
		TEST(adopt__goes_by_the_window_of_the_policy),
		TEST(adopt__changes_nothing_the_second_time),
		TEST(adopt__leaves_the_seed_as_its_owner_wrote_it),
		TEST(adopt__adds_what_the_state_does_not_know),
		TEST(adopt__sets_enrolled_where_all_else_is_known),
		TEST(adopt__refuses_without_force_what_it_would_have_to_repair),
		TEST(adopt__needs_a_seed_that_can_be_read),
		TEST(
		    adopt_force__takes_over_another_uid_and_keeps_what_is_spent),
		TEST(adopt_force__brings_a_value_ahead_of_the_clock_back),
		TEST(adopt_force__moves_no_value_that_is_not_ahead),
		TEST(adopt_force__mends_a_damaged_state_and_revives_nothing),
		TEST(
		    adopt_force__makes_a_state_that_is_gone_and_revives_nothing),
		TEST(adopt_force__mends_a_state_of_a_version_it_does_not_know),
		TEST(
		    adopt_force__makes_no_recovery_codes_where_there_were_none),
		TEST(adopt_force__replaces_recovery_codes_if_none_is_left),
		TEST(adopt_force__finds_room_for_a_full_seed),
		TEST(adopt_force__revives_nothing_wherever_it_is_stopped),
		TEST(adopt__takes_as_many_recovery_codes_as_it_needs),
		TEST(adopt_force__makes_no_state_in_which_anything_is_fresh),
		TEST(
		    adopt_force__enrols_once_the_name_of_the_state_is_on_the_disk),
		TEST(
		    adopt_force__takes_for_spent_what_a_younger_state_does_not_know),
		TEST(
		    adopt_force__replaces_all_recovery_codes_if_one_is_not_known),
		TEST(adopt_force__leaves_nobody_without_recovery_codes),
		TEST(adopt_force__revives_no_old_record_of_a_state_cut_short),
		TEST(adopt__answers_nothing_without_clock_or_random_bytes),
		cmocka_unit_test(
		    adopt_count__replaces_no_recovery_codes_for_their_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
