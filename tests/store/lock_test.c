/* SPDX-License-Identifier: BSD-2-Clause */
/* Which process has a state locked, and for how long. */
#include "config.h"

#include "tests/store/ground.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/store/calls.h"
#include "common/core/throttle.h"
#include "common/store/lock_owner.h"

/* A new file with the same content takes the name of the one there is. */
static void
replace_state(void *context)
{
	const struct ground *ground = context;
	struct ground_bytes bytes = ground_state_bytes(ground, "alice");
	char path[GROUND_PATH_SIZE], old[GROUND_PATH_SIZE];

	ground_path(ground, path, "store/state/alice");
	ground_path(ground, old, "old");
	calls.hook = NULL; /* once */
	assert_int_equal(rename(path, old), 0);
	sample_write(path, bytes.bytes, bytes.size, 0600);
}

static void
lock__follows_the_name_to_a_new_file(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	struct ground_bytes old, before;
	char code[SAMPLE_CODE_SIZE], path[GROUND_PATH_SIZE];

	ground_enrol(ground, "alice", &token);
	before = ground_state_bytes(ground, "alice");
	/* Opened, and not locked yet: the first fcntl is the lock. */
	calls.hook_on = CALL_FCNTL;
	calls.hook = replace_state;
	calls.hook_context = ground;
	calls_start();
	ground_expect(ground, "alice", ground_code(ground, &token, code),
	    OTP_VERDICT_ACCEPT);
	calls_stop();
	assert_null(calls.hook);
	old = ground_read(ground_path(ground, path, "old"));
	assert_true(ground_same(&old, &before));
	ground_expect(ground, "alice", code, OTP_VERDICT_REPLAY);
}

static void
replace_state_again(void *context)
{
	replace_state(context);
	calls.hook = replace_state_again;
}

static void
lock__is_not_looked_for_on_new_files_for_ever(void **state)
{
	struct ground *ground = *state;
	struct otp_store *store;
	struct otp_state loaded;
	struct otp_fault fault = { 0 };

	ground_enrol_alice(ground);
	store = ground_open(ground, "alice");
	calls.hook_on = CALL_FCNTL;
	calls.hook = replace_state_again;
	calls.hook_context = ground;
	calls_start();
	assert_int_equal(otp_store_load(store, &loaded, &fault), OTP_ERR_READ);
	calls_stop();
	assert_int_equal(fault.detail, OTP_DETAIL_KEEPS_CHANGING);
	otp_store_close(store);
	assert_false(ground_is_locked(ground, "alice"));
}

/* The name leads nowhere, all of a sudden. */
static void
remove_state(void *context)
{
	const struct ground *ground = context;
	char path[GROUND_PATH_SIZE];

	calls.hook = NULL;
	ground_path(ground, path, "store/state/alice");
	assert_int_equal(unlink(path), 0);
}

static void
lock__is_not_had_on_a_file_that_lost_its_name(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	struct otp_store *store;
	struct otp_state loaded;

	ground_enrol(ground, "alice", &token);
	store = ground_open(ground, "alice");
	calls.hook_on = CALL_FCNTL;
	calls.hook = remove_state;
	calls.hook_context = ground;
	calls_start();
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_ERR_ABSENT);
	calls_stop();
	otp_store_close(store);
}

/* A second name appears, while the lock is waited for. */
static void
add_name(void *context)
{
	const struct ground *ground = context;
	char path[GROUND_PATH_SIZE], second[GROUND_PATH_SIZE];

	calls.hook = NULL;
	ground_path(ground, path, "store/state/alice");
	ground_path(ground, second, "second");
	assert_int_equal(link(path, second), 0);
}

static void
lock__is_not_had_on_a_file_with_a_second_name(void **state)
{
	struct ground *ground = *state;
	struct otp_store *store;
	struct otp_state loaded;

	ground_enrol_alice(ground);
	store = ground_open(ground, "alice");
	calls.hook_on = CALL_FCNTL;
	calls.hook = add_name;
	calls.hook_context = ground;
	calls_start();
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_ERR_LINK);
	calls_stop();
	otp_store_close(store);
	assert_false(ground_is_locked(ground, "alice"));
}

