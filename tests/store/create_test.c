/* SPDX-License-Identifier: BSD-2-Clause */
/* Making and removing an account's files. */
#include "config.h"

#include "tests/store/ground.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/store/calls.h"

static void
fill_state(struct otp_state *state, const char *account)
{
	memset(state, 0, sizeof(*state));
	state->uid = ground_uid(account);
}

static enum otp_err
create(struct ground *ground, const char *account)
{
	struct otp_store *store = ground_open(ground, account);
	struct otp_state fresh;
	enum otp_err err;

	fill_state(&fresh, account);
	err = otp_store_create(store, &fresh, NULL);
	otp_store_close(store);
	return err;
}

static mode_t
mode_of(const char *path)
{
	struct stat status;

	assert_int_equal(lstat(path, &status), 0);
	return status.st_mode;
}

static void
create__makes_a_whole_flushed_file(void **state)
{
	struct ground *ground = *state;
	char path[GROUND_PATH_SIZE];
	struct stat status;

	calls_start();
	assert_int_equal(create(ground, "alice"), OTP_OK);
	calls_stop();
	assert_int_equal(calls.count[CALL_FSYNC], 2); /* file, then folder */
	assert_int_equal(
	    stat(ground_path(ground, path, "store/state/alice"), &status), 0);
	assert_int_equal(status.st_size, OTP_SLOTS_FILE_SIZE);
	assert_in_range(status.st_blocks, OTP_SLOTS_FILE_SIZE / 512, 1 << 20);
	assert_int_equal(status.st_mode, S_IFREG | 0600);
	assert_int_equal(ground_state(ground, "alice").uid, GROUND_UID);
	assert_int_equal(ground_left_over(ground, "state"), 0);
}

/* What comes in between, just before the new file gets its name. */
static void
make_another(void *context)
{
	struct ground *ground = context;
	char path[GROUND_PATH_SIZE];

	ground_path(ground, path, "store/state/alice");
	sample_write(path, "somebody else's", 15, 0600);
}

static void
create__never_replaces_a_state(void **state)
{
	struct ground *ground = *state;
	struct ground_bytes before, after;

	ground_enrol_alice(ground);
	before = ground_state_bytes(ground, "alice");
	assert_int_equal(create(ground, "alice"), OTP_ERR_EXISTS);
	after = ground_state_bytes(ground, "alice");
	assert_true(ground_same(&before, &after));
	assert_int_equal(ground_left_over(ground, "state"), 0);
}

static void
create__never_replaces_a_state_that_comes_in_between(void **state)
{
	struct ground *ground = *state;
	struct ground_bytes after;

	calls.hook_on = CALL_RENAMEAT2;
	calls.hook = make_another;
	calls.hook_context = ground;
	calls_start();
	assert_int_equal(create(ground, "alice"), OTP_ERR_EXISTS);
	calls_stop();
	after = ground_state_bytes(ground, "alice");
	assert_int_equal(after.size, 15);
	assert_memory_equal(after.bytes, "somebody else's", 15);
	assert_int_equal(ground_left_over(ground, "state"), 0);
}

/* Is the file that is about to get its name locked, and flushed? */
static unsigned locked_before, flushed_before;

static void
look_before(void *context)
{
	const struct ground *ground = context;

	locked_before = ground_is_locked(ground, ".alice.new") ? 1 : 0;
	flushed_before = calls.count[CALL_FSYNC];
}

static void
create__is_locked_before_it_is_seen(void **state)
{
	struct ground *ground = *state;
	struct otp_store *store = ground_open(ground, "alice");
	struct otp_state fresh;

	fill_state(&fresh, "alice");
	locked_before = flushed_before = 0;
	calls.hook_on = CALL_RENAMEAT2;
	calls.hook = look_before;
	calls.hook_context = ground;
	calls_start();
	assert_int_equal(otp_store_create(store, &fresh, NULL), OTP_OK);
	calls_stop();
	assert_int_equal(locked_before, 1);
	assert_int_equal(flushed_before, 1);
	assert_true(ground_is_locked(ground, "alice"));
	/* As if loaded. */
	assert_int_equal(otp_store_load(store, &fresh, NULL), OTP_OK);
	assert_int_equal(
	    otp_store_put(store, &fresh, OTP_PUT_COMMIT, NULL), OTP_OK);
	otp_store_close(store);
	assert_false(ground_is_locked(ground, "alice"));
}

