/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses that are added to an account and removed from it. */
#include "config.h"

#include "common/core/code.h"
#include "common/core/send.h"
#include "common/core/tag.h"
#include "common/effects/deliver.h"
#include "tests/effects/crypto.h"
#include "tests/effects/stop.h"
#include "tests/effects/world.h"
#include "tests/lib/fake.h"
#include "tests/unit/stack.h"

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
	stop_from(0);
	crypto_fails(0);
	world_open(&world);
	world_token(&world, OTP_TOTP);
	world_recovery(&world, 1);
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
	assert_int_equal(
	    begin("c@example.org", &(struct otp_address_proof){ 0 }),
	    OTP_ERR_FULL);
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
	static const struct otp_address none; /* as beside the last one */
	uint8_t id[OTP_ID_SIZE], no_id[OTP_ID_SIZE];
	struct otp_seed seed;

	(void)unused;
	world_enrol(&world);
	assert_int_equal(otp_address_id(&none, no_id), OTP_OK);
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
	/* Not the first. */
	assert_int_equal(add("d@example.org"), OTP_OK);
	assert_int_equal(
	    otp_enrol_remove_address(&world.account, id_of(1)), OTP_OK);
	world_seed(&world, &seed);
	assert_int_equal(seed.addresses_count, 1);
	assert_string_equal(seed.addresses[0].uri, "mailto:c@example.org");
	snapshot_take(&world, &before);
	assert_int_equal(
	    otp_enrol_remove_address(&world.account, no_id), OTP_ERR_ABSENT);
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

/* --- each call, where something fails --- */

static struct otp_address_proof kept, made;
static struct otp_enrolment enrolment;
static char typed[OTP_SEND_TEXT_SIZE];
static uint8_t second_id[OTP_ID_SIZE];
static enum otp_verdict verdict;
static uint32_t wait_seconds;

static enum otp_err
do_begin(void)
{
	return begin("d@example.org", &made);
}

static enum otp_err
do_enrol_with(void)
{
	const struct otp_address address = address_of("d@example.org");

	return otp_enrol_with_address(&world.account, &address, &enrolment);
}

static enum otp_err
do_add(void)
{
	struct otp_address address = address_of("d@example.org");

	address.secret[0] = 9;
	return otp_enrol_add_address(&world.account, &address);
}

static enum otp_err
do_keep(void)
{
	struct otp_address_proof proof = { .address =
					       address_of("d@example.org") };

	proof.address.secret[0] = 9;
	return otp_enrol_keep_address(&world.account, &proof);
}

static enum otp_err
do_confirm(void)
{
	return otp_enrol_confirm_address(
	    &world.account, typed, &verdict, &wait_seconds);
}

static enum otp_err
do_guess(void)
{
	otp_send_text((kept.code + 1) % 100000000, typed);
	return do_confirm();
}

static enum otp_err
do_remove(void)
{
	return otp_enrol_remove_address(&world.account, second_id);
}

/* What the call leaves on the disk: so many addresses, and one that is kept. */
static const struct change {
	enum otp_err (*make)(void);
	unsigned count;
	const char *pending;
	bool writes;
} changes[] = {
	{ do_begin, 2, "mailto:c@example.org", false },
	{ do_enrol_with, 2, "mailto:c@example.org", false },
	{ do_guess, 2, "mailto:c@example.org", true },
	{ do_add, 3, "", true },
	{ do_keep, 2, "mailto:d@example.org", true },
	{ do_confirm, 3, "", true },
	{ do_remove, 1, "", true },
};

static bool
has(unsigned count, const char *pending)
{
	struct otp_seed seed;

	world_seed(&world, &seed);
	return seed.addresses_count == count &&
	    strcmp(seed.pending.address.uri, pending) == 0;
}

/* Alice has two addresses, and a third one is kept; a wrong code is a delay. */
static void
begin_again(void)
{
	(void)world_teardown(NULL);
	(void)setup(NULL);
	world_enrol(&world);
	assert_int_equal(add("a@example.org"), OTP_OK);
	assert_int_equal(add("b@example.org"), OTP_OK);
	assert_int_equal(begin("c@example.org", &kept), OTP_OK);
	assert_int_equal(otp_enrol_keep_address(&world.account, &kept), OTP_OK);
	world.now += OTP_SEND_APART;
	world.policy.delay_after = 1;
	otp_send_text(kept.code, typed);
	memcpy(second_id, id_of(1), sizeof(second_id));
	memset(&made, 0xa5, sizeof(made));
	memset(&enrolment, 0xa5, sizeof(enrolment));
	verdict = OTP_VERDICT_UNENROLLED;
	wait_seconds = 4711;
	world.account.committed = false;
}

