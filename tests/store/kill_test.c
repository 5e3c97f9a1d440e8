/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A login that is killed, at every system call and in the middle of every
 * write, or hindered by a limit that its caller set: no guess is free, and
 * nobody is kept waiting by it.
 */
#include "config.h"

#include "tests/lib/codes.h"
#include "tests/store/ground.h"
#include "tests/lib/account.h"

#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/store/calls.h"

/* What a child that may die tells of itself, in memory that is shared. */
struct report {
	unsigned values; /* codes computed: it could have compared */
	bool returned;
	enum otp_err err;
	enum otp_verdict verdict;
};

static struct report *report;

static int
share(void **state)
{
	(void)state;
	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return report == MAP_FAILED ? -1 : 0;
}

static int
unshare_report(void **state)
{
	(void)state;
	return munmap(report, sizeof(*report));
}

/* How a child's try is to be disturbed. */
struct trouble {
	enum call which;
	unsigned at;
	enum call_end end;
	bool limited;
	rlim_t limit;
};

/* A try in a child; whether it came to its end. */
static bool
try_in_child(
    struct ground *ground, const char *code, const struct trouble *trouble)
{
	int status = 0;
	pid_t child;

	memset(report, 0, sizeof(*report));
	child = ground_fork();
	if (child == 0) {
		struct rlimit limit = { .rlim_cur = trouble->limit,
			.rlim_max = trouble->limit };

		calls.values = &report->values;
		if (trouble->limited && setrlimit(RLIMIT_FSIZE, &limit) != 0)
			_exit(1);
		calls_plan(trouble->which, trouble->at, trouble->end, 0);
		report->err = ground_try(ground, "alice", code);
		calls_stop();
		report->verdict = ground->answer.verdict;
		report->returned = calls.hit == CALL_ANY;
		_exit(0);
	}
	assert_int_not_equal(child, -1);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status))
		assert_int_equal(WTERMSIG(status), SIGKILL);
	else
		assert_int_equal(WEXITSTATUS(status), 0);
	return WIFEXITED(status);
}

/* No failure, no wait. */
static void
forgive(struct ground *ground)
{
	struct otp_subject alice = ground_subject("alice");
	uint32_t failures;

	assert_int_equal(
	    otp_enrol_unlock(ACCOUNT_OF(&ground->host, alice), &failures),
	    OTP_OK);
}

static uint32_t
failures(const struct ground *ground)
{
	return ground_state(ground, "alice").tally.failures;
}

static const enum call_end kills[] = { CALL_KILLS, CALL_KILLS_HALF,
	CALL_KILLS_AFTER };

/* A right code of the next step is taken, without any sleep. */
static void
assert_next_works(struct ground *ground, const struct otp_token *token)
{
	char code[SAMPLE_CODE_SIZE];

	ground->now += 30;
	ground_expect(ground, "alice", ground_code(ground, token, code),
	    OTP_VERDICT_ACCEPT);
	assert_int_equal(calls.sleeps, 0);
	ground_expect(ground, "alice", code, OTP_VERDICT_REPLAY);
	ground->now += 30;
}

/*
 * Kill tries with a wrong code at each call of kind WHICH, BEFORE failures
 * having been there; how many were charged, and how many were not.
 */
static void
kill_wrong(struct ground *ground, const struct otp_token *token,
    enum call which, unsigned before, unsigned *charged, unsigned *spared)
{
	char wrong[SAMPLE_CODE_SIZE];

	for (size_t i = 0; i < COUNT(kills); i++) {
		bool ended = false;

		for (unsigned at = 1; !ended; at++) {
			struct trouble trouble = {
				.which = which,
				.at = at,
				.end = kills[i],
			};
			uint32_t after;

			ground_wrong(ground, token, wrong);
			for (unsigned j = 0; j < before; j++)
				ground_expect(
				    ground, "alice", wrong, OTP_VERDICT_REJECT);
			ended = try_in_child(ground, wrong, &trouble);
			after = failures(ground);
			assert_true(after == before || after == before + 1);
			/* Once it could compare, it had been charged. */
			if (report->values > 0)
				assert_int_equal(after, before + 1);
			*charged += after - before;
			*spared += before + 1 - after;
			forgive(ground);
			assert_next_works(ground, token);
		}
	}
}

