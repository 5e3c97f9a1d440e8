/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a code that was sent is good for: that of a login for this login alone, and
 * that of an address for this address alone.
 */
#include "config.h"

#include "tests/effects/world.h"

#include "common/core/send.h"
#include "common/effects/deliver.h"
#include "common/effects/own.h"

static struct otp_own_proof proof;
static struct otp_own_result result;
static struct otp_address address;
static struct otp_address_proof made;
static struct otp_recovery_set set;
static struct otp_dispatch dispatch; /* the last code that was sent */

/* What a login may call its service, and where it may say to come from. */
static const struct occasion {
	const char *service;
	const char *host;
} occasions[] = {
	{ "otp-enroll", "" },
	{ "", "" },
	{ "sshd", "203.0.113.5" },
};

/* Alice has a TOTP token, an HOTP one, recovery codes and an address. */
static int
setup(void **state)
{
	(void)state;
	world_open(&world);
	(void)world_token(&world, OTP_TOTP);
	(void)world_token(&world, OTP_HOTP);
	world_recovery(&world, 1);
	world_recovery(&world, 2);
	world_address(&world, "mailto:old@example.org");
	world_enrol(&world);
	world.policy.delay_after = 20;
	world.account.by_other = true;
	memset(&address, 0, sizeof(address));
	strcpy(address.uri, "mailto:alice@example.org");
	return 0;
}

/* A code is sent for a login from OCCASION, whose request is the world's then. */
static const char *
send_for(const struct occasion *occasion)
{
	static const struct otp_send_choice any;

	world.now += OTP_SEND_APART;
	strcpy(world.request.service, occasion->service);
	strcpy(world.request.host, occasion->host);
	assert_int_equal(
	    otp_deliver(&world.host, &world.request, &any, &dispatch, NULL),
	    OTP_OK);
	assert_int_equal(dispatch.delivery, OTP_DELIVERY_SENT);
	return dispatch.code;
}

/* The hour is full after a few. */
static void
count_anew(void)
{
	struct otp_state state = *world_state(&world);

	otp_send_clear(&state.sends);
	world_put_state(&world, &state);
}

static void
prove(const char *typed)
{
	proof.former = world_active(&world);
	proof.typed = typed;
}

static enum otp_err
put(enum otp_enrol_mode mode)
{
	struct otp_token shown = { .kind = OTP_TOTP,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = 30,
		.secret_size = OTP_OWN_SECRET_SIZE,
		.secret = { 9, 9, 9 } };
	struct otp_own_token token = { .mode = mode };
	char code[16];

	memcpy(token.secret, shown.secret, sizeof(token.secret));
	token.typed = oracle_code(&shown, (uint64_t)world.now / 30, code);
	return otp_own_put(&world.account, &proof, &token, &set, &result);
}

/* Every change that needs a code of what is active. */
static enum otp_err
put_added(void)
{
	return put(OTP_ENROL_ADD);
}

static enum otp_err
put_replaced(void)
{
	return put(OTP_ENROL_REPLACE);
}

static enum otp_err
renew(void)
{
	return otp_own_recovery(&world.account, &proof, &set, &result);
}

static enum otp_err
remove_token(void)
{
	return otp_own_remove(&world.account, &proof, 0, &result);
}

static enum otp_err
add(void)
{
	return otp_own_add_address(
	    &world.account, &proof, &address, &made, &result);
}

static enum otp_err
remove_address(void)
{
	return otp_own_remove_address(&world.account, &proof, 0, &result);
}

static enum otp_err (*const changes[])(void) = { put_added, put_replaced, renew,
	remove_token, add, remove_address };

static bool
is_unchanged(const struct otp_seed *before)
{
	struct otp_active was, is;
	struct otp_seed seed;

	world_seed(&world, &seed);
	assert_int_equal(otp_active_of(before, &was), OTP_OK);
	assert_int_equal(otp_active_of(&seed, &is), OTP_OK);
	return memcmp(&was, &is, sizeof(is)) == 0 && seed.pending.until == 0;
}

