/* SPDX-License-Identifier: BSD-2-Clause */
/* forward_pass: password and code typed as one. */
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
password_before_the_code__is_handed_on(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];
	char typed[128];

	host_enrol_alice(host);
	host_service(host, "forward_pass");
	host_code(&token, 0, code);
	snprintf(typed, sizeof(typed), "pass 123 word%s", code);
	assert_int_equal(host_login(host, "alice", typed), PAM_SUCCESS);
	assert_string_equal(
	    host->seen.prompt[0].text, "Password and one-time code: ");
	assert_true(fake.authtok_set);
	assert_string_equal(fake.authtok, "pass 123 word");
	if (!FAKE_SANITIZED) {
		assert_int_equal(fake.freed, 1);
		assert_int_equal(fake.unwiped, 0);
	}
}

static void
refused_code__hands_nothing_on(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];
	char wrong[SAMPLE_CODE_SIZE];
	char typed[128];

	host_enrol_alice(host);
	host_service(host, "forward_pass");
	host_code(&token, 0, code);
	host_wrong_code(&token, wrong);
	snprintf(typed, sizeof(typed), "password%s", wrong);
	assert_int_equal(host_login(host, "alice", typed), PAM_AUTH_ERR);
	host_logged("refused", "wrong");
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_logged("refused", "malformed"); /* no password before it */
	assert_int_equal(host_login(host, "alice", "password"), PAM_AUTH_ERR);
	host_logged("refused", "malformed");
	assert_int_equal(host_login(host, "alice", ""), PAM_AUTH_ERR);
	host_logged("refused", "malformed");
	assert_false(fake.authtok_set);
	assert_int_equal(host_state(host, "alice").tally.failures, 1);
}

static void
password_that_cannot_be_handed_on__is_no_success(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];
	char typed[128];

	host_enrol_alice(host);
	host_service(host, "forward_pass");
	host_code(&token, 0, code);
	snprintf(typed, sizeof(typed), "password%s", code);
	fake.authtok_fails = true;
	assert_int_equal(host_login(host, "alice", typed), PAM_BUF_ERR);
	host_logged("unavailable", "memory");
}

static void
tokens_of_several_lengths__cannot_be_split(void **state)
{
	struct host *host = *state;
	struct otp_seed seed = { .tokens_count = 2 };
	char code[SAMPLE_CODE_SIZE];
	char typed[128];

	seed.tokens[0] = sample_totp(1);
	seed.tokens[1] = sample_totp(2);
	seed.tokens[1].digits = 8;
	host_enrol(host, "alice", HOST_ALICE_UID, &seed);
	host_service(host, "forward_pass");
	host_code(&seed.tokens[0], 0, code);
	snprintf(typed, sizeof(typed), "password%s", code);
	assert_int_equal(
	    host_login(host, "alice", typed), PAM_AUTHINFO_UNAVAIL);
	host_logged("unavailable", "lengths");
	assert_false(fake.authtok_set);
	host_service(host, "");
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
}

static void
eight_digits__are_split_as_eight(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];
	char typed[128];

	token.digits = 8;
	host_enrol_token(host, "alice", HOST_ALICE_UID, &token);
	host_service(host, "forward_pass [prompt=Both: ]");
	host_code(&token, 0, code);
	snprintf(typed, sizeof(typed), "\xc3\xa4%s", code);
	assert_int_equal(host_login(host, "alice", typed), PAM_SUCCESS);
	assert_string_equal(host->seen.prompt[0].text, "Both: ");
	assert_string_equal(fake.authtok, "\xc3\xa4");
}

static void
without_forward_pass__nothing_is_handed_on(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	assert_false(fake.authtok_set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(password_before_the_code__is_handed_on),
		HOST_TEST(refused_code__hands_nothing_on),
		HOST_TEST(password_that_cannot_be_handed_on__is_no_success),
		HOST_TEST(tokens_of_several_lengths__cannot_be_split),
		HOST_TEST(eight_digits__are_split_as_eight),
		HOST_TEST(without_forward_pass__nothing_is_handed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
