/* SPDX-License-Identifier: BSD-2-Clause */
/* Known devices: who is not asked, and what makes the module ask again. */
#include "config.h"

#include "tests/effects/world.h"

#include "common/core/calendar.h"
#include "common/effects/known.h"

#define DAY INT64_C(86400)

static int
setup(void **unused)
{
	(void)unused;
	world_open(&world);
	memset(world.request.device.id, 0xd1, OTP_DEVICE_ID_SIZE);
	world.request.device.remember_for = 14 * DAY;
	(void)world_token(&world, OTP_TOTP);
	world_recovery(&world, 1);
	world_enrol(&world);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)

/* Whether the request is let in without being asked. */
static bool
is_known(void)
{
	struct otp_answer answer;

	memset(&answer, 0xee, sizeof(answer));
	world_known(&world, &answer);
	assert_int_equal(answer.last_success, -1); /* it is not looked up */
	if (answer.verdict == OTP_VERDICT_ACCEPT) {
		assert_true(answer.device_left > 0);
		assert_true(answer.device_left <= 90 * DAY);
		return true;
	}
	assert_int_equal(answer.verdict, OTP_VERDICT_REJECT);
	return false;
}

/* Log in with the code of now, from the request's device. */
static void
log_in(void)
{
	world.now += 30;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
}

static void
known__is_asked_once(void **unused)
{
	static struct snapshot before;
	struct otp_answer answer;

	(void)unused;
	assert_false(is_known());
	log_in();
	assert_int_equal(world.answer.device_left, 14 * DAY);
	snapshot_take(&world, &before);
	assert_true(is_known());
	world.now += 13 * DAY;
	world_known(&world, &answer);
	assert_int_equal(answer.verdict, OTP_VERDICT_ACCEPT);
	assert_int_equal(answer.device_left, DAY);
	assert_unchanged(&world, &before); /* no use is written */
	world.now += DAY - 1;
	assert_true(is_known());
	world.now++;
	assert_false(is_known());
}

static void
known__is_one_device(void **unused)
{
	(void)unused;
	log_in();
	world.request.device.id[OTP_DEVICE_ID_SIZE - 1] ^= 1;
	assert_false(is_known());
	world.request.device.id[OTP_DEVICE_ID_SIZE - 1] ^= 1;
	assert_true(is_known());
	world.request.device.remember_for = 0;
	assert_false(is_known());
}

static void
known__needs_the_service_to_remember(void **unused)
{
	(void)unused;
	world.request.device.remember_for = 0;
	log_in();
	assert_int_equal(world.answer.device_left, 0);
	world.request.device.remember_for = DAY;
	assert_false(is_known());
	assert_int_equal(world_state(&world)->devices.count, 0);
}

static void
known__is_not_made_by_a_recovery_code(void **unused)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	assert_int_equal(world_try(&world, world_recovery_text(1, text)),
	    OTP_VERDICT_ACCEPT);
	assert_int_equal(world.answer.device_left, 0);
	assert_false(is_known());
}

static void
known__is_not_made_by_a_wrong_or_used_code(void **unused)
{
	(void)unused;
	world.request.device.remember_for = 0;
	log_in();
	world.request.device.remember_for = DAY;
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_REPLAY);
	assert_int_equal(world_guess(&world), OTP_VERDICT_REJECT);
	assert_int_equal(world_state(&world)->devices.count, 0);
}

static void
known__asks_after_a_wrong_code(void **unused)
{
	struct otp_caller caller;

	(void)unused;
	log_in();
	caller = world.request.device;
	world.request.device.remember_for = 0; /* from anywhere */
	assert_int_equal(world_guess(&world), OTP_VERDICT_REJECT);
	world.request.device = caller;
	assert_false(is_known());
	world.request.device.remember_for = 0;
	log_in();
	world.request.device = caller;
	assert_true(is_known());
}

static void
known__asks_after_no_wrong_code_of_other_callers(void **unused)
{
	struct otp_caller caller;

	(void)unused;
	log_in();
	caller = world.request.device;
	world.request.device.remember_for = 0;
	world.request.by_other = true;
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(world_guess(&world), OTP_VERDICT_REJECT);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_WAITING);
	world.request.by_other = false;
	world.request.device = caller;
	assert_true(is_known());
}

