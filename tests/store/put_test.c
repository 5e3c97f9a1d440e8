/* SPDX-License-Identifier: BSD-2-Clause */
/* What a login writes: how often, how much, and when not. */
#include "config.h"

#include "tests/store/ground.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/store/calls.h"

/* So many flushes and writes of everything since calls_start(). */
static void
assert_wrote(unsigned flushes, unsigned writes)
{
	assert_int_equal(calls.count[CALL_FDATASYNC], flushes);
	assert_int_equal(calls.count[CALL_FSYNC], 0);
	assert_int_equal(calls.count[CALL_PWRITE], writes);
}

static void
put__flushes_a_commit_once_and_a_charge_never(void **state)
{
	struct ground *ground = *state;
	struct otp_store *store;
	struct otp_state loaded;

	ground_enrol_alice(ground);
	store = ground_open(ground, "alice");
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	loaded.tally.failures = 1;
	loaded.others.failures = loaded.others.month_failures = 2;
	calls_start();
	assert_int_equal(
	    otp_store_put(store, &loaded, OTP_PUT_CHARGE, NULL), OTP_OK);
	assert_wrote(0, 1);
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	assert_int_equal(loaded.tally.failures, 1);
	assert_int_equal(loaded.others.failures, 2);
	calls_start();
	assert_int_equal(
	    otp_store_put(store, &loaded, OTP_PUT_COMMIT, NULL), OTP_OK);
	assert_wrote(1, 2); /* the record, and the charge that notes it */
	calls_start();
	assert_int_equal(
	    otp_store_put(store, &loaded, OTP_PUT_NOTHING, NULL), OTP_OK);
	assert_wrote(0, 0);
	calls_stop();
	otp_store_close(store);
	assert_int_equal(ground_state(ground, "alice").tally.failures, 1);
}

/* Else a power cut would take the one and leave the other. */
static void
put__flushes_the_names_of_what_is_not_enrolled_yet(void **state)
{
	struct ground *ground = *state;
	struct otp_store *store;
	struct otp_state loaded;

	ground_enrol_alice(ground);
	store = ground_open(ground, "alice");
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	loaded.enrolled = false;
	calls_start();
	assert_int_equal(
	    otp_store_put(store, &loaded, OTP_PUT_COMMIT, NULL), OTP_OK);
	assert_int_equal(calls.count[CALL_FSYNC], 0);
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	loaded.enrolled = true;
	calls_start();
	assert_int_equal(
	    otp_store_put(store, &loaded, OTP_PUT_COMMIT, NULL), OTP_OK);
	/* uid/, state/, seed/ */
	assert_int_equal(calls.count[CALL_FSYNC], 3);
	calls_stop();
	otp_store_close(store);
}

/* The order in which it is written, and no write between flush and end. */
static unsigned writes_at_flush;

static void
note_writes(void *context)
{
	(void)context;
	writes_at_flush = calls.count[CALL_PWRITE];
}

static void
put__notes_a_commit_only_after_its_flush(void **state)
{
	struct ground *ground = *state;
	struct otp_store *store;
	struct otp_state loaded;

	ground_enrol_alice(ground);
	store = ground_open(ground, "alice");
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	calls.hook_on = CALL_FDATASYNC;
	calls.hook = note_writes;
	calls_start();
	assert_int_equal(
	    otp_store_put(store, &loaded, OTP_PUT_COMMIT, NULL), OTP_OK);
	calls_stop();
	otp_store_close(store);
	assert_int_equal(writes_at_flush, 1);
	assert_int_equal(calls.count[CALL_PWRITE], 2);
}

static void
put__flushes_first_what_a_killed_login_left(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];
	pid_t child;

	ground_enrol(ground, "alice", &token);
	ground_code(ground, &token, code);
	child = ground_fork();
	if (child == 0) { /* its record is written, and not flushed */
		calls_plan(CALL_FDATASYNC, 1, CALL_KILLS, 0);
		_exit((int)ground_try(ground, "alice", code));
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	ground_expect(ground, "alice", code, OTP_VERDICT_REPLAY);
	ground->now += 30;
	ground_code(ground, &token, code);
	calls_start();
	ground_expect(ground, "alice", code, OTP_VERDICT_ACCEPT);
	/* The charge, the old record again, the new one, the note. */
	assert_wrote(2, 4);
	calls_stop();
}