static void
login__killed_with_a_wrong_code_is_charged(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	unsigned charged = 0, spared = 0;

	calls.no_flush = true;
	ground_enrol(ground, "alice", &token);
	kill_wrong(ground, &token, CALL_ANY, 0, &charged, &spared);
	assert_in_range(charged, 5, 500);
	assert_in_range(spared, 20, 500);
}

/* The one that begins a wait writes, flushes and notes a record too. */
static void
login__killed_with_the_last_free_guess_is_charged(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	unsigned charged = 0, spared = 0;

	calls.no_flush = true;
	ground_enrol(ground, "alice", &token);
	kill_wrong(ground, &token, CALL_PWRITE, ground->policy.delay_after - 1,
	    &charged, &spared);
	kill_wrong(ground, &token, CALL_FDATASYNC,
	    ground->policy.delay_after - 1, &charged, &spared);
	assert_in_range(charged, 10, 100);
	assert_in_range(spared, 2, 4);
}

/* Whoever is killed all the time gets no further than anybody else. */
static void
login__killed_all_the_time_ends_in_a_wait(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	struct trouble trouble = {
		.which = CALL_PWRITE,
		.at = 1,
		.end = CALL_KILLS_AFTER,
	};
	char wrong[SAMPLE_CODE_SIZE], code[SAMPLE_CODE_SIZE];

	ground_enrol(ground, "alice", &token);
	ground_wrong(ground, &token, wrong);
	for (unsigned i = 1; i <= ground->policy.delay_after; i++) {
		assert_false(try_in_child(ground, wrong, &trouble));
		assert_int_equal(failures(ground), i);
	}
	assert_true(try_in_child(ground, wrong, &trouble));
	assert_int_equal(report->verdict, OTP_VERDICT_WAITING);
	ground_expect(ground, "alice", ground_code(ground, &token, code),
	    OTP_VERDICT_WAITING);
	ground->now += OTP_WAIT_FIRST;
	ground_expect(ground, "alice", ground_code(ground, &token, code),
	    OTP_VERDICT_ACCEPT);
}

/* The code of a killed login is spent, or good for one other. */
static void
login__killed_with_a_right_code_loses_nothing(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	unsigned spent = 0, fresh = 0;

	calls.no_flush = true;
	ground_enrol(ground, "alice", &token);
	for (size_t i = 0; i < COUNT(kills); i++) {
		bool ended = false;

		for (unsigned at = 1; !ended; at++) {
			struct trouble trouble = {
				.which = CALL_ANY,
				.at = at,
				.end = kills[i],
			};
			uint64_t before =
			    ground_state(ground, "alice").generation;
			char code[SAMPLE_CODE_SIZE];
			struct otp_state after;
			enum otp_err err;

			ground_code(ground, &token, code);
			ended = try_in_child(ground, code, &trouble);
			after = ground_state(ground, "alice");
			if (report->values > 0)
				assert_int_equal(
				    after.tally.failures + after.generation,
				    before + 1);
			if (ended) {
				assert_int_equal(
				    report->verdict, OTP_VERDICT_ACCEPT);
				assert_int_equal(after.generation, before + 1);
			}
			err = ground_try(ground, "alice", code);
			assert_int_equal(err, OTP_OK);
			if (after.generation > before) {
				spent++;
				assert_int_equal(
				    ground->answer.verdict, OTP_VERDICT_REPLAY);
			} else {
				fresh++;
				assert_int_equal(
				    ground->answer.verdict, OTP_VERDICT_ACCEPT);
			}
			assert_int_equal(calls.sleeps, 0);
			assert_next_works(ground, &token);
		}
	}
	assert_in_range(spent, 5, 500);
	assert_in_range(fresh, 20, 500);
}

