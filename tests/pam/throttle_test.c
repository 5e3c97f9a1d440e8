/* SPDX-License-Identifier: BSD-2-Clause */
/* Waits and locks, as someone who logs in meets them. */
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
sixth_code__waits_though_it_is_right(void **state)
{
	struct host *host = *state;
	struct host_bytes before;

	host_enrol_alice(host);
	for (unsigned i = 1; i <= 5; i++) {
		assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
		host_logged("refused", "wrong");
		assert_int_equal(host_state(host, "alice").tally.failures, i);
		assert_int_equal(
		    host_level(), i == 5 ? LOG_WARNING : LOG_NOTICE);
	}
	assert_true(host_line_has(0, "delay=30s"));
	before = host_bytes(host, "alice");
	fake.now += 29;
	assert_int_equal(host_try_right(host), PAM_AUTH_ERR);
	host_logged("refused", "blocked");
	host_told(
	    host, PAM_ERROR_MSG, "Too many wrong codes. Try again in 1 s.");
	host_unchanged(host, "alice", &before);
	fake.now += 1;
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	assert_int_equal(host_state(host, "alice").tally.failures, 0);
}

/* A client that repeats an old code does not block its user. */
static void
repeated_old_code__blocks_nobody(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char old[SAMPLE_CODE_SIZE], code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, old);
	assert_int_equal(host_login(host, "alice", old), PAM_SUCCESS);
	for (unsigned i = 0; i < 6; i++) {
		fake.now += 3600;
		for (unsigned j = 0; j < 20; j++) {
			assert_int_equal(
			    host_login(host, "alice", old), PAM_AUTH_ERR);
			host_logged("refused", "replay");
			assert_int_equal(host_level(), LOG_WARNING);
		}
		assert_int_equal(host_state(host, "alice").tally.failures, 0);
		assert_int_equal(host_state(host, "alice").tally.replays, 1);
		host_code(&token, 0, code);
		assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	}
}

static void
each_further_wrong_code__doubles_the_wait(void **state)
{
	struct host *host = *state;
	uint32_t wait = 30;

	host_enrol_alice(host);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
	for (unsigned i = 0; i < 10; i++) {
		struct otp_state now = host_state(host, "alice");

		assert_int_equal(now.tally.wait_length, wait);
		assert_int_equal(now.tally.wait_until, fake.now + wait);
		fake.now += wait;
		assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
		host_logged("refused", "wrong");
		wait = wait * 2 > 3600 ? 3600 : wait * 2;
	}
}

static void
tries_in_a_wait__do_not_extend_it(void **state)
{
	struct host *host = *state;
	struct host_bytes before;

	host_enrol_alice(host);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
	before = host_bytes(host, "alice");
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
	host_unchanged(host, "alice", &before);
	fake.now += 30;
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
}

static void
hundredth_wrong_code__locks(void **state)
{
	struct host *host = *state;
	struct otp_state almost;

	host_enrol_alice(host);
	almost = host_state(host, "alice");
	almost.tally.failures = 99;
	host_state_put(host, "alice", &almost);
	assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
	assert_int_equal(host_level(), LOG_WARNING);
	fake.now += 100 * 86400;
	assert_int_equal(host_try_right(host), PAM_AUTH_ERR);
	host_logged("refused", "locked-out");
	assert_int_equal(host_state(host, "alice").tally.failures, 100);
}

static void
free_and_lock__are_the_configurations(void **state)
{
	struct host *host = *state;

	host_configure(host, "delay_after = 1\nlock_after = 10\n");
	host_enrol_alice(host);
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
		host_logged("refused", "wrong");
		fake.now += 3600;
	}
	assert_int_equal(host_try_right(host), PAM_AUTH_ERR);
	host_logged("refused", "locked-out");
}

static void
services__share_one_count(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	host->app.rhost = "192.0.2.1";
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
	host->app.rhost = NULL;
	host->app.tty = "pts/3";
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
	assert_int_equal(host_try_right(host), PAM_AUTH_ERR);
	host_logged("refused", "blocked");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(sixth_code__waits_though_it_is_right),
		HOST_TEST(repeated_old_code__blocks_nobody),
		HOST_TEST(each_further_wrong_code__doubles_the_wait),
		HOST_TEST(tries_in_a_wait__do_not_extend_it),
		HOST_TEST(hundredth_wrong_code__locks),
		HOST_TEST(free_and_lock__are_the_configurations),
		HOST_TEST(services__share_one_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
