/* SPDX-License-Identifier: BSD-2-Clause */
/* Recovery codes. */
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

#define CODES 5

/* Alice with CODES recovery codes, whose texts these are. */
static void
enrol_with_recovery(
    struct host *host, char ret_texts[CODES][OTP_RECOVERY_TEXT_SIZE])
{
	static const uint8_t salt[OTP_RECOVERY_SALT_SIZE] = { 1, 2, 3 };
	struct otp_seed seed = { .tokens_count = 1, .recovery_count = CODES };
	uint8_t code[OTP_RECOVERY_CODE_SIZE];

	seed.tokens[0] = sample_totp(1);
	for (unsigned i = 0; i < CODES; i++) {
		/* Ones and zeros among them, to be mistaken. */
		memset(code, (int)(i * 8 + 1), sizeof(code));
		otp_recovery_text(code, ret_texts[i]);
		assert_int_equal(
		    otp_recovery_make(code, salt, &seed.recovery[i]), OTP_OK);
		seed.recovery[i].made = 1;
	}
	host_enrol(host, "alice", HOST_ALICE_UID, &seed);
}

static void
recovery_codes__work_once_and_are_counted(void **state)
{
	static const char none_left[] = "You have no recovery codes left. "
					"Create new ones with otp-enroll.";
	static const char *const told[CODES] = { "4 recovery codes left.",
		"3 recovery codes left.", "2 recovery codes left.",
		"1 recovery code left.", none_left };
	struct host *host = *state;
	char texts[CODES][OTP_RECOVERY_TEXT_SIZE];

	enrol_with_recovery(host, texts);
	for (unsigned i = 0; i < CODES; i++) {
		assert_int_equal(
		    host_login(host, "alice", texts[i]), PAM_SUCCESS);
		host_told(host, PAM_TEXT_INFO, told[i]);
		assert_true(host_line_has(0, "method=recovery"));
		assert_int_equal(
		    host_login(host, "alice", texts[i]), PAM_AUTH_ERR);
		host_told(host, PAM_ERROR_MSG,
		    "That recovery code was already used.");
		host_logged("refused", "replay");
		assert_int_equal(host_state(host, "alice").tally.failures, 0);
	}
}

static void
few_recovery_codes__are_told_at_any_login(void **state)
{
	struct host *host = *state;
	char texts[CODES][OTP_RECOVERY_TEXT_SIZE];

	enrol_with_recovery(host, texts);
	assert_int_equal(host_login(host, "alice", texts[0]), PAM_SUCCESS);
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	host_told_nothing(host);
	assert_int_equal(host_login(host, "alice", texts[1]), PAM_SUCCESS);
	fake.now += 30;
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	host_told(host, PAM_TEXT_INFO, "3 recovery codes left.");
}

/* Lower case, no dashes, spaces, and I, L, O in place of 1 and 0. */
static void
mistaken_letters__are_the_same_code(void **state)
{
	struct host *host = *state;
	char texts[CODES][OTP_RECOVERY_TEXT_SIZE];
	char typed[2 * OTP_RECOVERY_TEXT_SIZE];
	unsigned mistaken = 0;
	size_t length = 0;

	enrol_with_recovery(host, texts);
	for (const char *at = texts[0]; *at != '\0'; at++) {
		char c = *at;

		if (c == '-')
			continue;
		if (c == '1')
			c = mistaken++ % 2 == 0 ? 'l' : 'I';
		else if (c == '0')
			c = mistaken++ % 2 == 0 ? 'o' : 'O';
		else if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		typed[length++] = c;
		if (length % 5 == 0)
			typed[length++] = ' ';
	}
	typed[length] = '\0';
	assert_true(mistaken > 1);
	assert_int_equal(host_login(host, "alice", typed), PAM_SUCCESS);
}

static void
recovery_code_off_by_one__is_not_charged(void **state)
{
	struct host *host = *state;
	struct host_bytes before;
	char texts[CODES][OTP_RECOVERY_TEXT_SIZE];

	enrol_with_recovery(host, texts);
	before = host_bytes(host, "alice");
	for (size_t i = 0; i < sizeof(texts[0]) - 1; i++) {
		char typed[OTP_RECOVERY_TEXT_SIZE];

		if (texts[0][i] == '-')
			continue;
		strcpy(typed, texts[0]);
		typed[i] = typed[i] == '2' ? '3' : '2';
		assert_int_equal(
		    host_login(host, "alice", typed), PAM_AUTH_ERR);
		host_logged("refused", "wrong");
	}
	host_unchanged(host, "alice", &before);
}

static void
recovery_code__ends_waits_and_locks(void **state)
{
	struct host *host = *state;
	char texts[CODES][OTP_RECOVERY_TEXT_SIZE];
	struct otp_state now;

	enrol_with_recovery(host, texts);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(host_try_wrong(host), PAM_AUTH_ERR);
	assert_int_equal(host_try_right(host), PAM_AUTH_ERR);
	assert_int_equal(host_login(host, "alice", texts[0]), PAM_SUCCESS);
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
	now = host_state(host, "alice");
	now.tally.failures = 100;
	host_state_put(host, "alice", &now);
	fake.now += 30;
	assert_int_equal(host_try_right(host), PAM_AUTH_ERR);
	host_logged("refused", "locked-out");
	assert_int_equal(host_login(host, "alice", texts[1]), PAM_SUCCESS);
	assert_int_equal(host_try_right(host), PAM_SUCCESS);
}

static void
renewed_recovery_codes__are_dead(void **state)
{
	struct host *host = *state;
	char texts[CODES][OTP_RECOVERY_TEXT_SIZE];
	char path[HOST_PATH_SIZE];
	size_t size = 0;
	char *seed = NULL;

	enrol_with_recovery(host, texts);
	host_path(host, path, "store/seed/alice");
	seed = host_read(path, &size);
	*strstr(seed, "recovery:") = '\0';
	host_seed(host, "alice", seed);
	free(seed);
	assert_int_equal(host_login(host, "alice", texts[0]), PAM_AUTH_ERR);
	host_logged("refused", "wrong");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(recovery_codes__work_once_and_are_counted),
		HOST_TEST(few_recovery_codes__are_told_at_any_login),
		HOST_TEST(mistaken_letters__are_the_same_code),
		HOST_TEST(recovery_code_off_by_one__is_not_charged),
		HOST_TEST(recovery_code__ends_waits_and_locks),
		HOST_TEST(renewed_recovery_codes__are_dead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
