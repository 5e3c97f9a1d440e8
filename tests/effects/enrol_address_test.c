/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses that are added to an account and removed from it. */
#include "config.h"

#include "common/core/code.h"
#include "common/core/send.h"
#include "common/effects/deliver.h"
#include "tests/effects/world.h"

static struct world world;
static struct snapshot before;

static struct otp_address
address_of(const char *typed)
{
	struct otp_address address;

	assert_int_equal(otp_address_read(typed, &address, NULL), OTP_OK);
	return address;
}

static enum otp_err
begin(const char *typed, struct otp_address_proof *ret_proof)
{
	const struct otp_address address = address_of(typed);

	return otp_enrol_begin_address(&world.account, &address, ret_proof);
}

static enum otp_err
add(const char *typed)
{
	struct otp_address_proof proof;
	enum otp_err err = begin(typed, &proof);

	return err == OTP_OK
	    ? otp_enrol_add_address(&world.account, &proof.address)
	    : err;
}

/* The id of address INDEX in the store. */
static const uint8_t *
id_of(unsigned index)
{
	static uint8_t id[OTP_ID_SIZE];
	struct otp_seed seed;

	world_seed(&world, &seed);
	assert_in_range(index, 0, seed.addresses_count - 1);
	assert_int_equal(otp_address_id(&seed.addresses[index], id), OTP_OK);
	return id;
}

static int
setup(void **unused)
{
	(void)unused;
	world_open(&world);
	world_token(&world, OTP_TOTP);
	world_recovery(&world, 1);
	return 0;
}

static int
teardown(void **unused)
{
	(void)unused;
	world_close(&world);
	return 0;
}

static void
begin__writes_nothing_and_makes_all_new(void **unused)
{
	struct otp_address_proof one, two;

	(void)unused;
	world_enrol(&world);
	snapshot_take(&world, &before);
	assert_int_equal(begin("alice@example.org", &one), OTP_OK);
	assert_int_equal(begin("alice@example.org", &two), OTP_OK);
	assert_unchanged(&world, &before);
	assert_string_equal(one.address.uri, "mailto:alice@example.org");
	assert_memory_not_equal(
	    one.address.secret, two.address.secret, sizeof(one.address.secret));
	assert_int_not_equal(one.code, two.code);
	assert_int_equal(strlen(one.tag), 2);
	assert_string_not_equal(one.tag, two.tag);
	assert_int_equal(one.time, WORLD_NOW);
}

static void
proof__is_the_code_alone(void **unused)
{
	struct otp_address_proof proof;
	char text[OTP_SEND_TEXT_SIZE], wrong[16];

	(void)unused;
	world_enrol(&world);
	assert_int_equal(begin("alice@example.org", &proof), OTP_OK);
	otp_send_text(proof.code, text);
	assert_true(otp_enrol_is_proven(&proof, text));
	(void)snprintf(wrong, sizeof(wrong), "%08u", (unsigned)proof.code);
	assert_true(otp_enrol_is_proven(&proof, wrong));
	(void)snprintf(wrong, sizeof(wrong), "%08u",
	    (unsigned)((proof.code + 1) % 100000000));
	assert_false(otp_enrol_is_proven(&proof, wrong));
	(void)snprintf(wrong, sizeof(wrong), "%07u", (unsigned)proof.code);
	wrong[7] = '\0';
	assert_false(otp_enrol_is_proven(&proof, wrong));
	assert_false(otp_enrol_is_proven(&proof, ""));
	assert_false(otp_enrol_is_proven(&proof, "?"));
	/* The same number in fewer digits. */
	proof.code = 1;
	assert_true(otp_enrol_is_proven(&proof, "00000001"));
	assert_false(otp_enrol_is_proven(&proof, "000001"));
}

/* What proves the address lets nobody in. */
static void
proof__is_no_code_of_a_login(void **unused)
{
	struct otp_address_proof proof;
	char text[OTP_SEND_TEXT_SIZE];

	(void)unused;
	world_enrol(&world);
	assert_int_equal(begin("alice@example.org", &proof), OTP_OK);
	assert_int_equal(
	    otp_enrol_add_address(&world.account, &proof.address), OTP_OK);
	otp_send_text(proof.code, text);
	assert_int_equal(world_try(&world, text), OTP_VERDICT_REJECT);
}

