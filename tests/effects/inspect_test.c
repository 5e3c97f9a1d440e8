/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/effects/inspect.h"
#include "tests/effects/world.h"

static struct snapshot before;
static struct otp_inspection found;

/* A TOTP token, a HOTP token whose next counter is 40, a recovery code. */
static int
setup(void **unused)
{
	(void)unused;
	world_open(&world);
	world_token(&world, OTP_TOTP);
	world_token(&world, OTP_HOTP)->counter = 40;
	world_recovery(&world, 1);
	world_enrol(&world);
	return 0;
}

static enum otp_err
inspect_of(const uint8_t *id, const char *typed)
{
	memset(&found, 0xee, sizeof(found));
	memset(&world.account.fault, 0, sizeof(world.account.fault));
	return otp_inspect(&world.account, id, typed, &found);
}

/* The verdict on TYPED; nothing is another one by it. */
static enum otp_verdict
inspect(const char *typed)
{
	snapshot_take(&world, &before);
	assert_int_equal(inspect_of(NULL, typed), OTP_OK);
	assert_unchanged(&world, &before);
	assert_int_equal(found.accepted,
	    found.verdict == OTP_VERDICT_ACCEPT && found.gate == OTP_GATE_OPEN);
	return found.verdict;
}

static enum otp_verdict
inspect_at(unsigned index, uint64_t moving)
{
	char text[16];

	return inspect(oracle_code(&world.seed.tokens[index], moving, text));
}

static void
inspect__finds_a_code_right_and_spends_nothing(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(inspect_at(0, WORLD_STEP), OTP_VERDICT_ACCEPT);
	assert_int_equal(found.kind, OTP_TOTP);
	assert_string_equal(found.token, "host:alice0");
	assert_int_equal(found.drift, 0);
	assert_int_equal(inspect_at(0, WORLD_STEP - 1), OTP_VERDICT_ACCEPT);
	assert_int_equal(found.drift, -30);
	assert_int_equal(world_show(&world, 0, WORLD_STEP), OTP_VERDICT_ACCEPT);
	assert_int_equal(inspect_at(0, WORLD_STEP), OTP_VERDICT_REPLAY);
	assert_int_equal(found.kind, OTP_TOTP);
}

static void
inspect__tells_the_drift_up_to_a_day(void **unused)
{
	static const int steps[] = { 2, -2, 20, -20, -21, 2880, -2880 };

	(void)unused;
	world.seed.tokens[0].digits = 8; /* else one is right twice a day */
	world_enrol(&world);
	for (unsigned i = 0; i < COUNT(steps); i++) {
		assert_int_equal(
		    inspect_at(0, (uint64_t)(WORLD_STEP + steps[i])),
		    OTP_VERDICT_REJECT);
		assert_true(found.drift_known);
		assert_int_equal(found.drift, steps[i] * 30);
		assert_string_equal(found.token, "host:alice0");
	}
	assert_int_equal(inspect_at(0, WORLD_STEP + 2881), OTP_VERDICT_REJECT);
	assert_false(found.drift_known);
	assert_int_equal(inspect_at(0, WORLD_STEP - 2881), OTP_VERDICT_REJECT);
	assert_false(found.drift_known);
	assert_int_equal(found.kind, 0);
}

static void
inspect__tells_how_far_a_counter_is_away(void **unused)
{
	static const struct {
		uint64_t counter;
		int ahead;
		enum otp_verdict verdict;
	} cases[] = {
		{ 40, 0, OTP_VERDICT_ACCEPT },
		{ 49, 9, OTP_VERDICT_ACCEPT },
		{ 50, 10, OTP_VERDICT_REJECT },
		{ 1039, 999, OTP_VERDICT_REJECT },
		{ 39, -1, OTP_VERDICT_REJECT },
		{ 0, -40, OTP_VERDICT_REJECT },
	};

	(void)unused;
	for (unsigned i = 0; i < COUNT(cases); i++) {
		assert_int_equal(
		    inspect_at(1, cases[i].counter), cases[i].verdict);
		assert_true(found.ahead_known);
		assert_int_equal(found.ahead, cases[i].ahead);
		assert_int_equal(found.kind, OTP_HOTP);
		assert_string_equal(found.token, "host:alice1");
	}
	assert_int_equal(inspect_at(1, 1040), OTP_VERDICT_REJECT);
	assert_false(found.ahead_known);
	assert_int_equal(world_show(&world, 1, 45), OTP_VERDICT_ACCEPT);
	assert_int_equal(inspect_at(1, 45), OTP_VERDICT_REPLAY);
	assert_int_equal(inspect_at(1, 1045), OTP_VERDICT_REJECT);
	assert_int_equal(found.ahead, 999);
}

static void
inspect__says_that_a_counter_is_lost(void **unused)
{
	struct otp_state state = *world_state(&world);

	(void)unused;
	state.credentials[1].value = UINT64_MAX;
	world_put_state(&world, &state);
	assert_int_equal(inspect_at(1, 40), OTP_VERDICT_REJECT);
	assert_true(found.lost);
	assert_false(found.ahead_known);
}

