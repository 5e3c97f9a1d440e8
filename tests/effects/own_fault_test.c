/* SPDX-License-Identifier: BSD-2-Clause */
/* Users who change their own account, where something fails. */
#include "config.h"

#include "common/core/code.h"
#include "common/core/send.h"
#include "common/effects/own.h"
#include "tests/effects/crypto.h"
#include "tests/effects/stop.h"
#include "tests/effects/world.h"
#include "tests/lib/fake.h"
#include "tests/unit/stack.h"

static struct otp_own_proof proof;
static struct otp_own_token token;
static struct otp_own_result result;
static struct otp_recovery_set set;
static struct otp_address_proof kept, made;
static char current[16], code[16], sent[OTP_SEND_TEXT_SIZE];
static char invitation[OTP_RECOVERY_TEXT_SIZE];

/* --- what fails: the how-manieth; 0 = none --- */

static unsigned random_fails_at, random_calls;
static unsigned changes_at, clock_reads; /* somebody else is faster */

static enum otp_err
fickle_random(void *context, void *bytes, size_t size)
{
	if (++random_calls == random_fails_at)
		return OTP_ERR_CRYPTO;
	return world_random(context, bytes, size);
}

static enum otp_err
time_and_change(void *context, int64_t *ret_now)
{
	if (++clock_reads == changes_at) {
		world_recovery(&world, 3);
		world_put_seed(&world);
	}
	return world_time(context, ret_now);
}

static void
nothing_fails(void)
{
	stop_from(0);
	crypto_fails(0);
	random_fails_at = random_calls = 0;
	changes_at = clock_reads = 0;
}

/* --- alice: two tokens, a recovery code, two addresses; one more is kept --- */

static int
setup(void **unused)
{
	(void)unused;
	nothing_fails();
	world_open(&world);
	world.sys.random = fickle_random;
	world.sys.time = time_and_change;
	(void)world_token(&world, OTP_TOTP);
	(void)world_token(&world, OTP_HOTP);
	world_recovery(&world, 1);
	for (unsigned i = 0; i < 2; i++) {
		struct otp_address *address =
		    &world.seed.addresses[world.seed.addresses_count++];

		(void)snprintf(address->uri, sizeof(address->uri),
		    "mailto:%u@example.org", i);
		memset(address->secret, (int)i + 1, sizeof(address->secret));
	}
	/* No secret's last bytes are zeros, which are everywhere. */
	world.seed.tokens[0].secret[19] = world.seed.tokens[1].secret[19] = 7;
	world_enrol(&world);
	world_seed(&world, &world.seed);
	kept = (struct otp_address_proof){ .code = 0 };
	strcpy(kept.address.uri, "mailto:kept@example.org");
	assert_int_equal(
	    otp_enrol_begin_address(&world.account, &kept.address, &kept),
	    OTP_OK);
	assert_int_equal(otp_enrol_keep_address(&world.account, &kept), OTP_OK);
	world_seed(&world, &world.seed);
	world.now += 30;
	world.account.by_other = true;
	return 0;
}

static int
teardown(void **unused)
{
	(void)unused;
	nothing_fails();
	world_close(&world);
	return 0;
}

/* --- what is there, as the owner sees it --- */

struct seen {
	enum otp_err err;
	struct otp_active active;
	char pending[OTP_ADDRESS_SIZE];
};

static struct seen before;

static void
look(struct seen *seen)
{
	struct otp_store *store = sample_open(world.store, "alice");
	struct otp_seed seed;

	memset(seen, 0, sizeof(*seen));
	seen->err = otp_store_seed(store, &seed, NULL);
	otp_store_close(store);
	if (seen->err == OTP_OK) {
		assert_int_equal(otp_active_of(&seed, &seen->active), OTP_OK);
		strcpy(seen->pending, seed.pending.address.uri);
	}
}

static bool
is_changed(void)
{
	struct seen now;

	look(&now);
	return memcmp(&now, &before, sizeof(now)) != 0;
}

/* --- each change --- */

static enum otp_err
do_put(enum otp_enrol_mode mode, bool invited)
{
	token.mode = mode;
	token.invited = invited;
	return otp_own_put(&world.account, &proof, &token, &set, &result);
}

static enum otp_err
do_add(void)
{
	return do_put(OTP_ENROL_ADD, false);
}

static enum otp_err
do_replace(void)
{
	return do_put(OTP_ENROL_REPLACE, false);
}

static enum otp_err
do_new(void)
{
	return do_put(OTP_ENROL_NEW, false);
}

static enum otp_err
do_new_invited(void)
{
	return do_put(OTP_ENROL_NEW, true);
}

static enum otp_err
do_replace_invited(void)
{
	return do_put(OTP_ENROL_REPLACE, true);
}

static enum otp_err
do_recovery(void)
{
	return otp_own_recovery(&world.account, &proof, &set, &result);
}