static void
create__takes_a_left_over_file_over(void **state)
{
	static const size_t sizes[] = { 0, 100, OTP_SLOTS_FILE_SIZE, 30000 };
	struct ground *ground = *state;
	static uint8_t garbage[30000];
	char path[GROUND_PATH_SIZE];

	memset(garbage, 0x5a, sizeof(garbage));
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct ground_bytes bytes;

		ground_path(ground, path, "store/state/.alice.new");
		sample_write(path, garbage, sizes[i], 0644);
		assert_int_equal(create(ground, "alice"), OTP_OK);
		bytes = ground_state_bytes(ground, "alice");
		assert_int_equal(bytes.size, OTP_SLOTS_FILE_SIZE);
		assert_int_equal(ground_state(ground, "alice").generation, 1);
		assert_null(memchr(
		    bytes.bytes + 18432, 0x5a, OTP_SLOTS_FILE_SIZE - 18432));
		ground_path(ground, path, "store/state/alice");
		assert_int_equal(mode_of(path), S_IFREG | 0600);
		assert_int_equal(unlink(path), 0);
	}
}

static void
create__does_not_follow_what_a_left_over_name_leads_to(void **state)
{
	struct ground *ground = *state;
	char path[GROUND_PATH_SIZE], target[GROUND_PATH_SIZE];
	struct ground_bytes after;

	ground_path(ground, target, "target");
	ground_path(ground, path, "store/state/.alice.new");
	sample_write(target, "mine", 4, 0600);
	assert_int_equal(symlink(target, path), 0);
	assert_int_not_equal(create(ground, "alice"), OTP_OK);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(link(target, path), 0);
	assert_int_equal(create(ground, "alice"), OTP_ERR_LINK);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_not_equal(create(ground, "alice"), OTP_OK);
	assert_int_equal(unlink(path), 0);
	after = ground_read(target);
	assert_int_equal(after.size, 4);
	assert_memory_equal(after.bytes, "mine", 4);
	assert_int_equal(create(ground, "alice"), OTP_OK);
}

/* The state that was created, of ACCOUNT, has its name on the disk. */
static void
settle(struct ground *ground, const char *account)
{
	struct otp_store *store = ground_open(ground, account);
	struct otp_state loaded;

	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	calls_start();
	assert_int_equal(otp_store_settle(store, NULL), OTP_OK);
	calls_stop();
	assert_int_equal(calls.count[CALL_FSYNC], 2); /* states, then seeds */
	calls_plan(CALL_FSYNC, 1, CALL_FAILS, EIO);
	assert_int_equal(otp_store_settle(store, NULL), OTP_ERR_WRITE);
	calls_reset();
	otp_store_close(store);
}

static void
create__may_not_have_flushed_the_name(void **state)
{
	struct ground *ground = *state;

	for (int enrolled = 0; enrolled < 2; enrolled++) {
		const char *account = enrolled ? "alice" : "bob";
		struct otp_store *store = ground_open(ground, account);
		struct otp_state fresh;

		fill_state(&fresh, account);
		fresh.enrolled = enrolled;
		/* The folder, after the file; first its uid, likewise. */
		calls_plan(CALL_FSYNC, enrolled ? 4 : 2, CALL_FAILS, EIO);
		assert_int_equal(
		    otp_store_create(store, &fresh, NULL), OTP_ERR_WRITE);
		calls_reset();
		assert_true(otp_store_in_effect(store));
		otp_store_close(store);
		settle(ground, account);
	}
}

static void
create__does_not_heed_the_umask(void **state)
{
	static const mode_t masks[] = { 0, 0777, 0077, 0277 };
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	char path[GROUND_PATH_SIZE];

	for (size_t i = 0; i < COUNT(masks); i++) {
		mode_t old = umask(masks[i]);

		ground_enrol(ground, "alice", &token);
		assert_int_equal(umask(old), masks[i]);
		ground_path(ground, path, "store/state/alice");
		assert_int_equal(mode_of(path), S_IFREG | 0600);
		assert_int_equal(unlink(path), 0);
		ground_path(ground, path, "store/seed/alice");
		assert_int_equal(mode_of(path), S_IFREG | 0600);
		assert_int_equal(unlink(path), 0);
	}
}

/* The seed in force: the number of its one token. */
static unsigned
seed_number(const struct ground *ground, unsigned max)
{
	struct otp_store *store = ground_open(ground, "alice");
	struct otp_seed seed;
	unsigned found = 0;

	assert_int_equal(otp_store_seed(store, &seed, NULL), OTP_OK);
	otp_store_close(store);
	assert_int_equal(seed.tokens_count, 1);
	for (unsigned number = 1; number <= max; number++) {
		struct otp_token token = sample_totp(number);

		if (memcmp(token.secret, seed.tokens[0].secret,
			token.secret_size) == 0)
			found = number;
	}
	assert_int_not_equal(found, 0);
	return found;
}