static void
inspect__knows_recovery_codes(void **unused)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	assert_int_equal(
	    inspect(world_recovery_text(1, text)), OTP_VERDICT_ACCEPT);
	assert_int_equal(found.kind, OTP_RECOVERY);
	assert_string_equal(found.token, "");
	assert_int_equal(world_try(&world, world_recovery_text(1, text)),
	    OTP_VERDICT_ACCEPT);
	assert_int_equal(
	    inspect(world_recovery_text(1, text)), OTP_VERDICT_REPLAY);
	assert_int_equal(
	    inspect(world_recovery_text(2, text)), OTP_VERDICT_REJECT);
	assert_int_equal(found.kind, OTP_RECOVERY);
}

static void
inspect__says_that_the_account_waits_or_is_locked(void **unused)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	world.policy.lock_after = 10;
	for (unsigned i = 0; i < 5; i++)
		(void)world_guess(&world);
	assert_int_equal(inspect_at(0, WORLD_STEP), OTP_VERDICT_ACCEPT);
	assert_int_equal(found.gate, OTP_GATE_WAITING);
	assert_int_equal(found.wait, 30);
	assert_false(found.accepted);
	assert_int_equal(
	    inspect_of(NULL, world_recovery_text(1, text)), OTP_OK);
	assert_true(found.accepted);
	for (unsigned i = 0; i < 5; i++) {
		world.now += 4000;
		(void)world_guess(&world);
	}
	assert_int_equal(
	    inspect_at(0, (uint64_t)world.now / 30), OTP_VERDICT_ACCEPT);
	assert_int_equal(found.gate, OTP_GATE_LOCKED);
}

static void
inspect__keeps_to_the_token_that_is_named(void **unused)
{
	static const uint8_t nobody[OTP_ID_SIZE] = { 1 };
	char text[16];

	(void)unused;
	oracle_code(&world.seed.tokens[0], WORLD_STEP, text);
	assert_int_equal(inspect_of(world_id(&world, 1), text), OTP_OK);
	assert_int_equal(found.verdict, OTP_VERDICT_REJECT);
	assert_false(found.drift_known);
	assert_int_equal(inspect_of(world_id(&world, 0), text), OTP_OK);
	assert_true(found.accepted);
	oracle_code(&world.seed.tokens[1], 41, text);
	assert_int_equal(inspect_of(world_id(&world, 1), text), OTP_OK);
	assert_string_equal(found.token, "host:alice1");
	assert_int_equal(inspect_of(nobody, text), OTP_ERR_ABSENT);
}

static void
inspect__knows_what_is_no_code(void **unused)
{
	static const char *const texts[] = { "", "12345", "1234567", "abcdef",
		"123456789", "\b\n\r\177INCORRECT" };

	(void)unused;
	for (unsigned i = 0; i < COUNT(texts); i++) {
		assert_int_equal(inspect(texts[i]), OTP_VERDICT_MALFORMED);
		assert_int_equal(found.no_code, i != 2 && i != 5);
	}
}

static void
inspect__answers_nothing_of_an_account_it_cannot_judge(void **unused)
{
	char path[96];

	(void)unused;
	world.clock_fails = true;
	assert_int_equal(inspect_of(NULL, "123456"), OTP_ERR_CLOCK);
	world.clock_fails = false;
	world.account.subject.uid++;
	assert_int_equal(inspect_of(NULL, "123456"), OTP_ERR_UID);
	world.account.subject.uid--;
	world_path(&world, "seed/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(inspect_of(NULL, "123456"), OTP_ERR_READ);
	world_write(&world, "state/alice", "damaged", 7);
	assert_int_equal(inspect_of(NULL, "123456"), OTP_ERR_CHECKSUM);
	world_put_seed(&world);
	assert_int_equal(inspect_of(NULL, "123456"), OTP_ERR_CHECKSUM);
	world_path(&world, "state/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(inspect_of(NULL, "123456"), OTP_ERR_NO_STATE);
	strcpy(world.account.subject.account, "bob");
	assert_int_equal(inspect_of(NULL, "123456"), OTP_ERR_ABSENT);
	assert_int_equal(((unsigned char *)&found)[0], 0xee);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(inspect__finds_a_code_right_and_spends_nothing),
		TEST(inspect__tells_the_drift_up_to_a_day),
		TEST(inspect__tells_how_far_a_counter_is_away),
		TEST(inspect__says_that_a_counter_is_lost),
		TEST(inspect__knows_recovery_codes),
		TEST(inspect__says_that_the_account_waits_or_is_locked),
		TEST(inspect__keeps_to_the_token_that_is_named),
		TEST(inspect__knows_what_is_no_code),
		TEST(inspect__answers_nothing_of_an_account_it_cannot_judge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