static void
known__asks_during_a_delay(void **unused)
{
	struct otp_state state;

	(void)unused;
	log_in();
	state = *world_state(&world);
	state.tally.wait_length = 30;
	state.tally.wait_until = world.now + 30;
	world_put_state(&world, &state);
	assert_false(is_known());
	state.tally.wait_length = 0;
	state.tally.wait_until = 0;
	world_put_state(&world, &state);
	assert_true(is_known());
}

static void
known__asks_the_suspended(void **unused)
{
	struct otp_state state;

	(void)unused;
	log_in();
	state = *world_state(&world);
	state.suspended = true;
	world_put_state(&world, &state);
	assert_false(is_known());
	state.suspended = false;
	state.enrolled = false;
	world_put_state(&world, &state);
	assert_false(is_known());
}

static void
known__asks_root_and_virtual_users(void **unused)
{
	static const uint32_t uids[] = { 0, OTP_UID_VIRTUAL };

	(void)unused;
	for (size_t i = 0; i < COUNT(uids); i++) {
		struct otp_state state = *world_state(&world);

		state.uid = uids[i];
		memset(&state.devices, 0, sizeof(state.devices));
		world_put_state(&world, &state);
		world.request.uid = uids[i];
		log_in();
		assert_int_equal(world.answer.device_left, 0);
		assert_int_equal(world_state(&world)->devices.count, 0);
		/* Not even if it is there. */
		state = *world_state(&world);
		assert_int_equal(
		    otp_state_bind_devices(&state, &world.seed), OTP_OK);
		otp_device_remember(&state.devices, world.request.device.id,
		    world.now, world.now + DAY);
		world_put_state(&world, &state);
		assert_false(is_known());
	}
}

static void
known__asks_another_uid(void **unused)
{
	(void)unused;
	log_in();
	world.request.uid++;
	assert_false(is_known());
	world.request.uid--;
	world.request.unknown = true;
	assert_false(is_known());
}

static void
known__asks_with_other_tokens(void **unused)
{
	struct otp_seed seed = world.seed;

	(void)unused;
	log_in();
	world.seed.tokens[0].secret[0] ^= 1;
	world_put_seed(&world);
	assert_false(is_known());
	world.seed = seed;
	(void)world_token(&world, OTP_TOTP);
	world_put_seed(&world);
	assert_false(is_known());
	world.seed = seed;
	world_put_seed(&world);
	assert_true(is_known());
}

static void
known__asks_after_the_tokens_were_away(void **unused)
{
	struct otp_adoption adoption = { 0 };
	struct otp_recovery_set set = { 0 };

	(void)unused;
	log_in();
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	world_put_seed(&world);
	assert_int_equal(
	    otp_enrol_adopt(&world.account, false, &set, &adoption), OTP_OK);
	assert_false(is_known());
}

static void
known__asks_after_a_token_was_there_for_a_while(void **unused)
{
	struct otp_token token = world.seed.tokens[0];
	struct otp_enrolment enrolment = { 0 };
	struct otp_recovery_set set = { 0 };
	uint8_t id[OTP_ID_SIZE];

	(void)unused;
	log_in();
	assert_int_equal(
	    otp_enrol_begin(&world.account, OTP_ENROL_ADD, &token, &enrolment),
	    OTP_OK);
	assert_int_equal(
	    otp_enrol_put(&world.account, &enrolment, &set), OTP_OK);
	assert_false(is_known());
	assert_int_equal(otp_token_id(&enrolment.token, id), OTP_OK);
	assert_int_equal(otp_enrol_remove_token(&world.account, id), OTP_OK);
	assert_false(is_known());
}

static void
known__stays_known_with_new_recovery_codes(void **unused)
{
	struct otp_recovery_set set = { 0 };

	(void)unused;
	log_in();
	assert_int_equal(otp_enrol_make_set(&world.account, 10, &set), OTP_OK);
	assert_int_equal(otp_enrol_recovery(&world.account, &set), OTP_OK);
	assert_true(is_known());
}

static void
known__is_forgotten_by_unlock(void **unused)
{
	uint32_t failures = 99;

	(void)unused;
	log_in();
	assert_int_equal(otp_enrol_unlock(&world.account, &failures), OTP_OK);
	assert_int_equal(failures, 0);
	assert_false(is_known());
}

static void
known__asks_where_clock_or_files_fail(void **unused)
{
	(void)unused;
	log_in();
	world.clock_fails = true;
	assert_false(is_known());
	world.clock_fails = false;
	world_write(&world, "seed/alice", "torn", 4);
	assert_false(is_known());
	world_put_seed(&world);
	assert_true(is_known());
	world_write(&world, "state/alice", "torn", 4);
	assert_false(is_known());
}