static void
add__is_one_that_a_code_can_be_sent_to(void **unused)
{
	const struct otp_send_choice choice = { 0 };
	struct otp_dispatch dispatch;
	struct otp_seed seed;

	(void)unused;
	world_enrol(&world);
	assert_int_equal(add("alice@example.org"), OTP_OK);
	assert_true(world.account.committed);
	world_seed(&world, &seed);
	assert_int_equal(seed.tokens_count, 1);
	assert_int_equal(seed.recovery_count, 1);
	assert_int_equal(seed.addresses_count, 1);
	assert_int_equal(otp_deliver(&world.host, &world.request, &choice,
			     &dispatch, &world.account.fault),
	    OTP_OK);
	assert_int_equal(dispatch.delivery, OTP_DELIVERY_SENT);
	assert_string_equal(dispatch.to.uri, "mailto:alice@example.org");
	assert_int_equal(world_try(&world, dispatch.code), OTP_VERDICT_ACCEPT);
}

/* Of a new account, with the token; of one that has a token, not at all. */
static void
enrolment__adds_an_address_with_a_secret_of_its_own(void **unused)
{
	static const uint8_t zeros[OTP_ADDRESS_SECRET_SIZE];
	const struct otp_address address = address_of("alice@example.org");
	const struct otp_recovery_set set = { 0 };
	const struct otp_token token = sample_totp(3);
	struct otp_enrolment enrolment;
	struct otp_seed seed;

	(void)unused;
	assert_int_equal(
	    otp_enrol_begin(&world.account, OTP_ENROL_NEW, &token, &enrolment),
	    OTP_OK);
	assert_int_equal(
	    otp_enrol_with_address(&world.account, &address, &enrolment),
	    OTP_OK);
	assert_int_equal(
	    otp_enrol_put(&world.account, &enrolment, &set), OTP_OK);
	world_seed(&world, &seed);
	assert_int_equal(seed.tokens_count, 1);
	assert_int_equal(seed.addresses_count, 1);
	assert_string_equal(seed.addresses[0].uri, "mailto:alice@example.org");
	assert_memory_not_equal(seed.addresses[0].secret, zeros, sizeof(zeros));
}

static void
add__forgets_known_devices(void **unused)
{
	struct otp_state state;

	(void)unused;
	world_enrol(&world);
	state = *world_state(&world);
	state.devices.count = 1;
	state.devices.list[0].created = WORLD_NOW - 10;
	state.devices.list[0].expires = WORLD_NOW + 86400;
	assert_int_equal(
	    otp_seed_tokens_id(&world.seed, state.devices_of), OTP_OK);
	world_put_state(&world, &state);
	assert_int_equal(world_state(&world)->devices.count, 1);
	assert_int_equal(add("alice@example.org"), OTP_OK);
	assert_int_equal(world_state(&world)->devices.count, 0);
}

static void
add__takes_four_and_none_twice(void **unused)
{
	struct otp_address again = address_of("alice@example.org");

	(void)unused;
	world_enrol(&world);
	again.secret[0] = 9;
	assert_int_equal(add("alice@example.org"), OTP_OK);
	snapshot_take(&world, &before);
	assert_int_equal(add("mailto:alice@example.org"), OTP_ERR_EXISTS);
	assert_int_equal(
	    otp_enrol_add_address(&world.account, &again), OTP_ERR_EXISTS);
	assert_false(world.account.committed);
	assert_unchanged(&world, &before);
	assert_int_equal(add("+491701234567"), OTP_OK);
	assert_int_equal(add("signal:alice"), OTP_OK);
	assert_int_equal(add("b@example.org"), OTP_OK);
	snapshot_take(&world, &before);
	assert_int_equal(add("c@example.org"), OTP_ERR_FULL);
	again = address_of("c@example.org");
	again.secret[0] = 9;
	assert_int_equal(
	    otp_enrol_add_address(&world.account, &again), OTP_ERR_FULL);
	assert_unchanged(&world, &before);
}