/* The same of recovery codes, which are not charged at all. */
static void
login__killed_with_a_recovery_code_loses_nothing(void **state)
{
	struct ground *ground = *state;
	unsigned spent = 0, fresh = 0, made = 0;

	calls.no_flush = true;
	ground_enrol_alice(ground);
	for (size_t i = 0; i < COUNT(kills); i++) {
		bool ended = false;

		for (unsigned at = 1; !ended; at++) {
			struct trouble trouble = {
				.which = CALL_PWRITE,
				.at = at,
				.end = kills[i],
			};
			struct otp_subject alice = ground_subject("alice");
			struct otp_recovery_set set;

			assert_int_equal(
			    codes_renew(
				ACCOUNT_OF(&ground->host, alice), 2, &set),
			    OTP_OK);
			made++;
			ended = try_in_child(ground, set.text[0], &trouble);
			assert_int_equal(failures(ground), 0);
			assert_int_equal(
			    ground_try(ground, "alice", set.text[0]), OTP_OK);
			if (ground->answer.verdict == OTP_VERDICT_ACCEPT) {
				assert_false(ended);
				fresh++;
			} else {
				assert_int_equal(
				    ground->answer.verdict, OTP_VERDICT_REPLAY);
				spent++;
			}
			ground_expect(
			    ground, "alice", set.text[1], OTP_VERDICT_ACCEPT);
			ground_expect(
			    ground, "alice", set.text[1], OTP_VERDICT_REPLAY);
		}
	}
	assert_int_equal(spent + fresh, made);
	assert_in_range(fresh, 1, made - 3);
}

/* --- limits that the caller of a setuid program may set --- */

#define LIMIT_STEP 256
#define LIMIT_MAX  24576

static void
login__under_any_file_size_limit_is_charged_or_not_compared(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	unsigned compared = 0, refused = 0;

	calls.no_flush = true;
	ground_enrol(ground, "alice", &token);
	for (rlim_t limit = 0; limit <= LIMIT_MAX; limit += LIMIT_STEP) {
		struct trouble trouble = { .limited = true, .limit = limit };
		char wrong[SAMPLE_CODE_SIZE];

		ground_wrong(ground, &token, wrong);
		assert_true(try_in_child(ground, wrong, &trouble));
		assert_true(report->returned);
		assert_int_equal(report->verdict, OTP_VERDICT_REJECT);
		if (failures(ground) == 1) {
			assert_int_equal(report->err, OTP_OK);
			compared++;
		} else {
			assert_int_equal(report->err, OTP_ERR_LIMIT);
			assert_int_equal(report->values, 0);
			refused++;
		}
		forgive(ground);
		assert_next_works(ground, &token);
	}
	assert_int_equal(refused, OTP_SLOTS_FILE_SIZE / LIMIT_STEP);
	assert_int_equal(
	    compared, (LIMIT_MAX - OTP_SLOTS_FILE_SIZE) / LIMIT_STEP + 1);
}

/* The limit, and a kill at each write as well. */
static void
login__killed_under_a_file_size_limit_is_charged(void **state)
{
	struct ground *ground = *state;
	struct otp_token token = sample_totp(1);
	static const rlim_t limits[] = { 17408, OTP_SLOTS_FILE_SIZE - 1,
		OTP_SLOTS_FILE_SIZE };

	calls.no_flush = true;
	ground_enrol(ground, "alice", &token);
	for (size_t i = 0; i < COUNT(limits); i++)
		for (size_t j = 0; j < COUNT(kills); j++) {
			struct trouble trouble = {
				.which = CALL_PWRITE,
				.at = 1,
				.end = kills[j],
				.limited = true,
				.limit = limits[i],
			};
			char wrong[SAMPLE_CODE_SIZE];

			ground_wrong(ground, &token, wrong);
			(void)try_in_child(ground, wrong, &trouble);
			assert_true(
			    report->values == 0 || failures(ground) == 1);
			forgive(ground);
			assert_next_works(ground, &token);
		}
}

/* --- the tool --- */

