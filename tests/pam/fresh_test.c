/* SPDX-License-Identifier: BSD-2-Clause */
/* fresh_for=: a code that the account's owner gave a while ago is enough. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include <cmocka.h>

#include "tests/lib/host.h"

static void
as_ssh(struct host *host)
{
	host->app.rhost = "192.0.2.1";
	host->app.ruser = NULL;
	host_service(host, "");
}

static void
as_sudo(struct host *host)
{
	host->app.rhost = NULL;
	host->app.ruser = "alice";
	host_service(host, "fresh_for=5m");
}

static void
give_code(struct host *host)
{
	fake.now += 30;
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 1);
	host_logged("accepted", "ok");
}

static void
is_asked(struct host *host)
{
	assert_int_equal(host_login(host, "alice", "12345"), PAM_AUTH_ERR);
	assert_int_equal(host->seen.prompts, 1);
	host_logged("refused", "malformed");
}

static void
is_not_asked(struct host *host)
{
	struct host_bytes before = host_bytes(host, "alice");

	assert_int_equal(host_login(host, "alice", "12345"), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 0);
	host_told_nothing(host);
	host_logged("accepted", "fresh-login");
	assert_int_equal(host_level(), LOG_INFO);
	assert_true(host_line_has(0, "user=alice"));
	assert_true(host_line_has(0, "ruser=alice"));
	assert_true(host_line_has(0, "method=earlier-code"));
	host_unchanged(host, "alice", &before);
}

static void
sudo__after_ssh_is_not_asked(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	as_sudo(host);
	is_asked(host);
	as_ssh(host);
	give_code(host);
	as_sudo(host);
	is_not_asked(host);
	fake.now += 299;
	is_not_asked(host);
	fake.now += 1;
	is_asked(host);
	give_code(host); /* its own, too */
	is_not_asked(host);
	host_service(host, "");
	is_asked(host);
}

static void
other_callers__are_asked(void **state)
{
	static const char *const others[] = { NULL, "", "bob", "alice2",
		"Alice" };
	struct host *host = *state;

	host_enrol_alice(host);
	as_ssh(host);
	give_code(host);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		as_sudo(host);
		host->app.ruser = others[i];
		is_asked(host);
	}
	as_sudo(host);
	host->app.rhost = "192.0.2.1";
	is_asked(host);
	as_sudo(host);
	is_not_asked(host);
}

/* With su(1), and on a terminal, it may be another's that knows the code. */
static void
codes_of_others__do_not_count(void **state)
{
	static const char *const others[] = { NULL, "bob" };
	struct host *host = *state;

	host_enrol_alice(host);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		host_service(host, "");
		host->app.ruser = others[i];
		give_code(host);
		as_sudo(host);
		is_asked(host);
	}
}

static void
other_host__does_not_count(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	fake.node = "one";
	as_ssh(host);
	give_code(host);
	as_sudo(host);
	is_not_asked(host);
	fake.node = "other";
	is_asked(host);
	fake.node = "one";
	is_not_asked(host);
	fake.node_fails = true;
	is_asked(host);
	as_ssh(host);
	give_code(host);
	fake.node_fails = false;
	as_sudo(host);
	is_not_asked(host); /* by the earlier code */
	fake.now += 270;
	is_asked(host);
}

static void
wrong_values__are_refused(void **state)
{
	static const char *const values[] = { "fresh_for",
		"fresh_for=", "fresh_for=59", "fresh_for=0m", "fresh_for=9h",
		"fresh_for=1d", "fresh_for=5m forward_pass",
		"fresh_for=5m fresh_for=5m" };
	struct host *host = *state;

	host_enrol_alice(host);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		host_service(host, values[i]);
		assert_int_equal(host_try_right(host), PAM_SERVICE_ERR);
		assert_int_equal(host->seen.prompts, 0);
		assert_true(host_line_has(0, "option=fresh_for"));
	}
	host_service(host, "fresh_for=8h");
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	host_configure(host, "fresh_for = 5m\n");
	assert_int_equal(host_try_right(host), PAM_SERVICE_ERR);
	assert_true(host_line_has(0, "detail=argument-only"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		HOST_TEST(sudo__after_ssh_is_not_asked),
		HOST_TEST(other_callers__are_asked),
		HOST_TEST(codes_of_others__do_not_count),
		HOST_TEST(other_host__does_not_count),
		HOST_TEST(wrong_values__are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
