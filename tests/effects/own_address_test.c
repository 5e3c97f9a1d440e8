/* SPDX-License-Identifier: BSD-2-Clause */
/* Users who change the addresses of their own account. */
#include "config.h"

#include "tests/effects/world.h"

#include "common/core/send.h"
#include "common/effects/deliver.h"
#include "common/effects/own.h"

static char current[16];
static struct otp_own_proof proof;
static struct otp_own_result result;
static struct otp_address address;
static struct otp_address_proof made;
static struct snapshot before;

/* Alice has a TOTP token, a recovery code and an address. */
static int
setup(void **state)
{
	(void)state;
	world_open(&world);
	(void)world_token(&world, OTP_TOTP);
	world_recovery(&world, 1);
	world_address(&world, "mailto:old@example.org");
	world_enrol(&world);
	world.account.by_other = true;
	memset(&address, 0, sizeof(address));
	strcpy(address.uri, "mailto:alice@example.org");
	return 0;
}

/* What is active, and what its token shows now. */
static void
prove(void)
{
	proof.former = world_active(&world);
	proof.typed = oracle_code(
	    &world.seed.tokens[0], (uint64_t)world.now / 30, current);
}

static enum otp_err
add(void)
{
	memset(&result, 0xee, sizeof(result));
	memset(&made, 0xee, sizeof(made));
	world.account.committed = true;
	return otp_own_add_address(
	    &world.account, &proof, &address, &made, &result);
}