/* Whatever service asked for it, and even if it says to be the tool. */
static void
sent_code__of_a_login_proves_no_change(void **state)
{
	struct otp_seed before;
	uint32_t failures = 0;

	(void)state;
	world_seed(&world, &before);
	for (unsigned i = 0; i < COUNT(occasions); i++)
		for (unsigned j = 0; j < COUNT(changes); j++) {
			count_anew();
			prove(send_for(&occasions[i]));
			world.now += OTP_SEND_APART; /* 'add' sends as well */
			memset(&result, 0xee, sizeof(result));
			assert_int_equal(changes[j](), OTP_OK);
			assert_int_equal(result.verdict, OTP_VERDICT_REJECT);
			assert_false(result.proven || result.of_token);
			assert_false(world.account.committed);
			assert_true(is_unchanged(&before));
			assert_int_equal(
			    world_state(&world)->others.failures, ++failures);
			/* It was good for what it was sent for, and is. */
			assert_int_equal(world_try(&world, dispatch.code),
			    OTP_VERDICT_ACCEPT);
			failures = world_state(&world)->others.failures;
		}
}

/* Nothing is sent for them, so none is theirs. */
static void
sent_code__lets_in_no_program_of_the_user(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT(occasions); i++) {
		const char *code = send_for(&occasions[i]);

		world.request.by_other = true;
		assert_int_equal(world_try(&world, code), OTP_VERDICT_REJECT);
		assert_int_equal(world_state(&world)->others.failures, i + 1);
		world.request.by_other = false;
	}
	assert_int_equal(world_try(&world, dispatch.code), OTP_VERDICT_ACCEPT);
}

static void
sent_code__of_a_login_confirms_no_address(void **state)
{
	struct otp_seed before;
	char current[16];

	(void)state;
	world_seed(&world, &before);
	prove(oracle_code(
	    &world.seed.tokens[0], (uint64_t)world.now / 30, current));
	assert_int_equal(add(), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	for (unsigned i = 0; i < COUNT(occasions); i++) {
		prove(send_for(&occasions[i]));
		assert_int_equal(
		    otp_own_confirm_address(&world.account, &proof, &result),
		    OTP_OK);
		assert_int_equal(result.verdict, OTP_VERDICT_REJECT);
		assert_false(world.account.committed);
	}
	world_seed(&world, &world.seed);
	assert_int_equal(world.seed.addresses_count, before.addresses_count);
	assert_true(world.seed.pending.until != 0);
}

/* Neither before its address is active, nor after. */
static void
sent_code__of_an_address_is_of_no_login(void **state)
{
	char code[OTP_SEND_TEXT_SIZE], current[16];

	(void)state;
	prove(oracle_code(
	    &world.seed.tokens[0], (uint64_t)world.now / 30, current));
	assert_int_equal(add(), OTP_OK);
	otp_send_text(made.code, code);
	for (unsigned active = 0; active < 2; active++) {
		for (unsigned i = 0; i < 2 * COUNT(occasions); i++) {
			const struct occasion *of = &occasions[i / 2];

			strcpy(world.request.service, of->service);
			strcpy(world.request.host, of->host);
			world.request.by_other = i % 2 == 1;
			assert_int_equal(
			    world_try(&world, code), OTP_VERDICT_REJECT);
		}
		if (active == 1)
			break;
		prove(code);
		assert_int_equal(
		    otp_own_confirm_address(&world.account, &proof, &result),
		    OTP_OK);
		assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	}
	/* Nor does it prove another change. */
	prove(code);
	assert_int_equal(renew(), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_REJECT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sent_code__of_a_login_proves_no_change),
		TEST(sent_code__lets_in_no_program_of_the_user),
		TEST(sent_code__of_a_login_confirms_no_address),
		TEST(sent_code__of_an_address_is_of_no_login),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
