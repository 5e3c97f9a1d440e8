/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is changed of an account that is enrolled, where something fails, and
 * what is left in memory then.
 */
#include "config.h"

#include "common/core/calendar.h"
#include "common/core/code.h"
#include "tests/effects/stop.h"
#include "tests/effects/world.h"
#include "tests/lib/account.h"
#include "tests/lib/codes.h"
#include "tests/lib/fake.h"
#include "tests/unit/stack.h"

static struct snapshot before;
static struct otp_recovery_set set;

/* --- calls that fail: the how-manieth; 0 = none --- */

static unsigned load_fails_at, load_calls;
static enum otp_err load_err;
static unsigned crypto_fails_at, crypto_calls;
static unsigned random_fails_at, random_calls;

enum otp_err __real_otp_store_load(struct otp_store *store,
    struct otp_state *ret_state, struct otp_fault *fault);
enum otp_err __wrap_otp_store_load(struct otp_store *store,
    struct otp_state *ret_state, struct otp_fault *fault);
enum otp_err __real_otp_oath_new(enum otp_hash hash, const uint8_t *secret,
    size_t size, struct otp_oath **ret_oath);
enum otp_err __wrap_otp_oath_new(enum otp_hash hash, const uint8_t *secret,
    size_t size, struct otp_oath **ret_oath);
enum otp_err __real_otp_oath_value(struct otp_oath *oath, uint64_t moving,
    unsigned digits, uint32_t *ret_value);
enum otp_err __wrap_otp_oath_value(struct otp_oath *oath, uint64_t moving,
    unsigned digits, uint32_t *ret_value);
enum otp_err __real_otp_token_id(
    const struct otp_token *token, uint8_t ret_id[OTP_ID_SIZE]);
enum otp_err __wrap_otp_token_id(
    const struct otp_token *token, uint8_t ret_id[OTP_ID_SIZE]);
enum otp_err __real_otp_recovery_make(
    const uint8_t code[OTP_RECOVERY_CODE_SIZE],
    const uint8_t salt[OTP_RECOVERY_SALT_SIZE],
    struct otp_recovery *ret_recovery);
enum otp_err __wrap_otp_recovery_make(
    const uint8_t code[OTP_RECOVERY_CODE_SIZE],
    const uint8_t salt[OTP_RECOVERY_SALT_SIZE],
    struct otp_recovery *ret_recovery);

enum otp_err
__wrap_otp_store_load(struct otp_store *store, struct otp_state *ret_state,
    struct otp_fault *fault)
{
	if (++load_calls == load_fails_at)
		return load_err;
	return __real_otp_store_load(store, ret_state, fault);
}

static bool
crypto_fails(void)
{
	return ++crypto_calls == crypto_fails_at;
}

enum otp_err
__wrap_otp_oath_new(enum otp_hash hash, const uint8_t *secret, size_t size,
    struct otp_oath **ret_oath)
{
	return crypto_fails()
	    ? OTP_ERR_CRYPTO
	    : __real_otp_oath_new(hash, secret, size, ret_oath);
}

enum otp_err
__wrap_otp_oath_value(struct otp_oath *oath, uint64_t moving, unsigned digits,
    uint32_t *ret_value)
{
	return crypto_fails()
	    ? OTP_ERR_CRYPTO
	    : __real_otp_oath_value(oath, moving, digits, ret_value);
}

enum otp_err
__wrap_otp_token_id(const struct otp_token *token, uint8_t ret_id[OTP_ID_SIZE])
{
	return crypto_fails() ? OTP_ERR_CRYPTO
			      : __real_otp_token_id(token, ret_id);
}

enum otp_err
__wrap_otp_recovery_make(const uint8_t code[OTP_RECOVERY_CODE_SIZE],
    const uint8_t salt[OTP_RECOVERY_SALT_SIZE],
    struct otp_recovery *ret_recovery)
{
	return crypto_fails()
	    ? OTP_ERR_CRYPTO
	    : __real_otp_recovery_make(code, salt, ret_recovery);
}

static enum otp_err
fickle_random(void *context, void *bytes, size_t size)
{
	if (++random_calls == random_fails_at)
		return OTP_ERR_CRYPTO;
	return world_random(context, bytes, size);
}

static void
nothing_fails(void)
{
	stop_from(0);
	meanwhile = NULL;
	load_fails_at = load_calls = 0;
	crypto_fails_at = crypto_calls = 0;
	random_fails_at = random_calls = 0;
}

/* --- alice: a TOTP and a HOTP token, and two recovery codes --- */

static uint8_t totp_id[OTP_ID_SIZE], hotp_id[OTP_ID_SIZE];