/* What was answered is what is on the disk; an error answers nothing. */
static void
assert_answered(const struct change *change, enum otp_err err)
{
	const bool is_made = has(change->count, change->pending);
	const bool changes_seed = !has(2, "mailto:c@example.org");
	struct otp_address_proof no_proof;
	struct otp_enrolment none;

	assert_true(is_made || err != OTP_OK);
	assert_true(is_made || !changes_seed);
	assert_int_equal(world.account.committed, changes_seed);
	if (err == OTP_OK)
		return;
	memset(&no_proof, 0xa5, sizeof(no_proof));
	memset(&none, 0xa5, sizeof(none));
	assert_memory_equal(&made, &no_proof, sizeof(made));
	assert_memory_equal(&enrolment, &none, sizeof(none));
	assert_int_equal(verdict, OTP_VERDICT_UNENROLLED);
	assert_int_equal(wait_seconds, 4711);
}

/* Stopped at any write; and with one that fails alone. */
static void
changes__are_on_the_disk_or_an_error(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < COUNT(changes); i++) {
		unsigned calls, needed;

		begin_again();
		stop_from(0);
		assert_int_equal(changes[i].make(), OTP_OK);
		calls = stop_calls;
		needed = flushes;
		assert_answered(&changes[i], OTP_OK);
		assert_int_equal(calls >= 4, changes[i].writes);
		for (unsigned n = 0; n < 2 * calls; n++) {
			enum otp_err err;

			begin_again();
			stop_from(n / 2 + 1);
			stop_once = n % 2 == 1;
			err = changes[i].make();
			stop_at = 0;
			assert_answered(&changes[i], err);
			if (err == OTP_OK)
				assert_true(stop_once && flushes >= needed);
			else
				assert_int_equal(err, OTP_ERR_WRITE);
		}
	}
}

static void
changes__say_so_where_nothing_can_be_computed(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < COUNT(changes); i++) {
		unsigned at;

		for (at = 1; at < 1000; at++) {
			enum otp_err err;

			begin_again();
			crypto_fails(at);
			err = changes[i].make();
			if (crypto_calls < at)
				break; /* nothing failed any more */
			crypto_fails(0);
			assert_int_equal(err, OTP_ERR_CRYPTO);
			assert_answered(&changes[i], err);
		}
		crypto_fails(0);
		assert_in_range(
		    at, changes[i].make == do_enrol_with ? 1 : 3, 999);
	}
}

/* Each call fails with ERR, and changes nothing. */
static void
assert_all_fail(enum otp_err err)
{
	snapshot_take(&world, &before);
	for (unsigned i = 0; i < COUNT(changes); i++) {
		if (changes[i].make == do_enrol_with)
			continue; /* it looks at no account */
		assert_int_equal(changes[i].make(), err);
		assert_false(world.account.committed);
		assert_unchanged(&world, &before);
	}
}