static void
login__flushes_once_where_accepted_and_never_where_refused(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE], wrong[SAMPLE_CODE_SIZE];

	ground_enrol(ground, "alice", &token);
	ground_code(ground, &token, code);
	ground_wrong(ground, &token, wrong);
	calls_start();
	ground_expect(ground, "alice", code, OTP_VERDICT_ACCEPT);
	assert_wrote(1, 3);
	calls_start();
	ground_expect(ground, "alice", code, OTP_VERDICT_REPLAY);
	assert_wrote(0, 0); /* of the same host, a moment ago */
	for (unsigned i = 1; i < ground->policy.delay_after; i++) {
		calls_start();
		ground_expect(ground, "alice", wrong, OTP_VERDICT_REJECT);
		assert_wrote(0, 1);
	}
	calls_start(); /* the one that begins a wait */
	ground_expect(ground, "alice", wrong, OTP_VERDICT_REJECT);
	assert_wrote(1, 3);
	for (unsigned i = 0; i < 10; i++) {
		calls_start();
		ground_expect(ground, "alice", wrong, OTP_VERDICT_WAITING);
		assert_wrote(0, 0);
	}
	calls_start();
	ground_expect(ground, "alice", "malformed", OTP_VERDICT_MALFORMED);
	assert_wrote(0, 0);
	calls_start();
	ground_expect(ground, "nobody", code, OTP_VERDICT_UNENROLLED);
	assert_wrote(0, 0);
	calls_stop();
}

static void
put__never_makes_the_file_longer(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	ground_enrol(ground, "alice", &token);
	for (unsigned i = 0; i < 8; i++) {
		ground_expect(ground, "alice",
		    ground_code(ground, &token, code), OTP_VERDICT_ACCEPT);
		ground_expect(ground, "alice", code, OTP_VERDICT_REPLAY);
		assert_int_equal(ground_state_bytes(ground, "alice").size,
		    OTP_SLOTS_FILE_SIZE);
		ground->now += 30;
	}
}

static void
set_limit(rlim_t size)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = size;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
put__refuses_under_a_small_file_size_limit(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	struct otp_state fresh = { .uid = GROUND_UID };
	struct ground_bytes before, after;
	struct otp_store *store;
	char code[SAMPLE_CODE_SIZE];
	struct rlimit limit;

	ground_enrol(ground, "alice", &token);
	before = ground_state_bytes(ground, "alice");
	ground_code(ground, &token, code);
	store = ground_open(ground, "bob");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	calls_start();
	/* SIGXFSZ would end this process. */
	for (rlim_t size = 0; size < OTP_SLOTS_FILE_SIZE; size += size + 1) {
		set_limit(size);
		assert_int_equal(
		    ground_try(ground, "alice", code), OTP_ERR_LIMIT);
		assert_int_equal(
		    otp_store_create(store, &fresh, NULL), OTP_ERR_LIMIT);
	}
	set_limit(OTP_SLOTS_FILE_SIZE - 1);
	assert_int_equal(ground_try(ground, "alice", code), OTP_ERR_LIMIT);
	assert_wrote(0, 0);
	calls_stop();
	after = ground_state_bytes(ground, "alice");
	assert_true(ground_same(&before, &after));
	assert_int_equal(ground_left_over(ground, "state"), 0);
	set_limit(OTP_SLOTS_FILE_SIZE);
	ground_expect(ground, "alice", code, OTP_VERDICT_ACCEPT);
	set_limit(limit.rlim_cur);
	otp_store_close(store);
}

static void
put__refuses_another_generation(void **state)
{
	struct ground *ground = *state;
	struct ground_bytes before, after;
	struct otp_store *store;
	struct otp_state loaded, other;

	ground_enrol_alice(ground);
	before = ground_state_bytes(ground, "alice");
	store = ground_open(ground, "alice");
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	other = loaded;
	other.generation++;
	assert_int_equal(otp_store_put(store, &other, OTP_PUT_COMMIT, NULL),
	    OTP_ERR_CONFLICT);
	other.generation = 0;
	assert_int_equal(otp_store_put(store, &other, OTP_PUT_CHARGE, NULL),
	    OTP_ERR_CONFLICT);
	after = ground_state_bytes(ground, "alice");
	assert_true(ground_same(&before, &after));
	assert_int_equal(
	    otp_store_put(store, &loaded, OTP_PUT_COMMIT, NULL), OTP_OK);
	/* It rests on what is no longer in force. */
	assert_int_equal(otp_store_put(store, &loaded, OTP_PUT_COMMIT, NULL),
	    OTP_ERR_CONFLICT);
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	assert_int_equal(
	    otp_store_put(store, &loaded, OTP_PUT_COMMIT, NULL), OTP_OK);
	otp_store_close(store);
}

static void
put__refuses_what_is_not_locked(void **state)
{
	struct ground *ground = *state;
	struct ground_bytes before, after;
	struct otp_store *store;
	struct otp_state peeked = { 0 };

	ground_enrol_alice(ground);
	before = ground_state_bytes(ground, "alice");
	store = ground_open(ground, "alice");
	assert_int_equal(otp_store_put(store, &peeked, OTP_PUT_COMMIT, NULL),
	    OTP_ERR_CONFLICT);
	assert_int_equal(otp_store_peek(store, &peeked, NULL), OTP_OK);
	assert_int_equal(otp_store_put(store, &peeked, OTP_PUT_CHARGE, NULL),
	    OTP_ERR_CONFLICT);
	otp_store_close(store);
	after = ground_state_bytes(ground, "alice");
	assert_true(ground_same(&before, &after));
}