static void
end_child(pid_t child)
{
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void
lock__is_not_kept_by_a_child_of_the_host(void **state)
{
	struct ground *ground = *state;
	struct otp_store *store;
	struct otp_state loaded;
	pid_t child;

	ground_enrol_alice(ground);
	store = ground_open(ground, "alice");
	assert_int_equal(otp_store_load(store, &loaded, NULL), OTP_OK);
	assert_true(ground_is_locked(ground, "alice"));
	child = ground_fork(); /* it has every descriptor that we have */
	if (child == 0)
		ground_sleep();
	assert_int_not_equal(child, -1);
	otp_store_close(store);
	assert_false(ground_is_locked(ground, "alice"));
	end_child(child);
}

/* A process that has alice's state locked, and sleeps. */
static pid_t
fork_owner(const struct ground *ground)
{
	int ready[2];
	char byte;
	pid_t child;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	child = ground_fork();
	if (child == 0) {
		struct otp_store *store = NULL;
		struct otp_state loaded;

		if (otp_store_open(
			(struct otp_place){ .folder = ground->store }, "alice",
			&store, NULL) != OTP_OK ||
		    otp_store_load(store, &loaded, NULL) != OTP_OK ||
		    write(ready[1], "", 1) != 1)
			_exit(1);
		ground_sleep();
	}
	assert_int_not_equal(child, -1);
	assert_int_equal(close(ready[1]), 0);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(close(ready[0]), 0);
	return child;
}

static void
lock__gives_up_after_five_seconds_and_names_the_owner(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];
	unsigned descriptors;
	pid_t child;

	ground_enrol(ground, "alice", &token);
	child = fork_owner(ground);
	assert_int_equal(kill(child, SIGSTOP), 0);
	assert_int_equal(waitpid(child, NULL, WUNTRACED), child);
	descriptors = sample_descriptors();
	calls.virtual_time = true; /* so that only sleeping takes time */
	assert_int_equal(
	    ground_try(ground, "alice", ground_code(ground, &token, code)),
	    OTP_ERR_LOCK_TIMEOUT);
	assert_int_equal(ground->answer.verdict, OTP_VERDICT_REJECT);
	assert_in_range(calls.slept, INT64_C(5000000000), INT64_C(5050000000));
	assert_in_range(calls.sleeps, 100, 2000); /* no busy loop */
	assert_int_equal(ground->fault.detail, OTP_DETAIL_LOCKED_BY);
	assert_int_equal(ground->fault.numbers[0], child);
	assert_string_equal(ground->fault.name, "lock_test");
	/* others' open files were not asked of servers that may be gone */
	assert_true(calls.unsynced > 0);
	assert_int_equal(sample_descriptors(), descriptors);
	calls.virtual_time = false;
	end_child(child);
	ground_expect(ground, "alice", code, OTP_VERDICT_ACCEPT);
}

static void
lock__of_a_killed_process_is_had_at_once(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	ground_enrol(ground, "alice", &token);
	end_child(fork_owner(ground));
	ground_expect(ground, "alice", ground_code(ground, &token, code),
	    OTP_VERDICT_ACCEPT);
	assert_int_equal(calls.sleeps, 0);
}

static void
lock__is_not_waited_for_during_a_wait(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];
	pid_t child;

	ground_enrol(ground, "alice", &token);
	ground_wrong(ground, &token, code);
	for (unsigned i = 0; i < ground->policy.delay_after; i++)
		ground_expect(ground, "alice", code, OTP_VERDICT_REJECT);
	child = fork_owner(ground);
	ground_expect(ground, "alice", code, OTP_VERDICT_WAITING);
	assert_int_equal(calls.sleeps, 0);
	end_child(child);
}

static void
lock__of_one_account_is_nothing_to_another(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(2);
	char code[SAMPLE_CODE_SIZE];
	pid_t child;

	ground_enrol_alice(ground);
	ground_enrol(ground, "bob", &token);
	child = fork_owner(ground);
	ground_expect(ground, "bob", ground_code(ground, &token, code),
	    OTP_VERDICT_ACCEPT);
	assert_int_equal(calls.sleeps, 0);
	end_child(child);
}

