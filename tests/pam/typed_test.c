/* SPDX-License-Identifier: BSD-2-Clause */
/* What is typed: malformed is not charged, right is right. */
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
#include "tests/lib/unicode.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* "123456" in digits that are not ASCII's. */
#define FULL_WIDTH                                                     \
	"\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93\xef\xbc\x94\xef\xbc\x95" \
	"\xef\xbc\x96"

static void
told_no_code(const struct host *host)
{
	host_told(host, PAM_ERROR_MSG, "A code has 6 to 8 digits.");
}

static void
no_code_at_all__is_not_charged(void **state)
{
	static const char *const typed[] = { "", " ", "12345", "123456789",
		"12345a", "abcdef", "+12345", "-12345", "0x1234", "123\n456",
		"\n", "\n123456", "12.456", FULL_WIDTH "7", "%s%n%s%n",
		"123456 OR 1", "123456\xa0",
		("\xc0\xb1"
		 "23456"),
		"\xed\xa0\x80" };
	struct host *host = *state;
	struct host_bytes before;

	host_enrol_alice(host);
	before = host_bytes(host, "alice");
	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
		assert_int_equal(
		    host_login(host, "alice", typed[i]), PAM_AUTH_ERR);
		told_no_code(host);
		host_logged("refused", "malformed");
		assert_int_equal(host_level(), LOG_NOTICE);
		host_unchanged(host, "alice", &before);
	}
}

/* Whose codes have which length is not told. */
static void
code_of_another_length__is_refused_without_a_word(void **state)
{
	struct host *host = *state;
	struct host_bytes before;

	host_enrol_alice(host);
	before = host_bytes(host, "alice");
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(
		    host_login(host, "alice", i ? "1234567" : "12345678"),
		    PAM_AUTH_ERR);
		host_told_nothing(host);
		host_logged("refused", "malformed");
	}
	host_unchanged(host, "alice", &before);
}

static void
no_code_at_all__is_told_whoever_it_is(void **state)
{
	struct host *host = *state;

	assert_int_equal(host_login(host, "bob", "hunter2"), PAM_AUTH_ERR);
	told_no_code(host);
	assert_int_equal(
	    host_login(host, "nobody-here", "hunter2"), PAM_AUTH_ERR);
	told_no_code(host);
}

/* Every character that is skipped, and the digits of every script. */
static size_t forms;

/* The code that is to come, between these, and halves apart by one of them. */
static void
logs_in(struct host *host, const char *before, const char *after)
{
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE], typed[80];

	fake.now += 30;
	host_code(&token, 0, code);
	(void)snprintf(typed, sizeof(typed), "%s%.3s%s%s%s", before, code,
	    before, code + 3, after);
	if (host_login(host, "alice", typed) != PAM_SUCCESS)
		fail_msg("%s: %s", typed, host_line());
	forms++;
}

static void
logs_in_with_each(struct host *host, const uint32_t *chars, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char c[5];

		(void)unicode_put(chars[i], c);
		logs_in(host, c, c);
	}
}

static void
what_stands_between__is_skipped(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	logs_in_with_each(host, unicode_blanks, COUNT(unicode_blanks));
	logs_in_with_each(host, unicode_dashes, COUNT(unicode_dashes));
	logs_in_with_each(
	    host, unicode_underscores, COUNT(unicode_underscores));
	logs_in_with_each(host, unicode_marks, COUNT(unicode_marks));
	print_message("# ran: typed, %zu characters that are skipped\n", forms);
}

static void
digits_of_every_script__are_right(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);

	host_enrol_alice(host);
	for (size_t i = 0; i < COUNT(unicode_zeros); i++) {
		char code[SAMPLE_CODE_SIZE], typed[32] = "";

		fake.now += 30;
		host_code(&token, 0, code);
		for (const char *at = code; *at != '\0'; at++)
			(void)unicode_put(
			    unicode_zeros[i] + (uint32_t)(*at - '0'),
			    typed + strlen(typed));
		assert_int_equal(host_login(host, "alice", typed), PAM_SUCCESS);
	}
	print_message(
	    "# ran: typed, digits of %zu scripts\n", COUNT(unicode_zeros));
}

static void
line_breaks_at_the_end__are_skipped(void **state)
{
	struct host *host = *state;

	host_enrol_alice(host);
	logs_in(host, "", "\n");
	logs_in(host, "", "\r\n");
	logs_in(host, " ", " \n");
}

static void
endless_answer__is_not_charged(void **state)
{
	static const size_t sizes[] = { 511, 512, 513, 4096, 65536, 1048576 };
	struct host *host = *state;
	struct host_bytes before;
	char *typed = malloc(1048577);

	assert_non_null(typed);
	host_enrol_alice(host);
	before = host_bytes(host, "alice");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		memset(typed, '1', sizes[i]);
		typed[sizes[i]] = '\0';
		assert_int_equal(
		    host_login(host, "alice", typed), PAM_AUTH_ERR);
		host_logged("refused", "malformed");
		host_unchanged(host, "alice", &before);
	}
	free(typed);
}

static void
stand_in_of_sshd__is_known_at_any_length(void **state)
{
	static const char stand_in[] = "\b\n\r\177INCORRECT";
	struct host *host = *state;
	struct host_bytes before;
	char typed[64];

	host_enrol_alice(host);
	before = host_bytes(host, "alice");
	for (size_t length = 1; length < sizeof(stand_in); length++) {
		snprintf(typed, sizeof(typed), "%.*s", (int)length, stand_in);
		assert_int_equal(
		    host_login(host, "alice", typed), PAM_AUTH_ERR);
		host_logged("refused", "withheld-by-sshd");
		host_unchanged(host, "alice", &before);
	}
}