static void
load__sees_what_changed_since_peek(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	struct otp_store *store;
	struct otp_state peeked, loaded;
	char code[SAMPLE_CODE_SIZE];

	ground_enrol(ground, "alice", &token);
	store = ground_open(ground, "alice");
	assert_int_equal(otp_store_peek(store, &peeked, NULL), OTP_OK);
	ground_expect(ground, "alice", ground_code(ground, &token, code),
	    OTP_VERDICT_ACCEPT);
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	assert_int_equal(loaded.generation, peeked.generation + 1);
	otp_store_close(store);
}

static void
load__refuses_a_file_of_another_size(void **state)
{
	static const size_t sizes[] = { 0, 1, 8192, 18432,
		OTP_SLOTS_FILE_SIZE - 1, OTP_SLOTS_FILE_SIZE + 1,
		OTP_SLOTS_FILE_SIZE + OTP_SEED_SIZE_MAX };
	struct ground *ground = *state;
	struct ground_bytes bytes;
	struct otp_store *store;
	struct otp_state loaded;
	char path[GROUND_PATH_SIZE];

	ground_enrol_alice(ground);
	bytes = ground_state_bytes(ground, "alice");
	ground_path(ground, path, "store/state/alice");
	for (size_t i = 0; i < COUNT(sizes); i++) {
		sample_write(path, bytes.bytes, sizes[i], 0600);
		store = ground_open(ground, "alice");
		assert_int_equal(
		    otp_store_peek(store, &loaded, NULL), OTP_ERR_CHECKSUM);
		assert_int_equal(
		    otp_store_load(store, &loaded, NULL), OTP_ERR_CHECKSUM);
		otp_store_close(store);
		assert_int_equal(
		    ground_try(ground, "alice", "123456"), OTP_ERR_CHECKSUM);
	}
}

/* Damage a byte of each slot that is named; 0 and 1: records. */
static void
damage(struct ground_bytes *bytes, unsigned slot)
{
	static const size_t at[] = { 100, 8292, 16484, 17508 };

	bytes->bytes[at[slot]] ^= 1;
}

static void
load__needs_one_whole_record(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	struct ground_bytes bytes;
	char code[SAMPLE_CODE_SIZE], path[GROUND_PATH_SIZE];

	ground_enrol(ground, "alice", &token);
	ground_path(ground, path, "store/state/alice");
	for (unsigned slot = 0; slot < 2; slot++) {
		ground_expect(ground, "alice",
		    ground_code(ground, &token, code), OTP_VERDICT_ACCEPT);
		bytes = ground_state_bytes(ground, "alice");
		damage(&bytes, slot);
		sample_write(path, bytes.bytes, bytes.size, 0600);
		ground->now += 30;
		ground_expect(ground, "alice",
		    ground_code(ground, &token, code), OTP_VERDICT_ACCEPT);
		ground->now += 30;
	}
	bytes = ground_state_bytes(ground, "alice");
	damage(&bytes, 0);
	damage(&bytes, 1);
	sample_write(path, bytes.bytes, bytes.size, 0600);
	ground_code(ground, &token, code);
	assert_int_equal(ground_try(ground, "alice", code), OTP_ERR_CHECKSUM);
	assert_string_equal(ground->fault.where, "state/alice");
}

static void
load__survives_both_charges(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	struct ground_bytes bytes;
	char code[SAMPLE_CODE_SIZE], path[GROUND_PATH_SIZE];

	ground_enrol(ground, "alice", &token);
	ground_path(ground, path, "store/state/alice");
	ground_expect(ground, "alice", ground_code(ground, &token, code),
	    OTP_VERDICT_ACCEPT);
	bytes = ground_state_bytes(ground, "alice");
	damage(&bytes, 2);
	damage(&bytes, 3);
	sample_write(path, bytes.bytes, bytes.size, 0600);
	ground_expect(ground, "alice", code, OTP_VERDICT_REPLAY);
	ground->now += 30;
	ground_expect(ground, "alice", ground_code(ground, &token, code),
	    OTP_VERDICT_ACCEPT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GROUND_TEST(put__flushes_a_commit_once_and_a_charge_never),
		GROUND_TEST(put__flushes_the_names_of_what_is_not_enrolled_yet),
		GROUND_TEST(put__notes_a_commit_only_after_its_flush),
		GROUND_TEST(put__flushes_first_what_a_killed_login_left),
		GROUND_TEST(
		    login__flushes_once_where_accepted_and_never_where_refused),
		GROUND_TEST(put__never_makes_the_file_longer),
		GROUND_TEST(put__refuses_under_a_small_file_size_limit),
		GROUND_TEST(put__refuses_another_generation),
		GROUND_TEST(put__refuses_what_is_not_locked),
		GROUND_TEST(load__sees_what_changed_since_peek),
		GROUND_TEST(load__refuses_a_file_of_another_size),
		GROUND_TEST(load__needs_one_whole_record),
		GROUND_TEST(load__survives_both_charges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
