/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks that go back, run ahead, or move while someone types. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/host.h"

static void
clock_gone_back__revives_no_code(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	assert_int_equal(host_try_step(host, 0), PAM_SUCCESS);
	fake.now -= 600;
	assert_int_equal(host_try_step(host, 20), PAM_AUTH_ERR);
	assert_int_equal(host_try_step(host, 0), PAM_AUTH_ERR);
	assert_int_equal(host_try_step(host, -1), PAM_AUTH_ERR);
	fake.now += 600;
	assert_int_equal(host_try_step(host, 0), PAM_AUTH_ERR);
	assert_int_equal(host_try_step(host, 1), PAM_SUCCESS);
}

#define EARLIEST INT64_C(1767225600) /* 2026-01-01 */

/* A dead battery, or time from a forged server. */
static void
clock_before_the_release__judges_no_totp_code(void **state)
{
	static const int64_t times[] = { 1, 59, 1111111109, EARLIEST - 31,
		EARLIEST - 1 };
	struct host *host = *state;

	host_enrol_alice(host);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		fake.now = times[i];
		assert_int_equal(host_try_right(host), PAM_AUTHINFO_UNAVAIL);
		host_logged("unavailable", "clock");
		assert_true(host_line_has(0, "detail=before-release"));
		assert_int_equal(host_try_wrong(host), PAM_AUTHINFO_UNAVAIL);
		assert_int_equal(host_state(host, "alice").tally.failures, 0);
		/* what cannot be a code is refused as ever */
		assert_int_equal(
		    host_login(host, "alice", "1234567"), PAM_AUTH_ERR);
	}
	fake.now = EARLIEST;
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
}

static void
clock_before_the_release__still_judges_counters_and_recovery(void **state)
{
	struct host *host = *state;
	struct otp_seed seed = { .tokens_count = 2 };
	char code[SAMPLE_CODE_SIZE];
	struct otp_state after;

	seed.tokens[0] = sample_totp(1);
	seed.tokens[1] = sample_hotp(2);
	host_enrol(host, "alice", HOST_ALICE_UID, &seed);
	fake.now = 1000;
	sample_code(&seed.tokens[1], 0, code);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	/* a wrong one may be of the other token, but is charged */
	sample_wrong(&seed.tokens[1], 1, code);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTHINFO_UNAVAIL);
	host_logged("unavailable", "clock");
	after = host_state(host, "alice");
	assert_int_equal(after.tally.failures, 1);
	host_code(&seed.tokens[0], 0, code);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTHINFO_UNAVAIL);
	after = host_state(host, "alice");
	assert_int_equal(after.tally.failures, 2);
	sample_code(&seed.tokens[1], 1, code);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
}

/* The last code of the window spends all before it. */
static void
steps_before_a_spent_one__are_spent(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	assert_int_equal(host_try_step(host, 1), PAM_SUCCESS);
	assert_int_equal(host_try_step(host, 0), PAM_AUTH_ERR);
	host_logged("refused", "replay");
	assert_int_equal(host_try_step(host, -1), PAM_AUTH_ERR);
	host_logged("refused", "replay");
	assert_int_equal(host_state(host, "alice").tally.failures, 0);
}

/* One code in a million is that of a step shortly before, too. */
static void
code_of_a_spent_step__is_none_of_a_later_one(void **state)
{
	static const struct {
		int64_t step; /* whose code is that of step + apart, too */
		int apart;
		int early; /* so many seconds, by a device that is fast */
	} twins[] = { { 59911146, 2, 0 }, { 61094226, 1, 30 } };
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE], other[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	for (unsigned i = 0; i < 2; i++) {
		const uint64_t step = (uint64_t)twins[i].step;

		sample_code(&token, step, code);
		sample_code(&token, step + (uint64_t)twins[i].apart, other);
		assert_string_equal(code, other);
		fake.now = twins[i].step * 30 + 5 - twins[i].early;
		assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
		fake.now += 30;
		assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
		host_logged("refused", "replay");
	}
}

static void
clock_gone_back_in_a_wait__keeps_one_full_wait(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
	fake.now -= 600;
	assert_int_equal(host_try_step(host, 0), PAM_AUTH_ERR);
	host_logged("refused", "blocked");
	assert_true(host_line_has(0, "delay=30s"));
	fake.now += 29;
	assert_int_equal(host_try_step(host, 0), PAM_AUTH_ERR);
	host_logged("refused", "blocked");
	fake.now += 1;
	assert_int_equal(host_try_step(host, 0), PAM_SUCCESS);
}

static void
times_to_come__are_right(void **state)
{
	/* 2038, 2106, the 2^32nd step, the end of four-digit years */
	static const int64_t times[] = { INT64_C(2147483647),
		INT64_C(2147483708), INT64_C(4294967295), INT64_C(4294967396),
		INT64_C(128849018875), INT64_C(128849018936),
		INT64_C(253402300799) };
	struct host *host = *state;

	host_enrol_alice(host);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		fake.now = times[i];
		assert_int_equal(host_try_step(host, 0), PAM_SUCCESS);
		assert_int_equal(host_try_step(host, 0), PAM_AUTH_ERR);
		host_logged("refused", "replay");
	}
}

static void
time_before_1970__is_no_answer(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	fake.now = -86400;
	assert_int_equal(
	    host_login(host, "alice", "123456"), PAM_AUTHINFO_UNAVAIL);
	host_logged("unavailable", "clock");
}

static void
next_step(struct host *host)
{
	(void)host;
	fake.now += 30;
}

static void
step_that_ends_at_the_prompt__is_judged_at_the_check(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	host->app.at_prompt = next_step;
	assert_int_equal(host_try_step(host, -1), PAM_AUTH_ERR); /* now -2 */
	host_logged("refused", "wrong");
	assert_int_equal(host_try_step(host, 0), PAM_SUCCESS); /* now -1 */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(clock_gone_back__revives_no_code),
		HOST_TEST(clock_before_the_release__judges_no_totp_code),
		HOST_TEST(
		    clock_before_the_release__still_judges_counters_and_recovery),
		HOST_TEST(steps_before_a_spent_one__are_spent),
		HOST_TEST(code_of_a_spent_step__is_none_of_a_later_one),
		HOST_TEST(clock_gone_back_in_a_wait__keeps_one_full_wait),
		HOST_TEST(times_to_come__are_right),
		HOST_TEST(time_before_1970__is_no_answer),
		HOST_TEST(step_that_ends_at_the_prompt__is_judged_at_the_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