/* The clock was ahead when the device became known, and is not any more. */
static void
known__asks_where_the_clock_is_before_the_release(void **unused)
{
	struct otp_state state;

	(void)unused;
	log_in();
	state = *world_state(&world);
	state.devices.list[0].created = 0;
	world_put_state(&world, &state);
	assert_true(is_known());
	world.now = OTP_CALENDAR_EARLIEST - 1;
	assert_false(is_known());
}

static void
known__asks_before_it_was_remembered(void **unused)
{
	(void)unused;
	log_in();
	world.now--;
	assert_false(is_known());
	world.now++;
	assert_true(is_known());
}

static void
known_forget__takes_one_or_all(void **unused)
{
	struct otp_caller first = world.request.device;
	struct otp_caller other = first;
	unsigned count = 99;

	(void)unused;
	log_in();
	other.id[0] ^= 1;
	world.request.device = other;
	assert_int_equal(
	    otp_known_forget(&world.account, other.id, &count), OTP_ERR_ABSENT);
	assert_int_equal(count, 99);
	assert_false(world.account.committed);
	log_in();
	assert_true(is_known());
	assert_int_equal(
	    otp_known_forget(&world.account, other.id, &count), OTP_OK);
	assert_int_equal(count, 1);
	assert_true(world.account.committed);
	assert_false(is_known());
	world.request.device = first;
	assert_true(is_known());
	world.request.device = other;
	log_in();
	assert_int_equal(
	    otp_known_forget(&world.account, NULL, &count), OTP_OK);
	assert_int_equal(count, 2);
	assert_false(is_known());
	world.request.device = first;
	assert_false(is_known());
	assert_int_equal(
	    otp_known_forget(&world.account, NULL, &count), OTP_OK);
	assert_int_equal(count, 0);
	assert_false(world.account.committed);
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	assert_int_equal(
	    otp_known_forget(&world.account, NULL, &count), OTP_ERR_ABSENT);
}

/* What is not known now can be again: the clock is set, a seed comes back. */
static void
known_forget__takes_all_that_are_not_known_now(void **unused)
{
	unsigned count = 99;

	(void)unused;
	log_in();
	world.now--;
	assert_false(is_known());
	assert_int_equal(
	    otp_known_forget(&world.account, NULL, &count), OTP_OK);
	assert_int_equal(count, 0);
	assert_true(world.account.committed);
	world.now++;
	assert_false(is_known());
}

static void
known_list__has_what_is_known_now(void **unused)
{
	struct otp_snapshot snapshot;
	struct otp_devices devices = { .count = 99 };

	(void)unused;
	log_in();
	world.now += 7 * DAY;
	world.request.device.id[0] ^= 1;
	log_in();
	world.now += 6 * DAY;
	assert_int_equal(
	    otp_snapshot_read(&world.host, "alice", &snapshot, NULL), OTP_OK);
	assert_int_equal(otp_known_list(&snapshot, &devices), OTP_OK);
	assert_int_equal(devices.count, 2);
	otp_snapshot_wipe(&snapshot);
	world.now += DAY;
	assert_int_equal(
	    otp_snapshot_read(&world.host, "alice", &snapshot, NULL), OTP_OK);
	assert_int_equal(otp_known_list(&snapshot, &devices), OTP_OK);
	assert_int_equal(devices.count, 1);
	assert_memory_equal(
	    devices.list[0].id, world.request.device.id, OTP_DEVICE_ID_SIZE);
	otp_snapshot_wipe(&snapshot);
}

/* --- a code that the owner gave ------------------------------------------ */

#define FRESH INT64_C(300)

static void
fresh_setup(void)
{
	struct otp_owner *owner = &world.request.owner;

	world.request.device.remember_for = 0;
	memset(owner->host, 0x0e, sizeof(owner->host));
	owner->has_host = owner->gives_code = owner->is_caller = true;
	owner->fresh_for = FRESH;
}

static bool
is_fresh(void)
{
	struct otp_answer answer;

	memset(&answer, 0xee, sizeof(answer));
	world_known(&world, &answer);
	assert_int_equal(answer.fresh, answer.verdict == OTP_VERDICT_ACCEPT);
	return answer.fresh;
}

