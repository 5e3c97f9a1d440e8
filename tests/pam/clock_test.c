/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks that go back, run ahead, or move while someone types. */
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

static int
try_step(struct host *host, int steps)
{
	struct otp_token token = host_totp(1);
	char code[HOST_CODE_SIZE];

	host_code(&token, steps, code);
	return host_login(host, "alice", code);
}

static int
try_wrong(struct host *host)
{
	struct otp_token token = host_totp(1);
	char wrong[HOST_CODE_SIZE];

	host_wrong_code(&token, wrong);
	return host_login(host, "alice", wrong);
}

static void
clock_gone_back__revives_no_code(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	assert_int_equal(try_step(host, 0), PAM_SUCCESS);
	fake.now -= 600;
	assert_int_equal(try_step(host, 20), PAM_AUTH_ERR);
	assert_int_equal(try_step(host, 0), PAM_AUTH_ERR);
	assert_int_equal(try_step(host, -1), PAM_AUTH_ERR);
	fake.now += 600;
	assert_int_equal(try_step(host, 0), PAM_AUTH_ERR);
	assert_int_equal(try_step(host, 1), PAM_SUCCESS);
}

/* The last code of the window spends all before it. */
static void
steps_before_a_spent_one__are_spent(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	assert_int_equal(try_step(host, 1), PAM_SUCCESS);
	assert_int_equal(try_step(host, 0), PAM_AUTH_ERR);
	host_logged("refused", "replay");
	assert_int_equal(try_step(host, -1), PAM_AUTH_ERR);
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
	struct otp_token token = host_totp(1);
	char code[HOST_CODE_SIZE], other[HOST_CODE_SIZE];

	host_enrol_alice(host);
	for (unsigned i = 0; i < 2; i++) {
		const uint64_t step = (uint64_t)twins[i].step;

		host_code_at(&token, step, code);
		host_code_at(&token, step + (uint64_t)twins[i].apart, other);
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
		assert_int_equal(try_wrong(host), PAM_AUTH_ERR);
	fake.now -= 600;
	assert_int_equal(try_step(host, 0), PAM_AUTH_ERR);
	host_logged("refused", "waiting");
	assert_true(host_line_has(0, "wait=30s"));
	fake.now += 29;
	assert_int_equal(try_step(host, 0), PAM_AUTH_ERR);
	host_logged("refused", "waiting");
	fake.now += 1;
	assert_int_equal(try_step(host, 0), PAM_SUCCESS);
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
		assert_int_equal(try_step(host, 0), PAM_SUCCESS);
		assert_int_equal(try_step(host, 0), PAM_AUTH_ERR);
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
	assert_int_equal(try_step(host, -1), PAM_AUTH_ERR); /* now -2 */
	host_logged("refused", "wrong");
	assert_int_equal(try_step(host, 0), PAM_SUCCESS); /* now -1 */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(clock_gone_back__revives_no_code),
		HOST_TEST(steps_before_a_spent_one__are_spent),
		HOST_TEST(code_of_a_spent_step__is_none_of_a_later_one),
		HOST_TEST(clock_gone_back_in_a_wait__keeps_one_full_wait),
		HOST_TEST(times_to_come__are_right),
		HOST_TEST(time_before_1970__is_no_answer),
		HOST_TEST(step_that_ends_at_the_prompt__is_judged_at_the_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