static void
lock__is_not_taken_by_peek_or_look(void **state)
{
	struct ground *ground = *state;
	enum otp_enrolled ask;
	pid_t child;

	ground_enrol_alice(ground);
	child = fork_owner(ground);
	assert_int_equal(ground_look(ground, "alice", &ask), OTP_OK);
	assert_int_equal(ask, OTP_ENROLLED_YES);
	assert_int_equal(ground_state(ground, "alice").uid, GROUND_UID);
	assert_int_equal(calls.sleeps, 0);
	end_child(child);
}

/* Who is being judged: a code of alice's is charged, and not compared yet. */
static struct otp_store *
begin_login(const struct ground *ground, struct otp_state *ret_before)
{
	struct otp_store *store = ground_open(ground, "alice");
	struct otp_login_mark occasion;
	struct otp_state charged;

	otp_login_mark_set(&occasion, ground->now, "sshd", "192.0.2.1");
	assert_int_equal(otp_store_load(store, ret_before, NULL), OTP_OK);
	charged = *ret_before;
	otp_throttle_charge(&charged.tally, &ground->policy, &occasion);
	assert_int_equal(charged.tally.failures, ground->policy.delay_after);
	assert_int_equal(
	    otp_store_put(store, &charged, OTP_PUT_CHARGE, NULL), OTP_OK);
	return store;
}

static void
tell_lock(void *context)
{
	const int *to = context;

	calls.hook = NULL;
	if (write(*to, "L", 1) != 1)
		_exit(1);
}

/* A login in a child: writes L before it locks, and its verdict in the end. */
static pid_t
fork_login(struct ground *ground, const char *code, int ret_ends[2])
{
	pid_t child;

	assert_int_equal(pipe2(ret_ends, O_CLOEXEC), 0);
	child = ground_fork();
	if (child == 0) {
		char verdict = 'E';

		calls.hook_on = CALL_FCNTL;
		calls.hook = tell_lock;
		calls.hook_context = &ret_ends[1];
		calls_start();
		if (ground_try(ground, "alice", code) == OTP_OK)
			verdict = ground->answer.verdict == OTP_VERDICT_ACCEPT
			    ? 'Y'
			    : 'N';
		_exit(write(ret_ends[1], &verdict, 1) != 1);
	}
	assert_int_not_equal(child, -1);
	assert_int_equal(close(ret_ends[1]), 0);
	return child;
}

/* Four codes were wrong; of two that are right at once both are let in. */
static void
lock__is_waited_for_where_a_neighbour_may_be_right(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE], wrong[SAMPLE_CODE_SIZE], said = '-';
	struct otp_state before;
	struct otp_store *store;
	pid_t child;
	int ends[2];

	ground_enrol(ground, "alice", &token);
	ground_wrong(ground, &token, wrong);
	for (unsigned i = 1; i < ground->policy.delay_after; i++)
		ground_expect(ground, "alice", wrong, OTP_VERDICT_REJECT);
	store = begin_login(ground, &before);
	child = fork_login(ground, ground_code(ground, &token, code), ends);
	assert_int_equal(read(ends[0], &said, 1), 1);
	assert_int_equal(said, 'L');
	/* The neighbour was right. */
	before.tally = (struct otp_tally){ 0 };
	assert_int_equal(
	    otp_store_put(store, &before, OTP_PUT_COMMIT, NULL), OTP_OK);
	otp_store_close(store);
	assert_int_equal(read(ends[0], &said, 1), 1);
	assert_int_equal(said, 'Y');
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

/* A file that is torn while no process has it locked, as if by writers. */
struct tearing {
	const struct ground *ground;
	struct ground_bytes whole;
	unsigned torn;
};

static void
tear(void *context)
{
	struct tearing *tearing = context;
	struct ground_bytes bytes = tearing->whole;
	char path[GROUND_PATH_SIZE];
	int fd;

	if (!ground_is_locked(tearing->ground, "alice")) {
		bytes.bytes[100] ^= 1;
		bytes.bytes[OTP_SLOTS_RECORD_SIZE + 100] ^= 1;
		tearing->torn++;
	}
	ground_path(tearing->ground, path, "store/state/alice");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_not_equal(fd, -1);
	assert_int_equal(pwrite(fd, bytes.bytes, bytes.size, 0), bytes.size);
	assert_int_equal(close(fd), 0);
}