static enum otp_err
do_remove(void)
{
	return otp_own_remove(&world.account, &proof, 1, &result);
}

static enum otp_err
do_add_address(void)
{
	static struct otp_address address;

	strcpy(address.uri, "mailto:new@example.org");
	return otp_own_add_address(
	    &world.account, &proof, &address, &made, &result);
}

static enum otp_err
do_confirm_address(void)
{
	otp_send_text(kept.code, sent);
	proof.typed = sent;
	return otp_own_confirm_address(&world.account, &proof, &result);
}

static enum otp_err
do_remove_address(void)
{
	return otp_own_remove_address(&world.account, &proof, 1, &result);
}

/* Alice has nothing. */
static void
leave_nothing(void)
{
	assert_int_equal(otp_enrol_remove(&world.account, true), OTP_OK);
}

static void
invite(bool replaces)
{
	struct otp_recovery_set one;

	assert_int_equal(otp_enrol_make_set(&world.account, 1, &one), OTP_OK);
	one.until = world.now + 86400;
	assert_int_equal(
	    otp_enrol_invite(&world.account, replaces, &one), OTP_OK);
	strcpy(invitation, one.text[0]);
	proof.typed = invitation;
}

static void
leave_an_invitation(void)
{
	leave_nothing();
	invite(false);
}

static void
invite_beside(void)
{
	invite(true);
}

static const struct change {
	enum otp_err (*make)(void);
	void (*prepare)(void);
	bool has_codes;
	bool is_bound; /* to what was seen */
} changes[] = {
	{ do_add, NULL, false, true },
	{ do_replace, NULL, true, true },
	{ do_new, leave_nothing, true, false },
	{ do_new_invited, leave_an_invitation, true, false },
	{ do_replace_invited, invite_beside, true, true },
	{ do_recovery, NULL, true, true },
	{ do_remove, NULL, false, true },
	{ do_add_address, NULL, false, true },
	{ do_confirm_address, NULL, false, true },
	{ do_remove_address, NULL, false, true },
};

/* A new token, and a code of it. */
static void
make_token(void)
{
	struct otp_token shown = { .kind = OTP_TOTP,
		.hash = OTP_SHA1,
		.digits = 6,
		.period = 30,
		.secret_size = OTP_OWN_SECRET_SIZE };

	memset(shown.secret, 0x6b, OTP_OWN_SECRET_SIZE);
	memcpy(token.secret, shown.secret, OTP_OWN_SECRET_SIZE);
	token.typed = oracle_code(&shown, (uint64_t)world.now / 30, code);
}

/* Alice again, who is about to make CHANGE. */
static void
begin_again(const struct change *change)
{
	(void)teardown(NULL);
	(void)setup(NULL);
	proof.typed = oracle_code(
	    &world.seed.tokens[0], (uint64_t)world.now / 30, current);
	make_token();
	if (change->prepare)
		change->prepare();
	look(&before);
	proof.former = before.active;
	memset(&result, 0xee, sizeof(result));
	memset(&set, 0xee, sizeof(set));
	memset(&made, 0xee, sizeof(made));
	world.account.committed = true;
	nothing_fails();
}

/* What was answered is what is on the disk; what failed hands nothing out. */
static void
assert_answered(const struct change *change, enum otp_err err)
{
	static const struct otp_recovery_set no_set;
	static const struct otp_address_proof no_proof;
	const bool changed = is_changed();

	assert_null(world.account.former);
	assert_int_equal(world.account.committed, changed);
	assert_int_equal(result.verdict,
	    err == OTP_OK ? OTP_VERDICT_ACCEPT : OTP_VERDICT_REJECT);
	assert_false(result.of_token);
	if (err == OTP_OK)
		assert_true(changed);
	if (changed && change->has_codes)
		assert_int_equal(set.count, OTP_ENROL_RECOVERY);
	else if (change->has_codes || change->make == do_add)
		assert_memory_equal(&set, &no_set, sizeof(set));
	if (change->make == do_add_address && err != OTP_OK)
		assert_memory_equal(&made, &no_proof, sizeof(made));
	if (!result.proven || changed)
		return;
	/* It was used, whatever came of it. */
	assert_int_equal(world_try(&world, current), OTP_VERDICT_REPLAY);
}

/* Stopped at any write; and with one that fails alone. */
static void
own__says_what_is_on_the_disk(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < COUNT(changes); i++) {
		unsigned calls, needed;

		begin_again(&changes[i]);
		assert_int_equal(changes[i].make(), OTP_OK);
		calls = stop_calls;
		needed = flushes;
		assert_answered(&changes[i], OTP_OK);
		assert_true(calls >= 4);
		for (unsigned n = 0; n < 2 * calls; n++) {
			enum otp_err err;

			begin_again(&changes[i]);
			stop_from(n / 2 + 1);
			stop_once = n % 2 == 1;
			err = changes[i].make();
			stop_at = 0;
			if (err == OTP_OK)
				assert_true(stop_once && flushes >= needed);
			else
				assert_int_equal(err, OTP_ERR_WRITE);
			assert_answered(&changes[i], err);
		}
	}
}