static enum otp_err
put_seed(const struct ground *ground, unsigned number)
{
	struct otp_token token = sample_totp(number);
	struct otp_seed seed = sample_seed(&token);
	struct otp_store *store = ground_open(ground, "alice");
	struct otp_state loaded;
	enum otp_err err;

	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	calls.counting = true;
	err = otp_store_put_seed(store, &seed, NULL);
	calls.counting = false;
	otp_store_close(store);
	return err;
}

static void
put_seed__is_whole_or_not_at_all(void **state)
{
	static const enum call_end ends[] = { CALL_FAILS, CALL_MOVES_NONE };
	struct ground *ground = *state;
	unsigned number = 1, failures = 0;

	ground_enrol_alice(ground);
	for (size_t i = 0; i < COUNT(ends); i++) {
		for (unsigned at = 1;; at++) {
			enum otp_err err;

			calls_plan(CALL_ANY, at, ends[i], ENOSPC);
			calls.counting = false;
			err = put_seed(ground, number + 1);
			if (calls.hit == CALL_ANY)
				break;
			calls_stop();
			if (err == OTP_OK) {
				number++;
				assert_int_equal(
				    seed_number(ground, number), number);
				continue;
			}
			failures++;
			/* Only what comes after renaming leaves the new one. */
			if (seed_number(ground, number + 1) != number) {
				assert_true(calls.count[CALL_RENAMEAT] == 1 &&
				    calls.hit != CALL_RENAMEAT);
				number++;
			}
			assert_in_range(ground_left_over(ground, "seed"), 0, 1);
		}
		number++; /* the last one met no fault */
		assert_int_equal(seed_number(ground, number), number);
		assert_int_equal(ground_left_over(ground, "seed"), 0);
	}
	assert_in_range(failures, 8, 100);
}

/* What was written and flushed when the seed gets its name. */
static void
look_at_flushes(void *context)
{
	unsigned *flushes = context;

	assert_int_equal(calls.count[CALL_PWRITE], 1);
	*flushes = calls.count[CALL_FSYNC];
}

static void
put_seed__is_flushed_before_it_has_its_name(void **state)
{
	struct ground *ground = *state;
	unsigned flushes = 0;

	ground_enrol_alice(ground);
	calls.hook_on = CALL_RENAMEAT;
	calls.hook = look_at_flushes;
	calls.hook_context = &flushes;
	calls_start();
	calls.counting = false;
	assert_int_equal(put_seed(ground, 2), OTP_OK);
	assert_int_equal(flushes, 1);
	assert_int_equal(calls.count[CALL_FSYNC], 2); /* then the folder */
	assert_int_equal(seed_number(ground, 2), 2);
}

static void
put_seed__needs_the_state_locked(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(2);
	struct otp_seed seed = sample_seed(&token);
	struct otp_store *store;
	struct otp_state peeked;

	ground_enrol_alice(ground);
	store = ground_open(ground, "alice");
	assert_int_equal(
	    otp_store_put_seed(store, &seed, NULL), OTP_ERR_CONFLICT);
	assert_int_equal(otp_store_peek(store, &peeked, NULL), OTP_OK);
	assert_int_equal(
	    otp_store_put_seed(store, &seed, NULL), OTP_ERR_CONFLICT);
	otp_store_close(store);
	assert_int_equal(seed_number(ground, 2), 1);
}

static void
put_seed__replaces_a_left_over_file(void **state)
{
	struct ground *ground = *state;
	char path[GROUND_PATH_SIZE], target[GROUND_PATH_SIZE];
	struct ground_bytes after;

	ground_enrol_alice(ground);
	ground_path(ground, path, "store/seed/.alice.new");
	ground_path(ground, target, "target");
	sample_write(path, "half a se", 9, 0644);
	assert_int_equal(put_seed(ground, 2), OTP_OK);
	assert_int_equal(seed_number(ground, 2), 2);
	sample_write(target, "mine", 4, 0600);
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(put_seed(ground, 3), OTP_OK);
	assert_int_equal(seed_number(ground, 3), 3);
	after = ground_read(target);
	assert_int_equal(after.size, 4);
	assert_int_equal(ground_left_over(ground, "seed"), 0);
}