/* Put a new token in force in a child that is killed. */
static bool
replace_in_child(struct ground *ground, const char *name,
    const struct otp_enrolment *enrolment, const struct trouble *trouble)
{
	int status = 0;
	pid_t child = ground_fork();

	if (child == 0) {
		struct otp_recovery_set set;

		calls_plan(trouble->which, trouble->at, trouble->end, 0);
		_exit(codes_put(ACCOUNT_OF(&ground->host, ground_subject(name)),
			  enrolment, 2, &set) != OTP_OK);
	}
	assert_int_not_equal(child, -1);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status))
		assert_int_equal(WEXITSTATUS(status), 0);
	return WIFEXITED(status);
}

/* Killed anywhere: the old token or the new one, and never both. */
static void
kill_put(struct ground *ground, const char *account, bool enrolled)
{
	unsigned number = 1, kept = 0, put = 0;

	for (size_t i = 0; i < COUNT(kills); i++) {
		bool ended = false;

		for (unsigned at = 1; !ended; at++) {
			struct trouble trouble = {
				.which = CALL_ANY,
				.at = at,
				.end = kills[i],
			};
			struct otp_token old = sample_totp(number);
			struct otp_token new = sample_totp(++number);
			struct otp_enrolment enrolment =
			    ground_enrolment(OTP_ENROL_REPLACE, &new);
			char name[32], code[2][SAMPLE_CODE_SIZE];
			enum otp_err err[2];
			bool yes[2];

			(void)snprintf(
			    name, sizeof(name), "%s%u", account, number);
			if (enrolled)
				ground_enrol(ground, name, &old);
			ended = replace_in_child(
			    ground, name, &enrolment, &trouble);
			ground_code(ground, &old, code[0]);
			ground_code(ground, &new, code[1]);
			for (unsigned j = 0; j < 2; j++) {
				err[j] = ground_try(ground, name, code[j]);
				yes[j] = err[j] == OTP_OK &&
				    ground->answer.verdict ==
					OTP_VERDICT_ACCEPT;
				assert_int_equal(err[j], OTP_OK);
			}
			if (enrolled)
				assert_true(yes[0] != yes[1]);
			else
				assert_false(yes[0]);
			if (ended)
				assert_true(yes[1]);
			kept += yes[1] ? 0 : 1;
			put += yes[1] ? 1 : 0;
			assert_in_range(ground_left_over(ground, "seed"), 0, 1);
			assert_in_range(
			    ground_left_over(ground, "state"), 0, 1);
			/* What was left behind is in nobody's way. */
			trouble.at = 0;
			assert_true(replace_in_child(
			    ground, name, &enrolment, &trouble));
			assert_int_equal(ground_left_over(ground, "seed"), 0);
			assert_int_equal(ground_left_over(ground, "state"), 0);
			assert_int_equal(calls.sleeps, 0);
		}
	}
	assert_in_range(kept, 20, 1000);
	assert_in_range(put, 5, 1000);
}

static void
put__killed_anywhere_leaves_the_old_token_or_the_new_one(void **state)
{
	calls.no_flush = true;
	kill_put(*state, "old", true);
}

static void
put__killed_anywhere_leaves_none_or_the_new_one(void **state)
{
	calls.no_flush = true;
	kill_put(*state, "new", false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GROUND_TEST(login__killed_with_a_wrong_code_is_charged),
		GROUND_TEST(login__killed_with_the_last_free_guess_is_charged),
		GROUND_TEST(login__killed_all_the_time_ends_in_a_wait),
		GROUND_TEST(login__killed_with_a_right_code_loses_nothing),
		GROUND_TEST(login__killed_with_a_recovery_code_loses_nothing),
		GROUND_TEST(
		    login__under_any_file_size_limit_is_charged_or_not_compared),
		GROUND_TEST(login__killed_under_a_file_size_limit_is_charged),
		GROUND_TEST(
		    put__killed_anywhere_leaves_the_old_token_or_the_new_one),
		GROUND_TEST(put__killed_anywhere_leaves_none_or_the_new_one),
	};

	return cmocka_run_group_tests(tests, share, unshare_report);
}