static int
setup(void **unused)
{
	(void)unused;
	nothing_fails();
	world_open(&world);
	world.sys.random = fickle_random;
	world_token(&world, OTP_TOTP);
	world_token(&world, OTP_HOTP);
	world_recovery(&world, 1);
	world_recovery(&world, 2);
	memcpy(totp_id, world_id(&world, 0), sizeof(totp_id));
	memcpy(hotp_id, world_id(&world, 1), sizeof(hotp_id));
	world_enrol(&world);
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

/* --- what can be changed of her, each with one call --- */

static char first_typed[32], second_typed[32];
static enum otp_verdict verdict;

static enum otp_err
do_recovery(void)
{
	return codes_renew(&world.account, 2, &set);
}

static enum otp_err
do_remove_token(void)
{
	return otp_enrol_remove_token(&world.account, totp_id);
}

static enum otp_err
do_remove(void)
{
	return otp_enrol_remove(&world.account, false);
}

static enum otp_err
do_purge(void)
{
	return otp_enrol_remove(&world.account, true);
}

static enum otp_err
do_unlock(void)
{
	uint32_t failures = 0;

	return otp_enrol_unlock(&world.account, &failures);
}

static enum otp_err
do_resync(void)
{
	return otp_enrol_resync(
	    &world.account, hotp_id, first_typed, second_typed, &verdict);
}

static enum otp_err
do_adopt(void)
{
	struct otp_adoption adoption;

	return codes_adopt(&world.account, true, &adoption, &set);
}

static enum otp_err
do_former(void)
{
	struct otp_subject bob = world.account.subject;

	strcpy(bob.account, "bob");
	return otp_enrol_rename(ACCOUNT_OF(&world.host, bob), "alice", false);
}

static enum otp_err (*const changes[])(void) = {
	do_recovery,
	do_remove_token,
	do_remove,
	do_purge,
	do_unlock,
	do_resync,
	do_adopt,
	do_former,
};

/* Codes that are right for a resynchronisation. */
static void
type_a_pair(void)
{
	oracle_code(&world.seed.tokens[1], 100, first_typed);
	oracle_code(&world.seed.tokens[1], 101, second_typed);
}

/* --- memory: each call on a stack of its own --- */

static enum otp_err (*called)(void);
static enum otp_err called_err;

static void
call(void)
{
	called_err = called();
}

static enum otp_err on_its_own_stack(enum otp_err (*change)(void))
{
	called = change;
	run_on_stack(call);
	return called_err;
}

static void
assert_no_secret_left(void)
{
	for (unsigned i = 0; i < 2; i++)
		assert_false(stack_has(world.seed.tokens[i].secret, 20));
	for (unsigned i = 0; i < set.count; i++) {
		struct otp_code code;

		assert_false(stack_has(set.text[i], strlen(set.text[i])));
		otp_code_read(set.text[i], &code);
		assert_int_equal(code.typed, OTP_TYPED_RECOVERY);
		assert_false(stack_has(code.recovery, sizeof(code.recovery)));
	}
}

static void
changes__leave_no_secret_in_memory(void **unused)
{
	if (FAKE_SANITIZED)
		skip();
	for (unsigned i = 0; i < COUNT(changes); i++) {
		for (unsigned fails = 0; fails < 2; fails++) {
			enum otp_err err;

			(void)teardown(unused);
			(void)setup(unused);
			world.seed.tokens[0].secret[19] = 7;
			world.seed.tokens[1].secret[19] = 8;
			memcpy(totp_id, world_id(&world, 0), sizeof(totp_id));
			memcpy(hotp_id, world_id(&world, 1), sizeof(hotp_id));
			world_enrol(&world);
			memset(&set, 0, sizeof(set));
			type_a_pair();
			if (changes[i] == do_adopt)
				world_write(&world, "state/alice", "x", 1);
			stop_from(fails);
			err = on_its_own_stack(changes[i]);
			stop_from(0);
			if (!fails)
				assert_int_equal(err, OTP_OK);
			assert_no_secret_left();
		}
	}
}

/* Two recovery codes, which are no pair, and what the token would show. */
static void
resync__leaves_no_code_in_memory(void **unused)
{
	uint8_t code[OTP_RECOVERY_CODE_SIZE];

	(void)unused;
	if (FAKE_SANITIZED)
		skip();
	world_recovery_text(0x35, first_typed);
	world_recovery_text(0x36, second_typed);
	assert_int_equal(on_its_own_stack(do_resync), OTP_OK);
	assert_int_equal(verdict, OTP_VERDICT_MALFORMED);
	for (int i = 0x35; i <= 0x36; i++) {
		memset(code, i, sizeof(code));
		assert_false(stack_has(code, sizeof(code)));
	}
	strcpy(first_typed, "123456");
	strcpy(second_typed, "123457");
	assert_int_equal(on_its_own_stack(do_resync), OTP_OK);
	assert_int_equal(verdict, OTP_VERDICT_REJECT);
	for (uint64_t counter = 998; counter <= 1003; counter++) {
		uint32_t value = oracle_value(&world.seed.tokens[1], counter);

		assert_false(stack_has(&value, sizeof(value)));
	}
}

static struct otp_recovery_set made;

static enum otp_err
make_one_code(void)
{
	return otp_enrol_make_set(&world.account, 1, &made);
}

static void
make_set__leaves_no_code_in_memory(void **unused)
{
	struct otp_code code;

	(void)unused;
	if (FAKE_SANITIZED)
		skip();
	assert_int_equal(on_its_own_stack(make_one_code), OTP_OK);
	otp_code_read(made.text[0], &code);
	assert_int_equal(code.typed, OTP_TYPED_RECOVERY);
	assert_false(stack_has(code.recovery, sizeof(code.recovery)));
}

/* --- faults --- */

/* Each change fails with ERR, and changes nothing. */
static void
assert_all_fail(enum otp_err err)
{
	snapshot_take(&world, &before);
	for (unsigned i = 0; i < COUNT(changes); i++) {
		memset(&world.account.fault, 0, sizeof(world.account.fault));
		load_calls = 0;
		assert_int_equal(on_its_own_stack(changes[i]), err);
		assert_unchanged(&world, &before);
	}
}

static void
changes__need_clock_and_store(void **unused)
{
	char path[96];

	(void)unused;
	if (FAKE_SANITIZED)
		skip(); /* it knows its own stacks alone */
	type_a_pair();
	world.clock_fails = true;
	assert_all_fail(OTP_ERR_CLOCK);
	world.clock_fails = false;
	load_err = OTP_ERR_LOCK_TIMEOUT;
	load_fails_at = 1;
	assert_all_fail(OTP_ERR_LOCK_TIMEOUT);
	load_fails_at = 0;
	world_path(&world, ".store", path);
	assert_int_equal(unlink(path), 0);
	assert_all_fail(OTP_ERR_NO_STORE);
}

static void
assert_fault(enum otp_err (*change)(void), enum otp_err err, const char *where,
    const char *what)
{
	memset(&world.account.fault, 0, sizeof(world.account.fault));
	world.account.fault.errnum = 7;
	assert_int_equal(change(), err);
	assert_int_equal(world.account.fault.errnum, 0);
	assert_non_null(strstr(world.account.fault.where, where));
	assert_non_null(strstr(unit_detail(&world.account.fault), what));
}

static void
changes__say_what_is_wrong_with_seed_and_state(void **unused)
{
	static const uint8_t zeros[OTP_SLOTS_FILE_SIZE];
	char path[96];

	(void)unused;
	world.account.subject.uid++;
	assert_fault(do_recovery, OTP_ERR_UID, "", "other-uid");
	world.account.subject.uid--;
	world_write(&world, "state/alice", "x", 1);
	assert_fault(do_recovery, OTP_ERR_CHECKSUM, "state/alice", "");
	/* what there is, is not hidden by what there is not */
	world_path(&world, "seed/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_fault(do_remove, OTP_ERR_CHECKSUM, "state/alice", "");
	world_write(&world, "seed/alice", "junk\n", 5);
	assert_fault(do_recovery, OTP_ERR_PARSE, "seed/alice", "");
	assert_int_equal(world.account.fault.line, 1);
	/* nor told in the words of something else */
	assert_fault(do_unlock, OTP_ERR_CHECKSUM, "state/alice", "cut-short");
	assert_int_equal(world.account.fault.line, 0);
	assert_fault(do_remove, OTP_ERR_CHECKSUM, "state/alice", "cut-short");
	world_write(&world, "state/alice", zeros, sizeof(zeros));
	assert_fault(do_unlock, OTP_ERR_CHECKSUM, "state/alice", "");
	assert_int_equal(world.account.fault.errnum, 0);
	world_put_seed(&world);
	world_path(&world, "seed/alice", path);
	assert_int_equal(chmod(path, 0666), 0);
	assert_fault(do_recovery, OTP_ERR_MODE, "seed/alice", "");
	assert_int_equal(world.account.fault.line, 0);
	assert_int_equal(chmod(path, 0600), 0);
	world_path(&world, "state/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_fault(do_recovery, OTP_ERR_NO_STATE, "", "not-adopted");
	assert_fault(do_unlock, OTP_ERR_NO_STATE, "", "not-adopted");
	world_path(&world, "seed/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(do_unlock(), OTP_ERR_ABSENT);
}

/* --- what may not be on disk --- */

/* One login, of which nobody noted that it is on disk. */
static void
log_in_unsettled(void)
{
	char text[16];

	stop_from(4); /* a charge, the record, its flush, a charge */
	stop_once = true;
	(void)world_try_text(
	    &world, oracle_code(&world.seed.tokens[1], 5, text));
	assert_int_equal(stop_calls, 4);
	stop_from(0);
}

static void
unlock__flushes_what_may_not_be_on_disk(void **unused)
{
	(void)unused;
	log_in_unsettled();
	stop_from(1);
	assert_int_equal(do_unlock(), OTP_ERR_WRITE);
	stop_from(0);
	assert_int_equal(do_unlock(), OTP_OK);
	/* both folders each time, and once the record */
	assert_int_equal(flushes, 3);
	assert_int_equal(do_unlock(), OTP_OK);
	assert_int_equal(flushes, 5);
}

static void
unlock__ends_a_single_failure_too(void **unused)
{
	uint32_t failures = 4711;

	(void)unused;
	assert_int_equal(world_guess(&world), OTP_VERDICT_REJECT);
	stop_from(1);
	assert_int_equal(
	    otp_enrol_unlock(&world.account, &failures), OTP_ERR_WRITE);
	assert_int_equal(failures, 4711);
	stop_from(0);
	assert_int_equal(otp_enrol_unlock(&world.account, &failures), OTP_OK);
	assert_int_equal(failures, 1);
	assert_int_equal(world_state(&world)->tally.failures, 0);
}

/* Else a power cut could leave a state that misses its seed. */
static void
remove__takes_no_seed_before_its_state_is_on_disk(void **unused)
{
	(void)unused;
	stop_from(3); /* the record, its flush, a charge */
	stop_once = true;
	assert_int_equal(do_remove(), OTP_ERR_WRITE);
	stop_from(1);
	stop_once = true;
	assert_int_equal(do_remove(), OTP_ERR_WRITE);
	assert_true(world_has(&world, "seed/alice"));
	stop_from(0);
	assert_int_equal(do_remove(), OTP_OK);
	/* of the state and both folders, then of those of seeds and uids */
	assert_int_equal(flushes, 5);
	assert_false(world_has(&world, "seed/alice"));
}

static void
changes__say_so_where_their_state_cannot_be_read_again(void **unused)
{
	(void)unused;
	load_err = OTP_ERR_READ;
	load_fails_at = 2;
	assert_int_equal(do_recovery(), OTP_ERR_READ);
	load_calls = 0;
	assert_int_equal(do_remove(), OTP_ERR_READ);
	assert_true(world_has(&world, "seed/alice"));
	load_fails_at = 3; /* bob's, which was just made */
	load_calls = 0;
	assert_int_equal(do_former(), OTP_ERR_READ);
	assert_true(world_has(&world, "seed/alice"));
}

/* Taking away the only token takes the seed. */
static enum otp_err
do_remove_last_token(void)
{
	world.seed.tokens_count = 1;
	world_put_seed(&world);
	return do_remove_token();
}

/* With an address, codes can still be asked for. */
static void
remove_token__leaves_an_account_with_addresses_enrolled(void **unused)
{
	char text[OTP_SEED_SIZE_MAX];
	struct otp_address *address = &world.seed.addresses[0];
	size_t size;

	(void)unused;
	assert_int_equal(
	    otp_address_read("alice@example.org", address, NULL), OTP_OK);
	address->secret[0] = 1;
	world.seed.addresses_count = 1;
	assert_int_equal(do_remove_last_token(), OTP_OK);
	size = world_read(&world, "seed/alice", text, sizeof(text) - 1);
	text[size] = '\0';
	assert_null(strstr(text, "otpauth:"));
	assert_non_null(strstr(text, ":mailto:alice@example.org\n"));
	assert_non_null(strstr(text, "recovery:"));
	assert_true(world_state(&world)->enrolled);
}

/* A failure to end: what is written then is the record. */
static enum otp_err
do_unlock_locked(void)
{
	const struct otp_state state = { .uid = WORLD_UID,
		.tally = { .failures = 9 } };

	world_put_state(&world, &state);
	return do_unlock();
}

/* Nobody can read her state. */
static enum otp_err
do_adopt_lost(void)
{
	world_write(&world, "state/alice", "x", 1);
	return do_adopt();
}

static const struct otp_token new_token = {
	.kind = OTP_TOTP,
	.hash = OTP_SHA1,
	.digits = 6,
	.period = 30,
	.label = "host:alice",
};

/* An enrolment, where there was none. */
static enum otp_err
do_new(void)
{
	static struct otp_enrolment enrolment;
	char path[96];

	world_path(&world, "seed/alice", path);
	assert_int_equal(unlink(path), 0);
	world_path(&world, "state/alice", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(otp_enrol_begin(&world.account, OTP_ENROL_NEW,
			     &new_token, &enrolment),
	    OTP_OK);
	return codes_put(&world.account, &enrolment, 2, &set);
}

static enum otp_err (*const writers[])(void) = {
	do_recovery,
	do_remove_token,
	do_remove_last_token,
	do_remove,
	do_purge,
	do_unlock_locked,
	do_resync,
	do_adopt_lost,
	do_new,
	do_former,
};

/* Alice again, and WRITER on her; from its call STOP on all writes fail. */
static enum otp_err
begin_and_write(enum otp_err (*writer)(void), unsigned stop, bool once)
{
	enum otp_err err;

	(void)teardown(NULL);
	(void)setup(NULL);
	type_a_pair();
	verdict = OTP_VERDICT_UNENROLLED;
	stop_from(stop);
	stop_once = once;
	err = writer();
	stop_at = 0;
	return err;
}

/* Stopped at any write, it has not done what it was to do, and says so. */
static void
changes__say_so_wherever_they_are_stopped(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < COUNT(writers); i++) {
		unsigned call = 1;

		while (call < 100 &&
		    begin_and_write(writers[i], call, false) != OTP_OK) {
			assert_int_equal(verdict, OTP_VERDICT_UNENROLLED);
			call++;
		}
		assert_in_range(call, 3, 99);
	}
}

/* One write fails: what is said to be done is on the disk. */
static void
changes__are_done_only_when_all_is_on_disk(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < COUNT(writers); i++) {
		unsigned needed, calls, failed = 0;

		assert_int_equal(begin_and_write(writers[i], 0, false), OTP_OK);
		needed = flushes;
		calls = stop_calls;
		for (unsigned call = 1; call <= calls; call++) {
			if (begin_and_write(writers[i], call, true) != OTP_OK)
				failed++;
			else
				assert_true(flushes >= needed);
		}
		assert_true(failed >= 2);
	}
}

/* --- resynchronisation --- */

/* Else whoever fills the disk could guess as often as he likes. */
static void
resync__compares_nothing_that_was_not_charged(void **unused)
{
	(void)unused;
	strcpy(first_typed, "123456");
	strcpy(second_typed, "123457");
	crypto_calls = 0;
	stop_from(1);
	stop_once = true;
	verdict = OTP_VERDICT_UNENROLLED;
	assert_int_equal(do_resync(), OTP_ERR_WRITE);
	assert_int_equal(verdict, OTP_VERDICT_UNENROLLED);
	assert_in_range(crypto_calls, 1, 5); /* ids alone */
	stop_from(0);
	assert_int_equal(do_resync(), OTP_OK);
	assert_int_equal(verdict, OTP_VERDICT_REJECT);
	assert_int_equal(world_state(&world)->tally.failures, 1);
}

/* One code alone is not two: none comes before the first that is looked at. */
static void
resync__takes_no_zeros_for_the_code_before_the_first(void **unused)
{
	(void)unused;
	strcpy(first_typed, "000000");
	oracle_code(&world.seed.tokens[1], 0, second_typed);
	assert_int_equal(do_resync(), OTP_OK);
	assert_int_equal(verdict, OTP_VERDICT_REJECT);
}

/* Nor does a wait that began, and was written with all that it is of. */
static void
resync__adopts_nothing_if_it_is_refused(void **unused)
{
	char text[16];

	(void)unused;
	world_put_state(
	    &world, &(struct otp_state){ .enrolled = true, .uid = WORLD_UID });
	strcpy(first_typed, "123456");
	strcpy(second_typed, "123457");
	for (unsigned i = 0; i < world.policy.delay_after; i++) {
		assert_int_equal(do_resync(), OTP_OK);
		assert_int_equal(verdict, OTP_VERDICT_REJECT);
	}
	assert_int_equal(world_state(&world)->credentials_count, 0);
	world.now += 3600;
	assert_int_equal(
	    world_try_text(&world, oracle_code(&world.seed.tokens[1], 0, text)),
	    OTP_ERR_NO_STATE);
	type_a_pair();
	assert_int_equal(do_resync(), OTP_OK);
	assert_int_equal(verdict, OTP_VERDICT_ACCEPT);
	assert_int_equal(world_show(&world, 1, 102), OTP_VERDICT_ACCEPT);
}

/* Programs of the user cannot end the delays of root's, nor begin them. */
static void
resync__of_other_callers_has_their_tally(void **unused)
{
	(void)unused;
	world.account.by_other = true;
	strcpy(first_typed, "123456");
	strcpy(second_typed, "123457");
	for (unsigned i = 0; i < world.policy.delay_after; i++) {
		assert_int_equal(do_resync(), OTP_OK);
		assert_int_equal(verdict, OTP_VERDICT_REJECT);
	}
	assert_int_equal(
	    world_state(&world)->others.failures, world.policy.delay_after);
	assert_int_equal(world_state(&world)->tally.failures, 0);
	type_a_pair();
	assert_int_equal(do_resync(), OTP_OK);
	assert_int_equal(verdict, OTP_VERDICT_WAITING);
	world.account.by_other = false;
	strcpy(first_typed, "123456");
	assert_int_equal(do_resync(), OTP_OK);
	assert_int_equal(verdict, OTP_VERDICT_REJECT);
	world.now += 3600;
	world.account.by_other = true;
	type_a_pair();
	assert_int_equal(do_resync(), OTP_OK);
	assert_int_equal(verdict, OTP_VERDICT_ACCEPT);
	assert_int_equal(world_state(&world)->others.failures, 0);
	assert_int_equal(world_state(&world)->tally.failures, 1);
}

static void
resync__of_other_callers_is_not_for_the_suspended(void **unused)
{
	struct otp_state state = *world_state(&world);

	(void)unused;
	state.suspended = true;
	world_put_state(&world, &state);
	world.account.by_other = true;
	type_a_pair();
	assert_int_equal(do_resync(), OTP_ERR_SUSPENDED);
	world.account.by_other = false;
	assert_int_equal(do_resync(), OTP_OK);
	assert_int_equal(verdict, OTP_VERDICT_ACCEPT);
}

/* Which of its codes were used is not known, or the token was not adopted. */
static void
resync__of_other_callers_needs_a_known_counter(void **unused)
{
	struct otp_state state = *world_state(&world);

	(void)unused;
	world.account.by_other = true;
	type_a_pair();
	state.credentials[1].value = UINT64_MAX;
	world_put_state(&world, &state);
	assert_int_equal(do_resync(), OTP_ERR_NO_STATE);
	assert_int_equal(
	    world.account.fault.detail, OTP_DETAIL_COUNTER_UNKNOWN);
	memset(state.credentials[1].id, 0xfe, OTP_ID_SIZE);
	world_put_state(&world, &state);
	assert_int_equal(do_resync(), OTP_ERR_NO_STATE);
	assert_int_equal(world.account.fault.detail, OTP_DETAIL_NOT_ADOPTED);
	assert_int_equal(world_state(&world)->others.failures, 0);
	world.account.by_other = false;
	assert_int_equal(do_resync(), OTP_OK);
	assert_int_equal(verdict, OTP_VERDICT_ACCEPT);
}

static void fill_state(void);

/* Its credential is gone; to find room, what is in force has to be told. */
static void
lose_the_credential(void)
{
	struct otp_state state;

	fill_state();
	state = *world_state(&world);
	memset(state.credentials[1].id, 0xfe, OTP_ID_SIZE);
	world_put_state(&world, &state);
}

static void
resync__says_so_wherever_nothing_can_be_computed(void **unused)
{
	(void)unused;
	for (unsigned lost = 0; lost < 2; lost++) {
		enum otp_err err = OTP_ERR_CRYPTO;
		unsigned at;

		for (at = 1; at < 1000; at++) {
			(void)teardown(unused);
			(void)setup(unused);
			type_a_pair();
			if (lost)
				lose_the_credential();
			verdict = OTP_VERDICT_UNENROLLED;
			crypto_calls = 0;
			crypto_fails_at = at;
			err = do_resync();
			crypto_fails_at = 0;
			if (err == OTP_OK)
				break;
			assert_int_equal(err, OTP_ERR_CRYPTO);
			assert_int_equal(verdict, OTP_VERDICT_UNENROLLED);
		}
		assert_int_equal(err, OTP_OK);
		assert_int_equal(verdict, OTP_VERDICT_ACCEPT);
		assert_in_range(at, 100, 999);
	}
}

/* --- recovery codes --- */

static void
recovery__changes_nothing_without_random_bytes_or_digests(void **unused)
{
	(void)unused;
	snapshot_take(&world, &before);
	for (unsigned at = 1; at <= 4; at++) {
		random_calls = 0;
		random_fails_at = at;
		assert_int_equal(do_recovery(), OTP_ERR_CRYPTO);
	}
	random_fails_at = 0;
	for (unsigned at = 1; at <= 2; at++) {
		crypto_calls = 0;
		crypto_fails_at = at;
		assert_int_equal(do_recovery(), OTP_ERR_CRYPTO);
	}
	assert_unchanged(&world, &before);
}

static void
make_set__leaves_nothing_beside_what_it_made(void **unused)
{
	static const struct otp_recovery_set none;

	(void)unused;
	memset(&made, 0xee, sizeof(made));
	assert_int_equal(otp_enrol_make_set(&world.account, 2, &made), OTP_OK);
	assert_int_equal(made.count, 2);
	for (unsigned i = 2; i < OTP_SEED_RECOVERY; i++) {
		assert_memory_equal(
		    made.text[i], none.text[i], sizeof(none.text[i]));
		assert_memory_equal(
		    &made.kept[i], &none.kept[i], sizeof(none.kept[i]));
	}
	random_calls = 0;
	random_fails_at = 4;
	assert_int_equal(
	    otp_enrol_make_set(&world.account, 3, &made), OTP_ERR_CRYPTO);
	assert_memory_equal(&made, &none, sizeof(made));
}

/* As many credentials as fit, of which those in force are the oldest. */
static void
fill_state(void)
{
	struct otp_state state = *world_state(&world);
	unsigned i = state.credentials_count;

	for (; i < OTP_STATE_CREDENTIALS; i++)
		state.credentials[i] = (struct otp_credential){
			.kind = OTP_TOTP,
			.id = { 0xff, (uint8_t)i },
			.created = WORLD_NOW,
			.last_used = WORLD_NOW,
		};
	state.credentials_count = OTP_STATE_CREDENTIALS;
	world_put_state(&world, &state);
}

static void
recovery__forgets_nothing_that_is_still_in_force(void **unused)
{
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	fill_state();
	stop_from(4); /* the record, its flush, a charge; then the seed */
	assert_int_equal(do_recovery(), OTP_ERR_WRITE);
	stop_from(0);
	for (uint8_t i = 1; i <= 2; i++)
		assert_int_equal(
		    world_try(&world, world_recovery_text(i, text)),
		    OTP_VERDICT_ACCEPT);
}

/* Until the new seed is there, the old one's codes have to be known as used. */
static void
put__forgets_nothing_of_the_seed_that_it_replaces(void **unused)
{
	struct otp_token token = world.seed.tokens[0];
	struct otp_enrolment enrolment;
	uint8_t id[OTP_ID_SIZE];

	(void)unused;
	fill_state();
	assert_int_equal(otp_token_id(&token, id), OTP_OK);
	token.secret_size = 0;
	assert_int_equal(otp_enrol_begin(&world.account, OTP_ENROL_REPLACE,
			     &token, &enrolment),
	    OTP_OK);
	assert_int_equal(
	    codes_put(&world.account, &enrolment, 0, &set), OTP_OK);
	assert_non_null(otp_state_find(world_state(&world), token.kind, id));
}

static void
recovery__changes_nothing_where_it_cannot_tell_what_is_in_force(void **unused)
{
	(void)unused;
	fill_state();
	snapshot_take(&world, &before);
	crypto_calls = 0;
	crypto_fails_at = 3; /* two codes were made */
	assert_int_equal(do_recovery(), OTP_ERR_CRYPTO);
	assert_unchanged(&world, &before);
}

/* --- somebody else was faster --- */

static void
enrol_meanwhile(void)
{
	world_enrol(&world);
}

static void
make_state_meanwhile(void)
{
	const struct otp_state state = { .uid = WORLD_UID,
		.tally = { .failures = 3 } };

	world_put_state(&world, &state);
}

static void
make_state_and_spoil_seed_meanwhile(void)
{
	make_state_meanwhile();
	world_write(&world, "seed/alice", "junk\n", 5);
}

static void
make_state_of_another_meanwhile(void)
{
	const struct otp_state state = { .uid = WORLD_UID + 1 };

	world_put_state(&world, &state);
}

static void
new__takes_nothing_from_who_was_faster(void **unused)
{
	static struct otp_enrolment enrolment;
	(void)unused;
	assert_int_equal(do_purge(), OTP_OK);
	assert_int_equal(otp_enrol_begin(&world.account, OTP_ENROL_NEW,
			     &new_token, &enrolment),
	    OTP_OK);
	meanwhile = enrol_meanwhile;
	assert_int_equal(
	    codes_put(&world.account, &enrolment, 0, &set), OTP_ERR_EXISTS);
	assert_int_equal(world_show(&world, 1, 5), OTP_VERDICT_ACCEPT);

	assert_int_equal(do_purge(), OTP_OK);
	meanwhile = make_state_meanwhile;
	assert_int_equal(
	    codes_put(&world.account, &enrolment, 0, &set), OTP_OK);
	assert_int_equal(world_state(&world)->tally.failures, 3);
}

static void
invite__takes_nothing_from_who_was_faster(void **unused)
{
	(void)unused;
	assert_int_equal(do_purge(), OTP_OK);
	assert_int_equal(otp_enrol_make_set(&world.account, 1, &set), OTP_OK);
	set.until = WORLD_NOW + 60;
	meanwhile = enrol_meanwhile;
	assert_int_equal(
	    otp_enrol_invite(&world.account, false, &set), OTP_ERR_EXISTS);
	assert_int_equal(world_show(&world, 1, 5), OTP_VERDICT_ACCEPT);
}

static enum otp_err
do_invite(void)
{
	assert_int_equal(otp_enrol_make_set(&world.account, 1, &set), OTP_OK);
	set.until = WORLD_NOW + 60;
	return otp_enrol_invite(&world.account, true, &set);
}

static void
invite__replaces_only_what_can_be_read(void **unused)
{
	struct otp_account other = world.account;
	char path[96];

	(void)unused;
	strcpy(other.subject.account, "bob");
	assert_int_equal(otp_enrol_make_set(&other, 1, &set), OTP_OK);
	set.until = WORLD_NOW + 60;
	assert_int_equal(otp_enrol_invite(&other, true, &set), OTP_ERR_UID);
	world_write(&world, "seed/alice", "junk\n", 5);
	assert_int_equal(do_invite(), OTP_ERR_PARSE);
	world_put_seed(&world);
	world_path(&world, "state/alice", path);
	assert_int_equal(truncate(path, 100), 0);
	assert_int_not_equal(do_invite(), OTP_OK);
	assert_false(world.account.committed);
}

/* The state knows it first, or it would have to be adopted. */
static void
invite__is_known_to_the_state_wherever_it_fails(void **unused)
{
	enum otp_err err = OTP_ERR_WRITE;
	struct otp_seed seed;

	(void)unused;
	for (unsigned n = 0; err != OTP_OK || n % 2 == 1; n++) {
		assert_true(n < 100);
		world_enrol(&world);
		stop_from(n / 2 + 1);
		stop_once = n % 2 == 1;
		err = do_invite();
		stop_from(0);
		world_seed(&world, &seed);
		assert_true(seed.invited || err != OTP_OK);
		assert_true(!seed.invited || world.account.committed);
		if (seed.invited)
			assert_int_equal(
			    otp_state_invitation(
				world_state(&world), &seed.invitation),
			    OTP_RECOVERY_UNUSED);
	}
}

/* --- adopting --- */

static struct otp_adoption adoption;

static enum otp_err
do_adopt_gently(void)
{
	return codes_adopt(&world.account, false, &adoption, &set);
}

static void
adopt__changes_nothing_where_no_id_can_be_computed(void **unused)
{
	for (unsigned i = 0; i < 4; i++) {
		const bool full = i & 1, gently = i & 2;
		unsigned at;

		(void)teardown(unused);
		(void)setup(unused);
		if (full) {
			fill_state(); /* what is in force has to be told */
			world_token(&world, OTP_TOTP);
			world_recovery(&world, 3);
			world_put_seed(&world);
		}
		snapshot_take(&world, &before);
		for (at = 1;; at++) {
			enum otp_err err;

			crypto_calls = 0;
			crypto_fails_at = at;
			err = gently ? do_adopt_gently() : do_adopt();
			if (crypto_calls < at)
				break; /* nothing failed any more */
			assert_int_equal(err, OTP_ERR_CRYPTO);
			assert_unchanged(&world, &before);
		}
		crypto_fails_at = 0;
		assert_in_range(at, full ? 20 : 3, 4000);
	}
}

/* Of a lost state: those of old are used, whatever the time. */
static void
adopt__knows_the_old_recovery_codes_and_the_new(void **unused)
{
	static const int64_t times[] = { OTP_CALENDAR_EARLIEST, WORLD_NOW };

	(void)unused;
	for (unsigned i = 0; i < COUNT(times); i++) {
		world.now = times[i];
		world_put_seed(&world);
		world_write(&world, "state/alice", "x", 1);
		assert_int_equal(do_adopt(), OTP_OK);
		assert_int_equal(set.count, 2);
		assert_int_equal(world_state(&world)->credentials_count, 2 + 2);
		assert_true(world.state.forgotten);
		assert_int_equal(world.state.recovery_made, 1); /* the old */
		for (unsigned j = 2; j < 4; j++) {
			assert_int_equal(world.state.credentials[j].value, 0);
			assert_int_equal(world.state.credentials[j].created,
			    times[i] > 1 ? times[i] : 2);
		}
	}
	world.seed.recovery_count = 1;
	world_put_seed(&world);
	world_write(&world, "state/alice", "x", 1);
	assert_int_equal(do_adopt(), OTP_OK);
	assert_int_equal(set.count, 1);
}

static void
adopt__says_so_where_it_cannot_write(void **unused)
{
	char path[96];

	(void)unused;
	world_path(&world, "state/alice", path);
	assert_int_equal(unlink(path), 0);
	stop_from(1);
	assert_int_equal(do_adopt_gently(), OTP_ERR_WRITE);
	stop_from(1);
	assert_int_equal(do_adopt(), OTP_ERR_WRITE);
	stop_from(0);
	load_err = OTP_ERR_READ;
	load_calls = 0;
	load_fails_at = 2;
	assert_int_equal(do_adopt(), OTP_ERR_READ);
	load_fails_at = 0;
	assert_int_equal(do_adopt_gently(), OTP_OK);
}

/* The index of uids was lost, and its entry cannot be made. */
static void
adopt__says_so_where_the_uid_cannot_be_entered(void **unused)
{
	char path[96];

	(void)unused;
	world_path(&world, "uid/1000", path);
	assert_int_equal(unlink(path), 0);
	stop_from(1);
	stop_once = true;
	assert_int_equal(do_adopt_gently(), OTP_ERR_WRITE);
	stop_from(0);
	assert_int_equal(do_adopt_gently(), OTP_OK);
	assert_true(world_has(&world, "uid/1000"));
}

/* Stopped at any write, it has not done what it was to do, and says so. */
static void
adopt__says_so_wherever_it_is_stopped(void **unused)
{
	(void)unused;
	for (unsigned lost = 0; lost < 2; lost++) {
		enum otp_err err = OTP_ERR_WRITE;
		unsigned call;

		for (call = 1; call < 100; call++) {
			(void)teardown(unused);
			(void)setup(unused);
			if (lost)
				world_write(&world, "state/alice", "x", 1);
			else
				world_put_state(&world,
				    &(struct otp_state){ .uid = WORLD_UID });
			memset(&adoption, 0, sizeof(adoption));
			stop_from(call);
			err = lost ? do_adopt() : do_adopt_gently();
			stop_from(0);
			if (err == OTP_OK)
				break;
			assert_int_equal(err, OTP_ERR_WRITE);
		}
		assert_int_equal(err, OTP_OK);
		assert_in_range(call, 3, 99);
		if (!lost)
			assert_true(adoption.changed);
	}
}

static void
adopt__flushes_what_may_not_be_on_disk(void **unused)
{
	(void)unused;
	log_in_unsettled();
	stop_from(1);
	assert_int_equal(do_adopt_gently(), OTP_ERR_WRITE);
	stop_from(0);
	assert_int_equal(do_adopt_gently(), OTP_OK);
	assert_false(adoption.changed);
	/* both folders each time, and once the record */
	assert_int_equal(flushes, 3);
	assert_int_equal(do_adopt_gently(), OTP_OK);
	assert_int_equal(flushes, 5);
}

static void
adopt__leaves_alone_who_was_faster(void **unused)
{
	char path[96];

	(void)unused;
	world_path(&world, "state/alice", path);
	assert_int_equal(unlink(path), 0);
	meanwhile = make_state_meanwhile;
	assert_int_equal(do_adopt(), OTP_ERR_CONFLICT);
	assert_int_equal(world_state(&world)->tally.failures, 3);
	assert_int_equal(unlink(path), 0);
	meanwhile = make_state_meanwhile;
	assert_int_equal(do_adopt_gently(), OTP_OK);
	assert_int_equal(world_state(&world)->tally.failures, 3);
	assert_int_equal(unlink(path), 0);
	meanwhile = make_state_and_spoil_seed_meanwhile;
	assert_int_equal(do_adopt_gently(), OTP_ERR_PARSE);
	world_put_seed(&world);
	assert_int_equal(unlink(path), 0);
	meanwhile = make_state_of_another_meanwhile;
	assert_int_equal(do_adopt_gently(), OTP_ERR_UID);
}

/* --- recovery codes beside those that are there --- */

static enum otp_err
add_codes(unsigned count, int64_t seconds, struct otp_recovery_set *more)
{
	enum otp_err err = otp_enrol_make_set(&world.account, count, more);

	assert_int_equal(err, OTP_OK);
	more->added = true;
	more->until = seconds == 0 ? 0 : world.now + seconds;
	return otp_enrol_recovery(&world.account, more);
}

static unsigned
seed_codes(void)
{
	struct otp_snapshot snapshot;
	unsigned count = 0;

	assert_int_equal(otp_snapshot_read(&world.host,
			     world.account.subject.account, &snapshot, NULL),
	    OTP_OK);
	count = snapshot.seed.recovery_count;
	otp_snapshot_wipe(&snapshot);
	return count;
}

/* The clock went back: they would else count as used. */
static void
recovery__is_newer_than_all_that_are_used(void **unused)
{
	struct otp_recovery_set new_set;
	struct otp_state state = *world_state(&world);

	(void)unused;
	state.recovery_made = WORLD_NOW + 100;
	world_put_state(&world, &state);
	assert_int_equal(
	    otp_enrol_make_set(&world.account, 2, &new_set), OTP_OK);
	assert_int_equal(otp_enrol_recovery(&world.account, &new_set), OTP_OK);
	assert_int_equal(
	    world_try(&world, new_set.text[0]), OTP_VERDICT_ACCEPT);
}

/* There is no later time that one could be made at. */
static void
recovery__changes_nothing_where_none_can_be_newer(void **unused)
{
	struct otp_recovery_set more = { 0 };
	struct otp_state state = *world_state(&world);

	(void)unused;
	state.recovery_made = OTP_RECOVERY_TIME_MAX;
	world_put_state(&world, &state);
	snapshot_take(&world, &before);
	assert_int_equal(do_recovery(), OTP_ERR_LIMIT);
	assert_int_equal(add_codes(1, 0, &more), OTP_ERR_LIMIT);
	assert_unchanged(&world, &before);
}

static void
recovery__added_with_an_end_works_until_then(void **unused)
{
	struct otp_recovery_set more = { 0 }, next = { 0 };

	(void)unused;
	assert_int_equal(add_codes(3, 3600, &more), OTP_OK);
	assert_true(world.account.committed);
	assert_int_equal(world_try(&world, more.text[0]), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_try(&world, more.text[0]), OTP_VERDICT_REPLAY);
	world.now += 3598;
	assert_int_equal(world_try(&world, more.text[1]), OTP_VERDICT_ACCEPT);
	world.now += 10;
	assert_int_equal(world_try(&world, more.text[2]), OTP_VERDICT_REJECT);
	/* What is past its end makes room. */
	assert_int_equal(add_codes(1, 0, &next), OTP_OK);
	world.now -= 3000;
	assert_int_equal(world_try(&world, more.text[2]), OTP_VERDICT_REJECT);
	assert_int_equal(world_try(&world, next.text[0]), OTP_VERDICT_ACCEPT);
}

static void
recovery__added_leaves_the_old_ones(void **unused)
{
	struct otp_recovery_set more = { 0 };
	char text[OTP_RECOVERY_TEXT_SIZE];

	(void)unused;
	assert_int_equal(add_codes(1, 3600, &more), OTP_OK);
	assert_int_equal(seed_codes(), 3);
	assert_int_equal(world_try(&world, world_recovery_text(1, text)),
	    OTP_VERDICT_ACCEPT);
	assert_int_equal(world_try(&world, more.text[0]), OTP_VERDICT_ACCEPT);
	assert_int_equal(world_try(&world, world_recovery_text(2, text)),
	    OTP_VERDICT_ACCEPT);
	assert_int_equal(add_codes(14, 0, &more), OTP_ERR_FULL);
	assert_false(world.account.committed);
	assert_int_equal(seed_codes(), 3);
	assert_int_equal(add_codes(13, 0, &more), OTP_OK);
	assert_int_equal(seed_codes(), OTP_SEED_RECOVERY);
}

static void
recovery__with_an_end_needs_a_clock(void **unused)
{
	struct otp_recovery_set more = { 0 };

	(void)unused;
	assert_int_equal(add_codes(1, 3600, &more), OTP_OK);
	world.now = OTP_CALENDAR_EARLIEST - 1;
	assert_int_equal(world_try(&world, more.text[0]), OTP_VERDICT_REJECT);
	assert_int_equal(add_codes(1, 3600, &more), OTP_ERR_CLOCK);
	assert_int_equal(add_codes(1, -1, &more), OTP_ERR_CLOCK);
	assert_false(world.account.committed);
	assert_int_equal(add_codes(1, 0, &more), OTP_OK);
	assert_int_equal(world_try(&world, more.text[0]), OTP_VERDICT_ACCEPT);
}

static void
recovery__with_an_end_that_is_over_is_not_added(void **unused)
{
	struct otp_recovery_set more = { 0 };

	(void)unused;
	assert_int_equal(add_codes(1, -1, &more), OTP_ERR_CONFLICT);
	more.until = world.now;
	assert_int_equal(
	    otp_enrol_recovery(&world.account, &more), OTP_ERR_CONFLICT);
	assert_false(world.account.committed);
	assert_int_equal(seed_codes(), 2);
	more.until = world.now + 1;
	assert_int_equal(otp_enrol_recovery(&world.account, &more), OTP_OK);
}

/* The time that is left counts from when the newest codes were made. */
static void
recovery__with_an_end_works_as_long_where_the_clock_went_back(void **unused)
{
	struct otp_recovery_set former = { 0 }, more = { 0 };

	(void)unused;
	assert_int_equal(add_codes(1, 0, &former), OTP_OK);
	/* Made a second later than those, and ends at the same time. */
	assert_int_equal(add_codes(2, 60, &more), OTP_OK);
	world.now += 59;
	assert_int_equal(world_try(&world, more.text[0]), OTP_VERDICT_ACCEPT);
	world.now += 1;
	assert_int_equal(world_try(&world, more.text[1]), OTP_VERDICT_REJECT);
	world.now -= 1000;
	assert_int_equal(add_codes(2, 60, &more), OTP_OK);
	world.now += 1001; /* made a second after the others */
	assert_int_equal(world_try(&world, more.text[0]), OTP_VERDICT_ACCEPT);
	world.now += 1;
	assert_int_equal(world_try(&world, more.text[1]), OTP_VERDICT_REJECT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(changes__leave_no_secret_in_memory),
		TEST(remove_token__leaves_an_account_with_addresses_enrolled),
		TEST(resync__leaves_no_code_in_memory),
		TEST(make_set__leaves_no_code_in_memory),
		TEST(changes__need_clock_and_store),
		TEST(changes__say_what_is_wrong_with_seed_and_state),
		TEST(unlock__flushes_what_may_not_be_on_disk),
		TEST(unlock__ends_a_single_failure_too),
		TEST(remove__takes_no_seed_before_its_state_is_on_disk),
		TEST(changes__say_so_where_their_state_cannot_be_read_again),
		TEST(changes__say_so_wherever_they_are_stopped),
		TEST(changes__are_done_only_when_all_is_on_disk),
		TEST(resync__compares_nothing_that_was_not_charged),
		TEST(resync__takes_no_zeros_for_the_code_before_the_first),
		TEST(resync__adopts_nothing_if_it_is_refused),
		TEST(resync__of_other_callers_has_their_tally),
		TEST(resync__of_other_callers_is_not_for_the_suspended),
		TEST(resync__of_other_callers_needs_a_known_counter),
		TEST(resync__says_so_wherever_nothing_can_be_computed),
		TEST(recovery__is_newer_than_all_that_are_used),
		TEST(recovery__changes_nothing_where_none_can_be_newer),
		TEST(recovery__added_with_an_end_works_until_then),
		TEST(recovery__added_leaves_the_old_ones),
		TEST(recovery__with_an_end_needs_a_clock),
		TEST(recovery__with_an_end_that_is_over_is_not_added),
		TEST(
		    recovery__with_an_end_works_as_long_where_the_clock_went_back),
		TEST(recovery__changes_nothing_without_random_bytes_or_digests),
		TEST(make_set__leaves_nothing_beside_what_it_made),
		TEST(recovery__forgets_nothing_that_is_still_in_force),
		TEST(put__forgets_nothing_of_the_seed_that_it_replaces),
		TEST(
		    recovery__changes_nothing_where_it_cannot_tell_what_is_in_force),
		TEST(new__takes_nothing_from_who_was_faster),
		TEST(invite__takes_nothing_from_who_was_faster),
		TEST(invite__replaces_only_what_can_be_read),
		TEST(invite__is_known_to_the_state_wherever_it_fails),
		TEST(adopt__changes_nothing_where_no_id_can_be_computed),
		TEST(adopt__knows_the_old_recovery_codes_and_the_new),
		TEST(adopt__says_so_where_it_cannot_write),
		TEST(adopt__says_so_where_the_uid_cannot_be_entered),
		TEST(adopt__says_so_wherever_it_is_stopped),
		TEST(adopt__flushes_what_may_not_be_on_disk),
		TEST(adopt__leaves_alone_who_was_faster),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