/* The address is kept, and its code was made. */
static void
keep(void)
{
	world.now += 30;
	prove();
	assert_int_equal(add(), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	assert_true(world.account.committed);
}

static enum otp_err
confirm(const char *typed)
{
	struct otp_own_proof came_back = proof;

	memset(&result, 0xee, sizeof(result));
	world.account.committed = true;
	came_back.typed = typed;
	return otp_own_confirm_address(&world.account, &came_back, &result);
}

static enum otp_err
remove_number(unsigned number)
{
	memset(&result, 0xee, sizeof(result));
	world.account.committed = true;
	return otp_own_remove_address(&world.account, &proof, number, &result);
}

static const char *
sent_code(uint32_t more)
{
	static char text[OTP_SEND_TEXT_SIZE];

	otp_send_text((made.code + more) % 100000000, text);
	return text;
}

static unsigned
addresses(void)
{
	struct otp_seed seed;

	world_seed(&world, &seed);
	return seed.addresses_count;
}

static bool
is_pending(void)
{
	struct otp_seed seed;

	world_seed(&world, &seed);
	return seed.pending.until != 0;
}

/* Nothing was added, and no code is there to be sent. */
static void
assert_not_kept(void)
{
	static const struct otp_address_proof none;

	assert_int_not_equal(result.verdict, OTP_VERDICT_ACCEPT);
	assert_false(world.account.committed);
	assert_memory_equal(&made, &none, sizeof(made));
	assert_int_equal(addresses(), 1);
}

static void
own__adds_an_address_whose_code_came_back(void **state)
{
	uint8_t id[OTP_ID_SIZE];
	struct otp_seed seed;

	(void)state;
	keep();
	assert_string_equal(made.address.uri, "mailto:alice@example.org");
	world_seed(&world, &seed);
	assert_int_equal(seed.addresses_count, 1);
	assert_int_equal(seed.pending.until, world.now + OTP_PENDING_VALID);
	assert_string_equal(seed.pending.address.uri, address.uri);
	assert_int_equal(world_state(&world)->sends.day, 1);
	assert_int_equal(otp_address_id(&made.address, id), OTP_OK);
	assert_memory_equal(
	    world_state(&world)->sends.last[0].address, id, OTP_ID_SIZE);
	assert_int_equal(confirm(sent_code(0)), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	assert_true(world.account.committed);
	world_seed(&world, &seed);
	assert_int_equal(seed.addresses_count, 2);
	assert_string_equal(seed.addresses[1].uri, address.uri);
	assert_memory_equal(seed.addresses[1].secret, made.address.secret,
	    OTP_ADDRESS_SECRET_SIZE);
	assert_int_equal(seed.pending.until, 0);
	assert_int_equal(seed.recovery_count, 1);
	/* Once is once. */
	prove();
	assert_int_equal(confirm(sent_code(0)), OTP_ERR_CONFLICT);
	assert_int_equal(addresses(), 2);
}

/* A proof that is none keeps nothing, and makes no code. */
static void
own__keeps_no_address_without_a_proof(void **state)
{
	char wrong[16];

	(void)state;
	prove();
	proof.typed = oracle_wrong(
	    &world.seed.tokens[0], (uint64_t)world.now / 30 - 30, 60, wrong);
	assert_int_equal(add(), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_REJECT);
	assert_false(result.proven);
	assert_not_kept();
	assert_false(is_pending());
	assert_int_equal(world_state(&world)->others.failures, 1);
	assert_int_equal(world_state(&world)->sends.day, 0);
	proof.typed = "123";
	assert_int_equal(add(), OTP_OK);
	assert_not_kept();
	/* Another address was added in between: the code is not compared. */
	prove();
	proof.former.digest[0] ^= 1;
	assert_int_equal(add(), OTP_ERR_CONFLICT);
	assert_false(result.proven);
	assert_not_kept();
	/* Whoever has proven nothing is not told which addresses there are. */
	prove();
	strcpy(address.uri, "mailto:old@example.org");
	proof.typed = wrong;
	assert_int_equal(add(), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_REJECT);
	prove();
	assert_int_equal(add(), OTP_ERR_EXISTS);
	assert_true(result.proven);
	assert_not_kept();
	assert_false(is_pending());
}

static void
own__adds_mail_addresses_alone(void **state)
{
	static const char *const bad[] = { "sms:+491701234567", "signal:a",
		"mail:a" };

	(void)state;
	prove();
	snapshot_take(&world, &before);
	for (unsigned i = 0; i < COUNT(bad); i++) {
		strcpy(address.uri, bad[i]);
		assert_int_equal(add(), OTP_ERR_DENIED);
		assert_not_kept();
	}
	assert_unchanged(&world, &before);
}

/* It is charged like any other, and a right one gives back its own charge alone. */
static void
own__charges_the_code_of_an_address(void **state)
{
	(void)state;
	world.policy.delay_after = 3;
	keep();
	assert_int_equal(confirm("12"), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_MALFORMED);
	assert_true(result.no_code);
	assert_int_equal(confirm("123456"), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_MALFORMED);
	assert_int_equal(world_state(&world)->others.failures, 0);
	assert_int_equal(confirm(sent_code(1)), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_REJECT);
	assert_false(result.no_code);
	assert_int_equal(confirm(sent_code(2)), OTP_OK);
	assert_int_equal(world_state(&world)->others.failures, 2);
	assert_int_equal(world_state(&world)->tally.failures, 0);
	assert_true(is_pending());
	assert_int_equal(confirm(sent_code(0)), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	assert_int_equal(addresses(), 2);
	assert_int_equal(world_state(&world)->others.failures, 2);
}

/* During the delay no code is compared, a right one neither. */
static void
own__confirms_nothing_during_a_delay(void **state)
{
	(void)state;
	world.policy.delay_after = 1;
	keep();
	assert_int_equal(confirm(sent_code(1)), OTP_OK);
	assert_int_equal(confirm(sent_code(0)), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_WAITING);
	assert_true(result.wait > 0);
	assert_int_equal(addresses(), 1);
	assert_int_equal(world_state(&world)->others.failures, 1);
	world.now += result.wait + 1;
	assert_int_equal(confirm(sent_code(0)), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
}

static void
own__confirms_nothing_of_the_locked_out(void **state)
{
	(void)state;
	world.policy.delay_after = 1;
	world.policy.lock_after = 1;
	keep();
	assert_int_equal(confirm(sent_code(1)), OTP_OK);
	world.now += 800;
	assert_int_equal(confirm(sent_code(0)), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_LOCKED);
	assert_int_equal(addresses(), 1);
}

static void
own__code_of_an_address_ends(void **state)
{
	const int64_t begin = WORLD_NOW + 30;

	(void)state;
	keep();
	world.now = begin + OTP_PENDING_VALID;
	assert_int_equal(confirm(sent_code(0)), OTP_ERR_CONFLICT);
	assert_int_equal(result.verdict, OTP_VERDICT_REJECT);
	/* The clock went back: what its end is, is not known. */
	world.now = begin - 1;
	assert_int_equal(confirm(sent_code(0)), OTP_ERR_CONFLICT);
	assert_int_equal(addresses(), 1);
	world.now = begin + OTP_PENDING_VALID - 1;
	assert_int_equal(confirm(sent_code(0)), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
}

/* A second one replaces it, and its code. */
static void
own__keeps_one_address(void **state)
{
	struct otp_address_proof first;

	(void)state;
	keep();
	first = made;
	strcpy(address.uri, "mailto:other@example.org");
	keep();
	assert_int_not_equal(first.code, made.code);
	assert_int_equal(confirm(sent_code(first.code - made.code)), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_REJECT);
	assert_int_equal(confirm(sent_code(0)), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	world_seed(&world, &world.seed);
	assert_string_equal(
	    world.seed.addresses[1].uri, "mailto:other@example.org");
}

/* Something else is active by then, so that it must be asked for again. */
static void
own__confirmation_is_bound_to_what_was_seen(void **state)
{
	(void)state;
	keep();
	strcpy(world.seed.addresses[1].uri, "mailto:root@example.org");
	memset(world.seed.addresses[1].secret, 2, OTP_ADDRESS_SECRET_SIZE);
	world.account.by_other = false;
	assert_int_equal(
	    otp_enrol_add_address(&world.account, &world.seed.addresses[1]),
	    OTP_OK);
	world.account.by_other = true;
	assert_false(is_pending());
	assert_int_equal(confirm(sent_code(0)), OTP_ERR_CONFLICT);
	/* Nor is it of any use to one who looks again. */
	prove();
	assert_int_equal(confirm(sent_code(0)), OTP_ERR_CONFLICT);
	assert_int_equal(addresses(), 2);
	assert_int_equal(world_state(&world)->others.failures, 0);
}

/* A thief asked for it with a recovery code that was stolen. */
static void
own__kept_address_ends_with_the_recovery_codes(void **state)
{
	struct otp_recovery_set set;

	(void)state;
	keep();
	assert_int_equal(otp_enrol_make_set(&world.account, 2, &set), OTP_OK);
	assert_int_equal(otp_enrol_recovery(&world.account, &set), OTP_OK);
	assert_false(is_pending());
	prove();
	assert_int_equal(confirm(sent_code(0)), OTP_ERR_CONFLICT);
	assert_int_equal(addresses(), 1);
}

static void
own__kept_address_goes_with_all_that_is_replaced(void **state)
{
	const struct otp_token token = world.seed.tokens[0];
	struct otp_recovery_set set;
	struct otp_enrolment enrolment;

	(void)state;
	keep();
	assert_int_equal(otp_enrol_begin(&world.account, OTP_ENROL_REPLACE,
			     &token, &enrolment),
	    OTP_OK);
	assert_int_equal(otp_enrol_make_set(&world.account, 2, &set), OTP_OK);
	assert_int_equal(
	    otp_enrol_put(&world.account, &enrolment, &set), OTP_OK);
	assert_false(is_pending());
	assert_int_equal(addresses(), 0);
}

/* No code that a login asks for is that of an address that is only kept. */
static void
own__kept_address_is_of_no_login(void **state)
{
	const struct otp_send_choice second = { .number = 2 };
	struct otp_dispatch dispatch;

	(void)state;
	keep();
	assert_int_equal(world_try(&world, sent_code(0)), OTP_VERDICT_REJECT);
	world.now += 60;
	assert_int_equal(
	    otp_deliver(&world.host, &world.request, &second, &dispatch, NULL),
	    OTP_OK);
	assert_int_equal(dispatch.delivery, OTP_DELIVERY_NO_ADDRESS);
	/* Nor is it after it was added. */
	assert_int_equal(confirm(sent_code(0)), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	assert_int_equal(world_try(&world, sent_code(0)), OTP_VERDICT_REJECT);
}

/* Messages are counted as those of logins are, before the code is compared. */
static void
own__sends_no_more_than_a_login(void **state)
{
	char text[OTP_RECOVERY_TEXT_SIZE];
	struct otp_state full;

	(void)state;
	keep();
	/* Under the lock, too: another may have been sent meanwhile. */
	assert_int_equal(
	    otp_enrol_keep_address(&world.account, &made), OTP_ERR_LIMIT);
	assert_false(world.account.committed);
	prove();
	proof.typed = world_recovery_text(1, text);
	assert_int_equal(add(), OTP_ERR_LIMIT);
	assert_int_equal(world.account.fault.numbers[0], 60);
	/* Nor is that told of an account that was not seen. */
	proof.former.digest[0] ^= 1;
	assert_int_equal(add(), OTP_ERR_CONFLICT);
	proof.former.digest[0] ^= 1;
	assert_int_equal(add(), OTP_ERR_LIMIT);
	assert_int_equal(world.account.fault.detail, OTP_DETAIL_SENDS);
	assert_false(result.proven);
	assert_not_kept();
	world.now += 30;
	full = *world_state(&world);
	full.sends.day = OTP_SEND_DAY;
	world_put_state(&world, &full);
	assert_int_equal(add(), OTP_ERR_LIMIT);
	assert_int_equal(world.account.fault.numbers[0], 86400);
	assert_false(result.proven);
	full.sends.day = OTP_SEND_DAY - 1;
	world_put_state(&world, &full);
	assert_int_equal(add(), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	assert_int_equal(world_state(&world)->sends.day, OTP_SEND_DAY);
}

/* The disk fills up: what was counted stays so, and there is no code to send. */
static void
own__makes_no_code_where_the_address_is_not_kept(void **state)
{
	char path[96];

	(void)state;
	prove();
	world_path(&world, "seed/.alice.new", path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(add(), OTP_ERR_WRITE);
	assert_false(world.account.committed);
	assert_true(result.proven);
	assert_not_kept();
	assert_false(is_pending());
	assert_int_equal(world_state(&world)->sends.day, 1);
	assert_int_equal(rmdir(path), 0);
	keep();
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(confirm(sent_code(0)), OTP_ERR_WRITE);
	assert_int_equal(result.verdict, OTP_VERDICT_REJECT);
	assert_false(world.account.committed);
	assert_int_equal(addresses(), 1);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(confirm(sent_code(0)), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
}

static void
suspend(void)
{
	struct otp_state state = *world_state(&world);

	state.suspended = true;
	world_put_state(&world, &state);
}

static void
own__adds_no_address_to_the_suspended(void **state)
{
	(void)state;
	keep();
	suspend();
	assert_int_equal(confirm(sent_code(0)), OTP_ERR_SUSPENDED);
	prove();
	world.now += 60;
	assert_int_equal(add(), OTP_ERR_SUSPENDED);
	assert_not_kept();
	prove();
	assert_int_equal(remove_number(0), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_SUSPENDED);
	assert_int_equal(addresses(), 1);
}

static void
own__has_room_for_four_addresses(void **state)
{
	(void)state;
	for (unsigned i = 1; i < OTP_SEED_ADDRESSES; i++) {
		(void)snprintf(world.seed.addresses[i].uri, OTP_ADDRESS_SIZE,
		    "mailto:%u@example.org", i);
		memset(world.seed.addresses[i].secret, (int)i + 1,
		    OTP_ADDRESS_SECRET_SIZE);
	}
	world.seed.addresses_count = OTP_SEED_ADDRESSES - 1;
	world_enrol(&world);
	keep();
	world.seed.addresses_count = OTP_SEED_ADDRESSES;
	world_enrol(&world);
	prove();
	assert_int_equal(add(), OTP_ERR_FULL);
	assert_int_equal(addresses(), OTP_SEED_ADDRESSES);
}

static void
own__removes_an_address_after_a_code(void **state)
{
	char wrong[16];

	(void)state;
	prove();
	assert_int_equal(remove_number(1), OTP_ERR_ABSENT);
	proof.typed = oracle_wrong(
	    &world.seed.tokens[0], (uint64_t)world.now / 30 - 30, 60, wrong);
	assert_int_equal(remove_number(0), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_REJECT);
	assert_false(world.account.committed);
	assert_int_equal(addresses(), 1);
	prove();
	proof.former.digest[31] ^= 1;
	assert_int_equal(remove_number(0), OTP_ERR_CONFLICT);
	prove();
	assert_int_equal(remove_number(0), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	assert_true(world.account.committed);
	assert_int_equal(addresses(), 0);
}

/* With neither a token nor another address, its user could not log in. */
static void
own__keeps_the_last_address(void **state)
{
	char text[OTP_RECOVERY_TEXT_SIZE];
	(void)state;
	world.seed.tokens_count = 0;
	world_enrol(&world);
	proof.former = world_active(&world);
	proof.typed = world_recovery_text(1, text);
	snapshot_take(&world, &before);
	assert_int_equal(remove_number(0), OTP_ERR_CONFLICT);
	assert_unchanged(&world, &before);
	/* A recovery code is proof enough to add another, and then to remove it. */
	world.now += 30;
	assert_int_equal(add(), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	assert_int_equal(confirm(sent_code(0)), OTP_OK);
	assert_int_equal(result.verdict, OTP_VERDICT_ACCEPT);
	assert_int_equal(addresses(), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(own__adds_an_address_whose_code_came_back),
		TEST(own__keeps_no_address_without_a_proof),
		TEST(own__adds_mail_addresses_alone),
		TEST(own__charges_the_code_of_an_address),
		TEST(own__confirms_nothing_during_a_delay),
		TEST(own__confirms_nothing_of_the_locked_out),
		TEST(own__code_of_an_address_ends),
		TEST(own__keeps_one_address),
		TEST(own__confirmation_is_bound_to_what_was_seen),
		TEST(own__kept_address_ends_with_the_recovery_codes),
		TEST(own__kept_address_goes_with_all_that_is_replaced),
		TEST(own__kept_address_is_of_no_login),
		TEST(own__sends_no_more_than_a_login),
		TEST(own__makes_no_code_where_the_address_is_not_kept),
		TEST(own__adds_no_address_to_the_suspended),
		TEST(own__has_room_for_four_addresses),
		TEST(own__removes_an_address_after_a_code),
		TEST(own__keeps_the_last_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