static void
look__asks_under_the_lock_where_it_met_writers(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	struct tearing tearing = { .ground = ground };
	char code[SAMPLE_CODE_SIZE];
	enum otp_enrolled ask;

	ground_enrol(ground, "alice", &token);
	tearing.whole = ground_state_bytes(ground, "alice");
	calls.hook_on = CALL_PREAD;
	calls.hook = tear;
	calls.hook_context = &tearing;
	calls_start();
	assert_int_equal(ground_look(ground, "alice", &ask), OTP_OK);
	assert_int_equal(ask, OTP_ENROLLED_YES);
	calls_stop();
	calls.hook = NULL;
	assert_true(tearing.torn >= 2);
	ground_expect(ground, "alice", ground_code(ground, &token, code),
	    OTP_VERDICT_ACCEPT);
	assert_false(ground_is_locked(ground, "alice"));
}

/* A host can have so many processes that a login must not look at all. */
static void
lock__owner_is_looked_for_a_second_and_no_longer(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct otp_lock_owner owner = { 0 };
	char path[GROUND_PATH_SIZE];
	int fd;

	ground_enrol(ground, "alice", &token);
	fd = open(ground_path(ground, path, "store/state/alice"), O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_OFD_SETLK, &lock), 0);
	calls.virtual_time = true;
	calls.clock_pace = 2000000000;
	assert_false(otp_lock_owner_find(fd, &owner));
	calls.virtual_time = false;
	calls.clock_pace = 0;
	assert_int_equal(owner.pid, 0);
	assert_true(otp_lock_owner_find(fd, &owner));
	assert_int_equal(owner.pid, getpid());
	assert_int_equal(close(fd), 0);
}

static void
lock_check__names_the_owner_of_a_lock_that_stays(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	struct otp_fault fault = { .detail = OTP_DETAIL_CUT_SHORT };
	struct otp_store *store;
	pid_t child;

	ground_enrol(ground, "alice", &token);
	store = ground_open(ground, "bob");
	assert_int_equal(otp_store_check_lock(store, &fault), OTP_ERR_ABSENT);
	otp_store_close(store);
	store = ground_open(ground, "alice");
	assert_int_equal(otp_store_check_lock(store, &fault), OTP_OK);
	child = fork_owner(ground);
	calls.virtual_time = true; /* so that only sleeping takes time */
	assert_int_equal(
	    otp_store_check_lock(store, NULL), OTP_ERR_LOCK_TIMEOUT);
	assert_int_equal(
	    otp_store_check_lock(store, &fault), OTP_ERR_LOCK_TIMEOUT);
	calls.virtual_time = false;
	assert_int_equal(fault.detail, OTP_DETAIL_LOCKED_BY);
	assert_int_equal(fault.numbers[0], child);
	assert_string_equal(fault.where, "state/alice");
	end_child(child);
	assert_int_equal(otp_store_check_lock(store, &fault), OTP_OK);
	otp_store_close(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GROUND_TEST(lock__is_waited_for_where_a_neighbour_may_be_right),
		GROUND_TEST(look__asks_under_the_lock_where_it_met_writers),
		GROUND_TEST(lock__follows_the_name_to_a_new_file),
		GROUND_TEST(lock__is_not_looked_for_on_new_files_for_ever),
		GROUND_TEST(lock__is_not_had_on_a_file_that_lost_its_name),
		GROUND_TEST(lock__is_not_had_on_a_file_with_a_second_name),
		GROUND_TEST(lock__is_not_kept_by_a_child_of_the_host),
		GROUND_TEST(
		    lock__gives_up_after_five_seconds_and_names_the_owner),
		GROUND_TEST(lock__of_a_killed_process_is_had_at_once),
		GROUND_TEST(lock__is_not_waited_for_during_a_wait),
		GROUND_TEST(lock__of_one_account_is_nothing_to_another),
		GROUND_TEST(lock__is_not_taken_by_peek_or_look),
		GROUND_TEST(lock__owner_is_looked_for_a_second_and_no_longer),
		GROUND_TEST(lock_check__names_the_owner_of_a_lock_that_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