static void
changes__need_a_clock_and_an_account(void **unused)
{
	char path[96];

	(void)unused;
	begin_again();
	world.clock_fails = true;
	assert_all_fail(OTP_ERR_CLOCK);
	world.clock_fails = false;
	world_path(&world, "state/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_all_fail(OTP_ERR_NO_STATE);
	world_path(&world, "seed/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_all_fail(OTP_ERR_ABSENT);
	begin_again();
	world.now = 86400;
	assert_int_equal(do_keep(), OTP_ERR_CLOCK);
	world.random_fails = true;
	assert_int_equal(do_enrol_with(), OTP_ERR_CRYPTO);
	assert_answered(&changes[0], OTP_ERR_CRYPTO);
}

/* --- memory: each call on a stack of its own --- */

static void
call_enrol_with(void)
{
	assert_int_equal(do_enrol_with(), OTP_OK);
}

static void
call_begin(void)
{
	assert_int_equal(do_begin(), OTP_OK);
}

static void
call_confirm(void)
{
	assert_int_equal(do_confirm(), OTP_OK);
}

static char recovery[OTP_RECOVERY_TEXT_SIZE];

static void
call_confirm_recovery(void)
{
	assert_int_equal(otp_enrol_confirm_address(
			     &world.account, recovery, &verdict, &wait_seconds),
	    OTP_OK);
}

static void
call_is_proven(void)
{
	assert_true(otp_enrol_is_proven(&kept, typed));
}

static void
changes__leave_no_secret_in_memory(void **unused)
{
	uint8_t code[OTP_RECOVERY_CODE_SIZE];

	(void)unused;
	if (FAKE_SANITIZED)
		skip();
	begin_again();
	run_on_stack(call_enrol_with);
	assert_false(stack_has(
	    enrolment.address.secret, sizeof(enrolment.address.secret)));
	run_on_stack(call_begin);
	assert_false(
	    stack_has(made.address.secret, sizeof(made.address.secret)));
	run_on_stack(call_is_proven);
	assert_false(stack_has(&kept.code, sizeof(kept.code)));
	run_on_stack(call_confirm);
	assert_int_equal(verdict, OTP_VERDICT_ACCEPT);
	assert_false(stack_has(&kept.code, sizeof(kept.code)));
	assert_false(
	    stack_has(kept.address.secret, sizeof(kept.address.secret)));
	/* Nor a recovery code, which is no code of an address. */
	begin_again();
	world_recovery_text(0x35, recovery);
	run_on_stack(call_confirm_recovery);
	assert_int_equal(verdict, OTP_VERDICT_MALFORMED);
	memset(code, 0x35, sizeof(code));
	assert_false(stack_has(code, sizeof(code)));
}

/* --- the tag --- */

static enum otp_err
all_x(void *context, void *bytes, size_t size)
{
	(void)context;
	memset(bytes, 'x', size);
	return OTP_OK;
}

/* 120 random bits: the tag says nothing of the account. */
static void
begin__makes_a_tag_of_random_bytes(void **unused)
{
	const struct otp_tagged tagged = { .key = "xxxxxxxxxxxxxxx",
		.account = "alice",
		.service = "",
		.host = "",
		.now = WORLD_NOW };
	char tag[OTP_TAG_SIZE];

	(void)unused;
	world_enrol(&world);
	world.sys.random = all_x;
	assert_int_equal(begin("a@example.org", &made), OTP_OK);
	assert_int_equal(otp_tag_make(&tagged, tag), OTP_OK);
	assert_string_equal(made.tag, tag);
}

/* Of root's tally: its own charge alone. */
static void
confirm__gives_back_its_charge(void **unused)
{
	struct otp_state state;

	(void)unused;
	begin_again();
	state = *world_state(&world);
	state.tally.failures = 2;
	world_put_state(&world, &state);
	world.policy.delay_after = 9;
	assert_int_equal(do_confirm(), OTP_OK);
	assert_int_equal(verdict, OTP_VERDICT_ACCEPT);
	assert_int_equal(wait_seconds, 0);
	assert_int_equal(world_state(&world)->tally.failures, 2);
}

/* It was kept, but there is no room any more. */
static void
confirm__needs_room(void **unused)
{
	(void)unused;
	begin_again();
	world_seed(&world, &world.seed);
	assert_int_equal(world.seed.addresses_count, 2);
	world.seed.addresses[2] = kept.address;
	world.seed.addresses_count = 3;
	world_enrol(&world);
	assert_int_equal(do_confirm(), OTP_ERR_EXISTS);
	strcpy(world.seed.addresses[2].uri, "mailto:d@example.org");
	world.seed.addresses[3] = world.seed.addresses[2];
	strcpy(world.seed.addresses[3].uri, "mailto:e@example.org");
	world.seed.addresses[3].secret[0] ^= 1;
	world.seed.addresses_count = OTP_SEED_ADDRESSES;
	world_enrol(&world);
	snapshot_take(&world, &before);
	assert_int_equal(do_confirm(), OTP_ERR_FULL);
	assert_int_equal(do_guess(), OTP_ERR_FULL);
	assert_int_equal(verdict, OTP_VERDICT_UNENROLLED);
	assert_unchanged(&world, &before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)

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
		TEST(changes__are_on_the_disk_or_an_error),
		TEST(changes__say_so_where_nothing_can_be_computed),
		TEST(changes__need_a_clock_and_an_account),
		TEST(changes__leave_no_secret_in_memory),
		TEST(begin__makes_a_tag_of_random_bytes),
		TEST(confirm__gives_back_its_charge),
		TEST(confirm__needs_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