static void
begin__needs_an_account_a_clock_and_chance(void **unused)
{
	struct otp_address_proof proof, untouched;

	(void)unused;
	memset(&proof, 0xa5, sizeof(proof));
	untouched = proof;
	assert_int_equal(begin("a@example.org", &proof), OTP_ERR_ABSENT);
	world_put_seed(&world);
	assert_int_equal(begin("a@example.org", &proof), OTP_ERR_NO_STATE);
	world_enrol(&world);
	world.random_fails = true;
	assert_int_equal(begin("a@example.org", &proof), OTP_ERR_CRYPTO);
	world.random_fails = false;
	world.clock_fails = true;
	assert_int_equal(begin("a@example.org", &proof), OTP_ERR_CLOCK);
	world.clock_fails = false;
	world.now = 86400;
	assert_int_equal(begin("a@example.org", &proof), OTP_ERR_CLOCK);
	assert_memory_equal(&proof, &untouched, sizeof(proof));
}

static void
remove__takes_the_one_that_was_meant(void **unused)
{
	uint8_t id[OTP_ID_SIZE];
	struct otp_seed seed;

	(void)unused;
	world_enrol(&world);
	assert_int_equal(add("a@example.org"), OTP_OK);
	assert_int_equal(add("b@example.org"), OTP_OK);
	assert_int_equal(add("c@example.org"), OTP_OK);
	memcpy(id, id_of(1), sizeof(id));
	/* Its number changes before. */
	assert_int_equal(
	    otp_enrol_remove_address(&world.account, id_of(0)), OTP_OK);
	assert_true(world.account.committed);
	assert_int_equal(otp_enrol_remove_address(&world.account, id), OTP_OK);
	world_seed(&world, &seed);
	assert_int_equal(seed.addresses_count, 1);
	assert_string_equal(seed.addresses[0].uri, "mailto:c@example.org");
	snapshot_take(&world, &before);
	assert_int_equal(
	    otp_enrol_remove_address(&world.account, id), OTP_ERR_ABSENT);
	assert_false(world.account.committed);
	assert_unchanged(&world, &before);
	assert_int_equal(
	    otp_enrol_remove_address(&world.account, id_of(0)), OTP_OK);
	assert_int_equal(world_show_now(&world, 0), OTP_VERDICT_ACCEPT);
}

static void
remove__leaves_the_last_way_in(void **unused)
{
	(void)unused;
	world_enrol(&world);
	assert_int_equal(add("a@example.org"), OTP_OK);
	assert_int_equal(add("b@example.org"), OTP_OK);
	assert_int_equal(
	    otp_enrol_remove_token(&world.account, world_id(&world, 0)),
	    OTP_OK);
	assert_int_equal(
	    otp_enrol_remove_address(&world.account, id_of(0)), OTP_OK);
	snapshot_take(&world, &before);
	assert_int_equal(
	    otp_enrol_remove_address(&world.account, id_of(0)), OTP_ERR_LIMIT);
	assert_false(world.account.committed);
	assert_unchanged(&world, &before);
}

static void
remove__needs_an_account(void **unused)
{
	static const uint8_t nobody[OTP_ID_SIZE];

	(void)unused;
	assert_int_equal(
	    otp_enrol_remove_address(&world.account, nobody), OTP_ERR_ABSENT);
	world_put_seed(&world);
	assert_int_equal(
	    otp_enrol_remove_address(&world.account, nobody), OTP_ERR_NO_STATE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(begin__writes_nothing_and_makes_all_new),
		TEST(begin__needs_an_account_a_clock_and_chance),
		TEST(proof__is_the_code_alone),
		TEST(proof__is_no_code_of_a_login),
		TEST(add__is_one_that_a_code_can_be_sent_to),
		TEST(enrolment__adds_an_address_with_a_secret_of_its_own),
		TEST(add__forgets_known_devices),
		TEST(add__takes_four_and_none_twice),
		TEST(remove__takes_the_one_that_was_meant),
		TEST(remove__leaves_the_last_way_in),
		TEST(remove__needs_an_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