static void
code_shown_in_groups__is_right(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];
	char typed[2 * SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_code(&token, 0, code);
	snprintf(typed, sizeof(typed), "%.3s %s", code, code + 3);
	assert_int_equal(host_login(host, "alice", typed), PAM_SUCCESS);
}

/* A fresh alice each time. */
static int
login_at_step(void **state, int steps)
{
	struct host *host = NULL;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	host_free(*state);
	*state = host = host_new();
	host_enrol_alice(host);
	host_code(&token, steps, code);
	return host_login(host, "alice", code);
}

static void
steps_of_the_window__are_right(void **state)
{
	for (int steps = -1; steps <= 1; steps++) {
		assert_int_equal(login_at_step(state, steps), PAM_SUCCESS);
		host_logged("accepted", "ok");
	}
}

static void
steps_beyond_the_window__are_wrong_and_charged(void **state)
{
	assert_int_equal(login_at_step(state, -2), PAM_AUTH_ERR);
	host_logged("refused", "wrong");
	assert_non_null(strstr(host_line(), " drift=-"));
	assert_int_equal(host_state(*state, "alice").tally.failures, 1);
	assert_int_equal(login_at_step(state, 2), PAM_AUTH_ERR);
	host_logged("refused", "wrong");
	assert_null(strstr(host_line(), "drift="));
	assert_int_equal(host_state(*state, "alice").tally.failures, 1);
}

static void
window__is_the_configurations(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	host_configure(host, "window = 0\n");
	host_code(&token, -1, code);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_configure(host, "window = 2\n");
	host_code(&token, 2, code);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
}

static void
leading_zeros__count(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);
	char code[SAMPLE_CODE_SIZE];

	host_enrol_alice(host);
	do {
		fake.now += 30;
		host_code(&token, 0, code);
	} while (code[0] != '0' || code[1] == '0');
	assert_int_equal(host_login(host, "alice", code + 1), PAM_AUTH_ERR);
	host_logged("refused", "malformed");
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
}

static void
hotp__is_right_up_to_the_look_ahead(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_hotp(1);
	char code[SAMPLE_CODE_SIZE];

	host_enrol_token(host, "alice", HOST_ALICE_UID, &token);
	sample_code(&token, 10, code);
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	assert_int_equal(host_state(host, "alice").tally.failures, 1);
	sample_code(&token, 9, code);
	assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
	assert_true(host_line_has(0, "method=hotp"));
	assert_int_equal(host_state(host, "alice").credentials[0].value, 10);
	/* Again, it is a replay, which is not charged. */
	assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
	host_logged("refused", "replay");
	assert_int_equal(host_state(host, "alice").tally.failures, 0);
}

static void
hashes_digits_and_tokens__are_the_seeds(void **state)
{
	struct host *host = *state;
	struct otp_seed seed = { .tokens_count = 3 };
	char code[SAMPLE_CODE_SIZE];

	for (unsigned i = 0; i < 3; i++) {
		seed.tokens[i] = sample_totp(i + 1);
		seed.tokens[i].hash = (enum otp_hash)(OTP_SHA1 + i);
		seed.tokens[i].digits = 6 + i;
	}
	host_enrol(host, "alice", HOST_ALICE_UID, &seed);
	for (unsigned i = 0; i < 3; i++) {
		host_code(&seed.tokens[i], 0, code);
		assert_int_equal(host_login(host, "alice", code), PAM_SUCCESS);
		assert_non_null(strstr(host_line(), seed.tokens[i].label));
		assert_int_equal(host_login(host, "alice", code), PAM_AUTH_ERR);
		host_logged("refused", "replay");
	}
}

/* RFC 6238's own secret and its first table's last line but one. */
static void
code_of_the_rfc__is_right(void **state)
{
	struct host *host = *state;
	struct otp_token token = sample_totp(1);

	memcpy(token.secret, "12345678901234567890", 20);
	token.digits = 8;
	host_enrol_token(host, "alice", HOST_ALICE_UID, &token);
	fake.now = 2000000000;
	assert_int_equal(host_login(host, "alice", "69279037"), PAM_SUCCESS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(no_code_at_all__is_not_charged),
		HOST_TEST(code_of_another_length__is_refused_without_a_word),
		HOST_TEST(no_code_at_all__is_told_whoever_it_is),
		HOST_TEST(what_stands_between__is_skipped),
		HOST_TEST(digits_of_every_script__are_right),
		HOST_TEST(line_breaks_at_the_end__are_skipped),
		HOST_TEST(endless_answer__is_not_charged),
		HOST_TEST(stand_in_of_sshd__is_known_at_any_length),
		HOST_TEST(code_shown_in_groups__is_right),
		HOST_TEST(steps_of_the_window__are_right),
		HOST_TEST(steps_beyond_the_window__are_wrong_and_charged),
		HOST_TEST(window__is_the_configurations),
		HOST_TEST(leading_zeros__count),
		HOST_TEST(hotp__is_right_up_to_the_look_ahead),
		HOST_TEST(hashes_digits_and_tokens__are_the_seeds),
		HOST_TEST(code_of_the_rfc__is_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