static void
put_seed__refuses_what_could_not_be_read_back(void **state)
{
	struct ground *ground = *state;
	struct otp_seed seed = { 0 };
	struct otp_store *store;
	struct otp_state loaded;

	ground_enrol_alice(ground);
	store = ground_open(ground, "alice");
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	assert_int_equal(otp_store_put_seed(store, &seed, NULL), OTP_ERR_PARSE);
	otp_store_close(store);
	assert_int_equal(seed_number(ground, 2), 1);
}

static void
rewrite__keeps_the_file(void **state)
{
	struct ground *ground = *state;
	struct otp_state fresh, loaded;
	struct otp_store *store;
	struct stat before, after;
	char path[GROUND_PATH_SIZE];

	ground_enrol_alice(ground);
	ground_path(ground, path, "store/state/alice");
	sample_write(path, "not a state", 11, 0600);
	assert_int_equal(stat(path, &before), 0);
	store = ground_open(ground, "alice");
	assert_int_equal(
	    otp_store_load(store, &loaded, NULL), OTP_ERR_CHECKSUM);
	fill_state(&fresh, "alice");
	assert_int_equal(otp_store_rewrite(store, &fresh, NULL), OTP_OK);
	assert_true(ground_is_locked(ground, "alice"));
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	otp_store_close(store);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(after.st_size, OTP_SLOTS_FILE_SIZE);
}

static void
drop_seed_and_purge__take_away_once_and_are_quiet_then(void **state)
{
	struct ground *ground = *state;
	struct otp_store *store;
	struct otp_state loaded;
	bool has = true;

	ground_enrol_alice(ground);
	store = ground_open(ground, "alice");
	assert_int_equal(otp_store_has_seed(store, &has, NULL), OTP_OK);
	assert_true(has);
	calls_start();
	assert_int_equal(otp_store_drop_seed(store, NULL), OTP_OK);
	assert_int_equal(calls.count[CALL_FSYNC], 1);
	assert_int_equal(otp_store_drop_seed(store, NULL), OTP_OK);
	assert_int_equal(otp_store_has_seed(store, &has, NULL), OTP_OK);
	assert_false(has);
	assert_int_equal(otp_store_purge(store, NULL), OTP_OK);
	assert_int_equal(calls.count[CALL_FSYNC], 3); /* and uid/ */
	assert_int_equal(otp_store_purge(store, NULL), OTP_OK);
	assert_int_equal(calls.count[CALL_FSYNC], 3);
	calls_stop();
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_ERR_ABSENT);
	otp_store_close(store);
}

static void
move_seed__needs_both_locks_and_takes_no_place(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(2);
	struct otp_store *from, *to;
	struct otp_state loaded;

	ground_enrol_alice(ground);
	ground_enrol(ground, "bob", &token);
	from = ground_open(ground, "alice");
	to = ground_open(ground, "bob");
	assert_int_equal(otp_store_load(from, &loaded, NULL), OTP_OK);
	assert_int_equal(otp_store_move_seed(from, to, NULL), OTP_ERR_CONFLICT);
	assert_int_equal(otp_store_load(to, &loaded, NULL), OTP_OK);
	assert_int_equal(otp_store_move_seed(from, to, NULL), OTP_ERR_EXISTS);
	assert_int_equal(otp_store_drop_seed(to, NULL), OTP_OK);
	assert_int_equal(otp_store_move_seed(from, to, NULL), OTP_OK);
	assert_int_equal(otp_store_move_seed(from, to, NULL), OTP_ERR_ABSENT);
	otp_store_close(to);
	otp_store_close(from);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GROUND_TEST(create__makes_a_whole_flushed_file),
		GROUND_TEST(create__never_replaces_a_state),
		GROUND_TEST(
		    create__never_replaces_a_state_that_comes_in_between),
		GROUND_TEST(create__is_locked_before_it_is_seen),
		GROUND_TEST(create__takes_a_left_over_file_over),
		GROUND_TEST(
		    create__does_not_follow_what_a_left_over_name_leads_to),
		GROUND_TEST(create__may_not_have_flushed_the_name),
		GROUND_TEST(create__does_not_heed_the_umask),
		GROUND_TEST(put_seed__is_whole_or_not_at_all),
		GROUND_TEST(put_seed__is_flushed_before_it_has_its_name),
		GROUND_TEST(put_seed__needs_the_state_locked),
		GROUND_TEST(put_seed__replaces_a_left_over_file),
		GROUND_TEST(put_seed__refuses_what_could_not_be_read_back),
		GROUND_TEST(rewrite__keeps_the_file),
		GROUND_TEST(
		    drop_seed_and_purge__take_away_once_and_are_quiet_then),
		GROUND_TEST(move_seed__needs_both_locks_and_takes_no_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