static void
fresh__ends(void **unused)
{
	static struct snapshot before;

	(void)unused;
	fresh_setup();
	assert_false(is_fresh());
	log_in();
	snapshot_take(&world, &before);
	assert_true(is_fresh());
	world.now += FRESH - 1;
	assert_true(is_fresh());
	world.request.owner.fresh_for = FRESH - 1;
	assert_false(is_fresh());
	world.request.owner.fresh_for = FRESH;
	world.now++;
	assert_false(is_fresh());
	assert_unchanged(&world, &before); /* no use is written */
}

static void
fresh__is_the_owners_on_this_host(void **unused)
{
	struct otp_owner *owner = &world.request.owner;

	(void)unused;
	fresh_setup();
	owner->gives_code = false; /* su by another user */
	log_in();
	assert_false(is_fresh());
	assert_int_equal(world_state(&world)->own_code.time, 0);
	owner->gives_code = true;
	owner->has_host = false;
	log_in();
	assert_false(is_fresh());
	assert_int_equal(world_state(&world)->own_code.time, 0);
	owner->has_host = true;
	log_in();
	assert_true(is_fresh());
	owner->is_caller = false; /* another user calls */
	assert_false(is_fresh());
	owner->is_caller = true;
	owner->has_host = false;
	assert_false(is_fresh());
	owner->has_host = true;
	owner->host[7] ^= 1; /* of another host */
	assert_false(is_fresh());
	owner->host[7] ^= 1;
	owner->fresh_for = 0; /* as by default */
	assert_false(is_fresh());
	owner->fresh_for = FRESH;
	world.request.uid++;
	assert_false(is_fresh());
	world.request.uid--;
	world.request.unknown = true;
	assert_false(is_fresh());
	world.request.unknown = false;
	assert_true(is_fresh());
}

/* A code of another's login neither begins nor ends it. */
static void
fresh__is_left_alone_by_the_codes_of_others(void **unused)
{
	(void)unused;
	fresh_setup();
	log_in();
	world.request.owner.gives_code = false;
	log_in();
	world.request.owner.gives_code = true;
	assert_true(is_fresh());
	world.now += FRESH - 30;
	assert_false(is_fresh());
}

static void
fresh__comes_with_a_recovery_code(void **unused)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	fresh_setup();
	assert_int_equal(world_try(&world, world_recovery_text(1, text)),
	    OTP_VERDICT_ACCEPT);
	assert_true(is_fresh());
}

/* A lost laptop has a session, perhaps, and not only a key. */
static void
fresh__ends_when_devices_are_forgotten(void **unused)
{
	const uint8_t *id = world.request.device.id;
	unsigned count = 99;

	(void)unused;
	fresh_setup();
	log_in();
	assert_int_equal(
	    otp_known_forget(&world.account, id, &count), OTP_ERR_ABSENT);
	assert_true(is_fresh());
	assert_int_equal(
	    otp_known_forget(&world.account, NULL, &count), OTP_OK);
	assert_int_equal(count, 0);
	assert_true(world.account.committed);
	assert_false(is_fresh());
	world.request.device.remember_for = DAY;
	log_in();
	world.request.device.remember_for = 0;
	assert_true(is_fresh());
	assert_int_equal(otp_known_forget(&world.account, id, &count), OTP_OK);
	assert_int_equal(count, 1);
	assert_false(is_fresh());
}

static void
fresh__asks_after_a_wrong_code(void **unused)
{
	struct otp_state state;

	(void)unused;
	fresh_setup();
	log_in();
	assert_int_equal(world_guess(&world), OTP_VERDICT_REJECT);
	assert_false(is_fresh());
	log_in();
	assert_true(is_fresh());
	state = *world_state(&world);
	state.suspended = true;
	world_put_state(&world, &state);
	assert_false(is_fresh());
}

static void
fresh__asks_when_the_clock_went_back(void **unused)
{
	(void)unused;
	fresh_setup();
	log_in();
	world.now--;
	assert_false(is_fresh());
	world.now++;
	assert_true(is_fresh());
	world.clock_fails = true;
	assert_false(is_fresh());
}

/* Neither now nor when the clock is right again. */
static void
fresh__needs_a_clock_after_the_release(void **unused)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	fresh_setup();
	world.now = OTP_CALENDAR_EARLIEST - 1;
	assert_int_equal(world_try(&world, world_recovery_text(1, text)),
	    OTP_VERDICT_ACCEPT);
	assert_int_equal(world_state(&world)->own_code.time, 0);
	world.now++;
	assert_false(is_fresh());
}

