/* SPDX-License-Identifier: BSD-2-Clause */
/* Known devices, as a login sees them: remember= on the module's line. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/host.h"

#define DAY 86400

/* What sshd says of a login with a key; the names as ssh-keygen prints them. */
#define INFO "SSH_AUTH_INFO_0="
static const char key[] =
    INFO "publickey ssh-ed25519 "
	 "AAAAC3NzaC1lZDI1NTE5AAAAIB+TFKHwDwHyUsBXhEKUc1rUpftaLvrwV6jY"
	 "0W2uelSo"
	 "\n";
static const char key_name[] =
    "device=SHA256:KZ/2sEfz/lvOhBTxZp50IHdKJPD1+bEnN045Y8GLiqE";
static const char other_key[] =
    INFO "publickey ecdsa-sha2-nistp256 "
	 "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBOWBDjUz"
	 "AC2QoIxaoIJb8MknlDk+YfZSuAjPg45P3YuaM4i91CxXYyYyYeW3CJCNmrDd"
	 "YuQwiRp2ZvZqTE3L6go="
	 "\n";
/* Of the first key. */
static const char certificate[] =
    INFO "publickey ssh-ed25519-cert-v01@openssh.com "
	 "AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIBcZwskw"
	 "d8Xb7NQ+h8l44QDsjYaTWlgeJ5KBQnIA44ktAAAAIB+TFKHwDwHyUsBXhEKU"
	 "c1rUpftaLvrwV6jY0W2uelSoAAAAAAAAAAAAAAABAAAAAmlkAAAACQAAAAVh"
	 "bGljZQAAAAAAAAAA//////////8AAAAAAAAAggAAABVwZXJtaXQtWDExLWZv"
	 "cndhcmRpbmcAAAAAAAAAF3Blcm1pdC1hZ2VudC1mb3J3YXJkaW5nAAAAAAAA"
	 "ABZwZXJtaXQtcG9ydC1mb3J3YXJkaW5nAAAAAAAAAApwZXJtaXQtcHR5AAAA"
	 "AAAAAA5wZXJtaXQtdXNlci1yYwAAAAAAAAAAAAAAMwAAAAtzc2gtZWQyNTUx"
	 "OQAAACCwoKaFw/HYjq8xArZFzUB7o32Tx8ZvSy77AeFbghFvWQAAAFMAAAAL"
	 "c3NoLWVkMjU1MTkAAABAYtYPk2e74IOchmh4rDl+CmiHR9Jhexjc1uI7DnyN"
	 "9vWqCkzzQ02jxNb+Ss6WB39/u+abehE2kdK89cEXxtjzBQ=="
	 "\n";

static void
use(struct host *host, const char *arguments)
{
	host_enrol_alice(host);
	host_service(host, arguments);
	host->app.pam_env = key;
	host->app.rhost = "192.0.2.1";
}

/* A code is asked for; the right one is given. */
static void
is_asked(struct host *host)
{
	fake.now += 30;
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 1);
	host_logged("accepted", "ok");
}

static void
is_not_asked(struct host *host)
{
	struct host_bytes before = host_bytes(host, "alice");

	assert_int_equal(host_login(host, "alice", "000000"), PAM_SUCCESS);
	assert_int_equal(host->seen.prompts, 0);
	host_logged("accepted", "known-device");
	assert_int_equal(host_level(), LOG_INFO);
	assert_true(host_line_has(0, "user=alice"));
	assert_true(host_line_has(0, "method=device"));
	host_unchanged(host, "alice", &before);
}

static void
known_device__is_not_asked(void **state)
{
	struct host *host = *state;

	use(host, "remember=key");
	is_asked(host);
	assert_true(host_line_has(0, key_name));
	assert_true(host_line_has(0, "method=totp"));
	host_told(host, PAM_TEXT_INFO,
	    "This device will not be asked for a code for 14 days.");
	is_not_asked(host);
	assert_true(host_line_has(0, key_name));
	host_told_nothing(host);
	host->app.rhost = "198.51.100.1";
	is_not_asked(host);
	host->app.pam_env = certificate;
	is_not_asked(host);
	assert_true(host_line_has(0, key_name));
}