static void
own__says_so_where_nothing_can_be_computed(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < COUNT(changes); i++) {
		for (unsigned at = 1; at < 1000; at++) {
			unsigned calls;
			enum otp_err err;

			begin_again(&changes[i]);
			crypto_fails(at);
			err = changes[i].make();
			calls = crypto_calls;
			crypto_fails(0);
			assert_int_equal(
			    err, calls < at ? OTP_OK : OTP_ERR_CRYPTO);
			assert_answered(&changes[i], err);
			if (err == OTP_OK) {
				assert_true(at > 5);
				break;
			}
		}
	}
}

static void
own__needs_random_numbers(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < COUNT(changes); i++) {
		unsigned needed = 0;

		for (unsigned at = 1; at < 100; at++) {
			enum otp_err err;

			begin_again(&changes[i]);
			random_fails_at = at;
			err = changes[i].make();
			if (random_calls < at)
				break; /* nothing failed any more */
			assert_int_equal(err, OTP_ERR_CRYPTO);
			assert_answered(&changes[i], err);
			/* It was seen before the proof was used. */
			assert_false(result.proven || result.invited);
			needed = at;
		}
		if (changes[i].has_codes)
			assert_int_equal(needed, 2 * OTP_ENROL_RECOVERY);
		else
			assert_int_equal(
			    needed, changes[i].make == do_add_address ? 2 : 0);
	}
}

static void
own__needs_a_store_and_a_clock(void **unused)
{
	char path[96];

	(void)unused;
	for (unsigned i = 0; i < COUNT(changes); i++) {
		begin_again(&changes[i]);
		world.clock_fails = true;
		assert_int_equal(changes[i].make(), OTP_ERR_CLOCK);
		assert_answered(&changes[i], OTP_ERR_CLOCK);
		world.clock_fails = false;
		world_path(&world, ".store", path);
		assert_int_equal(unlink(path), 0);
		assert_int_equal(changes[i].make(), OTP_ERR_NO_STORE);
		assert_false(world.account.committed || result.proven);
		assert_null(world.account.former);
	}
}

/* At any time after it was looked at, another process changes the account. */
static void
own__is_bound_at_any_time(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < COUNT(changes); i++) {
		unsigned reads;

		begin_again(&changes[i]);
		assert_int_equal(changes[i].make(), OTP_OK);
		reads = clock_reads;
		assert_in_range(reads, 1, 5);
		if (!changes[i].is_bound)
			continue;
		for (unsigned at = 1; at <= reads; at++) {
			begin_again(&changes[i]);
			changes_at = at;
			assert_int_equal(changes[i].make(), OTP_ERR_CONFLICT);
			assert_null(world.account.former);
			assert_false(world.account.committed);
			assert_int_equal(result.verdict, OTP_VERDICT_REJECT);
		}
	}
}

/* --- memory: each change on a stack of its own --- */

static enum otp_err (*called)(void);
static enum otp_err called_err;

static void
call(void)
{
	called_err = called();
}

static void
own__leaves_no_secret_in_memory(void **unused)
{
	(void)unused;
	if (FAKE_SANITIZED)
		skip();
	for (unsigned i = 0; i < 2 * COUNT(changes); i++) {
		const struct change *change = &changes[i / 2];

		begin_again(change);
		stop_from(i % 2);
		called = change->make;
		run_on_stack(call);
		stop_from(0);
		assert_int_equal(called_err, i % 2 ? OTP_ERR_WRITE : OTP_OK);
		for (unsigned j = 0; j < 2; j++) {
			assert_false(
			    stack_has(world.seed.tokens[j].secret, 20));
			assert_false(stack_has(world.seed.addresses[j].secret,
			    OTP_ADDRESS_SECRET_SIZE));
		}
		assert_false(stack_has(token.secret, sizeof(token.secret)));
		assert_false(stack_has(
		    kept.address.secret, sizeof(kept.address.secret)));
		if (change->make == do_add_address && called_err == OTP_OK)
			assert_false(stack_has(
			    made.address.secret, sizeof(made.address.secret)));
		for (unsigned j = 0; change->has_codes && j < set.count; j++)
			assert_false(
			    stack_has(set.text[j], strlen(set.text[j])));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(own__says_what_is_on_the_disk),
		TEST(own__says_so_where_nothing_can_be_computed),
		TEST(own__needs_random_numbers),
		TEST(own__needs_a_store_and_a_clock),
		TEST(own__is_bound_at_any_time),
		TEST(own__leaves_no_secret_in_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
