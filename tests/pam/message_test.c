/* SPDX-License-Identifier: BSD-2-Clause */
/* What the user is told at the next login. */
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
failures__are_told_once(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	fake.now += 86400;
	host->app.rhost = "198.51.100.9";
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
	fake.now += 2 * 86400;
	host->app.rhost = "192.0.2.1";
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	host_told(host, PAM_TEXT_INFO,
	    "3 wrong codes since your last login 3 days ago, last from "
	    "198.51.100.9.");
	fake.now += 60;
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	host_told_nothing(host);
	assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
	fake.now += 60;
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	host_told(host, PAM_TEXT_INFO,
	    "1 wrong code since your last login 1 minute ago, from "
	    "192.0.2.1.");
}

/* An application that fails to show them is no owner who has read them. */
static void
failures__that_could_not_be_shown_are_told_at_the_next_login(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	fake.now += 600;
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	fake.now += 86400;
	assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
	host->app.rhost = "198.51.100.9";
	assert_int_equal(host_try_step(host, -20), PAM_AUTH_ERR);
	for (unsigned i = 0; i < 2; i++) {
		host->app.messages_fail = true;
		fake.now += 60;
		assert_int_equal(host_try_right(host), PAM_SUCCESS);
		assert_int_equal(host->seen.messages, 1);
	}
	host->app.messages_fail = false;
	fake.now += 60;
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	host_told(host, PAM_TEXT_INFO,
	    "2 wrong codes since your last login 1 minute ago, last from "
	    "198.51.100.9.");
	fake.now += 60;
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	host_told_nothing(host);
}

/* Both lines, or neither, count as read. */
static void
replays__that_could_not_be_shown_are_told_at_the_next_login(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	host->app.rhost = "192.0.2.1";
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	host->app.rhost = "198.51.100.9";
	assert_int_equal(host_try_right(host), PAM_AUTH_ERR);
	host_logged("refused", "replay");
	assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
	host->app.messages_fail_after = 1;
	fake.now += 60;
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	assert_int_equal(host->seen.messages, 2);
	host->app.messages_fail_after = 0;
	fake.now += 60;
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	assert_int_equal(host->seen.messages, 2);
	assert_string_equal(host->seen.message[1].text,
	    "1 used code was tried again since your last login 1 minute ago.");
	fake.now += 60;
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	host_told_nothing(host);
}

static void
failures_at_the_console__name_no_host(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	host_told(host, PAM_TEXT_INFO, "1 wrong code before your first login.");
	fake.now += 7200;
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	host_told(host, PAM_TEXT_INFO,
	    "2 wrong codes since your last login 2 hours ago.");
}

static void
hostile_host_name__is_told_escaped(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	host->app.rhost = "evil\033[2J\n\"%n";
	assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	host_told(host, PAM_TEXT_INFO,
	    "1 wrong code before your first login, from "
	    "evil\\x1b[2J\\x0a\\x22%n.");
}

static void
replays__are_told_in_a_line_of_their_own(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	host->app.rhost = "192.0.2.1";
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	host->app.rhost = "198.51.100.9";
	assert_int_equal(host_try_right(host), PAM_AUTH_ERR);
	assert_int_equal(host_level(), LOG_WARNING);
	fake.now += 600;
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	host_told(host, PAM_TEXT_INFO,
	    "1 used code was tried again since your last login 10 minutes "
	    "ago.");
}

/* ssh, and at once sudo, which names no host: nobody's attack. */
static void
replay_by_oneself_on_this_host__is_no_warning(void **state)
{
	static const struct {
		const char *rhost;
		const char *ruser;
		int level;
	} cases[] = {
		{ NULL, "alice", LOG_NOTICE },
		{ "", "alice", LOG_NOTICE },
		{ NULL, "bob", LOG_WARNING },
		{ NULL, NULL, LOG_WARNING },
		{ "198.51.100.9", "alice", LOG_WARNING },
	};
	struct host *host = *state;

	host_enrol_alice(host);
	host->app.rhost = "192.0.2.1";
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		host->app.rhost = cases[i].rhost;
		host->app.ruser = cases[i].ruser;
		assert_int_equal(host_try_right(host), PAM_AUTH_ERR);
		host_logged("refused", "replay");
		assert_int_equal(host_level(), cases[i].level);
	}
	fake.now += 60;
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	host_told(host, PAM_TEXT_INFO,
	    "1 used code was tried again since your last login 1 minute ago.");
}

static void
replay_from_the_same_host__is_no_warning(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	host->app.rhost = "192.0.2.1";
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	assert_int_equal(host_try_right(host), PAM_AUTH_ERR);
	host_logged("refused", "replay");
	assert_int_equal(host_level(), LOG_NOTICE);
	fake.now += 60;
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	host_told_nothing(host);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(failures__are_told_once),
		HOST_TEST(
		    failures__that_could_not_be_shown_are_told_at_the_next_login),
		HOST_TEST(
		    replays__that_could_not_be_shown_are_told_at_the_next_login),
		HOST_TEST(failures_at_the_console__name_no_host),
		HOST_TEST(hostile_host_name__is_told_escaped),
		HOST_TEST(replays__are_told_in_a_line_of_their_own),
		HOST_TEST(replay_by_oneself_on_this_host__is_no_warning),
		HOST_TEST(replay_from_the_same_host__is_no_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