static void
known_device__is_told_before_it_is_asked_again(void **state)
{
	struct host *host = *state;

	use(host, "remember=key remember_for=3d");
	is_asked(host);
	host_told(host, PAM_TEXT_INFO,
	    "This device will not be asked for a code for 3 days.");
	fake.now += DAY - 1;
	is_not_asked(host);
	host_told_nothing(host);
	fake.now += 1;
	is_not_asked(host);
	host_told(host, PAM_TEXT_INFO,
	    "This device will be asked for a code again in 48 hours.");
	fake.now += 2 * DAY - 60;
	is_not_asked(host);
	host_told(host, PAM_TEXT_INFO,
	    "This device will be asked for a code again in 1 minute.");
	host->app.flags = PAM_SILENT;
	is_not_asked(host);
	host_told_nothing(host);
	host->app.flags = 0;
	fake.now += 60;
	is_asked(host);
}

static void
other_device__is_asked(void **state)
{
	static const char *const infos[] = { NULL, INFO, INFO "password\n",
		INFO "publickey ssh-ed25519 AAAA\n", other_key,
		"SSH_AUTH_INFO_1=publickey ssh-ed25519 AAAA\n" };
	struct host *host = *state;

	use(host, "remember=key");
	is_asked(host);
	for (size_t i = 0; i < sizeof(infos) / sizeof(infos[0]); i++) {
		host->app.pam_env = infos[i];
		is_asked(host);
	}
	host->app.pam_env = key;
	is_not_asked(host);
}

/* The process' own environment is another program's, or a user's. */
static void
environment__is_not_read(void **state)
{
	struct host *host = *state;

	use(host, "remember=key");
	is_asked(host);
	host->app.pam_env = NULL;
	assert_int_equal(setenv("SSH_AUTH_INFO_0", key + strlen(INFO), 1), 0);
	is_asked(host);
	assert_int_equal(unsetenv("SSH_AUTH_INFO_0"), 0);
}

static void
service__that_does_not_remember_asks(void **state)
{
	struct host *host = *state;

	use(host, "remember=key");
	is_asked(host);
	host_service(host, "remember=no");
	is_asked(host);
	assert_false(host_line_has(0, key_name));
	host_service(host, "");
	is_asked(host);
	host_service(host, "remember=key+host");
	is_asked(host);
	host_service(host, "remember=key");
	is_not_asked(host);
}

static void
host__counts_with_key_and_host(void **state)
{
	static const struct {
		const char *rhost;
		bool known;
	} cases[] = {
		{ "192.0.2.1", true },
		{ "::ffff:192.0.2.1", true },
		{ "192.0.2.2", false },
		{ "client.example", false },
		{ "", false },
		{ NULL, false },
	};
	struct host *host = *state;

	use(host, "remember=key+host");
	is_asked(host);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		host->app.rhost = cases[i].rhost;
		if (cases[i].known) {
			is_not_asked(host);
		} else {
			fake.now += 30;
			assert_int_equal(
			    host_login(host, "alice", "12345"), PAM_AUTH_ERR);
			assert_int_equal(host->seen.prompts, 1);
		}
	}
}

static void
wrong_code__makes_everybody_be_asked(void **state)
{
	struct host *host = *state;

	use(host, "remember=key");
	is_asked(host);
	host->app.pam_env = NULL;
	assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
	host->app.pam_env = key;
	is_asked(host);
	is_not_asked(host);
}

static void
options__are_checked(void **state)
{
	static const char *const bad[] = { "remember", "remember=yes",
		"remember=host", "remember=key remember_for=7h",
		"remember=key remember_for=91d", "remember=key forward_pass" };
	struct host *host = *state;

	use(host, "");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		host_service(host, bad[i]);
		assert_int_equal(host_try_right(host), PAM_SERVICE_ERR);
		assert_int_equal(host->seen.prompts, 0);
		host_logged("misconfigured", "option");
	}
	host_configure(host, "remember = key\n");
	host_service(host, "");
	assert_int_equal(host_try_right(host), PAM_SERVICE_ERR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(known_device__is_not_asked),
		HOST_TEST(known_device__is_told_before_it_is_asked_again),
		HOST_TEST(other_device__is_asked),
		HOST_TEST(environment__is_not_read),
		HOST_TEST(service__that_does_not_remember_asks),
		HOST_TEST(host__counts_with_key_and_host),
		HOST_TEST(wrong_code__makes_everybody_be_asked),
		HOST_TEST(options__are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