static void
fresh__ends_with_other_tokens(void **unused)
{
	struct otp_seed seed = world.seed;
	uint32_t failures = 0;

	(void)unused;
	fresh_setup();
	log_in();
	world.seed.tokens[0].secret[0] ^= 1;
	world_put_seed(&world);
	assert_false(is_fresh());
	world.seed = seed;
	(void)world_token(&world, OTP_TOTP);
	world_put_seed(&world);
	assert_false(is_fresh());
	world.seed = seed;
	world_put_seed(&world);
	assert_true(is_fresh());
	assert_int_equal(otp_enrol_unlock(&world.account, &failures), OTP_OK);
	assert_false(is_fresh());
	/* and there is nothing left to change */
	assert_int_equal(otp_enrol_unlock(&world.account, &failures), OTP_OK);
	assert_int_equal(failures, 0);
}

static void
fresh__asks_root_and_virtual_users(void **unused)
{
	static const uint32_t uids[] = { 0, OTP_UID_VIRTUAL };
	struct otp_own_code code;

	(void)unused;
	fresh_setup();
	log_in();
	code = world_state(&world)->own_code;
	for (size_t i = 0; i < COUNT(uids); i++) {
		struct otp_state state = *world_state(&world);

		state.uid = uids[i];
		state.own_code.time = 0;
		world_put_state(&world, &state);
		world.request.uid = uids[i];
		log_in();
		assert_int_equal(world_state(&world)->own_code.time, 0);
		state = *world_state(&world);
		state.own_code = code; /* not even if it is there */
		state.own_code.time = world.now;
		world_put_state(&world, &state);
		assert_false(is_fresh());
	}
}

/* Adopting under another name was interrupted before the seed was moved. */
static void
known__ends_when_a_seed_goes_that_is_not_enrolled(void **unused)
{
	struct otp_state state;

	(void)unused;
	log_in();
	state = *world_state(&world);
	state.enrolled = false;
	state.own_code.time = 0;
	world_put_state(&world, &state);
	assert_int_equal(state.devices.count, 1);
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	assert_int_equal(world_state(&world)->devices.count, 0);
	state.own_code.time = world.now;
	memset(&state.devices, 0, sizeof(state.devices));
	world_put_state(&world, &state);
	world_put_seed(&world);
	assert_int_equal(otp_enrol_remove(&world.account, false), OTP_OK);
	assert_int_equal(world_state(&world)->own_code.time, 0);
}

static void
fresh__asks_where_files_fail(void **unused)
{
	(void)unused;
	fresh_setup();
	log_in();
	world_write(&world, "seed/alice", "torn", 4);
	assert_false(is_fresh());
	world_put_seed(&world);
	assert_true(is_fresh());
	world_write(&world, "state/alice", "torn", 4);
	assert_false(is_fresh());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(known__is_asked_once),
		TEST(known__is_one_device),
		TEST(known__needs_the_service_to_remember),
		TEST(known__is_not_made_by_a_recovery_code),
		TEST(known__is_not_made_by_a_wrong_or_used_code),
		TEST(known__asks_after_a_wrong_code),
		TEST(known__asks_after_no_wrong_code_of_other_callers),
		TEST(known__asks_during_a_delay),
		TEST(known__asks_the_suspended),
		TEST(known__asks_root_and_virtual_users),
		TEST(known__asks_another_uid),
		TEST(known__asks_with_other_tokens),
		TEST(known__asks_after_the_tokens_were_away),
		TEST(known__asks_after_a_token_was_there_for_a_while),
		TEST(known__stays_known_with_new_recovery_codes),
		TEST(known__is_forgotten_by_unlock),
		TEST(known__asks_where_clock_or_files_fail),
		TEST(known__asks_where_the_clock_is_before_the_release),
		TEST(known__asks_before_it_was_remembered),
		TEST(known_forget__takes_one_or_all),
		TEST(known_forget__takes_all_that_are_not_known_now),
		TEST(known_list__has_what_is_known_now),
		TEST(fresh__ends),
		TEST(fresh__is_the_owners_on_this_host),
		TEST(fresh__is_left_alone_by_the_codes_of_others),
		TEST(fresh__comes_with_a_recovery_code),
		TEST(fresh__ends_when_devices_are_forgotten),
		TEST(fresh__asks_after_a_wrong_code),
		TEST(fresh__asks_when_the_clock_went_back),
		TEST(fresh__needs_a_clock_after_the_release),
		TEST(fresh__ends_with_other_tokens),
		TEST(fresh__asks_root_and_virtual_users),
		TEST(known__ends_when_a_seed_goes_that_is_not_enrolled),
		TEST(fresh__asks_where_files_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
